"""The bot's token: who it makes us, and whether Slack still takes it."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.protocols import Host
from ptgbot.networks.slack.errors import CallFailed, called
from ptgbot.networks.slack.people import People
from ptgbot.networks.slack.settings import SlackTiming

__all__ = ["REVOKED", "Token"]

_log = logging.getLogger(__name__)

REVOKED = (
    "Slack does not take my token any more, so that nothing is said or heard there; the other networks go on. Somebody"
    " has to install the app again and put its new token into the configuration."
)


class Token:
    """Knows whether Slack takes the bot's token.

    Args:
        client: The Web API.
        timing: How long to wait between tries.
        network: The network's name.
        moved: Is called whenever the token turns out to be of no use, or of use again.
    """

    def __init__(self, client: AsyncWebClient, timing: SlackTiming, *, network: str, moved: Callable[[], None]) -> None:
        self._client = client
        self._timing = timing
        self._network = network
        self._moved = moved
        self._doubted = asyncio.Event()
        self.revoked = False

    async def introduce(self, people: People) -> dict[str, Any]:
        """Learn who we are; try until Slack says it.

        Args:
            people: Is told.

        Returns:
            What Slack says about us.
        """
        pause = self._timing.retry
        while True:
            try:
                answer = await called(self._client.auth_test())
            except CallFailed as error:
                wait = error.wait or (self._timing.revoked if error.revoked else pause)
                self._tell_failure(error, wait)
                await asyncio.sleep(wait)
                pause = min(pause * 2, self._timing.retry_most)
                continue
            people.team, people.me = str(answer["team_id"]), str(answer["user_id"])
            people.url = str(answer.get("url") or "")
            return dict(answer.data) if isinstance(answer.data, dict) else {}

    def doubt(self) -> None:
        """Somebody says that Slack does not take it: have that looked at."""
        self._doubted.set()

    def lost(self) -> None:
        """Slack did not take it."""
        self.revoked = True
        self._doubted.set()
        self._moved()

    async def check(self, host: Host) -> None:
        """Ask whether it still works, whenever that is in doubt, until cancelled.

        Args:
            host: Tells organisers where it does not.
        """
        told = False
        while True:
            await self._doubted.wait()
            try:
                await called(self._client.auth_test())
            except CallFailed as error:
                wait = error.wait or (self._timing.revoked if error.revoked else self._timing.retry)
                self.revoked = self.revoked or error.revoked
                self._moved()
                self._tell_failure(error, wait)
                if error.revoked and not told:
                    host.warn(REVOKED)
                    told = True
                await asyncio.sleep(wait)
                continue
            if self.revoked:
                _log.warning("%s: slack.bot_token works again.", self._network)
            self.revoked = told = False
            self._doubted.clear()
            self._moved()

    def _tell_failure(self, error: CallFailed, wait: float) -> None:
        if error.away or error.wait:
            _log.warning("%s: Slack cannot be reached (%s); trying again in %.0f s.", self._network, error, wait)
        else:
            _log.error(
                "%s: Slack does not take slack.bot_token (%s); the other networks go on. Install the app again and put"
                " its new token into the configuration. Trying again in %.0f s.",
                self._network,
                error,
                wait,
            )
