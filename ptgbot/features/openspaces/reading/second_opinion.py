"""What dateparser knows of the words that our grammar did not take: it may raise a doubt, and settles nothing.

Only its dictionaries are asked, which takes no longer than looking up the words. Its parser reads more into posts than
is there: "at 3" is a day of the month to it.
"""

import re
from collections.abc import Iterator
from functools import cache

__all__ = ["day_in", "warm"]

_LANGUAGES = "en de fr es it pt nl sv da nb fi et lv lt pl cs sk sl hr hu ro tr ru uk el ca ja zh ko".split()
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_RELATIVE = ("1 day ago", "in 1 day", "2 day ago", "in 2 day", "1 week ago", "in 1 week", "1 month ago", "in 1 month")
_WORD = re.compile(r"\d{1,2}\.?(?!\d)|[^\W\d_]+(?:['\-][^\W\d_]+)*")
_UNSPACED = re.compile(r"[\u2e80-\ud7ff]")  # scripts that put no spaces between words
_MOST_WORDS = 3


def warm() -> None:
    """Load the dictionaries, which takes a third of a second: call it in a thread before the first post is read."""
    _days()


def day_in(text: str) -> str:
    """Return words that name a day other than today in some language; empty where there are none.

    Args:
        text: The text, with all blanked that was read in it.
    """
    words = [word[0].rstrip(".") for word in _WORD.finditer(text)]
    known = _days()
    for first in range(len(words)):
        for count in range(min(_MOST_WORDS, len(words) - first), 0, -1):
            phrase = " ".join(words[first : first + count])
            if phrase.casefold() in known:
                return phrase
    for number, word in zip([*words, *words[1:]], [*words[1:], *words], strict=False):
        if number.isdigit() and word.casefold() in _months():
            return f"{number} {word}"
    if not _UNSPACED.search(text):
        return ""
    return next((word for word in known if _is_unspaced(word) and word in text), "")


@cache
def _days() -> frozenset[str]:
    return frozenset(word.casefold() for word in _words(_WEEKDAYS, _RELATIVE) if _is_telling(word))


@cache
def _months() -> frozenset[str]:
    return frozenset(word.casefold() for word in _words(_MONTHS, ()) if not word.isascii() or len(word) >= 3)


def _words(names: tuple[str, ...], relative: tuple[str, ...]) -> Iterator[str]:
    from dateparser.languages.loader import default_loader

    for locale in default_loader.get_locales(languages=_LANGUAGES):
        info = locale.info
        for name in names:
            yield from info.get(name, ())
        for name in relative:
            yield from info.get("relative-type", {}).get(name, ())


def _is_telling(word: str) -> bool:
    """Tell whether a word is long enough to be no other one by chance."""
    return _is_unspaced(word) or len(word) >= (5 if word.isascii() else 4)


def _is_unspaced(word: str) -> bool:
    return len(word) >= 2 and _UNSPACED.match(word) is not None
