"""What the configuration says about open spaces, as far as posts are read by it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

__all__ = ["Room", "Rules", "room_key"]

HOURS = (time(8), time(20))
DURATION = timedelta(minutes=45)
MAX_MINUTES = 1440

_ROOM_WORDS = re.compile(r"(?:rooms?|rm)\b[\s.\-_#]*(?=\w)", re.IGNORECASE)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w+&/]+(?=\d)")
_NO_PART_OF_A_KEY = re.compile(r"[^\w+&/.]|_|(?<!\d)\.|\.(?!\d)")
_HOUR = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def room_key(name: str) -> str:
    """Return what is the same in all the ways to write a room's name.

    Case, spaces, hyphens, dots and a word "room" in front make no difference; ``+``, ``&`` and ``/`` do.
    """
    plain = unicodedata.normalize("NFKC", name).strip()
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

    @classmethod
    def read(cls, values: Mapping[str, object], zone: ZoneInfo = ZoneInfo("UTC")) -> Self:
        """Make rules of the ``openspaces`` object of a configuration file.

        Args:
            values: The object. Each key is optional; those that do not say how posts are read are passed over.
            zone: The event's zone.

        Returns:
            The rules.

        Raises:
            ValueError: A value cannot be used; the message begins with its key.
        """
        minutes = values.get("minutes", DURATION // timedelta(minutes=1))
        if isinstance(minutes, bool) or not isinstance(minutes, int):
            raise ValueError("openspaces.minutes: must be a whole number of minutes, such as 45")  # noqa: TRY004
        if not 1 <= minutes <= MAX_MINUTES:
            raise ValueError(f"openspaces.minutes: must be 1 to {MAX_MINUTES}")
        return cls(
            zone=zone,
            days=_days(_texts(values, "days")),
            hours=_hours(_texts(values, "hours")),
            rooms=_rooms(values.get("rooms")),
            duration=timedelta(minutes=minutes),
            words=_texts(values, "words"),
        )


def _texts(values: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = values.get(key)
    if value is None:
        return ()
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or not all(isinstance(text, str) and text.strip() for text in value):
        raise ValueError(f"openspaces.{key}: must be a list of texts")
    return tuple(text.strip() for text in value)


def _days(texts: tuple[str, ...]) -> tuple[date, ...]:
    try:
        return tuple(sorted({date.fromisoformat(text) for text in texts}))
    except ValueError:
        raise ValueError('openspaces.days: must be dates such as "2027-03-16"') from None


def _hours(texts: tuple[str, ...]) -> tuple[time, time]:
    if not texts:
        return HOURS
    found = [match for text in texts if (match := _HOUR.fullmatch(text))]
    if len(texts) != 2 or len(found) != 2:
        raise ValueError('openspaces.hours: must be two times such as ["08:00", "20:00"]')
    first, last = (time(int(match[1]), int(match[2])) for match in found)
    return first, last


def _rooms(value: object) -> tuple[Room, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError('openspaces.rooms: must be a list of names, or of {"name": …, "aliases": […]}')  # noqa: TRY004
    return tuple(_room(entry) for entry in value)


def _room(entry: object) -> Room:
    if isinstance(entry, str):
        return Room(entry.strip())
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if not isinstance(entry, Mapping) or not isinstance(name, str) or not set(entry) <= {"name", "aliases"}:
        raise ValueError(f'openspaces.rooms: {entry!r} is neither a name nor {{"name": …, "aliases": […]}}')
    aliases = entry.get("aliases") or []
    if not isinstance(aliases, list | tuple) or not all(isinstance(alias, str) for alias in aliases):
        raise ValueError(f"openspaces.rooms: the aliases of {name!r} must be a list of texts")
    return Room(name.strip(), tuple(alias.strip() for alias in aliases))
