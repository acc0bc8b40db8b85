"""The open spaces by day and room, and when each room is next free (``openspaces.html``)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.fragments import Fragments, Frame, Html
from ptgbot.core.sessions import Session, Sessions, Status
from ptgbot.features.openspaces.free import Free, next_free, next_turn
from ptgbot.features.openspaces.model import OPENSPACES
from ptgbot.features.openspaces.rules import Rules
from ptgbot.features.openspaces.sessions import PAGE
from ptgbot.features.openspaces.settings import OpenSpaceSettings, rules_now
from ptgbot.features.schedule.model import CALENDAR, DAYS, ROOMS, sorted_rooms

__all__ = ["OpenSpacesPage"]

_TABLES = (DAYS, ROOMS, CALENDAR, OPENSPACES)

Parts = Iterator[tuple[str, dict[str, Any]]]


class OpenSpacesPage:
    """Publishes ``openspaces.html``.

    Args:
        event: The conference.
        html: The site's templates.
        sessions: The open spaces.
        settings: What the event wants of them.
    """

    path = PAGE

    def __init__(self, event: Event, html: Html, sessions: Sessions, settings: OpenSpaceSettings) -> None:
        self._event = event
        self._sessions = sessions
        self._settings = settings
        self._free = Fragments(partial(html, "openspaces/free.html"))
        self._days = Fragments(partial(html, "openspaces/day.html"))
        self._frame = Frame(partial(html, "openspaces/openspaces.html"))
        self._by_day: Derived[dict[date, tuple[tuple[str, tuple[Session, ...]], ...]]] = Derived(
            sessions.tables, self._find_days
        )

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the page if it shows something that the Change altered."""
        return (self.path,) if any(edit.table in _TABLES for edit in change.edits) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:
        """Return the page."""
        rules = self._rules(view)
        today = self._event.local(now).date()
        free = next_free(view, self._event, self._sessions, rules, now)
        days = self._days(self._day_parts(view, now, today))
        return self._frame.encoded(
            {
                "path": path,
                "has_free": bool(free),
                "has_days": bool(days),
                "minutes": rules.duration // timedelta(minutes=1),
                "how": _how(rules, self._settings),
            },
            free=self._free(self._free_parts(free, today)),
            days=days,
        )

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - there is one
        """Return when an open space begins or ends next, a room is free or is not any more, or the event's midnight."""
        tomorrow = self._event.local(now).date() + timedelta(days=1)
        midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=self._event.zone).astimezone(UTC)
        free = next_turn(view, self._event, self._sessions, self._rules(view), now)
        return min(filter(None, (midnight, free, self._sessions.turn(view, now))))

    def _rules(self, view: View) -> Rules:
        return rules_now(view, self._event, self._settings)

    def _find_days(self, view: View) -> dict[date, tuple[tuple[str, tuple[Session, ...]], ...]]:
        """Return the open spaces by day and by room: the schedule's rooms in their order, then the others."""
        places = {room.name: place for place, room in enumerate(sorted_rooms(view))}

        def room(session: Session) -> tuple[int, str]:
            return places.get(session.room, len(places)), session.room

        days = groupby(self._sessions.all(view), lambda session: self._event.local(session.start).date())
        return {
            day: tuple((name, tuple(of_room)) for (_, name), of_room in groupby(sorted(of_day, key=room), room))
            for day, of_day in days
        }

    def _day_parts(self, view: View, now: datetime, today: date) -> Parts:
        """Yield the values of each day's part: today first, then those to come, then those that are over."""
        days = self._by_day(view)
        for place, day in enumerate(sorted(days, key=lambda day: (day < today, day))):
            phases = {s.uid: _phase(s, now) for _, of_room in days[day] for s in of_room}
            values = {"day": day, "rooms": days[day], "phases": phases, "is_open": place == 0}
            yield day.isoformat(), {**values, "is_today": day == today, "is_past": day < today}

    @staticmethod
    def _free_parts(free: Iterable[Free], today: date) -> Parts:
        for number, one in enumerate(free):
            yield one.room, {"number": number, "free": one, "today": today}


def _phase(session: Session, now: datetime) -> str:
    if session.status is Status.CANCELLED:
        return "cancelled"
    return "runs" if session.runs(now) else "past" if session.end <= now else ""


def _how(rules: Rules, settings: OpenSpaceSettings) -> dict[str, Any]:
    """Return what people are told about making an open space: an example, and the words that a post must hold."""
    room = rules.rooms[0].name if rules.rooms else "ROOM"
    named = f"Room {room}" if room.isdigit() else room
    tags = [f"#{tag.lstrip('#')}" for tag in settings.hashtags]
    return {"example": f"Type hints for beginners, {named}, 3pm", "words": tuple(dict.fromkeys((*rules.words, *tags)))}
