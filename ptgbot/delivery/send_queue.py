"""The send queue: answers before notifications, in turns, and never faster than a network allows."""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ptgbot.core.identity import Actor
from ptgbot.core.messages import Priority, Send, Target
from ptgbot.core.protocols import Network

__all__ = ["SendQueue"]

_log = logging.getLogger(__name__)

MAX_WAITING = 5000  # Sends of each priority and network; beyond that the oldest go
MAX_AGE = 300.0  # seconds that a Send may wait for a link that is down


@dataclass(slots=True)
class _Waiting:
    send: Send
    since: float
    lines: deque[str] | None = None  # cut into lines once it is its turn, by the rules that hold then


class _Queue:
    """What waits at one priority. The targets take turns, so that nobody waits for another one's long list."""

    def __init__(self) -> None:
        self._targets: OrderedDict[str, deque[_Waiting]] = OrderedDict()
        self.count = 0

    def append(self, waiting: _Waiting) -> None:
        self._targets.setdefault(waiting.send.target.name, deque()).append(waiting)
        self.count += 1

    @property
    def head(self) -> _Waiting | None:
        """What is to be sent next."""
        return next((waiting[0] for waiting in self._targets.values()), None)

    def pop(self) -> None:
        """Take the head away; the next target has its turn."""
        name, waiting = next(iter(self._targets.items()))
        waiting.popleft()
        self.count -= 1
        self.turn()
        if not waiting:
            del self._targets[name]

    def turn(self) -> None:
        """Let the next target have its turn."""
        if self._targets:
            self._targets.move_to_end(next(iter(self._targets)))

    def drop_oldest(self) -> None:
        oldest = min(self._targets, key=lambda name: self._targets[name][0].since)
        self._targets.move_to_end(oldest, last=False)
        self.pop()

    def drop_before(self, instant: float) -> int:
        """Drop what has waited since before an instant; return how many."""
        before = self.count
        for name, waiting in list(self._targets.items()):
            kept = deque(one for one in waiting if one.since >= instant)
            self.count -= len(waiting) - len(kept)
            if kept:
                self._targets[name] = kept
            else:
                del self._targets[name]
        return before - self.count


class _Lane:
    """What waits for one network."""

    def __init__(self, network: Network, monotonic: Callable[[], float]) -> None:
        self.network = network
        self._monotonic = monotonic
        self._queues = {priority: _Queue() for priority in Priority}
        self._filled = asyncio.Event()
        self.emptied = asyncio.Event()
        self.emptied.set()
        self._allowance = float(network.burst)
        self._counted = monotonic()
        self._down = False
        self.dropped = 0

    def put(self, send: Send) -> None:
        queue = self._queues[send.priority]
        if queue.count >= MAX_WAITING:
            queue.drop_oldest()
            self._drop(1, "too many are waiting")
        queue.append(_Waiting(send, self._monotonic()))
        self._filled.set()
        self.emptied.clear()

    def _drop(self, count: int, why: str) -> None:
        self.dropped += count
        _log.warning("%d message(s) to %s not sent: %s.", count, self.network.name, why)

    def _first(self) -> _Queue | None:
        return next((queue for queue in self._queues.values() if queue.count), None)

    async def run(self) -> None:
        """Send what is put, until cancelled."""
        while True:
            await self._filled.wait()
            if self._first() is None:
                self._filled.clear()
                self.emptied.set()
                continue
            await self._link()
            await self._allow()
            queue = self._first()  # what came meanwhile may go first
            if queue is not None:
                await self._send_line(queue)

    async def _link(self) -> None:
        """Wait for the link; what waited for it too long is not worth sending any more."""
        ready = asyncio.ensure_future(self.network.ready())
        try:
            done, _ = await asyncio.wait({ready}, timeout=1)
            self._down = self._down or not done
            await ready
        finally:
            ready.cancel()
        if not self._down:
            return
        self._down = False
        oldest = self._monotonic() - MAX_AGE
        for queue in self._queues.values():
            if late := queue.drop_before(oldest):
                self._drop(late, "the link was down too long")

    async def _is_ready(self) -> bool:
        try:
            async with asyncio.timeout(0.001):
                await self.network.ready()
        except TimeoutError:
            return False
        return True

    async def _allow(self) -> None:
        """Wait until one more line keeps to the network's pace: a burst, then one in each interval."""
        interval = self.network.interval
        now = self._monotonic()
        if interval > 0:
            self._allowance += (now - self._counted) / interval
        else:
            self._allowance = float(self.network.burst)
        self._allowance = min(self._allowance, float(self.network.burst))
        self._counted = now
        if self._allowance < 1:
            await asyncio.sleep((1 - self._allowance) * interval)
            await self._allow()

    async def _send_line(self, queue: _Queue) -> None:
        waiting = queue.head
        assert waiting is not None
        try:
            if waiting.lines is None:
                waiting.lines = deque(self.network.split(waiting.send))
            if waiting.lines:
                await self.network.post(waiting.send.target, waiting.lines[0])
                waiting.lines.popleft()
                self._allowance -= 1
        except ConnectionError:
            self._down = True
            await asyncio.sleep(0.05)  # until the network notices too, and says that it is not ready
            if await self._is_ready() and queue.head is waiting:
                queue.turn()  # it is this one target that cannot be reached: the others need not wait
            return
        except Exception:  # noqa: BLE001 - one bad message must not stop the others
            _log.exception("A message to %s on %s was dropped.", waiting.send.target.name, self.network.name)
            waiting.lines = deque()
        if not waiting.lines and queue.head is waiting:
            queue.pop()


class SendQueue:
    """Takes Sends for every network and sends them in order.

    Args:
        networks: Where Sends can go.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, networks: Iterable[Network], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lanes = {network.name: _Lane(network, monotonic) for network in networks}

    def submit(self, send: Send) -> None:
        """Queue a Send; one to a network that is not there is dropped and logged."""
        lane = self._lanes.get(send.target.network)
        if lane is None:
            _log.warning("There is no network '%s' to send to.", send.target.network)
        else:
            lane.put(send)

    def came(self, network: str, actor: Actor) -> None:
        """Somebody is there."""

    def missed(self, target: Target) -> None:
        """What was just sent to a person did not reach them."""

    async def emptied(self) -> None:
        """Return once nothing is waiting."""
        for lane in self._lanes.values():
            await lane.emptied.wait()

    async def run(self) -> None:
        """Send, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes.values():
                group.create_task(lane.run())
