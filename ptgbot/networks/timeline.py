"""Networks that have one timeline to post to, and nobody who types commands there."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from ptgbot.core.identity import Role
from ptgbot.core.messages import Message, Send, Target, Tone
from ptgbot.core.protocols import Accept, Doubt, Host, NotTaken, TooFast
from ptgbot.networks.account import Account, Barred
from ptgbot.networks.timing import TimelineTiming

__all__ = ["DRY_RUN", "TimelineNetwork"]

_log = logging.getLogger(__name__)

DRY_RUN = "dry-run"  # the receipt of what was not posted


def _later(seconds: float, why: str) -> TooFast:
    """Return what says that the network is left alone for some seconds, and why."""
    error = TooFast(seconds)
    error.args = (why,)
    return error


class TimelineNetwork(ABC):
    """What such networks have in common (``core.protocols.Network``).

    Posts go out by ``post``, each whole in one text. When the account is refused, organisers are told once, what waits
    goes on waiting, and the account is tried again with pauses that grow. Where posts of others are looked for, they
    are heard as long as it runs, also in a dry run.

    Args:
        name: The network's name in identities and targets.
        title: What people call it.
        dry_run: Whether posts only go to the log and to the organisers, and nothing to the network.
        timing: How patient it is.
    """

    burst = 1
    interval = 1.0
    gap = 0.0
    joint = "\n"
    targets_at_once = 1
    organisers: tuple[Target, ...] = ()

    def __init__(self, name: str, *, title: str, dry_run: bool, timing: TimelineTiming | None = None) -> None:
        self._name = name
        self._title = title
        self._dry_run = dry_run
        self._timing = timing or TimelineTiming()
        self._host: Host | None = None
        self._ready = asyncio.Event()
        self._account = Account(
            name,
            title,
            verify=self._verify,
            failed=self._failed,
            tell=self._tell,
            ready=asyncio.Event() if dry_run else self._ready,  # a dry run needs no account
            timing=self._timing,
        )
        self._failures = 0  # in a row
        self._rests_until = 0.0  # on the loop's clock
        self._rests_for = ""  # what failed last
        self._settled_at = 0.0  # on the loop's clock; nothing is looked for before

    # -- what each network does in its own way ------------------------------------------------------------------------

    @abstractmethod
    def fit(self, text: str) -> str:
        """Return a text cut so that the network takes it: as it is where it is short enough."""

    @abstractmethod
    def connected(self) -> AbstractAsyncContextManager[None]:
        """Hold what calls of the network need, while the context lasts."""

    @abstractmethod
    async def verify(self) -> None:
        """Ask the network whether it takes the account.

        Raises:
            Barred: It does not.
            ConnectionError: It cannot be reached, or is broken.
            TooFast: It wants us to wait before it answers that.
        """

    @abstractmethod
    async def publish(self, text: str, ticket: str) -> str:
        """Post a text; return the network's own id of it.

        Raises:
            Barred: The network takes nothing from the account.
            NotTaken: It does not take this text.
            TooFast: It wants us to wait; nothing was posted.
            ConnectionError: It cannot be reached, or is broken; nothing was posted.
            Doubt: It may have been posted.
        """

    @abstractmethod
    async def search(self, ticket: str, body: str, since: datetime, to: str) -> str | None:
        """Look for a post of ours (see ``find``).

        Args:
            ticket: What it was posted with.
            body: The part of its text that was the same in every attempt.
            since: When it was tried first.
            to: The id of the post that it answers; empty where it answers none.

        Raises:
            Barred: The network takes nothing from the account.
            TooFast: It wants us to wait.
            ConnectionError: It cannot be reached, or is broken.
        """

    async def answer(self, text: str, ticket: str, to: str) -> str:  # noqa: ARG002
        """Post a text in answer to a post; return the network's own id of it.

        Args:
            text: The text.
            ticket: What a repeat of it is known by.
            to: The network's id of the post.

        Raises:
            NotTaken: That post is gone. Besides, see ``publish``.
        """
        raise NotTaken(f"posts on {self._title} are not answered")

    @property
    def listens(self) -> bool:
        """Whether posts of others are looked for."""
        return False

    async def listen(self, host: Host) -> None:  # noqa: B027 - where nothing is looked for, nothing is heard
        """Tell of posts of others, until cancelled; begun once it is known whose account it is.

        Args:
            host: Is told.
        """

    # -- the life of it -----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its name in identities and targets."""
        return self._name

    async def run(self, accept: Accept, presence: Host) -> None:  # noqa: ARG002 - nobody types commands here
        """Find out whether the network takes the account, whenever that is in doubt; return only when cancelled."""
        self._host = presence
        self._unsettle()
        try:
            if self._dry_run:
                self._ready.set()
            if self._dry_run and not self.listens:
                await asyncio.Event().wait()
            async with self.connected():
                listening = asyncio.ensure_future(self._listening(presence)) if self.listens else None
                try:
                    await self._account.keep()
                finally:
                    if listening is not None:
                        listening.cancel()
                        await asyncio.wait({listening})
        finally:
            self._ready.clear()
            self._host = None

    async def _verify(self) -> None:
        await self.verify()
        self._failures = 0

    async def _listening(self, host: Host) -> None:
        """Listen, whatever goes wrong."""
        await self._account.known.wait()
        while True:
            try:
                await self.listen(host)
            except Exception:  # noqa: BLE001 - posts go out all the same
                _log.exception("%s: reading of posts failed; it goes on in a while.", self._name)
            await asyncio.sleep(self._timing.retry_most)

    def _tell(self, text: str) -> None:
        _log.warning("%s: %s", self._name, text)
        if self._host is not None:
            self._host.warn(text)

    async def ready(self) -> None:
        """Return once texts can be posted."""
        await self._ready.wait()

    def changed(self) -> None:  # noqa: B027 - it is whole as it is
        """Do nothing: what was posted stays as it is."""

    # -- going out ----------------------------------------------------------------------------------------------------

    def split(self, send: Send) -> list[str]:
        """Return a Send as the one text that it becomes, cut where it is too long."""
        return list(filter(None, [self.fit((send.lead + send.text).strip())]))

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        """Post a text.

        Args:
            target: The timeline, whatever it is called; with the id of a post as ``via``, the text answers that.
            line: The text, as ``split`` returned it.
            ticket: What a repeat of it is known by.

        Returns:
            The network's id of the post; ``dry-run`` where it went to the log and the organisers only.

        Raises:
            ConnectionError: There is no link; it did not go out.
            Doubt: It may have gone out, and it may not.
            TooFast: It did not go out, and is to be tried later.
            NotTaken: The network does not take it.
        """
        if not self._ready.is_set():
            raise ConnectionError("not connected")
        if self._dry_run:
            self._pretend(line)
            return DRY_RUN
        self._wait_until(self._rests_until, self._rests_for)
        try:
            sent = self.answer(line, ticket, target.via) if target.via else self.publish(line, ticket)
            receipt = await sent
        except Doubt as error:
            self._failed(error)
            self._unsettle()
            if not ticket:
                # Nobody would look for it, and what everybody reads is rather posted once too few than twice.
                raise NotTaken(f"{self._title} did not say whether it took it; look there ({error})") from error
            raise
        except Barred as error:
            raise self._account.refused_a_post(error) from error
        except ConnectionError as error:
            raise _later(self._failed(error), self._rests_for) from error
        self._failures = 0
        self._account.accepted()
        return receipt

    def _pretend(self, line: str) -> None:
        _log.info("Dry run: to %s would go: %s", self._title, line)
        if self._host is not None:
            self._host.warn(f"Dry run: to {self._title} would go: {line}")

    async def find(self, target: Target, ticket: str, body: str, since: datetime) -> str | None:
        """Look for what may have been posted.

        Args:
            target: The timeline, whatever it is called; with the id of a post as ``via``, an answer to that.
            ticket: What it was posted with.
            body: The part of its text that was the same in every attempt.
            since: When it was tried first (aware, UTC).

        Returns:
            Its id; empty where it is surely not there; None where the network does not tell.

        Raises:
            ConnectionError: There is no link.
            TooFast: It is to be asked later.
        """
        if not self._ready.is_set():
            raise ConnectionError("not connected")
        if self._dry_run:
            return ""
        self._wait_until(self._settled_at, "nobody knows whether it is out; it is looked for in a moment")
        self._wait_until(self._rests_until, self._rests_for)
        try:
            found = await self.search(ticket, body, since, target.via)
        except Barred as error:
            raise self._account.refused_a_post(error) from error
        except ConnectionError as error:
            raise _later(self._failed(error), self._rests_for) from error
        if found:  # else the next attempt may fail like the one before
            self._failures = 0
        return found

    def _failed(self, error: ConnectionError) -> float:
        """Count a failure; return how many seconds to leave the network alone."""
        pause = min(self._timing.retry * 2.0 ** min(self._failures, 20), self._timing.retry_most)
        self._failures += 1
        self._rests_until = asyncio.get_running_loop().time() + pause
        self._rests_for = str(error)
        _log.warning("%s: %s; trying again in %.0f s.", self._name, error, pause)
        return pause

    def _unsettle(self) -> None:
        self._settled_at = asyncio.get_running_loop().time() + self._timing.settle

    @staticmethod
    def _wait_until(time: float, why: str) -> None:
        """Have what is to be sent wait until a time of the loop's clock."""
        left = time - asyncio.get_running_loop().time()
        if left > 0:
            raise _later(left, why)

    # -- what others do with people -----------------------------------------------------------------------------------

    def locate(self, target: Target) -> Target | None:
        """Return the target as it is: there is one timeline."""
        return target

    def knows(self, target: Target) -> bool:  # noqa: ARG002 - it holds for everybody
        """Return True: nobody has to be there."""
        return True

    async def look_for(self, targets: Iterable[Target]) -> None:  # noqa: B027 - it is whole as it is
        """Do nothing: nobody has to be looked for."""

    def address(self, message: Message, tone: Tone) -> tuple[Target, str] | None:  # noqa: ARG002
        """Return None: nobody types commands here."""
        return None

    def how_to_get(self, role: Role) -> str:  # noqa: ARG002
        """Return where commands are typed."""
        return f"No commands are taken on {self._title}; give them on IRC or in Slack."
