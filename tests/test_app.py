"""The whole bot: what becomes of what was accepted when it is told to stop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ptgbot.app import Bot
from ptgbot.catalogue import TABLES
from ptgbot.config import Config
from ptgbot.core.deliveries import DELIVERIES
from ptgbot.core.identity import Actor, Identity
from ptgbot.core.messages import Message, Reply, Target, Tone
from ptgbot.core.protocols import Presence
from ptgbot.features.presence.model import CHECKINS
from ptgbot.store import DurableStore
from ptgbot.wiring import boards_of, channel_of, networks_of
from tests.fakes import FakeNetwork, SetClock
from tests.talk import CHANNEL, EVENT


class Ending(FakeNetwork):
    """A network that takes lines only while it runs."""

    async def run(self, accept: Callable[[Message], object], presence: Presence) -> None:
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


IRC_KEYS = {"irc_nick": "ptgbot", "irc_server": "irc.example.org", "irc_channel": "#ptg"}
SLACK_KEYS = {"slack.bot_token": "xoxb-1", "slack.app_token": "xapp-1", "slack.announce": "C1AAA,C2AAA"}


@pytest.mark.parametrize(
    ("keys", "names", "channel", "boards"),
    [
        (IRC_KEYS, ["irc"], "#ptg on irc.example.org", []),
        (SLACK_KEYS, ["slack"], "Slack", ["C1AAA", "C2AAA"]),
        ({**IRC_KEYS, **SLACK_KEYS}, ["irc", "slack"], "#ptg on irc.example.org", ["C1AAA", "C2AAA"]),
    ],
)
def test_a_configuration_makes_the_networks_that_it_names(
    tmp_path: Path, keys: dict[str, object], names: list[str], channel: str, boards: list[str]
) -> None:
    config = Config.model_validate({**keys, "db_filename": str(tmp_path / "ptg.json")})
    assert [network.name for network in networks_of(config)] == names
    assert channel_of(config) == channel
    assert boards_of(config) == [Target("slack", name, via="bulletin:") for name in boards]


def test_slack_is_told_what_the_configuration_says(tmp_path: Path) -> None:
    from ptgbot.networks.slack import SlackNetwork, SlackSettings

    keys = {
        "slack.bot_token": "xoxb-1",
        "slack.signing_secret": "secret",
        "slack.mode": "http",
        "slack.port": 8080,
        "slack.channels": ["C1AAA"],
        "slack.announce": ["C2AAA"],
        "slack.organisers": ["U1AAA"],
        "slack.moderators": ["S1AAA"],
        "slack.api_url": "http://localhost:5000/api/",
    }
    [network] = networks_of(Config.model_validate({**keys, "db_filename": str(tmp_path / "ptg.json")}))
    assert isinstance(network, SlackNetwork)
    assert network._settings == SlackSettings(
        bot_token="xoxb-1",
        signing_secret="secret",
        mode="http",
        port=8080,
        channels=("C1AAA",),
        announce=("C2AAA",),
        organisers=("U1AAA",),
        moderators=("S1AAA",),
        api_url="http://localhost:5000/api/",
    )


@asynccontextmanager
async def in_slack(folder: Path, clock: SetClock) -> AsyncIterator[Bot]:
    """Give a bot that runs on one network that may deliver messages again."""
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    network = FakeNetwork("slack")
    bot = Bot(event=EVENT, store=store, site_dir=folder / "site", networks=[network], clock=clock)
    stop = asyncio.Event()
    work = asyncio.create_task(bot.run(stop))
    try:
        while network.accept is None:
            await asyncio.sleep(0)
        yield bot
    finally:
        stop.set()
        await work


async def test_a_message_that_comes_again_after_a_restart_is_done_once_and_known_for_a_day(tmp_path: Path) -> None:
    clock = SetClock()
    ada = Actor(Identity("slack", "T1.U1", verified=True), "Ada", nick=None)
    message = Message("slack", ada, "+in the pub", CHANNEL, "C1:1.5")
    async with in_slack(tmp_path, clock) as bot:
        assert (await bot.dispatcher.accept(message)).tone is Tone.WORDS
    clock.forward(hours=23)
    async with in_slack(tmp_path, clock) as bot:
        assert await bot.dispatcher.accept(message) == Reply()
        assert len(bot.store.view.all(DELIVERIES)) == 1
    clock.forward(hours=2)
    async with in_slack(tmp_path, clock) as bot:
        async with asyncio.timeout(20):
            while bot.store.view.all(DELIVERIES):
                await asyncio.sleep(0.01)
        assert [check_in.since for check_in in bot.store.view.all(CHECKINS).values()] == [SetClock().now()]
