"""Wakes at instants of the clock: APScheduler's date jobs, with an eye on a clock that is put forward or back."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from ptgbot.core.clock import Clock

__all__ = ["ClockTimers"]

LOOK_SECONDS = 2.0  # between looks whether the clock was put forward; a laptop that slept is such a case

# It logs each job at INFO; what matters is logged by whoever is woken.
logging.getLogger("apscheduler").setLevel(logging.WARNING)


class _Timer(NamedTuple):
    at: datetime
    wake: Callable[[], None]


class ClockTimers:
    """Timers by the clock (``core.protocols.Timers``), for as long as ``run`` runs.

    APScheduler sleeps for the seconds that were left when it looked, whatever is done to the clock meanwhile: so the
    clock is looked at as well, and who is woken too early, because it was put back, is set again.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._timers: dict[str, _Timer] = {}
        self._scheduler: AsyncIOScheduler | None = None

    def set(self, name: str, at: datetime | None, wake: Callable[[], None]) -> None:
        """Have ``wake`` called at an instant, in place of what was set under the name; None for never."""
        if at is None:
            self._timers.pop(name, None)
            if self._scheduler is not None and self._scheduler.get_job(name) is not None:
                self._scheduler.remove_job(name)
            return
        if self._timers.get(name) == (at, wake):
            return
        self._timers[name] = _Timer(at, wake)
        self._schedule(name, at)

    def _schedule(self, name: str, at: datetime) -> None:
        if self._scheduler is not None:
            # By the scheduler's own clock, which need not be ours. What is late runs all the same: how late it may be
            # is not for the scheduler to say.
            at = datetime.now(UTC) + (at - self._clock.now())
            self._scheduler.add_job(
                self._due, "date", (name,), run_date=at, id=name, replace_existing=True, misfire_grace_time=None
            )

    async def _due(self, name: str) -> None:  # a coroutine runs on the loop, a function would run in a thread
        timer = self._timers.get(name)
        if timer is None:
            return
        if self._clock.now() < timer.at:
            self._schedule(name, timer.at)
            return
        del self._timers[name]
        try:
            timer.wake()
        except Exception:
            logging.getLogger(__name__).exception("What was due by the timer '%s' failed.", name)

    async def run(self) -> None:
        """Wake whom it is time to wake, until cancelled."""
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.start()
        try:
            for name, timer in list(self._timers.items()):
                self._schedule(name, timer.at)
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                now = self._clock.now()
                for name in [name for name, timer in self._timers.items() if timer.at <= now]:
                    await self._due(name)
        finally:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
