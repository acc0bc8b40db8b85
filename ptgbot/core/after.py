"""The state as it will be after a Change that is still in the making."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from ptgbot.core.changes import Edit
from ptgbot.core.documents import D, Document, Table, View

__all__ = ["After"]


class After:
    """A View of a state with some edits on top, for what has to follow from them in the same Change.

    To be used at once: once the state beneath has changed, it shows neither the one nor the other.

    Args:
        view: The state.
        edits: The edits.
    """

    def __init__(self, view: View, edits: Iterable[Edit]) -> None:
        self._view = view
        self._edits: dict[str, dict[str, Document | None]] = {}
        for edit in edits:
            self._edits.setdefault(edit.table.name, {})[edit.key] = edit.after
        self._all: dict[str, Mapping[str, Any]] = {}

    @property
    def seq(self) -> int:
        """The number of the last Change beneath."""
        return self._view.seq

    @property
    def changed_at(self) -> datetime | None:
        """When that Change was made."""
        return self._view.changed_at

    def get(self, table: Table[D], key: str) -> D | None:
        """Return one document, or None."""
        edited = self._edits.get(table.name, {})
        return cast("D | None", edited[key]) if key in edited else self._view.get(table, key)

    def all(self, table: Table[D]) -> Mapping[str, D]:
        """Return a table's documents by key."""
        edited = self._edits.get(table.name)
        if edited is None:
            return self._view.all(table)
        if table.name not in self._all:
            merged = {**self._view.all(table), **edited}
            self._all[table.name] = {key: document for key, document in merged.items() if document is not None}
        return self._all[table.name]

    def where(self, table: Table[D], index: str, value: Hashable) -> Mapping[str, D]:
        """Return the documents that an index holds under a value, by key."""
        held = self._view.where(table, index, value)
        edited = self._edits.get(table.name)
        if edited is None:
            return held
        value_of = table.indexes[index]
        found = {key: document for key, document in held.items() if key not in edited}
        new = {key: cast("D", document) for key, document in edited.items() if document is not None}
        return {**found, **{key: document for key, document in new.items() if value_of(document) == value}}

    def seq_of(self, table: Table[Any], key: str) -> int:
        """Return the number of the Change that last touched a document, 0 where there is none beneath."""
        return self._view.seq_of(table, key)

    def version(self, table: Table[Any]) -> int:
        """Return the table's number beneath; here it never grows, since the edits stay the same."""
        return self._view.version(table)

    def stamp(self, table: Table[Any], index: str, value: Hashable) -> int:
        """Return the number beneath; see ``version``."""
        return self._view.stamp(table, index, value)
