"""What each track is at, by what people say and by the schedule, with where, who and which pad beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary

from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.presence.model import CHECKINS, here
from ptgbot.features.schedule.model import BOOKINGS, DAYS, INFO, ROOMS, TRACKS, track_colors
from ptgbot.features.topics.model import (
    LINKS,
    STALE_AFTER,
    TOPICS,
    Fading,
    Meeting,
    Topic,
    around,
    etherpad_url,
    fading_of,
    meeting_url,
)

__all__ = ["MAX_NAMES", "Crowds", "Parts", "Talks"]

MAX_NAMES = 40
SOON = timedelta(hours=1)  # after the first that begins: what is shown of the schedule under what comes next

Crowd = tuple[int, tuple[str, ...]]
Parts = list[tuple[str, dict[str, Any]]]
_NOBODY: Mapping[str, str] = {}


class Crowds:
    """Who is checked in to which track: counted again only once somebody came to it or left it."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[View, dict[str, tuple[int, Crowd]]] = WeakKeyDictionary()

    def __call__(self, view: View, track: str) -> Crowd:
        """Return how many are checked in to a track, and the names of the first of them."""
        stamp = view.stamp(CHECKINS, "track", track)
        of_view = self._kept.setdefault(view, {})
        kept = of_view.get(track)
        if kept is None or kept[0] != stamp:
            names = here(view, track)
            kept = of_view[track] = (stamp, (len(names), tuple(names[:MAX_NAMES])))
        return kept[1]


@dataclass(slots=True)
class _Talk:
    """What a track is at, and the values of its parts of pages as they were last."""

    topic: Topic
    fading: Fading
    now: dict[str, Any]
    next: dict[str, Any]
    volatile: tuple[str, date | None, Crowd | None] = ("", None, None)

    def silent(self, since: datetime, at: datetime) -> bool:
        """Return whether what was said may be over, and nothing was said since some time."""
        if self.topic.now is None:
            return True
        said = self.topic.now.known
        return bool(self.fading.word(at)) and (said is None or said < since)


@dataclass(slots=True)
class _Kept:
    """The talks of one view, and the versions of the tables that they were made of."""

    versions: tuple[int, ...] = ()
    around: tuple[int, ...] = ()
    talks: dict[str, _Talk] = field(default_factory=dict)


class Talks:
    """The values of the parts that pages show of what is on now and next.

    There can be a thousand of them, and a Change alters one: the values of the others are kept as they are, so that
    nobody has to look into them again.

    Args:
        event: The conference.
        stale_after: How long a topic is believed after it was said.
        crowds: Who is there; None for a page that does not show it.
    """

    def __init__(self, event: Event, stale_after: timedelta = STALE_AFTER, crowds: Crowds | None = None) -> None:
        self._event = event
        self._stale_after = stale_after
        self._crowds = crowds
        self._kept: WeakKeyDictionary[View, _Kept] = WeakKeyDictionary()

    def now(self, view: View, at: datetime) -> Parts:
        """Return the name of every track that discusses something, sorted, and the values of its part.

        Args:
            view: The state.
            at: Now (aware, UTC). A topic that may be over by then has a ``word`` that says so.
        """
        today = self._event.local(at).date()
        parts = []
        for name, talk in self._talks(view).items():
            if talk.topic.now is None:
                continue
            crowd = self._crowds(view, name) if self._crowds else None
            volatile = (talk.fading.word(at), today, crowd)
            if talk.volatile != volatile:
                talk.volatile = volatile
                talk.now = {**talk.now, "word": volatile[0], "today": today, "crowd": crowd}
            parts.append((name, talk.now))
        return parts

    def booked(self, view: View, at: datetime) -> Parts:
        """Return the name of every track whose slot runs and that said nothing of it, sorted, and its part's values.

        Args:
            view: The state.
            at: Now (aware, UTC).
        """
        talks = self._talks(view)
        colors = track_colors(view)
        parts = []
        for name, meetings in sorted(around(view, self._event, at).running.items()):
            talk = talks.get(name)
            if talk is None or talk.silent(meetings[0].start, at):
                rooms = tuple((meeting, meeting_url(view, name, meeting.room)) for meeting in meetings)
                parts.append((name, {"track": name, "color": colors.get(name, ""), "rooms": rooms}))
        return parts

    def next(self, view: View, at: datetime) -> Parts:
        """Return the name of every track that announced something, sorted, and the values of its part.

        Args:
            view: The state.
            at: Now (aware, UTC). Its next meeting is among the values, if that is on the same day.
        """
        following = around(view, self._event, at).following
        today = self._event.local(at).date()
        parts = []
        for name, talk in self._talks(view).items():
            if not talk.topic.next:
                continue
            meeting = self._of_day(following.get(name), today)
            if talk.next["meeting"] != meeting:
                talk.next = {**talk.next, "meeting": meeting}
            parts.append((name, talk.next))
        return parts

    def soon(self, view: View, at: datetime) -> tuple[tuple[datetime, tuple[Meeting, ...]], ...]:
        """Return which meetings begin next, by when, apart from those of tracks that announced something.

        They may begin on another day, where nothing more does on this one.

        Args:
            view: The state.
            at: Now (aware, UTC).
        """
        talks = self._talks(view)
        rooms = around(view, self._event, at).rooms
        last = rooms[0].start + SOON if rooms else at
        told = [one for one in rooms if one.start <= last and not (one.track in talks and talks[one.track].topic.next)]
        return tuple((start, tuple(of_time)) for start, of_time in groupby(told, lambda one: one.start))

    def _of_day(self, meeting: Meeting | None, day: date) -> Meeting | None:
        return meeting if meeting is not None and self._event.local(meeting.start).date() == day else None

    def turn(self, view: View, at: datetime) -> datetime | None:
        """Return when the next topic may be over; None where none will be."""
        turns = [turn for talk in self._talks(view).values() if (turn := talk.fading.turn(at)) is not None]
        return min(turns, default=None)

    def _talks(self, view: View) -> dict[str, _Talk]:
        kept = self._kept.setdefault(view, _Kept())
        around = tuple([view.version(table) for table in (TRACKS, LINKS, ROOMS, INFO, DAYS, BOOKINGS)])
        versions = (view.version(TOPICS), *around)
        if kept.versions != versions:
            before = kept.talks if kept.around == around else {}
            kept.talks = dict(self._follow(view, before))
            kept.versions, kept.around = versions, around
        return kept.talks

    def _follow(self, view: View, before: Mapping[str, _Talk]) -> Iterator[tuple[str, _Talk]]:
        for name, topic in sorted(view.all(TOPICS).items()):
            talk = before.get(name)
            yield name, talk if talk is not None and talk.topic is topic else self._make(view, name, topic)

    def _make(self, view: View, name: str, topic: Topic) -> _Talk:
        both = {
            "track": name,
            "color": track_colors(view).get(name, ""),
            "url": meeting_url(view, name, topic.location),
        }
        now = both | {
            "text": topic.now.text if topic.now else "",
            "since": topic.now.since if topic.now else None,
            "location": topic.location,
            "pad": etherpad_url(view, name),
            "colors": _badge_colors(view, topic.now.text if topic.now else ""),
        }
        following = both | {"texts": topic.next, "meeting": None, "colors": _badge_colors(view, *topic.next)}
        return _Talk(topic, fading_of(view, self._event, topic, self._stale_after), now, following)


def _badge_colors(view: View, *texts: str) -> Mapping[str, str]:
    """Return the tracks' colours for texts that may name tracks; for others they do not matter."""
    return track_colors(view) if any("#" in text for text in texts) else _NOBODY
