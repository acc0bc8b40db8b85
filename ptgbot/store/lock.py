"""One store, one process."""

from pathlib import Path

from ptgbot.store.files import Files

__all__ = ["StoreInUse", "lock_store"]


class StoreInUse(Exception):
    """Another process has the store; its text names it."""


def lock_store(store: Path, files: Files) -> int:
    """Take a store for this process; its folder is made where it is missing.

    Args:
        store: The path of its checkpoint.
        files: How to reach the disk.

    Returns:
        What gives the store back, when it is given to ``files.unlock``; the end of the process does so too.

    Raises:
        StoreInUse: Another process has it.
        OSError: The folder cannot be used.
    """
    files.make_folder(store.parent)
    file = store.with_name(f"{store.name}.lock")
    fd = files.lock(file)
    if fd is None:
        pid = (files.read(file) or b"").decode(errors="replace").strip() or "unknown"
        raise StoreInUse(f"{store} is in use by the process {pid}; stop that one first")
    return fd
