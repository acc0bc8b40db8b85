"""What a track discusses now and next, where, and its pad and meeting."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, event_info, plan, timed_bookings
from ptgbot.features.topics.meetings import Around, Meeting, around, meetings

__all__ = [
    "LINKS",
    "STALE_AFTER",
    "TOPICS",
    "Around",
    "Fading",
    "Links",
    "Meeting",
    "Now",
    "Topic",
    "around",
    "clean",
    "etherpad_url",
    "fading_of",
    "is_link",
    "links_of",
    "meeting_url",
    "meetings",
    "put_links",
    "put_topic",
    "topic_of",
]

STALE_AFTER = timedelta(minutes=45)

_MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class Now:
    """What is discussed.

    Args:
        text: The topic.
        since: Since when; None where an import does not tell.
        imported: When such an import brought it; None for all others.
    """

    text: str
    since: datetime | None
    imported: datetime | None = None

    @property
    def known(self) -> datetime | None:
        """From when on somebody or something has told it; None where nothing tells when."""
        return self.since or self.imported


@dataclass(frozen=True, slots=True)
class Topic:
    """What a track is at.

    Args:
        track: Name of the track.
        now: What it discusses now.
        next: What it discusses afterwards, in order.
        location: Where; empty where nobody said.
    """

    track: str
    now: Now | None = None
    next: tuple[str, ...] = ()
    location: str = ""

    @property
    def key(self) -> str:
        """The name of the track."""
        return self.track


@dataclass(frozen=True, slots=True)
class Links:
    """Where a track writes and meets.

    Args:
        track: Name of the track.
        etherpad: URL of its pad; empty for the one that the event's id makes.
        url: URL of its meeting; empty for that of its room.
    """

    track: str
    etherpad: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """The name of the track."""
        return self.track


TOPICS = Table("topics", Topic, Visibility.PUBLIC)
LINKS = Table("links", Links, Visibility.PUBLIC)


def topic_of(view: View, track: str) -> Topic:
    """Return what a track is at; an empty one where nobody said anything."""
    return view.get(TOPICS, track) or Topic(track)


def links_of(view: View, track: str) -> Links:
    """Return a track's links; empty ones where nobody set any."""
    return view.get(LINKS, track) or Links(track)


def put_topic(draft: Draft, topic: Topic) -> None:
    """Replace what a track is at; an empty one is not kept."""
    if topic == Topic(topic.track):
        draft.remove(TOPICS, topic.track)
    else:
        draft.put(TOPICS, topic)


def put_links(draft: Draft, links: Links) -> None:
    """Replace a track's links; empty ones are not kept."""
    if links == Links(links.track):
        draft.remove(LINKS, links.track)
    else:
        draft.put(LINKS, links)


def clean(topic: Topic) -> Topic:
    """Return a track without what it discusses now and next; where it is stays."""
    return replace(topic, now=None, next=())


def is_link(text: str) -> bool:
    """Return whether a text is an http or https URL that a page can link to."""
    if len(text) > _MAX_URL or any(c == " " or not c.isprintable() or c in '<>"\\^`{|}' for c in text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def etherpad_url(view: View, track: str) -> str:
    """Return the URL of a track's pad; empty where the event has no id and nobody set one."""
    eventid = event_info(view).eventid
    return links_of(view, track).etherpad or (f"https://etherpad.opendev.org/p/{eventid}-{track}" if eventid else "")


def meeting_url(view: View, track: str, room: str) -> str:
    """Return where a track meets on line: its own URL, else that of a room; empty where there is none."""
    found = view.get(ROOMS, room)
    return links_of(view, track).url or (found.url if found else "")


@dataclass(frozen=True, slots=True)
class Fading:
    """From when on a topic may not be discussed any more.

    Args:
        slot_ends: When the slot ends in which it was said; None where it was said outside of the track's slots.
        stale: When it was said so long ago that nobody may have thought of it; None where nothing tells when.
    """

    slot_ends: datetime | None = None
    stale: datetime | None = None

    def word(self, now: datetime) -> str:
        """Return what stands beside a topic that may be over; nothing beside one that is on."""
        if self.slot_ends is not None and self.slot_ends <= now:
            return "slot ended"
        return "perhaps over" if self.stale is not None and self.stale <= now else ""

    def turn(self, now: datetime) -> datetime | None:
        """Return when the word changes next; None when it never does."""
        ends, stale = self.slot_ends, self.stale  # asked for every topic at every change: no generator
        if ends is None or ends <= now:
            return stale if stale is not None and stale > now else None
        return ends if stale is None or stale <= now or ends < stale else stale


def _spans(view: View, event: Event) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return from when to when each track has rooms, in order; slots that follow each other without a gap are one."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for booking, start, end in timed_bookings(view.all(BOOKINGS).values(), plan(view, event)):
        found.setdefault(booking.track, []).append((start, end))
    return {track: _merged(sorted(spans)) for track, spans in found.items()}


def _merged(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged = spans[:1]
    for start, end in spans[1:]:
        if start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


_SPANS: Derived[dict[str, list[tuple[datetime, datetime]]]] = Derived((DAYS, BOOKINGS), _spans)


def fading_of(view: View, event: Event, topic: Topic, stale_after: timedelta = STALE_AFTER) -> Fading:
    """Return from when on what a track discusses may be over.

    Args:
        view: The state.
        event: The conference.
        topic: What the track is at.
        stale_after: How long a topic is believed after it was said.
    """
    if topic.now is None or topic.now.known is None:
        return Fading()
    said = topic.now.known
    spans = _SPANS(view, event).get(topic.track, ())
    return Fading(next((end for start, end in spans if start <= said < end), None), said + stale_after)
