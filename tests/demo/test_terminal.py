import asyncio
import io
import os
import pty
import termios
from collections.abc import Iterator
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

    @given(st.lists(st.sampled_from(["a", "é", "日", "\r", "\x7f", LEFT, RIGHT, UP, DOWN, HOME, END, DELETE, "\x17", "\x04"])))
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


class At:
    """A terminal with a person at it."""

    def __init__(self, keyboard: int, stdin: TextIO, screen: int) -> None:
        self.keyboard = keyboard
        self.stdin = stdin
        self.screen = screen

    def type(self, text: str) -> None:
        os.write(self.keyboard, text.encode())

    def seen(self) -> str:
        return os.read(self.screen, 65536).decode()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[At]:
    keyboard, slave = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    # A test has no terminal of its own, so it cannot be in the foreground of one.
    monkeypatch.setattr(os, "tcgetpgrp", lambda fd: os.getpgrp())
    with open(slave, "r+", buffering=1, closefd=True, encoding="utf-8") if False else os.fdopen(slave, "r") as stdin:
        yield At(keyboard, stdin, keyboard)
    os.close(keyboard)
