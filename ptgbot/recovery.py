"""What has to be done once after a backup was restored: calendars were published that are newer than it."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

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


async def finish_restore(store: DurableStore, calendar: CalendarKeeper, now: datetime) -> None:
    """Give every calendar entry a higher revision than was ever published, if a backup was restored.

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
        calendar.renew(now + timedelta(seconds=1))  # revisions are whole seconds, and this one may be published
        await store.saved(store.view.seq)
        await asyncio.to_thread(note.unlink)
