"""A server that says what the test tells it to, line by line, and remembers what it heard."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

__all__ = ["Peer", "Scripted", "scripted", "until"]

PATIENCE = 5.0
ISUPPORT = "CASEMAPPING=rfc1459 PREFIX=(qaohv)~&@%+ CHANMODES=beI,k,l,imnpst CHANTYPES=#&"


class Peer:
    """One client, seen from the server. Its vocabulary is IRC's."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.heard: list[str] = []
        self.nick = "*"
        self._next = 0

    async def line(self, patience: float = PATIENCE) -> str:
        """Return the next line that was not looked at yet; empty at the end of the link."""
        if self._next == len(self.heard):
            try:
                async with asyncio.timeout(patience):
                    data = await self._reader.readline()
            except ConnectionError:  # a link that is dropped, rather than closed
                return ""
            if not data:
                return ""
            assert data.endswith(b"\r\n"), data
            self.heard.append(data[:-2].decode())
            if self.heard[-1].startswith("PING :done-"):  # every server answers it; "still-there" is up to the test
                self.send(f":irc.test PONG irc.test :{self.heard[-1].removeprefix('PING :')}")
        self._next += 1
        return self.heard[self._next - 1]

    async def expect(self, pattern: str, patience: float = PATIENCE) -> str:
        """Return the next line that matches as a whole; other lines are passed over."""
        async with asyncio.timeout(patience):
            while True:
                line = await self.line(patience)
                if re.fullmatch(pattern, line):
                    return line
                assert line, f"the link ended; expected {pattern}, heard {self.heard}"

    def forget(self) -> None:
        """Forget the lines that were looked at."""
        del self.heard[: self._next]
        self._next = 0

    async def ended(self, patience: float = PATIENCE) -> None:
        """Return once the client is gone."""
        async with asyncio.timeout(patience):
            while await self.line(patience):
                pass

    def send(self, *lines: str | bytes) -> None:
        for line in lines:
            data = line if isinstance(line, bytes) else line.encode()
            self.writer.write(data + b"\r\n")

    def numeric(self, code: int, rest: str) -> None:
        self.send(f":irc.test {code:03} {self.nick} {rest}")

    async def register(self, *, caps: str | None = "", isupport: str = ISUPPORT) -> str:
        """Let the client in.

        Args:
            caps: What CAP LS tells; None for a server that does not know CAP.
            isupport: The tokens of 005.

        Returns:
            The nick that it has.
        """
        nick = await self.negotiate(caps=caps)
        if caps is not None:
            await self.expect("CAP END")
        self.welcome(nick, isupport=isupport)
        return nick

    async def negotiate(self, *, caps: str | None = "") -> str:
        """Agree on capabilities, and leave it to the test what comes between that and the welcome."""
        assert await self.line() == "CAP LS 302"
        nick = (await self.expect("NICK .+")).removeprefix("NICK ")
        await self.expect("USER .+")
        if caps is None:
            self.numeric(421, "CAP :Unknown command")
        else:
            self.send(f":irc.test CAP * LS :{caps}")
            if caps:
                request = await self.expect("CAP REQ :.*")
                self.send(f":irc.test CAP * ACK :{request.partition(':')[2]}")
        return nick

    def welcome(self, nick: str, *, isupport: str = ISUPPORT) -> None:
        self.nick = nick
        self.numeric(1, ":Welcome")
        self.numeric(5, f"{isupport} :are supported by this server")
        self.numeric(422, ":There is no MOTD")

    async def let_in(self, channel: str = "#ptg", names: str = "", *, tags: str = "", join: str = "") -> None:
        """Await a JOIN and answer it."""
        await self.expect(f"JOIN {re.escape(channel)}")
        self.joined(channel, names, tags=tags, join=join)

    def joined(self, channel: str = "#ptg", names: str = "", *, tags: str = "", join: str = "") -> None:
        self.send(f"{tags}:{self.nick}!~bot@host.test JOIN {channel}{join}")
        self.names(channel, f"{self.nick} {names}".strip())

    def names(self, channel: str, names: str) -> None:
        self.numeric(353, f"= {channel} :{names}")
        self.numeric(366, f"{channel} :End of NAMES list")

    def say(self, nick: str, target: str, text: str, tags: str = "") -> None:
        self.send(f"{tags}:{nick}!~{nick}@host.test PRIVMSG {target} :{text}")

    def close(self) -> None:
        self.writer.close()


class Scripted:
    """The server: hands out its clients in the order in which they came."""

    def __init__(self) -> None:
        self._peers: asyncio.Queue[Peer] = asyncio.Queue()
        self._all: list[Peer] = []
        self._server: asyncio.Server | None = None
        self._context: ssl.SSLContext | None = None
        self.port = 0

    async def start(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context or self._context
        self._server = await asyncio.start_server(
            self._arrived, "127.0.0.1", self.port, ssl=self._context, limit=1 << 20
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(reader, writer)
        self._all.append(peer)
        self._peers.put_nowait(peer)

    async def client(self, patience: float = PATIENCE) -> Peer:
        """Return the next client."""
        async with asyncio.timeout(patience):
            return await self._peers.get()

    @property
    def waiting(self) -> int:
        """How many clients came that the test did not look at."""
        return self._peers.qsize()

    async def stop(self) -> None:
        for peer in self._all:
            peer.writer.transport.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()


@asynccontextmanager
async def scripted(context: ssl.SSLContext | None = None) -> AsyncIterator[Scripted]:
    """Run a server for the length of a test."""
    server = Scripted()
    await server.start(context)
    try:
        yield server
    finally:
        await server.stop()


async def until(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    """Return once a condition holds."""
    async with asyncio.timeout(patience):
        while not condition():
            await asyncio.sleep(0.002)
