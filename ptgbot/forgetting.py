"""Removing people from everything on disk besides the state; what is interrupted is done again."""

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

import orjson

from ptgbot.core.protocols import NotSaved
from ptgbot.features.history.forget import forget
from ptgbot.site.publisher import NotPublished, Publisher
from ptgbot.store import DurableStore, Files
from ptgbot.takeover import forget_in_original

__all__ = ["Forgetting"]

_log = logging.getLogger(__name__)

PATIENCE = 20.0  # seconds for the site to be published


class Forgetting:
    """Has logs, backups, what a restore put aside, the original bot's file and the site tell of nobody forgotten.

    Who is being forgotten stands in a file beside the store until that is done, so that a kill or a full disk on the
    way only delays it.

    Args:
        store: The store, from whose state they are gone already.
        publisher: Keeps the site.
    """

    def __init__(self, store: DurableStore, publisher: Publisher) -> None:
        self._store = store
        self._publisher = publisher
        self._file = store.path.with_name(f"{store.path.name}.forgetting")
        self._one_at_a_time = asyncio.Lock()

    async def purge(self, keys: tuple[str, ...]) -> None:
        """Have nothing on disk that tells of a person.

        Args:
            keys: The keys of the person's identities.

        Raises:
            NotSaved: Some of it is still there; it is tried again.
            OSError: Likewise.
        """
        async with self._one_at_a_time:
            pending = tuple(dict.fromkeys((*await asyncio.to_thread(_read, self._file), *keys)))
            await asyncio.to_thread(Files().write_whole, self._file, [orjson.dumps(pending)])
            await self._purge(pending)
            await asyncio.to_thread(self._file.unlink, missing_ok=True)

    async def resume(self) -> None:
        """Go on with what was interrupted, if anything was."""
        if not self._file.exists():
            return
        try:
            await self.purge(())
        except (NotSaved, OSError) as error:
            _log.warning("Somebody is not forgotten everywhere yet (%s); it is tried again.", error)

    async def _purge(self, keys: tuple[str, ...]) -> None:
        plain = all(key.isascii() and key.isprintable() and not {'"', "\\"} & set(key) for key in keys)
        told = [key.encode() for key in keys] if plain else []  # others may be written in more than one way
        await self._store.purge(lambda view: forget(view, keys), told)
        await asyncio.to_thread(forget_in_original, self._store.path, _nicks(keys))
        try:
            await asyncio.wait_for(self._publisher.published(), PATIENCE)
        except TimeoutError:
            raise NotSaved(self._publisher.problem or "the site takes long to be published") from None
        except NotPublished as error:
            raise NotSaved(str(error)) from None


def _nicks(keys: Iterable[str]) -> list[str]:
    return [key.partition("/~")[2] for key in keys if "/~" in key]


def _read(file: Path) -> list[str]:
    """Return whom an interrupted run was about; one that cannot be read was not begun."""
    try:
        keys = orjson.loads(file.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return []
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
