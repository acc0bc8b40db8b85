"""The names that tracks of other programs get here."""

from uuid import uuid5

from ptgbot.features.admin.reading import Reading, cut
from ptgbot.features.feeds.model import guid
from ptgbot.features.schedule.model import hyphenated, track_name_problem

__all__ = ["TrackNames"]


class TrackNames:
    """Gives each track of a file the name that it can have here, always another one to another track.

    Args:
        reading: Takes note of names that differ by more than case.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    def __call__(self, name: str) -> str:
        """Return the name that a track of the file has here."""
        folded = " ".join(name.split()).casefold()
        if folded not in self._names:
            made = base = _slug(name)
            number = 2
            while made in self._taken:
                made = f"{base[:46]}-{number}"
                number += 1
            self._taken.add(made)
            self._names[folded] = made
            if made != folded:
                self._reading.notes.append(f"the track '{cut(name)}' is now '{made}'")
        return self._names[folded]


def _slug(name: str) -> str:
    """Return a track's name: lower case, in letters of ASCII, hyphens for all that no such name may hold."""
    lower = name.strip().lower()
    if not track_name_problem(lower):
        return lower
    slug = hyphenated(name)
    if not slug:  # nothing but signs: a name that stays the same
        return f"track-{uuid5(guid('track', ''), name.casefold()).hex[:6]}"
    return slug if not track_name_problem(slug) else f"{slug[:44]}-track"
