"""Commands: a name, typed arguments and a handler that says what is to change and what to answer."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from ptgbot.core.changes import Cause, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.identity import Actor, Role

__all__ = ["Arguments", "Call", "Command", "Door", "Outcome", "Parameter", "Refused", "Registry", "quote"]


class Door(Enum):
    """How a command is addressed: its value is what stands before the verb in a channel."""

    USER = "+"
    TRACK = "#TRACK "
    ADMIN = "~"


class Kind(Enum):
    """How much of the text an argument takes."""

    WORD = "word"
    WORDS = "words"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument that a command takes.

    Args:
        name: What usage texts call it, in capitals.
        kind: One word, several words, or all the rest of the line.
        optional: Whether the command works without it.
    """

    name: str
    kind: Kind = Kind.WORD
    optional: bool = False

    @property
    def usage(self) -> str:
        """The parameter as usage texts show it."""
        shown = f"{self.name}…" if self.kind is Kind.WORDS else self.name
        return f"[{shown}]" if self.optional else shown

    @classmethod
    def word(cls, name: str, *, optional: bool = False) -> "Parameter":
        """Exactly one word."""
        return cls(name, Kind.WORD, optional)

    @classmethod
    def words(cls, name: str, *, optional: bool = False) -> "Parameter":
        """All the words that are left, as a tuple."""
        return cls(name, Kind.WORDS, optional)

    @classmethod
    def text(cls, name: str, *, optional: bool = False) -> "Parameter":
        """All the words that are left, as one text with single blanks."""
        return cls(name, Kind.TEXT, optional)


class Arguments:
    """A command's arguments by parameter name."""

    def __init__(self, values: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._values = dict(values or {})

    def text(self, name: str) -> str:
        """Return a word or text argument; empty when it was left out."""
        return " ".join(self._values.get(name, ()))

    def words(self, name: str) -> tuple[str, ...]:
        """Return the words of an argument; empty when it was left out."""
        return self._values.get(name, ())


class Refused(Exception):
    """A command that cannot be done; its text is the answer and nothing changes."""


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a command, as its handler sees it.

    Args:
        view: The whole state.
        actor: Who gives the command.
        at: Now (aware, UTC).
        event: The conference.
        arguments: What was typed behind the verb.
        track: The track it is about; empty for commands that are about none.
        network: Where it was given.
        private: Whether it was said to the bot alone.
        new_id: Makes an id that no other document has.
        registry: Every command there is.
        fetched: What the command's ``fetch`` brought.
        channel: The channel in which it was given; empty in private.
    """

    view: View
    actor: Actor
    at: datetime
    event: Event
    arguments: Arguments
    track: str
    network: str
    private: bool
    new_id: Callable[[], str]
    registry: "Registry"
    fetched: Any = None
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command does and says.

    Args:
        edits: What changes.
        reply: One sentence to the asker; empty is silence.
        listing: Lines for the asker: where they were asked for in a channel, and are more than fit there,
            they go to the asker in private.
        cause: What the Change is to be known as; one that is no command notifies nobody.
        private: Whether the answer is for the asker alone, wherever it was asked for.
        after: What remains to be done once the Change is on disk, and before the answer.
    """

    edits: tuple[Edit, ...] = ()
    reply: str = ""
    listing: tuple[str, ...] = ()
    cause: Cause = Cause.COMMAND
    private: bool = False
    after: Callable[[], Awaitable[None]] | None = None


def quote(text: str) -> str:
    """Return what somebody typed as short as an answer can quote it."""
    return text if len(text) <= 60 else f"{text[:59]}…"


Handler = Callable[[Call], Outcome]


@dataclass(frozen=True, slots=True)
class Command:
    """Something that people can ask for.

    Args:
        door: How it is addressed.
        name: Its verb; two words where it is part of a family (``motd add``).
        summary: What it does, in half a sentence.
        handler: Does it, without any waiting.
        parameters: What it takes, in order.
        example: The arguments of a use that works with the sample event.
        aliases: Other verbs for the same.
        fetch: Brings what the handler needs from elsewhere, before it runs; raises Refused.
        note: One more sentence for docs and help.
    """

    door: Door
    name: str
    summary: str
    handler: Handler
    parameters: tuple[Parameter, ...] = ()
    example: str = ""
    aliases: tuple[str, ...] = ()
    fetch: Callable[[Arguments], Awaitable[Any]] | None = None
    note: str = ""

    @property
    def role(self) -> Role:
        """The role that the door asks for (tracks can ask for more, by the event's own rule)."""
        return Role.ORGANISER if self.door is Door.ADMIN else Role.ATTENDEE

    @property
    def usage(self) -> str:
        """How to type it in a channel, such as ``#TRACK now TEXT``."""
        return " ".join([self.door.value + self.name, *(p.usage for p in self.parameters)])

    def parse(self, words: tuple[str, ...]) -> Arguments:
        """Read the words behind the verb.

        Raises:
            Refused: With the usage, where they are too few or too many.
        """
        values: dict[str, tuple[str, ...]] = {}
        left = words
        for parameter in self.parameters:
            taken = left[:1] if parameter.kind is Kind.WORD else left
            if not taken and not parameter.optional:
                raise Refused(f"'{self.name}' needs {parameter.name}: {self.usage}")
            if taken:
                values[parameter.name] = taken
            left = left[len(taken) :]
        if left:
            wants = "nothing more" if not self.parameters else "only " + " ".join(p.usage for p in self.parameters)
            raise Refused(f"'{self.name}' takes {wants}: {self.usage}")
        return Arguments(values)


@dataclass
class Registry:
    """Every command there is, in the order of the features.

    Args:
        commands: The commands.
    """

    commands: tuple[Command, ...]
    _verbs: dict[tuple[Door, str], Command] = field(init=False, repr=False)

    def __init__(self, commands: Iterable[Command]) -> None:
        self.commands = tuple(commands)
        self._verbs = {}
        for command in self.commands:
            family, _, rest = command.name.rpartition(" ")
            for verb in (rest, *command.aliases):
                name = f"{family} {verb}".strip()
                if (command.door, name) in self._verbs:
                    raise ValueError(f"two commands are called {command.door.value}{name}")
                self._verbs[command.door, name] = command

    def verbs(self, door: Door) -> list[str]:
        """Return the verbs behind a door as usage texts name them, in order."""
        return [command.name for command in self.commands if command.door is door]

    def find(self, door: Door, words: tuple[str, ...]) -> tuple[Command, tuple[str, ...]] | None:
        """Return the command that these words begin with, and the words behind it.

        Args:
            door: How it was addressed.
            words: The verb and what follows, in any case.
        """
        for length in (2, 1):
            if len(words) >= length:
                command = self._verbs.get((door, " ".join(words[:length]).lower()))
                if command is not None:
                    return command, words[length:]
        return None

    def family(self, door: Door, verb: str) -> list[Command]:
        """Return the commands whose name begins with this word and goes on."""
        return [c for c in self.commands if c.door is door and c.name.startswith(f"{verb.lower()} ")]
