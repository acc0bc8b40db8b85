"""The only event inside: something changed, who did it, and each document before and after."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ptgbot.core.documents import D, Document, Table, View
from ptgbot.core.identity import Actor

__all__ = ["Cause", "Change", "Draft", "Edit"]


class Cause(StrEnum):
    """What brought a Change about. Only a Change that a command caused notifies people."""

    COMMAND = "command"
    UNDO = "undo"
    IMPORT = "import"
    PURGE = "purge"
    DELIVERY = "delivery"  # what went out and what came in is noted; nothing else changes
    POST = "post"  # somebody posted something, or said something about what they posted


@dataclass(frozen=True, slots=True)
class Edit:
    """One document before and after; None where it was not there, or is not any more."""

    table: Table[Any]
    key: str
    before: Document | None
    after: Document | None


class Draft:
    """The edits of one Change in the making, on top of a view.

    Args:
        view: The state that the edits start from.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._edits: dict[tuple[str, str], Edit] = {}

    def get(self, table: Table[D], key: str) -> D | None:
        """Return a document as it will be after this draft."""
        edit = self._edits.get((table.name, key))
        return self._view.get(table, key) if edit is None else edit.after  # type: ignore[return-value]

    def put(self, table: Table[D], document: D) -> None:
        """Add or replace a document; no edit where it is already so."""
        self._edit(table, document.key, document)

    def remove(self, table: Table[D], key: str) -> None:
        """Remove a document, if it is there."""
        self._edit(table, key, None)

    def take(self, edits: Iterable[Edit], tables: Container[Table[Any]]) -> None:
        """Take those edits of a Change in the making that alter some tables."""
        for edit in edits:
            if edit.table in tables:
                self._edit(edit.table, edit.key, edit.after)

    def clear(self, table: Table[Any]) -> None:
        """Remove every document of a table."""
        for key in list(self._view.all(table)):
            self.remove(table, key)

    def _edit(self, table: Table[D], key: str, after: D | None) -> None:
        before = self._view.get(table, key)
        if before == after:
            self._edits.pop((table.name, key), None)
        else:
            self._edits[table.name, key] = Edit(table, key, before, after)

    def edits(self) -> tuple[Edit, ...]:
        """Return what differs from the view, in the order it was first touched."""
        return tuple(self._edits.values())


@dataclass(frozen=True, slots=True)
class Change:
    """A committed Change.

    Args:
        seq: Its number; they count up by one.
        at: When it was made (aware, UTC).
        cause: What brought it about.
        actor: Who gave the command; None where nobody did.
        text: The command as typed, blanks collapsed.
        subject: The track it is about; empty where it is about none.
        message_id: The id of the message that it answers, where the network has ids.
        edits: Every document that it altered.
    """

    seq: int
    at: datetime
    cause: Cause
    actor: Actor | None
    text: str
    subject: str
    message_id: str
    edits: tuple[Edit, ...]
