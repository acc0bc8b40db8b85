"""What has to be done once after a backup was restored: calendars were published that are newer than it."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from ptgbot.core.changes import Cause, Draft
from ptgbot.features.openspaces.model import OPENSPACES
from ptgbot.features.schedule.keeper import CalendarKeeper
from ptgbot.store import DurableStore

__all__ = ["finish_restore", "note_restore"]


def _note(store: Path) -> Path:
    return store.with_name(f"{store.name}.restored")


def note_restore(store: Path) -> None:
    """Leave a note beside a store that a backup is being restored, for the next start.

    Raises:
        OSError: The disk refuses it.
    """
    _note(store).touch()


def _renew_open_spaces(store: DurableStore, now: datetime) -> None:
    draft = Draft(store.view)
    for space in store.view.all(OPENSPACES).values():
        draft.put(OPENSPACES, replace(space, changed=max(now, space.changed + timedelta(seconds=1))))
    if draft.edits():
        store.commit(draft.edits(), at=now, cause=Cause.PURGE)


async def finish_restore(store: DurableStore, calendar: CalendarKeeper, now: datetime) -> None:
    """Give every calendar entry and open space a higher revision than was ever published, if a backup was restored.

    Args:
        store: The store, started.
        calendar: Its calendar entries.
        now: Now (aware, UTC).

    Raises:
        NotSaved: The disk refuses it; the next start does it.
        OSError: Likewise.
    """
    note = _note(store.path)
    if note.exists():
        later = now + timedelta(seconds=1)  # revisions are whole seconds, and this one may be published
        calendar.renew(later)
        _renew_open_spaces(store, later)
        await store.saved(store.view.seq)
        await asyncio.to_thread(note.unlink)
