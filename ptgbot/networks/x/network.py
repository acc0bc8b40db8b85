"""X as a network: announcements and reminders go out as posts of the event's account."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from ptgbot.core.protocols import NotTaken, TooFast
from ptgbot.networks.timeline import Barred, TimelineNetwork, TimelineTiming
from ptgbot.networks.x import text
from ptgbot.networks.x.errors import Duplicate
from ptgbot.networks.x.settings import XSettings

if TYPE_CHECKING:
    from ptgbot.networks.x.api import Api

__all__ = ["XNetwork"]

_log = logging.getLogger(__name__)

_OWNER = re.compile(r"(\d+)-")  # an access token begins with the id of whose it is
_EARLIER = timedelta(seconds=60)  # by which X's clock may be behind ours


class XNetwork(TimelineNetwork):
    """X (``core.protocols.Network``).

    Args:
        settings: Whose account it is.
        name: The network's name in identities and targets.
        timing: How patient it is.
    """

    def __init__(self, settings: XSettings, *, name: str = "x", timing: TimelineTiming | None = None) -> None:
        super().__init__(name, title="X", dry_run=settings.dry_run, timing=timing)
        self._settings = settings
        self._api: Api | None = None
        owner = _OWNER.match(settings.access_token)
        self._user = owner[1] if owner else ""

    def fit(self, text_: str) -> str:
        """Return a text cut to what a post holds, as X counts."""
        return text.fit(text_)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Hold the client while the context lasts."""
        api = await asyncio.to_thread(import_module, "ptgbot.networks.x.api")  # half a second in which others go on
        async with api.new_session() as session:
            self._api = api.Api(self._settings, session)
            try:
                yield
            finally:
                self._api = None

    @property
    def _calls(self) -> "Api":
        if self._api is None:
            raise ConnectionError("not connected")
        return self._api

    async def verify(self) -> None:
        """Ask X whose account it is.

        Raises:
            Barred: X does not take the keys, or the account.
            ConnectionError: X cannot be reached, or is broken.
        """
        try:
            me = await self._calls.me()
        except Barred:
            raise
        except (NotTaken, TooFast) as error:
            # X knows the keys, but the plan does not allow this question (any more): posts may go all the same.
            _log.warning("%s: X does not tell whose account it is (%s).", self._name, error)
            return
        self._user = me.id or self._user
        if me.access == "read":
            self._tell("X: the app may only read, so no post goes out; give it 'Read and write', then make new keys.")
        _log.info("%s: posts go out as @%s.", self._name, me.name)

    async def publish(self, text_: str, ticket: str) -> str:  # noqa: ARG002 - X knows nothing like it
        """Post a text; return the id of the post, also of one that says the same already."""
        try:
            return await self._calls.create(text_)
        except Duplicate:
            if found := await self._posted_before(text_):
                return found
            raise

    async def _posted_before(self, text_: str) -> str:
        """Return the id of our newest post with just this text; empty where X shows none."""
        try:
            posts, _ = await self._calls.newest(self._user) if self._user else ([], True)
        except NotTaken as error:
            _log.warning("%s: the post that is there already cannot be looked up (%s).", self._name, error)
            return ""
        return next((str(post["id"]) for post in posts if text.same(text.read(post), text_)), "")

    async def search(self, ticket: str, body: str, since: datetime) -> str | None:  # noqa: ARG002
        """Look for a text among our own posts since a time; None where X does not let us read them all."""
        if not self._user:
            return None
        try:
            posts, all_of_them = await self._calls.newest(self._user, since - _EARLIER)
        except Barred:
            raise
        except NotTaken as error:
            _log.warning("%s: X does not let the bot read its own posts (%s).", self._name, error)
            return None
        found = next((str(post["id"]) for post in posts if text.holds(text.read(post), body)), "")
        return found if found or all_of_them else None
