"""When the slots of the event are, and which of its days is today."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.features.schedule.documents import DAYS, Booking, Day, Slot

__all__ = [
    "PlannedDay",
    "PlannedSlot",
    "plan",
    "plan_days",
    "slots_by_name",
    "timed_bookings",
    "today",
    "untimed_slots",
]

DEFAULT_MINUTES = 60

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIMES = re.compile(r"\s*(\d{1,2})[:.h](\d{2})(?!\d)\s*(?:[-–—]+\s*(\d{1,2})[:.h](\d{2})(?!\d))?", re.ASCII)
_TWELVE_HOURS = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)  # "1:30 pm": not read as half past one at night
_YEARS = range(1970, 3000)  # what is beyond is a slip, and near the ends of the calendar nothing can be added any more


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
    """Return days in order, with the date of each and the instants of their slots, which are in order of time."""
    planned = []
    before: date | None = None
    for day in sorted(days, key=lambda day: (day.position, day.name)):
        before = _date_of(day, event, before)
        slots = _in_order_of_time([_plan_slot(slot, before, event) for slot in day.slots])
        planned.append(PlannedDay(day, before, slots))
    return tuple(planned)


def slots_by_name(days: Iterable[PlannedDay]) -> dict[str, PlannedSlot]:
    """Return the slots of days by their names."""
    return {slot.slot.name: slot for day in days for slot in day.slots}


def timed_bookings(
    bookings: Iterable[Booking], days: Iterable[PlannedDay]
) -> Iterator[tuple[Booking, datetime, datetime]]:
    """Yield bookings with when they begin and end (UTC); those whose time nothing tells are passed over."""
    slots = slots_by_name(days)
    for booking in bookings:
        slot = slots.get(booking.slot)
        if slot is not None and slot.start is not None and slot.end is not None:
            yield booking, slot.start, slot.end


def _in_order_of_time(slots: Iterable[PlannedSlot]) -> tuple[PlannedSlot, ...]:
    """Return slots by when they begin; one whose time nothing tells stays behind the one that it was listed after."""
    keyed: list[tuple[datetime, PlannedSlot]] = []
    behind = datetime.min.replace(tzinfo=UTC)
    for slot in slots:
        behind = slot.start or behind
        keyed.append((behind, slot))
    return tuple(slot for _, slot in sorted(keyed, key=lambda item: item[0]))


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
