"""One table for every network: what is said, by whom and where, and the whole state that follows.

``run_table`` goes through it with whatever says things and shows the state, so that all networks can be compared.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from ptgbot.catalogue import TABLES
from ptgbot.core.deliveries import DELIVERIES
from ptgbot.core.documents import Table, View
from ptgbot.core.messages import Target
from ptgbot.features.bulletins.model import CARDS, RECEIPTS
from ptgbot.features.history.model import HISTORY, TRACES
from ptgbot.features.openspaces.model import CHOICES, OPENSPACES, POSTS
from ptgbot.features.openspaces.rules import Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.reminders.model import NUMBERS, REMINDERS, SPEAKERS
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import CALENDAR
from tests.talk import EVENT, SAMPLE, quick_talk

__all__ = [
    "OF_OPENSPACES",
    "OF_REMINDERS",
    "PEOPLE",
    "STEPS",
    "TIME",
    "URL",
    "Snapshot",
    "Step",
    "begin",
    "fetch",
    "run_table",
    "snapshot",
]

Snapshot = dict[str, dict[str, Any]]

URL = "https://example.org/base.json"
TIME = "a time"  # stands for every instant
PEOPLE = ("ada", "olga")  # an attendee and an organiser
NETWORK = "NETWORK"
# What the event wants, for every network that is held against the table.
OF_REMINDERS = ReminderSettings(slots=(), nudges=False, approve=True, targets=(Target("x", "timeline"),))
OF_OPENSPACES = OpenSpaceSettings(rules=Rules(zone=EVENT.zone))
# What follows from the rest.
_FOLLOWERS = (HISTORY, TRACES, CALENDAR, DELIVERIES, RECEIPTS, CARDS, OPENSPACES)
_LEFT_OUT = {  # what differs by where and how something was said
    REMINDERS.name: (
        "id",
        "subject",
        "place",
        "identity",
        "name",
        "ticket",
        "receipt",
        "since",
        "due",
        "start",
        "via",
        "why",
    ),
    POSTS.name: "source digest former version link decider".split(),
}


@dataclass(frozen=True)
class Step:
    """Something that is said.

    Args:
        who: One of PEOPLE.
        text: What; ``{ada}`` stands for what Ada is called there.
        after: What it changes: by table and key the document as it is then, None where there is none any more.
        private: Whether it is said to the bot alone.
    """

    who: str
    text: str
    after: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    private: bool = False


def topic(track: str, now: str = "", *following: str, location: str = "") -> dict[str, Any]:
    said = {"text": now, "since": TIME, "imported": None} if now else None
    return {track: {"track": track, "now": said, "next": list(following), "location": location}}


def links(track: str, etherpad: str = "", url: str = "") -> dict[str, Any]:
    return {track: {"track": track, "etherpad": etherpad, "url": url}}


def booking(track: str, room: str, slot: str, revision: int = 0) -> dict[str, Any]:
    made = {"track": track, "room": room, "slot": slot, "revision": revision, "changed": TIME, "title": "", "url": ""}
    return {f"{room}-{slot}": made}


def check_in(who: str, location: str, *, left: bool = False) -> dict[str, Any]:
    there = {"identity": f"<{who}>", "nick": who, "location": location, "since": TIME, "left": TIME if left else None}
    return {f"<{who}>": there}


def subscription(who: str, pattern: str) -> dict[str, Any]:
    return {f"<{who}>": {"identity": f"<{who}>", "network": NETWORK, "nick": who, "pattern": pattern}}


def wish(who: str, quiet: str = "", **tracks: int) -> dict[str, Any]:
    wanted = [[track, minutes] for track, minutes in tracks.items()]
    held = {"identity": f"<{who}>", "network": NETWORK, "nick": who, "tracks": wanted, "quiet": quiet}
    return {f"<{who}>": held}


_GAMES = "Board games & more, Aspen, tomorrow 15:00"


def number(kind: str, last: int) -> dict[str, Any]:
    return {kind: {"kind": kind, "last": last}}


def planned(number: int, kind: str, **more: Any) -> dict[str, Any]:
    usual = {"lead": 0, "track": "", "text": "", "state": "planned", "approval": "", "asked": False}
    return {"reminders": {f"{kind}{number}": {"number": number, "kind": kind, **usual, **more}}}


def post(room: str, start: str, end: str, *, fate: str, by: str = "") -> dict[str, Any]:
    said = {
        "number": 1,
        "author": "<ada>",
        "name": "ada",
        "at": TIME,
        "text": _GAMES,
        "lane": "outgoing",
        "fate": fate,
        "reason": "",
        "room": room,
        "start": f"2026-11-24T{start}:00+00:00",
        "end": f"2026-11-24T{end}:00+00:00",
        "by": by,
        "decided": TIME if by else None,
        "replied": True,
        "same_as": "",
    }
    return {"p1": said}


def motd(*notices: tuple[str, str]) -> dict[str, Any]:
    return {"motd": {"notices": [{"level": level, "text": text} for level, text in notices]}}


def color(track: str, color: str) -> dict[str, Any]:
    return {track: {"name": track, "color": color}}


_LUNCH, _FIRE = ("info", "Lunch is at 12:30 & in the hall"), ("danger", "Fire drill <now>")
_PAD, _MEETING = "https://example.org/p/nova?a=1&b=2", "https://example.org/meet/nova"
_ROOM = "Ballroom A"

STEPS = (
    Step("ada", "#nova now cells & <pods>", {"topics": topic("nova", "cells & <pods>", location=_ROOM)}),
    Step(
        "ada",
        "#nova next placement at 15:00",
        {"topics": topic("nova", "cells & <pods>", "placement at 15:00", location=_ROOM)},
    ),
    Step("ada", "#nova undo", {"topics": topic("nova", "cells & <pods>", location=_ROOM)}),
    Step("ada", "#NOVA   NEXT  *lunch*", {"topics": topic("nova", "cells & <pods>", "*lunch*", location=_ROOM)}),
    Step("ada", "#docs now  first   steps", {"topics": topic("docs", "first steps")}),
    Step("ada", "#docs location on the terrace", {"topics": topic("docs", "first steps", location="on the terrace")}),
    Step("ada", "#nova clear", {"topics": topic("nova", location=_ROOM)}),
    Step("ada", "#nova now again", {"topics": topic("nova", "again", location=_ROOM)}, private=True),
    Step("ada", f"#nova etherpad {_PAD}", {"links": links("nova", _PAD)}),
    Step("ada", f"#nova url {_MEETING}", {"links": links("nova", _PAD, _MEETING)}),
    Step("ada", "#nova etherpad auto", {"links": links("nova", "", _MEETING)}),
    Step("ada", "#nova etherpad javascript:alert(1)"),
    Step("ada", "#nvoa now a slip"),
    Step("ada", "#docs book Ballroom A-TueA1", {"bookings": booking("docs", _ROOM, "TueA1")}),
    Step("ada", "#docs book aspen-mona1"),
    Step(
        "ada",
        "#docs move Ballroom A-TueA1 Loft-2-MonP1",
        {"bookings": {f"{_ROOM}-TueA1": None, **booking("docs", "Loft-2", "MonP1", 1)}},
    ),
    Step("ada", "#docs unbook Loft-2-MonP1", {"bookings": {"Loft-2-MonP1": None}}),
    Step("ada", "#docs color rgb(39,163,221)", {"tracks": color("docs", "rgb(39,163,221)")}),
    Step("ada", "+in the pub", {"checkins": check_in("ada", "the pub")}),
    Step("ada", "+in #Swift", {"checkins": check_in("ada", "#swift")}),
    Step("olga", "+seen {ada}"),
    Step("olga", "seen @{ada}", private=True),
    Step("ada", "out", {"checkins": check_in("ada", "#swift", left=True)}, private=True),
    Step("ada", "#subscribe nova|cinder", {"subscriptions": subscription("ada", "nova|cinder")}),
    Step("ada", "subscribe cells <&> rings", {"subscriptions": subscription("ada", "cells <&> rings")}, private=True),
    Step("ada", "+subscribe nova(?= cells)"),
    Step("olga", "+subscribe docs", {"subscriptions": subscription("olga", "docs")}),
    Step("olga", "+unsubscribe", {"subscriptions": {"<olga>": None}}),
    Step("olga", "~add gardening", {"tracks": color("gardening", "a colour")}),
    Step("olga", "#gardening color #123456", {"tracks": color("gardening", "#123456")}),
    Step("olga", "~list"),
    Step("olga", f"~motd add {' '.join(_LUNCH)}", {"motd": motd(_LUNCH)}),
    Step("olga", f"~motd add {' '.join(_FIRE)}", {"motd": motd(_LUNCH, _FIRE)}),
    Step("olga", "~motd reorder 2 1", {"motd": motd(_FIRE, _LUNCH)}),
    Step("olga", "~motd del 1", {"motd": motd(_LUNCH)}),
    Step("olga", "~motd clean", {"motd": {"motd": None}}),
    Step("ada", "~motd add info not mine to say"),
    Step(
        "ada",
        "+remind #nova 10",
        {"wishes": wish("ada", nova=10), **planned(1, "mine", lead=10, track="nova"), "numbers": number("r", 1)},
    ),
    Step("ada", "remind", private=True),
    Step("ada", "quiet 22:00-07:00", {"wishes": wish("ada", "22:00-07:00", nova=10)}, private=True),
    Step("ada", "+remind off #nova", {"wishes": wish("ada", "22:00-07:00"), "reminders": {"mine1": None}}),
    Step("ada", "quiet default", {"wishes": {"<ada>": None}}, private=True),
    Step("ada", "~remind tomorrow 9:00 not mine to say"),
    Step(
        "olga",
        "~remind tomorrow 9:00 The buses leave at 18:15",
        {**planned(2, "note", text="The buses leave at 18:15"), "numbers": number("r", 2)},
    ),
    Step(
        "olga",
        "~announce at 17:00 The group photo & more",
        {
            "announcements": {
                "a1": {"number": 1, "text": "The group photo & more", "at": TIME, "places": ["x:timeline"]}
            },
            **planned(0, "announcement", text="The group photo & more", approval="waiting"),
            "numbers": number("a", 1),
        },
    ),
    Step("olga", "~reminders #nova"),
    Step(
        "olga",
        "~approve a1",
        planned(0, "announcement", text="The group photo & more", approval="given"),
    ),
    Step("olga", "~deny a1"),
    Step(
        "olga",
        "~cancel a1",
        planned(
            0,
            "announcement",
            text="The group photo & more",
            approval="given",
            state="cancelled",
        ),
    ),
    Step(
        "ada",
        f"+openspace {_GAMES}",
        {
            "posts": post("Aspen", "14:00", "14:45", fate="approved"),
            **planned(
                0, "openspace", lead=15, text="Board games & more, Aspen, tomorrow 15:00 (Aspen)", approval="given"
            ),
            "numbers": number("p", 1),
        },
    ),
    Step("olga", "~posts"),
    Step(
        "olga",
        "~post p1 room Loft-2 time 15:30 deny",
        {"posts": post("Aspen", "14:00", "14:45", fate="denied", by="olga"), "reminders": {"openspace0": None}},
    ),
    Step("olga", "~stage p7"),
    Step("ada", "+openspace cancel p1"),
    Step("olga", "~openspaces"),
    Step("olga", "~openspaces auto off", {"openspace_choices": {"openspaces": {"auto_send": False}}}),
    Step("olga", "~openspaces auto on", {"openspace_choices": {"openspaces": {"auto_send": True}}}),
    Step("olga", "~ignore x/@spam", {"ignored": {"x/@spam": {"author": "x/@spam", "name": "@spam"}}}),
    Step("olga", "~unignore x/@spam", {"ignored": {"x/@spam": None}}),
    Step("ada", "~posts"),
    Step("olga", "~requirevoice", {"access": {"access": {"voice_required": True}}}),
    Step("ada", "#nova now without voice"),
    Step("olga", "#nova now with rights", {"topics": topic("nova", "with rights", location=_ROOM)}),
    Step("olga", "~alloweveryone", {"access": {"access": None}}),
    Step(
        "olga", "~clean nova docs", {"topics": topic("nova", location=_ROOM) | topic("docs", location="on the terrace")}
    ),
    Step(
        "olga",
        "~undo",
        {
            "topics": topic("nova", "with rights", location=_ROOM)
            | topic("docs", "first steps", location="on the terrace")
        },
    ),
    Step("olga", "~log 3 #nova"),
    Step("olga", "~del gardening", {"tracks": {"gardening": None}}),
    Step("ada", "+help now"),
    Step("ada", "help", private=True),
    Step("ada", "+more"),
    Step("ada", "unlink", private=True),
    Step("ada", "+my data"),
    Step("ada", "good morning, all"),
    Step("ada", "+1"),
    Step(
        "ada",
        "forget me yes",
        {
            "checkins": {"<ada>": None},
            "subscriptions": {"<ada>": None},
            "posts": {"p1": None},
            "speakers": {"docs": None},
        },
        private=True,
    ),
    Step("olga", "+in #docs", {"checkins": check_in("olga", "#docs")}),
    Step("olga", "~newday", {"topics": {"nova": None, "docs": None}, "checkins": {"<olga>": None}}),
)


async def fetch(url: str) -> bytes:
    """Return the event that the table begins with; to be the ``fetch`` of a bot."""
    assert url == URL
    return orjson.dumps(SAMPLE)


def snapshot(view: View, cast: Mapping[str, str], network: str) -> Snapshot:
    """Return the state without what differs from one run or network to another.

    Args:
        view: The whole state.
        cast: Of each of PEOPLE, the key of the identity and the name for people to read, such as
            ``{"irc/~ada": "<ada>", "Ada": "ada"}``.
        network: The network's name.
    """
    known = {**cast, network: NETWORK}
    found: Snapshot = {}
    tables: tuple[Table[Any], ...] = TABLES
    for table in tables:
        if table in _FOLLOWERS:
            continue
        documents = found[table.name] = {}
        for key, document in view.all(table).items():
            raw = {name: _shown(name, value, known) for name, value in orjson.loads(orjson.dumps(document)).items()}
            if table.name == "bookings":
                del raw["id"]
            for name in _LEFT_OUT.get(table.name, ()):
                raw.pop(name, None)
            if raw.get("name") == "gardening" and raw["color"] != "#123456":
                raw["color"] = "a colour"  # drawn by lot
            place = f"{raw['room']}-{raw['slot']}" if table.name == "bookings" else key
            if table in (REMINDERS, POSTS):
                place = f"{raw.get('kind', 'p')}{raw['number']}"
            documents[known.get(place, place)] = raw
    return found


def _shown(name: str, value: Any, known: Mapping[str, str]) -> Any:
    if name in ("since", "left", "changed", "at", "decided") and value is not None:
        return TIME
    if isinstance(value, dict):
        return {inner: _shown(inner, one, known) for inner, one in value.items()}
    is_of_people = name in ("identity", "network", "nick", "author", "name", "by") and isinstance(value, str)
    return known.get(value, value) if is_of_people else value


def begin() -> Snapshot:
    """Return the state that the table begins with, once the event is imported."""
    return snapshot(quick_talk().store.view, {}, "irc")


async def run_table(
    say: Callable[[str, str, bool], Awaitable[object]], shown: Callable[[], Snapshot], names: Mapping[str, str]
) -> None:
    """Go through the table and compare the whole state after each step.

    Args:
        say: Has one of PEOPLE say a text, in private or not; done once all that follows is in the state.
        shown: Returns the ``snapshot`` of the moment.
        names: What each of PEOPLE is called there.
    """
    empty: Snapshot = {name: {} for name in begin()}
    assert shown() == empty
    await say("olga", f"~fetchdb {URL}", False)
    expected = begin()
    assert shown() == expected
    for step in STEPS:
        for table, documents in step.after.items():
            merged = {**expected[table], **documents}
            expected[table] = {key: document for key, document in merged.items() if document is not None}
        expected[SPEAKERS.name].update(_spoken(step))
        await say(step.who, step.text.format_map(names) if "{" in step.text else step.text, step.private)
        found = shown()
        assert found == expected, (step, [(n, found[n], expected[n]) for n in expected if found[n] != expected[n]])
    await say("olga", "~emptydb", False)
    found = shown()
    kept = {NUMBERS.name, CHOICES.name}  # no number is ever given again; a choice is no content
    assert found == {name: expected[name] if name in kept else {} for name in expected}, found


def _spoken(step: Step) -> dict[str, Any]:
    """Return who spoke for which track by a step."""
    track, _, verb = step.text.removeprefix("#").partition(" ")
    if not step.text.startswith("#") or "topics" not in step.after or verb == "undo":
        return {}
    held = {"track": track.lower(), "identity": f"<{step.who}>", "network": NETWORK, "name": step.who}
    return {track.lower(): held}
