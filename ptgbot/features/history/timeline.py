"""What each track discussed when, read out of the history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

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
        self._read: list[int] = []
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
        entries = view.all(HISTORY)
        last = self._read[-1] if self._read else 0
        new: list[Entry] = []
        for entry in newest_first(view):
            if entry.number <= last:
                break
            new.append(entry)
        if len(self._read) + len(new) != len(entries):  # some are gone: too old by now
            self._spells, self._read, new = {}, [], list(newest_first(view))
        self._add(reversed(new))

    def _add(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._read.append(entry.number)
            for edit in raw_edits(entry.edits):
                if edit.table == TOPICS.name:
                    now = (edit.after or {}).get("now")
                    since = now and now.get("since")
                    start = datetime.fromisoformat(since) if since else entry.at
                    self._set(edit.key, now and now.get("text"), start, entry.at)

    def _set(self, track: str, text: str | None, start: datetime, at: datetime) -> None:
        """Note what a track discusses from an instant on."""
        spells = self._spells.setdefault(track, [])
        last = spells[-1] if spells else None
        if last is not None and last.end is None:
            if (last.text, last.start) == (text, start):
                return  # something else about the track changed
            spells[-1] = Spell(last.text, last.start, at)
        if text:
            # What an undo brings back goes on from then; it was not discussed meanwhile.
            spells.append(Spell(text, max(start, spells[-1].end or start) if spells else start, None))
