"""One fake for each Protocol of core that tests stand in for."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ptgbot.core.messages import Message, Send, Target

__all__ = ["FakeNetwork", "SetClock"]


class SetClock:
    """A clock that tests set."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def forward(self, **span: float) -> None:
        self.time += timedelta(**span)


class FakeNetwork:
    """A network without a wire: what is posted is kept, what is said comes from the test."""

    def __init__(self, name: str = "irc", *, room: int = 400, burst: int = 1000, interval: float = 0.0) -> None:
        self.name = name
        self.burst = burst
        self.interval = interval
        self.posted: list[tuple[str, str]] = []
        self.accept: Callable[[Message], None] | None = None
        self.up = asyncio.Event()
        self.up.set()
        self._room = room

    def room(self, target: Target) -> int:
        return self._room

    def split(self, send: Send) -> list[str]:
        lines = [""]
        for word in send.text.split():
            longer = f"{lines[-1]} {word}".strip()
            if len(longer.encode()) > self._room and lines[-1]:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    async def run(self, accept: Callable[[Message], None]) -> None:
        self.accept = accept
        await asyncio.Event().wait()

    async def ready(self) -> None:
        await self.up.wait()

    async def post(self, target: Target, line: str) -> None:
        if not self.up.is_set():
            raise ConnectionError("down")
        self.posted.append((target.name, line))
