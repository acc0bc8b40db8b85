"""Times as people say them: which instant is meant, and how an instant is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from ptgbot.core.clock import Event
from ptgbot.core.timehints import FORMS, BadMoment
from ptgbot.core.timewords import Clock, Day, read_words

__all__ = ["FORMS", "BadMoment", "Bounds", "Moment", "read_moment", "say_moment"]

Bounds = tuple[datetime, datetime]

_FURTHEST = timedelta(days=366)
_LATELY = timedelta(days=90)  # a date without a year that was since then has passed; an older one is next year's
_WEEKS = 54
_MORNING = 6  # o'clock: what is before is in the night


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant that somebody named.

    Args:
        at: The instant (aware, UTC), after now.
        words_taken: How many words named it.
        guess: What was taken for granted, in sentences; empty where nothing was.
    """

    at: datetime
    words_taken: int
    guess: str = ""


def say_moment(at: datetime, event: Event, now: datetime) -> str:
    """Return an instant in words, such as ``Tuesday 24 November, 10:15 CET``; ``read_moment`` reads it again.

    Args:
        at: The instant (aware).
        event: The conference, by whose clocks it is told.
        now: This instant (aware): the year is left out where it is this one.
    """
    local = event.local(at)
    year = "" if local.year == event.local(now).year else f" {local.year}"
    return f"{_say_date(local)}{year}, {local:%H:%M} {local.tzname()}"


def read_moment(words: Sequence[str], now: datetime, event: Event, bounds: Bounds | None = None) -> Moment:
    """Read the time with which some words begin.

    It is one of the forms in ``FORMS``, with or without ``at`` or ``on``; days have their English names; without a
    zone it is the event's. A time of day alone is today, or tomorrow where it has passed.

    Args:
        words: The words: the time, then whatever else.
        now: This instant (aware).
        event: The conference.
        bounds: The first and the last instant that can be meant (aware); None where the event does not say when it is:
            then up to a year ahead.

    Raises:
        BadMoment: They begin with no time, or with one that has passed, is outside the event, or does not exist there.
    """
    said = read_words(words, _zone_names(event, now))
    frame = _Frame(now, event, bounds)
    if said.span is not None:
        return Moment(frame.checked(now + said.span), said.words)
    assert said.clock is not None
    name, zone = (said.zone, event.zone) if isinstance(said.zone, str) else ("", said.zone or event.zone)
    at, guess = _choose(_options(said.day, said.clock, now.astimezone(zone)), zone, name, frame)
    if said.trailing:
        guess = f"{guess} I took '{said.trailing}' as a part of the time.".strip()
    return Moment(at, said.words, guess)


def _zone_names(event: Event, now: datetime) -> frozenset[str]:
    """Return what the event's zone is called in the course of a year."""
    names = (event.local(now + timedelta(weeks=week)).tzname() or "" for week in range(_WEEKS))
    return frozenset(name for name in names if name.isalpha())


@dataclass(frozen=True, slots=True)
class _Frame:
    """What an instant is measured by."""

    now: datetime
    event: Event
    bounds: Bounds | None

    def is_before(self, at: datetime) -> bool:
        return at <= self.now or (self.bounds is not None and at < self.bounds[0])

    def problem(self, at: datetime) -> str:
        """Return what is wrong with an instant; empty where nothing is."""
        if at <= self.now:
            return "has passed"
        if self.bounds is None:
            return "is more than a year ahead" if at > self.now + _FURTHEST else ""
        first, last = self.bounds
        if at < first:
            return f"is before the event, which begins {self.say(first)}"
        return f"is after the event, which ends {self.say(last)}" if at > last else ""

    def checked(self, at: datetime) -> datetime:
        """Return an instant that can be taken, as UTC."""
        problem = self.problem(at)
        if problem:
            raise BadMoment(f"{self.say(at)} {problem}.")
        return at.astimezone(UTC)

    def say(self, at: datetime) -> str:
        return say_moment(at, self.event, self.now)


# -- what may be meant ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Option:
    """A wall clock's time that may be meant, what it is called where it is not the first one, and a remark."""

    wall: datetime
    name: str
    remark: str = ""


def _options(day: Day | None, clock: Clock, local: datetime) -> Iterator[_Option]:
    """Yield what may be meant, the likeliest first, given what the clocks show now."""
    today = local.date()

    def option(date_: date, name: str = "") -> _Option:
        wall = datetime.combine(date_, clock.time)
        in_the_night = clock.either and wall.hour < _MORNING
        remark = f"That is in the night: say {wall.hour}:{wall:%M}pm for the afternoon." if in_the_night else ""
        return _Option(wall, name or _say_date(wall), remark)

    for found in _dates(day, today):
        morning = option(found)
        yield morning
        if clock.either and found == today:
            afternoon = morning.wall + timedelta(hours=12)
            yield _Option(afternoon, f"it as {afternoon:%H:%M}")
    if day is None:
        yield option(today + timedelta(days=1), "tomorrow")


def _say_date(wall: datetime) -> str:
    return f"{wall:%A} {wall.day} {wall:%B}"


def _dates(day: Day | None, today: date) -> Iterator[date]:
    """Yield the dates that may be meant by what somebody called a day."""
    if day is None or day.ahead is not None:
        yield today + timedelta(days=day.ahead if day and day.ahead else 0)
    elif day.month is not None and day.number is not None:
        found = _dated(day.number, day.month, day.year, today)
        if day.weekday is not None and day.weekday != found.weekday():
            raise BadMoment(f"{found.day} {found:%B} {found.year} is a {found:%A}: say which of the two you mean.")
        yield found
    elif day.weekday is not None:
        first = today + timedelta(days=(day.weekday - today.weekday()) % 7)
        for week in range(_WEEKS):
            yield first + timedelta(weeks=week)


def _dated(number: int, month: int, year: int | None, today: date) -> date:
    """Return a date; without a year this year's, or next year's where that was long ago."""
    if year is not None:
        if not -2 < year - today.year < 3:
            raise BadMoment(f"{year} is too far away: say a time within a year from now.")
        return date(year, month, number)
    for candidate in (today.year, today.year + 1):
        try:
            found = date(candidate, month, number)
        except ValueError:  # 29 February
            continue
        if found >= today - _LATELY:
            return found
    raise BadMoment("There is no 29 February within a year from now.")


# -- which of it ----------------------------------------------------------------------------------------------------


def _choose(options: Iterator[_Option], zone: tzinfo, name: str, frame: _Frame) -> tuple[datetime, str]:
    """Return the first of some options that can be taken (UTC), and what is guessed with it.

    Args:
        options: What may be meant.
        zone: Whose clocks show it.
        name: What the zone must be called then; empty where that does not matter.
        frame: What it is measured by.

    Raises:
        BadMoment: None can be taken.
    """
    error = instead = ""
    today = frame.now.astimezone(zone).date()
    for option in options:
        problem = ""
        for at, remark in _instants(option.wall, zone, name, frame):
            problem = frame.problem(at)
            if not problem:
                taken = f"{instead}: I took {option.name}." if instead else ""
                return at.astimezone(UTC), " ".join(filter(None, (taken, option.remark, remark)))
            if not error or at > frame.now:  # of all that have passed, the first is what they meant
                error = f"{frame.say(at)} {problem}."
            if not frame.is_before(at):
                raise BadMoment(error)
        when = "today" if option.wall.date() == today else f"on {option.name}"
        instead = instead or f"{option.wall:%H:%M} {when} {problem.partition(',')[0]}"
    raise BadMoment(error)


def _instants(wall: datetime, zone: tzinfo, name: str, frame: _Frame) -> Iterator[tuple[datetime, str]]:
    """Yield the instants at which the clocks show a time, each with what is guessed where there are two.

    Raises:
        BadMoment: There is none, or the zone has another name then.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    if before < after and not frame.problem(first):
        raise BadMoment(f"There is no {wall:%H:%M} on {_say_date(wall)}: the clocks go forward then.")
    found = [first, second] if before > after else [first]
    named = [at for at in found if name in ("", at.tzname())]
    if not named and not frame.problem(first):
        raise BadMoment(f"On {_say_date(wall)} the clocks show {first.tzname()} and not {name}.")
    twice = f"{wall:%H:%M} comes twice then, since the clocks go back: I took the"
    for at, which in zip(named or found, ("first", "second"), strict=False):
        yield at, f"{twice} {which} one." if len(named) > 1 else ""
