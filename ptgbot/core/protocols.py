"""The seams between the parts: each is a Protocol, each has one fake in the tests."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Protocol, runtime_checkable

from ptgbot.core.changes import Cause, Change, Edit
from ptgbot.core.documents import View
from ptgbot.core.identity import Actor, Role
from ptgbot.core.messages import Heard, Message, Reply, Send, Target, Tone
from ptgbot.core.panels import Card, Form, Panel

__all__ = [
    "Accept",
    "Cards",
    "Doubt",
    "Exporter",
    "Host",
    "Network",
    "NotSaved",
    "NotTaken",
    "PostHost",
    "PostSource",
    "Presence",
    "Store",
    "Timers",
    "TooFast",
]


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


class TooFast(Exception):
    """A network wants us to wait before anything more goes to a target.

    Args:
        seconds: How long.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait {seconds:g} s")
        self.seconds = seconds


class NotTaken(Exception):
    """A network does not take a message and would not take it later either; the text says why, and how it is mended."""


class Doubt(ConnectionError):
    """The link broke, or the network fell silent, before it said whether it took a message: it may be out."""


class Presence(Protocol):
    """Is told who comes and who turns out to be away."""

    def came(self, network: str, actor: Actor) -> None:
        """Somebody is there: they came in, logged in, or have another nick."""
        ...

    def missed(self, target: Target) -> None:
        """What was just sent to a person did not reach them: they are away."""
        ...


class Cards(Protocol):
    """Knows every card, and where each of them stands."""

    def draw(self, name: str, place: Target) -> Card | None:
        """Return a card as it is to be shown somewhere now; None where there is nothing of that name.

        Args:
            name: The id by which people name what it is about.
            place: The channel or the person.
        """
        ...

    def receipt(self, name: str, place: Target) -> str:
        """Return the receipt of a card where it stands already; empty where it does not."""
        ...

    def drawn(self, card: Card, place: Target, receipt: str) -> None:
        """Take note that a card is shown somewhere, and of the network's name of the message."""
        ...


class PostHost(Protocol):
    """Is told what people post where everybody reads it, and keeps it."""

    def heard(self, post: Heard) -> None:
        """Somebody posted something, edited it, or deleted it; the same post may be told of again."""
        ...

    async def kept(self) -> None:
        """Return once what was heard so far is on disk, for networks that tell of it no more once we say that we heard.

        Raises:
            NotSaved: It is not; it is tried again.
        """
        ...

    def last_heard(self, network: str) -> str:
        """Return the id of the newest post that is known of a network, for it to go on from there; empty for none."""
        ...

    def awaited(self, network: str) -> Iterable[str]:
        """Return the ids of the posts of a network that announce what is still to come: they may be taken back."""
        ...


class Host(Presence, PostHost, Protocol):
    """What a network has behind it: is told who comes and goes, knows what people may see and where it was posted."""

    def panel(self, actor: Actor) -> Panel:
        """Return what somebody sees, where there are buttons and forms."""
        ...

    def form(self, name: str, actor: Actor, text: str = "") -> Form | None:
        """Return a form by its name, None where there is none such.

        Args:
            name: Its name.
            actor: Who fills it in.
            text: What is filled in already.
        """
        ...

    def receipt(self, target: Target, key: str) -> str:
        """Return the receipt of what was posted to a target under a key; empty where nothing was."""
        ...

    def posted(self, target: Target, key: str, receipt: str) -> None:
        """Take the receipt of what was just posted to a target under a key."""
        ...

    @property
    def cards(self) -> Cards:
        """The cards, for networks that draw them."""
        ...

    def warn(self, text: str) -> None:
        """Tell the organisers, wherever they are, what only they should know."""
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
    def gap(self) -> float:
        """Seconds between two lines to one target, whatever the burst; 0 where that does not matter."""
        ...

    @property
    def joint(self) -> str:
        """What stands between texts that are merged."""
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

        Where people are reached by something else than what they are called, the target's identity tells it; its name
        is what they were called when they asked.

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

    def address(self, message: Message, tone: Tone) -> tuple[Target, str] | None:
        """Return where an answer to a message goes, and what it begins with, such as ``ada: ``.

        Args:
            message: What is answered.
            tone: What kind of answer it is.

        Returns:
            None where nothing is sent: a network without a sign that something is done says nothing then; and who
            gave a command in a form is answered there, by what ``accept`` returned.
        """
        ...

    def how_to_get(self, role: Role) -> str:
        """Return what to tell somebody who does not have a role that they need."""
        ...

    async def run(self, accept: "Accept", presence: Host) -> None:
        """Connect, stay connected, hand every message to ``accept``; return only when cancelled.

        Args:
            accept: Does what a message asks for. What it returns is done once all that it caused is on disk.
            presence: Is told who comes and who is away; knows what somebody sees.
        """
        ...

    def changed(self) -> None:
        """Note that the state changed, for what is shown besides messages."""
        ...

    async def ready(self) -> None:
        """Return once lines can be sent."""
        ...

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        """Send one line, or bring up to date what stands there already (see ``Host.receipt``).

        Args:
            target: Where it goes.
            line: The text, as ``split`` returned it.
            ticket: What a repeat of it is known by, where that matters; the network keeps it with the line if it can.

        Returns:
            The network's own name of what was posted; empty where it gives none.

        Raises:
            ConnectionError: The link is down; the line did not go out.
            Doubt: It may have gone out, and it may not. Raised only where there is a ticket.
            TooFast: The network wants us to wait; the line did not go out.
            NotTaken: The network does not take it, and would not take it later either.
        """
        ...

    async def find(self, target: Target, ticket: str, body: str, since: datetime) -> str | None:
        """Look for what was posted, where nobody knows whether it was.

        Args:
            target: Where it would be.
            ticket: What it was posted with.
            body: The part of its text that was the same in every attempt.
            since: When it was tried first (aware, UTC).

        Returns:
            Its receipt; empty where it was not posted; None where the network cannot tell.

        Raises:
            ConnectionError: The link is down.
            TooFast: The network wants us to wait.
        """
        ...


@runtime_checkable
class PostSource(Protocol):
    """A network of which a single post can be asked."""

    async def fetch(self, link: str) -> Heard | None:
        """Return a post by its link or its id; None where that names none of this network, or there is no such post.

        Raises:
            ConnectionError: The network cannot be asked at the moment.
            TooFast: It wants us to wait.
            NotTaken: It does not tell us; the text says why.
        """
        ...


class Timers(Protocol):
    """Wakes somebody at an instant of the clock, also where that is put forward or back meanwhile."""

    def set(self, name: str, at: datetime | None, wake: Callable[[], None]) -> None:
        """Have ``wake`` called at an instant, in place of what was set under the name; None for never.

        It is called no earlier, at once where the instant has passed, and once.
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


Accept = Callable[[Message], "asyncio.Future[Reply]"]
Listener = Callable[[Change], None]
Fetch = Callable[[str], Awaitable[bytes]]
