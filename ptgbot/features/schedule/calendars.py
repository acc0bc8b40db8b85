"""The calendars of the site: one of everything, and one for each track, room and day."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import Table, View
from ptgbot.core.sessions import CANCELLED_FOR, Session, Sessions, Status
from ptgbot.features.schedule.documents import CALENDAR, DAYS, INFO, ROOMS, TRACKS, CalendarEntry, event_info
from ptgbot.features.schedule.planning import plan
from ptgbot.features.schedule.sessions import BookedSessions, Telling, TrackLinks
from ptgbot.features.schedule.slugs import slugs_with

__all__ = ["EVERYTHING", "CalendarFormat", "Calendars", "day_path", "day_title", "room_path", "track_path"]

_log = logging.getLogger(__name__)

EVERYTHING = "ptg.ics"


def track_path(track: str) -> str:
    """Return the path of a track's calendar."""
    return f"{track}.ics"


def room_path(slug: str) -> str:
    """Return the path of a room's calendar."""
    return f"room/{slug}.ics"


def day_path(day: date) -> str:
    """Return the path of a day's calendar."""
    return f"day/{day.isoformat()}.ics"


def day_title(day: date) -> str:
    """Return what people call a day."""
    return f"{day:%A} {day.day} {day:%B %Y}"


class CalendarFormat(Protocol):
    """How a calendar is written down."""

    def __call__(self, name: str, sessions: Sequence[Session], event: Event) -> bytes:
        """Return a calendar with a name and Sessions of an event; the same ones give the same bytes."""
        ...


@dataclass(frozen=True, slots=True)
class _Part:
    """A calendar of some of the Sessions: what it is called, and what they have in common; all further ones with ""."""

    title: str
    index: str
    value: str | date


class Calendars:
    """An Exporter: ``ptg.ics`` with every booking, ``<track>.ics``, ``room/<slug>.ics`` and ``day/<date>.ics``.

    Sessions of other kinds are beside the bookings in those of their room and day, and have one of their own.
    The calendar of a track, room or day that is gone stays for as long as it tells of a booking that was cancelled.

    Args:
        event: The event.
        links: Where tracks write and meet.
        write: How a calendar is written down.
        more: What there is besides bookings.
    """

    def __init__(self, event: Event, links: TrackLinks, write: CalendarFormat, more: Sessions | None = None) -> None:
        self._event = event
        self._write = write
        self._more = more or Sessions()
        self._telling = Telling(event, links)
        self._sessions = BookedSessions(event)
        tables: tuple[Table[Any], ...] = (TRACKS, ROOMS, DAYS, CALENDAR, *self._more.tables)
        self._parts: Derived[Mapping[str, _Part]] = Derived(tables, self._list_parts)
        self._slugs = slugs_with(self._more)
        self._paths: Derived[tuple[str, ...]] = Derived(
            # The large one last: by then each of its Sessions has been written, a few at a time, for the small ones.
            tables,
            lambda view: (*self._parts(view), EVERYTHING),
        )
        self._untimed: tuple[str, ...] = ()

    def _list_parts(self, view: View) -> Mapping[str, _Part]:
        entries = view.all(CALENDAR).values()
        tracks = {*view.all(TRACKS), *(entry.track for entry in entries)}
        days = {day.date for day in plan(view, self._event)} | {entry.day for entry in entries}
        days |= {self._day(session) for session in self._more.all(view)}
        own = {self._more.calendar: _Part(self._more.title, "", "")} if self._more.calendar else {}
        return {
            **{track_path(track): _Part(track, "track", track) for track in sorted(tracks)},
            **{room_path(slug): _Part(room, "room", room) for room, slug in sorted(self._slugs(view).items())},
            **{day_path(day): _Part(day_title(day), "day", day) for day in sorted(filter(None, days))},
            **own,
        }

    def _day(self, session: Session) -> date:
        return self._event.local(session.start).date()

    def paths(self, view: View) -> Iterable[str]:
        """Return the path of every calendar."""
        return self._paths(view)

    def touched(self, change: Change, view: View) -> Iterable[str]:
        """Return the calendars that tell something else after a Change; none when topics or check-ins changed."""
        touched = {path for session in self._more.altered(change, view) for path in self._paths_of_more(session, view)}
        for edit in change.edits:
            if edit.table is INFO:  # the event's id is in the names of calendars where the event has none
                return self.paths(view)
            if edit.table is CALENDAR:
                touched.add(EVERYTHING)
                for entry in (edit.before, edit.after):
                    if isinstance(entry, CalendarEntry):
                        touched |= self._paths_of(entry, view)
        return touched

    def _paths_of(self, entry: CalendarEntry, view: View) -> set[str]:
        paths = {track_path(entry.track), *self._room_paths(entry.room, view)}
        if entry.day is not None:
            paths.add(day_path(entry.day))
        return paths

    def _paths_of_more(self, session: Session, view: View) -> set[str]:
        room = self._room_paths(session.room, view)
        return {EVERYTHING, self._more.calendar, day_path(self._day(session)), *room}

    def _room_paths(self, room: str, view: View) -> set[str]:
        slug = self._slugs(view).get(room)
        return set() if slug is None else {room_path(slug)}

    def render(self, path: str, view: View, now: datetime) -> bytes:
        """Return a calendar."""
        whole = self._event.name or event_info(view).eventid or "Schedule"
        if path == EVERYTHING:
            self._tell_untimed(view)
            name, sessions = whole, (*self._sessions.all(view), *self._more.all(view))
        else:
            part = self._parts(view)[path]
            booked = self._sessions.where(view, part.index, part.value) if part.index else ()
            name, sessions = f"{part.title} – {whole}", (*booked, *self._further(view, part))
        told = [s for s in sessions if s.status is not Status.CANCELLED or now < s.changed + CANCELLED_FOR]
        return self._write(name, told, self._event)

    def _further(self, view: View, part: _Part) -> Iterable[Session]:
        """Return what belongs into a calendar besides bookings; those of tracks have nothing else."""
        for session in self._more.all(view) if part.index != "track" else ():
            if part.value in {"": ("",), "room": (session.room,), "day": (self._day(session),)}[part.index]:
                yield session

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:
        """Return when the first of what a calendar tells as cancelled goes; None where it has none."""
        goes = [
            entry.changed + CANCELLED_FOR
            for entry in view.where(CALENDAR, "cancelled", True).values()  # noqa: FBT003 - the index's value
            if path == EVERYTHING or path in self._paths_of(entry, view)
        ]
        goes += [
            session.changed + CANCELLED_FOR
            for session in self._more.cancelled(view)
            if path in self._paths_of_more(session, view)
        ]
        return min((at for at in goes if at > now), default=None)

    def _tell_untimed(self, view: View) -> None:
        """Say which slots are in no calendar, whenever those are others than before."""
        untimed = self._telling.untimed(view)
        if untimed and untimed != self._untimed:
            _log.warning(
                "Nothing tells the time of the slots %s, so no calendar shows them. A slot needs a 'realtime',"
                " or a 'desc' such as 09:00-10:30 and event.first_day in the configuration.",
                ", ".join(untimed),
            )
        self._untimed = untimed
