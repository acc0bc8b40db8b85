"""One connection from its first line to its last: registered, logged in, in the channels, until the link is down."""

import asyncio
import logging
from collections.abc import Callable, Iterator

from ptgbot.core.messages import Message
from ptgbot.networks.irc.lines import sayable
from ptgbot.networks.irc.settings import IRCSettings, Timing
from ptgbot.networks.irc.state import Membership, State
from ptgbot.networks.irc.wire import Wire

__all__ = ["Connection", "NotInChannel"]

log = logging.getLogger(__name__)

LINES_AT_ONCE = 50


class NotInChannel(ConnectionError):
    """The server is there, but the bot is not in the channel at the moment."""


class Connection:
    """One connection to a server.

    Args:
        wire: The open link.
        settings: Where we are and as whom.
        timing: How long the steps may take.
        network: The network's name.
        accept: Is given every message.
        moved: Is called when the bot came into a channel or out of one.
    """

    def __init__(
        self,
        wire: Wire,
        settings: IRCSettings,
        timing: Timing,
        *,
        network: str,
        accept: Callable[[Message], None],
        moved: Callable[[], None],
    ) -> None:
        self._wire = wire
        self._settings = settings
        self._timing = timing
        self._network = network
        self._moved = moved
        self._tasks: set[asyncio.Task[None]] = set()
        self.state = State(wire, settings, timing, network=network, accept=accept, moved=moved)

    @property
    def joined(self) -> list[str]:
        """The channels that the bot is in."""
        return [place.name for place in self.state.memberships if place.inside.is_set()]

    def say(self, target: str, text: str) -> None:
        """Send a line of text.

        Args:
            target: A nick or a channel, already known to be one.
            text: The text; if nothing of it can be said, nothing is sent.

        Raises:
            NotInChannel: The bot is not in this channel of its own.
            ConnectionError: The link is down.
        """
        if not self.state.registered.is_set():
            raise ConnectionError("not registered yet")
        place = self.state.membership(target)
        if place is not None and not place.inside.is_set():
            raise NotInChannel(f"not in {place.name} at the moment")
        text = sayable(text)
        if text.strip():
            self._wire.send(f"PRIVMSG {target} :{text}")

    async def live(self) -> str:
        """Register, log in, join, and be there until the link is down. Cancelled, it says QUIT.

        Returns:
            Why the link is down.
        """
        self._tasks = {asyncio.create_task(step) for step in (self._read(), self._watch(), self._settle())}
        try:
            why = await self._first_failure()
        finally:
            try:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)
            finally:
                await self._wire.close("stopping", self._timing.close)
                for place in self.state.memberships:
                    place.inside.clear()
                self._moved()
        return f"{why} ({self.state.error})" if self.state.error else why

    async def _first_failure(self) -> str:
        # Not a TaskGroup: before Python 3.13, one that fails just as it is cancelled forgets that it was cancelled.
        while True:
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if isinstance(error, OSError):
                    return str(error)
                if error is not None:
                    log.error("%s: an error of our own ends the connection", self._network, exc_info=error)
                    return "an error of our own"
            self._tasks -= done

    async def _read(self) -> None:
        count = 0
        while True:
            line = await self._wire.receive()
            try:
                self.state.handle(line)
            except ConnectionError:
                continue  # an answer that could not leave; receive() says the rest
            except Exception:
                log.exception("%s: a line (%s) could not be handled; going on", self._network, line.command)
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

    async def _settle(self) -> None:
        if not await _within(self._timing.capabilities, self.state.registered):
            for answer in self.state.caps.give_up():
                self._wire.send(answer)
        if not await _within(self._timing.register, self.state.registered):
            raise ConnectionError("the server did not let us register in time")
        await _within(self._timing.motd, self.state.welcomed)
        log.info("%s: registered as %s", self._network, self.state.nick)
        await self._log_in()
        for place in self.state.memberships:
            self._tasks.add(asyncio.create_task(self._stay(place)))
        self._tasks.add(asyncio.create_task(self._keep_nick()))

    async def _log_in(self) -> None:
        if not self._settings.password:
            return
        account = "" if self.state.is_me(self._settings.nick) else f"{self._settings.nick} "
        self._wire.send(f"PRIVMSG NickServ :IDENTIFY {account}{self._settings.password}")
        if not await _within(self._timing.services, self.state.logged_in):
            log.warning("%s: NickServ did not answer the login; going on without", self._network)

    async def _stay(self, place: Membership) -> None:
        clock = asyncio.get_running_loop()
        pauses = self._pauses()
        while True:
            place.invited.clear()
            if not place.inside.is_set():  # an operator may have put us there meanwhile
                place.refusal = "no answer"
                place.answered.clear()
                self._wire.send(f"JOIN {place.name}")
                await _within(self._timing.join, place.answered)
            if place.inside.is_set():
                log.info("%s: joined %s", self._network, place.name)
                since = clock.time()
                await place.outside.wait()
                if clock.time() - since > self._timing.settled:
                    pauses = self._pauses()
            pause = next(pauses)
            log.warning("%s: not in %s (%s); trying again in %g s", self._network, place.name, place.refusal, pause)
            await _within(pause, place.invited)

    def _pauses(self) -> Iterator[float]:
        yield from self._timing.rejoin
        while True:
            yield self._timing.rejoin[-1]

    async def _keep_nick(self) -> None:
        while True:
            await _within(self._timing.regain, self.state.nick_freed)
            self.state.nick_freed.clear()
            if not self.state.nick_refused and not self.state.is_me(self._settings.nick):
                self._wire.send(f"NICK {self._settings.nick}")


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for an event for so long at most; return whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
