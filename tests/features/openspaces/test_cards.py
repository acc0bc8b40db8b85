"""The card of a post, for every way in which a post can stand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.core.changes import Draft
from ptgbot.core.panels import Button, Card, Choice, Entry, Field, Sign, filled
from ptgbot.features.openspaces.cards import card_of, moved_card
from ptgbot.features.openspaces.model import Fate, Lane, Post
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.openspaces.telling import Teller
from ptgbot.features.reminders.model import REMINDERS, Approval, Kind, Reminder, State
from tests.talk import EVENT, quick_talk

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
RULES = Rules(zone=ZoneInfo("Europe/Berlin"), rooms=(Room("14"), Room("Forum Hall")))
POST = Post(
    source="mastodon/1795",
    number=41,
    author="mastodon/ada",
    name="@ada",
    at=NOON,
    text="Chess, Room 14, 15:05",
    link="https://example.org/@ada/1795",
    lane=Lane.OUTGOING,
    reason="it begins in less than 30 minutes",
    room="14",
    start=NOON + timedelta(hours=3, minutes=5),
    end=NOON + timedelta(hours=3, minutes=50),
    version=3,
)
ALL = ("day", "time", "room")
BUTTONS = (
    Button("Approve", command="~post p41 room {room} time {time} day {day} approve", primary=True, needs=ALL),
    Button("Deny", command="~deny p41", danger=True),
    Button("Save without approving", command="~post p41 room {room} time {time} day {day}", needs=ALL),
)
SAVED = {"by": "Olga", "decided": NOON}
WHERE = "Mon 23 Nov 15:05 CET to 15:50 in 14"


def card(post: Post, *reminders: Reminder, rules: Rules = RULES) -> Card:
    store = quick_talk().store
    draft = Draft(store.view)
    for reminder in reminders:
        draft.put(REMINDERS, reminder)
    if reminders:
        store.commit(draft.edits(), at=NOON)
    return card_of(post, store.view, EVENT, rules, Teller(EVENT, OpenSpaceSettings(rules=rules)))


def test_a_card_has_all_that_there_is_to_decide() -> None:
    assert card(POST) == Card(
        name="p41",
        version="3",
        heading="p41: @ada on Mastodon",
        quote="Chess, Room 14, 15:05",
        lines=("Posted on Mon 23 Nov 12:00 CET: https://example.org/@ada/1795",),
        fields=(
            Field("day", "Date", entry=Entry.DATE, initial="2026-11-23"),
            Field("time", "Time", entry=Entry.TIME, initial="15:05"),
            Field("room", "Room", (Choice("14", "14"), Choice("Forum Hall", "Forum Hall")), initial="14"),
        ),
        buttons=BUTTONS,
        sign=Sign.WAITS,
        footer="Needs approval: it begins in less than 30 minutes.",
        since=NOON,
    )


@pytest.mark.parametrize(
    ("changes", "sign", "footer"),
    [
        (
            {"fate": Fate.APPROVED, "reason": ""},
            Sign.GOOD,
            f"Approved by itself, since it says one room and one time and the room is free: {WHERE}.",
        ),
        ({"fate": Fate.APPROVED, **SAVED}, Sign.GOOD, f"Approved by Olga on Mon 23 Nov 12:00 CET: {WHERE}."),
        ({"fate": Fate.DENIED, **SAVED}, Sign.ENDED, "Denied by Olga on Mon 23 Nov 12:00 CET."),
        ({"fate": Fate.CANCELLED}, Sign.ENDED, "Cancelled by its host."),
        ({"fate": Fate.CANCELLED, **SAVED}, Sign.ENDED, "Cancelled by Olga on Mon 23 Nov 12:00 CET."),
        (
            {"reason": "it waits for approval", **SAVED},
            Sign.WAITS,
            f"Needs approval: it waits for approval. Saved by Olga on Mon 23 Nov 12:00 CET: {WHERE}.",
        ),
        ({"lane": Lane.REVIEW, "reason": "two rooms"}, Sign.WAITS, "Needs a person: two rooms."),
        ({"lane": Lane.CONFLICT, "reason": "14 is taken by p4"}, Sign.WARNS, "Conflict: 14 is taken by p4."),
        ({"lane": Lane.ASIDE, "reason": ""}, Sign.ENDED, "Nothing is done about it."),
    ],
)
def test_the_footer_says_how_things_stand_who_did_it_and_when(changes: dict[str, Any], sign: Sign, footer: str) -> None:
    drawn = card(replace(POST, **changes))
    assert (drawn.sign, drawn.footer, drawn.buttons) == (sign, footer, BUTTONS)


def test_what_is_not_known_is_left_to_be_chosen() -> None:
    unknown = card(replace(POST, room="", start=None, end=None))
    assert [field.initial for field in unknown.fields] == ["", "", ""]
    approve = unknown.buttons[0]
    assert unknown.lacking(approve, {"room": "14", "time": " "}) == ("Date", "Time")
    assert unknown.lacking(unknown.buttons[1], {}) == ()


def test_without_any_rooms_there_is_nothing_to_pick_one_from() -> None:
    assert [field.name for field in card(POST, rules=replace(RULES, rooms=())).fields] == ["day", "time"]


def test_what_its_author_deleted_is_read_by_nobody_any_more() -> None:
    gone = card(replace(POST, fate=Fate.WITHDRAWN))
    assert gone.text == "p41: @ada on Mastodon\nIts author deleted it."
    assert (gone.fields, gone.buttons) == ((), ())
    moved = moved_card(replace(POST, fate=Fate.WITHDRAWN), "C1")
    assert "Chess" not in moved.text


def test_a_card_that_is_elsewhere_says_where_and_cannot_be_pressed() -> None:
    moved = moved_card(replace(POST, lane=Lane.CONFLICT), "C1")
    assert moved == Card(
        name="p41",
        version="3",
        heading="p41: @ada on Mastodon",
        quote="Chess, Room 14, 15:05",
        sign=Sign.MOVED,
        footer="It belongs to conflicts now.",
        elsewhere="C1",
        since=NOON,
    )


def reminder(place: str, state: State = State.PLANNED, approval: Approval = Approval.GIVEN) -> Reminder:
    due = NOON + timedelta(hours=2, minutes=50)
    return Reminder(f"p41@{place}", 1, Kind.OPENSPACE, "p41", place, due, due, 15, state=state, approval=approval)


@pytest.mark.parametrize(
    ("reminders", "line"),
    [
        ([reminder("irc:#ptg"), reminder("x:timeline")], "Reminder: Mon 23 Nov 14:50 CET to irc:#ptg, x"),
        ([reminder("x:timeline", approval=Approval.WAITING)], "Reminder if it is approved: Mon 23 Nov 14:50 CET to x"),
        ([reminder("x:timeline", State.SENT)], "Reminder sent: Mon 23 Nov 14:50 CET to x"),
        (
            [reminder("irc:#ptg", State.SENT), reminder("x:timeline", State.MISSED, Approval.WAITING)],
            "Reminder sent: Mon 23 Nov 14:50 CET to irc:#ptg · Reminder missed: Mon 23 Nov 14:50 CET to x",
        ),
    ],
)
def test_a_card_says_what_goes_out_when_and_what_did(reminders: list[Reminder], line: str) -> None:
    assert card(POST, *reminders).lines[1:] == (line,)
    assert card(POST, reminder("x:timeline", State.CANCELLED)).lines[1:] == ()


def test_what_is_picked_makes_the_command_that_could_be_typed() -> None:
    picked = {"room": "Forum Hall", "time": "15:05", "day": "2026-11-23"}
    assert [filled(button.command, picked) for button in card(POST).buttons] == [
        "~post p41 room Forum Hall time 15:05 day 2026-11-23 approve",
        "~deny p41",
        "~post p41 room Forum Hall time 15:05 day 2026-11-23",
    ]
