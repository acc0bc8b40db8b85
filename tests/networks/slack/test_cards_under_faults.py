"""Cards while Slack fails in every way it has and the bot is started again: none is lost, none doubled, none behind."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ptgbot.core.messages import Heard, Target
from ptgbot.features.openspaces.model import POSTS, Lane
from tests.networks.slack.test_cards import CONFLICT, OUT, REVIEW, cards, heard, running
from tests.slack.bot import OLGA, SlackBot
from tests.slack.fake import FakeSlack

CHANNELS = {Lane.OUTGOING: OUT, Lane.REVIEW: REVIEW, Lane.CONFLICT: CONFLICT}
STEPS = 40  # of each life of the bot
FAILURES: list[str | int] = [503, 500, "internal_error", "ratelimited"]
CALLS = ("chat.postMessage", "chat.update")


class Day:
    """A day on which everything happens, by lot.

    Args:
        seed: What the lot begins with.
        slack: The Slack.
    """

    def __init__(self, seed: int, slack: FakeSlack) -> None:
        self.lot = random.Random(seed)
        self.slack = slack
        self.posts = 0
        # The likelier ones stand several times.
        self.steps: list[Callable[[SlackBot], None]] = [
            *[self.post] * 7,
            *[self.decide] * 7,
            *[self.delete] * 2,
            self.swallow,
            self.fail,
            *[self.come_back] * 2,
        ]

    def post(self, bot: SlackBot) -> None:
        self.posts += 1
        hour = 10 + self.posts % 10
        where = self.lot.choice([f"Room 14 today {hour}:00", "Room 9 tonight", f"Forum Hall today {hour}:30"])
        bot.listening.heard(heard(self.posts, f"Talk number {self.posts} about something, {where}"))

    def decide(self, bot: SlackBot) -> None:
        name = f"p{self.lot.randint(1, self.posts + 1)}"
        at = f"time {self.lot.randint(10, 21)}:{self.lot.randint(10, 59)} day 2026-11-23"
        said = (f"~deny {name}", f"~approve {name}", f"~post {name} room 9 {at} approve", f"~post {name} room 14 {at}")
        self.slack.tells(OLGA, self.lot.choice(said))

    def delete(self, bot: SlackBot) -> None:
        bot.listening.heard(Heard("x", str(self.lot.randint(1, self.posts + 1)), deleted=True))

    def swallow(self, bot: SlackBot) -> None:
        self.slack.api.swallowed[self.lot.choice(CALLS)] = self.lot.randint(1, 2)

    def fail(self, bot: SlackBot) -> None:
        self.slack.api.failures[self.lot.choice(CALLS)].append(self.lot.choice(FAILURES))

    def come_back(self, bot: SlackBot) -> None:
        self.slack.comes_back()

    async def go_on(self, bot: SlackBot) -> None:
        for _ in range(STEPS):
            if self.lot.random() < 0.03:
                await self.slack.goes_down()
            else:
                self.lot.choice(self.steps)(bot)
            await asyncio.sleep(self.lot.random() * 0.03)


@pytest.mark.parametrize("seed", [1, 5])
async def test_none_is_lost_doubled_or_behind(slack: FakeSlack, tmp_path: Path, seed: int) -> None:
    day = Day(seed, slack)
    for _ in range(2):
        async with running(slack, folder=tmp_path, connected=False) as bot:
            await day.go_on(bot)
    async with running(slack, folder=tmp_path, connected=False) as bot:
        await day.go_on(bot)
        slack.comes_back()
        slack.api.swallowed.clear()
        slack.api.failures.clear()
        async with asyncio.timeout(60):
            await bot.idle()
            await bot.saved()
            while wrong(slack, bot):
                await asyncio.sleep(0.05)

        assert doubled(slack) == []
        assert day.posts > 20


def doubled(slack: FakeSlack) -> list[str]:
    names = Counter((channel, name_of(card.text)) for channel in CHANNELS.values() for card in cards(slack, channel))
    return [f"{name} stands {count} times in {channel}" for (channel, name), count in names.items() if count > 1]


def wrong(slack: FakeSlack, bot: SlackBot) -> list[str]:
    """Return which posts have no card in the channel of their lane that shows how they stand."""
    shown = {(channel, name_of(c.text)): c.text for channel in CHANNELS.values() for c in cards(slack, channel)}
    found = []
    for post in bot.store.view.all(POSTS).values():
        name, channel = f"p{post.number}", CHANNELS.get(post.lane, "")
        card = bot.cards.draw(name, Target("slack", channel)) if channel else None
        if card is not None and not shown.get((channel, name), "").startswith(card.text):
            found.append(name)
    return found


def name_of(text: str) -> str:
    return text.partition(":")[0]
