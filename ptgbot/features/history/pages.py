"""Who changed what, day by day: ``history.html``."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from itertools import groupby, islice
from typing import Any

from markupsafe import Markup

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.fragments import Fragments, Frame, Html
from ptgbot.features.history.model import HISTORY, Entry, entry_id, is_taken_back, newest_first
from ptgbot.features.history.words import summary
from ptgbot.features.schedule.model import TRACKS

__all__ = ["HistoryPage"]

MOST_ENTRIES = 2000  # on the page; the feeds of the days have them all
PATIENCE = 3.0  # seconds: nobody waits for the history, and it grows


class HistoryPage:
    """Publishes ``history.html``: who changed what, by day, the newest first.

    Args:
        event: The conference.
        html: The site's templates.
    """

    path = "history.html"
    patience = PATIENCE

    def __init__(self, event: Event, html: Html) -> None:
        self._event = event
        self._html = html
        self._shown: dict[str, tuple[date, dict[str, Any]]] = {}
        self._entries: dict[date, Fragments] = {}
        self._frames: dict[date, Frame] = {}
        self._days = Fragments(self._day)
        self._frame = Frame(partial(html, "history/history.html"))

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the page if the Change left an entry."""
        return (self.path,) if any(edit.table is HISTORY for edit in change.edits) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return the page."""
        every, tracks = view.all(HISTORY), view.all(TRACKS)
        before, self._shown = self._shown, {}
        for entry in islice(newest_first(view), MOST_ENTRIES):
            values = {"entry": entry, "linked": entry.subject in tracks, "taken_back": is_taken_back(view, entry)}
            held = before.get(entry.key)
            # The very same values where they are the same, so that nobody has to look into them again.
            same = held is not None and held[1] == values
            self._shown[entry.key] = held if held and same else (self._event.local(entry.at).date(), values)
        days = [
            (day, [(key, values) for key, (_, values) in shown])
            for day, shown in groupby(self._shown.items(), lambda item: item[1][0])
        ]
        self._entries = {day: self._entries.get(day) or self._fragments() for day, _ in days}
        self._frames = {day: self._frames.get(day) or Frame(partial(self._html, "history/day.html")) for day, _ in days}
        shown = self._days(
            (day.isoformat(), {"day": day, "is_open": number == 0, "entries": self._entries[day](entries)})
            for number, (day, entries) in enumerate(days)
        )
        older = max(len(every) - MOST_ENTRIES, 0)
        return self._frame.encoded({"path": path, "has_days": bool(days), "older": older}, days=shown)

    def _fragments(self) -> Fragments:
        return Fragments(lambda **values: self._html("history/entry.html", **self._values(**values)))

    def _day(self, *, day: date, is_open: bool, entries: str) -> Markup:
        page = self._frames[day]({"day": day, "open": is_open}, entries=entries)
        return Markup(page)  # noqa: S704 - each part was escaped

    def _values(self, *, entry: Entry, linked: bool, taken_back: bool) -> dict[str, Any]:
        return {
            "id": entry_id(entry.number),
            "at": entry.at,
            "name": entry.name,
            "text": entry.text,
            "cause": entry.cause.value,
            "track": entry.subject if linked else "",
            "undone": entry_id(entry.undone) if taken_back else "",
            "summary": summary(entry),
        }

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None
