"""``in``, ``out`` and ``seen``."""

from dataclasses import replace
from datetime import datetime

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.identity import account_of
from ptgbot.features.people.model import holdings, is_stranger, own
from ptgbot.features.presence.model import CHECKINS, CheckIn, last_check_ins, nick_key
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
    check_in = CheckIn(call.actor.identity.key, call.actor.name, said, call.at)
    own(draft, CHECKINS, check_in, call.actor)
    return Outcome(draft.edits(), f"You are checked in to {quote(said)}. Thanks! Say 'out' when you leave.")


def _out(call: Call) -> Outcome:
    found = holdings(call.view, CHECKINS, call.actor)
    if not found:
        raise Refused("You never checked in anywhere: say 'in LOCATION' first.")
    here = [check_in for check_in in found if check_in.left is None]
    if not here:
        last = max(found, key=lambda check_in: check_in.since)
        assert last.left is not None
        raise Refused(f"You checked out of {quote(last.location)} already, at {_when(call, last.left)}.")
    draft = Draft(call.view)
    whose, nick = call.actor.identity.key, call.actor.name
    if found[0].identity == whose:
        # What is under the nick as well may be of somebody else who had it: it ends, and does not become theirs.
        for check_in in here:
            now_called = nick if check_in.identity == whose else check_in.nick
            draft.put(CHECKINS, replace(check_in, nick=now_called, left=call.at))
    else:
        newest = max(here, key=lambda check_in: check_in.since)
        own(draft, CHECKINS, replace(newest, identity=whose, nick=nick, left=call.at), call.actor)
    places = " and ".join(dict.fromkeys(quote(check_in.location) for check_in in here))
    return Outcome(draft.edits(), f"You are checked out of {places}. Thanks!")


def _seen(call: Call) -> Outcome:
    said = call.arguments.text("NICK")
    asked = said.removeprefix("@") or said  # how many programs write names
    found = last_check_ins(call.view, asked)
    if not found:
        if " " in said and call.actor.nick is not None:  # where names are nicks, that is more than one
            raise Refused("'seen' takes only NICK: +seen NICK")
        return Outcome(reply=f"{quote(said)} never checked in anywhere.")
    plain = len(found) == 1 and nick_key(asked) == nick_key(found[0].nick)
    return Outcome(reply=" ".join(_whereabouts(call, check_in, plain=plain) for check_in in found))


def _whereabouts(call: Call, check_in: CheckIn, *, plain: bool) -> str:
    """Return where somebody is or was; where their nick is not plainly enough, their account too."""
    who = check_in.nick
    if is_stranger(call.view, check_in.identity, (CHECKINS,)):
        who += " (not logged in)"
    elif not plain and account_of(check_in.identity):
        who += f" (account {account_of(check_in.identity)})"
    if check_in.left is None:
        return f"{who} is in {check_in.location} since {_when(call, check_in.since)}."
    return f"{who} left {check_in.location} at {_when(call, check_in.left)}."


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
        (Parameter.text("NICK"),),
        example="ada",
        note="It finds people by nick and by account.",
    ),
)
