"""The big screen (``signage.html``): what is in each room now and next, and the whole of today, legible from afar."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.fragments import Fragments, Frame, Html
from ptgbot.features.board.grid import Cell, Grid, Line, grids, next_turn, phases
from ptgbot.features.board.talks import Parts, Talks
from ptgbot.features.motd.model import MOTD, notices
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, TRACKS, PlannedSlot, today
from ptgbot.features.topics.model import LINKS, STALE_AFTER, TOPICS, topic_of

__all__ = ["SignagePage"]

_SHOWN = frozenset({TRACKS, DAYS, ROOMS, BOOKINGS, TOPICS, MOTD})
_NO_PLACE = ""
MOST_TALKS = 3  # on a sign
_SILENT: Mapping[str, Any] = {"text": "", "since": None, "word": "", "colors": {}, "today": None}


@dataclass(frozen=True, slots=True)
class _Stay:
    """A track that has a room for some slots in a row."""

    cell: Cell
    start: datetime
    end: datetime


class SignagePage:
    """Publishes ``signage.html``: a sign for every room and for every other place where something is on, and today.

    Args:
        event: The conference.
        html: The site's templates.
        slugs: Returns the names of rooms as parts of addresses.
        stale_after: How long a topic is believed after it was said.
    """

    path = "signage.html"

    def __init__(
        self,
        event: Event,
        html: Html,
        slugs: Callable[[View], Mapping[str, str]] = lambda _: {},
        stale_after: timedelta = STALE_AFTER,
    ) -> None:
        self._event = event
        self._slugs = slugs
        self._talks = Talks(event, stale_after)
        self._signs = Fragments(partial(html, "board/signage_sign.html"))
        self._lines = Fragments(partial(html, "board/signage_line.html"))
        self._frame = Frame(partial(html, "board/signage.html"))

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the tables tell
        """Return the path of the page if it shows something that the Change altered."""
        return (self.path,) if any(edit.table in _SHOWN for edit in change.edits) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:
        """Return the page."""
        day = today(view, self._event, now)
        grid = next((grid for grid in grids(view, self._event) if grid.day == day), None)
        slugs = self._slugs(view)
        signs = self._signs(self._all_signs(view, grid, now, slugs))
        local_day = self._event.local(now).date()
        shown = phases(grid.day, now) if grid else ()
        page = self._frame(
            {
                "path": path,
                "notices": notices(view),
                "today": local_day,
                "day": grid.day if grid else None,
                "phases": shown,
                "over": all(phase == "past" for phase in shown),
                "has_signs": bool(signs),
                "has_lines": bool(grid and grid.lines),
            },
            signs=signs,
            lines=self._lines(
                (line.room.name, {"line": line, "phases": shown, "slug": slugs.get(line.room.name, "")})
                for line in (grid.lines if grid else ())
            ),
        )
        return page.encode()

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - there is one
        """Return when a slot begins or ends or a topic may be over next, or midnight."""
        turn = next_turn(view, self._event, now)
        fades = self._talks.turn(view, now)
        return turn if fades is None else min(turn, fades)

    # -- what stands on the signs -------------------------------------------------------------------------------

    def _all_signs(
        self, view: View, grid: Grid | None, now: datetime, slugs: Mapping[str, str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the sign of each of today's rooms, then of the other places where something is on."""
        stays = _STAYS(view, self._event, grid.day.day.name) if grid else {}
        running = {room: _running(of_room, now) for room, of_room in stays.items()}
        parts = self._talks.now(view, now)
        talks = _by_place(parts, running)
        places = {track: values["location"] for track, values in parts}
        for room, of_room in stays.items():
            stay = running[room]
            here = talks.pop(room.casefold(), [])
            if stay is not None and all(talk["track"] != stay.cell.track for talk in here):
                away = places.get(stay.cell.track, "")
                here = [{**_SILENT, "track": stay.cell.track, "color": stay.cell.color, "away": away}, *here]
            following = of_room[bisect_right([one.start for one in of_room], now) :]
            yield from self._split(
                view, room, here, slug=slugs.get(room, ""), until=stay.end if stay else None, following=following[:1]
            )
        for _, here in sorted(talks.items(), key=lambda item: (item[0] == _NO_PLACE, item[0])):
            yield from self._split(view, here[0]["location"], here)

    def _split(
        self, view: View, place: str, here: list[Mapping[str, Any]], **values: Any
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield as many signs for a place as it takes to show all that is on there."""
        most = MOST_TALKS if place else 1  # those that name no place have nothing to do with each other
        both = {"place": place, "slug": "", "until": None, "following": ()} | values
        for first in range(0, max(len(here), 1), most):
            some = here[first : first + most]
            then = tuple(text for talk in some for text in topic_of(view, talk["track"]).next)
            yield f"{place} {first}", both | {"here": some, "then": then, "number": first // most}


def _by_place(parts: Parts, running: Mapping[str, _Stay | None]) -> dict[str, list[Mapping[str, Any]]]:
    """Return what is on by the place where it is: where people say, else the room that the track has."""
    rooms = {stay.cell.track: room for room, stay in running.items() if stay is not None}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for track, values in parts:
        place = values["location"] or rooms.get(track, _NO_PLACE)
        found.setdefault(place.casefold(), []).append(values)
    return found


def _stays(line: Line, slots: tuple[PlannedSlot, ...]) -> list[_Stay]:
    """Return who has a room from when to when, in order."""
    stays: list[_Stay] = []
    for cell, slot in zip(line.cells, slots, strict=True):
        if cell is None or not cell.track or slot.start is None or slot.end is None:
            continue
        last = stays[-1] if stays else None
        if last is not None and last.cell.track == cell.track and last.end == slot.start:
            stays[-1] = _Stay(last.cell, last.start, slot.end)
        else:
            stays.append(_Stay(cell, slot.start, slot.end))
    return sorted(stays, key=lambda stay: stay.start)


def _of_day(view: View, event: Event, day: str) -> dict[str, list[_Stay]]:
    grid = next(grid for grid in grids(view, event) if grid.day.day.name == day)
    return {line.room.name: _stays(line, grid.day.slots) for line in grid.lines}


# Who has each of a day's rooms from when to when.
_STAYS: Derived[dict[str, list[_Stay]]] = Derived((DAYS, ROOMS, BOOKINGS, TRACKS, LINKS), _of_day)


def _running(stays: Iterable[_Stay], now: datetime) -> _Stay | None:
    return next((stay for stay in stays if stay.start <= now < stay.end), None)
