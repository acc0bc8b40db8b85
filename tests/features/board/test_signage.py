"""What stands on the big screen: in which room something is on, until when, and what follows."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ptgbot.features.board.signage import SignagePage
from ptgbot.features.presence.model import CheckIn
from ptgbot.features.schedule.model import Booking, Day, Room, Slot, Track
from ptgbot.features.topics.model import Links, Now, Topic
from ptgbot.site.html import Templates
from ptgbot.store.state import State
from tests.build import AT, BERLIN, make_state, put
from tests.pages import CountedHtml, tags, text_of

# It is Tuesday, 14:05 in Berlin.
TUESDAY = Day(
    "Tuesday",
    0,
    (
        Slot("Tue1", "09:00-10:30"),
        Slot("Tue2", "13:30-15:00"),
        Slot("Tue3", "15:00-16:30"),
        Slot("Tue4", "17:00-18:00"),
    ),
)
CODES = tuple(slot.name for slot in TUESDAY.slots)
ASPEN, BIRCH = Room("Aspen", 0, CODES), Room("Birch", 1, CODES)
TRACKS = [Track(name, "teal") for name in ("docs", "nova", "swift")]


def booked(*places: tuple[str, str, str]) -> State:
    """Return the event with tracks in rooms and slots."""
    bookings = [Booking(f"b{number}", *place, 0, AT) for number, place in enumerate(places)]
    return make_state(TUESDAY, ASPEN, BIRCH, TRACKS, bookings)


def render(state: State, now: datetime = AT) -> str:
    return SignagePage(BERLIN, Templates(BERLIN), lambda _: {"Aspen": "aspen"}).render("", state.public, now).decode()


def signs(state: State, now: datetime = AT) -> list[str]:
    """Return what each sign says."""
    page = render(state, now).partition('<ul class="doors">')[2].partition('<section class="plan')[0]
    return [text_of(f'<li class="door{sign}') for sign in page.split('<li class="door')[1:]]


def test_a_room_shows_who_has_it_until_when_and_who_follows() -> None:
    state = booked(("nova", "Aspen", "Tue2"), ("docs", "Aspen", "Tue4"))
    put(state, Topic("nova", Now("Cells", AT)))

    assert signs(state) == [
        "Aspen until 15:00 nova since 14:05 Cells 17:00 docs",
        "Birch Free for the rest of the day",
    ]


def test_slots_in_a_row_are_one_stay() -> None:
    state = booked(("nova", "Aspen", "Tue2"), ("nova", "Aspen", "Tue3"), ("docs", "Birch", "Tue3"))

    assert signs(state) == ["Aspen until 16:30 nova", "Birch Free until 15:00 15:00 docs"]


def test_what_is_on_is_where_people_say_and_else_where_the_track_has_a_room() -> None:
    state = booked(("nova", "Aspen", "Tue2"), ("docs", "Birch", "Tue2"))
    put(state, Topic("nova", Now("Moved", AT), (), "BIRCH"), Topic("docs", Now("Here", AT)))

    assert signs(state) == [
        "Aspen until 15:00 nova is in BIRCH",
        "Birch until 15:00 docs since 14:05 Here nova since 14:05 Moved",
    ]


def test_other_places_come_after_the_rooms_and_talks_without_a_place_last_each_by_itself() -> None:
    state = booked()
    put(
        state,
        Topic("docs", Now("One", AT)),
        Topic("nova", Now("Two", AT), ("Three",)),
        Topic("swift", Now("Four", AT), (), "Hallway"),
    )

    assert signs(state)[2:] == [
        "Hallway swift since 14:05 Four",
        "Somewhere docs since 14:05 One",
        "Somewhere nova since 14:05 Two Next Three",
    ]


def test_more_than_a_sign_holds_goes_onto_a_second_one() -> None:
    state = booked()
    names = [f"t{number}" for number in range(4)]
    put(state, [Topic(name, Now("x", None), (), "Aspen") for name in names])

    assert signs(state) == ["Aspen t0 x t1 x t2 x", "Aspen t3 x", "Birch Free for the rest of the day"]


def test_a_topic_that_may_be_over_says_so() -> None:
    state = booked()
    put(state, Topic("nova", Now("Cells", AT - timedelta(hours=1)), (), "Aspen"))

    assert signs(state)[0] == "Aspen nova since 13:05 perhaps over Cells"


def test_a_room_can_be_found_by_its_name_and_by_its_slug() -> None:
    found = [(of["data-room"], of.get("data-slug")) for _, of in tags(render(booked())) if "data-room" in of]

    assert found == [("Aspen", "aspen"), ("Birch", None), ("Aspen", "aspen"), ("Birch", None)]


def test_the_plan_marks_what_is_over_and_what_is_on() -> None:
    shown = [of.get("class") for tag, of in tags(render(booked())) if tag == "th" and of.get("scope") == "col"]

    assert shown == [None, "past", "runs", None, None]


@pytest.mark.parametrize(
    ("document", "count"),
    [
        (Topic("nova", Now("Something else", AT), (), "Aspen"), {"board/signage_sign.html": 1}),
        (Booking("new", "docs", "Birch", "Tue4", 0, AT), {"board/signage_sign.html": 1, "board/signage_line.html": 1}),
        (replace(TUESDAY, position=1), {}),
    ],
)
def test_only_the_signs_and_lines_that_differ_are_made_again(document: Any, count: dict[str, int]) -> None:
    state = booked(("nova", "Aspen", "Tue2"))
    html = CountedHtml(Templates(BERLIN))
    page = SignagePage(BERLIN, html)
    page.render("", state.public, AT)
    html.counts.clear()
    put(state, document)
    page.render("", state.public, AT)
    made = {name: number for name, number in html.counts.items() if name != "board/signage.html"}

    assert made == count


def test_the_page_turns_when_a_slot_ends_or_a_topic_may_be_over() -> None:
    state = booked()
    page = SignagePage(BERLIN, Templates(BERLIN))
    first = page.turns("", state.public, AT)
    put(state, Topic("nova", Now("Cells", AT - timedelta(minutes=40))))

    assert first == AT + timedelta(minutes=55)
    assert page.turns("", state.public, AT) == AT + timedelta(minutes=5)


def test_people_links_and_what_is_not_for_walls_leave_the_page_alone() -> None:
    state = booked(("nova", "Aspen", "Tue2"))
    before = render(state)
    page = SignagePage(BERLIN, Templates(BERLIN))
    changes = [
        put(state, CheckIn("irc/~ada", "ada", "#nova", AT)),
        put(state, Links("nova", "https://pad.example.org")),
    ]

    assert [list(page.touched(made, state.public)) for made in changes] == [[], []]
    assert render(state) == before
