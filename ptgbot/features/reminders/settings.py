"""What an event wants of reminders: when, where to, and what is left to people."""

from dataclasses import dataclass
from datetime import time, timedelta

from ptgbot.core.messages import Target

__all__ = ["TIMELINE", "ReminderSettings"]

TIMELINE = "timeline"  # the name of the one target of a network that has no channels, such as X


@dataclass(frozen=True, slots=True)
class ReminderSettings:
    """When to remind, and whom.

    Args:
        slots: How many minutes before a booked slot to remind of it, the most first; empty for not at all.
        targets: Where such reminders and announcements go: channels, and the timelines of X and Mastodon.
        grace: How late a reminder may still go out.
        quiet: From when to when, on the event's clocks, personal nudges wait; over midnight where the first is the
            later one. None for never.
        nudges: Whether moderators are told in private that nothing was said about their slot.
        newday_at: When on the event's clocks ``~newday`` is done each day; None for not at all.
        approve: Whether posts on X and Mastodon wait for an organiser.
        irc_channels: The channels on IRC in which the bot is; empty where that is not known.
    """

    slots: tuple[int, ...] = (15, 5)
    targets: tuple[Target, ...] = ()
    grace: timedelta = timedelta(minutes=10)
    quiet: tuple[time, time] | None = (time(22), time(7))
    nudges: bool = True
    newday_at: time | None = None
    approve: bool = False
    irc_channels: tuple[str, ...] = ()
