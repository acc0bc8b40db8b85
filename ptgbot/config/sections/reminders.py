"""Reminders and announcements: when, where to, and what is left to people."""

from datetime import time

from pydantic import BaseModel, Field

from ptgbot.config.kinds import Flag, Grace, Leads, Quiet, Targets

__all__ = ["ReminderKeys"]


class ReminderKeys(BaseModel):
    """The settings ``reminders.…`` and ``announce.…``."""

    reminders_slots: Leads = Field(
        (15, 5),
        alias="reminders.slots",
        description="How many minutes before a booked slot the bot reminds of it; `[]`: not at all.",
    )
    reminders_targets: Targets = Field(
        (),
        alias="reminders.targets",
        description="Where reminders of slots and announcements go: `irc:#ptg`, `slack:C0123ABCDEF`, `x`, `mastodon`.",
    )
    reminders_grace: Grace = Field(
        10,
        alias="reminders.grace",
        description="How late a reminder may still go out, such as after the bot was down.",
    )
    reminders_quiet: Quiet = Field(
        (time(22), time(7)),
        alias="reminders.quiet",
        description="When nobody is reminded or nudged in private, on the event's clocks; people can change it for"
        " themselves.",
        json_schema_extra={"default": "`22:00-07:00`"},
    )
    reminders_nudges: Flag = Field(
        default=True,
        alias="reminders.nudges",
        description="Whether who last spoke for a track is told in private when nothing is said in its slot, or what"
        " is on now looks over.",
    )
    announce_approve: Flag = Field(
        default=False,
        alias="announce.approve",
        description="Whether posts on X and Mastodon wait until an organiser approves them.",
    )
