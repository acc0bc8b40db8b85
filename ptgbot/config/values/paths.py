"""Files and folders, and where the store is."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

from ptgbot.config.values.text import as_text, plain, shown

__all__ = [
    "existing_folder",
    "folder",
    "inside",
    "new_file",
    "read_text",
    "readable_file",
    "same",
    "store_path",
]


def _place(path: Path) -> str:
    return f"'{plain(str(path))}'"  # whole, because its end is what tells it from others


def _path(value: object) -> Path:
    text = os.fspath(value) if isinstance(value, Path) else as_text(value)
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
