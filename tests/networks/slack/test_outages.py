"""Sockets that are replaced, killed and frozen, tokens that are revoked, a Slack that is down."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from ptgbot.core.messages import Send, Target
from ptgbot.networks.slack.token import REVOKED
from tests.slack.bot import ADA, CHANNEL, QUICK, SlackBot, eventually, having_bot
from tests.slack.fake import FakeSlack, fake_slack
from tests.slack.outage import outage

TICK = ["white_check_mark"]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


async def works(slack: FakeSlack, bot: SlackBot) -> None:
    """Check that the bot does and answers what is said now."""
    before = len(slack.workspace.said(CHANNEL))
    posted, _ = slack.says(ADA, CHANNEL, f"#nova next after {len(bot.commands)}")
    slack.says(ADA, CHANNEL, "+seen nobody")
    await bot.idle()
    assert posted.reactions == TICK
    assert slack.workspace.said(CHANNEL)[before:] == ["nobody never checked in anywhere."]


async def test_a_socket_that_slack_replaces_goes_on_until_the_next_one_is_there(
    slack: FakeSlack, bot: SlackBot, caplog: pytest.LogCaptureFixture
) -> None:
    texts = [f"#nova next topic {number}" for number in range(60)]
    for number, text in enumerate(texts):
        slack.says(slack.workspace.add_user(f"U{number:03}", f"user{number}").id, CHANNEL, text)
        if number == 20:
            await slack.sockets.say_disconnect()
    await bot.idle()
    await eventually(lambda: slack.sockets.opened == 2 and slack.sockets.count == 1)

    assert sorted(bot.commands) == sorted(texts)
    assert {delivery.attempts for delivery in slack.sockets.deliveries.values()} == {1}
    assert slack.sockets.most == 2
    assert warnings(caplog) == []
    await works(slack, bot)


async def test_a_slack_that_wants_sockets_replaced_all_the_time_gets_them_at_a_pace(slack: FakeSlack) -> None:
    async with having_bot(slack, timing=replace(QUICK, settled=60.0, retry=0.2, retire=0.01)) as bot:
        for number in range(2, 6):
            await slack.sockets.say_disconnect()
            await eventually(lambda: slack.sockets.opened == number and slack.sockets.count == 1)  # noqa: B023 - awaited here
        opened = [call.at for call in slack.api.calls if call.method == "apps.connections.open"]

        assert opened[-1] - opened[1] > 0.5
        await works(slack, bot)


async def test_a_socket_that_is_cut_is_replaced(slack: FakeSlack, bot: SlackBot) -> None:
    await slack.sockets.kill()
    await works(slack, bot)

    assert slack.sockets.opened == 2


async def test_a_socket_that_only_seems_to_be_there_is_replaced(caplog: pytest.LogCaptureFixture) -> None:
    async with fake_slack(ack_within=0.3) as slack, having_bot(slack, timing=replace(QUICK, ping=1.0)) as bot:
        slack.sockets.freeze()
        await eventually(lambda: slack.sockets.opened == 2)
        slack.sockets.thaw()
        await works(slack, bot)

        assert [text.partition(";")[0] for text in warnings(caplog)] == ["slack: the socket was silent"]


@pytest.mark.parametrize("failure", ["internal_error", "ratelimited", 503, 429])
async def test_where_no_new_socket_is_to_be_had_for_a_while_it_is_tried_again(
    slack: FakeSlack, bot: SlackBot, failure: str | int
) -> None:
    slack.api.failures["apps.connections.open"].extend([failure] * (1 if failure in (429, "ratelimited") else 3))
    await slack.sockets.kill()
    await works(slack, bot)

    assert slack.sockets.opened == 2


async def test_where_slack_replaces_a_socket_and_gives_no_new_one_the_old_one_goes_on(
    slack: FakeSlack, bot: SlackBot
) -> None:
    slack.api.failures["apps.connections.open"].extend(["internal_error"] * 3)
    await slack.sockets.say_disconnect()
    slack.says(ADA, CHANNEL, "#nova now cells")
    await bot.idle()
    assert slack.sockets.opened == 1

    await eventually(lambda: slack.sockets.opened == 2)
    await works(slack, bot)


async def test_a_socket_that_is_refused_or_sends_nonsense_is_no_end(
    slack: FakeSlack, bot: SlackBot, caplog: pytest.LogCaptureFixture
) -> None:
    slack.sockets.refusing = True
    await slack.sockets.kill()
    await eventually(lambda: len([text for text in warnings(caplog) if "503" in text]) > 1)
    slack.sockets.refusing = False
    await eventually(lambda: slack.sockets.count)
    for text in ("no json", "[1]", '{"type": "unheard_of"}', '{"envelope_id": "x", "type": "events_api"}'):
        await slack.sockets.send(text)

    await works(slack, bot)


async def test_a_revoked_token_stops_slack_alone_until_it_works_again(
    slack: FakeSlack, bot: SlackBot, caplog: pytest.LogCaptureFixture
) -> None:
    slack.says(ADA, CHANNEL, "hello")
    await bot.idle()
    slack.api.revoked = True
    slack.says(ADA, CHANNEL, "+seen olga")
    await eventually(lambda: any(record.levelno == logging.ERROR for record in caplog.records))
    bot.queue.submit(Send(Target("irc", "#ptg"), "IRC goes on"))
    await eventually(lambda: bot.irc.posted)

    assert bot.irc.posted == [("#ptg", "IRC goes on")]
    assert bot.warnings == [REVOKED]
    assert "Slack does not take slack.bot_token (token_revoked); the other networks go on" in caplog.text
    slack.api.revoked = False
    await bot.idle()
    assert slack.workspace.said(CHANNEL) == ["olga never checked in anywhere."]
    await works(slack, bot)


@pytest.mark.parametrize("event", ["tokens_revoked", "app_uninstalled"])
async def test_when_slack_says_that_the_token_is_revoked_it_is_asked_whether_that_is_so(
    slack: FakeSlack, bot: SlackBot, caplog: pytest.LogCaptureFixture, event: str
) -> None:
    slack.event({"type": event, "tokens": {"oauth": ["U0000OLGA"], "bot": []}})
    await bot.idle()
    await works(slack, bot)
    assert warnings(caplog) == []

    slack.api.revoked = True
    slack.event({"type": event, "tokens": {"bot": ["U00000BOT"]}})
    await eventually(lambda: any(record.levelno == logging.ERROR for record in caplog.records))
    slack.api.revoked = False
    await works(slack, bot)


async def test_an_app_token_that_slack_does_not_take_is_logged_and_tried_again(
    slack: FakeSlack, bot: SlackBot, caplog: pytest.LogCaptureFixture
) -> None:
    slack.api.failures["apps.connections.open"].extend(["invalid_auth"] * 2)
    await slack.sockets.kill()
    await works(slack, bot)

    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert all("(invalid_auth): Slack does not take slack.app_token; the other networks go on." in e for e in errors)


@pytest.mark.parametrize("failure", ["invalid_auth", "internal_error", 503])
async def test_a_start_without_slack_waits_for_it(
    slack: FakeSlack, failure: str | int, caplog: pytest.LogCaptureFixture
) -> None:
    slack.api.failures["auth.test"].extend([failure] * 3)
    async with having_bot(slack) as bot:
        await works(slack, bot)

    level = logging.ERROR if failure == "invalid_auth" else logging.WARNING
    assert [record.levelno for record in caplog.records if "Slack" in record.getMessage()].count(level) == 3


async def test_while_slack_is_down_answers_wait_and_nothing_is_done_twice() -> None:
    async with fake_slack(ack_within=0.2) as slack, having_bot(slack) as bot:
        slack.says(ADA, CHANNEL, "hello")
        await bot.idle()
        bot.queue.submit(Send(Target("slack", CHANNEL), "before"))
        await bot.idle()
        slack.api.down = True  # the socket goes first on delivering, as it did in outages of the Web API
        posted, _ = slack.says(ADA, CHANNEL, "#nova next accepted while down")
        slack.says(ADA, CHANNEL, "+seen olga")
        answer, command = slack.command(ADA, CHANNEL, "#nova next by a slash command")
        await command.acked.wait()
        await slack.goes_down()
        delivered = slack.says(ADA, CHANNEL, "#nova next said while down")[1]
        await eventually(lambda: len(bot.commands) == 2)
        assert (posted.reactions, slack.answers(answer), delivered.acked.is_set()) == ([], [], False)

        slack.comes_back()
        await bot.idle()

        assert posted.reactions == TICK
        assert slack.answers(answer) == ["Done."]
        assert slack.workspace.said(CHANNEL) == ["before", "olga never checked in anywhere."]
        assert bot.commands == [
            "#nova next accepted while down",
            "#nova next by a slash command",
            "#nova next said while down",
        ]
        assert slack.api.problems == []


async def test_a_web_api_that_fails_for_one_target_keeps_it_waiting_and_no_other(
    slack: FakeSlack, bot: SlackBot
) -> None:
    slack.api.failures["chat.postMessage"].extend([500, "internal_error"])
    slack.says(ADA, CHANNEL, "+seen olga")
    slack.tells(ADA, "seen grace")
    await bot.idle()

    assert slack.workspace.said(CHANNEL) == ["olga never checked in anywhere."]
    assert slack.workspace.told(ADA) == ["grace never checked in anywhere."]


async def test_where_slack_wants_us_to_wait_for_a_socket_that_is_done() -> None:
    async with fake_slack() as slack:
        slack.api.limits["apps.connections.open"] = 2.0
        async with having_bot(slack) as bot:
            await slack.sockets.kill()
            await bot.network.ready()
            opened = [call for call in slack.api.calls if call.method == "apps.connections.open"]

    assert [call.error for call in opened] == ["", "ratelimited", ""]
    assert opened[2].at - opened[1].at >= 2.0


async def test_through_an_outage_nothing_is_lost_and_nothing_done_or_said_twice(tmp_path: Path) -> None:
    assert await outage(tmp_path, 2.0, QUICK) == []
