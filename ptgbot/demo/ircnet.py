"""Who is on the demo's IRC network: users, channels, and the lines that go between them. No input, no output."""

import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ptgbot.demo.ircline import parse

__all__ = ["HOST", "PREFIXES", "SERVER", "Channel", "Handler", "Link", "Net", "User", "Verb", "Verbs", "fold"]

SERVER = "ptgbot.demo"  # clients tell a server from a nick by the dot
HOST = "localhost"  # one host for all: nobody's address is shown
PREFIXES = {"o": "@", "v": "+"}  # the ranks in a channel, the highest first

ERRORS = {
    401: "Nobody has that nick, and no channel that name",
    403: "There is no such channel",
    404: "You cannot speak in that channel",
    405: "You are in as many channels as one can be",
    409: "That needs a token",
    410: "There is no such CAP command",
    411: "To whom?",
    412: "There is no text to send",
    421: "There is no such command here",
    431: "Which nick?",
    432: "That cannot be a nick",
    433: "Somebody else has that nick",
    441: "They are not in that channel",
    442: "You are not in that channel",
    451: "Say who you are first: NICK and USER",
    461: "There is something missing",
    462: "You have said who you are already",
    472: "There is no such mode",
    482: "You are not an operator of that channel",
    501: "There is no such mode",
    502: "The modes of others are theirs",
}

_FOLDED = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(name: str) -> str:
    """Return a nick or channel as it is compared: CASEMAPPING=ascii."""
    return name.translate(_FOLDED)


class Link(Protocol):
    """The way to a client."""

    def send(self, line: str) -> None:
        """Send a line; nothing happens once the link is closed."""
        ...

    def close(self) -> None:
        """Close the link once what was sent is out."""
        ...


@dataclass(eq=False, slots=True)
class User:
    """A client and what is known of it; nick and name are empty until it says them."""

    link: Link
    nick: str = ""
    name: str = ""
    real: str = ""
    away: str = ""
    modes: set[str] = field(default_factory=set)
    caps: set[str] = field(default_factory=set)
    channels: "dict[str, Channel]" = field(default_factory=dict)
    negotiating: bool = False
    registered: bool = False

    @property
    def mask(self) -> str:
        """The user as others see where a line is from."""
        return f"{self.nick}!{self.name}@{HOST}"

    def reply(self, numeric: int, *params: str) -> None:
        """Send a numeric; the last of the parameters may hold blanks, and others are cut at theirs."""
        *middle, last = params
        whole = (param.lstrip(": ").split(" ")[0] or "*" for param in middle)
        words = [f":{SERVER}", f"{numeric:03}", self.nick or "*", *whole]
        self.link.send(f"{' '.join(words)} :{last}")

    def error(self, numeric: int, *params: str) -> None:
        """Send a numeric that refuses something, with its text."""
        self.reply(numeric, *params, ERRORS[numeric])


@dataclass(eq=False, slots=True)
class Channel:
    """A channel, for as long as somebody is in it.

    Args:
        name: As the first to join wrote it.
        topic: Empty where there is none.
        flags: Its modes: ``n`` no messages from outside, ``t`` only operators set the topic, ``m`` moderated.
        members: Who is in, in the order they came, and the ranks (``o``, ``v``) of each.
    """

    name: str
    topic: str = ""
    flags: set[str] = field(default_factory=lambda: {"n", "t"})
    members: dict[User, set[str]] = field(default_factory=dict)

    def is_op(self, user: User) -> bool:
        """Return whether a user is an operator here."""
        return "o" in self.members.get(user, ())

    def may_speak(self, user: User) -> bool:
        """Return whether what a user says here is passed on."""
        ranks = self.members.get(user)
        if ranks is None:
            return not self.flags & {"n", "m"}
        return bool(ranks) or "m" not in self.flags

    def prefix(self, user: User, *, every: bool) -> str:
        """Return the signs of a member's ranks: the highest, or every one."""
        signs = "".join(sign for rank, sign in PREFIXES.items() if rank in self.members[user])
        return signs if every else signs[:1]

    def send(self, line: str, but: User | None = None) -> None:
        """Send a line to everyone in the channel, except one."""
        for member in self.members:
            if member is not but:
                member.link.send(line)


Handler = Callable[["Net", User, tuple[str, ...]], None]


@dataclass(frozen=True, slots=True)
class Verb:
    """An IRC command: what does it, how many parameters it needs, whether it works before one is known."""

    handler: Handler
    needs: int = 0
    early: bool = False


class Verbs(dict[str, Verb]):
    """IRC commands by name."""

    def add(self, name: str, *, needs: int = 0, early: bool = False) -> Callable[[Handler], Handler]:
        """Enter the decorated handler under the name of its IRC command."""

        def enter(handler: Handler) -> Handler:
            self[name] = Verb(handler, needs, early)
            return handler

        return enter


class Net:
    """The network: everyone on it and every channel.

    Args:
        verbs: The IRC commands that it knows, by name.
    """

    def __init__(self, verbs: Mapping[str, Verb]) -> None:
        self.verbs = verbs
        self.nicks: dict[str, User] = {}  # those who are not known yet hold their nick here too
        self.channels: dict[str, Channel] = {}

    def receive(self, user: User, text: str) -> None:
        """Do what a line from a client says."""
        line = parse(text)
        if line is None:
            return
        verb = self.verbs.get(line.command)
        if not user.registered and not (verb and verb.early):
            user.error(451)
        elif verb is None:
            user.error(421, line.command)
        elif len(line.params) < verb.needs or not all(line.params[: verb.needs]):
            user.error(461, line.command)
        else:
            verb.handler(self, user, line.params)

    def drop(self, user: User, reason: str) -> None:
        """Take a user off the network and tell those who share a channel; nothing happens the second time."""
        if self.nicks.get(fold(user.nick)) is user:
            del self.nicks[fold(user.nick)]
        neighbours = self.neighbours(user)
        for channel in list(user.channels.values()):
            self.remove(user, channel)
        for neighbour in neighbours:
            neighbour.link.send(f":{user.mask} QUIT :{reason}")

    def remove(self, user: User, channel: Channel) -> None:
        """Take a user out of a channel, which goes with its last member."""
        del channel.members[user], user.channels[fold(channel.name)]
        if not channel.members:
            del self.channels[fold(channel.name)]

    def users(self) -> Iterator[User]:
        """Return everyone who is known."""
        return (user for user in self.nicks.values() if user.registered)

    def find(self, nick: str) -> User | None:
        """Return who has a nick."""
        user = self.nicks.get(fold(nick))
        return user if user and user.registered else None

    def channel(self, name: str) -> Channel | None:
        """Return the channel of a name."""
        return self.channels.get(fold(name))

    def neighbours(self, user: User) -> Iterable[User]:
        """Return everyone else who shares a channel with a user, each once."""
        everyone = {member: None for channel in user.channels.values() for member in channel.members}
        everyone.pop(user, None)
        return everyone
