"""Posts that people wrote about open spaces, and the open spaces that they announce: the documents."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ptgbot.core.documents import Table, Visibility
from ptgbot.core.identity import vouched_network
from ptgbot.features.openspaces.rules import room_key

__all__ = [
    "CHOICES",
    "IGNORED",
    "OPENSPACES",
    "POSTS",
    "Choices",
    "Fate",
    "Ignored",
    "Lane",
    "OpenSpace",
    "Post",
    "Stand",
    "post_id",
]


class Lane(StrEnum):
    """Where a post stands for those who look after them."""

    OUTGOING = "outgoing"  # one room and one time, which are free
    REVIEW = "review"  # a person has to say which room or time is meant, or whether any is
    CONFLICT = "conflict"  # the room is taken at that time
    ASIDE = "aside"  # about no open space, a repeat of another post, or of somebody who is ignored


class Fate(StrEnum):
    """What was decided about a post."""

    OPEN = "open"  # nothing yet
    APPROVED = "approved"
    DENIED = "denied"
    CANCELLED = "cancelled"  # by its host
    WITHDRAWN = "withdrawn"  # its author deleted it


@dataclass(frozen=True, slots=True)
class Post:
    """A post, kept once, with what was read in it or said about it since.

    Args:
        source: Network and the network's id of it, such as ``x/1795``.
        number: By which people name it, as ``p41``.
        author: The key of the author's identity, such as ``x/2244994945``.
        name: What people call them, such as ``@ada``.
        at: When it was written (UTC).
        text: All of it, as plain text.
        link: Its address; empty where it has none.
        lane: Where it stands.
        fate: What was decided.
        reason: Why it needs a person, in words.
        room: The room; empty where it is not known.
        start: When the open space begins (UTC); None where it is not known.
        end: When it ends (UTC); None where its start is not known.
        by: The name of who decided; empty where nobody had to.
        decider: The key of their identity; empty where nobody had to, or nobody knows any more.
        decided: When that was (UTC).
        replied: Whether the author was told what will happen when they posted it, since it was said to the bot.
        digest: What is the same in every post of the same text.
        former: The digest of what it said before it was edited; empty where it never was.
        same_as: The source of the post that it repeats; empty where it repeats none.
        version: How often it was changed, so that a card that somebody left open can be told from it.
    """

    source: str
    number: int
    author: str
    name: str
    at: datetime
    text: str
    link: str
    lane: Lane
    fate: Fate = Fate.OPEN
    reason: str = ""
    room: str = ""
    start: datetime | None = None
    end: datetime | None = None
    by: str = ""
    decider: str = ""
    decided: datetime | None = None
    replied: bool = False
    digest: str = ""
    former: str = ""
    same_as: str = ""
    version: int = 0

    @property
    def key(self) -> str:
        """Network and id."""
        return self.source

    @property
    def lives(self) -> bool:
        """Whether it takes its room: it was neither denied nor cancelled nor withdrawn, and is no repeat."""
        return self.lane is Lane.OUTGOING and self.fate in (Fate.OPEN, Fate.APPROVED)


@dataclass(frozen=True, slots=True)
class Stand:
    """Where and when an open space was to be for a while.

    Args:
        changed: From when on (UTC).
        room: Where.
        start: When it was to begin (UTC).
        end: When it was to end (UTC).
        cancelled: Whether it was not to take place.
    """

    changed: datetime
    room: str
    start: datetime
    end: datetime
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class OpenSpace:
    """An open space as everybody sees it: one that was approved.

    Args:
        id: Its identity, kept for its whole life: that of its post.
        number: The post's number.
        title: What it is about, one short line.
        room: Where.
        start: When it begins (UTC).
        end: When it ends (UTC).
        changed: When any of this became so; it grows with each change by a second at least.
        host: The name of who announced it.
        link: The address of the post; empty where it has none.
        cancelled: Whether it does not take place any more.
        before: Where and when it was to be before, oldest first; the newest of them.
    """

    id: str
    number: int
    title: str
    room: str
    start: datetime
    end: datetime
    changed: datetime
    host: str = ""
    link: str = ""
    cancelled: bool = False
    before: tuple[Stand, ...] = ()

    @property
    def key(self) -> str:
        """Its identity."""
        return self.id

    @property
    def stand(self) -> Stand:
        """Where and when it is now."""
        return Stand(self.changed, self.room, self.start, self.end, self.cancelled)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Somebody whose posts are dropped at once.

    Args:
        author: The key of their identity, or network and name where that is all that was said, such as ``x/@spam``.
        name: What people call them.
    """

    author: str
    name: str = ""

    @property
    def key(self) -> str:
        """The author."""
        return self.author


@dataclass(frozen=True, slots=True)
class Choices:
    """What organisers chose while the bot runs; it goes before the configuration.

    Args:
        auto_send: Whether what is clear is sent without asking anybody; None where the configuration says it.
    """

    auto_send: bool | None = None

    @property
    def key(self) -> str:
        """There is one."""
        return "openspaces"


POSTS = Table(
    "posts",
    Post,
    Visibility.OWNER,
    indexes={
        "number": lambda p: p.number,
        "author": lambda p: p.author,
        "decider": lambda p: p.decider or None,
        "digest": lambda p: p.digest or None,
        "former": lambda p: p.former or None,
        "lane": lambda p: p.lane if p.lane is not Lane.ASIDE else None,
        "room": lambda p: room_key(p.room) if p.lives else None,
        "waiting": lambda p: room_key(p.room) if p.lane is Lane.CONFLICT and p.fate is Fate.OPEN else None,
        "vouched": lambda p: vouched_network(p.author),
    },
)
OPENSPACES = Table(
    "openspaces",
    OpenSpace,
    Visibility.PUBLIC,
    indexes={"room": lambda o: o.room, "cancelled": lambda o: o.cancelled or None},
)
IGNORED = Table("ignored", Ignored, Visibility.OWNER)
CHOICES = Table("openspace_choices", Choices, Visibility.OWNER)


def post_id(number: int) -> str:
    """Return the id by which people name a post."""
    return f"p{number}"
