"""What was said when: ``history.html``, ``history.json`` and a page for each track."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import groupby, islice
from typing import Any

import orjson
from markupsafe import Markup

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.fragments import Fragments, Html
from ptgbot.features.history.model import HISTORY, Entry, entry_id, is_taken_back, newest_first
from ptgbot.features.history.timeline import Spell, Timelines
from ptgbot.features.history.words import describe, differences, raw_edits, summary
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    ROOMS,
    TRACKS,
    format_place,
    plan,
    track_colors,
)
from ptgbot.features.topics.model import LINKS, TOPICS, etherpad_url, meeting_url, topic_of

__all__ = ["HistoryFeed", "HistoryPage", "TrackPages"]

MOST_ENTRIES = 2000  # on the page; the feed has them all
MOST_SPELLS = 200  # on a track's page; likewise
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


class HistoryFeed:
    """Publishes ``history.json``: every entry, the oldest first."""

    path = "history.json"
    patience = PATIENCE

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[Entry, bool], bytes]] = {}

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the feed."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the feed if the Change left an entry."""
        return (self.path,) if any(edit.table is HISTORY for edit in change.edits) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return the feed."""
        kept: dict[str, tuple[tuple[Entry, bool], bytes]] = {}
        for key, entry in view.all(HISTORY).items():
            held = self._kept.get(key)
            values = (entry, is_taken_back(view, entry))
            kept[key] = held if held is not None and held[0] == values else (values, self._entry(*values))
        self._kept = kept
        return b'{"history":[' + b",\n".join(content for _, content in kept.values()) + b"]}\n"

    def _entry(self, entry: Entry, taken_back: bool) -> bytes:  # noqa: FBT001 - as it is kept
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
                "command": entry.text,
                "cause": entry.cause,
                "track": entry.subject,
                "taken_back_by": entry_id(entry.undone) if taken_back else None,
                "changes": changes,
            }
        )

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None


class TrackPages:
    """Publishes ``track/<name>.html``: what a track discussed when, its slots, its pad, its calendar.

    Args:
        event: The conference.
        html: The site's templates.
    """

    patience = PATIENCE

    def __init__(self, event: Event, html: Html) -> None:
        self._event = event
        self._html = html
        self._timelines = Timelines()
        self._spells: dict[tuple[str, date], Fragments] = {}

    def paths(self, view: View) -> Iterable[str]:
        """Return the path of every track's page."""
        return [_path(name) for name in view.all(TRACKS)]

    def touched(self, change: Change, view: View) -> Iterable[str]:
        """Return the pages of the tracks that the Change is about; all of them where it altered what all show."""
        touched: set[str] = set()
        for edit in change.edits:
            gone = edit.table is HISTORY and edit.after is None
            if gone or edit.table in (DAYS, ROOMS, INFO, TRACKS):  # a track's colour is on pages that name it
                return self.paths(view)
            if edit.table in (TOPICS, LINKS):
                touched.add(edit.key)
            elif edit.table is BOOKINGS:
                touched |= {d.track for d in (edit.before, edit.after) if d is not None and hasattr(d, "track")}
        return [_path(name) for name in touched if view.get(TRACKS, name) is not None]

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return a track's page."""
        name = path.removeprefix("track/").removesuffix(".html")
        track = view.get(TRACKS, name)
        topic = topic_of(view, name)
        colors = track_colors(view)
        spells = self._timelines.of(view, name)
        return self._html(
            "history/track.html",
            path=path,
            root="../",
            track=name,
            color=track.color if track else "",
            topic=topic,
            colors=colors,
            pad=etherpad_url(view, name),
            url=meeting_url(view, name, topic.location),
            slots=self._slots(view, name),
            days=self._days(name, spells[:MOST_SPELLS], colors),
            older=max(len(spells) - MOST_SPELLS, 0),
        ).encode()

    def _days(self, track: str, spells: Sequence[Spell], colors: Mapping[str, str]) -> Markup:
        """Return what a track discussed, a part a day; what is over is made only once."""
        days = []
        seen: Counter[datetime] = Counter()
        for day, group in groupby(spells, lambda spell: self._event.local(spell.start).date()):
            parts = self._spells.setdefault((track, day), Fragments(partial(self._html, "history/spell.html")))
            named = []
            for spell in group:
                seen[spell.start] += 1  # two may begin in one instant, and are told apart by their order
                named.append((f"{spell.start} {seen[spell.start]}", {"spell": spell, "day": day, "colors": colors}))
            made = parts(named)
            days.append(self._html("history/topics.html", day=day, spells=made))
        return Markup().join(days)

    def _slots(self, view: View, track: str) -> list[dict[str, Any]]:
        places: dict[str, list[str]] = {}
        for booking in view.where(BOOKINGS, "track", track).values():
            places.setdefault(booking.slot, []).append(booking.room)
        return [
            {
                "day": day.day.name,
                "date": day.date,
                "desc": slot.slot.desc or slot.slot.name,
                "start": slot.start,
                "room": room,
                "code": format_place(room, slot.slot.name),
            }
            for day in plan(view, self._event)
            for slot in day.slots
            for room in sorted(places.get(slot.slot.name, ()))
        ]

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None


def _path(track: str) -> str:
    return f"track/{track}.html"
