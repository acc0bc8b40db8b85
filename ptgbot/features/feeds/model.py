"""What the feeds and the importer agree on: the names of bookings for others, and what only ptgbot has words for."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from yarl import URL

from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.schedule.model import BOOKINGS, Booking, PlannedSlot, Room, plan, sorted_rooms, track_colors

__all__ = ["OWN", "ROOM_FACTS", "booking_guid", "bookings_by_guid", "guid", "own_facts", "uri"]

OWN = "ptgbot"  # under which name a schedule file holds what only ptgbot has words for
ROOM_FACTS = ("desc", "url", "cap_icon", "cap_desc")

_SPACE = uuid5(NAMESPACE_URL, "urn:ptgbot")
_HEX_DIGITS = 32


@lru_cache(maxsize=8192)
def guid(kind: str, name: str) -> UUID:
    """Return the UUID of something that has a name: always the same for the same name."""
    return uuid5(_SPACE, f"{kind}/{name}")


@lru_cache(maxsize=8192)
def booking_guid(id_: str) -> UUID:
    """Return the UUID by which other programs know a booking, for its whole life.

    The ids that bookings get are UUIDs already; such a one is taken as it is, so that a talk of an imported schedule
    keeps the one that it came with.
    """
    if len(id_) == _HEX_DIGITS:
        try:
            found = UUID(hex=id_)
        except ValueError:
            pass
        else:
            if found.hex == id_:
                return found
    return guid("booking", id_)


@lru_cache(maxsize=8192)
def uri(address: str) -> str:
    """Return an http(s) address as programs want it, in ASCII (RFC 3987, section 3.1); empty where it cannot be."""
    try:
        return str(URL(address))
    except ValueError:
        return ""


def own_facts(view: View, event: Event) -> dict[str, Any]:
    """Return what schedule files have no words for: days and slots by name, free slots, rooms, colours as typed.

    It stands in ``schedule.json`` and ``schedule.xml`` where other programs pass over it, so that a file of ours
    is imported as what it was.
    """
    return {
        "days": {day.day.name: [_slot(slot, event) for slot in day.slots] for day in plan(view, event)},
        "rooms": {room.name: _room(room) for room in sorted_rooms(view)},
        "colors": dict(sorted(track_colors(view).items())),
    }


def _slot(slot: PlannedSlot, event: Event) -> dict[str, Any]:
    facts: dict[str, Any] = {"name": slot.slot.name, "desc": slot.slot.desc}
    if slot.slot.realtime:
        facts["realtime"] = slot.slot.realtime
    if slot.slot.duration is not None:
        facts["duration"] = slot.slot.duration
    if slot.start is not None and slot.end is not None:
        facts |= {"start": _local(slot.start, event), "end": _local(slot.end, event)}
    return facts


def _local(instant: datetime, event: Event) -> str:
    return event.local(instant).isoformat()


def _room(room: Room) -> dict[str, Any]:
    facts: dict[str, Any] = {key: value for key in ROOM_FACTS if (value := getattr(room, key))}
    return {**facts, "slots": list(room.slots)}


def bookings_by_guid(view: View) -> dict[str, Booking]:
    """Return every booking by the UUID that others know it by."""
    return {str(booking_guid(booking.id)): booking for booking in view.all(BOOKINGS).values()}
