"""Section 4 of the reference: who is where."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ptgbot.core.documents import Visibility
from ptgbot.features.presence.model import CHECKINS, CheckIn, here
from tests.talk import CHANNEL, SAMPLE, Talk, having, quick_talk

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("+in #Nova", "#nova"),
        ("+in NOVA", "#nova"),
        ("#in nova", "#nova"),
        ("#IN The  Pub", "The Pub"),
        ("+in nova pub", "nova pub"),
    ],
)
async def test_somebody_checks_in_to_a_track_or_to_a_place_as_typed(bot: Talk, text: str, location: str) -> None:
    before = bot.state
    assert await bot.said("Ada", text) == f"You are checked in to {location}. Thanks! Say 'out' when you leave."
    assert bot.state == having(before, CHECKINS, CheckIn("irc/~ada", "Ada", location, NINE))


async def test_whoever_checks_in_again_is_somewhere_else(bot: Talk) -> None:
    before = bot.state
    await bot.say("ada", "+in #nova")
    bot.clock.forward(hours=1)
    await bot.said("ada", "+in the pub")
    assert bot.state == having(
        before, CHECKINS, CheckIn("irc/~ada", "ada", "the pub", datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    )
    assert here(bot.store.view, "nova") == []


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("+in", "'in' needs LOCATION: +in LOCATION"),
        ("+in #nava", "Unknown track 'nava'. Did you mean 'nova'?"),
        ("+in #", "Unknown track ''."),
        ("+out", "You never checked in anywhere: say 'in LOCATION' first."),
        ("+out now", "'out' takes nothing more: +out"),
        ("+seen", "'seen' needs NICK: +seen NICK"),
        ("+seen ada bob", "'seen' takes only NICK: +seen NICK"),
    ],
)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(bot: Talk, text: str, reply: str) -> None:
    before = bot.state
    assert await bot.said("ada", text) == reply
    assert (bot.state, bot.changes) == (before, [])


async def test_whoever_leaves_is_remembered_with_where_and_when(bot: Talk) -> None:
    before = bot.state
    await bot.say("Ada", "+in #nova")
    bot.clock.forward(hours=2)
    assert await bot.said("Ada", "#out") == "You are checked out of #nova. Thanks!"
    eleven = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    left = CheckIn("irc/~ada", "Ada", "#nova", NINE, eleven)
    assert bot.state == having(before, CHECKINS, left)
    assert await bot.said("Ada", "+out") == "You checked out of #nova already, at 12:00 CET."
    assert bot.state == having(before, CHECKINS, left)


async def test_seen_tells_where_and_since_when_and_from_where_and_when_somebody_left(bot: Talk) -> None:
    assert await bot.said("bob", "+seen ADA") == "ADA never checked in anywhere."
    await bot.say("Ada", "+in #nova")
    bot.clock.forward(minutes=5)
    assert await bot.said("bob", "#seen aDA") == "Ada is in #nova since 10:00 CET."
    await bot.say("Ada", "+out")
    assert await bot.said("bob", "+seen ada") == "Ada left #nova at 10:05 CET."
    bot.clock.forward(days=1)
    assert await bot.said("bob", "+seen ada") == "Ada left #nova at Mon 23 Nov 10:05 CET."


async def test_those_in_a_track_are_named_in_order_until_they_leave(bot: Talk) -> None:
    for nick, place in (("bob", "nova"), ("Ada", "#nova"), ("cleo", "nova pub")):
        await bot.say(nick, f"+in {place}")
    assert here(bot.store.view, "nova") == ["Ada", "bob"]
    await bot.say("bob", "+out")
    assert here(bot.store.view, "nova") == ["Ada"]


async def test_only_where_somebody_is_now_is_public(bot: Talk) -> None:
    await bot.say("ada", "+in #nova")
    there = bot.store.view.get(CHECKINS, "irc/~ada")
    assert there is not None
    assert CHECKINS.visible(there) is Visibility.PUBLIC
    await bot.say("ada", "+out")
    gone = bot.store.view.get(CHECKINS, "irc/~ada")
    assert gone is not None
    assert CHECKINS.visible(gone) is Visibility.MEMBERS


async def test_whoever_takes_the_nick_of_an_account_cannot_check_it_out(bot: Talk) -> None:
    await bot.say("ada", "+in #nova", account="ada")
    before = bot.state
    assert await bot.said("ada", "+out") == "You never checked in anywhere: say 'in LOCATION' first."
    assert bot.state == before
    assert await bot.said("other", "+out", account="ada") == "You are checked out of #nova. Thanks!"


async def test_a_check_in_from_before_a_login_is_still_ones_own(bot: Talk) -> None:
    before = bot.state
    await bot.say("ada", "+in #nova")
    assert await bot.said("ada", "+out", account="ada99") == "You are checked out of #nova. Thanks!"
    await bot.say("ada", "+in #docs", account="ada99")
    assert bot.state == having(before, CHECKINS, CheckIn("irc/ada99", "ada", "#docs", NINE))


async def test_the_check_in_follows_the_account_from_nick_to_nick_as_one_document(bot: Talk) -> None:
    ten = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    await bot.say("ada", "+in #nova", account="ada")
    assert bot.state["checkins"] == {"irc/ada": CheckIn("irc/ada", "ada", "#nova", NINE)}
    bot.clock.forward(hours=1)
    await bot.say("ada_afk", "+out", account="ada")
    assert bot.state["checkins"] == {"irc/ada": CheckIn("irc/ada", "ada_afk", "#nova", NINE, ten)}
    await bot.say("ada_afk", "+in #docs", account="ada")
    assert bot.state["checkins"] == {"irc/ada": CheckIn("irc/ada", "ada_afk", "#docs", ten)}
    assert await bot.said("bob", "+seen Ada_AFK") == "ada_afk is in #docs since 11:00 CET."
    assert await bot.said("bob", "+seen Ada") == "ada_afk (account ada) is in #docs since 11:00 CET."


async def test_what_is_under_a_nick_ends_with_out_and_becomes_the_accounts_only_if_that_has_nothing(bot: Talk) -> None:
    await bot.say("ada", "+in #nova")
    await bot.say("ada", "+out", account="ada99")
    assert bot.state["checkins"] == {"irc/ada99": CheckIn("irc/ada99", "ada", "#nova", NINE, NINE)}
    await bot.say("ada", "+in #docs")  # not logged in, or somebody else
    assert await bot.said("ada", "+out", account="ada99") == "You are checked out of #docs. Thanks!"
    await bot.say("ada_", "+in #swift", account="ada99")
    await bot.say("ada", "+in the pub")
    assert await bot.said("ada", "+out", account="ada99") == "You are checked out of #swift and the pub. Thanks!"
    assert bot.state["checkins"] == {
        "irc/~ada": CheckIn("irc/~ada", "ada", "the pub", NINE, NINE),
        "irc/ada99": CheckIn("irc/ada99", "ada", "#swift", NINE, NINE),
    }


async def test_seen_tells_the_account_from_whoever_took_its_nick(bot: Talk) -> None:
    await bot.say("ada", "+in #nova", account="ada")
    bot.clock.forward(hours=1)
    await bot.say("ada", "+in the pub")
    assert await bot.said("bob", "+seen ada") == (
        "ada (not logged in) is in the pub since 11:00 CET. ada (account ada) is in #nova since 10:00 CET."
    )
    bot.clock.forward(hours=1)
    await bot.say("ada_", "+in #docs", account="ada")
    assert await bot.said("bob", "+seen ada") == "ada_ (account ada) is in #docs since 12:00 CET."


async def test_where_nobody_is_vouched_for_a_nick_is_nothing_to_remark_upon(bot: Talk) -> None:
    await bot.say("ada", "+in #nova")
    assert await bot.said("bob", "+seen ada") == "ada is in #nova since 10:00 CET."
    await bot.say("cleo", "+in #docs", account="cleo")
    assert await bot.said("bob", "+seen ada") == "ada (not logged in) is in #nova since 10:00 CET."


async def test_a_check_in_that_a_file_brought_is_the_nicks() -> None:
    checked: dict[str, Any] = {"nick": "Foo[m]", "location": "#nova", "in": "2026-11-23 08:00:00", "out": None}
    bot = quick_talk({**SAMPLE, "last_check_in": {"foo[m]": checked}})
    # The network folds this nick in its own way: "[" is the capital of "{" there.
    assert await bot.said("Foo[m]", "+out", identity="foo{m}") == "You are checked out of #nova. Thanks!"
    assert await bot.said("bob", "+seen foo[M]") == "Foo[m] left #nova at 10:00 CET."


async def test_a_check_in_is_told_apart_from_a_private_message_by_nothing_but_where_the_answer_goes(bot: Talk) -> None:
    assert await bot.tell("ada", "in the pub") == [
        ("ada", "You are checked in to the pub. Thanks! Say 'out' when you leave.")
    ]
    assert await bot.say("ada", "+out") == [(CHANNEL, "ada: You are checked out of the pub. Thanks!")]


ADA: dict[str, Any] = {"account": "T1.U1", "network": "slack"}


@pytest.mark.parametrize("network", ["irc", "slack"])
@pytest.mark.parametrize("name", ["Ada Lovelace", "@Ada Lovelace", "@ada  LOVELACE", "ada lovelace"])
async def test_names_with_blanks_and_mentions_find_people(bot: Talk, name: str, network: str) -> None:
    await bot.say("Ada Lovelace", "+in #nova", **ADA)
    await bot.say("ada", "+in the pub")
    [(_, answer)] = await bot.say("bob", f"+seen {name}", network=network)
    assert answer == "bob: Ada Lovelace is in #nova since 10:00 CET."


async def test_a_mention_finds_a_nick_too(bot: Talk) -> None:
    await bot.say("ada", "+in the pub")
    assert await bot.said("bob", "+seen @ada") == "ada is in the pub since 10:00 CET."


@pytest.mark.parametrize(
    ("text", "network", "answer"),
    [
        ("+seen Ada Lovelace", "slack", "Ada Lovelace never checked in anywhere."),
        ("+seen @Ada Lovelace", "slack", "@Ada Lovelace never checked in anywhere."),
        ("+seen ada bob", "irc", "'seen' takes only NICK: +seen NICK"),
        ("+seen @", "irc", "@ never checked in anywhere."),
        ("+seen", "slack", "'seen' needs NICK: +seen NICK"),
    ],
)
async def test_who_is_not_found_is_named_as_they_were_asked_for(
    bot: Talk, text: str, network: str, answer: str
) -> None:
    assert await bot.say("bob", text, network=network) == [(CHANNEL, f"bob: {answer}")]


async def test_whoever_takes_a_display_name_has_nothing_of_its_owner(bot: Talk) -> None:
    await bot.say("Ada", "+in #nova", **ADA)
    await bot.say("ada", "+in the pub")
    before = bot.state
    eve: dict[str, Any] = {"account": "T1.U2", "network": "slack"}
    assert await bot.say("Ada", "+out", **eve) == [
        (CHANNEL, "Ada: You never checked in anywhere: say 'in LOCATION' first.")
    ]
    assert bot.state == before
