"""Mastodon as a network: what is announced there, on one account's timeline, and posts of others that come in."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

from ptgbot.core.messages import Heard
from ptgbot.core.protocols import Host, NotTaken
from ptgbot.networks.account import Barred
from ptgbot.networks.following import Asking
from ptgbot.networks.mastodon import hearing
from ptgbot.networks.mastodon.client import Client
from ptgbot.networks.mastodon.counting import Limits, pieces, strict
from ptgbot.networks.mastodon.errors import CallFailed, Kind, meaning
from ptgbot.networks.mastodon.reading import is_of
from ptgbot.networks.mastodon.settings import MastodonSettings, MastodonTiming
from ptgbot.networks.shortening import shorten
from ptgbot.networks.timeline import TimelineNetwork

__all__ = ["MastodonNetwork"]

_log = logging.getLogger(__name__)

_TOO_LONG = 422  # of many reasons for it this is the one that can be mended, in whichever language it is told
_EARLIER = timedelta(seconds=60)  # by which the instance's clock may be behind
_PAGES = 5  # of posts that are looked through for ours


class MastodonNetwork(TimelineNetwork):
    """An account on a Mastodon instance (``core.protocols.Network``, ``core.protocols.PostSource``).

    Args:
        settings: Whose account it is, who sees its posts, and what is followed.
        name: The network's name in identities and targets.
        timing: How patient it is.
    """

    def __init__(
        self,
        settings: MastodonSettings,
        *,
        name: str = "mastodon",
        timing: MastodonTiming | None = None,
    ) -> None:
        self._patience = timing or MastodonTiming()
        super().__init__(name, title="Mastodon", dry_run=settings.dry_run, timing=self._patience)
        self._client = Client(settings, self._patience)
        self._settings = settings
        self._url = settings.url
        self._account_id = ""
        self._limits = Limits()
        self._learned = False

    # -- the account --------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Keep known how long posts may be, while the context lasts."""
        learning = asyncio.create_task(self._keep_learning())
        try:
            yield
        finally:
            learning.cancel()
            await asyncio.wait({learning})

    async def _keep_learning(self) -> None:
        while True:
            await asyncio.sleep(self._patience.learn if self._learned else self._patience.learn_again)
            await self._learn()

    async def _learn(self) -> None:
        """Ask the instance how long posts may be."""
        try:
            self._limits = await self._client.limits()
            self._learned = True
        except CallFailed as error:
            self._learned = False
            _log.info(
                "%s: not known how long posts may be (%s); %d characters.", self.name, error, self._limits.characters
            )

    async def verify(self) -> None:
        """Ask the instance whether it takes the account."""
        try:
            account = await self._client.account()
        except CallFailed as error:
            if error.kind in (Kind.ACCOUNT, Kind.REFUSED):
                raise Barred(str(error)) from None
            raise meaning(error) from None
        self._account_id = account.id
        if not self._dry_run:
            _log.info("%s: posts go out as @%s on %s.", self.name, account.name, self._url)
        await self._learn()

    # -- posts --------------------------------------------------------------------------------------------------------

    def fit(self, text: str) -> str:
        """Return a text cut to what the instance takes."""
        return shorten(text.strip(), self._limits.characters, partial(pieces, limits=self._limits))

    async def publish(self, text: str, ticket: str) -> str:
        """Post a text; once more, shorter, where the instance finds it too long."""
        return await self._publish(text, ticket, self._settings.visibility)

    async def answer(self, text: str, ticket: str, to: str) -> str:
        """Post a text in answer to a post, calling its author; seen by no more people than that post is."""
        try:
            answered = await self._client.status(to)
        except CallFailed as error:
            raise meaning(error) from None
        if answered is None:
            raise NotTaken("the post that is to be answered is gone")
        text = self.fit(f"{hearing.name_of(answered)} {text}")
        return await self._publish(text, ticket, hearing.narrower(answered, self._settings.visibility), to)

    async def _publish(self, text: str, ticket: str, visibility: str, to: str = "") -> str:
        post = partial(self._client.post, ticket=ticket, visibility=visibility, to=to)
        try:
            try:
                return await post(text)
            except CallFailed as error:
                shorter = await self._shorter(text) if error.status == _TOO_LONG else text
                if shorter == text:
                    raise
            return await post(shorter)
        except CallFailed as error:
            if to and error.status == HTTPStatus.NOT_FOUND:
                raise NotTaken("the post that is to be answered is gone") from None
            raise meaning(error, doubtful=True) from None

    async def _shorter(self, text: str) -> str:
        """Return a text as short as the instance may mean it, after asking it again."""
        await self._learn()
        return shorten(text, self._limits.characters, partial(strict, limits=self._limits))

    async def search(
        self,
        ticket: str,  # noqa: ARG002 - posts do not show it
        body: str,
        since: datetime,
        to: str,
    ) -> str | None:
        """Look through the account's own posts."""
        before: str | None = None
        for _ in range(_PAGES):
            try:
                posts = await self._client.posts(self._account_id, before)
            except CallFailed as error:
                if error.kind is Kind.REFUSED:  # the token may not read
                    _log.warning("%s: cannot look for a post of ours: %s.", self.name, error)
                    return None
                raise meaning(error) from None
            for post in posts:
                if post.at < since - _EARLIER:
                    return ""
                if is_of(post.text, body) and to in ("", post.answered):
                    return post.id
            if not posts:
                return ""
            before = posts[-1].id
        return None

    # -- posts of others ----------------------------------------------------------------------------------------------

    @property
    def listens(self) -> bool:
        """Whether posts of others are looked for."""
        return bool(self._settings.hashtags)

    async def listen(self, host: Host) -> None:
        """Tell of posts of others, until cancelled."""
        from ptgbot.networks.mastodon.watch import watch  # what it needs is slow to load

        asking = Asking(self.name, "Mastodon", self._patience, self._tell, self._account.is_refused)
        await watch(self._client, host, asking, self._patience, self._settings, own=self._account_id)

    async def fetch(self, link: str) -> Heard | None:
        """Return a post by its link or its id (see ``core.protocols.PostSource``)."""
        link = link.strip().strip("<>")
        if not hearing.is_link(link):
            return None
        id_ = hearing.id_in(link, self._url)
        try:
            found = await (self._client.status(id_) if id_ else self._client.status_at(link))
        except CallFailed as error:
            raise meaning(error) from None
        return None if found is None else hearing.heard(found, self.name, self._account_id)
