"""Which nicks and channels IRC takes for the same."""

from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase

__all__ = ["ASCII", "RFC1459", "STRICT_RFC1459", "distinct"]

# For str.translate. RFC 1459 (section 2.2) folds some signs too, since they were letters in Finland.
ASCII = str.maketrans(ascii_uppercase, ascii_lowercase)
STRICT_RFC1459 = str.maketrans(ascii_uppercase + "[]\\", ascii_lowercase + "{}|")
RFC1459 = str.maketrans(ascii_uppercase + "[]\\~", ascii_lowercase + "{}|^")


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Return nicks or channels, each once, the first of those that RFC 1459 (section 2.2) takes for the same."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.translate(RFC1459), name)
    return tuple(found.values())
