"""When an open space starts and ends, by the clock."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta

from ptgbot.features.openspaces.reading.clock import Clock, clocks
from ptgbot.features.openspaces.reading.text import NOISE, TIME, blank
from ptgbot.features.openspaces.reading.zones import Zone

__all__ = ["Time", "TimeReader"]

_NUMBERS = {
    word: number
    for number, words in {
        1: "a an one einer eine un une una",
        2: "two zwei deux dos",
        3: "three drei trois tres",
        5: "five fünf cinq cinco",
        10: "ten zehn dix diez",
        15: "fifteen fünfzehn quinze quince",
        20: "twenty zwanzig vingt veinte",
        30: "thirty dreißig trente treinta",
        45: "forty-five",
    }.items()
    for word in words.split()
}
_N = rf"(?:\d{{1,4}}(?:[.,]5)?|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_HOURS = r"(?:h|hrs?|hours?|stunden?|heures?|horas?)"
_AND_A_HALF = r"\s(?:and a half|und eine halbe|et demie|y media)"
_MINUTES = r"(?:m|mins?|minutes?|minuten?|minutos?)"
_AHEAD = re.compile(
    rf"(?<![^\W_])(?P<in>in|dans|dentro de|en)\s(?P<about>(?:about|around|ca\.?|etwa|roughly|environ)\s)?"
    rf"(?:(?P<half>(?:half an|einer halben|une demi(?: |-))\s?(?:hour|stunde|heure))"
    rf"|(?P<hours>{_N})(?P<more>{_AND_A_HALF})?\s?{_HOURS}(?P<after>{_AND_A_HALF})?(?:\s?(?:and\s|und\s|et\s)?(?P<rest>\d{{1,2}})\s?{_MINUTES}?)?(?![^\W_]|:\d)"
    rf"|(?P<minutes>{_N})\s?-?{_MINUTES}(?![^\W_]))"
    rf"|(?P<from>\d{{1,3}})\s?{_MINUTES}\sfrom\snow\b",
    re.IGNORECASE,
)
_SPANISH = re.compile(r"\bhora|min", re.IGNORECASE)  # the French "en 2 heures" is how long something takes
_DURATION = re.compile(
    r"(?<![^\W_])(?:\d{1,2}\s?h(?:ours?|rs?)?\s?\d{1,2}\s?m(?:in(?:utes?|s)?)?"
    r"|\d{1,3}(?:[.,]\d)?\s?-?(?:m|mins?|minutes?|minuten|minutos|hours?|stunden?|std)"
    r"|(?:for|during|pendant|durée|dur[ée]e\s?:|durant|während|dauer|lasts?|takes?|approx|pour|max|ein|une?|una"
    r"|about)\s(?:\d{1,2}\s?-\s?)?\d{1,2}\s?(?:h|hrs|heures?|horas?)"
    r"|\d{1,2}\s?h(?=\s(?:of|long|workshop|hackathon|marathon|straight|non-?stop)\b)"
    r"|(?<!\bpartir )de\s(?:1[0-2]|[1-9])\s?h(?:eures?)?(?!\s?(?:\d|à|a\b|-|jusqu))|[1-7]:[0-5]\d\s(?:hours"
    r"|hrs|min|minutes"
    r"|stunden))(?![^\W_])",
    re.IGNORECASE,
)
_CLOCK_BEFORE = re.compile(r"(?:\bat|@|\bfrom|\bde|\bà|\ba\slas?|\bum|[\-/])\s?$", re.IGNORECASE)
_JOINER = re.compile(
    r"\s?(?:-|—|~|to|[,(]?\s?(?:until|untill|till?|'til|til|bis|hasta(?:\slas?)?|jusqu'à|through|thru)|à"
    r"|a(?:\slas?)?|alle|tot|às|do|до)\s?",
    re.IGNORECASE,
)
_LONGEST = 7  # "3h" by itself is how long something takes, "10h" is when
_NEAR = 24  # characters
_AND = re.compile(r"\s?(?:,?\s?(?:and|or|und|oder|et|ou|y|o)|&|/|\+)\s?", re.IGNORECASE)
_AFTER_A_WORD = re.compile(r"(?<!\bvon)(?<!\bde)(?<!\bvan)(?<!\bod)(?<!\bfra)(?<!\bfrån)(?<!\bdalle)(?<=[^\W_])\s?$")


@dataclass(frozen=True, slots=True)
class Time:
    """A time that a text names.

    Args:
        written: As people wrote it.
        starts: What it may be on the event's clocks; none where only the minutes to it are told.
        end: When it ends; None where the text does not say.
        next_day: Whether that is after midnight.
        zone: The zone that is written with it.
        ahead: How long after the post it is; None where the clock tells.
        settled: Whether only the event's hours told morning from afternoon.
        doubts: Why it is not certain, in words.
    """

    written: str
    starts: tuple[time, ...] = ()
    end: time | None = None
    next_day: bool = False
    zone: Zone | None = None
    ahead: timedelta | None = None
    settled: bool = False
    doubts: tuple[str, ...] = ()


class TimeReader:
    """Finds times.

    Args:
        hours: Between which a start is likely; they tell morning from afternoon.
        is_room: Tells whether a number is a room's name.
    """

    def __init__(self, hours: tuple[time, time], is_room: Callable[[str], bool]) -> None:
        self._first, self._last = hours
        self._is_room = is_room

    def read(self, text: str) -> tuple[list[Time], str]:
        """Return the times in a text, and the text with them blanked.

        Args:
            text: The text, with rooms and days blanked.
        """
        times = []
        for match in list(_AHEAD.finditer(text)):
            if (time_ahead := _ahead(match)) is not None:
                times.append(time_ahead)
                text = blank(text, match.start(), match.end(), TIME)
        for match in list(_DURATION.finditer(text)):
            if not _CLOCK_BEFORE.search(text, 0, match.start()):
                text = blank(text, match.start(), match.end(), NOISE)
        done = 0
        for first, last in _pairs(text, clocks(text)):
            if last is not None:
                times.append(self._range(first, last))
            elif first.prefix == "end":
                self._ended(times, first, near=first.start - done < _NEAR and "." not in first.written)
            elif first.kind == "bare" and first.prefix != "start":
                continue
            else:
                times.append(self._single(first))
            done = (last or first).end
            text = blank(text, first.start, done, TIME)
        return times, text

    def _single(self, clock: Clock) -> Time:
        if not clock.exists:
            return Time(clock.written, zone=clock.zone, doubts=(clock.doubt,))
        starts = self._likely(clock)
        doubts = [clock.doubt] if clock.doubt else [*self._unsettled(clock, starts), *self._room(clock)]
        alone = not (clock.half or clock.prefix) and clock.minute % 5  # "John 3:16"
        if alone or ("." in clock.written and clock.kind == "bare"):
            doubts.append(f"{clock.written} may be no time")
        return Time(
            clock.written,
            starts or clock.readings(),
            zone=clock.zone,
            settled=len(clock.readings()) > 1,
            doubts=tuple(doubts),
        )

    def _range(self, first: Clock, last: Clock) -> Time:
        """Return the time from one clock to another, each of which may tell what the other leaves out."""
        written = f"{first.written}-{last.written}"
        doubts = [clock.doubt for clock in (first, last) if clock.doubt]
        if last.kind == "bare":
            doubts += [f"{written} may be no times"] if "." in written else []
            doubts += [*(self._room(first) if first.kind == "bare" else []), *self._room(last)]
        if first.half or not last.half:
            starts = self._likely(first)
        else:
            latest = last.readings()[0]
            starts = tuple(reading for reading in first.readings() if reading < latest)[-1:]
            if last.half == "24":
                starts = tuple(reading for reading in first.readings() if reading < latest)
                # Who writes 13:30 as an end means by 12:30 what it says there.
                as_written = time(first.hour, first.minute)
                if as_written in starts and as_written in self._likely(first):
                    starts = (as_written,)
        doubts += self._unsettled(first, starts)
        end = next_day = None
        if len(starts) == 1:
            later = [reading for reading in last.readings() if reading > starts[0]]
            end = later[0] if later else last.readings()[0]
            next_day = not later
            if next_day and not (starts[0].hour >= 18 and end.hour <= 6):
                doubts.append(f"{written} ends before it starts")
        return Time(
            written,
            starts or first.readings(),
            end=end,
            next_day=bool(next_day),
            zone=first.zone or last.zone,
            settled=len(first.readings()) > 1 and not last.half,
            doubts=tuple(doubts),
        )

    def _likely(self, clock: Clock) -> tuple[time, ...]:
        readings = clock.readings()
        if len(readings) == 1:
            return readings
        return tuple(reading for reading in readings if self._first <= reading <= self._last)

    @staticmethod
    def _unsettled(clock: Clock, starts: tuple[time, ...]) -> list[str]:
        if len(starts) == 1:
            return []
        one, other = (f"{reading:%H:%M}" for reading in (*clock.readings(), clock.readings()[0])[:2])
        return [f"{clock.written} may be {one} or {other}"]

    def _room(self, clock: Clock) -> list[str]:
        number = clock.written.strip()
        return [f"{number} may be an hour or a room"] if clock.kind == "bare" and self._is_room(number) else []

    @staticmethod
    def _ended(times: list[Time], clock: Clock, *, near: bool) -> None:
        """Give the last time the end that stands by itself behind it; a bare number is none far from it."""
        before = times[-1] if times and (near or clock.kind == "clock") else None
        if before is not None and len(before.starts) == 1 and before.end is None:
            later = [reading for reading in clock.readings() if reading > before.starts[0]]
            if later:
                times[-1] = replace(before, end=later[0])
                return
        if clock.kind == "clock":
            times.append(Time(clock.written, clock.readings(), doubts=("only an end is told, and no start",)))


def _ahead(match: re.Match[str]) -> Time | None:
    if match["in"] and match["in"].casefold() == "en" and not _SPANISH.search(match[0]):
        return None
    if match["half"]:
        ahead = timedelta(minutes=30)
    elif match["hours"]:
        ahead = timedelta(hours=_number(match["hours"]), minutes=int(match["rest"] or 0))
        ahead += timedelta(minutes=30 if match["more"] or match["after"] else 0)
    else:
        ahead = timedelta(minutes=_number(match["minutes"] or match["from"]))
    doubts = (f"{match[0]} is not exact",) if match["about"] else ()
    return Time(match[0], ahead=ahead, doubts=doubts)


def _number(text: str) -> float:
    return _NUMBERS.get(text.casefold()) or float(text.replace(",", "."))


def _pairs(text: str, found: list[Clock]) -> list[tuple[Clock, Clock | None]]:
    """Return ranges, and the times that are in none; without the numbers that are no times."""
    pairs: list[tuple[Clock, Clock | None]] = []
    number = 0
    while number < len(found):
        first = found[number]
        last = found[number + 1] if number + 1 < len(found) else None
        if last is not None and _is_range(text, first, last):
            pairs.append((first, last))
            number += 2
            continue
        if last is not None and first.kind == "bare" and not first.prefix and _may_go_on(text, first, last):
            found[number + 1] = replace(last, prefix="", doubt=last.doubt or f"{first.written} may belong to it")
        if last is not None and last.kind == "bare" and not last.prefix and _AND.fullmatch(text, first.end, last.start):
            first = replace(first, doubt=first.doubt or f"{last.written} may be another time")
        if first.kind != "hours" or first.half or first.prefix or first.hour >= _LONGEST:
            pairs.append((first, None))
        number += 1
    return pairs


def _may_go_on(text: str, first: Clock, last: Clock) -> bool:
    """Tell whether a bare number may belong to the time behind it, as in "3 or 4pm"."""
    joined = _JOINER.fullmatch(text, first.end, last.start) or _AND.fullmatch(text, first.end, last.start)
    return last.kind == "clock" and joined is not None


def _is_range(text: str, first: Clock, last: Clock) -> bool:
    if first.prefix == "end" or not _JOINER.fullmatch(text, first.end, last.start):
        return False
    if first.kind == "clock":
        return True
    if first.kind == "hours":
        return bool(first.half or last.half or first.prefix or last.kind == "clock" or first.hour >= _LONGEST)
    if first.prefix == "start":
        return True
    if last.kind == "bare":
        return False
    spaced = text[first.end : last.start] != "-"
    return not (spaced and _AFTER_A_WORD.search(text, 0, first.start))
