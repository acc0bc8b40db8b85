"""Whatever takes a room for a time, in the one shape that calendars, pages and feeds read."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import Table, View

__all__ = ["CANCELLED_FOR", "Session", "Sessions", "Status", "revision_of"]

CANCELLED_FOR = timedelta(hours=48)  # how long what was taken back is told of as cancelled

# Revisions count the seconds from here. So they need no memory: what comes back after everything about it was
# removed, or from a backup, still has a higher one than it ever had.
_ERA = datetime(2026, 1, 1, tzinfo=UTC)


def revision_of(changed: datetime) -> int:
    """Return the number of a revision that was made at an instant (aware, UTC)."""
    return max((changed - _ERA) // timedelta(seconds=1), 0)


class Status(StrEnum):
    """Whether a session takes place, in the words of calendars."""

    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Session:
    """Whatever takes a room for a time: a booking, an open space.

    Args:
        uid: Its name in calendars, kept for its whole life.
        title: What it is called.
        room: Name of its room.
        start: When it begins (aware, UTC).
        end: When it ends (aware, UTC), after its start.
        status: Whether it takes place.
        revision: A number that grows with each change of it, from 0.
        changed: When it last changed (aware, UTC).
        track: Name of the track that it belongs to, or of the kind that it is; empty where there is neither.
        link: Where to meet on line; empty where there is no such place.
        pad: Where notes are taken; empty where there is no such place.
        page: Its page on the site; empty where nobody said where that is.
        about: The page about it elsewhere, such as in a conference's programme; empty where there is none.
        host: The name of whose it is; empty where it is nobody's.
        before: What it was before, oldest first, as far as that is kept.
    """

    uid: str
    title: str
    room: str
    start: datetime
    end: datetime
    status: Status
    revision: int
    changed: datetime
    track: str = ""
    link: str = ""
    pad: str = ""
    page: str = ""
    about: str = ""
    host: str = ""
    before: tuple["Session", ...] = ()

    def runs(self, now: datetime) -> bool:
        """Return whether it is on."""
        return self.start <= now < self.end


class Sessions:
    """The Sessions that the documents of a table are, for those who show them beside the bookings.

    A feature makes them, and those that come before it are handed them: they need not know what they are of. What is
    answered holds until a document changes, or until one of them begins or ends.

    Args:
        table: The table; None for no Sessions.
        of: Returns the Session that a document is in a view.
        also: Further tables that ``of`` reads.
        calendar: The path of the calendar that has all of them; empty for none.
        title: What people call them together.

    Attributes:
        table: As above.
        tables: All that they are made of.
        calendar: As above.
        title: As above.
    """

    def __init__(
        self,
        table: Table[Any] | None = None,
        of: Callable[[View, Any], Session] | None = None,
        *,
        also: tuple[Table[Any], ...] = (),
        calendar: str = "",
        title: str = "",
    ) -> None:
        self.table = table
        self.calendar = calendar
        self.title = title
        self._of = of
        self.tables = (*also, table) if table is not None else ()
        self._all: Derived[tuple[Session, ...]] = Derived(self.tables, self._make)
        self._planned: Derived[tuple[Session, ...]] = Derived(
            self.tables, lambda view: tuple([s for s in self._all(view) if s.status is Status.CONFIRMED])
        )
        self._cancelled: Derived[tuple[Session, ...]] = Derived(
            self.tables, lambda view: tuple([s for s in self._all(view) if s.status is Status.CANCELLED])
        )
        self._days: Derived[Mapping[date, tuple[Session, ...]]] = Derived(self.tables, self._by_day)
        self._bounds: Derived[list[datetime]] = Derived(
            self.tables, lambda view: sorted({at for s in self._planned(view) for at in (s.start, s.end)})
        )
        self._around: Derived[tuple[tuple[Session, ...], tuple[Session, ...]]] = Derived(self.tables, self._interval)

    def all(self, view: View) -> tuple[Session, ...]:
        """Return every Session, in order of time, those that were cancelled among them."""
        return self._all(view)

    def planned(self, view: View) -> tuple[Session, ...]:
        """Return those that take place, in order of time."""
        return self._planned(view)

    def cancelled(self, view: View) -> tuple[Session, ...]:
        """Return those that were cancelled, in order of time."""
        return self._cancelled(view)

    def days(self, view: View, event: Event) -> Mapping[date, tuple[Session, ...]]:
        """Return those that take place by the date on which they begin, by the event's clocks."""
        return self._days(view, event)

    def running(self, view: View, now: datetime) -> tuple[Session, ...]:
        """Return those that are on, in the order in which they began."""
        return self._around(view, bisect_right(self._bounds(view), now))[0]

    def following(self, view: View, now: datetime) -> tuple[Session, ...]:
        """Return those that are still to begin, in order of time."""
        return self._around(view, bisect_right(self._bounds(view), now))[1]

    def turn(self, view: View, now: datetime) -> datetime | None:
        """Return when the next of them begins or ends; None where none does."""
        bounds = self._bounds(view)
        following = bisect_right(bounds, now)
        return bounds[following] if following < len(bounds) else None

    def touched(self, change: Change) -> bool:
        """Return whether a Change may have altered any of them."""
        return any(edit.table in self.tables for edit in change.edits)

    def altered(self, change: Change, view: View) -> tuple[Session, ...]:
        """Return those that a Change may have altered, as they were and as they are.

        Where it altered what all of them are made of, that is all of them as they are.
        """
        tables = {edit.table for edit in change.edits}
        if tables.isdisjoint(self.tables) or self._of is None:
            return ()
        every = () if tables.isdisjoint(self.tables[:-1]) else self._all(view)
        own = (d for edit in change.edits if edit.table is self.table for d in (edit.before, edit.after))
        return (*every, *(self._of(view, document) for document in own if document is not None))

    def _make(self, view: View) -> tuple[Session, ...]:
        if self.table is None or self._of is None:
            return ()
        of = self._of
        found = (of(view, document) for document in view.all(self.table).values())
        return tuple(sorted(found, key=lambda s: (s.start, s.room, s.uid)))

    def _by_day(self, view: View, event: Event) -> Mapping[date, tuple[Session, ...]]:
        days = groupby(self._planned(view), lambda session: event.local(session.start).date())
        return {day: tuple(of_day) for day, of_day in days}

    def _interval(self, view: View, passed: int) -> tuple[tuple[Session, ...], tuple[Session, ...]]:
        """Return what is on and what is to come between two bounds, of which so many have passed."""
        planned, bounds = self._planned(view), self._bounds(view)
        if not passed:
            return (), planned
        at = bounds[passed - 1]
        return tuple([s for s in planned if s.runs(at)]), tuple([s for s in planned if s.start > at])
