"""Many at once, from the question to the line: at the default pace nobody waits for long, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from ptgbot.core.backlog import MOST_WAITING, Backlog
from ptgbot.core.messages import Message
from ptgbot.delivery import SendQueue
from tests.delivery.simulated import TimedNetwork, answer, nick, notification, sending, simulated
from tests.talk import CHANNEL, Talk, quick_talk

TOO_MANY = (
    "40 of your commands are still waiting, so I skip what you say now. "
    "Please wait for the answers, then say the rest again."
)


@asynccontextmanager
async def talking() -> AsyncIterator[tuple[Talk, TimedNetwork, SendQueue]]:
    """Give a bot whose answers go through a queue."""
    bot, network = quick_talk(), TimedNetwork()
    async with sending(network) as queue:
        bot.dispatcher._submit = queue.submit
        bot.dispatcher._backlog = Backlog(queue.waiting)
        yield bot, network, queue


def ask(bot: Talk, who: str, text: str, channel: str | None) -> None:
    bot.dispatcher.accept(Message("irc", nick(who), text, channel))


@simulated
@pytest.mark.parametrize(("channel", "to", "lead"), [(CHANNEL, CHANNEL, "ada: "), (None, "ada", "")])
async def test_thirty_questions_at_once_from_one_person_are_answered_within_five_seconds(
    channel: str | None, to: str, lead: str
) -> None:
    async with talking() as (bot, network, queue):
        for number in range(10, 40):
            ask(bot, "ada", f"+seen person{number}", channel)
        await queue.emptied()
    answers = [f"person{number} never checked in anywhere." for number in range(10, 40)]
    assert network.posted == [(to, lead + " · ".join(answers[n : n + 10])) for n in (0, 10, 20)]
    assert network.spans == [0, 0, 0]


@simulated
@pytest.mark.parametrize("channel", [CHANNEL, None])
async def test_thirty_questions_one_soon_after_the_other_are_answered_within_five_seconds(channel: str | None) -> None:
    async with talking() as (bot, network, queue):
        begun = asyncio.get_running_loop().time()
        for number in range(30):
            ask(bot, "ada", f"+in room {number}", channel)
            await asyncio.sleep(0.01)
        await queue.emptied()
        assert asyncio.get_running_loop().time() - begun < 5
    said = [line.removeprefix("ada: ") for _, line in network.posted]
    assert " · ".join(said) == " · ".join(
        f"You are checked in to room {number}. Thanks! Say 'out' when you leave." for number in range(30)
    )


@simulated
@pytest.mark.parametrize("pause", [0.0, 0.01])
@pytest.mark.parametrize(("channel", "sign"), [(CHANNEL, "+"), (None, "")])
async def test_thirty_times_the_same_list_is_answered_within_five_seconds_and_so_is_what_is_asked_next(
    channel: str | None, sign: str, pause: float
) -> None:
    async with talking() as (bot, network, queue):
        ask(bot, "bob", f"{sign}help", channel)
        await queue.emptied()
        listed = [line.removeprefix("bob: ") for _, line in network.posted]
        assert len(listed) > 1
        network.posted.clear()
        begun = asyncio.get_running_loop().time()
        for _ in range(30):
            ask(bot, "ada", f"{sign}help", channel)
            await asyncio.sleep(pause)
        ask(bot, "ada", f"{sign}seen bob", channel)
        await queue.emptied()
        assert asyncio.get_running_loop().time() - begun < 5
        assert queue.waiting("irc/~ada") == 0
    said = [line.removeprefix("ada: ") for _, line in network.posted]
    assert all(line in " · ".join(said) for line in listed)
    assert said[-1].endswith("bob never checked in anywhere.")


@simulated
async def test_thirty_lists_at_once_are_answered_within_five_seconds_and_one_alone_keeps_its_lines() -> None:
    async with talking() as (_, network, queue):
        for number in range(30):
            for line in range(3):
                queue.submit(replace(answer(f"{number}/{line}", "ada", asker="ada", apart=True), more=line < 2))
        assert queue.waiting("ada") == 30
        await queue.emptied()
        said = " · ".join(line for _, line in network.posted).split(" · ")
        assert said == [f"{number}/{line}" for number in range(30) for line in range(3)]
        assert network.spans[-1] < 5
        network.posted.clear()
        for line in range(3):
            queue.submit(replace(answer(f"line {line}", "ada", asker="ada", apart=True), more=line < 2))
        await queue.emptied()
    assert network.posted == [("ada", f"line {line}") for line in range(3)]


@simulated
async def test_an_answer_that_waits_already_goes_once_where_the_last_of_them_was_said() -> None:
    async with talking() as (_, network, queue):
        for text in ("in", "out", "in"):
            queue.submit(answer(text, asker="ada"))
        queue.submit(answer("in", asker="bob"))
        assert (queue.waiting("ada"), queue.waiting("bob")) == (2, 1)
        await queue.emptied()
    assert network.posted == [("#ptg", "out · in"), ("#ptg", "in")]


@simulated
async def test_whose_forty_answers_wait_to_be_sent_hears_it_once_and_all_that_was_accepted_is_answered() -> None:
    async with talking() as (bot, network, queue):
        network.up.clear()
        for number in range(MOST_WAITING + 60):
            ask(bot, "ada", f"+seen person{number}", CHANNEL)
        ask(bot, "bob", "+seen ada", CHANNEL)
        await asyncio.sleep(1)
        network.up.set()
        await queue.emptied()
        ask(bot, "ada", "+seen bob", CHANNEL)
        await queue.emptied()
    heard = [line.removeprefix("ada: ") for _, line in network.posted if line.startswith("ada: ")]
    assert heard[0] == TOO_MANY
    assert " · ".join(heard[1:]).split(" · ") == [
        *[f"person{number} never checked in anywhere." for number in range(MOST_WAITING)],
        "bob never checked in anywhere.",
    ]
    assert network.posted[1] == (CHANNEL, "bob: ada never checked in anywhere.")


@simulated
async def test_a_question_among_a_thousand_notifications_is_answered_by_the_next_line() -> None:
    async with talking() as (bot, network, queue):
        for number in range(1000):
            queue.submit(notification("now in #nova: cells", to=f"nick{number}"))
        latest = 0.0
        for number in range(20):
            await asyncio.sleep(17.3)
            asked, answer = (
                asyncio.get_running_loop().time(),
                (CHANNEL, f"ada: person{number} never checked in anywhere."),
            )
            ask(bot, "ada", f"+seen person{number}", CHANNEL)
            while answer not in network.posted:
                await asyncio.sleep(0.01)
            latest = max(latest, network.times[-1] - asked)
        assert latest <= 0.02  # one line is always left for it
        await queue.emptied()
    assert [to for to, _ in network.posted if to != CHANNEL] == [f"nick{number}" for number in range(1000)]
    assert network.spans[-1] == pytest.approx(0.7 * (1020 - 3))
