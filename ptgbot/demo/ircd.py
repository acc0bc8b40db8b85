"""A small IRC server for the demo and for tests: its sockets, and when it gives up on a client."""

import asyncio
from typing import Self, cast

from ptgbot.demo.ircline import LineBuffer, encode
from ptgbot.demo.ircnet import Net, User
from ptgbot.demo.ircverbs import VERBS

__all__ = ["DemoServer"]

_MOST_UNREAD = 1 << 20  # bytes kept for a client that does not read
_GRACE = 2.0  # seconds that a client has to read the last lines


class DemoServer:
    """An IRC server with one network of its own, which real clients can join.

    The first in a channel is its operator. There are no passwords, no bans and no limits on how fast one types:
    it is meant for this machine.

    Args:
        host: The address to listen on; nobody but this machine reaches the default.
        port: The port; 0 for any that is free.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 6667) -> None:
        self.host = host
        self.port = port
        self._net = Net(VERBS)
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._stopping = False

    async def start(self) -> None:
        """Listen; ``port`` is the real one from here on.

        Raises:
            OSError: The port is taken, or the address is none of this machine's.
        """
        loop = asyncio.get_running_loop()
        self._stopping = False
        self._server = await loop.create_server(self._accept, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def _accept(self) -> "_Connection":
        return _Connection(self._net, self._connections, welcome=not self._stopping)

    async def stop(self) -> None:
        """Stop listening, send everyone away, and return once they are gone; harmless when it never started."""
        if self._server is None:
            return
        self._stopping = True
        self._server.close()
        gone = [connection.gone.wait() for connection in self._connections]
        for connection in list(self._connections):
            connection.send("ERROR :The demo ends")
            connection.close()
        await asyncio.gather(*gone)
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


class _Connection(asyncio.Protocol):
    """One client: its bytes become lines for the network, the network's lines become bytes for it."""

    _transport: asyncio.Transport

    def __init__(self, net: Net, connections: "set[_Connection]", *, welcome: bool) -> None:
        self._welcome = welcome
        self._net = net
        self._connections = connections
        self._buffer = LineBuffer()
        self._user = User(self)
        self._reason = "Connection closed"
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)
        if not self._welcome:  # it came in while the server was stopping, which waits for it
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        for line in self._buffer.feed(data):
            if self._transport.is_closing():
                return
            self._net.receive(self._user, line)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._net.drop(self._user, self._reason)
        self._connections.discard(self)
        self.gone.set()

    def send(self, line: str) -> None:
        if self._transport.is_closing():
            return
        self._transport.write(encode(line))
        if self._transport.get_write_buffer_size() > _MOST_UNREAD:
            # The network hears of it in connection_lost: now it may be in the middle of telling a channel something.
            self._reason = "Does not read"
            self._transport.abort()

    def close(self) -> None:
        self._transport.close()
        asyncio.get_running_loop().call_later(_GRACE, self._transport.abort)
