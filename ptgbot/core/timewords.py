"""The words in which people say a time, read into what they name; ``moments.py`` finds the instant that is meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, time, timedelta, timezone, tzinfo

from ptgbot.core.timehints import BadMoment, bare, midnight, missing_clock, unreadable

__all__ = ["Clock", "Day", "Said", "read_words", "words_of_time"]

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january february march april may june july august september october november december").split()
_ALSO = {"tues": 1, "thur": 3, "thurs": 3}  # besides the first three letters
_CLOCK = re.compile(r"(\d{1,2})(?:[:h](\d{2}))?(h|[ap]\.?m\.?)?", re.ASCII)
_HALF = re.compile(r"([ap])\.?m\.?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)t(\d\d:\d\d)(?::00)?(z|[+-]\d\d:?\d\d)?", re.ASCII)
_NUMBER = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?", re.ASCII)
_SPAN = re.compile(r"(\d+)(h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?)?(?:(\d+)(m(?:in(?:ute)?s?)?)?)?", re.ASCII)
_OTHER_SPAN = re.compile(r"(\d+|an?) ?(s|d|w|secs?|seconds?|days?|weeks?|months?|years?)\b", re.ASCII)
_HOURS = re.compile(r"h(?:ours?|rs?)?", re.ASCII)
_MINUTES = re.compile(r"m(?:in(?:ute)?s?)?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)?", re.ASCII)
# Names of zones that people may write behind a time. They mean different offsets to different people: the only ones
# that can be taken are the event's own.
_ZONES = frozenset(
    "ACST ADT AEDT AEST AKDT AKST AST AWST BST CAT CDT CEST CET CST EDT EEST EET EST HKT HST IST JST KST MDT MSK MST"
    " NDT NST NZDT NZST PDT PKT PST SAST SGT WAT WEST WET WIB".split()
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day.

    Args:
        time: The time, on a clock of 24 hours.
        either: Whether it may have been meant for the afternoon: it is before eight, and nothing tells.
    """

    time: time
    either: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A day as somebody said it; one of these, or a weekday together with a date.

    Args:
        ahead: How many days from today.
        weekday: 0 for Monday.
        month: 1 for January.
        number: The day of the month.
        year: The year, where it was said.
    """

    ahead: int | None = None
    weekday: int | None = None
    month: int | None = None
    number: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the words name.

    Args:
        words: How many words that took.
        span: How long from now, where that was said; then there is nothing else.
        clock: The time of day.
        day: The day; None where none was said.
        zone: The name of the event's zone, or an offset; None where none was said.
        trailing: The word for a day that stood behind the time of day, where text may begin; empty where none did.
    """

    words: int
    span: timedelta | None = None
    clock: Clock | None = None
    day: Day | None = None
    zone: str | tzinfo | None = None
    trailing: str = ""


class _Reader:
    """Reads words from the first to the last of those that tell a time.

    Args:
        words: All the words.
        zones: The names of the event's own zone, such as CET and CEST.
    """

    def __init__(self, words: Sequence[str], zones: frozenset[str]) -> None:
        self._words = words
        self._zones = zones
        self.taken = 0

    def peek(self, ahead: int = 0) -> str:
        at = self.taken + ahead
        return bare(self._words[at]) if at < len(self._words) else ""

    def skip(self, *fillers: str) -> None:
        if self.peek() in fillers:
            self.taken += 1

    # -- a span ------------------------------------------------------------------------------------------------------

    def span(self) -> timedelta:
        """Read what stands behind ``in``, hours and minutes."""
        start = self.taken
        if self.peek() in ("a", "an", "half") and (in_words := self._span_in_words()) is not None:
            return in_words
        minutes, unit = 0, ""
        while (part := self._part(unit)) is not None:
            taken, added, unit = part
            minutes += added
            self.taken += taken
            if unit == "m":
                break
            if self.peek() == "and" and self._part(unit, ahead=1) is not None:
                self.taken += 1
        if not unit:
            if _OTHER_SPAN.match(f"{self.peek()} {self.peek(1)}"):
                raise BadMoment(
                    "I count in minutes and hours, as in 'in 20 min' or 'in 1 h 30 min'; for other days, name them,"
                    " as in 'tomorrow 9:00'."
                )
            raise unreadable(self._words[start - 1 :])
        return timedelta(minutes=minutes)

    def _span_in_words(self) -> timedelta | None:
        found = {"a minute": 1, "an hour": 60, "half an hour": 30}
        for text, minutes in found.items():
            length = len(text.split())
            if " ".join(self.peek(i) for i in range(length)) == text:
                self.taken += length
                return timedelta(minutes=minutes)
        return None

    def _part(self, unit: str, ahead: int = 0) -> tuple[int, int, str] | None:
        """Return how many words a part of a span takes, its minutes and its unit; minutes may follow hours."""
        match = _SPAN.fullmatch(self.peek(ahead))
        if match is None or (match[3] and not (match[2] or "").startswith("h")):
            return None
        own, following = match[2], self.peek(ahead + 1)
        taken = 1
        if own is None:
            taken = 2
            own = following if _HOURS.fullmatch(following) or _MINUTES.fullmatch(following) else ""
        if not own or (unit and not own.startswith("m")):
            return None
        if max(len(match[1]), len(match[3] or "")) > 6:
            raise BadMoment("That is more than a year ahead.")
        if own.startswith("m"):
            return taken, int(match[1]), "m"
        return taken, int(match[1]) * 60 + int(match[3] or 0), "m" if match[3] else "h"

    # -- a day -------------------------------------------------------------------------------------------------------

    def day(self) -> Day | None:
        """Read a day, if there is one."""
        word = self.peek()
        ahead = {"today": 0, "tomorrow": 1}.get(word)
        if ahead is not None:
            self.taken += 1
            return Day(ahead=ahead)
        weekday = _named(word, _WEEKDAYS)
        if weekday is not None:
            self.taken += 1
        date_ = self._date()
        if date_ is not None:
            return Day(weekday=weekday, month=date_.month, number=date_.number, year=date_.year)
        return None if weekday is None else Day(weekday=weekday)

    def _date(self) -> Day | None:
        match = _DATE.fullmatch(self.peek())
        if match:
            self.taken += 1
            return _real(Day(year=int(match[1]), month=int(match[2]), number=int(match[3])), match[0])
        first, second = self.peek().rstrip("."), self.peek(1).rstrip(".")
        for number, month in ((first, second), (second, first)):
            digits, named = _NUMBER.fullmatch(number), _named(month, _MONTHS)
            if digits is not None and named is not None:
                said = f"{digits[1]} {_MONTHS[named].capitalize()}"
                self.taken += 2
                year = self.peek()
                if len(year) == 4 and year.isascii() and year.isdigit():
                    self.taken += 1
                    return _real(Day(year=int(year), month=named + 1, number=int(digits[1])), f"{said} {year}")
                return _real(Day(month=named + 1, number=int(digits[1])), said)
        return None

    # -- a time of day -----------------------------------------------------------------------------------------------

    def clock(self) -> Clock | None:
        """Read a time of day, if there is one."""
        word = self.peek()
        if word == "noon":
            self.taken += 1
            return Clock(time(12))
        if word == "midnight":
            raise midnight()
        match = _CLOCK.fullmatch(word)
        if match is None or (match[3] == "h" and match[2]):
            return None
        hour, minute, half = match[1], match[2], (match[3] or "")[:1]
        taken = 1
        if not half and _HALF.fullmatch(self.peek(1)):
            half, taken = self.peek(1)[0], 2
        if not half and minute is None:
            return None
        said = " ".join(self._words[self.taken : self.taken + taken]).rstrip(",;:")
        found = _on_24_hours(int(hour), int(minute or 0), half, said)
        self.taken += taken
        return Clock(found, either=not half and 1 <= found.hour < 8 and not hour.startswith("0"))

    def zone(self) -> str | tzinfo | None:
        """Read a zone, if there is one."""
        word = self._words[self.taken].rstrip(",;:") if self.taken < len(self._words) else ""
        if word in ("UTC", "utc", "GMT"):
            self.taken += 1
            return UTC
        offset = _OFFSET.fullmatch(word)
        if offset and int(offset[2]) < 24 and int(offset[3] or 0) < 60:
            self.taken += 1
            span = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
            return timezone(-span if offset[1] == "-" else span)
        if word in self._zones:
            self.taken += 1
            return word
        if word in _ZONES:
            raise BadMoment(
                f"Times are the event's own ({' or '.join(sorted(self._zones))}) or UTC: I do not know {word}."
            )
        return None

    def stamp(self) -> Said | None:
        """Read date and time in one word as programs write them, if there is one."""
        match = _STAMP.fullmatch(self.peek())
        if match is None:
            return None
        words = [match[1], match[2], *([{"z": "UTC"}.get(match[3], match[3])] if match[3] else [])]
        inner = _Reader(words, self._zones)
        day, clock, zone = inner.day(), inner.clock(), inner.zone()
        self.taken += 1
        return Said(self.taken, clock=clock, day=day, zone=zone)


def _named(word: str, names: Sequence[str]) -> int | None:
    """Return which of some names a word is, in full or as its first letters."""
    short = word.rstrip(".")
    if names is _WEEKDAYS and short in _ALSO:
        return _ALSO[short]
    if short == "sept" and names is _MONTHS:
        return 8
    return next((i for i, name in enumerate(names) if short in (name, name[:3])), None)


def _real(day: Day, said: str) -> Day:
    """Return a date that there is."""
    try:
        date(2028 if day.year is None else day.year, day.month or 0, day.number or 0)  # 2028 has a 29 February
    except ValueError:
        raise BadMoment(f"There is no {said}.") from None
    return day


def _on_24_hours(hour: int, minute: int, half: str, said: str) -> time:
    """Return a time of day, given ``a`` or ``p`` for before and after noon, or nothing."""
    if (hour, minute) == (24, 0) or (half == "a" and (hour, minute) == (12, 0)):
        raise midnight()
    wrong = minute > 59 or hour > 23 or (half == "a" and not 1 <= hour <= 12) or (half == "p" and hour == 0)
    if wrong:
        raise BadMoment(f"There is no {said}: say it as 14:30 or 2:30pm.")
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return time(hour, minute)


def read_words(words: Sequence[str], zones: frozenset[str]) -> Said:
    """Read the time that stands at the beginning of some words.

    Args:
        words: The words.
        zones: The names of the event's own zone.

    Raises:
        BadMoment: There is none, or one that means nothing.
    """
    reader = _Reader(words, zones)
    reader.skip("at", "on")
    first = reader.taken
    if reader.peek() == "in":
        reader.taken += 1
        return Said(span=reader.span(), words=reader.taken)
    stamp = reader.stamp()
    if stamp is not None:
        return stamp
    day = reader.day()
    if day is not None:
        reader.skip("at")
    clock = reader.clock()
    if clock is None:
        raise missing_clock(words[first:], reader.taken - first)
    zone = reader.zone()
    trailing = ""
    if day is None:
        begun = reader.taken
        reader.skip("on")
        behind = reader.taken
        day = reader.day()
        if day is None:
            reader.taken = begun
        else:
            trailing = " ".join(words[behind : reader.taken]).rstrip(",;:")
    return Said(reader.taken, clock=clock, day=day, zone=zone, trailing=trailing)


def words_of_time(words: Sequence[str]) -> int:
    """Return how many words at the beginning of some are a time, whether it can be taken or not; 0 where none are."""
    try:
        return read_words(words, _ZONES).words
    except BadMoment:
        return 0
