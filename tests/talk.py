"""A bot to talk to in tests: everything between the network and the disk is real, and the disk too where asked for."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from ptgbot.catalogue import TABLES, EventRules, make_keeper, make_registry
from ptgbot.core.changes import Cause, Change
from ptgbot.core.clock import Event
from ptgbot.core.commands import Command, Door, Refused, Registry
from ptgbot.core.deliveries import DELIVERIES, Deliveries
from ptgbot.core.dispatch import Dispatcher
from ptgbot.core.documents import Document, Table
from ptgbot.core.help import Rest
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Heard, Message, Send
from ptgbot.features.admin.legacy import Importer
from ptgbot.features.history.journal import Journal
from ptgbot.features.history.model import HISTORY, TRACES
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.keeper import OpenSpaceKeeper
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.reminders.keeper import ReminderKeeper
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import BOOKINGS, CALENDAR
from ptgbot.features.subscriptions.notifier import Notifier
from ptgbot.store import DurableStore
from ptgbot.takeover import import_file
from tests.fakes import FakeNetwork, MemoryStore, SetClock

__all__ = [
    "CHANNEL",
    "DOCUMENTATION",
    "EVENT",
    "SAMPLE",
    "State",
    "Talk",
    "having",
    "importer",
    "lacking",
    "quick_talk",
    "talk",
]

State = dict[str, dict[str, Any]]

CHANNEL = "#ptg"
DOCUMENTATION = "https://example.org/index.html#commands"
EVENT = Event("Sample", ZoneInfo("Europe/Berlin"), date(2026, 11, 23), "https://example.org")

SAMPLE: dict[str, Any] = {
    "eventid": "sample",
    "tracks": ["nova", "neutron", "swift", "docs"],
    "slots": {
        "Monday": [
            {"name": "MonA1", "desc": "09:00-10:45"},
            {"name": "MonP1", "desc": "13:30-15:15"},
        ],
        "Tuesday": [{"name": "TueA1", "desc": "09:00-10:45"}],
    },
    "schedule": {
        "Aspen": {"desc": "seats 10", "MonA1": "neutron", "MonP1": "", "TueA1": ""},
        "Ballroom A": {"url": "https://example.org/meet/a", "MonA1": "nova", "MonP1": "nova", "TueA1": ""},
        "Loft-2": {"cap_icon": "screen", "cap_desc": "projector", "MonP1": "", "TueA1": "swift"},
    },
    "colors": {"nova": "#596468", "neutron": "#9ea8ad", "swift": "#b57506", "docs": "#f8ac29"},
}


def having(state: State, table: Table[Any], *documents: Document) -> State:
    """Return a state with documents added to a table, or put in place of those with their keys."""
    return {**state, table.name: {**state[table.name], **{document.key: document for document in documents}}}


def lacking(state: State, table: Table[Any], *keys: str) -> State:
    """Return a state without some of a table's documents, or without any of them where none are named."""
    kept = {key: document for key, document in state[table.name].items() if keys and key not in keys}
    return {**state, table.name: kept}


class Talk:
    """People in a channel with a bot.

    Args:
        store: The bot's store.
        clock: Its clock.
        event: The conference.
        more: Commands besides those there are.
        reminders: What the event wants of reminders; None for none being planned.
        openspaces: What it wants of open spaces.
    """

    def __init__(
        self,
        store: DurableStore | MemoryStore,
        clock: SetClock,
        event: Event,
        more: tuple[Command, ...] = (),
        reminders: ReminderSettings | None = None,
        *,
        openspaces: OpenSpaceSettings | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.event = event
        self.network = FakeNetwork()
        self.networks = {"irc": self.network, "slack": FakeNetwork("slack")}
        self.sent: list[Send] = []
        self.changes: list[Change] = []
        self.pages: dict[str, bytes] = {}
        self.posts: dict[str, Heard] = {}  # on networks, by their links
        self.purged: list[tuple[str, ...]] = []
        behind = store if reminders is None else ReminderKeeper(store, event, reminders)
        desk = Desk(event, openspaces or OpenSpaceSettings())
        self.openspaces = OpenSpaceKeeper(behind, desk, reminders.targets if reminders else ())
        self.calendar = make_keeper(self.openspaces, event)
        self.deliveries = Deliveries(self.calendar, ("slack",))
        self.journal = Journal(self.deliveries)
        self.notifier = Notifier(store.view, self.sent.append, slice_=60.0)
        ids = itertools.count(1)
        rest = Rest()
        known = make_registry(
            fetch=self._fetch,
            purge=self._purge,
            network="irc",
            rest=rest,
            documentation=DOCUMENTATION,
            reminders=reminders,
            networks=self.networks,
            desk=desk,
            fetch_post=self._fetch_post,
        )
        self.registry = Registry((*known.commands, *more))
        self.dispatcher = Dispatcher(
            registry=self.registry,
            rules=EventRules(),
            store=self.journal,
            event=event,
            clock=clock,
            networks=self.networks,
            submit=self.sent.append,
            waiting=lambda asker: 0,
            rest=rest,
            new_id=lambda: f"id{next(ids)}",
            again=self.deliveries.again,
        )
        store.listen(self._changed)
        store.on_failure(self.dispatcher.rolled_back)

    def _changed(self, change: Change) -> None:
        self.dispatcher.saved(change.seq)
        self.notifier.changed(change)
        self.changes.append(change)

    def verbs(self, door: Door) -> str:
        """Return the verbs behind a door as lists in replies show them."""
        return ", ".join(self.registry.verbs(door))

    @property
    def state(self) -> State:
        """Every document there is, by table and key; not what follows from each command: history, calendar entries."""
        tables: tuple[Table[Any], ...] = TABLES
        followers = (HISTORY, TRACES, CALENDAR, DELIVERIES)
        return {table.name: dict(self.store.view.all(table)) for table in tables if table not in followers}

    async def _purge(self, keys: tuple[str, ...]) -> None:
        self.purged.append(keys)

    async def _fetch(self, url: str) -> bytes:
        if url not in self.pages:
            raise Refused(f"{url} could not be fetched: there is no such host.")
        return self.pages[url]

    async def _fetch_post(self, link: str) -> Heard | None:
        return self.posts.get(link)

    async def say(
        self,
        nick: str,
        text: str,
        *,
        role: Role = Role.ATTENDEE,
        channel: str | None = CHANNEL,
        account: str = "",
        identity: str = "",
        id: str = "",  # noqa: A002 - a message's own word
        network: str = "irc",
    ) -> list[tuple[str, str]]:
        """Have somebody say something; return what the bot sends, as target and text, once all is on disk.

        Args:
            nick: Who; it is their identity too, in lower case, where nothing else is told.
            text: What.
            role: Their role.
            channel: Where; None in private.
            account: Their account, if the network vouches for one.
            identity: The nick as the network folds it.
            id: The message's id.
            network: Where; only IRC has nicks.
        """
        self.sent.clear()
        whose = Identity(network, account or identity or nick.lower(), verified=bool(account))
        sender = Actor(whose, nick, role, "" if network == "irc" else None)
        self.dispatcher.accept(Message(network, sender, text, channel, id))
        while self.dispatcher._tasks:  # a task that ended takes itself off only after others had their turn
            ended, _ = await asyncio.wait(self.dispatcher._tasks)
            for task in ended:
                task.result()
        await self.store.saved(self.store.view.seq)
        return [(send.target.name, send.lead + send.text) for send in self.sent]

    async def said(self, nick: str, text: str, **how: Any) -> str:
        """Have somebody say something; return the one line with which the bot answers them in the channel."""
        [(target, answer)] = await self.say(nick, text, **how)
        assert target == CHANNEL
        assert answer.startswith(f"{nick}: ")
        return answer.removeprefix(f"{nick}: ")

    async def told(self, nick: str, text: str, **how: Any) -> list[str]:
        """Have somebody say something to the bot in private; return its lines, all of them to that person."""
        sends = await self.tell(nick, text, **how)
        assert {target for target, _ in sends} <= {nick}
        return [line for _, line in sends]

    async def op(self, text: str, *, channel: str | None = CHANNEL) -> list[tuple[str, str]]:
        """Have an organiser say something."""
        return await self.say("olga", text, role=Role.ORGANISER, channel=channel)

    async def tell(self, nick: str, text: str, **how: Any) -> list[tuple[str, str]]:
        """Have somebody say something to the bot in private."""
        return await self.say(nick, text, channel=None, **how)


def quick_talk(
    sample: dict[str, Any] | None = None,
    *,
    event: Event = EVENT,
    clock: SetClock | None = None,
    more: tuple[Command, ...] = (),
    reminders: ReminderSettings | None = None,
    openspaces: OpenSpaceSettings | None = None,
) -> Talk:
    """Return a bot without a disk, with the sample event in it (Monday 23 November 2026, 10:00 in Berlin)."""
    clock = clock or SetClock()
    made = Talk(MemoryStore(TABLES), clock, event, more, reminders, openspaces=openspaces)
    result = importer(made).read(SAMPLE if sample is None else sample)
    made.calendar.commit(result.edits, at=clock.now(), cause=Cause.IMPORT)
    made.changes.clear()
    return made


def importer(bot: Talk, *, strict: bool = True) -> Importer:
    """Return what reads a file into a bot's state."""
    ids = (f"booking{number}" for number in itertools.count(len(bot.store.view.all(BOOKINGS)) + 1))
    return Importer(
        bot.store.view,
        event=bot.event,
        network="irc",
        at=bot.clock.now(),
        new_id=lambda: next(ids),
        strict=strict,
    )


@asynccontextmanager
async def talk(
    folder: Path, *, event: Event = EVENT, clock: SetClock | None = None, more: tuple[Command, ...] = ()
) -> AsyncIterator[Talk]:
    """Give the same bot with its store in a folder."""
    clock = clock or SetClock()
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    try:
        if store.view.seq == 0:
            await import_file(store, orjson.dumps(SAMPLE), event=event, network="irc", at=clock.now())
        yield Talk(store, clock, event, more)
    finally:
        await store.close()
