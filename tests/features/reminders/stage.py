"""An event whose reminders run on a clock on which waiting takes no time; the process can be killed and started."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ptgbot.catalogue import TABLES, make_keeper
from ptgbot.core.changes import Cause, Change, Draft, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import Document, Table
from ptgbot.core.identity import Actor, Identity
from ptgbot.core.messages import Send, Target
from ptgbot.core.protocols import NotSaved, Store
from ptgbot.delivery import SendQueue
from ptgbot.features.admin.commands import new_day
from ptgbot.features.history.journal import Journal
from ptgbot.features.reminders.keeper import ReminderKeeper
from ptgbot.features.reminders.model import REMINDERS, Reminder
from ptgbot.features.reminders.sender import Sender
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, TRACKS, Booking, Day, Room, Slot, Track
from ptgbot.features.topics.model import TOPICS, Now, Topic, topic_of
from tests.fakes import FakeNetwork, MemoryStore

__all__ = ["ADA", "EVENT", "IRC", "LoopClock", "LoopTimers", "Place", "SlowStore", "Stage", "X", "on_stage"]

EVENT = Event("Sample", ZoneInfo("Europe/Berlin"), date(2026, 11, 23), "https://example.org")
IRC = Target("irc", "#ptg")
X = Target("x", "timeline")
ADA = Actor(Identity("irc", "ada"), "ada")


class LoopClock:
    """The loop's own clock, from an instant of the calendar on; it can be put forward or back."""

    def __init__(self, start: datetime) -> None:
        self._start = start - timedelta(seconds=asyncio.get_running_loop().time())

    def now(self) -> datetime:
        return self._start + timedelta(seconds=asyncio.get_running_loop().time())

    def put(self, **span: float) -> None:
        self._start += timedelta(**span)


class LoopTimers:
    """Timers of the loop, which look again when the clock was put forward or back."""

    def __init__(self, clock: LoopClock) -> None:
        self._clock = clock
        self._handles: dict[str, tuple[datetime, Callable[[], None], asyncio.TimerHandle]] = {}

    def set(self, name: str, at: datetime | None, wake: Callable[[], None]) -> None:
        if name in self._handles:
            self._handles.pop(name)[2].cancel()
        if at is not None:
            self._arm(name, at, wake)

    def _arm(self, name: str, at: datetime, wake: Callable[[], None]) -> None:
        seconds = max((at - self._clock.now()).total_seconds(), 0.0)
        handle = asyncio.get_running_loop().call_later(seconds, self._due, name, at, wake)
        self._handles[name] = (at, wake, handle)

    def _due(self, name: str, at: datetime, wake: Callable[[], None]) -> None:
        if self._clock.now() < at:
            self._arm(name, at, wake)
            return
        del self._handles[name]
        wake()

    def look(self) -> None:
        """Notice that the clock was put forward."""
        for name, (at, wake, handle) in list(self._handles.items()):
            if at <= self._clock.now():
                handle.cancel()
                self._due(name, at, wake)

    def close(self) -> None:
        for _, _, handle in self._handles.values():
            handle.cancel()


class SlowStore(MemoryStore):
    """A store whose Changes are on disk a moment after they were made; until then a crash, or a failure, loses them."""

    LATER = 0.004  # seconds

    def __init__(self) -> None:
        super().__init__(TABLES)
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._writing: asyncio.TimerHandle | None = None

    def commit(self, edits: tuple[Edit, ...], **named: Any) -> Change:
        held, self.holding = self.holding, True
        try:
            change = super().commit(edits, **named)
        finally:
            self.holding = held
        if not self.holding and self._writing is None:
            self._writing = asyncio.get_running_loop().call_later(self.LATER, self.flush)
        return change

    def flush(self) -> None:
        self._writing = None
        super().flush()
        for seq, future in self._waiters:
            if seq <= self.durable and not future.done():
                future.set_result(None)
        self._waiters = [(seq, future) for seq, future in self._waiters if not future.done()]

    def fail(self, reason: str) -> None:
        super().fail(reason)
        self._end(NotSaved(reason))

    def lose(self) -> None:
        """Lose what is not on disk, as a crash does: nobody is told."""
        on_failure, self._on_failure = self._on_failure, []
        super().fail("crashed")
        self._on_failure = on_failure
        self._end(NotSaved("crashed"))

    def _end(self, error: NotSaved) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        for _, future in self._waiters:
            if not future.done():
                future.set_exception(error)
        self._waiters = []

    async def saved(self, seq: int) -> None:
        if seq > self.view.seq:
            raise NotSaved(self.refusing or "it was taken back")
        if seq > self.durable:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((seq, future))
            await future


class Place(FakeNetwork):
    """A network that keeps what was posted, when and with which ticket, and may be asked for it."""

    def __init__(self, name: str, clock: LoopClock, event: Event, *, can_find: bool = False) -> None:
        super().__init__(name, room=2000)
        self.event = event
        self.nicks: dict[str, str] = {}  # of people who changed theirs, by identity
        self.has_receipts = can_find
        self.clock = clock
        self.can_find = can_find
        self.at: list[str] = []
        self.tickets: list[str] = []
        self.before: Callable[[], Any] | None = None  # called before a post is taken; may raise
        self.after: Callable[[], Any] | None = None  # called after it was

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        if self.before is not None:
            await self.before()
        receipt = await super().post(target, line, ticket=ticket)
        self.at.append(f"{self.event.local(self.clock.now()):%a %H:%M:%S}")
        self.tickets.append(ticket)
        if self.after is not None:
            await self.after()
        return receipt

    async def find(self, target: Target, ticket: str, body: str, since: datetime) -> str | None:
        if not self.can_find:
            return None
        return f"{self.name}-{self.tickets.index(ticket) + 1}" if ticket in self.tickets else ""

    def split(self, send: Send) -> list[str]:
        return [send.lead + send.text]

    def locate(self, target: Target) -> Target | None:
        located = super().locate(target)
        return located and replace(target, name=self.nicks.get(target.identity, target.name))

    @property
    def timed(self) -> list[tuple[str, str, str]]:
        """What was posted: when, where, what."""
        return [(at, *posted) for at, posted in zip(self.at, self.posted, strict=True)]


class Stage:
    """The parts that reminders are made of, around one store that outlives them."""

    def __init__(
        self, store: SlowStore, clock: LoopClock, settings: ReminderSettings, networks: Iterable[Place], event: Event
    ) -> None:
        self.event = event
        self.store = store
        self.clock = clock
        self.settings = settings
        self.networks = {network.name: network for network in networks}
        self.told: list[str] = []
        self.timers = LoopTimers(clock)
        self._stack()
        self._running: asyncio.Future[None] | None = None

    def _stack(self) -> None:
        """Put the layers on the store."""
        self.keeper = ReminderKeeper(self.store, self.event, self.settings)
        self.calendar = make_keeper(self.between(self.keeper), self.event)
        self.journal = Journal(self.calendar)

    def between(self, keeper: ReminderKeeper) -> Store:
        """Return the store on which calendars are kept."""
        return keeper

    def start(self) -> None:
        """Start what a process has in memory."""
        self.queue = SendQueue(self.networks.values(), asyncio.get_running_loop().time)
        self.sender = Sender(
            store=self.calendar,
            event=self.event,
            settings=self.settings,
            clock=self.clock,
            timers=self.timers,
            submit=self.queue.submit,
            tell=self.told.append,
            new_day=new_day,
            commands=self.journal,
        )
        self.store._listeners[:] = [self.sender.changed]
        make_keeper(self.store, self.event).catch_up(self.clock.now())  # as it is done when the store is opened
        self.keeper.catch_up(self.clock.now())
        self.sender.start()
        self._running = asyncio.ensure_future(self.queue.run())

    async def kill(self) -> None:
        """Stop everything at once; of the store, what is on disk is left."""
        self.store._listeners.clear()
        self.sender.close()
        self.sender.outcomes.close()
        self.timers.close()
        self.timers = LoopTimers(self.clock)
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})
            self._running = None
        self.store.lose()
        self.store.holding, self.store.refusing = False, ""

    async def restart(self, settings: ReminderSettings | None = None) -> None:
        """Be killed and started again."""
        await self.kill()
        self.settings = settings or self.settings
        self._stack()
        self.start()

    async def until(self, hour: int, minute: int = 0, day: int = 23, second: int = 30) -> None:
        """Let time pass until a time of the event's clocks, in its first month."""
        assert self.event.first_day is not None
        begin = self.event.first_day
        local = datetime(begin.year, begin.month, day, hour, minute, second, tzinfo=self.event.zone)
        await asyncio.sleep(max((local.astimezone(UTC) - self.clock.now()).total_seconds(), 0.0))

    async def hours(self, count: float) -> None:
        """Let hours pass."""
        await asyncio.sleep(count * 3600)

    def put(self, table: Table[Any], *documents: Document, actor: Actor | None = None, subject: str = "") -> None:
        """Change documents, as a command does."""
        draft = Draft(self.store.view)
        for document in documents:
            draft.put(table, document)
        self.journal.commit(draft.edits(), at=self.clock.now(), actor=actor, subject=subject)

    def remove(self, table: Table[Any], *keys: str) -> None:
        """Remove documents, as a command does."""
        draft = Draft(self.store.view)
        for key in keys:
            draft.remove(table, key)
        self.journal.commit(draft.edits(), at=self.clock.now())

    def book(self, track: str, slot: str, room: str = "Aspen", *, name: str = "") -> None:
        """Book a slot, or move the booking of that name to it."""
        name = name or f"{track}-{slot}"
        held = self.store.view.get(BOOKINGS, name)
        self.put(BOOKINGS, Booking(name, track, room, slot, held.revision + 1 if held else 0, self.clock.now()))

    def say(self, track: str, text: str, actor: Actor = ADA) -> None:
        """Say what a track discusses now."""
        topic = Topic(track, Now(text, self.clock.now()), location=topic_of(self.store.view, track).location)
        self.put(TOPICS, topic, actor=actor, subject=track)

    def remove_topic(self, track: str, actor: Actor = ADA) -> None:
        """Say that a track discusses nothing."""
        self.put(TOPICS, Topic(track), actor=actor, subject=track)

    def states(self, **named: object) -> list[tuple[str, str, str]]:
        """Return kind, state and why of every reminder of which some fields have these values, in order of time."""
        found = [r for r in self.reminders if all(getattr(r, k) == v for k, v in named.items())]
        return [(str(r.kind), str(r.state), r.why) for r in found]

    @property
    def reminders(self) -> list[Reminder]:
        """Every reminder, in order of time."""
        return sorted(self.store.view.all(REMINDERS).values(), key=lambda r: (r.due, r.number, r.id))


@asynccontextmanager
async def on_stage(
    settings: ReminderSettings,
    *,
    at: datetime = datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
    finding: Iterable[str] = ("slack", "x"),
    event: Event = EVENT,
    make: Callable[..., Stage] = Stage,
) -> AsyncIterator[Stage]:
    """Give a stage with three tracks, two rooms, two days of slots; it is 8:00 in Berlin on the first of them."""
    store = SlowStore()
    clock = LoopClock(at)
    networks = [Place(name, clock, event, can_find=name in finding) for name in ("irc", "slack", "x")]
    stage = make(store, clock, settings, networks, event)
    slots = {
        "Monday": (Slot("MonA1", "09:00-09:45"), Slot("MonA2", "10:00-10:45"), Slot("MonA3", "10:45-11:30")),
        "Tuesday": (Slot("TueA1", "09:00-09:45"),),
    }
    names = tuple(slot.name for day in slots.values() for slot in day)
    draft = Draft(store.view)
    for document in (Track("nova", "#111111"), Track("swift", "#222222"), Track("docs", "#333333")):
        draft.put(TRACKS, document)
    for position, (day, of_day) in enumerate(slots.items()):
        draft.put(DAYS, Day(day, position, of_day))
    for position, room in enumerate(("Aspen", "Ballroom A")):
        draft.put(ROOMS, Room(room, position, names))
    store.commit(draft.edits(), at=clock.now(), cause=Cause.IMPORT)
    await store.saved(store.view.seq)
    stage.start()
    try:
        yield stage
    finally:
        await stage.kill()
