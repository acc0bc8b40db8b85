"""The channels that the bot is to be in. Each has a life of its own: joined, lost, joined again."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from ptgbot.networks.irc.context import Context
from ptgbot.networks.irc.isupport import ISupport
from ptgbot.networks.irc.lines import plain
from ptgbot.networks.irc.waiting import Pauses, within
from ptgbot.networks.irc.wire import Line

__all__ = ["Membership", "Places"]

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Membership:
    """A channel that the bot is to be in, and whether it is.

    Args:
        name: The channel.
        since: When the bot came in by the server's clock, where it tells the time.
        refusal: Why the bot is not in.
        inside: Is set while the bot is in.
        outside: Is set when the bot is out again.
        answered: Is set when the server answered a JOIN.
        invited: Is set by what makes another JOIN worthwhile at once.
    """

    name: str
    since: str = ""
    refusal: str = ""
    inside: asyncio.Event = field(default_factory=asyncio.Event)
    outside: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    invited: asyncio.Event = field(default_factory=asyncio.Event)


class Places:
    """All of these channels on one connection.

    Args:
        send: Sends a line.
        context: Which channels these are.
        rules: The server's rules for names.
    """

    def __init__(self, send: Callable[[str], None], context: Context, rules: ISupport) -> None:
        self._send = send
        self._context = context
        self._rules = rules
        self.all = [Membership(name) for name in context.settings.channels]
        self.joined = asyncio.Event()  # for the first time, in any of them

    def find(self, channel: str) -> Membership | None:
        """Return the bot's own channel of this name, if it is one."""
        fold = self._rules.fold
        return next((place for place in self.all if fold(place.name) == fold(channel)), None)

    @property
    def inside(self) -> list[str]:
        """The channels that the bot is in."""
        return [place.name for place in self.all if place.inside.is_set()]

    # What the server says

    def entered(self, channel: str, since: str) -> bool:
        """The bot came into a channel.

        Args:
            channel: The channel.
            since: The time by the server's clock; empty if it was not told.

        Returns:
            Whether it is one of ours; another one is left.
        """
        place = self.find(channel)
        if place is None:
            # A server that forwards, or an operator, put us where nobody asked for us.
            self._send(f"PART {channel}")
            return False
        place.since = since
        place.outside.clear()
        place.inside.set()
        place.answered.set()
        self.joined.set()
        self._context.moved()
        return True

    def left(self, channel: str, why: str) -> None:
        """The bot is out of a channel."""
        place = self.find(channel)
        if place is not None:
            place.refusal = why
            place.inside.clear()
            place.outside.set()
            self._context.moved()

    def refused(self, line: Line) -> None:
        """The server refused something; if that was a JOIN, it is tried again later."""
        place = self.find(line.param(1))
        if place is not None and not place.inside.is_set():
            place.refusal = plain(line.last)
            if line.code == 470:
                place.refusal = f"the server sends us to {plain(line.param(2))} instead"
            place.answered.set()

    def invited(self, channel: str) -> None:
        """Somebody invited us."""
        place = self.find(channel)
        if place is not None:
            place.invited.set()

    def try_again(self) -> None:
        """Something changed, such as that we are logged in: channels that did not let us in may do so now."""
        for place in self.all:
            if not place.inside.is_set():
                place.invited.set()

    # What we do

    async def stay(self, place: Membership) -> None:
        """Join a channel, and again whenever the bot is out of it, until cancelled."""
        network, timing = self._context.network, self._context.timing
        pauses = Pauses(timing.rejoin, timing.settled)
        await asyncio.sleep(self._turn(place))
        while True:
            place.invited.clear()
            if not place.inside.is_set():  # an operator may have put us there meanwhile
                place.refusal = "no answer"
                place.answered.clear()
                self._send(f"JOIN {place.name}")
                await within(timing.join, place.answered)
            if place.inside.is_set():
                log.info("%s: joined %s", network, place.name)
                pauses.begins()
                await place.outside.wait()
                pauses.ends()
            pause = pauses.next()
            log.warning("%s: not in %s (%s); trying again in %g s", network, place.name, place.refusal, pause)
            await within(pause, place.invited)

    def _turn(self, place: Membership) -> float:
        """Return how long a first JOIN waits, so that a list of channels is no flood."""
        pace = self._context.pace
        return max(0, self.all.index(place) + 1 - pace.burst) * pace.interval
