"""Waiting for one of several things, and pauses that grow while something does not hold."""

import asyncio

__all__ = ["Pauses", "within"]


async def within(seconds: float | None, *events: asyncio.Event) -> bool:
    """Wait for the first of some events, for so long at most.

    Args:
        seconds: How long; None for ever.
        events: What is waited for.

    Returns:
        Whether one of them came.
    """
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return bool(done)


class Pauses:
    """How long to wait before one more try: longer each time, from the beginning again after something held.

    Args:
        steps: The pauses in seconds; the last one again and again.
        settled: The seconds for which something has to hold for the pauses to begin anew.
    """

    def __init__(self, steps: tuple[float, ...], settled: float) -> None:
        self._steps = steps
        self._settled = settled
        self._left = iter(steps)
        self._began: float | None = None

    def begins(self) -> None:
        """Note that what was tried has worked, now."""
        self._began = asyncio.get_running_loop().time()

    def ends(self) -> None:
        """Note that it holds no longer."""
        if self._began is not None and asyncio.get_running_loop().time() - self._began > self._settled:
            self._left = iter(self._steps)
        self._began = None

    def next(self) -> float:
        """Return the seconds until the next try."""
        return next(self._left, self._steps[-1])
