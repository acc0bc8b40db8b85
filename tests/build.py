"""States for tests, built of documents in one line."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from ptgbot.catalogue import TABLES
from ptgbot.core.changes import Cause, Change, Draft
from ptgbot.core.documents import Document
from ptgbot.store.state import State

__all__ = ["AT", "change", "make_state", "put"]

AT = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
_TABLE_OF = {table.type: table for table in TABLES}


def make_state(*documents: Document | Iterable[Document], at: datetime = AT) -> State:
    """Return a state that holds some documents, as if one Change had brought them.

    Args:
        documents: Documents, or groups of them.
        at: When that Change was made.
    """
    state = State(TABLES)
    put(state, *documents, at=at)
    return state


def put(state: State, *documents: Document | Iterable[Document], at: datetime = AT) -> Change:
    """Put documents into a state and return the Change that did."""

    def edit(draft: Draft) -> None:
        for document in documents:
            for one in document if isinstance(document, Iterable) else (document,):
                table: Any = _TABLE_OF[type(one)]
                draft.put(table, one)

    return change(state, edit, at=at)


def change(state: State, edit: Callable[[Draft], object], *, at: datetime = AT) -> Change:
    """Alter a state by a function of a draft and return the Change."""
    draft = Draft(state)
    edit(draft)
    made = Change(state.seq + 1, at, Cause.COMMAND, None, "", "", "", draft.edits())
    state.apply(made.seq, at, made.edits)
    return made
