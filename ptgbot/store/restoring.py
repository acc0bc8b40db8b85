"""Going back to a checkpoint that was kept; nothing is lost on the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ptgbot.core.documents import Table
from ptgbot.store.backups import list_backups
from ptgbot.store.checkpoint import read_checkpoint
from ptgbot.store.files import Files
from ptgbot.store.lock import lock_store
from ptgbot.store.log import log_files
from ptgbot.store.schema import Migration, Schema, Unreadable

__all__ = ["NoSuchBackup", "Restored", "restore"]


class NoSuchBackup(Exception):
    """There is no good backup of that number; its text says which there are, or what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done.

    Args:
        backup: The backup that is the store's checkpoint now.
        seq: The number of the last Change in it.
        at: When that Change was made.
        aside: The folder where the checkpoint and the logs from before are.
    """

    backup: Path
    seq: int
    at: datetime | None
    aside: Path


def restore(
    store: Path,
    number: int,
    tables: Iterable[Table[Any]],
    *,
    migrations: Sequence[Migration] = (),
    files: Files | None = None,
) -> Restored:
    """Put a backup in the place of a store's checkpoint.

    What is replaced is kept beside the store, in a folder ``<store>.replaced-<n>``; the backups stay. Where it is
    interrupted, the store refuses to be opened or is as it was, and it can be done again.

    Args:
        store: The path of the checkpoint.
        number: Which backup; 1 is the newest.
        tables: Every table there is.
        migrations: As for the store.
        files: How to reach the disk.

    Raises:
        NoSuchBackup: There is none of that number, or it cannot be read; nothing was touched.
        StoreInUse: A process has the store; nothing was touched.
        OSError: The disk refuses it.
    """
    files = files or Files()
    lock = lock_store(store, files)
    try:
        found = list_backups(store, files)
        if number not in found:
            there = f"there are: {', '.join(map(str, found))}" if found else "there is none at all"
            raise NoSuchBackup(f"There is no backup {number} of {store}; {there}.")
        try:
            checkpoint = read_checkpoint(found[number], Schema(tables, migrations), files)
        except Unreadable as error:
            raise NoSuchBackup(f"Backup {number} cannot be read: {error}. Nothing was changed.") from None
        assert checkpoint is not None
        aside = _replace(store, found[number], files)
    finally:
        files.unlock(lock)
    return Restored(found[number], checkpoint.seq, checkpoint.at, aside)


def _replace(store: Path, backup: Path, files: Files) -> Path:
    names = files.names(store.parent)
    taken = (store.with_name(f"{store.name}.replaced-{n}") for n in range(1, len(names) + 2))
    aside = next(path for path in taken if path.name not in names)
    files.make_folder(aside)
    before, content = files.read(store), files.read(backup)
    assert content is not None
    if before is not None:
        files.write_whole(aside / store.name, [before])
    # A copy: people may edit the store's file, and not mean the backup.
    files.write_whole(store, [content])
    # Between these two steps the logs do not follow on the checkpoint, and the store refuses to be opened.
    for _, log in log_files(store, files):
        files.replace(log, aside / log.name)
    files.sync_folder(aside)
    files.sync_folder(store.parent)
    return aside
