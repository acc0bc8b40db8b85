"""One connection from its first line to its last, phase by phase.

    NEGOTIATING     what the server can do: CAP LS 302, CAP REQ
    AUTHENTICATING  logging in by SASL, where the server has it
    REGISTERING     CAP END, until the server welcomes us
    IDENTIFYING     logging in with NickServ, where that is all there is; our nick, if somebody has it
    JOINING         the channels, each by itself
    RUNNING         in a channel, until the link is down

Each phase has its time-outs. Beside them runs what goes on all the time: reading, and once we are registered the
watch over silence, the login, the nick and each channel, all of which are restored when they are lost.
"""

import asyncio
import logging
from collections.abc import Coroutine
from enum import Enum

from ptgbot.core.messages import Target
from ptgbot.networks.irc.backoff import End
from ptgbot.networks.irc.context import Context
from ptgbot.networks.irc.lines import is_channel, sayable
from ptgbot.networks.irc.login import LoginRefused
from ptgbot.networks.irc.state import State
from ptgbot.networks.irc.waiting import within
from ptgbot.networks.irc.wire import Wire

__all__ = ["Connection", "NotInChannel", "Phase"]

log = logging.getLogger(__name__)

LINES_AT_ONCE = 50


class NotInChannel(ConnectionError):
    """The server is there, but the bot is not in the channel at the moment."""


class Phase(Enum):
    """How far a connection is; the value ends "lost the connection while …"."""

    NEGOTIATING = "agreeing on capabilities"
    AUTHENTICATING = "logging in by SASL"
    REGISTERING = "registering"
    IDENTIFYING = "logging in with NickServ"
    JOINING = "joining"
    RUNNING = "running"


class Connection:
    """One connection to a server, and the owner of all that happens on it.

    Args:
        wire: The open link.
        context: What all connections of the network share.
    """

    def __init__(self, wire: Wire, context: Context) -> None:
        self._wire = wire
        self._context = context
        self._settings = context.settings
        self._timing = context.timing
        self._tasks: set[asyncio.Task[None]] = set()
        self._unwelcome = False
        self.state = State(wire, context)
        self.phase = Phase.NEGOTIATING

    @property
    def joined(self) -> list[str]:
        """The channels that the bot is in."""
        return self.state.places.inside

    @property
    def targets_at_once(self) -> int:
        """How many people one line may go to."""
        if not self._settings.multi_target or self.state.one_target_only:
            return 1
        return self.state.isupport.targets(self._settings.verb)

    def say(self, target: Target, text: str) -> None:
        """Send a line of text.

        Args:
            target: One person or channel, its operators, or several people; already known to be that.
            text: The text; if nothing of it can be said, nothing is sent.

        Raises:
            NotInChannel: The bot is not in this channel of its own.
            ConnectionError: The link is down.
        """
        if not self.state.own.registered.is_set():
            raise ConnectionError("not registered yet")
        place = self.state.places.find(target.name.removeprefix("@"))
        if place is not None and not place.inside.is_set():
            raise NotInChannel(f"not in {place.name} at the moment")
        text = sayable(text)
        if not text.strip():
            return
        self._wire.send(f"{self._settings.verb} {target.name} :{text}")
        person = not is_channel(target.name.removeprefix("@"))
        if person:
            self.state.people.sent(target)
        here = not person or all(map(self.state.people.roster.is_here, target.name.split(",")))
        self.state.backlog.sent(dear=not here, echoed=self.state.echoes)

    async def live(self) -> End:
        """Go through all phases, until the link is down. Cancelled, it says QUIT."""
        began = asyncio.get_running_loop().time()
        self._start(self._read(), self._go())
        try:
            why = await self._first_failure()
        finally:
            try:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
            finally:
                await self._wire.close("stopping", self._timing.close)
                self.state.backlog.end()
                self.state.whereabouts.end()
                for place in self.state.places.all:
                    place.inside.clear()
                self._context.moved()
        if self.state.error:
            why = f"{why} ({self.state.error})"
        if self.phase is not Phase.RUNNING:
            why = f"{why} while {self.phase.value}"
        registered = self.state.own.registered.is_set()
        return End(
            why,
            unwelcome=self._unwelcome or self.state.unwelcome,
            lasted=asyncio.get_running_loop().time() - began if registered else 0.0,
        )

    def _start(self, *steps: Coroutine[None, None, None]) -> None:
        self._tasks |= {asyncio.create_task(step) for step in steps}

    async def _first_failure(self) -> str:
        # Not a TaskGroup: before Python 3.13, one that fails just as it is cancelled forgets that it was cancelled.
        while True:
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if isinstance(error, OSError):
                    self._unwelcome = isinstance(error, LoginRefused) and self.state.login.refused
                    return str(error)
                if error is not None:
                    log.error("%s: an error of our own ends the connection", self._context.network, exc_info=error)
                    return "an error of our own"
            self._tasks -= done

    # The phases

    async def _go(self) -> None:
        """Go from phase to phase."""
        state = self.state
        await within(self._timing.capabilities, state.caps.settled, state.own.registered)

        self.phase = Phase.AUTHENTICATING
        await state.login.by_sasl()

        self.phase = Phase.REGISTERING
        await self._register()

        self.phase = Phase.IDENTIFYING
        await self._identify()

        self.phase = Phase.JOINING
        self._start(self._watch(), state.login.keep(), state.own.keep(state.login.recover_nick))
        self._start(*(state.places.stay(place) for place in state.places.all))
        await state.places.joined.wait()

        self.phase = Phase.RUNNING

    async def _register(self) -> None:
        own = self.state.own
        if self.state.caps.known and not own.registered.is_set():
            self.state.end_negotiation()
        if not await within(self._timing.register, own.registered):
            raise ConnectionError("the server did not let us register in time")
        await within(self._timing.motd, self.state.welcomed)
        log.info("%s: registered as %s", self._context.network, own.nick)
        if self.state.isupport.bot_mode:
            self._wire.send(f"MODE {own.nick} +{self.state.isupport.bot_mode}")
        if self.state.isupport.monitor:
            services = ["NickServ"] if self.state.login.possible else []
            self._wire.send("MONITOR + " + ",".join([own.wanted, *services]))

    async def _identify(self) -> None:
        state = self.state
        await state.login.by_nickserv()
        if state.login.logged_in.is_set() and not state.own.have:
            await state.own.take_back(state.login.recover_nick)

    # What goes on all the time

    async def _read(self) -> None:
        count = 0
        while True:
            line = await self._wire.receive()
            try:
                self.state.handle(line)
            except ConnectionError:
                continue  # an answer that could not leave; receive() says the rest
            except Exception:
                log.exception(
                    "%s: a line (%s) could not be handled; going on", self._context.network, line.command[:20]
                )
            count += 1
            if count % LINES_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop()
        while True:
            silence = clock.time() - self._wire.heard
            if silence < self._settings.ping_after:
                await asyncio.sleep(self._settings.ping_after - silence)
                continue
            asked = clock.time()
            self._wire.send("PING :still-there")
            await asyncio.sleep(self._settings.ping_timeout)
            if self._wire.heard < asked:
                self._wire.drop(f"no answer to a PING within {self._settings.ping_timeout:g} s")
