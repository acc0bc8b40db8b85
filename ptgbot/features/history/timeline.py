"""What each track discussed when, read out of the history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from ptgbot.core.documents import View
from ptgbot.features.history.model import HISTORY, Entry, newest_first
from ptgbot.features.history.words import raw_edits
from ptgbot.features.topics.model import TOPICS

__all__ = ["Spell", "Timelines"]


@dataclass(frozen=True, slots=True)
class Spell:
    """A topic for as long as it was discussed.

    Args:
        text: The topic.
        start: Since when.
        end: Until when; None while it is.
    """

    text: str
    start: datetime
    end: datetime | None


class Timelines:
    """The timelines of all tracks. Each entry of the history is read once."""

    def __init__(self) -> None:
        self._spells: dict[str, list[Spell]] = {}
        self._told: dict[str, tuple[str, str | None] | None] = {}
        self._last: Entry | None = None
        self._count = 0
        self._version = -1

    def of(self, view: View, track: str) -> tuple[Spell, ...]:
        """Return what a track discussed, the latest first."""
        self._follow(view)
        return tuple(reversed(self._spells.get(track, ())))

    def _follow(self, view: View) -> None:
        version = view.version(HISTORY)
        if version == self._version:
            return
        self._version = version
        if self._last is not None:
            held = view.get(HISTORY, self._last.key)
            # Numbers are given again after a Change was rolled back: then it is another entry.
            if held is None or held.edits is not self._last.edits:
                self._last = None
        last = self._last.number if self._last else 0
        new = list(takewhile(lambda entry: entry.number > last, newest_first(view)))
        if last == 0 or self._count + len(new) != len(view.all(HISTORY)):  # some are gone: too old by now
            self._spells, self._told, self._count, new = {}, {}, 0, list(newest_first(view))
        self._add(reversed(new))

    def _add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._last = entry
            self._count += 1
            for edit in raw_edits(entry.edits):
                if edit.table == TOPICS.name:
                    now = (edit.after or {}).get("now")
                    self._set(edit.key, (now["text"], now["since"]) if now else None, entry.at)

    def _set(self, track: str, told: tuple[str, str | None] | None, at: datetime) -> None:
        """Note what a track discusses from an instant on.

        Args:
            track: The track.
            told: The topic and since when it says it is; the same two are the same topic still.
            at: The instant. What an undo brings back goes on from then: it was not discussed meanwhile.
        """
        if self._told.get(track) == told:
            return  # something else about the track changed
        self._told[track] = told
        spells = self._spells.setdefault(track, [])
        if spells and spells[-1].end is None:
            spells[-1] = Spell(spells[-1].text, spells[-1].start, at)
        if told is not None:
            spells.append(Spell(told[0], at, None))
