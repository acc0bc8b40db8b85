"""What somebody says about a post, in words: ``room R time T day D approve``, any of it left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from ptgbot.core.clock import Event
from ptgbot.core.commands import Refused, quote
from ptgbot.core.documents import View
from ptgbot.core.moments import BadMoment, Bounds, Moment, read_moment
from ptgbot.core.timewords import read_words
from ptgbot.features.openspaces.deciding import Decision
from ptgbot.features.openspaces.model import Fate, Post
from ptgbot.features.openspaces.settings import OpenSpaceSettings, rules_now

__all__ = ["FORM", "DecisionReader", "Said"]

FORM = "room R time T day D approve"
_PARTS = ("room", "time", "day", "version")
_FATES = {"approve": Fate.APPROVED, "deny": Fate.DENIED, "cancel": Fate.CANCELLED}
_CLOCK = r"\d{1,2}(?::\d\d|(?::\d\d)?[ap]m)"
_FROM_TO = re.compile(
    rf"(.*?\b{_CLOCK})\s*(?:[-\N{{EN DASH}}]|\bto\b|\buntil\b)\s*({_CLOCK})", re.IGNORECASE | re.ASCII
)
_MOST_DIGITS = 9
_NO_ZONES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says about a post.

    Args:
        decision: That.
        guess: What was guessed about a time, for them to read; empty where nothing was.
    """

    decision: Decision
    guess: str = ""


class DecisionReader:
    """Reads what people say about posts.

    Args:
        view: The state.
        event: The conference.
        settings: What it wants of open spaces.
        at: Now (aware, UTC).
    """

    def __init__(self, view: View, event: Event, settings: OpenSpaceSettings, at: datetime) -> None:
        self._event = event
        self._at = at
        self._rules = rules_now(view, event, settings)
        self._bounds = _bounds(self._rules.days, event)

    def read(self, words: Sequence[str], post: Post, *, sure: bool = False) -> Said:
        """Return what somebody says about a post.

        Args:
            words: Their words.
            post: The post, of whose day a time is where nothing else is said.
            sure: Whether nothing may be guessed, since nobody looks at it before it goes out.

        Raises:
            Refused: They cannot be read; the text says why.
        """
        parts, fate = _parted(words)
        moment, end = self._when(parts.get("day", []), parts.get("time", []), post)
        if sure and moment is not None and moment.guess:
            raise Refused("That could be more than one time: say it as on a clock of 24 hours, with its day.")
        version = " ".join(parts.get("version", []))
        if version and not (version.isascii() and version.isdigit() and len(version) < _MOST_DIGITS):
            raise Refused(f"'{quote(version)}' is no version of a post.")
        decision = Decision(
            room=" ".join(parts.get("room", [])),
            start=moment.at if moment else None,
            end=end,
            fate=fate,
            version=int(version) if version else None,
        )
        return Said(decision, moment.guess if moment else "")

    def _when(self, day: list[str], clock: list[str], post: Post) -> tuple[Moment | None, datetime | None]:
        """Return when something begins, and when it ends where that was said too."""
        if not day and not clock:
            return None, None
        if not clock:
            if post.start is None:
                raise Refused(f"At what time? Say it behind 'time': {FORM}")
            clock = [f"{self._event.local(post.start):%H:%M}"]
        whole = _FROM_TO.fullmatch(" ".join(clock))
        if whole:
            clock = whole[1].split()
        try:
            clock = self._in_hours(clock)
            if not day and post.start is not None and _tells_no_day(clock):
                day = [self._event.local(post.start).date().isoformat()]
            moment = self._moment([*day, *clock])
            if not whole:
                return moment, None
        except BadMoment as bad:
            raise Refused(str(bad)) from None
        date = self._event.local(moment.at).date()
        try:
            return moment, read_moment([date.isoformat(), whole[2]], moment.at, self._event).at
        except BadMoment:
            raise Refused(f"It has to end after it begins: '{whole[2]}' is before that.") from None

    def _in_hours(self, clock: list[str]) -> list[str]:
        """Return a time of day as a clock of 24 hours has it, where the hours of the event tell which half is meant."""
        said = read_words(clock, _NO_ZONES)
        if said.clock is None or not said.clock.either or said.day is not None or said.words < len(clock):
            return clock
        hour, minute = said.clock.time.hour, said.clock.time.minute
        first, last = self._rules.hours
        inside = [each for each in (time(hour, minute), time(hour + 12, minute)) if first <= each <= last]
        return [f"{inside[0]:%H:%M}"] if len(inside) == 1 else clock

    def _moment(self, words: list[str]) -> Moment:
        moment = read_moment(words, self._at, self._event, self._bounds)
        if moment.words_taken < len(words):
            raise Refused(f"I do not understand '{quote(' '.join(words[moment.words_taken :]))}' behind the time.")
        return moment


def _bounds(days: Sequence[date], event: Event) -> Bounds | None:
    if not days:
        return None
    first = datetime.combine(min(days), time(), event.zone)
    return first, datetime.combine(max(days), time(23, 59), event.zone)


def _parted(words: Sequence[str]) -> tuple[dict[str, list[str]], Fate | None]:
    """Return the words behind each of the words that begin a part, and what is decided."""
    parts: dict[str, list[str]] = {}
    fates: dict[Fate, None] = {}
    part = ""
    for word in words:
        plain = word.lower().rstrip(",;.:!")
        plain = "time" if plain == "at" and part else plain
        if plain in _FATES:
            fates[_FATES[plain]] = None
        elif plain in _PARTS and not (plain == part and not parts[part]):  # 'room Room 14'
            if plain in parts:
                raise Refused(f"You say '{plain}' twice: {FORM}")
            part = plain
            parts[part] = []
        elif not part:
            raise Refused(f"I do not understand '{quote(word)}' there. Say it as: {FORM}")
        else:
            parts[part].append(word)
    for name, said in parts.items():
        if not said:
            raise Refused(f"Which {name}? Say it behind '{name}': {FORM}")
    if len(fates) > 1:
        raise Refused("Only one of approve, deny and cancel.")
    return parts, next(iter(fates), None)


def _tells_no_day(words: Sequence[str]) -> bool:
    said = read_words(words, _NO_ZONES)
    return said.day is None and said.span is None
