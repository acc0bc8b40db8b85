"""The write-ahead log: one line a Change, in batches that reach the disk together.

A log file is ``<store>.<number>.log``. Each line is the CRC-32 of the rest in eight hexadecimal digits, the number of
the first Change of its batch, and a JSON object. The first line says with which Change the file begins: what older
files hold from there on was never acknowledged and does not count. A batch is only written once the one before it is
on disk, so a damaged line is a torn end as long as no later batch follows it, and damage to what was acknowledged
otherwise.
"""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ptgbot.core.changes import Change
from ptgbot.store.files import Files
from ptgbot.store.schema import Schema, Unreadable

__all__ = ["Record", "carried", "encode", "header", "leftovers", "log_files", "log_path", "read_logs", "seal"]

FORMAT = 1


@dataclass(slots=True)
class Record:
    """One Change as the log holds it.

    Args:
        seq: Its number.
        body: All of it: ``edits`` are table, key and the raw document after it (None: removed).
        schema: The version of the documents' types.
        place: Its file and line.
        line: The line as it was read, sealed; None once the body was altered.
    """

    seq: int
    body: dict[str, Any]
    schema: int
    place: str
    line: bytes | None


def log_path(store: Path, number: int) -> Path:
    """Return the path of a store's log file."""
    return store.with_name(f"{store.name}.{number:08d}.log")


def log_files(store: Path, files: Files | None = None) -> list[tuple[int, Path]]:
    """Return a store's log files with their numbers, the oldest first."""
    pattern = re.compile(re.escape(store.name) + r"\.(\d{8,})\.log")
    names = (files or Files()).names(store.parent)
    return sorted((int(match[1]), store.with_name(match[0])) for match in map(pattern.fullmatch, names) if match)


def leftovers(store: Path, files: Files) -> list[Path]:
    """Return the files that a process was about to put in place when it died."""
    pattern = re.compile(r"\." + re.escape(store.name) + r"(\.\d{8,}\.log)?\.new")
    return [store.with_name(name) for name in files.names(store.parent) if pattern.fullmatch(name)]


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


def header(first: int, schema: int) -> bytes:
    """Return the first line of a log that begins with the Change of this number."""
    return seal(first, orjson.dumps({"ptgbot_log": FORMAT, "first": first, "schema": schema}))


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


def carried(first: int, schema: int, records: Iterable[Record]) -> Iterator[bytes]:
    """Yield a log that begins with the Change of this number and holds these, in pieces."""
    yield header(first, schema)
    for record in records:
        yield record.line or seal(record.seq, orjson.dumps(record.body))


def read_logs(store: Path, after: int, schema: Schema, files: Files) -> tuple[list[Record], list[str]]:
    """Read what a store's logs add to its checkpoint.

    Args:
        store: The path of the checkpoint.
        after: The number of the last Change that the checkpoint holds.
        schema: What this version knows.
        files: How to reach the disk.

    Returns:
        The Changes after it in order, and a sentence for each torn end that was left out.

    Raises:
        Unreadable: Something acknowledged is missing, or a newer version wrote it.
    """
    notes: list[str] = []
    counting: list[tuple[_Log, int | None]] = []
    first: int | None = None  # of the log after the one that is read: from there on that one counts
    for _, path in reversed(log_files(store, files)):
        log = _Log(path, files.read(path) or b"", schema)
        if log.note:
            notes.append(f"{path} {log.note}")
        if log.first is None or (first is not None and log.first >= first):
            continue
        counting.append((log, first))
        first = log.first
        if first <= after + 1:
            break  # what older ones hold is in the checkpoint
    records: list[Record] = []
    for log, end in reversed(counting):
        assert log.first is not None
        expected = records[-1].seq + 1 if records else after + 1
        if log.first > expected:
            raise Unreadable(f"{log.path} begins with Change {log.first}; Change {expected} is missing before it")
        records += [record for record in log.records if after < record.seq and (end is None or record.seq < end)]
    for expected, record in enumerate(records, after + 1):
        if record.seq != expected:
            raise Unreadable(f"{record.place}: Change {expected} is missing before it")
    return records, notes


class _Log:
    """What one log file holds."""

    def __init__(self, path: Path, content: bytes, schema: Schema) -> None:
        self.path = path
        self.first: int | None = None
        self.records: list[Record] = []
        self.note = ""
        lines = content.split(b"\n")
        if lines.pop():
            lines.append(b"")  # a line without its end counts as damaged
        opening = _unseal(lines[0]) if lines else None
        if opening is None:
            if any(_unseal(raw) for raw in lines[1:]):
                raise Unreadable(f"{path}, line 1 is damaged")
            self.note = "has no first line: nothing in it was ever acknowledged"
            return
        if opening[1].get("ptgbot_log") != FORMAT:
            raise Unreadable(f"{path} is a log of another version of the bot; use that version")
        self.first = opening[0]
        self._read(path, lines, schema.check(opening[1].get("schema", 1), f"{path}, line 1"))

    def _read(self, path: Path, lines: list[bytes], schema: int) -> None:
        assert self.first is not None
        expected, torn = self.first, 0
        for number, raw in enumerate(lines[1:], 2):
            read = _unseal(raw)
            if read is None:
                torn = torn or number
            elif torn:
                if read[0] > expected:
                    raise Unreadable(f"{path}, line {torn} is damaged")
            else:
                body = read[1]
                self.records.append(Record(body["seq"], body, schema, f"{path}, line {number}", raw + b"\n"))
                expected = body["seq"] + 1
        if torn:
            self.note = f"ends in a torn line ({torn}), which was never acknowledged"
