"""The write-ahead log: one line a Change, in batches that reach the disk together.

A log file is ``<store>.<number>.log``. Each line is the CRC-32 of the rest in eight hexadecimal digits, the number of
the first Change of its batch, and a JSON object. The first line says with which Change the file begins: what older
files hold from there on was never acknowledged and does not count. A batch is only written once the one before it is
on disk, so a damaged line is a torn end as long as no later batch follows it, and damage to what was acknowledged
otherwise.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ptgbot.core.changes import Change

__all__ = ["LogDamaged", "Record", "encode", "header", "log_files", "log_path", "read_logs", "seal"]

FORMAT = 1


class LogDamaged(Exception):
    """A log lacks something that had been acknowledged; its text names the file and the place."""


@dataclass(frozen=True, slots=True)
class Record:
    """One Change as the log holds it.

    Args:
        seq: Its number.
        at: When it was made, as text.
        edits: Table, key and the document after it (None: removed) of each edit, as raw JSON values.
    """

    seq: int
    at: str
    edits: list[tuple[str, str, dict[str, Any] | None]]


def log_path(store: Path, number: int) -> Path:
    """Return the path of a store's log file."""
    return store.with_name(f"{store.name}.{number:08d}.log")


def log_files(store: Path) -> list[tuple[int, Path]]:
    """Return a store's log files with their numbers, the oldest first."""
    pattern = re.compile(re.escape(store.name) + r"\.(\d{8,})\.log")
    found = ((pattern.fullmatch(path.name), path) for path in store.parent.iterdir())
    return sorted((int(match[1]), path) for match, path in found if match)


def seal(batch: int, body: bytes) -> bytes:
    """Return a line of the log: a JSON object, and the number of the first Change of its batch."""
    rest = b"%d %b" % (batch, body)
    return b"%08x %b\n" % (zlib.crc32(rest), rest)


def _unseal(raw: bytes) -> tuple[int, dict[str, Any]] | None:
    try:
        if raw[8:9] == b" " and int(raw[:8], 16) == zlib.crc32(raw[9:]):
            batch, _, body = raw[9:].partition(b" ")
            return int(batch), orjson.loads(body)
    except ValueError:
        pass
    return None


def header(first: int) -> bytes:
    """Return the first line of a log that begins with the Change of this number."""
    return seal(first, orjson.dumps({"ptgbot_log": FORMAT, "first": first}))


def encode(change: Change) -> bytes:
    """Return a Change as a JSON object."""
    actor = change.actor
    return orjson.dumps(
        {
            "seq": change.seq,
            "at": change.at,
            "cause": change.cause,
            "actor": None if actor is None else [actor.identity.key, actor.name],
            "text": change.text,
            "subject": change.subject,
            "id": change.message_id,
            "edits": [(edit.table.name, edit.key, edit.after) for edit in change.edits],
        }
    )


def read_logs(store: Path, after: int) -> tuple[list[Record], list[str]]:
    """Read what a store's logs add to its checkpoint.

    Args:
        store: The path of the checkpoint.
        after: The number of the last Change that the checkpoint holds.

    Returns:
        The Changes after it in order, and a sentence for each torn end that was left out.

    Raises:
        LogDamaged: Something acknowledged is missing.
    """
    records: list[Record] = []
    notes: list[str] = []
    for _, path in log_files(store):
        note = _read_log(path, records)
        if note:
            notes.append(f"{path} {note}")
    records = [record for record in records if record.seq > after]
    for expected, record in enumerate(records, after + 1):
        if record.seq != expected:
            raise LogDamaged(f"the log of {store} lacks the Change {expected}")
    return records, notes


def _read_log(path: Path, records: list[Record]) -> str:
    """Add a log's Changes to those before it; return what was left out, if anything."""
    lines = _lines(path)
    opening = _unseal(next(lines, (1, b""))[1])
    if opening is None:
        return "has no first line: nothing in it was ever acknowledged"
    first, body = opening
    if body.get("ptgbot_log") != FORMAT:
        raise LogDamaged(f"{path} is a log of another version; use that version to open it")
    records[:] = [record for record in records if record.seq < first]
    torn: tuple[int, int] | None = None
    for number, raw in lines:
        read = _unseal(raw)
        if torn is None:
            if read is None:
                torn = (number, records[-1].seq + 1 if records else first)
            else:
                records.append(Record(read[1]["seq"], read[1]["at"], read[1]["edits"]))
        elif read is not None and read[0] > torn[1]:
            raise LogDamaged(f"{path}, line {torn[0]} is damaged")
    return "" if torn is None else f"ends in a torn line ({torn[0]}), which was never acknowledged"


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield each line with its number; one without its end counts as damaged."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            yield number, raw[:-1] if raw.endswith(b"\n") else b""
