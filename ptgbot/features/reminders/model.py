"""Reminders, announcements and what people want to be reminded of: the documents, and the rules that need no clock.

A reminder is planned as a document of its own for each target, so that what is due and what is done survive a
restart. Its id follows from what it is about: planned again, it is the same one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ptgbot.core.changes import Draft
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.identity import vouched_network
from ptgbot.core.messages import Target

__all__ = [
    "ANNOUNCEMENTS",
    "NUMBERS",
    "REMINDERS",
    "SPEAKERS",
    "WISHES",
    "Announcement",
    "Approval",
    "Kind",
    "Numbers",
    "Reminder",
    "Speaker",
    "State",
    "Wish",
    "announcement_id",
    "asked_name",
    "next_number",
    "parse_place",
    "place_of",
    "reminder_id",
    "reminders_of",
    "target_of",
]


class Kind(StrEnum):
    """What brings a reminder about."""

    SLOT = "slot"  # a booked slot begins soon: for everybody
    MINE = "mine"  # likewise, for somebody who asked to be told
    UNSAID = "unsaid"  # a slot has begun and nothing was said: for who spoke for the track last
    STALE = "stale"  # a slot has ended and its topic still stands: for them too
    NOTE = "note"  # what an organiser wants to be reminded of
    ANNOUNCEMENT = "announcement"
    OPENSPACE = "openspace"  # an open space begins soon; its feature plans these itself
    REPLY = "reply"  # what the author of a post about one is answered; likewise
    NEWDAY = "newday"  # a day begins: no message, the command is done


class State(StrEnum):
    """How far a reminder is."""

    PLANNED = "planned"
    SENDING = "sending"  # it is going out at this moment; after a crash nobody knows whether it did
    SENT = "sent"
    MISSED = "missed"  # it could not go out in time
    CANCELLED = "cancelled"  # somebody, or what happened meanwhile, made it needless


class Approval(StrEnum):
    """Whether a post may go out to the public."""

    FREE = ""  # nobody has to be asked
    WAITING = "waiting"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message at one time for one target.

    Args:
        id: What it is about: kind, subject, revision of that, lead and target.
        number: By which people name it, as ``r7``; those that say the same of a slot in several places have one.
        kind: What brings it about.
        subject: The booking, the announcement's number, the date.
        place: Where it goes, as ``irc:#ptg``; empty for one whose target is found out when it is due, or is none.
        due: When it is due (UTC).
        start: When what it reminds of begins (UTC); for a note or an announcement, when it is due.
        lead: Minutes between the two.
        track: The track; empty where it is about none.
        identity: The key of whose it is, for personal ones; else empty.
        name: What they are called.
        text: What is to be said; empty where that is made of the subject at the time.
        state: How far it is.
        approval: Whether it may go out.
        since: When it was tried first; None before that.
        ticket: What the network may know it by; several that go out in one message have the same.
        receipt: The network's own name of the message.
        why: Why it was missed or cancelled.
        asked: Whether organisers were asked for their approval.
        via: The network's own name of what it answers; empty where it answers nothing.
    """

    id: str
    number: int
    kind: Kind
    subject: str
    place: str
    due: datetime
    start: datetime
    lead: int = 0
    track: str = ""
    identity: str = ""
    name: str = ""
    text: str = ""
    state: State = State.PLANNED
    approval: Approval = Approval.FREE
    since: datetime | None = None
    ticket: str = ""
    receipt: str = ""
    why: str = ""
    asked: bool = False
    via: str = ""

    @property
    def key(self) -> str:
        """Its id."""
        return self.id

    @property
    def is_open(self) -> bool:
        """Whether something is still to become of it."""
        return self.state in (State.PLANNED, State.SENDING)

    @property
    def is_personal(self) -> bool:
        """Whether one person gets it, whom it may then rather reach twice than never."""
        return bool(self.identity) or self.kind in (Kind.UNSAID, Kind.STALE)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What an organiser has to say to everybody.

    Args:
        number: By which people name it, as ``a3``.
        text: What is said.
        at: When (UTC).
        places: Where, as ``irc:#ptg``.
    """

    number: int
    text: str
    at: datetime
    places: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its id."""
        return announcement_id(self.number)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of reminders.

    Args:
        identity: Whose.
        network: Where to tell them.
        nick: Under which name.
        tracks: Tracks of whose slots they are reminded, each with how many minutes before.
        quiet: Their own quiet hours as ``22:00-07:00``; ``off`` for none, empty for those of the event.
    """

    identity: str
    network: str
    nick: str
    tracks: tuple[tuple[str, int], ...] = ()
    quiet: str = ""

    @property
    def key(self) -> str:
        """The identity's key."""
        return self.identity


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who spoke for a track last.

    Args:
        track: The track.
        identity: The key of who.
        network: Where.
        name: What they were called.
    """

    track: str
    identity: str
    network: str
    name: str

    @property
    def key(self) -> str:
        """The track."""
        return self.track


@dataclass(frozen=True, slots=True)
class Numbers:
    """The last number that was given to a kind of document; it is never given again.

    Args:
        kind: ``r`` for reminders, ``a`` for announcements.
        last: The number.
    """

    kind: str
    last: int

    @property
    def key(self) -> str:
        """The kind."""
        return self.kind


def _minute(reminder: Reminder) -> datetime | None:
    return reminder.due.replace(second=0, microsecond=0) if reminder.is_open else None


def _waits(reminder: Reminder) -> bool:
    """Return whether organisers are asked about a reminder, and nobody has answered yet."""
    return reminder.state is State.PLANNED and reminder.approval is Approval.WAITING and asked_name(reminder) != ""


REMINDERS = Table(
    "reminders",
    Reminder,
    Visibility.OWNER,
    indexes={
        "subject": lambda r: (r.kind, r.subject),
        "number": lambda r: r.number,
        "identity": lambda r: r.identity or None,
        "ticket": lambda r: r.ticket or None,
        "receipt": lambda r: r.receipt or None,
        "minute": _minute,  # of those that are open
        "waits": lambda r: _waits(r) or None,
    },
)
ANNOUNCEMENTS = Table("announcements", Announcement, Visibility.OWNER)
WISHES = Table(
    "wishes",
    Wish,
    Visibility.OWNER,
    indexes={"vouched": lambda w: vouched_network(w.identity)},
)
SPEAKERS = Table(
    "speakers",
    Speaker,
    Visibility.OWNER,
    indexes={"identity": lambda s: s.identity, "vouched": lambda s: vouched_network(s.identity)},
)
NUMBERS = Table("numbers", Numbers, Visibility.OWNER)


def reminder_id(number: int) -> str:
    """Return the id by which people name a reminder."""
    return f"r{number}"


def announcement_id(number: int) -> str:
    """Return the id by which people name an announcement."""
    return f"a{number}"


def asked_name(reminder: Reminder) -> str:
    """Return the id by which organisers are asked about a reminder; empty where nobody asks about that one itself."""
    if reminder.approval is Approval.FREE or reminder.kind is Kind.OPENSPACE:  # of an open space it is the post's
        return ""
    return reminder.subject if reminder.kind is Kind.ANNOUNCEMENT else reminder_id(reminder.number)


def next_number(draft: Draft, kind: str) -> int:
    """Take the next number of a kind, in the Change in the making."""
    held = draft.get(NUMBERS, kind)
    number = 1 if held is None else held.last + 1
    draft.put(NUMBERS, Numbers(kind, number))
    return number


def place_of(target: Target) -> str:
    """Return a target as documents name it, such as ``irc:#ptg``."""
    return f"{target.network}:{target.name}"


def parse_place(place: str) -> Target:
    """Return the target that ``place_of`` named."""
    network, _, name = place.partition(":")
    return Target(network, name)


def target_of(reminder: Reminder) -> Target:
    """Return where a reminder goes; its place must be known."""
    target = parse_place(reminder.place)
    return Target(target.network, reminder.name or target.name, reminder.identity, reminder.via)


def reminders_of(view: View, kind: Kind, subject: str) -> Iterable[Reminder]:
    """Return the reminders that a subject has, of one kind."""
    return view.where(REMINDERS, "subject", (kind, subject)).values()
