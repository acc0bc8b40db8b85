"""The send queue: in which order, at which pace, and what becomes of what cannot be sent."""

import asyncio

import pytest

from ptgbot.core.messages import Send, Target
from ptgbot.delivery import SendQueue, lane
from ptgbot.delivery.dropped import Reason
from tests.delivery.simulated import TimedNetwork, answer, notification, sending, simulated


@simulated
async def test_answers_go_before_notifications_and_each_in_order() -> None:
    network = TimedNetwork()
    async with sending(network) as queue:
        for send in (
            notification("n1"),
            answer("a1", apart=True),
            notification("n2", to="bob"),
            answer("a2", apart=True),
        ):
            queue.submit(send)
        await queue.emptied()
    assert network.posted == [("#ptg", "a1"), ("#ptg", "a2"), ("ada", "n1"), ("bob", "n2")]


@simulated
async def test_after_a_burst_lines_keep_the_interval_and_a_pause_allows_the_next_burst() -> None:
    network = TimedNetwork(burst=3, interval=2.0)
    async with sending(network) as queue:
        for number in range(5):
            queue.submit(answer(str(number), apart=True))
        await queue.emptied()
        await asyncio.sleep(10)
        for number in range(4):
            queue.submit(answer(str(number), apart=True))
        await queue.emptied()
    assert network.spans == [0, 0, 0, 2, 4, 14, 14, 14, 16]


@simulated
async def test_a_network_that_was_told_to_slow_down_is_believed_at_once() -> None:
    network = TimedNetwork(burst=2, interval=1.0)
    async with sending(network) as queue:
        for number in range(6):
            queue.submit(answer(str(number), apart=True))
        await asyncio.sleep(1.5)
        network.burst, network.interval = 1, 4.0
        await queue.emptied()
    assert network.spans[:3] == [0, 0, 1]
    assert [later - earlier for earlier, later in zip(network.spans[3:], network.spans[4:], strict=False)] == [4.0, 4.0]
    assert network.spans[3] > 3


@simulated
async def test_an_answer_is_the_next_line_while_a_thousand_notifications_drain() -> None:
    network = TimedNetwork()
    async with sending(network) as queue:
        for number in range(1000):
            queue.submit(notification("now in #nova: cells", to=f"nick{number}"))
        await asyncio.sleep(100)
        asked = asyncio.get_running_loop().time()
        queue.submit(answer("ada is in the pub."))
        while ("#ptg", "ada is in the pub.") not in network.posted:
            await asyncio.sleep(0.1)
        assert network.times[network.posted.index(("#ptg", "ada is in the pub."))] - asked <= 0.7
        await queue.emptied()
    assert [to for to, _ in network.posted if to != "#ptg"] == [f"nick{number}" for number in range(1000)]


@simulated
async def test_nobody_waits_for_another_ones_many_answers() -> None:
    network = TimedNetwork(burst=1, interval=1)
    async with sending(network) as queue:
        for number in range(6):
            queue.submit(answer(f"help {number}", to="flooder", apart=True))
        queue.submit(answer("one", to="ada", apart=True))
        queue.submit(answer("two", to="ada", apart=True))
        await queue.emptied()
    assert network.posted == [
        ("flooder", "help 0"),
        ("ada", "one"),
        ("flooder", "help 1"),
        ("ada", "two"),
        *[("flooder", f"help {number}") for number in range(2, 6)],
    ]


@simulated
async def test_in_a_channel_those_who_asked_take_turns_and_the_channel_takes_turns_with_others() -> None:
    network = TimedNetwork(room=36, burst=1, interval=1)
    async with sending(network) as queue:
        for number in range(3):
            queue.submit(answer(f"line {number} of the long list", lead="mallory: ", asker="irc/~mallory", apart=True))
        queue.submit(answer("here", lead="bob: ", asker="irc/~bob"))
        queue.submit(answer("private", to="cleo", asker="irc/~cleo"))
        await queue.emptied()
    assert network.posted == [
        ("#ptg", "mallory: line 0 of the long list"),
        ("cleo", "private"),
        ("#ptg", "bob: here"),
        ("#ptg", "mallory: line 1 of the long list"),
        ("#ptg", "mallory: line 2 of the long list"),
    ]


@simulated
async def test_a_long_text_goes_as_the_lines_that_the_network_carries() -> None:
    network = TimedNetwork(room=20)
    async with sending(network) as queue:
        queue.submit(answer("one two three four five six seven"))
        queue.submit(answer(" "))
        await queue.emptied()
    assert network.posted == [("#ptg", "one two three four"), ("#ptg", "five six seven")]


@simulated
async def test_an_answer_goes_between_the_lines_of_a_long_notification() -> None:
    network = TimedNetwork(room=20, burst=1, interval=1)
    async with sending(network) as queue:
        queue.submit(notification("one two three four five six seven"))
        await asyncio.sleep(0.5)
        queue.submit(answer("a"))
        queue.submit(notification("eight"))
        await queue.emptied()
    assert network.posted == [("ada", "one two three four"), ("#ptg", "a"), ("ada", "five six seven"), ("ada", "eight")]


@simulated
async def test_a_message_that_cannot_be_sent_at_all_is_dropped_and_the_next_one_goes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Strict(TimedNetwork):
        async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
            if target.name == "a b":
                raise ValueError("no such target can be")
            return await super().post(target, line, ticket=ticket)

        def split(self, send: Send) -> list[str]:
            if send.target.name == "c d":
                raise ValueError("no such target can be")
            return super().split(send)

    network = Strict()
    async with sending(network) as queue:
        for to in ("a b", "c d", "#ptg"):
            queue.submit(answer("x", to=to, asker="irc/~ada"))
        await queue.emptied()
    assert network.posted == [("#ptg", "x")]
    assert (queue.dropped, queue.waiting("irc/~ada")) == ({"irc": {Reason.BROKEN: 2}}, 0)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "A message to a b on irc was dropped."),
        ("ERROR", "A message to c d on irc was dropped."),
    ]


@simulated
async def test_beyond_the_limit_the_oldest_notifications_go_and_no_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(lane, "MOST_NOTIFICATIONS", 2)
    network = TimedNetwork()
    network.up.clear()
    async with sending(network) as queue:
        for number in range(4):
            queue.submit(notification(f"n{number}", to=f"nick{number}"))
            queue.submit(answer(f"a{number}", to=f"nick{number}"))
        await asyncio.sleep(1)
        network.up.set()
        await queue.emptied()
    assert network.posted == [
        *[(f"nick{number}", f"a{number}") for number in range(4)],
        ("nick2", "n2"),
        ("nick3", "n3"),
    ]
    assert queue.dropped == {"irc": {Reason.FULL: 2}}
    assert [record.getMessage() for record in caplog.records] == [
        "2 message(s) to irc not sent: too many were waiting."
    ]


@simulated
async def test_a_line_on_its_way_is_not_among_the_oldest_that_go(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(TimedNetwork):
        async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
            await asyncio.sleep(10)
            return await super().post(target, line, ticket=ticket)

    monkeypatch.setattr(lane, "MOST_NOTIFICATIONS", 2)
    network = Slow()
    async with sending(network) as queue:
        for number in range(4):
            queue.submit(notification(f"n{number}", to=f"nick{number}"))
            await asyncio.sleep(1)
        await queue.emptied()
    assert network.posted == [("nick0", "n0"), ("nick3", "n3")]
    assert queue.dropped == {"irc": {Reason.FULL: 2}}


@simulated
async def test_what_is_dropped_for_a_long_time_is_a_line_in_the_log_each_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(lane, "MOST_NOTIFICATIONS", 5)
    network = TimedNetwork(burst=1, interval=2)
    async with sending(network) as queue:
        for number in range(180):
            queue.submit(notification(f"n{number}", to=f"nick{number}"))
            await asyncio.sleep(1)
        await queue.emptied()
    counts = [int(record.getMessage().split()[0]) for record in caplog.records]
    assert (sum(counts), len(network.posted)) == (queue.dropped["irc"][Reason.FULL], 180 - sum(counts))
    assert len(counts) == 4


@simulated
async def test_each_network_has_its_own_pace() -> None:
    slow, fast = TimedNetwork(name="slow", burst=1, interval=10), TimedNetwork(name="fast", burst=9)
    async with sending(slow, fast) as queue:
        for number in range(3):
            queue.submit(Send(Target("slow", "#a"), str(number), apart=True))
            queue.submit(Send(Target("fast", "#b"), str(number), apart=True))
        await queue.emptied()
    assert (slow.spans, fast.spans) == ([0, 10, 20], [0, 0, 0])


@simulated
async def test_a_network_that_is_not_there_is_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    queue = SendQueue([])
    queue.submit(answer("a"))
    queue.missed(Target("irc", "ada"))
    assert [record.getMessage() for record in caplog.records] == ["There is no network 'irc' to send to."]


@simulated
async def test_how_many_commands_wait_is_counted_by_answers_and_not_by_their_lines() -> None:
    network = TimedNetwork(room=28, burst=1, interval=1)
    async with sending(network) as queue:
        target, ada = Target("irc", "ada"), "irc/~ada"
        for number in range(3):
            queue.submit(Send(target, f"line {number} of a long list", asker=ada, apart=True, more=number < 2))
        queue.submit(Send(target, "another", asker=ada))
        queue.submit(notification("not asked for"))
        assert (queue.waiting(ada), queue.waiting("irc/~bob")) == (2, 0)
        await asyncio.sleep(1.5)
        assert (len(network.posted), queue.waiting(ada)) == (2, 2)
        await asyncio.sleep(1)
        assert (len(network.posted), queue.waiting(ada)) == (3, 1)
        await queue.emptied()
        assert queue.waiting(ada) == 0


@simulated
async def test_when_the_bot_is_stopped_the_log_says_what_was_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    network = TimedNetwork(burst=1, interval=10)
    async with sending(network) as queue:
        for number in range(5):
            queue.submit(notification(f"n{number}", to=f"nick{number}"))
        await asyncio.sleep(1)
    assert [record.getMessage() for record in caplog.records] == ["4 message(s) to irc not sent: the bot was stopped."]
