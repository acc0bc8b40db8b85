"""The seams between the parts: each is a Protocol, each has one fake in the tests."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Protocol

from ptgbot.core.changes import Cause, Change, Edit
from ptgbot.core.documents import View
from ptgbot.core.identity import Actor
from ptgbot.core.messages import Message, Send, Target

__all__ = ["Exporter", "Network", "NotSaved", "Presence", "Store"]


class NotSaved(Exception):
    """The store cannot make Changes durable at the moment; its text says why."""


class Store(Protocol):
    """Makes Changes durable. The state it shows runs ahead of what is durable by those under way."""

    @property
    def view(self) -> View:
        """The whole state, Changes under way included."""
        ...

    @property
    def durable(self) -> int:
        """The number of the last Change that is on disk."""
        ...

    def commit(
        self,
        edits: tuple[Edit, ...],
        *,
        at: datetime,
        cause: Cause = Cause.COMMAND,
        actor: Actor | None = None,
        text: str = "",
        subject: str = "",
        message_id: str = "",
    ) -> Change:
        """Apply edits to the state at once and queue them for the disk.

        Raises:
            NotSaved: Changes are refused at the moment; nothing was applied.
        """
        ...

    async def saved(self, seq: int) -> None:
        """Return once the Change with this number is on disk.

        Raises:
            NotSaved: It was rolled back.
        """
        ...


class Presence(Protocol):
    """Is told who comes and who turns out to be away."""

    def came(self, network: str, actor: Actor) -> None:
        """Somebody is there: they came in, logged in, or have another nick."""
        ...

    def missed(self, target: Target) -> None:
        """What was just sent to a person did not reach them: they are away."""
        ...


class Network(Protocol):
    """One chat network: lines come in, lines go out."""

    @property
    def name(self) -> str:
        """Its name in identities and targets, such as ``irc``."""
        ...

    @property
    def burst(self) -> int:
        """How many lines it takes at once, at the moment."""
        ...

    @property
    def interval(self) -> float:
        """Seconds between lines after the burst; longer for a while after the network complained."""
        ...

    @property
    def targets_at_once(self) -> int:
        """To how many people one line may go; 1 unless the configuration and the network allow more.

        Their names are then joined by commas in the name of the Target.
        """
        ...

    def split(self, send: Send) -> list[str]:
        """Return a Send's lead and text as the lines that the network will carry, none of them cut by it."""
        ...

    def locate(self, target: Target) -> Target | None:
        """Return where a target is to be reached now: a person under the nick that they have by now.

        Returns:
            The target as lines go to it; None for a person who is known to be away.
        """
        ...

    def knows(self, target: Target) -> bool:
        """Tell whether it is known if a person is there; where it is not, ``look_for`` finds it out."""
        ...

    async def look_for(self, targets: Iterable[Target]) -> None:
        """Find out which of some people are there, of as many as one question can ask for: the first, at least.

        It costs as much as a line. Afterwards the network knows, or takes them to be there where nobody told.

        Raises:
            ConnectionError: The link is down.
        """
        ...

    @property
    def organisers(self) -> tuple[Target, ...]:
        """Where the event's organisers are told what only they should know; empty while none is there."""
        ...

    async def run(self, accept: Callable[[Message], None], presence: "Presence") -> None:
        """Connect, stay connected, hand every message to ``accept``; return only when cancelled."""
        ...

    async def ready(self) -> None:
        """Return once lines can be sent."""
        ...

    async def post(self, target: Target, line: str) -> None:
        """Send one line.

        Raises:
            ConnectionError: The link is down; the line did not go out.
        """
        ...


class Exporter(Protocol):
    """Something that publishes files of the site from the PUBLIC view.

    One whose files grow with what happens has a ``patience``: the seconds for which a file may lag behind, so that
    many Changes are rendered at once.
    """

    def paths(self, view: View) -> Iterable[str]:
        """Return the path, relative to the site, of every file that there is to publish now."""
        ...

    def touched(self, change: Change, view: View) -> Iterable[str]:
        """Return the paths that have to be rendered again after a Change."""
        ...

    def render(self, path: str, view: View, now: datetime) -> bytes:
        """Return a file's whole content."""
        ...

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:
        """Return when this file next changes by time alone; None when it never does."""
        ...


Listener = Callable[[Change], None]
Fetch = Callable[[str], Awaitable[bytes]]
