"""The checkpoint: a TinyDB file with one table a kind of document, which people can open."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError
from tinydb import Storage

from ptgbot.core.documents import Document, Table
from ptgbot.store.files import Files

__all__ = ["SCHEMA", "Checkpoint", "CheckpointStorage", "Unreadable", "decode", "read_checkpoint"]

SCHEMA = 1
META = "ptgbot"
PIECE = 1000  # documents that are encoded in one go; more would hold up the other threads

Rows = dict[str, dict[str, Any]]


class Unreadable(Exception):
    """A file that is not a checkpoint of ours, or is damaged; its text names the file and the place."""


class CheckpointStorage(Storage):
    """TinyDB's way to its file: atomic and durable.

    Args:
        path: The file.
        files: How to reach the disk.
    """

    def __init__(self, path: Path, files: Files | None = None) -> None:
        self.path = path
        self._files = files or Files()

    def read(self) -> dict[str, Rows] | None:
        """Return every table's rows, or None where there is no file.

        Raises:
            Unreadable: It is not the JSON of a TinyDB file.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            tables = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise Unreadable(f"{self.path}, line {error.lineno} column {error.colno}: {error.msg}") from None
        if not isinstance(tables, dict) or not all(isinstance(rows, dict) for rows in tables.values()):
            raise Unreadable(f"{self.path} is no TinyDB file")
        return tables

    def write(self, data: Mapping[str, Any]) -> None:
        """Replace the file by these tables, whole or not at all.

        Args:
            data: For each table its rows by number.

        Raises:
            OSError: The file is as it was.
        """
        self._files.write_whole(self.path, _pieces(data))


def _pieces(tables: Mapping[str, Mapping[str, Any]]) -> Iterator[bytes]:
    opening = b"{"
    for name, rows in tables.items():
        yield opening + b"\n" + orjson.dumps(name) + b": {"
        opening = b","
        separator = b"\n"
        items = iter(rows.items())
        while piece := [item for item, _ in zip(items, range(PIECE), strict=False)]:
            for key, row in piece:
                yield separator + orjson.dumps(key) + b": " + orjson.dumps(row)
                separator = b",\n"
        yield b"}"
    yield b"}\n" if opening == b"," else b"{}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint holds.

    Args:
        seq: The number of the last Change in it.
        at: When that Change was made.
        documents: Table name, document and the number of the Change that last touched it.
        unknown: Tables that this version does not know, as they are.
    """

    seq: int
    at: datetime | None
    documents: list[tuple[str, Document, int]]
    unknown: dict[str, Rows]

    @staticmethod
    def rows(
        seq: int,
        at: datetime | None,
        state: Mapping[str, tuple[Mapping[str, Document], Mapping[str, int]]],
        unknown: Mapping[str, Rows],
    ) -> dict[str, Mapping[str, Any]]:
        """Return the tables of a checkpoint file, encoded as they are written.

        Args:
            seq: The number of the last Change.
            at: When it was made.
            state: Documents and the numbers of their Changes by table and key.
            unknown: Tables to keep as they are.
        """
        tables: dict[str, Mapping[str, Any]] = {META: {"1": {"schema": SCHEMA, "seq": seq, "at": at}}}
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
            yield str(number), {"_seq": self._seqs[key], "document": document}


def decode(table: Table[Any], raw: Any) -> Document:
    """Return a document from its JSON value.

    Raises:
        ValueError: It does not fit the table's type; the text says where.
    """
    try:
        document: Document = _adapter(table.type).validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from None
    return document


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(type_: type) -> TypeAdapter[Any]:
    adapter = _ADAPTERS.get(type_)
    if adapter is None:
        adapter = _ADAPTERS[type_] = TypeAdapter(type_)
    return adapter


def read_checkpoint(path: Path, tables: Iterable[Table[Any]]) -> Checkpoint | None:
    """Read a checkpoint.

    Args:
        path: The file.
        tables: The tables that this version knows.

    Returns:
        What it holds, or None where there is no file.

    Raises:
        Unreadable: It is damaged, or of a newer version.
    """
    raw = CheckpointStorage(path).read()
    if raw is None:
        return None
    meta = raw.pop(META, {}).get("1")
    if not isinstance(meta, dict) or not isinstance(meta.get("seq"), int):
        raise Unreadable(f"{path} has no table '{META}' that says which version wrote it")
    if meta.get("schema") != SCHEMA:
        raise Unreadable(f"{path} has schema {meta.get('schema')}, this version reads {SCHEMA}; nothing was touched")
    documents: list[tuple[str, Document, int]] = []
    for table in tables:
        for number, row in raw.pop(table.name, {}).items():
            try:
                documents.append((table.name, decode(table, row["document"]), int(row["_seq"])))
            except (ValueError, TypeError, KeyError) as error:
                raise Unreadable(f"{path}, table '{table.name}', row {number}: {error}") from None
    at = meta.get("at")
    return Checkpoint(meta["seq"], None if at is None else datetime.fromisoformat(at), documents, raw)
