"""What is stored of the schedule: the event's facts, tracks, rooms, days and slots, bookings, calendar entries."""

from dataclasses import dataclass
from datetime import date, datetime

from ptgbot.core.documents import Table, View, Visibility

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
    "Room",
    "Slot",
    "Track",
    "event_info",
]


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
        title: What an imported schedule calls it; empty where nothing but its track does.
        url: The http or https address of the page that such a schedule has of it; empty where there is none.
    """

    id: str
    track: str
    room: str
    slot: str
    revision: int
    changed: datetime
    title: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """Its identity."""
        return self.id


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What calendars tell of a booking, and from when on they tell it.

    Args:
        id: The booking's identity.
        track: Name of the track.
        room: Name of the room.
        start: When it begins (UTC).
        end: When it ends (UTC).
        changed: When any of this became so; it grows with each change by a second at least.
        day: The date of its day in the event; None where nothing tells it.
        link: Where to meet on line; empty where there is no such place.
        pad: Where notes are taken; empty where there is no such place.
        cancelled: Whether it does not take place any more.
        title: What it is called besides its track; empty where it is not.
        about: The address of the page about it; empty where there is none.
    """

    id: str
    track: str
    room: str
    start: datetime
    end: datetime
    changed: datetime
    day: date | None = None
    link: str = ""
    pad: str = ""
    cancelled: bool = False
    title: str = ""
    about: str = ""

    @property
    def key(self) -> str:
        """The booking's identity."""
        return self.id

    @property
    def place(self) -> tuple[str, str, datetime]:
        """Who is where from when on: two entries of which that is the same tell of the same meeting."""
        return self.track, self.room, self.start


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
CALENDAR = Table(
    "calendar",
    CalendarEntry,
    Visibility.PUBLIC,
    indexes={
        "track": lambda e: e.track,
        "room": lambda e: e.room,
        "day": lambda e: e.day,
        "cancelled": lambda e: e.cancelled or None,
    },
)


def event_info(view: View) -> Info:
    """Return the event's own facts."""
    return view.get(INFO, "event") or Info()
