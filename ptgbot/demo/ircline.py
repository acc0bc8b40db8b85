"""The lines of the IRC protocol: bytes become lines, lines become words, and back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["LIMIT", "Line", "LineBuffer", "encode", "parse"]

LIMIT = 510  # the protocol's 512 bytes a line, without its CR LF


@dataclass(frozen=True, slots=True)
class Line:
    """A line, taken apart.

    Args:
        source: Who it is from (``nick!user@host`` or a server's name); empty where it does not say.
        command: The command in capitals, or a numeric.
        params: What follows it.
    """

    source: str
    command: str
    params: tuple[str, ...]

    @property
    def nick(self) -> str:
        """The nick of who it is from."""
        return self.source.partition("!")[0]


def parse(text: str) -> Line | None:
    """Take a line apart; None where there is no command in it."""
    source = ""
    text = text.lstrip(" ")
    if text.startswith("@"):  # message tags: nobody asked for any, and they are no reason to stumble
        text = text.partition(" ")[2].lstrip(" ")
    if text.startswith(":"):
        source, _, text = text[1:].partition(" ")
    head, colon, trailing = text.partition(" :")
    # Only the blank parts words: str.split() would also part them at blanks of other scripts.
    words = [word for word in head.split(" ") if word]
    if not words:
        return None
    return Line(source, words[0].upper(), (*words[1:], trailing) if colon else tuple(words[1:]))


def encode(text: str) -> bytes:
    """Return a line as it goes out: one line whatever is in it, at most 512 bytes, cut between characters."""
    raw = re.sub(r"[\r\n\0]", " ", text).encode("utf-8", "surrogateescape")
    if len(raw) > LIMIT:
        end = LIMIT
        while raw[end] & 0xC0 == 0x80 and end > LIMIT - 3:
            end -= 1
        raw = raw[:end]
    return raw + b"\r\n"


class LineBuffer:
    """Collects bytes and gives lines; what a line has beyond 512 bytes is dropped, so that it stays small.

    Bytes that are no UTF-8 survive the way through, as surrogates.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[str]:
        """Take bytes and return the lines that are complete with them, without those that are empty."""
        *lines, rest = re.split(rb"[\r\n]+", self._rest + data)
        self._rest = rest[:LIMIT]
        for line in lines:
            text = line[:LIMIT].replace(b"\0", b"").decode("utf-8", "surrogateescape")
            if text:
                yield text
