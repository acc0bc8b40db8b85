"""The way in from Slack: Socket Mode, a socket after the other, or HTTP."""

import asyncio
import logging
import random
from collections.abc import Callable

from aiohttp import ClientSession, web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.networks.slack.errors import CallFailed
from ptgbot.networks.slack.settings import SlackSettings, SlackTiming
from ptgbot.networks.slack.socket import Socket

__all__ = ["PATH", "Link"]

_log = logging.getLogger(__name__)

PATH = "/slack/events"  # of all that Slack sends in HTTP mode

_chance = random.SystemRandom()


class Link:
    """Lets in what Slack delivers, until cancelled.

    Args:
        app: Takes what comes in.
        session: Opens sockets.
        client: The Web API.
        settings: Which way.
        timing: How patient to be.
        network: The network's name.
        moved: Is called whenever it comes up or goes down.
    """

    def __init__(
        self,
        app: AsyncApp,
        session: ClientSession,
        client: AsyncWebClient,
        settings: SlackSettings,
        timing: SlackTiming,
        *,
        network: str,
        moved: Callable[[], None],
    ) -> None:
        self._app = app
        self._session = session
        self._client = client
        self._settings = settings
        self._timing = timing
        self._network = network
        self._moved = moved
        self._serving: dict[asyncio.Task[str], Socket] = {}
        self._listening = False

    @property
    def up(self) -> bool:
        """Whether Slack can deliver."""
        return bool(self._serving) or self._listening

    async def run(self) -> None:
        """Be there for Slack; return only when cancelled."""
        if self._settings.mode == "http":
            await self._listen()
            return
        try:
            await self._keep_socket()
        finally:
            for task in list(self._serving):
                task.cancel()
            if self._serving:
                await asyncio.wait(self._serving)

    # -- Socket Mode ------------------------------------------------------------------------------------------------

    async def _keep_socket(self) -> None:
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            why, revoked, wait = await self._one_socket()
            failures = 0 if loop.time() - began > self._timing.settled else failures + 1
            if not why and failures < 2:  # Slack wants the next one at once
                continue
            pause = self._timing.revoked if revoked else max(self._pause(failures), wait)
            level = logging.ERROR if revoked else logging.WARNING
            _log.log(level, "%s: %s; trying again in %.0f s.", self._network, why or "another socket", pause)
            await asyncio.sleep(pause)

    def _pause(self, failures: int) -> float:
        pause = min(self._timing.retry * 2.0 ** min(max(failures - 1, 0), 20), self._timing.retry_most)
        return pause * _chance.uniform(1.0, 1.3)

    async def _one_socket(self) -> tuple[str, bool, float]:
        """Open a socket; return once another one is needed.

        Returns:
            Why it ended, empty where Slack wants another one beside it; whether the token is to blame; and how many
            seconds Slack wants us to wait at least.
        """
        socket = Socket(self._app, self._session, self._client, self._timing)
        try:
            await socket.open(self._settings.app_token)
        except CallFailed as error:
            hint = _REVOKED if error.revoked else ""
            return f"no connection to Slack ({error}){hint}", error.revoked, error.wait
        except TimeoutError:
            return "no connection to Slack (no answer in time)", False, 0.0
        _log.info("%s: connected.", self._network)
        serving = asyncio.ensure_future(self._serve(socket))
        self._serving[serving] = socket
        self._moved()
        for old in [other for other in self._serving.values() if other is not socket]:
            asyncio.get_running_loop().call_later(self._timing.retire, self._retire, old)
        outgoing = asyncio.ensure_future(socket.outgoing.wait())
        try:
            await asyncio.wait({serving, outgoing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            outgoing.cancel()
        return (serving.result() if serving.done() else ""), False, 0.0

    async def _serve(self, socket: Socket) -> str:
        try:
            return await socket.run()
        finally:
            self._serving = {task: other for task, other in self._serving.items() if other is not socket}
            self._moved()
            await socket.close()

    def _retire(self, socket: Socket) -> None:
        """End a socket that another one replaced; what was under way over it has been acked by now."""
        for task, other in self._serving.items():
            if other is socket:
                task.cancel()

    # -- HTTP mode --------------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        runner = web.AppRunner(self._app.web_app(path=PATH), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        port = self._settings.port
        try:
            while True:
                try:
                    await web.TCPSite(runner, None, port).start()
                    break
                except OSError as error:
                    _log.error("%s: cannot listen on port %d (%s).", self._network, port, error.strerror)
                    await asyncio.sleep(self._timing.retry_most)
            _log.info("%s: listening on port %d for %s.", self._network, port, PATH)
            self._listening = True
            self._moved()
            await asyncio.Event().wait()
        finally:
            self._listening = False
            self._moved()
            await runner.cleanup()


_REVOKED = (
    ": Slack does not take slack.app_token; the other networks go on. Make a new one on the app's page and put it into"
    " the configuration"
)
