"""``link`` and ``unlink``: who is one person on several networks."""

from collections.abc import Iterator
from typing import Any

import pytest

from ptgbot.core.commands import Door
from ptgbot.core.identity import Role
from ptgbot.features.history.model import HISTORY, TRACES
from ptgbot.features.linking.codes import GUESSES, LIFE, MOST, Codes
from ptgbot.features.linking.model import LINKS, Link
from ptgbot.features.presence.model import CHECKINS
from tests.delivery.simulated import account
from tests.fakes import FakeNetwork, SetClock
from tests.talk import CHANNEL, Talk, having, lacking, quick_talk

ADA: dict[str, Any] = {"account": "ada"}
SLACK: dict[str, Any] = {"account": "T1.U1", "network": "slack"}
OTHER: dict[str, Any] = {"account": "ada@example.org", "network": "xmpp"}
UNKNOWN = "I do not know that code, or it is too old. Say 'link' on the other network for a new one."
NOT_LINKED = "You are not linked with anybody."
ON_YOUR_OWN = "You are on your own here again; nothing else has changed."
LOG_IN = "I can only link you once you are logged in to this network. Log in, then say 'link' again."


@pytest.fixture
def bot() -> Iterator[Talk]:
    """A bot on three networks; what it says is checked to hold no code but where one is given."""
    made = quick_talk()
    made.networks["xmpp"] = FakeNetwork("xmpp")
    yield made
    assert [change.text for change in made.changes if "link" in change.text] == []


async def said(bot: Talk, name: str, text: str, who: dict[str, Any]) -> str:
    """Have somebody say something in private; return the one line that they get."""
    [(target, line)] = await bot.tell(name, text, **who)
    assert target == name
    return line


async def code_of(bot: Talk, name: str, who: dict[str, Any]) -> str:
    told = await said(bot, name, "link", who)
    code = told.split("'")[1].removeprefix("link ")
    how = f"Say 'link {code}' to me in private on the other network within 10 minutes, as yourself."
    assert told.startswith(how)
    return code


async def linked(bot: Talk) -> None:
    """Have Ada on IRC and Ada Lovelace in Slack be one person."""
    code = await code_of(bot, "ada", ADA)
    await said(bot, "Ada Lovelace", f"link {code}", SLACK)


def links(*members: tuple[str, str, str]) -> tuple[Link, ...]:
    return tuple(Link(identity, person, name) for identity, person, name in members)


async def test_a_code_from_one_network_said_on_another_makes_one_person(bot: Talk) -> None:
    before = bot.state
    code = await code_of(bot, "ada", ADA)
    assert bot.state == before
    assert await said(bot, "Ada Lovelace", f"link {code.lower()[:4]}-{code[4:]}", SLACK) == (
        "You and ada on irc are one person to me now."
    )
    pair = links(("irc/ada", "id1", "ada"), ("slack/T1.U1", "id1", "Ada Lovelace"))
    assert bot.state == having(before, LINKS, *pair)
    told = await said(bot, "Ada Lovelace", "link", SLACK)
    assert told.endswith(" You are linked with ada on irc already.")


async def test_a_code_counts_once(bot: Talk) -> None:
    code = await code_of(bot, "ada", ADA)
    await said(bot, "Ada Lovelace", f"link {code}", SLACK)
    before = bot.state
    assert await said(bot, "Eve", f"link {code}", {"account": "T1.U2", "network": "slack"}) == UNKNOWN
    assert bot.state == before


async def test_a_code_counts_for_ten_minutes_and_a_new_one_makes_the_old_void(bot: Talk) -> None:
    old = await code_of(bot, "ada", ADA)
    new = await code_of(bot, "ada", ADA)
    assert await said(bot, "Ada Lovelace", f"link {old}", SLACK) == UNKNOWN
    bot.clock.time += LIFE
    assert await said(bot, "Ada Lovelace", f"link {new}", SLACK) == UNKNOWN
    assert bot.state["links_of_people"] == {}


async def test_a_code_said_where_others_read_it_is_void(bot: Talk) -> None:
    code = await code_of(bot, "ada", ADA)
    [(target, line)] = await bot.say("Ada Lovelace", f"+link {code}", **SLACK)
    assert (target, line) == (
        CHANNEL,
        "Ada Lovelace: A code is for me alone: say it in a private message. That one is void now.",
    )
    assert await said(bot, "Ada Lovelace", f"link {code}", SLACK) == UNKNOWN
    [(_, line)] = await bot.say("Ada Lovelace", "+link ABCDEFGH", **SLACK)
    assert line == "Ada Lovelace: A code is for me alone: say it in a private message."
    assert bot.changes == []


async def test_a_code_is_given_in_private_wherever_it_is_asked_for(bot: Talk) -> None:
    [(target, line)] = await bot.say("ada", "+link", **ADA)
    assert (target, line[:10]) == ("ada", "Say 'link ")


async def test_whom_the_network_does_not_vouch_for_cannot_be_linked(bot: Talk) -> None:
    code = await code_of(bot, "ada", ADA)
    for text in ("link", f"link {code}"):
        assert await said(bot, "eve", text, {}) == LOG_IN
    assert await said(bot, "Ada Lovelace", f"link {code}", SLACK) == "You and ada on irc are one person to me now."


async def test_ones_own_code_is_for_the_other_network_and_stays_good(bot: Talk) -> None:
    code = await code_of(bot, "ada", ADA)
    assert await said(bot, "ada_afk", f"link {code}", ADA) == (
        "That is your own code from here: say it on the other network."
    )
    assert await said(bot, "Ada Lovelace", f"link {code}", SLACK) == "You and ada on irc are one person to me now."


async def test_whoever_guesses_has_a_few_tries_in_ten_minutes(bot: Talk) -> None:
    code = await code_of(bot, "ada", ADA)
    eve = {"account": "T1.U2", "network": "slack"}
    for number in range(GUESSES):
        assert await said(bot, "Eve", f"link GUESS{number}", eve) == UNKNOWN
    assert await said(bot, "Eve", f"link {code}", eve) == UNKNOWN
    bot.clock.time += LIFE
    code = await code_of(bot, "ada", ADA)
    assert await said(bot, "Eve", f"link {code}", eve) == "You and ada on irc are one person to me now."


def test_guesses_and_codes_take_no_more_memory_than_they_may() -> None:
    codes, clock = Codes(), SetClock()
    for number in range(MOST + 50):
        somebody = account(f"account{number}", "somebody")
        codes.give(somebody, clock.now())
        for _ in range(GUESSES * 3):
            assert codes.take("nonsense", somebody, clock.now()) is None
    assert (len(codes._given), len(codes._wrong)) == (MOST, MOST)
    assert {len(wrong) for wrong in codes._wrong.values()} == {GUESSES}


async def test_three_networks_are_one_person_in_whichever_order_they_are_linked(bot: Talk) -> None:
    await linked(bot)
    code = await code_of(bot, "Ada L.", OTHER)
    assert await said(bot, "ada", f"link {code}", ADA) == "You and Ada L. on xmpp are one person to me now."
    three = links(
        ("irc/ada", "id1", "ada"), ("slack/T1.U1", "id1", "Ada Lovelace"), ("xmpp/ada@example.org", "id1", "Ada L.")
    )
    assert list(bot.state["links_of_people"].values()) == sorted(three, key=lambda link: link.identity)
    told = await said(bot, "ada", "link", ADA)
    assert told.endswith(" You are linked with Ada Lovelace on slack, Ada L. on xmpp already.")


async def test_two_who_are_linked_already_become_one_person_of_all(bot: Talk) -> None:
    await linked(bot)
    phone = {"account": "ada_phone"}
    code = await code_of(bot, "phone", phone)
    await said(bot, "Ada L.", f"link {code}", OTHER)
    code = await code_of(bot, "phone", phone)
    await said(bot, "ada", f"link {code}", ADA)
    people = {link.identity: link.person for link in bot.state["links_of_people"].values()}
    assert people == dict.fromkeys(("irc/ada", "irc/ada_phone", "slack/T1.U1", "xmpp/ada@example.org"), "id2")


async def test_unlink_takes_one_out_and_leaves_nobody_linked_with_nobody(bot: Talk) -> None:
    await linked(bot)
    code = await code_of(bot, "Ada L.", OTHER)
    await said(bot, "ada", f"link {code}", ADA)
    three, two = bot.state, ("slack/T1.U1", "xmpp/ada@example.org")
    assert await said(bot, "ada", "unlink", ADA) == ON_YOUR_OWN
    assert bot.state == having(lacking(three, LINKS), LINKS, *(three["links_of_people"][key] for key in two))
    assert await said(bot, "Ada L.", "unlink", OTHER) == ON_YOUR_OWN
    assert bot.state == lacking(three, LINKS)
    for name, who in (("ada", ADA), ("Ada Lovelace", SLACK), ("Ada L.", OTHER)):
        assert await said(bot, name, "unlink", who) == NOT_LINKED


async def test_no_code_and_no_link_leaves_a_trace_in_the_history(bot: Talk) -> None:
    await linked(bot)
    await said(bot, "ada", "unlink", ADA)
    assert [(change.actor, change.text) for change in bot.changes] == [(None, "")] * 2
    assert (bot.store.view.all(HISTORY), bot.store.view.all(TRACES)) == ({}, {})


async def test_rights_check_ins_and_subscriptions_stay_apart(bot: Talk) -> None:
    await linked(bot)
    await bot.op("~requirevoice")
    assert await bot.say("ada", "#nova now cells", role=Role.MODERATOR, **ADA) == []
    [(_, refused)] = await bot.say("Ada Lovelace", "#nova now cells", **SLACK)
    assert refused.endswith(
        "You need voice (+v) or op in the channel for that at the moment; an op can give it to you."
    )
    await said(bot, "ada", "in #nova", ADA)
    assert await said(bot, "Ada Lovelace", "out", SLACK) == ("You never checked in anywhere: say 'in LOCATION' first.")
    assert await said(bot, "Ada Lovelace", "unsubscribe", SLACK) == "You have no subscription."


async def everything(bot: Talk) -> None:
    """Have Ada do on both networks what leaves something, and Bob too."""
    await linked(bot)
    await said(bot, "ada", "in #nova", ADA)
    await said(bot, "Ada Lovelace", "in the pub", SLACK)
    await said(bot, "Ada Lovelace", "subscribe cells", SLACK)
    await bot.say("Ada Lovelace", "#nova now cells", **SLACK)
    await bot.say("bob", "+in #docs")


ALL = [
    "Check-in of Ada Lovelace: the pub since 2026-11-23 10:00 CET.",
    "Subscription, sent to Ada Lovelace on slack: cells",
    "Linked as one person: Ada Lovelace on slack.",
    "History c6, 2026-11-23 10:00 CET, as Ada Lovelace: #nova now cells",
]
OF_IRC = ["Check-in of ada: #nova since 2026-11-23 10:00 CET.", "Linked as one person: ada on irc."]


async def test_my_data_tells_of_all_who_are_linked_from_each_of_them(bot: Talk) -> None:
    await everything(bot)
    assert [line for _, line in await bot.tell("Ada Lovelace", "my data", **SLACK)] == [*ALL, *OF_IRC]
    assert [line for _, line in await bot.tell("ada", "my data", **ADA)] == [*OF_IRC, *ALL]
    assert [line for _, line in await bot.tell("eve", "my data", account="eve")] == ["Nothing is stored about you."]


@pytest.mark.parametrize(("name", "who"), [("ada", ADA), ("Ada Lovelace", SLACK)])
async def test_forget_me_forgets_all_who_are_linked_and_the_link(bot: Talk, name: str, who: dict[str, Any]) -> None:
    await everything(bot)
    before = bot.state
    await bot.tell(name, "forget me yes", **who)
    forgotten = lacking(lacking(before, LINKS), CHECKINS, "irc/ada", "slack/T1.U1")
    kept = {key: c for key, c in before["checkins"].items() if key == "irc/~bob"}
    assert bot.state == {**forgotten, "checkins": kept, "subscriptions": {}}
    [purged] = bot.purged
    assert set(purged) >= {"irc/ada", "slack/T1.U1"}
    for somebody, whose in (("ada", ADA), ("Ada Lovelace", SLACK)):
        assert [line for _, line in await bot.tell(somebody, "my data", **whose)] == ["Nothing is stored about you."]


async def test_who_was_unlinked_is_told_of_and_forgotten_alone(bot: Talk) -> None:
    await everything(bot)
    await said(bot, "ada", "unlink", ADA)
    assert [line for _, line in await bot.tell("ada", "my data", **ADA)] == OF_IRC[:1]
    await bot.tell("ada", "forget me yes", **ADA)
    assert sorted(bot.state["checkins"]) == ["irc/~bob", "slack/T1.U1"]


def test_both_commands_are_for_everybody(bot: Talk) -> None:
    doors = {command.name: command.door for command in bot.registry.commands if "link" in command.name}
    assert doors == {"link": Door.USER, "unlink": Door.USER}
