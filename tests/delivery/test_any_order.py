"""Whatever happens in whatever order: nothing overtakes, nothing is lost before its time, nothing comes twice."""

import asyncio
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ptgbot.core.messages import Priority, Send, Target
from ptgbot.delivery import SendQueue
from ptgbot.delivery.away import KEPT, LEAD
from ptgbot.delivery.dropped import Reason
from ptgbot.delivery.lane import MAX_AGE
from tests.delivery.simulated import SimulatedLoop, TimedNetwork, nick
from tests.fakes import JOINT

PEOPLE = ("ada", "bob", "cleo")
CHANNELS = ("#ptg", "#other")


@dataclass(frozen=True)
class Said:
    """What was put into the queue."""

    at: float
    send: Send


class Model(TimedNetwork):
    """A network on which people who left unseen get nothing, of which the bot hears a moment later."""

    def __init__(self) -> None:
        super().__init__(room=60, burst=3, interval=0.5)
        self.unseen: set[str] = set()
        self.bounced: set[str] = set()
        self.reached: list[tuple[float, str, str]] = []
        self.queue: SendQueue | None = None

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        receipt = await super().post(target, line, ticket=ticket)
        loop = asyncio.get_running_loop()
        assert len(line.encode()) <= 60
        for name in target.name.split(","):
            if name in self.unseen | self.away:
                self.bounced.add(name)
                loop.call_later(0.2, self._missed, name)
            else:
                self.reached.append((loop.time(), name, line))
        return receipt

    async def look_for(self, targets: Iterable[Target]) -> None:
        asked = list(targets)[:2]
        await asyncio.sleep(0.3)
        if not self.up.is_set():
            raise ConnectionError("down")
        self.away |= {target.name for target in asked} & self.unseen
        await super().look_for(asked)

    def _missed(self, name: str) -> None:
        assert self.queue is not None
        if name in self.unseen:
            self.away.add(name)
        self.queue.missed(Target("irc", name))


class AnyOrder(RuleBasedStateMachine):
    """People who ask, subscribe, leave and come back; a link that goes and comes."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = SimulatedLoop()
        self.network = Model()
        self.queue = SendQueue([self.network], self.loop.time)
        self.network.queue = self.queue
        self.running = self.loop.create_task(self.queue.run())
        self.said: dict[tuple[int, str], Said] = {}
        self.outages: list[tuple[float, float]] = []
        self.down_since: float | None = None
        self.left: set[str] = set()
        self.numbers = itertools.count()
        self.pass_time(0.01)

    def pass_time(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    def put(self, *sends: Send) -> None:
        """Submit Sends with the same text, which has a number at its beginning and at its end."""
        number = next(self.numbers)
        for send in sends:
            numbered = replace(send, text=f"t{number}{send.text} e{number}")
            self.said[number, send.target.name] = Said(self.loop.time(), numbered)
            self.queue.submit(numbered)

    @rule(
        asker=st.sampled_from(PEOPLE),
        channel=st.sampled_from([*CHANNELS, ""]),
        lines=st.integers(1, 4),
        words=st.integers(0, 20),
    )
    def answer(self, asker: str, channel: str, lines: int, words: int) -> None:
        lead = f"{asker}: " if channel else ""
        for number in range(lines):
            target = Target("irc", channel or asker)
            text = " word" * words
            more = number < lines - 1
            self.put(Send(target, text, lead=lead, asker=f"irc/~{asker}", apart=lines > 1, more=more))

    @rule(people=st.sets(st.sampled_from(PEOPLE), min_size=1), words=st.integers(0, 20))
    def notify(self, people: set[str], words: int) -> None:
        targets = [Target("irc", person, f"irc/~{person}") for person in sorted(people)]
        self.put(*(Send(target, " word" * words, Priority.NOTIFICATION) for target in targets))

    @rule(seconds=st.sampled_from([0.0, 0.1, 0.5, 3.0, 40.0, 280.0, 301.0, KEPT + 1]))
    def wait(self, seconds: float) -> None:
        self.pass_time(seconds)

    @rule(burst=st.integers(1, 4), at_once=st.integers(1, 3))
    def adapt(self, burst: int, at_once: int) -> None:
        self.network.targets_at_once = at_once
        self.network.burst = min(burst, 3)

    @precondition(lambda self: self.down_since is None)
    @rule()
    def lose_the_link(self) -> None:
        self.network.up.clear()
        self.down_since = self.loop.time()

    @precondition(lambda self: self.down_since is not None)
    @rule()
    def come_back(self) -> None:
        assert self.down_since is not None
        self.outages.append((self.down_since, self.loop.time()))
        self.down_since = None
        self.network.up.set()

    @rule(person=st.sampled_from(PEOPLE))
    def leave(self, person: str) -> None:
        self.network.away.add(person)
        self.left.add(person)

    @rule(person=st.sampled_from(PEOPLE))
    def leave_unseen(self, person: str) -> None:
        if person not in self.network.away:
            self.network.unseen.add(person)
            self.left.add(person)

    @rule(people=st.sets(st.sampled_from(PEOPLE), min_size=1))
    def lose_sight_of(self, people: set[str]) -> None:
        self.network.unknown |= people

    @rule(person=st.sampled_from(PEOPLE))
    def come(self, person: str) -> None:
        self.network.away.discard(person)
        self.network.unseen.discard(person)
        self.queue.came("irc", nick(person))

    def lines(self) -> Iterator[tuple[str, str, int]]:
        """Yield whom each text reached, behind which lead."""
        for _, to, line in self.network.reached:
            lead = next((lead for lead in (LEAD, *(f"{person}: " for person in PEOPLE)) if line.startswith(lead)), "")
            for text in line.removeprefix(lead).split(JOINT):
                word = text.split()[0]
                if word.startswith("t"):
                    yield to, lead, int(word[1:])

    @invariant()
    def the_pace_is_kept(self) -> None:
        times = self.network.times
        for first in range(max(0, len(times) - 40), len(times)):
            for last in range(first, len(times)):
                assert last - first + 1 <= 3 + (times[last] - times[first]) / 0.5 + 1e-6

    @invariant()
    def each_is_where_it_belongs_and_none_twice(self) -> None:
        reached = Counter((to, number) for to, _, number in self.lines())
        for (to, number), times in reached.items():
            said = self.said[number, to]
            # What somebody got in the half minute before a line found them gone comes again: nobody can tell.
            assert times == 1 or (to in self.network.bounced and said.send.priority is Priority.NOTIFICATION)

    @invariant()
    def what_one_is_told_keeps_its_order(self) -> None:
        order: dict[tuple[str, str, Priority], list[int]] = defaultdict(list)
        for to, _, number in self.lines():
            send = self.said[number, to].send
            order[to, send.asker, send.priority].append(number)
        for (to, _, priority), numbers in order.items():
            if not (to in self.network.bounced and priority is Priority.NOTIFICATION):
                assert numbers == sorted(numbers)

    def teardown(self) -> None:
        try:
            self.finish()
        finally:
            self.running.cancel()
            self.loop.run_until_complete(asyncio.wait({self.running}))
            self.loop.close()

    def finish(self) -> None:
        """Have everybody come back, and all that waits go out."""
        if self.down_since is not None:
            self.come_back()
        self.loop.run_until_complete(self.queue.emptied())
        self.pass_time(1)
        for person in PEOPLE:
            self.come(person)
        self.pass_time(1)
        self.loop.run_until_complete(self.queue.emptied())
        self.each_is_where_it_belongs_and_none_twice()
        self.what_one_is_told_keeps_its_order()
        self.nothing_is_lost_before_its_time()

    def nothing_is_lost_before_its_time(self) -> None:
        ends = {(word, to) for _, to, line in self.network.reached for word in line.split()}
        begun = {(number, to) for to, _, number in self.lines()}
        reached = {(number, to) for number, to in begun if (f"e{number}", to) in ends}
        dropped = self.queue.dropped["irc"]
        lost = [said for key, said in self.said.items() if key not in reached]
        for said in lost:
            person, answer = said.send.target.name, said.send.priority is Priority.ANSWER
            unheard = answer and person in self.network.bounced
            late = any(end - max(said.at, begin) >= MAX_AGE for begin, end in self.outages)
            forgotten = not answer and person in self.left and self.loop.time() - said.at > KEPT
            assert unheard or late or forgotten, said
        if not self.network.bounced:
            # The rest of a line whose beginning went out counts as one, whatever was merged into it.
            unbegun = [key for key in self.said if key not in begun]
            assert len(unbegun) <= dropped[Reason.OUTAGE] + dropped[Reason.AWAY] == sum(dropped.values()) <= len(lost)
        assert {self.queue.waiting(f"irc/~{person}") for person in PEOPLE} == {0}


AnyOrder.TestCase.settings = settings(stateful_step_count=30)
TestAnyOrder = AnyOrder.TestCase
