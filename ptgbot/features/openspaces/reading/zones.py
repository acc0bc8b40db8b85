"""Time zones that people write behind a time."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from ptgbot.features.openspaces.reading.text import DAY, ROOM, TIME

__all__ = ["BEHIND", "Zone", "instants", "instants_by", "of_times", "zone_of"]

# Abbreviations by the place whose clocks they are of. One is believed only in the part of the year in which that place
# uses it: in May "EST" is usually meant to be EDT, but who knows.
_PLACES: Final = {
    **dict.fromkeys(("EST", "EDT", "ET"), "America/New_York"),
    **dict.fromkeys(("CST", "CDT", "CT"), "America/Chicago"),
    **dict.fromkeys(("MST", "MDT", "MT"), "America/Denver"),
    **dict.fromkeys(("PST", "PDT", "PT"), "America/Los_Angeles"),
    **dict.fromkeys(("AKST", "AKDT"), "America/Anchorage"),
    "HST": "Pacific/Honolulu",
    **dict.fromkeys(("UTC", "GMT"), "UTC"),
    **dict.fromkeys(("BST",), "Europe/London"),
    **dict.fromkeys(("WET",), "Europe/Lisbon"),
    **dict.fromkeys(("CET", "CEST", "MEZ", "MESZ"), "Europe/Berlin"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Helsinki"),
    "MSK": "Europe/Moscow",
    "SAST": "Africa/Johannesburg",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "HKT": "Asia/Hong_Kong",
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
    "AWST": "Australia/Perth",
    **dict.fromkeys(("NZST", "NZDT"), "Pacific/Auckland"),
}
_ITSELF: Final = {"MEZ": "CET", "MESZ": "CEST", "GMT": "UTC"}
_GENERAL: Final = frozenset({"ET", "CT", "MT", "PT"})
_SEVERAL: Final = (
    "IST",
    "WEST",
    "AST",
    "ADT",
    "EAT",
    "CAT",
    "WAT",
    "ART",
    "BRT",
    "PKT",
    "WIB",
    "PHT",
    "ACST",
    "SGT",
    "NPT",
)
_AREAS: Final = {"eastern": "ET", "central": "CT", "mountain": "MT", "pacific": "PT"}
# Lower case is a zone only where that is no word: "est", "et" and "pt" are words.
_SMALL: Final = "edt|cst|cdt|mst|mdt|pst|pdt|utc|gmt|bst|cet|cest|mez|mesz|eet|eest|jst|aest"

BEHIND: Final = re.compile(
    r"\s?[(\[]?(?:"
    r"(?P<offset>(?:(?:UTC|GMT|utc"
    rf"|gmt)\s?)?(?P<sign>[+\-])(?P<hours>\d{{1,2}}):?(?P<minutes>\d\d)?)(?![\w:])(?<!\s-\d)(?<!\s-\d\d)"
    r"|(?P<zulu>Z)(?!\w)"
    rf"|(?P<short>{'|'.join([*_PLACES, *_SEVERAL])}|{_SMALL}|Etc/UTC)(?![\w+]|-\d)"
    r"|(?P<area>(?i:eastern|central|mountain|pacific))(?:\s(?i:standard|daylight))?(?=\s(?i:time)\b"
    rf"|\s?[,.;!\n){ROOM}{DAY}]|\s(?:in|at|on)\b|$)(?:\s(?i:time))?"
    r"|(?P<place>(?:[A-Z]\w+|(?i:my|our|your|their))\s(?i:time))\b"
    r")[)\]]?"
)
_NAME = rf"(?:{'|'.join(name for name in _PLACES if name not in _GENERAL)})(?![\w+]|-\d)"
_ANYWHERE = re.compile(rf"(?<![\w/]){_NAME}")
_OF_TIMES = re.compile(
    rf"(?:[{DAY}{TIME}]\s?[(\[]?|\b(?i:times?|zone|timezone):?\s(?i:are\s|is\s)?(?i:in\s|zone:?\s)?)(?P<name>{_NAME})"
    rf"|(?<![\w/])(?P<before>{_NAME}):?\s?[{DAY}{TIME}]"
)
_LOCAL = re.compile(
    r"(?:local|conference|event|venue|pycon|show|con|camp|party|story|tea|snack|lunch|break)\s", re.IGNORECASE
)


class Zone:
    """A zone as people wrote it.

    Args:
        name: What they wrote.
        info: What it is; None where it may be several, or nobody knows it.
    """

    def __init__(self, name: str, info: tzinfo | None) -> None:
        self.name = name
        self.info = info


def zone_of(match: re.Match[str]) -> Zone | None:
    """Return what ``BEHIND`` found; None where it is the event's own zone in other words."""
    if match["offset"]:
        hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
        if hours > 14 or minutes > 59:
            return Zone(match["offset"], None)
        shift = timedelta(hours=hours, minutes=minutes)
        return Zone(match["offset"], timezone(-shift if match["sign"] == "-" else shift))
    if match["zulu"]:
        return _named("UTC")
    if match["area"]:
        return _named(_AREAS[match["area"].casefold()])
    if match["place"]:
        return None if _LOCAL.match(match["place"]) else Zone(match["place"], None)
    return _named(match["short"].upper())


def of_times(text: str) -> tuple[list[Zone], list[str]]:
    """Return the zones of all times in a text, such as in "all times UTC" and "3pm tomorrow EDT".

    Args:
        text: The text, with days and times blanked.

    Returns:
        These zones, and the names of others that stand anywhere and may be meant as well.
    """
    names = dict.fromkeys(match["name"] or match["before"] for match in _OF_TIMES.finditer(text))
    others = [name for name in dict.fromkeys(_ANYWHERE.findall(text)) if name not in names]
    return [_named(name) for name in names], others


def _named(name: str) -> Zone:
    place = _PLACES.get(name)
    return Zone(name, ZoneInfo(place) if place else None)


def instants(day: date, at: time, zone: tzinfo) -> list[datetime]:
    """Return when clocks show a time: never where they skip it, twice where they go back over it."""
    first = datetime.combine(day, at, zone)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return [first]
    back = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)
    return [first, second] if back == first.replace(tzinfo=None) else []


def instants_by(zone: Zone, day: date, at: time, event: ZoneInfo) -> list[datetime]:
    """Return when clocks show a time in a zone that people named; never where they do not go by that name then.

    Args:
        zone: The zone. The event's own is known by its abbreviation, whatever that means elsewhere.
        day: The date.
        at: What the clocks show.
        event: The zone of the event.
    """
    if here := [instant for instant in instants(day, at, event) if instant.tzname() == zone.name]:
        return here
    there = instants(day, at, zone.info) if zone.info else []
    if zone.name in _GENERAL or zone.name not in _PLACES:
        return there
    return [instant for instant in there if instant.tzname() == _ITSELF.get(zone.name, zone.name)]
