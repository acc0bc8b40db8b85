"""A whole bot and its site: who is told when the disk refuses, and what is passed on."""

import asyncio
import errno
import os
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest

from ptgbot import app
from ptgbot.app import Bot
from ptgbot.catalogue import TABLES
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message
from ptgbot.features.topics.model import Now, topic_of
from ptgbot.site import publisher
from ptgbot.site.files import SiteFiles
from ptgbot.store import DurableStore
from ptgbot.takeover import import_file
from ptgbot.wiring import IRC
from tests.fakes import FakeNetwork, SetClock
from tests.talk import CHANNEL, EVENT, SAMPLE

ADA = Actor(Identity(IRC, "ada"), "ada", Role.MODERATOR)
LIMIT = 10.0


@asynccontextmanager
async def running(folder: Path, command: str = "") -> AsyncIterator[tuple[Bot, FakeNetwork]]:
    """Give a bot at work with the sample event, and end it in order."""
    clock = SetClock()
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    await import_file(store, orjson.dumps(SAMPLE), event=EVENT, network=IRC, at=clock.now())
    network = FakeNetwork()
    bot = Bot(
        event=EVENT,
        store=store,
        site_dir=folder / "html",
        networks=[network],
        clock=clock,
        publish_command=command,
    )
    stop = asyncio.Event()
    task = asyncio.create_task(bot.run(stop))
    await bot.publisher.idle()
    try:
        yield bot, network
    finally:
        stop.set()
        await task


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.005)


def say(bot: Bot, text: str) -> None:
    bot.dispatcher.accept(Message(IRC, ADA, text, CHANNEL))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
async def test_a_disk_that_refuses_the_site_loses_nothing_and_organisers_are_told_when_it_begins_and_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(publisher, "RETRY_SECONDS", (0.01, 0.02))
    write, refusing = SiteFiles.write_whole, False

    def refuse(self: SiteFiles, target: Path, temporary: Path, content: bytes) -> os.stat_result:
        if refusing:
            raise OSError(code, os.strerror(code))
        return write(self, target, temporary, content)

    monkeypatch.setattr(SiteFiles, "write_whole", refuse)
    page = tmp_path / "html" / "ptg.html"
    async with running(tmp_path) as (bot, network):
        refusing = True
        say(bot, "#nova now what nobody sees yet")
        await until(lambda: "olga" in dict(network.posted))
        kept = (topic_of(bot.store.view, "nova").now, bot.store.durable == bot.store.view.seq)
        stale = page.read_text()
        refusing = False
        await until(lambda: len([text for target, text in network.posted if target == "olga"]) == 2)

        where = f"The site in {tmp_path}/html"
        told = [text for target, text in network.posted if target == "olga"]
        assert told == [
            f"{where} cannot be written: {os.strerror(code)}. The state is safe; this is tried again until it works.",
            f"{where} can be written again, and is up to date.",
        ]
        assert "what nobody sees yet" not in stale
        assert kept == (Now("what nobody sees yet", bot.store.view.changed_at), True)
        assert "what nobody sees yet" in page.read_text()


async def test_the_site_is_passed_on_after_the_start_after_a_change_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_LAST_WORDS", 30.0)
    monkeypatch.setattr(app, "_LAST_COMMAND", 30.0)
    copy = tmp_path / "copy.html"
    script = tmp_path / "pass.py"
    script.write_text("import shutil, sys\nshutil.copy(sys.argv[1] + '/ptg.html', sys.argv[2])")
    command = f"{sys.executable} {shlex.quote(str(script))} {{site}} {shlex.quote(str(copy))}"
    async with running(tmp_path, command) as (bot, _):
        await until(copy.exists)
        first = copy.read_text()
        say(bot, "#nova now the last thing that was said")

    assert "the last thing that was said" not in first
    assert "the last thing that was said" in copy.read_text()


async def test_a_command_that_fails_is_told_to_the_organisers_by_its_name_alone(tmp_path: Path) -> None:
    async with running(tmp_path, "/nowhere/upload --password=secret {site}") as (_, network):
        await until(lambda: "olga" in dict(network.posted))

        problem = "/nowhere/upload cannot be started: No such file or directory"
        assert [text for target, text in network.posted if target == "olga"] == [
            f"The published site could not be passed on: {problem}. It is tried again until it works."
        ]
