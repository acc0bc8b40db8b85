"""A page for each track (``track/<name>.html``): all that there is about it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from markupsafe import Markup

from ptgbot.core.changes import Change, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.fragments import Fragments, Html
from ptgbot.features.history.model import HISTORY
from ptgbot.features.history.timeline import Spell, Timelines
from ptgbot.features.presence.model import CHECKINS, CheckIn, here
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    ROOMS,
    TRACKS,
    Booking,
    PlannedDay,
    format_place,
    plan,
    track_colors,
)
from ptgbot.features.topics.model import (
    LINKS,
    STALE_AFTER,
    TOPICS,
    around,
    etherpad_url,
    fading_of,
    meeting_url,
    topic_of,
)

__all__ = ["TrackPages"]

PATIENCE = 0.3  # seconds: it is looked at while people talk, and when all of them do, that is very many pages

MOST_SPELLS = 200
MOST_NAMES = 200


class TrackPages:
    """Publishes ``track/<name>.html``: what a track does now and next, its slots, who is there, what it discussed.

    Args:
        event: The conference.
        html: The site's templates.
        stale_after: How long a topic is believed after it was said.
    """

    patience = PATIENCE

    def __init__(self, event: Event, html: Html, stale_after: timedelta = STALE_AFTER) -> None:
        self._event = event
        self._html = html
        self._stale_after = stale_after
        self._timelines = Timelines()
        self._spells: dict[str, dict[date, Fragments]] = {}
        self._slots: dict[str, Fragments] = {}

    def paths(self, view: View) -> Iterable[str]:
        """Return the path of every track's page."""
        return [_path(name) for name in view.all(TRACKS)]

    def touched(self, change: Change, view: View) -> Iterable[str]:
        """Return the pages of the tracks that the Change is about; all of them where it altered what all show."""
        for edit in change.edits:
            if edit.table is TRACKS and edit.after is None:
                self._spells.pop(edit.key, None)
                self._slots.pop(edit.key, None)
        if any(_shown_by_all(edit) for edit in change.edits):
            return self.paths(view)
        touched = {track for edit in change.edits for track in _tracks_of(edit)}
        return [_path(name) for name in touched if view.get(TRACKS, name) is not None]

    def render(self, path: str, view: View, now: datetime) -> bytes:
        """Return a track's page."""
        name = _name(path)
        topic = topic_of(view, name)
        colors = track_colors(view)
        spells = self._timelines.of(view, name)
        people = here(view, name)
        slots = self._slots_of(view, name, now)
        if name not in self._slots:
            self._slots[name] = Fragments(partial(self._html, "history/slots.html"))
        schedule = around(view, self._event, now)
        return self._html(
            "history/track.html",
            path=path,
            root="../",
            track=name,
            color=colors.get(name, ""),
            topic=topic,
            word=fading_of(view, self._event, topic, self._stale_after).word(now),
            today=self._event.local(now).date(),
            colors=colors,
            pad=etherpad_url(view, name),
            url=meeting_url(view, name, topic.location),
            people=(len(people), people[:MOST_NAMES]),
            running=[(one, meeting_url(view, name, one.room)) for one in schedule.running.get(name, ())],
            following=schedule.following.get(name),
            slots=self._slots[name].one(
                track=name,
                past=_by_day(slot for slot in slots if slot["phase"] == "past"),
                slots=_by_day(slot for slot in slots if slot["phase"] != "past"),
            ),
            days=self._days(name, spells[:MOST_SPELLS], colors),
            older=max(len(spells) - MOST_SPELLS, 0),
        ).encode()

    def _days(self, track: str, spells: Sequence[Spell], colors: Mapping[str, str]) -> Markup:
        """Return what a track discussed, a part a day; what is over is made only once."""
        days = {}
        kept = self._spells.setdefault(track, {})
        seen: Counter[datetime] = Counter()
        for day, group in groupby(spells, lambda spell: self._event.local(spell.start).date()):
            if day not in kept:
                kept[day] = Fragments(partial(self._html, "history/spell.html"))
            named = []
            for spell in group:
                seen[spell.start] += 1  # two may begin in one instant, and are told apart by their order
                key = f"{spell.start} {seen[spell.start]}"
                named.append((key, {"key": key, "spell": spell, "day": day, "colors": colors}))
            days[day] = self._html("history/topics.html", day=day, spells=kept[day](named))
        for day in kept.keys() - days.keys():  # too old to be shown by now
            del kept[day]
        return Markup().join(days.values())

    def _slots_of(self, view: View, track: str, now: datetime) -> list[dict[str, Any]]:
        places: dict[str, list[Booking]] = {}
        for booking in view.where(BOOKINGS, "track", track).values():
            places.setdefault(booking.slot, []).append(booking)
        return [
            {
                "day": day,
                "slot": slot,
                "phase": "runs" if slot.runs(now) else "past" if slot.end is not None and slot.end <= now else "",
                "room": booking.room,
                "desc": found.desc if (found := view.get(ROOMS, booking.room)) else "",
                "title": booking.title,
                "about": booking.url,
                "code": format_place(booking.room, slot.slot.name),
            }
            for day in plan(view, self._event)
            for slot in day.slots
            for booking in sorted(places.get(slot.slot.name, ()), key=lambda booking: booking.room)
        ]

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:
        """Return when one of the track's slots begins or ends or its topic may be over next.

        And midnight, where that alters which times on the page tell their day: that of the topic and the next slot.
        """
        name = _name(path)
        booked = {booking.slot for booking in view.where(BOOKINGS, "track", name).values()}
        slots = [slot for day in plan(view, self._event) for slot in day.slots if slot.slot.name in booked]
        turns = [at for slot in slots for at in (slot.start, slot.end) if at is not None and at > now]
        topic = topic_of(view, name)
        if topic.now is not None and topic.now.since is not None:
            turns.append(self._midnight(self._event.local(topic.now.since).date() + timedelta(days=1)))
        following = around(view, self._event, now).following.get(name)
        if following is not None:
            turns.append(self._midnight(self._event.local(following.start).date()))
        fades = fading_of(view, self._event, topic, self._stale_after).turn(now)
        return min((at for at in (*turns, fades) if at is not None and at > now), default=None)

    def _midnight(self, day: date) -> datetime:
        """Return when a day begins where the event is."""
        return datetime(day.year, day.month, day.day, tzinfo=self._event.zone).astimezone(UTC)


def _by_day(slots: Iterable[dict[str, Any]]) -> list[tuple[PlannedDay, list[dict[str, Any]]]]:
    return [(day, list(of_day)) for day, of_day in groupby(slots, lambda slot: slot["day"])]


def _shown_by_all(edit: Edit) -> bool:
    """Return whether every track's page may show what an edit altered: a track's colour is on those that name it."""
    gone = edit.table is HISTORY and edit.after is None
    return gone or edit.table in (DAYS, ROOMS, INFO, TRACKS)


def _tracks_of(edit: Edit) -> Iterable[str]:
    """Return the tracks that an edit is about."""
    if edit.table in (TOPICS, LINKS):
        return (edit.key,)
    documents = [document for document in (edit.before, edit.after) if document is not None]
    if edit.table is BOOKINGS:
        return [document.track for document in documents if hasattr(document, "track")]
    if edit.table is CHECKINS:
        there = [d for d in documents if isinstance(d, CheckIn) and d.left is None]
        return [check_in.location[1:] for check_in in there if check_in.location.startswith("#")]
    return ()


def _path(track: str) -> str:
    return f"track/{track}.html"


def _name(path: str) -> str:
    return path.removeprefix("track/").removesuffix(".html")
