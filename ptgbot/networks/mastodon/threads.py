"""Work that waits for the network, beside the loop."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

__all__ = ["Threads"]

T = TypeVar("T")


class Threads:
    """Runs calls that wait in threads, so many at a time.

    The threads of a pool are waited for when the process ends, and asyncio's own pool serves others too: an instance
    that does not answer would hold up both. These are daemons.

    Args:
        name: What the threads are called.
        most: How many run at a time.
    """

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._room = asyncio.Semaphore(most)

    async def run(self, work: Callable[[], T]) -> T:
        """Return what a call returns, or raise what it raises.

        Who is cancelled meanwhile leaves the call to itself; it counts as running until it ends.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def settle(tell: Callable[[], None]) -> None:
            self._room.release()
            if not outcome.done():
                tell()

        def call() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - it is for who waits
                failure = error
                tell = lambda: outcome.set_exception(failure)  # noqa: E731 - one of two
            else:
                tell = lambda: outcome.set_result(result)  # noqa: E731
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settle, tell)

        await self._room.acquire()
        threading.Thread(target=call, name=self._name, daemon=True).start()
        return await outcome
