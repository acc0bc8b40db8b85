"""Dates, times of day and durations, in every form in which files of schedules have them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from ptgbot.core.clock import Event
from ptgbot.features.schedule.model import Day, plan_days

__all__ = ["Times"]

_MAX_MINUTES = 7 * 24 * 60
_YEARS = range(1970, 3000)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?", re.ASCII)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 3  # letters of a weekday


class Times:
    """Reads the times of one file.

    Args:
        event: The conference.
        zone: The time zone of what has no offset.
    """

    def __init__(self, event: Event, zone: tzinfo) -> None:
        self._event = event
        self._zone = zone

    def day(self, value: Any) -> date | None:
        """Return a date, also that of a weekday (``Friday``, ``Fri``) of an event that says when it begins."""
        if not isinstance(value, str):
            return None
        text = value.strip()
        try:
            found = date.fromisoformat(text[:10]) if text[:1].isdigit() else None
        except ValueError:
            return None
        if found is not None:
            return found if found.year in _YEARS else None
        short = text.lower().removesuffix(".")
        weekday = next((day for day in _WEEKDAYS if len(short) >= _SHORTEST and day.startswith(short)), None)
        if weekday is None or self._event.first_day is None:
            return None
        return plan_days([Day(weekday, 0, ())], self._event)[0].date

    def how_to_say_a_date(self) -> str:
        """Return what to write where no date can be read."""
        weekdays = "as a weekday such as Friday" if self._event.first_day else "set event.first_day and name weekdays"
        return f"say it as 2026-11-24, or {weekdays}"

    def instant(self, value: Any) -> datetime | None:
        """Return the instant (UTC) of an ISO text that has a time in it."""
        if not isinstance(value, str) or ":" not in value:
            return None
        try:
            found = datetime.fromisoformat(value.strip())
            if found.year not in _YEARS:
                return None
            found = (found if found.tzinfo else found.replace(tzinfo=self._zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return found.replace(second=0, microsecond=0)

    def beginning(self, value: Any) -> time:
        """Return the time of day at which a day begins, given its first instant; midnight where there is none."""
        found = self.instant(value)
        return found.astimezone(self._zone).time() if found else time()

    def start(self, event: Mapping[str, Any], on: date | None, begins: time) -> datetime | None:
        """Return when an event of a file starts (UTC); None where that cannot be read.

        Args:
            event: The event.
            on: The date of the day under which it is listed.
            begins: When that day begins.
        """
        for key in ("date", "start"):
            if (found := self.instant(event.get(key))) is not None:
                return found
        clock = _clock(event.get("start"))
        day = on or self.day(event.get("date"))
        if clock is None or day is None:
            return None
        # What begins earlier in the morning than the day does belongs to the night after it.
        day += timedelta(days=clock < begins)
        return datetime.combine(day, clock, self._zone).astimezone(UTC)

    def end(self, event: Mapping[str, Any], start: datetime) -> datetime | None:
        """Return when an event of a file ends (UTC); None where that cannot be read, or is more than 7 days later."""
        end = self.instant(event.get("end"))
        clock = _clock(event.get("end"))
        minutes = _minutes(event.get("duration"))
        if end is None and clock is not None:
            local = start.astimezone(self._zone)
            end = datetime.combine(local.date(), clock, self._zone).astimezone(UTC)
            if end <= start:
                end = datetime.combine(local.date() + timedelta(days=1), clock, self._zone).astimezone(UTC)
        if end is None and minutes is not None:
            end = start + timedelta(minutes=minutes)
        return end if end is not None and timedelta() < end - start <= timedelta(minutes=_MAX_MINUTES) else None


def _clock(value: Any) -> time | None:
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return time(int(match[1]), int(match[2])) if match else None
    except ValueError:
        return None


def _minutes(value: Any) -> int | None:
    """Return the minutes of a duration: a number, ``HH:MM``, or with a third part (``D:HH:MM`` or ``HH:MM:SS``)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 < value <= _MAX_MINUTES else None
    if not isinstance(value, str):
        return None
    parts = value.strip().split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() and len(part) <= 5 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    match numbers:
        case [minutes]:
            found = minutes
        case [hours, minutes]:
            found = hours * 60 + minutes
        # pretalx writes days in front, without a nought; others write seconds behind.
        case [days, hours, minutes] if len(parts[0]) == 1:
            found = days * 1440 + hours * 60 + minutes
        case [hours, minutes, _]:
            found = hours * 60 + minutes
        case _:
            return None
    return found if 0 < found <= _MAX_MINUTES else None
