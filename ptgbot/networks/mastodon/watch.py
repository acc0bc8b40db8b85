"""Hears what others post on Mastodon: with hashtags, and in answer to the bot."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import orjson

from ptgbot.core.messages import Heard
from ptgbot.core.protocols import Host, NotTaken
from ptgbot.networks.following import Asking, Following, Streamed
from ptgbot.networks.mastodon import hearing
from ptgbot.networks.mastodon.client import Client
from ptgbot.networks.mastodon.errors import CallFailed, meaning
from ptgbot.networks.mastodon.settings import MastodonSettings, MastodonTiming
from ptgbot.networks.mastodon.streaming import Event, events

__all__ = ["watch"]

T = TypeVar("T")

_log = logging.getLogger(__name__)

_AT_FIRST = timedelta(days=7)  # by which posts are read that were there before the bot was
_ANSWERS = timedelta(days=1)  # by which answers are
_PAGES = 25  # that are read of them
_UNREAD = "Mastodon does not let the bot read what people answer to it: {}"


async def watch(
    client: Client, host: Host, asking: Asking, timing: MastodonTiming, settings: MastodonSettings, *, own: str
) -> None:
    """Tell of posts, until cancelled.

    Args:
        client: The calls of the instance.
        host: Is told.
        asking: Asks the instance.
        timing: How patient it is.
        settings: Which hashtags are followed.
        own: The id of our account.
    """
    ear = _Ear(client, host, asking, timing=timing, settings=settings, own=own)
    async with asyncio.TaskGroup() as group:
        group.create_task(ear.look_again())
        group.create_task(_Mentions(ear).follow())
        for tag in dict.fromkeys(tag.lstrip("#").lower() for tag in settings.hashtags):
            group.create_task(_Tagged(ear, tag).follow())


class _Ear:
    """What all of them need."""

    def __init__(
        self,
        client: Client,
        host: Host,
        asking: Asking,
        *,
        timing: MastodonTiming,
        settings: MastodonSettings,
        own: str,
    ) -> None:
        self.client = client
        self.host = host
        self.asking = asking
        self.timing = timing
        self.settings = settings
        self.own = own
        self._streamed = Streamed()
        self._streaming = ""  # where streams are; empty where it is to be asked

    async def ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """Return what a call of the instance returns, as often as it takes."""

        async def ask() -> T:
            try:
                return await call()
            except CallFailed as error:
                raise meaning(error) from None

        return await self.asking.asked(ask)

    def streamed(self, status: Mapping[str, Any]) -> None:
        """Tell of a post out of a stream."""
        self._streamed.note(str(status.get("id")))
        self._hear(status)

    def now(self) -> int:
        """Return what tells ``found`` since when a stream may know better."""
        return self._streamed.now()

    def found(self, statuses: Iterable[Mapping[str, Any]], then: int) -> None:
        """Tell of posts that were asked for, the oldest first; of none of which a stream told something newer."""
        for status in sorted(statuses, key=lambda status: hearing.order(str(status.get("id")))):
            if not self._streamed.has_since(then, str(status.get("id"))):
                self._hear(status)

    def _hear(self, status: Mapping[str, Any]) -> None:
        """Tell of a post; not of one that cannot be read, since the others are not to wait for it."""
        try:
            if hearing.is_for_us(status, self.own):
                self.host.heard(hearing.heard(status, self.asking.network, self.own))
        except (ValueError, TypeError, KeyError, OverflowError):
            _log.exception("%s: a post could not be read.", self.asking.network)

    def gone(self, id_: str) -> None:
        """Tell that a post is not there any more."""
        self._streamed.note(id_)
        self.host.heard(Heard(self.asking.network, id_, deleted=True))

    async def look_again(self) -> None:
        """Look now and then whether posts that are awaited were edited or deleted while nobody heard of it."""
        while True:
            await asyncio.sleep(self.timing.look)
            for id_ in self.host.awaited(self.asking.network):
                then = self.now()
                status = await self.ask(partial(self.client.status, id_))
                if status is None:
                    self.gone(id_)
                else:
                    self.found([status], then)

    @asynccontextmanager
    async def events(self, kind: str, **params: str) -> AsyncIterator[AsyncIterator[Event]]:
        """Give the events of a stream."""
        self._streaming = base = self._streaming or await self.ask(self.client.streaming)
        token = self.settings.access_token
        try:
            async with events(f"{base}/api/v1/streaming/{kind}", params, token, self.timing.silence) as found:
                yield found
        except ConnectionError:
            self._streaming = ""  # it may have moved
            raise


class _Tagged(Following):
    """Tells of posts with a hashtag."""

    def __init__(self, ear: _Ear, tag: str) -> None:
        super().__init__(ear.asking, ear.timing)
        self._ear = ear
        self._tag = tag
        self._sure = ear.host.last_heard(ear.asking.network)  # the newest post of which all before it were heard
        self._newest = self._sure

    async def catch_up(self) -> float:
        """Tell of all posts that may be new."""
        if not self._sure:
            await self._begin()
            return 0.0
        then, after = self._ear.now(), hearing.earlier(self._sure, self._ear.timing.overlap)
        while page := await self._page(after=after):
            self._ear.found(page, then)
            newest = _later(after, page)
            if newest == after:
                break
            after = newest
            self._sure = max(self._sure, after, key=hearing.order)
        return 0.0

    async def _begin(self) -> None:
        """Tell of the posts that there are already."""
        found: list[Mapping[str, Any]] = []
        oldest = datetime.now(UTC) - _AT_FIRST
        then, before = self._ear.now(), ""
        for _ in range(_PAGES):
            page = await self._page(before=before)
            found += [status for status in page if status["created_at"] >= oldest]
            if not page or page[-1]["created_at"] < oldest:
                break
            before = min((str(status["id"]) for status in page), key=hearing.order)
        self._ear.found(found, then)
        self._sure = _later(self._sure, found)

    async def _page(self, *, after: str = "", before: str = "") -> list[Mapping[str, Any]]:
        return await self._ear.ask(partial(self._ear.client.tagged, self._tag, after=after, before=before))

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[AsyncIterator[None]]:
        """Give the stream of the hashtag."""
        async with self._ear.events("hashtag", tag=self._tag) as found:
            yield self._told_of(found)

    async def _told_of(self, found: AsyncIterator[Event]) -> AsyncIterator[None]:
        async for event in found:
            if event.name == "delete":
                self._ear.gone(event.data.strip())
            elif event.name in ("update", "status.update"):
                status = _status(event.data)
                self._newest = _later(self._newest, [status])
                self._ear.streamed(status)
            yield

    def kept_up(self) -> None:
        """Note that nothing was missed until now."""
        self._sure = max(self._sure, self._newest, key=hearing.order)

    def no_stream(self, error: NotTaken) -> str:
        """Return what organisers are told where there is no stream."""
        return f"Mastodon does not give the bot new posts as they come ({error}), so they are looked for once a minute."


class _Mentions(Following):
    """Tells of posts that mention the account: what hosts answer to the bot has no hashtag."""

    def __init__(self, ear: _Ear) -> None:
        super().__init__(ear.asking, ear.timing)
        self._ear = ear

    async def catch_up(self) -> float:
        """Tell of the newest mentions."""
        then = self._ear.now()
        try:
            found = await self._ear.ask(self._mentions)
        except _Unread as error:
            self.asking.say(_UNREAD.format(error))
            return self._ear.timing.stream_again
        oldest = datetime.now(UTC) - _ANSWERS
        self._ear.found((status for status in found if status["created_at"] >= oldest), then)
        return 0.0

    async def _mentions(self) -> list[Mapping[str, Any]]:
        try:
            return await self._ear.client.mentions()
        except CallFailed as error:
            if isinstance(said := meaning(error), NotTaken) and error.status == 403:
                raise _Unread(str(said)) from None
            raise

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[AsyncIterator[None]]:
        """Give the stream of notifications."""
        try:
            await self._ear.ask(self._mentions)
        except _Unread as error:
            raise NotTaken(_UNREAD.format(error)) from None
        async with self._ear.events("user/notification") as found:
            yield self._told_of(found)

    async def _told_of(self, found: AsyncIterator[Event]) -> AsyncIterator[None]:
        async for event in found:
            if event.name == "notification":
                said = _status(event.data)
                if said.get("type") == "mention" and isinstance(said.get("status"), Mapping):
                    self._ear.streamed(said["status"])
            yield

    def no_stream(self, error: NotTaken) -> str:
        """Return what organisers are told where there is no stream."""
        if str(error).startswith(_UNREAD[:30]):
            return str(error)
        return f"Mastodon does not give the bot answers as they come ({error}), so they are looked for once a minute."


class _Unread(Exception):
    """The token may not read notifications."""


def _status(data: str) -> Mapping[str, Any]:
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, Mapping):
        raise ConnectionError("what it says is not what Mastodon says")
    return said


def _later(newest: str, statuses: Iterable[Mapping[str, Any]]) -> str:
    """Return the id of the newest of a post and others."""
    return max([newest, *(str(status.get("id") or "") for status in statuses)], key=hearing.order)
