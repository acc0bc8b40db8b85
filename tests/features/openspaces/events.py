"""Events whose rules the labelled posts are read by."""

from datetime import date
from zoneinfo import ZoneInfo

from ptgbot.features.openspaces.rules import Room, Rules

__all__ = ["EVENTS"]


def _days(*texts: str) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, texts))


EVENTS = {
    "2017": Rules(
        zone=ZoneInfo("America/Los_Angeles"),
        days=_days("2017-05-19", "2017-05-20", "2017-05-21"),
        rooms=tuple(map(Room, "a105+a106 a107+a108 b110+111 b112 b113 b114 b115 b116 b117".split())),
    ),
    "2018": Rules(
        zone=ZoneInfo("America/New_York"),
        days=_days("2018-05-11", "2018-05-12", "2018-05-13"),
        rooms=(Room("9", ("09",)), *map(Room, "10 14 15 16 19 20 21 22".split())),
    ),
    "berlin": Rules(
        zone=ZoneInfo("Europe/Berlin"),
        days=_days("2026-07-15", "2026-07-16", "2026-07-17"),
        rooms=tuple(map(Room, ("ForumHall", "Hall 2A", "Hall 2B", "Atlas", "5"))),
    ),
    "clocks": Rules(zone=ZoneInfo("Europe/Berlin"), rooms=(Room("14"),)),
    "campus": Rules(
        zone=ZoneInfo("Europe/Paris"),
        days=_days("2026-10-29", "2026-10-30", "2026-10-31", "2026-11-01"),
        rooms=(
            *map(Room, ("Salle Turing", "Salle Lovelace", "Salle 12", "Aula Magna", "Aula 1", "Aula 2", "Raum 3")),
            *(Room("Saal Europa", ("Europasaal",)), Room("Green Room"), Room("Helium"), Room("Room A")),
            *map(Room, ("Théâtre Zénith", "Etage Noble")),
        ),
    ),
    "springs": Rules(
        zone=ZoneInfo("Europe/Berlin"),
        days=_days("2026-06-05", "2026-06-06", "2026-05-06"),
        rooms=(Room("North Hall", ("N1",)), Room("South Hall"), Room("South Hall 2"), Room("Room 7")),
    ),
}
