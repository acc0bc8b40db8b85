"""The person at the demo's terminal, as a client of its IRC server: typed lines go into the channel."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

from ptgbot.demo.ircline import Line, LineBuffer, encode, parse

__all__ = ["Prompt", "prompt"]

ReadLine = Callable[[], Awaitable[str | None]]
PrintLine = Callable[[str], None]

_MOST_BYTES = 400  # of a typed line: what surely fits into an IRC line, whoever it is from
_MOST_NICKS = 9

_FORMAT = re.compile(r"\x03\d{0,2}(?:,\d{1,2})?|[\x02\x0f\x11\x16\x1d\x1e\x1f]")  # colours, bold and the like
_ACTION = re.compile(r"\x01ACTION (.*?)\x01?")

_HELP = (
    "What you type goes into {channel}. Besides, there are",
    "  /msg NICK TEXT    says something in private",
    "  /nick NAME        gives you another nick",
    "  /op NICK, /deop NICK, /voice NICK, /devoice NICK",
    "  /quit or Ctrl-D   ends the demo",
)


class Prompt:
    """An IRC client for one person in one channel.

    Args:
        nick: The nick that it asks for; where it is taken, the same with ``_`` behind.
        channel: The channel that typed lines go into.
        read_line: Gives the next typed line, or None when there will be none any more.
        print_line: Shows a line.
        interactive: Whether a person types. Where nobody does, sent lines are shown too, and the end of input is
            not the end: whoever joins is made operator, because nobody here can do so by hand.
    """

    def __init__(
        self, nick: str, channel: str, read_line: ReadLine, print_line: PrintLine, *, interactive: bool = True
    ) -> None:
        self.nick = nick
        self.channel = channel
        self._read_line = read_line
        self._print = print_line
        self._interactive = interactive
        self._alone = False
        self._tries = 1
        self._in_channel = asyncio.Event()
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None

    async def join(self, host: str, port: int) -> None:
        """Connect and return once it is in the channel; the first one there is its operator.

        Raises:
            ConnectionError: There is no server, or it does not let this client in.
        """
        try:
            reader, self._writer = await asyncio.open_connection(host, port)
        except OSError as error:
            raise ConnectionError(f"no IRC server at {host}:{port}: {error}") from error
        self._send(f"NICK {self.nick}")
        self._send(f"USER {self.nick} 0 * :The person at the terminal")
        self._listening = asyncio.create_task(self._listen(reader))
        entered = asyncio.create_task(self._in_channel.wait())
        try:
            await asyncio.wait({entered, self._listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            entered.cancel()
            if not self._in_channel.is_set():
                await self.leave()
        if not self._in_channel.is_set():
            raise ConnectionError(f"the IRC server at {host}:{port} let nobody into {self.channel}")

    async def run(self) -> None:
        """Pass on what is typed and show what is said, until ``/quit``, the end of input or the server's end."""
        if self._listening is None:
            raise RuntimeError("join() comes first")
        typing = asyncio.create_task(self._type())
        try:
            done, _ = await asyncio.wait({typing, self._listening}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if typing not in done:
                self._print("! The IRC server has gone.")
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)
            await self.leave()

    async def leave(self) -> None:
        """Quit; harmless when it never joined."""
        if self._writer is None or self._listening is None:
            return
        self._send("QUIT")
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
        self._writer = None

    def _send(self, line: str) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(encode(line))

    # What is typed

    async def _type(self) -> None:
        while (text := await self._read_line()) is not None:
            if not self._typed(text.strip()):
                return
        if not self._interactive:
            self._alone = True
            self._print(
                f"* There is no prompt here. The demo goes on until Ctrl-C, and whoever joins {self.channel} becomes"
                " an operator."
            )
            await asyncio.Event().wait()

    def _typed(self, text: str) -> bool:
        """Do what a typed line says and return whether to go on."""
        if not text.startswith("/"):
            self._say(self.channel, text)
            return True
        command, *words = text.split()
        modes = {"/op": "+o", "/deop": "-o", "/voice": "+v", "/devoice": "-v"}
        if command == "/quit":
            return False
        if command == "/msg" and len(words) > 1:
            self._say(words[0], text.split(maxsplit=2)[2])
        elif command == "/nick" and len(words) == 1:
            self._send(f"NICK {words[0]}")
        elif command in modes and len(words) == 1:
            self._send(f"MODE {self.channel} {modes[command]} {words[0]}")
        else:
            for line in _HELP:
                self._print(line.format(channel=self.channel))
        return True

    def _say(self, target: str, text: str) -> None:
        size = len(text.encode("utf-8", "replace"))
        if size > _MOST_BYTES:
            self._print(f"! Not sent: {size} bytes are more than the {_MOST_BYTES} that fit into one IRC line.")
        elif text:
            self._send(f"PRIVMSG {target} :{text}")
            if not self._interactive:
                self._print(f"<{self.nick}> {text}" if target == self.channel else f"-> {target}: {text}")

    # What the server says

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        buffer = LineBuffer()
        while True:
            try:
                data = await reader.read(4096)
            except ConnectionError:
                return
            if not data:
                return
            for text in buffer.feed(data):
                line = parse(text)
                if line is not None:
                    self._heard(line)

    def _heard(self, line: Line) -> None:
        """Do the client's part of the protocol, then show what there is to show."""
        match line.command, line.params:
            case "PING", params:
                self._send(f"PONG :{' '.join(params)}")
            case "001", _:
                self._send(f"JOIN {self.channel}")
            case "433", _ if not self._in_channel.is_set() and self._tries < _MOST_NICKS:
                self._tries += 1
                self.nick += "_"
                self._send(f"NICK {self.nick}")
                return
            case "366", (_, channel, *_) if channel == self.channel:
                self._in_channel.set()
            case "NICK", (nick, *_) if line.nick == self.nick:
                self.nick = nick
            case "JOIN", _ if self._alone:
                self._send(f"MODE {self.channel} +o {line.nick}")
        text = _shown(line, self.channel)
        if text and not (line.command == "JOIN" and line.nick == self.nick):
            self._print(text)


def _shown(line: Line, channel: str) -> str:
    """Return how a line from the server is shown; empty where it is not."""
    match line.command, line.params:
        case (("PRIVMSG" | "NOTICE"), (target, text, *_)):
            text = _FORMAT.sub("", text)
            action = _ACTION.fullmatch(text)
            if action:
                return f"* {line.nick} {action[1]}"
            return f"<{line.nick}> {text}" if target == channel else f"-{line.nick}- {text}"
        case "NICK", (nick, *_):
            return f"* {line.nick} is now {nick}"
        case "JOIN", _:
            return f"* {line.nick} joined"
        case (("PART" | "QUIT"), _):
            return f"* {line.nick} left"
        case "KICK", (_, nick, *reason):
            return f"* {line.nick} kicked {nick} out: {' '.join(reason)}"
        case "TOPIC", (_, topic):
            return f"* topic: {topic} (by {line.nick})"
        case "MODE", (target, *modes) if target == channel:
            return f"* mode {' '.join(modes)} (by {line.nick})"
        case number, (_, *middle, text) if number.isdecimal() and int(number) >= 400:
            return f"! {': '.join([*middle, text])}"
    return ""


async def prompt(  # noqa: PLR0917 - the four words of an IRC client, and the two seams
    host: str,
    port: int,
    nick: str,
    channel: str,
    read_line: ReadLine,
    print_line: PrintLine,
    *,
    interactive: bool = True,
) -> None:
    """Join a channel and pass lines on until the person has had enough; see Prompt for the arguments.

    Raises:
        ConnectionError: There is no server, or it does not let this client in.
    """
    client = Prompt(nick, channel, read_line, print_line, interactive=interactive)
    await client.join(host, port)
    await client.run()
