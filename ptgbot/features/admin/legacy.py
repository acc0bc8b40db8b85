"""The published JSON shape (base.json, ptg.json): reading it into documents, all of it or nothing."""

import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ptgbot.core.changes import Draft, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.identity import Identity
from ptgbot.features.motd.model import LEVELS, MOTD, Motd, Notice
from ptgbot.features.people.model import ACCESS, Access
from ptgbot.features.presence.model import CHECKINS, CheckIn, nick_key
from ptgbot.features.schedule.color import is_color
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    PALETTE,
    ROOMS,
    TRACKS,
    Booking,
    Day,
    Info,
    PlannedDay,
    Room,
    Slot,
    Track,
    event_info,
    plan,
    plan_days,
    track_name_problem,
)
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS, Subscription, pattern_problem
from ptgbot.features.topics.model import (
    LINKS,
    TOPICS,
    Links,
    Now,
    Topic,
    is_link,
    links_of,
    put_links,
    put_topic,
    topic_of,
)

__all__ = ["BadImport", "Import", "Importer", "parse"]

ROOM_KEYS = ("desc", "url", "cap_icon", "cap_desc")
KNOWN_KEYS = frozenset(
    "eventid tracks slots schedule now next etherpads urls colors location links motd voice last_check_in"
    " subscriptions timestamp".split()
)
_STAMP = "%Y-%m-%d %H:%M:%S"
_MAX_PROBLEMS = 20
_MAX_TEXT = 5000


class BadImport(Exception):  # noqa: N818 - it is an answer to a person, not a defect
    """What cannot be imported; ``problems`` says all that is wrong, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Import:
    """What an import changes.

    Args:
        edits: The edits.
        notes: What was altered or left out on the way, a sentence each.
    """

    edits: tuple[Edit, ...]
    notes: list[str]


def parse(content: bytes) -> dict[str, Any]:
    """Return the JSON object that some bytes hold.

    Raises:
        BadImport: They hold none.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) < len(items):
            names = [name for name, _ in items]
            twice = next(name for name in names if names.count(name) > 1)
            raise BadImport([f"the key '{_cut(twice)}' is there twice in one object"])
        return result

    def constant(name: str) -> Any:
        raise BadImport([f"{name} is no JSON value"])

    try:
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=pairs, parse_constant=constant)
    except UnicodeDecodeError:
        raise BadImport(["it is not UTF-8 text"]) from None
    except json.JSONDecodeError as error:
        raise BadImport([f"it is no JSON: {error.msg}, line {error.lineno} column {error.colno}"]) from None
    except (RecursionError, ValueError):
        raise BadImport(["it is no JSON that can be read: it is nested too deep, or has numbers too long"]) from None
    if not isinstance(data, dict):
        raise BadImport(["it is no JSON object"])
    return data


def _cut(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _normal(name: str) -> str:
    """Return the track name that an older name becomes."""
    return re.sub(r"[^a-z0-9._-]", "-", name.strip().lower()).lstrip("._-")


@dataclass
class Importer:
    """Reads one JSON object in the published shape.

    Args:
        view: The state it is imported into.
        event: The conference.
        network: The network whose nicks the check-ins and subscriptions of the file name.
        at: Now (aware, UTC).
        new_id: Makes an id that no document has.
        strict: Whether a value that the original bot took from chat but that is not safe to show (a colour that
            is none, a link that is none) is a problem; else it is left out, with a note.
    """

    view: View
    event: Event
    network: str
    at: datetime
    new_id: Callable[[], str]
    strict: bool
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)
    _days_planned: tuple[PlannedDay, ...] = ()

    def read(self, data: dict[str, Any]) -> Import:
        """Return what the object changes: each of its top-level keys replaces that key.

        Raises:
            BadImport: Something in it is wrong; it says what, all of it.
        """
        draft = Draft(self.view)
        for key in data:
            if key not in KNOWN_KEYS:
                self.notes.append(f"'{_cut(key)}' is no key that I know, left out")
        self._info(draft, data)
        slots = self._days(draft, data)
        tracks = self._tracks(data)
        booked = self._rooms(draft, data, slots, tracks)
        self._put_tracks(draft, data, tracks, booked)
        self._bookings(draft, booked, tracks)
        self._topics(draft, data, tracks)
        self._links(draft, data, tracks)
        self._voice(draft, data)
        self._motd(draft, data)
        self._check_ins(draft, data)
        self._subscriptions(draft, data)
        if self.problems:
            more = len(self.problems) - _MAX_PROBLEMS
            raise BadImport(self.problems[:_MAX_PROBLEMS] + ([f"and {more} more"] if more > 0 else []))
        return Import(draft.edits(), self.notes)

    # -- shapes -------------------------------------------------------------------------------------------------

    def _object(self, data: dict[str, Any], key: str) -> dict[str, Any] | None:
        """Return a key's object; None where the key is not there."""
        value = data.get(key)
        if value is None:
            return None if key not in data else {}
        if not isinstance(value, dict):
            self.problems.append(f"'{key}' is no object")
            return None
        return value

    def _text(self, value: object, place: str) -> str:
        """Return a value that has to be text, single-spaced and without control characters."""
        if not isinstance(value, str):
            self.problems.append(f"{place} is no text: {_cut(value)}")
            return ""
        text = " ".join("".join(c if c.isprintable() else " " for c in value).split())
        if len(text) > _MAX_TEXT:
            self.problems.append(f"{place} is longer than {_MAX_TEXT} characters")
            return ""
        return text

    def _unsafe(self, sentence: str) -> None:
        """Take note of a value that the original bot took but that cannot be shown."""
        (self.problems if self.strict else self.notes).append(
            sentence if self.strict else f"{sentence}; left out"
        )

    def _track(self, name: object, place: str, *, listed: bool = False) -> str:
        """Return the name that a track has here; empty where it can have none.

        Args:
            name: The name in the file.
            place: Where it stands, for people.
            listed: Whether it stands in the list of tracks, where no two may differ in case alone.
        """
        if not isinstance(name, str):
            self.problems.append(f"{place} is no track name: {_cut(name)}")
            return ""
        if name in self._names:
            return self._names[name]
        result = _normal(name)
        problem = track_name_problem(result)
        if problem:
            self.problems.append(problem if result == name else f"{place}: '{_cut(name)}' cannot be a track name")
            result = ""
        else:
            same = [n for n, r in self._names.items() if r == result and (listed or n.lower() != name.lower())]
            if same:
                self.problems.append(f"the tracks '{_cut(same[0])}' and '{_cut(name)}' would both be '{result}'")
            elif result != name.lower():
                self.notes.append(f"the track '{_cut(name)}' is now '{result}'")
        self._names[name] = result
        return result

    # -- keys ---------------------------------------------------------------------------------------------------

    def _info(self, draft: Draft, data: dict[str, Any]) -> None:
        info = event_info(self.view)
        eventid, links = info.eventid, info.links
        if "eventid" in data:
            eventid = self._text(data["eventid"] or "", "'eventid'")
            if not re.fullmatch(r"[\w.~-]*", eventid):
                self._unsafe(f"'eventid' can hold letters, digits, '.', '_', '~' and '-' only: {_cut(eventid)}")
                eventid = ""
        found = self._object(data, "links")
        if found is not None:
            pairs = []
            for title, url in found.items():
                shown = self._text(title, "a title in 'links'")
                if isinstance(url, str) and is_link(url.strip()) and shown:
                    pairs.append((shown, url.strip()))
                else:
                    self._unsafe(f"links: '{_cut(title)}' has no http or https address")
            links = tuple(pairs)
        if Info(eventid, links) == Info():
            draft.clear(INFO)
        else:
            draft.put(INFO, Info(eventid, links))

    def _days(self, draft: Draft, data: dict[str, Any]) -> set[str]:
        """Read ``slots``; return the names of all slots there will be."""
        found = self._object(data, "slots")
        if found is None:
            self._days_planned = plan(self.view, self.event)
            return {slot.name for day in self.view.all(DAYS).values() for slot in day.slots}
        names: dict[str, str] = {}
        days = []
        draft.clear(DAYS)
        for position, (name, slots) in enumerate(found.items()):
            title = self._text(name, "a day's name")
            if not isinstance(slots, list):
                self.problems.append(f"slots: '{title}' is no list")
                continue
            read = [self._slot(slot, f"slots: {title}, number {n}") for n, slot in enumerate(slots, 1)]
            for slot in read:
                if slot is None:
                    continue
                if slot.name in names:
                    self.problems.append(f"the slot '{slot.name}' is there twice ({names[slot.name]}, {title})")
                names[slot.name] = title
            days.append(Day(title, position, tuple(slot for slot in read if slot is not None)))
        for day in days:
            draft.put(DAYS, day)
        self._days_planned = plan_days(days, self.event)
        return set(names)

    def _slot(self, raw: object, place: str) -> Slot | None:
        if not isinstance(raw, dict) or "name" not in raw:
            self.problems.append(f"{place} has no name")
            return None
        name = self._text(raw["name"], f"{place}: 'name'")
        if not name or name in ROOM_KEYS:
            self.problems.append(f"{place}: '{name}' cannot be a slot's name")
            return None
        desc = self._text(raw.get("desc") or "", f"{place}: 'desc'")
        realtime = self._text(raw.get("realtime") or "", f"{place}: 'realtime'")
        if realtime:
            try:
                datetime.fromisoformat(realtime).timestamp()
            except (ValueError, OverflowError):
                self._unsafe(f"{place}: 'realtime' is no ISO instant: {_cut(realtime)}")
                realtime = ""
        duration = raw.get("duration")
        if isinstance(duration, float) and duration.is_integer():
            duration = int(duration)
        if isinstance(duration, str) and duration.isascii() and duration.isdigit() and len(duration) < 6:
            duration = int(duration)
        if duration is not None and (
            not isinstance(duration, int) or isinstance(duration, bool) or not 1 <= duration <= 7 * 24 * 60
        ):
            self._unsafe(f"{place}: 'duration' is no number of minutes: {_cut(duration)}")
            duration = None
        return Slot(name, desc, realtime, duration)

    def _tracks(self, data: dict[str, Any]) -> set[str]:
        """Read ``tracks``; return the names that it lists, or those there are."""
        raw = data.get("tracks")
        if raw is None:
            return set() if "tracks" in data else set(self.view.all(TRACKS))
        if not isinstance(raw, list):
            self.problems.append("'tracks' is no list")
            return set()
        return {name for item in raw if (name := self._track(item, "tracks", listed=True))}

    def _rooms(
        self, draft: Draft, data: dict[str, Any], slots: set[str], tracks: set[str]
    ) -> dict[tuple[str, str], str] | None:
        """Read ``schedule``; return the track of each booked room and slot, None where the key is not there."""
        found = self._object(data, "schedule")
        if found is None:
            return None
        booked: dict[tuple[str, str], str] = {}
        draft.clear(ROOMS)
        seen: dict[str, str] = {}
        for position, (raw_name, raw) in enumerate(found.items()):
            name = self._text(raw_name, "a room's name")
            if not name or not isinstance(raw, dict):
                self.problems.append(f"schedule: '{_cut(raw_name)}' is no room")
                continue
            if name in seen:
                self.problems.append(f"the rooms '{_cut(seen[name])}' and '{_cut(raw_name)}' would both be '{name}'")
                continue
            seen[name] = raw_name
            offered = []
            for slot, value in raw.items():
                if slot in ROOM_KEYS:
                    continue
                place = f"schedule: {name}, {_cut(slot)}"
                if slot not in slots and not self._is_dormant(value, tracks):
                    self.notes.append(f"{place}: no day has such a slot, left out")
                    continue
                offered.append(slot)
                if value is not None and value != "":
                    track = self._track(value, place)
                    if track:
                        booked[name, slot] = track
            draft.put(ROOMS, Room(name, position, tuple(offered), **self._room_keys(raw, name)))
        return booked

    @staticmethod
    def _is_dormant(value: object, tracks: set[str]) -> bool:
        """Return whether a key of a room that no day has as a slot looks like one all the same."""
        return value == "" or (isinstance(value, str) and value.lower() in tracks)

    def _room_keys(self, raw: dict[str, Any], name: str) -> dict[str, str]:
        keys = {key: self._text(raw.get(key) or "", f"schedule: {name}, '{key}'") for key in ROOM_KEYS}
        if keys["url"] and not is_link(keys["url"]):
            self._unsafe(f"schedule: {name}: 'url' is no http or https address: {_cut(keys['url'])}")
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
        found = self._object(data, "colors")
        if found is not None:
            colors = {}
            for raw, color in found.items():
                if isinstance(color, str) and is_color(color.strip()):
                    colors[_normal(raw)] = color.strip()
                else:
                    self._unsafe(f"colors: {_cut(raw)}: no CSS colour: {_cut(color)}")
        draft.clear(TRACKS)
        for name in sorted(tracks):
            draft.put(TRACKS, Track(name, colors.get(name) or random.choice(PALETTE)))

    def _held_bookings(self, booked: dict[tuple[str, str], str] | None) -> dict[tuple[str, str], str]:
        if booked is not None:
            return booked
        return {(b.room, b.slot): b.track for b in self.view.all(BOOKINGS).values()}

    def _bookings(self, draft: Draft, booked: dict[tuple[str, str], str] | None, tracks: set[str]) -> None:
        """Replace the bookings; those of a track that vanish and appear are paired, in order of time, as moves."""
        if booked is None:
            return
        held = {(b.room, b.slot): b for b in self.view.all(BOOKINGS).values()}
        gone: dict[str, list[Booking]] = {}
        for place, booking in held.items():
            if booked.get(place) != booking.track:
                gone.setdefault(booking.track, []).append(booking)
        come: dict[str, list[tuple[str, str]]] = {}
        for place, track in booked.items():
            if place not in held or held[place].track != track:
                come.setdefault(track, []).append(place)
        old_time, new_time = _order(plan(self.view, self.event)), _order(self._days_planned)
        for track, bookings in gone.items():
            bookings.sort(key=lambda b: (*old_time(b.slot), b.room))
            places = come.pop(track, [])
            places.sort(key=lambda p: (*new_time(p[1]), p[0]))
            for booking, (room, slot) in zip(bookings, places, strict=False):
                draft.put(BOOKINGS, Booking(booking.id, track, room, slot, booking.revision + 1, self.at))
            for booking in bookings[len(places) :]:
                draft.remove(BOOKINGS, booking.key)
            come[track] = places[len(bookings) :]
        for track, places in come.items():
            for room, slot in places:
                draft.put(BOOKINGS, Booking(self.new_id(), track, room, slot, 0, self.at))

    def _by_track(self, data: dict[str, Any], key: str, tracks: set[str]) -> Iterable[tuple[str, Any]] | None:
        """Return a key's values by track; None where the key is not there."""
        found = self._object(data, key)
        if found is None:
            return None
        values: dict[str, Any] = {}
        for raw, value in found.items():
            name = _normal(raw)
            if name not in tracks:
                self.notes.append(f"{key}: there is no track '{_cut(raw)}', left out")
            elif name in values:
                self.problems.append(f"{key}: two entries are for the track '{name}'")
            elif value is not None:
                values[name] = value
        return values.items()

    def _topics(self, draft: Draft, data: dict[str, Any], tracks: set[str]) -> None:
        topics = {name: topic_of(self.view, name) for name in tracks}
        values = {key: self._by_track(data, key, tracks) for key in ("now", "next", "location")}
        for name, topic in topics.items():
            now = None if values["now"] is not None else topic.now
            following = () if values["next"] is not None else topic.next
            location = "" if values["location"] is not None else topic.location
            topics[name] = Topic(name, now, following, location)
        for name, value in values["now"] or ():
            text = self._text(value, f"now: {name}")
            before = topic_of(self.view, name).now
            now = before if before is not None and before.text == text else Now(text, None)
            topics[name] = Topic(name, now if text else None, topics[name].next, topics[name].location)
        for name, value in values["next"] or ():
            if not isinstance(value, list):
                self.problems.append(f"next: {name} is no list")
                continue
            texts = tuple(text for item in value if (text := self._text(item, f"next: {name}")))
            topics[name] = Topic(name, topics[name].now, texts, topics[name].location)
        for name, value in values["location"] or ():
            text = self._text(value, f"location: {name}")
            topics[name] = Topic(name, topics[name].now, topics[name].next, text)
        draft.clear(TOPICS)
        for topic in topics.values():
            put_topic(draft, topic)

    def _links(self, draft: Draft, data: dict[str, Any], tracks: set[str]) -> None:
        links = {name: links_of(self.view, name) for name in tracks}
        for key, attribute in (("etherpads", "etherpad"), ("urls", "url")):
            values = self._by_track(data, key, tracks)
            if values is None:
                continue
            links = {name: _with(held, attribute, "") for name, held in links.items()}
            for name, value in values:
                url = value.strip() if isinstance(value, str) else ""
                if url and not is_link(url):
                    self._unsafe(f"{key}: {name}: no http or https address: {_cut(value)}")
                    url = ""
                elif not isinstance(value, str):
                    self.problems.append(f"{key}: {name} is no text: {_cut(value)}")
                links[name] = _with(links[name], attribute, url)
        draft.clear(LINKS)
        for held in links.values():
            put_links(draft, held)

    def _voice(self, draft: Draft, data: dict[str, Any]) -> None:
        if "voice" not in data:
            return
        if data["voice"] in (0, 1, None):
            draft.clear(ACCESS)
            if data["voice"]:
                draft.put(ACCESS, Access(voice_required=True))
        else:
            self.problems.append(f"'voice' is neither 0 nor 1: {_cut(data['voice'])}")

    def _motd(self, draft: Draft, data: dict[str, Any]) -> None:
        if "motd" not in data:
            return
        raw = data["motd"]
        if isinstance(raw, dict):  # very old files hold one message
            raw = [raw] if raw.get("message") else []
        if not isinstance(raw, list):
            self.problems.append("'motd' is no list")
            return
        messages = []
        for number, item in enumerate(raw, 1):
            if not isinstance(item, dict):
                self.problems.append(f"motd: number {number} is no message")
                continue
            text = self._text(item.get("message") or "", f"motd: number {number}")
            level = item.get("level")
            if level not in LEVELS:
                self._unsafe(f"motd: number {number}: no such level: {_cut(level)}")
                level = "info"
            if text:
                messages.append(Notice(str(level), text))
        draft.clear(MOTD)
        if messages:
            draft.put(MOTD, Motd(tuple(messages)))

    def _person(self, nick: str) -> str:
        """Return the key of whoever has a nick. A file cannot vouch for an account."""
        return Identity(self.network, nick_key(nick), verified=False).key

    def _check_ins(self, draft: Draft, data: dict[str, Any]) -> None:
        found = self._object(data, "last_check_in")
        if found is None:
            return
        draft.clear(CHECKINS)
        for key, raw in found.items():
            place = f"last_check_in: {_cut(key)}"
            if not isinstance(raw, dict):
                self.problems.append(f"{place} is no check-in")
                continue
            if raw.get("location") is None or raw.get("in") is None:
                continue  # asked for once, never checked in
            nick = self._text(raw.get("nick") or key, f"{place}: 'nick'")
            location = self._text(raw["location"], f"{place}: 'location'")
            since = self._stamp(raw["in"], f"{place}: 'in'")
            left = None if raw.get("out") is None else self._stamp(raw["out"], f"{place}: 'out'")
            if nick and since is not None:
                draft.put(CHECKINS, CheckIn(self._person(nick), nick, location, since, left))

    def _stamp(self, value: object, place: str) -> datetime | None:
        """Return the instant that a local time of the file names."""
        try:
            instant = datetime.strptime(value, _STAMP) if isinstance(value, str) else None
            if instant is not None:
                return instant.replace(tzinfo=self.event.zone).astimezone(self.at.tzinfo)
        except (ValueError, OverflowError):
            pass
        self.problems.append(f"{place} is no time like 2026-11-23 10:00:00: {_cut(value)}")
        return None

    def _subscriptions(self, draft: Draft, data: dict[str, Any]) -> None:
        found = self._object(data, "subscriptions")
        if found is None:
            return
        draft.clear(SUBSCRIPTIONS)
        for nick, pattern in found.items():
            if pattern is None:
                continue
            if not isinstance(pattern, str) or not nick.strip():
                self.problems.append("subscriptions: a pattern is no text")
            elif problem := pattern_problem(pattern):
                # Whose and which it is stays private, even where the reason is shown.
                self._unsafe(f"subscriptions: a pattern cannot be used: {problem.partition(':')[0]}")
            else:
                draft.put(SUBSCRIPTIONS, Subscription(self._person(nick), self.network, nick.strip(), pattern))


def _order(days: Iterable[PlannedDay]) -> Callable[[str], tuple[float, int]]:
    """Return a function from a slot's name to a key that sorts slots by time, then by place in the event."""
    order: dict[str, tuple[float, int]] = {}
    for day in days:
        for slot in day.slots:
            start = slot.start.timestamp() if slot.start else float("inf")
            order[slot.slot.name] = (start, len(order))
    return lambda name: order.get(name, (float("inf"), len(order)))


def _with(links: Links, attribute: str, value: str) -> Links:
    return Links(links.track, value, links.url) if attribute == "etherpad" else Links(links.track, links.etherpad, value)
