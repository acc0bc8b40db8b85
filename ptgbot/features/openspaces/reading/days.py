"""Which day a post names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ptgbot.features.openspaces.reading.dates import LETTERS, DateReader, Search
from ptgbot.features.openspaces.reading.text import DAY, before
from ptgbot.features.openspaces.reading.words import (
    AFTERNOON,
    DAY_WORDS,
    EVENING,
    MORNING,
    RECURRING,
    SHORT_DAYS,
    DayWord,
    Part,
)

__all__ = ["DayReader", "Days"]


_WORD = re.compile(r"2?[^\W\d_]+(?:['\-][^\W\d_]+)*")
_PART = re.compile(r"2?[^\W\d_]+(?:'[^\W\d_]+)?")
_SHORT_BEHIND = re.compile(r"(?:\ue001\s?[(,]|\d\s?[ap]\.?m\.?|:\d\d|\dh|\d uhr|\bnoon),?\s?\(?$", re.IGNORECASE)
_SHORT_BEFORE = re.compile(r"(?:[\ue000\ue001]|\bon|\bthis|\bthe|[(\[/&,–-]|^|\n|\bam|\ble|\bel)\s?$", re.IGNORECASE)
_SHORT_AFTER = re.compile(
    r"\.?,?\s?(?:\d|@|\bat\b|\bum\b|\bà\b|\bnoon\b|[\ue001]|the\s\d|\b(?:morning|afternoon|evening)\b)", re.IGNORECASE
)
_NTH = re.compile(
    r"(?P<sure>\bon the\s|\ue001,?(?:\sthe)?\s)?(?<![\w.,:/\-])(?:the\s)?(?P<day>\d{1,2})(?:st|nd|rd|th)(?![^\W_])"
    r"|\b(?:le|el)\s(?P<le>\d{1,2})(?=\s(?:à|a)\b|,|\s?$)|\bam\s(?P<am>\d{1,2})\.(?=\s(?:um\b|\d)|,|\s?$)"
    r"|\bon\s(?:the\s)?(?P<on>\d{1,2})(?=\s(?:at\b|@)|,|\s?$)",
    re.IGNORECASE,
)
_ON_SHORT = re.compile(r"\b(?:on|this)\s$", re.IGNORECASE)
_BOUND = re.compile(r"(?:^|[,;:(\[|\n—-]|[\ue000\ue001\ue002])\s?$")
_BOUND_AFTER = re.compile(r"\s?(?:$|[,;:)\]|.!\n—-]|[\ue000\ue001])")
_TIME_NEXT = re.compile(r",?\s?(?:at\b|@|from\b|noon\b|\(|\d|[\ue000\ue001,;|]|\.?$|\n)", re.IGNORECASE)
_TODAY_PART = re.compile(
    r"\b(?:this (?P<en>morning|afternoon|evening)|later today"
    r"|heute (?P<de>morgen|früh|vormittag|mittag|nachmittag|abend|nacht)"
    r"|(?P<fr>ce soir|ce matin|cet(?:te)? après-midi|cette nuit)|est[ae] (?P<es>mañana|tarde|noche))\b",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(
    r"\s(?:in the |early |late )?(?P<part>morning|afternoon|evening|night|früh|vormittag|mittag|nachmittag"
    r"|abend|matin|après-midi|soir)\b"
    r"|\s(?:por|en|de|a) la (?P<es>mañana|tarde|noche)\b",
    re.IGNORECASE,
)
_PARTS = {
    **dict.fromkeys(("morning", "morgen", "früh", "vormittag", "ce matin", "matin", "mañana"), MORNING),
    **dict.fromkeys(("afternoon", "nachmittag", "après-midi", "cet après-midi", "cette après-midi"), AFTERNOON),
    **dict.fromkeys(("evening", "night", "abend", "nacht", "noche", "ce soir", "soir", "cette nuit"), EVENING),
    "tarde": Part(12, 22),
    "mittag": Part(11, 15),
}
_AFTER_TOMORROW = re.compile(
    r"\b(?:the )?day after tomorrow\b|\bpasado mañana\b|\bin (?:2|two) days\b|\bin (?:2|zwei) tagen\b"
    r"|\bdans (?:2|deux) jours\b|\b(?:en|dentro de) (?:2|dos) d[ií]as\b",
    re.IGNORECASE,
)
# "Room 14 in 3 days" is a day, "Learn Rust in 4 days" a title.
_DAYS_AHEAD = re.compile(
    r"\b(?:in|dans|en|dentro de) (?:[3-6]|a few|a couple of|three|four|five|ein paar|drei|vier|fünf|quelques|trois"
    r"|quatre|cinq|unos|tres|cuatro|cinco) (?:days|tagen|jours|d[ií]as)\b",
    re.IGNORECASE,
)
_MORNING_WORD = re.compile(r"(?:\bla|\best[ae]|\bbuenas?|\bguten|\bam|\bjeden|\bgood|\bde)\s$", re.IGNORECASE)
_GREETING = re.compile(r"\s?(?:[!,]|\b(?:zusammen|allerseits|alle|leute|everyone)\b)", re.IGNORECASE)
_OTHER_WEEK = re.compile(
    r"(?:\bnext|\bfirst|\bsecond|\bthird|\bfourth|\bnächste[nrm]?|\bkommende[nrm]?|\bpr[oó]xim[oa]|\bprossim[oa]|\blast|\bletzte[nrm]?|\bpast"
    r"|\bevery|\beach|\bjede[nrm]?|\bchaque|\bcada)\s$",
    re.IGNORECASE,
)
_OTHER_WEEK_AFTER = re.compile(
    r"\s(?:prochain|dernier|pr[oó]ximo|pasado|que viene|week|in a week|nächster woche)\b", re.IGNORECASE
)
_AND = re.compile(
    r"(?:\band|\bor|\bund|\boder|\bet|\bou|\by|\bo|&|\+|/|\bthen|\bagain|\bnot|\bnicht|\bpas)\s?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Days:
    """The day that a text names.

    Args:
        dates: What it may be; None where the text names none.
        text: The text with the days blanked.
        parts: The parts of the day that were named with it, such as "tonight".
        doubts: Why it is not certain, in words.
    """

    dates: frozenset[date] | None
    text: str
    parts: list[Part]
    doubts: list[str]


_NO_OTHER_WORDS = frozenset("tue tues weds thu thur thurs fri".split())
_SEVERAL = re.compile(
    r"\b(?:Mo|Di|Mi|Do|Fr|Sa|So|[Ll]un|[Mm]ar|[Mm]er|[Jj]eu|[Vv]en|[Ss]am|[Dd]im)\.?\s?(?:[+/&\-]|und|bis|oder"
    r"|et|ou)\s?"
    r"(?:Mo|Di|Mi|Do|Fr|Sa|So|[Ll]un|[Mm]ar|[Mm]er|[Jj]eu|[Vv]en|[Ss]am|[Dd]im)\b"
)
_MISSPELT = re.compile(r"(?:mo|tu|we|th|fr|sa|su)\w*day")
_FOREIGN_SHORT = frozenset("lun mar mer jeu ven sam dim mie mié jue vie sab sáb dom".split())
_FOREIGN = re.compile(r"\b(?:uhr|um|raum|im|salle|à|h|sala|a las)\b|\d\s?h\b|\ue001", re.IGNORECASE)


class DayReader:
    """Finds days.

    Args:
        days: The days of the event; empty: every day.
    """

    def __init__(self, days: tuple[date, ...]) -> None:
        self._dates = DateReader(days)

    def read(self, text: str, posted: date) -> Days:
        """Return the day that a text names.

        Args:
            text: The text, with its rooms blanked.
            posted: The day on which it was posted, as the event's calendar has it.
        """
        search = Search(text, posted)
        self._dates.read(search)
        _phrases(search)
        for match in list(_words(search.text)):
            word = match[0].casefold().removesuffix("'s")
            if word not in DAY_WORDS and (word in RECURRING or _MISSPELT.fullmatch(word)):
                search.doubts.append(f'"{match[0]}" may be a day, or several')
            elif (meaning := DAY_WORDS.get(word)) and not _is_morning(search.text, match):
                _word(search, match, meaning)
        search.doubts += [f"{match[0]} is several days" for match in _SEVERAL.finditer(search.text)]
        for match in list(LETTERS.finditer(search.text)):
            if (number := SHORT_DAYS.get(match[0].casefold())) is not None:
                _short(search, match, number)
        self._nth(search)
        return Days(_together(search), search.text, search.parts, search.doubts)

    def _nth(self, search: Search) -> None:
        """Take "the 20th": behind "on", behind a day of the week, or before a time."""
        for match in list(_NTH.finditer(search.text)):
            number = int(match["day"] or match["le"] or match["am"] or match["on"])
            near = [search.posted + timedelta(days=ahead) for ahead in range(31)]
            days = self._dates.days
            dates = frozenset(day for day in near if day.day == number and (not days or day in days))
            sure = match["sure"] or not match["day"] or _TIME_NEXT.match(search.text, match.end())
            if sure and dates:
                search.dates.append(dates)
                search.blank(match.start(), match.end())
            elif sure or (dates and days):
                search.doubts.append(f"{match[0].strip(DAY + ' ')} may be a day")


def _together(search: Search) -> frozenset[date] | None:
    """Return what the day may be: a day of the week narrows what a date may be."""
    dates = search.dates
    if search.weekdays and dates:
        numbers = {day.weekday() for day in search.weekdays}
        dates = [frozenset(day for day in each if day.weekday() in numbers) for each in dates]
        if not all(dates):
            search.doubts.append("the day of the week and the date are not the same day")
            dates = search.dates
    dates = dates or [frozenset({day}) for day in search.weekdays]
    return frozenset.union(*dates) if dates else None


def _phrases(search: Search) -> None:
    """Take days that are several words."""
    for match in list(_AFTER_TOMORROW.finditer(search.text)):
        search.take_ahead(2)
        search.blank(match.start(), match.end())
    search.doubts += [f'"{match[0]}" may be a day' for match in _DAYS_AHEAD.finditer(search.text)]
    for match in list(_TODAY_PART.finditer(search.text)):
        search.take_ahead(0)
        if word := next(filter(None, match.groups()), None):
            search.parts.append(_PARTS[word.casefold()])
        search.blank(match.start(), match.end())


def _word(search: Search, match: re.Match[str], meaning: DayWord) -> None:
    """Take a word such as "tomorrow" or "Friday", with the part of the day behind it."""
    text, start, end, part = search.text, match.start(), match.end(), meaning.part
    if before(_OTHER_WEEK, text, start) or _OTHER_WEEK_AFTER.match(text, end):
        search.doubts.append(f'which day "{match[0]}" means there is not certain')
    if before(_AND, text, start) and DAY not in text[:start]:
        search.doubts.append(f'"{match[0]}" may be another day than the one before it')
    if match[0] == "Morgen" and _GREETING.match(text, end):
        search.doubts.append('"Morgen" may be a greeting')
    if after := _PART_AFTER.match(text, end):
        part = _PARTS[(after["part"] or after["es"]).casefold()]
        end = after.end()
    if meaning.weekday is not None:
        start = search.begin(start)
    search.blank(start, end)
    if part is not None:
        search.parts.append(part)
    if meaning.offset is not None:
        search.take_ahead(meaning.offset)
    elif meaning.weekday is not None:
        search.take_weekday(meaning.weekday)


def _is_morning(text: str, match: re.Match[str]) -> bool:
    """Tell whether the German or Spanish word for tomorrow means the morning."""
    return match[0].casefold() in ("morgen", "mañana", "manana") and bool(before(_MORNING_WORD, text, match.start()))


def _short(search: Search, match: re.Match[str], number: int) -> None:
    """Take a name such as "Sat" where it can be nothing else."""
    word, capital = match[0].casefold(), match[0][0].isupper()
    ahead = before(_SHORT_BEFORE, search.text, match.start())
    after = _SHORT_AFTER.match(search.text, match.end())
    if len(word) == 2 or word in _FOREIGN_SHORT:
        if not after or not (capital or len(word) > 2 or _FOREIGN.search(search.text)):
            return
        if not _FOREIGN.search(search.text) or not (capital or after[0][0] == "."):
            search.doubts.append(f'"{match[0]}" may be a day')
            return
    elif not (
        (capital and word in _NO_OTHER_WORDS)
        or (match[0].istitle() and _stands_alone(search.text, match))
        or before(_SHORT_BEHIND, search.text, match.start())
        or (after and (ahead or capital or word in _NO_OTHER_WORDS))
    ):
        if capital or word in _NO_OTHER_WORDS or after or (ahead and ahead[0].strip()):
            search.doubts.append(f'"{match[0]}" may be a day')
        return
    search.take_weekday(number)
    search.blank(match.start(), match.end())


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Tell whether a short name stands between marks, rooms and times, or behind "on"."""
    bounded = _BOUND_AFTER.match(text, match.end()) and before(_BOUND, text, match.start())
    return bool(bounded or before(_ON_SHORT, text, match.start()))


def _words(text: str) -> Iterator[re.Match[str]]:
    """Yield words: those with hyphens whole where they are a day so, else their parts."""
    for match in _WORD.finditer(text):
        if "-" in match[0] and match[0].casefold() not in DAY_WORDS:
            yield from _PART.finditer(text, match.start(), match.end())
        else:
            yield match
