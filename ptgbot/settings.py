"""How one setting is read: each function makes a value of what a file or the environment holds, or says what is wrong.

All of them raise ValueError with a text that goes on after the setting's key. They take a value in the form in which
JSON has it, as text (all that the environment has), and as they return it themselves.
"""

import errno
import ipaddress
import json
import os
import re
import shlex
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import SecretStr

from ptgbot.core.color import is_color
from ptgbot.networks.irc.isupport import distinct

__all__ = [
    "channels",
    "choice",
    "color",
    "command",
    "day",
    "existing_folder",
    "flag",
    "folder",
    "hosts",
    "inside",
    "left_out",
    "line",
    "links",
    "new_file",
    "nick",
    "plain",
    "read_text",
    "readable_file",
    "same",
    "seconds",
    "secret",
    "shown",
    "slack_channels",
    "slack_people",
    "store_path",
    "url",
    "whole",
    "zone",
]

SHOWN = 60
NICK = re.compile(r"[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}-]{0,49}")
CHANNEL = re.compile(r"[#&+!][^\s,:]{1,199}")
URL = re.compile(r"https?://[^\s/?#\"'<>\\^`{|}@]+(/[^\s?#\"'<>\\^`{|}]*)?", re.IGNORECASE)
SLACK_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")
SLACK_PERSON = re.compile(r"[UWS][A-Z0-9]{2,20}")
DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_IN_LINK = r"[^\s\"'<>\\^`{|}]"
LINK = re.compile(rf"https?://{_IN_LINK}+|mailto:{_IN_LINK}+@{_IN_LINK}+|(?!//)((?!:){_IN_LINK})+", re.IGNORECASE)
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


def _place(path: Path) -> str:
    return f"'{plain(str(path))}'"  # whole, because its end is what tells it from others


def _text(value: object) -> str:
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
    return _text(value).strip()


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


def nick(value: object) -> str:
    """Read a nick."""
    text = _text(value)
    if not NICK.fullmatch(text):
        raise ValueError(
            f"{shown(text)} is not a nick: letters, digits and -_[]\\`^{{|}}, at most 50, the first not a digit or -"
        )
    return text


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


def links(value: object) -> tuple[tuple[str, str], ...]:
    """Read what maps the texts of links to their addresses, in order; text may be such a JSON object.

    An address is one of http, https or mailto, or leads on from the top of the site: ``static/conduct.pdf``.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else {}
        except (ValueError, RecursionError):
            raise ValueError(
                'must map texts to addresses, as {"Privacy": "https://example.org/privacy"} does'
            ) from None
    if isinstance(value, tuple | list):
        value = dict(value) if all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in value) else None
    if not isinstance(value, dict):
        raise ValueError('must map texts to addresses, as {"Privacy": "https://example.org/privacy"} does')
    found = tuple((line(text), _text(address).strip()) for text, address in value.items())
    for text, address in found:
        if not text or not LINK.fullmatch(address):
            raise ValueError(
                f"{shown(text)} does not lead to an address such as https://example.org/privacy,"
                " mailto:crew@example.org or static/conduct.pdf"
            )
    return found


def flag(value: object) -> bool:
    """Read true or false, also in the words that the environment has for them."""
    if isinstance(value, bool):
        return value
    read = FLAGS.get(str(value).strip().lower()) if isinstance(value, str) else None
    if read is None:
        raise ValueError(f"{shown(value)} is neither true nor false")
    return read


def _list(value: object, item: Callable[[str], str], *, may_be_empty: bool = False) -> tuple[str, ...]:
    """Read a list, or text with commas, or text that is a JSON list; each item once."""
    if isinstance(value, str):
        try:
            read = json.loads(value) if value.lstrip().startswith("[") else None
        except (ValueError, RecursionError):
            read = None
        value = read if isinstance(read, list) else value.split(",")
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be text in quotes or a list of such, and is {shown(value)}")
    texts = [_text(text).strip() for text in value]
    items = dict.fromkeys(item(text) for text in texts if text)
    if not items and not may_be_empty:
        raise ValueError("is empty")
    return tuple(items)


def hosts(value: object) -> tuple[str, ...]:
    """Read a host name or address, or several."""
    return _list(value, _host)


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        text.encode("idna")  # what a connection does first
    except UnicodeError:
        fine = False
    else:
        fine = bool(re.fullmatch(r"[\w.-]{1,253}", text)) and text[0] not in "-."
    if not fine:
        raise ValueError(f"{shown(text)} is not a host name; the port goes into irc_port")
    return text


def channels(value: object) -> tuple[str, ...]:
    """Read a channel, or several; ``#ptg`` and ``#PTG`` are the same one."""
    return distinct(_list(value, _channel))


def _channel(text: str) -> str:
    if not CHANNEL.fullmatch(text):
        raise ValueError(
            f"{shown(text)} is not a channel: it begins with # (or &, + or !) and holds no blank, comma or :"
        )
    return text


def slack_channels(value: object) -> tuple[str, ...]:
    """Read the ids of channels in Slack, or none."""
    what = "the id of a channel, such as C0123ABCDEF: Slack has it at the foot of the channel's details"
    return _ids(value, SLACK_CHANNEL, what)


def slack_people(value: object) -> tuple[str, ...]:
    """Read the ids of people and user groups in Slack, or none."""
    examples = "such as U0123ABCDEF or S0123ABCDEF"
    what = f"the id of a person or a user group, {examples}: Slack has it in the menu of the profile"
    return _ids(value, SLACK_PERSON, what)


def _ids(value: object, pattern: re.Pattern[str], what: str) -> tuple[str, ...]:
    def item(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"{shown(text)} is not {what}")
        return text

    return _list(value, item, may_be_empty=True)


def url(value: object) -> str:
    """Read an http or https address without query; without the slash at its end."""
    text = line(value)
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        fine = bool(URL.fullmatch(text) and parts.hostname and parts.port != 0)
    except ValueError:
        fine = False
    if not fine:
        # Without the value: people put passwords into addresses.
        raise ValueError("must be an address such as https://ptg.example.org, without user, query or fragment")
    return text.rstrip("/")


def zone(value: object) -> ZoneInfo:
    """Read the name of a time zone."""
    if isinstance(value, ZoneInfo):
        return value
    text = line(value)
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown; like a path; a folder of zones
        names = {name.lower(): name for name in available_timezones()}
    close = names.get(text.lower().replace(" ", "_"))
    hint = f"; did you mean {close}?" if close else ", such as Europe/Berlin or UTC"
    raise ValueError(f"{shown(text)} is not an IANA time zone{hint}")


def day(value: object) -> date | None:
    """Read a date; empty is none."""
    if value is None or isinstance(value, date):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if value == text == "":
        return None
    try:
        if DAY.fullmatch(text) and "1970" <= text < "3000":
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{shown(value)} is not a date such as 2026-10-19")


def _path(value: object) -> Path:
    text = os.fspath(value) if isinstance(value, Path) else _text(value)
    if not text.strip():
        raise ValueError("is empty")
    try:
        return Path(text).expanduser().absolute()
    except (RuntimeError, OSError) as error:
        raise ValueError(f"{shown(text)} names no home folder or no current folder") from error


def readable_file(value: object) -> Path | None:
    """Read the path of a file that is there; empty is none."""
    if value is None or value == "":
        return None
    path = _path(value)
    try:
        if path.is_dir():
            raise ValueError(f"{_place(path)} is a folder, not a file")
        if not path.exists():
            raise ValueError(f"there is no file {_place(path)}")
    except OSError as error:
        raise ValueError(f"{_place(path)} cannot be read: {error.strerror}") from error
    if not os.access(path, os.R_OK):
        raise ValueError(f"{_place(path)} cannot be read: Permission denied")
    return path


def new_file(value: object) -> Path:
    """Read the path of a file that is there, or will be."""
    path = _path(value)
    if path.name in ("", "..") or _is(path, Path.is_dir):
        raise ValueError(f"{_place(path)} is a folder, not a file")
    return path


def folder(value: object) -> Path:
    """Read the path of a folder that is there, or will be."""
    path = _path(value)
    if _is(path, Path.exists) and not _is(path, Path.is_dir):
        raise ValueError(f"{_place(path)} is a file, not a folder")
    return path


def existing_folder(value: object) -> Path | None:
    """Read the path of a folder that is there; empty is none."""
    if value is None or value == "":
        return None
    path = _path(value)
    if not _is(path, Path.is_dir):
        raise ValueError(f"there is no folder {_place(path)}")
    return path


def _is(path: Path, question: Callable[[Path], bool]) -> bool:
    try:
        return question(path)
    except OSError as error:
        raise ValueError(f"{_place(path)} cannot be used: {error.strerror}") from error


def read_text(path: Path, limit: int) -> str:
    """Return a file's text.

    Args:
        path: The file.
        limit: The most bytes that it may have.

    Raises:
        ValueError: It cannot be read, is longer, or not UTF-8; the text does not show the path.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        raise ValueError("there is no such file") from None
    except IsADirectoryError:
        raise ValueError("is a folder, not a file") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if len(content) > limit:
        raise ValueError(f"is longer than {limit} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"is not UTF-8 (line {row})") from None


def inside(path: Path, site: Path) -> bool:
    """Tell whether a file lies in a folder, by its place or by what a link there leads to."""
    folder = _real(site)
    # A link in the site would be replaced by a page of its name; a link into the site leads to a published file.
    return _real(path).is_relative_to(folder) or (_real(path.parent) / path.name).is_relative_to(folder)


def same(one: Path, other: Path) -> bool:
    """Tell whether two paths name the same place."""
    return _real(one.parent) / one.name == _real(other.parent) / other.name


def store_path(file: Path, site: Path) -> Path:
    """Return where the state is kept, which is never where the site is published.

    Args:
        file: Where the configuration wants it.
        site: The folder of the site.

    Raises:
        ValueError: There is no place for it outside of the site.
    """
    if not inside(file, site):
        return file
    real = _real(site)
    # The name that people know, even where it is a link; "." and ".." are no names.
    named = real if site.name in ("", "..") else _real(site.parent) / site.name
    store = named.with_name(f"{named.name}-private") / file.name if named.name else file
    if _real(file) == real or inside(store, site):
        raise ValueError(f"db_filename: {_place(file)} would be published, because it is in site_dir {_place(site)}")
    return store


def _real(path: Path) -> Path:
    try:
        path.stat()
    except OSError as error:
        if error.errno == errno.ELOOP:  # where Python 3.13 resolves without a word
            raise ValueError(f"{_place(path)} cannot be used: it is a link that leads to itself") from error
    return path.resolve()
