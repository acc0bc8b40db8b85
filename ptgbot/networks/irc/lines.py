"""Text and lines: what is stripped on the way in, and how text is cut on the way out."""

import re
import unicodedata
from collections.abc import Iterator

__all__ = [
    "LineBuffer",
    "clusters",
    "is_channel",
    "is_status_target",
    "is_target",
    "outgoing",
    "plain",
    "sayable",
    "split",
]

LONGEST_LINE = 16384  # tags may take 8,191 bytes beside the 512 of the line itself
LONGEST_TARGET = 200

_CODES = re.compile(
    r"\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"  # colour by number
    r"|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"  # colour by hex
    r"|[\x00-\x02\x05-\x08\x0a-\x1f\x7f-\x9f]"  # all other formatting is one control character
    "|[\u202a-\u202e\u2066-\u2069]"  # what turns the direction of all that follows
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEVER_SENT = re.compile("[\r\n\0]")
_NEVER_SAID = re.compile("[\0\x01\x10]")
_BREAK = re.compile("[\r\n]+")
_TOKEN = re.compile("[ \t]*[^ \t]+")
_TARGET = re.compile(r"(?![:$])[^\s\x00-\x1f\x7f,!@*?\ud800-\udfff]+")
_CHANNEL = re.compile(r"(?![+!][#&])[#&+!].")

_ZWJ = "\u200d"


class LineBuffer:
    """Collects the bytes of a link and gives back whole lines.

    A line that never ends does not fill the memory: what is longer than any line can be is dropped.
    """

    def __init__(self) -> None:
        self._tail = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that these bytes complete.

        Bytes that are no UTF-8 become lone surrogates, so that two odd nicks never look the same.
        """
        *whole, self._tail = (self._tail + data).split(b"\n")
        if whole and self._skipping:
            del whole[0]
            self._skipping = False
        if len(self._tail) > LONGEST_LINE:
            self._tail = b""
            self._skipping = True
        lines = [line.rstrip(b"\r") for line in whole if len(line) <= LONGEST_LINE]
        return [line.decode("utf-8", "surrogateescape") for line in lines if line]


def plain(text: str) -> str:
    """Return a text as a person would read it: no formatting codes, no control characters."""
    return _SURROGATE.sub("\ufffd", _CODES.sub("", text).replace("\t", " "))


def sayable(text: str) -> str:
    """Return a text without what would make it a CTCP request, or smuggle one in by CTCP quoting."""
    return _NEVER_SAID.sub("", text)


def outgoing(text: str, limit: int) -> bytes:
    """Return a line as the bytes that may leave: one line, whatever it holds, within the limit.

    Args:
        text: The line without its end.
        limit: The most bytes it may have, its end included.
    """
    data = _NEVER_SENT.sub("", text).encode("utf-8", "replace")
    if len(data) > limit - 2:
        data = data[: limit - 2].decode("utf-8", "ignore").encode()
    return data + b"\r\n"


def is_target(name: str) -> bool:
    """Tell whether a name can be that of one person or channel, and nothing else."""
    return _TARGET.fullmatch(name) is not None and len(name.encode()) <= LONGEST_TARGET


def is_status_target(name: str) -> bool:
    """Tell whether a name is that of a channel's operators (``@#channel``)."""
    return name.startswith("@") and is_channel(name[1:]) and is_target(name[1:])


def is_channel(name: str) -> bool:
    """Tell whether a name is that of a channel."""
    return _CHANNEL.match(name) is not None


def split(text: str, room: int) -> list[str]:
    """Cut a text into lines: at its own line ends, then at word ends, and inside a word only if it has to be.

    What people see as one character (an emoji with its skin tone, a flag, a letter with its accents) stays whole.

    Args:
        text: Any text.
        room: The most bytes of UTF-8 that a line may have.

    Returns:
        The lines; blank ones are left out.
    """
    lines: list[str] = []
    for paragraph in _BREAK.split(sayable(text)):
        if len(paragraph.encode("utf-8", "replace")) <= room:
            lines.append(paragraph)
        else:
            lines.extend(_wrap(paragraph, room))
    return [line for line in lines if line.strip()]


def _wrap(paragraph: str, room: int) -> Iterator[str]:
    line, size = "", 0
    for token in _TOKEN.findall(paragraph):
        length = len(token.encode("utf-8", "replace"))
        if size + length <= room:
            line, size = line + token, size + length
            continue
        if line:
            yield line
        *full, line = _pieces(token.lstrip(" \t"), room)
        yield from full
        size = len(line.encode("utf-8", "replace"))
    if line:
        yield line


def _pieces(word: str, room: int) -> Iterator[str]:
    piece, size = "", 0
    for cluster in clusters(word):
        length = len(cluster.encode("utf-8", "replace"))
        # A heap of accents longer than a line cannot stay whole.
        for part in (cluster,) if length <= room else cluster:
            length = len(part.encode("utf-8", "replace"))
            if piece and size + length > room:
                yield piece
                piece, size = "", 0
            piece, size = piece + part, size + length
    yield piece


def clusters(text: str) -> Iterator[str]:
    """Yield what people see as the single characters of a text.

    This joins a little more than Unicode's own rule does, never less in what people write: to keep two
    characters together once too often costs nothing when lines are cut.
    """
    start = flags = 0
    for index, character in enumerate(text):
        flag = "\U0001f1e6" <= character <= "\U0001f1ff"
        pair = flag and flags % 2 == 1
        if index and not pair and not _joins(text[index - 1], character):
            yield text[start:index]
            start = index
        flags = flags + 1 if flag else 0
    if text:
        yield text[start:]


def _joins(before: str, character: str) -> bool:
    if character < "\u0300":
        return before == _ZWJ
    return (
        before == _ZWJ
        or character in "\u200c\u200d\u0e33\u0eb3\uff9e\uff9f"  # joiners, and vowel and voice signs that are no marks
        or unicodedata.category(character) in {"Mn", "Mc", "Me"}  # accents, variation selectors, keycaps
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= character <= "\U000e007f"  # the tags in the flags of regions
        or (unicodedata.combining(before) == 9 and unicodedata.category(character) == "Lo")  # Indic conjuncts
        or _is_jamo_tail(character)
        or ("\u1100" <= before <= "\u115f" and ("\uac00" <= character <= "\ud7a3" or "\u1100" <= character <= "\u115f"))
    )


def _is_jamo_tail(character: str) -> bool:
    return "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb"
