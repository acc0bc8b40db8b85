"""What the process does in a second: commands through dispatch, durable commit and pages, without a network."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson

from ptgbot.app import Bot
from ptgbot.catalogue import TABLES
from ptgbot.core.changes import Cause, Draft
from ptgbot.core.clock import Event, SystemClock
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message
from ptgbot.features.presence.model import CHECKINS, CheckIn
from ptgbot.store import DurableStore
from ptgbot.takeover import import_file
from ptgbot.wiring import IRC
from tests.bench.event import make_event
from tests.fakes import FakeNetwork

__all__ = ["commands_per_second"]

CHECKED_IN = 1000  # of those who ever checked in, how many are there at the moment


@asynccontextmanager
async def _running(folder: Path, check_ins: int) -> AsyncIterator[Bot]:
    """Give a bot at work, with so many check-ins in its store."""
    event = Event("Bench", first_day=date(2026, 11, 23))
    clock = SystemClock()
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    await import_file(store, orjson.dumps(make_event()), event=event, network=IRC, at=clock.now())
    began = datetime(2026, 11, 23, 9, tzinfo=UTC)
    for first in range(0, check_ins, 1000):
        draft = Draft(store.view)
        for number in range(first, min(first + 1000, check_ins)):
            left = None if number < CHECKED_IN else began + timedelta(hours=1)
            place = f"#track{number % 44:03}"
            draft.put(CHECKINS, CheckIn(f"irc/~nick{number}", f"nick{number}", place, began, left))
        change = store.commit(draft.edits(), at=clock.now(), cause=Cause.IMPORT)
        await store.saved(change.seq)
    bot = Bot(event=event, store=store, site_dir=folder / "html", networks=[FakeNetwork()], clock=clock)
    stop = asyncio.Event()
    running = asyncio.ensure_future(bot.run(stop))
    await bot.publisher.idle()
    try:
        yield bot
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await running


async def _measure(bot: Bot, folder: Path, waiting: int, seconds: float) -> float:
    """Return the commands per second with so many waiting at any time, up to the last one's page."""
    # As many people as there are commands: of one alone, not so many would be taken at once.
    people = [f"ada{number}" for number in range(waiting)]
    senders = [Actor(Identity(IRC, name), name, Role.MODERATOR) for name in people]
    done = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for number in range(waiting):
            text = f"#track{(done + number) % 44:03} now discussing topic {done + number}"
            bot.dispatcher.accept(Message(IRC, senders[number], text, "#bench"))
        await bot.store.saved(bot.store.view.seq)
        done += waiting
    await bot.publisher.idle()
    took = time.perf_counter() - began
    if f"discussing topic {done - 1}<" not in (folder / "html" / "ptg.html").read_text():
        raise RuntimeError("the last topic is not on the page")
    return done / took


async def _all(check_ins: int, seconds: float) -> dict[int, float]:
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
        folder = Path(name)
        async with _running(folder, check_ins) as bot:
            await _measure(bot, folder, 1, seconds / 4)  # warm up
            return {waiting: await _measure(bot, folder, waiting, seconds) for waiting in (1, 100)}


def commands_per_second(check_ins: int, seconds: float = 4.0) -> dict[int, float]:
    """Return ``now`` commands per second, one at a time and with 100 waiting.

    Args:
        check_ins: How many there are in the store.
        seconds: How long to measure each.
    """
    return asyncio.run(_all(check_ins, seconds))
