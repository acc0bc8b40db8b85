"""Bookings as Sessions: with their instants, and with what other features know about their track."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import Table, View
from ptgbot.core.sessions import Session, Status
from ptgbot.features.schedule.model import BOOKINGS, DAYS, INFO, ROOMS, Booking, PlannedSlot, plan, untimed_slots

__all__ = ["BookedSessions", "TrackLinks"]


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


class BookedSessions:
    """The Sessions that bookings are.

    Args:
        event: The event.
        links: Where tracks write and meet.
    """

    def __init__(self, event: Event, links: TrackLinks) -> None:
        self._event = event
        self._links = links
        self._slots: Derived[dict[str, PlannedSlot]] = Derived((DAYS,), self._slots_by_name)
        self._all: Derived[tuple[Session, ...]] = Derived(
            (DAYS, ROOMS, BOOKINGS, INFO, links.table), self._of_everything
        )

    def all(self, view: View) -> tuple[Session, ...]:
        """Return every Session, in order of time; bookings whose time nothing tells are left out."""
        return self._all(view)

    def of(self, view: View, track: str) -> tuple[Session, ...]:
        """Return the Sessions of one track, in order of time."""
        return self._sessions(view, view.where(BOOKINGS, "track", track).values())

    def untimed(self, view: View) -> tuple[str, ...]:
        """Return the names of the slots whose time nothing tells, and of those that are booked but belong to no day."""
        slots = self._slots(view)
        strays = {booking.slot for booking in view.all(BOOKINGS).values() if booking.slot not in slots}
        return (*untimed_slots(view, self._event), *sorted(strays))

    def _slots_by_name(self, view: View) -> dict[str, PlannedSlot]:
        return {slot.slot.name: slot for day in reversed(plan(view, self._event)) for slot in reversed(day.slots)}

    def _of_everything(self, view: View) -> tuple[Session, ...]:
        return self._sessions(view, view.all(BOOKINGS).values())

    def _sessions(self, view: View, bookings: Iterable[Booking]) -> tuple[Session, ...]:
        sessions = [session for booking in bookings if (session := self._session(view, booking)) is not None]
        return tuple(sorted(sessions, key=lambda session: (session.start, session.title, session.room, session.uid)))

    def _session(self, view: View, booking: Booking) -> Session | None:
        slot = self._slots(view).get(booking.slot)
        if slot is None or slot.start is None or slot.end is None:
            return None
        return Session(
            uid=f"{booking.id}@ptgbot",
            title=booking.track,
            room=booking.room,
            start=slot.start,
            end=slot.end,
            status=Status.CONFIRMED,
            revision=booking.revision,
            changed=booking.changed,
            track=booking.track,
            link=self._links.meeting(view, booking.track, booking.room),
            pad=self._links.pad(view, booking.track),
        )
