"""Sections 3 and 4 of the reference: subscriptions and what they bring."""

import pytest

from ptgbot.core.messages import Priority, Send, Target
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Subscription
from tests.talk import CHANNEL, SAMPLE, Talk, having, quick_talk

NONE_YET = "there was no topic yet today"
EVERY = "It matches whatever is said: you will hear of every topic."


async def test_somebody_subscribes_sees_it_replaces_it_and_ends_it(bot: Talk) -> None:
    before = bot.state
    none = "You have no subscription. Say 'subscribe REGEX' to hear of topics that match."
    assert await bot.said("Ada", "+subscribe") == none
    assert await bot.said("Ada", "+subscribe Nova|cinder") == f"You are subscribed to: Nova|cinder ({NONE_YET})"
    held = Subscription("irc/~ada", "irc", "Ada", "Nova|cinder")
    assert bot.state == having(before, SUBSCRIPTIONS, held)
    assert await bot.said("Ada", "#subscribe") == "You are subscribed to: Nova|cinder"
    assert await bot.said("Ada", "#SUBSCRIBE a  b") == (f"You are subscribed to: a b (it was: Nova|cinder; {NONE_YET})")
    assert bot.state == having(before, SUBSCRIPTIONS, Subscription("irc/~ada", "irc", "Ada", "a b"))
    assert await bot.said("Ada", "#unsubscribe") == "Your subscription is gone (it was: a b)."
    assert bot.state == before
    assert await bot.said("Ada", "+unsubscribe") == "You have no subscription."


WHY = "because patterns are matched in one pass that no text can make slow"
AHEAD = "the words one after the other, as in 'nova.*cells'"
BEHIND = "it with what stands before as a part of it"


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("nova(?= cells)", f"a lookahead (?=…) is not possible here, {WHY}; try {AHEAD}"),
        (
            "nova(?! cells)",
            f"'not followed by' and 'not after' are not possible here, {WHY}; try to name what you do want",
        ),
        ("(?<=#)nova", f"a lookbehind (?<=…) is not possible here, {WHY}; try {BEHIND}"),
        (r"(no)va \1", f"a backreference is not possible here, {WHY}; try to write the words again"),
        ("cell++", "a possessive ++ is not possible here, and nothing is gained by one; try +"),
        ("(", "a ( is never closed: ("),
    ],
)
async def test_a_pattern_that_cannot_be_used_is_refused_with_the_reason(bot: Talk, pattern: str, reason: str) -> None:
    await bot.say("ada", "+subscribe nova")
    before = bot.state
    answer = await bot.said("ada", f"+subscribe {pattern}")
    assert answer == f"'{pattern}' is no pattern that I can use: {reason}. Plain words work too."
    assert bot.state == before


async def test_unsubscribe_takes_no_parameter(bot: Talk) -> None:
    assert await bot.said("ada", "+unsubscribe nova") == "'unsubscribe' takes nothing more: +unsubscribe"


@pytest.mark.parametrize(
    ("pattern", "text", "told"),
    [
        ("nova", "#nova now Cells", "now in #nova (Ballroom A): Cells"),
        ("#NOVA now", "#nova now Cells", "now in #nova (Ballroom A): Cells"),
        ("^#nova NEXT c.*s$", "#Nova  NEXT   Cells", "next in #nova: Cells"),
        ("cells", "#docs now Cells", "now in #docs: Cells"),
        (r"^#docs now \w+$", "#docs now Päivää", "now in #docs: Päivää"),
        ("STRASSE|zurück", "#docs now ZURÜCK", "now in #docs: ZURÜCK"),
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
    assert await bot.said("ada", "+subscribe docs", account="ada99") == (
        f"You are subscribed to: docs (it was: nova; {NONE_YET})"
    )
    assert bot.state["subscriptions"] == {"irc/ada99": Subscription("irc/ada99", "irc", "ada", "docs")}


async def test_the_answer_tells_of_todays_topics_that_would_have_matched_and_names_the_newest(bot: Talk) -> None:
    await bot.say("ada", "#nova now Yesterday's Cells")
    await bot.say("ada", "#docs next Guides")  # still next on the day after
    bot.clock.forward(hours=14)  # from 10:00 in Berlin to midnight
    for text in ("#nova now cells v1", "#nova next Cells v2", "#swift now rings", "#nova now Cells v2", "#nova clean"):
        await bot.say("ada", text)
    assert await bot.said("bob", "+subscribe cells") == (
        "You are subscribed to: cells (today it would have matched 2 of 4 topics, such as #nova now Cells v2)"
    )
    assert await bot.said("bob", "+subscribe ^#docs next") == (
        "You are subscribed to: ^#docs next"
        " (it was: cells; today it would have matched 1 of 4 topics, such as #docs next Guides)"
    )
    assert await bot.said("bob", "+subscribe keystone") == (
        "You are subscribed to: keystone (it was: ^#docs next; today it would have matched none of 4 topics)"
    )


async def test_one_topic_is_no_plural(bot: Talk) -> None:
    await bot.say("ada", "#nova now cells")
    assert await bot.said("bob", "+subscribe cells") == (
        "You are subscribed to: cells (today it would have matched 1 of 1 topic, such as #nova now cells)"
    )


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        (".", EVERY),
        ("x*", EVERY),
        ("#|nova", EVERY),
        ("/nova/i", "The slashes count as part of the pattern: leave them out, as in: subscribe nova"),
        ('"nova"', "The quotes count as part of the pattern: leave them out, as in: subscribe nova"),
        ("“nova cells”", "The quotes count as part of the pattern: leave them out, as in: subscribe nova cells"),
        (r"\bö", r"Beware: \b takes only a-z, 0-9 and _ for parts of words; try it without."),
    ],
)
async def test_a_pattern_that_does_what_few_people_want_is_taken_with_a_word_of_advice(
    bot: Talk, pattern: str, advice: str
) -> None:
    assert await bot.said("ada", f"+subscribe {pattern}") == f"You are subscribed to: {pattern} ({NONE_YET}). {advice}"
    assert bot.state["subscriptions"] == {"irc/~ada": Subscription("irc/~ada", "irc", "ada", pattern)}


async def test_a_notification_names_the_subscriber_so_that_it_finds_them_under_another_nick(bot: Talk) -> None:
    await bot.say("ada", "+subscribe nova", account="adal")
    await bot.say("tim", "+subscribe nova")
    await bot.say("bob", "#nova now cells")
    text = "now in #nova (Ballroom A): cells"
    assert bot.sent == [
        Send(Target("irc", "ada", "irc/adal"), text, Priority.NOTIFICATION),
        Send(Target("irc", "tim", "irc/~tim"), text, Priority.NOTIFICATION),
    ]


async def test_whoever_sets_a_topic_is_told_of_it_as_the_others_are(bot: Talk) -> None:
    await bot.say("ada", "+subscribe cells")
    assert await bot.say("ada", "#nova now cells") == [("ada", "now in #nova (Ballroom A): cells")]


async def test_the_subscription_follows_the_account_to_another_nick(bot: Talk) -> None:
    await bot.say("ada", "+subscribe nova", account="ada")
    assert await bot.said("ada_afk", "+subscribe", account="ada") == "You are subscribed to: nova"
    assert bot.state["subscriptions"] == {"irc/ada": Subscription("irc/ada", "irc", "ada_afk", "nova")}
    await bot.say("ada_away", "+subscribe docs", account="ada")
    assert bot.state["subscriptions"] == {"irc/ada": Subscription("irc/ada", "irc", "ada_away", "docs")}


async def test_a_subscription_from_before_a_login_becomes_the_accounts_once_it_is_asked_for(bot: Talk) -> None:
    await bot.say("ada", "+subscribe nova")
    assert await bot.said("ada", "+subscribe", account="ada99") == "You are subscribed to: nova"
    assert bot.state["subscriptions"] == {"irc/ada99": Subscription("irc/ada99", "irc", "ada", "nova")}
    assert await bot.said("ada", "+subscribe") == (
        "You have no subscription. Say 'subscribe REGEX' to hear of topics that match."
    )


async def test_of_two_subscriptions_neither_is_lost_until_the_account_says_which(bot: Talk) -> None:
    await bot.say("ada", "+subscribe nova", account="ada99")
    await bot.say("ada", "+subscribe docs")
    before = bot.state
    assert await bot.said("ada", "+subscribe", account="ada99") == "You are subscribed to: nova and docs"
    assert bot.state == before
    assert await bot.said("ada", "+unsubscribe", account="ada99") == (
        "Your subscription is gone (it was: nova and docs)."
    )
    assert bot.state["subscriptions"] == {}


async def test_a_notification_names_who_is_meant_by_identity_whatever_they_are_called(bot: Talk) -> None:
    # Where names are no addresses, ``Network.locate`` makes of the identity what the message goes to.
    await bot.say("Ada Lovelace", "+subscribe cells", account="T1.U1", network="slack")
    assert bot.state["subscriptions"] == {"slack/T1.U1": Subscription("slack/T1.U1", "slack", "Ada Lovelace", "cells")}
    await bot.say("bob", "#nova now cells")
    assert bot.sent == [
        Send(Target("slack", "Ada Lovelace", "slack/T1.U1"), "now in #nova (Ballroom A): cells", Priority.NOTIFICATION)
    ]


@pytest.mark.parametrize("pattern", ["nova/cinder", "/nova/cinder", '"', "don't", "//"])
async def test_slashes_and_quotes_that_are_not_around_a_pattern_need_no_advice(bot: Talk, pattern: str) -> None:
    assert await bot.said("ada", f"+subscribe {pattern}") == f"You are subscribed to: {pattern} ({NONE_YET})"
