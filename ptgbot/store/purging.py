"""Removing what somebody wants forgotten from the copies of the state that lie beside the store."""

import logging
import re
from collections.abc import Callable, Iterator
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


def purge_copies(store: Path, schema: Schema, files: Files, forget: Forget) -> None:
    """Rewrite the backups and the replaced stores without what is to be forgotten.

    One that cannot be read cannot be rewritten either: it is removed, with a line in the log.

    Args:
        store: The path of the store's checkpoint.
        schema: What this version knows.
        files: How to reach the disk.
        forget: Given the state of a copy, returns what to change in it.

    Raises:
        OSError: The disk refuses it; what was not rewritten is as it was.
    """
    _sweep(store, files)
    for path in _copies(store, files):
        _sweep(path, files)
        try:
            _purge(path, schema, files, forget)
        except Unreadable as error:
            _log.warning("%s; removed, since somebody wants to be forgotten.", error)
            files.remove(path)
            for _, log in log_files(path, files):
                files.remove(log)


def _copies(store: Path, files: Files) -> Iterator[Path]:
    yield from list_backups(store, files).values()
    pattern = re.compile(re.escape(store.name) + r"\.replaced-\d+")
    for name in files.names(store.parent):
        if pattern.fullmatch(name):
            yield store.with_name(name) / store.name


def _sweep(path: Path, files: Files) -> None:
    """Remove what a kill left half-written beside a copy."""
    for name in files.names(path.parent):
        if name.startswith(".") and name.endswith(".new"):
            files.remove(path.with_name(name))


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
