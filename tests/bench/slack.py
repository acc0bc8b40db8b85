"""How long Slack waits for the bot."""

import asyncio
import json
import tempfile
import time
from pathlib import Path

from ptgbot.core.changes import Cause, Change
from tests.program import running, seen
from tests.slack.bot import ADA, CHANNEL, having_bot
from tests.slack.fake import fake_slack
from tests.slack.web_api import APP_TOKEN, BOT_TOKEN
from tests.store.measure import Figures
from tests.talk import SAMPLE

__all__ = ["ack_times", "command_to_disk"]

PEOPLE = 200  # who write, so that none of them writes more than one can


def _config(folder: Path, api_url: str) -> Path:
    (folder / "base.json").write_text(json.dumps(SAMPLE))
    path = folder / "config.json"
    path.write_text(
        json.dumps(
            {
                "db_filename": str(folder / "base.json"),
                "site_dir": str(folder / "html"),
                "event.first_day": "2026-11-23",
                "slack.bot_token": BOT_TOKEN,
                "slack.app_token": APP_TOKEN,
                "slack.channels": [CHANNEL],
                "slack.api_url": api_url.rstrip("/"),
            }
        )
    )
    return path


async def _acks(a_second: int, seconds: float) -> Figures:
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
        folder = Path(name)
        async with fake_slack() as slack, running(folder, _config(folder, slack.api_url)):
            await slack.sockets.connected()
            users = [slack.workspace.add_user(f"U{number:03}", f"user{number}").id for number in range(PEOPLE)]
            for number, user in enumerate(users):  # to be known
                slack.says(user, CHANNEL, f"#nova now warm-up {number}")
            await seen(folder / "html" / "ptg.html", f"warm-up {PEOPLE - 1}")
            began = time.perf_counter()
            delivered = []
            for number in range(round(a_second * seconds)):
                await asyncio.sleep(max(0.0, began + number / a_second - time.perf_counter()))
                text = f"#nova now topic {number}" if number % 2 else f"chatter {number}"
                delivered.append(slack.says(users[number % PEOPLE], CHANNEL, text)[1])
            for delivery in delivered:
                await asyncio.wait_for(delivery.acked.wait(), 30)
            return Figures.of([delivery.seconds for delivery in delivered])


async def _commands(times: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
        async with fake_slack() as slack, having_bot(slack, folder=Path(name)) as bot:
            spans: list[float] = []
            began = 0.0

            def saved(change: Change) -> None:
                if change.cause is Cause.COMMAND:
                    spans.append(time.perf_counter() - began)

            bot.store.listen(saved)
            for number in range(times + 20):  # the first ones warm up
                began = time.perf_counter()
                await slack.command(ADA, CHANNEL, f"#nova now topic {number}")[1].acked.wait()
                await bot.queue.emptied()
            return Figures.of(spans[20:])


def ack_times(a_second: int = 200, seconds: float = 10.0) -> Figures:
    """Return how long an ack takes, from Slack's sending an event to having the ack.

    The program runs as a process of its own, with its pages. Every second event is a command that changes something,
    the others are what people say to each other.

    Args:
        a_second: How many events a second.
        seconds: For how long.
    """
    return asyncio.run(_acks(a_second, seconds))


def command_to_disk(times: int = 1000) -> Figures:
    """Return how long it takes from Slack's sending a slash command to its Change on disk, one at a time."""
    return asyncio.run(_commands(times))
