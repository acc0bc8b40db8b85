"""HTTP mode: Slack calls the bot, and signs what it sends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from ptgbot.networks.slack.link import PATH
from ptgbot.networks.slack.listeners import GOES_ON
from tests.fakes import MemoryStore
from tests.live.daemon import free_port
from tests.slack.bot import ADA, CHANNEL, QUICK, SlackBot, eventually, having_bot
from tests.slack.fake import FakeSlack


@pytest.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[SlackBot]:
    async with having_bot(slack, mode="http", app_token="", port=free_port()) as bot:
        yield bot


def url(bot: SlackBot) -> str:
    return f"http://127.0.0.1:{bot.network._settings.port}{PATH}"


def event_of(slack: FakeSlack, text: str) -> dict[str, Any]:
    posted = slack.workspace.post(CHANNEL, ADA, text)
    return slack.event_payload({**posted.described(), "channel": CHANNEL, "channel_type": "channel"})


async def test_an_event_that_slack_signed_is_done(slack: FakeSlack, bot: SlackBot) -> None:
    assert await slack.push(url(bot), event_of(slack, "#nova now cells")) == (200, "")
    await bot.queue.emptied()

    assert bot.commands == ["#nova now cells"]
    assert slack.workspace.posts[0].reactions == ["white_check_mark"]
    assert slack.sockets.opened == 0


async def test_a_slash_command_and_a_form_come_in_too(slack: FakeSlack, bot: SlackBot) -> None:
    answer, payload = slack.command_payload(ADA, CHANNEL, "seen olga")
    submission = slack.interaction_payload(
        ADA,
        "view_submission",
        view={
            "id": "V1",
            "callback_id": "form:in",
            "type": "modal",
            "state": {"values": {"place": {"value": {"type": "plain_text_input", "value": "the pub"}}}},
        },
    )

    assert await slack.push(url(bot), payload) == (200, "")
    status, text = await slack.push(url(bot), submission)
    await bot.queue.emptied()

    assert (status, "You are checked in to the pub." in text) == (200, True)
    assert slack.answers(answer) == ["olga never checked in anywhere."]
    assert bot.commands == ["+in the pub"]


@pytest.mark.parametrize("wrong", [{"secret": "another"}, {"age": 301.0}, {"age": -301.0}])
async def test_what_slack_did_not_sign_just_now_is_refused(
    slack: FakeSlack, bot: SlackBot, wrong: dict[str, Any]
) -> None:
    status, _ = await slack.push(url(bot), event_of(slack, "#nova now cells"), **wrong)
    await bot.queue.emptied()

    assert (status, bot.commands) == (401, [])


async def test_a_retry_is_not_done_again(slack: FakeSlack, bot: SlackBot) -> None:
    payload = event_of(slack, "#nova next cells")

    statuses = [(await slack.push(url(bot), payload, retry=retry))[0] for retry in range(4)]
    await bot.queue.emptied()

    assert (statuses, bot.commands) == ([200] * 4, ["#nova next cells"])


async def test_a_retry_while_it_is_under_way_is_not_done_again(slack: FakeSlack) -> None:
    timing = replace(QUICK, ack=0.3)
    async with having_bot(slack, mode="http", app_token="", port=free_port(), timing=timing) as bot:
        assert isinstance(bot.store, MemoryStore)
        bot.store.holding = True
        payload = event_of(slack, "#nova next cells")
        answer, command = slack.command_payload(ADA, CHANNEL, "#nova next placement")

        answers = await asyncio.gather(
            *(slack.push(url(bot), payload, retry=retry) for retry in range(3)), slack.push(url(bot), command)
        )
        bot.store.flush()
        await bot.queue.emptied()
        await eventually(lambda: slack.answers(answer))

        assert [status for status, _ in answers] == [200] * 4
        assert GOES_ON in answers[-1][1]
        assert bot.commands == ["#nova next cells", "#nova next placement"]
        assert slack.answers(answer) == ["Done."]


async def test_slack_is_told_that_this_is_the_right_place(slack: FakeSlack, bot: SlackBot) -> None:
    status, text = await slack.push(url(bot), {"type": "url_verification", "challenge": "3eZbrw1a", "token": "t"})

    assert (status, text) == (200, '{"challenge": "3eZbrw1a"}')


async def test_a_port_that_is_taken_is_logged_and_tried_again(
    slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        port = other.getsockname()[1]
        async with having_bot(slack, mode="http", app_token="", port=port, connected=False) as bot:
            await eventually(lambda: "cannot listen" in caplog.text)
            other.close()
            async with asyncio.timeout(10):
                await bot.network.ready()

            assert await slack.push(url(bot), event_of(slack, "#nova now cells")) == (200, "")
    assert f"slack: cannot listen on port {port} (" in caplog.text
