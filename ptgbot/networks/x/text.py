"""Texts as X carries them: cut to what a post holds, and known again when they come back."""

import html
import re
from collections.abc import Mapping
from typing import Any

from ptgbot.networks import shortening
from ptgbot.networks.x.counting import LIMIT, clean, pieces

__all__ = ["fit", "holds", "read", "same"]

_MOST_READ = 20_000  # characters; nothing behind them could be in a post
_SAME = re.compile(r"https?://(?:www\.)?|/(?=\s|…|$)")  # what X may put before a link, and behind it


def fit(text: str) -> str:
    """Return a text that a post holds: as it is, or cut at the end of a word, with its last link behind that.

    Args:
        text: Any text.
    """
    return shortening.shorten(clean(text[:_MOST_READ]), LIMIT, pieces)


def read(post: Mapping[str, Any]) -> str:
    """Return the text of a post as it was written: all of it, no escapes, and the links in whose place X put its own.

    Args:
        post: A post of the API, with its ``text`` and ``entities``; a long one has them in ``note_tweet`` too, whole.
    """
    long = post.get("note_tweet")
    whole = long if isinstance(long, Mapping) and long.get("text") else post
    text = html.unescape(str(whole.get("text", "")))
    entities = whole.get("entities")
    links = entities.get("urls") if isinstance(entities, Mapping) else None
    for link in links or ():
        if isinstance(link, Mapping) and link.get("url") and link.get("expanded_url"):
            text = text.replace(str(link["url"]), str(link["expanded_url"]))
    return text


def same(post: str, text: str) -> bool:
    """Return whether a post is a text as a whole.

    Args:
        post: What ``read`` returned.
        text: What was posted.
    """
    return _key(post) == _key(text)


def holds(post: str, body: str) -> bool:
    """Return whether a post holds a text, or as much of it as a post had room for.

    Args:
        post: What ``read`` returned.
        body: The part of what was posted that is looked for.
    """
    return shortening.holds(_key(post), _key(body))


def _key(text: str) -> str:
    """Return what of a text stays the same on its way through X and back."""
    return _SAME.sub("", " ".join(clean(text).casefold().split()))
