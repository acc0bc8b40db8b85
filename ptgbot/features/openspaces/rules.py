"""What the configuration says about open spaces, as far as posts are read by it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

__all__ = ["Room", "Rules", "room_key"]

HOURS = (time(8), time(20))
DURATION = timedelta(minutes=45)
MAX_MINUTES = 1440

_ROOM_WORDS = re.compile(r"(?:rooms?|rm)\b[\s.\-_#]*(?=\w)", re.IGNORECASE)
_ACCENTS = re.compile("[\u0300-\u036f]")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w+&/]+(?=\d)")
_NO_PART_OF_A_KEY = re.compile(r"[^\w+&/.]|_|(?<!\d)\.|\.(?!\d)")


@lru_cache(maxsize=4096)  # posts hold the same few words
def room_key(name: str) -> str:
    """Return what is the same in all the ways to write a room's name.

    Case, accents, spaces, hyphens, dots and a word "room" in front make no difference; ``+``, ``&`` and ``/`` do.
    """
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", name)).strip()
    if word := _ROOM_WORDS.match(plain):
        plain = plain[word.end() :]
    return _NO_PART_OF_A_KEY.sub("", _BETWEEN_DIGITS.sub(".", plain)).casefold()


@dataclass(frozen=True, slots=True)
class Room:
    """A room in which open spaces take place.

    Args:
        name: What it is called wherever it is shown.
        aliases: What people also call it.
    """

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what posts are read.

    Args:
        zone: The zone of the event's wall clocks.
        days: The days on which there are open spaces; empty: every day.
        hours: The first and the last hour at which one may start; they tell morning from afternoon, and nothing else.
        rooms: The rooms.
        duration: How long one takes whose end nobody said.
        words: What a post must hold one of to be looked at; empty: nothing.

    Raises:
        ValueError: Two rooms share a name, or a value makes no sense; the message begins with the key.
    """

    zone: ZoneInfo = ZoneInfo("UTC")
    days: tuple[date, ...] = ()
    hours: tuple[time, time] = HOURS
    rooms: tuple[Room, ...] = ()
    duration: timedelta = DURATION
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.hours[0] >= self.hours[1]:
            raise ValueError("openspaces.hours: the first hour must be before the second")
        if not timedelta(minutes=1) <= self.duration <= timedelta(minutes=MAX_MINUTES):
            raise ValueError(f"openspaces.minutes: must be 1 to {MAX_MINUTES}")
        owners: dict[str, str] = {}
        for room in self.rooms:
            for name in (room.name, *room.aliases):
                if not (key := room_key(name)):
                    raise ValueError(f"openspaces.rooms: {name!r} is no name: it has no letter and no digit")
                if owners.setdefault(key, room.name) != room.name:
                    raise ValueError(f"openspaces.rooms: {name!r} is a name of {owners[key]!r} and of {room.name!r}")
