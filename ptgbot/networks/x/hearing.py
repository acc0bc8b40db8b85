"""Posts of others, out of what the X API says of them.

https://docs.x.com/x-api/fundamentals/data-dictionary, https://docs.x.com/x-api/fundamentals/edit-posts
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ptgbot.core.messages import Heard
from ptgbot.networks.x import text

__all__ = ["answered", "earlier", "heard", "id_in", "instant_of", "newest_of", "order"]

_LINK = re.compile(
    r"(?:https?://)?(?:(?:www|mobile)\.)?(?:x|twitter)\.com/\w+/status(?:es)?/(\d{1,19})(?!\d)", re.IGNORECASE
)
_ID = re.compile(r"\d{1,19}")
_EPOCH = 1_288_834_974_657  # milliseconds since 1970 from which ids count
_CLOCK_BITS = 22  # of an id, behind its time


def heard(post: Mapping[str, Any], names: Mapping[str, str], network: str, own: str) -> Heard:
    """Return a post.

    An edit is a post of its own on X, with a new id; here it is the same one, known by the first.

    Args:
        post: A post of the API.
        names: What accounts are called, by id.
        network: The network's name.
        own: The id of our account; empty where it is not known.

    Raises:
        ValueError: It is none.
    """
    if not _ID.fullmatch(str(post["id"])):
        raise ValueError(f"not an id: {str(post['id'])[:50]!r}")
    id_, author = str(post["id"]), str(post.get("author_id") or "")
    name = names.get(author, "")
    others = _references(post)
    return Heard(
        network,
        _history(post)[0],
        author=author,
        name=f"@{name}" if name else "",
        text=text.read(post).strip(),
        at=_instant(post, id_),
        link=f"https://x.com/{name or 'i'}/status/{id_}",
        reply_to=others.get("replied_to", ""),
        repost="retweeted" in others,
        own=bool(own) and author == own,
    )


def answered(post: Mapping[str, Any]) -> str:
    """Return the id of the post that a post answers; empty where it answers none."""
    return _references(post).get("replied_to", "")


def newest_of(post: Mapping[str, Any]) -> str:
    """Return the id of the newest version of a post."""
    return _history(post)[-1]


def order(id_: str) -> int:
    """Return by what posts are in order of time."""
    return int(id_) if _ID.fullmatch(id_) else 0


def instant_of(id_: str) -> datetime:
    """Return when a post was made: its id tells it, in milliseconds."""
    return datetime.fromtimestamp(((order(id_) >> _CLOCK_BITS) + _EPOCH) / 1000, UTC)


def earlier(id_: str, seconds: float) -> str:
    """Return an id such as one that many seconds earlier would have."""
    return str(max(order(id_) - (int(seconds * 1000) << _CLOCK_BITS), 1))


def id_in(what: str) -> str:
    """Return the id that a link to a post has in it, or that is given as it is; empty where there is none."""
    what = what.strip().strip("<>")
    if _ID.fullmatch(what):
        return what
    link = _LINK.match(what)
    return link[1] if link else ""


def _history(post: Mapping[str, Any]) -> list[str]:
    """Return the ids of all versions of a post, oldest first."""
    ids = post.get("edit_history_tweet_ids")
    return sorted(map(str, ids), key=order) if isinstance(ids, list) and ids else [str(post["id"])]


def _references(post: Mapping[str, Any]) -> dict[str, str]:
    """Return the ids of the posts to which a post refers, by how it does."""
    found = post.get("referenced_tweets")
    others = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return {str(other.get("type")): str(other.get("id")) for other in others}


def _instant(post: Mapping[str, Any], id_: str) -> datetime:
    try:
        return datetime.fromisoformat(str(post.get("created_at"))).astimezone(UTC)
    except ValueError:
        return instant_of(id_)
