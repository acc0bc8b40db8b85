"""The program in a Slack: alone, killed in the middle of its work, and together with a real IRC server."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.live.irc_client import IRCClient
from tests.live.ngircd import Ngircd, requires_ngircd
from tests.program import PATIENCE, ptgbot, running, seen, write_config
from tests.slack.bot import ADA, CHANNEL, OLGA, eventually
from tests.slack.deliveries import Delivery
from tests.slack.fake import FakeSlack, fake_slack
from tests.slack.web_api import APP_TOKEN, BOT_TOKEN
from tests.slack.workspace import BOT, Posted
from tests.talk import SAMPLE

IRC = "#ptg"


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with fake_slack() as slack:
        yield slack
    assert slack.api.problems == []


def configured(folder: Path, slack: FakeSlack, **settings: Any) -> Path:
    """Write the configuration of a bot in Slack, alone unless the settings name an IRC server too."""
    (folder / "html").mkdir()
    (folder / "html" / "ptg.json").write_text(json.dumps(SAMPLE))
    path = folder / "config.json"
    given = {
        "db_filename": "html/ptg.json",
        "slack.bot_token": BOT_TOKEN,
        "slack.app_token": APP_TOKEN,
        "slack.channels": [CHANNEL],
        "slack.api_url": slack.api_url.rstrip("/"),
        "event.first_day": "2026-11-23",
        **settings,
    }
    if "irc_server" in settings:
        return write_config(folder, **given)
    path.write_text(json.dumps(given))
    return path


async def test_in_slack_alone_what_is_said_is_on_the_page_and_the_bot_stops_when_told(
    tmp_path: Path, slack: FakeSlack
) -> None:
    config = configured(tmp_path, slack)
    checked = ptgbot(tmp_path, "check", config)
    assert (checked.returncode, BOT_TOKEN in checked.stdout + checked.stderr) == (0, False)

    async with running(tmp_path, config) as bot:
        posted, _ = slack.says(ADA, CHANNEL, "#nova now cells &lt;b&gt;")
        answer, command = slack.command(ADA, CHANNEL, "in #nova")
        page = await seen(tmp_path / "html" / "ptg.html", "cells &lt;b&gt;")
        await asyncio.wait_for(command.acked.wait(), PATIENCE)
        await eventually(lambda: posted.reactions and slack.answers(answer))
        slack.opens_home(ADA)
        await eventually(lambda: ADA in slack.workspace.homes)
        began = time.monotonic()
        assert await bot.stop() == 0
        assert time.monotonic() - began < 5

    assert slack.answers(answer) == ["You are checked in to #nova. Thanks! Say 'out' when you leave."]
    assert "nova" in page
    assert BOT_TOKEN not in bot.log
    assert APP_TOKEN not in bot.log


async def test_killed_in_the_middle_of_its_work_the_bot_does_everything_once(tmp_path: Path) -> None:
    # What was not acked when it was killed is delivered again, and so is some of what was.
    async with fake_slack(ack_within=3.0) as slack:
        config = configured(tmp_path, slack)
        texts = [f"topic {number} of many" for number in range(60)]
        delivered: list[Delivery] = []
        for first in (0, 20, 40):
            async with running(tmp_path, config) as bot:
                await asyncio.wait_for(slack.sockets.connected(), PATIENCE)
                for text in texts[first : first + 20]:
                    user = slack.workspace.add_user(f"U{len(delivered):03}", f"user{len(delivered)}").id
                    delivered.append(slack.says(user, CHANNEL, f"#nova next {text}")[1])
                await eventually(lambda: sum(d.acked.is_set() for d in delivered) > first + 5)  # noqa: B023 - awaited here
                bot.process.send_signal(signal.SIGKILL)
                await bot.process.wait()
        async with running(tmp_path, config) as bot:
            again = [delivery.envelope["payload"] for delivery in delivered[::7]]
            delivered += [slack.sockets.deliver("events_api", payload) for payload in again]
            for delivery in delivered:
                await asyncio.wait_for(delivery.acked.wait(), 4 * PATIENCE)
            slack.says(OLGA, CHANNEL, "#swift now the last word")
            await seen(tmp_path / "html" / "ptg.html", "the last word")
            assert await bot.stop() == 0

        published = json.loads((tmp_path / "html" / "ptg.json").read_text())
        assert sorted(published["next"]["nova"]) == sorted(texts)
        assert slack.api.problems == []


async def test_open_spaces_are_posted_looked_after_and_shown(tmp_path: Path, slack: FakeSlack) -> None:
    spaces, review = "C0000SPACES", "C0000REVIEW"
    for channel, name in ((spaces, "open-spaces"), (review, "review")):
        slack.workspace.add_channel(channel, name)
    day = datetime.now(UTC).date() + timedelta(days=1)
    channels = dict.fromkeys(("outgoing", "review", "conflict"), review)
    config = configured(
        tmp_path,
        slack,
        **{
            "event.first_day": day.isoformat(),
            "openspaces.rooms": ["14", "Forum Hall"],
            "openspaces.days": [day.isoformat()],
            "openspaces.slack_channel": spaces,
            **{f"openspaces.{lane}_channel": channel for lane, channel in channels.items()},
        },
    )
    numbers = [f"Talk number {number} about something, Room 14, tomorrow {9 + number}:00" for number in range(8)]

    def cards() -> list[Posted]:
        return [p for p in slack.workspace.posts if p.channel == review and p.user == BOT]

    async with running(tmp_path, config) as bot:
        await asyncio.wait_for(slack.sockets.connected(), PATIENCE)
        for text in numbers:
            slack.says(ADA, spaces, text)
        await eventually(lambda: len(cards()) > 3, PATIENCE)
        bot.process.send_signal(signal.SIGKILL)
        await bot.process.wait()
    async with running(tmp_path, config) as bot:
        await eventually(lambda: len(cards()) >= 8, 4 * PATIENCE)
        slack.presses_card(OLGA, cards()[0], "Approve", room="Forum Hall")
        page = await seen(tmp_path / "html" / "openspaces.html", "Forum Hall")
        await eventually(lambda: "Approved by Olga" in cards()[0].text, PATIENCE)
        assert await bot.stop() == 0

    assert sorted(card.text.splitlines()[1] for card in cards()) == sorted(numbers)
    assert "Talk number 0" in page


@pytest.mark.live
@requires_ngircd
async def test_irc_and_slack_are_two_doors_to_one_state(tmp_path: Path, slack: FakeSlack) -> None:
    async with Ngircd() as server, IRCClient(server.host, server.port) as grace:
        await grace.connect("grace")
        await grace.join(IRC)
        config = configured(tmp_path, slack, irc_server=server.host, irc_port=server.port)
        async with running(tmp_path, config):
            await grace.expect(rf":ptgbot!\S+ JOIN :?{IRC}.*")
            await asyncio.wait_for(slack.sockets.connected(), PATIENCE)
            grace.private("ptgbot", "subscribe cells")
            await grace.expect(r":ptgbot!\S+ PRIVMSG grace :You are subscribed to: cells.*")
            slack.says(ADA, CHANNEL, "#nova now cells")
            await grace.expect(r":ptgbot!\S+ PRIVMSG grace :.*cells.*")
            grace.say(IRC, "+in the pub")
            await grace.expect(rf":ptgbot!\S+ PRIVMSG {IRC} :grace: You are checked in to the pub\..*")
            answer, _ = slack.command(ADA, CHANNEL, "seen grace")
            await eventually(lambda: slack.answers(answer))
            assert slack.answers(answer)[0].startswith("grace is in the pub since ")


@pytest.mark.live
@requires_ngircd
async def test_without_a_token_that_works_irc_goes_on(tmp_path: Path, slack: FakeSlack) -> None:
    slack.api.revoked = True
    async with Ngircd() as server, IRCClient(server.host, server.port) as grace:
        await grace.connect("grace")
        await grace.join(IRC)
        config = configured(tmp_path, slack, irc_server=server.host, irc_port=server.port)
        async with running(tmp_path, config) as bot:
            await grace.expect(rf":ptgbot!\S+ JOIN :?{IRC}.*")
            grace.say(IRC, "#nova now cells")
            await seen(tmp_path / "html" / "ptg.html", "cells")
            await eventually(lambda: "Slack does not take slack.bot_token (token_revoked)" in bot.log)
            assert BOT_TOKEN not in bot.log
