"""Tracks, rooms, days with their slots, and bookings, and what follows from them."""

import difflib
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ptgbot.core.clock import Event
from ptgbot.core.commands import Refused, quote
from ptgbot.core.derived import Derived
from ptgbot.core.documents import Table, View, Visibility

__all__ = [
    "BOOKINGS",
    "DAYS",
    "INFO",
    "ROOMS",
    "TRACKS",
    "Booking",
    "Day",
    "Info",
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
    "plan",
    "plan_days",
    "random_color",
    "room_today",
    "sorted_rooms",
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

DEFAULT_MINUTES = 60

_TRACK_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")
# What the site calls its own files, and the verbs that may be written with a # in channels.
_RESERVED_FILES = frozenset(
    "ptg index etherpads signage history subscribe openspaces schedule changes now-and-next".split()
)
_RESERVED_VERBS = frozenset("in out seen unsubscribe help more".split())

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIMES = re.compile(r"\s*(\d{1,2})[:.h](\d{2})(?!\d)\s*(?:[-–—]+\s*(\d{1,2})[:.h](\d{2})(?!\d))?", re.ASCII)
_TWELVE_HOURS = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)  # "1:30 pm": not read as half past one at night
_YEARS = range(1970, 3000)  # what is beyond is a slip, and near the ends of the calendar nothing can be added any more


@dataclass(frozen=True, slots=True)
class Info:
    """The event's own facts in the store.

    Args:
        eventid: What the names of its etherpads begin with; empty where there are none.
        links: Title and URL of what the links page shows, in order.
    """

    eventid: str = ""
    links: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """There is one."""
        return "event"


@dataclass(frozen=True, slots=True)
class Track:
    """A subject that people meet about.

    Args:
        name: Lower-case name.
        color: CSS colour of its badge, as typed.
    """

    name: str
    color: str

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of time that rooms can be booked for.

    Args:
        name: Its name, unique in the event.
        desc: What people read, such as ``09:00-10:45``.
        realtime: ISO instant of its start, where it is known exactly; else empty.
        duration: Minutes, where they are known; else None.
    """

    name: str
    desc: str
    realtime: str = ""
    duration: int | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the event.

    Args:
        name: What it is called, such as a weekday.
        position: Its place in the order of days.
        slots: Its slots, in order.
    """

    name: str
    position: int
    slots: tuple[Slot, ...]

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Room:
    """A venue.

    Args:
        name: Its name.
        position: Its place in the order of rooms.
        slots: The names of the slots in which it can be had.
        desc: What people read about it.
        url: Its meeting URL.
        cap_icon: Name of a sign for what it is equipped with.
        cap_desc: What that sign means.
    """

    name: str
    position: int
    slots: tuple[str, ...]
    desc: str = ""
    url: str = ""
    cap_icon: str = ""
    cap_desc: str = ""

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Booking:
    """A track in a room for a slot.

    Args:
        id: Its identity, kept when it moves.
        track: Name of the track.
        room: Name of the room.
        slot: Name of the slot.
        revision: How often it was moved.
        changed: When it was last made or moved.
    """

    id: str
    track: str
    room: str
    slot: str
    revision: int
    changed: datetime

    @property
    def key(self) -> str:
        """Its identity."""
        return self.id


INFO = Table("event", Info, Visibility.PUBLIC)
TRACKS = Table("tracks", Track, Visibility.PUBLIC)
DAYS = Table("days", Day, Visibility.PUBLIC)
ROOMS = Table("rooms", Room, Visibility.PUBLIC)
BOOKINGS = Table(
    "bookings",
    Booking,
    Visibility.PUBLIC,
    indexes={"place": lambda b: (b.room, b.slot), "track": lambda b: b.track},
)


def event_info(view: View) -> Info:
    """Return the event's own facts."""
    return view.get(INFO, "event") or Info()


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


# -- time -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot with its instants (UTC); both None where nothing tells them."""

    slot: Slot
    start: datetime | None
    end: datetime | None

    def runs(self, now: datetime) -> bool:
        """Return whether it is running."""
        return self.start is not None and self.end is not None and self.start <= now < self.end


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day with its date, None where nothing tells it, and its slots."""

    day: Day
    date: date | None
    slots: tuple[PlannedSlot, ...]


def plan_days(days: Iterable[Day], event: Event) -> tuple[PlannedDay, ...]:
    """Return days in order, with the date of each and the instants of their slots."""
    planned = []
    before: date | None = None
    for day in sorted(days, key=lambda day: (day.position, day.name)):
        before = _date_of(day, event, before)
        slots = tuple(_plan_slot(slot, before, event) for slot in day.slots)
        planned.append(PlannedDay(day, before, slots))
    return tuple(planned)


plan: Derived[tuple[PlannedDay, ...]] = Derived((DAYS,), lambda view, event: plan_days(view.all(DAYS).values(), event))


def _date_of(day: Day, event: Event, before: date | None) -> date | None:
    """Return a day's date, given that of the day before it in the event."""
    try:
        told = date.fromisoformat(day.name)
        if told.year in _YEARS:
            return told
    except ValueError:
        pass
    if event.first_day is None:
        starts = [start for slot in day.slots if (start := _instant(slot.realtime, event)) is not None]
        return event.local(min(starts)).date() if starts else None
    name = day.name.strip().lower()
    if name in _WEEKDAYS:
        ahead = (_WEEKDAYS.index(name) - event.first_day.weekday()) % 7
        return event.first_day + timedelta(days=ahead)
    return event.first_day if before is None else before + timedelta(days=1)


def _instant(text: str, event: Event) -> datetime | None:
    """Return the instant that an ISO text names, None where it names none; without offset it is event time."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.year not in _YEARS:
        return None
    return (instant if instant.tzinfo else instant.replace(tzinfo=event.zone)).astimezone(event.zone)


def _plan_slot(slot: Slot, day: date | None, event: Event) -> PlannedSlot:
    told = None if _TWELVE_HOURS.search(slot.desc) else _TIMES.match(slot.desc)
    hours = [None if part is None else int(part) for part in told.groups()] if told else [None] * 4
    begins, ends = _Wall.of(hours[0], hours[1]), _Wall.of(hours[2], hours[3])
    start = _instant(slot.realtime, event)
    if start is None and day is not None and begins is not None:
        start = begins.on(day, event)
    if start is None:
        return PlannedSlot(slot, None, None)
    start = start.astimezone(UTC)
    if slot.duration is not None or begins is None or ends is None:
        return PlannedSlot(slot, start, start + timedelta(minutes=slot.duration or DEFAULT_MINUTES))
    minutes = (ends.minutes - begins.minutes) % (24 * 60)
    local = event.local(start)
    if minutes and (local.hour, local.minute) == divmod(begins.minutes, 60):
        # By the wall clock: over a change to or from summer time this is not what the minutes add up to.
        end = ends.on(local.date() + timedelta(days=ends.minutes <= begins.minutes), event).astimezone(UTC)
        if end > start:
            return PlannedSlot(slot, start, end)
    return PlannedSlot(slot, start, start + timedelta(minutes=minutes or DEFAULT_MINUTES))


@dataclass(frozen=True, slots=True)
class _Wall:
    """A time of day as minutes after midnight; 24:00 is the next midnight."""

    minutes: int

    @classmethod
    def of(cls, hour: int | None, minute: int | None) -> "_Wall | None":
        if hour is None or minute is None or minute > 59 or hour * 60 + minute > 24 * 60:
            return None
        return cls(hour * 60 + minute)

    def on(self, day: date, event: Event) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=event.zone) + timedelta(minutes=self.minutes)


def untimed_slots(view: View, event: Event) -> list[str]:
    """Return the names of the slots whose time nothing tells."""
    return [slot.slot.name for day in plan(view, event) for slot in day.slots if slot.start is None]


def today(view: View, event: Event, now: datetime) -> PlannedDay | None:
    """Return the day of the event that counts as today: today's, else the first; None where there is none."""
    days = plan(view, event)
    local = event.local(now)
    for day in days:
        if day.date == local.date():
            return day
    if any(day.date is None for day in days):
        weekday = _WEEKDAYS[local.weekday()]
        for day in days:
            if day.date is None and day.day.name.strip().lower() == weekday:
                return day
    return days[0] if days else None


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
