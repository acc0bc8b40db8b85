"""The checkpoint: a TinyDB file with one table a kind of document, which people can open."""

import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from tinydb import Storage

from ptgbot.core.documents import Document
from ptgbot.store.backups import keep
from ptgbot.store.files import Files
from ptgbot.store.schema import Schema, Unreadable

__all__ = ["META", "Checkpoint", "CheckpointStorage", "Rows", "read_checkpoint"]

META = "ptgbot"
PIECE = 100  # documents that are encoded in one go; more would hold up the other threads
READ_PIECE = 1000  # likewise, that are decoded
PAUSE = 0.0002  # seconds between pieces: long enough for a thread that waits to notice

Rows = dict[str, dict[str, Any]]
_Decode = Callable[[Sequence[Any]], list[Document]]


class CheckpointStorage(Storage):
    """TinyDB's way to its file: atomic and durable.

    Args:
        path: The file.
        files: How to reach the disk.
        keep: How many of the files that were replaced are kept as backups.
    """

    def __init__(self, path: Path, files: Files | None = None, keep: int = 0) -> None:
        self.path = path
        self._files = files or Files()
        self._keep = keep

    def read(self) -> dict[str, Rows] | None:
        """Return every table's rows, or None where there is no file.

        Raises:
            Unreadable: It is not the JSON of a TinyDB file.
        """
        content = self._files.read(self.path)
        if content is None:
            return None
        try:
            tables = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise Unreadable(f"{self.path}, {_place(content, error)}") from None
        if not isinstance(tables, dict) or not all(isinstance(rows, dict) for rows in tables.values()):
            raise Unreadable(f"{self.path} is no TinyDB file")
        return tables

    def write(self, data: Mapping[str, Any]) -> None:
        """Replace the file by these tables, whole or not at all.

        Args:
            data: For each table its rows by number.

        Raises:
            OSError: The file is as it was, or else whole though perhaps not on disk yet.
        """
        self._files.write_whole(self.path, _pieces(data), lambda: keep(self.path, self._keep, self._files))


def _place(content: bytes, error: orjson.JSONDecodeError) -> str:
    """Return where in a file and why it is no JSON."""
    try:
        content.decode()
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        return f"line {line}: this is no UTF-8 text"
    return f"line {error.lineno} column {error.colno}: {error.msg}"


def _pieces(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[bytes]:
    opening = b"{"
    for name, rows in tables.items():
        yield opening + b"\n" + orjson.dumps(name) + b": {"
        opening = b","
        separator = b"\n"
        items = iter(rows.items())
        while piece := list(islice(items, PIECE)):
            yield separator + b",\n".join([orjson.dumps(key) + b": " + orjson.dumps(row) for key, row in piece])
            separator = b",\n"
            time.sleep(PAUSE)
        yield b"}"
    yield b"}\n" if opening == b"," else b"{}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint holds.

    Args:
        seq: The number of the last Change in it.
        at: When that Change was made.
        documents: For each table its documents, each with the number of the Change that last touched it.
        unknown: Tables that this version does not know, as they are.
    """

    seq: int
    at: datetime | None
    documents: dict[str, list[tuple[Document, int]]]
    unknown: dict[str, Rows]

    @staticmethod
    def rows(
        schema: int,
        seq: int,
        at: datetime | None,
        state: Mapping[str, tuple[Mapping[str, Document], Mapping[str, int]]],
        unknown: Mapping[str, Rows],
    ) -> dict[str, Mapping[str, Any]]:
        """Return the tables of a checkpoint file, encoded as they are written.

        Args:
            schema: The version of the documents' types.
            seq: The number of the last Change.
            at: When it was made.
            state: Documents and the numbers of their Changes by table and key.
            unknown: Tables to keep as they are.
        """
        counts = {name: len(documents) for name, (documents, _) in state.items()}
        tables: dict[str, Mapping[str, Any]] = {META: {"1": {"schema": schema, "seq": seq, "at": at, "rows": counts}}}
        tables.update(unknown)
        for name, (documents, seqs) in state.items():
            tables[name] = _Rows(documents, seqs)
        return tables


class _Rows(Mapping[str, Any]):
    """A table's rows, each made at the moment it is written."""

    def __init__(self, documents: Mapping[str, Document], seqs: Mapping[str, int]) -> None:
        self._documents = documents
        self._seqs = seqs

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[str]:
        return (str(number) for number in range(1, len(self._documents) + 1))

    def __getitem__(self, number: str) -> Any:
        raise KeyError(number)  # rows are only ever walked through

    def items(self) -> Any:
        for number, (key, document) in enumerate(self._documents.items(), 1):
            yield str(number), {"_seq": self._seqs[key], "_crc": _crc(document), "document": document}


def read_checkpoint(path: Path, schema: Schema, files: Files) -> Checkpoint | None:
    """Read a checkpoint.

    Args:
        path: The file.
        schema: What this version knows.
        files: How to reach the disk.

    Returns:
        What it holds, or None where there is no file.

    Raises:
        Unreadable: It is damaged, or of a newer version.
    """
    raw = CheckpointStorage(path, files).read()
    if raw is None:
        return None
    meta = raw.pop(META, {}).get("1")
    if not isinstance(meta, dict):
        raise Unreadable(f"{path} has no table '{META}' that says which version wrote it")
    version = schema.check(meta.get("schema"), f"{path}, table '{META}'")
    seq, at = meta.get("seq"), meta.get("at")
    if type(seq) is not int or seq < 0:
        raise Unreadable(f"{path}, table '{META}': seq is not the number of a Change")
    try:
        when = None if at is None else datetime.fromisoformat(at)
    except (TypeError, ValueError):
        raise Unreadable(f"{path}, table '{META}': at is no time") from None
    documents = {
        name: _documents(f"{path}, table '{name}'", raw.pop(name), seq, partial(schema.decode, name, version))
        for name in schema.tables
        if name in raw
    }
    for name, count in (meta.get("rows") or {}).items():
        if name in documents and len(documents[name]) != count:
            raise Unreadable(f"{path}, table '{name}': there are {len(documents[name])} rows, the bot wrote {count}")
    return Checkpoint(seq, when, documents, raw)


def _documents(place: str, rows: dict[str, Any], last: int, decode: _Decode) -> list[tuple[Document, int]]:
    raws, seqs = [], []
    for number, row in rows.items():
        if not isinstance(row, dict) or row.keys() != {"_seq", "_crc", "document"}:
            raise Unreadable(f"{place}, row {number}: a row has '_seq', '_crc' and 'document'")
        if type(row["_seq"]) is not int or not 0 <= row["_seq"] <= last:
            raise Unreadable(f"{place}, row {number}: _seq is no number up to {last}")
        raws.append(row["document"])
        seqs.append(row["_seq"])
    documents: list[Document] = []
    for first in range(0, len(raws), READ_PIECE):
        try:
            documents += decode(raws[first : first + READ_PIECE])
        except ValueError as error:
            index, reason = error.args
            raise Unreadable(f"{place}, row {list(rows)[first + index]}: {reason}") from None
        time.sleep(0)  # a copy may be read in a thread, while others want to go on
    seen: dict[str, str] = {}
    for number, document in zip(rows, documents, strict=True):
        if document.key in seen:
            raise Unreadable(f"{place}, row {number}: '{document.key}' is in row {seen[document.key]} already")
        seen[document.key] = number
    for number, row in rows.items():
        if row["_crc"] != _crc(row["document"]):
            raise Unreadable(f"{place}, row {number}: it is not what the bot wrote; its '_crc' says so")
    return list(zip(documents, seqs, strict=True))


def _crc(document: object) -> int:
    """Return what tells whether a row is still what was written: the CRC-32 of the document's JSON, its keys sorted."""
    raw = orjson.loads(orjson.dumps(document))  # only the keys of objects are sorted, not a dataclass's fields
    return zlib.crc32(orjson.dumps(raw, option=orjson.OPT_SORT_KEYS))
