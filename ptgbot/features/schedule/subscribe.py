"""Every calendar's address, and how to put it into a calendar program (``subscribe.html``)."""

from collections.abc import Iterable
from datetime import datetime

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.fragments import Html
from ptgbot.core.sessions import Sessions
from ptgbot.features.schedule.calendars import EVERYTHING, day_path, day_title, room_path, track_path
from ptgbot.features.schedule.documents import DAYS, ROOMS, TRACKS
from ptgbot.features.schedule.model import sorted_rooms
from ptgbot.features.schedule.planning import plan
from ptgbot.features.schedule.slugs import slugs_with

__all__ = ["SubscribePage"]


class SubscribePage:
    """Publishes ``subscribe.html``.

    Args:
        event: The conference.
        html: The site's templates.
        more: What there is besides bookings.
    """

    path = "subscribe.html"

    def __init__(self, event: Event, html: Html, more: Sessions | None = None) -> None:
        self._event = event
        self._html = html
        self._more = more or Sessions()
        self._slugs = slugs_with(self._more)

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the page if the Change may have altered which calendars there are."""
        if self._more.touched(change):
            return (self.path,)
        for edit in change.edits:
            came_or_went = edit.before is None or edit.after is None
            if edit.table in (DAYS, ROOMS) or (edit.table is TRACKS and came_or_went):
                return (self.path,)
        return ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return the page."""
        slugs = self._slugs(view)
        more = self._more.all(view)
        rooms = dict.fromkeys((*(room.name for room in sorted_rooms(view)), *(session.room for session in more)))
        days = dict.fromkeys(day.date for day in plan(view, self._event) if day.date is not None)
        if others := {self._event.local(session.start).date() for session in more} - days.keys():
            days = dict.fromkeys(sorted((*days, *others)))
        own = [(self._more.title, self._more.calendar)] if self._more.calendar else []
        groups = [
            ("sessions", self._more.title, "What", own),
            ("tracks", "Tracks", "Track", [(track, track_path(track)) for track in sorted(view.all(TRACKS))]),
            ("rooms", "Rooms", "Room", [(room, room_path(slugs[room])) for room in rooms]),
            ("days", "Days", "Day", [(day_title(day), day_path(day)) for day in days]),
        ]
        site = self._event.site_url
        page = self._html(
            "schedule/subscribe.html",
            path=path,
            everything=EVERYTHING,
            groups=[group for group in groups if group[-1]],
            site=f"{site}/" if site else "",
            webcal=f"webcal:{site.partition(':')[2]}/" if site else "",
        )
        return page.encode()

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None
