"""What stands on the big screen: in which room something is on, until when, and what follows."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ptgbot.core.clock import Event
from ptgbot.features.board.signage import SignagePage
from ptgbot.features.presence.model import CheckIn
from ptgbot.features.schedule.model import BOOKINGS, Booking, Day, Room, Slot, Track
from ptgbot.features.topics.model import Links, Now, Topic
from ptgbot.site.html import Templates
from ptgbot.store.state import State
from tests.build import AT, BERLIN, make_state, put
from tests.features.board.conference import CONFERENCE, NOON, conference
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


def render(state: State, now: datetime = AT, event: Event = BERLIN) -> str:
    return SignagePage(event, Templates(event), lambda _: {"Aspen": "aspen"}).render("", state.public, now).decode()


def signs(state: State, now: datetime = AT, event: Event = BERLIN) -> list[str]:
    """Return what each sign says."""
    page = render(state, now, event).partition('<ul class="doors">')[2].partition('<section class="plan')[0]
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


def test_what_the_schedule_calls_a_meeting_stands_on_its_sign() -> None:
    state = booked()
    meetings = [("Tue2", "Cells"), ("Tue3", "More cells"), ("Tue4", "<b>")]
    put(state, [Booking(slot, "nova", "Aspen", slot, 0, AT, title) for slot, title in meetings])
    later = AT + timedelta(hours=1)
    put(state, Topic("nova", Now("Said", AT)))

    assert signs(state)[0] == "Aspen until 15:00 nova since 14:05 Said 15:00 nova More cells"
    assert signs(state, later)[0] == "Aspen until 16:30 nova More cells 17:00 nova <b>"


def test_a_topic_of_before_gives_way_to_a_title_and_not_to_a_room_alone() -> None:
    state = booked(("nova", "Aspen", "Tue2"))
    put(state, Topic("nova", Now("Yesterday's", AT - timedelta(days=1)), (), "Aspen"))
    untitled = signs(state)[0]
    put(state, Booking("b0", "nova", "Aspen", "Tue2", 0, AT, "Cells"))

    assert untitled == "Aspen until 15:00 nova since Mon 23 Nov, 14:05 perhaps over Yesterday's"
    assert signs(state)[0] == "Aspen until 15:00 nova Cells"


def test_a_track_with_two_rooms_is_in_both_wherever_it_says_that_it_is() -> None:
    state = booked(("nova", "Aspen", "Tue2"), ("nova", "Birch", "Tue2"))
    put(state, Topic("nova", Now("Cells", AT), (), "Birch"))

    assert signs(state) == ["Aspen until 15:00 nova", "Birch until 15:00 nova since 14:05 Cells"]


def test_a_room_is_free_only_where_it_can_be_had() -> None:
    state = booked(("docs", "Aspen", "Tue4"))
    between = AT + timedelta(hours=2, minutes=30)

    assert signs(state) == ["Aspen Free until 17:00 17:00 docs", "Birch Free for the rest of the day"]
    assert signs(state, between) == ["Aspen Nothing until 17:00 17:00 docs", "Birch Nothing more today"]


def test_before_the_event_the_day_is_named_on_which_it_begins() -> None:
    state = booked(("docs", "Aspen", "Tue1"))

    assert signs(state, AT - timedelta(days=1))[0] == ("Aspen Nothing until Tue 24 Nov, 09:00 Tue 24 Nov, 09:00 docs")


def test_what_goes_on_past_midnight_stays_on_its_sign() -> None:
    late = Day("Tuesday", 0, (Slot("Tue1", "23:00-01:00"),))
    early = Day("Wednesday", 1, (Slot("Wed1", "09:00-10:00"),))
    rooms = Room("Aspen", 0, ("Tue1",)), Room("Birch", 1, ("Wed1",))
    state = make_state(late, early, rooms, TRACKS, Booking("b", "nova", "Aspen", "Tue1", 0, AT, "Songs"))

    assert signs(state, AT + timedelta(hours=10)) == ["Birch Nothing more today", "Aspen until 01:00 nova Songs"]


def test_where_the_schedule_has_titles_the_plan_lists_each_room_with_them() -> None:
    state = booked(("docs", "Birch", "Tue3"))
    put(state, Booking("titled", "nova", "Aspen", "Tue2", 0, AT, "Cells"))
    page = render(state).partition('<ul class="lines"')[2]

    assert [text_of(f"<li{line}") for line in page.split('<li class="line"')[1:]] == [
        "Aspen 09:00-10:30 free 13:30-15:00 now nova Cells 15:00-16:30 free 17:00-18:00 free",
        "Birch 09:00-10:30 free 13:30-15:00 now free 15:00-16:30 docs 17:00-18:00 free",
    ]


def test_once_a_day_is_over_the_next_one_is_shown() -> None:
    wednesday = Day("Wednesday", 1, (Slot("Wed1", "09:00-10:00"),))
    state = make_state(TUESDAY, wednesday, Room("Aspen", 0, (*CODES, "Wed1")), TRACKS)
    put(state, Booking("b", "nova", "Aspen", "Wed1", 0, AT))
    evening = AT + timedelta(hours=4)
    days = [
        text_of(render(state, now).partition('id="title-plan">')[2].partition("</h2>")[0])
        for now in (AT - timedelta(days=9), AT, evening, evening + timedelta(days=1), AT + timedelta(days=9))
    ]

    assert days == ["Tuesday 24 November 2026"] * 2 + ["Wednesday 25 November 2026"] * 3
    assert signs(state, evening) == ["Aspen Nothing until Wed 25 Nov, 09:00 Wed 25 Nov, 09:00 nova"]


def test_where_rooms_have_times_of_their_own_the_plan_lists_each_room() -> None:
    page = render(conference(), NOON, CONFERENCE).partition('<section class="plan')[2]
    lines = [text_of(f'<li class="line{line}') for line in page.split('<li class="line')[1:]]
    classes = [of.get("class", "") for tag, of in tags(page) if tag == "li" and "data-room" not in of]

    assert text_of(page.partition("</h2>")[0]).endswith("Friday 20 November 2026")
    assert "<table" not in page
    assert [line.split()[1] for line in lines] == list("ABCDEFGH")
    assert "12:55-13:55 now art What art learned from the sea, part 16 14:15-14:55 art" in lines[0]
    assert classes.count("runs") == 6


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


def test_only_the_list_of_a_room_that_differs_is_made_again() -> None:
    state = conference()
    html = CountedHtml(Templates(CONFERENCE))
    page = SignagePage(CONFERENCE, html)
    made = []
    booking = next(iter(state.all(BOOKINGS).values()))
    for document in (Topic("art", Now("Said", NOON)), replace(booking, title="Another")):
        page.render("", state.public, NOON - timedelta(days=1))
        html.counts.clear()
        put(state, document)
        page.render("", state.public, NOON - timedelta(days=1))
        made.append(html.counts["board/signage_agenda.html"])

    assert made == [0, 1]


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
