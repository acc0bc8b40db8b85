"""No token, ticket, secret or response_url reaches the log, whatever level it has; nothing is left behind."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from ptgbot.networks.slack import SlackSettings
from tests.live.daemon import free_port
from tests.slack.bot import ADA, CHANNEL, OLGA, eventually, having_bot
from tests.slack.fake import SIGNING_SECRET, FakeSlack
from tests.slack.web_api import APP_TOKEN, BOT_TOKEN

SECRETS = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, "ticket=", "/response/answer-")


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All that is logged, on every level, by whomever."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


async def test_no_secret_is_logged_when_all_goes_well_and_when_all_fails(
    slack: FakeSlack, everything: pytest.LogCaptureFixture
) -> None:
    async with having_bot(slack) as bot:
        slack.says(ADA, CHANNEL, "+seen olga")
        slack.command(OLGA, CHANNEL, "~add first")
        slack.opens_home(ADA)
        await bot.idle()
        await slack.sockets.say_disconnect()
        await eventually(lambda: slack.sockets.opened == 2)
        slack.sockets.refusing = True
        await slack.sockets.kill()
        await eventually(lambda: "503" in everything.text)
        slack.api.failures["apps.connections.open"].extend(["invalid_auth", "internal_error"])
        slack.sockets.refusing = False
        await eventually(lambda: slack.sockets.count)
        for method in ("chat.postMessage", "reactions.add", "views.publish", "users.info"):
            slack.api.failures[method].extend(["invalid_auth", "unheard_of", 500])
        slack.says(ADA, CHANNEL, "+seen grace")
        slack.says(ADA, CHANNEL, "#nova now cells")
        slack.command(OLGA, CHANNEL, "~add second")
        slack.tells(OLGA, "seen ada")
        await bot.idle()
        await slack.goes_down()
        await eventually(
            lambda: len([record for record in everything.records if "connection" in record.getMessage()]) > 3
        )
    async with having_bot(slack, connected=False):
        await eventually(lambda: "cannot be reached" in everything.text)
    slack.comes_back()
    logged = "\n".join(
        [everything.text, *(f"{record.name} {record.getMessage()} {record.args}" for record in everything.records)]
    )

    assert [secret for secret in SECRETS if secret in logged] == []


async def test_no_secret_is_logged_in_http_mode(slack: FakeSlack, everything: pytest.LogCaptureFixture) -> None:
    port = free_port()
    async with having_bot(slack, mode="http", port=port, app_token="") as bot:
        _, payload = slack.command_payload(ADA, CHANNEL, "seen olga")
        for secret in (SIGNING_SECRET, "wrong"):
            await slack.push(f"http://127.0.0.1:{port}/slack/events", payload, secret=secret)
        await bot.idle()

    assert [secret for secret in SECRETS if secret in everything.text] == []


def test_no_secret_is_in_what_settings_look_like() -> None:
    shown = repr(SlackSettings(BOT_TOKEN, APP_TOKEN, SIGNING_SECRET))

    assert [secret for secret in SECRETS if secret in shown] == []


async def test_nothing_is_left_behind(slack: FakeSlack) -> None:
    # Sessions that are not closed are warnings, and those are errors here.
    before = asyncio.all_tasks()
    slack.api.delays["users.info"] = 0.5
    async with having_bot(slack) as bot:
        slack.says(ADA, CHANNEL, "+seen olga")
        slack.opens_home(ADA)
        await eventually(lambda: bot.network._people is not None and slack.sockets.deliveries)
    servers = {task for task in asyncio.all_tasks() if "web_protocol" in repr(task) or "tests/slack" in repr(task)}

    assert asyncio.all_tasks() - before - servers == set()
