"""The ids by which people name what they decide about: a letter for its kind, and a number."""

import re

__all__ = ["read_id"]

_ID = re.compile(r"([a-z])(\d{1,9})", re.ASCII)


def read_id(text: str) -> tuple[str, int] | None:
    """Return the letter and the number of an id such as ``r7``, in lower case; None where it is none."""
    match = _ID.fullmatch(text)
    return None if match is None else (match[1], int(match[2]))
