"""What waits while there is no link, and while one target cannot be reached."""

import asyncio

import pytest

from ptgbot.core.messages import Target
from ptgbot.delivery.dropped import Reason
from ptgbot.delivery.lane import MAX_AGE
from tests.delivery.simulated import TimedNetwork, answer, notification, sending, simulated


@simulated
async def test_what_was_put_while_the_link_was_down_goes_out_afterwards() -> None:
    network = TimedNetwork()
    async with sending(network) as queue:
        network.up.clear()
        queue.submit(answer("a"))
        await asyncio.sleep(MAX_AGE - 1)
        queue.submit(notification("n"))
        network.up.set()
        await queue.emptied()
    assert (network.posted, queue.dropped) == ([("#ptg", "a"), ("ada", "n")], {"irc": {}})


@simulated
async def test_what_waited_five_minutes_for_the_link_is_dropped_and_told_in_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    network = TimedNetwork()
    network.up.clear()
    async with sending(network) as queue:
        for number in range(1200):
            queue.submit(notification("old", to=f"nick{number}"))
        queue.submit(answer("old", asker="irc/~ada"))
        await asyncio.sleep(60)
        queue.submit(answer("newer", asker="irc/~ada"))
        await asyncio.sleep(MAX_AGE - 30)
        assert (caplog.records, queue.waiting("irc/~ada")) == ([], 1)
        network.up.set()
        await queue.emptied()
    assert (network.posted, queue.dropped) == ([("#ptg", "newer")], {"irc": {Reason.OUTAGE: 1201}})
    assert [record.getMessage() for record in caplog.records] == [
        "1201 message(s) to irc not sent: the link was down too long."
    ]


@simulated
async def test_a_long_outage_leaves_nothing_and_the_queue_is_empty() -> None:
    network = TimedNetwork()
    network.up.clear()
    async with sending(network) as queue:
        queue.submit(answer("old"))
        await queue.emptied()
        assert queue.dropped == {"irc": {Reason.OUTAGE: 1}}


@simulated
async def test_what_waits_for_its_turn_longer_than_that_is_not_dropped_for_a_short_outage() -> None:
    network = TimedNetwork(burst=1, interval=1)
    async with sending(network) as queue:
        for number in range(600):
            queue.submit(notification("n", to=f"nick{number}"))
        await asyncio.sleep(400)
        network.up.clear()
        await asyncio.sleep(MAX_AGE - 10)
        network.up.set()
        await queue.emptied()
    assert (len(network.posted), queue.dropped) == (600, {"irc": {}})


@simulated
async def test_a_line_that_failed_is_sent_again_and_none_is_sent_twice() -> None:
    class Losing(TimedNetwork):
        async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
            tries.append(line)
            if len(tries) == 2:
                raise ConnectionError("lost")
            return await super().post(target, line, ticket=ticket)

    tries: list[str] = []
    network = Losing(room=20)
    async with sending(network) as queue:
        for text in ("one one one two two two", "three", "four five"):
            queue.submit(answer(text, asker="irc/~ada"))
        await queue.emptied()
        assert queue.waiting("irc/~ada") == 0
    assert tries == ["one one one two two", "two · three", "two · three", "four five"]
    assert [line for _, line in network.posted] == ["one one one two two", "two · three", "four five"]


@simulated
async def test_what_was_merged_and_failed_is_merged_again_with_what_came_meanwhile() -> None:
    class Losing(TimedNetwork):
        async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
            tries.append(line)
            if len(tries) == 1:
                queue.submit(answer("c"))
                self.up.clear()
            return await super().post(target, line, ticket=ticket)

    tries: list[str] = []
    network = Losing()
    async with sending(network) as queue:
        queue.submit(answer("a"))
        queue.submit(answer("b"))
        await asyncio.sleep(20)
        network.up.set()
        await queue.emptied()
    assert (tries, network.posted) == (["a · b", "a · b · c"], [("#ptg", "a · b · c")])


class Kicked(TimedNetwork):
    """A network on which the bot is not in one of its channels."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        if target.name == "#left" and not self.inside:
            raise ConnectionError("not in that channel")
        return await super().post(target, line, ticket=ticket)


@simulated
async def test_one_target_that_cannot_be_reached_does_not_hold_up_the_others() -> None:
    network = Kicked()
    async with sending(network) as queue:
        queue.submit(answer("a", to="#left"))
        queue.submit(answer("b"))
        await asyncio.sleep(10)
        queue.submit(answer("c", to="#left"))
        assert network.posted == [("#ptg", "b")]
        await asyncio.sleep(MAX_AGE - 20)
        network.inside = True
        await queue.emptied()
    assert network.posted == [("#ptg", "b"), ("#left", "a · c")]


@simulated
async def test_what_waited_five_minutes_for_a_target_that_cannot_be_reached_is_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    network = Kicked()
    async with sending(network) as queue:
        queue.submit(answer("a", to="#left"))
        await asyncio.sleep(100)
        queue.submit(answer("b", to="#left"))
        await asyncio.sleep(MAX_AGE - 50)
        network.inside = True
        await queue.emptied()
    assert network.posted == [("#left", "b")]
    assert [record.getMessage() for record in caplog.records] == [
        "1 message(s) to irc not sent: the bot was not let into the channel for too long."
    ]
