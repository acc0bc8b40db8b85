"""Where the faults happen: a server, a bot that comes to it through a wire that can be cut, and people who watch."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

from tests.live.anope import Anope
from tests.live.inspircd import InspIRCd
from tests.live.irc_client import IRCClient
from tests.live.ngircd import Ngircd
from tests.live.proxy import Proxy

__all__ = ["CHANNEL", "Stage", "inspircd_stage", "ngircd_stage"]

CHANNEL = "#ptg"
BETWEEN_QUESTIONS = 0.4  # seconds
PATIENCE = 90.0  # seconds that the bot has to be back


class Logs(Protocol):
    """A bot whose log can be read."""

    @property
    def log(self) -> str: ...

    async def logs(self, pattern: str, *, after: int = 0) -> None: ...


class Stage:
    """A channel of a server.

    Args:
        server: The server.
        proxy: The bot's way to it.
        far: Another server of the same network, where the operator of the channel is; None for the same one.
    """

    bot: Logs

    def __init__(self, server: Ngircd | InspIRCd, proxy: Proxy, far: InspIRCd | None = None) -> None:
        self.server = server
        self.proxy = proxy
        self.far = far
        self.op = IRCClient(server.host, server.port)
        self.thief: IRCClient | None = None
        self._runs = itertools.count(1)

    async def person(self, nick: str, *, far: bool = False) -> IRCClient:
        """Connect somebody."""
        server = self.far if far and self.far is not None else self.server
        return await IRCClient(server.host, server.port).connect(nick)

    async def oversee(self) -> None:
        """Connect the operator, of the channel and of the server; once more after the server was gone."""
        await self.op.close()
        self.op = await self.person("olga", far=True)
        self.op.send("OPER op secret")
        await self.op.expect(r"\S+ 381 .*")
        await self.op.join(CHANNEL)
        self.op.send(f"{'SAMODE' if isinstance(self.server, InspIRCd) else 'MODE'} {CHANNEL} +o olga")
        await self.op.settled()

    async def restart(self) -> None:
        """Start the server again, and be as before."""
        self.server.kill()
        if self.far is None:
            await self.server.start()
            await self.oversee()
        else:
            await self.split()  # which the other one may take a minute to notice by itself
            await self.server.start()
            await self.join()

    async def join(self) -> None:
        """Link the two servers; return once people on both see each other."""
        self.op.send(f"CONNECT {self.server.server_name}")
        await self._linked(joined=True)

    async def split(self) -> None:
        """Take the link between the two servers away; people stay on theirs."""
        self.op.send(f"SQUIT {self.server.server_name} :split")
        await self._linked(joined=False)

    async def _linked(self, *, joined: bool) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                self.op.send("LINKS")
                seen = False
                while (found := await self.op.expect(r"\S+ (364|365) \S+ (\S+).*"))[1] == "364":
                    seen |= found[2] == self.server.server_name
                if seen == joined:
                    return
                await asyncio.sleep(0.02)

    async def answered(self, *, nick: str = "ptgbot") -> None:
        """Return once the bot answers in the channel; it is asked again and again.

        Args:
            nick: The regular expression of its nick.
        """
        run = next(self._runs)
        async with asyncio.timeout(PATIENCE):
            for number in itertools.count():
                self.op.say(CHANNEL, f"+seen q{run}x{number}")
                try:
                    found = rf":{nick}!\S+ PRIVMSG {CHANNEL} :olga: .*q{run}x\d+ never checked in.*"
                    await self.op.expect(found, BETWEEN_QUESTIONS)
                except AssertionError:
                    continue
                return

    async def obeyed(self, *, nick: str = "ptgbot") -> None:
        """Return once the bot has done what only an organiser may ask for."""
        self.op.say(CHANNEL, "~list")
        await self.op.expect(rf":{nick}!\S+ PRIVMSG {CHANNEL} :olga: Tracks: docs neutron nova swift", 10)


@asynccontextmanager
async def ngircd_stage() -> AsyncIterator[Stage]:
    """Give a stage on an ngircd, the operator in the channel and no bot yet."""
    async with (
        Ngircd(oper_password="secret", ping_timeout=5, pong_timeout=5) as server,
        Proxy(server.host, server.port) as proxy,
    ):
        stage = Stage(server, proxy)
        await stage.oversee()
        yield stage
        await stage.op.close()


@asynccontextmanager
async def inspircd_stage() -> AsyncIterator[Stage]:
    """Give a stage on two linked InspIRCd with services: the bot comes to one, the operator is on the other."""
    async with AsyncExitStack() as stack:
        near, far = InspIRCd("a"), InspIRCd("b")
        near.knows(far)
        far.knows(near)
        for server in (near, far):
            server.launch()
            stack.callback(server.remove)
        await asyncio.gather(near.ready(), far.ready())
        await stack.enter_async_context(Anope(near, {"ptgbot": "right"}))
        proxy = await stack.enter_async_context(Proxy(near.host, near.port))
        stage = Stage(near, proxy, far)
        await stage.oversee()
        await stage.join()
        yield stage
        await stage.op.close()
