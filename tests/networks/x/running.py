"""The network while it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from ptgbot.core.messages import Message, Reply, Target
from ptgbot.core.protocols import Host
from ptgbot.networks.x.network import XNetwork
from ptgbot.networks.x.settings import XSettings, XTiming
from tests.networks.host import TimelineHost

__all__ = ["QUICK", "TIMELINE", "Organisers", "eventually", "running"]

TIMELINE = Target("x", "timeline")
QUICK = XTiming(
    retry=0.02,
    retry_most=0.05,
    barred=0.02,
    barred_most=0.05,
    settle=0.0,
    poll=0.02,
    settled=0.05,
    silence=1.0,
    step=0.01,
    step_most=0.05,
    fault=0.005,
    fault_most=0.015,
    limited=0.005,
    limited_most=0.015,
    stream_again=0.1,
    look=0.05,
)


class Organisers(TimelineHost):
    """What stands behind X."""

    network = "x"


def nobody_types_here(message: Message) -> "asyncio.Future[Reply]":
    raise AssertionError(message)


@asynccontextmanager
async def running(
    settings: XSettings, organisers: Organisers | None = None, timing: XTiming = QUICK, *, ready: bool = True
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
