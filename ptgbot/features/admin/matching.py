"""Which booking of before is which of an imported schedule: identities outlive an import, calendars count on it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from ptgbot.features.admin.conversion import Guids
from ptgbot.features.admin.talks import Place, Talks
from ptgbot.features.feeds.model import booking_guid
from ptgbot.features.schedule.model import Booking, PlannedDay

__all__ = ["Matching"]

_When = tuple[datetime | None, datetime | None]


class Matching:
    """Finds the bookings of before in those of an import.

    First by what the file knows them by; then the track in the same room at the same time. Last, where a file knows
    them by nothing, a track's bookings that vanish and appear are paired: those of the same title, then the others in
    order of time.

    Args:
        bookings: The bookings of before.
        before: The days of before.
        after: The days of the import.
        guids: By what the file knows each booking; None where it is in the published shape, which names slots.
        talks: What the file calls each booking; None where it tells no titles.
    """

    def __init__(
        self,
        bookings: list[Booking],
        before: Iterable[PlannedDay],
        after: Iterable[PlannedDay],
        guids: Guids | None,
        talks: Talks | None = None,
    ) -> None:
        before, after = tuple(before), tuple(after)
        self._guids = guids
        self._talks = talks or {}
        self._was, self._is = _times(before), _times(after)
        self._old_order, self._new_order = _order(before), _order(after)
        self.left: list[Booking] = bookings

    def of(self, booked: Mapping[Place, str]) -> dict[Place, Booking | None]:
        """Return the booking of before for each place of the import; None where there was none.

        Args:
            booked: The track of each place.
        """
        found: dict[Place, Booking | None] = dict.fromkeys(booked)
        if self._guids is not None:
            known = {booking_guid(booking.id): booking for booking in self.left}
            for place in found:
                guid = self._guids.get(place)
                found[place] = None if guid is None else known.get(guid)
        self._leave(found)
        held = {self._spot(b.track, (b.room, b.slot), self._was): b for b in self.left}
        for place, track in booked.items():
            if found[place] is None:
                found[place] = held.pop(self._spot(track, place, self._is), None)
        self._leave(found)
        self._pair(booked, found)
        self._leave(found)
        return found

    def moved(self, booking: Booking, track: str, place: Place) -> bool:
        """Return whether a booking is another track's, or in another room or at another time by now."""
        return self._spot(booking.track, (booking.room, booking.slot), self._was) != self._spot(track, place, self._is)

    def _leave(self, found: Mapping[Place, Booking | None]) -> None:
        taken = {booking.id for booking in found.values() if booking is not None}
        self.left = [booking for booking in self.left if booking.id not in taken]

    def _spot(self, track: str, place: Place, times: Mapping[str, _When]) -> tuple[object, ...]:
        """Return what tells bookings apart: track, room, and the time, or the slot's name where that is what counts."""
        room, slot = place
        when = times.get(slot, (None, None))
        return (track, room, slot) if self._guids is None or when[0] is None else (track, room, *when)

    def _pair(self, booked: Mapping[Place, str], found: dict[Place, Booking | None]) -> None:
        gone = sorted(self.left, key=lambda b: (*self._old_order(b.slot), b.room))
        new = [place for place in booked if found[place] is None and (self._guids or {}).get(place) is None]
        new.sort(key=lambda p: (*self._new_order(p[1]), p[0]))
        titled = {place: title for place in new if (title := self._talks.get(place, ("", ""))[0])}
        _pair_in_order(
            [((b.track, b.title), b) for b in gone], [((booked[p], title), p) for p, title in titled.items()], found
        )
        taken = {booking.id for booking in found.values() if booking is not None}
        _pair_in_order(
            [(b.track, b) for b in gone if b.id not in taken], [(booked[p], p) for p in new if found[p] is None], found
        )


def _pair_in_order(
    gone: Iterable[tuple[object, Booking]], come: Iterable[tuple[object, Place]], found: dict[Place, Booking | None]
) -> None:
    """Give each place, in order, the first booking that has the same key and that no other place has."""
    waiting: dict[object, list[Booking]] = {}
    for key, booking in gone:
        waiting.setdefault(key, []).append(booking)
    for key, place in come:
        if waiting.get(key):
            found[place] = waiting[key].pop(0)


def _times(days: Iterable[PlannedDay]) -> dict[str, _When]:
    return {slot.slot.name: (slot.start, slot.end) for day in days for slot in day.slots}


def _order(days: Iterable[PlannedDay]) -> Callable[[str], tuple[float, int]]:
    """Return a function from a slot's name to a key that sorts slots by time, then by place in the event."""
    order: dict[str, tuple[float, int]] = {}
    for day in days:
        for slot in day.slots:
            start = slot.start.timestamp() if slot.start else float("inf")
            order[slot.slot.name] = (start, len(order))
    return lambda name: order.get(name, (float("inf"), len(order)))
