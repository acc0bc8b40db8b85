"""Mastodon as a network: what is announced there, on one account's timeline."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

from ptgbot.core.protocols import Doubt, NotTaken, TooFast
from ptgbot.networks.mastodon.client import Client
from ptgbot.networks.mastodon.counting import Limits, pieces, strict
from ptgbot.networks.mastodon.errors import CallFailed, Kind
from ptgbot.networks.mastodon.reading import is_of
from ptgbot.networks.mastodon.settings import MastodonSettings, MastodonTiming
from ptgbot.networks.shortening import shorten
from ptgbot.networks.timeline import Barred, TimelineNetwork

__all__ = ["MastodonNetwork"]

_log = logging.getLogger(__name__)

_TOO_LONG = 422  # of many reasons for it this is the one that can be mended, in whichever language it is told
_EARLIER = timedelta(seconds=60)  # by which the instance's clock may be behind
_PAGES = 5  # of posts that are looked through for ours


class MastodonNetwork(TimelineNetwork):
    """An account on a Mastodon instance (``core.protocols.Network``).

    Args:
        settings: Whose account it is, and who sees its posts.
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
        self._url = settings.url
        self._account = ""
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
            raise _meaning(error) from None
        self._account = account.id
        _log.info("%s: posts go out as @%s on %s.", self.name, account.name, self._url)
        await self._learn()

    # -- posts --------------------------------------------------------------------------------------------------------

    def fit(self, text: str) -> str:
        """Return a text cut to what the instance takes."""
        return shorten(text.strip(), self._limits.characters, partial(pieces, limits=self._limits))

    async def publish(self, text: str, ticket: str) -> str:
        """Post a text; once more, shorter, where the instance finds it too long."""
        try:
            try:
                return await self._client.post(text, ticket)
            except CallFailed as error:
                shorter = await self._shorter(text) if error.status == _TOO_LONG else text
                if shorter == text:
                    raise
            return await self._client.post(shorter, ticket)
        except CallFailed as error:
            raise _meaning(error, doubtful=True) from None

    async def _shorter(self, text: str) -> str:
        """Return a text as short as the instance may mean it, after asking it again."""
        await self._learn()
        return shorten(text, self._limits.characters, partial(strict, limits=self._limits))

    async def search(self, ticket: str, body: str, since: datetime) -> str | None:  # noqa: ARG002 - posts do not show it
        """Look through the account's own posts."""
        before: str | None = None
        for _ in range(_PAGES):
            try:
                posts = await self._client.posts(self._account, before)
            except CallFailed as error:
                if error.kind is Kind.REFUSED:  # the token may not read
                    _log.warning("%s: cannot look for a post of ours: %s.", self.name, error)
                    return None
                raise _meaning(error) from None
            for post in posts:
                if post.at < since - _EARLIER:
                    return ""
                if is_of(post.text, body):
                    return post.id
            if not posts:
                return ""
            before = posts[-1].id
        return None


def _meaning(error: CallFailed, *, doubtful: bool = False) -> Exception:
    """Return what a failure means to who sends.

    Args:
        error: The failure.
        doubtful: Whether what was asked leaves something behind if it was done.
    """
    words = str(error)
    match error.kind:
        case Kind.TOO_FAST:
            return TooFast(error.wait)
        case Kind.ACCOUNT:
            return Barred(words)
        case Kind.REFUSED:
            return NotTaken(words)
        case Kind.UNKNOWN if doubtful:
            return Doubt(words)
    return ConnectionError(words)
