"""Names of rooms as names of files and parts of addresses."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from anyascii import anyascii

from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.sessions import Sessions
from ptgbot.features.schedule.documents import CALENDAR, ROOMS

__all__ = ["full_title", "hyphenated", "in_ascii", "make_slugs", "room_slugs", "slugs_with"]

_WORD = r"[a-z0-9]+(?:\.[a-z0-9]+)*"
_PLAIN = re.compile(f"{_WORD}(?: {_WORD})*")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")  # no names of files on Windows
_MOST = 40  # characters, before what tells it from others
_SHORT, _LONG = 4, 16  # bytes of what does


def make_slugs(names: Iterable[str]) -> dict[str, str]:
    """Return a slug for each name: lower-case ASCII, no two alike, the same for a name whatever others there are.

    A name that can be read back from its slug has a plain one: words that begin with a capital, or have a digit and
    are in capitals, such as ``Ballroom A`` or ``UB5.132``. What tells any other from those is a part of its digest.
    """
    slugs = {name: _slug(name, _SHORT) for name in names}
    counts = Counter(slugs.values())
    return {name: slug if counts[slug] == 1 else _slug(name, _LONG) for name, slug in slugs.items()}


@lru_cache(maxsize=4096)
def _slug(name: str, size: int) -> str:
    lowered = name.lower()
    if len(lowered) <= _MOST and _PLAIN.fullmatch(lowered) and not _DEVICE.match(lowered) and name == _written(lowered):
        return lowered.replace(" ", "-")
    readable = "-".join(re.findall("[a-z0-9]+", in_ascii(lowered)))[:_MOST].strip("-") or "room"
    return f"{readable}-{hashlib.blake2b(name.encode('utf-8', 'surrogatepass'), digest_size=size).hexdigest()}"


@lru_cache(maxsize=4096)
def in_ascii(text: str) -> str:
    """Return a text in lower case, its letters of other scripts by their sound in those of ASCII.

    The marks that stand for a sound without a letter (as in ``al'mn``) are left out.
    """
    parts = (c if c.isascii() else re.sub("['`\"]", "", anyascii(c)) for c in unicodedata.normalize("NFC", text))
    return "".join(parts).lower()


def hyphenated(text: str, most: int = 50) -> str:
    """Return a text as the name of a track could be: as ``in_ascii``, with hyphens for all that no such name may hold.

    Args:
        text: The text.
        most: How many characters the name may have.
    """
    return re.sub(r"[^a-z0-9._]+", "-", in_ascii(text)).strip("-._")[:most].rstrip("-._")


@lru_cache(maxsize=8192)
def full_title(track: str, title: str) -> str:
    """Return what a booking is called where its track is not told otherwise.

    Args:
        track: Name of its track.
        title: Its own title; empty where it has none. Where the track was named after it, it stands alone.
    """
    if not title:
        return track
    return title if hyphenated(title) == track else f"{track}: {title}"


def _written(lowered: str) -> str:
    """Return the one way to write a name that has a plain slug."""
    return " ".join(
        word.upper() if any(c.isdigit() for c in word) else word.capitalize() for word in lowered.split(" ")
    )


def _of_rooms(view: View) -> dict[str, str]:
    return make_slugs({**view.all(ROOMS), **dict.fromkeys(entry.room for entry in view.all(CALENDAR).values())})


# Of the rooms that there are, and of those that calendars still tell of.
room_slugs: Derived[dict[str, str]] = Derived((ROOMS, CALENDAR), _of_rooms)


def slugs_with(more: Sessions) -> Derived[dict[str, str]]:
    """Return what tells the slugs of rooms, with those in which there are only Sessions of another kind."""

    def slugs(view: View) -> dict[str, str]:
        known = room_slugs(view)
        others = {session.room for session in more.all(view)} - known.keys()
        return make_slugs((*known, *sorted(others))) if others else known

    return Derived((ROOMS, CALENDAR, *more.tables), slugs)
