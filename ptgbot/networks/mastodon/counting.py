"""How long Mastodon finds a text.

Its ``StatusLengthValidator`` counts grapheme clusters, takes each link for 23 of them, and leaves the domain out of
mentions: https://docs.joinmastodon.org/user/posting/ has that for people.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import wcwidth

from ptgbot.networks.shortening import Piece

__all__ = ["Limits", "pieces", "strict"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long posts may be on an instance; Mastodon's own figures where it does not say.

    Args:
        characters: Of a post.
        link: That any link takes, however long it is.
    """

    characters: int = 500
    link: int = 23


# Never takes more of a text for a link or a mention than Mastodon does, since what is too much would be counted short.
_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = rf"(?P<host>(?:{_LABEL}\.)+(?:[a-z]{{2,}}|xn--[a-z0-9-]+))(?![a-z0-9@+-])(?::\d+)?"
_PATH = r"(?:/(?:[\w!*';:=+,.$/%#~@|&-]*[\w=#/+-])?)?(?:\?[\w!*';:=+,.$/%#~@|&?()-]*[\w&=#/-])?"
_TAKEN = re.compile(
    rf"(?P<link>https?://(?:{_HOST}{_PATH}|\S+))|(?P<mention>@\w+)@[a-z0-9][a-z0-9.-]*[a-z0-9]",
    re.ASCII | re.IGNORECASE,
)
# What stands right before one of them and makes it part of a word; letters and digits do too.
_NOT_BEFORE_LINKS, _NOT_BEFORE_MENTIONS = tuple("_@＠$#＃"), tuple("_@/=")
# Mastodon takes for a link what has one of the endings that there are. All countries, and of the others those that
# people use: where it is not sure, what is longer counts.
_ENDINGS = frozenset(
    "app art biz blog cloud com community conf dev edu events gov info live net online org page site social space tech"
    " wiki world"
    " ac ad ae af ag ai al am an ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by"
    " bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm"
    " fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je"
    " jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp"
    " mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa"
    " re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to"
    " tp tr tt tv tw tz ua ug uk um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw".split()
)


def pieces(text: str, limits: Limits) -> list[Piece]:
    """Return a text as the pieces that an instance counts.

    Args:
        text: Any text.
        limits: What it says about links.
    """
    return _pieces(text, lambda taken, length: _usual(taken, length, limits))


def strict(text: str, limits: Limits) -> list[Piece]:
    """Return the same for an instance that counts in another way: nothing counts less than its characters.

    Args:
        text: Any text.
        limits: What it says about links.
    """
    return _pieces(text, lambda taken, length: _longest(taken, length, limits), len)


def _usual(taken: re.Match[str], length: int, limits: Limits) -> int:
    before = taken.string[taken.start() - 1 : taken.start()]
    if taken["mention"]:
        return length if before.isalnum() or before in _NOT_BEFORE_MENTIONS else len(taken["mention"])
    labels = (taken["host"] or "").lower().split(".")
    if labels[-1] in _ENDINGS and not (before.isalnum() or before in _NOT_BEFORE_LINKS):
        return limits.link
    # It may be none; and there may be one at its beginning.
    shorter = not taken["host"] or any(label in _ENDINGS for label in labels[1:-1])
    return _longest(taken, length, limits) + limits.link * shorter


def _longest(taken: re.Match[str], length: int, limits: Limits) -> int:
    """Return what a link or a mention takes at most, by itself or where others are in it."""
    others = limits.link * (taken[0].count("://") - 1)
    return max(limits.link, length + others) if taken["link"] else length


def _pieces(
    text: str, weigh: Callable[[re.Match[str], int], int], count: Callable[[str], int] = lambda _: 1
) -> list[Piece]:
    found: list[Piece] = []
    done = 0
    for taken in _TAKEN.finditer(text):
        found += _characters(text[done : taken.start()], count)
        found.append(Piece(taken[0], weigh(taken, len(taken[0])), link=bool(taken["link"])))
        done = taken.end()
    return [*found, *_characters(text[done:], count)]


def _characters(text: str, count: Callable[[str], int]) -> Iterator[Piece]:
    return (Piece(character, count(character)) for character in wcwidth.iter_graphemes(text))
