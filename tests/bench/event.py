"""An event of any size, in the published shape."""

from typing import Any

__all__ = ["make_event"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def make_event(tracks: int = 44, rooms: int = 23, days: int = 5, slots: int = 4) -> dict[str, Any]:
    """Return an event in which two slots of three are booked.

    Args:
        tracks: How many tracks there are.
        rooms: How many rooms.
        days: How many days.
        slots: How many slots a day has.
    """
    names = [f"track{number:03}" for number in range(tracks)]
    day_slots = {
        day: [{"name": f"{day[:3]}{number + 1}", "desc": f"{9 + 2 * number:02}:00-{10 + 2 * number:02}:45"}
              for number in range(slots)]
        for day in _DAYS[:days]
    }  # fmt: skip
    codes = [slot["name"] for day in day_slots.values() for slot in day]
    schedule = {
        f"Room {room:02}": {
            "desc": f"seats {10 + room}",
            **{code: names[(room * 7 + n) % tracks] if (room + n) % 3 else "" for n, code in enumerate(codes)},
        }
        for room in range(rooms)
    }
    return {"eventid": "bench", "tracks": names, "slots": day_slots, "schedule": schedule}
