"""Texts that are too long for a post: cut so that people can still read them, and known again afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["ELLIPSIS", "Count", "Piece", "holds", "shorten"]

ELLIPSIS = "…"
_LOOSE = " \n\t,;:-–—("  # what looks wrong before an ellipsis


@dataclass(frozen=True, slots=True)
class Piece:
    """What a network counts as one: a link, a mention, or what people take for one character.

    Args:
        text: The piece.
        weight: How much of a post's room it takes.
        link: Whether it is a link.
    """

    text: str
    weight: int
    link: bool = False


Count = Callable[[str], Sequence[Piece]]


def shorten(text: str, most: int, count: Count) -> str:
    """Return a text that a post holds: as it is, or cut at the end of a word, with its last link behind that.

    Args:
        text: Any text.
        most: The room in a post; at least 1.
        count: Returns a text as the pieces that the network counts.
    """
    parts = count(text)
    if _weight(parts) <= most:
        return text
    cut = _cut(parts, most, count, "")
    last = max((number for number, part in enumerate(parts) if part.link), default=None)
    if last is None or parts[last].text in cut:
        return cut
    return _cut(parts[:last], most, count, f" {parts[last].text}") or cut


def _cut(parts: Sequence[Piece], most: int, count: Count, end: str) -> str:
    """Return as much of a text as fits before an ellipsis and an end; empty where not even those do."""
    room = most - _weight(count(f"{ELLIPSIS}{end}"))
    while room >= 0:
        begin = "".join(part.text for part in parts[: _cut_at(parts, room)]).rstrip(_LOOSE)
        cut = f"{begin}{ELLIPSIS}{end}"
        over = _weight(count(cut)) - most  # where it is cut, other pieces may come about
        if over <= 0:
            return cut
        room -= over
    return ""


def _cut_at(parts: Sequence[Piece], room: int) -> int:
    """Return how many pieces fit, up to the end of a word; up to a character where that leaves half of the room."""
    fitting, left = 0, room
    for part in parts:
        left -= part.weight
        if left < 0:
            break
        fitting += 1
    if fitting == len(parts):
        return fitting
    end = next((end for end in range(fitting, 0, -1) if parts[end].text.isspace()), 0)
    return end if _weight(parts[:end]) * 2 >= room else fitting


def _weight(parts: Sequence[Piece]) -> int:
    return sum(part.weight for part in parts)


def holds(post: str, text: str) -> bool:
    """Return whether a post holds a text, or as much of it as a post had room for.

    Args:
        post: What people read there, as plain text.
        text: What is looked for.
    """
    there, wanted = " ".join(post.split()), " ".join(text.split())
    if not wanted or wanted in there:
        return bool(wanted)
    begin, ellipsis, end = there.rpartition(ELLIPSIS)
    if not ellipsis or end.strip() not in wanted:
        return False
    # What stands before the ellipsis ends with the beginning of what is looked for; less than half proves nothing.
    return any(wanted.startswith(begin[start:]) for start in range((len(begin) + 1) // 2))
