"""Rooms × slots: what each day shows of them, apart from how it is shown, and when the running slot changes."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    ROOMS,
    TRACKS,
    PlannedDay,
    PlannedSlot,
    Room,
    bookings_by_place,
    format_place,
    plan,
    sorted_rooms,
    track_colors,
)
from ptgbot.features.topics.model import LINKS, meeting_url

__all__ = ["Agenda", "Cell", "Grid", "Line", "grids", "next_turn", "phases"]

SPARSE = 1 / 3  # of the cells of a grid: one with fewer that can be had is mostly empty


@dataclass(frozen=True, slots=True)
class Cell:
    """A room in a slot.

    Args:
        slot: Name of the slot.
        code: What to type to book it.
        track: Who has it; empty where it is free.
        color: The colour of the track, as typed.
        url: Where the track meets on line; empty where it does not.
        title: What the schedule calls it; empty where nothing but its track does.
        about: The page that the schedule has of it; empty where there is none.
    """

    slot: str
    code: str
    track: str = ""
    color: str = ""
    url: str = ""
    title: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A room through a day; None for each slot in which it cannot be had."""

    room: Room
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """A room's own slots of a day, in order of time, and who has them."""

    room: Room
    slots: tuple[PlannedSlot, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A day, and the rooms that can be had on it.

    Args:
        day: The day.
        lines: The rooms, each with all of the day's slots.
        agendas: The rooms, each with its own slots, where these have little to do with those of others: then a grid
            is wide and empty, and a list for each room is shown. Else none.
        lists: The same where the schedule has titles too, which do not fit the grid of a big screen.
    """

    day: PlannedDay
    lines: tuple[Line, ...]
    agendas: tuple[Agenda, ...] = ()
    lists: tuple[Agenda, ...] = ()

    @property
    def label(self) -> str:
        """What the day is called; its weekday where that is only its date."""
        date = self.day.date
        return f"{date:%A}" if date is not None and self.day.day.name == date.isoformat() else self.day.day.name

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
        url = meeting_url(view, track, room.name)
        return Cell(slot, code, track, colors.get(track, ""), url, booking.title, booking.url)

    found = []
    for day in plan(view, event):
        every = [Line(room, tuple(cell(room, s.slot.name) for s in day.slots)) for room in sorted_rooms(view)]
        lines = tuple(line for line in every if any(line.cells))
        agendas = _agendas(day, lines)
        is_uneven = _is_uneven(day, lines)
        has_titles = any(cell is not None and cell.title for line in lines for cell in line.cells)
        found.append(Grid(day, lines, agendas if is_uneven else (), agendas if is_uneven or has_titles else ()))
    return tuple(found)


def _is_uneven(day: PlannedDay, lines: Iterable[Line]) -> bool:
    """Return whether a day's slots overlap each other, or hardly any room has most of them."""
    spans = sorted((slot.start, slot.end) for slot in day.slots if slot.start is not None and slot.end is not None)
    if any(start < end for (_, end), (start, _) in pairwise(spans)):
        return True
    cells = [cell is not None for line in lines for cell in line.cells]
    return sum(cells) < SPARSE * len(cells)


def _agendas(day: PlannedDay, lines: Iterable[Line]) -> tuple[Agenda, ...]:
    found = []
    for line in lines:
        own = [(slot, cell) for slot, cell in zip(day.slots, line.cells, strict=True) if cell is not None]
        found.append(Agenda(line.room, tuple(slot for slot, _ in own), tuple(cell for _, cell in own)))
    return tuple(found)


grids: Derived[tuple[Grid, ...]] = Derived((DAYS, ROOMS, BOOKINGS, TRACKS, LINKS), _grids)


def phases(of: PlannedDay | Agenda, now: datetime) -> tuple[str, ...]:
    """Return for each slot of a day, or of a room on it, whether it is ``past``, ``runs``, or neither (empty)."""
    return tuple(
        "runs" if slot.runs(now) else "past" if slot.end is not None and slot.end <= now else "" for slot in of.slots
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
