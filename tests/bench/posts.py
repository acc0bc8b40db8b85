"""Many posts about open spaces in the store: how long one more takes until it is kept, and in how much memory."""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from ptgbot.app import Bot
from ptgbot.catalogue import TABLES, make_keeper
from ptgbot.core.changes import Cause, Draft
from ptgbot.core.clock import Event, SystemClock
from ptgbot.core.messages import Heard, Target
from ptgbot.features.openspaces.intake import digest_of
from ptgbot.features.openspaces.model import POSTS, Fate, Lane, Post
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.reminders.model import NUMBERS, Numbers
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import BOOKINGS, TRACKS, Booking, Day, Slot, Track
from ptgbot.features.schedule.model import DAYS as DAYS_OF_SCHEDULE
from ptgbot.features.schedule.model import ROOMS as ROOMS_OF_SCHEDULE
from ptgbot.features.schedule.model import Room as ScheduleRoom
from ptgbot.store import DurableStore
from tests.bench.document import Row, publish
from tests.fakes import FakeNetwork

__all__ = ["post_rows"]

MANY = 50_000
MEASURED = 100  # posts, each in a slot that is free
ROOMS = tuple(str(number) for number in range(101, 131))
FIRST = datetime.now(UTC).date() + timedelta(days=30)  # nothing is due while it is measured
DAYS = tuple(FIRST + timedelta(days=number) for number in range(5))
EVENT = Event("Bench", first_day=FIRST)
WANTED = OpenSpaceSettings(rules=Rules(days=DAYS, rooms=tuple(map(Room, ROOMS)), words=("openspace",)))
LENGTH = timedelta(minutes=45)
TEXT = (
    "Come and talk about {}, no experience needed, bring a laptop and a friend! Room {}, {:%Y-%m-%d %H:%M} #openspace"
)


class Figures(NamedTuple):
    """What was measured.

    Args:
        kept: Milliseconds from hearing a post until it is on disk.
        made: Milliseconds of that until its Change is made: the loop does nothing else meanwhile.
        booked: Milliseconds until the Change is made in which the schedule takes a room.
        resident: MiB of the process after its start.
    """

    kept: float
    made: float
    booked: float
    resident: float


def post_rows(many: int = MANY) -> list[Row]:
    """Return the figures for the table in docs/performance.md."""
    none, full = _measured(0), _measured(many)
    held = f"with {many:,} posts in the store"
    return [
        ("post about an open space heard to on disk, p50", f"{none.kept:.1f} ms", ""),
        (f"the same {held}", f"{full.kept:.1f} ms", ""),
        ("of that, until its Change is made", f"{none.made:.1f} ms; {held} {full.made:.1f} ms", ""),
        ("a booking until its Change is made", f"{none.booked:.1f} ms; {held} {full.booked:.1f} ms", ""),
        (f"resident memory {held}", f"{full.resident:.0f} MiB, {full.resident - none.resident:+.0f} MiB", ""),
    ]


def _measured(many: int) -> Figures:
    """Return what a process of its own measures, on a store that another one wrote."""
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as folder:
        command = [sys.executable, "-m", "tests.bench.posts", folder, str(many)]
        subprocess.run([*command, "fill"], check=True)
        output = subprocess.run([*command, "measure"], check=True, capture_output=True, text=True).stdout
    return Figures(*json.loads(output))


def _places() -> list[tuple[str, datetime]]:
    """Return every room at every time, in an order that says nothing."""
    begin = datetime(FIRST.year, FIRST.month, FIRST.day, 8, tzinfo=UTC)
    starts = [begin + timedelta(days=day) + number * LENGTH for day in range(len(DAYS)) for number in range(15)]
    places = [(room, start) for room in ROOMS for start in starts]
    random.Random(1).shuffle(places)
    return places


def _posts(many: int) -> Iterator[Post]:
    """Yield posts: open spaces until two in three places are taken, and others that wait, are in doubt, or are none."""
    chance, places = random.Random(2), _places()
    free = places[len(places) // 3 :]
    for number in range(many):
        lane = chance.choices([*Lane], [4, 30, 30, 36])[0]
        lane = lane if free or lane is not Lane.OUTGOING else Lane.CONFLICT
        room, start = free.pop() if lane is Lane.OUTGOING else chance.choice(places)
        text = TEXT.format(f"subject {number}", room, start)
        yield Post(
            source=f"x/{number + 1}",
            number=number + 1,
            author=f"x/{number % 5000}",
            name=f"@ada{number % 5000}",
            at=datetime.now(UTC),
            text=text,
            link=f"https://x.example/ada/{number + 1}",
            lane=lane,
            fate=Fate.APPROVED if lane is Lane.OUTGOING else Fate.OPEN,
            reason="" if lane is Lane.OUTGOING else "for some reason",
            room=room,
            start=start,
            end=start + LENGTH,
            replied=True,
            digest=digest_of(text),
        )


def _open(folder: Path) -> DurableStore:
    store = DurableStore(folder / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    return store


async def _fill(folder: Path, many: int) -> None:
    """Write a store with posts, and a day of the schedule in one room of them."""
    store = _open(folder)
    draft = Draft(store.view)
    begins = [datetime.combine(FIRST, time(8)) + number * LENGTH for number in range(15)]
    slots = tuple(Slot(f"S{n}", f"{at:%H:%M}-{at + LENGTH:%H:%M}") for n, at in enumerate(begins))
    draft.put(DAYS_OF_SCHEDULE, Day(f"{FIRST:%A}", 0, slots))
    draft.put(ROOMS_OF_SCHEDULE, ScheduleRoom(ROOMS[0], 0, tuple(slot.name for slot in slots)))
    draft.put(TRACKS, Track("nova", "#111111"))
    draft.put(NUMBERS, Numbers("p", many))
    for post in _posts(many):
        draft.put(POSTS, post)
    await store.saved(store.commit(draft.edits(), at=SystemClock().now(), cause=Cause.IMPORT).seq)
    await store.close()


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[Bot]:
    """Give a bot at work."""
    store = _open(folder)
    make_keeper(store, EVENT).catch_up(SystemClock().now())
    networks = [FakeNetwork(name, burst=1_000_000) for name in ("irc", "x")]
    targets = (Target("x", "timeline"), Target("irc", "#bench"))
    settings = ReminderSettings(slots=(), nudges=False, targets=targets)
    bot = Bot(
        event=EVENT, store=store, site_dir=folder / "html", networks=networks, reminders=settings, openspaces=WANTED
    )
    stop = asyncio.Event()
    running = asyncio.ensure_future(bot.run(stop))
    while networks[0].accept is None:
        await asyncio.sleep(0)
    await bot.publisher.idle()
    try:
        yield bot
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await running


async def _hear(bot: Bot, many: int) -> tuple[float, float]:
    """Return the medians of the milliseconds until a post is on disk, and until its Change is made."""
    kept, made = [], []
    for number, (room, start) in enumerate(_places()[:MEASURED]):
        text = TEXT.format(f"matter {number}", room, start)
        post = Heard("x", str(many + 1 + number), str(number), f"@eve{number}", text, datetime.now(UTC))
        begin = perf_counter()
        bot.listening.heard(post)
        made.append(1000 * (perf_counter() - begin))
        await bot.listening.kept()
        kept.append(1000 * (perf_counter() - begin))
        await bot.publisher.idle()
        [there] = bot.store.view.where(POSTS, "number", many + 1 + number).values()
        if there.fate is not Fate.APPROVED:
            raise RuntimeError(f"'{text}' was not scheduled: {there.reason}")
    return median(kept), median(made)


async def _book(bot: Bot) -> float:
    """Return the median of the milliseconds until a Change is made in which a room is booked."""
    spans = []
    for number in range(15):
        draft = Draft(bot.store.view)
        draft.put(BOOKINGS, Booking(f"b{number}", "nova", ROOMS[0], f"S{number}", 0, SystemClock().now()))
        begin = perf_counter()
        bot.journal.commit(draft.edits(), at=SystemClock().now())
        spans.append(1000 * (perf_counter() - begin))
        await bot.store.saved(bot.store.view.seq)
        await bot.publisher.idle()
    return median(spans)


async def _measure(folder: Path, many: int) -> Figures:
    async with _running(folder) as bot:
        resident = _resident()
        kept, made = await _hear(bot, many)
        return Figures(kept, made, await _book(bot), resident)


def _resident() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def _main(folder: str, many: str, what: str) -> None:
    if what == "fill":
        asyncio.run(_fill(Path(folder), int(many)))
    else:
        print(json.dumps(asyncio.run(_measure(Path(folder), int(many)))))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _main(*sys.argv[1:])
    else:
        publish(post_rows(), "python -m tests.bench.posts", write=False)
