"""Open spaces in a whole bot with a disk: what a network hears is kept, shown and decided about, over a restart too."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.app import Bot, open_store
from ptgbot.config import Config
from ptgbot.core.commands import Refused
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Heard, Message
from ptgbot.core.protocols import Host, NotTaken, Presence
from ptgbot.features.openspaces.model import OPENSPACES, POSTS
from ptgbot.listening import post_fetcher
from tests.fakes import FakeNetwork, SetClock

PATIENCE = 20.0  # seconds
ZONE = ZoneInfo("Europe/Berlin")
LINK = "https://x.com/ada/status/1"
POST = Heard("x", "1", "7", "@ada", "Chess in Room 14 at 15:00 #openspace", datetime(2026, 11, 23, 9, tzinfo=UTC), LINK)


class Timeline(FakeNetwork):
    """A network that hears posts, and of which single ones can be asked."""

    def __init__(self, name: str = "x") -> None:
        super().__init__(name)
        self.host: Host | None = None
        self.known: dict[str, Heard] = {}
        self.trouble: Exception | None = None

    async def run(self, accept: Callable[[Message], object], presence: Presence) -> None:
        self.host = presence  # type: ignore[assignment]
        await super().run(accept, presence)

    async def fetch(self, link: str) -> Heard | None:
        if self.trouble is not None:
            raise self.trouble
        return self.known.get(link)


def config(folder: Path) -> Config:
    settings = {
        "irc_nick": "ptgbot", "irc_server": "irc.example.org", "irc_channel": "#ptg", "site_dir": str(folder / "site"),
        "db_filename": str(folder / "data" / "ptg.json"), "event.timezone": "Europe/Berlin",
        "event.first_day": "2026-11-23", "reminders.targets": ["irc:#ptg"], "openspaces.words": ["openspace"],
        "openspaces.rooms": ["14", {"name": "9", "aliases": ["09"]}], "openspaces.leads": [15, 5],
        "openspaces.minutes": 30,
    }  # fmt: skip
    return Config.model_validate(settings)


@asynccontextmanager
async def running(folder: Path, clock: SetClock) -> AsyncIterator[tuple[Bot, Timeline]]:
    """Give a bot that runs in a folder until the end of the block."""
    settings = config(folder)
    store = await open_store(settings, clock)
    x, irc = Timeline(), FakeNetwork()
    bot = Bot(
        event=settings.event,
        store=store,
        site_dir=settings.site_dir,
        networks=[irc, x],
        clock=clock,
        reminders=settings.reminders,
        openspaces=settings.openspaces,
    )
    stop = asyncio.Event()
    work = asyncio.create_task(bot.run(stop))
    try:
        async with asyncio.timeout(PATIENCE):
            while x.host is None or irc.accept is None:
                await asyncio.sleep(0)
        yield bot, x
    finally:
        stop.set()
        await work


async def say(bot: Bot, text: str) -> str:
    """Have an organiser say something; return what became of it."""
    olga = Actor(Identity("irc", "olga"), "olga", Role.ORGANISER, "olga")
    async with asyncio.timeout(PATIENCE):
        return (await bot.dispatcher.accept(Message("irc", olga, text, None))).text


def state(bot: Bot) -> dict[str, Any]:
    return {"posts": dict(bot.store.view.all(POSTS)), "openspaces": dict(bot.store.view.all(OPENSPACES))}


async def test_what_is_heard_is_kept_decided_about_and_there_after_a_restart(tmp_path: Path) -> None:
    clock = SetClock()
    async with running(tmp_path, clock) as (bot, x):
        assert x.host is not None
        x.host.heard(POST)
        x.host.heard(replace(POST, id="2", text="Go in room 09 #openspace", link=""))
        await x.host.kept()
        assert await say(bot, "~post p2 time 16:00 approve") == (
            "p2 is approved: Mon 23 Nov 16:00 CET to 16:30 in 9. Everybody is reminded at 15:45, on irc:#ptg."
            " ~deny p2 takes it back."
        )
        assert (x.host.last_heard("x"), sorted(x.host.awaited("x"))) == ("2", ["1", "2"])
        before = state(bot)
        assert [(space.room, space.start.astimezone(ZONE).hour) for space in before["openspaces"].values()] == [
            ("14", 15),
            ("9", 16),
        ]
        await bot.publisher.idle()
    assert b"Chess in Room 14" in (tmp_path / "site" / "openspaces.html").read_bytes()
    async with running(tmp_path, clock) as (bot, x):
        assert state(bot) == before
        assert x.host is not None
        x.host.heard(POST)
        assert state(bot) == before
        lines = await say(bot, "~reminders")
        assert [line.partition(" ")[0] for line in lines.splitlines()] == ["p1", "p1", "p2", "p2"]


async def test_a_link_is_fetched_from_the_network_that_knows_it(tmp_path: Path) -> None:
    async with running(tmp_path, SetClock()) as (bot, x):
        x.known[LINK] = POST
        assert (await say(bot, f"~stage {LINK}")).startswith("p1 is approved: Mon 23 Nov 15:00 CET to 15:30 in 14.")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (ConnectionError("no answer"), r"cannot be fetched at the moment \(no answer\): please try again later"),
        (NotTaken("X does not show it to us."), r"cannot be fetched: X does not show it to us\."),
    ],
)
async def test_a_network_that_cannot_be_asked_says_so(trouble: Exception, words: str) -> None:
    x = Timeline()
    x.trouble = trouble
    with pytest.raises(Refused, match=words):
        await post_fetcher([FakeNetwork(), x])(LINK)
