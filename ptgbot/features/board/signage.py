"""The big screen (``signage.html``): what is in each room now and next, and the whole of today, legible from afar."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any

from markupsafe import Markup

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.fragments import Fragments, Frame, Html
from ptgbot.core.sessions import Session, Sessions
from ptgbot.features.board.grid import Grid, grids, next_turn, phases
from ptgbot.features.board.talks import Parts, Talks
from ptgbot.features.motd.model import MOTD, notices
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, TRACKS, today, track_colors
from ptgbot.features.topics.model import STALE_AFTER, TOPICS, Meeting, around, topic_of

__all__ = ["SignagePage"]

_SHOWN = frozenset({TRACKS, DAYS, ROOMS, BOOKINGS, TOPICS, MOTD})
_NO_PLACE = ""
MOST_TALKS = 3  # on a sign
_SILENT: Mapping[str, Any] = {"text": "", "since": None, "word": "", "colors": {}, "today": None}

_Running = Mapping[str, tuple[Meeting, ...]]
_Talk = Mapping[str, Any]


class SignagePage:
    """Publishes ``signage.html``: a sign for every room and for every other place where something is on, and today.

    Args:
        event: The conference.
        html: The site's templates.
        slugs: Returns the names of rooms as parts of addresses.
        stale_after: How long a topic is believed after it was said.
        spaces: The open spaces, which are on the signs of their rooms like meetings.
    """

    path = "signage.html"

    def __init__(
        self,
        event: Event,
        html: Html,
        slugs: Callable[[View], Mapping[str, str]] = lambda _: {},
        stale_after: timedelta = STALE_AFTER,
        spaces: Sessions | None = None,
    ) -> None:
        self._event = event
        self._spaces = spaces or Sessions()
        self._html = html
        self._slugs = slugs
        self._talks = Talks(event, stale_after)
        self._signs = Fragments(partial(html, "board/signage_sign.html"))
        self._lines = Fragments(self._line)
        self._frame = Frame(partial(html, "board/signage.html"))

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the page."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the tables tell
        """Return the path of the page if it shows something that the Change altered."""
        shown = self._spaces.touched(change) or any(edit.table in _SHOWN for edit in change.edits)
        return (self.path,) if shown else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:
        """Return the page."""
        grid = self._grid(view, now)
        slugs = self._slugs(view)
        local_day = self._event.local(now).date()
        shown = phases(grid.day, now) if grid else ()
        signs = self._signs(self._all_signs(view, grid, now, slugs))
        return self._frame.encoded(
            {
                "path": path,
                "notices": notices(view),
                "today": local_day,
                "grid": grid,
                "phases": shown,
                "over": grid is not None and _is_over(grid, now),
                "has_signs": bool(signs),
            },
            signs=signs,
            lines=self._lines(_lines(grid, shown, slugs, now) if grid else ()),
        )

    def _grid(self, view: View, now: datetime) -> Grid | None:
        """Return the day that is shown: today, or once that is over the next one, as nobody plans for what was."""
        every = grids(view, self._event)
        day = today(view, self._event, now)
        first = next((number for number, grid in enumerate(every) if grid.day == day), None)
        if first is None:
            return None
        return next((grid for grid in every[first:] if not _is_over(grid, now)), every[-1])

    def _line(self, **values: Any) -> Markup:
        return self._html("board/signage_agenda.html" if "agenda" in values else "board/signage_line.html", **values)

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - there is one
        """Return when a slot or an open space begins or ends or a topic may be over next, or midnight."""
        turns = (next_turn(view, self._event, now), self._talks.turn(view, now), self._spaces.turn(view, now))
        return min(filter(None, turns))

    # -- what stands on the signs -------------------------------------------------------------------------------

    def _all_signs(
        self, view: View, grid: Grid | None, now: datetime, slugs: Mapping[str, str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the sign of each of today's rooms, then of the other places where something is on."""
        planned = around(view, self._event, now)
        running = _by_room((*chain(*planned.running.values()), *map(_meeting, self._spaces.running(view, now))))
        following = self._following(view, grid, now)
        free = _free(grid, now)
        parts = self._talks.now(view, now)
        talks = _by_place(parts, running)
        # A track with several rooms is in all of them, wherever it says that it is.
        away = {
            track: values["location"]
            for track, values in parts
            if not values["word"] and len(planned.running.get(track, ())) == 1
        }
        colors = track_colors(view)
        for room in dict.fromkeys((*(line.room.name for line in (grid.lines if grid else ())), *running, *following)):
            meetings, then = running.get(room, ()), following.get(room)
            yield from self._split(
                view,
                room,
                _with_meetings(talks.pop(room.casefold(), []), meetings, away, colors),
                slug=slugs.get(room, ""),
                until=max((meeting.end for meeting in meetings), default=None),
                is_free=room in free,
                following=then,
                color=colors.get(then.track, "") if then else "",
                today=self._event.local(now).date(),
            )
        for _, here in sorted(talks.items(), key=lambda item: (item[0] == _NO_PLACE, item[0])):
            yield from self._split(view, here[0]["location"], here)

    def _following(self, view: View, grid: Grid | None, now: datetime) -> dict[str, Meeting]:
        """Return what is next in each room on this day, meeting or open space."""
        closing = max((slot.end for slot in grid.day.slots if slot.end is not None), default=now) if grid else now
        meetings = [meeting for meeting in around(view, self._event, now).rooms if meeting.start < closing]
        of_today = self._spaces.days(view, self._event).get(self._event.local(now).date(), ())
        meetings += [_meeting(session) for session in of_today if session.start > now]
        following: dict[str, Meeting] = {}
        for meeting in sorted(meetings, key=lambda meeting: meeting.start):
            following.setdefault(meeting.room, meeting)
        return following

    def _split(self, view: View, place: str, here: list[_Talk], **values: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield as many signs for a place as it takes to show all that is on there."""
        most = MOST_TALKS if place else 1  # those that name no place have nothing to do with each other
        both = {"place": place, "slug": "", "until": None, "following": None} | values
        for first in range(0, max(len(here), 1), most):
            some = here[first : first + most]
            then = tuple(text for talk in some for text in topic_of(view, talk["track"]).next)
            yield f"{place} {first}", both | {"here": some, "then": then, "number": first // most}


def _is_over(grid: Grid, now: datetime) -> bool:
    return all(phase == "past" for phase in phases(grid.day, now))


def _lines(grid: Grid, shown: tuple[str, ...], slugs: Mapping[str, str], now: datetime) -> Parts:
    """Return the values of the line of each room in the plan of a day."""
    if grid.lists:
        return [
            (one.room.name, {"agenda": one, "phases": phases(one, now), "slug": slugs.get(one.room.name, "")})
            for one in grid.lists
        ]
    return [
        (line.room.name, {"line": line, "phases": shown, "slug": slugs.get(line.room.name, "")}) for line in grid.lines
    ]


def _meeting(session: Session) -> Meeting:
    """Return an open space as signs show it: in the place of a track stands what kind it is."""
    return Meeting(session.track, session.room, session.start, session.end, session.title, session.about)


def _by_room(running: Iterable[Meeting]) -> dict[str, tuple[Meeting, ...]]:
    """Return the meetings that are on, by their rooms."""
    found: dict[str, tuple[Meeting, ...]] = {}
    for meeting in running:
        found[meeting.room] = (*found.get(meeting.room, ()), meeting)
    return found


def _by_place(parts: Parts, running: _Running) -> dict[str, list[_Talk]]:
    """Return what is on by the place where it is: where people say, else the room that the track has."""
    rooms = {meeting.track: room for room, meetings in running.items() for meeting in meetings}
    found: dict[str, list[_Talk]] = {}
    for track, values in parts:
        place = values["location"] or rooms.get(track, _NO_PLACE)
        found.setdefault(place.casefold(), []).append(values)
    return found


def _with_meetings(
    here: list[_Talk], meetings: Iterable[Meeting], away: Mapping[str, str], colors: Mapping[str, str]
) -> list[_Talk]:
    """Return what is on in a room, with the meetings there of which nobody said anything first."""
    planned: list[_Talk] = []
    for meeting in meetings:
        said = next((talk for talk in here if talk["track"] == meeting.track), None)
        if said is not None and not (meeting.title and _is_of_before(said, meeting)):
            continue
        here = [talk for talk in here if talk is not said]
        track = meeting.track
        told = {"track": track, "color": colors.get(track, ""), "away": away.get(track, ""), "title": meeting.title}
        planned.append({**_SILENT, **told})
    return planned + here


def _free(grid: Grid | None, now: datetime) -> set[str]:
    """Return the rooms that could be had now, and that nobody has."""
    if grid is None:
        return set()
    runs = [slot.runs(now) for slot in grid.day.slots]
    return {
        line.room.name
        for line in grid.lines
        if any(on and cell is not None and not cell.track for on, cell in zip(runs, line.cells, strict=True))
    }


def _is_of_before(talk: _Talk, meeting: Meeting) -> bool:
    """Return whether a topic may be over, and was said before a meeting of its track began."""
    return bool(talk["word"]) and (talk["since"] is None or talk["since"] < meeting.start)
