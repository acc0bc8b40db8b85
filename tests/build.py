"""States for tests, built of documents in one line."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from ptgbot.catalogue import TABLES, make_keeper
from ptgbot.core.changes import Cause, Change, Draft
from ptgbot.core.clock import Event
from ptgbot.core.documents import Document, Table
from ptgbot.features.admin.legacy import Importer
from ptgbot.store.state import State
from tests.fakes import MemoryStore

__all__ = ["AT", "BERLIN", "SAMPLE", "change", "import_state", "make_state", "put", "sample_data", "told"]

# A Tuesday, 14:05 in Berlin.
BERLIN = Event("Harbor Summit", ZoneInfo("Europe/Berlin"), date(2026, 11, 24), "https://ptg.example.org")
SAMPLE = Path(__file__).parent.parent / "base.json"
AT = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
_TABLE_OF: dict[type[Any], Table[Any]] = {table.type: table for table in TABLES}


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
                table = _TABLE_OF[type(one)]
                draft.put(table, one)

    return change(state, edit, at=at)


def change(state: State, edit: Callable[[Draft], object], *, at: datetime = AT) -> Change:
    """Alter a state by a function of a draft and return the Change."""
    draft = Draft(state)
    edit(draft)
    made = Change(state.seq + 1, at, Cause.COMMAND, None, "", "", "", draft.edits())
    state.apply(made.seq, at, made.edits)
    return made


def told(state: State, event: Event = BERLIN, *, at: datetime = AT) -> State:
    """Return the state, with the calendar entries that a bot would have made of its bookings."""
    store = MemoryStore(TABLES)
    store.view = state
    make_keeper(store, event).catch_up(at)
    return state


def import_state(data: dict[str, Any], event: Event = BERLIN, *, at: datetime = AT) -> State:
    """Return the state that a file in the published shape makes."""
    state = State(TABLES)
    ids = iter(range(1_000_000))
    importer = Importer(state, event=event, network="irc", at=at, new_id=lambda: f"id{next(ids)}", strict=True)
    state.apply(1, at, importer.read(data).edits)
    return state


def sample_data() -> dict[str, Any]:
    """Return what the project's own ``base.json`` holds."""
    found: dict[str, Any] = orjson.loads(SAMPLE.read_bytes())
    return found
