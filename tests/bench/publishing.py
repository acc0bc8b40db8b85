"""From a ``now`` to the files that tell of it, and the whole site at once: at a usual event, and at a huge one."""

import asyncio
import gc
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import orjson

from ptgbot.app import Bot
from ptgbot.catalogue import TABLES
from ptgbot.core.clock import Event
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message
from ptgbot.store import DurableStore
from ptgbot.takeover import import_file
from ptgbot.wiring import IRC
from tests.bench.event import make_event
from tests.fakes import FakeNetwork, SetClock

__all__ = ["LARGE", "USUAL", "Published", "Size", "measure_publishing"]

TICK = 0.002  # seconds between the looks at how late the loop is


@dataclass(frozen=True, slots=True)
class Size:
    """How large an event is."""

    tracks: int
    rooms: int
    days: int

    def __str__(self) -> str:
        return f"{self.tracks:,} tracks × {self.rooms} rooms × {self.days} days"


USUAL = Size(44, 23, 5)
LARGE = Size(1000, 100, 5)


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing takes.

    Args:
        spans: Seconds from a ``now`` to all of its files in place, sorted.
        files: How many files one ``now`` replaces.
        bytes: How many bytes it writes.
        whole: Seconds from nothing to the whole site in place.
        stall: Seconds for which the loop was held up meanwhile, at most.
        count: How many files the site has.
    """

    spans: list[float]
    files: int
    bytes: int
    whole: float
    stall: float
    count: int

    @property
    def median(self) -> float:
        """Half of the ``now`` took no longer than these seconds."""
        return self.spans[len(self.spans) // 2]


class _Ticks:
    """How late the loop is."""

    def __init__(self) -> None:
        self.latest = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "_Ticks":
        self._task = asyncio.create_task(self._run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *exception: object) -> None:
        assert self._task is not None
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            due = time.perf_counter() + TICK
            await asyncio.sleep(TICK)
            self.latest = max(self.latest, time.perf_counter() - due)


def _inventory(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return what tells each file from the one that was in its place before, and its size."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            status = path.stat()
            found[str(path)] = (status.st_ino, status.st_mtime_ns, status.st_size)
    return found


@asynccontextmanager
async def _bot(folder: Path, size: Size) -> AsyncIterator[Bot]:
    event = Event("Bench", first_day=date(2026, 11, 23))
    clock = SetClock(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    try:
        content = orjson.dumps(make_event(size.tracks, size.rooms, size.days))
        await import_file(store, content, event=event, network=IRC, at=clock.now())
        yield Bot(event=event, store=store, site_dir=folder / "html", networks=[FakeNetwork()], clock=clock)
    finally:
        await store.close()


async def _say(bot: Bot, number: int, tracks: int) -> None:
    sender = Actor(Identity(IRC, "ada"), "ada", Role.MODERATOR)
    text = f"#track{number * 7 % tracks:03} now discussing topic {number}"
    bot.dispatcher.accept(Message(IRC, sender, text, "#bench"))


async def _one_now(bot: Bot, number: int, tracks: int) -> float:
    """Return the seconds from a ``now`` to all of its files in place."""
    began = time.perf_counter()
    await _say(bot, number, tracks)
    while bot.store.durable < bot.store.view.seq:
        await bot.store.saved(bot.store.view.seq)
    await asyncio.sleep(0)
    await bot.publisher.idle()
    return time.perf_counter() - began


async def _measure(size: Size, times: int) -> Published:
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
        folder = Path(name)
        async with _bot(folder, size) as bot:
            # An event in full swing: half of the tracks have said something.
            for number in range(size.tracks // 2):
                await _say(bot, number, size.tracks)
            await bot.store.saved(bot.store.view.seq)
            gc.collect()
            gc.freeze()
            for exporter in bot.publisher.exporters:
                # What nobody waits for, such as the history, otherwise gathers Changes for some seconds.
                setattr(exporter, "patience", 0.0)  # noqa: B010 - only those have it that need it
            async with _Ticks() as ticks:
                began = time.perf_counter()
                await bot.publisher.publish_all()
                whole = time.perf_counter() - began
            parts = [asyncio.create_task(work) for work in (bot.publisher.run(), bot.queue.run())]
            try:
                await bot.publisher.idle()
                spans = []
                for number in range(times):
                    spans.append(await _one_now(bot, size.tracks + number, size.tracks))
                    await asyncio.sleep(0.15)
                before = _inventory(folder / "html")
                await _one_now(bot, size.tracks + times, size.tracks)
                after = _inventory(folder / "html")
            finally:
                for task in parts:
                    task.cancel()
                await asyncio.wait(parts)
            replaced = [status[2] for path, status in after.items() if before.get(path) != status]
            return Published(sorted(spans), len(replaced), sum(replaced), whole, ticks.latest, len(after))


def measure_publishing(size: Size, times: int = 100) -> Published:
    """Return what publishing takes.

    Args:
        size: Of the event.
        times: How many ``now`` to measure.
    """
    return asyncio.run(_measure(size, times))
