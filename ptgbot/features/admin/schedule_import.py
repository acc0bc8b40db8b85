"""The schedule's part of an import: the event's facts, days, rooms, tracks and bookings."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from ptgbot.core.after import After
from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.core.color import is_color
from ptgbot.core.documents import View
from ptgbot.features.admin.conversion import Guids
from ptgbot.features.admin.matching import Matching
from ptgbot.features.admin.reading import Reading, cut, normal
from ptgbot.features.admin.talks import Place, Talks, read_talks
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    ROOMS,
    TRACKS,
    Booking,
    Day,
    Info,
    NewBookings,
    PlannedDay,
    Room,
    Slot,
    Track,
    event_info,
    plan,
    plan_days,
    random_color,
    timed_bookings,
)
from ptgbot.features.topics.model import is_link

__all__ = ["ScheduleImport"]

ROOM_KEYS = ("desc", "url", "cap_icon", "cap_desc")


class ScheduleImport:
    """Reads ``eventid``, ``links``, ``slots``, ``schedule``, ``talks``, ``tracks`` and ``colors`` into a draft.

    Args:
        view: The state it is imported into.
        draft: Takes the edits.
        reading: Takes what is wrong.
        event: The conference.
        at: Now (aware, UTC).
        new_id: Makes an id that no document has.
    """

    def __init__(
        self, view: View, draft: Draft, reading: Reading, *, event: Event, at: datetime, new_id: Callable[[], str]
    ) -> None:
        self.view = view
        self._reading = reading
        self._draft = draft
        self.event = event
        self.at = at
        self.new_id = new_id
        self._days_planned: tuple[PlannedDay, ...] = ()

    def read(self, data: dict[str, Any], guids: Guids | None = None) -> set[str]:
        """Read the schedule's keys; return the names of all tracks that there will be.

        Args:
            data: The published shape.
            guids: By what the file knows the booking of a room and slot; None where it is in the published shape.
        """
        draft = self._draft
        self._info(draft, data)
        slots = self._days(draft, data)
        tracks = self._tracks(data)
        booked = self._rooms(draft, data, slots, tracks)
        self._put_tracks(draft, data, tracks, booked)
        talks = read_talks(data, self._reading, self._held_bookings(booked))
        self._bookings(draft, booked, guids, talks)
        if booked is not None or "slots" in data:
            self._tell_overlaps(After(self.view, draft.edits()).all(BOOKINGS).values())
        return tracks

    def _info(self, draft: Draft, data: dict[str, Any]) -> None:
        info = event_info(self.view)
        eventid, links = info.eventid, info.links
        if "eventid" in data:
            eventid = self._reading.text(data["eventid"] or "", "'eventid'")
            if not re.fullmatch(r"[\w.~-]*", eventid):
                self._reading.unsafe(f"'eventid' can hold letters, digits, '.', '_', '~' and '-' only: {cut(eventid)}")
                eventid = ""
        found = self._reading.mapping(data, "links")
        if found is not None:
            pairs = []
            for title, url in found.items():
                shown = self._reading.text(title, "a title in 'links'")
                if isinstance(url, str) and is_link(url.strip()) and shown:
                    pairs.append((shown, url.strip()))
                else:
                    self._reading.unsafe(f"links: '{cut(title)}' has no http or https address")
            links = tuple(pairs)
        if Info(eventid, links) == Info():
            draft.clear(INFO)
        else:
            draft.put(INFO, Info(eventid, links))

    def _days(self, draft: Draft, data: dict[str, Any]) -> set[str]:
        """Read ``slots``; return the names of all slots there will be."""
        found = self._reading.mapping(data, "slots")
        if found is None:
            self._days_planned = plan(self.view, self.event)
            return {slot.name for day in self.view.all(DAYS).values() for slot in day.slots}
        names: dict[str, str] = {}
        titles: set[str] = set()
        days: list[Day] = []
        draft.clear(DAYS)
        for position, (name, slots) in enumerate(found.items()):
            title = self._reading.text(name, "a day's name")
            if not title or title in titles:
                self._reading.problems.append(f"slots: the day '{title}' is there twice or has no name")
                continue
            titles.add(title)
            if not isinstance(slots, list):
                self._reading.problems.append(f"slots: '{title}' is no list")
                continue
            read = [self._slot(slot, f"slots: {title}, number {n}") for n, slot in enumerate(slots, 1)]
            for slot in read:
                if slot is None:
                    continue
                if slot.name in names:
                    self._reading.problems.append(
                        f"the slot '{slot.name}' is there twice ({names[slot.name]}, {title})"
                    )
                names[slot.name] = title
            days.append(Day(title, position, tuple(slot for slot in read if slot is not None)))
        self._days_planned = plan_days(days, self.event)
        for planned in self._days_planned:
            draft.put(DAYS, replace(planned.day, slots=tuple(slot.slot for slot in planned.slots)))
        return set(names)

    def _slot(self, raw: object, place: str) -> Slot | None:
        if not isinstance(raw, dict) or "name" not in raw:
            self._reading.problems.append(f"{place} has no name")
            return None
        name = self._reading.text(raw["name"], f"{place}: 'name'")
        if not name or name in ROOM_KEYS:
            self._reading.problems.append(f"{place}: '{name}' cannot be a slot's name")
            return None
        desc = self._reading.text(raw.get("desc") or "", f"{place}: 'desc'")
        realtime = self._reading.text(raw.get("realtime") or "", f"{place}: 'realtime'")
        if realtime:
            try:
                datetime.fromisoformat(realtime).timestamp()
            except (ValueError, OverflowError):
                self._reading.unsafe(f"{place}: 'realtime' is no ISO instant: {cut(realtime)}")
                realtime = ""
        duration = raw.get("duration")
        if isinstance(duration, float) and duration.is_integer():
            duration = int(duration)
        if isinstance(duration, str) and duration.isascii() and duration.isdigit() and len(duration) < 6:
            duration = int(duration)
        if duration is not None and (
            not isinstance(duration, int) or isinstance(duration, bool) or not 1 <= duration <= 7 * 24 * 60
        ):
            self._reading.unsafe(f"{place}: 'duration' is no number of minutes: {cut(duration)}")
            duration = None
        return Slot(name, desc, realtime, duration)

    def _tracks(self, data: dict[str, Any]) -> set[str]:
        """Read ``tracks``; return the names that it lists, or those there are."""
        raw = data.get("tracks")
        if raw is None:
            return set() if "tracks" in data else set(self.view.all(TRACKS))
        if not isinstance(raw, list):
            self._reading.problems.append("'tracks' is no list")
            return set()
        if not self._reading.is_small(len(raw), "tracks"):
            return set()
        return {name for item in raw if (name := self._reading.track(item, "tracks", listed=True))}

    def _rooms(
        self, draft: Draft, data: dict[str, Any], slots: set[str], tracks: set[str]
    ) -> dict[tuple[str, str], str] | None:
        """Read ``schedule``; return the track of each booked room and slot, None where the key is not there."""
        found = self._reading.mapping(data, "schedule")
        if found is None:
            return None
        cells = sum(len(raw) for raw in found.values() if isinstance(raw, dict))
        if not self._reading.is_small(cells // 10, "schedule"):
            return {}
        booked: dict[tuple[str, str], str] = {}
        draft.clear(ROOMS)
        seen: dict[str, str] = {}
        for position, (raw_name, raw) in enumerate(found.items()):
            name = self._reading.text(raw_name, "a room's name")
            if not name or not isinstance(raw, dict):
                self._reading.problems.append(f"schedule: '{cut(raw_name)}' is no room")
                continue
            if name in seen:
                self._reading.problems.append(
                    f"the rooms '{cut(seen[name])}' and '{cut(raw_name)}' would both be '{name}'"
                )
                continue
            seen[name] = raw_name
            offered: dict[str, None] = {}
            for raw_slot, value in raw.items():
                if raw_slot in ROOM_KEYS:
                    continue
                slot = self._reading.text(raw_slot, f"schedule: {name}: a slot's name")
                if not slot or slot in offered:
                    self._reading.problems.append(f"schedule: {name}: the slot '{slot}' is there twice or has no name")
                    continue
                place = f"schedule: {name}, {cut(slot)}"
                if slot not in slots and not self._is_dormant(value, tracks):
                    self._reading.notes.append(f"{place}: no day has such a slot, left out")
                    continue
                offered[slot] = None
                if value is not None and value != "":
                    track = self._reading.track(value, place)
                    if track:
                        booked[name, slot] = track
            draft.put(ROOMS, Room(name, position, tuple(offered), **self._room_keys(raw, name)))
        return booked

    @staticmethod
    def _is_dormant(value: object, tracks: set[str]) -> bool:
        """Return whether a key of a room that no day has as a slot looks like one all the same."""
        return value == "" or (isinstance(value, str) and value.lower() in tracks)

    def _room_keys(self, raw: dict[str, Any], name: str) -> dict[str, str]:
        keys = {key: self._reading.text(raw.get(key) or "", f"schedule: {name}, '{key}'") for key in ROOM_KEYS}
        if keys["url"] and not is_link(keys["url"]):
            self._reading.unsafe(f"schedule: {name}: 'url' is no http or https address: {cut(keys['url'])}")
            keys["url"] = ""
        return keys

    def _put_tracks(
        self,
        draft: Draft,
        data: dict[str, Any],
        tracks: set[str],
        booked: dict[tuple[str, str], str] | None,
    ) -> None:
        """Put the tracks that are listed or booked, with their colours, and remove all others."""
        held = self._held_bookings(booked)
        tracks |= set(held.values())
        colors = {track.name: track.color for track in self.view.all(TRACKS).values()}
        found = self._reading.mapping(data, "colors")
        if found is not None:
            for raw, color in found.items():
                if isinstance(color, str) and is_color(color.strip()):
                    colors[normal(raw)] = color.strip()
                else:
                    self._reading.unsafe(f"colors: {cut(raw)}: no CSS colour: {cut(color)}")
        draft.clear(TRACKS)
        for name in sorted(tracks):
            draft.put(TRACKS, Track(name, colors.get(name) or random_color()))

    def _held_bookings(self, booked: dict[tuple[str, str], str] | None) -> dict[tuple[str, str], str]:
        if booked is not None:
            return booked
        return {(b.room, b.slot): b.track for b in self.view.all(BOOKINGS).values()}

    def _bookings(
        self, draft: Draft, booked: dict[Place, str] | None, guids: Guids | None, talks: Talks | None
    ) -> None:
        """Replace the bookings; one that is there already keeps its identity, and one that is elsewhere moved."""
        if booked is None:
            for booking in self.view.all(BOOKINGS).values() if talks is not None else ():
                draft.put(BOOKINGS, _titled(booking, (booking.room, booking.slot), talks))
            return
        before = plan(self.view, self.event)
        matching = Matching([*self.view.all(BOOKINGS).values()], before, self._days_planned, guids, talks)
        given = {place: guid.hex for place, guid in (guids or {}).items() if guid is not None}
        new = NewBookings(self.view, self._days_planned, at=self.at, new_id=self.new_id, taken=set(given.values()))
        for place, held in matching.of(booked).items():
            track, (room, slot) = booked[place], place
            if held is None and place in given:
                booking = Booking(given[place], track, room, slot, 0, self.at)
            elif held is None:
                booking = new.make(track, room, slot)
            elif matching.moved(held, track, place):
                revision = held.revision + 1
                booking = replace(held, track=track, room=room, slot=slot, revision=revision, changed=self.at)
            else:
                booking = replace(held, slot=slot)
            draft.put(BOOKINGS, _titled(booking, place, talks))
        for gone in matching.left:
            draft.remove(BOOKINGS, gone.key)

    def _tell_overlaps(self, bookings: Iterable[Booking]) -> None:
        """Take note of bookings of one room that are in it at the same time, in slots that overlap."""
        rooms: dict[str, list[tuple[datetime, datetime, Booking]]] = {}
        for booking, start, end in timed_bookings(bookings, self._days_planned):
            rooms.setdefault(booking.room, []).append((start, end, booking))
        for room, found in rooms.items():
            found.sort(key=lambda item: (*item[:2], item[2].slot))
            longest = found[0]
            for one in found[1:]:
                if one[0] < longest[1]:
                    self._reading.notes.append(
                        f"in the room '{cut(room)}', {_called(longest[2])} and {_called(one[2])} overlap"
                    )
                longest = max(longest, one, key=lambda item: item[1])


def _titled(booking: Booking, place: Place, talks: Talks | None) -> Booking:
    """Return a booking with the title and address that an import has for it; with its own where it tells none."""
    if talks is None:
        return booking
    title, url = talks.get(place, ("", ""))
    return replace(booking, title=title, url=url)


def _called(booking: Booking) -> str:
    title = f" '{cut(booking.title)}'" if booking.title else ""
    return f"{booking.track}{title} ({booking.slot})"
