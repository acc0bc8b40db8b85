"""``ptg.txt``: the board as plain text, for ``curl`` and other terminals of 80 columns."""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

import wcwidth

from ptgbot.core.changes import Change
from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.sessions import Session, Sessions
from ptgbot.features.feeds.fadings import Fadings
from ptgbot.features.motd.model import MOTD, notices
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    ROOMS,
    PlannedDay,
    PlannedSlot,
    bookings_by_place,
    event_info,
    format_place,
    plan,
    sorted_rooms,
    today,
)
from ptgbot.features.topics.model import STALE_AFTER, TOPICS, Meeting, Topic, around

__all__ = ["COLUMNS", "TextBoard"]

COLUMNS = 79  # some terminals begin a new line behind the 80th by themselves
_LABEL = 16  # columns of a track's or room's name, with what keeps it apart

_Kept = dict[tuple[str, str], tuple[tuple[object, ...], str]]

_TABLES = (INFO, DAYS, ROOMS, BOOKINGS, TOPICS, MOTD)


class TextBoard:
    """Publishes ``ptg.txt``. What it says about a track, and a slot, is kept until that changes.

    Args:
        event: The conference.
        stale_after: How long what is on now is believed after it was said.
        spaces: The open spaces.
    """

    path = "ptg.txt"

    def __init__(self, event: Event, stale_after: timedelta = STALE_AFTER, spaces: Sessions | None = None) -> None:
        self._event = event
        self._spaces = spaces or Sessions()
        self._fadings = Fadings(event, stale_after)
        self._bounds: Derived[list[datetime]] = Derived((DAYS,), self._find_bounds)
        self._slots: Derived[str] = Derived((DAYS, ROOMS, BOOKINGS), self._slot)
        self._kept: _Kept = {}

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the text."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the text if it shows something that the Change altered."""
        shown = self._spaces.touched(change) or any(edit.table in _TABLES for edit in change.edits)
        return (self.path,) if shown else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - there is one
        """Return the text, in UTF-8."""
        on = self._event.local(now).date()
        parts = [self._head(view), *(_entry(notice.level.upper(), notice.text) for notice in notices(view))]
        topics = sorted(view.all(TOPICS).items())
        words = self._fadings.words(view, now)
        schedule = around(view, self._event, now)
        before, self._kept = self._kept, {}
        current = [
            self._keep(before, ("now", track), self._now, topic, on, words[track])
            for track, topic in topics
            if topic.now
        ]
        told = {track for track, topic in topics if topic.now}
        booked = [self._booked(these) for track, these in sorted(schedule.running.items()) if track not in told]
        following = [
            self._keep(before, ("next", track), self._next, topic, schedule.following.get(track), on)
            for track, topic in topics
            if topic.next
        ]
        if not current and not booked:
            current = ["Nothing yet. It begins with: #TRACK now TOPIC\n"]
        parts += ["\nNOW\n", *current]
        if booked:
            parts += ["\n" if current else "", "By the schedule, and nobody has said more: #TRACK now TOPIC\n", *booked]
        if following:
            parts += ["\nNEXT\n", *following]
        spaces = [s for s in self._spaces.days(view, self._event).get(on, ()) if s.end > now]
        if spaces:
            parts += [
                "\nOPEN SPACES TODAY\n",
                *(self._keep(before, ("", s.uid), self._space, s, s.runs(now)) for s in spaces),
            ]
        parts.append(self._schedule(view, now))
        if self._event.site_url:
            parts.append(f"\n{_safe(self._event.site_url)}/ptg.html\n")
        return "".join(parts).encode()

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - there is one
        """Return when a slot or open space begins or ends next, a topic may be over, or the event's day ends."""
        tomorrow = self._event.local(now).date() + timedelta(days=1)
        midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=self._event.zone).astimezone(UTC)
        bounds = self._bounds(view)
        following = bisect_right(bounds, now)
        turns = (*bounds[following : following + 1], self._fadings.turn(view, now), self._spaces.turn(view, now))
        return min(filter(None, (midnight, *turns)))

    def _find_bounds(self, view: View) -> list[datetime]:
        slots = [slot for day in plan(view, self._event) for slot in day.slots]
        return sorted({instant for slot in slots for instant in (slot.start, slot.end) if instant is not None})

    def _keep(self, before: _Kept, key: tuple[str, str], make: Callable[..., str], *values: object) -> str:
        """Return what is said about a topic or an open space, made anew only where it is another one."""
        held = before.get(key)
        if held is None or held[0] != values:
            held = (values, make(*values))
        self._kept[key] = held
        return held[1]

    def _head(self, view: View) -> str:
        title = _safe(self._event.name or event_info(view).eventid or "The board")
        lines = [*_wrap(title, COLUMNS), f"Times are those of {self._event.zone.key}."]
        if view.changed_at is not None:
            changed = self._event.local(view.changed_at)
            lines.append(f"Last change: {changed:%A}, {changed.day} {changed:%B}, {changed:%H:%M}.")
        return "".join(f"{line}\n" for line in lines)

    def _now(self, topic: Topic, on: date, over: str) -> str:
        assert topic.now is not None
        about = []
        if topic.now.since is not None:
            since = self._event.local(topic.now.since)
            day = "" if since.date() == on else f"{since:%a} {since.day} {since:%b} "
            about.append(f"since {day}{since:%H:%M}")
        if topic.location:
            about.append(f"in {topic.location}")
        if over:
            about.append(over)
        return _entry(topic.track, topic.now.text, ", ".join(about))

    def _booked(self, running: tuple[Meeting, ...]) -> str:
        texts = [text for one in running for text in (one.title, f"in {one.room} until {self._clock(one.end)}")]
        return _entry(running[0].track, *texts)

    def _next(self, topic: Topic, meeting: Meeting | None, on: date) -> str:
        where = ""
        if meeting is not None and self._event.local(meeting.start).date() == on:
            where = f"at {self._clock(meeting.start)} in {meeting.room}"
        return _entry(topic.track, *(f"- {text}" for text in topic.next), where)

    def _space(self, session: Session, runs: bool) -> str:  # noqa: FBT001 - as it is kept
        on = "now, " if runs else ""
        host = f", with {session.host}" if session.host else ""
        times = f"{self._clock(session.start)}-{self._clock(session.end)}"
        return _entry(times, session.title, f"{on}in {session.room}{host}")

    def _clock(self, instant: datetime) -> str:
        return f"{self._event.local(instant):%H:%M}"

    def _schedule(self, view: View, now: datetime) -> str:
        day = today(view, self._event, now)
        if day is None:
            return ""
        slots = [
            self._slots(view, slot, slot.runs(now), slot.end is not None and slot.end <= now) for slot in day.slots
        ]
        bookings = bookings_by_place(view)
        names = {slot.slot.name for slot in day.slots}
        empty = "" if any(slot in names for _, slot in bookings) else "\nNothing is booked.\n"
        return "".join(["\n", self._day(day, now), "\n", empty, *slots])

    def _day(self, day: PlannedDay, now: datetime) -> str:
        name = _safe(day.day.name)
        if day.date is None:
            return name
        lead = "TODAY" if day.date == self._event.local(now).date() else "THE FIRST DAY"
        weekday = f"{day.date:%A}, "
        called = "" if name.casefold() == weekday[:-2].casefold() or name == day.date.isoformat() else f"{name}, "
        shown = f"{called}{weekday}{day.date.day} {day.date:%B}"
        return "\n".join(_wrap(f"{lead}: {shown}", COLUMNS))

    def _slot(self, view: View, slot: PlannedSlot, running: bool, over: bool) -> str:  # noqa: FBT001 - a Derived's
        """Return who is where in a slot, and what is free unless it is over; nothing where there is neither."""
        bookings = bookings_by_place(view)
        name = slot.slot.name
        rooms = [
            _entry(room.name, booking.track, booking.title, indent="  ")
            for room in sorted_rooms(view)
            if (booking := bookings.get((room.name, name))) is not None
        ]
        free = [room.name for room in sorted_rooms(view) if name in room.slots and (room.name, name) not in bookings]
        if free and not over:
            rooms.append(_entry("free", ", ".join(format_place(room, name) for room in free), indent="  "))
        if not rooms:
            return ""
        times = slot.slot.desc or slot.slot.name
        if slot.start is not None and slot.end is not None:
            times = f"{self._event.local(slot.start):%H:%M}-{self._event.local(slot.end):%H:%M}"
        head = _wrap(_safe(f"{times} ({slot.slot.name}){', now' if running else ''}"), COLUMNS)
        return "".join(["\n", *(f"{line}\n" for line in head), *rooms])


def _entry(label: str, *texts: str, indent: str = "") -> str:
    """Return texts with a label to the left of them; above them where it is wide. Empty texts are left out."""
    safe = indent + _safe(label)
    lines = [line for text in texts if text for line in _wrap(_safe(text), COLUMNS - _LABEL)]
    if wcwidth.wcswidth(safe) < _LABEL and lines:
        lines[0] = wcwidth.ljust(safe, _LABEL) + lines[0]
        rest = lines[1:]
        first = lines[:1]
    else:
        first, rest = list(_wrap(safe, COLUMNS)), lines
    return "".join(f"{line.rstrip()}\n" for line in (*first, *(f"{'':{_LABEL}}{line}" for line in rest)))


def _wrap(text: str, columns: int) -> Iterator[str]:
    """Yield a text in lines of at most so many columns; a word that is longer is broken."""
    return iter(wcwidth.wrap(text, columns, break_long_words=True, break_on_hyphens=False))


def _safe(text: str) -> str:
    """Return a text as one line without what a terminal obeys, or what makes it look like another text."""
    return " ".join("".join(_shown(character) for character in text).split())


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") else character
