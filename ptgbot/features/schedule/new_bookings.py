"""New bookings. One that was taken back, and is made again before calendars drop it, is the same one."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from ptgbot.core.documents import View
from ptgbot.features.schedule.documents import BOOKINGS, CALENDAR, Booking
from ptgbot.features.schedule.planning import PlannedDay
from ptgbot.features.schedule.sessions import CANCELLED_FOR

__all__ = ["NewBookings"]


class NewBookings:
    """Makes the bookings of a Change.

    Args:
        view: The state before it.
        days: The days as the Change leaves them.
        at: When it is made (aware, UTC).
        new_id: Makes an id that no document has.
        taken: Ids that the Change uses in another way.
    """

    def __init__(
        self,
        view: View,
        days: Iterable[PlannedDay],
        *,
        at: datetime,
        new_id: Callable[[], str],
        taken: Collection[str] = (),
    ) -> None:
        self._starts = {slot.slot.name: slot.start for day in days for slot in day.slots}
        self._at = at
        self._new_id = new_id
        self._cancelled = {
            entry.place: entry
            for key, entry in view.where(CALENDAR, "cancelled", True).items()  # noqa: FBT003 - the index's value
            # One whose slot has no time any more is cancelled for calendars alone.
            if at < entry.changed + CANCELLED_FOR and key not in taken and view.get(BOOKINGS, key) is None
        }

    def make(self, track: str, room: str, slot: str) -> Booking:
        """Return a new booking, with the id, title and address of the one that was cancelled there, if there is one."""
        start = self._starts.get(slot)
        before = None if start is None else self._cancelled.pop((track, room, start), None)
        if before is None:
            return Booking(self._new_id(), track, room, slot, 0, self._at)
        return Booking(before.id, track, room, slot, 0, self._at, before.title, before.about)
