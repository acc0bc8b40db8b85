"""The network on an instance, and what waits for it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from ptgbot.core.messages import Message, Reply, Target
from ptgbot.core.protocols import Host
from ptgbot.delivery import SendQueue
from ptgbot.networks.mastodon import MastodonNetwork, MastodonSettings
from ptgbot.networks.mastodon.settings import MastodonTiming
from tests.fake_mastodon.instance import TOKEN, FakeMastodon
from tests.networks.host import TimelineHost

__all__ = ["PATIENT", "QUICK", "TIMELINE", "ToldHost", "Word", "eventually", "running", "settings_for", "working_queue"]

TIMELINE = Target("mastodon", "timeline")

# So that no test waits for what takes its time at a real instance.
QUICK = MastodonTiming(
    retry=0.02, retry_most=0.1, barred=0.02, barred_most=0.1, settle=0.0, learn=3600.0, learn_again=3600.0
)
PATIENT = replace(QUICK, retry=300.0, barred=300.0)  # pauses that no test outlives


class ToldHost(TimelineHost):
    """What stands behind Mastodon."""

    network = "mastodon"


def settings_for(mastodon: FakeMastodon, **more: Any) -> MastodonSettings:
    """Return the settings of the instance's account."""
    return replace(MastodonSettings(mastodon.address, TOKEN, dry_run=False), **more)


def _nothing_comes(message: Message) -> "asyncio.Future[Reply]":
    raise AssertionError(f"nobody types commands there: {message}")


@asynccontextmanager
async def running(
    mastodon: FakeMastodon,
    *,
    timing: MastodonTiming = QUICK,
    host: ToldHost | None = None,
    ready: bool = True,
    **settings: Any,
) -> AsyncIterator[MastodonNetwork]:
    """Run the network while the context lasts; ``ready``: only go on once posts can be sent."""
    network = MastodonNetwork(settings_for(mastodon, **settings), timing=timing)
    task = asyncio.ensure_future(network.run(_nothing_comes, cast(Host, host or ToldHost())))
    try:
        if ready:
            async with asyncio.timeout(10):
                await network.ready()
        yield network
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.wait({task})
        if network.listens:
            # Calls that it left to themselves would come to a server that is about to close.
            left = [thread for thread in threading.enumerate() if thread.name == "mastodon"]
            for thread in left:
                await asyncio.to_thread(thread.join, 5.0)


@asynccontextmanager
async def working_queue(network: MastodonNetwork) -> AsyncIterator[SendQueue]:
    """Run the send queue before a network while the context lasts."""
    queue = SendQueue([network])
    task = asyncio.ensure_future(queue.run())
    try:
        yield queue
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.wait({task})


class Word:
    """An errand: its text is posted once, whatever happens.

    Args:
        text: What is said, the same in every attempt.
        ticket: What it is known by.
    """

    def __init__(self, text: str, ticket: str = "r7") -> None:
        self.text = self.body = text
        self.ticket = ticket
        self.doubtful_since: datetime | None = None
        self.receipts: list[str] = []
        self.refusals: list[str] = []
        self.put_offs: list[str] = []
        self.given_up = False
        self.doubts = 0
        self._begun_at: datetime | None = None

    async def begin(self) -> str:
        self._begun_at = self._begun_at or datetime.now(UTC)
        self.doubtful_since = None
        return self.text

    def went(self, receipt: str) -> None:
        self.receipts.append(receipt)

    def doubted(self) -> None:
        self.doubts += 1
        self.doubtful_since = self._begun_at

    def put_off(self, why: str) -> None:
        self.put_offs.append(why)

    def unanswered(self) -> bool:
        self.given_up = True
        return False

    def refused(self, why: str) -> None:
        self.refusals.append(why)

    def away(self) -> None:
        raise AssertionError("a timeline is always there")


async def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Return once a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
