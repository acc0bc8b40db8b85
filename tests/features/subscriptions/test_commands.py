"""Sections 3 and 4 of the reference: subscriptions and what they bring."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.messages import Priority
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Subscription, matches, pattern_problem
from tests.talk import CHANNEL, SAMPLE, Talk, having, quick_talk


async def test_somebody_subscribes_sees_it_replaces_it_and_ends_it(bot: Talk) -> None:
    before = bot.state
    none = "You have no subscription. Say 'subscribe REGEX' to hear of topics that match."
    assert await bot.said("Ada", "+subscribe") == none
    assert await bot.said("Ada", "+subscribe Nova|cinder") == "You are subscribed to: Nova|cinder"
    held = Subscription("irc/~ada", "irc", "Ada", "Nova|cinder")
    assert bot.state == having(before, SUBSCRIPTIONS, held)
    assert await bot.said("Ada", "#subscribe") == "You are subscribed to: Nova|cinder"
    assert await bot.said("Ada", "#SUBSCRIBE a  b") == "You are subscribed to: a b (it was: Nova|cinder)"
    assert bot.state == having(before, SUBSCRIPTIONS, Subscription("irc/~ada", "irc", "Ada", "a b"))
    assert await bot.said("Ada", "#unsubscribe") == "Your subscription is gone (it was: a b)."
    assert bot.state == before
    assert await bot.said("Ada", "+unsubscribe") == "You have no subscription."


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "missing ): ("),
        ("*x", "no argument for repetition operator: *"),
        ("(?=x)", "invalid perl operator: (?="),
        ("x" * 401, "it is longer than 400 characters"),
        (r"\pL{1000}", "pattern too large - compile failed"),
    ],
)
async def test_a_pattern_that_cannot_be_used_is_refused_with_the_reason(bot: Talk, pattern: str, reason: str) -> None:
    await bot.say("ada", "+subscribe nova")
    before = bot.state
    sends = await bot.say("ada", f"+subscribe {pattern}")
    assert sends[-1][1].removeprefix("ada: ").replace("…", "").endswith(". Plain words work too.")
    assert pattern_problem(pattern) == reason
    assert bot.state == before


def test_half_a_character_is_no_pattern() -> None:
    assert pattern_problem("\ud800") == "it holds half of a character"


async def test_unsubscribe_takes_no_parameter(bot: Talk) -> None:
    assert await bot.said("ada", "+unsubscribe nova") == "'unsubscribe' takes nothing more: +unsubscribe"


@pytest.mark.parametrize(
    ("pattern", "text", "told"),
    [
        ("nova", "#nova now Cells", "now in #nova (Ballroom A): Cells"),
        ("#NOVA now", "#nova now Cells", "now in #nova (Ballroom A): Cells"),
        ("^#nova NEXT c.*s$", "#Nova  NEXT   Cells", "next in #nova: Cells"),
        ("cells", "#docs now Cells", "now in #docs: Cells"),
    ],
)
async def test_a_topic_that_matches_is_told_in_private(bot: Talk, pattern: str, text: str, told: str) -> None:
    await bot.say("Sam", f"+subscribe {pattern}")
    sends = await bot.say("ada", text)
    assert ("Sam", told) in sends
    assert [(s.target.name, s.priority) for s in bot.sent if s.text == told] == [("Sam", Priority.NOTIFICATION)]


@pytest.mark.parametrize("text", ["#nova clean", "#nova location here", "#neutron now other", "#nova now", "+in nova"])
async def test_nothing_else_is_told(bot: Talk, text: str) -> None:
    await bot.say("sam", "+subscribe nova now")
    await bot.say("ada", text)
    assert [send for send in bot.sent if send.target.name == "sam"] == []


async def test_each_matching_subscriber_is_told_once(bot: Talk) -> None:
    for nick, pattern in (("sam", "nova"), ("tim", "cells|nova"), ("una", "swift")):
        await bot.say(nick, f"+subscribe {pattern}")
    assert await bot.say("ada", "#nova now cells") == [
        ("sam", "now in #nova (Ballroom A): cells"),
        ("tim", "now in #nova (Ballroom A): cells"),
    ]


async def test_what_an_import_brings_notifies_nobody(bot: Talk) -> None:
    await bot.say("sam", "+subscribe .")
    bot.pages["https://example.org/x"] = b'{"now": {"nova": "imported"}, "next": {"nova": ["a", "b"]}}'
    assert await bot.op("~fetchdb https://example.org/x") == [(CHANNEL, "olga: Imported https://example.org/x.")]
    assert await bot.op("~newday") == []


async def test_a_subscription_leaves_no_trace_of_who_typed_what(bot: Talk) -> None:
    await bot.tell("ada", "subscribe secret")
    [change] = bot.changes
    assert (change.actor, change.text, change.subject) == (None, "", "")


async def test_whoever_takes_the_nick_of_an_account_has_not_got_its_subscription(bot: Talk) -> None:
    await bot.say("ada", "+subscribe nova", account="ada")
    before = bot.state
    assert await bot.said("ada", "+unsubscribe") == "You have no subscription."
    assert bot.state == before
    assert await bot.said("other", "+subscribe", account="ada") == "You are subscribed to: nova"


async def test_a_subscription_from_before_a_login_or_of_a_file_is_still_ones_own() -> None:
    bot = quick_talk({**SAMPLE, "subscriptions": {"Ada": "nova", "bob": None}})
    assert await bot.said("ada", "+subscribe", account="ada99") == "You are subscribed to: nova"
    assert await bot.said("ada", "+subscribe docs", account="ada99") == "You are subscribed to: docs (it was: nova)"
    assert bot.state["subscriptions"] == {"irc/ada99": Subscription("irc/ada99", "irc", "ada", "docs")}


@given(st.text(max_size=450), st.text(max_size=200))
def test_any_pattern_has_a_problem_or_can_be_matched(pattern: str, text: str) -> None:
    if not pattern_problem(pattern):
        matches(pattern, text)
