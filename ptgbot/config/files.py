"""Where values come from: a JSON file, the environment, and files of secrets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from ptgbot.config.errors import ConfigError
from ptgbot.config.values.paths import read_text, readable_file
from ptgbot.config.values.text import shown

__all__ = ["Gathered", "JSONObject", "read_json"]

ENVIRONMENT = "PTGBOT_"
MAX_FILE = 1024 * 1024  # bytes


@dataclass(frozen=True)
class JSONObject:
    """A JSON object as it was written, repeated keys included."""

    pairs: list[tuple[str, Any]]


def read_json(path: Path) -> JSONObject:
    """Return a file's JSON object.

    Raises:
        ConfigError: It cannot be read, or is something else.
    """
    try:
        text = read_text(path, MAX_FILE)
        if text.startswith("\ufeff"):
            raise ValueError("begins with a byte order mark: save it as UTF-8 without one")
        data = json.loads(text, object_pairs_hook=JSONObject, parse_constant=_not_json, parse_int=_whole)
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
    except RecursionError:
        problem = "is nested too deeply"
    except ValueError as error:
        problem = str(error)
    else:
        if isinstance(data, JSONObject):
            return data
        problem = "must hold a JSON object, {…}, and holds something else"  # not what: it may be a secret
    raise ConfigError([f"{path}: {problem}"])


def _not_json(constant: str) -> None:
    raise ValueError(f"holds {constant}, which is not JSON")


def _whole(digits: str) -> int:
    if len(digits) > 20:  # Python refuses some thousands, in words that are for programmers
        raise ValueError(f"holds a number of {len(digits)} digits")
    return int(digits)


def _plain(value: Any) -> Any:
    """Return a value with dicts for objects, at every depth.

    Raises:
        ValueError: An object has a key twice.
        RecursionError: It is nested too deeply.
    """
    if isinstance(value, JSONObject):
        names = [name for name, _ in value.pairs]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"has {shown(twice[0])} twice")
        return {name: _plain(item) for name, item in value.pairs}
    return [_plain(item) for item in value] if isinstance(value, list) else value


class Gathered:
    """The values of all sources on their way to be checked.

    Args:
        fields: The settings that are asked for, by their keys. Any other key is as good as none.
    """

    def __init__(self, fields: Mapping[str, FieldInfo]) -> None:
        self._fields = fields
        self._sections = tuple(dict.fromkeys(key.rpartition(".")[0] for key in fields if "." in key))
        self.values: dict[str, object] = {}
        self.sources: dict[str, str] = {}
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self.broken: set[str] = set()
        self._named: dict[str, tuple[str, object]] = {}
        self._seen: set[str] = set()

    def read_object(self, found: JSONObject, section: str, source: str) -> None:
        """Take the keys of a JSON object, a dot in a key being as good as an object in an object."""
        written: set[str] = set()
        for name, value in found.pairs:
            key = section + name
            if name in written or key in self._seen:
                self.problems.append(f"{key}: is given twice")
                self.broken.add(key)
                continue
            written.add(name)
            if key in self._sections:
                if isinstance(value, JSONObject):
                    self.read_object(value, f"{key}.", source)
                elif value is not None:  # null is as if it were left out
                    self.problems.append(f"{key}: must be an object, and is {shown(value)}")
                continue
            self._seen.add(key)
            if key in self._fields:
                if value is not None:  # null is as if it were left out
                    self._take(key, value, source)
            elif key.removesuffix("_file") in self._fields:
                if value is not None:
                    self._named[key.removesuffix("_file")] = (key, value)
            else:
                files = [f"{known}_file" for known in self._fields]
                self.warnings.append(_unknown(key, [*self._fields, *files, *self._sections]))

    def read_files(self, environ: Mapping[str, str]) -> None:
        """Take the content of the files that a key or a variable with ``_file`` behind it names."""
        for key in self._fields:
            variable = f"{_variable(key)}_FILE"
            if variable in environ:
                self._named[key] = (variable, environ[variable])
        for key, (name, value) in self._named.items():
            if _variable(key) in environ:
                continue
            try:
                file = readable_file(value)
                if file is None:
                    raise ValueError("names no file")
                text = read_text(file, MAX_FILE)
            except ValueError as error:
                hidden = self._fields[key].annotation is SecretStr and not str(value).startswith(("/", "~", "."))
                # It may be the secret itself that somebody wrote there.
                self.problems.append(f"{name}: {'names no file that can be read' if hidden else error}")
                self.broken.add(key)
            else:
                # Editors and "echo" end a file with a newline that nobody means to be in a password.
                self._take(key, text.removesuffix("\n").removesuffix("\r"), f"{file} ({name})")

    def read_environment(self, environ: Mapping[str, str]) -> None:
        """Take the variables that are settings, and warn of those that look as if they were."""
        known = {_variable(key): key for key in self._fields}
        for variable, value in sorted(environ.items()):
            if variable in known:
                self._take(known[variable], value, variable)
            elif variable.startswith(ENVIRONMENT) and variable.removesuffix("_FILE") not in known:
                self.warnings.append(_unknown(variable, [*known, *(f"{v}_FILE" for v in known)]))

    def _take(self, key: str, value: object, source: str) -> None:
        try:
            self.values[key] = _plain(value)
        except (ValueError, RecursionError) as error:
            why = "is nested too deeply" if isinstance(error, RecursionError) else error
            self.problems.append(f"{key}: {why}")
            self.broken.add(key)
        self.sources[key] = source


def _variable(key: str) -> str:
    return ENVIRONMENT + key.upper().replace(".", "__")


def _unknown(name: str, known: list[str]) -> str:
    # What every variable begins with makes none of them more alike.
    begin = ENVIRONMENT if name.startswith(ENVIRONMENT) else ""
    folded = name.removeprefix(begin).upper() if begin else name.lower()
    close = get_close_matches(folded, [each.removeprefix(begin) for each in known], n=1)
    hint = f"; did you mean {begin}{close[0]}?" if close else ""
    return f"{name}: is not a setting, and ignored{hint}"
