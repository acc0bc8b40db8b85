"""When and where each track meets: its bookings in order of time, which of them run, and which come next."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, plan, sorted_rooms, timed_bookings

__all__ = ["Around", "Meeting", "around", "meetings"]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A track in a room for a while: slots without a gap between them are one, where they are called alike.

    Args:
        track: Name of the track.
        room: Name of the room.
        start: When it begins (UTC).
        end: When it ends (UTC).
        title: What the schedule calls it; empty where nothing but its track does.
        about: The page that the schedule has of it; empty where there is none.
    """

    track: str
    room: str
    start: datetime
    end: datetime
    title: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What the schedule has at some time.

    Args:
        running: The meetings of each track that is in one, in the order of rooms.
        following: The next meeting of each track that has one still to come.
        rooms: The next meeting in each room that has one still to come, in order of time, then of rooms.
    """

    running: Mapping[str, tuple[Meeting, ...]]
    following: Mapping[str, Meeting]
    rooms: tuple[Meeting, ...]


_NOTHING = Around({}, {}, ())


def _all_meetings(view: View, event: Event) -> tuple[Meeting, ...]:
    """Return every meeting, by when it begins, then by the order of rooms."""
    places = {room.name: place for place, room in enumerate(sorted_rooms(view))}
    timed = timed_bookings(view.all(BOOKINGS).values(), plan(view, event))
    single = [Meeting(b.track, b.room, start, end, b.title, b.url) for b, start, end in timed]
    single.sort(key=lambda one: (one.start, places.get(one.room, len(places)), one.room, one.track))
    joined: dict[tuple[str, str, str, datetime], Meeting] = {}
    for one in single:
        before = joined.pop((one.track, one.room, one.title, one.start), None)
        whole = one if before is None else replace(before, end=one.end, about=before.about or one.about)
        joined[one.track, one.room, one.title, whole.end] = whole
    return tuple(sorted(joined.values(), key=lambda one: (one.start, places.get(one.room, len(places)), one.room)))


_ALL: Derived[tuple[Meeting, ...]] = Derived((DAYS, ROOMS, BOOKINGS), _all_meetings)


def _by_track(view: View, event: Event) -> dict[str, tuple[Meeting, ...]]:
    found: dict[str, list[Meeting]] = {}
    for meeting in _ALL(view, event):
        found.setdefault(meeting.track, []).append(meeting)
    return {track: tuple(of_track) for track, of_track in found.items()}


_BY_TRACK: Derived[dict[str, tuple[Meeting, ...]]] = Derived((DAYS, ROOMS, BOOKINGS), _by_track)


def meetings(view: View, event: Event, track: str) -> tuple[Meeting, ...]:
    """Return when and where a track meets, in order of time."""
    return _BY_TRACK(view, event).get(track, ())


_BOUNDS: Derived[list[datetime]] = Derived(
    (DAYS, ROOMS, BOOKINGS),
    lambda view, event: sorted({instant for one in _ALL(view, event) for instant in (one.start, one.end)}),
)


def _around(view: View, event: Event, passed: int) -> Around:
    """Return what there is between two bounds.

    Args:
        view: The state.
        event: The conference.
        passed: How many of the instants at which a meeting begins or ends have passed.
    """
    bounds = _BOUNDS(view, event)
    if not bounds:
        return _NOTHING
    now = bounds[passed - 1] if passed else bounds[0] - timedelta(seconds=1)
    running: dict[str, list[Meeting]] = {}
    following: dict[str, Meeting] = {}
    rooms: dict[str, Meeting] = {}
    for meeting in _ALL(view, event):
        if meeting.start > now:
            following.setdefault(meeting.track, meeting)
            rooms.setdefault(meeting.room, meeting)
        elif meeting.end > now:
            running.setdefault(meeting.track, []).append(meeting)
    return Around({track: tuple(these) for track, these in running.items()}, following, tuple(rooms.values()))


_AROUND: Derived[Around] = Derived((DAYS, ROOMS, BOOKINGS), _around)


def around(view: View, event: Event, now: datetime) -> Around:
    """Return what the schedule has now (aware, UTC) and next; made again only when a meeting begins or ends."""
    return _AROUND(view, event, bisect_right(_BOUNDS(view, event), now))
