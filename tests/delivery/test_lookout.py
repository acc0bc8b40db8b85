"""People of whom it is not known whether they are there are looked for, many at once, and nobody waits for that."""

import asyncio
from collections.abc import Iterable

import pytest

from ptgbot.core.messages import Target
from ptgbot.delivery.dropped import Reason
from tests.delivery.simulated import TimedNetwork, answer, nick, notification, sending, simulated


class Asked(TimedNetwork):
    """A network that takes a while to tell who is there.

    Args:
        takes: Seconds until it tells.
        most: People for whom it can be asked at once.
        gone: Who is not there.
    """

    def __init__(self, takes: float = 0.1, *, most: int = 3, gone: Iterable[str] = (), burst: int = 4) -> None:
        super().__init__(burst=burst)
        self.gone = set(gone)
        self.asked_at: list[float] = []
        self.error: Exception | None = None
        self._takes = takes
        self._most = most

    async def look_for(self, targets: Iterable[Target]) -> None:
        if self.error is not None:
            raise self.error
        self.asked_at.append(asyncio.get_running_loop().time() - 1000)
        asked = list(targets)[: self._most]
        await asyncio.sleep(self._takes)
        self.away |= self.gone & {target.name for target in asked}
        await super().look_for(asked)


@simulated
async def test_only_who_is_there_is_told_and_the_others_when_they_are_back() -> None:
    network = Asked(gone=["b", "d"])
    network.unknown = set("abcde")
    async with sending(network) as queue:
        for name in "abcde":
            queue.submit(notification("x", to=name))
        await queue.emptied()
        network.away.clear()
        queue.came("irc", nick("b"))
        await queue.emptied()
    assert network.looked_for == [["a", "b", "c"], ["d", "e"]]
    assert network.posted == [("a", "x"), ("c", "x"), ("e", "x"), ("b", "While you were away: x")]


@simulated
async def test_a_question_costs_as_much_as_a_line() -> None:
    network = Asked(takes=0.0, most=1, burst=1)
    network.unknown = {"a", "b"}
    async with sending(network) as queue:
        for name in "ab":
            queue.submit(notification("x", to=name))
        await queue.emptied()
    assert network.asked_at == [0, pytest.approx(1.4)]
    assert [round(time - 1000, 6) for time in network.times] == [0.7, 2.1]


@simulated
async def test_while_the_network_finds_out_answers_and_those_who_are_known_have_their_turn() -> None:
    network = Asked(takes=8)
    network.unknown = {"a", "b"}
    async with sending(network) as queue:
        for name in "axbyx":
            queue.submit(notification(f"for {name}", to=name))
        await asyncio.sleep(1)
        queue.submit(answer("an answer"))
        await asyncio.sleep(1)
        queue.submit(notification("later", to="z"))
        await asyncio.sleep(3)
        assert network.posted == [("x", "for x · for x"), ("y", "for y"), ("#ptg", "an answer"), ("z", "later")]
        await queue.emptied()
    assert network.posted[4:] == [("a", "for a"), ("b", "for b")]
    assert network.looked_for == [["a", "b"]]


@simulated
async def test_for_somebody_who_is_known_nobody_is_asked_for_first() -> None:
    network = Asked(takes=1)
    network.unknown = {"b"}
    async with sending(network) as queue:
        for name in "abc":
            queue.submit(notification("x", to=name))
        await queue.emptied()
    assert network.posted == [("a", "x"), ("c", "x"), ("b", "x")]


@simulated
async def test_what_waits_for_channels_and_answers_is_never_asked_for() -> None:
    network = Asked()
    network.unknown = {"#ptg", "ada"}
    async with sending(network) as queue:
        queue.submit(answer("x", to="ada"))
        queue.submit(answer("y"))
        await queue.emptied()
    assert (network.posted, network.looked_for) == ([("ada", "x"), ("#ptg", "y")], [])


@simulated
async def test_somebody_who_is_not_known_to_be_there_is_in_no_line_for_several() -> None:
    network = Asked(takes=5)
    network.targets_at_once = 4
    network.unknown = {"b"}
    async with sending(network) as queue:
        for name in "abc":
            queue.submit(notification("x", to=name))
        await queue.emptied()
    assert network.posted == [("a,c", "x"), ("b", "x")]


@simulated
async def test_when_the_link_is_lost_it_is_asked_again_once_it_is_back() -> None:
    network = Asked()
    network.unknown = {"a"}
    network.error = ConnectionError("down")
    async with sending(network) as queue:
        network.up.clear()
        queue.submit(notification("x", to="a"))
        await asyncio.sleep(5)
        network.up.set()
        await asyncio.sleep(5)
        assert network.posted == []
        network.error = None
        await queue.emptied()
    assert (network.posted, network.looked_for) == ([("a", "x")], [["a"]])


@simulated
async def test_where_it_cannot_be_found_out_everybody_is_told(caplog: pytest.LogCaptureFixture) -> None:
    network = Asked()
    network.unknown = {"a", "b"}
    network.error = RuntimeError("a mistake")
    async with sending(network) as queue:
        for name in "ab":
            queue.submit(notification("x", to=name))
        await queue.emptied()
    assert network.posted == [("a", "x"), ("b", "x")]
    assert [record.getMessage() for record in caplog.records] == [
        "Who is there on irc cannot be found out; going on without it."
    ]


@simulated
async def test_stopped_while_the_network_finds_out_the_queue_ends() -> None:
    network = Asked(takes=1000)
    network.unknown = {"a"}
    async with sending(network) as queue:
        queue.submit(notification("x", to="a"))
        await asyncio.sleep(1)
        assert len(asyncio.all_tasks()) > 1
    assert queue.dropped == {"irc": {Reason.STOPPED: 1}}
    assert len(asyncio.all_tasks()) == 1


@simulated
async def test_a_thousand_of_whom_a_tenth_is_there_are_told_at_the_pace_of_those() -> None:
    network = Asked(takes=0.2, most=40, gone=[f"p{number}" for number in range(1000) if number % 10])
    network.unknown = {f"p{number}" for number in range(1000)}
    async with sending(network) as queue:
        for number in range(1000):
            queue.submit(notification("x", to=f"p{number}"))
        await queue.emptied()
    assert [to for to, _ in network.posted] == [f"p{number}" for number in range(0, 1000, 10)]
    assert len(network.looked_for) == 25
    assert network.times[-1] - 1000 < 0.7 * (100 + 25) + 1
