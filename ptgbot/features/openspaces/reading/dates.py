"""Days that are written as dates, and what is known of the day of a post so far."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from ptgbot.features.openspaces.reading.text import DAY, before, blank
from ptgbot.features.openspaces.reading.words import MONTHS, Part

__all__ = ["LETTERS", "DateReader", "Search"]

LETTERS = re.compile(r"[^\W\d_]+")

_SOON = timedelta(days=183)  # a date without a year is the next one, if that is not as near to a year away
_NO_TIME = (
    r"(?!\d|[:.h]\d\d|\s?[ap]\.?m\b|\s?h\b|\s?uhr\b|\s?o'?clock\b|-\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m\b|uhr|h\b))"
)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_AM_FIRST = re.compile(r"am\s", re.IGNORECASE)
_HOUR = re.compile(r"(?<![\d:.])(?:0?\d|1[0-2])(?:[:.][0-5]\d)?\s$")
_GERMAN = re.compile(r"\d\d?\.|\w+(?:tag|woch|abend)", re.IGNORECASE)
_ON = re.compile(r"(?:\b(?:am|den|le|el|il|on|the|das?|der|vom|del)\s)+$", re.IGNORECASE)
_NUMERIC = re.compile(
    r"(?<![\w/$€£+])(?<!\d[.,:])(?:"
    r"(?P<year>(?:19|20)\d\d)([\-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?:T(?=\d)|(?!\w))"
    r"|(?P<a>\d{1,2})([/\-.])(?P<b>\d{1,2})\6(?P<long>(?:20)?\d\d)(?!:)"
    r"|(?P<c>\d{1,2})/(?P<d>\d{1,2})"
    r"|(?P<e>\d{1,2})\.\s?(?P<f>\d{1,2})\.(?:\s?(?P<later>20\d\d))?"
    r")(?:(?<=T)|(?![\w%/]|[:,]\d)(?!\s?[ap]\.?m\b))",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?:(?<!\w)(?<!\d[.,:/])(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s?(?:of\s|de\s|d')?(?P<m1>{_MONTH})\b\.?"
    rf"|\b(?P<m2>{_MONTH})\b\.?,?\s(?:the\s)?(?P<d2>\d{{1,2}})(?:st|nd|rd"
    rf"|th)?\b{_NO_TIME})(?:,?\s(?:de\s)?(?P<y>20\d\d)\b(?!\s?h))?",
    re.IGNORECASE,
)
# In "May 20 - 2-3pm" the first hyphen is only a mark between two things.
_TO_ANOTHER = re.compile(
    r"(?!\s[-—]\s\d{1,2}(?:[:.h]\d\d)?(?:-|\s?(?:to|until|bis|à)\s?)\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m|uhr|h\b))"
    r"\s?(?:-|—|to|bis|through|&|and|und|\+|/)\s?\d{1,2}(?:st|nd|rd|th|\.)?(?!\d|[:.h]\d|\s?[ap]\.?m|\s?uhr|\s?h\b)",
    re.IGNORECASE,
)
_FROM_ANOTHER = re.compile(
    r"\d(?:st|nd|rd|th|\.)?\s?(?:[\-&+/]|\b(?:and|or|to|und|oder|bis|et|ou|au|y|o|al)\b)\s?$", re.IGNORECASE
)
_MINUTES_BEFORE = re.compile(r"\d\s?(?:uhr|h)\s$", re.IGNORECASE)  # "15 Uhr 30 Oct 29"
_DAY_AFTER = re.compile(rf",?\s\d{{1,2}}(?:st|nd|rd|th)?\b{_NO_TIME}", re.IGNORECASE)
_TO_A_TIME = re.compile(rf"\b(?:{_MONTH})\b\.?,?\s(?:the\s)?\d{{1,2}}-\d", re.IGNORECASE)
_MAYBE = re.compile(
    r"(?<![\w,:$€£])(?<!\d\.)(?:(?P<a>\d{1,2})[.\-](?P<b>\d{1,2})(?![\w.:,%]|\s?(?:uhr|h|[ap]\.?m|k[mg]|gb|x)\b)"
    r"|20\d\d[01]\d[0-3]\d(?!\d))",
    re.IGNORECASE,
)
_NO_DATES = frozenset({(24, 7), (50, 50), (10, 10), (9, 11)})


@dataclass(slots=True)
class Search:
    """What is known of the day that a text names.

    Args:
        text: The text, with the days blanked that were read.
        posted: The day on which it was posted.
        dates: What each date in it may be.
        weekdays: The days of the week in it, each as the next such day.
        parts: The parts of the day that were named with one.
        doubts: Why it is not certain, in words.
    """

    text: str
    posted: date
    dates: list[frozenset[date]] = field(default_factory=list)
    weekdays: list[date] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def blank(self, start: int, end: int) -> None:
        """Blank what was read."""
        self.text = blank(self.text, start, end, DAY)

    def begin(self, start: int) -> int:
        """Return where a day begins, with the words for "on" before it."""
        on = before(_ON, self.text, start)
        if on is None:
            return start
        if (am := _AM_FIRST.match(on[0])) and (hour := before(_HOUR, self.text, on.start())):
            if am[0] == on[0] and _GERMAN.match(self.text, start):
                self.doubts.append(f'"{hour[0]}{am[0].strip()}" may be in the morning, or on a day')
            return on.start() + am.end()
        return on.start()

    def take_ahead(self, days: int) -> None:
        """Note a day that is so many days after the post."""
        self.dates.append(frozenset({self.posted + timedelta(days=days)}))

    def take_weekday(self, number: int) -> None:
        """Note a day of the week; Monday is 0."""
        self.weekdays.append(self.posted + timedelta(days=(number - self.posted.weekday()) % 7))


class DateReader:
    """Finds dates.

    Args:
        days: The days of the event; empty: every day.
    """

    def __init__(self, days: tuple[date, ...]) -> None:
        self.days = frozenset(days)

    def read(self, search: Search) -> None:
        """Take the dates that are written with numbers, or with a month's name."""
        for match in list(_NUMERIC.finditer(search.text)):
            dates = self._numeric(match, search.posted)
            if dates is not None:
                self._take(search, match, dates)
        for match in _MAYBE.finditer(search.text):
            if not match["a"] or self._is_day(int(match["a"]), int(match["b"]), dotted="." in match[0]):
                search.doubts.append(f"{match[0]} may be a day")
        words = {word.casefold() for word in LETTERS.findall(search.text)}
        for match in list(_NAMED.finditer(search.text)) if words & MONTHS.keys() else ():
            day, month = int(match["d1"] or match["d2"]), (match["m1"] or match["m2"])
            if match["m1"] and month == "may" and " of " not in match[0]:
                search.doubts.append(f"{match[0].strip()} may be a day")  # or "at 3 may I"
                continue
            other = _DAY_AFTER.match(search.text, match.end()) if match["m1"] and not match["y"] else None
            if other and before(_MINUTES_BEFORE, search.text, match.start()):
                search.doubts.append(f"{match[0].strip()}{other[0]} may be either day")
            year = int(match["y"]) if match["y"] else None
            self._take(search, match, self._dates([(MONTHS[month.casefold()], day)], year, search.posted))
        if words & MONTHS.keys():
            search.doubts += [f"{match[0]} may be a day" for match in _TO_A_TIME.finditer(search.text)]

    def _is_day(self, one: int, other: int, *, dotted: bool) -> bool:
        """Tell whether two numbers may be a day of the event; where its days are not known, a dot is a sign of one."""
        if self.days:
            return any((each.month, each.day) in ((one, other), (other, one)) for each in self.days)
        return dotted and 1 <= one <= 31 and 1 <= other <= 12

    @staticmethod
    def _take(search: Search, match: re.Match[str], dates: frozenset[date]) -> None:
        if dates:
            search.dates.append(dates)
        else:
            search.doubts.append(f"{match[0].strip()} is no day")
        if _TO_ANOTHER.match(search.text, match.end()) or before(_FROM_ANOTHER, search.text, match.start()):
            search.doubts.append(f"{match[0].strip()} is one of several days")
        search.blank(search.begin(match.start()), match.end())

    def _numeric(self, match: re.Match[str], posted: date) -> frozenset[date] | None:
        """Return what a numeric date may be; None where it is no date at all."""
        if match["year"]:
            return self._dates([(int(match["month"]), int(match["day"]))], int(match["year"]), posted)
        first = int(match["a"] or match["c"] or match["e"])
        second = int(match["b"] or match["d"] or match["f"])
        year = match["long"] or match["later"]
        possible = [(one, other) for one, other in ((second, first), (first, second)) if one <= 12 and other <= 31]
        if match["e"] and not any((each.month, each.day) in possible for each in self.days):
            possible = possible[:1] if second <= 12 else []  # with dots, the day is first
        dates = self._dates(possible, int(year) % 100 + 2000 if year else None, posted)
        if not possible or ((first, second) in _NO_DATES and not dates & self.days):
            return None
        return dates

    def _dates(self, readings: list[tuple[int, int]], year: int | None, posted: date) -> frozenset[date]:
        """Return the dates that months and days may be: those of the event, or else any."""
        dates = frozenset(day for day in self.days if (day.month, day.day) in readings and year in (None, day.year))
        if dates:
            return dates
        return frozenset(day for month, number in readings if (day := _next(month, number, year, posted)))


def _next(month: int, day: int, year: int | None, posted: date) -> date | None:
    """Return the day that is meant where there are no days of an event; None where there is no such day."""
    try:
        if year is not None:
            return date(year, month, day)
        found = date(posted.year, month, day)
        if posted - found > _SOON:
            return date(posted.year + 1, month, day)
        return found
    except ValueError:
        return None
