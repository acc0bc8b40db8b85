"""Taking over the file of an original bot: whole, once, and without touching what is in it."""

import logging
import os
import re
import shutil
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from ptgbot.catalogue import TABLES
from ptgbot.core.changes import Cause
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.admin.legacy import Import, Importer
from ptgbot.features.admin.reading import BadImport, parse
from ptgbot.features.history.journal import Journal
from ptgbot.store import DurableStore, Files
from ptgbot.store.checkpoint import META
from ptgbot.store.log import log_files
from ptgbot.store.state import State

__all__ = ["forget_in_original", "import_file", "move_original", "original_path", "take_over"]

_log = logging.getLogger(__name__)


def original_path(store: Path) -> Path:
    """Return where the file that was taken over is kept, beside the store."""
    return store.with_name(f"{store.name}.original")


def _new_id() -> str:
    return uuid.uuid4().hex


def _read_file(file: Path, view: View, event: Event, network: str, at: datetime) -> Import:
    try:
        return _read(view, file.read_bytes(), event, network, at)
    except BadImport as error:
        raise BadImport([f"{file}: {problem}" for problem in error.problems]) from None


def _read(view: View, content: bytes, event: Event, network: str, at: datetime) -> Import:
    importer = Importer(view, event=event, network=network, at=at, new_id=_new_id, strict=False)
    return importer.read(parse(content))


def move_original(store: Path, named: Path, *, event: Event, network: str, at: datetime) -> None:
    """Move the file of an original bot out of the way of the store, once it has proved to be good.

    Nothing happens where there is a store already, or no such file.

    Args:
        store: Where the store is, or will be.
        named: The file that ``db_filename`` names.
        event: The conference.
        network: The network whose nicks the file names.
        at: Now (aware, UTC).

    Raises:
        BadImport: It cannot be taken over; nothing was moved.
        OSError: It cannot be read or moved.
    """
    if not named.is_file() or log_files(store):
        return
    if store == named:
        if _is_store(named.read_bytes()):
            return
    elif store.exists():
        return
    _read_file(named, State(TABLES), event, network, at)
    kept = original_path(store)
    if kept.exists():
        kept.replace(_free_name(kept))
    shutil.move(named.resolve(), kept)  # the file itself, where the name is a link to it
    kept.chmod(0o600)  # it tells where people were and what they subscribed to
    for path in (kept, kept.parent):
        _sync(path)
    _log.warning("%s is the file of an original bot: moved to %s, its contents are taken over.", named, kept)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _is_store(content: bytes) -> bool:
    try:
        tables = orjson.loads(content)
    except orjson.JSONDecodeError:
        # Damaged: which of the two it was shows in how a store begins. The store says what is wrong with its own.
        return f'"{META}"'.encode() in content[:100]
    return isinstance(tables, dict) and META in tables


def _free_name(path: Path) -> Path:
    number = 2
    while (free := path.with_name(f"{path.name}-{number}")).exists():
        number += 1
    return free


async def take_over(store: DurableStore, *, event: Event, network: str, at: datetime) -> None:
    """Import the file of an original bot that lies beside an empty store.

    Raises:
        BadImport: It cannot be imported.
        NotSaved: The disk refuses it.
    """
    kept = original_path(store.path)
    if store.view.seq == 0 and kept.is_file():
        result = _read_file(kept, store.view, event, network, at)
        await _commit(store, result, at)
        for note in result.notes:
            _log.warning("%s: %s.", kept.name, note)


def forget_in_original(store: Path, nicks: Iterable[str]) -> None:
    """Remove what the original bot's file, kept beside the store, tells of people.

    Args:
        store: The path of the store.
        nicks: The nicks they had, in lower case.

    Raises:
        OSError: The disk refuses it.
    """
    gone = set(nicks)
    kept = re.compile(re.escape(original_path(store).name) + r"(-\d+)?")
    for path in sorted(path for path in store.parent.iterdir() if kept.fullmatch(path.name)):
        try:
            data = parse(path.read_bytes())
        except BadImport:
            _log.warning("%s cannot be read; removed, since somebody wants to be forgotten.", path)
            path.unlink()
            continue
        for key in ("last_check_in", "subscriptions"):
            if isinstance(data.get(key), dict):
                data[key] = {nick: value for nick, value in data[key].items() if not _names(nick, value) & gone}
        Files().write_whole(path, [orjson.dumps(data)])


def _names(nick: str, value: Any) -> set[str]:
    """Return the nicks that an entry of the original bot's file is about, in lower case."""
    inner = value.get("nick") if isinstance(value, dict) else None
    return {nick.lower(), inner.lower() if isinstance(inner, str) else nick.lower()}


async def import_file(store: DurableStore, content: bytes, *, event: Event, network: str, at: datetime) -> list[str]:
    """Import a file in the published shape and return once that is on disk.

    Returns:
        What was altered or left out on the way, a sentence each.

    Raises:
        BadImport: Something in it is wrong; nothing was changed.
        NotSaved: The disk refuses it.
    """
    result = _read(store.view, content, event, network, at)
    await _commit(store, result, at)
    return result.notes


async def _commit(store: DurableStore, result: Import, at: datetime) -> None:
    if result.edits:
        change = Journal(store).commit(result.edits, at=at, cause=Cause.IMPORT)
        await store.saved(change.seq)
