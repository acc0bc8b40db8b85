"""Text, words, numbers and secrets, and how messages show a value."""

import json
import re
import shlex
import unicodedata
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

from ptgbot.core.color import is_color

__all__ = [
    "as_text",
    "choice",
    "color",
    "command",
    "flag",
    "from_json",
    "items",
    "left_out",
    "line",
    "numbers",
    "phrases",
    "plain",
    "seconds",
    "secret",
    "shown",
    "whole",
]

SHOWN = 60
FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def plain(text: str) -> str:
    """Return a text with nothing in it that a terminal would not show as a character."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def shown(value: object) -> str:
    """Return a value as messages show it: the beginning is enough."""
    if isinstance(value, str):
        return f"'{plain(_short(value))}'"
    if value is None or isinstance(value, bool | int | float):
        return _short(json.dumps(value))
    return "a list" if isinstance(value, list | tuple) else "an object"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def as_text(value: object) -> str:
    """Return a value that is text; one line of it."""
    if not isinstance(value, str):
        raise ValueError(f"must be text in quotes, and is {shown(value)}")
    _refuse_odd_characters(value)
    return value


def _refuse_odd_characters(text: str) -> None:
    for character in text:
        if unicodedata.category(character) == "Cs":  # how Python keeps bytes of the environment that are no text
            raise ValueError("is not UTF-8")
        if unicodedata.category(character) == "Cc":
            raise ValueError("holds a line break or another control character")


def left_out(read: Callable[[object], Any], nothing: object) -> Callable[[object], Any]:
    """Return what reads a setting that may be left out together with others: None stands for that."""
    return lambda value: nothing if value is None else read(value)


def line(value: object) -> str:
    """Read any text of one line."""
    return as_text(value).strip()


def choice(*words: str) -> Callable[[object], str]:
    """Return what reads one of some words."""

    def read(value: object) -> str:
        text = line(value).lower()
        if text not in words:
            raise ValueError(f"{shown(value)} is none of: {', '.join(words)}")
        return text

    return read


def command(value: object) -> str:
    """Read a command with its arguments, quoted as for a shell."""
    text = line(value)
    try:
        parts = shlex.split(text)
    except ValueError as error:
        raise ValueError(f"cannot be taken apart as a command: {str(error).lower()}") from None
    if parts and not parts[0]:
        raise ValueError("names no program")
    return text


def secret(value: object) -> SecretStr:
    """Read a secret; what is wrong is said without showing it."""
    if isinstance(value, SecretStr):
        return value
    if not isinstance(value, str):
        raise ValueError("must be text in quotes")
    _refuse_odd_characters(value)
    return SecretStr(value)


def whole(least: int, most: int) -> Callable[[object], int]:
    """Return what reads a whole number between two others."""

    def read(value: object) -> int:
        number = value.strip() if isinstance(value, str) else value
        if isinstance(number, str) and re.fullmatch("[0-9]{1,9}", number):
            number = int(number)
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
            raise ValueError(f"{shown(value)} is not a number between {least} and {most}")
        return number

    return read


def seconds(least: float, most: float) -> Callable[[object], float]:
    """Return what reads a number of seconds between two others."""

    def read(value: object) -> float:
        number = value.strip() if isinstance(value, str) else value
        if isinstance(number, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", number):
            number = float(number)
        if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= most:
            raise ValueError(f"{shown(value)} is not a number of seconds between {least:g} and {most:g}")
        return float(number)

    return read


def color(value: object) -> str:
    """Read a CSS colour; empty is none."""
    text = line(value)
    if text and not is_color(text):
        raise ValueError(f"{shown(text)} is not a colour such as #1f6feb, teal or oklch(60% 0.15 240)")
    return text


def flag(value: object) -> bool:
    """Read true or false, also in the words that the environment has for them."""
    if isinstance(value, bool):
        return value
    read = FLAGS.get(str(value).strip().lower()) if isinstance(value, str) else None
    if read is None:
        raise ValueError(f"{shown(value)} is neither true nor false")
    return read


def from_json(value: object) -> object:
    """Return the list or object that a text is in JSON; any other value as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def items(value: object, item: Callable[[str], str], *, may_be_empty: bool = False) -> tuple[str, ...]:
    """Read a list, or text with commas, or text that is a JSON list; each item once.

    Args:
        value: The value.
        item: What reads one item.
        may_be_empty: Whether no item is fine.
    """
    if isinstance(value, str):
        read = from_json(value)
        value = read if isinstance(read, list) else value.split(",")
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be text in quotes or a list of such, and is {shown(value)}")
    texts = [as_text(text).strip() for text in value]
    found = dict.fromkeys(item(text) for text in texts if text)
    if not found and not may_be_empty:
        raise ValueError("is empty")
    return tuple(found)


def phrases(value: object) -> tuple[str, ...]:
    """Read a list of words or phrases, or none."""
    return items(value, line, may_be_empty=True)


def numbers(least: int, most: int, at_most: int) -> Callable[[object], tuple[int, ...]]:
    """Return what reads a list of whole numbers, or none, each once.

    Args:
        least: The smallest that each may be.
        most: The largest.
        at_most: How many there may be.
    """
    one = whole(least, most)

    def read(value: object) -> tuple[int, ...]:
        if isinstance(value, str):
            parsed = from_json(value)
            value = parsed if isinstance(parsed, list) else [text for text in value.split(",") if text.strip()]
        found = tuple(dict.fromkeys(map(one, value if isinstance(value, list | tuple) else [value])))
        if len(found) > at_most:
            raise ValueError(f"has {len(found)} numbers, and may have {at_most}")
        return found

    return read
