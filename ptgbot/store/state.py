"""The state in memory: tables, their indexes, and the views of them."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast

from ptgbot.core.changes import Edit
from ptgbot.core.documents import D, Document, Table, View, Visibility

__all__ = ["State"]

MAX_STAMPS = 10_000  # of an index's values that no document has any more

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class _Shelf:
    """One table's documents, with what is needed to find them fast."""

    def __init__(self, table: Table[Any]) -> None:
        self.table = table
        self.documents: dict[str, Document] = {}
        self.seqs: dict[str, int] = {}
        # Where documents can narrow their visibility, those that did not are kept beside the rest, so that
        # publishing does not look at the others.
        self.public: dict[str, Document] = {} if table.narrow else self.documents
        self.indexes: dict[str, dict[Hashable, dict[str, Document]]] = {name: {} for name in table.indexes}
        self.stamps: dict[tuple[str, Hashable], int] = {}
        self.stamp = 0  # of what has none of its own
        self.version = 0

    def load(self, rows: Iterable[tuple[Document, int]]) -> None:
        """Put a checkpoint's documents, each with the number of its Change, onto the empty shelf."""
        for document, seq in rows:
            self.documents[document.key] = document
            self.seqs[document.key] = seq
        if self.table.narrow is not None:
            visible = self.table.visible
            self.public.update((k, d) for k, d in self.documents.items() if visible(d) is Visibility.PUBLIC)
        for name, value_of in self.table.indexes.items():
            index = self.indexes[name]
            for key, document in self.documents.items():
                value = value_of(document)
                if value is not None:
                    index.setdefault(value, {})[key] = document

    def sort(self) -> None:
        """Bring the documents back into the table's order, after some came back to their places."""
        order = self.table.order
        assert order is not None
        for held in (self.documents, self.public, *(h for index in self.indexes.values() for h in index.values())):
            ordered = sorted(held.items(), key=lambda item: order(item[1]))
            held.clear()
            held.update(ordered)

    def put(self, key: str, after: Document | None, seq: int, tick: int) -> None:
        before = self.documents.get(key)
        self.version = tick
        if after is None:
            self.documents.pop(key, None)
            self.seqs.pop(key, None)
        else:
            self.documents[key] = after
            self.seqs[key] = seq
        if self.table.narrow is not None:
            if after is not None and self.table.visible(after) is Visibility.PUBLIC:
                self.public[key] = after
            else:
                self.public.pop(key, None)
        for name, value_of in self.table.indexes.items():
            index = self.indexes[name]
            old = None if before is None else value_of(before)
            new = None if after is None else value_of(after)
            if old is not None:
                if old != new:
                    held = index[old]
                    held.pop(key, None)
                    if not held:
                        del index[old]
                self.stamps[name, old] = tick
            if new is not None and after is not None:
                index.setdefault(new, {})[key] = after
                self.stamps[name, new] = tick
        if len(self.stamps) > MAX_STAMPS + 2 * len(self.documents):
            # Values come and go for as long as the bot runs. To forget their stamps is to touch them all.
            self.stamps.clear()
            self.stamp = tick


class State:
    """All documents, as a View that Changes are applied to.

    Args:
        tables: Every table there is.
    """

    def __init__(self, tables: Iterable[Table[Any]]) -> None:
        self.tables = {table.name: table for table in tables}
        self._shelves = {table.name: _Shelf(table) for table in self.tables.values()}
        self._tick = 0
        self.seq = 0
        self.changed_at: datetime | None = None
        self.public: View = _PublicView(self)

    def get(self, table: Table[D], key: str) -> D | None:
        """Return one document, or None."""
        return cast("D | None", self._shelves[table.name].documents.get(key))

    def all(self, table: Table[D]) -> Mapping[str, D]:
        """Return a table's documents by key; not to be kept over a Change."""
        return cast("Mapping[str, D]", self._shelves[table.name].documents)

    def where(self, table: Table[D], index: str, value: Hashable) -> Mapping[str, D]:
        """Return the documents that an index holds under a value, by key."""
        return cast("Mapping[str, D]", self._shelves[table.name].indexes[index].get(value, _EMPTY))

    def version(self, table: Table[Any]) -> int:
        """Return a number that grows each time a table is touched."""
        return self._shelves[table.name].version

    def stamp(self, table: Table[Any], index: str, value: Hashable) -> int:
        """Return a number that grows each time what an index holds under a value is touched."""
        shelf = self._shelves[table.name]
        return shelf.stamps.get((index, value), shelf.stamp)

    def published(self, table: Table[D]) -> Mapping[str, D]:
        """Return the PUBLIC documents of a table by key."""
        if table.visibility is not Visibility.PUBLIC:
            return cast("Mapping[str, D]", _EMPTY)
        return cast("Mapping[str, D]", self._shelves[table.name].public)

    def seq_of(self, table: Table[Any], key: str) -> int:
        """Return the number of the Change that last touched a document, 0 where there is none."""
        return self._shelves[table.name].seqs.get(key, 0)

    def apply(self, seq: int, at: datetime | None, edits: Iterable[Edit]) -> None:
        """Make every edit's ``after`` true."""
        self._tick += 1
        for edit in edits:
            self._shelves[edit.table.name].put(edit.key, edit.after, seq, self._tick)
        self.seq = seq
        self.changed_at = at

    def revert(self, seq: int, at: datetime | None, edits: Iterable[tuple[Edit, int]]) -> None:
        """Make every edit's ``before`` true again.

        Args:
            seq: The number of the Change that is the last one then.
            at: When that was.
            edits: The edits to take back, the newest first, each with the number of the Change that had
                touched its document before.
        """
        self._tick += 1
        out_of_order = set()
        for edit, seq_before in edits:
            self._shelves[edit.table.name].put(edit.key, edit.before, seq_before, self._tick)
            if edit.table.order is not None and edit.before is not None and edit.after is None:
                out_of_order.add(edit.table.name)
        for name in out_of_order:
            self._shelves[name].sort()
        self.seq = seq
        self.changed_at = at

    def load(self, table: str, rows: Iterable[tuple[Document, int]]) -> None:
        """Put a checkpoint's documents of a table, each with the number of its Change, in place."""
        self._shelves[table].load(rows)

    def copy(self) -> dict[str, tuple[dict[str, Document], dict[str, int]]]:
        """Return every table's documents and their Changes' numbers by key, in dicts that stay as they are."""
        return {name: (dict(s.documents), dict(s.seqs)) for name, s in self._shelves.items()}


class _PublicView:
    """The PUBLIC documents and nothing else."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def seq(self) -> int:
        return self._state.seq

    @property
    def changed_at(self) -> datetime | None:
        return self._state.changed_at

    def get(self, table: Table[D], key: str) -> D | None:
        return self._state.published(table).get(key)

    def all(self, table: Table[D]) -> Mapping[str, D]:
        return self._state.published(table)

    def where(self, table: Table[D], index: str, value: Hashable) -> Mapping[str, D]:
        found = self._state.where(table, index, value)
        if table.narrow is None and table.visibility is Visibility.PUBLIC:
            return found
        return {key: d for key, d in found.items() if table.visible(d) is Visibility.PUBLIC}

    def seq_of(self, table: Table[Any], key: str) -> int:
        return self._state.seq_of(table, key) if self.get(table, key) is not None else 0

    def version(self, table: Table[Any]) -> int:
        return self._state.version(table)

    def stamp(self, table: Table[Any], index: str, value: Hashable) -> int:
        return self._state.stamp(table, index, value)
