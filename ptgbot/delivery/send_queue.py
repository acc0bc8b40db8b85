"""The send queue: answers before notifications, and never faster than a network allows."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ptgbot.core.messages import Priority, Send
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


class _Lane:
    """What waits for one network."""

    def __init__(self, network: Network, monotonic: Callable[[], float]) -> None:
        self.network = network
        self._monotonic = monotonic
        self._queues: dict[Priority, deque[_Waiting]] = {priority: deque() for priority in Priority}
        self._filled = asyncio.Event()
        self.emptied = asyncio.Event()
        self.emptied.set()
        self._allowance = float(network.burst)
        self._counted = monotonic()
        self._down = False
        self.dropped = 0

    def put(self, send: Send) -> None:
        queue = self._queues[send.priority]
        if len(queue) >= MAX_WAITING:
            queue.popleft()
            self._drop(1, "too many are waiting")
        queue.append(_Waiting(send, self._monotonic()))
        self._filled.set()
        self.emptied.clear()

    def _drop(self, count: int, why: str) -> None:
        self.dropped += count
        _log.warning("%d message(s) to %s not sent: %s.", count, self.network.name, why)

    def _first(self) -> deque[_Waiting] | None:
        return next((queue for queue in self._queues.values() if queue), None)

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
            late = [waiting for waiting in queue if waiting.since < oldest]
            for waiting in late:
                queue.remove(waiting)
            if late:
                self._drop(len(late), "the link was down too long")

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

    async def _send_line(self, queue: deque[_Waiting]) -> None:
        waiting = queue[0]
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
            if await self._is_ready() and queue and queue[0] is waiting:
                queue.rotate(-1)  # it is this one target that cannot be reached: the others need not wait
            return
        except Exception:  # noqa: BLE001 - one bad message must not stop the others
            _log.exception("A message to %s on %s was dropped.", waiting.send.target.name, self.network.name)
            waiting.lines = deque()
        if not waiting.lines and queue and queue[0] is waiting:
            queue.popleft()


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

    async def emptied(self) -> None:
        """Return once nothing is waiting."""
        for lane in self._lanes.values():
            await lane.emptied.wait()

    async def run(self) -> None:
        """Send, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes.values():
                group.create_task(lane.run())
