"""``ptg.json``: the whole event in the published shape, for machines."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from ptgbot.core.changes import Change, Edit
from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View, Visibility
from ptgbot.features.motd.model import MOTD, notices
from ptgbot.features.people.model import ACCESS, voice_required
from ptgbot.features.presence.model import CHECKINS, CheckIn, nick_key
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    ROOMS,
    TRACKS,
    Day,
    Room,
    bookings_by_place,
    event_info,
    sorted_rooms,
)
from ptgbot.features.topics.model import LINKS, TOPICS

__all__ = ["JsonFeed"]

_TABLES = (INFO, TRACKS, DAYS, ROOMS, BOOKINGS, TOPICS, LINKS, MOTD, ACCESS)


class JsonFeed:
    """Publishes ``ptg.json``. Each part of it is made again only once a table that it shows was touched.

    Args:
        event: The conference.
    """

    path = "ptg.json"

    def __init__(self, event: Event) -> None:
        self._event = event
        self._check_ins = _CheckIns(event)

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the feed."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the feed if it shows something that the Change altered."""
        return (self.path,) if any(_shows(edit) for edit in change.edits) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return the feed."""
        changed = "" if view.changed_at is None else _stamp(self._event, view.changed_at)
        parts = [(key, made) for key, part in _PARTS.items() if (made := part(view))]
        parts += [("last_check_in", self._check_ins(view)), ("timestamp", _bytes(changed))]
        # Joined once, because the part of the check-ins can be megabytes.
        pieces = [piece for key, part in parts for piece in (b',\n"%b":' % key.encode(), part)]
        pieces[0] = pieces[0].replace(b",\n", b"{")
        return b"".join([*pieces, b"}\n"])

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None


def _shows(edit: Edit) -> bool:
    if edit.table is CHECKINS:
        documents = [d for d in (edit.before, edit.after) if d is not None]
        return any(edit.table.visible(d) is Visibility.PUBLIC for d in documents)
    return edit.table in _TABLES


def _bytes(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # half of a surrogate pair, which orjson refuses and JSON can write
        return json.dumps(value, separators=(",", ":")).encode()


def _stamp(event: Event, instant: datetime) -> str:
    return f"{event.local(instant):%Y-%m-%d %H:%M:%S}"


def _slots(day: Day) -> list[dict[str, Any]]:
    found = []
    for slot in day.slots:
        shown: dict[str, Any] = {"name": slot.name, "desc": slot.desc}
        if slot.realtime:
            shown["realtime"] = slot.realtime
        if slot.duration is not None:
            shown["duration"] = slot.duration
        found.append(shown)
    return found


def _room(view: View, room: Room) -> dict[str, str]:
    bookings = bookings_by_place(view)
    own = {key: getattr(room, key) for key in ("desc", "url", "cap_icon", "cap_desc")}
    shown = {key: value for key, value in own.items() if value}
    for slot in room.slots:
        booking = bookings.get((room.name, slot))
        shown[slot] = booking.track if booking else ""
    return shown


def _talks(view: View) -> bytes:
    """Return the titles and addresses of bookings; nothing where there are none: the original has no such key."""
    talks: dict[str, dict[str, dict[str, str]]] = {}
    for (room, slot), booking in sorted(bookings_by_place(view).items()):
        if booking.title or booking.url:
            talks.setdefault(room, {})[slot] = {"title": booking.title, "url": booking.url}
    return _bytes(talks) if talks else b""


def _days(view: View) -> dict[str, Any]:
    days = sorted(view.all(DAYS).values(), key=lambda day: (day.position, day.name))
    return {day.name: _slots(day) for day in days}


def _topics(view: View) -> list[Any]:
    return [topic for _, topic in sorted(view.all(TOPICS).items())]


def _links(view: View) -> list[Any]:
    return [links for _, links in sorted(view.all(LINKS).items())]


_PARTS: dict[str, Derived[bytes]] = {
    "eventid": Derived((INFO,), lambda view: _bytes(event_info(view).eventid)),
    "tracks": Derived((TRACKS,), lambda view: _bytes(sorted(view.all(TRACKS)))),
    "slots": Derived((DAYS,), lambda view: _bytes(_days(view))),
    "schedule": Derived(
        (ROOMS, BOOKINGS), lambda view: _bytes({room.name: _room(view, room) for room in sorted_rooms(view)})
    ),
    "talks": Derived((BOOKINGS,), _talks),
    "now": Derived((TOPICS,), lambda view: _bytes({t.track: t.now.text for t in _topics(view) if t.now})),
    "next": Derived((TOPICS,), lambda view: _bytes({t.track: list(t.next) for t in _topics(view) if t.next})),
    "etherpads": Derived((LINKS,), lambda view: _bytes({x.track: x.etherpad for x in _links(view) if x.etherpad})),
    "urls": Derived((LINKS,), lambda view: _bytes({x.track: x.url for x in _links(view) if x.url})),
    "colors": Derived(
        (TRACKS,), lambda view: _bytes({name: track.color for name, track in sorted(view.all(TRACKS).items())})
    ),
    "location": Derived((TOPICS,), lambda view: _bytes({t.track: t.location for t in _topics(view) if t.location})),
    "links": Derived((INFO,), lambda view: _bytes(dict(event_info(view).links))),
    "motd": Derived((MOTD,), lambda view: _bytes([{"level": n.level, "message": n.text} for n in notices(view)])),
    "voice": Derived((ACCESS,), lambda view: _bytes(int(voice_required(view)))),
}


class _CheckIns:
    """Everybody who is checked in. There can be very many of them, so that the bytes of each are kept."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self._kept: dict[str, tuple[CheckIn, bytes]] = {}
        self._joined: WeakKeyDictionary[View, tuple[int, bytes]] = WeakKeyDictionary()

    def __call__(self, view: View) -> bytes:
        version = view.version(CHECKINS)
        joined = self._joined.get(view)
        if joined is None or joined[0] != version:
            joined = self._joined[view] = (version, self._join(view))
        return joined[1]

    def _join(self, view: View) -> bytes:
        kept: dict[str, tuple[CheckIn, bytes]] = {}
        for key, check_in in view.all(CHECKINS).items():
            before = self._kept.get(key)
            same = before is not None and before[0] == check_in
            kept[key] = before if before is not None and same else (check_in, self._entry(check_in))
        self._kept = kept
        by_nick: dict[str, tuple[CheckIn, bytes]] = {}
        for entry in kept.values():
            nick = nick_key(entry[0].nick)
            held = by_nick.get(nick)
            # Two identities can share a nick: the newest check-in is the one that people mean.
            if held is None or (held[0].since, held[0].identity) < (entry[0].since, entry[0].identity):
                by_nick[nick] = entry
        return b"{%b}" % b",\n".join(by_nick[nick][1] for nick in sorted(by_nick))

    def _entry(self, check_in: CheckIn) -> bytes:
        shown = {
            "nick": check_in.nick,
            "location": check_in.location,
            "in": _stamp(self._event, check_in.since),
            "out": None,
        }
        return b"%b:%b" % (_bytes(nick_key(check_in.nick)), _bytes(shown))
