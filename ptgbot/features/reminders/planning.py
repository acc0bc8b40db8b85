"""Which reminders there are to be: of a booked slot, of what somebody wishes, of an announcement, of a new day."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.features.reminders.model import WISHES, Announcement, Approval, Kind, Reminder, Wish, place_of
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import CalendarEntry

__all__ = [
    "OF_SLOT",
    "PUBLIC",
    "UNSAID_AFTER",
    "Wishes",
    "approval_of",
    "in_hours",
    "is_of",
    "of_announcement",
    "of_slot",
    "of_wish",
    "quiet_hours",
    "read_hours",
    "say_hours",
    "the_new_day",
    "wishes_by_track",
]

UNSAID_AFTER = timedelta(minutes=5)  # of a slot, that somebody comes late to; then who spoke last is nudged

OF_SLOT = (Kind.SLOT, Kind.UNSAID, Kind.STALE, Kind.MINE)  # what follows from a booked slot
PUBLIC = ("x", "mastodon")  # networks on which the whole world reads: there an organiser may want to be asked first

Wishes = Mapping[str, tuple[tuple[Wish, int], ...]]


def _by_track(view: View) -> Wishes:
    found: dict[str, list[tuple[Wish, int]]] = {}
    for wish in view.all(WISHES).values():
        for track, minutes in wish.tracks:
            found.setdefault(track, []).append((wish, minutes))
    return {track: tuple(wishes) for track, wishes in found.items()}


wishes_by_track: Derived[Wishes] = Derived((WISHES,), _by_track)


def approval_of(place: str, settings: ReminderSettings) -> Approval:
    """Return whether what goes to a place has to be approved first.

    Args:
        place: The place, as ``x:timeline``.
        settings: What the event wants.
    """
    return Approval.WAITING if settings.approve and place.partition(":")[0] in PUBLIC else Approval.FREE


def of_slot(entry: CalendarEntry, settings: ReminderSettings) -> Iterator[Reminder]:
    """Yield the reminders of a booked slot that are for everybody and for its moderators.

    Args:
        entry: What calendars tell of the booking.
        settings: What the event wants.
    """
    for target in settings.targets:
        place = place_of(target)
        for lead in settings.slots:
            yield _of_entry(entry, Kind.SLOT, place, lead, approval=approval_of(place, settings))
    if settings.nudges:
        yield _nudge(entry, Kind.UNSAID, min(entry.start + UNSAID_AFTER, entry.end))
        yield _nudge(entry, Kind.STALE, entry.end)


def of_wish(entry: CalendarEntry, wish: Wish, minutes: int) -> Reminder:
    """Return the reminder of a booked slot for somebody who asked for it.

    Args:
        entry: What calendars tell of the booking.
        wish: Whose, and where to tell them.
        minutes: How long before.
    """
    return _of_entry(entry, Kind.MINE, f"{wish.network}:", minutes, identity=wish.identity, name=wish.nick)


def of_announcement(announcement: Announcement, settings: ReminderSettings) -> Iterator[Reminder]:
    """Yield what there is to send of an announcement, one for each place."""
    subject = announcement.key
    for place in announcement.places:
        yield Reminder(
            id=f"{Kind.ANNOUNCEMENT}/{subject}/{place}",
            number=0,
            kind=Kind.ANNOUNCEMENT,
            subject=subject,
            place=place,
            due=announcement.at,
            start=announcement.at,
            text=announcement.text,
            approval=approval_of(place, settings),
        )


def the_new_day(event: Event, at: time, day: date) -> Reminder:
    """Return the reminder that begins a day.

    Args:
        event: The conference.
        at: When, on its clocks; where they skip that time, when they are past it.
        day: The day.
    """
    due = datetime.combine(day, at, event.zone).astimezone(UTC)
    return Reminder(f"{Kind.NEWDAY}/{day.isoformat()}", 0, Kind.NEWDAY, day.isoformat(), "", due, due)


@lru_cache(maxsize=64)  # one booking has dozens of reminders
def _revision(booking: str, start: datetime, room: str) -> str:
    """Return what makes a booking another one to be reminded of: its time and its room."""
    return f"{booking}@{start:%Y%m%dT%H%M%SZ}@{room}"


def _of_entry(
    entry: CalendarEntry,
    kind: Kind,
    place: str,
    lead: int,
    *,
    approval: Approval = Approval.FREE,
    identity: str = "",
    name: str = "",
) -> Reminder:
    return Reminder(
        id=f"{kind}/{_revision(entry.id, entry.start, entry.room)}/{lead}/{identity or place}",
        number=0,
        kind=kind,
        subject=entry.id,
        place=place,
        due=entry.start - timedelta(minutes=lead),
        start=entry.start,
        lead=lead,
        track=entry.track,
        identity=identity,
        name=name,
        approval=approval,
    )


def _nudge(entry: CalendarEntry, kind: Kind, due: datetime) -> Reminder:
    ends = f"{entry.end:%Y%m%dT%H%M%SZ}"
    revision = _revision(entry.id, entry.start, entry.room)
    return Reminder(f"{kind}/{revision}/{ends}", 0, kind, entry.id, "", due, entry.start, track=entry.track)


def is_of(reminder: Reminder, entry: CalendarEntry) -> bool:
    """Return whether a reminder of a slot is of what that is now: at this time, in this room."""
    kind, _, rest = reminder.id.partition("/")
    if not rest.startswith(f"{_revision(entry.id, entry.start, entry.room)}/"):
        return False
    return kind not in (Kind.UNSAID, Kind.STALE) or rest.endswith(f"/{entry.end:%Y%m%dT%H%M%SZ}")


def read_hours(text: str) -> tuple[time, time]:
    """Return quiet hours that a text such as ``22:00-07:00`` names.

    Raises:
        ValueError: It names none.
    """
    begin, dash, end = text.replace("\N{EN DASH}", "-").partition("-")
    if not dash:
        raise ValueError("no two times")
    times = time.fromisoformat(begin.strip().zfill(5)), time.fromisoformat(end.strip().zfill(5))
    if times[0] == times[1] or any(each.tzinfo or each.second or each.microsecond for each in times):
        raise ValueError("no two times of a day")
    return times


def say_hours(hours: tuple[time, time]) -> str:
    """Return quiet hours as ``read_hours`` reads them."""
    return f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"


def quiet_hours(wish: Wish | None, settings: ReminderSettings) -> tuple[time, time] | None:
    """Return when somebody is not to be nudged, on the event's clocks; None where they always may be.

    Args:
        wish: What they want; None where they never said.
        settings: What the event wants.
    """
    if wish is None or not wish.quiet:
        return settings.quiet
    return None if wish.quiet == "off" else read_hours(wish.quiet)


def in_hours(hours: tuple[time, time] | None, instant: datetime, event: Event) -> bool:
    """Return whether an instant lies in hours of the event's day; in those over midnight too."""
    if hours is None:
        return False
    begin, end = hours
    local = event.local(instant).time()
    return begin <= local < end if begin < end else local >= begin or local < end
