"""The sample event, and the same event moved to this week."""

import json
from copy import deepcopy
from datetime import date, datetime, timedelta, tzinfo
from importlib import resources
from typing import Any

__all__ = ["sample_event", "this_week"]

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def sample_event() -> dict[str, Any]:
    """Return the sample event of ``base.json``, as it was written."""
    text = resources.files("ptgbot.demo").joinpath("base.json").read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(text)
    return event


def this_week(event: dict[str, Any], today: date, zone: tzinfo) -> tuple[dict[str, Any], date]:
    """Move an event so that its first day is today.

    Days follow each other without a gap and are called by the weekdays that they now are; their slots are
    called by the day and their place in it (``Fri1``, ``Fri2`` …), in the schedule too. Times of day stay.

    Args:
        event: An event in the published shape; it is left as it is.
        today: Today's date where the event is.
        zone: The zone of the event, in which an exact start (``realtime``) keeps its time of day.

    Returns:
        The moved event, and the date of its first day.

    Raises:
        ValueError: It has more than seven days, whose names would not be unique, or two slots of one name.
    """
    days = event.get("slots", {})
    if len(days) > len(_WEEKDAYS):
        raise ValueError(f"an event of {len(days)} days cannot be moved: weekday names would repeat")
    names: dict[str, str] = {}
    slots: dict[str, list[dict[str, Any]]] = {}
    for number, old_slots in enumerate(days.values()):
        day = today + timedelta(days=number)
        weekday = _WEEKDAYS[day.weekday()]
        slots[weekday] = []
        for place, slot in enumerate(old_slots, start=1):
            if slot["name"] in names:
                raise ValueError(f"two slots are called {slot['name']}")
            names[slot["name"]] = f"{weekday[:3]}{place}"
            slots[weekday].append(_moved(slot, names[slot["name"]], day, zone))
    moved = deepcopy(event)
    moved["slots"] = slots
    moved["schedule"] = {
        # A room's own keys (desc, url …) are no slot names and stay.
        room: {names.get(key, key): value for key, value in cells.items()}
        for room, cells in event.get("schedule", {}).items()
    }
    return moved, today


def _moved(slot: dict[str, Any], name: str, day: date, zone: tzinfo) -> dict[str, Any]:
    moved = {**slot, "name": name}
    if moved.get("realtime"):
        start = datetime.fromisoformat(moved["realtime"])
        # Without an offset the text is already the event's own time of day.
        local = start.astimezone(zone) if start.tzinfo else start.replace(tzinfo=zone)
        moved["realtime"] = datetime.combine(day, local.timetz()).isoformat()
    return moved
