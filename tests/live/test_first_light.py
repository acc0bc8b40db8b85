"""The whole way: a line typed on a real IRC network is on the page a moment later."""

import asyncio
import json
import signal
import time
from pathlib import Path

import aiohttp
import pytest

from tests.live.irc_client import IRCClient
from tests.live.ngircd import Ngircd, requires_ngircd
from tests.program import ptgbot, running, seen, write_config
from tests.talk import SAMPLE

pytestmark = [pytest.mark.live, requires_ngircd]

CHANNEL = "#ptg"


def _site(folder: Path, **settings: object) -> Path:
    (folder / "html").mkdir()
    (folder / "html" / "ptg.json").write_text(json.dumps(SAMPLE))
    return write_config(folder, **settings)


async def test_what_a_moderator_types_is_on_the_page_and_survives_a_restart(tmp_path: Path) -> None:
    async with Ngircd() as server, IRCClient(server.host, server.port) as ada:
        config = _site(tmp_path, irc_port=server.port, **{"event.first_day": "2026-11-23"})
        await ada.connect("ada")
        await ada.join(CHANNEL)
        async with running(tmp_path, config) as bot:
            await ada.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}.*")
            ada.say(CHANNEL, "#nova now discussing cells with <b>#neutron</b>")
            ada.say(CHANNEL, "~motd add info Lunch is at 12:30")
            page = await seen(tmp_path / "html" / "ptg.html", "Lunch is at 12:30")
            assert "discussing cells with &lt;b&gt;" in page
            ada.say(CHANNEL, "+in #nova")
            await ada.expect(rf":ptgbot!\S+ PRIVMSG {CHANNEL} :ada: You are checked in to #nova\..*")
            ada.private("ptgbot", "seen ada")
            await ada.expect(r":ptgbot!\S+ PRIVMSG ada :ada is in #nova since \d\d:\d\d UTC\.")
            began = time.monotonic()
            assert await bot.stop() == 0
            assert time.monotonic() - began < 5
        async with running(tmp_path, "-d", config) as bot:
            await ada.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}.*")
            ada.private("ptgbot", "+seen ADA")
            await ada.expect(r":ptgbot!\S+ PRIVMSG ada :ada is in #nova since \d\d:\d\d UTC\.")
            assert await bot.stop(signal.SIGINT) == 0
        published = json.loads((tmp_path / "html" / "ptg.json").read_text())
        assert published["now"] == {"nova": "discussing cells with <b>#neutron</b>"}
        assert list(published["last_check_in"]) == ["ada"]


async def test_roles_are_those_of_the_channel_also_in_private(tmp_path: Path) -> None:
    async with (
        Ngircd() as server,
        IRCClient(server.host, server.port) as op,
        IRCClient(server.host, server.port) as ada,
    ):
        config = _site(tmp_path, irc_port=server.port)
        await op.connect("olga")
        await op.join(CHANNEL)
        await ada.connect("ada")
        await ada.join(CHANNEL)
        async with running(tmp_path, config):
            await op.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}.*")
            ada.private("ptgbot", "~add gardening")
            await ada.expect(r":ptgbot!\S+ PRIVMSG ada :You need op.*")
            op.private("ptgbot", "~requirevoice")
            op.private("ptgbot", "~list")
            await op.expect(r":ptgbot!\S+ PRIVMSG olga :Tracks: docs neutron nova swift")
            ada.say(CHANNEL, "#nova now x")
            await ada.expect(rf":ptgbot!\S+ PRIVMSG {CHANNEL} :ada: You need voice.*")
            op.mode(CHANNEL, "+v ada")
            await ada.expect(rf"\S+ MODE {CHANNEL} :?\+v ada.*")
            ada.private("ptgbot", "#nova now from a private talk")
            await seen(tmp_path / "html" / "ptg.html", "from a private talk")


async def test_a_bot_that_cannot_reach_its_server_still_stops_within_five_seconds(tmp_path: Path) -> None:
    config = _site(tmp_path, irc_port=1)
    async with running(tmp_path, config) as bot:
        await seen(tmp_path / "html" / "ptg.html", "nova")
        began = time.monotonic()
        assert await bot.stop() == 0
        assert time.monotonic() - began < 5


async def test_a_second_bot_on_the_same_store_names_the_first_and_ends_with_1(tmp_path: Path) -> None:
    config = _site(tmp_path, irc_port=1)
    async with running(tmp_path, config) as bot:
        await seen(tmp_path / "html" / "ptg.html", "nova")
        for command in ((config,), ("render", config), ("import", config, "html/ptg.json")):
            done = await asyncio.to_thread(ptgbot, tmp_path, *command)
            assert done.returncode == 1
            assert f"in use by the process {bot.process.pid};" in done.stderr


async def test_the_web_server_serves_what_the_bot_published(tmp_path: Path) -> None:
    config = _site(tmp_path)
    done = await asyncio.to_thread(ptgbot, tmp_path, "render", config)
    assert done.returncode == 0
    async with running(tmp_path, "-p", "0", "--host", "127.0.0.1", config, web=True) as web:
        port = int((await seen(tmp_path / "web.log", "on port ")).rpartition("on port ")[2].split(".")[0])
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            answers = {}
            for path in ("/", "/ptg.html", "/ptg.json", "/ptg.ics", "/nova.ics", "/.ptgbot-files.json"):
                async with client.get(path) as answer:
                    answers[path] = (answer.status, answer.content_type)
        assert answers == {
            "/": (200, "text/html"),
            "/ptg.html": (200, "text/html"),
            "/ptg.json": (200, "application/json"),
            "/ptg.ics": (200, "text/calendar"),
            "/nova.ics": (200, "text/calendar"),
            "/.ptgbot-files.json": (404, "text/html"),
        }
        assert await web.stop() == 0
