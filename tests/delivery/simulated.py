"""A network and its queue on a clock on which waiting takes no time."""

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

from ptgbot.core.identity import Actor, Identity
from ptgbot.core.messages import Priority, Send, Target
from ptgbot.delivery import SendQueue
from tests.fakes import FakeNetwork

__all__ = ["SimulatedLoop", "TimedNetwork", "account", "answer", "nick", "notification", "sending", "simulated"]


class _Selector(selectors.DefaultSelector):
    """Lets the clock go to the next timer in place of waiting for it."""

    def __init__(self, pass_time: Callable[[float], None]) -> None:
        super().__init__()
        self._pass_time = pass_time

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("everybody waits for something that nobody does")
        self._pass_time(timeout)
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock begins at 1,000 s and jumps whenever there is nothing else to do."""

    def __init__(self) -> None:
        self._now = 1000.0
        super().__init__(_Selector(self._pass_time))

    def time(self) -> float:
        return self._now

    def _pass_time(self, seconds: float) -> None:
        self._now += max(seconds, 0.0)


def simulated(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Have a test run on a simulated clock."""

    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
            runner.run(test(*arguments, **named))

    return run


class TimedNetwork(FakeNetwork):
    """A network that remembers when each line was posted, and which people are away or have another nick by now."""

    def __init__(self, *, room: int = 400, burst: int = 4, interval: float = 0.7, name: str = "irc") -> None:
        super().__init__(name, room=room, burst=burst, interval=interval)
        self.times: list[float] = []
        self.nicks: dict[str, str] = {}

    def locate(self, target: Target) -> Target | None:
        located = super().locate(target)
        return located and Target(target.network, self.nicks.get(target.identity, target.name), target.identity)

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        receipt = await super().post(target, line, ticket=ticket)
        self.times.append(asyncio.get_running_loop().time())
        return receipt

    @property
    def spans(self) -> list[float]:
        """Seconds from the first line to each."""
        return [round(time - self.times[0], 6) for time in self.times]


@asynccontextmanager
async def sending(*networks: FakeNetwork) -> AsyncIterator[SendQueue]:
    """Give a queue that is running."""
    queue = SendQueue(networks, asyncio.get_running_loop().time)
    running = asyncio.ensure_future(queue.run())
    try:
        yield queue
    finally:
        running.cancel()
        await asyncio.wait({running})


def answer(text: str, to: str = "#ptg", *, asker: str = "", lead: str = "", apart: bool = False) -> Send:
    return Send(Target("irc", to), text, lead=lead, asker=asker, apart=apart)


def notification(text: str, to: str = "ada", *, identity: str = "") -> Send:
    return Send(Target("irc", to, identity or f"irc/~{to}"), text, Priority.NOTIFICATION)


def nick(name: str) -> Actor:
    """Return somebody of whom nothing but the nick is known."""
    return Actor(Identity("irc", name.lower()), name)


def account(name: str, nick: str) -> Actor:
    """Return somebody who is logged in."""
    return Actor(Identity("irc", name, verified=True), nick)
