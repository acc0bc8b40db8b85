"""Who changed what, day by day: ``history.html``."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from itertools import groupby, islice
from typing import Any

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.fragments import Fragments, Html
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
        self._entries: dict[date, Fragments] = {}
        self._days = Fragments(partial(html, "history/day.html"))

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the page if the Change left an entry."""
        return (self.path,) if any(edit.table is HISTORY for edit in change.edits) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return the page."""
        every = view.all(HISTORY)
        newest = islice(newest_first(view), MOST_ENTRIES)
        days = [(day, list(entries)) for day, entries in groupby(newest, lambda e: self._event.local(e.at).date())]
        self._entries = {day: self._entries.get(day) or self._fragments() for day, _ in days}
        shown = self._days(
            (day.isoformat(), {"day": day, "open": number == 0, "entries": self._day(view, day, entries)})
            for number, (day, entries) in enumerate(days)
        )
        return self._html(
            "history/history.html", path=path, days=shown, older=max(len(every) - MOST_ENTRIES, 0)
        ).encode()

    def _fragments(self) -> Fragments:
        return Fragments(lambda **values: self._html("history/entry.html", **self._values(**values)))

    def _day(self, view: View, day: date, entries: Iterable[Entry]) -> str:
        return self._entries[day](
            (
                entry.key,
                {
                    "entry": entry,
                    "linked": view.get(TRACKS, entry.subject) is not None,
                    "taken_back": is_taken_back(view, entry),
                },
            )
            for entry in entries
        )

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
