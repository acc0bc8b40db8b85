"""The schedule, as other features may know it: its documents, its times, and what follows from them."""

import difflib
import random
import re
from datetime import datetime

from ptgbot.core.clock import Event
from ptgbot.core.commands import Refused, quote
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.features.schedule.documents import (
    BOOKINGS,
    CALENDAR,
    DAYS,
    INFO,
    ROOMS,
    TRACKS,
    Booking,
    CalendarEntry,
    Day,
    Info,
    Room,
    Slot,
    Track,
    event_info,
)
from ptgbot.features.schedule.new_bookings import NewBookings
from ptgbot.features.schedule.planning import (
    PlannedDay,
    PlannedSlot,
    plan,
    plan_days,
    slots_by_name,
    timed_bookings,
    today,
    untimed_slots,
)
from ptgbot.features.schedule.slugs import full_title, hyphenated

__all__ = [
    "BOOKINGS",
    "CALENDAR",
    "DAYS",
    "INFO",
    "ROOMS",
    "TRACKS",
    "Booking",
    "CalendarEntry",
    "Day",
    "Info",
    "NewBookings",
    "PlannedDay",
    "PlannedSlot",
    "Room",
    "Slot",
    "Track",
    "bookings_by_place",
    "check_track",
    "event_info",
    "find_place",
    "format_place",
    "full_title",
    "hyphenated",
    "plan",
    "plan_days",
    "random_color",
    "room_today",
    "slots_by_name",
    "sorted_rooms",
    "timed_bookings",
    "today",
    "track_colors",
    "track_name_problem",
    "untimed_slots",
]

PALETTE = (
    "#b3261e",
    "#c2410c",
    "#f2a900",
    "#7a8b00",
    "#2e7d32",
    "#00796b",
    "#39b5c8",
    "#1f6feb",
    "#5b4bc4",
    "#9c36b5",
    "#d6569b",
    "#5f6b76",
)

_TRACK_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")
# What the site calls its own files, and the verbs that may be written with a # in channels.
_RESERVED_FILES = frozenset(
    "ptg index etherpads signage history subscribe openspaces schedule changes now-and-next".split()
)
_RESERVED_VERBS = frozenset("in out seen unsubscribe help more link unlink".split())


# -- tracks ---------------------------------------------------------------------------------------------------------


def track_name_problem(name: str) -> str:
    """Return why a name cannot be a track's, or nothing if it can."""
    if not _TRACK_NAME.fullmatch(name):
        allowed = "use up to 50 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit"
        return f"'{quote(name)}' cannot be a track: {allowed}"
    if name in _RESERVED_FILES or name in _RESERVED_VERBS:
        return f"'{name}' cannot be a track: the bot uses that word itself"
    return ""


def check_track(view: View, name: str) -> None:
    """Raise Refused, with the nearest name there is, where there is no such track."""
    if view.get(TRACKS, name) is not None:
        return
    close = difflib.get_close_matches(name, list(view.all(TRACKS)), n=1)
    raise Refused(f"Unknown track '{quote(name)}'." + (f" Did you mean '{close[0]}'?" if close else ""))


def random_color() -> str:
    """Return a colour out of the palette, for a new track."""
    return random.choice(PALETTE)  # noqa: S311 - nobody gains by guessing it


track_colors: Derived[dict[str, str]] = Derived(
    (TRACKS,), lambda view: {track.name: track.color for track in view.all(TRACKS).values()}
)


# -- rooms and bookings ---------------------------------------------------------------------------------------------


def _sort_rooms(view: View) -> tuple[Room, ...]:
    return tuple(sorted(view.all(ROOMS).values(), key=lambda room: (room.position, room.name)))


sorted_rooms: Derived[tuple[Room, ...]] = Derived((ROOMS,), _sort_rooms)


def _by_place(view: View) -> dict[tuple[str, str], Booking]:
    return {(b.room, b.slot): b for b in view.all(BOOKINGS).values()}


bookings_by_place: Derived[dict[tuple[str, str], Booking]] = Derived((BOOKINGS,), _by_place)


def format_place(room: str, slot: str) -> str:
    """Return the code of a room and slot, as people type it."""
    return f"{room}-{slot}"


def _places_by_code(view: View) -> dict[str, tuple[Room, str]]:
    places = [(room, slot) for room in sorted_rooms(view) for slot in room.slots]
    codes: dict[str, tuple[Room, str]] = {}
    for room, slot in places:
        codes.setdefault(format_place(room.name, slot), (room, slot))
    for room, slot in places:
        codes.setdefault(format_place(room.name, slot).casefold(), (room, slot))
    return codes


_codes: Derived[dict[str, tuple[Room, str]]] = Derived((ROOMS,), _places_by_code)


def find_place(view: View, code: str) -> tuple[Room, str] | None:
    """Return the room and slot that a code names, in any case.

    Room names may hold blanks and hyphens. Where a code could mean two places, it is the first one's in schedule order.
    """
    codes = _codes(view)
    return codes.get(code) or codes.get(code.casefold())


def _rooms_of_day(view: View, day: str) -> dict[str, str]:
    found = view.get(DAYS, day)
    slots = [slot.name for slot in found.slots] if found else []
    places = bookings_by_place(view)
    rooms: dict[str, str] = {}
    for room in sorted_rooms(view):
        for slot in slots:
            booking = places.get((room.name, slot))
            if booking is not None:
                rooms.setdefault(booking.track, room.name)
    return rooms


_ROOMS_OF_DAY: Derived[dict[str, str]] = Derived((DAYS, ROOMS, BOOKINGS), _rooms_of_day)


def room_today(view: View, event: Event, now: datetime, track: str) -> str | None:
    """Return the first room, in schedule order, that has a track in a slot of today; None where none has."""
    day = today(view, event, now)
    return None if day is None else _ROOMS_OF_DAY(view, day.day.name).get(track)
