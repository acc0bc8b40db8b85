"""The board (``ptg.html``)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from markupsafe import Markup

from ptgbot.core.changes import Change, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.fragments import Fragments, Frame, Html
from ptgbot.features.board.grid import Grid, grids, next_turn, phases
from ptgbot.features.board.talks import MAX_NAMES, Crowds, Talks
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
    """

    path = "ptg.html"

    def __init__(self, event: Event, html: Html, stale_after: timedelta = STALE_AFTER) -> None:
        self._event = event
        self._html = html
        self._talks = Talks(event, stale_after, Crowds())
        self._now = Fragments(partial(html, "board/now.html", max_names=MAX_NAMES))
        self._next = Fragments(partial(html, "board/next.html"))
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
        return (self.path,) if any(self._shows(edit, view) for edit in change.edits) else ()

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
        next_talks = self._next(self._talks.next(view))
        self._rooms = {number: self._rooms.get(number) or self._fragments() for number, _ in days}
        page = self._frame(
            {
                "path": path,
                "today": local_day,
                "notices": notices(view),
                "has_now": bool(now_talks),
                "has_next": bool(next_talks),
                "has_tracks": bool(view.all(TRACKS)),
                "days": [(number, grid.day.day.name, grid.day.date == local_day) for number, grid in days],
                "voice_required": voice_required(view),
            },
            now=now_talks,
            next=next_talks,
            grids=self._days(
                (
                    str(number),
                    {
                        "number": number,
                        "grid": grid,
                        "phases": phases(grid.day, now),
                        "is_open": place == 0,
                        "is_today": grid.day.date == local_day,
                        "is_past": grid.day.date is not None and grid.day.date < local_day,
                    },
                )
                for place, (number, grid) in enumerate(days)
            ),
            tracks=self._tracks.one(colors=track_colors(view)),
            changed=self._changed.one(at=view.changed_at, today=local_day),
        )
        return page.encode()

    def _fragments(self) -> Fragments:
        return Fragments(partial(self._html, "board/room.html"))

    def _day(self, number: int, grid: Grid, phases: tuple[str, ...], **values: Any) -> Markup:
        slots = grid.day.slots
        lines = self._rooms[number](
            (line.room.name, {"day": number, "line": line, "slots": slots, "phases": phases}) for line in grid.lines
        )
        return self._html("board/day.html", number=number, grid=grid, phases=phases, lines=lines, **values)

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - there is one
        """Return when a slot begins or ends or a topic may be over next, or midnight."""
        turn = next_turn(view, self._event, now)
        fades = self._talks.turn(view, now)
        return turn if fades is None else min(turn, fades)


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
