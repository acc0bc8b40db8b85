"""The calendars of the site: one of everything, and one a track."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.sessions import Session
from ptgbot.features.schedule.model import BOOKINGS, DAYS, INFO, ROOMS, TRACKS, Booking, event_info
from ptgbot.features.schedule.sessions import BookedSessions, TrackLinks

__all__ = ["CalendarFormat", "Calendars"]

_log = logging.getLogger(__name__)

EVERYTHING = "ptg.ics"


class CalendarFormat(Protocol):
    """How a calendar is written down."""

    def __call__(self, name: str, sessions: Sequence[Session], event: Event) -> bytes:
        """Return a calendar with a name and Sessions of an event; the same ones give the same bytes."""
        ...


class Calendars:
    """An Exporter: ``ptg.ics`` with every booking, ``<track>.ics`` with those of a track.

    Args:
        event: The event.
        links: Where tracks write and meet.
        write: How a calendar is written down.
    """

    def __init__(self, event: Event, links: TrackLinks, write: CalendarFormat) -> None:
        self._event = event
        self._links = links
        self._write = write
        self._sessions = BookedSessions(event, links)
        self._paths: Derived[tuple[str, ...]] = Derived((TRACKS,), _paths)
        self._untimed: tuple[str, ...] = ()

    def paths(self, view: View) -> Iterable[str]:
        """Return the path of every calendar."""
        return self._paths(view)

    def touched(self, change: Change, view: View) -> Iterable[str]:
        """Return the calendars that tell something else after a Change; none when topics or check-ins changed."""
        touched: set[str] = set()
        for edit in change.edits:
            if edit.table in (DAYS, ROOMS, INFO):
                return self.paths(view)
            if edit.table is TRACKS:
                # A track's colour is in no calendar: only one that came or went has to do with them.
                if edit.before is None or edit.after is None:
                    touched.add(_path(edit.key))
            elif edit.table is self._links.table:
                touched.update((EVERYTHING, _path(edit.key)))
            elif edit.table is BOOKINGS:
                touched.add(EVERYTHING)
                touched.update(_path(b.track) for b in (edit.before, edit.after) if isinstance(b, Booking))
        return touched

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - calendars know no "now"
        """Return a calendar."""
        whole = self._event.name or event_info(view).eventid or "Schedule"
        if path == EVERYTHING:
            self._tell_untimed(view)
            return self._write(whole, self._sessions.all(view), self._event)
        track = path.removesuffix(".ics")
        return self._write(f"{track} – {whole}", self._sessions.of(view, track), self._event)

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - see render
        """Return None: time alone changes no calendar."""
        return None

    def _tell_untimed(self, view: View) -> None:
        """Say which slots are in no calendar, whenever those are others than before."""
        untimed = self._sessions.untimed(view)
        if untimed and untimed != self._untimed:
            _log.warning(
                "Nothing tells the time of the slots %s, so no calendar shows them. A slot needs a 'realtime',"
                " or a 'desc' such as 09:00-10:30 and event.first_day in the configuration.",
                ", ".join(untimed),
            )
        self._untimed = untimed


def _paths(view: View) -> tuple[str, ...]:
    # The large one last: by then each of its Sessions has been written, a few at a time, for the small ones.
    return (*(_path(track) for track in sorted(view.all(TRACKS))), EVERYTHING)


def _path(track: str) -> str:
    return f"{track}.ics"
