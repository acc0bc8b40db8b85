"""Whatever takes a room for a time, in the one shape that calendars, grids and reminders read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Session", "Status"]


class Status(StrEnum):
    """Whether a session takes place, in the words of calendars."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Session:
    """Whatever takes a room for a time: today a booking.

    Args:
        uid: Its name in calendars, kept for its whole life.
        title: What it is called.
        room: Name of its room.
        start: When it begins (aware, UTC).
        end: When it ends (aware, UTC), after its start.
        status: Whether it takes place.
        revision: A number that grows with each change of it, from 0.
        changed: When it last changed (aware, UTC).
        track: Name of the track that it belongs to; empty where there is none.
        link: Where to meet on line; empty where there is no such place.
        pad: Where notes are taken; empty where there is no such place.
        page: Its page on the site; empty where nobody said where that is.
        about: The page about it elsewhere, such as in a conference's programme; empty where there is none.
    """

    uid: str
    title: str
    room: str
    start: datetime
    end: datetime
    status: Status
    revision: int
    changed: datetime
    track: str = ""
    link: str = ""
    pad: str = ""
    page: str = ""
    about: str = ""
