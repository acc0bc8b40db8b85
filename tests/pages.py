"""How tests look at pages: their tags, their texts, and how often templates were filled in."""

from collections import Counter
from html.parser import HTMLParser
from typing import Any

from markupsafe import Markup

from ptgbot.core.fragments import Html

__all__ = ["CountedHtml", "tags", "text_of"]


class CountedHtml:
    """The site's templates, counting how often each was filled in.

    Args:
        html: The templates.
    """

    def __init__(self, html: Html) -> None:
        self._html = html
        self.counts: Counter[str] = Counter()

    def __call__(self, template: str, /, **values: Any) -> Markup:
        """Fill in a template."""
        self.counts[template] += 1
        return self._html(template, **values)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _read(page: str | bytes) -> _Reader:
    reader = _Reader()
    reader.feed(page.decode() if isinstance(page, bytes) else page)
    reader.close()
    return reader


def tags(page: str | bytes) -> list[tuple[str, dict[str, str]]]:
    """Return every tag of a page with its attributes, in order."""
    return _read(page).tags


def text_of(page: str | bytes) -> str:
    """Return what people read on a page, blanks collapsed."""
    return " ".join("".join(_read(page).texts).split())
