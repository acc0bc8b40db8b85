"""Many patterns against one topic: the same as each of them by itself."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.changes import Cause, Change, Draft
from ptgbot.core.messages import Send
from ptgbot.features.subscriptions.matching import BUDGET, Matcher
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Subscription
from ptgbot.features.subscriptions.notifier import Notifier
from ptgbot.features.subscriptions.patterns import compile_pattern, pattern_problem
from tests.talk import Talk, quick_talk

WORDS = ["nova", "Cinder", "swift|nova", "cells? v[12]", ".", r"\d", "", "^#nova", "(no)?va", "ä", "a{2}", "now$"]
PATTERNS = st.sets(
    st.one_of(st.sampled_from(WORDS), st.text("no.|*()ä1", max_size=6)).filter(lambda p: not pattern_problem(p)),
    max_size=12,
)
TEXTS = st.one_of(
    st.sampled_from(["#nova now Cells v2", "#swift next ÄÄ 1", "#x now aaa"]), st.text("nova ä1", max_size=12)
)


def alone(pattern: str, text: str) -> bool:
    compiled = compile_pattern(pattern)
    return compiled is not None and compiled.search(text) is not None


@given(rounds=st.lists(st.tuples(PATTERNS, TEXTS), min_size=1, max_size=4), budget=st.sampled_from([0, 20_000, BUDGET]))
def test_those_are_found_that_match_by_themselves_whatever_there_was_before(
    rounds: list[tuple[set[str], str]], budget: int
) -> None:
    matcher = Matcher(budget)
    for patterns, text in rounds:
        list(matcher.follow(patterns))
        found = [pattern for pattern in matcher.find(text) if pattern is not None]
        assert sorted(found) == sorted(pattern for pattern in patterns if alone(pattern, text))


def test_a_pattern_that_is_gone_leaves_its_room_to_others() -> None:
    matcher = Matcher(20_000)  # room for two small ones
    for number in range(50):
        list(matcher.follow({f"nova{number}"}))
        assert list(matcher.find(f"#nova{number} now x")) == [f"nova{number}", None]
    assert len(matcher._compiled) == 1


def test_long_work_is_done_in_steps() -> None:
    matcher = Matcher()
    patterns = {f"nova.*{number}" for number in range(160)}
    assert list(matcher.follow(patterns)) == [None] * 10
    text = "#nova now " + " ".join(map(str, range(160)))
    for steps in (160, 10):  # to compile one is a step; then they are kept
        found = list(matcher.find(text))
        assert found.count(None) == steps
        assert set(found) - {None} == patterns


def subscribed(count: int) -> Talk:
    """Return a bot with that many subscribers, each with a pattern of their own."""
    bot = quick_talk()
    draft = Draft(bot.store.view)
    for number in range(count):
        draft.put(SUBSCRIPTIONS, Subscription(f"irc/~u{number}", "irc", f"u{number}", f"nova|x{number}"))
    bot.store.commit(draft.edits(), at=bot.clock.now(), cause=Cause.IMPORT)
    return bot


async def change_of(bot: Talk, text: str) -> Change:
    """Have something said, and return the Change that it made."""
    await bot.say("ada", text)
    return bot.changes[-1]


async def test_what_takes_long_lets_others_go_first_and_keeps_the_order_of_changes() -> None:
    bot = subscribed(100)
    first, second = await change_of(bot, "#nova now one"), await change_of(bot, "#nova now two")
    sent: list[Send] = []
    notifier = Notifier(bot.store.view, sent.append, slice_=0.0)
    notifier.changed(first)
    notifier.changed(second)
    assert len(sent) < 100
    turns = 0
    while notifier._task is not None:
        turns += 1
        await asyncio.sleep(0)
    assert turns > 100
    expected = [(f"u{number}", topic) for topic in ("one", "two") for number in range(100)]
    assert [(send.target.name, send.text.rpartition(" ")[2]) for send in sent] == expected


async def test_whoever_unsubscribes_or_subscribes_meanwhile_is_not_told() -> None:
    bot = subscribed(100)
    change = await change_of(bot, "#nova now one")
    sent: list[Send] = []
    notifier = Notifier(bot.store.view, sent.append, slice_=0.0)
    notifier.changed(change)
    await bot.say("u70", "+unsubscribe")
    await bot.say("u80", "+subscribe nova")
    await bot.say("eve", "+subscribe nova")
    while notifier._task is not None:
        await asyncio.sleep(0)
    assert {send.target.name for send in sent} == {f"u{number}" for number in range(100)} - {"u70", "u80"}


@pytest.mark.parametrize("slice_", [0.0, 60.0])
async def test_one_topic_that_goes_wrong_does_not_keep_the_next_ones_back(
    caplog: pytest.LogCaptureFixture, slice_: float
) -> None:
    bot = subscribed(40)
    first, second = await change_of(bot, "#nova now one"), await change_of(bot, "#nova now two")
    told: list[str] = []

    def submit(send: Send) -> None:
        if send.text.endswith("one"):
            raise RuntimeError("the queue is broken")
        told.append(send.target.name)

    notifier = Notifier(bot.store.view, submit, slice_)
    notifier.changed(first)
    notifier.changed(second)
    while notifier._task is not None:
        await asyncio.sleep(0)
    assert told == [f"u{number}" for number in range(40)]
    assert [record.getMessage() for record in caplog.records] == ["Some subscribers are not told of a topic."]


async def test_closing_gives_up_what_is_still_to_be_told() -> None:
    bot = subscribed(100)
    change = await change_of(bot, "#nova now one")
    sent: list[Send] = []
    notifier = Notifier(bot.store.view, sent.append, slice_=0.0)
    notifier.changed(change)
    await notifier.close()
    count = len(sent)
    await asyncio.sleep(0)
    assert len(sent) == count < 100
