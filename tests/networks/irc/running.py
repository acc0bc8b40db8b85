"""A network under way on a scripted server."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Target
from ptgbot.networks.irc import IRCNetwork, IRCSettings, Timing
from tests.networks.irc.scripted import ISUPPORT, Peer, Scripted, scripted, until

__all__ = ["BRISK", "CAPS", "CHANNEL", "SETTINGS", "Running", "actor", "answered", "running"]

# What a test waits for comes soon; what it does not wait for takes its time, so that a slow machine changes nothing.
BRISK = Timing(
    rejoin=(0.03, 0.06),
    ask=0.05,
    between=0.03,
    retry=0.03,
    retry_most=0.1,
    unwelcome=0.4,
    login_pauses=(0.02, 0.04),
    nick_pauses=(0.02, 0.04),
    close=0.05,
)
SETTINGS = IRCSettings("bot", "", "127.0.0.1", 6667, "#ptg")
CHANNEL = Target("irc", "#ptg")
CAPS = "multi-prefix account-tag account-notify extended-join message-tags server-time"


class Running:
    """A network under way on a scripted server."""

    def __init__(self, server: Scripted, given: IRCSettings, timing: Timing) -> None:
        self.server = server
        self.network = IRCNetwork(replace(given, port=server.port), timing=timing)
        self.heard: list[Message] = []
        self.came_in: list[Actor] = []
        self.away: list[Target] = []
        self.task = asyncio.create_task(self.network.run(self.accept, self))

    def accept(self, message: Message) -> None:
        if message.text == "raise":
            raise RuntimeError("a mistake further in")
        self.heard.append(message)

    def came(self, network: str, actor: Actor) -> None:
        assert network == self.network.name
        if actor.nick == "raise":
            raise RuntimeError("a mistake further in")
        self.came_in.append(actor)

    def missed(self, target: Target) -> None:
        if target.name == "raise":
            raise RuntimeError("a mistake further in")
        self.away.append(target)

    async def peer(self, *, caps: str | None = "", isupport: str = ISUPPORT, names: str = "") -> Peer:
        """Return the next client, registered and in the channel."""
        peer = await self.server.client()
        await peer.register(caps=caps, isupport=isupport)
        await peer.let_in(names=names)
        await asyncio.wait_for(self.network.ready(), 5)
        return peer

    async def hears(self, count: int = 1) -> list[Message]:
        await until(lambda: len(self.heard) >= count)
        return self.heard


@asynccontextmanager
async def running(
    given: IRCSettings = SETTINGS, timing: Timing = BRISK, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Running]:
    async with scripted(tls) as server:
        run = Running(server, given, timing)
        try:
            yield run
        finally:
            run.task.cancel()
            await asyncio.wait([run.task], timeout=3)
            assert run.task.cancelled()


async def answered(peer: Peer) -> None:
    """Return once the bot has read all that the peer sent."""
    peer.send("PING :settled")
    await peer.expect("PONG :settled")


def actor(nick: str, role: Role = Role.ATTENDEE, account: str = "") -> Actor:
    identity = Identity("irc", account, verified=True) if account else Identity("irc", nick.lower(), verified=False)
    return Actor(identity, nick, role, nick.lower())
