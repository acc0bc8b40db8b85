"""Reminders: the start with many that are planned, how late many are due at one instant, what planning costs."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

from ptgbot.app import Bot
from ptgbot.catalogue import TABLES, make_keeper
from ptgbot.core.changes import Cause, Draft
from ptgbot.core.clock import Event, SystemClock
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Target
from ptgbot.features.reminders.keeper import ReminderKeeper
from ptgbot.features.reminders.model import REMINDERS, WISHES, Kind, Reminder, Wish
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, TRACKS, Booking, Day, Room, Slot, Track
from ptgbot.store import DurableStore
from ptgbot.wiring import IRC
from tests.fakes import FakeNetwork

__all__ = ["AT_ONCE", "PLANNED", "lateness", "planning_times", "start_with_reminders"]

PLANNED = 100_000
AT_ONCE = 1000
DUE_IN = timedelta(seconds=2)  # from when they are planned
TARGETS = (Target("irc", "#bench"), Target("slack", "C0123"))
BOOKED = datetime(2026, 11, 1, tzinfo=UTC)
EVENT = Event("Bench", first_day=date(2126, 11, 25))  # a Monday, in which nothing is due while it is measured


class _Network(FakeNetwork):
    """A network that takes everything at once, and notes when."""

    def __init__(self, name: str = "irc") -> None:
        super().__init__(name, room=2000, burst=1_000_000)
        self.at: list[datetime] = []

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        self.at.append(datetime.now(UTC))
        return await super().post(target, line, ticket=ticket)


@asynccontextmanager
async def _running(folder: Path, settings: ReminderSettings) -> AsyncIterator[tuple[Bot, _Network]]:
    """Give a bot at work, with nothing in its store."""
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    make_keeper(store, EVENT).catch_up(SystemClock().now())
    network = _Network()
    networks = [network, _Network("slack")]
    bot = Bot(event=EVENT, store=store, site_dir=folder / "html", networks=networks, reminders=settings)
    stop = asyncio.Event()
    running = asyncio.ensure_future(bot.run(stop))
    while network.accept is None:
        await asyncio.sleep(0)
    try:
        yield bot, network
    finally:
        stop.set()
        with suppress(asyncio.CancelledError):
            await running


# -- start ------------------------------------------------------------------------------------------------------------


def _schedule(draft: Draft, bookings: int, each: int) -> None:
    """Put bookings of a week into a draft: 44 tracks, 25 rooms with so many slots a day; the first are booked."""
    rooms = [f"room{number}" for number in range(25)]
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    made = 0
    names: list[str] = []
    for track in range(44):
        draft.put(TRACKS, Track(f"track{track}", "#111111"))
    for position, day in enumerate(days):
        times = [divmod(480 + 900 * number // each, 60) for number in range(each)]
        slots = [
            Slot(f"{day}{n}", f"{hour % 24:02}:{minute:02}", duration=10) for n, (hour, minute) in enumerate(times)
        ]
        draft.put(DAYS, Day(day, position, tuple(slots)))
        names += [slot.name for slot in slots]
        for room in rooms:
            for slot in slots[: max(0, bookings - made)]:
                booking = Booking(
                    f"b{made}", f"track{made % 44}", room, slot.name, 0, datetime(2026, 11, 1, tzinfo=UTC)
                )
                draft.put(BOOKINGS, booking)
                made += 1
    for position, room in enumerate(rooms):
        draft.put(ROOMS, Room(room, position, tuple(names)))


async def _fill(path: Path, planned: int) -> int:
    """Make a store in which so many reminders are planned; return how many there are."""
    # Each booking has two for each of two targets and two nudges, and people wish the rest.
    bookings = planned // 20
    settings = ReminderSettings(targets=TARGETS)
    store = DurableStore(path, TABLES)
    store.lock()
    store.read()
    store.start()
    keeper = make_keeper(ReminderKeeper(store, EVENT, settings), EVENT)
    draft = Draft(store.view)
    _schedule(draft, bookings, -(-bookings // 125))
    for number in range(14 * 44):
        key = f"irc/~p{number}"
        draft.put(WISHES, Wish(key, IRC, f"p{number}", ((f"track{number % 44}", 10),)))
    change = keeper.commit(draft.edits(), at=SystemClock().now(), cause=Cause.IMPORT)
    await store.saved(change.seq)
    count = len(store.view.all(REMINDERS))
    await store.close()
    return count


async def _start(folder: Path) -> float:
    began = time.perf_counter()
    async with _running(folder, ReminderSettings(targets=TARGETS)) as (bot, _):
        took = time.perf_counter() - began
        await bot.publisher.idle()
        return took


def start_with_reminders(planned: int = PLANNED) -> tuple[int, float]:
    """Return how many reminders are planned, and how many seconds it takes from the store's file to a bot at work."""
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
        folder = Path(name)
        count = asyncio.run(_fill(folder / "store" / "ptg.json", planned))
        return count, asyncio.run(_start(folder))


# -- lateness ---------------------------------------------------------------------------------------------------------


def _notes(due: datetime, count: int, *, personal: bool) -> list[Reminder]:
    notes = []
    for number in range(count):
        who = (f"irc/~p{number}", f"p{number}") if personal else ("", "")
        place = "irc:" if personal else "irc:#bench"
        notes.append(
            Reminder(
                f"note/{number}",
                number + 1,
                Kind.NOTE,
                str(number),
                place,
                due,
                due,
                identity=who[0],
                name=who[1],
                text=f"text {number}",
            )
        )
    return notes


async def _late(folder: Path, *, personal: bool) -> list[float]:
    async with _running(folder, ReminderSettings(nudges=False)) as (bot, network):
        due = SystemClock().now() + DUE_IN
        draft = Draft(bot.store.view)
        for note in _notes(due, AT_ONCE, personal=personal):
            draft.put(REMINDERS, note)
        bot.journal.commit(draft.edits(), at=SystemClock().now())
        while len(network.at) < AT_ONCE:
            await asyncio.sleep(0.05)
        return sorted((at - due).total_seconds() for at in network.at)


def lateness(*, personal: bool) -> float:
    """Return how late, in seconds, 99 of 100 are at most of those that are due at one instant.

    Args:
        personal: Whether each is for another person; else each is a message of its own to one channel.
    """
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
        late = asyncio.run(_late(Path(name), personal=personal))
    return late[int(len(late) * 0.99)]


# -- planning ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlanningTimes:
    """Milliseconds that a command takes until its Change is made, with reminders and without."""

    book: float
    book_without: float
    now: float
    now_without: float


async def _commands(folder: Path, settings: ReminderSettings, texts: Sequence[str]) -> float:
    """Return the median of the milliseconds until the Change of a command is made."""
    async with _running(folder, settings) as (bot, _):
        draft = Draft(bot.store.view)
        _schedule(draft, 600, 10)
        bot.journal.commit(draft.edits(), at=SystemClock().now(), cause=Cause.IMPORT)
        await bot.store.saved(bot.store.view.seq)
        await bot.publisher.idle()
        spans = []
        for number, text in enumerate(texts):
            ada = Actor(Identity(IRC, f"ada{number}"), f"ada{number}", Role.ORGANISER)
            before = bot.store.view.seq
            began = time.perf_counter()
            bot.dispatcher.accept(Message(IRC, ada, text, "#bench"))
            spans.append(1000 * (time.perf_counter() - began))
            if bot.store.view.seq == before:
                raise RuntimeError(f"'{text}' changed nothing")
            await bot.store.saved(bot.store.view.seq)
            await bot.publisher.idle()
        return median(spans)


def planning_times(count: int = 100) -> PlanningTimes:
    """Return what planning adds to a command that books, and to one that says a topic.

    Args:
        count: How many of each are measured.
    """
    on = ReminderSettings(targets=TARGETS)
    off = ReminderSettings(slots=(), nudges=False)
    books = [f"#track{number % 44} book room{number % 25}-Friday{number // 25}" for number in range(count)]
    nows = [f"#track{number % 44} now topic {number}" for number in range(count)]
    figures = []
    for texts in (books, nows):
        for settings in (on, off):
            with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
                figures.append(asyncio.run(_commands(Path(name), settings, texts)))
    return PlanningTimes(*figures)
