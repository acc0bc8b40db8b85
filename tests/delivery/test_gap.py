"""Networks that want some time between two messages to one target, and say so when it is too little."""

import asyncio
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.messages import Priority, Send, Target
from ptgbot.core.protocols import TooFast
from ptgbot.delivery import SendQueue
from ptgbot.delivery.lane import MAX_AGE
from tests.delivery.simulated import TimedNetwork, answer, notification, sending, simulated


class Slow(TimedNetwork):
    """A network with a gap, and with a list of what it refuses for how long."""

    def __init__(self, *, gap: float = 1.0, room: int = 400) -> None:
        super().__init__(room=room, burst=100, interval=0.0)
        self.gap = gap
        self.joint = "\n"
        self.refusals: dict[str, list[float]] = defaultdict(list)
        self.refused: list[tuple[float, str]] = []

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        if self.refusals[target.name]:
            self.refused.append((asyncio.get_running_loop().time() - 1000, target.name))
            raise TooFast(self.refusals[target.name].pop(0))
        return await super().post(target, line, ticket=ticket)

    @property
    def timed(self) -> list[tuple[float, str, str]]:
        """What was posted where, and how many seconds after the start."""
        return [(round(at - 1000, 3), *line) for at, line in zip(self.times, self.posted, strict=True)]


def idle(queue: SendQueue) -> bool:
    """Return whether the queue of IRC remembers nothing of what it sent."""
    lane = queue._lanes["irc"]
    return not lane._resting and not lane._begun and not lane._commands and not any(map(len, lane._turns.values()))


async def through(queue: SendQueue, seconds: float = 60.0) -> None:
    """Have all go out, and all that rests come back."""
    await queue.emptied()
    await asyncio.sleep(seconds)
    assert idle(queue)


@simulated
async def test_between_two_messages_to_one_target_is_the_gap_and_others_go_meanwhile() -> None:
    network = Slow()
    async with sending(network) as queue:
        for number in range(3):
            queue.submit(answer(f"a{number}", "#a", apart=True))
            queue.submit(answer(f"b{number}", "#b", apart=True))
        await through(queue)
    assert network.timed == [
        *[(0.0, "#a", "a0"), (0.0, "#b", "b0")],
        *[(1.0, "#a", "a1"), (1.0, "#b", "b1")],
        *[(2.0, "#a", "a2"), (2.0, "#b", "b2")],
    ]


@simulated
async def test_what_waits_meanwhile_goes_out_as_one_message() -> None:
    network = Slow()
    async with sending(network) as queue:
        queue.submit(answer("first", "ada"))
        await asyncio.sleep(0.1)
        for number in range(5):
            queue.submit(notification(f"n{number}"))
        await through(queue)
    assert network.timed[0] == (0.0, "ada", "first")
    # The fake network reads any blank as one, so that the lines stand beside each other.
    assert [(to, line) for _, to, line in network.timed[1:]] == [("ada", "n0 n1 n2 n3 n4")]


@simulated
async def test_a_person_is_one_target_under_any_name_and_for_answers_and_notifications_alike() -> None:
    network = Slow()
    network.nicks["irc/~ada"] = "U1"
    async with sending(network) as queue:
        queue.submit(notification("told", "Ada Lovelace", identity="irc/~ada"))
        await asyncio.sleep(0.1)
        queue.submit(Send(Target("irc", "U1", "irc/~ada"), "answered"))
        await through(queue)
    assert network.timed == [(0.0, "U1", "told"), (1.0, "U1", "answered")]


@simulated
async def test_the_parts_of_a_long_text_keep_the_gap_and_their_order() -> None:
    network = Slow(room=24)  # words of up to six characters
    async with sending(network) as queue:
        queue.submit(answer("one two three four five six seven eight nine ten eleven", "#a", lead="ada: "))
        queue.submit(answer("after", "#a"))
        queue.submit(answer("other", "#b"))
        await through(queue)
    assert network.timed == [
        (0.0, "#a", "ada: one two three four"),
        (0.0, "#b", "other"),
        (1.0, "#a", "five six seven eight"),
        (2.0, "#a", "nine ten eleven"),
        (3.0, "#a", "after"),
    ]


@simulated
async def test_a_network_that_asks_to_wait_gets_the_same_again_after_that_and_others_go_meanwhile() -> None:
    network = Slow()
    network.refusals["#a"] = [30.0, 5.0]
    async with sending(network) as queue:
        queue.submit(answer("a0", "#a", apart=True))
        queue.submit(answer("a1", "#a", apart=True))
        queue.submit(answer("b0", "#b"))
        await through(queue)
    assert network.refused == [(0.0, "#a"), (30.0, "#a")]
    assert network.timed == [(0.0, "#b", "b0"), (35.0, "#a", "a0"), (36.0, "#a", "a1")]


@simulated
async def test_what_has_to_wait_long_is_neither_dropped_nor_forgotten_to_be_counted() -> None:
    network = Slow()
    network.refusals["#a"] = [100.0] * 5
    async with sending(network) as queue:
        queue.submit(answer("a0", "#a", asker="irc/~ada"))
        queue.submit(Send(Target("irc", "#a"), "told", Priority.NOTIFICATION))
        await asyncio.sleep(MAX_AGE + 50)
        assert queue.waiting("irc/~ada") == 1
        await through(queue)
        assert queue.waiting("irc/~ada") == 0
    assert network.timed == [(500.0, "#a", "a0"), (501.0, "#a", "told")]
    assert queue.dropped == {"irc": {}}


@simulated
async def test_a_target_that_cannot_be_reached_is_not_tried_before_its_rest_is_over() -> None:
    network = Slow()
    network.refusals["#a"] = [30.0]
    async with sending(network) as queue:
        queue.submit(answer("a0", "#a"))
        await asyncio.sleep(0.1)
        queue._lanes["irc"]._set_aside(queue._lanes["irc"]._turns[Priority.ANSWER], ["#a"])
        await through(queue)
    assert network.timed == [(30.0, "#a", "a0")]


@simulated
async def test_an_outage_in_the_midst_of_a_rest_loses_nothing() -> None:
    network = Slow(room=24)
    async with sending(network) as queue:
        queue.submit(answer("one two three four five six seven", "#a"))
        await asyncio.sleep(0.5)
        network.up.clear()
        await asyncio.sleep(20)
        queue.submit(answer("later", "#a"))
        network.up.set()
        await through(queue)
    assert [line for _, _, line in network.timed] == ["one two three four five", "six seven", "later"]


def bulletin(text: str, key: str, channel: str = "#a") -> Send:
    return Send(Target("irc", channel, via=f"bulletin:{key}"), text, Priority.NOTIFICATION, key=key, apart=True)


@simulated
async def test_of_what_waits_under_one_key_only_the_newest_goes_out() -> None:
    network = Slow()
    async with sending(network) as queue:
        for number in range(10):
            queue.submit(bulletin(f"nova {number}", "nova"))
            queue.submit(bulletin(f"swift {number}", "swift"))
            queue.submit(bulletin(f"other {number}", "nova", "#b"))
        await through(queue)
    assert network.timed == [(0.0, "#a", "nova 9"), (0.0, "#b", "other 9"), (1.0, "#a", "swift 9")]
    assert queue.dropped == {"irc": {}}


@simulated
async def test_what_is_new_while_its_predecessor_is_out_follows_it() -> None:
    network = Slow()
    async with sending(network) as queue:
        queue.submit(bulletin("one", "nova"))
        await asyncio.sleep(0.5)
        for text in ("two", "three"):
            queue.submit(bulletin(text, "nova"))
        await through(queue)
    assert network.timed == [(0.0, "#a", "one"), (1.0, "#a", "three")]


@simulated
async def test_the_same_key_at_two_targets_is_two_things() -> None:
    network = Slow()
    async with sending(network) as queue:
        queue.submit(Send(Target("irc", "#a", via="one"), "x", Priority.NOTIFICATION, key="k"))
        queue.submit(Send(Target("irc", "#a", via="two"), "y", Priority.NOTIFICATION, key="k"))
        await through(queue)
    assert [line for _, _, line in network.timed] == ["x", "y"]


@simulated
async def test_what_tells_how_things_are_is_sent_however_long_the_link_was_down() -> None:
    network = Slow()
    network.up.clear()
    async with sending(network) as queue:
        queue.submit(bulletin("old", "nova"))
        queue.submit(bulletin("new", "nova"))
        queue.submit(answer("too late", "#a"))
        await asyncio.sleep(MAX_AGE * 3)
        network.up.set()
        await through(queue)
    assert [line for _, _, line in network.timed] == ["new"]


@simulated
async def test_what_cannot_be_sent_at_all_does_not_keep_others_waiting() -> None:
    class Refusing(Slow):
        async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
            if line == "bad":
                raise ValueError(line)
            return await super().post(target, line, ticket=ticket)

    network = Refusing()
    async with sending(network) as queue:
        queue.submit(answer("bad", "#a", apart=True))
        queue.submit(answer("good", "#a", apart=True))
        await through(queue)
    assert network.timed == [(0.0, "#a", "good")]


@pytest.mark.parametrize("people", [2000])
@simulated
async def test_many_targets_leave_nothing_behind(people: int) -> None:
    network = Slow()
    network.burst = 10_000
    async with sending(network) as queue:
        for number in range(people):
            queue.submit(notification("x", f"nick{number}"))
        await queue.emptied()
        assert len(queue._lanes["irc"]._resting) <= people
        await through(queue)
    assert len(network.posted) == people


SENT = st.lists(
    st.tuples(
        st.sampled_from(["#a", "#b", "ada"]),
        st.sampled_from(Priority),
        st.integers(0, 30),  # words
        st.sampled_from([0.0, 0.4, 3.0]),  # seconds until the next
    ),
    max_size=25,
)
REFUSED = st.dictionaries(
    st.sampled_from(["#a", "#b", "ada"]), st.lists(st.sampled_from([0.0, 0.5, 7.0, 400.0]), max_size=4)
)


@given(SENT, REFUSED)
def test_whatever_is_sent_and_refused_nothing_is_lost_or_doubled_or_overtakes(
    sent: list[tuple[str, Priority, int, float]], refusals: dict[str, list[float]]
) -> None:
    run = simulated(_send)
    network = Slow(room=40)
    network.refusals.update({target: list(spans) for target, spans in refusals.items()})
    run(network, sent)
    expected: dict[tuple[str, Priority], list[str]] = defaultdict(list)
    for number, (target, priority, words, _) in enumerate(sent):
        expected[target, priority] += _words(number, priority, words)
    for target in ("#a", "#b", "ada"):
        arrived = [word for to, line in network.posted for word in line.split() if to == target]
        for priority in Priority:
            assert [word for word in arrived if word.startswith("an"[priority])] == expected[target, priority]
        times = [at for at, to, _ in network.timed if to == target]
        assert all(later - earlier > 0.99 for earlier, later in pairwise(times))


def _words(number: int, priority: Priority, words: int) -> list[str]:
    return [f"{'an'[priority]}{number}", *[f"{'an'[priority]}{number}w"] * words]


async def _send(network: Slow, sent: list[tuple[str, Priority, int, float]]) -> None:
    async with sending(network) as queue:
        for number, (target, priority, words, pause) in enumerate(sent):
            queue.submit(Send(Target("irc", target), " ".join(_words(number, priority, words)), priority))
            await asyncio.sleep(pause)
        await through(queue, 2000.0)
        assert queue.dropped == {"irc": {}}
