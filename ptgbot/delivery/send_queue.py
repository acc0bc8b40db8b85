"""The one way out, for every network its own lane."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from ptgbot.core.identity import Actor
from ptgbot.core.messages import Send, Target
from ptgbot.core.protocols import Network
from ptgbot.delivery.dropped import Reason
from ptgbot.delivery.lane import Lane

__all__ = ["SendQueue"]

_log = logging.getLogger(__name__)


class SendQueue:
    """Takes Sends for every network and sends them: answers before notifications, at the network's pace, in turns.

    It is memory: what waits when the process ends is gone.

    Args:
        networks: Where Sends can go.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, networks: Iterable[Network], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._lanes = {network.name: Lane(network, monotonic) for network in networks}

    @property
    def dropped(self) -> Mapping[str, Counter[Reason]]:
        """How much was not sent since the start and why, by network."""
        return {name: lane.dropped.counts for name, lane in self._lanes.items()}

    def submit(self, send: Send) -> None:
        """Queue a Send; one to a network that is not there is dropped and logged."""
        lane = self._lanes.get(send.target.network)
        if lane is None:
            _log.warning("There is no network '%s' to send to.", send.target.network)
            if send.errand is not None:
                send.errand.refused(f"there is no network '{send.target.network}' in the configuration")
        else:
            lane.put(send)

    def waiting(self, asker: str) -> int:
        """Return how many commands of somebody were answered, and the answers not sent yet.

        Args:
            asker: The key of their identity.
        """
        return sum(lane.waiting(asker) for lane in self._lanes.values())

    def came(self, network: str, actor: Actor) -> None:
        """Send what was kept for somebody while they were away."""
        if network in self._lanes:
            self._lanes[network].came(actor)

    def missed(self, target: Target) -> None:
        """Keep what was sent to a person in the last half minute: they are away."""
        if target.network in self._lanes:
            self._lanes[target.network].missed(target)

    async def emptied(self) -> None:
        """Return once nothing is waiting."""
        for lane in self._lanes.values():
            await lane.emptied.wait()

    async def run(self) -> None:
        """Send, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes.values():
                group.create_task(lane.run())
