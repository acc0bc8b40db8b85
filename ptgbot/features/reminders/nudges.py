"""When a reminder is needless: what it was to ask for was done, or it would come at a time of rest."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.messages import Target
from ptgbot.features.reminders.model import (
    REMINDERS,
    SPEAKERS,
    WISHES,
    Approval,
    Kind,
    Reminder,
    State,
    reminders_of,
    target_of,
)
from ptgbot.features.reminders.planning import OF_SLOT, in_hours, is_of, quiet_hours
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import CALENDAR
from ptgbot.features.topics.model import topic_of

__all__ = ["make_needless", "target_now"]

BEGUN = timedelta(minutes=1)  # after the start of an open space nobody says any more that it is coming up
SAID_BEFORE = timedelta(minutes=20)  # a topic that is said so long before a slot begins is that slot's topic


def target_now(reminder: Reminder, view: View) -> Target | None:
    """Return where a reminder goes: for a nudge, to who spoke for the track last; None where that is nobody."""
    if reminder.kind not in (Kind.UNSAID, Kind.STALE):
        return target_of(reminder)
    speaker = view.get(SPEAKERS, reminder.track)
    return None if speaker is None else Target(speaker.network, speaker.name, speaker.identity)


def make_needless(view: View, event: Event, settings: ReminderSettings) -> Callable[[Reminder, datetime], str]:
    """Return what tells why a reminder need not go out; it returns nothing where it has to.

    Args:
        view: The whole state.
        event: The conference.
        settings: What the event wants of reminders.
    """

    def needless(reminder: Reminder, now: datetime) -> str:
        entry = view.get(CALENDAR, reminder.subject)
        if reminder.kind in OF_SLOT and (entry is None or entry.cancelled or not is_of(reminder, entry)):
            return "it was moved"
        if reminder.kind in (Kind.SLOT, Kind.MINE, Kind.OPENSPACE) and _is_overtaken(view, reminder, now):
            return "a later one says it"
        if reminder.kind is Kind.OPENSPACE and now >= reminder.start + BEGUN:
            return "it has begun"
        if reminder.kind is Kind.OPENSPACE and _is_taken_back(reminder):
            return "it was taken back"
        if reminder.kind is Kind.UNSAID and _was_said(view, reminder):
            return "it was said"
        if reminder.kind is Kind.STALE and not _is_stale(view, reminder, now):
            return "nothing stands there that is over"
        if reminder.kind is Kind.MINE and not _is_wanted(view, reminder):
            return "they want it no more"
        if reminder.kind in (Kind.MINE, Kind.UNSAID, Kind.STALE):
            target = target_now(reminder, view)
            if target is None:
                return "nobody spoke for the track yet"
            if in_hours(quiet_hours(view.get(WISHES, target.identity), settings), now, event):
                return "quiet hours"
        return ""

    return needless


def _is_overtaken(view: View, reminder: Reminder, now: datetime) -> bool:
    """Return whether another reminder of the same, nearer to its start, is due too, or out: after a time of outage."""
    if reminder.identity:  # of one booking there may be thousands for as many people
        own = view.where(REMINDERS, "identity", reminder.identity).values()
        others = (other for other in own if (other.kind, other.subject) == (reminder.kind, reminder.subject))
    else:
        others = (other for other in reminders_of(view, reminder.kind, reminder.subject))
    where = (reminder.place, reminder.start)
    return any(
        (other.place, other.start) == where
        and reminder.due < other.due <= now
        and other.state in (State.PLANNED, State.SENDING, State.SENT)
        and other.approval is not Approval.WAITING
        for other in others
    )


def _is_taken_back(reminder: Reminder) -> bool:
    """Return whether the approval of what is going out at this moment was taken back."""
    return reminder.state is State.SENDING and reminder.approval is Approval.WAITING


def _is_wanted(view: View, reminder: Reminder) -> bool:
    """Return whether somebody wants to be reminded still, and so long before."""
    wish = view.get(WISHES, reminder.identity)
    return wish is not None and (reminder.track, reminder.lead) in wish.tracks


def _was_said(view: View, reminder: Reminder) -> bool:
    """Return whether something was said for a slot."""
    now = topic_of(view, reminder.track).now
    return now is not None and now.known is not None and now.known >= reminder.start - SAID_BEFORE


def _is_stale(view: View, reminder: Reminder, now: datetime) -> bool:
    """Return whether the topic that was said in a slot still stands after it, and the track has no slot now."""
    topic = topic_of(view, reminder.track).now
    if topic is None or topic.known is None or topic.known >= reminder.due or not _was_said(view, reminder):
        return False
    others = view.where(CALENDAR, "track", reminder.track).values()
    return not any(entry.start <= now < entry.end and not entry.cancelled for entry in others)
