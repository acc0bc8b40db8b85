"""``now``, ``next`` and what belongs to them."""

from dataclasses import replace

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.features.schedule.model import TRACKS, room_today
from ptgbot.features.topics.model import Now, clean, is_link, links_of, put_links, put_topic, topic_of

__all__ = ["COMMANDS"]


def _spoken(call: Call, draft: Draft, room: str | None) -> Outcome:
    """Succeed in silence, unless the track has no room today: then people may be looking for it."""
    reply = "" if room else f"Done, but note that no room is scheduled for {call.track} today."
    return Outcome(draft.edits(), reply)


def _now(call: Call) -> Outcome:
    topic = topic_of(call.view, call.track)
    room = room_today(call.view, call.event, call.at, call.track)
    draft = Draft(call.view)
    put_topic(
        draft,
        replace(topic, now=Now(call.arguments.text("TEXT"), call.at), next=(), location=topic.location or room or ""),
    )
    return _spoken(call, draft, room)


def _next(call: Call) -> Outcome:
    topic = topic_of(call.view, call.track)
    room = room_today(call.view, call.event, call.at, call.track)
    draft = Draft(call.view)
    put_topic(draft, replace(topic, next=(*topic.next, call.arguments.text("TEXT"))))
    return _spoken(call, draft, room)


def _clean(call: Call) -> Outcome:
    draft = Draft(call.view)
    put_topic(draft, clean(topic_of(call.view, call.track)))
    return Outcome(draft.edits())


def _location(call: Call) -> Outcome:
    draft = Draft(call.view)
    put_topic(draft, replace(topic_of(call.view, call.track), location=call.arguments.text("TEXT")))
    return Outcome(draft.edits())


def _link(call: Call, name: str, default: str) -> str:
    word = call.arguments.text("URL")
    if word.lower() == default:
        return ""
    if not is_link(word):
        raise Refused(f"'{quote(word)}' is no link: say '{name}' with an http or https address, or '{name} {default}'.")
    return word


def _etherpad(call: Call) -> Outcome:
    draft = Draft(call.view)
    put_links(draft, replace(links_of(call.view, call.track), etherpad=_link(call, "etherpad", "auto")))
    return Outcome(draft.edits())


def _url(call: Call) -> Outcome:
    draft = Draft(call.view)
    put_links(draft, replace(links_of(call.view, call.track), url=_link(call, "url", "none")))
    return Outcome(draft.edits())


def _clean_tracks(call: Call) -> Outcome:
    names = [name.lower().removeprefix("#") for name in call.arguments.words("TRACK")]
    unknown = [name for name in names if call.view.get(TRACKS, name) is None]
    if unknown:
        raise Refused(f"Nothing was cleaned: unknown track {quote(', '.join(unknown))}.")
    draft = Draft(call.view)
    for name in names:
        put_topic(draft, clean(topic_of(call.view, name)))
    return Outcome(draft.edits())


COMMANDS = (
    Command(
        Door.TRACK,
        "now",
        "says what is discussed now, and clears what was next",
        _now,
        (Parameter.text("TEXT"),),
        example="discussing cells",
        note="Words such as #neutron become badges on the page, addresses become links.",
    ),
    Command(
        Door.TRACK,
        "next",
        "adds to what comes next",
        _next,
        (Parameter.text("TEXT"),),
        example="placement at 15:00",
    ),
    Command(Door.TRACK, "clean", "removes what is now and next", _clean, aliases=("clear",)),
    Command(
        Door.TRACK,
        "location",
        "says where the track is; without text it is forgotten",
        _location,
        (Parameter.text("TEXT", optional=True),),
        example="on the terrace",
    ),
    Command(
        Door.TRACK,
        "etherpad",
        "sets the track's pad; 'auto' goes back to the one made for the event",
        _etherpad,
        (Parameter.word("URL"),),
        example="https://example.org/p/nova",
    ),
    Command(
        Door.TRACK,
        "url",
        "sets the track's meeting; 'none' removes it",
        _url,
        (Parameter.word("URL"),),
        example="https://example.org/meet/nova",
    ),
    Command(
        Door.ADMIN,
        "clean",
        "removes what is now and next of tracks",
        _clean_tracks,
        (Parameter.words("TRACK"),),
        example="nova docs",
        aliases=("clear",),
    ),
)
