"""Hears what others post on X."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from ptgbot.core.messages import Heard
from ptgbot.core.protocols import Host, NotTaken, TooFast
from ptgbot.networks.account import Barred
from ptgbot.networks.following import Asking, Following, Streamed
from ptgbot.networks.x import hearing
from ptgbot.networks.x.api import NEWEST, Api, Page
from ptgbot.networks.x.patience import Patience
from ptgbot.networks.x.settings import XTiming

__all__ = ["Watch"]

_log = logging.getLogger(__name__)

_SEARCHED = timedelta(days=6, hours=23)  # X searches seven days, and refuses to go on from an older post


class Watch(Following):
    """Tells a host of posts.

    Args:
        api: The calls of X.
        host: Is told.
        queries: What is looked for.
        asking: Asks X.
        timing: How patient it is.
        own: The id of our account; empty where it is not known.
        can_stream: Whether there is a token for the stream.
    """

    def __init__(
        self,
        api: Api,
        host: Host,
        queries: Sequence[str],
        asking: Asking,
        timing: XTiming,
        *,
        own: str,
        can_stream: bool,
    ) -> None:
        super().__init__(asking, timing, can_stream=can_stream)
        self._api = api
        self._host = host
        self._queries = queries
        self._patient = timing
        self._patience = Patience(timing)
        self._own = own
        self._streamed = Streamed()
        self._rules: frozenset[str] = frozenset()
        self._sure = host.last_heard(asking.network)  # the newest post of which all before it were heard
        self._newest = self._sure

    async def run(self) -> None:
        """Tell of posts, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_again())
            group.create_task(self.follow())

    # -- searching ----------------------------------------------------------------------------------------------------

    async def catch_up(self) -> float:
        """Tell of all posts that may be new; return for how many seconds to leave the search alone."""
        then = self._streamed.now()
        since, newest, pause = self._since(), self._sure, 0.0
        found: list[Heard] = []
        for query in self._queries:
            more = ""
            while True:
                page = await self.asking.asked(partial(self._api.recent, query, since, more))
                found += self._read(page)
                newest = _later(newest, page)
                pause = max(pause, page.pause * len(self._queries))
                more = page.more
                if not more:
                    break
        # Only when all are there, the oldest first: whenever the process ends, it goes on from the newest it told of.
        await self._tell(sorted(found, key=lambda post: hearing.order(post.id)), then)
        self._sure = max(self._sure, newest, key=hearing.order)
        return pause

    def _since(self) -> str:
        """Return the id from which on to search; empty for as far back as X does."""
        if not self._sure:
            return ""
        since = hearing.earlier(self._sure, self._patient.overlap)
        return since if hearing.instant_of(since) > datetime.now(UTC) - _SEARCHED else ""

    # -- the stream ---------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[AsyncIterator[None]]:
        """Give the stream of what the rules find."""
        self._rules = self._rules or await self._api.follow(self._queries)
        async with self._api.stream(self._rules, self._patient.silence) as pages:
            yield self._told_of(pages)

    async def _told_of(self, pages: AsyncIterator[Page]) -> AsyncIterator[None]:
        async for page in pages:
            self._newest = _later(self._newest, page)
            for post in self._read(page):
                self._streamed.note(post.id)
                self._host.heard(post)
            yield

    def kept_up(self) -> None:
        """Note that nothing was missed until now."""
        self._sure = max(self._sure, self._newest, key=hearing.order)

    def no_stream(self, error: NotTaken) -> str:
        """Return what organisers are told where there is no stream."""
        self._rules = frozenset()
        if isinstance(error, Barred):
            return "X does not know x.bearer_token, so new posts are looked for once a minute only."
        return f"X does not give the bot new posts as they come ({error}), so they are looked for instead."

    def restored(self) -> None:
        """The stream has come for a while."""
        self._patience.restored()

    def pause_after(self, error: TooFast | ConnectionError) -> float:
        """Return for how many seconds to leave the stream alone."""
        return self._patience.after(error)

    # -- what becomes of posts ----------------------------------------------------------------------------------------

    async def _look_again(self) -> None:
        """Look now and then whether posts that are awaited were edited or deleted: X does not tell that by itself."""
        network = self.asking.network
        while True:
            await asyncio.sleep(self._patient.look)
            ids = [id_ for id_ in self._host.awaited(network) if hearing.order(id_)]
            for first in range(0, len(ids), NEWEST):
                some, then = ids[first : first + NEWEST], self._streamed.now()
                page = await self.asking.asked(partial(self._api.posts, some))
                for id_ in set(some).intersection(page.gone):
                    self._host.heard(Heard(network, id_, deleted=True))
                edited = [newest for post in page.posts if (newest := hearing.newest_of(post)) not in some]
                if edited:
                    await self._tell(self._read(await self.asking.asked(partial(self._api.posts, edited))), then)

    async def _tell(self, posts: Iterable[Heard], then: int) -> None:
        """Tell of posts that were asked for then, but of none of which the stream told something newer."""
        for post in posts:
            if not self._streamed.has_since(then, post.id):
                self._host.heard(post)
                await asyncio.sleep(0)  # after a long outage they are many, and others are to have their turn

    def _read(self, page: Page) -> list[Heard]:
        """Return the posts of a page; without one that cannot be read, since the others are not to wait for it."""
        network = self.asking.network
        found: list[Heard] = []
        for post in page.posts:
            try:
                found.append(hearing.heard(post, page.names, network, self._own))
            except (ValueError, TypeError, KeyError, OverflowError):
                _log.exception("%s: a post could not be read.", network)
        return found


def _later(newest: str, page: Page) -> str:
    """Return the id of the newest of a post and those of a page."""
    return max(newest, *(str(post["id"]) for post in page.posts), key=hearing.order) if page.posts else newest
