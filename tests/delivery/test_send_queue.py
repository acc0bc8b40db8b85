"""The send queue: in which order, at which pace, and what becomes of what cannot be sent."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from ptgbot.core.messages import Priority, Send, Target
from ptgbot.delivery import SendQueue, send_queue
from tests.fakes import FakeNetwork


def answer(text: str, to: str = "#ptg") -> Send:
    return Send(Target("irc", to), text)


def notification(text: str, to: str = "ada") -> Send:
    return Send(Target("irc", to), text, Priority.NOTIFICATION)


@asynccontextmanager
async def sending(*networks: FakeNetwork) -> AsyncIterator[SendQueue]:
    queue = SendQueue(networks)
    running = asyncio.ensure_future(queue.run())
    try:
        yield queue
    finally:
        running.cancel()
        await asyncio.wait({running})


async def test_answers_go_before_notifications_and_each_in_order() -> None:
    network = FakeNetwork()
    network.up.clear()
    async with sending(network) as queue:
        for send in (notification("n1"), answer("a1"), notification("n2"), answer("a2")):
            queue.submit(send)
        network.up.set()
        await queue.emptied()
    assert network.posted == [("#ptg", "a1"), ("#ptg", "a2"), ("ada", "n1"), ("ada", "n2")]


async def test_an_answer_overtakes_notifications_that_are_waiting_for_their_turn() -> None:
    network = FakeNetwork(burst=1, interval=0.05)
    async with sending(network) as queue:
        for number in range(4):
            queue.submit(notification(f"n{number}"))
        while not network.posted:
            await asyncio.sleep(0)
        queue.submit(answer("a"))
        await queue.emptied()
    assert network.posted == [("ada", "n0"), ("#ptg", "a"), ("ada", "n1"), ("ada", "n2"), ("ada", "n3")]


async def test_after_a_burst_lines_keep_the_interval() -> None:
    network = FakeNetwork(burst=3, interval=0.04)
    times = []
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def post(target: Target, line: str) -> None:
        times.append(loop.time() - began)

    network.post = post  # type: ignore[method-assign]
    async with sending(network) as queue:
        for number in range(6):
            queue.submit(answer(str(number)))
        await queue.emptied()
    assert times[2] < 0.04
    assert all(later - earlier > 0.03 for earlier, later in pairwise(times[2:]))


async def test_many_notifications_do_not_make_the_bot_deaf() -> None:
    network = FakeNetwork(burst=4, interval=0.01)
    async with sending(network) as queue:
        for number in range(60):
            queue.submit(notification(f"n{number}", to=f"nick{number}"))
        queue.submit(answer("here"))
        while ("#ptg", "here") not in network.posted:
            await asyncio.sleep(0)
        assert len(network.posted) <= 5


async def test_a_long_text_goes_as_the_lines_that_the_network_carries() -> None:
    network = FakeNetwork(room=20)
    async with sending(network) as queue:
        queue.submit(answer("one two three four five six seven"))
        await queue.emptied()
    assert network.posted == [("#ptg", "one two three four"), ("#ptg", "five six seven")]


async def test_what_was_put_while_the_link_was_down_goes_out_afterwards() -> None:
    network = FakeNetwork()
    async with sending(network) as queue:
        network.up.clear()
        queue.submit(answer("a"))
        await asyncio.sleep(0)
        network.up.set()
        await queue.emptied()
    assert network.posted == [("#ptg", "a")]


async def test_a_line_that_failed_is_sent_again_and_none_is_sent_twice() -> None:
    network = FakeNetwork(room=20)
    tries = []

    async def post(target: Target, line: str) -> None:
        tries.append(line)
        if len(tries) == 2:
            raise ConnectionError("lost")
        network.posted.append((target.name, line))

    network.post = post  # type: ignore[method-assign]
    async with sending(network) as queue:
        queue.submit(answer("one one one two two two"))
        await queue.emptied()
    assert tries == ["one one one two two", "two", "two"]
    assert network.posted == [("#ptg", "one one one two two"), ("#ptg", "two")]


async def test_one_target_that_cannot_be_reached_does_not_hold_up_the_others() -> None:
    network = FakeNetwork()
    inside = asyncio.Event()

    async def post(target: Target, line: str) -> None:
        if target.name == "#left" and not inside.is_set():
            raise ConnectionError("not in that channel")
        network.posted.append((target.name, line))

    network.post = post  # type: ignore[method-assign]
    async with sending(network) as queue:
        queue.submit(answer("a", to="#left"))
        queue.submit(answer("b"))
        while not network.posted:
            await asyncio.sleep(0.01)
        inside.set()
        await queue.emptied()
    assert network.posted == [("#ptg", "b"), ("#left", "a")]


async def test_what_waited_five_minutes_for_the_link_is_dropped_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    network = FakeNetwork()
    network.up.clear()
    time = [0.0]
    queue = SendQueue([network], lambda: time[0])
    running = asyncio.ensure_future(queue.run())
    queue.submit(answer("old"))
    await asyncio.sleep(1.1)  # the queue looks once a second whether the link is down
    time[0] = send_queue.MAX_AGE + 1
    queue.submit(answer("new"))
    with caplog.at_level(logging.WARNING):
        network.up.set()
        await queue.emptied()
    running.cancel()
    await asyncio.wait({running})
    assert network.posted == [("#ptg", "new")]
    assert [record.getMessage() for record in caplog.records] == [
        "1 message(s) to irc not sent: the link was down too long."
    ]


async def test_a_message_that_cannot_be_sent_at_all_is_dropped_and_the_next_one_goes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    network = FakeNetwork()

    async def post(target: Target, line: str) -> None:
        if target.name == "a b":
            raise ValueError("no such target can be")
        network.posted.append((target.name, line))

    network.post = post  # type: ignore[method-assign]
    async with sending(network) as queue:
        with caplog.at_level(logging.ERROR):
            queue.submit(answer("x", to="a b"))
            queue.submit(answer("y"))
            await queue.emptied()
    assert network.posted == [("#ptg", "y")]
    assert len(caplog.records) == 1


async def test_beyond_the_limit_the_oldest_notifications_go_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_queue, "MAX_WAITING", 2)
    network = FakeNetwork()
    network.up.clear()
    async with sending(network) as queue:
        for number in range(4):
            queue.submit(notification(f"n{number}"))
        queue.submit(answer("a"))
        network.up.set()
        await queue.emptied()
    assert network.posted == [("#ptg", "a"), ("ada", "n2"), ("ada", "n3")]


async def test_each_network_has_its_own_pace() -> None:
    slow, fast = FakeNetwork("slow", burst=1, interval=10), FakeNetwork("fast")
    async with sending(slow, fast) as queue:
        for number in range(3):
            queue.submit(Send(Target("slow", "#a"), str(number)))
            queue.submit(Send(Target("fast", "#b"), str(number)))
        while len(fast.posted) < 3:
            await asyncio.sleep(0)
    assert (len(slow.posted), fast.posted) == (1, [("#b", "0"), ("#b", "1"), ("#b", "2")])


async def test_a_network_that_is_not_there_is_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    queue = SendQueue([])
    queue.submit(answer("a"))
    assert [record.getMessage() for record in caplog.records] == ["There is no network 'irc' to send to."]


async def test_nobody_waits_for_another_ones_many_answers() -> None:
    network = FakeNetwork(burst=1, interval=0.005)
    async with sending(network) as queue:
        for number in range(40):
            queue.submit(answer(f"help {number}", to="flooder"))
        queue.submit(answer("one", to="ada"))
        queue.submit(answer("two", to="ada"))
        await queue.emptied()
    assert network.posted[:4] == [("flooder", "help 0"), ("ada", "one"), ("flooder", "help 1"), ("ada", "two")]
    assert [line for to, line in network.posted if to == "flooder"] == [f"help {number}" for number in range(40)]
