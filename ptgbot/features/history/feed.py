"""``history.json`` and ``history/<date>.json``: what was changed when and by whom, for programs."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import takewhile

import orjson

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.history.model import HISTORY, Entry, entry_id, is_taken_back, newest_first
from ptgbot.features.history.words import describe, differences, raw_edits

__all__ = ["NEWEST", "HistoryFeed"]

NEWEST = 100  # entries in history.json itself
PATIENCE = 3.0  # seconds: nobody waits for the history, and it grows

_Made = tuple[tuple[Entry, bool], bytes]


class HistoryFeed:
    """Publishes ``history/<date>.json`` with the entries of a day, and ``history.json``, which names the days.

    A Change is written to the file of its day, so that the work for it does not grow with the days before.

    Args:
        event: The conference, whose days they are.
    """

    path = "history.json"
    patience = PATIENCE

    def __init__(self, event: Event) -> None:
        self._event = event
        self._days: dict[date, list[str]] = {}  # the keys of the entries of each day, the oldest first
        self._last: Entry | None = None
        self._count = 0
        self._kept: dict[date, dict[str, _Made]] = {}

    def paths(self, view: View) -> Iterable[str]:
        """Return the path of the feed and of each day's file."""
        return (self.path, *map(_path, self._follow(view)))

    def touched(self, change: Change, view: View) -> Iterable[str]:
        """Return the path of the feed and of the days with an entry that came, went, or is taken back by now."""
        edits = [edit for edit in change.edits if edit.table is HISTORY]
        entries = [entry for edit in edits for entry in (edit.before, edit.after) if isinstance(entry, Entry)]
        if not entries:
            return ()
        undone = {entry.number for entry in entries if entry.undone}
        if undone:
            # What takes back an undo makes hold again what that one took back, and so on down.
            for entry in newest_first(view):
                if entry.undone in undone:
                    undone.add(entry.number)
                    entries.append(entry)
        return (self.path, *sorted(map(_path, {self._day_of(entry) for entry in entries})))

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return a day's file, or the feed itself."""
        days = self._follow(view)
        if path != self.path:
            day = date.fromisoformat(path.removeprefix("history/").removesuffix(".json"))
            return b'{"date":"%b","history":[%b]}\n' % (
                day.isoformat().encode(),
                b",\n".join(self._entries(view, day, days.get(day, ()))),
            )
        listed = [{"date": day, "entries": len(keys), "file": _path(day)} for day, keys in days.items()]
        newest: list[bytes] = []
        for day, keys in reversed(days.items()):
            if len(newest) >= NEWEST:
                break
            newest = [*self._entries(view, day, keys)[-(NEWEST - len(newest)) :], *newest]
        return b'{"days":%b,\n"newest":[%b]}\n' % (orjson.dumps(listed), b",\n".join(newest))

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None

    def _day_of(self, entry: Entry) -> date:
        return self._event.local(entry.at).date()

    def _follow(self, view: View) -> dict[date, list[str]]:
        """Return the keys of the entries of each day; only what is new since the last time is looked at."""
        every = view.all(HISTORY)
        last = self._last
        if last is not None:
            held = every.get(last.key)
            # Numbers are given again after a Change was rolled back: then it is another entry.
            last = last if held is not None and held.edits is last.edits and held.at == last.at else None
        number = last.number if last else 0
        new = list(takewhile(lambda entry: entry.number > number, newest_first(view)))
        if last is None or self._count + len(new) != len(every):  # some are gone: too old by now
            self._days, self._count, new = {}, 0, list(newest_first(view))
        for entry in reversed(new):
            self._days.setdefault(self._day_of(entry), []).append(entry.key)
        self._count += len(new)
        self._last = new[0] if new else last
        return self._days

    def _entries(self, view: View, day: date, keys: Iterable[str]) -> list[bytes]:
        """Return the entries of a day; each is made again only where it is not what it was."""
        before, kept = self._kept.get(day, {}), dict[str, _Made]()
        for key in keys:
            entry = view.get(HISTORY, key)
            if entry is None:
                continue
            values = (entry, is_taken_back(view, entry))
            held = before.get(key)
            kept[key] = held if held is not None and held[0] == values else (values, _entry(*values))
        self._kept[day] = kept
        self._kept = {day: made for day, made in self._kept.items() if day in self._days}
        return [content for _, content in kept.values()]


def _path(day: date) -> str:
    return f"history/{day.isoformat()}.json"


def _entry(entry: Entry, taken_back: bool) -> bytes:  # noqa: FBT001 - as it is kept
    changes = [
        {
            "what": describe(edit),
            "was": "new" if edit.before is None else "removed" if edit.after is None else "changed",
            "fields": {name: {"before": before, "after": after} for name, before, after in differences(edit)},
        }
        for edit in raw_edits(entry.edits)
    ]
    return orjson.dumps(
        {
            "id": entry_id(entry.number),
            "at": entry.at,
            "who": entry.name,
            "verified": entry.verified,
            "command": entry.text,
            "cause": entry.cause,
            "track": entry.subject,
            "taken_back_by": entry_id(entry.undone) if taken_back else None,
            "changes": changes,
        }
    )
