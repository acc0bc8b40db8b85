"""Days, times of day and time zones."""

import re
from datetime import date, time
from zoneinfo import ZoneInfo, available_timezones

from ptgbot.config.values.text import items, line, shown

__all__ = ["clock", "day", "days", "hours", "quiet", "zone"]

DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def zone(value: object) -> ZoneInfo:
    """Read the name of a time zone."""
    if isinstance(value, ZoneInfo):
        return value
    text = line(value)
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown; like a path; a folder of zones
        names = {name.lower(): name for name in available_timezones()}
    close = names.get(text.lower().replace(" ", "_"))
    hint = f"; did you mean {close}?" if close else ", such as Europe/Berlin or UTC"
    raise ValueError(f"{shown(text)} is not an IANA time zone{hint}")


def day(value: object) -> date | None:
    """Read a date; empty is none."""
    if value is None or isinstance(value, date):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if value == text == "":
        return None
    try:
        if DAY.fullmatch(text) and "1970" <= text < "3000":
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{shown(value)} is not a date such as 2026-10-19")


def days(value: object) -> tuple[date, ...]:
    """Read dates, in order and each once, or none."""
    if isinstance(value, list | tuple):
        value = [item.isoformat() if isinstance(item, date) else item for item in value]
    return tuple(date.fromisoformat(text) for text in sorted(items(value, _iso, may_be_empty=True)))


def _iso(text: str) -> str:
    day(text)
    return text


def clock(value: object) -> time | None:
    """Read a time of day; empty is none."""
    if value is None or isinstance(value, time):
        return value
    text = line(value)
    return _time(text) if text else None


def _time(text: str) -> time:
    read = CLOCK.fullmatch(text)
    if not read:
        raise ValueError(f"{shown(text)} is not a time of day such as 09:30")
    return time(int(read[1]), int(read[2]))


def quiet(value: object) -> tuple[time, time] | None:
    """Read from when to when it is quiet, perhaps over midnight; empty and off are never."""
    if value is None or isinstance(value, tuple):
        return value
    text = line(value)
    if text.lower() in ("", "off"):
        return None
    begin, dash, end = _plain_dash(text).partition("-")
    if not dash:
        raise ValueError(f"{shown(text)} is not two times of day such as 22:00-07:00, or off")
    both = _time(begin.strip()), _time(end.strip())
    if both[0] == both[1]:
        raise ValueError(f"{shown(text)} begins when it ends")
    return both


def hours(value: object) -> tuple[time, time]:
    """Read between which two times of day something is, the first being the earlier one."""
    if isinstance(value, str) and "," not in value and not value.lstrip().startswith("["):
        value = _plain_dash(value).replace("-", ",")
    if isinstance(value, list | tuple):
        value = [item.isoformat("minutes") if isinstance(item, time) else item for item in value]
    found = [_time(text) for text in items(value, line)]
    if len(found) != 2 or found[0] >= found[1]:
        raise ValueError('must be two times of day, the earlier one first, such as ["08:00", "20:00"]')
    return found[0], found[1]


def _plain_dash(text: str) -> str:
    return re.sub("[–—]", "-", text)  # as some people type it, or their programs
