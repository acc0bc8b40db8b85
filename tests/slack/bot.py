"""A bot in the fake Slack: all between the network and the state is real, and the disk too where a folder is given."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ptgbot.cards import PlacedCards, channels_of
from ptgbot.catalogue import TABLES, EventRules, make_keeper, make_registry
from ptgbot.core.changes import Cause, Change
from ptgbot.core.commands import Refused
from ptgbot.core.deliveries import DELIVERIES, Deliveries
from ptgbot.core.dispatch import Dispatcher
from ptgbot.core.documents import Table
from ptgbot.core.help import Rest
from ptgbot.core.messages import Heard, Target
from ptgbot.core.protocols import Fetch
from ptgbot.delivery import SendQueue
from ptgbot.delivery.timers import ClockTimers
from ptgbot.features.admin.commands import new_day
from ptgbot.features.admin.legacy import Importer
from ptgbot.features.bulletins.model import CARDS, RECEIPTS
from ptgbot.features.history.journal import Journal
from ptgbot.features.history.model import HISTORY, TRACES
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.keeper import OpenSpaceKeeper
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.reminders.keeper import ReminderKeeper
from ptgbot.features.reminders.sender import Sender
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import CALENDAR
from ptgbot.features.subscriptions.notifier import Notifier
from ptgbot.listening import Listening
from ptgbot.networks.slack import SlackNetwork, SlackSettings
from ptgbot.networks.slack.network import BULLETIN
from ptgbot.networks.slack.settings import SlackTiming
from ptgbot.organisers import Organisers
from ptgbot.reception import Reception
from ptgbot.store import DurableStore
from tests.fakes import FakeNetwork, MemoryStore, SetClock
from tests.slack.fake import SIGNING_SECRET, FakeSlack
from tests.slack.web_api import APP_TOKEN, BOT_TOKEN
from tests.slack.workspace import TEAM
from tests.talk import DOCUMENTATION, EVENT, SAMPLE, State

__all__ = ["ADA", "CHANNEL", "OLGA", "QUICK", "SlackBot", "eventually", "having_bot", "nothing_there", "settings_for"]

ADA, OLGA, CHANNEL = "U00000ADA", "U0000OLGA", "C00000PTG"

# So that no test waits for what takes its time at a real Slack.
QUICK = SlackTiming(
    connect=5.0,
    ping=5.0,
    settled=0.3,
    retire=0.3,
    retry=0.05,
    retry_most=0.2,
    revoked=0.2,
    look_up_again=0.2,
    home_pause=0.05,
)
# What follows from commands, or from how they came in.
FOLLOWERS = (HISTORY, TRACES, CALENDAR, DELIVERIES, RECEIPTS, CARDS)


def settings_for(slack: FakeSlack, **more: Any) -> SlackSettings:
    """Return the settings of a bot in the fake's one channel."""
    settings = SlackSettings(
        bot_token=BOT_TOKEN,
        app_token=APP_TOKEN,
        signing_secret=SIGNING_SECRET,
        channels=(CHANNEL,),
        api_url=slack.api_url,
    )
    return replace(settings, **more)


async def nothing_there(url: str) -> bytes:
    """Fetch nothing."""
    raise Refused(f"{url} could not be fetched: there is no such host.")


class _Remembering(Listening):
    """Remembers what people posted."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.told: list[Heard] = []

    def heard(self, post: Heard) -> None:
        self.told.append(post)
        super().heard(post)


class SlackBot:
    """All the parts but the site, connected as the program does it.

    Args:
        slack: Where it is.
        store: Its store.
        settings: What its network is told.
        timing: How patient its network is.
        openspaces: What its event wants of open spaces.
        reminders: What it wants of reminders.

    What URLs hold is what ``fetch`` returns.
    """

    def __init__(
        self,
        slack: FakeSlack,
        store: DurableStore | MemoryStore,
        settings: SlackSettings,
        *,
        timing: SlackTiming,
        openspaces: OpenSpaceSettings,
        reminders: ReminderSettings,
    ) -> None:
        self.slack = slack
        self.store = store
        self.clock = SetClock()
        slack.workspace.clock = lambda: self.clock.now().timestamp()
        self.network = SlackNetwork(settings, timing=timing, clock=self.clock)
        self.network.gap, self.network.interval, self.network.burst = 0.0, 0.0, 10_000
        self.irc, self.x = FakeNetwork(), FakeNetwork("x")
        self.fetch: Fetch = nothing_there
        self.desk = Desk(EVENT, openspaces)
        self.reminders = ReminderKeeper(store, EVENT, reminders)
        self.openspaces = OpenSpaceKeeper(self.reminders, self.desk, reminders.targets)
        self.calendar = make_keeper(self.openspaces, EVENT)
        self.deliveries = Deliveries(self.calendar, ["slack"])
        self.journal = Journal(self.deliveries)
        self.warnings: list[str] = []  # what organisers were told
        self.queue = SendQueue([self.network, self.irc, self.x])
        self.organisers = Organisers([self.network, self.irc], self.queue.submit)
        self.listening = _Remembering(self.journal, self.desk, self.clock, self.warnings.append)
        self.cards = PlacedCards(
            store=self.deliveries,
            event=EVENT,
            clock=self.clock,
            settings=openspaces,
            channels=channels_of(openspaces, "slack"),
            submit=self.queue.submit,
        )
        self.timers = ClockTimers(self.clock)
        self.sender = Sender(
            store=self.deliveries,
            event=EVENT,
            settings=reminders,
            clock=self.clock,
            timers=self.timers,
            submit=self.queue.submit,
            tell=self.warnings.append,
            ask=lambda name, question: self.organisers.tell(question, name),
            new_day=new_day,
            commands=self.journal,
        )
        boards = [Target("slack", channel, via=BULLETIN) for channel in settings.announce]
        self.reception = Reception(
            presence=self.queue,
            store=self.deliveries,
            event=EVENT,
            clock=self.clock,
            submit=self.queue.submit,
            warn=self.warnings.append,
            cards=self.cards,
            came=self.sender.came,
            posts=self.listening,
            boards=boards,
        )
        self.notifier = Notifier(store.view, self.queue.submit)
        rest = Rest()
        ids = itertools.count(1)
        self.registry = make_registry(
            fetch=self._fetch,
            purge=self._purge,
            network="irc",
            rest=rest,
            documentation=DOCUMENTATION,
            reminders=reminders,
            networks=("slack", "irc", "x"),
            desk=self.desk,
        )
        self.dispatcher = Dispatcher(
            registry=self.registry,
            rules=EventRules(),
            store=self.journal,
            event=EVENT,
            clock=self.clock,
            networks={"slack": self.network, "irc": self.irc},
            submit=self.queue.submit,
            waiting=self.queue.waiting,
            rest=rest,
            new_id=lambda: f"id{next(ids)}",
            again=self.deliveries.again,
        )
        self.changes: list[Change] = []
        store.listen(self._changed)
        store.on_failure(self.dispatcher.rolled_back)
        store.on_failure(lambda _seq, _reason: self.cards.taken_back())

    def _changed(self, change: Change) -> None:
        self.dispatcher.saved(change.seq)
        self.notifier.changed(change)
        self.sender.changed(change)
        self.reception.changed(change)
        self.cards.changed(change)
        self.network.changed()
        self.changes.append(change)

    async def _fetch(self, url: str) -> bytes:
        return await self.fetch(url)

    async def _purge(self, keys: tuple[str, ...]) -> None:
        pass

    @property
    def state(self) -> State:
        """Every document there is, by table and key, but for what follows from commands and deliveries."""
        tables: Iterable[Table[Any]] = TABLES
        return {table.name: dict(self.store.view.all(table)) for table in tables if table not in FOLLOWERS}

    @property
    def commands(self) -> list[str]:
        """The texts of the commands that changed something, in order."""
        return [change.text for change in self.changes if change.cause is Cause.COMMAND]

    def key(self, user: str) -> str:
        """Return somebody's identity key."""
        return f"slack/{TEAM}.{user}"

    async def saved(self) -> None:
        """Return once all is on disk."""
        await self.store.saved(self.store.view.seq)

    async def idle(self) -> None:
        """Return once all that was delivered is acked and all answers are sent."""
        for delivery in list(self.slack.sockets.deliveries.values()):
            await delivery.acked.wait()
        await self.queue.emptied()


async def eventually(condition: Any, seconds: float = 10.0) -> None:
    """Return once a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def _opened(stack: AsyncExitStack, folder: Path | None) -> DurableStore | MemoryStore:
    if folder is None:
        return MemoryStore(TABLES)
    store = DurableStore(folder / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    stack.push_async_callback(store.close)
    return store


def _import_sample(bot: SlackBot) -> None:
    ids = itertools.count(1)
    importer = Importer(
        bot.store.view,
        event=EVENT,
        network="irc",
        at=bot.clock.now(),
        new_id=lambda: f"booking{next(ids)}",
        strict=True,
    )
    bot.calendar.commit(importer.read(SAMPLE).edits, at=bot.clock.now(), cause=Cause.IMPORT)


@asynccontextmanager
async def having_bot(
    slack: FakeSlack,
    *,
    folder: Path | None = None,
    timing: SlackTiming = QUICK,
    connected: bool = True,
    sample: bool = True,
    openspaces: OpenSpaceSettings | None = None,
    reminders: ReminderSettings | None = None,
    **settings: Any,
) -> AsyncIterator[SlackBot]:
    """Run a bot in a Slack, with the sample event (Monday 23 November 2026, 10:00 in Berlin).

    Args:
        slack: Where.
        folder: Where its store is; none for one in memory.
        timing: How patient its network is.
        connected: Whether to wait until it is there.
        sample: Whether a new store has the sample event, and not nothing.
        openspaces: What the event wants of open spaces.
        reminders: What it wants of reminders.
        settings: What is not as ``settings_for`` has it.
    """
    async with AsyncExitStack() as stack:
        store = await _opened(stack, folder)
        bot = SlackBot(
            slack,
            store,
            settings_for(slack, **settings),
            timing=timing,
            openspaces=openspaces or OpenSpaceSettings(),
            reminders=reminders or ReminderSettings(slots=(), nudges=False),
        )
        if sample and store.view.seq == 0:
            _import_sample(bot)
            await bot.saved()
            bot.changes.clear()
        works = [
            asyncio.ensure_future(bot.queue.run()),
            asyncio.ensure_future(bot.timers.run()),
            asyncio.ensure_future(bot.listening.run()),
            asyncio.ensure_future(bot.network.run(bot.dispatcher.accept, bot.reception)),
        ]
        bot.reception.catch_up()
        bot.cards.catch_up()
        bot.sender.start()
        try:
            if connected:
                async with asyncio.timeout(10):
                    await bot.network.ready()
            yield bot
        finally:
            ended = [work for work in works if work.done()]
            await bot.dispatcher.close()
            await bot.notifier.close()
            bot.sender.close()
            bot.cards.close()
            for work in works:
                work.cancel()
            await asyncio.wait(works)
            for work in ended:
                work.result()  # none of them ends by itself: this raises why it did
