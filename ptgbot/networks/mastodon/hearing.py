"""Posts of others, out of what an instance says of them.

https://docs.joinmastodon.org/entities/Status/
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ptgbot.core.messages import Heard
from ptgbot.networks.mastodon.reading import plain
from ptgbot.networks.mastodon.settings import VISIBILITIES

__all__ = ["earlier", "heard", "id_in", "is_for_us", "is_link", "name_of", "narrower", "order"]

_OPEN = ("public", "unlisted")
_DIRECT = "direct"
_LINK = re.compile(
    r"https?://(?P<host>[^/\s]+)/(?:@[\w.]+(?:@[\w.-]+)?|users/[\w.]+/statuses|notice|objects)/(?P<id>[\w-]+)/?"
)
_SNOWFLAKE = re.compile(r"\d{16,20}")  # milliseconds since 1970, and 16 bits more
_CLOCK_BITS = 16


def heard(status: Mapping[str, Any], network: str, own: str) -> Heard:
    """Return a post.

    Args:
        status: A status of the API.
        network: The network's name.
        own: The id of our account; empty where it is not known.

    Raises:
        ValueError, KeyError, TypeError: It is none.
    """
    author = str(status["account"]["id"])
    warning = str(status.get("spoiler_text") or "").strip()
    at = status["created_at"]
    return Heard(
        network,
        str(status["id"]),
        author=author,
        name=name_of(status),
        text="\n".join(filter(None, [warning, plain(str(status.get("content") or ""))])),
        at=(at if isinstance(at, datetime) else datetime.fromisoformat(str(at))).astimezone(UTC),
        link=str(status.get("url") or status.get("uri") or ""),
        reply_to=str(status.get("in_reply_to_id") or ""),
        repost=status.get("reblog") is not None,
        own=bool(own) and author == own,
    )


def name_of(status: Mapping[str, Any]) -> str:
    """Return by what the author of a post is called, with an @ before it and, from elsewhere, the instance."""
    return f"@{status['account']['acct']}"


def narrower(status: Mapping[str, Any], visibility: str) -> str:
    """Return who may see the answer to a post: those who see our posts, but none who do not see that one."""
    widths = (*VISIBILITIES, _DIRECT)
    asked = str(status.get("visibility"))
    return max(visibility, asked if asked in widths else _DIRECT, key=widths.index)


def is_for_us(status: Mapping[str, Any], own: str) -> bool:
    """Return whether a post is heard: one that everybody may read, or a private answer to a post of ours."""
    if status.get("visibility") in _OPEN:
        return True
    # With a hashtag it may be taken for one of those that are announced to everybody.
    return bool(own) and str(status.get("in_reply_to_account_id")) == own and not status.get("tags")


def order(id_: str) -> tuple[int, str]:
    """Return by what posts are in order of time."""
    return len(id_), id_


def earlier(id_: str, seconds: float) -> str:
    """Return an id such as one that many seconds earlier would have, where ids tell the time; else the same."""
    return str(int(id_) - (int(seconds * 1000) << _CLOCK_BITS)) if _SNOWFLAKE.fullmatch(id_) else id_


def is_link(text: str) -> bool:
    """Return whether a text may name a post: a link as instances have them, or an id."""
    return bool(_LINK.match(text) or _SNOWFLAKE.fullmatch(text))


def id_in(link: str, url: str) -> str:
    """Return the id that an instance has for a post, where the link tells it; empty where it has to be asked.

    Args:
        link: What ``is_link`` takes.
        url: The address of the instance.
    """
    found = _LINK.match(link)
    if found is None:
        return link
    return found["id"] if found["host"] == url.partition("://")[2] and "/@" in link else ""
