"""The network while it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from ptgbot.core.messages import Message, Reply, Target
from ptgbot.core.protocols import Host
from ptgbot.networks.timeline import TimelineTiming
from ptgbot.networks.x.network import XNetwork
from ptgbot.networks.x.settings import XSettings

__all__ = ["QUICK", "TIMELINE", "Organisers", "eventually", "running"]

TIMELINE = Target("x", "timeline")
QUICK = TimelineTiming(retry=0.02, retry_most=0.05, barred=0.02, barred_most=0.05, settle=0.0)


class Organisers:
    """Keeps what organisers are told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def warn(self, text: str) -> None:
        self.told.append(text)


def nobody_types_here(message: Message) -> "asyncio.Future[Reply]":
    raise AssertionError(message)


@asynccontextmanager
async def running(
    settings: XSettings, organisers: Organisers | None = None, timing: TimelineTiming = QUICK, *, ready: bool = True
) -> AsyncIterator[XNetwork]:
    """Give a network that runs, and by default has been found ready."""
    network = XNetwork(settings, timing=timing)
    host = cast("Host", organisers or Organisers())
    task = asyncio.ensure_future(network.run(nobody_types_here, host))
    try:
        if ready:
            async with asyncio.timeout(10):
                await network.ready()
        yield network
    finally:
        task.cancel()
        await asyncio.wait({task})
    assert task.cancelled()


async def eventually(condition: Callable[[], object]) -> None:
    """Return once something is true."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)
