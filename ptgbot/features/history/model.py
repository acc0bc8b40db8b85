"""Entries: what each Change did to documents that everybody can see, and who did it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import orjson

from ptgbot.core.changes import Cause, Draft, Edit
from ptgbot.core.codec import decode, encode
from ptgbot.core.documents import Document, Table, View, Visibility
from ptgbot.core.identity import Actor, Role, keys_of, vouched_network
from ptgbot.features.bulletins.model import CARDS, RECEIPTS
from ptgbot.features.linking.model import LINKS as LINKS_OF_PEOPLE
from ptgbot.features.openspaces.model import CHOICES, IGNORED, OPENSPACES, POSTS
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.reminders.model import ANNOUNCEMENTS, NUMBERS, REMINDERS, SPEAKERS, WISHES
from ptgbot.features.schedule.model import CALENDAR, TRACKS
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS

__all__ = [
    "HISTORY",
    "PRIVATE_HOURS",
    "SOMEONE",
    "TRACES",
    "Entry",
    "Trace",
    "edits_of",
    "entry_id",
    "entry_number",
    "expired",
    "is_taken_back",
    "newest_first",
    "private_edits",
    "public_edits",
    "record",
    "touches",
]

SOMEONE = "someone"  # who wanted to be forgotten
PRIVATE_HOURS = 24  # how long private documents that a Change removed are kept, to take it back

_PERSONAL = (CHECKINS, SUBSCRIPTIONS, WISHES)
_PRIVATE = (*_PERSONAL, ANNOUNCEMENTS, POSTS, IGNORED, CHOICES)
_OF_A_TRACK = frozenset({"topics", "links"})  # tables whose keys are names of tracks


@dataclass(frozen=True, slots=True)
class Entry:
    """What one Change did to PUBLIC documents.

    Args:
        number: The Change's number.
        at: When it was made.
        name: Who did it, by the name people know; empty where nobody did.
        text: The command as typed; empty where there was none.
        subject: The track it is about; empty where it is about none.
        cause: What brought it about.
        edits: The documents before and after, as JSON text: a list of table, key, before and after.
        undone: The number of the last Change that took it back, 0 if none did; that one may be taken back itself.
        verified: Whether the network vouched for who did it; None where nobody did, or nobody knows any more.
    """

    number: int
    at: datetime
    name: str
    text: str
    subject: str
    cause: Cause
    edits: str
    undone: int = 0
    verified: bool | None = None

    @property
    def key(self) -> str:
        """Its number."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Trace:
    """What belongs to an entry and is not for everybody.

    Args:
        number: The entry's number.
        at: When its Change was made.
        identity: Who made it; empty where nobody did.
        edits: Private documents before and after, for as long as they are kept; like an entry's.
    """

    number: int
    at: datetime
    identity: str
    edits: str = ""

    @property
    def key(self) -> str:
        """The entry's number."""
        return str(self.number)


HISTORY = Table(
    "history",
    Entry,
    Visibility.PUBLIC,
    order=lambda e: e.number,
)
TRACES = Table(
    "traces",
    Trace,
    Visibility.OWNER,
    indexes={"identity": lambda t: t.identity or None, "vouched": lambda t: vouched_network(t.identity)},
    order=lambda t: t.number,
)

# The history's own, what follows from the rest, and what is nobody's business.
_LEFT_OUT = (HISTORY, TRACES, CALENDAR, RECEIPTS, CARDS, LINKS_OF_PEOPLE, REMINDERS, NUMBERS, SPEAKERS, OPENSPACES)


def entry_id(number: int) -> str:
    """Return the id by which people name a Change."""
    return f"c{number}"


def entry_number(text: str) -> int | None:
    """Return the number that an id names, None where it names none."""
    digits = text.lower().removeprefix("c")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def newest_first(view: View, track: str = "") -> Iterator[Entry]:
    """Yield the entries, the newest first; where a track is named, those that did something to it."""
    entries = reversed(cast("dict[str, Entry]", view.all(HISTORY)).values())  # tables keep the order of numbers
    return (entry for entry in entries if touches(entry, track)) if track else entries


def is_taken_back(view: View, entry: Entry) -> bool:
    """Return whether a Change is taken back at the moment; what took it back may have been taken back itself."""
    taken = False
    while entry.undone and (by := view.get(HISTORY, str(entry.undone))) is not None:
        taken, entry = not taken, by
    return taken != bool(entry.undone)  # what took it back may be too old to be kept


def touches(entry: Entry, track: str, *, alone: bool = False) -> bool:
    """Return whether an entry is about a track: given for it, or altering what belongs to it.

    Args:
        entry: The entry.
        track: The track.
        alone: Whether it must alter nothing else, and not whether there is such a track.
    """
    if entry.subject == track:
        return True
    if f'"{track}"' not in entry.edits:  # names have no character that JSON writes in another way
        return False
    about = [
        (table in _OF_A_TRACK and key == track) or any(d and d.get("track") == track for d in documents)
        for table, key, *documents in orjson.loads(entry.edits)
    ]
    return all(about) if alone else any(about) or f'["{TRACKS.name}","{track}",' in entry.edits


def record(
    edits: Iterable[Edit],
    *,
    number: int,
    at: datetime,
    cause: Cause,
    actor: Actor | None,
    text: str,
    subject: str,
) -> tuple[Edit, ...]:
    """Return the edits that add a Change's entry; none where it leaves none.

    What people do to their own check-in and subscription leaves no entry, neither do posts, nor the history's own
    upkeep.
    What an organiser's command does to those of others is kept apart, unpublished, for as long as it can be taken back.

    Args:
        edits: The Change's own edits.
        number: The Change's number.
        at: When it is made.
        cause: What brings it about.
        actor: Who gave the command.
        text: The command as typed.
        subject: The track it is about.
    """
    if cause in (Cause.PURGE, Cause.DELIVERY, Cause.POST):
        return ()
    kept = [e for e in edits if e.table not in _LEFT_OUT]
    public = [e for e in kept if e.table not in _PRIVATE]
    if not public and cause is Cause.COMMAND:
        own = () if actor is None else keys_of(actor)
        if all(e.key in own for e in kept):
            return ()
    if not kept:
        return ()
    private = [e for e in kept if e.table in _PRIVATE]
    if not public:  # what is private leaves no trace of who typed what; of organisers, only which command it was
        organiser = actor is not None and actor.role >= Role.ORGANISER
        actor, text = (actor, text.partition(" ")[0]) if organiser else (None, "")
    verified = actor.identity.verified if actor else None
    entry = Entry(number, at, actor.name if actor else "", text, subject, cause, _dump(public), verified=verified)
    trace = Trace(number, at, actor.identity.key if actor else "", _dump(private) if private else "")
    return (Edit(HISTORY, entry.key, None, entry), Edit(TRACES, trace.key, None, trace))


def _dump(edits: Iterable[Edit]) -> str:
    return encode([(e.table.name, e.key, e.before, e.after) for e in edits]).decode()


def edits_of(text: str, tables: Mapping[str, Table[Any]]) -> Iterator[Edit]:
    """Yield the edits of a text; those that this version cannot read are passed over."""
    for name, key, before, after in orjson.loads(text or "[]"):
        table = tables.get(name)
        if table is not None:
            try:
                yield Edit(table, key, _document(table, before), _document(table, after))
            except ValueError:  # an older version wrote it, and the document has another shape by now
                continue


def _document(table: Table[Any], raw: Any) -> Document | None:
    return None if raw is None else decode(table.type, raw)


def public_edits(entry: Entry, tables: Mapping[str, Table[Any]]) -> list[Edit]:
    """Return what a Change did to PUBLIC documents."""
    return list(edits_of(entry.edits, tables))


def private_edits(view: View, entry: Entry, tables: Mapping[str, Table[Any]]) -> list[Edit]:
    """Return what a Change did to private documents, as long as that is kept."""
    trace = view.get(TRACES, entry.key)
    return list(edits_of(trace.edits, tables)) if trace else []


def expired(view: View, now: datetime, days: int) -> tuple[Edit, ...]:
    """Return the edits that remove what is kept no longer.

    Args:
        view: The state.
        now: Now (aware, UTC).
        days: How many days entries are kept.
    """
    draft = Draft(view)
    oldest = now - timedelta(days=days)
    for entry in view.all(HISTORY).values():  # in the order they were made
        if entry.at >= oldest:
            break
        draft.remove(HISTORY, entry.key)
        draft.remove(TRACES, entry.key)
    forgotten = now - timedelta(hours=PRIVATE_HOURS)
    for trace in view.all(TRACES).values():
        if trace.edits and trace.at < forgotten and draft.get(TRACES, trace.key) is not None:
            draft.put(TRACES, replace(trace, edits=""))
    return draft.edits()
