"""The one place where it is decided what becomes of a post."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ptgbot.catalogue import TABLES
from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.core.commands import Refused
from ptgbot.core.documents import Document, Table
from ptgbot.features.openspaces.deciding import Decision, Desk
from ptgbot.features.openspaces.model import CHOICES, POSTS, Choices, Fate, Lane, Post
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.schedule.model import CALENDAR, ROOMS, CalendarEntry
from ptgbot.features.schedule.model import Room as BookedRoom
from tests.fakes import MemoryStore

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = Rules(days=(date(2026, 11, 23),), rooms=(Room("B123"), Room("Z123"), Room("9", ("09", "Nine"))))
DESK = Desk(Event(), OpenSpaceSettings(rules=RULES))


def post(number: int = 1, start: datetime | None = NOW + 60 * MINUTE, **how: Any) -> Post:
    """Return a post about something of 45 minutes."""
    end = None if start is None else start + 45 * MINUTE
    made = Post(
        f"x/{number}", number, "x/7", "@ada", NOW, "Chess", "", Lane.OUTGOING, room="B123", start=start, end=end
    )
    return replace(made, **how)


def store(table: Table[Any] = POSTS, *documents: Document) -> MemoryStore:
    made = MemoryStore(TABLES)
    put(made, table, *documents)
    return made


def put(made: MemoryStore, table: Table[Any], *documents: Document) -> None:
    draft = Draft(made.view)
    for document in documents:
        draft.put(table, document)
    made.commit(draft.edits(), at=NOW)


def decide(made: MemoryStore, about: Post, *, host: bool = False, **said: Any) -> Post:
    return DESK.decide(made.view, about, Decision(**said), by="olga", decider="irc/olga", at=NOW, host=host)


@pytest.mark.parametrize(
    ("seconds", "fate"),
    [
        (15 * 60, Fate.OPEN),
        (29 * 60 + 59, Fate.OPEN),
        (30 * 60, Fate.APPROVED),
        (30 * 60 + 1, Fate.APPROVED),
        (31 * 60, Fate.APPROVED),
        (0, Fate.OPEN),
        (-30 * 60, Fate.OPEN),
    ],
)
def test_what_begins_in_less_than_thirty_minutes_always_needs_approval(seconds: int, fate: Fate) -> None:
    start = NOW + timedelta(seconds=seconds)
    for chosen in (None, True):
        made = store(CHOICES, Choices(chosen))
        assert DESK.judged(made.view, post(start=start), at=NOW).fate is fate
    made = store(CHOICES, Choices(auto_send=False))
    assert DESK.judged(made.view, post(start=start), at=NOW).fate is Fate.OPEN


@pytest.mark.parametrize(
    ("minutes", "length", "taken"),
    [
        (0, 45, True),
        (44, 45, True),
        (45, 45, False),
        (-44, 45, True),
        (-45, 45, False),
        (-60, 60, False),
        (-60, 61, True),
        (-60, 240, True),
        (10, 5, True),
    ],
)
def test_a_room_is_taken_from_the_start_to_the_end_and_not_at_the_end(
    minutes: int, length: int, *, taken: bool
) -> None:
    made = store(POSTS, post(fate=Fate.APPROVED))
    start = NOW + (60 + minutes) * MINUTE
    other = post(2, start, end=start + length * MINUTE)
    assert (DESK.taken(made.view, other) is not None) is taken
    assert DESK.taken(made.view, replace(other, room="Z123")) is None


@pytest.mark.parametrize(
    "how", [{"fate": Fate.DENIED}, {"fate": Fate.CANCELLED}, {"fate": Fate.WITHDRAWN}, {"lane": Lane.REVIEW}]
)
def test_only_what_may_take_place_takes_a_room(how: dict[str, Any]) -> None:
    assert DESK.taken(store(POSTS, post(**how)).view, post(2)) is None


@pytest.mark.parametrize("name", ["9", "Room 09", "nine"])
def test_the_schedule_takes_a_room_by_any_of_its_names(name: str) -> None:
    made = store(ROOMS, BookedRoom(name, 0, ("A",)))
    entry = CalendarEntry("b", "nova", name, NOW + 90 * MINUTE, NOW + 120 * MINUTE, NOW)
    put(made, CALENDAR, entry)
    taken = DESK.taken(made.view, post(room="9"))
    assert taken is not None
    assert DESK.say_taken(post(room="9"), taken) == "9 is taken by #nova from Mon 13:30 UTC to 14:00."
    put(made, CALENDAR, replace(entry, cancelled=True))
    assert DESK.taken(made.view, post(room="9")) is None


def test_who_decided_and_when_stays_with_the_post() -> None:
    waiting = post(reason="it waits")
    made = store(POSTS, waiting)
    assert decide(made, waiting, room="room nine", fate=Fate.APPROVED) == replace(
        waiting, room="9", fate=Fate.APPROVED, reason="", by="olga", decider="irc/olga", decided=NOW, version=1
    )


def test_another_room_keeps_the_time_and_another_start_the_length() -> None:
    long = post(end=NOW + 180 * MINUTE, fate=Fate.APPROVED)
    made = store(POSTS, long)
    moved = decide(made, long, room="Z123")
    assert (moved.room, moved.start, moved.end, moved.fate) == ("Z123", long.start, long.end, Fate.APPROVED)
    later = decide(made, long, start=NOW + 120 * MINUTE)
    assert later.end == NOW + 240 * MINUTE
    assert decide(made, post(start=None), start=NOW + 120 * MINUTE).end == NOW + 165 * MINUTE


def test_what_was_approved_is_not_moved_to_a_time_at_which_nobody_could_stop_it() -> None:
    approved = post(fate=Fate.APPROVED)
    moved = decide(store(POSTS, approved), approved, start=NOW + 20 * MINUTE)
    assert (moved.lane, moved.fate, moved.reason) == (Lane.OUTGOING, Fate.OPEN, "it begins in less than 30 minutes")


def test_what_is_moved_into_a_taken_room_is_a_conflict_whoever_moves_it() -> None:
    approved = post(2, room="Z123", fate=Fate.APPROVED)
    made = store(POSTS, post(fate=Fate.APPROVED), approved)
    for host in (False, True):
        moved = decide(made, approved, room="B123", host=host)
        assert (moved.lane, moved.fate) == (Lane.CONFLICT, Fate.OPEN)


def test_nothing_said_changes_nothing() -> None:
    approved = post(fate=Fate.APPROVED)
    made = store(POSTS, approved)
    assert decide(made, approved) == approved
    assert decide(made, approved, room="b-123", start=approved.start, host=True) == approved


@pytest.mark.parametrize(
    ("how", "said", "words"),
    [
        ({}, {"version": 3}, "p1 was changed meanwhile: please look at it again, then decide."),
        (
            {"fate": Fate.WITHDRAWN},
            {"fate": Fate.APPROVED},
            "p1 was deleted by its author: nothing more can be decided",
        ),
        (
            {"fate": Fate.DENIED},
            {"fate": Fate.CANCELLED, "host": True},
            "p1 was denied: only an organiser can change that.",
        ),
        ({"fate": Fate.CANCELLED}, {"room": "9", "host": True}, "p1 is cancelled. Please write a new post, or ask an"),
        ({"room": ""}, {"fate": Fate.APPROVED}, "p1 has no room yet: say ~post p1 room R time T approve."),
        ({"room": "", "start": None}, {"fate": Fate.APPROVED}, "p1 has no room and no time yet:"),
        ({"fate": Fate.APPROVED}, {"fate": Fate.APPROVED}, "p1 is approved already."),
        ({}, {"room": "B12"}, "There is no room 'B12' for open spaces. There is: B123, Z123, 9."),
        ({}, {"start": NOW, "end": NOW}, "It has to end after it begins."),
        ({"start": NOW - 60 * MINUTE}, {"fate": Fate.APPROVED}, "p1 was over at Mon 11:45 UTC:"),
        ({"start": NOW - 60 * MINUTE}, {"fate": Fate.CANCELLED}, "p1 is over: there is nothing to cancel."),
        ({"start": NOW - 60 * MINUTE}, {"room": "9", "host": True}, "p1 is over: there is nothing to change."),
        ({"fate": Fate.DENIED}, {"fate": Fate.DENIED}, "p1 is denied already."),
    ],
)
def test_what_cannot_be_says_why(how: dict[str, Any], said: dict[str, Any], words: str) -> None:
    about = post(**how)
    with pytest.raises(Refused) as refused:
        decide(store(POSTS, about), about, **said)
    assert str(refused.value).startswith(words)


def test_what_is_approved_twice_at_once_is_approved_once() -> None:
    both = post(1), post(2)
    made = store(POSTS, *both)
    put(made, POSTS, decide(made, replace(both[0], lane=Lane.REVIEW), fate=Fate.DENIED))
    assert decide(made, both[1], fate=Fate.APPROVED).lives
    with pytest.raises(Refused, match="B123 is taken by p2"):
        decide(made, both[0], fate=Fate.APPROVED)
