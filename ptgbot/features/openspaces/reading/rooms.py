"""Which rooms a post names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ptgbot.features.openspaces.reading.text import ROOM, blank
from ptgbot.features.openspaces.reading.words import ROOM_WORDS
from ptgbot.features.openspaces.rules import Rules, room_key

__all__ = ["RoomReader", "Rooms"]

_TOKEN = re.compile(r"[^\W\d_]+|\d+|[+&/]")
_GAP = re.compile(r"(?:[ \-_.']{0,2}|\n)")
_MAX_TOKENS = 8

_ROOM_WORD = re.compile(rf"(?<![^\W\d_])(?:{ROOM_WORDS})(?![^\W\d_])", re.IGNORECASE)
_NUMBER = r"(?:no\.?|nr\.?|num\.?|number|nummer|num[ée]ro|n°)"
_WORD = re.compile(
    rf"(?<![^\W_])(?:{ROOM_WORDS})(?![^\W\d_])(?:(?<=rm)\.|(?<=rms)\."
    rf"|\.(?! ))?(?:\s?{_NUMBER}(?![^\W\d_]))?[\s#:=\-_\"'*(\[]{{0,3}}(?=\w)",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"(?:rooms|rms|räumen?|raeumen?|salles|salas|salones|aulas)\b", re.IGNORECASE)
# "#14" by itself is a room only where it begins something: after a word it is an issue, a talk, a place in a list.
_HASH = re.compile(r"(?:^|[^\w\s(]\s*|\b(?:in|at|en|im)\s|\d\s?[ap]\.?m\.?\s|:\d\d\s|\n)#\s?(?=\d)", re.IGNORECASE)
_NUMBERED_THINGS = re.compile(
    r"\b(?:issues?|prs?|pull|bugs?|tickets?|fix\w*|clos\w+|merge\w*|commit|pep|number)\b", re.IGNORECASE
)

_TIME_FOLLOWS = (
    r"(?=[:.h]\d\d|\s?[ap]\.?m\b(?!\s\ue001)|\s?[ap]\.m\.|\s?h\b|\s?h(?:rs|ours?|eures?|oras?)\b|\s?uhr\b|\s?o'?clock\b"
    r"|\s?min(?:s|ute[ns]?|utos)?\b|\s?[%€$£°]|/\d)"
)
_THINGS_FOLLOW = (
    r"(?=\s(?:people|persons?|folks|seats?|chairs?|attendees|participants|talks|topics|others|more|friends"
    r"|personen|leute|personnes|personas)\b)"
)
_THINGS = re.compile(_THINGS_FOLLOW, re.IGNORECASE)
_NO_ITEM = re.compile(f"{_TIME_FOLLOWS}|{_THINGS_FOLLOW}", re.IGNORECASE)
# After the word itself "14 am" is the room, and German for "on".
_NO_NUMBER = re.compile(
    r"(?=:\d\d|h\d\d|[ap]m\b|\s?[ap]\.m\b|\s(?:pm|uhr|o'?clock)\b|\s?min(?:s|ute[ns]?|utos)?\b|h\b)", re.IGNORECASE
)
_JOIN = re.compile(
    r"\s?(?:/|&|\+|\b(?:and|und|et|y|e|or|oder|ou|o)\b)\s?|\s?[,(]\s?(?:or|oder|ou|o)\b\s?|-(?=\d)", re.IGNORECASE
)
_JOIN_MORE = re.compile(
    r"\s?(?:,\s?(?:and\b|&)?|/|&|\+|-|\b(?:and|und|et|y|e|or|oder|ou|o|to|through|bis|à|a)\b)\s?", re.IGNORECASE
)
_JOINED_BEFORE = re.compile(r"([^\W_]+)\s?(?:/|&|\+|-|\b(?:and|und|et|y|or|oder|ou)\b)\s?$", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"\d{1,4}(?:[.\-]\d{1,3}|\s(?=[B-HJ-Z]\b))?[a-zB-HJ-Z]?(?![^\W_])"
    r"|[A-Za-z]{1,3}[.\-]?\d{1,4}[a-z]?(?![^\W_])|[A-Z](?![^\W_])|[A-Z][a-z]{2,}(?![^\W_])"
)
_DIGITS = re.compile(r"\d+")
_ARTICLE = re.compile(r"a\s(?!(?:at|on|from|um|today|tomorrow|tonight)\b)[^\W\d_]")
_MORE = re.compile(r"[^\W_]|-[^\W\d_]{2}|[.:]\d|\s[B-HJ-Z](?![\w'.:&])")
_CLOSE = re.compile(r"[^\W_][ \-]?$")
# "B 112" is a room; "a 105" and "I 20" are not.
_LETTER_AND_NUMBER = re.compile(r"[B-HJ-Z] \d{2,}")
_PLAN = re.compile(r"\b(?:plan|option|group|part|team|type|version|vitamin)s?\s?$", re.IGNORECASE)
_ITEM = re.compile(r"[^\W_]{1,12}")
_NAMELESS = frozenset(
    "a i at in on for to is with and or the this that from next near are was will has have full free open opens "
    "available temperature service mate mates share sharing number change changes location numbers tba tbd today "
    "tomorrow tonight now starts starting here there please where when if but as by be just only all we us our "
    "come join see monday tuesday wednesday thursday friday saturday sunday noon um im ist am für mit und oder "
    "wird heute morgen ab von à de du le la pour est et avec para con el los las es hoy mañana y o ".split()
)
_OTHER_PLACE = re.compile(
    r"(?<![^\W_])(?i:hall|ballroom|suite|studio|theat(?:re|er)|auditorium|lab|lounge|foyer)"
    r"(?:[ \-]?#?\d{1,4}[a-zA-Z]?|[ \-][A-Z])(?![^\W_]|[:.]\d|\s?(?i:[ap]\.?m)\b)"
)

_OTHER_NUMBER = re.compile(rf"{ROOM}\s?[/&+]\s?[A-Z]{{1,2}}\d{{2,4}}(?![^\W_])")  # "B112/B999", of which one is known


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms that a text names.

    Args:
        names: Those on the list, by their canonical names, each once, in the order of the text.
        unknown: Those that are not on the list.
        text: The text with all of them blanked.
    """

    names: tuple[str, ...]
    unknown: tuple[str, ...]
    text: str


class RoomReader:
    """Finds rooms.

    Args:
        rules: The rooms that there are.
    """

    def __init__(self, rules: Rules) -> None:
        self._names = {room_key(name): room.name for room in rules.rooms for name in (room.name, *room.aliases)}
        for key in [key for key in self._names if key.isdigit()]:
            self._names.setdefault(_number(key), self._names[key])
        self._starts = frozenset(key[0] for key in self._names)
        # "Aula Magna" and "Green Room": there the word for "room" is a part of the name.
        self._worded = any(_holds_room_word(name) for room in rules.rooms for name in (room.name, *room.aliases))

    def is_room(self, name: str) -> bool:
        """Tell whether that is what a room is called."""
        return self._known(name) is not None

    def read(self, text: str) -> Rooms:
        """Return what rooms a text names, and the text without them."""
        found: list[tuple[int, int, str, bool]] = []
        if self._worded:
            for start, end, name in self._by_name(text, worded=True):
                found.append((start, end, name, True))
                text = blank(text, start, end, ROOM)
        for start, end, name, known in self._after_words(text):
            found.append((start, end, name, known))
            text = blank(text, start, end, ROOM)
        for start, end, name in self._by_name(text):
            found.append((start, end, name, True))
            text = blank(text, start, end, ROOM)
        for match in [*_OTHER_PLACE.finditer(text), *_OTHER_NUMBER.finditer(text)]:
            found.append((match.start(), match.end(), match[0].strip(f"{ROOM}/&+ "), False))
            text = blank(text, match.start(), match.end(), ROOM)
        found.sort()
        return Rooms(
            names=tuple(dict.fromkeys(name for *_, name, known in found if known)),
            unknown=tuple(dict.fromkeys(name for *_, name, known in found if not known)),
            text=text,
        )

    def _known(self, name: str) -> str | None:
        key = room_key(name)
        if key.isdigit() and key not in self._names:
            key = _number(key)
        return self._names.get(key)

    def _after_words(self, text: str) -> Iterator[tuple[int, int, str, bool]]:
        """Yield what follows a word for "room", with what is joined to it."""
        done = 0
        words = [*_WORD.finditer(text), *([] if _NUMBERED_THINGS.search(text) else _HASH.finditer(text))]
        for word in sorted(words, key=lambda match: match.start()):
            if word.start() < done:
                continue
            begins = word.start() + (word[0].index("#") if word.re is _HASH else 0)
            item = self._item(text, word.end(), unknown=word.re is not _HASH)
            if item is None:
                continue
            end, name, known = item
            yield begins, end, name, known
            done = end
            for joined in self._joined(text, word.end(), end, plural=bool(_PLURAL.match(word[0]))):
                yield joined
                done = joined[1]

    def _item(self, text: str, start: int, *, unknown: bool) -> tuple[int, str, bool] | None:
        """Return where the room ends whose name begins at a position, its name and whether it is known."""
        tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text, start, start + 60)][:_MAX_TOKENS]
        if tokens and tokens[0][0] == start:
            for count in range(_run(text, tokens), 0, -1):
                end = tokens[count - 1][1]
                if (
                    not _glued(text, end)
                    and (name := self._known(text[start:end]))
                    and not _is_no_room(text, start, end)
                ):
                    return end, name, True
        match = _UNKNOWN.match(text, start) if unknown else None
        if match is None or match[0].casefold() in _NAMELESS or _is_no_room(text, start, match.end()):
            return None
        if match[0].isalpha() and (text.isupper() or not _CLOSE.search(text, max(0, start - 2), start)):
            return None
        return match.end(), self._known(match[0]) or match[0], False

    def _joined(self, text: str, first: int, end: int, *, plural: bool = False) -> Iterator[tuple[int, int, str, bool]]:
        """Yield the rooms that are joined to one, also with the part left out that they have in common."""
        while join := (_JOIN_MORE if plural else _JOIN).match(text, end):
            start = join.end()
            if word := _WORD.match(text, start):
                start = word.end()
            item = self._rest_of_name(text, first, end, start) or self._item(
                text, start, unknown=plural or "/" in join[0]
            )
            if item is None or (_NO_ITEM.match(text, item[0]) and not (join[0] == "/" and text[item[0]] == "/")):
                return
            if item[1] and not item[2] and not text[start : item[0]][0].isdigit():
                return
            yield join.start(), item[0], item[1], item[2]
            end = item[0]

    def _rest_of_name(self, text: str, first: int, last: int, start: int) -> tuple[int, str, bool] | None:
        match = _ITEM.match(text, start)
        if match is None:
            return None
        numbers = not any(map(str.isalpha, text[first:last]))
        if (whole := self._known(match[0])) and (numbers or not match[0].isdigit()):
            return match.end(), whole, True
        ends = [token.end() for token in _TOKEN.finditer(text, first, last)]
        for end in reversed(ends[:-1]):
            if name := self._known(text[first:end] + match[0]):
                return match.end(), name, True
        return None

    def _by_name(self, text: str, *, worded: bool = False) -> Iterator[tuple[int, int, str]]:
        """Yield rooms whose names stand by themselves; with ``worded`` only those that hold a word for "room"."""
        tokens = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
        done = 0
        for number, (start, _) in enumerate(tokens):
            if start < done or (text[start].isascii() and text[start].casefold() not in self._starts):
                continue
            if start and text[start - 1].isalnum():
                continue
            ahead = tokens[number : number + _MAX_TOKENS]
            for count in range(_run(text, ahead), 0, -1):
                end = ahead[count - 1][1]
                if (
                    _glued(text, end)
                    or not (name := self._known(text[start:end]))
                    or not _stands_alone(text, start, end)
                    or (worded and not _holds_room_word(text[start:end]))
                ):
                    continue
                begins, before = self._joined_before(text, start, end)
                if before:
                    yield begins, start, before
                yield start, end, name
                done = end
                for begin, after, other, known in self._joined(text, start, end):
                    if known:
                        yield begin, after, other
                        done = after
                break

    def _joined_before(self, text: str, start: int, end: int) -> tuple[int, str]:
        """Return the room of "North/South Hall" whose name lacks its end."""
        if before := _JOINED_BEFORE.search(text, max(0, start - 30), start):
            others = list(_TOKEN.finditer(text, start, end))[1:]
            for tail in (text[token.start() : last.end()] for token in others for last in reversed(others)):
                if (name := self._known(before[1] + tail)) and name != self._known(text[start:end]):
                    return before.start(), name
        return start, ""


def _number(digits: str) -> str:
    """Return a number as most people write it; "int" refuses thousands of digits."""
    return digits.lstrip("0") or "0"


def _run(text: str, tokens: list[tuple[int, int]]) -> int:
    """Return how many tokens stand so close together that they may be one name."""
    count = 1
    while count < len(tokens) and _GAP.fullmatch(text, tokens[count - 1][1], tokens[count][0]):
        count += 1
    return min(count, len(tokens))


def _is_no_room(text: str, start: int, end: int) -> bool:
    """Tell whether that is a time, what is counted, or an article."""
    number = _DIGITS.match(text, start)
    if number is None:
        return _ARTICLE.match(text, start) is not None
    return bool(_NO_NUMBER.match(text, number.end()) or _THINGS.match(text, end))


def _glued(text: str, end: int) -> bool:
    """Tell whether what ends there goes on: "14" in "14b", "14 B" and "14.5", "Hall" in "Hall-Foyer"."""
    if not _MORE.match(text, end):
        return False
    return text[end].isalnum() or text[end - 1].isdigit() is not (text[end] == "-")


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Tell whether a name can be known without a word for "room": one that is a number, a letter or "a 105" cannot."""
    name = text[start:end]
    if len(name) < 2 or not any(map(str.isalpha, name)) or (name[-1].isdigit() and _NO_NUMBER.match(text, end)):
        return False
    first, *others = name.split()
    if others and len(first) == 1 and first.isalpha():
        no_room = _PLAN.search(text, 0, start) or _NO_ITEM.match(text, end)
        return bool(_LETTER_AND_NUMBER.fullmatch(name)) and not no_room
    return not (others and first.isdigit() and len(others[0]) == 1)


def _holds_room_word(name: str) -> bool:
    """Tell whether a word for "room" is a part of a name; in "Room 14" it only stands before it."""
    word = _ROOM_WORD.search(name)
    return word is not None and word[0].casefold() in room_key(name)
