"""Several texts in as few lines as they fit in, and one line for several people."""

import asyncio
import time

from ptgbot.core.messages import Send, Target
from tests.delivery.simulated import TimedNetwork, answer, notification, sending, simulated
from tests.fakes import JOINT


@simulated
async def test_what_waits_for_the_same_target_goes_in_as_few_lines_as_it_fits_in() -> None:
    network = TimedNetwork(room=30)
    async with sending(network) as queue:
        for text in ("one two", "three", "four five six seven", "eight nine", "ten"):
            queue.submit(answer(text, lead="ada: ", asker="irc/~ada"))
        await queue.emptied()
    assert network.posted == [
        ("#ptg", "ada: one two · three"),
        ("#ptg", "ada: four five six seven"),
        ("#ptg", "ada: eight nine · ten"),
    ]


@simulated
async def test_the_last_line_of_a_long_text_is_filled() -> None:
    network = TimedNetwork(room=20)
    async with sending(network) as queue:
        for text in ("one two three four five", "six", "seven", "eight"):
            queue.submit(answer(text))
        await queue.emptied()
    assert network.posted == [("#ptg", "one two three four"), ("#ptg", "five · six · seven"), ("#ptg", "eight")]


@simulated
async def test_the_lines_of_a_list_are_never_merged_and_nothing_overtakes_them() -> None:
    network = TimedNetwork()
    async with sending(network) as queue:
        for number, text in enumerate("abcdefg"):
            queue.submit(answer(text, apart=2 <= number <= 3))
        await queue.emptied()
    assert [line for _, line in network.posted] == ["a · b", "c", "d", "e · f · g"]


@simulated
async def test_texts_with_another_lead_or_for_another_asker_stay_apart() -> None:
    network = TimedNetwork()
    async with sending(network) as queue:
        for text, who in (("one", "ada"), ("two", "bob"), ("three", "ada"), ("four", "bob")):
            queue.submit(answer(text, lead=f"{who}: ", asker=f"irc/~{who}"))
        queue.submit(answer("five", lead="somebody: "))
        queue.submit(answer("six", lead="nobody: "))
        await queue.emptied()
    assert [line for _, line in network.posted] == [
        "ada: one · three",
        "bob: two · four",
        "somebody: five",
        "nobody: six",
    ]


@simulated
async def test_notifications_for_the_same_person_are_merged_while_they_wait() -> None:
    network = TimedNetwork(burst=1, interval=1)
    async with sending(network) as queue:
        for text in ("first", "second"):
            for name in ("ada", "bob"):
                queue.submit(notification(text, to=name))
        await queue.emptied()
    assert network.posted == [("ada", "first · second"), ("bob", "first · second")]


@simulated
async def test_five_thousand_texts_for_one_target_take_no_more_time_each_than_five_hundred() -> None:
    async def spend(count: int) -> float:
        network = TimedNetwork(burst=10_000, interval=0)
        texts = [f"text {number}" for number in range(count)]
        async with sending(network) as queue:
            begun = time.process_time()
            for text in texts:
                queue.submit(answer(text))
            await queue.emptied()
        assert JOINT.join(line for _, line in network.posted).split(JOINT) == texts
        return time.process_time() - begun

    few, many = min([await spend(500) for _ in range(3)]), await spend(5000)
    assert many < 4 * 10 * few


class Shared(TimedNetwork):
    """A network on which a line may go to several people, whose names take room in it."""

    def __init__(self, *, room: int = 400, at_once: int = 4) -> None:
        super().__init__(room=room, burst=1, interval=1)
        self.targets_at_once = at_once

    def split(self, send: Send) -> list[str]:
        if "@" in send.target.name:
            raise ValueError("no such name can be")
        self._room, room = self._room - len(send.target.name), self._room
        try:
            return super().split(send)
        finally:
            self._room = room


@simulated
async def test_the_same_text_for_several_people_goes_as_one_line_where_the_network_takes_that() -> None:
    network = Shared()
    network.nicks = {"irc/~n2": "ada"}
    network.away = {"n3"}
    async with sending(network) as queue:
        for number in range(10):
            queue.submit(notification("now in #nova: cells", to=f"n{number}"))
        queue.submit(notification("another text", to="n11"))
        queue.submit(notification("now in #nova: cells", to="n12"))
        queue.submit(notification("and more", to="n12"))
        queue.submit(notification("now in #nova: cells", to="no@body"))
        await queue.emptied()
    assert network.posted == [
        ("n0,n1,ada,n4", "now in #nova: cells"),
        ("n5,n6,n7,n8", "now in #nova: cells"),
        ("n9,n12", "now in #nova: cells"),
        ("n11", "another text"),
        ("n12", "and more"),
    ]


@simulated
async def test_a_line_goes_to_as_many_people_as_leave_room_for_the_text() -> None:
    network = Shared(room=29)
    async with sending(network) as queue:
        for name in ("ada", "bob", "cleo", "dora"):
            queue.submit(notification("nova has a new topic", to=name))
        await queue.emptied()
    assert network.posted == [(name, "nova has a new topic") for name in ("ada,bob", "cleo,dora")]


@simulated
async def test_one_line_for_several_people_is_off_by_default_and_never_for_answers_or_channels() -> None:
    shared, plain = Shared(), TimedNetwork()
    for network in (shared, plain):
        async with sending(network) as queue:
            for name in ("#a", "#b"):
                queue.submit(answer("x", to=name))
                queue.submit(Send(Target("irc", name), "y", notification("").priority))
            await asyncio.sleep(9)
    assert shared.posted == plain.posted == [("#a", "x"), ("#b", "x"), ("#a", "y"), ("#b", "y")]


@simulated
async def test_one_line_for_several_people_that_failed_is_sent_again_to_all_of_them() -> None:
    class Losing(Shared):
        failures = 1

        async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
            if self.failures:
                self.failures -= 1
                raise ConnectionError("lost")
            return await super().post(target, line, ticket=ticket)

    network = Losing()
    async with sending(network) as queue:
        for name in ("ada", "bob", "cleo"):
            queue.submit(notification("x", to=name))
        await queue.emptied()
    assert network.posted == [("ada,bob,cleo", "x")]
