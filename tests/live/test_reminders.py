"""The program reminds people, in real seconds: on a real IRC server, in Slack, on X and Mastodon, over a kill too."""

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fake_mastodon.instance import TOKEN, FakeMastodon, fake_mastodon
from tests.fake_x.server import KEYS, FakeX, fake_x
from tests.live.irc_client import IRCClient
from tests.live.ngircd import Ngircd, requires_ngircd
from tests.program import running, write_config
from tests.slack.bot import CHANNEL as SLACK_CHANNEL
from tests.slack.fake import FakeSlack, fake_slack
from tests.slack.web_api import APP_TOKEN, BOT_TOKEN

CHANNEL = "#ptg"
LEAD = timedelta(minutes=5)
STEP = timedelta(seconds=2)  # from slot to slot: so one can be booked whose reminder is due whenever it is wanted
SOON = timedelta(seconds=10)
COUNT = 90
PATIENCE = 30.0

pytestmark = [pytest.mark.live, requires_ngircd]


class _Event:
    """An event with a slot every two seconds, from five minutes ahead on."""

    def __init__(self, folder: Path) -> None:
        self._first = datetime.now(UTC).replace(microsecond=0) + LEAD
        starts = [self._first + number * STEP for number in range(COUNT)]
        slots = [{"name": f"S{number}", "realtime": start.isoformat()} for number, start in enumerate(starts)]
        free = {slot["name"]: "" for slot in slots}
        event = {
            "eventid": "sample",
            "tracks": ["nova", "swift", "docs"],
            "slots": {"Today": slots},
            "schedule": {"Aspen": dict(free), "Loft": dict(free)},
        }
        (folder / "html").mkdir()
        (folder / "html" / "ptg.json").write_text(json.dumps(event))
        self.first_day = f"{self._first:%Y-%m-%d}"

    def soon(self) -> str:
        """Return the first slot whose reminder is due in some seconds."""
        return f"S{-(-(datetime.now(UTC) + SOON - (self._first - LEAD)) // STEP)}"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with fake_slack() as slack:
        yield slack


def _configured(folder: Path, server: Ngircd, event: _Event, **settings: Any) -> Path:
    given = {
        "irc_server": server.host,
        "irc_port": server.port,
        "event.first_day": event.first_day,
        "reminders.slots": [5],
        "reminders.nudges": False,
        "reminders.quiet": "off",
        **settings,
    }
    return write_config(folder, **given)


def _in_slack(slack: FakeSlack) -> dict[str, Any]:
    return {
        "slack.api_url": slack.api_url.rstrip("/"),
        "slack.bot_token": BOT_TOKEN,
        "slack.app_token": APP_TOKEN,
        "slack.channels": [SLACK_CHANNEL],
    }


def _in_public(x: FakeX, mastodon: FakeMastodon) -> dict[str, Any]:
    return {
        **{f"x.{name}": value for name, value in KEYS.items()},
        "x.api_url": x.address,
        "mastodon.url": mastodon.address,
        "mastodon.access_token": TOKEN,
        "reminders.targets": ["x", "mastodon"],
    }


NOT_DRY = {"x.dry_run": False, "mastodon.dry_run": False}


async def _until(holds: Callable[[], object], patience: float = PATIENCE) -> None:
    async with asyncio.timeout(patience):
        while not holds():
            await asyncio.sleep(0.02)


async def _heard(person: IRCClient, where: str, text: str) -> None:
    await person.expect(rf":ptgbot!\S+ PRIVMSG {re.escape(where)} :{text}", PATIENCE)


def _reminders(lines: list[str]) -> list[str]:
    """Return what was said of which track, in order."""
    found = (re.search(r"In \d minutes \(.*?\): (.*)", line) for line in lines)
    return [match[1] for match in found if match is not None]


@pytest.fixture
async def x() -> AsyncIterator[FakeX]:
    async with fake_x() as x:
        yield x


@pytest.fixture
async def mastodon() -> AsyncIterator[FakeMastodon]:
    async with fake_mastodon() as mastodon:
        yield mastodon


async def test_reminders_reach_people_and_every_network_once_over_a_kill(
    tmp_path: Path, slack: FakeSlack, x: FakeX, mastodon: FakeMastodon
) -> None:
    event = _Event(tmp_path)
    targets = {"reminders.targets": [f"irc:{CHANNEL}", f"slack:{SLACK_CHANNEL}", "x", "mastodon"]}

    def posted() -> list[list[str]]:
        return [_reminders(lines) for lines in (slack.workspace.said(SLACK_CHANNEL), x.texts, mastodon.texts)]

    async with Ngircd() as server, IRCClient(server.host, server.port) as grace:
        await grace.connect("grace")
        await grace.join(CHANNEL)
        settings = {**_in_slack(slack), **_in_public(x, mastodon), **NOT_DRY, **targets}
        config = _configured(tmp_path, server, event, **settings)
        async with running(tmp_path, config) as bot:
            await grace.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}.*", PATIENCE)
            grace.private("ptgbot", "remind #nova 5")
            await _heard(grace, "grace", ".*#nova.*")
            moves = event.soon()
            grace.say(CHANNEL, f"#nova book Aspen-{event.soon()}")
            grace.say(CHANNEL, f"#swift book Loft-{moves}")
            grace.say(CHANNEL, f"#swift unbook Loft-{moves}")
            about = r"In 5 minutes \(.*\): #nova in Aspen.*"
            await _heard(grace, CHANNEL, about)
            await _heard(grace, "grace", about)
            await _until(lambda: all(posted()))
            bot.process.send_signal(signal.SIGKILL)
            await bot.process.wait()
        async with running(tmp_path, config) as bot:
            await grace.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}.*", PATIENCE)
            grace.say(CHANNEL, f"#docs book Loft-{event.soon()}")
            await _heard(grace, CHANNEL, r"In 5 minutes \(.*\): #docs in Loft.*")
            # A kill before the receipt was noted leaves a doubt, which Mastodon is given 50 seconds to settle.
            await _until(lambda: all(len(there) > 1 for there in posted()), PATIENCE + 60)
            assert await bot.stop() == 0
        in_channel = [line for line in grace.lines if f"PRIVMSG {CHANNEL} :" in line]
        in_private = [line for line in grace.lines if "PRIVMSG grace :" in line]
        assert _reminders(in_channel) == ["#nova in Aspen", "#docs in Loft"]
        # The kill may have come before it was noted that she was told: then she is told twice.
        assert set(_reminders(in_private)) == {"#nova in Aspen"}
        assert posted() == [["#nova in Aspen", "#docs in Loft"]] * 3
    assert slack.api.problems == []


async def test_an_announcement_that_is_approved_is_posted_on_x_and_mastodon(
    tmp_path: Path, x: FakeX, mastodon: FakeMastodon
) -> None:
    async with Ngircd() as server, IRCClient(server.host, server.port) as grace:
        await grace.connect("grace")
        await grace.join(CHANNEL)
        settings = {**_in_public(x, mastodon), **NOT_DRY, "announce.approve": True}
        config = _configured(tmp_path, server, _Event(tmp_path), **settings)
        async with running(tmp_path, config) as bot:
            await grace.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}.*", PATIENCE)
            grace.say(CHANNEL, "~announce The photo is at noon")
            await _heard(grace, "grace", r"a1 waits for your word: to mastodon, x at .* goes: The photo is at noon .*")
            assert (x.texts, mastodon.texts) == ([], [])
            grace.say(CHANNEL, "~approve a1")
            await _until(lambda: x.texts and mastodon.texts)
            assert await bot.stop() == 0
        assert (x.texts, mastodon.texts) == (["The photo is at noon"], ["The photo is at noon"])


async def test_in_a_dry_run_organisers_see_what_would_be_posted_and_nobody_else(
    tmp_path: Path, x: FakeX, mastodon: FakeMastodon
) -> None:
    async with Ngircd() as server, IRCClient(server.host, server.port) as grace:
        await grace.connect("grace")
        await grace.join(CHANNEL)
        config = _configured(tmp_path, server, _Event(tmp_path), **_in_public(x, mastodon))
        async with running(tmp_path, config) as bot:
            await grace.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}.*", PATIENCE)
            grace.say(CHANNEL, "~announce The photo is at noon")
            await _until(lambda: bot.log.count("The photo is at noon") >= 2)
            for _ in range(2):
                await _heard(grace, "grace", ".*The photo is at noon.*")
            assert await bot.stop() == 0
        assert (x.texts, mastodon.texts) == ([], [])
