"""XML, an element at a time: put together as bytes, so that what did not change is not written again."""

import re
from xml.sax.saxutils import escape, quoteattr

__all__ = ["DECLARATION", "attributes", "element", "text"]

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'

# What no XML 1.0 document may hold, however it is written (https://www.w3.org/TR/xml/#charsets).
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _plain(value: str) -> str:
    return _FORBIDDEN.sub("", value)


def text(value: str) -> str:
    """Return a text as it stands in an element."""
    return escape(_plain(value))


def attributes(**values: str | None) -> str:
    """Return attributes with a blank before each; those that are None are left out."""
    return "".join(f" {name}={quoteattr(_plain(value))}" for name, value in values.items() if value is not None)


def element(name: str, content: str = "", /, **values: str | None) -> str:
    """Return an element on a line of its own.

    Args:
        name: Its name.
        content: The text in it.
        values: Its attributes.
    """
    return f"<{name}{attributes(**values)}>{text(content)}</{name}>\n"
