"""What people are told whose words are no time: what it may have been, and how to say it."""

import re
from collections.abc import Sequence

from ptgbot.core.commands import quote

__all__ = ["FORMS", "BadMoment", "bare", "midnight", "missing_clock", "unreadable"]

FORMS = "14:30, 2:30pm, tomorrow 9:00, Tue 10:15, in 20 min or 2026-11-23 10:00"


class BadMoment(ValueError):
    """What somebody said is no time, or none that can be taken; the text tells them why, and what to say."""


def bare(word: str) -> str:
    """Return a word in lower case and without what ends a part of a sentence."""
    return word.lower().rstrip(",;:")


def unreadable(words: Sequence[str]) -> BadMoment:
    """Return what to tell somebody whose words begin with no time."""
    said = quote(" ".join(words[:4])) if words else ""
    return BadMoment(f"I cannot read a time in '{said}'. Say it as {FORMS}." if said else f"Say when, as in {FORMS}.")


def midnight() -> BadMoment:
    """Return what to tell somebody who says midnight, in one way or another."""
    return BadMoment("Midnight could be either end of a day: say 23:59, or 0:00 with the day that begins then.")


def missing_clock(words: Sequence[str], taken: int) -> BadMoment:
    """Return what to tell somebody where a time of day should be and none is."""
    word = bare(words[taken]) if taken < len(words) else ""
    digits = word.isascii() and word.isdigit()
    if digits and len(word) <= 2 and int(word) < 24:
        return BadMoment(f"'{word}' alone could be anything: say {int(word)}:00, or {int(word) % 12 or 12}pm.")
    if digits and len(word) == 4 and word < "2360":
        return BadMoment(f"Please put a colon into times: {word[:2]}:{word[2:]}.")
    if re.fullmatch(r"\d{1,2}\.\d\d", word, re.ASCII):
        return BadMoment(f"Please put a colon into times: {word.replace('.', ':')}.")
    if re.fullmatch(r"\d{1,2}[./]\d{1,2}[./]?(\d{4}|\d{2})?", word, re.ASCII):
        return BadMoment(f"'{word}' is read differently in different countries: say the day as 23 Nov or 2026-11-23.")
    if taken and words[:taken]:
        day = " ".join(words[:taken]).rstrip(",;:")
        return BadMoment(f"At what time {day}? Say it as '{day} 9:00'.")
    return unreadable(words)
