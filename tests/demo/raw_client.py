"""A client that is nothing but a socket and lines."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ptgbot.demo.ircd import DemoServer

__all__ = ["Join", "RawClient"]


class RawClient:
    """A socket, and lines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, server: DemoServer, nick: str = "") -> "RawClient":
        client = cls(*await asyncio.open_connection(server.host, server.port))
        if nick:
            await client.say(f"NICK {nick}", f"USER {nick} 0 * :{nick.title()} Real")
        return client

    async def say(self, *lines: str) -> list[str]:
        """Send lines and return what came up to the answer to them."""
        return await self.say_bytes("".join(f"{line}\r\n" for line in lines).encode())

    async def say_bytes(self, data: bytes) -> list[str]:
        self._writer.write(data + b"PING :sync\r\n")
        heard = []
        while (line := await self.line()) != ":ptgbot.demo PONG ptgbot.demo :sync":
            heard.append(line)
        return heard

    async def heard(self) -> list[str]:
        """Return what came by itself."""
        return await self.say()

    async def line(self) -> str:
        raw = await asyncio.wait_for(self._reader.readline(), 5)
        assert raw.endswith(b"\r\n"), raw
        return raw[:-2].decode()

    async def rest(self) -> list[str]:
        """Return everything up to the end of the connection."""
        return (await asyncio.wait_for(self._reader.read(), 5)).decode().splitlines()

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


Join = Callable[..., Awaitable[RawClient]]
