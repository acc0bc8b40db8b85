"""What reminders say, right at the moment when they go out."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil

from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.reminders.model import Kind, Reminder
from ptgbot.features.reminders.planning import PUBLIC
from ptgbot.features.schedule.model import CALENDAR, CalendarEntry, full_title
from ptgbot.features.topics.model import topic_of

__all__ = ["body_of", "how_long", "say", "what"]

MOST_TOGETHER = 12  # slots that one message names; of more it says how many
MOST_ON_A_TIMELINE = 4  # likewise, where the whole message has to fit in 280 characters


def how_long(start: datetime, now: datetime) -> str:
    """Return in how many minutes something begins, or for how many it has been running."""
    minutes = ceil((start - now) / timedelta(minutes=1))
    if minutes > 0:
        return f"in {_minutes(minutes)}"
    return "now" if minutes > -2 else f"since {_minutes(-minutes)}"


def _minutes(count: int) -> str:
    hours, minutes = divmod(count, 60)
    if hours > 48:
        return f"{hours // 24} days"
    if hours and not minutes:
        return f"{hours} hour{'s' * (hours > 1)}"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} minute{'s' * (minutes > 1)}"


def say(reminders: Sequence[Reminder], view: View, event: Event, now: datetime) -> str:
    """Return the text of one message.

    Args:
        reminders: Those that go out together: all of one kind, to one target.
        view: The whole state.
        event: The conference.
        now: Now (aware, UTC).
    """
    first = reminders[0]
    match first.kind:
        case Kind.SLOT | Kind.MINE:
            return _slots(reminders, view, event, now)
        case Kind.UNSAID:
            return (
                f"{what(first, view)} has begun, and nothing was said about it yet. What is on? "
                f"Say '#{first.track} now TOPIC', and everybody sees it."
            )
        case Kind.STALE:
            now_text = getattr(topic_of(view, first.track).now, "text", "")
            return (
                f"The slot of {what(first, view)} has ended, and the board still says: {now_text}. "
                f"Say '#{first.track} clean', or '#{first.track} now TOPIC' if you go on."
            )
        case Kind.OPENSPACE:
            return f"Coming up {how_long(first.start, now)}! {first.text}"
        case Kind.NOTE:
            return f"Reminder: {first.text}"
        case _:
            return first.text


def body_of(reminders: Sequence[Reminder], view: View) -> str:
    """Return the part of their text that is the same whenever they go out."""
    first = _in_order(reminders)[0]
    return first.text or what(first, view)


def _in_order(reminders: Iterable[Reminder]) -> list[Reminder]:
    """Return reminders as one message names them, where it has no room for all: the first ones."""
    return sorted(reminders, key=lambda r: (r.start, r.track, r.subject))


def what(reminder: Reminder, view: View) -> str:
    """Return what a reminder of a slot is about: the track, what the schedule calls it, and the room."""
    entry = view.get(CALENDAR, reminder.subject)
    if entry is None:
        return f"#{reminder.track}"
    return f"#{full_title(entry.track, entry.title)} in {entry.room}"


def _slots(reminders: Sequence[Reminder], view: View, event: Event, now: datetime) -> str:
    """Return a text such as ``In 15 minutes (Mon 10:00 CET): #nova in Ballroom A · #swift in Aspen``."""
    timeline = reminders[0].place.partition(":")[0] in PUBLIC
    most = MOST_ON_A_TIMELINE if timeline else MOST_TOGETHER
    shown = _in_order(reminders)
    parts = []
    for start in dict.fromkeys(reminder.start for reminder in shown[:most]):
        names = " · ".join(
            _linked(r, view, alone=len(shown) == 1 and not timeline) for r in shown[:most] if r.start == start
        )
        parts.append(f"{how_long(start, now)} ({_when(start, event)}): {names}")
    text = "; ".join(parts)
    if len(shown) > most:
        text += f" and {len(shown) - most} more"
    page = _page(shown, event) if timeline or len(shown) > most else ""
    return f"{text[:1].upper()}{text[1:]}{' ' * bool(page)}{page}"


def _linked(reminder: Reminder, view: View, *, alone: bool) -> str:
    entry = view.get(CALENDAR, reminder.subject)
    link = entry.link if alone and isinstance(entry, CalendarEntry) else ""
    return f"{what(reminder, view)}{', ' * bool(link)}{link}"


def _when(instant: datetime, event: Event) -> str:
    local = event.local(instant)
    return f"{local:%a %H:%M} {local.tzname()}"


def _page(reminders: Iterable[Reminder], event: Event) -> str:
    """Return the address of the page that tells more; empty where nobody said where the site is."""
    if not event.site_url:
        return ""
    tracks = {reminder.track for reminder in reminders}
    page = f"track/{tracks.pop()}.html" if len(tracks) == 1 else "ptg.html"
    return f"{event.site_url}/{page}"
