"""Notifications for people who are away: kept for an hour, and told when they are back."""

import asyncio

import pytest

from ptgbot.core.messages import Send, Target
from ptgbot.delivery import SendQueue, away
from ptgbot.delivery.dropped import Reason
from tests.delivery.simulated import TimedNetwork, account, answer, nick, notification, sending, simulated


async def settled(queue: SendQueue) -> None:
    await queue.emptied()
    await asyncio.sleep(10)


@simulated
async def test_a_person_is_told_under_the_nick_that_they_have_now() -> None:
    network = TimedNetwork()
    network.nicks = {"irc/ada99": "ada|away"}
    async with sending(network) as queue:
        queue.submit(notification("x", to="ada", identity="irc/ada99"))
        queue.submit(answer("y", to="ada"))
        await queue.emptied()
    assert network.posted == [("ada", "y"), ("ada|away", "x")]


@simulated
async def test_whoever_is_away_gets_it_in_one_line_when_they_are_back_and_once() -> None:
    network = TimedNetwork()
    network.away = {"ada"}
    async with sending(network) as queue:
        for number in range(3):
            queue.submit(notification(f"n{number}", to="ada"))
            queue.submit(notification(f"n{number}", to="bob"))
            await settled(queue)
        assert network.posted == [("bob", "n0"), ("bob", "n1"), ("bob", "n2")]
        network.away.clear()
        queue.came("irc", nick("Ada"))
        queue.came("irc", nick("Ada"))
        await settled(queue)
        queue.came("irc", nick("Ada"))
        queue.submit(notification("n3", to="ada"))
        await settled(queue)
    assert network.posted[3:] == [("Ada", "While you were away: n0 · n1 · n2"), ("ada", "n3")]


@simulated
async def test_what_does_not_fit_in_one_line_goes_in_more_and_each_says_what_it_is() -> None:
    network = TimedNetwork(room=37)
    network.away = {"ada"}
    async with sending(network) as queue:
        for number in range(4):
            queue.submit(notification(f"text {number}"))
        await settled(queue)
        network.away.clear()
        queue.came("irc", nick("ada"))
        await queue.emptied()
    assert network.posted == [
        ("ada", "While you were away: text 0 · text 1"),
        ("ada", "While you were away: text 2 · text 3"),
    ]


@simulated
async def test_what_was_kept_goes_before_what_already_waits_for_the_same_person() -> None:
    network = TimedNetwork(burst=1, interval=10)
    network.away = {"ada"}
    async with sending(network) as queue:
        queue.submit(notification("old"))
        await settled(queue)
        network.away.clear()
        queue.submit(answer("x"))
        queue.submit(notification("new"))
        queue.came("irc", nick("ada"))
        await queue.emptied()
    assert network.posted == [("#ptg", "x"), ("ada", "While you were away: old"), ("ada", "new")]


@simulated
async def test_what_was_kept_is_for_the_account_or_for_whoever_has_the_nick_and_for_nobody_else() -> None:
    network = TimedNetwork()
    network.away = {"ada"}
    async with sending(network) as queue:
        queue.submit(notification("for the account", identity="irc/ada99"))
        queue.submit(notification("for the nick"))
        queue.submit(notification("for the account too", identity="irc/ada99"))
        await settled(queue)
        network.away.clear()
        queue.came("irc", account("bob", "bob"))
        queue.came("irc", account("eve", "ada"))
        await settled(queue)
        queue.came("irc", account("ada99", "countess"))
        await settled(queue)
    assert network.posted == [
        ("ada", "While you were away: for the nick"),
        ("countess", "While you were away: for the account · for the account too"),
    ]


@simulated
async def test_what_an_account_and_its_nick_are_told_comes_in_the_order_in_which_it_was_said() -> None:
    network = TimedNetwork()
    network.away = {"ada"}
    async with sending(network) as queue:
        for text, identity in (("one", "irc/ada99"), ("two", "irc/~ada"), ("three", "irc/ada99")):
            queue.submit(notification(text, identity=identity))
            await settled(queue)
        network.away.clear()
        queue.came("irc", account("ada99", "ada"))
        await queue.emptied()
    assert network.posted == [("ada", "While you were away: one · two · three")]


@simulated
async def test_what_was_kept_for_an_account_and_for_its_nick_too_is_told_once() -> None:
    network = TimedNetwork()
    network.away = {"ada"}
    async with sending(network) as queue:
        for text in ("one", "two", "two"):
            queue.submit(notification(text, identity="irc/~ada"))
            queue.submit(notification(text, identity="irc/ada99"))
            await settled(queue)
        queue.submit(notification("three", identity="irc/~ada"))
        await settled(queue)
        network.away.clear()
        queue.came("irc", account("ada99", "ada"))
        await queue.emptied()
    assert network.posted == [("ada", "While you were away: one · two · two · three")]


@simulated
async def test_after_an_hour_nothing_is_told_any_more(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    network = TimedNetwork()
    network.away = {"ada", "bob"}
    async with sending(network) as queue:
        queue.submit(notification("old"))
        queue.submit(notification("old too", to="bob"))
        await asyncio.sleep(1800)
        queue.submit(notification("newer"))
        await asyncio.sleep(1801)
        network.away.clear()
        queue.came("irc", nick("bob"))
        queue.came("irc", nick("ada"))
        await settled(queue)
    assert network.posted == [("ada", "While you were away: newer")]
    assert queue.dropped == {"irc": {Reason.AWAY: 2}}
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", "2 message(s) to irc not sent: those they were for did not come back in time.")
    ]


@simulated
async def test_who_leaves_again_before_they_were_told_is_told_next_time_and_the_hour_goes_on() -> None:
    network = TimedNetwork()
    network.away = {"ada"}
    async with sending(network) as queue:
        queue.submit(notification("x"))
        queue.submit(notification("y"))
        for _ in range(2):
            await asyncio.sleep(1000)
            queue.came("irc", nick("ada"))
        await asyncio.sleep(1000)
        network.away.clear()
        queue.came("irc", nick("ada"))
        await queue.emptied()
        network.away = {"bob"}
        queue.submit(notification("z", to="bob"))
        for _ in range(4):
            await asyncio.sleep(1000)
            queue.came("irc", nick("bob"))
        await asyncio.sleep(1)
    assert (network.posted, queue.dropped) == ([("ada", "While you were away: x · y")], {"irc": {Reason.AWAY: 1}})


@simulated
async def test_only_so_much_is_kept_for_one_person_and_for_so_many_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(away, "MOST_TEXTS", 3)
    monkeypatch.setattr(away, "MOST_PEOPLE", 2)
    network = TimedNetwork()
    network.away = {"ada", "bob", "cleo"}
    async with sending(network) as queue:
        queue.submit(notification("x", to="ada"))
        for number in range(4):
            queue.submit(notification(f"n{number}", to="bob"))
        await settled(queue)
        queue.submit(notification("y", to="cleo"))
        await settled(queue)
        network.away.clear()
        for name in ("ada", "bob", "cleo"):
            queue.came("irc", nick(name))
        await queue.emptied()
    assert network.posted == [("bob", "While you were away: n1 · n2 · n3"), ("cleo", "While you were away: y")]
    assert queue.dropped == {"irc": {Reason.MANY_AWAY: 2}}


@simulated
async def test_what_did_not_reach_somebody_is_kept_and_answers_are_not() -> None:
    network = TimedNetwork()
    async with sending(network) as queue:
        queue.submit(notification("old"))
        await asyncio.sleep(31)
        for text in ("one", "two"):
            queue.submit(notification(text))
            queue.submit(notification(text, to="bob"))
            await asyncio.sleep(5)
        queue.submit(answer("an answer", to="ada"))
        await queue.emptied()
        sent = len(network.posted)
        queue.missed(Target("irc", "ada"))
        queue.missed(Target("irc", "ada"))
        queue.came("irc", nick("bob"))
        await settled(queue)
        assert len(network.posted) == sent
        queue.came("irc", nick("ada"))
        await queue.emptied()
    assert network.posted[sent:] == [("ada", "While you were away: one · two")]


@simulated
async def test_who_had_another_nick_by_then_is_told_at_once() -> None:
    network = TimedNetwork()
    async with sending(network) as queue:
        queue.submit(notification("x", identity="irc/ada99"))
        queue.submit(notification("y", identity="irc/ada99"))
        await queue.emptied()
        network.nicks = {"irc/ada99": "countess"}
        queue.missed(Target("irc", "ada"))
        await queue.emptied()
    assert network.posted == [("ada", "x · y"), ("countess", "x · y")]


@simulated
async def test_of_several_people_to_whom_a_line_went_only_the_one_who_missed_it_gets_it_again() -> None:
    network = TimedNetwork()
    network.targets_at_once = 4
    async with sending(network) as queue:
        for name in ("ada", "bob"):
            queue.submit(notification("x", to=name))
        await queue.emptied()
        queue.missed(Target("irc", "bob"))
        queue.came("irc", nick("ada"))
        queue.came("irc", nick("bob"))
        await queue.emptied()
    assert network.posted == [("ada,bob", "x"), ("bob", "While you were away: x")]


@simulated
async def test_a_notification_for_nobody_in_particular_is_never_kept() -> None:
    network = TimedNetwork()
    async with sending(network) as queue:
        queue.submit(Send(Target("irc", "olga"), "x", notification("").priority))
        await queue.emptied()
        queue.missed(Target("irc", "olga"))
        queue.came("irc", nick("olga"))
        await settled(queue)
    assert network.posted == [("olga", "x")]
