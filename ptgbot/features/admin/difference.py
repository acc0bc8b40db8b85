"""What an import would change, in lines for people."""

from collections.abc import Iterable
from typing import TypeVar

from ptgbot.core.changes import Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import Document, Table, View
from ptgbot.features.motd.model import MOTD
from ptgbot.features.people.model import ACCESS
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    ROOMS,
    TRACKS,
    Booking,
    Day,
    Room,
    Track,
    format_place,
    full_title,
    plan_days,
)
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.features.topics.model import LINKS, TOPICS

__all__ = ["difference"]

_OF_ROOM = {
    "slots": "slots",
    "desc": "description",
    "url": "address",
    "cap_icon": "equipment",
    "cap_desc": "equipment",
    "position": "order",
}
_WHOLE = {
    MOTD.name: "messages of the day",
    INFO.name: "the event's id or links",
    ACCESS.name: "who may speak for tracks",
}
_PERSONAL = {CHECKINS.name: "check-in", SUBSCRIPTIONS.name: "subscription"}

D = TypeVar("D", bound=Document)
_Pair = tuple[D | None, D | None]


def difference(view: View, edits: Iterable[Edit], event: Event) -> tuple[str, ...]:
    """Return what some edits change, a line for each kind of thing and each booking that moves.

    Args:
        view: The state that the edits start from.
        edits: The edits.
        event: The conference.
    """
    edits = tuple(edits)
    return (
        *_tracks(_of(edits, TRACKS, Track)),
        *_rooms(_of(edits, ROOMS, Room)),
        *_slots(view, _of(edits, DAYS, Day), event),
        *_bookings(_of(edits, BOOKINGS, Booking)),
        *_rest(edits),
    )


def _of(edits: Iterable[Edit], table: Table[D], type_: type[D]) -> list[_Pair[D]]:
    return [
        (e.before if isinstance(e.before, type_) else None, e.after if isinstance(e.after, type_) else None)
        for e in edits
        if e.table is table
    ]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _named(sign: str, noun: str, names: list[str]) -> list[str]:
    return [f"{sign} {_count(len(names), noun)}: {', '.join(names)}"] if names else []


def _tracks(pairs: list[_Pair[Track]]) -> list[str]:
    recolored = [f"{after.name} {before.color} → {after.color}" for before, after in pairs if before and after]
    return [
        *_named("+", "track", [after.name for before, after in pairs if after and not before]),
        *_named("-", "track", [before.name for before, after in pairs if before and not after]),
        *_named("~", "colour", recolored),
    ]


def _rooms(pairs: list[_Pair[Room]]) -> list[str]:
    changed = []
    for before, after in pairs:
        if before and after:
            told = dict.fromkeys(word for key, word in _OF_ROOM.items() if getattr(before, key) != getattr(after, key))
            changed.append(f"{after.name} ({', '.join(told)})")
    return [
        *_named("+", "room", [after.name for before, after in pairs if after and not before]),
        *_named("-", "room", [before.name for before, after in pairs if before and not after]),
        *_named("~", "room", changed),
    ]


def _slots(view: View, pairs: list[_Pair[Day]], event: Event) -> list[str]:
    """Return which slots come, go, and have other times."""
    if not pairs:
        return []
    days = dict(view.all(DAYS))
    before = _times(days.values(), event)
    for was, is_ in pairs:
        if was is not None:
            days.pop(was.key, None)
        if is_ is not None:
            days[is_.key] = is_
    after = _times(days.values(), event)
    other = [f"{name} {before[name]} → {when}" for name, when in after.items() if before.get(name, when) != when]
    lines = [
        *_named("+", "slot", [f"{name} ({when})" for name, when in after.items() if name not in before]),
        *_named("-", "slot", [f"{name} ({when})" for name, when in before.items() if name not in after]),
        *_named("~", "slot", other),
    ]
    return lines or _named("~", "day", list(dict.fromkeys(day.name for pair in pairs for day in pair if day)))


def _times(days: Iterable[Day], event: Event) -> dict[str, str]:
    times = {}
    for day in plan_days(days, event):
        for slot in day.slots:
            if slot.start is None or slot.end is None:
                times[slot.slot.name] = slot.slot.desc or day.day.name
            else:
                start, end = event.local(slot.start), event.local(slot.end)
                times[slot.slot.name] = f"{start:%a} {start.day} {start:%b %H:%M}-{end:%H:%M}"
    return times


def _bookings(pairs: list[_Pair[Booking]]) -> list[str]:
    lines, addresses = [], []
    for before, after in pairs:
        if before is None or after is None:
            continue
        was, is_ = format_place(before.room, before.slot), format_place(after.room, after.slot)
        if before.track != after.track:
            lines.append(f"another track: {after.track} instead of {before.track} in {is_}")
        elif before.revision != after.revision:
            lines.append(f"moved: {after.track} from {was} to {is_}")
        elif was != is_:
            lines.append(f"another name for the same: {was} of {after.track} is {is_}")
        if before.title != after.title:
            lines.append(f"another title: '{after.title}' instead of '{before.title}' in {is_}")
        if before.url != after.url:
            addresses.append(is_)
    return [
        *_named("+", "booking", [_booked(after) for before, after in pairs if after and not before]),
        *sorted(lines),
        *_named("~", "page", addresses),
        *_named("-", "booking", [_booked(before) for before, after in pairs if before and not after]),
    ]


def _booked(booking: Booking) -> str:
    return f"{full_title(booking.track, booking.title)} in {format_place(booking.room, booking.slot)}"


def _rest(edits: tuple[Edit, ...]) -> list[str]:
    """Return what else changes; of what is somebody's own, only how many."""
    keys: dict[str, list[str]] = {}
    for edit in edits:
        keys.setdefault(edit.table.name, []).append(edit.key)
    of_tracks = [
        f"~ {noun} of {_count(len(names), 'track')}: {', '.join(names)}"
        for table, noun in ((TOPICS.name, "topics"), (LINKS.name, "links"))
        if (names := keys.get(table))
    ]
    whole = [f"~ {words}" for table, words in _WHOLE.items() if table in keys]
    people = [f"~ {_count(len(keys[table]), noun)}" for table, noun in _PERSONAL.items() if table in keys]
    return [*of_tracks, *whole, *people]
