"""What Slack was asked, believed for a while: several who want to know the same at once ask once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

from ptgbot.networks.slack.errors import CallFailed

__all__ = ["MOST", "Lookup"]

_log = logging.getLogger(__name__)

MOST = 20_000  # things that are remembered

T = TypeVar("T")


class _Known(NamedTuple, Generic[T]):
    value: T | None
    until: float  # by the loop's clock


class Lookup(Generic[T]):
    """Asks Slack about things by their ids.

    Args:
        what: What they are, for the log.
        ask: Asks about one.
        life: For how many seconds an answer is believed.
        patience: How many seconds whoever wants to know waits for an answer.
        again: After how many seconds a question that failed is asked again.
    """

    def __init__(
        self, what: str, ask: Callable[[str], Awaitable[T]], *, life: float, patience: float, again: float
    ) -> None:
        self._what = what
        self._ask = ask
        self._life = life
        self._patience = patience
        self._again = again
        self._known: dict[str, _Known[T]] = {}
        self._asking: dict[str, asyncio.Task[T | None]] = {}

    def known(self, key: str) -> T | None:
        """Return what is known at the moment, however old; None where nothing is."""
        known = self._known.get(key)
        return None if known is None else known.value

    def forget(self, key: str | None = None) -> None:
        """Ask again the next time: about one thing, or about everything."""
        for forgotten in [key] if key is not None else [*self._known, *self._asking]:
            self._known.pop(forgotten, None)
            self._asking.pop(forgotten, None)  # its answer is from before, and counts no more

    def remember(self, key: str, value: T) -> None:
        """Take what was found out in another way."""
        self._asking.pop(key, None)
        self._keep(key, value, self._life)

    def _keep(self, key: str, value: T | None, life: float) -> None:
        self._known.pop(key, None)
        if len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known[key] = _Known(value, asyncio.get_running_loop().time() + life)

    async def find(self, key: str) -> T | None:
        """Return what is known, asked for where that is too old.

        Returns:
            What was known before where Slack does not answer in time; None where nothing was.
        """
        known = self._known.get(key)
        if known is not None and asyncio.get_running_loop().time() < known.until:
            return known.value
        if key not in self._asking:
            self._asking[key] = asyncio.ensure_future(self._look_up(key))
        asking = self._asking[key]
        await asyncio.wait({asking}, timeout=self._patience)
        return asking.result() if asking.done() and not asking.cancelled() else self.known(key)

    async def _look_up(self, key: str) -> T | None:
        life = self._life
        try:
            value: T | None = await self._ask(key)
        except CallFailed as error:
            _log.warning("What Slack knows of %s %s could not be asked: %s.", self._what, key, error)
            value, life = self.known(key), self._again
        if self._asking.get(key) is asyncio.current_task():
            del self._asking[key]
            self._keep(key, value, life)
        return value

    async def close(self) -> None:
        """Give up what is still being asked."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        if asking:
            await asyncio.wait(asking)
