"""Bookings as calendars tell them: what there is to tell of one, and its calendar entry as a Session."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import Table, View
from ptgbot.core.sessions import CANCELLED_FOR, Session, Status, revision_of
from ptgbot.features.schedule.documents import BOOKINGS, CALENDAR, DAYS, Booking, CalendarEntry
from ptgbot.features.schedule.planning import PlannedSlot, plan, untimed_slots
from ptgbot.features.schedule.slugs import full_title

__all__ = ["CANCELLED_FOR", "BookedSessions", "Telling", "TrackLinks"]


@dataclass(frozen=True, slots=True)
class TrackLinks:
    """Where tracks write and meet. A later feature knows that; whoever builds the parts hands it in.

    Args:
        table: The table whose documents tell it, under the names of the tracks.
        pad: Returns the URL of a track's pad, empty where there is none.
        meeting: Returns where a track in a room meets on line, empty where it does not.
    """

    table: Table[Any]
    pad: Callable[[View, str], str]
    meeting: Callable[[View, str, str], str]


class Telling:
    """What there is to tell of bookings.

    Args:
        event: The event.
        links: Where tracks write and meet.
    """

    def __init__(self, event: Event, links: TrackLinks) -> None:
        self._event = event
        self.links = links
        self._slots: Derived[dict[str, tuple[PlannedSlot, date | None]]] = Derived((DAYS,), self._slots_by_name)
        self._untimed: Derived[tuple[str, ...]] = Derived((DAYS, BOOKINGS), self._without_time)

    def entry(self, view: View, booking: Booking, changed: datetime) -> CalendarEntry | None:
        """Return a booking's calendar entry; None where nothing tells its time.

        Args:
            view: The state.
            booking: The booking.
            changed: When what the entry tells became so.
        """
        slot, day = self._slots(view).get(booking.slot, (None, None))
        if slot is None or slot.start is None or slot.end is None:
            return None
        return CalendarEntry(
            id=booking.id,
            track=booking.track,
            room=booking.room,
            start=slot.start,
            end=slot.end,
            changed=changed,
            day=day,
            link=self.links.meeting(view, booking.track, booking.room),
            pad=self.links.pad(view, booking.track),
            title=booking.title,
            about=booking.url,
        )

    def untimed(self, view: View) -> tuple[str, ...]:
        """Return the names of the slots whose time nothing tells, and of those that are booked but belong to no day."""
        return self._untimed(view)

    def _slots_by_name(self, view: View) -> dict[str, tuple[PlannedSlot, date | None]]:
        days = reversed(plan(view, self._event))
        return {slot.slot.name: (slot, day.date) for day in days for slot in reversed(day.slots)}

    def _without_time(self, view: View) -> tuple[str, ...]:
        slots = self._slots(view)
        strays = {booking.slot for booking in view.all(BOOKINGS).values() if booking.slot not in slots}
        return (*untimed_slots(view, self._event), *sorted(strays))


class BookedSessions:
    """The Sessions that calendar entries are, those that were cancelled among them.

    Args:
        event: The event.
    """

    def __init__(self, event: Event) -> None:
        self._pages = f"{event.site_url}/track/" if event.site_url else ""
        self._all: Derived[tuple[Session, ...]] = Derived(
            (CALENDAR,), lambda view: self._sessions(view.all(CALENDAR).values())
        )

    def all(self, view: View) -> tuple[Session, ...]:
        """Return every Session, in order of time."""
        return self._all(view)

    def where(self, view: View, index: str, value: str | date) -> tuple[Session, ...]:
        """Return the Sessions of one track, room or day (the index), in order of time."""
        return self._sessions(view.where(CALENDAR, index, value).values())

    def _sessions(self, entries: Iterable[CalendarEntry]) -> tuple[Session, ...]:
        ordered = sorted(entries, key=lambda entry: (entry.start, entry.track, entry.room, entry.id))
        return tuple([self._session(entry) for entry in ordered])

    def _session(self, entry: CalendarEntry) -> Session:
        return Session(
            uid=f"{entry.id}@ptgbot",
            title=full_title(entry.track, entry.title),
            room=entry.room,
            start=entry.start,
            end=entry.end,
            status=Status.CANCELLED if entry.cancelled else Status.CONFIRMED,
            revision=revision_of(entry.changed),
            changed=entry.changed,
            track=entry.track,
            link=entry.link,
            pad=entry.pad,
            page=f"{self._pages}{entry.track}.html" if self._pages else "",
            about=entry.about,
        )
