"""On a network that is set so, only those who are logged in give commands."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ptgbot.app import open_bot
from ptgbot.catalogue import EventRules
from ptgbot.config import Config
from ptgbot.core.backlog import MOST_WAITING, Backlog
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.features.people.login import LoginRule
from ptgbot.wiring import IRC
from tests.talk import CHANNEL, Talk, quick_talk

HOW = "say /msg NickServ IDENTIFY PASSWORD"
FIRST = f"I take commands only from people who are logged in to this network: {HOW}. Then say it again, please."
AGAIN = f"Please log in first: {HOW}."


def closed(network: str = "irc", *, seconds: Callable[[], float] = time.monotonic) -> Talk:
    """Return a bot that takes commands on a network only from those who are logged in there."""
    bot = quick_talk()
    rules = EventRules()
    rules._login = LoginRule({network: HOW}, seconds)
    bot.dispatcher._rules = rules
    return bot


async def test_whoever_is_not_logged_in_is_told_how_to_in_private_once() -> None:
    clock = itertools.count(step=30.0)
    bot = closed(seconds=lambda: next(clock))
    before = bot.state
    assert await bot.say("ada", "#nova now cells") == [("ada", FIRST)]
    for text in ("+in nova", "+seen ada", "#nova", "#nope now x", "+nonsense", "~log", "+my data", "+unsubscribe"):
        assert await bot.say("ada", text) == [("ada", AGAIN)]
    assert await bot.tell("ada", "hello") == [("ada", AGAIN)]
    assert await bot.say("olga", "~add gardening", role=Role.ORGANISER) == [("olga", FIRST)]
    assert (bot.state, bot.changes) == (before, [])


async def test_whoever_goes_on_hears_it_once_in_half_a_minute_and_nobody_else_hears_of_it() -> None:
    now = 1000.0
    bot = closed(seconds=lambda: now)
    before = bot.state
    assert [await bot.say("ada", "+in nova") for _ in range(60)] == [[("ada", FIRST)], *[[]] * 59]
    now += 29.9
    assert await bot.say("ada", "+in nova") == []
    now += 0.1
    assert [await bot.say("ada", "+in nova") for _ in range(2)] == [[("ada", AGAIN)], []]
    assert (bot.state, bot.changes) == (before, [])


async def test_that_commands_are_skipped_is_told_in_private() -> None:
    bot = closed()
    bot.dispatcher._backlog = Backlog(lambda person: MOST_WAITING)
    [(to, _)] = [line for _ in range(3) for line in await bot.say("ada", "+help")]
    assert to == "ada"


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
    now = 1000.0
    bot = closed(seconds=lambda: now)
    for number in range(1000):
        await bot.say(f"n{number}", "+out")
    now += 30
    assert await bot.say("n0", "+out") == [("n0", AGAIN)]
    await bot.say("new", "+out")
    now += 30
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
    assert refusal == (expected if required else None)
