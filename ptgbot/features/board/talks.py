"""What each track is at, with all that people want to know beside it: where, who, which pad."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
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
    Topic,
    etherpad_url,
    fading_of,
    meeting_url,
)

__all__ = ["MAX_NAMES", "Crowds", "Parts", "Talks"]

MAX_NAMES = 40

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

    def next(self, view: View) -> Parts:
        """Return the name of every track that has something next, sorted, and the values of its part."""
        return [(name, talk.next) for name, talk in self._talks(view).items() if talk.topic.next]

    def turn(self, view: View, at: datetime) -> datetime | None:
        """Return when the next topic may be over; None where none will be."""
        turns = (turn for talk in self._talks(view).values() if (turn := talk.fading.turn(at)) is not None)
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
        following = both | {"texts": topic.next, "colors": _badge_colors(view, *topic.next)}
        return _Talk(topic, fading_of(view, self._event, topic, self._stale_after), now, following)


def _badge_colors(view: View, *texts: str) -> Mapping[str, str]:
    """Return the tracks' colours for texts that may name tracks; for others they do not matter."""
    return track_colors(view) if any("#" in text for text in texts) else _NOBODY
