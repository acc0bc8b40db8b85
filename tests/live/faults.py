"""What happens to a bot on a network, fault by fault, and how long it takes to notice and to heal."""

import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.live.stage import CHANNEL, Stage

__all__ = ["EVERYWHERE", "WITH_SERVICES", "Fault", "Healed", "suffer"]

LOST = "lost the connection"
OUT = f"not in {CHANNEL}"


async def _nothing(stage: Stage) -> None:
    """The fault ends by itself."""


@dataclass(frozen=True)
class Fault:
    """Something that happens to a bot.

    Args:
        name: What happens, in words.
        strike: Makes it happen.
        lift: Ends it, where it does not end by itself.
        notice: What the bot's log says once it has noticed; empty where there is nothing for it to do.
        nick: Whether the bot is to have its own nick for it to be over, rather than any of its nicks.
    """

    name: str
    strike: Callable[[Stage], Awaitable[None]]
    lift: Callable[[Stage], Awaitable[None]] = _nothing
    notice: str = LOST
    nick: bool = True


@dataclass(frozen=True, slots=True)
class Healed:
    """How a fault went.

    Args:
        noticed: Seconds until the bot noticed; None where there is nothing to notice.
        healed: Seconds from the end of the fault until the bot did its work again.
    """

    noticed: float | None
    healed: float


async def suffer(stage: Stage, fault: Fault) -> Healed:
    """Make a fault happen, end it, and wait until all is well.

    Args:
        stage: Where; the bot answers there.
        fault: What.
    """
    before, began = len(stage.bot.log), time.monotonic()
    await fault.strike(stage)
    noticed = None
    if fault.notice:
        await stage.bot.logs(fault.notice, after=before)
        noticed = time.monotonic() - began
    lifted = time.monotonic()
    await fault.lift(stage)
    nick = "ptgbot" if fault.nick else r"ptgbot\S*"
    await stage.answered(nick=nick)
    healed = time.monotonic() - lifted
    await stage.obeyed(nick=nick)
    return Healed(noticed, healed)


async def _kill_server(stage: Stage) -> None:
    stage.server.kill()


async def _stop_server(stage: Stage) -> None:
    stage.server.signal(signal.SIGTERM)


async def _start_server(stage: Stage) -> None:
    await stage.restart()


async def _freeze(stage: Stage) -> None:
    stage.server.pause()


async def _thaw(stage: Stage) -> None:
    stage.server.resume()


async def _swallow(stage: Stage) -> None:
    stage.proxy.swallow()


async def _cut(stage: Stage) -> None:
    stage.proxy.cut()


async def _kill(stage: Stage) -> None:
    stage.op.send("KILL ptgbot :out")


async def _kick(stage: Stage) -> None:
    stage.op.kick(CHANNEL, "ptgbot")


def _shut(mode: str) -> Callable[[Stage], Awaitable[None]]:
    """Return what shuts the channel and makes the bot leave it."""

    async def strike(stage: Stage) -> None:
        stage.op.mode(CHANNEL, mode)
        stage.op.kick(CHANNEL, "ptgbot")

    return strike


def _set(mode: str) -> Callable[[Stage], Awaitable[None]]:
    """Return what changes the channel's modes."""

    async def lift(stage: Stage) -> None:
        stage.op.mode(CHANNEL, mode)

    return lift


async def _moderate(stage: Stage) -> None:
    """Make it a channel where the bot may not speak; it goes on elsewhere."""
    stage.op.mode(CHANNEL, "-o+m ptgbot")
    stage.op.say(CHANNEL, "+seen nobody")
    stage.op.private("ptgbot", "+seen somebody")
    await stage.op.expect(r":ptgbot!\S+ PRIVMSG olga :somebody never checked in anywhere\.")


async def _steal_nick(stage: Stage) -> None:
    thief = await stage.person("thief")
    stage.op.send("KILL ptgbot :out")
    await stage.op.settled()
    thief.nick("ptgbot")
    await thief.expect(r":thief!\S+ NICK :?ptgbot")
    stage.thief = thief


async def _give_nick_back(stage: Stage) -> None:
    assert stage.thief is not None
    await stage.thief.quit()


async def _rename(stage: Stage) -> None:
    stage.op.send("SANICK ptgbot Guest1234")


async def _split(stage: Stage) -> None:
    await stage.split()


async def _join(stage: Stage) -> None:
    await stage.join()


EVERYWHERE = (
    Fault("server killed, started again", _kill_server, _start_server),
    Fault("server stopped, started again", _stop_server, _start_server),
    Fault("server frozen, going on", _freeze, _thaw, nick=False),
    Fault("connection cut", _cut, nick=False),
    Fault("connection silent (half-open)", _swallow, nick=False),
    Fault("KILL", _kill),
    Fault("KICK", _kick, notice=OUT),
    Fault("banned, then not (+b)", _shut("+b *!*@*"), _set("-b *!*@*"), OUT),
    Fault("invitation needed, then not (+i)", _shut("+i"), _set("-i"), OUT),
    Fault("key needed, then not (+k)", _shut("+k key"), _set("-k key"), OUT),
    Fault("moderated, then not (+m)", _moderate, _set("-m"), ""),
    Fault("nick taken by somebody, who leaves", _steal_nick, _give_nick_back),
)
# What takes services, and a second server of the network.
WITH_SERVICES = (
    Fault("own nick changed by the server", _rename, notice="Guest1234"),
    Fault("netsplit, then joined", _split, _join, ""),
    Fault("connection silent (half-open), nick got back by services", _swallow),
)
