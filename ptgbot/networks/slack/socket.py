"""One socket of Socket Mode: what comes over it is handed to the app, and acked as the app wants.

https://docs.slack.dev/apis/events-api/using-socket-mode has the envelopes. The SDK's own client is not used: it goes on
trying to connect by itself, writes addresses with tickets into the log, and keeps no hold of the tasks that it starts.
"""

import asyncio
import json
import logging
from typing import Any

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.networks.slack.errors import called
from ptgbot.networks.slack.settings import SlackTiming

__all__ = ["Socket"]

_log = logging.getLogger(__name__)


class Socket:
    """A socket, from opening it to its end.

    Args:
        app: Takes what comes in.
        session: Opens it.
        client: The Web API.
        timing: How patient to be.
    """

    def __init__(self, app: AsyncApp, session: ClientSession, client: AsyncWebClient, timing: SlackTiming) -> None:
        self._app = app
        self._session = session
        self._client = client
        self._timing = timing
        self._socket: ClientWebSocketResponse | None = None
        self._handling: set[asyncio.Task[None]] = set()
        self.outgoing = asyncio.Event()  # set once Slack wants another one in its place

    async def open(self, app_token: str) -> None:
        """Open it.

        Raises:
            CallFailed: That is not possible at the moment.
        """
        answer = await called(self._client.apps_connections_open(app_token=app_token))
        async with asyncio.timeout(self._timing.connect):
            self._socket = await called(
                self._session.ws_connect(
                    str(answer["url"]),
                    # It pings where it hears nothing, and ends where nothing answers that: the watchdog.
                    heartbeat=self._timing.ping,
                    timeout=ClientWSTimeout(ws_close=1.0),
                    proxy=self._client.proxy,
                )
            )

    async def run(self) -> str:
        """Hand on what comes until the socket ends; return why it did."""
        assert self._socket is not None
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                try:
                    self._take(json.loads(message.data))
                except (ValueError, AttributeError):
                    _log.warning("Slack sent something that is no envelope.")
        if isinstance(self._socket.exception(), TimeoutError):
            return "the socket was silent"
        return "the socket was closed"

    def _take(self, envelope: dict[str, Any]) -> None:
        if envelope.get("type") == "disconnect":
            _log.info("Slack wants another socket (%s).", envelope.get("reason", "no reason given"))
            self.outgoing.set()
        elif "envelope_id" in envelope:
            task = asyncio.ensure_future(self._handle(envelope))
            self._handling.add(task)
            task.add_done_callback(self._handled)

    def _handled(self, task: asyncio.Task[None]) -> None:
        self._handling.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("A delivery was not handled; Slack will repeat it.", exc_info=error)

    async def _handle(self, envelope: dict[str, Any]) -> None:
        payload = envelope.get("payload") or {}
        response = await self._app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))
        if response.status != 200:
            return  # not acked: Slack delivers it again
        ack: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
        if response.body:
            is_json = response.headers.get("content-type", [""])[0].startswith("application/json")
            ack["payload"] = json.loads(response.body) if is_json else {"text": response.body}
        assert self._socket is not None
        try:
            await self._socket.send_json(ack)
        except (ClientError, ConnectionError):
            _log.info("The socket ended before a delivery was acked; Slack will repeat it.")

    async def close(self) -> None:
        """End it, with what is still being handled over it: Slack delivers that again, and it is taken once."""
        if self._socket is not None:
            await self._socket.close()
        handling = list(self._handling)
        for task in handling:
            task.cancel()
        if handling:
            await asyncio.wait(handling)
