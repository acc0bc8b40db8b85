"""What people post in the channel for open spaces: read as it is, also when it is edited or deleted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from ptgbot.core.messages import Heard
from ptgbot.features.openspaces.model import POSTS, Fate, Lane
from tests.networks.slack.test_cards import OUT, SETTINGS, cards, running, shown
from tests.slack.bot import ADA, CHANNEL, OLGA, QUICK, SlackBot, eventually
from tests.slack.fake import FakeSlack
from tests.slack.workspace import BOT, TEAM, Posted

SPACES = "C0000SPACES"
TEXT = "Chess for beginners, Room 14, today 14:00"


@asynccontextmanager
async def listening(slack: FakeSlack, **how: Any) -> AsyncIterator[SlackBot]:
    """Run a bot that reads posts in a channel."""
    slack.workspace.add_channel(SPACES, "open-spaces")
    settings = replace(SETTINGS, slack_channel=SPACES, reply=True)
    async with running(slack, openspaces=settings, posts=SPACES, **how) as bot:
        yield bot


@pytest.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[SlackBot]:
    async with listening(slack) as bot:
        yield bot


def answers(slack: FakeSlack, posted: Posted) -> list[str]:
    return [p.text for p in slack.workspace.posts if p.user == BOT and (p.channel, p.thread) == (SPACES, posted.ts)]


async def test_a_post_is_heard_as_it_reads_with_its_link(slack: FakeSlack, bot: SlackBot) -> None:
    posted, _ = slack.says(
        ADA, SPACES, "Chess &amp; go with <@U0000OLGA>, Room 14,\ntoday 14:00 <https://example.org/a|see>"
    )
    await bot.idle()

    assert bot.listening.told == [
        Heard(
            "slack",
            f"{SPACES}:{posted.ts}",
            f"{TEAM}.{ADA}",
            "Ada Lovelace",
            "Chess & go with @Olga, Room 14,\ntoday 14:00 https://example.org/a",
            bot.clock.now().replace(
                microsecond=bot.listening.told[0].at.microsecond if bot.listening.told[0].at else 0
            ),
            f"https://example.slack.com/archives/{SPACES}/p{posted.ts.replace('.', '')}",
        )
    ]


async def test_an_edit_and_a_deletion_reach_the_post(slack: FakeSlack, bot: SlackBot) -> None:
    posted, _ = slack.says(ADA, SPACES, TEXT)
    await bot.idle()
    slack.edits(posted, "Chess for beginners, Room 9, today 15:00")
    await bot.idle()
    [post] = bot.store.view.all(POSTS).values()
    assert (post.room, post.lane, post.number) == ("9", Lane.OUTGOING, 1)
    slack.deletes(posted)
    await bot.idle()

    [post] = bot.store.view.all(POSTS).values()
    assert post.fate is Fate.WITHDRAWN
    await eventually(lambda: shown(cards(slack, OUT)[0]) == ["p1: Ada Lovelace on Slack", "❌ Its author deleted it."])


async def test_its_author_is_answered_in_its_thread_once(slack: FakeSlack, bot: SlackBot) -> None:
    posted, delivery = slack.says(ADA, SPACES, TEXT)
    await bot.idle()
    slack.sockets.deliver("events_api", delivery.envelope["payload"])
    await bot.idle()
    await eventually(lambda: answers(slack, posted))

    [answer] = answers(slack, posted)
    assert answer.startswith("Everybody is reminded of this at 13:45: Mon 23 Nov 14:00 CET to 14:45 in 14.")
    assert len(bot.store.view.all(POSTS)) == 1


async def test_a_host_answers_in_the_thread(slack: FakeSlack, bot: SlackBot) -> None:
    posted, _ = slack.says(ADA, SPACES, TEXT)
    await bot.idle()
    slack.says(ADA, SPACES, "cancel", thread=posted.ts)
    await bot.idle()
    await eventually(lambda: next(iter(bot.store.view.all(POSTS).values())).fate is Fate.CANCELLED)

    assert bot.listening.told[-1].reply_to == bot.listening.told[0].id


async def test_an_answer_to_what_was_posted_in_a_thread_goes_to_that_thread(slack: FakeSlack, bot: SlackBot) -> None:
    question, _ = slack.says(OLGA, SPACES, "Who has something for the afternoon?")
    posted, _ = slack.says(ADA, SPACES, TEXT, thread=question.ts)
    await bot.idle()
    await eventually(lambda: answers(slack, question))
    slack.deletes(posted)
    await bot.idle()

    assert answers(slack, posted) == []
    assert bot.listening.told[1].id == bot.listening.told[2].id == f"{SPACES}:{posted.ts}:{question.ts}"
    assert [post.fate for post in bot.store.view.all(POSTS).values() if post.text == TEXT] == [Fate.WITHDRAWN]


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0001"},
        {"subtype": "channel_join"},
        {"subtype": "bot_message"},
        {"subtype": "message_replied"},
    ],
)
async def test_what_no_person_wrote_is_no_post(slack: FakeSlack, bot: SlackBot, more: dict[str, str]) -> None:
    slack.says(ADA, SPACES, TEXT, **more)
    await bot.idle()

    assert bot.listening.told == []


async def test_what_the_bot_says_is_no_post(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(BOT, SPACES, TEXT)
    await bot.idle()

    assert bot.listening.told == []


async def test_other_channels_and_private_talk_are_not_read(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(ADA, CHANNEL, TEXT)
    slack.tells(ADA, TEXT)
    await bot.idle()

    assert bot.listening.told == []


async def test_a_command_is_no_post(slack: FakeSlack) -> None:
    async with listening(slack, channels=(CHANNEL, SPACES)) as bot:
        slack.says(ADA, SPACES, "+openspace Chess for beginners, Room 14, today 14:00")
        slack.mentions(ADA, SPACES, "in the pub")
        await bot.idle()
        await eventually(lambda: bot.store.view.all(POSTS))

        assert bot.listening.told == []
        assert [post.text for post in bot.store.view.all(POSTS).values()] == [TEXT]


async def test_an_edit_that_comes_at_once_is_heard_after_what_it_edits(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.delays["users.info"] = 0.2
    posted, _ = slack.says(ADA, SPACES, TEXT)
    slack.edits(posted, "Chess for beginners, Room 9, today 15:00")
    await bot.idle()

    assert [post.text[21:27] for post in bot.listening.told] == ["Room 1", "Room 9"]


async def test_slack_is_told_that_a_post_arrived_once_it_is_on_disk(slack: FakeSlack) -> None:
    asked, on_disk = asyncio.Event(), asyncio.Event()

    async def saved(seq: int) -> None:
        asked.set()
        await on_disk.wait()

    async with listening(slack, timing=replace(QUICK, ack=60.0)) as bot:
        bot.store.saved = saved  # type: ignore[method-assign]
        _, delivery = slack.says(ADA, SPACES, TEXT)
        async with asyncio.timeout(10):
            await asked.wait()
            before = delivery.acked.is_set()
            on_disk.set()
            await delivery.acked.wait()

        assert (before, len(bot.listening.told)) == (False, 1)
