"""IRC as a network: connects, connects again, and knows how much text a line can hold."""

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from ptgbot.core.messages import Message, Send, Target
from ptgbot.core.protocols import Presence
from ptgbot.networks.irc import lines
from ptgbot.networks.irc.connection import Connection
from ptgbot.networks.irc.registration import user_name
from ptgbot.networks.irc.settings import IRCSettings, Timing
from ptgbot.networks.irc.wire import LINE_LENGTH, Wire

__all__ = ["IRCNetwork"]

log = logging.getLogger(__name__)

HOST_LENGTH = 63  # the longest that servers show, whatever ours looks like at the moment

_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class _End:
    """Why there is no connection, whether the server found us too fast, and how long we were registered."""

    why: str
    throttled: bool = False
    lasted: float = 0.0


class IRCNetwork:
    """One IRC network (``core.protocols.Network``).

    Args:
        settings: Where to connect and as whom.
        name: The network's name in identities and targets.
        timing: How long the steps of a connection may take.
    """

    def __init__(self, settings: IRCSettings, *, name: str = "irc", timing: Timing | None = None) -> None:
        self._settings = settings
        self._name = name
        self._timing = timing or Timing()
        self._connection: Connection | None = None
        self._ready = asyncio.Event()
        self._joined = asyncio.Event()
        self._context: ssl.SSLContext | None = None

    @property
    def name(self) -> str:
        """Its name in identities and targets."""
        return self._name

    @property
    def burst(self) -> int:
        """How many lines it takes at once."""
        return self._settings.burst

    @property
    def interval(self) -> float:
        """Seconds between lines after the burst."""
        return self._settings.interval

    @property
    def nick(self) -> str:
        """The nick that the bot has at the moment, or wants while there is no connection."""
        return self._connection.state.nick if self._connection is not None else self._settings.nick

    async def ready(self) -> None:
        """Return once the bot is in at least one of its channels."""
        await self._ready.wait()

    async def joined(self) -> None:
        """Return once the bot is in every one of its channels."""
        await self._joined.wait()

    def room(self, target: Target) -> int:
        """Return the bytes of UTF-8 text that one line to a target can hold.

        Raises:
            ValueError: It cannot be the name of one person or channel.
        """
        name = _checked(target)
        limit, nick, user, host = LINE_LENGTH, self._settings.nick, "~" + user_name(self._settings.nick), ""
        if self._connection is not None:
            limit = self._connection.state.isupport.line_length
            nick = max(nick, self._connection.state.nick, key=lambda each: len(each.encode()))
            shown_user, _, host = self._connection.state.mask.partition("!")[2].partition("@")
            user = max(user, shown_user, key=len)
        prefix = len(f":{nick}!{user}@".encode()) + max(HOST_LENGTH, len(host.encode("utf-8", "replace"))) + 1
        return limit - 2 - prefix - len(f"PRIVMSG {name} :".encode())

    def split(self, send: Send) -> list[str]:
        """Return a Send's text as the lines that the network will carry, none of them cut by it.

        Raises:
            ValueError: The target cannot be the name of one person or channel.
        """
        return lines.split(send.lead + send.text, self.room(send.target))

    def locate(self, target: Target) -> Target | None:
        """Return where a target is to be reached now."""
        return target

    @property
    def organisers(self) -> tuple[Target, ...]:
        """Where the event's organisers are told what only they should know."""
        return ()

    async def post(self, target: Target, line: str) -> None:
        """Send one line.

        Raises:
            ValueError: The target cannot be the name of one person or channel.
            ConnectionError: The link is down, or (``NotInChannel``) the bot is not in that channel of its own;
                the line did not go out.
        """
        name = _checked(target)
        if self._connection is None:
            raise ConnectionError("not connected")
        self._connection.say(name, line)

    async def run(self, accept: Callable[[Message], None], presence: Presence) -> None:  # noqa: ARG002
        """Connect, stay connected, hand every message to ``accept``; return only when cancelled.

        Args:
            accept: Is given each line that somebody says in one of the channels or to the bot. What it raises is
                logged, and nothing else happens.
            presence: Is told who comes, and who turns out to be away.
        """
        failures = 0
        while True:
            end = await self._attempt(accept)
            failures = 0 if end.lasted > self._timing.settled else failures + 1
            pause = self._pause(failures, throttled=end.throttled)
            log.warning("%s: %s; trying again in %.0f s", self._name, end.why, pause)
            await asyncio.sleep(pause)

    def _pause(self, failures: int, *, throttled: bool) -> float:
        """Return how long to wait before connecting again."""
        pause = min(self._timing.retry * 2.0 ** min(max(failures - 1, 0), 20), self._timing.retry_most)
        if throttled:
            pause = max(pause, self._timing.throttled)
        # Never less than was promised to a server that complains, and not all bots at the same moment.
        longest = max(self._timing.retry_most, self._timing.throttled)
        return min(pause * _chance.uniform(1.0, 1.3), longest)

    async def _attempt(self, accept: Callable[[Message], None]) -> _End:
        """Be connected once; return why there is no connection (any more)."""
        where = f"{self._settings.server}:{self._settings.port}"
        log.info("%s: connecting to %s%s", self._name, where, " with TLS" if self._settings.tls else "")
        try:
            wire = await self._open()
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that no resolver takes
            return _End(f"no connection to {where}: {_explain(error)}")
        log.info("%s: connected to %s", self._name, where)
        connection = Connection(
            wire, self._settings, self._timing, network=self._name, accept=accept, moved=self._moved
        )
        self._connection = connection
        began = asyncio.get_running_loop().time()
        try:
            why = await connection.live()
        finally:
            self._connection = None
            self._moved()
        lasted = asyncio.get_running_loop().time() - began if connection.state.registered.is_set() else 0.0
        return _End(f"lost the connection to {where}: {why}", throttled=connection.state.throttled, lasted=lasted)

    async def _open(self) -> Wire:
        if self._settings.tls and self._context is None:
            # Reading the system's authorities takes long enough for others to notice.
            self._context = await asyncio.to_thread(_trust, self._settings.ca_file)
        async with asyncio.timeout(self._timing.connect):
            return await Wire.open(
                self._settings.server,
                self._settings.port,
                nick=self._settings.nick,
                user=user_name(self._settings.nick),
                tls=self._context,
            )

    def _moved(self) -> None:
        inside = self._connection.joined if self._connection is not None else []
        everywhere = len(inside) == len(self._settings.channels)
        for event, reached in ((self._ready, bool(inside)), (self._joined, everywhere)):
            if reached:
                event.set()
            else:
                event.clear()


def _checked(target: Target) -> str:
    if not lines.is_target(target.name):
        raise ValueError(f"{target.name!r} cannot be the name of a person or a channel")
    return target.name


def _trust(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _explain(error: Exception) -> str:
    """Return in words what kept us from connecting."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not valid ({error.verify_message})"
        case ssl.SSLError():
            return f"it does not speak TLS with us ({error.reason or 'no reason given'})"
        case socket.gaierror():
            return f"the name cannot be looked up ({error.strerror})"
        case UnicodeError():
            return "that is no host name"
        case ConnectionRefusedError():
            return "nothing listens there (refused)"
        case TimeoutError():
            return "no answer in time"
        case FileNotFoundError():
            return "the file with certificate authorities is not there"
        case _:
            return str(error) or type(error).__name__
