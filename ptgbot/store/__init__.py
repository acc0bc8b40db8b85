"""Makes Changes durable and gives the state back at start."""

from ptgbot.store.files import Files
from ptgbot.store.store import DurableStore, StoreInUse, StoreUnreadable

__all__ = ["DurableStore", "Files", "StoreInUse", "StoreUnreadable"]
