import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.demo.ircline import Line, LineBuffer, encode, parse


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("NICK ann", Line("", "NICK", ("ann",))),
        (":ann!a@h privmsg  #a  :b : c ", Line("ann!a@h", "PRIVMSG", ("#a", "b : c "))),
        ("@time=now;x :ann PING :", Line("ann", "PING", ("",))),
        ("TOPIC #a\u2003b :", Line("", "TOPIC", ("#a\u2003b", ""))),
        ("", None),
        ("   ", None),
        (":ann", None),
        ("@tag", None),
    ],
)
def test_lines_are_taken_apart(text: str, line: Line | None) -> None:
    assert parse(text) == line


def test_lines_name_the_nick_they_are_from() -> None:
    assert (Line("ann!a@h", "X", ()).nick, Line("ptgbot.demo", "X", ()).nick) == ("ann", "ptgbot.demo")


def test_lines_go_out_as_one_line_whatever_is_in_them() -> None:
    assert encode("PRIVMSG a :b\r\nQUIT\0") == b"PRIVMSG a :b  QUIT \r\n"


@given(st.text(), st.integers(490, 520))
def test_lines_are_cut_between_characters(text: str, length: int) -> None:
    raw = encode(
        "x" * length + text.replace("\r", "").replace("\n", "").replace("\0", "").encode("utf-8", "ignore").decode()
    )
    assert len(raw) <= 512
    raw.decode()


@given(st.binary(), st.lists(st.integers(0, 5)))
def test_lines_are_the_same_in_whatever_pieces_they_come(data: bytes, sizes: list[int]) -> None:
    pieces, buffer, at = LineBuffer(), LineBuffer(), 0
    lines: list[str] = []
    for size in sizes:
        lines += pieces.feed(data[at : at + size])
        at += size
    lines += pieces.feed(data[at:] + b"\n")
    assert lines == list(buffer.feed(data + b"\n"))


def test_lines_keep_no_more_than_their_first_510_bytes() -> None:
    buffer = LineBuffer()
    assert list(buffer.feed(b"a" * 400)) == []
    assert list(buffer.feed(b"b" * 100_000)) == []
    assert len(buffer._rest) == 510
    assert list(buffer.feed(b"c\r\nnext\r\n")) == ["a" * 400 + "b" * 110, "next"]
