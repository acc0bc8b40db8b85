"""Documents, the tables that hold them, and who may see them."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

__all__ = ["Document", "Table", "View", "Visibility"]


class Visibility(IntEnum):
    """Who may see a document; each one includes those before it."""

    OWNER = 0
    MEMBERS = 1
    PUBLIC = 2


class Document(Protocol):
    """Something to remember: a frozen dataclass, replaced and never altered."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def key(self) -> str:
        """The document's name within its table."""
        ...


D = TypeVar("D", bound=Document)


@dataclass(frozen=True, eq=False)
class Table(Generic[D]):
    """A kind of document.

    Args:
        name: Its name in the store.
        type: The frozen dataclass of its documents.
        visibility: Who may see them.
        narrow: Given a document, who may see this one; it can only narrow the table's visibility.
        order: The order in which documents are added, for a table that is read in that order.
        indexes: Name of an index → the value under which it holds a document (None: not held).
    """

    name: str
    type: type[D]
    visibility: Visibility
    narrow: Callable[[D], Visibility] | None = None
    indexes: Mapping[str, Callable[[D], Hashable | None]] = field(default_factory=dict)
    order: Callable[[D], int] | None = None

    def visible(self, document: D) -> Visibility:
        """Return who may see a document."""
        if self.narrow is None:
            return self.visibility
        return min(self.visibility, self.narrow(document))


class View(Protocol):
    """What a reader may see of the state.

    ``version`` and ``stamp`` grow whenever a table, or a place in one of its indexes, is touched: as long as they
    stand still, what was derived from there still holds.
    """

    @property
    def seq(self) -> int:
        """The number of the last Change in this view."""
        ...

    @property
    def changed_at(self) -> datetime | None:
        """When that Change was made; None when there never was one."""
        ...

    def get(self, table: Table[D], key: str) -> D | None:
        """Return one document, or None."""
        ...

    def all(self, table: Table[D]) -> Mapping[str, D]:
        """Return a table's documents by key; not to be kept over a Change."""
        ...

    def where(self, table: Table[D], index: str, value: Hashable) -> Mapping[str, D]:
        """Return the documents that an index holds under a value, by key."""
        ...

    def seq_of(self, table: Table[Any], key: str) -> int:
        """Return the number of the Change that last touched a document, 0 where there is none."""
        ...

    def version(self, table: Table[Any]) -> int:
        """Return a number that grows each time a table is touched."""
        ...

    def stamp(self, table: Table[Any], index: str, value: Hashable) -> int:
        """Return a number that grows each time what an index holds under a value is touched."""
        ...
