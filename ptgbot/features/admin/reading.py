"""Reading a JSON file of the published shape: all that is wrong is gathered, a sentence each."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ptgbot.features.schedule.model import track_name_problem

__all__ = ["BadImport", "Reading", "cut", "normal", "parse"]

_MAX_TEXT = 5000
_MOST = 5000  # entries of a key
_MOST_PEOPLE = 2000
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class BadImport(Exception):
    """What cannot be imported; ``problems`` says all that is wrong, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def parse(content: bytes) -> dict[str, Any]:
    """Return the JSON object that some bytes hold.

    Raises:
        BadImport: They hold none.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) < len(items):
            names = Counter(name for name, _ in items)
            twice = next(name for name, count in names.items() if count > 1)
            raise BadImport([f"the key '{cut(twice)}' is there twice in one object"])
        return result

    def constant(name: str) -> Any:
        raise BadImport([f"{name} is no JSON value"])

    try:
        text = content.decode("utf-8-sig")
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
        if _SURROGATE.search(text):  # such an escape without its other half makes text that nobody can write down
            json.dumps(data, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise BadImport(["it is not UTF-8 text"]) from None
    except UnicodeEncodeError:
        raise BadImport(["it holds half of a character"]) from None
    except json.JSONDecodeError as error:
        raise BadImport([f"it is no JSON: {error.msg}, line {error.lineno} column {error.colno}"]) from None
    except (RecursionError, ValueError):
        raise BadImport(["it is no JSON that can be read: it is nested too deep, or has numbers too long"]) from None
    if not isinstance(data, dict):
        raise BadImport(["it is no JSON object"])
    return data


def cut(value: object) -> str:
    """Return a value as a short text, to quote it."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)[:500]).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def normal(name: str) -> str:
    """Return the track name that an older name becomes."""
    return re.sub(r"[^a-z0-9._-]", "-", name.strip().lower()).lstrip("._-")


@dataclass
class Reading:
    """What was found while reading.

    Args:
        strict: Whether a value that the original bot took from chat but that is not safe to show (a colour that
            is none, a link that is none) is a problem; else it is left out, with a note.
        problems: What makes the import impossible.
        notes: What was altered or left out.
    """

    strict: bool
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)
    _meant: dict[str, list[str]] = field(default_factory=dict)

    def mapping(self, data: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Return a key's object; None where the key is not there."""
        value = data.get(key)
        if value is None:
            return None if key not in data else {}
        if not isinstance(value, dict):
            self.problems.append(f"'{key}' is no object")
            return None
        return value if self.is_small(len(value), key) else {}

    def is_small(self, count: int, key: str) -> bool:
        """Return whether a key has no more than can be read while others wait; else that is a problem.

        At the start, when a file is taken over, nobody waits.
        """
        most = _MOST_PEOPLE if key in ("last_check_in", "subscriptions") else _MOST
        if self.strict and count > most:
            self.problems.append(f"'{key}' has {count:,} entries; {most:,} are the most that ~fetchdb takes")
            return False
        return True

    def text(self, value: object, place: str) -> str:
        """Return a value that has to be text, single-spaced and without control characters."""
        if not isinstance(value, str):
            self.problems.append(f"{place} is no text: {cut(value)}")
            return ""
        text = " ".join("".join(c if c.isprintable() else " " for c in value).split())
        if len(text) > _MAX_TEXT:
            self.problems.append(f"{place} is longer than {_MAX_TEXT} characters")
            return ""
        return text

    def unsafe(self, sentence: str) -> None:
        """Take note of a value that the original bot took but that cannot be shown."""
        (self.problems if self.strict else self.notes).append(sentence if self.strict else f"{sentence}; left out")

    def track(self, name: object, place: str, *, listed: bool = False) -> str:
        """Return the name that a track has here; empty where it can have none.

        Args:
            name: The name in the file.
            place: Where it stands, for people.
            listed: Whether it stands in the list of tracks, where no two may differ in case alone.
        """
        if not isinstance(name, str):
            self.problems.append(f"{place} is no track name: {cut(name)}")
            return ""
        if name in self._names:
            return self._names[name]
        result = normal(name)
        problem = track_name_problem(result)
        if problem:
            self.problems.append(problem if result == name else f"{place}: '{cut(name)}' cannot be a track name")
            result = ""
        else:
            known = self._meant.setdefault(result, [])
            same = [other for other in known if listed or other.lower() != name.lower()]
            known.append(name)
            if same:
                self.problems.append(f"the tracks '{cut(same[0])}' and '{cut(name)}' would both be '{result}'")
            elif result != name.lower() and len(known) == 1:
                self.notes.append(f"the track '{cut(name)}' is now '{result}'")
        self._names[name] = result
        return result

    def by_track(self, data: dict[str, Any], key: str, tracks: set[str]) -> Iterable[tuple[str, Any]] | None:
        """Return a key's values by track; None where the key is not there."""
        found = self.mapping(data, key)
        if found is None:
            return None
        values: dict[str, Any] = {}
        for raw, value in found.items():
            name = normal(raw)
            if name not in tracks:
                self.notes.append(f"{key}: there is no track '{cut(raw)}', left out")
            elif name in values:
                self.problems.append(f"{key}: two entries are for the track '{name}'")
            elif value is not None:
                values[name] = value
        return values.items()
