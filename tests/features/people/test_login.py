"""On a network that is set so, only those who are logged in give commands."""

from pathlib import Path

import pytest

from ptgbot.app import IRC, open_bot
from ptgbot.catalogue import EventRules
from ptgbot.config import Config
from ptgbot.core.identity import Actor, Identity, Role
from tests.talk import CHANNEL, Talk, quick_talk

HOW = "say /msg NickServ IDENTIFY PASSWORD"
FIRST = f"I take commands only from people who are logged in to this network: {HOW}. Then say it again, please."
AGAIN = f"Please log in first: {HOW}."


def closed(network: str = "irc") -> Talk:
    """Return a bot that takes commands on a network only from those who are logged in there."""
    bot = quick_talk()
    bot.dispatcher._rules = EventRules({network: HOW})
    return bot


async def test_whoever_is_not_logged_in_is_told_how_to_in_private_once() -> None:
    bot = closed()
    before = bot.state
    assert await bot.say("ada", "#nova now cells") == [("ada", FIRST)]
    for text in ("+in nova", "+seen ada", "#nova", "#nope now x", "+nonsense", "~log", "+my data", "+unsubscribe"):
        assert await bot.say("ada", text) == [("ada", AGAIN)]
    assert await bot.tell("ada", "hello") == [("ada", AGAIN)]
    assert await bot.say("olga", "~add gardening", role=Role.ORGANISER) == [("olga", FIRST)]
    assert (bot.state, bot.changes) == (before, [])


async def test_help_and_conversation_are_for_all() -> None:
    bot = closed()
    assert await bot.say("ada", "good morning") == []
    assert await bot.say("ada", "+help seen") == [
        (CHANNEL, "ada: +seen NICK: says where somebody is, or was last. It finds people by nick and by account.")
    ]
    assert await bot.said("ada", "+more") == "There is no more."


async def test_whoever_is_logged_in_is_taken_at_their_word() -> None:
    bot = closed()
    assert await bot.say("ada", "+in nova") == [("ada", FIRST)]
    assert await bot.said("ada", "+in nova", account="ada99") == (
        "You are checked in to #nova. Thanks! Say 'out' when you leave."
    )


async def test_it_is_a_setting_of_one_network() -> None:
    bot = closed("other")
    assert await bot.said("ada", "+out") == "You never checked in anywhere: say 'in LOCATION' first."


async def test_the_first_to_be_told_are_forgotten_before_they_are_too_many() -> None:
    bot = closed()
    for number in range(1000):
        await bot.say(f"n{number}", "+out")
    assert await bot.say("n0", "+out") == [("n0", AGAIN)]
    await bot.say("new", "+out")
    assert await bot.say("n0", "+out") == [("n0", AGAIN)]
    assert await bot.say("n1", "+out") == [("n1", FIRST)]


@pytest.mark.parametrize("required", [True, False])
async def test_the_configuration_says_whether_it_is_so(tmp_path: Path, required: bool) -> None:
    settings = {
        "irc_nick": "ptgbot", "irc_server": "irc.example.org", "irc_channel": CHANNEL, "irc_require_account": required,
        "site_dir": str(tmp_path / "site"), "db_filename": str(tmp_path / "data" / "ptg.json"),
    }  # fmt: skip
    bot = await open_bot(Config.model_validate(settings))
    try:
        refusal = bot.dispatcher._rules.refusal(Actor(Identity(IRC, "ada"), "ada"), None)
    finally:
        await bot.store.close()
    how = "say /msg NickServ IDENTIFY PASSWORD, or set up SASL in your client"
    expected = f"I take commands only from people who are logged in to this network: {how}. Then say it again, please."
    assert refusal == (expected if required else "")
