"""Timers by the clock: APScheduler's own, on the real loop, with a clock that tests put forward and back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest

import ptgbot.delivery.timers
from ptgbot.delivery.timers import ClockTimers

SOON = timedelta(seconds=0.1)
MOST = 10.0  # seconds that a busy machine may need for what takes a tenth of one


class _Clock:
    """The system's clock, put forward or back."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class _Woken:
    """Counts how often it was woken, and when."""

    def __init__(self, clock: _Clock) -> None:
        self.at: list[datetime] = []
        self._clock = clock
        self._woken = asyncio.Event()

    def __call__(self) -> None:
        self.at.append(self._clock.now())
        self._woken.set()

    async def wait(self) -> None:
        async with asyncio.timeout(MOST):
            await self._woken.wait()
        self._woken.clear()


@asynccontextmanager
async def _running(timers: ClockTimers) -> AsyncIterator[None]:
    running = asyncio.ensure_future(timers.run())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptgbot.delivery.timers, "LOOK_SECONDS", 0.05)


def _with_timers(test: Callable[[_Clock, ClockTimers, _Woken], object]) -> None:
    async def run() -> None:
        clock = _Clock()
        timers, woken = ClockTimers(clock), _Woken(clock)
        async with _running(timers):
            await test(clock, timers, woken)  # type: ignore[misc]

    asyncio.run(run())


def test_it_wakes_once_and_no_earlier_than_asked() -> None:
    async def test(clock: _Clock, timers: ClockTimers, woken: _Woken) -> None:
        at = clock.now() + SOON
        timers.set("a", at, woken)
        await woken.wait()
        await asyncio.sleep(0.2)  # twice as long as it would take to be woken again
        assert len(woken.at) == 1
        assert woken.at[0] >= at

    _with_timers(test)


def test_what_has_passed_wakes_at_once() -> None:
    async def test(clock: _Clock, timers: ClockTimers, woken: _Woken) -> None:
        timers.set("a", clock.now() - timedelta(hours=3), woken)
        await woken.wait()
        assert len(woken.at) == 1

    _with_timers(test)


def test_what_is_set_anew_replaces_what_was_set_and_none_ends_it() -> None:
    async def test(clock: _Clock, timers: ClockTimers, woken: _Woken) -> None:
        never = _Woken(clock)
        timers.set("a", clock.now() + SOON, never)
        timers.set("b", clock.now() + SOON, never)
        timers.set("a", clock.now() + 2 * SOON, woken)
        timers.set("b", None, never)
        await woken.wait()
        await asyncio.sleep(0.1)
        assert (len(woken.at), never.at) == (1, [])

    _with_timers(test)


def test_what_is_set_before_it_runs_wakes_too() -> None:
    async def run() -> None:
        clock = _Clock()
        timers, woken = ClockTimers(clock), _Woken(clock)
        timers.set("a", clock.now() + SOON, woken)
        async with _running(timers):
            await woken.wait()
        assert len(woken.at) == 1

    asyncio.run(run())


def test_a_clock_put_forward_by_hours_wakes_what_it_skipped() -> None:
    async def test(clock: _Clock, timers: ClockTimers, woken: _Woken) -> None:
        timers.set("a", clock.now() + timedelta(hours=2), woken)
        await asyncio.sleep(0.1)
        assert woken.at == []
        clock.ahead = timedelta(hours=3)
        await woken.wait()
        assert len(woken.at) == 1

    _with_timers(test)


def test_a_clock_put_back_wakes_when_it_is_time_by_it_and_does_not_spin_until_then() -> None:
    async def test(clock: _Clock, timers: ClockTimers, woken: _Woken) -> None:
        at = clock.now() + SOON
        timers.set("a", at, woken)
        clock.ahead = -timedelta(hours=1)
        looks = 0
        now = clock.now

        def counted() -> datetime:
            nonlocal looks
            looks += 1
            return now()

        clock.now = counted  # type: ignore[method-assign]
        await asyncio.sleep(0.3)
        assert woken.at == []
        assert looks < 100
        clock.ahead = timedelta()
        await woken.wait()
        assert woken.at[0] >= at

    _with_timers(test)


def test_one_that_fails_is_logged_and_the_others_wake(caplog: pytest.LogCaptureFixture) -> None:
    async def test(clock: _Clock, timers: ClockTimers, woken: _Woken) -> None:
        def fail() -> None:
            raise RuntimeError("a fault of ours")

        timers.set("bad", clock.now(), fail)
        timers.set("good", clock.now() + SOON, woken)
        await woken.wait()

    with caplog.at_level(logging.ERROR):
        _with_timers(test)
    assert [record.getMessage() for record in caplog.records] == ["What was due by the timer 'bad' failed."]


def test_one_that_sets_itself_again_goes_on() -> None:
    async def test(clock: _Clock, timers: ClockTimers, woken: _Woken) -> None:
        def again() -> None:
            woken()
            if len(woken.at) < 3:
                timers.set("a", clock.now() + SOON / 2, again)

        timers.set("a", clock.now(), again)
        async with asyncio.timeout(MOST):
            while len(woken.at) < 3:
                await woken.wait()

    _with_timers(test)
