import asyncio
import io
import os
import pty
import select
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.demo.terminal import LineEditor, Terminal

LEFT, RIGHT, UP, DOWN, HOME, END, DELETE = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B", "\x1b[H", "\x1bOF", "\x1b[3~"


class TestTheLineEditor:
    @pytest.mark.parametrize(
        ("keys", "lines"),
        [
            ("hello\r", ["hello"]),
            ("one\ntwo\n", ["one", "two"]),
            ("helo\x7f\x7fllo\r", ["hello"]),
            (f"hllo{LEFT}{LEFT}{LEFT}e\r", ["hello"]),
            (f"ello{HOME}h{END}!{RIGHT}{RIGHT}?\r", ["hello!?"]),
            (f"hexllo{LEFT * 4}{DELETE}\r", ["hello"]),
            ("one two  \x17\x17three\r", ["three"]),
            (f"wrong\x15right wrong{LEFT * 6}\x0b\r", ["right"]),
            (f"one\rtwo\r{UP}{UP}{UP}\r{UP}{DOWN}x\r", ["one", "two", "one", "x"]),
            (f"one\rone\r\r{UP}{UP}{DOWN}{DOWN}{DOWN}\r", ["one", "one", "", ""]),
            ("a\tb\x1b[15~c\x1bOPd\x07e\r", ["abcde"]),
            ("päivää 日本\r", ["päivää 日本"]),
            ("x\x04\r\x04", ["x", None]),
        ],
    )
    def test_turns_keys_into_lines(self, keys: str, lines: list[str | None]) -> None:
        assert list(LineEditor().feed(keys)) == lines

    @given(
        st.lists(
            st.sampled_from(["a", "é", "日", "\r", "\x7f", LEFT, RIGHT, UP, DOWN, HOME, END, DELETE, "\x17", "\x04"])
        )
    )
    def test_gives_the_same_lines_however_the_keys_arrive(self, keys: list[str]) -> None:
        whole, single = LineEditor(), LineEditor()
        at_once = list(whole.feed("".join(keys)))
        assert [line for char in "".join(keys) for line in single.feed(char)] == at_once
        assert single.row(80) == whole.row(80)

    @pytest.mark.parametrize(
        ("keys", "row"),
        [
            ("", "\r\x1b[K> "),
            ("abc", "\r\x1b[K> abc"),
            (f"abc{LEFT}{LEFT}", "\r\x1b[K> abc\x1b[2D"),
            ("abcdefghij", "\r\x1b[K> defghij"),
            (f"abcdefghij{HOME}", "\r\x1b[K> abcdefg\x1b[7D"),
            ("日本日本", "\r\x1b[K> 本日本"),
        ],
    )
    def test_draws_one_row_of_ten_columns(self, keys: str, row: str) -> None:
        editor = LineEditor()
        list(editor.feed(keys))
        assert editor.row(10) == row


class Person:
    """Someone at a terminal: types and sees."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def seen(self) -> str:
        """Return what came onto the screen since the last look, with the terminal's line ends made plain."""
        seen = b""
        while select.select([self._descriptor], [], [], 0.05)[0]:
            seen += os.read(self._descriptor, 65536)
        return seen.decode().replace("\r\n", "\n")


Line = tuple[Person, TextIO, TextIO]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A person, and the two ends that a program at the same terminal has."""
    master, slave = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    # A test run has no terminal of its own, and could not be in the foreground of one.
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp())
    with os.fdopen(os.dup(slave), "r") as stdin, os.fdopen(os.dup(slave), "w") as stdout:
        yield Person(master), stdin, stdout
    os.close(master)
    os.close(slave)


class TestATerminal:
    async def test_keeps_the_line_being_typed_below_the_lines_that_arrive(self, line: Line) -> None:
        person, stdin, stdout = line
        with Terminal(stdin, stdout) as terminal:
            assert terminal.interactive
            reading = asyncio.create_task(terminal.read_line())
            person.type("half")
            await asyncio.sleep(0.05)
            terminal.print_line("<bot> news")
            person.type(" done\nnext\n")
            assert await reading == "half done"
            assert await terminal.read_line() == "next"
        new = "\r\x1b[K"
        assert person.seen() == (
            f"{new}> {new}> half{new}<bot> news\n{new}> half{new}> half done\n{new}> next\n{new}> {new}"
        )

    async def test_ends_at_control_d_on_an_empty_line(self, line: Line) -> None:
        person, stdin, stdout = line
        with Terminal(stdin, stdout) as terminal:
            person.type("last\n\x04")
            assert [await terminal.read_line() for _ in range(3)] == ["last", None, None]

    async def test_ends_when_it_is_closed(self, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
        person, stdin, stdout = line

        def gone(*_: int) -> bytes:
            raise OSError(5, "Input/output error")

        with Terminal(stdin, stdout) as terminal:
            monkeypatch.setattr(os, "read", gone)
            person.type("x")
            assert await terminal.read_line() is None

    def test_gets_its_echo_back_whatever_happens(self, line: Line) -> None:
        _, stdin, stdout = line
        before = termios.tcgetattr(stdin)
        during = []
        with suppress(KeyboardInterrupt), Terminal(stdin, stdout):
            during = termios.tcgetattr(stdin)
            raise KeyboardInterrupt
        assert not during[3] & (termios.ECHO | termios.ICANON)
        assert termios.tcgetattr(stdin) == before

    async def test_that_cannot_move_its_cursor_is_read_line_by_line(
        self, line: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TERM", "dumb")
        person, stdin, stdout = line
        with Terminal(stdin, stdout) as terminal:
            person.type("typed\n")
            assert await terminal.read_line() == "typed"
            terminal.print_line("<bot> news")
        assert person.seen() == "typed\n<bot> news\n"

    async def test_of_another_job_is_left_alone(self, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "tcgetpgrp", lambda _: os.getpgrp() + 1)
        person, stdin, stdout = line
        person.type("for the shell\n")
        with Terminal(stdin, stdout) as terminal:
            assert (terminal.interactive, await terminal.read_line()) == (False, None)

    def test_shows_nothing_that_could_steer_it(self) -> None:
        screen = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        Terminal(None, screen).print_line("a\x1b[2Jb\rc\udcff päivää")
        assert (
            screen.buffer.getvalue().decode()
            == "a\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}c\N{REPLACEMENT CHARACTER} päivää\n"
        )

    def test_of_few_characters_shows_a_sign_for_the_others(self) -> None:
        screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        Terminal(None, screen).print_line("päivää")
        assert screen.buffer.getvalue() == b"p?iv??\n"


class TestNoTerminal:
    async def test_a_pipe_gives_its_lines_and_then_ends(self) -> None:
        out, into = os.pipe()
        with os.fdopen(out) as stdin, Terminal(stdin, io.StringIO()) as terminal:
            reading = asyncio.create_task(terminal.read_line())
            await asyncio.sleep(0)
            os.write(into, "one\r\ntwo\npäiv".encode())
            assert (terminal.interactive, await reading, await terminal.read_line()) == (False, "one", "two")
            os.write(into, "ää".encode())
            os.close(into)
            assert [await terminal.read_line() for _ in range(3)] == ["päivää", None, None]

    async def test_a_file_gives_its_lines_and_then_ends(self, tmp_path: Path) -> None:
        file = tmp_path / "typed"
        file.write_text("one\n\ntwo", encoding="utf-8")
        with file.open() as stdin, Terminal(stdin, io.StringIO()) as terminal:
            assert [await terminal.read_line() for _ in range(4)] == ["one", "", "two", None]

    async def test_nothing_ends_at_once(self) -> None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        with os.fdopen(nothing) as stdin:
            ends = [stdin, None, io.StringIO("no file")]
            assert [await Terminal(end, io.StringIO()).read_line() for end in ends] == [None, None, None]

    async def test_a_reader_that_is_cancelled_stops_waiting(self) -> None:
        out, into = os.pipe()
        with os.fdopen(out) as stdin:
            terminal = Terminal(stdin, io.StringIO())
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(terminal.read_line(), 0.01)
            os.write(into, b"later\n")
            assert await terminal.read_line() == "later"
            os.close(into)
