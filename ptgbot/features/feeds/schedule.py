"""``schedule.json`` and ``schedule.xml``: the bookings and open spaces as conference apps read them.

The format is that of frab, pretalx and c3voc (https://c3voc.de/wiki/schedule; the schemas are in the tests).
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from ptgbot import __version__
from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.color import swatch
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.sessions import Session, Sessions
from ptgbot.features.feeds import xml
from ptgbot.features.feeds.model import OWN, booking_guid, guid, own_facts, uri
from ptgbot.features.feeds.schedule_events import Told, Written, write
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    ROOMS,
    TRACKS,
    Booking,
    Info,
    PlannedDay,
    PlannedSlot,
    Room,
    event_info,
    plan,
    sorted_rooms,
)
from ptgbot.features.topics.model import LINKS, Links, etherpad_url, meeting_url

__all__ = ["ScheduleFiles"]

_TABLES = (INFO, TRACKS, DAYS, ROOMS, BOOKINGS, LINKS)
_SCHEMA = "https://c3voc.de/schedule/schema.json"
_EPOCH = date(1970, 1, 1)
_SLUG = re.compile(r"[a-z0-9_-]+[a-z0-9]")
_XML_SLUG = re.compile(r"[a-z][a-z0-9-]+")
_JSON_ZONE = re.compile(r"([A-Z][a-z]+/[A-Z][a-z]+)|UTC$")
_LARGEST_NUMBER = 2**31 - 1  # apps keep the number of an event in 32 bits


@dataclass(frozen=True, slots=True)
class _Day:
    """A day with its bounds (event time), and what is on it by room."""

    date: date
    start: datetime
    end: datetime
    rooms: Mapping[str, list[Written]]


class ScheduleFiles:
    """Publishes ``schedule.json`` and ``schedule.xml``. What is said in them about an event is kept until it changes.

    Args:
        event: The conference.
        spaces: The open spaces.
    """

    json = "schedule.json"
    xml = "schedule.xml"

    def __init__(self, event: Event, spaces: Sessions | None = None) -> None:
        self._event = event
        self._spaces = spaces or Sessions()
        self._kept: dict[str, tuple[tuple[object, ...], Written]] = {}
        self._days: Derived[list[_Day]] = Derived((*_TABLES, *self._spaces.tables), self._make_days)

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - they are always there
        """Return the paths of both files."""
        return (self.json, self.xml)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return both paths if the Change altered the schedule, and none if it is about topics or people."""
        shown = self._spaces.touched(change) or any(edit.table in _TABLES for edit in change.edits)
        return (self.json, self.xml) if shown else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - a schedule knows no "now"
        """Return a file."""
        days = self._days(view)
        return self._json(view, days) if path == self.json else self._xml(view, days)

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter them."""
        return None

    # -- what is on -----------------------------------------------------------------------------------------------

    def _make_days(self, view: View) -> list[_Day]:
        by_slot: dict[str, list[Booking]] = {}
        for booking in view.all(BOOKINGS).values():
            by_slot.setdefault(booking.slot, []).append(booking)
        spaces = dict(self._spaces.days(view, self._event))
        numbers = _numbers(view, self._spaces.planned(view))
        order = {room.name: number for number, room in enumerate(sorted_rooms(view))}
        kept: dict[str, tuple[tuple[object, ...], Written]] = {}

        def rooms(found: list[tuple[str, Written]], on: date) -> Mapping[str, list[Written]]:
            for session in spaces.pop(on, ()):
                kept[session.uid] = written = self._written_session(view, session, numbers[session.uid])
                found.append((session.room, written[1]))
            by_room: dict[str, list[Written]] = {}
            for room, one in sorted(found, key=lambda item: (order.get(item[0], len(order)), item[0])):
                by_room.setdefault(room, []).append(one)
            return by_room

        days = []
        for day in plan(view, self._event):
            if day.date is None:
                continue
            found: list[tuple[str, Written]] = []
            for slot in day.slots:
                for booking in by_slot.get(slot.slot.name, ()) if slot.start else ():
                    kept[booking.id] = written = self._written(view, booking, slot, numbers[booking.id])
                    found.append((booking.room, written[1]))
            bounds = self._bounds(day, day.date, spaces.get(day.date, ()))
            days.append(_Day(day.date, *bounds, rooms(found, day.date)))
        if spaces:  # on days that the schedule does not have
            days += [_Day(on, *self._bounds(None, on, spaces[on]), rooms([], on)) for on in sorted(spaces)]
            days.sort(key=lambda day: day.date)
        self._kept = kept
        if not days:  # neither file may be without a day
            empty = self._event.first_day or _EPOCH
            days = [_Day(empty, *self._bounds(None, empty), {})]
        return days

    def _bounds(self, day: PlannedDay | None, on: date, sessions: Iterable[Session] = ()) -> tuple[datetime, datetime]:
        """Return when a day begins and ends: with what is on it, or at midnight where that has no times."""
        parts: list[PlannedSlot | Session] = [*(day.slots if day else ()), *sessions]
        starts = [self._event.local(part.start) for part in parts if part.start]
        ends = [self._event.local(part.end) for part in parts if part.end]
        if not starts or not ends:
            return self._midnight(on), self._midnight(on + timedelta(days=1))
        return min(starts), max(ends)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self._event.zone)

    def _written(
        self, view: View, booking: Booking, slot: PlannedSlot, number: int
    ) -> tuple[tuple[object, ...], Written]:
        """Return a booking as it is written down, and what that was made of."""
        links, room, info = view.get(LINKS, booking.track), view.get(ROOMS, booking.room), event_info(view)
        made_of: tuple[Booking, PlannedSlot, int, Links | None, Room | None, Info] = (
            booking, slot, number, links, room, info,
        )  # fmt: skip
        held = self._kept.get(booking.id)
        if held is not None and held[0] == made_of:
            return held
        return made_of, self._write(view, booking, slot, number)

    def _write(self, view: View, booking: Booking, slot: PlannedSlot, number: int) -> Written:
        assert slot.start is not None
        assert slot.end is not None
        page = f"{self._event.site_url}/track/{booking.track}.html" if self._event.site_url else ""
        pad, meeting = etherpad_url(view, booking.track), meeting_url(view, booking.track, booking.room)
        return write(
            Told(
                guid=str(booking_guid(booking.id)),
                number=number,
                start=self._event.local(slot.start),
                end=self._event.local(slot.end),
                room=booking.room,
                title=booking.title or booking.track,
                track=booking.track,
                kind="meeting",
                slug=self._slug(view, booking.track, number),
                address=uri(booking.url) or page,
                links=tuple(
                    (title, found) for title, url in (("Pad", pad), ("Meeting", meeting)) if (found := uri(url))
                ),
            )
        )

    def _written_session(self, view: View, session: Session, number: int) -> tuple[tuple[object, ...], Written]:
        """Return an open space as it is written down, and what that was made of."""
        made_of = (session, number, event_info(view))
        held = self._kept.get(session.uid)
        if held is not None and held[0] == made_of:
            return held
        told = Told(
            guid=str(_session_guid(session)),
            number=number,
            start=self._event.local(session.start),
            end=self._event.local(session.end),
            room=session.room,
            title=session.title,
            track=session.track,
            kind=session.track,
            slug=self._slug(view, session.track.lower(), number),
            address=uri(session.about) or session.page,
            persons=(session.host,) if session.host else (),
        )
        return made_of, write(told)

    def _slug(self, view: View, name: str, number: int) -> str:
        return f"{self._acronym(view)}-{re.sub('[^a-z0-9_-]', '-', name)}-{number}"

    # -- the files ------------------------------------------------------------------------------------------------

    def _acronym(self, view: View) -> str:
        """Return a short name of the event, of the letters that the schemas allow, and as many as they want."""
        name = event_info(view).eventid or self._event.name or "event"
        return re.sub("[^a-z0-9]+", "_", name.lower()).strip("_").ljust(4, "_")

    def _title(self, view: View) -> str:
        return self._event.name or event_info(view).eventid or "Schedule"

    def _json(self, view: View, days: list[_Day]) -> bytes:
        zone = self._event.zone.key
        conference: dict[str, Any] = {
            "acronym": self._acronym(view),
            "title": self._title(view),
            "start": days[0].date.isoformat(),
            "end": days[-1].date.isoformat(),
            "daysCount": len(days),
            "timeslot_duration": "00:05",
            # The schema's pattern knows few names of zones; every instant has its offset with it.
            **({"time_zone_name": zone} if _JSON_ZONE.search(zone) else {}),
            **({"url": f"{self._event.site_url}/ptg.html"} if self._event.site_url else {}),
            "tracks": [_track(track.name, track.color) for _, track in sorted(view.all(TRACKS).items())],
            "rooms": [_room(room) for room in sorted_rooms(view)],
            "meta": {OWN: own_facts(view, self._event)},
        }
        parts = [orjson.dumps(conference)[:-1], b',\n"days":[']
        for index, day in enumerate(days, 1):
            about = {
                "index": index,
                "date": day.date.isoformat(),
                "day_start": day.start.isoformat(),
                "day_end": day.end.isoformat(),
            }
            rooms = b",\n".join(
                b"%b:[%b]" % (orjson.dumps(room), b",\n".join(one.json for one in written))
                for room, written in day.rooms.items()
            )
            parts.append(b'%b\n%b,"rooms":{%b}}' % (b"," if index > 1 else b"", orjson.dumps(about)[:-1], rooms))
        parts.append(b"]}")
        body = b"".join(parts)
        head = {
            "$schema": _SCHEMA,
            "generator": {"name": "ptgbot", "version": __version__},
            "schedule": {"version": _version(body)},
        }
        if self._event.site_url:
            head["schedule"]["base_url"] = f"{self._event.site_url}/"  # type: ignore[index]
        return b'%b,\n"conference":%b}}\n' % (orjson.dumps(head)[:-2], body)

    def _xml(self, view: View, days: list[_Day]) -> bytes:
        site = self._event.site_url
        conference = [
            xml.element("title", self._title(view)),
            xml.element("acronym", self._acronym(view)),
            xml.element("start", days[0].date.isoformat()),
            xml.element("end", days[-1].date.isoformat()),
            xml.element("days", str(len(days))),
            xml.element("timeslot_duration", "00:05"),
            *([xml.element("base_url", f"{site}/"), xml.element("url", f"{site}/ptg.html")] if site else []),
            xml.element("time_zone_name", self._event.zone.key),
        ]
        for _, track in sorted(view.all(TRACKS).items()):
            slug = track.name if _XML_SLUG.fullmatch(track.name) else None
            conference.append(xml.element("track", name=track.name, color=swatch(track.color)[0], slug=slug))
        parts = [f"<conference>\n{''.join(conference)}</conference>\n".encode()]
        for index, day in enumerate(days, 1):
            about = xml.attributes(
                index=str(index), date=day.date.isoformat(), start=day.start.isoformat(), end=day.end.isoformat()
            )
            parts.append(f"<day{about}>\n".encode())
            for room, written in day.rooms.items():
                parts.append(f"<room{xml.attributes(name=room, guid=str(guid('room', room)))}>\n".encode())
                parts += [one.xml for one in written]
                parts.append(b"</room>\n")
            parts.append(b"</day>\n")
        # A processing instruction is for the one program that it names; it must not hold the sign that ends it.
        facts = orjson.dumps(own_facts(view, self._event)).replace(b">", rb"\u003e")
        body = b"".join([b"<?%b %b?>\n" % (OWN.encode(), facts), *parts, b"</schedule>\n"])
        head = [
            xml.element("generator", name="ptgbot", version=__version__),
            *([xml.element("url", f"{site}/{self.xml}")] if site else []),
            xml.element("version", _version(body)),
        ]
        return xml.DECLARATION + f"<schedule>\n{''.join(head)}".encode() + body


def _version(body: bytes) -> str:
    """Return a version that is another one exactly when the schedule is."""
    return hashlib.blake2b(body, digest_size=6).hexdigest()


def _track(name: str, color: str) -> dict[str, str]:
    return {
        "name": name,
        **({"slug": name} if _SLUG.fullmatch(name) else {}),
        "color": swatch(color)[0],
    }


def _room(room: Room) -> dict[str, Any]:
    return {
        "name": room.name,
        "guid": str(guid("room", room.name)),
        "description": room.desc or None,
        **({"url": room.url} if room.url else {}),
    }


def _session_guid(session: Session) -> UUID:
    return guid("session", session.uid)


def _numbers(view: View, sessions: Iterable[Session]) -> dict[str, int]:
    """Return a number for each booking and session, which apps of old want: from its UUID, so that it stays."""
    numbers: dict[str, int] = {}
    taken: set[int] = set()
    bookings = sorted((booking_guid(id_).int, id_) for id_ in view.all(BOOKINGS))
    for found, id_ in (*bookings, *sorted((_session_guid(session).int, session.uid) for session in sessions)):
        number = found % _LARGEST_NUMBER + 1
        while number in taken:
            number = number % _LARGEST_NUMBER + 1
        taken.add(number)
        numbers[id_] = number
    return numbers
