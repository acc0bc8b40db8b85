"""``changes.atom``: each booking that was made, moved, renamed or cancelled, and each open space (RFC 4287)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, islice, pairwise, takewhile
from typing import Any
from uuid import UUID

import orjson

from ptgbot import __version__
from ptgbot.core.changes import Change, Edit
from ptgbot.core.clock import Event
from ptgbot.core.codec import decode
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.sessions import Session, Sessions, Status
from ptgbot.features.feeds import xml
from ptgbot.features.feeds.model import guid
from ptgbot.features.history.model import HISTORY, Entry, newest_first
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    TRACKS,
    Day,
    PlannedSlot,
    event_info,
    full_title,
    plan,
    plan_days,
    slots_by_name,
)

__all__ = ["MOST_ENTRIES", "ChangesFeed"]

MOST_ENTRIES = 200
_SIGN = f'["{BOOKINGS.name}",'  # how an edit of a booking begins in an entry of the history
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

Raw = Mapping[str, Any]
_Slots = Mapping[str, PlannedSlot]
_Looked = tuple[list[tuple[str, Raw | None, Raw | None]], tuple[_Slots, _Slots]]
_Key = tuple[int, str]  # the number of an entry of the history, the id of a booking; or a revision and the UID
_Told = tuple[_Key, tuple[Any, ...], str]  # of an entry here: its key, what it is made of (first when), and itself


class ChangesFeed:
    """Publishes ``changes.atom``, the newest first. An entry of the history is looked into once.

    What became of bookings is told by the history. Open spaces are not in that, but know themselves what they were.

    Args:
        event: The conference.
        spaces: The open spaces.
    """

    path = "changes.atom"

    def __init__(self, event: Event, spaces: Sessions | None = None) -> None:
        self._event = event
        self._spaces = spaces or Sessions()
        self._slots: Derived[_Slots] = Derived((DAYS,), self._slots_by_name)
        self._found: list[Entry] = []  # those that tell of bookings, the newest first
        self._seen: Entry | None = None
        self._looked: dict[int, tuple[str, _Looked]] = {}
        self._kept: dict[_Key, tuple[tuple[Any, ...], str]] = {}

    def paths(self, view: View) -> Iterable[str]:  # noqa: ARG002 - it is always there
        """Return the path of the feed."""
        return (self.path,)

    def touched(self, change: Change, view: View) -> Iterable[str]:  # noqa: ARG002 - the edits tell
        """Return the path of the feed if the Change altered a booking, or what the feed says of one."""
        return (self.path,) if self._spaces.touched(change) or any(_shows(edit) for edit in change.edits) else ()

    def render(self, path: str, view: View, now: datetime) -> bytes:  # noqa: ARG002 - time does not alter it
        """Return the feed."""
        slots = self._slots(view)
        told = chain.from_iterable(self._tell(view, entry, slots) for entry in self._follow(view))
        every = [*islice(told, MOST_ENTRIES), *self._tell_spaces(view)]
        newest = sorted(every, key=_made_at, reverse=True)[:MOST_ENTRIES]
        self._kept = {key: (made_of, text) for key, made_of, text in newest}
        site = self._event.site_url
        title = self._event.name or event_info(view).eventid
        updated = max([_NEVER, *(entry.at for entry in self._found[:1]), *map(_made_at, newest[:1])])
        head = [
            xml.element("id", f"{site}/{self.path}" if site else f"urn:uuid:{guid('feed', title)}"),
            xml.element("title", f"{title}: changes of the schedule" if title else "Changes of the schedule"),
            xml.element("updated", _instant(updated)),
            "<author>\n" + xml.element("name", "ptgbot") + "</author>\n",
            xml.element("generator", "ptgbot", version=__version__),
            xml.element("link", rel="self", type="application/atom+xml", href=_at(site, self.path)),
            xml.element("link", rel="alternate", type="text/html", href=_at(site, "ptg.html")),
        ]
        parts = ['<feed xmlns="http://www.w3.org/2005/Atom">\n', *head, *(text for _, _, text in newest), "</feed>\n"]
        return xml.DECLARATION + "".join(parts).encode()

    def turns(self, path: str, view: View, now: datetime) -> datetime | None:  # noqa: ARG002 - an Exporter's
        """Return None: time does not alter it."""
        return None

    def _slots_by_name(self, view: View) -> _Slots:
        return slots_by_name(plan(view, self._event))

    def _follow(self, view: View) -> list[Entry]:
        """Return the newest entries of the history that tell of bookings."""
        seen = self._seen
        held = None if seen is None else view.get(HISTORY, seen.key)
        found = [view.get(HISTORY, entry.key) for entry in self._found]
        still = [now for now, before in zip(found, self._found, strict=True) if now and now.edits is before.edits]
        # Numbers are given again after a Change was rolled back: then it is another entry, and all is looked into.
        anew = seen is None or held is None or held.edits is not seen.edits or len(still) < len(found)
        last = 0 if anew or seen is None else seen.number
        new = list(takewhile(lambda entry: entry.number > last, newest_first(view)))
        telling = [entry for entry in new if _SIGN in entry.edits]
        self._found = [*telling, *([] if anew else still)][:MOST_ENTRIES]
        self._looked = {entry.number: looked for entry in self._found if (looked := self._looked.get(entry.number))}
        self._seen = new[0] if new else (None if anew else seen)
        return self._found

    def _tell(self, view: View, entry: Entry, slots: _Slots) -> Iterator[_Told]:
        """Yield what an entry of the history did to each booking: its key, what it is made of, and the entry here."""
        bookings, then = self._look(entry)
        was, is_ = ({**slots, **side} for side in then)
        for key, before, after in bookings:
            places = (self._place(before, was), self._place(after, is_))
            there = view.get(TRACKS, (after or before or {})["track"]) is not None
            made_of = (entry.at, entry.name, before, after, places, there)
            held = self._kept.get((entry.number, key))
            if held is None or held[0] != made_of:
                held = (made_of, self._entry(entry, key, before, after, places, there=there))
            if held[1]:
                yield (entry.number, key), *held

    def _tell_spaces(self, view: View) -> Iterator[_Told]:
        """Yield the changes of open spaces, the newest first."""
        every = [
            (now, before)
            for session in self._spaces.all(view)
            for before, now in pairwise((None, *session.before, session))
            if now is not None
        ]
        for now, before in sorted(every, key=lambda pair: pair[0].changed, reverse=True)[:MOST_ENTRIES]:
            key, made_of = (now.revision, now.uid), (now.changed, now, before)
            held = self._kept.get(key)
            yield key, *(held if held is not None and held[0] == made_of else (made_of, self._space(now, before)))

    def _space(self, session: Session, before: Session | None) -> str:
        kind, happened = self._became(session, before)
        title = f"{session.title} {happened}"
        address = session.about if session.about.startswith(("https://", "http://")) else "openspaces.html"
        return self._write(
            named=guid("change", f"{session.revision} {session.uid}"),
            title=title,
            at=session.changed,
            name=session.host,
            terms=(kind, session.track),
            address=session.page or address,
        )

    def _became(self, session: Session, before: Session | None) -> tuple[str, str]:
        """Return what became of an open space, as a word and in words."""
        at = self._when(session.room, session.start, session.end)
        if session.status is Status.CANCELLED:
            return "cancelled", f"is cancelled in {at}"
        if before is None:
            return "planned", f"is an open space in {at}"
        if before.status is Status.CANCELLED:
            return "planned", f"takes place after all in {at}"
        was = self._when(before.room, before.start, before.end)
        return ("planned", f"is an open space in {at}") if was == at else ("moved", f"moved from {was} to {at}")

    def _look(self, entry: Entry) -> _Looked:
        """Return the bookings that an entry altered, and the slots that it altered, as they were and became."""
        looked = self._looked.get(entry.number)
        if looked is None or looked[0] is not entry.edits:
            edits = orjson.loads(entry.edits)
            days = [(before, after) for table, _, before, after in edits if table == DAYS.name]
            then = (self._slots_then(was for was, _ in days), self._slots_then(is_ for _, is_ in days))
            bookings = [(key, before, after) for table, key, before, after in edits if table == BOOKINGS.name]
            looked = (entry.edits, (bookings[:MOST_ENTRIES], then))
            self._looked[entry.number] = looked
        return looked[1]

    def _slots_then(self, days: Iterable[Raw | None]) -> _Slots:
        """Return the slots of days as an entry holds them; those of an older version's shape are passed over."""
        found = []
        for raw in days:
            try:
                found += [] if raw is None else [decode(Day, raw)]
            except ValueError:
                continue
        return slots_by_name(plan_days(found, self._event))

    def _entry(
        self, entry: Entry, key: str, before: Raw | None, after: Raw | None, places: tuple[str, str], *, there: bool
    ) -> str:
        """Return what an entry of the history did to a booking as an entry here; nothing where people need not know."""
        kind, title = _words(before, after, *places)
        if not kind:
            return ""
        track = (after or before or {})["track"]
        page = f"track/{track}.html" if there else "ptg.html"
        return self._write(
            named=guid("change", f"{entry.number} {entry.at.isoformat()} {key}"),
            title=title,
            at=entry.at,
            name=entry.name,
            terms=(kind, track),
            address=_at(self._event.site_url, page),
        )

    @staticmethod
    def _write(*, named: UUID, title: str, at: datetime, name: str, terms: tuple[str, str], address: str) -> str:
        """Return an entry.

        Args:
            named: Its id.
            title: What happened.
            at: When that was.
            name: Who did it; empty where nobody did.
            terms: What kind of change it is, and the track.
            address: The page about it.
        """
        inner = [
            xml.element("id", f"urn:uuid:{named}"),
            xml.element("title", title),
            xml.element("published", _instant(at)),
            xml.element("updated", _instant(at)),
            "<author>\n" + xml.element("name", name) + "</author>\n" if name else "",
            *(xml.element("category", term=term) for term in terms),
            xml.element("link", rel="alternate", type="text/html", href=address),
            xml.element("content", f"{title}.", type="text"),
        ]
        return f"<entry>\n{''.join(inner)}</entry>\n"

    def _place(self, booking: Raw | None, slots: _Slots) -> str:
        """Return where and when a booking is, in words; only by the slot's name where that has no time any more."""
        if booking is None:
            return ""
        slot = slots.get(booking["slot"])
        if slot is None or slot.start is None or slot.end is None:
            return f"{booking['room']}, {booking['slot']}"
        return self._when(booking["room"], slot.start, slot.end)

    def _when(self, room: str, starts: datetime, ends: datetime) -> str:
        start, end = self._event.local(starts), self._event.local(ends)
        return f"{room}, {start:%a} {start.day} {start:%b %H:%M}–{end:%H:%M}"


def _words(before: Raw | None, after: Raw | None, was: str, is_: str) -> tuple[str, str]:
    """Return what happened to a booking, as a word and as a sentence; nothing where it is none of people's business."""
    if before is None or after is None:
        kind = "booked" if before is None else "cancelled"
        return kind, f"{_called(after or before or {})} is {kind} in {was or is_}"
    if before["track"] != after["track"]:
        return "moved", f"{_called(after)} instead of {_called(before)} in {is_}"
    if was != is_:
        return "moved", f"{_called(after)} moved from {was} to {is_}"
    if _called(before) != _called(after):
        return "renamed", f"{_called(after)} is the new title of {_called(before)} in {is_}"
    if before["revision"] != after["revision"]:
        return "moved", f"{_called(after)} has another time in {is_}"
    return "", ""


def _called(booking: Raw) -> str:
    return full_title(booking["track"], booking.get("title", ""))


def _shows(edit: Edit) -> bool:
    if edit.table in (BOOKINGS, DAYS, INFO):
        return True
    if edit.table is TRACKS:
        return edit.before is None or edit.after is None
    if edit.table is not HISTORY or not isinstance(edit.before, Entry) or _SIGN not in edit.before.edits:
        return False
    return not isinstance(edit.after, Entry) or edit.after.name != edit.before.name  # too old, or somebody is forgotten


def _made_at(told: _Told) -> datetime:
    at: datetime = told[1][0]
    return at


def _at(site: str, path: str) -> str:
    return f"{site}/{path}" if site else path


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
