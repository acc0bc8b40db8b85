"""Keeps what calendars tell in step with the bookings, in the same Change, whatever brings it about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ptgbot.core.after import After
from ptgbot.core.changes import Draft, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.layers import Proposal, StoreLayer
from ptgbot.core.protocols import Store
from ptgbot.features.schedule.documents import BOOKINGS, CALENDAR, DAYS, INFO, ROOMS, CalendarEntry
from ptgbot.features.schedule.sessions import CANCELLED_FOR, Telling, TrackLinks

__all__ = ["CalendarKeeper"]

_SECOND = timedelta(seconds=1)  # the least that calendars can tell apart


class CalendarKeeper(StoreLayer):
    """Makes Changes durable like the store behind it (``core.protocols.Store``), with the calendar entries they alter.

    An entry follows from what is, not from who changed it: a booking that is moved, a slot that an import gives another
    time, and what an undo brings back are all seen alike. It keeps its UID for the booking's whole life and gets a
    higher revision with every change. A booking that is taken back leaves its entry, cancelled, until that is too old,
    or until the same track is at that place and time again: made anew, it is the same booking (``new_bookings.py``).

    Args:
        store: The store behind it.
        event: The event.
        links: Where tracks write and meet.
    """

    def __init__(self, store: Store, event: Event, links: TrackLinks) -> None:
        super().__init__(store)
        self._telling = Telling(event, links)
        # Of all that was given to entries, those that are gone included.
        self._latest = datetime.min.replace(tzinfo=UTC)

    def extend(self, proposal: Proposal) -> Proposal:
        """Return a proposal with what follows from it for calendars."""
        edits = self._with_entries(proposal.edits, proposal.at)
        return proposal if edits is proposal.edits else replace(proposal, edits=edits)

    def catch_up(self, now: datetime) -> None:
        """Bring the entries to what there is to tell, and remove those that were cancelled long ago.

        The first is for what no Change tells: another zone or first day in the configuration, a store that an older
        version wrote.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        view = self.view
        draft = Draft(view)
        for booking in view.all(BOOKINGS).values():
            if view.get(CALENDAR, booking.key) is None:
                entry = self._telling.entry(view, booking, booking.changed)
                if entry is not None:
                    draft.put(CALENDAR, entry)
        self._update(draft, view, {**view.all(BOOKINGS), **view.all(CALENDAR)}, now)
        for key, entry in view.where(CALENDAR, "cancelled", True).items():  # noqa: FBT003 - the index's value
            if entry.changed + CANCELLED_FOR <= now:
                draft.remove(CALENDAR, key)
        self._keep_up(draft.edits(), now)

    def renew(self, now: datetime) -> None:
        """Raise every entry's revision: after a backup was restored, calendars that are newer have been published.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        draft = Draft(self.view)
        for entry in self.view.all(CALENDAR).values():
            draft.put(CALENDAR, replace(entry, changed=_later(entry, now)))
        self._keep_up(draft.edits(), now)

    def _with_entries(self, edits: tuple[Edit, ...], at: datetime) -> tuple[Edit, ...]:
        """Return edits with those of the calendar that follow from them."""
        keys = self._touched(edits)
        if not keys:
            return edits
        draft = Draft(self.view)
        for edit in edits:
            if edit.table is CALENDAR:  # ~emptydb starts anew: nothing is left to be cancelled
                draft.remove(CALENDAR, edit.key)
        self._update(draft, After(self.view, edits), keys, at)
        return (*(edit for edit in edits if edit.table is not CALENDAR), *draft.edits())

    def _touched(self, edits: Iterable[Edit]) -> Iterable[str]:
        """Return the keys of the bookings of which there may be something else to tell."""
        keys: dict[str, None] = {}
        for edit in edits:
            if edit.table is BOOKINGS:
                keys[edit.key] = None
            elif edit.table is self._telling.links.table:
                keys |= dict.fromkeys(self.view.where(BOOKINGS, "track", edit.key))
            elif edit.table in (DAYS, ROOMS, INFO):
                keys |= dict.fromkeys(self.view.all(BOOKINGS))
        return keys

    def _update(self, draft: Draft, after: View, keys: Iterable[str], at: datetime) -> None:
        """Bring entries into a draft.

        Args:
            draft: Takes the edits; what it removed is forgotten.
            after: The state as the Change leaves it.
            keys: The bookings, those that are not there any more included.
            at: When the Change is made.
        """
        held = set()
        # An entry may be back of which nothing is left that tells how high its revision was.
        fresh = max(at, self._latest + _SECOND)
        for key in keys:
            before = draft.get(CALENDAR, key)
            booking = after.get(BOOKINGS, key)
            entry = None if booking is None else self._telling.entry(after, booking, at)
            if entry is not None:
                held.add(entry.place)
                entry = _follow(before, entry) if before else replace(entry, changed=fresh)
            elif before is not None:
                entry = before if before.cancelled else replace(before, cancelled=True, changed=_later(before, at))
            if entry is not None:
                self._latest = max(self._latest, entry.changed)
                draft.put(CALENDAR, entry)
        for key in {**self.view.where(CALENDAR, "cancelled", True), **dict.fromkeys(keys)}:  # noqa: FBT003 - see above
            entry = draft.get(CALENDAR, key)
            if entry is not None and entry.cancelled and entry.place in held:
                draft.remove(CALENDAR, key)  # it takes place after all, only as another booking


def _follow(before: CalendarEntry, entry: CalendarEntry) -> CalendarEntry:
    """Return the entry that comes after another one; that one itself where both tell the same."""
    same = replace(entry, changed=before.changed)
    return same if same == before else replace(entry, changed=_later(before, entry.changed))


def _later(entry: CalendarEntry, at: datetime) -> datetime:
    return max(at, entry.changed + _SECOND)
