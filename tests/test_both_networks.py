"""The same commands lead to the same state on whichever network they are given."""

import asyncio
from pathlib import Path

import pytest

from ptgbot.app import Bot
from ptgbot.catalogue import TABLES
from ptgbot.core.grammar import read
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message
from ptgbot.store import DurableStore
from tests import commands_table
from tests.fakes import FakeNetwork, SetClock
from tests.talk import CHANNEL, EVENT, quick_talk

NAMES = {"irc": {"ada": "Ada", "olga": "Olga"}, "slack": {"ada": "Ada Lovelace", "olga": "Olga"}}
ROLES = {"ada": Role.ATTENDEE, "olga": Role.ORGANISER}


def somebody(network: str, who: str) -> Actor:
    name = NAMES[network][who]
    if network == "irc":
        return Actor(Identity("irc", name.lower()), name, ROLES[who])
    return Actor(Identity(network, f"T1.U{who}", verified=True), name, ROLES[who], None)


@pytest.mark.parametrize("name", ["irc", "slack"])
async def test_every_command_leads_to_the_state_of_the_table(tmp_path: Path, name: str) -> None:
    store = DurableStore(tmp_path / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    network = FakeNetwork(name)
    bot = Bot(
        event=EVENT,
        store=store,
        site_dir=tmp_path / "site",
        networks=[network],
        clock=SetClock(),
        fetch=commands_table.fetch,
        reminders=commands_table.OF_REMINDERS,
        openspaces=commands_table.OF_OPENSPACES,
    )
    people = {who: somebody(name, who) for who in commands_table.PEOPLE}
    cast = {actor.identity.key: f"<{who}>" for who, actor in people.items()}
    cast |= {actor.name: who for who, actor in people.items()}
    numbers = iter(range(1000))

    async def say(who: str, text: str, private: bool) -> None:
        async with asyncio.timeout(20):
            channel = None if private else CHANNEL
            await bot.dispatcher.accept(Message(name, people[who], text, channel, f"m{next(numbers)}"))

    stop = asyncio.Event()
    work = asyncio.create_task(bot.run(stop))
    try:
        await commands_table.run_table(say, lambda: commands_table.snapshot(bot.store.view, cast, name), NAMES[name])
    finally:
        stop.set()
        await work


def test_the_table_has_every_command() -> None:
    registry = quick_talk().registry
    said = [("~fetchdb URL", False), ("~emptydb", False), *((s.text, s.private) for s in commands_table.STEPS)]
    readings = [read(text, private=private, registry=registry) for text, private in said]
    found = [registry.find(reading.door, reading.words) for reading in readings if reading]
    used = {command.usage for command, _ in filter(None, found)}
    # It needs the code that it gave: tests/features/linking has it.
    assert [command.usage for command in registry.commands if command.usage not in used] == ["+link [CODE]"]
