"""IRC as a network: connects, connects again, and knows how much text a line can hold."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from ptgbot.core.identity import Role
from ptgbot.core.messages import Message, Send, Target, Tone
from ptgbot.core.protocols import Presence
from ptgbot.networks.irc import lines
from ptgbot.networks.irc.backoff import Backoff, End
from ptgbot.networks.irc.connection import Connection
from ptgbot.networks.irc.context import Context
from ptgbot.networks.irc.nick import user_name
from ptgbot.networks.irc.pace import Pace
from ptgbot.networks.irc.settings import IRCSettings, Timing
from ptgbot.networks.irc.wire import LINE_LENGTH, Wire

__all__ = ["IRCNetwork"]

log = logging.getLogger(__name__)

HOST_LENGTH = 63  # the longest that servers show, whatever ours looks like at the moment


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
        self._pace = Pace(settings.burst, settings.interval)
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
        """How many lines it takes at once, at the moment."""
        return self._pace.burst

    @property
    def interval(self) -> float:
        """Seconds between lines after the burst; longer for a while after the server complained."""
        return self._pace.interval

    @property
    def gap(self) -> float:
        """Seconds between two lines to one target: IRC's servers count all lines alike."""
        return 0.0

    @property
    def joint(self) -> str:
        """What stands between texts that are merged into a line."""
        return " · "

    @property
    def targets_at_once(self) -> int:
        """How many people one line may go to, at the moment."""
        return 1 if self._connection is None else self._connection.targets_at_once

    @property
    def nick(self) -> str:
        """The nick that the bot has at the moment, or wants while there is no connection."""
        return self._connection.state.own.nick if self._connection is not None else self._settings.nick

    async def ready(self) -> None:
        """Return once the bot is in at least one of its channels, and the server has done what it was sent before."""
        while True:
            await self._ready.wait()
            connection = self._connection
            if connection is not None:
                await connection.state.backlog.caught_up()
            if self._ready.is_set() and self._connection is connection:
                return

    async def joined(self) -> None:
        """Return once the bot is in every one of its channels."""
        await self._joined.wait()

    def room(self, target: Target) -> int:
        """Return the bytes of UTF-8 text that one line to a target can hold.

        Raises:
            ValueError: No line can go to something of this name.
        """
        name = self._checked(target)
        limit, nick, user, host = LINE_LENGTH, self._settings.nick, "~" + user_name(self._settings.nick), ""
        if self._connection is not None:
            state = self._connection.state
            limit = state.isupport.line_length
            nick = max(nick, state.own.nick, key=lambda each: len(each.encode("utf-8", "replace")))
            shown_user, _, host = state.own.mask.partition("!")[2].partition("@")
            user = max(user, shown_user, key=len)
        prefix = len(f":{nick}!{user}@".encode("utf-8", "replace"))
        prefix += max(HOST_LENGTH, len(host.encode("utf-8", "replace"))) + 1
        return limit - 2 - prefix - len(f"{self._settings.verb} {name} :".encode())

    def split(self, send: Send) -> list[str]:
        """Return a Send's text as the lines that the network will carry, none of them cut by it.

        Raises:
            ValueError: No line can go to something of this name.
        """
        return lines.split(send.lead + send.text, self.room(send.target))

    def address(self, message: Message, tone: Tone) -> tuple[Target, str] | None:
        """Return where an answer to a message goes, and what it begins with; None for a mere sign that it is done."""
        if tone is Tone.DONE:
            return None
        if message.channel is None:
            return Target(self._name, message.sender.name), ""
        return Target(self._name, message.channel), f"{message.sender.name}: "

    def how_to_get(self, role: Role) -> str:
        """Return what to tell somebody who does not have a role that they need."""
        if role is Role.ORGANISER:
            return "You need op (+o) in the channel for that."
        return "You need voice (+v) or op in the channel for that at the moment; an op can give it to you."

    def changed(self) -> None:
        """Do nothing: on IRC there is nothing to see besides messages."""

    def locate(self, target: Target) -> Target | None:
        """Return where a target is to be reached now: a person under the nick that they have by now.

        Returns:
            The target as lines go to it; None for a person who is known to be away.
        """
        return target if self._connection is None else self._connection.state.people.locate(target)

    def knows(self, target: Target) -> bool:
        """Tell whether it is known if a person is there: in a channel, or asked for a moment ago."""
        return self._connection is None or self._connection.state.people.knows(target)

    async def look_for(self, targets: Iterable[Target]) -> None:
        """Ask the server which of some people are there, of as many as fit in one line.

        Raises:
            ConnectionError: The link is down.
        """
        if self._connection is None:
            raise ConnectionError("not connected")
        await self._connection.state.whereabouts.look_for(targets)

    @property
    def organisers(self) -> tuple[Target, ...]:
        """Where the channels' operators are told what only they should know; empty while none is there."""
        if self._connection is None:
            return ()
        return self._connection.state.people.organisers(self._connection.joined)

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:  # noqa: ARG002 - lines have none
        """Send one line.

        Args:
            target: One person, one channel, the operators of one (``@#channel``), or as many people as
                ``targets_at_once`` says, their nicks joined by commas.
            line: The text.
            ticket: Of no use here.

        Returns:
            Nothing: lines on IRC have no name that anybody could ask for.

        Raises:
            ValueError: No line can go to something of this name.
            ConnectionError: The link is down, or (``NotInChannel``) the bot is not in that channel of its own;
                the line did not go out.
        """
        self._checked(target)
        if self._connection is None:
            raise ConnectionError("not connected")
        self._connection.say(target, line)
        return ""

    async def find(self, target: Target, ticket: str, body: str, since: datetime) -> str | None:  # noqa: ARG002
        """Return None: nobody can be asked what was said on IRC."""
        return None

    def _checked(self, target: Target) -> str:
        names = target.name.split(",")
        several = 1 < len(names) <= self.targets_at_once
        if several and all(lines.is_target(name) and not lines.is_channel(name) for name in names):
            return target.name
        if not lines.is_target(target.name) and not lines.is_status_target(target.name):
            raise ValueError(f"{target.name!r} cannot be the name of a person or a channel")
        return target.name

    async def run(self, accept: Callable[[Message], object], presence: Presence) -> None:
        """Connect, stay connected, hand every message to ``accept``; return only when cancelled.

        Args:
            accept: Is given each line that somebody says in one of the channels or to the bot. What it raises is
                logged, and nothing else happens.
            presence: Is told who comes, and who turns out to be away. The same holds for it.
        """
        context = Context(self._name, self._settings, self._timing, self._pace, accept, presence, self._moved)
        backoff = Backoff(self._timing, len(self._settings.servers))
        turn = 0
        while True:
            end = await self._attempt(self._settings.servers[turn % len(self._settings.servers)], context)
            turn += 1
            pause = backoff.after(end)
            log.warning("%s: %s; trying again in %.0f s", self._name, end.why, pause)
            await asyncio.sleep(pause)

    async def _attempt(self, server: str, context: Context) -> End:
        """Be connected once; return why there is no connection (any more)."""
        where = f"{server}:{self._settings.port}"
        log.info("%s: connecting to %s%s", self._name, where, " with TLS" if self._settings.tls else "")
        try:
            wire = await self._open(server)
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that no resolver takes
            return End(f"no connection to {where}: {_explain(error)}")
        log.info("%s: connected to %s", self._name, where)
        self._connection = Connection(wire, context)
        try:
            end = await self._connection.live()
        finally:
            self._connection = None
            self._moved()
        return replace(end, why=f"lost the connection to {where}: {end.why}")

    async def _open(self, server: str) -> Wire:
        if self._settings.tls and self._context is None:
            # Reading the system's authorities takes long enough for others to notice.
            self._context = await asyncio.to_thread(_tls, self._settings)
        async with asyncio.timeout(self._timing.connect):
            return await Wire.open(
                server,
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


class _Unusable(OSError):
    """A file that the settings name cannot be used; the text says which and why."""


def _tls(settings: IRCSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.client_cert is not None:
        try:
            context.load_cert_chain(settings.client_cert, password="")  # else it asks for one, in the terminal
        except (OSError, ValueError) as error:
            raise _Unusable(f"the client certificate cannot be used ({error})") from error
    return context


def _explain(error: Exception) -> str:
    """Return in words what kept us from connecting."""
    match error:
        case _Unusable():
            return str(error)
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
