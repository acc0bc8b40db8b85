"""When each room can next be had for an open space."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.sessions import Sessions
from ptgbot.features.openspaces.model import OPENSPACES
from ptgbot.features.openspaces.rules import Rules, room_key
from ptgbot.features.schedule.model import CALENDAR

__all__ = ["Free", "next_free", "next_turn"]

_MINUTE = timedelta(minutes=1)  # the least that people count

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Free:
    """When a room can next be had.

    Args:
        room: What it is called.
        start: From when on (UTC); None for now.
        end: Until when (UTC); None where nobody has it later on that day.
        is_left: Whether there is any time left at which it can be had; else the others are None.
    """

    room: str
    start: datetime | None = None
    end: datetime | None = None
    is_left: bool = True


def _taken(view: View) -> Mapping[str, tuple[Span, ...]]:
    """Return when each room is taken, by bookings and open spaces: in order of time, none overlapping another."""
    found: dict[str, list[Span]] = {}
    for entry in view.all(CALENDAR).values():
        if not entry.cancelled:
            found.setdefault(room_key(entry.room), []).append((entry.start, entry.end))
    for space in view.all(OPENSPACES).values():
        if not space.cancelled:
            found.setdefault(room_key(space.room), []).append((space.start, space.end))
    return {room: tuple(_joined(sorted(spans))) for room, spans in found.items()}


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    last: Span | None = None
    for start, end in spans:
        if last is not None and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last


_TAKEN: Derived[Mapping[str, tuple[Span, ...]]] = Derived((CALENDAR, OPENSPACES), _taken)


def next_free(view: View, event: Event, sessions: Sessions, rules: Rules, now: datetime) -> tuple[Free, ...]:
    """Return when each room can next be had for as long as an open space takes, at the hours at which one may start.

    The rooms are those of the rules, then those in which there is an open space all the same. None once the last day
    is over.

    Args:
        view: The state.
        event: The conference.
        sessions: The open spaces.
        rules: What the event says about open spaces, with its days and rooms.
        now: Now (aware, UTC).
    """
    windows = [window for window in _windows(view, event, sessions, rules, now) if window[1] >= now]
    if not windows:
        return ()
    rooms = {room_key(room.name): room.name for room in rules.rooms}
    for session in sessions.planned(view):
        rooms.setdefault(room_key(session.room), session.room)
    taken = _TAKEN(view)
    return tuple(_first(name, taken.get(key, ()), windows, rules.duration, now) for key, name in rooms.items())


def next_turn(view: View, event: Event, sessions: Sessions, rules: Rules, now: datetime) -> datetime | None:
    """Return when time alone next alters what ``next_free`` returns; None where it does not."""
    turns = [at for opens, closes in _windows(view, event, sessions, rules, now) for at in (opens, closes + _MINUTE)]
    for spans in _TAKEN(view).values():
        following = bisect_right(spans, now, key=lambda span: span[1])
        for start, end in spans[following : following + 1]:
            turns += [start - rules.duration + _MINUTE, start, end]
    return min((at for at in turns if at > now), default=None)


def _windows(view: View, event: Event, sessions: Sessions, rules: Rules, now: datetime) -> list[Span]:
    """Return the first and the last instant of each day from today on at which an open space may start."""
    today = event.local(now).date()
    days = {*rules.days, *sessions.days(view, event)} or {today}
    first, last = rules.hours
    return [(_at(day, first, event), _at(day, last, event)) for day in sorted(days) if day >= today]


def _at(day: date, clock: time, event: Event) -> datetime:
    return datetime.combine(day, clock, event.zone)


def _first(room: str, taken: tuple[Span, ...], windows: list[Span], duration: timedelta, now: datetime) -> Free:
    """Return the first gap that is long enough."""
    for opens, closes in windows:
        start = max(opens, now)
        for begins, ends in taken:
            if ends <= start or start > closes:
                continue
            if begins - start >= duration:
                break
            start = max(start, ends)
        if start > closes:
            continue
        later = next((begins for begins, _ in taken if begins >= start), None)
        end = later if later is not None and later.astimezone(opens.tzinfo).date() == opens.date() else None
        return Free(room, None if start == now else start, end)
    return Free(room, is_left=False)
