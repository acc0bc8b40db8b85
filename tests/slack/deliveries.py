"""What Slack sends to the bot: envelopes over sockets, again where they are not acked, and sockets with faults."""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

__all__ = ["Delivery", "Sockets"]


@dataclass
class Delivery:
    """One thing to deliver, and what became of it."""

    envelope: dict[str, Any]
    acked: asyncio.Event = field(default_factory=asyncio.Event)
    attempts: int = 0
    seconds: float = 0.0  # from the attempt that was acked first to that ack
    response: dict[str, Any] | None = None  # what the ack carried
    acks: int = 0
    began: float = 0.0


class Sockets:
    """The sockets that the bot has open, and what is delivered over them.

    Args:
        ack_within: Seconds after which what was not acked is delivered again, three times at most.
    """

    def __init__(self, ack_within: float = 3.0) -> None:
        self.ack_within = ack_within
        self.deliveries: dict[str, Delivery] = {}
        self.opened = 0
        self.refusing = False  # upgrades fail
        self.most = 0  # that were open at the same time
        self._live: list[web.WebSocketResponse] = []
        self._frozen: set[web.WebSocketResponse] = set()
        self._connected = asyncio.Event()
        self._ids: Iterator[int] = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._next = 0

    @property
    def count(self) -> int:
        """How many sockets are open."""
        return len(self._live)

    async def connected(self) -> None:
        """Return once there is a socket."""
        await self._connected.wait()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Be one socket, until it is closed."""
        if self.refusing:
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.opened += 1
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._live) + 1,
                "debug_info": {"host": "fake", "approximate_connection_time": 18060},
                "connection_info": {"app_id": "A0000001"},
            }
        )
        self._live.append(socket)
        self.most = max(self.most, len(self._live))
        self._connected.set()
        try:
            async for message in socket:
                while socket in self._frozen:
                    await asyncio.sleep(0.01)
                if message.type is WSMsgType.PING:
                    with contextlib.suppress(ConnectionError):
                        await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    self._take(json.loads(message.data))
        finally:
            if socket in self._live:
                self._live.remove(socket)
            if not self._live:
                self._connected.clear()
        return socket

    def _take(self, ack: dict[str, Any]) -> None:
        delivery = self.deliveries.get(ack.get("envelope_id", ""))
        if delivery is None:
            return
        delivery.acks += 1
        if not delivery.acked.is_set():
            delivery.seconds = time.monotonic() - delivery.began
            delivery.response = ack.get("payload")
            delivery.acked.set()

    def deliver(self, kind: str, payload: dict[str, Any], *, accepts: bool = False) -> Delivery:
        """Deliver something, again and again until it is acked; return what will become of it."""
        name = f"envelope-{next(self._ids)}"
        envelope = {"envelope_id": name, "type": kind, "payload": payload, "accepts_response_payload": accepts}
        delivery = self.deliveries[name] = Delivery(envelope)
        task = asyncio.ensure_future(self._attempt(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def _attempt(self, delivery: Delivery) -> None:
        for attempt in range(4):
            while not self._live:  # it may be gone again by the time that we hear of it
                await self.connected()
            delivery.attempts += 1
            delivery.began = time.monotonic()
            envelope = {**delivery.envelope, "retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
            with contextlib.suppress(ConnectionError, RuntimeError):
                self._next += 1
                await self._live[self._next % len(self._live)].send_json(envelope)
            try:
                async with asyncio.timeout(self.ack_within):
                    await delivery.acked.wait()
            except TimeoutError:
                continue
            return

    async def say_disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every socket that it will be closed, as Slack does some seconds before it does so."""
        for socket in list(self._live):
            with contextlib.suppress(ConnectionError):
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "fake"}})

    async def send(self, text: str) -> None:
        """Send some text to every socket."""
        for socket in list(self._live):
            await socket.send_str(text)

    def freeze(self) -> None:
        """Have the sockets that are open take what comes and answer nothing: their links are half-open."""
        self._frozen.update(self._live)
        self._live.clear()
        self._connected.clear()

    def thaw(self) -> None:
        """End what is frozen."""
        self._frozen.clear()

    async def kill(self) -> None:
        """Cut every socket, without a word."""
        killed = list(self._live)
        for socket in killed:
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()
        while any(socket in self._live for socket in killed):
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        """End everything."""
        self.thaw()
        for task in list(self._tasks):
            task.cancel()
        for socket in list(self._live):
            await socket.close()
