"""The board (``ptg.html``)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby, takewhile
from typing import Any

from markupsafe import Markup

from ptgbot.core.changes import Change, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.fragments import Fragments, Frame, Html
from ptgbot.core.sessions import Session, Sessions
from ptgbot.features.board.grid import Grid, grids, next_turn, phases
from ptgbot.features.board.talks import MAX_NAMES, SOON, Crowds, Parts, Talks
from ptgbot.features.motd.model import MOTD, notices
from ptgbot.features.people.model import ACCESS, voice_required
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.schedule.model import BOOKINGS, DAYS, INFO, ROOMS, TRACKS, PlannedDay, today, track_colors
from ptgbot.features.topics.model import LINKS, STALE_AFTER, TOPICS, topic_of

__all__ = ["BoardPage"]

_SHOWN = frozenset({TRACKS, DAYS, ROOMS, BOOKINGS, TOPICS, LINKS, MOTD, ACCESS})


class BoardPage:
    """Publishes ``ptg.html``: what is on now, what is next, messages of the day, each day's grid, and all tracks.

    Args:
        event: The conference.
        html: The site's templates.
        stale_after: How long a topic is believed after it was said.
        spaces: The open spaces.
    """

    path = "ptg.html"

    def __init__(
        self, event: Event, html: Html, stale_after: timedelta = STALE_AFTER, spaces: Sessions | None = None
    ) -> None:
        self._event = event
        self._html = html
        self._spaces = spaces or Sessions()
        self._spaces_now = Fragments(partial(html, "board/space.html"))
        self._spaces_next = Fragments(partial(html, "board/spaces.html"))
        self._spaces_today = Fragments(partial(html, "board/spaces.html"))
        self._talks = Talks(event, stale_after, Crowds())
        self._now = Fragments(partial(html, "board/now.html", max_names=MAX_NAMES))
        self._booked = Fragments(partial(html, "board/booked.html"))
        self._next = Fragments(partial(html, "board/next.html"))
        self._soon = Fragments(partial(html, "board/soon.html"))
        self._days = Fragments(self._day)
        self._rooms: dict[int, Fragments] = {}
        self._tracks = Fragments(partial(html, "board/tracks.html"))
        self._changed = Fragments(partial(html, "board/changed.html"))
        self._frame = Frame(partial(html, "board/ptg.html"))

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:
        """Return the path of the page if it shows something that the Change altered."""
        shown = self._spaces.touched(change) or any(self._shows(edit, view) for edit in change.edits)
        return (self.path,) if shown else ()

    def _shows(self, edit: Edit, view: View) -> bool:
        if edit.table is INFO:
            return _differs(edit, "eventid")  # makes the pads' links
        if edit.table is CHECKINS:
            # People are shown beside what is discussed where they are, and nowhere else.
            tracks = {d.location[1:] for d in _public(CHECKINS, edit) if d.location.startswith("#")}
            return any(topic_of(view, track).now is not None for track in tracks)
        return edit.table in _SHOWN

    def render(self, path: str, view: View, now: datetime) -> bytes:
        """Return the page."""
        local_day = self._event.local(now).date()
        days = _in_order(grids(view, self._event), today(view, self._event, now), local_day)
        now_talks = self._now(self._talks.now(view, now))
        booked = self._booked(self._talks.booked(view, now))
        next_talks = self._next(self._talks.next(view, now))
        soon = self._talks.soon(view, now)
        spaces = self._spaces_parts(view, now, local_day)
        colors = track_colors(view)
        shown = {number: phases(grid.day, now) for number, grid in days}
        self._rooms = {number: self._rooms.get(number) or Fragments(self._room) for number, _ in days}
        return self._frame.encoded(
            {
                "path": path,
                "today": local_day,
                "notices": notices(view),
                "has_now": bool(now_talks),
                "has_booked": bool(booked),
                "has_next": bool(next_talks),
                "has_soon": bool(soon),
                **{f"has_{name}": bool(parts) for name, parts in spaces.items()},
                "has_tracks": bool(view.all(TRACKS)),
                "days": [
                    (number, grid.label, grid.day.date, _running_room(grid, shown[number]))
                    for number, grid in sorted(days, key=lambda day: day[0])
                ],
                "voice_required": voice_required(view),
            },
            now=now_talks,
            booked=booked,
            next=next_talks,
            soon=self._soon(
                (
                    str(start),
                    {
                        "start": start,
                        "today": local_day,
                        "rooms": [(one, colors.get(one.track, "")) for one in meetings],
                    },
                )
                for start, meetings in soon
            ),
            grids=self._days(
                (
                    str(number),
                    {
                        "number": number,
                        "grid": grid,
                        "phases": shown[number],
                        "is_open": place == 0,
                        "is_today": grid.day.date == local_day,
                        "is_past": grid.day.date is not None and grid.day.date < local_day,
                    },
                )
                for place, (number, grid) in enumerate(days)
            ),
            tracks=self._tracks.one(colors=colors),
            changed=self._changed.one(at=view.changed_at, today=local_day),
            spaces_now=self._spaces_now(spaces["spaces_now"]),
            spaces_next=self._spaces_next(spaces["spaces_next"]),
            spaces_today=self._spaces_today(spaces["spaces_today"]),
        )

    def _spaces_parts(self, view: View, now: datetime, today: date) -> dict[str, Parts]:
        """Return the parts of open spaces: what is on, what begins next today, and all of today that is not over."""
        of_today = [s for s in self._spaces.days(view, self._event).get(today, ()) if s.end > now]
        coming = [session for session in of_today if session.start > now]
        soon = [session for session in coming if session.start <= coming[0].start + SOON]
        return {
            "spaces_now": [(session.uid, {"session": session}) for session in self._spaces.running(view, now)],
            "spaces_next": _by_start("next", soon, now),
            "spaces_today": _by_start("today", of_today, now),
        }

    def _day(self, number: int, grid: Grid, phases: tuple[str, ...], **values: Any) -> Markup:
        lines = self._rooms[number](
            _agendas(number, grid, phases, over=values["is_past"]) if grid.agendas else _lines(number, grid, phases)
        )
        return self._html("board/day.html", number=number, grid=grid, phases=phases, lines=lines, **values)

    def _room(self, **values: Any) -> Markup:
        return self._html("board/agenda.html" if "agenda" in values else "board/room.html", **values)

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - there is one
        """Return when a slot or an open space begins or ends or a topic may be over next, or midnight."""
        turns = (next_turn(view, self._event, now), self._talks.turn(view, now), self._spaces.turn(view, now))
        return min(filter(None, turns))


def _by_start(place: str, sessions: Iterable[Session], now: datetime) -> Parts:
    """Return the values of the open spaces that begin at each time."""
    parts: Parts = []
    for start, together in groupby(sessions, lambda session: session.start):
        marked = tuple((session, session.runs(now)) for session in together)
        parts.append((str(start), {"place": place, "start": start, "spaces": marked}))
    return parts


def _lines(day: int, grid: Grid, phases: tuple[str, ...]) -> Parts:
    """Return the values of each line of a day's grid."""
    both = {"day": day, "slots": grid.day.slots, "phases": phases}
    return [(line.room.name, {"line": line, **both}) for line in grid.lines]


def _agendas(day: int, grid: Grid, phases: tuple[str, ...], *, over: bool) -> Parts:
    """Return the values of each room's list on a day; of a day that is over, what is over is not folded away."""
    by_slot = {slot.slot.name: phase for slot, phase in zip(grid.day.slots, phases, strict=True)}
    parts: Parts = []
    for number, agenda in enumerate(grid.agendas):
        own = tuple(by_slot[slot.slot.name] for slot in agenda.slots)
        past = 0 if over else len(list(takewhile(lambda phase: phase == "past", own)))
        values = {"day": day, "number": number, "agenda": agenda, "phases": own, "past": past}
        parts.append((agenda.room.name, values))
    return parts


def _running_room(grid: Grid, phases: tuple[str, ...]) -> int | None:
    """Return which is the first of a day's lists in which a slot runs; None where there is none."""
    running = {slot.slot.name for slot, phase in zip(grid.day.slots, phases, strict=True) if phase == "runs"}
    rooms = (n for n, agenda in enumerate(grid.agendas) if any(cell.slot in running for cell in agenda.cells))
    return next(rooms, None)


def _in_order(days: tuple[Grid, ...], first: PlannedDay | None, local_day: date) -> list[tuple[int, Grid]]:
    """Return days with their numbers: the one that counts as today, then those to come, then those that are over."""

    def place(numbered: tuple[int, Grid]) -> int:
        day = numbered[1].day
        if first is not None and day.day.name == first.day.name:
            return 0
        return 2 if day.date is not None and day.date < local_day else 1

    return sorted(enumerate(days, 1), key=place)


def _differs(edit: Edit, attribute: str) -> bool:
    before, after = edit.before, edit.after
    return getattr(before, attribute, "") != getattr(after, attribute, "")


def _public(table: Table[Any], edit: Edit) -> list[Any]:
    """Return those of an edit's documents, before and after, that everybody may see."""
    found = (edit.before, edit.after)
    return [d for d in found if d is not None and table.visible(d) is Visibility.PUBLIC]
