"""``schedule.json`` (frab, pretalx, c3voc), read into talks; other formats come here in its shape."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ptgbot.core.clock import Event
from ptgbot.core.color import is_color
from ptgbot.features.admin.reading import Reading, cut
from ptgbot.features.admin.talks import MAX_TITLE
from ptgbot.features.admin.times import Times
from ptgbot.features.admin.track_names import TrackNames
from ptgbot.features.feeds.model import OWN, guid, uri
from ptgbot.features.topics.model import is_link

__all__ = ["Talk", "Timetable", "is_schedule", "read_timetable"]

# What is often told of talks and has no place here.
_NOT_TAKEN = {
    "persons": "speakers",
    "subtitle": "subtitles",
    "abstract": "abstracts",
    "description": "descriptions",
    "attachments": "attachments",
    "links": "links",
}
_BREAK_TYPES = frozenset({"break", "pause", "breaks"})
_BREAK_TITLE = re.compile(
    r"((coffee|tea|lunch|dinner|breakfast|short|long)[ -]?)?(break|pause)s?|lunch|dinner|breakfast"
)


@dataclass(frozen=True, slots=True)
class Talk:
    """Whatever a schedule has in a room for a time.

    Args:
        place: Where it stands in the file, for people.
        guid: By what the file knows it; None where it does not tell, or tells it twice.
        track: Name of its track here.
        room: Name of its room.
        start: When it begins (aware, UTC).
        end: When it ends (aware, UTC), after its start.
        day: The date of the day under which it is listed; that may be the day before it begins.
        title: What it is called; empty where that is the name of its track.
        url: The address of its page; empty where there is none.
    """

    place: str
    guid: UUID | None
    track: str
    room: str
    start: datetime
    end: datetime
    day: date
    title: str = ""
    url: str = ""


@dataclass(slots=True)
class Timetable:
    """A schedule that was read.

    Args:
        talks: Its talks, in the order of the file.
        tracks: The colour of each track; empty where the file has none.
        rooms: What the file tells of each room.
        own: What a file of ours holds besides; None in those of others.
    """

    talks: list[Talk] = field(default_factory=list)
    tracks: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, dict[str, str]] = field(default_factory=dict)
    own: Any = None


def is_schedule(data: Mapping[str, Any]) -> bool:
    """Return whether a JSON object is a schedule of that kind, and none in our published shape."""
    schedule = data.get("schedule")
    conference = schedule.get("conference") if isinstance(schedule, dict) else None
    return isinstance(conference, dict) and ("days" in conference or "acronym" in conference)


def read_timetable(data: Mapping[str, Any], reading: Reading, event: Event) -> Timetable:
    """Return the talks of a schedule; what is wrong in it goes to ``reading``.

    Args:
        data: The JSON object.
        reading: Takes what is wrong, and what was altered.
        event: The conference, whose time zone counts where the file names none.
    """
    return _Reader(reading, event, data["schedule"]["conference"]).read()


class _Reader:
    def __init__(self, reading: Reading, event: Event, conference: dict[str, Any]) -> None:
        self._reading = reading
        self._event = event
        self._conference = conference
        self._times = Times(event, self._find_zone())
        self._names = TrackNames(reading)
        self._table = Timetable()
        self._guids: set[UUID] = set()
        self._untitled = 0
        self._breaks = 0
        self._cut = 0
        self._not_taken: dict[str, None] = {}

    def read(self) -> Timetable:
        conference, table = self._conference, self._table
        meta = conference.get("meta")
        table.own = meta.get(OWN) if isinstance(meta, dict) else None
        for track in self._list(conference, "tracks"):
            name = _words(track.get("name")) if isinstance(track, dict) else _words(track)
            if name:
                table.tracks[self._names(name)] = self._color(track, name)
        for room in self._list(conference, "rooms"):
            self._room(room)
        days = conference.get("days")
        if not isinstance(days, list) or (days and not any(isinstance(d, dict) and "rooms" in d for d in days)):
            self._reading.problems.append(
                "its days have no rooms with events in them: export it as schedule.json or schedule.xml of frab"
            )
            return table
        for number, day in enumerate(days, 1):
            self._day(day, number)
        self._tell()
        return table

    def _list(self, parent: dict[str, Any], key: str) -> list[Any]:
        value = parent.get(key)
        return value if isinstance(value, list) else []

    def _find_zone(self) -> ZoneInfo:
        """Return the time zone of what has no offset: that of the file, else that of the event."""
        name = self._conference.get("time_zone_name")
        try:
            found = ZoneInfo(name) if isinstance(name, str) and name else self._event.zone
        except (ValueError, OSError, KeyError):  # OSError: a name that is a folder
            self._reading.notes.append(f"the time zone '{cut(name)}' is not known; the event's own counts")
            return self._event.zone
        if found.key != self._event.zone.key:
            self._reading.notes.append(f"its times are those of {found.key}, and shown in {self._event.zone.key}")
        return found

    def _color(self, track: Any, name: str) -> str:
        color = track.get("color") if isinstance(track, dict) else None
        if isinstance(color, str) and color.strip():
            if is_color(color.strip()):
                return color.strip()
            self._reading.notes.append(f"the track '{cut(name)}' has no CSS colour: {cut(color)}; left out")
        return ""

    def _room(self, room: Any) -> None:
        name = self._line(room.get("name") if isinstance(room, dict) else room)
        if not name:
            return
        facts = self._table.rooms.setdefault(name, {})
        if isinstance(room, dict):
            url = room.get("url")
            facts["desc"] = self._line(room.get("description"))
            facts["url"] = url if isinstance(url, str) and is_link(url) else ""

    def _line(self, value: Any) -> str:
        """Return a text of the file as one line; of several languages the English one, else the first."""
        return " ".join("".join(c if c.isprintable() else " " for c in _words(value)).split())

    def _day(self, day: Any, number: int) -> None:
        rooms = day.get("rooms") if isinstance(day, dict) else None
        if not isinstance(rooms, dict):
            self._reading.problems.append(f"day {number} has no rooms")
            return
        on = self._times.day(day.get("date"))
        if on is None and day.get("date") is not None:
            want = self._times.how_to_say_a_date()
            self._reading.problems.append(f"day {number}: '{cut(day['date'])}' is no date: {want}")
            return
        begins = self._times.beginning(day.get("day_start"))
        for name, events in rooms.items():
            if not isinstance(events, list):
                self._reading.problems.append(f"day {number}: the room '{cut(name)}' has no list of events")
                continue
            for n, event in enumerate(events, 1):
                place = f"day {number}, room '{cut(name)}', event {n}"
                if isinstance(event, dict):
                    self._talk(event, str(event.get("place") or place), name, on, begins)
                else:
                    self._reading.problems.append(f"{place} is no event")

    def _talk(self, event: dict[str, Any], place: str, room: str, on: date | None, begins: time) -> None:
        title, track = self._line(event.get("title")), self._line(event.get("track"))
        place += f" '{cut(title)}'" if title else ""
        name = self._line(room) or self._line(event.get("room"))
        kind = self._line(event.get("type")).lower()
        if self._is_ours and kind not in ("", "meeting"):  # an open space, which is no booking
            return
        if not track and (kind in _BREAK_TYPES or _BREAK_TITLE.fullmatch(title.lower())):
            self._breaks += 1
            return
        if not event.get("date") and not event.get("start"):
            self._reading.notes.append(f"{place} has no time, left out")
            return
        if not name:
            self._reading.notes.append(f"{place} has no room, left out")
            return
        if not track and not title:
            self._reading.problems.append(f"{place} has neither a track nor a title: give it one of them")
            return
        start = self._times.start(event, on, begins)
        if start is None:
            said = event.get("start") or event.get("date")
            self._reading.problems.append(
                f"{place}: '{cut(said)}' is no start like 09:00, or 2026-11-24T09:00:00+01:00"
            )
            return
        end = self._times.end(event, start)
        if end is None:
            said = event.get("end") or event.get("duration")
            why = "it has neither an end nor a duration" if not said else f"'{cut(said)}' is no end or duration"
            self._reading.problems.append(f"{place}: {why} like 10:30, 01:30, or 90 minutes, and at most 7 days")
            return
        self._untitled += not track
        slug = self._names(track or title)
        self._table.tracks.setdefault(slug, "")
        self._table.rooms.setdefault(name, {})
        day = on or self._event.local(start).date()
        told, url = self._title(title, slug), self._url(event, slug)
        self._table.talks.append(Talk(place, self._guid(event), slug, name, start, end, day, told, url))
        has = (word for key, word in _NOT_TAKEN.items() if event.get(key) and (key != "links" or not self._is_ours))
        self._not_taken |= dict.fromkeys(has)

    @property
    def _is_ours(self) -> bool:
        return isinstance(self._table.own, dict)

    def _title(self, title: str, track: str) -> str:
        if title.casefold() == track:
            return ""
        if len(title) <= MAX_TITLE:
            return title
        self._cut += 1
        return f"{title[: MAX_TITLE - 1].rstrip()}…"

    def _url(self, event: dict[str, Any], track: str) -> str:
        url = event.get("url")
        url = url.strip() if isinstance(url, str) else ""
        # In a file of ours a booking without a page of its own has that of its track.
        return uri(url) if is_link(url) and not (self._is_ours and url.endswith(f"/track/{track}.html")) else ""

    def _guid(self, event: dict[str, Any]) -> UUID | None:
        """Return by what the file knows a talk: its guid, else its number."""
        told, number = event.get("guid"), event.get("id")
        found: UUID | None = None
        if isinstance(told, str) and told.strip():
            try:
                found = UUID(told.strip())
            except ValueError:
                found = guid("talk", told.strip())
        elif number is not None and isinstance(number, (str, int)) and str(number).strip():
            found = guid("talk", f"{_words(self._conference.get('acronym'))} {number}")
        if found is None or found in self._guids:  # some files give every slot of a talk the same
            return None
        self._guids.add(found)
        return found

    def _tell(self) -> None:
        notes = self._reading.notes
        if self._untitled:
            one = self._untitled == 1
            notes.append(
                f"{self._untitled} of the talks {'has' if one else 'have'} no track:"
                f" {'its title is its track' if one else 'the title of each is its track'}"
            )
        if self._cut:
            one = self._cut == 1
            notes.append(f"{self._cut} {'title is' if one else 'titles are'} cut to {MAX_TITLE} characters")
        if self._not_taken:
            notes.append(f"of the talks, {', '.join(self._not_taken)} are not taken")
        if self._breaks:
            notes.append("1 break is left out" if self._breaks == 1 else f"{self._breaks} breaks are left out")


def _words(value: Any) -> str:
    """Return a text of a file; of several languages the English one, else the first."""
    if isinstance(value, dict):
        texts: Iterator[Any] = iter([value.get("en"), value.get("name"), *value.values()])
        return next((text for text in texts if isinstance(text, str) and text), "")
    return value if isinstance(value, str) else ""
