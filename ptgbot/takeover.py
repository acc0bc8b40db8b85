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

from ptgbot.catalogue import MIGRATIONS, TABLES, make_keeper
from ptgbot.core.changes import Cause
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.admin.difference import difference
from ptgbot.features.admin.legacy import Import, Importer
from ptgbot.features.admin.opening import open_file
from ptgbot.features.admin.reading import BadImport, parse
from ptgbot.features.history.journal import Journal
from ptgbot.store import DurableStore, Files
from ptgbot.store.checkpoint import META
from ptgbot.store.log import log_files
from ptgbot.store.state import State

__all__ = ["forget_in_original", "import_file", "move_original", "original_path", "preview_import", "take_over"]

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
    return importer.read(open_file(content))


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
    if not _is_to_move(store, named):
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


def _is_to_move(store: Path, named: Path) -> bool:
    """Return whether the file that ``db_filename`` names is an original bot's, and there is no store yet."""
    if not named.is_file() or log_files(store):
        return False
    return not _is_store(named.read_bytes()) if store == named else not store.exists()


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
        await _commit(store, result, event, at)
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
    """Import an event or a schedule and return once that is on disk.

    Returns:
        What was altered or left out on the way, a sentence each.

    Raises:
        BadImport: Something in it is wrong; nothing was changed.
        NotSaved: The disk refuses it.
    """
    result = _read(store.view, content, event, network, at)
    await _commit(store, result, event, at)
    return result.notes


def preview_import(
    store: Path, named: Path, content: bytes, *, event: Event, network: str, at: datetime
) -> tuple[tuple[str, ...], list[str]]:
    """Return what an import would change, and change nothing.

    Args:
        store: Where the store is, or will be.
        named: The file that ``db_filename`` names, which may be an original bot's that is not taken over yet.
        content: What would be imported.
        event: The conference.
        network: The network whose nicks the files name.
        at: Now (aware, UTC).

    Returns:
        What would change, and what would be altered or left out on the way, in lines.

    Raises:
        BadImport: It cannot be imported.
        StoreInUse: Another process has the store.
        StoreUnreadable: The store is damaged, or of another version.
        OSError: A file cannot be read.
    """
    view = _present(store, named, event, network, at)
    result = _read(view, content, event, network, at)
    return difference(view, result.edits, event), result.notes


def _present(path: Path, named: Path, event: Event, network: str, at: datetime) -> View:
    """Return the state that the bot would start with, without touching its files."""
    kept = named if _is_to_move(path, named) else original_path(path)
    state: View = State(TABLES)
    if kept is not named and (path.exists() or log_files(path)):
        store = DurableStore(path, TABLES, migrations=MIGRATIONS)
        store.lock()
        try:
            store.read()
        finally:
            store.unlock()
        state = store.view
    if state.seq == 0 and kept.is_file():
        original = State(TABLES)
        original.apply(1, at, _read_file(kept, original, event, network, at).edits)
        return original
    return state


async def _commit(store: DurableStore, result: Import, event: Event, at: datetime) -> None:
    if result.edits:
        change = Journal(make_keeper(store, event)).commit(result.edits, at=at, cause=Cause.IMPORT)
        await store.saved(change.seq)
