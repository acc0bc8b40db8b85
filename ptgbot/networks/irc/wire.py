"""One link to a server: opened once, closed once, and lines in between.

The ``irc`` package opens the link, introduces us and takes lines apart. It has no type hints: this module is the only
one that touches it. What it does at odd input (an exception that ends the link, text taken for a command of its own)
is replaced here.
"""

import asyncio
import logging
import re
import ssl
from asyncio import Transport
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from irc import client, client_aio, connection, events, message

from ptgbot.networks.irc.lines import LineBuffer, outgoing, plain

__all__ = ["Line", "Wire", "parse"]

log = logging.getLogger(__name__)

LINE_LENGTH = 512
UNSENT_MOST = 256 * 1024
UNREAD_MOST = 2000
UNREAD_AGAIN = 500

_LINE = re.compile(
    r"(?:@(?P<tags>[^ ]*) +)?(?::(?P<source>[^ ]+) +)?(?P<command>[^ :@][^ :]*)(?P<rest>(?: .*)?)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line from the server.

    Args:
        command: The command in lower case; numerics by their names, such as ``welcome`` for 001.
        code: The numeric, or 0.
        source: Who it is from: ``nick!user@host``, a server's name, or empty.
        params: What follows the command.
        tags: The message tags, their values unescaped.
    """

    command: str
    code: int = 0
    source: str = ""
    params: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def nick(self) -> str:
        """The nick that the line is from (for a line from a server, the server's name)."""
        return self.source.partition("!")[0]

    @property
    def is_from_person(self) -> bool:
        """Whether the source has a user and a host, as no server has."""
        mask = client.NickMask(self.source)
        return bool(mask.nick and mask.user and mask.host)

    @property
    def last(self) -> str:
        """The last parameter, which is the text for people where there is one; empty if there is none."""
        return self.params[-1] if self.params else ""

    def param(self, index: int) -> str:
        """Return a parameter; empty if there are not so many."""
        return self.params[index] if index < len(self.params) else ""


def parse(text: str) -> Line | None:
    """Take a line apart.

    Args:
        text: The line without its end.

    Returns:
        The line, or None where it makes no sense.
    """
    found = _LINE.fullmatch(text.lstrip(" "))
    if found is None:
        return None
    # Only blanks separate: nicks and masks may hold characters that str.split() takes for one.
    head, colon, trailing = found["rest"].partition(" :")
    params = [word for word in head.split(" ") if word]
    if colon:
        params.append(trailing)
    command = events.Command.lookup(found["command"].upper())
    tags = {tag["key"]: tag["value"] or "" for tag in message.Tag.from_group(found["tags"]) or ()}
    code = found["command"]
    return Line(
        str(command).lower(),
        int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 0,
        found["source"] or "",
        tuple(params),
        tags,
    )


class _Protocol(client_aio.IrcProtocol):  # type: ignore[misc]  # the class has no type hints
    """Tells the one connection that it was made for, and no other, what became of its transport."""

    def connection_made(self, transport: Transport) -> None:
        self.connection.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.connection.on_lost(str(exc) if exc else "")


class _Connection(client_aio.AioConnection):  # type: ignore[misc]  # the class has no type hints
    """The package's connection, without what it does at odd input."""

    protocol_class = _Protocol
    transport: Transport | None = None

    def __init__(self, reactor: Any, wire: "Wire") -> None:
        super().__init__(reactor)
        self._wire = wire

    def process_data(self, data: bytes) -> None:
        self._wire.take(data)

    def send_raw(self, text: str) -> None:
        self._wire.send(text)

    def on_lost(self, why: str) -> None:
        self._wire.on_lost(why)


class Wire:
    """One link to a server. Use ``Wire.open``."""

    def __init__(self) -> None:
        reactor = client_aio.AioReactor(on_connect=self._greet, loop=asyncio.get_running_loop())
        self._connection = _Connection(reactor, self)
        self._buffer = LineBuffer()
        self._lines: asyncio.Queue[Line | None] = asyncio.Queue()
        self._lost = asyncio.Event()
        self._why = ""
        self._closing = False
        self._paused = False
        self.limit = LINE_LENGTH
        self.heard = asyncio.get_running_loop().time()

    @classmethod
    async def open(cls, host: str, port: int, *, nick: str, user: str, tls: ssl.SSLContext | None) -> "Wire":
        """Open a link; ``CAP LS 302``, NICK and USER go out at once, in this order.

        Args:
            host: The server's name or address.
            port: Its port.
            nick: The nick to ask for.
            user: The user name to give.
            tls: How to encrypt, or None for plain text.

        Raises:
            OSError: There is no link; the exception says why.
        """
        wire = cls()
        factory = connection.AioFactory(ssl=tls) if tls is not None else connection.AioFactory()
        try:
            await wire._connection.connect(host, port, nick, username=user, ircname=nick, connect_factory=factory)
        except BaseException:
            wire.drop("")
            raise
        return wire

    def _greet(self, _protocol: object, _transport: object) -> None:
        # The package sends NICK and USER next. A server holds the registration back only if CAP comes first.
        self.send("CAP LS 302")

    @property
    def _transport(self) -> Transport | None:
        return self._connection.transport

    def take(self, data: bytes) -> None:
        """Take in what the server sent; never raises."""
        self.heard = asyncio.get_running_loop().time()
        if self._closing:
            return
        for text in self._buffer.feed(data):
            try:
                line = parse(text)
            except Exception:
                log.exception("a line from the server cannot be read; going on without it")
                continue
            if line is not None:
                self._lines.put_nowait(line)
        if self._lines.qsize() > UNREAD_MOST and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    async def receive(self) -> Line:
        """Return the next line.

        Raises:
            ConnectionError: The link is down and every line was read.
        """
        line = await self._lines.get()
        if line is None:
            self._lines.put_nowait(None)
            raise ConnectionError(self._why)
        if self._paused and self._lines.qsize() < UNREAD_AGAIN and self._transport is not None:
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()
        return line

    def send(self, text: str) -> None:
        """Send one line; the only place where lines leave.

        Raises:
            ConnectionError: The link is down, or the server does not read: then the link is dropped.
        """
        transport = self._transport
        if transport is None or transport.is_closing() or self._lost.is_set():
            raise ConnectionError(self._why or "the link is closed")
        if transport.get_write_buffer_size() > UNSENT_MOST:
            self.drop("the server does not read what we send")
            raise ConnectionError(self._why)
        transport.write(outgoing(text, self.limit))

    def on_lost(self, why: str) -> None:
        """The transport is gone."""
        self._why = self._why or plain(why) or "the server closed the link"
        self._lost.set()
        self._lines.put_nowait(None)

    def drop(self, why: str) -> None:
        """End the link at once."""
        self._why = self._why or why
        if self._transport is not None:
            self._transport.abort()

    async def close(self, farewell: str, patience: float) -> None:
        """Say QUIT, let the server close, and end the link at the latest when patience is over."""
        self._closing = True
        try:
            if not self._lost.is_set():
                self._resume_for_close()
                self.send(f"QUIT :{farewell}")
                async with asyncio.timeout(patience):
                    await self._lost.wait()
        except OSError:  # it is down already, or (TimeoutError) the server does not answer
            pass
        finally:
            self.drop("")

    def _resume_for_close(self) -> None:
        # A transport that does not read does not notice either that the server closes.
        if self._paused and self._transport is not None and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()
