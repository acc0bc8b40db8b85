"""TIME in the commands about reminders: within the event, and always told back."""

from collections.abc import Sequence
from datetime import datetime, time

from ptgbot.core.clock import Event
from ptgbot.core.commands import Call, Refused
from ptgbot.core.documents import View
from ptgbot.core.moments import BadMoment, Bounds, Moment, read_moment, say_moment
from ptgbot.features.schedule.model import plan

__all__ = ["event_bounds", "read_when", "tell"]


def event_bounds(view: View, event: Event) -> Bounds | None:
    """Return the first and the last minute of the event (UTC); None where nothing tells the date of any day.

    The days are whole ones; slots that end after the last midnight belong to it too.
    """
    days = plan(view, event)
    dates = [day.date for day in days if day.date is not None]
    if not dates:
        return None
    ends = [slot.end for day in days for slot in day.slots if slot.end is not None]
    first = datetime.combine(min(dates), time(), event.zone)
    last = datetime.combine(max(dates), time(23, 59), event.zone)
    return first, max([last, *ends])


def read_when(words: Sequence[str], call: Call) -> Moment:
    """Read the TIME with which words begin.

    Raises:
        Refused: There is none that can be taken.
    """
    try:
        return read_moment(words, call.at, call.event, event_bounds(call.view, call.event))
    except BadMoment as bad:
        raise Refused(str(bad)) from None


def tell(at: datetime, call: Call) -> str:
    """Return an instant as answers tell it."""
    return say_moment(at, call.event, call.at)
