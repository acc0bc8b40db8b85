"""Bookings, tracks and their colours."""

from dataclasses import replace

from ptgbot.core.changes import Draft
from ptgbot.core.color import is_color
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.features.schedule.model import (
    BOOKINGS,
    TRACKS,
    Booking,
    NewBookings,
    Room,
    Track,
    bookings_by_place,
    find_place,
    format_place,
    plan,
    random_color,
    track_name_problem,
)

__all__ = ["COMMANDS"]


def _place(call: Call, code: str) -> tuple[Room, str, Booking | None]:
    found = find_place(call.view, code)
    if found is None:
        raise Refused(f"Slot '{quote(code)}' is unknown: say ROOM-SLOT as the page shows it.")
    room, slot = found
    return room, slot, bookings_by_place(call.view).get((room.name, slot))


def _book(call: Call) -> Outcome:
    room, slot, booking = _place(call, call.arguments.text("ROOM-SLOT"))
    place = format_place(room.name, slot)
    if booking is not None:
        if booking.track == call.track:
            raise Refused(f"Slot '{place}' is booked for {call.track} already.")
        raise Refused(f"Slot '{place}' is taken: {booking.track} has it.")
    draft = Draft(call.view)
    new = NewBookings(call.view, plan(call.view, call.event), at=call.at, new_id=call.new_id)
    draft.put(BOOKINGS, new.make(call.track, room.name, slot))
    return Outcome(draft.edits(), f"{room.name} is now booked on {slot} for {call.track}.")


def _own(call: Call, code: str) -> tuple[Room, str, Booking]:
    room, slot, booking = _place(call, code)
    if booking is None or booking.track != call.track:
        holder = "it is free" if booking is None else f"{booking.track} has it"
        raise Refused(f"Slot '{format_place(room.name, slot)}' is not booked for {call.track}: {holder}.")
    return room, slot, booking


def _unbook(call: Call) -> Outcome:
    room, slot, booking = _own(call, call.arguments.text("ROOM-SLOT"))
    draft = Draft(call.view)
    draft.remove(BOOKINGS, booking.key)
    return Outcome(draft.edits(), f"{room.name} is free again on {slot} (it was booked for {call.track}).")


def _move(call: Call) -> Outcome:
    words = call.arguments.words("ROOM-SLOT ROOM-SLOT")
    splits = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    if not splits:
        raise Refused("'move' needs two slots: #TRACK move ROOM-SLOT ROOM-SLOT")
    # Rooms may hold blanks: take the split of which both sides are slots.
    split = next((s for s in splits if all(find_place(call.view, code) for code in s)), None)
    if split is None and find_place(call.view, " ".join(words)):
        raise Refused("'move' needs two slots: #TRACK move ROOM-SLOT ROOM-SLOT")
    if split is None:
        known = next((s for s in splits if find_place(call.view, s[0])), None)
        unknown = known[1] if known else next((s[0] for s in splits if find_place(call.view, s[1])), " ".join(words))
        raise Refused(f"Slot '{quote(unknown)}' is unknown: say ROOM-SLOT as the page shows it.")
    room, slot, booking = _own(call, split[0])
    new_room, new_slot, holder = _place(call, split[1])
    place = format_place(new_room.name, new_slot)
    if holder is not None:
        raise Refused(f"Slot '{place}' is taken: {holder.track} has it.")
    draft = Draft(call.view)
    revision = booking.revision + 1
    draft.put(BOOKINGS, replace(booking, room=new_room.name, slot=new_slot, revision=revision, changed=call.at))
    return Outcome(draft.edits(), f"{call.track} moved from {format_place(room.name, slot)} to {place}.")


def _color(call: Call) -> Outcome:
    color = call.arguments.text("CSS")
    if not is_color(color):
        raise Refused(f"'{quote(color)}' is no colour: say a CSS colour such as #27a3dd, rgb(39,163,221) or teal.")
    draft = Draft(call.view)
    draft.put(TRACKS, Track(call.track, color))
    return Outcome(draft.edits())


def _list(call: Call) -> Outcome:
    tracks = sorted(call.view.all(TRACKS))
    if not tracks:
        return Outcome(reply="There are no tracks yet: an op can add some with ~add TRACK…")
    return Outcome(reply=f"Tracks: {' '.join(tracks)}")


def _add(call: Call) -> Outcome:
    names = [name.lower().removeprefix("#") for name in call.arguments.words("TRACK")]
    problems = [problem for name in names if (problem := track_name_problem(name))]
    if problems:
        raise Refused(f"Nothing was added: {'; '.join(dict.fromkeys(problems))}.")
    draft = Draft(call.view)
    known = []
    for name in dict.fromkeys(names):
        if call.view.get(TRACKS, name) is None:
            draft.put(TRACKS, Track(name, random_color()))
        else:
            known.append(name)
    reply = f"{', '.join(known)} {'was' if len(known) == 1 else 'were'} there already." if known else ""
    return Outcome(draft.edits(), reply)


COMMANDS = (
    Command(
        Door.TRACK,
        "book",
        "books a free slot of a room",
        _book,
        (Parameter.text("ROOM-SLOT"),),
        example="Ballroom A-Tue3",
    ),
    Command(
        Door.TRACK,
        "unbook",
        "gives a slot of the track back",
        _unbook,
        (Parameter.text("ROOM-SLOT"),),
        example="Ballroom A-Tue3",
    ),
    Command(
        Door.TRACK,
        "move",
        "moves the track from one slot to a free one",
        _move,
        (Parameter.text("ROOM-SLOT ROOM-SLOT"),),
        example="Ballroom A-Tue3 Ballroom A-Tue4",
        note="Calendars that people subscribed to move it too.",
    ),
    Command(
        Door.TRACK,
        "color",
        "sets the colour of the track's badge",
        _color,
        (Parameter.word("CSS"),),
        example="#27a3dd",
    ),
    Command(Door.ADMIN, "list", "names the tracks", _list),
    Command(
        Door.ADMIN,
        "add",
        "adds tracks",
        _add,
        (Parameter.words("TRACK"),),
        example="gardening cooking",
    ),
)
