"""The checkpoints that were replaced, kept beside the store as ``<store>.1.bak``, the newest, and so on."""

import logging
import re
from pathlib import Path

from ptgbot.store.files import Files

__all__ = ["backup_path", "keep", "list_backups"]

_log = logging.getLogger(__name__)


def backup_path(store: Path, number: int) -> Path:
    """Return the path of a store's backup; 1 is the newest."""
    return store.with_name(f"{store.name}.{number}.bak")


def list_backups(store: Path, files: Files | None = None) -> dict[int, Path]:
    """Return a store's backups by number, the newest first."""
    pattern = re.compile(re.escape(store.name) + r"\.([1-9]\d*)\.bak")
    names = (files or Files()).names(store.parent)
    found = sorted(int(match[1]) for match in map(pattern.fullmatch, names) if match)
    return {number: backup_path(store, number) for number in found}


def keep(store: Path, count: int, files: Files) -> None:
    """Make the checkpoint that is about to be replaced the newest backup, and remove those beyond a count.

    It costs no writing: the file gets a second name. A backup that cannot be made does not hold the checkpoint up.
    """
    try:
        _keep(store, count, files)
    except OSError as error:
        _log.warning("The checkpoint before this one could not be kept as a backup (%s).", error.strerror or error)


def _keep(store: Path, count: int, files: Files) -> None:
    found = list_backups(store, files)
    if count and store.name in files.names(store.parent) and not (1 in found and files.same(store, found[1])):
        free = next(number for number in range(1, count + 1) if number not in found or number == count)
        for number in range(free, 1, -1):
            files.replace(backup_path(store, number - 1), backup_path(store, number))
        files.remove(backup_path(store, 1))
        files.link(store, backup_path(store, 1))
    for number, path in found.items():
        if number > count:
            files.remove(path)
