"""The event: its name, zone and days, and where it may be fetched from."""

from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from ptgbot.config.kinds import Day, Flag, Line, TimeOfDay, Zone

__all__ = ["EventKeys"]


class EventKeys(BaseModel):
    """The settings ``event.…``, and those of ``~fetchdb``."""

    event_name: Line = Field("", alias="event.name", description="What people call the event.")
    event_timezone: Zone = Field(
        ZoneInfo("UTC"), alias="event.timezone", description="The time zone of the event's wall clocks."
    )
    event_first_day: Day = Field(
        None,
        alias="event.first_day",
        description="The date from which the names of days count; without it, slots tell their dates themselves.",
    )
    event_newday_at: TimeOfDay = Field(
        None, alias="event.newday_at", description="When `~newday` is done each day by itself, on the event's clocks."
    )
    fetch_private: Flag = Field(
        default=False,
        description="Whether `~fetchdb` may fetch from loopback and private addresses.",
    )
