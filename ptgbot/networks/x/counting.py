"""How long X finds a text.

Source: https://docs.x.com/fundamentals/counting-characters, configuration v3. No library does it: the one port for
Python does not load without parts of setuptools that are gone.
"""

import re
import unicodedata
from collections.abc import Iterator

import wcwidth

from ptgbot.networks.shortening import Piece

__all__ = ["LIMIT", "LINK", "clean", "pieces", "weight"]

LIMIT = 280
LINK = 23  # what any link weighs: X puts its own short one in its place

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))  # code points that weigh 1; all others weigh 2
_REFUSED = re.compile("[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")  # what no post can hold

# Made so that it never takes more of a text for a link than X does: what is too much would be counted too light.
_WORD = "a-z0-9_"
_BALANCED = rf"\([{_WORD}!*';:=+,.$/%#\[\]~@|&-]*\)"
_PATH = rf"(?:/(?:(?:[{_WORD}!*';:=+,.$%#/\[\]~@|&-]|{_BALANCED})*(?:[{_WORD}=#/+-]|{_BALANCED}))?)?"
_QUERY = rf"(?:\?[{_WORD}!?*'@();:&=+$/%#\[\].,~|-]*[{_WORD}&=#/-])?"
_REST = rf"(?![{_WORD}@-])(?::[0-9]+)?{_PATH}{_QUERY}"
_TLD = r"[a-z]{2,63}|xn--[a-z0-9-]+"
_LABEL = r"[^\W_](?:(?:[^\W_]|-)*[^\W_])?"
_ASCII_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_LINKS = re.compile(
    rf"(?<![{_WORD}@＠$#＃])(?:https?://(?:{_LABEL}\.)+(?P<ending>{_TLD}){_REST}"
    r"|https?://\S+"
    rf"|(?<![./-])(?:{_ASCII_LABEL}\.)+(?P<bare>{_TLD}){_REST})",
    re.IGNORECASE,
)
# Endings that make a link of what has no "https://" before it; those of two letters are countries. X knows all of them,
# a list that grows: where it is not sure whether X sees a link, what is heavier counts.
_SURE = frozenset("app art biz blog cloud com conf dev edu events gov info live net online org page site tech".split())
_PRIVATE = frozenset("corp example home internal invalid lan local localhost test".split())

_MAY_BE_EMOJI = re.compile("[\u200d\ufe0f\u20e3\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e007f]")


def clean(text: str) -> str:
    """Return a text as X takes it: composed (NFC), without what no post can hold, and no space around it."""
    return unicodedata.normalize("NFC", _REFUSED.sub("", text)).strip()


def weight(text: str) -> int:
    """Return what a text weighs; a post may have ``LIMIT``.

    Args:
        text: A text out of ``clean``.
    """
    return sum(piece.weight for piece in pieces(text))


def pieces(text: str) -> list[Piece]:
    """Return a text as the pieces that are counted: links, emoji, and what else people take for one character.

    Args:
        text: A text out of ``clean``.
    """
    found: list[Piece] = []
    done = 0
    for match in _LINKS.finditer(text):
        link = Piece(match[0], _link_weight(match), link=True)
        if link.weight <= LIMIT // 2:  # else nothing else would have room beside it, and it is cut like any word
            found += [*_characters(text[done : match.start()]), link]
            done = match.end()
    return [*found, *_characters(text[done:])]


def _link_weight(match: re.Match[str]) -> int:
    ending, bare = (match["ending"] or "").lower(), (match["bare"] or "").lower()
    if (ending and ending not in _PRIVATE) or bare in _SURE or len(bare) == 2:
        return LINK
    return max(LINK, sum(piece.weight for piece in _characters(match[0])))


def _characters(text: str) -> Iterator[Piece]:
    return (Piece(character, _character_weight(character)) for character in wcwidth.iter_graphemes(text))


def _character_weight(character: str) -> int:
    if len(character) > 1 and _is_emoji(character):
        return 2
    return sum(1 if any(first <= point <= last for first, last in _LIGHT) else 2 for point in map(ord, character))


def _is_emoji(character: str) -> bool:
    if not _MAY_BE_EMOJI.search(character):
        return False
    import emoji  # slow to load, and few texts need it

    return emoji.is_emoji(character)
