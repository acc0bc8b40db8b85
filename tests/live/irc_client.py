"""A person at an IRC client, for tests: says what it is told to, and remembers what it heard."""

import asyncio
import contextlib
import re
from types import TracebackType

__all__ = ["IRCClient"]

PATIENCE = 5.0


class IRCClient:
    """One person on one server.

    Args:
        host: The server.
        port: Its port.
    """

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.nick_name = ""
        self.lines: list[str] = []
        self._looked_at = 0
        self._news = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def connect(self, nick: str, *, password: str = "") -> "IRCClient":
        """Connect and register; return once the server has sent its greeting.

        Args:
            nick: The nick to have.
            password: The server's password, if it wants one.
        """
        reader, self._writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        self._reader = asyncio.create_task(self._read(reader))
        self.nick_name = nick
        if password:
            self.send(f"PASS {password}")
        self.send(f"NICK {nick}", f"USER person 0 * :{nick}")
        await self.expect(r"\S+ (376|422) .*")
        return self

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.readline():
                line = data.decode("utf-8", "replace").rstrip("\r\n")
                if line.startswith("PING"):
                    self.send("PONG" + line[4:])
                    continue
                async with self._news:
                    self.lines.append(line)
                    self._news.notify_all()
        async with self._news:
            self.lines.append("")  # the end of the link
            self._news.notify_all()

    def send(self, *lines: str | bytes) -> None:
        """Send raw lines."""
        assert self._writer is not None, "not connected"
        for line in lines:
            self._writer.write((line if isinstance(line, bytes) else line.encode()) + b"\r\n")

    async def expect(self, pattern: str, timeout: float = PATIENCE) -> re.Match[str]:
        """Return the match of the next line that matches as a whole; earlier lines count as looked at.

        Args:
            pattern: A regular expression.
            timeout: How long to wait for it.
        """
        wanted = re.compile(pattern)
        try:
            async with asyncio.timeout(timeout), self._news:
                while True:
                    while self._looked_at < len(self.lines):
                        self._looked_at += 1
                        found = wanted.fullmatch(self.lines[self._looked_at - 1])
                        if found is not None:
                            return found
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"no line like {pattern!r}; heard {self.lines[-20:]}") from None

    async def join(self, channel: str) -> None:
        """Come into a channel; return once its member list is there."""
        self.send(f"JOIN {channel}")
        await self.expect(rf"\S+ 366 \S+ {re.escape(channel)} .*")

    def say(self, channel: str, text: str) -> None:
        """Say something in a channel."""
        self.send(f"PRIVMSG {channel} :{text}")

    def private(self, nick: str, text: str) -> None:
        """Say something to one person."""
        self.send(f"PRIVMSG {nick} :{text}")

    def mode(self, channel: str, change: str) -> None:
        """Change a channel's modes."""
        self.send(f"MODE {channel} {change}")

    def nick(self, nick: str) -> None:
        """Take another nick."""
        self.nick_name = nick
        self.send(f"NICK {nick}")

    def part(self, channel: str) -> None:
        """Leave a channel."""
        self.send(f"PART {channel}")

    def kick(self, channel: str, nick: str, why: str = "out") -> None:
        """Make somebody leave a channel."""
        self.send(f"KICK {channel} {nick} :{why}")

    async def quit(self) -> None:
        """Leave the network; return once the link is down."""
        with contextlib.suppress(OSError):
            self.send("QUIT :bye")
        await self.close()

    async def settled(self) -> None:
        """Return once the server has done all that was asked of it so far."""
        self.send("PING :settled")
        await self.expect(r"\S+ PONG .*settled")

    async def close(self) -> None:
        """End the link."""
        if self._writer is not None:
            self._writer.close()
        if self._reader is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._reader

    async def __aenter__(self) -> "IRCClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
