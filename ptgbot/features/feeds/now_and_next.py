"""``now-and-next.json``: what each track is at, where it is booked now and next, and which open spaces there are."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.color import swatch
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.sessions import Session, Sessions
from ptgbot.features.feeds.fadings import Fadings
from ptgbot.features.history.model import HISTORY, newest_first
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    ROOMS,
    TRACKS,
    Track,
    event_info,
    format_place,
    plan,
    timed_bookings,
)
from ptgbot.features.topics.model import LINKS, STALE_AFTER, TOPICS, Topic, etherpad_url, meeting_url

__all__ = ["NowAndNext"]

_TABLES = (INFO, TRACKS, DAYS, ROOMS, BOOKINGS, TOPICS, LINKS)
_SHOWN = tuple(f'["{table.name}",' for table in _TABLES)  # how an entry's edits begin


@dataclass(frozen=True, slots=True)
class _Span:
    """A track in a room for a while."""

    start: datetime
    end: datetime
    room: str
    slot: str
    title: str
    url: str


_Spans = tuple[_Span, ...]
_Around = tuple[_Spans, _Spans]  # what runs, and what begins next
_NOWHERE: _Around = ((), ())


class NowAndNext:
    """Publishes ``now-and-next.json``. What it says about a track is made again only when that changes.

    Args:
        event: The conference.
        stale_after: How long what is on now is believed after it was said.
        spaces: The open spaces.
    """

    path = "now-and-next.json"

    def __init__(self, event: Event, stale_after: timedelta = STALE_AFTER, spaces: Sessions | None = None) -> None:
        self._event = event
        self._spaces = spaces or Sessions()
        self._fadings = Fadings(event, stale_after)
        self._booked: Derived[tuple[Mapping[str, _Spans], list[datetime]]] = Derived((DAYS, BOOKINGS), self._plan)
        self._around: Derived[dict[str, _Around]] = Derived((DAYS, BOOKINGS), self._around_interval)
        self._tracks: Derived[list[Track]] = Derived(
            (TRACKS,), lambda view: [t for _, t in sorted(view.all(TRACKS).items())]
        )
        self._kept: dict[str, tuple[tuple[object, ...], bytes]] = {}
        self._changed: Derived[datetime | None] = Derived((HISTORY,), _changed)
        self._spaces_changed: Derived[datetime | None] = Derived(
            self._spaces.tables, lambda view: max((s.changed for s in self._spaces.all(view)), default=None)
        )

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the feed."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the feed if it shows something that the Change altered."""
        shown = self._spaces.touched(change) or any(edit.table in _TABLES for edit in change.edits)
        return (self.path,) if shown else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - there is one
        """Return the feed."""
        _, bounds = self._booked(view)
        around = self._around(view, bisect_right(bounds, now))
        words = self._fadings.words(view, now)
        topics, links, rooms, info = view.all(TOPICS), view.all(LINKS), view.all(ROOMS), event_info(view)
        kept: dict[str, tuple[tuple[object, ...], bytes]] = {}
        for track in self._tracks(view):
            name = track.name
            topic, over, spans = topics.get(name), words.get(name, ""), around.get(name, _NOWHERE)
            made_of = (track, topic, links.get(name), rooms.get(topic.location) if topic else None, info, over, spans)
            held = self._kept.get(name)
            if held is None or held[0] != made_of:
                held = (made_of, self._track(view, track, topic or Topic(name), over, spans))
            kept[name] = held
        self._kept = kept
        changed = max(filter(None, (self._changed(view), self._spaces_changed(view))), default=None)
        coming = self._spaces.following(view, now)
        head = {
            "event": self._event.name or event_info(view).eventid,
            "time_zone": self._event.zone.key,
            "url": self._event.site_url,
            "changed": None if changed is None else self._local(changed),
            "open_spaces": {
                "now": [self._space(session) for session in self._spaces.running(view, now)],
                "next": [self._space(session) for session in coming if session.start == coming[0].start],
            },
        }
        tracks = b",\n".join([content for _, content in kept.values()])
        return b'%b,\n"tracks":{%b}}\n' % (orjson.dumps(head)[:-1], tracks)

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - there is one
        """Return when a booking or an open space begins or ends next, or a topic may be over."""
        _, bounds = self._booked(view)
        following = bisect_right(bounds, now)
        turns = (*bounds[following : following + 1], self._fadings.turn(view, now), self._spaces.turn(view, now))
        return min(filter(None, turns), default=None)

    def _local(self, instant: datetime) -> str:
        return self._event.local(instant).isoformat(timespec="seconds")

    def _plan(self, view: View) -> tuple[Mapping[str, _Spans], list[datetime]]:
        """Return the spans of every track, in order of time, and every instant at which one begins or ends."""
        found: dict[str, list[_Span]] = {}
        for booking, start, end in timed_bookings(view.all(BOOKINGS).values(), plan(view, self._event)):
            span = _Span(start, end, booking.room, booking.slot, booking.title, booking.url)
            found.setdefault(booking.track, []).append(span)
        spans = {name: tuple(sorted(one, key=lambda s: (s.start, s.end, s.room))) for name, one in found.items()}
        bounds = {instant for one in spans.values() for span in one for instant in (span.start, span.end)}
        return spans, sorted(bounds)

    def _around_interval(self, view: View, following: int) -> dict[str, _Around]:
        """Return the spans that each track is in, and those that begin next.

        Args:
            view: The state.
            following: Which of the instants at which a span begins or ends is the next one.
        """
        booked, bounds = self._booked(view)
        if not bounds:
            return {}
        now = bounds[following - 1] if following else bounds[0] - timedelta(seconds=1)
        found = {}
        for name, spans in booked.items():
            later = [span for span in spans if span.start > now]
            running = tuple(span for span in spans if span.start <= now < span.end)
            found[name] = (running, tuple(span for span in later if span.start == later[0].start))
        return found

    def _track(self, view: View, track: Track, topic: Topic, over: str, around: _Around) -> bytes:
        booked_now, booked_next = around
        now = None
        if topic.now is not None:
            since = None if topic.now.since is None else self._local(topic.now.since)
            now = {"text": topic.now.text, "since": since, "over": over}
        value: dict[str, Any] = {
            "now": now,
            "next": list(topic.next),
            "location": topic.location,
            "pad": etherpad_url(view, track.name),
            "url": meeting_url(view, track.name, topic.location),
            "color": swatch(track.color)[0],
            "booked_now": [self._span(span) for span in booked_now],
            "booked_next": [self._span(span) for span in booked_next],
        }
        return b"%b:%b" % (orjson.dumps(track.name), orjson.dumps(value))

    def _space(self, session: Session) -> dict[str, str]:
        return {
            "title": session.title,
            "room": session.room,
            "start": self._local(session.start),
            "end": self._local(session.end),
            "host": session.host,
            "url": session.about,
        }

    def _span(self, span: _Span) -> dict[str, str]:
        return {
            "code": format_place(span.room, span.slot),
            "room": span.room,
            "slot": span.slot,
            "start": self._local(span.start),
            "end": self._local(span.end),
            "title": span.title,
            "url": span.url,
        }


def _changed(view: View) -> datetime | None:
    """Return when something that the feed shows last changed, as far back as the history goes."""
    return next((entry.at for entry in newest_first(view) if any(sign in entry.edits for sign in _SHOWN)), None)
