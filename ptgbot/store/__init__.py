"""Makes Changes durable and gives the state back at start."""

from ptgbot.store.backups import list_backups
from ptgbot.store.files import Files
from ptgbot.store.lock import StoreInUse
from ptgbot.store.restoring import NoSuchBackup, Restored, restore
from ptgbot.store.schema import Migration
from ptgbot.store.store import DurableStore, StoreUnreadable

__all__ = [
    "DurableStore",
    "Files",
    "Migration",
    "NoSuchBackup",
    "Restored",
    "StoreInUse",
    "StoreUnreadable",
    "list_backups",
    "restore",
]
