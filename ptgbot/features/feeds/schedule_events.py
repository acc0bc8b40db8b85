"""An event of ``schedule.json`` and ``schedule.xml``: what is told of it, and how it is written down for both."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from ptgbot.features.feeds import xml

__all__ = ["Told", "Written", "write"]

_LONGEST = 99 * 60 + 59  # minutes that schedule.xml can say


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of an event.

    Args:
        guid: By what others know it.
        number: The same as a number, for apps of old.
        start: When it begins (event time).
        end: When it ends (event time).
        room: Name of its room.
        title: What it is called.
        track: Name of its track.
        kind: What it is, such as ``meeting``.
        slug: Its name in addresses.
        address: Its page; empty where it has none.
        links: Title and address of what belongs to it.
        persons: The names of those whose it is.
    """

    guid: str
    number: int
    start: datetime
    end: datetime
    room: str
    title: str
    track: str
    kind: str
    slug: str
    address: str = ""
    links: tuple[tuple[str, str], ...] = ()
    persons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """An event, written down for both files."""

    json: bytes
    xml: bytes


def write(told: Told) -> Written:
    """Return an event as it stands in the files."""
    # In UTC: by the event's clocks an hour may be there twice.
    minutes = int((told.end.astimezone(UTC) - told.start.astimezone(UTC)).total_seconds() // 60)
    value: dict[str, Any] = {
        "guid": told.guid,
        "id": told.number,
        "date": told.start.isoformat(),
        "start": f"{told.start:%H:%M}",
        "end": told.end.isoformat(),
        "duration": _duration(minutes),
        "room": told.room,
        "slug": told.slug,
        "url": told.address or f"urn:uuid:{told.guid}",
        "title": told.title,
        "subtitle": None,
        "track": told.track,
        "type": told.kind,
        "language": None,
        "abstract": None,
        "persons": [{"name": name} for name in told.persons],
        "links": [{"title": title, "url": url} for title, url in told.links],
    }
    inner = [
        xml.element("room", told.room),
        xml.element("title", told.title),
        xml.element("subtitle"),
        xml.element("type", told.kind),
        xml.element("date", told.start.isoformat()),
        xml.element("start", f"{told.start:%H:%M}"),
        xml.element("duration", _duration(min(minutes, _LONGEST))),
        xml.element("abstract"),
        xml.element("slug", told.slug),
        xml.element("track", told.track),
        "<persons>",
        *(xml.element("person", name) for name in told.persons),
        "</persons>\n<links>\n",
        *(xml.element("link", title, href=url) for title, url in told.links),
        "</links>\n",
        xml.element("url", told.address) if told.address else "",
    ]
    about = xml.attributes(guid=told.guid, id=str(told.number))
    return Written(orjson.dumps(value), f"<event{about}>\n{''.join(inner)}</event>\n".encode())


def _duration(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
