"""Time: one clock, and the event that gives a calendar to it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

__all__ = ["Clock", "Event", "SystemClock"]


class Clock(Protocol):
    """Where every instant comes from; tests set it."""

    def now(self) -> datetime:
        """Return this instant as an aware UTC datetime."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return this instant as an aware UTC datetime."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """The conference, as the configuration describes it.

    Args:
        name: What people call it; empty when nobody said.
        zone: The IANA zone its wall clocks show.
        first_day: The date from which day names count, or None: then slots tell their dates themselves.
        site_url: Where the published site is, without a slash at its end; empty when unknown.
    """

    name: str = ""
    zone: ZoneInfo = ZoneInfo("UTC")
    first_day: date | None = None
    site_url: str = ""

    def local(self, instant: datetime) -> datetime:
        """Return an aware instant as the event's wall clocks show it."""
        return instant.astimezone(self.zone)
