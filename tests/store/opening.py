"""Stores that are opened, and closed again whatever happens."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ptgbot.core.changes import Change, Draft
from ptgbot.core.documents import Document, Table
from ptgbot.store import DurableStore, Files, Migration
from tests.store.tables import NOTES, SECRETS, TABLES, Note, Secret, at

__all__ = ["abandoned", "opened", "put", "saved"]


@asynccontextmanager
async def opened(
    path: Path,
    files: Files | None = None,
    *,
    tables: Sequence[Table[Any]] = TABLES,
    keep_backups: int = 3,
    migrations: Sequence[Migration] = (),
) -> AsyncIterator[DurableStore]:
    """Give a store, locked, read and started."""
    store = DurableStore(path, tables, files, keep_backups=keep_backups, migrations=migrations)
    store.lock()
    try:
        store.read()
        store.start()
        yield store
    finally:
        await store.close()


def abandoned(store: DurableStore) -> None:
    """End a store as a kill would: what was acknowledged is in its log, and there is no last checkpoint."""
    assert store._writer is not None
    store._checkpointer.stop()
    store._writer.stop()
    store._writer = None
    store.unlock()


def put(store: DurableStore, *documents: Document) -> Change:
    """Commit documents in one Change."""
    draft = Draft(store.view)
    for document in documents:
        if isinstance(document, Note):
            draft.put(NOTES, document)
        else:
            assert isinstance(document, Secret)
            draft.put(SECRETS, document)
    return store.commit(draft.edits(), at=at(store.view.seq + 1))


async def saved(store: DurableStore, *documents: Document) -> Change:
    """Commit documents in one Change and return once it is on disk."""
    change = put(store, *documents)
    await store.saved(change.seq)
    return change
