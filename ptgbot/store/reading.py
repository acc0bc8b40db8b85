"""Reading a store's files into a state: the checkpoint, then what the logs add to it."""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ptgbot.core.changes import Edit
from ptgbot.core.documents import Document
from ptgbot.store import log
from ptgbot.store.backups import list_backups
from ptgbot.store.checkpoint import Rows, read_checkpoint
from ptgbot.store.files import Files
from ptgbot.store.schema import Schema, Unreadable
from ptgbot.store.state import State

__all__ = ["Found", "read_state"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What was read besides the documents.

    Args:
        held: The number of the last Change in the checkpoint.
        unknown: Tables that this version does not know, as they are.
        records: The Changes of the logs after that one.
    """

    held: int
    unknown: dict[str, Rows]
    records: list[log.Record]


def read_state(path: Path, state: State, schema: Schema, files: Files) -> Found:
    """Read a checkpoint and the logs beside it into an empty state.

    Raises:
        Unreadable: They are damaged, or of a newer version.
        OSError: A file cannot be read.
    """
    held, unknown = 0, dict[str, Rows]()
    checkpoint = read_checkpoint(path, schema, files)
    if checkpoint is not None:
        for name, rows in checkpoint.documents.items():
            state.load(name, rows)
        state.apply(checkpoint.seq, checkpoint.at, ())
        held, unknown = checkpoint.seq, checkpoint.unknown
    elif list_backups(path, files) and not log.log_files(path, files):
        raise Unreadable(f"{path} is missing, though there are backups of it")
    records, notes = log.read_logs(path, held, schema, files)
    for note in notes:
        _log.warning("%s; left out.", note)
    for record in records:
        edits = [_edit(state, schema, record, raw) for raw in record.body["edits"]]
        state.apply(record.seq, datetime.fromisoformat(record.body["at"]), edits)
        if record.schema != schema.version:
            record.body["edits"] = [(edit.table.name, edit.key, edit.after) for edit in edits]
            record.line = None
    return Found(held, unknown, records)


def _edit(state: State, schema: Schema, record: log.Record, raw_edit: tuple[str, str, Any]) -> Edit:
    name, key, raw = raw_edit
    table = schema.tables.get(name)
    if table is None:
        raise Unreadable(f"{record.place}: there is no table '{name}' here; use the version of the bot that wrote it")
    after: Document | None = None
    if raw is not None:
        try:
            [after] = schema.decode(name, record.schema, [raw])
        except ValueError as error:
            raise Unreadable(f"{record.place}, table '{name}': {error.args[1]}") from None
    return Edit(table, key, state.get(table, key), after)
