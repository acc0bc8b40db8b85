"""A delivery is acked once what it caused is on disk, and done once, however often Slack delivers it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from ptgbot.core.messages import Send, Target
from ptgbot.networks.slack.listeners import GOES_ON
from tests.fakes import MemoryStore
from tests.slack.bot import ADA, CHANNEL, QUICK, SlackBot, eventually, having_bot, nothing_there
from tests.slack.fake import FakeSlack, fake_slack

IMPATIENT = replace(QUICK, ack=0.1)


def held(bot: SlackBot) -> MemoryStore:
    """Have nothing reach the disk until ``flush``."""
    assert isinstance(bot.store, MemoryStore)
    bot.store.holding = True
    return bot.store


async def test_a_message_is_acked_once_its_change_is_on_disk(slack: FakeSlack, bot: SlackBot) -> None:
    store = held(bot)
    posted, delivery = slack.says(ADA, CHANNEL, "#nova now cells")
    await eventually(lambda: store.view.seq > store.durable)
    assert not delivery.acked.is_set()

    store.flush()
    await bot.idle()

    assert (delivery.attempts, delivery.acks, posted.reactions) == (1, 1, ["white_check_mark"])


async def test_a_slash_command_is_acked_once_its_change_is_on_disk(slack: FakeSlack, bot: SlackBot) -> None:
    store = held(bot)
    answer, delivery = slack.command(ADA, CHANNEL, "#nova now cells")
    await eventually(lambda: store.view.seq > store.durable)
    assert not delivery.acked.is_set()

    store.flush()
    await bot.idle()

    assert (delivery.attempts, delivery.response, slack.answers(answer)) == (1, None, ["Done."])


async def test_what_takes_too_long_is_acked_with_a_word_that_it_goes_on(slack: FakeSlack) -> None:
    async with having_bot(slack, timing=IMPATIENT) as bot:
        store = held(bot)
        posted, message = slack.says(ADA, CHANNEL, "#nova now cells")
        answer, command = slack.command(ADA, CHANNEL, "#neutron now cells")
        await message.acked.wait()
        await command.acked.wait()
        await eventually(lambda: slack.workspace.told(ADA))

        assert slack.workspace.told(ADA) == [GOES_ON]
        assert command.response == {"response_type": "ephemeral", "text": GOES_ON}
        assert (posted.reactions, slack.answers(answer)) == ([], [])
        store.flush()
        await bot.idle()
        assert (posted.reactions, slack.answers(answer)) == (["white_check_mark"], ["Done."])
        assert (message.attempts, command.attempts) == (1, 1)


async def test_what_is_fetched_goes_on_after_the_ack(slack: FakeSlack) -> None:
    async with having_bot(slack, timing=IMPATIENT) as bot:
        there = asyncio.Event()

        async def fetch(url: str) -> bytes:
            await there.wait()
            return await nothing_there(url)

        bot.fetch = fetch
        answer, command = slack.command("U0000OLGA", CHANNEL, "~fetchdb https://example.org/none")
        await command.acked.wait()
        assert command.response == {"response_type": "ephemeral", "text": GOES_ON}

        there.set()
        await bot.idle()
        await eventually(lambda: slack.answers(answer))

        assert slack.answers(answer) == ["https://example.org/none could not be fetched: there is no such host."]


async def test_nobody_hears_that_it_goes_on_who_gave_no_command(slack: FakeSlack) -> None:
    slack.api.delays["users.info"] = 0.5
    async with having_bot(slack, timing=IMPATIENT) as bot:
        slack.says(ADA, CHANNEL, "+1 from me")
        await bot.idle()
        await eventually(lambda: [call for call in slack.api.calls if call.method == "users.info"])

        assert slack.workspace.told(ADA) == []


async def test_whoever_said_what_could_not_be_saved_is_told(slack: FakeSlack, bot: SlackBot) -> None:
    store = held(bot)
    posted, delivery = slack.says(ADA, CHANNEL, "#nova now cells")
    answer, _ = slack.command(ADA, CHANNEL, "#swift now cells")
    await eventually(lambda: store.view.seq == store.durable + 2)

    store.fail("the disk is full")
    await bot.idle()

    why = "Nothing was saved: the disk is full. Please try again in a minute."
    assert (slack.workspace.told(ADA), slack.answers(answer), posted.reactions) == ([why], [why], [])
    assert delivery.attempts == 1


async def test_what_slack_delivers_again_is_done_once(slack: FakeSlack, bot: SlackBot) -> None:
    _, message = slack.says(ADA, CHANNEL, "#nova next cells")
    answer, command = slack.command(ADA, CHANNEL, "#nova next placement")
    await bot.idle()

    again = [slack.sockets.deliver(d.envelope["type"], d.envelope["payload"]) for d in (message, command)]
    event = message.envelope["payload"]["event"]
    again.append(slack.event({**event}))  # another event about the same message
    again.append(slack.event({**event, "type": "app_mention"}))
    await bot.idle()

    assert [delivery.attempts for delivery in again] == [1] * 4
    assert bot.commands == ["#nova next cells", "#nova next placement"]
    assert slack.answers(answer) == ["Done."]


async def test_what_is_delivered_again_while_it_is_under_way_is_done_once() -> None:
    async with fake_slack(ack_within=0.1) as slack, having_bot(slack) as bot:
        store = held(bot)
        _, message = slack.says(ADA, CHANNEL, "#nova next cells")
        answer, command = slack.command(ADA, CHANNEL, "#nova next placement")
        await eventually(lambda: message.attempts >= 3 and command.attempts >= 3)

        store.flush()
        await bot.idle()

        assert bot.commands == ["#nova next cells", "#nova next placement"]
        assert slack.answers(answer) == ["Done."]
        assert slack.api.problems == []


async def test_a_question_that_is_delivered_again_is_answered_once(slack: FakeSlack, bot: SlackBot) -> None:
    _, delivery = slack.says(ADA, CHANNEL, "+seen olga")
    await bot.idle()
    slack.sockets.deliver("events_api", delivery.envelope["payload"])
    await bot.idle()

    assert len(slack.workspace.said(CHANNEL)) == 1


async def test_an_ack_that_a_dead_socket_took_is_given_again_over_the_next_one() -> None:
    async with fake_slack(ack_within=0.2) as slack, having_bot(slack) as bot:
        store = held(bot)
        _, delivery = slack.says(ADA, CHANNEL, "#nova next cells")
        await eventually(lambda: store.view.seq > store.durable)

        await slack.sockets.kill()
        store.flush()
        await bot.idle()

        assert bot.commands == ["#nova next cells"]
        assert (delivery.attempts > 1, slack.sockets.opened) == (True, 2)


async def test_what_was_done_before_a_restart_is_not_done_after_it(slack: FakeSlack, tmp_path: Path) -> None:
    async with having_bot(slack, folder=tmp_path) as bot:
        _, message = slack.says(ADA, CHANNEL, "#nova next cells")
        answer, command = slack.command(ADA, CHANNEL, "#nova next placement")
        await bot.idle()
        state = bot.state
    async with having_bot(slack, folder=tmp_path) as bot:
        again = [slack.sockets.deliver(d.envelope["type"], d.envelope["payload"]) for d in (message, command)]
        await bot.idle()

        assert bot.state == state
        assert [delivery.attempts for delivery in again] == [1, 1]
        assert bot.commands == []
        assert slack.answers(answer) == ["Done."]


async def test_what_failed_on_our_side_is_tried_again_when_slack_repeats_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with fake_slack(ack_within=0.2) as slack, having_bot(slack) as bot:
        assert bot.network._people is not None
        actor = bot.network._people.actor
        failed: list[str] = []

        async def fail_once(user: str, team: str = "") -> object:
            if not failed:
                failed.append(user)
                raise RuntimeError("broken")
            return await actor(user, team)

        monkeypatch.setattr(bot.network._people, "actor", fail_once)
        _, delivery = slack.says(ADA, CHANNEL, "#nova next cells")
        await bot.idle()

        assert (delivery.attempts, bot.commands) == (2, ["#nova next cells"])
        assert "broken" in caplog.text


async def test_what_slack_wants_to_wait_for_waits(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.limits["chat.postMessage"] = 1.0
    for nick in ("olga", "grace"):
        slack.says(ADA, CHANNEL, f"+seen {nick}")
    slack.says(ADA, CHANNEL, "#nova now cells")
    await bot.idle()

    assert slack.workspace.said(CHANNEL) == [f"{nick} never checked in anywhere." for nick in ("olga", "grace")]
    assert [call.error for call in slack.api.calls if call.method == "chat.postMessage"] == ["", "ratelimited", ""]


async def test_at_its_own_pace_the_bot_is_never_too_fast_for_a_channel(slack: FakeSlack, bot: SlackBot) -> None:
    bot.network.gap = 0.6
    slack.api.limits["chat.postMessage"] = 0.3
    slack.workspace.add_channel("C0000OTHER", "other")
    for number in range(3):
        slack.mentions(ADA, CHANNEL, f"seen nick{number}")
        slack.mentions(ADA, "C0000OTHER", f"seen nick{number}")
    await bot.idle()

    expected = [f"nick{number} never checked in anywhere." for number in range(3)]
    assert (slack.workspace.said(CHANNEL), slack.workspace.said("C0000OTHER")) == (expected, expected)
    assert not [call for call in slack.api.calls if call.error]


async def test_while_slack_wants_it_to_wait_the_bot_is_slower_for_everybody(slack: FakeSlack, bot: SlackBot) -> None:
    bot.network.interval = 0.05
    slack.api.limits["chat.postMessage"] = 1.0
    for target in (Target("slack", CHANNEL), Target("slack", ADA), Target("slack", ADA)):
        bot.queue.submit(Send(target, "cells are on", apart=True))
    await eventually(lambda: bot.network.interval == 0.5)
    await bot.idle()
    await eventually(lambda: bot.network.interval == 0.05)
