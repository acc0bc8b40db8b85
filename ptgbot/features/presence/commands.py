"""``in``, ``out`` and ``seen``."""

from dataclasses import replace
from datetime import datetime

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.features.people.model import keys_of
from ptgbot.features.presence.model import CHECKINS, CheckIn, last_check_in
from ptgbot.features.schedule.model import TRACKS, check_track

__all__ = ["COMMANDS"]


def _when(call: Call, instant: datetime) -> str:
    local = call.event.local(instant)
    day = "" if local.date() == call.event.local(call.at).date() else f"{local:%a %d %b} "
    return f"{day}{local:%H:%M} {local.tzname()}"


def _in(call: Call) -> Outcome:
    said = call.arguments.text("LOCATION")
    name = said.lower()
    if said.startswith("#"):
        check_track(call.view, name[1:])
        said = name
    elif call.view.get(TRACKS, name) is not None:
        said = f"#{name}"
    draft = Draft(call.view)
    identity, *others = keys_of(call.actor)
    for key in others:
        draft.remove(CHECKINS, key)
    draft.put(CHECKINS, CheckIn(identity, call.actor.name, said, call.at))
    return Outcome(draft.edits(), f"You are checked in to {quote(said)}. Thanks! Say 'out' when you leave.")


def _out(call: Call) -> Outcome:
    found = [c for key in keys_of(call.actor) if (c := call.view.get(CHECKINS, key)) is not None]
    if not found:
        raise Refused("You never checked in anywhere: say 'in LOCATION' first.")
    check_in = max(found, key=lambda c: c.since)
    if check_in.left is not None:
        raise Refused(f"You checked out of {quote(check_in.location)} already, at {_when(call, check_in.left)}.")
    draft = Draft(call.view)
    for held in found:
        if held.left is None:
            draft.put(CHECKINS, replace(held, left=call.at))
    return Outcome(draft.edits(), f"You are checked out of {quote(check_in.location)}. Thanks!")


def _seen(call: Call) -> Outcome:
    nick = call.arguments.text("NICK")
    check_in = last_check_in(call.view, nick)
    if check_in is None:
        return Outcome(reply=f"{quote(nick)} never checked in anywhere.")
    if check_in.left is None:
        return Outcome(reply=f"{check_in.nick} is in {check_in.location} since {_when(call, check_in.since)}.")
    return Outcome(reply=f"{check_in.nick} left {check_in.location} at {_when(call, check_in.left)}.")


COMMANDS = (
    Command(
        Door.USER,
        "in",
        "tells everybody where you are: a track, or any words",
        _in,
        (Parameter.text("LOCATION"),),
        example="#nova",
    ),
    Command(Door.USER, "out", "tells that you left", _out),
    Command(
        Door.USER,
        "seen",
        "says where somebody is, or was last",
        _seen,
        (Parameter.word("NICK"),),
        example="ada",
    ),
)
