"""The whole bot: what becomes of what was accepted when it is told to stop."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from ptgbot.app import Bot
from ptgbot.catalogue import TABLES
from ptgbot.core.identity import Actor, Identity
from ptgbot.core.messages import Message
from ptgbot.core.protocols import Presence
from ptgbot.store import DurableStore
from tests.fakes import FakeNetwork, SetClock
from tests.talk import CHANNEL, EVENT


class Ending(FakeNetwork):
    """A network that takes lines only while it runs."""

    async def run(self, accept: Callable[[Message], None], presence: Presence) -> None:
        try:
            await super().run(accept, presence)
        finally:
            self.up.clear()


async def test_what_was_said_before_the_end_is_on_disk_and_answered(tmp_path: Path) -> None:
    store = DurableStore(tmp_path / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    network = Ending()
    bot = Bot(event=EVENT, store=store, site_dir=tmp_path / "site", networks=[network], clock=SetClock())
    stop = asyncio.Event()
    work = asyncio.create_task(bot.run(stop))
    while network.accept is None:
        await asyncio.sleep(0)
    people = [f"person{number}" for number in range(5)]
    for name in people:
        network.accept(Message("irc", Actor(Identity("irc", name), name), "+in the pub", CHANNEL))
    network.accept(Message("irc", Actor(Identity("irc", "ada"), "ada"), "in the pub"))
    stop.set()
    await work
    answer = "You are checked in to the pub. Thanks! Say 'out' when you leave."
    assert sorted(network.posted) == [*[(CHANNEL, f"{name}: {answer}") for name in people], ("ada", answer)]
    assert store.durable == store.view.seq
