"""Posts as Mastodon gives them back: HTML, with links that show less than they are.

https://docs.joinmastodon.org/entities/Status/#content
"""

import re
import unicodedata
from html.parser import HTMLParser

from ptgbot.networks.shortening import holds

__all__ = ["is_of", "plain"]

_DOMAIN = re.compile(r"(?<![\w/=])(@\w+)(?:@[\w.-]*\w)+")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's
        if tag in ("br", "p", "li"):
            self.parts.append("\n")


def plain(content: str) -> str:
    """Return what people read in a post, with its links whole: what is hidden of them is in the HTML too.

    Args:
        content: The post's HTML.
    """
    parser = _Text()
    parser.feed(content)
    parser.close()
    return "".join(parser.parts).strip()


def is_of(post: str, body: str) -> bool:
    """Return whether a post is one in which we said something.

    Args:
        post: What ``plain`` returned.
        body: What we said; as much of it as there was room for is enough.
    """
    return holds(_key(post), _key(body))


def _key(text: str) -> str:
    """Return what of a text stays the same on its way: mentions come back without their domains."""
    return _DOMAIN.sub(r"\1", unicodedata.normalize("NFC", text))
