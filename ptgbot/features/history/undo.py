"""Taking a Change back, as far as nothing has been built on it since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from ptgbot.core.changes import Draft, Edit
from ptgbot.core.codec import encode
from ptgbot.core.documents import Document, Table, View
from ptgbot.features.history.model import HISTORY, Entry, private_edits, public_edits
from ptgbot.features.history.words import RawEdit, describe
from ptgbot.features.reminders.model import ANNOUNCEMENTS, Kind, State, reminders_of
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, TRACKS, Booking, Day
from ptgbot.features.topics.model import LINKS, TOPICS

__all__ = ["Undo", "take_back"]

_RELIED_ON = frozenset({TRACKS.name, DAYS.name, ROOMS.name, BOOKINGS.name})
_RELYING = frozenset({TOPICS.name, LINKS.name})


@dataclass(frozen=True, slots=True)
class Undo:
    """What taking a Change back does.

    Args:
        edits: What changes; empty where nothing is left to take back.
        left: What has changed since and stays as it is, for people to read.
        is_out: Whether it was an announcement, and everybody has read it.
    """

    edits: tuple[Edit, ...]
    left: tuple[str, ...]
    is_out: bool = False


def take_back(view: View, entry: Entry, number: int, tables: Mapping[str, Table[Any]]) -> Undo:
    """Return what taking a Change back does.

    A document goes back to what it was before if it is still what the Change made it. One that has changed since
    stays, and so does one that others rely on by now: a track that got a booking, a slot that another track has.
    What was announced cannot be taken back where it is out.

    Args:
        view: The state.
        entry: The Change's entry.
        number: The number of the Change that takes it back.
        tables: Every table, by name.
    """
    back: dict[tuple[str, str], Edit] = {}
    left: dict[tuple[str, str], str] = {}
    is_out = False
    for edit in (*public_edits(entry, tables), *private_edits(view, entry, tables)):
        place = (edit.table.name, edit.key)
        current = view.get(edit.table, edit.key)
        if current == edit.before:
            continue  # it is as it was already
        out, still_planned = _announced(view, edit)
        if out:
            left[place] = f"{edit.key}, as far as it is out"
        if out and not still_planned:
            is_out = True
            continue
        if current == edit.after:
            back[place] = Edit(edit.table, edit.key, current, edit.before)
        else:
            left[place] = _name(edit if current is None else Edit(edit.table, edit.key, current, current))
    while wrong := _unfounded(view, back):
        for place in wrong:
            stays = back.pop(place)
            left[place] = _name(Edit(stays.table, stays.key, stays.before, stays.before or stays.after))
    draft = Draft(view)
    for edit in back.values():
        if edit.after is None:
            draft.remove(edit.table, edit.key)
        else:
            draft.put(edit.table, edit.after)
    if draft.edits():
        draft.put(HISTORY, replace(entry, undone=number))
    return Undo(draft.edits(), tuple(dict.fromkeys(left.values())), is_out)


def _after(view: View, edits: Iterable[Edit]) -> dict[str, dict[str, Document]]:
    """Return the tables that rely on each other, as they are after some edits."""
    related: tuple[Table[Any], ...] = (TRACKS, DAYS, ROOMS, BOOKINGS, TOPICS, LINKS)
    result: dict[str, dict[str, Document]] = {table.name: dict(view.all(table)) for table in related}
    for edit in edits:
        if edit.table.name not in result:
            continue
        if edit.after is None:
            result[edit.table.name].pop(edit.key, None)
        else:
            result[edit.table.name][edit.key] = edit.after
    return result


def _unfounded(view: View, back: Mapping[tuple[str, str], Edit]) -> set[tuple[str, str]]:
    """Return the edits that would leave something that relies on what is not there."""
    if not any(table in _RELIED_ON for table, _ in back):  # a track's topics and links rely on the track alone
        relying = (place for place, edit in back.items() if place[0] in _RELYING and edit.after is not None)
        return {(table, key) for table, key in relying if view.get(TRACKS, key) is None}
    after = _after(view, back.values())
    tracks, rooms = after["tracks"], after["rooms"]
    wrong: set[tuple[str, str]] = set()

    def blame(*places: tuple[str, str]) -> None:
        """Keep the first of the edits that are the reason."""
        wrong.update([place for place in places if place in back][:1])

    slots = {slot.name for day in after["days"].values() if isinstance(day, Day) for slot in day.slots}
    lost = {
        slot.name: place
        for place, edit in back.items()
        if isinstance(edit.before, Day)
        for slot in edit.before.slots
        if slot.name not in slots
    }
    taken: dict[tuple[str, str], str] = {}
    for key, document in after["bookings"].items():
        if not isinstance(document, Booking):
            continue
        mine = ("bookings", key)
        room: Any = rooms.get(document.room)
        if document.track not in tracks:
            blame(mine, ("tracks", document.track))
        if room is None or document.slot not in room.slots:
            blame(mine, ("rooms", document.room))
        if document.slot in lost:
            blame(mine, lost[document.slot])
        other = taken.setdefault((document.room, document.slot), key)
        if other != key:
            blame(mine, ("bookings", other))
    for table in ("topics", "links"):
        for name in after[table]:
            if name not in tracks:
                blame((table, name), ("tracks", name))
    return wrong


def _announced(view: View, edit: Edit) -> tuple[bool, bool]:
    """Return whether some of an announcement is out, and whether some is still to go."""
    if edit.table is not ANNOUNCEMENTS:
        return False, False
    states = {reminder.state for reminder in reminders_of(view, Kind.ANNOUNCEMENT, edit.key)}
    return not states.isdisjoint((State.SENDING, State.SENT)), State.PLANNED in states


def _name(edit: Edit) -> str:
    before, after = orjson.loads(encode((edit.before, edit.after)))
    return describe(RawEdit(edit.table.name, edit.key, before, after))
