"""A wire that tests cut: a proxy that can go silent without closing, as a broken way to a server does."""

import asyncio
from types import TracebackType

__all__ = ["Proxy"]


class Proxy:
    """Passes bytes on between clients and a server.

    Args:
        host: The server.
        port: Its port.
    """

    def __init__(self, host: str, port: int) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self._to = (host, port)
        self._server: asyncio.Server | None = None
        self._links: list[_Link] = []

    async def start(self) -> None:
        """Listen, on a free port at first and on the same one later."""
        self._server = await asyncio.start_server(self._arrived, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._to)
        except OSError:
            writer.close()
            return
        link = _Link((writer, far_writer))
        self._links.append(link)
        await asyncio.gather(link.carry(reader, far_writer), link.carry(far_reader, writer))

    def swallow(self) -> None:
        """From now on, let the links that there are stay open, and lose all that is sent on them; new ones work."""
        for link in self._links:
            link.swallows = True

    def cut(self) -> None:
        """End the links that there are."""
        for link in self._links:
            link.end()
        self._links.clear()

    async def __aenter__(self) -> "Proxy":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()


class _Link:
    """Both halves of one client's way to the server."""

    def __init__(self, writers: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
        self.swallows = False
        self._writers = writers

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes, until an end closes; a link that swallows does not even pass that on."""
        try:
            while data := await reader.read(1 << 16):
                if not self.swallows:
                    writer.write(data)
        except OSError:
            pass
        if not self.swallows:
            writer.close()

    def end(self) -> None:
        """Close both ends."""
        for writer in self._writers:
            writer.transport.abort()
