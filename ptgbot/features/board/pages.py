"""The board (``ptg.html``) and the same for a big screen (``signage.html``)."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from markupsafe import Markup

from ptgbot.core.changes import Change, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.fragments import Fragments, Frame, Html
from ptgbot.features.board.grid import Grid, grids, next_turn, running
from ptgbot.features.board.talks import MAX_NAMES, Crowds, next_parts, now_parts
from ptgbot.features.motd.model import MOTD, notices
from ptgbot.features.people.model import ACCESS, voice_required
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.schedule.model import BOOKINGS, DAYS, INFO, ROOMS, TRACKS, today
from ptgbot.features.topics.model import LINKS, TOPICS, topic_of

__all__ = ["BoardPage", "SignagePage"]

_SHOWN_BY_BOTH = frozenset({TRACKS, DAYS, ROOMS, BOOKINGS, TOPICS, MOTD})


class BoardPage:
    """Publishes ``ptg.html``: messages of the day, now, next, and each day's grid.

    Args:
        event: The conference.
        html: The site's templates.
    """

    path = "ptg.html"

    def __init__(self, event: Event, html: Html) -> None:
        self._event = event
        self._html = html
        self._crowds = Crowds()
        self._now = Fragments(partial(html, "board/now.html", max_names=MAX_NAMES))
        self._next = Fragments(partial(html, "board/next.html"))
        self._days = Fragments(self._day)
        self._rooms: dict[int, Fragments] = {}
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
        return edit.table in _SHOWN_BY_BOTH or edit.table in (LINKS, ACCESS)

    def render(self, path: str, view: View, now: datetime) -> bytes:
        """Return the page."""
        local_day = self._event.local(now).date()
        open_day = today(view, self._event, now)
        days = grids(view, self._event)
        now_talks = self._now(now_parts(view, self._crowds, local_day))
        next_talks = self._next(next_parts(view))
        page = self._frame(
            {
                "path": path,
                "notices": notices(view),
                "has_now": bool(now_talks),
                "has_next": bool(next_talks),
                "days": [grid.day.day.name for grid in days],
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
                        "running": running(grid.day, now),
                        "is_open": open_day is not None and grid.day.day.name == open_day.day.name,
                        "is_today": grid.day.date == local_day,
                    },
                )
                for number, grid in enumerate(days, 1)
            ),
            changed=self._changed.one(at=view.changed_at),
        )
        return page.encode()

    def _day(self, number: int, grid: Grid, running: frozenset[str], **values: Any) -> Markup:
        rooms = self._rooms.setdefault(number, Fragments(partial(self._html, "board/room.html")))
        slots = grid.day.slots
        lines = rooms((line.room.name, {"line": line, "slots": slots, "running": running}) for line in grid.lines)
        return self._html("board/day.html", number=number, grid=grid, running=running, lines=lines, **values)

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - there is one
        """Return when a slot begins or ends next, or midnight."""
        return next_turn(view, self._event, now)


class SignagePage:
    """Publishes ``signage.html``: what is now, and today's grid, legible from afar.

    Args:
        event: The conference.
        html: The site's templates.
    """

    path = "signage.html"

    def __init__(self, event: Event, html: Html) -> None:
        self._event = event
        self._now = Fragments(partial(html, "board/signage_now.html"))
        self._grid = Fragments(partial(html, "board/signage_grid.html"))
        self._frame = Frame(partial(html, "board/signage.html"))

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the tables tell
        """Return the path of the page if it shows something that the Change altered."""
        return (self.path,) if any(edit.table in _SHOWN_BY_BOTH for edit in change.edits) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:
        """Return the page."""
        local_day = self._event.local(now).date()
        day = today(view, self._event, now)
        grid = next((grid for grid in grids(view, self._event) if grid.day == day), None)
        parts = list(now_parts(view, None, local_day))
        page = self._frame(
            {
                "path": path,
                "notices": notices(view),
                "talks": len(parts),
                "rooms": len(grid.lines) if grid else 0,
                "day": grid.day if grid else None,
            },
            now=self._now(parts),
            grid=self._grid.one(grid=grid, running=running(grid.day, now)) if grid else "",
        )
        return page.encode()

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - there is one
        """Return when a slot begins or ends next, or midnight."""
        return next_turn(view, self._event, now)


def _differs(edit: Edit, attribute: str) -> bool:
    before, after = edit.before, edit.after
    return getattr(before, attribute, "") != getattr(after, attribute, "")


def _public(table: Table[Any], edit: Edit) -> list[Any]:
    """Return those of an edit's documents, before and after, that everybody may see."""
    found = (edit.before, edit.after)
    return [d for d in found if d is not None and table.visible(d) is Visibility.PUBLIC]
