"""Talks of a schedule as an event of ours: which slots, rooms, tracks and bookings they make."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from ptgbot.core.clock import Event
from ptgbot.core.color import swatch
from ptgbot.core.documents import View
from ptgbot.features.admin.reading import Reading
from ptgbot.features.admin.timetable import Talk, Timetable
from ptgbot.features.feeds.model import ROOM_FACTS
from ptgbot.features.schedule.model import BOOKINGS, ROOMS, TRACKS, Day, Slot, plan, plan_days
from ptgbot.features.topics.model import LINKS, TOPICS

__all__ = ["Guids", "published_shape"]

Span = tuple[datetime, datetime]
Guids = Mapping[tuple[str, str], UUID | None]  # by room and slot
_WEEK = timedelta(days=7)
_NEVER = (datetime.max.replace(tzinfo=UTC),) * 2


def published_shape(view: View, event: Event, table: Timetable, reading: Reading) -> tuple[dict[str, Any], Guids]:
    """Return a schedule in the published shape, and by what its file knows each booking.

    The tracks that were never in a schedule stay, and so do those of which somebody said something.

    Args:
        view: The state it is imported into: what it names already keeps its name.
        event: The conference.
        table: The schedule.
        reading: Takes what is wrong.
    """
    days = _Days(view, event, table)
    booked: dict[str, dict[str, Talk]] = {room: {} for room in table.rooms}
    for talk in table.talks:
        held = booked[talk.room]
        name = days.name_of(talk, held)
        other = held.get(name)
        if other is None:
            held[name] = talk
        elif (other.track, other.title) == (talk.track, talk.title):
            reading.notes.append(f"{talk.place} is there twice, and left out once")
        elif other.track == talk.track:
            reading.notes.append(f"{talk.place} is at the same time in the same room as {other.place}, left out")
        else:
            reading.problems.append(
                f"{talk.place} is at the same time in the same room as {other.place}: give one of them another room"
            )
    own = table.own if isinstance(table.own, dict) else {}
    facts = _rooms(own)
    schedule = {}
    for room in dict.fromkeys([*facts, *(room for room, talks in booked.items() if talks)]):
        talks = booked.get(room, {})
        offered = [slot for slot in facts.get(room, {}).get("slots", ()) if slot in days.names]
        named = _facts(view, room, facts, table)
        schedule[room] = {
            **named,
            **dict.fromkeys(offered, ""),
            **{slot: talks[slot].track for slot in (*offered, *days.in_order(talks)) if slot in talks},
        }
    data = {
        "tracks": [*table.tracks, *_staying(view, set(table.tracks))],
        "colors": _colors(own, table),
        "slots": days.published(),
        "schedule": schedule,
        "talks": {
            room: {slot: {"title": talk.title, "url": talk.url} for slot, talk in talks.items()}
            for room, talks in booked.items()
        },
    }
    return data, {(room, slot): talk.guid for room, talks in booked.items() for slot, talk in talks.items()}


def _staying(view: View, listed: set[str]) -> list[str]:
    in_schedule = {booking.track for booking in view.all(BOOKINGS).values()}
    said = {*view.all(TOPICS), *view.all(LINKS)}
    return sorted(name for name in view.all(TRACKS) if name not in listed and (name not in in_schedule or name in said))


def _colors(own: Mapping[str, Any], table: Timetable) -> dict[str, str]:
    """Return the colours of the file; as they were once typed, where a file of ours tells."""
    typed = own.get("colors")
    typed = typed if isinstance(typed, dict) else {}
    colors = {name: color for name, color in table.tracks.items() if color}
    return {
        name: was if isinstance(was := typed.get(name), str) and swatch(was) == swatch(color) else color
        for name, color in colors.items()
    }


def _rooms(own: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a file of ours tells of its rooms."""
    rooms = own.get("rooms")
    rooms = rooms if isinstance(rooms, dict) else {}
    return {
        name: {**room, "slots": [slot for slot in room["slots"] if isinstance(slot, str)]}
        for name, room in rooms.items()
        if isinstance(room, dict) and isinstance(room.get("slots"), list)
    }


def _facts(view: View, name: str, own: Mapping[str, Mapping[str, Any]], table: Timetable) -> dict[str, Any]:
    """Return what people read about a room: what the file says, else what is known."""
    if name in own:
        return {key: own[name][key] for key in ROOM_FACTS if key in own[name]}
    held = view.get(ROOMS, name)
    known = {key: getattr(held, key) for key in ROOM_FACTS} if held else {}
    told = {key: value for key, value in table.rooms.get(name, {}).items() if value}
    return {key: value for key, value in {**known, **told}.items() if value}


class _Days:
    """The days and slots that the talks of a schedule take place in.

    Rooms have their own times, so a slot is whatever span some talk takes. One that is there already keeps its name.
    """

    def __init__(self, view: View, event: Event, table: Timetable) -> None:
        self._event = event
        self.names: dict[str, Span | None] = {}
        self._of_span: dict[Span, list[str]] = {}
        self._slots: dict[str, list[Slot]] = {}  # by day
        self._read_own(table.own)
        self._ours = set(self.names)
        listed: dict[Span, date] = {}
        for talk in table.talks:
            listed.setdefault((talk.start, talk.end), talk.day)
        new = sorted((span, day) for span, day in listed.items() if span not in self._of_span)
        day_names = self._name_days(view, [day for _, day in new])
        held = {(s.start, s.end): s.slot for day in reversed(plan(view, event)) for s in reversed(day.slots)}
        kept = {span: held[span] for span, _ in new if span in held and held[span].name not in self.names}
        for span, day in new:
            if span in kept:
                self._add(day_names[day], kept[span], span)
        names = _span_names([span for span, _ in new if span not in kept], listed.values(), event, set(self.names))
        for span, day in new:
            if span not in kept:
                self._add(day_names[day], self._slot(names[span], span), span)

    def _add(self, day: str, slot: Slot, span: Span | None) -> None:
        self._slots.setdefault(day, []).append(slot)
        self.names[slot.name] = span
        if span is not None:
            self._of_span.setdefault(span, []).append(slot.name)

    def _slot(self, name: str, span: Span) -> Slot:
        start, end = (self._event.local(instant) for instant in span)
        minutes = int((span[1] - span[0]).total_seconds() // 60)
        return Slot(name, f"{start:%H:%M}-{end:%H:%M}", start.isoformat(), minutes)

    def _read_own(self, own: Any) -> None:
        """Take the days of a file of ours; where this event would read other times from them, those are spelt out."""
        days = own.get("days") if isinstance(own, dict) else None
        if not isinstance(days, dict):
            return
        read: dict[str, list[tuple[Slot, Span | None]]] = {}
        for name, slots in days.items():
            read[name] = [found for raw in slots if (found := _own_slot(raw))] if isinstance(slots, list) else []
        made = [
            Day(name, number, tuple(slot for slot, _ in slots)) for number, (name, slots) in enumerate(read.items())
        ]
        for day in plan_days(made, self._event):
            self._slots.setdefault(day.day.name, [])
            spans = {planned.slot: (planned.start, planned.end) for planned in day.slots}
            for slot, told in read[day.day.name]:
                if told is not None and told != spans[slot]:
                    spelt = self._slot(slot.name, told)
                    self._add(day.day.name, Slot(slot.name, slot.desc, spelt.realtime, spelt.duration), told)
                else:
                    self._add(day.day.name, slot, told)

    def _name_days(self, view: View, dates: list[date]) -> dict[date, str]:
        """Return the names of days: those that they have already, else weekdays, or dates where these mislead."""
        own = plan_days([Day(n, i, tuple(s)) for i, (n, s) in enumerate(self._slots.items())], self._event)
        known = {day.date: day.day.name for day in (*plan(view, self._event), *own) if day.date}
        wanted = sorted(set(dates))
        weekdays = [f"{day:%A}" for day in wanted]
        first = self._event.first_day
        clear = len(set(weekdays)) == len(weekdays) and not set(weekdays) & {*known.values(), *self._slots}
        clear = clear and (first is None or all(first <= day < first + _WEEK for day in wanted))
        return {
            day: known.get(day, weekday if clear else day.isoformat())
            for day, weekday in zip(wanted, weekdays, strict=True)
        }

    def name_of(self, talk: Talk, taken: Mapping[str, Talk]) -> str:
        """Return the slot of a talk; of several with its times, the first that its room has not given away."""
        names = self._of_span[talk.start, talk.end]
        return next((name for name in names if name not in taken), names[0])

    def in_order(self, slots: Iterable[str]) -> list[str]:
        """Return slots by when they begin, those without a time last."""
        return sorted(slots, key=lambda name: (self.names[name] is None, self.names[name] or _NEVER, name))

    def published(self) -> dict[str, list[dict[str, Any]]]:
        """Return the days with their slots, the days in order of time; those of a file of ours as they were."""
        days: dict[str, list[dict[str, Any]]] = {}
        for name, slots in sorted(self._slots.items(), key=lambda item: self._first(item[0])):
            days[name] = [_published(slot) for slot in slots]
        return days

    def _first(self, day: str) -> tuple[int, datetime]:
        """Return when a day begins, to sort by; days of ours keep their order."""
        names = [slot.name for slot in self._slots[day]]
        if not names or any(name in self._ours for name in names):
            return 0, datetime.min.replace(tzinfo=UTC)
        return 1, min(span[0] for name in names if (span := self.names[name]) is not None)


def _own_slot(raw: Any) -> tuple[Slot, Span | None] | None:
    """Return a slot of a file of ours with its times; None where it is none."""
    if not isinstance(raw, dict) or not isinstance(name := raw.get("name"), str) or not name.strip():
        return None
    desc, realtime, duration = raw.get("desc"), raw.get("realtime"), raw.get("duration")
    slot = Slot(
        name,
        desc if isinstance(desc, str) else "",
        realtime if isinstance(realtime, str) else "",
        duration if isinstance(duration, int) and 0 < duration <= 7 * 24 * 60 else None,
    )
    try:
        start, end = (datetime.fromisoformat(raw[key]).astimezone(UTC) for key in ("start", "end"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return slot, None
    return slot, (start, end) if start < end else None


def _published(slot: Slot) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": slot.name, "desc": slot.desc}
    if slot.realtime:
        shown["realtime"] = slot.realtime
    if slot.duration is not None:
        shown["duration"] = slot.duration
    return shown


def _span_names(spans: list[Span], days: Iterable[date], event: Event, taken: set[str]) -> dict[Span, str]:
    """Return the names of slots: ``Mon0900``; with the end where several begin then, ``Mon0900-0945``.

    Where the event has a weekday twice, the date stands for it: ``23Nov0900``.
    """
    local = {span: (event.local(span[0]), event.local(span[1])) for span in spans}
    dates = {start.date() for start, _ in local.values()} | set(days)
    once = len({day.weekday() for day in dates}) == len(dates)
    short = {span: f"{start:%a}{start:%H%M}" if once else f"{start:%d%b%H%M}" for span, (start, _) in local.items()}
    shared = Counter(short.values())
    names: dict[Span, str] = {}
    for span in sorted(spans):
        alone = shared[short[span]] == 1 and short[span] not in taken
        base = short[span] if alone else f"{short[span]}-{local[span][1]:%H%M}"
        name, number = base, 2
        while name in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name)
        names[span] = name
    return names
