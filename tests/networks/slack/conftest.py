"""A Slack, and a bot in it; at the end of each test nothing that the bot sent was against what Slack publishes."""

from collections.abc import AsyncIterator

import pytest

from tests.slack.bot import SlackBot, having_bot
from tests.slack.fake import FakeSlack, fake_slack


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with fake_slack() as slack:
        yield slack
    assert slack.api.problems == []


@pytest.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[SlackBot]:
    async with having_bot(slack) as bot:
        yield bot
