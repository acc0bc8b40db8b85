"""The ids that bookings get: one that was taken back, and is made again before calendars drop it, is the same one."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from ptgbot.core.documents import View
from ptgbot.features.schedule.documents import BOOKINGS, CALENDAR
from ptgbot.features.schedule.planning import PlannedDay
from ptgbot.features.schedule.sessions import CANCELLED_FOR

__all__ = ["BookingIds"]


class BookingIds:
    """Gives ids to the bookings that a Change makes.

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
        self._new_id = new_id
        self._cancelled = {
            entry.place: key
            for key, entry in view.where(CALENDAR, "cancelled", True).items()  # noqa: FBT003 - the index's value
            # One whose slot has no time any more is cancelled for calendars alone.
            if at < entry.changed + CANCELLED_FOR and key not in taken and view.get(BOOKINGS, key) is None
        }

    def of(self, track: str, room: str, slot: str) -> str:
        """Return the id of a new booking: that of the one that was cancelled there, if there is one."""
        start = self._starts.get(slot)
        found = None if start is None else self._cancelled.pop((track, room, start), None)
        return found or self._new_id()
