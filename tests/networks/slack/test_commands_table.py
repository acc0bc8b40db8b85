"""The table of commands that every network is held against, through Slack as people use it."""

import re
from collections.abc import Awaitable, Callable

import pytest

from ptgbot.networks.slack.text import escape
from tests import commands_table
from tests.slack.bot import ADA, CHANNEL, OLGA, SlackBot, having_bot
from tests.slack.deliveries import Delivery
from tests.slack.fake import FakeSlack

USERS = {"ada": ADA, "olga": OLGA}
NAMES = {"ada": "Ada Lovelace", "olga": "Olga"}

Say = Callable[[FakeSlack, str, str, bool], Delivery]


def in_messages(slack: FakeSlack, user: str, text: str, private: bool) -> Delivery:
    return (slack.tells(user, text) if private else slack.says(user, CHANNEL, text))[1]


def in_threads(slack: FakeSlack, user: str, text: str, private: bool) -> Delivery:
    channel = slack.workspace.direct_with(user) if private else CHANNEL
    return slack.says(user, channel, text, thread=slack.workspace.post(channel, user, "?").ts)[1]


def by_slash_command(slack: FakeSlack, user: str, text: str, private: bool) -> Delivery:
    # There nothing is said among people: what has no sign is a command, which these are not.
    return slack.command(user, "C0ELSEWHERE", text if private or text[:1] in "#+~" else f"+{text}")[1]


def by_mention(slack: FakeSlack, user: str, text: str, private: bool) -> Delivery:
    return slack.tells(user, text)[1] if private else slack.mentions(user, CHANNEL, text)[1]


@pytest.mark.parametrize("say", [in_messages, in_threads, by_slash_command, by_mention])
async def test_every_command_leads_to_the_state_of_the_table(slack: FakeSlack, say: Say) -> None:
    async with having_bot(
        slack, sample=False, reminders=commands_table.OF_REMINDERS, openspaces=commands_table.OF_OPENSPACES
    ) as bot:
        bot.fetch = commands_table.fetch
        cast = {bot.key(user): f"<{who}>" for who, user in USERS.items()}
        cast |= {name: who for who, name in NAMES.items()}

        await commands_table.run_table(
            _saying(slack, bot, say), lambda: commands_table.snapshot(bot.store.view, cast, "slack"), NAMES
        )


def _saying(slack: FakeSlack, bot: SlackBot, say: Say) -> Callable[[str, str, bool], Awaitable[None]]:
    async def speak(who: str, text: str, private: bool) -> None:
        escaped = re.sub("@?Ada Lovelace", f"<@{ADA}>", escape(text))  # as people name somebody there
        delivery = say(slack, USERS[who], escaped, private)
        await bot.idle()
        assert delivery.attempts == 1, text

    return speak
