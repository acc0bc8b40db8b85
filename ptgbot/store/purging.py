"""Removing what somebody wants forgotten from the copies of the state that lie beside the store."""

import logging
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from ptgbot.core.changes import Edit
from ptgbot.core.documents import View
from ptgbot.store.backups import list_backups
from ptgbot.store.checkpoint import Checkpoint, CheckpointStorage
from ptgbot.store.files import Files
from ptgbot.store.log import log_files
from ptgbot.store.reading import read_state
from ptgbot.store.schema import Schema, Unreadable
from ptgbot.store.state import State

__all__ = ["Forget", "purge_copies"]

_log = logging.getLogger(__name__)

Forget = Callable[[View], tuple[Edit, ...]]


def purge_copies(store: Path, schema: Schema, files: Files, forget: Forget, told: Collection[bytes] = ()) -> None:
    """Rewrite the backups and the replaced stores without what is to be forgotten.

    One that cannot be read cannot be rewritten either: it is removed, with a line in the log.

    Args:
        store: The path of the store's checkpoint.
        schema: What this version knows.
        files: How to reach the disk.
        forget: Given the state of a copy, returns what to change in it.
        told: Bytes of which each copy that tells of it holds one; none given: every copy is looked into.

    Raises:
        OSError: The disk refuses it; what was not rewritten is as it was.
    """
    _sweep(store, files)
    for path in _copies(store, files):
        try:
            if not told or _tells(path, files, told):
                _purge(path, schema, files, forget)
        except Unreadable:  # its text may quote what is to be forgotten
            _log.warning("%s cannot be read; removed, since somebody wants to be forgotten.", path)
            files.remove(path)
            for _, log in log_files(path, files):
                files.remove(log)


def _tells(path: Path, files: Files, told: Collection[bytes]) -> bool:
    """Return whether a copy may tell of it: one that is cut off may do so in words that are cut off too."""
    checkpoint = files.read(path) or b""
    contents = [checkpoint, *(files.read(log) or b"" for _, log in log_files(path, files))]
    return not checkpoint.endswith(b"}\n") or any(part in content for content in contents for part in told)


def _copies(store: Path, files: Files) -> Iterator[Path]:
    yield from list_backups(store, files).values()
    pattern = re.compile(re.escape(store.name) + r"\.replaced-\d+")
    for name in files.names(store.parent):
        if pattern.fullmatch(name):
            yield store.with_name(name) / store.name


def _sweep(store: Path, files: Files) -> None:
    """Remove what a kill left half-written of the copies."""
    half = re.compile(r"\." + re.escape(store.name) + r"\.\d+\.bak\.new")
    for name in files.names(store.parent):
        if half.fullmatch(name):
            files.remove(store.with_name(name))
    for path in _copies(store, files):
        if path.parent != store.parent:
            files.remove(path.with_name(f".{path.name}.new"))


def _purge(path: Path, schema: Schema, files: Files, forget: Forget) -> None:
    state = State(schema.tables.values())
    found = read_state(path, state, schema, files)
    logs = log_files(path, files)
    edits = forget(state)
    if not edits and not logs:
        return
    state.apply(state.seq, state.changed_at, edits)
    rows = Checkpoint.rows(schema.version, state.seq, state.changed_at, state.copy(), found.unknown)
    CheckpointStorage(path, files).write(rows)
    for _, log in logs:
        files.remove(log)
