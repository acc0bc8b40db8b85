"""Rooms × slots: what each day's grid shows, apart from how it is shown, and when the running slot changes."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    ROOMS,
    TRACKS,
    PlannedDay,
    Room,
    bookings_by_place,
    format_place,
    plan,
    sorted_rooms,
    track_colors,
)
from ptgbot.features.topics.model import LINKS, meeting_url

__all__ = ["Cell", "Grid", "Line", "grids", "next_turn", "phases", "running"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A room in a slot.

    Args:
        slot: Name of the slot.
        code: What to type to book it.
        track: Who has it; empty where it is free.
        color: The colour of the track, as typed.
        url: Where the track meets on line; empty where it does not.
    """

    slot: str
    code: str
    track: str = ""
    color: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A room through a day; None for each slot in which it cannot be had."""

    room: Room
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A day, and the rooms that can be had on it."""

    day: PlannedDay
    lines: tuple[Line, ...]

    @property
    def example(self) -> str:
        """The code of a free slot to explain booking with, one without blanks if there is one; empty without any."""
        free = [cell.code for line in self.lines for cell in line.cells if cell and not cell.track]
        return next((code for code in free if " " not in code), free[0] if free else "")


def _grids(view: View, event: Event) -> tuple[Grid, ...]:
    colors = track_colors(view)
    bookings = bookings_by_place(view)

    def cell(room: Room, slot: str) -> Cell | None:
        if slot not in room.slots:
            return None
        code = format_place(room.name, slot)
        booking = bookings.get((room.name, slot))
        if booking is None:
            return Cell(slot, code)
        track = booking.track
        return Cell(slot, code, track, colors.get(track, ""), meeting_url(view, track, room.name))

    found = []
    for day in plan(view, event):
        lines = [Line(room, tuple(cell(room, s.slot.name) for s in day.slots)) for room in sorted_rooms(view)]
        found.append(Grid(day, tuple(line for line in lines if any(line.cells))))
    return tuple(found)


grids: Derived[tuple[Grid, ...]] = Derived((DAYS, ROOMS, BOOKINGS, TRACKS, LINKS), _grids)


def running(day: PlannedDay, now: datetime) -> frozenset[str]:
    """Return the names of a day's slots that are running."""
    return frozenset(slot.slot.name for slot in day.slots if slot.runs(now))


def phases(day: PlannedDay, now: datetime) -> tuple[str, ...]:
    """Return for each of a day's slots whether it is ``past``, ``runs``, or neither (empty)."""
    return tuple(
        "runs" if slot.runs(now) else "past" if slot.end is not None and slot.end <= now else "" for slot in day.slots
    )


_BOUNDS: Derived[list[datetime]] = Derived(
    (DAYS,),
    lambda view, event: sorted(
        {
            instant
            for day in plan(view, event)
            for slot in day.slots
            for instant in (slot.start, slot.end)
            if instant is not None
        }
    ),
)


def next_turn(view: View, event: Event, now: datetime) -> datetime:
    """Return when a slot begins or ends next, or the event's next midnight if that is sooner."""
    tomorrow = event.local(now).date() + timedelta(days=1)
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=event.zone).astimezone(UTC)
    bounds = _BOUNDS(view, event)
    following = bisect_right(bounds, now)
    return min([midnight, *bounds[following : following + 1]])
