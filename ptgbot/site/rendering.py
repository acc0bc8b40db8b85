"""Rendering a file of the site, and never ahead of the disk: all that is in it is durable before it is written."""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ptgbot.core.clock import Clock
from ptgbot.core.documents import View
from ptgbot.core.protocols import Exporter, NotSaved
from ptgbot.core.slices import Unfinished, slice_of

__all__ = ["PublicStore", "Rendered", "Renderer"]

_log = logging.getLogger(__name__)

SLICE_SECONDS = 0.01  # that rendering keeps the loop at a time, where it can be broken off


class PublicStore(Protocol):
    """What publishing needs of the store."""

    @property
    def public(self) -> View:
        """The PUBLIC documents, those of Changes under way included."""
        ...

    async def saved(self, seq: int) -> None:
        """Return once the Change with this number is on disk.

        Raises:
            NotSaved: It was rolled back.
        """
        ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file's content, the number of the last Change in it, and when time alone alters it."""

    content: bytes
    seq: int
    turn: datetime | None


class Renderer:
    """Has exporters render files, a slice of the loop's time after the other.

    Args:
        store: Whose PUBLIC documents are published.
        clock: The time.

    Attributes:
        failing: What its exporter could not render when it was tried last.
        spent: Seconds for which the loop was kept; for others to set to zero.
    """

    def __init__(self, store: PublicStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.failing: set[str] = set()
        self.spent = 0.0

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count the time that something keeps the loop."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.spent += time.perf_counter() - started

    async def is_saved(self, seq: int) -> bool:
        """Wait until all that was read is on disk in the store; return False where it was rolled back.

        To be awaited before the loop gets anywhere else: later, a Change that was rolled back could have left its
        number to another one that is on disk.
        """
        try:
            await self._store.saved(seq)
        except NotSaved:
            await asyncio.sleep(0)
            return False
        return True

    async def render(self, path: str, exporter: Exporter) -> Rendered | str:
        """Return a file all of which is on disk in the store, or why there is none."""
        while True:
            view, now = self._store.public, self._clock.now()
            seq = view.seq
            with self.busy():
                try:
                    with slice_of(SLICE_SECONDS):
                        content = exporter.render(path, view, now)
                    turn = exporter.turns(path, view, now)
                except Unfinished:
                    content, turn = None, None
                except Exception as error:  # noqa: BLE001 - whatever it is, the other files go on
                    self._failed(path, error)
                    return f"{type(error).__name__}: {error}"
            if content is not None and await self.is_saved(seq):
                break
            await asyncio.sleep(0)
        self.failing.discard(path)
        await asyncio.sleep(0)
        # One that says it is over already would have it rendered for ever.
        return Rendered(content, seq, None if turn is None else max(turn, now + timedelta(seconds=1)))

    def _failed(self, path: str, error: Exception) -> None:
        """Tell of a failure, once until it is over."""
        if path not in self.failing:
            self.failing.add(path)
            _log.error("%s cannot be rendered; the rest of the site goes on.", path, exc_info=error)
