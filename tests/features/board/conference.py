"""A conference in whose halls talks begin when they like, as its schedule comes from the programs that make such."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ptgbot.core.clock import Event
from ptgbot.features.schedule.model import Booking, Day, Room, Slot, Track
from ptgbot.store.state import State
from tests.build import make_state

__all__ = ["CONFERENCE", "NOON", "conference"]

CONFERENCE = Event("Winter Talks", ZoneInfo("Europe/Berlin"), None, "https://talks.example.org")
NOON = datetime(2026, 11, 20, 12, 25, tzinfo=UTC)  # 13:25 there, on its second day
_TRACKS = ("art", "ethics", "hardware", "science", "security")


def conference() -> State:
    """Return a state of eight halls and three days, with talks of 30 to 60 minutes that begin at uneven times."""
    chance = random.Random(3)
    days: list[Day] = []
    bookings: list[Booking] = []
    halls: dict[str, list[str]] = {f"Hall {letter}": [] for letter in "ABCDEFGH"}
    for number in range(3):
        day = date(2026, 11, 19) + timedelta(days=number)
        slots: dict[str, Slot] = {}
        for hall, names in halls.items():
            at = datetime(day.year, day.month, day.day, 10, tzinfo=CONFERENCE.zone)
            at += timedelta(minutes=chance.choice((0, 15, 30)))
            while at.hour < 22:
                minutes = chance.choice((30, 40, 45, 60))
                desc = f"{at:%H:%M}-{at + timedelta(minutes=minutes):%H:%M}"
                slot = slots.setdefault(desc, Slot(f"{day:%a}{desc}", desc))
                track = chance.choice(_TRACKS)
                names.append(slot.name)
                key, title = f"{hall} {slot.name}", f"What {track} learned from the sea, part {len(names)}"
                url = f"https://talks.example.org/{len(bookings)}"
                bookings.append(Booking(key, track, hall, slot.name, 0, NOON, title, url))
                at += timedelta(minutes=minutes + chance.choice((10, 15, 20)))
        days.append(Day(day.isoformat(), number, tuple(sorted(slots.values(), key=lambda slot: slot.desc))))
    rooms = [Room(hall, place, tuple(names)) for place, (hall, names) in enumerate(halls.items())]
    colors = zip(_TRACKS, ("#1f6feb", "#7cb342", "#f2a900", "#5b4bc4", "#c2410c"), strict=True)
    return make_state(days, rooms, bookings, [Track(*track) for track in colors], at=NOON - timedelta(hours=20))
