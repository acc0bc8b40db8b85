"""The terminal of the demo: one line is being typed while others arrive above it."""

import asyncio
import codecs
import os
import re
import sys
import termios
import tty
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Self, TextIO

__all__ = ["LineEditor", "Terminal"]

_KEY = re.compile(r"\x1b(?:\[[0-9;]*[@-~]|O[A-Za-z])|.", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(?:O|\[[0-9;]*)?\Z")
_MARK = "> "
_HISTORY = 200
_NOWHERE = -1


class LineEditor:
    """A line being typed, and those typed before it. It knows keys and rows, and no terminal."""

    def __init__(self) -> None:
        self._before = ""
        self._after = ""
        self._pending = ""
        self._history: deque[str] = deque(maxlen=_HISTORY)
        self._older = 0  # how far back in the history the line is from
        self._keys: dict[str, Callable[[], None]] = {
            **dict.fromkeys(("\x7f", "\b"), self._erase),
            **dict.fromkeys(("\x1b[H", "\x1bOH", "\x1b[1~", "\x01"), partial(self._move, -sys.maxsize)),
            **dict.fromkeys(("\x1b[F", "\x1bOF", "\x1b[4~", "\x05"), partial(self._move, sys.maxsize)),
            **dict.fromkeys(("\x1b[D", "\x1bOD", "\x02"), partial(self._move, -1)),
            **dict.fromkeys(("\x1b[C", "\x1bOC", "\x06"), partial(self._move, 1)),
            **dict.fromkeys(("\x1b[A", "\x1bOA", "\x10"), partial(self._recall, 1)),
            **dict.fromkeys(("\x1b[B", "\x1bOB", "\x0e"), partial(self._recall, -1)),
            "\x1b[3~": self._erase_next,
            "\x17": self._erase_word,
            "\x15": self._erase_all_before,
            "\x0b": self._erase_all_after,
        }

    def feed(self, text: str) -> Iterator[str | None]:
        """Take what the keyboard sent and return the lines that it finished; None for Ctrl-D on an empty one."""
        text = self._pending + text
        unfinished = _UNFINISHED.search(text)
        self._pending = unfinished.group() if unfinished else ""
        for key in _KEY.findall(text[: len(text) - len(self._pending)]):
            if key in "\r\n":
                yield self._finish()
            elif key == "\x04":
                if not self._before + self._after:
                    yield None
            elif key in self._keys:
                self._keys[key]()
            elif key.isprintable():
                self._before += key

    def row(self, columns: int) -> str:
        """Return what draws the line anew: on one row, with the cursor in its place, scrolled where it is too long."""
        room = max(columns - 1 - len(_MARK), 1)
        before, after = self._before, self._after
        while _width(before) > room:
            before = before[1:]
        while after and _width(before + after) > room:
            after = after[:-1]
        back = f"\x1b[{_width(after)}D" if after else ""
        return f"\r\x1b[K{_MARK}{before}{after}{back}"

    def _finish(self) -> str:
        line = self._before + self._after
        self._put("")
        self._older = 0
        if line and (not self._history or self._history[-1] != line):
            self._history.append(line)
        return line

    def _put(self, before: str, after: str = "") -> None:
        self._before, self._after = before, after

    def _recall(self, step: int) -> None:
        self._older = min(max(self._older + step, 0), len(self._history))
        self._put(self._history[-self._older] if self._older else "")

    def _erase(self) -> None:
        self._before = self._before[:-1]

    def _erase_next(self) -> None:
        self._after = self._after[1:]

    def _erase_word(self) -> None:
        self._before = re.sub(r"\S*\s*\Z", "", self._before)

    def _erase_all_before(self) -> None:
        self._before = ""

    def _erase_all_after(self) -> None:
        self._after = ""

    def _move(self, step: int) -> None:
        line, place = self._before + self._after, len(self._before) + step
        self._put(line[: max(place, 0)], line[max(place, 0) :])


def _width(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


class Terminal:
    """Standard input and output, whatever they are: a terminal, a pipe, a file or nothing.

    At a terminal it is a context manager that takes over the echo of what is typed and gives it back.

    Args:
        stdin: Where lines are typed; None for nowhere.
        stdout: Where lines are shown.
    """

    def __init__(self, stdin: TextIO | None, stdout: TextIO) -> None:
        self._stdout = stdout
        self._fd = _descriptor(stdin)
        self._ended = self._fd == _NOWHERE
        self.interactive = False
        if not self._ended and os.isatty(self._fd):
            # A job in the background would be stopped by its first touch of the terminal.
            self.interactive = _in_foreground(self._fd)
            self._ended = not self.interactive
        self._editing = self.interactive and stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._editor = LineEditor()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lines: deque[str] = deque()
        self._part = ""
        self._saved: list[int | list[bytes | int]] | None = None

    @classmethod
    def standard(cls) -> Self:
        """Return the terminal of this process."""
        return cls(sys.stdin, sys.stdout)

    def __enter__(self) -> Self:
        if self._editing:
            self._saved = termios.tcgetattr(self._fd)
            tty.setcbreak(self._fd)
        return self

    def __exit__(self, *_: object) -> None:
        if self._saved is not None:
            termios.tcsetattr(self._fd, termios.TCSADRAIN, self._saved)
            self._saved = None
            self._write("\r\x1b[K")
        self._editing = False

    async def read_line(self) -> str | None:
        """Return the next line that is typed; None when there will be none any more."""
        if self._editing and not self._lines:
            self._draw()
        while not self._lines:
            if self._ended:
                return None
            data = await self._read()
            self._ended = not data
            text = self._decoder.decode(data, final=not data)
            if self._editing:
                self._edit(text)
            else:
                *lines, self._part = (self._part + text).split("\n")
                self._lines.extend(line.rstrip("\r") for line in lines)
                if self._ended and self._part:
                    self._lines.append(self._part)
        return self._lines.popleft()

    def print_line(self, text: str) -> None:
        """Show a line, above the one being typed. What could steer the terminal is taken out of it."""
        clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
        if self._editing:
            self._write(f"\r\x1b[K{clean}\n")
            self._draw()
        else:
            self._write(f"{clean}\n")

    def _edit(self, text: str) -> None:
        for line in self._editor.feed(text):
            if line is None:
                self._ended = True
            else:
                self._write(f"\r\x1b[K{_MARK}{line}\n")
                self._lines.append(line)
        self._draw()

    def _draw(self) -> None:
        try:
            columns = os.get_terminal_size(self._stdout.fileno()).columns or 80
        except OSError:
            columns = 80
        self._write(self._editor.row(columns))

    def _write(self, text: str) -> None:
        with suppress(BrokenPipeError):  # whoever read along has gone; the demo does not need them
            self._stdout.write(text.encode(self._stdout.encoding, "replace").decode(self._stdout.encoding))
            self._stdout.flush()

    async def _read(self) -> bytes:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        try:
            loop.add_reader(self._fd, readable.set)
        except PermissionError:
            # A file or /dev/null: it cannot be waited for, and never makes one wait.
            await asyncio.sleep(0)
        else:
            try:
                await readable.wait()
            finally:
                loop.remove_reader(self._fd)
        try:
            return os.read(self._fd, 4096)
        except OSError:  # the terminal was closed
            return b""


def _descriptor(stdin: TextIO | None) -> int:
    try:
        return _NOWHERE if stdin is None else stdin.fileno()
    except (OSError, ValueError):  # a stand-in without a file, or one that was closed
        return _NOWHERE


def _in_foreground(terminal: int) -> bool:
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
