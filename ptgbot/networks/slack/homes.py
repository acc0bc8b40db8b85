"""App Homes: what one person sees of the event, kept up to date while they may be looking."""

import asyncio
import logging
from collections import defaultdict
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.protocols import Host
from ptgbot.networks.slack import blocks
from ptgbot.networks.slack.errors import CallFailed, called
from ptgbot.networks.slack.people import People
from ptgbot.networks.slack.settings import SlackTiming

__all__ = ["Homes"]

_log = logging.getLogger(__name__)


class Homes:
    """Publishes App Homes.

    Args:
        client: The Web API.
        people: Who people are.
        host: Knows what somebody sees.
        timing: For how long a Home is kept up to date, and how often.
        network: The network's name.
    """

    def __init__(self, client: AsyncWebClient, people: People, host: Host, timing: SlackTiming, network: str) -> None:
        self._client = client
        self._people = people
        self._host = host
        self._timing = timing
        self._network = network
        self._opened: dict[str, float] = {}  # user → when, by the loop's clock
        self._shown: dict[str, dict[str, Any]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # an older view must not come last
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Note that the state changed."""
        if self._opened:
            self._changed.set()

    async def open(self, user: str) -> None:
        """Show somebody their Home, whatever they were shown before."""
        self._opened[user] = asyncio.get_running_loop().time()
        self._shown.pop(user, None)
        if not await self._publish(user):
            self._changed.set()  # it is tried again with the others

    async def run(self) -> None:
        """Bring Homes up to date as the state changes, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            self._forget_old()
            # Who opened it last is looking.
            for user in sorted(self._opened, key=self._opened.__getitem__, reverse=True):
                if not await self._publish(user):
                    self._changed.set()
                    break  # the others would fail too
            await asyncio.sleep(self._timing.home_pause)

    def _forget_old(self) -> None:
        since = asyncio.get_running_loop().time() - self._timing.home_open
        for user in [user for user, opened in self._opened.items() if opened < since]:
            del self._opened[user]
            self._shown.pop(user, None)
            self._turns.pop(user, None)

    async def _publish(self, user: str) -> bool:
        """Show somebody what they see now; return whether to go on, which is pointless while Slack is away."""
        async with self._turns[user]:
            actor = await self._people.actor(user)
            try:
                view = blocks.home(self._host.panel(actor))
            except Exception:  # noqa: BLE001 - one person's Home must not stop the network
                _log.exception("%s: an App Home could not be made.", self._network)
                return True
            if self._shown.get(user) == view:
                return True
            try:
                await called(self._client.views_publish(user_id=user, view=view))
            except CallFailed as error:
                _log.warning("%s: an App Home could not be shown (%s).", self._network, error)
                return not (error.away or error.wait)
            self._shown[user] = view
            return True
