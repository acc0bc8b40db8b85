"""X as a network: announcements and reminders go out as posts of the event's account, posts of others come in."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from ptgbot.core.messages import Heard
from ptgbot.core.protocols import Host, NotTaken, TooFast
from ptgbot.networks.account import Barred
from ptgbot.networks.following import Asking
from ptgbot.networks.timeline import TimelineNetwork
from ptgbot.networks.x import hearing, text
from ptgbot.networks.x.errors import Duplicate
from ptgbot.networks.x.query import queries
from ptgbot.networks.x.settings import XSettings, XTiming

if TYPE_CHECKING:
    from ptgbot.networks.x.api import Api

__all__ = ["XNetwork"]

_log = logging.getLogger(__name__)

_OWNER = re.compile(r"(\d+)-")  # an access token begins with the id of whose it is
_JUST_NOW = timedelta(minutes=15)  # an older post only says the same: it is not the one that is being sent
_EARLIER = timedelta(seconds=60)  # by which X's clock may be behind ours


class XNetwork(TimelineNetwork):
    """X (``core.protocols.Network``, ``core.protocols.PostSource``).

    Args:
        settings: Whose account it is, and what is looked for.
        name: The network's name in identities and targets.
        timing: How patient it is.
    """

    def __init__(self, settings: XSettings, *, name: str = "x", timing: XTiming | None = None) -> None:
        self._patience = timing or XTiming()
        super().__init__(name, title="X", dry_run=settings.dry_run, timing=self._patience)
        self._settings = settings
        self._api: Api | None = None
        owner = _OWNER.match(settings.access_token)
        self._user = owner[1] if owner else ""
        self._username = ""

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
        self._user, self._username = me.id or self._user, me.name
        if me.access == "read" and not self._dry_run:
            self._tell("X: the app may only read, so no post goes out; give it 'Read and write', then make new keys.")
        if not self._dry_run:
            _log.info("%s: posts go out as @%s.", self._name, me.name)

    async def publish(self, text_: str, ticket: str) -> str:  # noqa: ARG002 - X knows nothing like it
        """Post a text; return the id of the post, also of one that says the same already."""
        return await self._publish(text_)

    async def answer(self, text_: str, ticket: str, to: str) -> str:  # noqa: ARG002
        """Post a text in answer to a post; return its id."""
        if not (newest := await self._newest_version(to)):
            raise NotTaken("the post that is to be answered is gone")
        return await self._publish(text_, newest)

    async def _newest_version(self, id_: str) -> str:
        """Return the id of a post's newest version, since X takes answers to no other; empty where it is gone.

        Where X does not say, it is the same.
        """
        try:
            page = await self._calls.posts([id_])
        except Barred:
            raise
        except (NotTaken, TooFast, ConnectionError) as error:
            _log.warning("%s: a post that is to be answered cannot be looked up (%s).", self._name, error)
            return id_
        if id_ in page.gone:
            return ""
        return next(map(hearing.newest_of, page.posts), id_)

    async def _publish(self, text_: str, answered: str = "") -> str:
        try:
            return await self._calls.create(text_, answered)
        except Duplicate:
            if found := await self._posted_before(text_, answered):
                return found
            raise

    async def _posted_before(self, text_: str, answered: str) -> str:
        """Return the id of our post with just this text, in answer to the same, of a moment ago; empty without one."""
        since = datetime.now(UTC) - _JUST_NOW
        try:
            posts, _ = await self._calls.newest(self._user, since) if self._user else ([], True)
        except NotTaken as error:
            _log.warning("%s: the post that is there already cannot be looked up (%s).", self._name, error)
            return ""
        same = (post for post in posts if text.same(text.read(post), text_) and hearing.answered(post) == answered)
        return next((str(post["id"]) for post in same), "")

    async def search(self, ticket: str, body: str, since: datetime, to: str) -> str | None:  # noqa: ARG002
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
        if to:  # what others were answered may be the same
            versions = {to, await self._newest_version(to) or to}
            posts = [post for post in posts if hearing.answered(post) in versions]
        found = next((str(post["id"]) for post in posts if text.holds(text.read(post), body)), "")
        return found if found or all_of_them else None

    # -- posts of others ----------------------------------------------------------------------------------------------

    @property
    def listens(self) -> bool:
        """Whether posts of others are looked for."""
        return bool(self._queries())

    def _queries(self) -> tuple[str, ...]:
        return queries(self._settings.words, self._settings.hashtags, self._username)

    async def listen(self, host: Host) -> None:
        """Tell of posts of others, until cancelled."""
        from ptgbot.networks.x.watch import Watch  # what it needs is slow to load

        can_stream = bool(self._settings.bearer_token)
        asking = Asking(self._name, "X", self._patience, self._tell, self._account.is_refused)
        await Watch(
            self._calls, host, self._queries(), asking, self._patience, own=self._user, can_stream=can_stream
        ).run()

    async def fetch(self, link: str) -> Heard | None:
        """Return a post by its link or its id (see ``core.protocols.PostSource``)."""
        id_ = hearing.id_in(link)
        if not id_:
            return None
        page = await self._calls.posts([id_])
        newest = next(map(hearing.newest_of, page.posts), id_)
        if newest != id_:
            page = await self._calls.posts([newest])
        found = next(iter(page.posts), None)
        return None if found is None else hearing.heard(found, page.names, self._name, self._user)
