"""A bot to talk to in tests: everything between the network and the disk is real."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from ptgbot.app import registry_of
from ptgbot.catalogue import TABLES, EventRules
from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.commands import Refused
from ptgbot.core.dispatch import Dispatcher
from ptgbot.core.help import Rest
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Send
from ptgbot.features.subscriptions.model import notifications
from ptgbot.store import DurableStore, Files
from ptgbot.takeover import import_file
from tests.fakes import FakeNetwork, SetClock

__all__ = ["CHANNEL", "EVENT", "SAMPLE", "Talk", "talk"]

CHANNEL = "#ptg"
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


class Talk:
    """People in a channel with a bot.

    Args:
        store: The bot's store.
        clock: Its clock.
        event: The conference.
    """

    def __init__(self, store: DurableStore, clock: SetClock, event: Event) -> None:
        self.store = store
        self.clock = clock
        self.event = event
        self.network = FakeNetwork()
        self.sent: list[Send] = []
        self.changes: list[Change] = []
        self.pages: dict[str, bytes] = {}
        ids = itertools.count(1)
        rest = Rest()
        self.registry = registry_of(event, rest, self._fetch)
        self.dispatcher = Dispatcher(
            registry=self.registry,
            rules=EventRules(),
            store=store,
            event=event,
            clock=clock,
            networks={"irc": self.network},
            submit=self.sent.append,
            rest=rest,
            new_id=lambda: f"id{next(ids)}",
        )
        store.listen(self._changed)
        store.on_failure(self.dispatcher.rolled_back)

    def _changed(self, change: Change) -> None:
        self.dispatcher.saved(change.seq)
        self.sent += notifications(change, self.store.view)
        self.changes.append(change)

    async def _fetch(self, url: str) -> bytes:
        if url not in self.pages:
            raise Refused(f"{url} could not be fetched: there is no such host.")
        return self.pages[url]

    async def say(
        self,
        nick: str,
        text: str,
        *,
        role: Role = Role.ATTENDEE,
        channel: str | None = CHANNEL,
        account: str = "",
    ) -> list[tuple[str, str]]:
        """Have somebody say something; return what the bot sends, as target and text, once all is on disk."""
        self.sent.clear()
        identity = Identity("irc", account or nick.lower(), verified=bool(account))
        self.dispatcher.accept(Message("irc", Actor(identity, nick, role), text, channel))
        while self.dispatcher._fetching:
            await next(iter(self.dispatcher._fetching))
        await self.store.saved(self.store.view.seq)
        return [(send.target.name, send.text) for send in self.sent]

    async def op(self, text: str, *, channel: str | None = CHANNEL) -> list[tuple[str, str]]:
        """Have an organiser say something."""
        return await self.say("olga", text, role=Role.ORGANISER, channel=channel)

    async def tell(self, nick: str, text: str, **how: Any) -> list[tuple[str, str]]:
        """Have somebody say something to the bot in private."""
        return await self.say(nick, text, channel=None, **how)


@asynccontextmanager
async def talk(
    folder: Path,
    *,
    sample: dict[str, Any] | None = None,
    event: Event = EVENT,
    clock: SetClock | None = None,
    files: Files | None = None,
) -> AsyncIterator[Talk]:
    """Give a bot with a store in a folder and the sample event in it (Monday 23 November 2026, 10:00 in Berlin)."""
    clock = clock or SetClock()
    store = DurableStore(folder / "store" / "ptg.json", TABLES, files)
    store.lock()
    store.read()
    store.start()
    try:
        if store.view.seq == 0:
            content = orjson.dumps(SAMPLE if sample is None else sample)
            await import_file(store, content, event=event, network="irc", at=clock.now())
        yield Talk(store, clock, event)
    finally:
        await store.close()
