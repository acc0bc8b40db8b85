"""Two tables as small as they can be and still have everything: narrowing, indexes, text, time, and a secret one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ptgbot.core.documents import Document, Table, View, Visibility

__all__ = ["AT", "NOTES", "SECRETS", "TABLES", "Note", "Secret", "at", "tables_of"]

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def at(seq: int) -> datetime:
    """Return when a Change is made in tests."""
    return AT + timedelta(seconds=seq)


@dataclass(frozen=True, slots=True)
class Note:
    name: str
    text: str
    since: datetime = AT
    tags: tuple[str, ...] = ()
    hidden: bool = False

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Secret:
    name: str
    text: str
    level: int = 0

    @property
    def key(self) -> str:
        return self.name


NOTES = Table(
    "notes",
    Note,
    Visibility.PUBLIC,
    narrow=lambda n: Visibility.MEMBERS if n.hidden else Visibility.PUBLIC,
    indexes={"tag": lambda n: n.tags[0] if n.tags else None, "length": lambda n: len(n.text)},
)
SECRETS = Table("secrets", Secret, Visibility.OWNER, indexes={"level": lambda s: s.level})

TABLES: tuple[Table[Any], ...] = (NOTES, SECRETS)


def tables_of(view: View) -> dict[str, Mapping[str, Document]]:
    """Return all that a view shows, as it is now."""
    return {table.name: dict(view.all(table)) for table in TABLES}
