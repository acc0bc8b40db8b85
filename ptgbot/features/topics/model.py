"""What a track discusses now and next, where, and its pad and meeting."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from ptgbot.core.changes import Draft
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.features.schedule.model import ROOMS, event_info

__all__ = [
    "LINKS",
    "TOPICS",
    "Links",
    "Now",
    "Topic",
    "clean",
    "etherpad_url",
    "is_link",
    "links_of",
    "meeting_url",
    "put_links",
    "put_topic",
    "topic_of",
]

_MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class Now:
    """What is discussed.

    Args:
        text: The topic.
        since: Since when; None where an import does not tell.
    """

    text: str
    since: datetime | None


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
