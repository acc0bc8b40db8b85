"""Reading a post and deciding what becomes of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from ptgbot.features.openspaces.reading import second_opinion
from ptgbot.features.openspaces.reading.days import DayReader, Days
from ptgbot.features.openspaces.reading.doubts import doubts, unread_time
from ptgbot.features.openspaces.reading.numbers import without_numbers
from ptgbot.features.openspaces.reading.rooms import RoomReader, Rooms
from ptgbot.features.openspaces.reading.text import hashtags, is_repost, plain
from ptgbot.features.openspaces.reading.times import Time, TimeReader
from ptgbot.features.openspaces.reading.zones import Zone, instants, instants_by, of_times
from ptgbot.features.openspaces.rules import Rules

__all__ = ["Action", "Reader", "Reading"]


# Nobody announces an open space in as many characters; a post of a few lines is read in less than a millisecond.
_LONGEST = 2000
_LONGEST_WRITTEN = 10_000  # with links and markup


class Action(StrEnum):
    """What becomes of a post."""

    SCHEDULE = "schedule"
    REVIEW = "review"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a post.

    Args:
        action: What becomes of it.
        rooms: The rooms it names, each once; known ones by their canonical names.
        starts: When it may start, in the event's zone; with ``SCHEDULE`` exactly one, and in the future.
        ends: When each of these ends.
        reason: Why, in words for the person who looks at it.
    """

    action: Action
    rooms: tuple[str, ...] = ()
    starts: tuple[datetime, ...] = ()
    ends: tuple[datetime, ...] = ()
    reason: str = ""


@dataclass(slots=True)
class _Found:
    """Starts with their ends, in order, and what speaks against them."""

    spans: dict[datetime, datetime] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)

    def add(self, start: datetime, end: datetime | None, duration: timedelta) -> None:
        """Note a start; an end that was told for it stays."""
        start = start.astimezone(UTC)
        usual = start + duration
        if self.spans.get(start, usual) == usual:
            self.spans[start] = end.astimezone(UTC) if end else usual


class Reader:
    """Reads posts by the rules of an event; it keeps nothing from one post to the next.

    Args:
        rules: The rules.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._rooms = RoomReader(rules)
        self._days = DayReader(rules.days)
        self._times = TimeReader(rules.hours, self._rooms.is_room)

    def read(self, text: str, posted_at: datetime) -> Reading:
        """Return what a post says, and what becomes of it.

        Args:
            text: The post's text, whole.
            posted_at: When it was posted; without a zone, as the event's clocks have it.
        """
        if is_repost(text):
            return Reading(Action.IGNORE, reason="it is a repost")
        zone = self._rules.zone
        posted = posted_at.astimezone(zone) if posted_at.tzinfo else posted_at.replace(tzinfo=zone)
        clean = plain(text, self._rooms.is_room) if len(text) <= _LONGEST_WRITTEN else text
        if len(clean) > _LONGEST:
            return Reading(Action.REVIEW, reason=f"it is longer than {_LONGEST} characters")
        rooms = self._rooms.read(clean)
        days = self._days.read(without_numbers(rooms.text), posted.date())
        times, rest = self._times.read(days.text)
        if not rooms.names and not rooms.unknown and not times:
            if hint := unread_time(rest):
                return Reading(Action.REVIEW, reason=f'no room, and "{hint}" may be a time')
            return Reading(Action.IGNORE, reason="no room and no time")
        found = self._starts(times, days, rest, posted)
        reasons = [*self._counts(rooms, times, found), *found.doubts, *days.doubts, *self._dates(found, posted)]
        reasons += doubts(rest, hashtags(text))
        if not reasons and days.dates is None and (hint := second_opinion.day_in(rest)):
            reasons.append(f'"{hint}" may be a day')
        starts = tuple(start.astimezone(zone) for start in found.spans)
        ends = tuple(end.astimezone(zone) for end in found.spans.values())
        if reasons:
            return Reading(Action.REVIEW, rooms.names, starts, ends, "; ".join(dict.fromkeys(reasons)))
        return Reading(Action.SCHEDULE, rooms.names, starts, ends, "one room and one time")

    @staticmethod
    def _counts(rooms: Rooms, times: list[Time], found: _Found) -> Iterator[str]:
        if not rooms.names and not rooms.unknown:
            yield "no room"
        elif len(rooms.names) > 1:
            yield f"{len(rooms.names)} rooms: {', '.join(rooms.names)}"
        for name in rooms.unknown:
            yield f'"{name}" is not on the list of rooms'
        if not times:
            yield "no exact time"
        elif len(found.spans) > 1:
            yield f"{len(found.spans)} times"

    def _dates(self, found: _Found, posted: datetime) -> Iterator[str]:
        for start in found.spans:
            local = start.astimezone(self._rules.zone)
            if start <= posted:
                yield f"{local:%Y-%m-%d %H:%M} is over"
            elif self._rules.days and local.date() not in self._rules.days:
                yield f"{local:%Y-%m-%d} is not a day of the event"

    def _starts(self, times: list[Time], days: Days, text: str, posted: datetime) -> _Found:
        """Return when it may start: each time on each day."""
        found = _Found()
        named, others = of_times(text)
        if any(each.zone is None and not each.ahead for each in times):
            if len(named) > 1:
                found.doubts.append("it names several time zones")
            noon = datetime.combine(posted, time(12), self._rules.zone)
            found.doubts += [f"{name} may be the zone of the time" for name in others if name != noon.tzname()]
        for each in times:
            found.doubts += each.doubts
            if each.ahead is not None:
                start = posted + each.ahead
                found.add(posted.astimezone(UTC) + each.ahead, None, self._rules.duration)
                if days.dates is not None and start.date() not in days.dates:
                    found.doubts.append(f"{each.written} is not on the day that it names")
                continue
            zone = each.zone or (named[0] if named else None)
            for day in sorted(days.dates if days.dates is not None else {posted.date()}):
                for at in each.starts:
                    self._place(found, each, datetime.combine(day, at), zone)
            found.doubts += self._contradictions(each, days)
        return found

    def _place(self, found: _Found, each: Time, at: datetime, zone: Zone | None) -> None:
        """Note when clocks show a time, of which ``at`` has the day and the hour."""
        day, info = at.date(), self._rules.zone
        starts = instants_by(zone, day, at.time(), info) if zone else instants(day, at.time(), info)
        if not starts and zone:
            found.doubts.append(f"clocks may not go by {zone.name} on that day")
            starts = instants(day, at.time(), info)
        elif zone and starts[0].astimezone(info).date() != day:
            found.doubts.append(f"{each.written} {zone.name} is on another day here")
        if len(starts) != 1:
            how = "twice" if starts else "never"
            found.doubts.append(f"clocks show {at:%H:%M} {how} on {day:%Y-%m-%d}, when they are changed")
        for start in starts:
            end = None
            if each.end is not None:
                ends = instants(day + timedelta(days=each.next_day), each.end, start.tzinfo or info)
                end = ends[-1] if ends else None
            found.add(start, end, self._rules.duration)

    @staticmethod
    def _contradictions(each: Time, days: Days) -> Iterator[str]:
        for part in days.parts:
            if not any(part.first <= at.hour < part.last for at in each.starts):
                yield f"{each.written} is not in that part of the day"
