import re
from collections import Counter
from copy import deepcopy
from datetime import date
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.demo.event import sample_event, this_week

UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = date(2026, 11, 20)

SMALL: dict[str, Any] = {
    "eventid": "small",
    "tracks": ["docs", "nova"],
    "slots": {
        "Monday": [{"name": "MonA1", "desc": "09:00-10:00"}, {"name": "MonP1", "desc": "14:00-15:00", "duration": 45}],
        "Tuesday": [{"name": "TueA1", "desc": "09:00-10:00", "realtime": "2020-06-02T07:00:00Z"}],
    },
    "schedule": {
        "Ballroom A": {"desc": "big", "url": "https://example.org/a", "MonA1": "nova", "MonP1": "", "TueA1": "docs"},
        "Loft-2": {"TueA1": ""},
    },
    "now": {"nova": "MonA1 is a word here"},
}


def test_an_event_is_moved_to_today_with_its_days_slots_and_schedule() -> None:
    assert this_week(SMALL, FRIDAY, BERLIN) == (
        {
            "eventid": "small",
            "tracks": ["docs", "nova"],
            "slots": {
                "Friday": [
                    {"name": "Fri1", "desc": "09:00-10:00"},
                    {"name": "Fri2", "desc": "14:00-15:00", "duration": 45},
                ],
                "Saturday": [{"name": "Sat1", "desc": "09:00-10:00", "realtime": "2026-11-21T09:00:00+01:00"}],
            },
            "schedule": {
                "Ballroom A": {
                    "desc": "big",
                    "url": "https://example.org/a",
                    "Fri1": "nova",
                    "Fri2": "",
                    "Sat1": "docs",
                },
                "Loft-2": {"Sat1": ""},
            },
            "now": {"nova": "MonA1 is a word here"},
        },
        FRIDAY,
    )


def test_the_event_that_is_moved_stays_as_it_was() -> None:
    event = deepcopy(SMALL)
    moved, _ = this_week(event, FRIDAY, BERLIN)
    moved["schedule"]["Loft-2"]["Sat1"] = "nova"
    moved["now"]["docs"] = "changed"
    assert event == SMALL


def test_a_start_without_an_offset_keeps_its_time_of_day() -> None:
    event = {"slots": {"Monday": [{"name": "M", "desc": "", "realtime": "2020-06-01T09:00:00"}]}, "schedule": {}}
    moved, _ = this_week(event, date(2026, 7, 1), BERLIN)
    assert moved["slots"] == {"Wednesday": [{"name": "Wed1", "desc": "", "realtime": "2026-07-01T09:00:00+02:00"}]}


def test_an_event_without_days_has_none_afterwards() -> None:
    assert this_week({}, FRIDAY, UTC) == ({"slots": {}, "schedule": {}}, FRIDAY)


def test_more_than_seven_days_are_refused_because_weekdays_would_repeat() -> None:
    event: dict[str, Any] = {"slots": {f"day {number}": [] for number in range(8)}}
    with pytest.raises(ValueError, match="an event of 8 days cannot be moved: weekday names would repeat"):
        this_week(event, FRIDAY, UTC)


def test_two_slots_of_one_name_are_refused() -> None:
    event = {"slots": {"Monday": [{"name": "A1"}], "Tuesday": [{"name": "A1"}]}}
    with pytest.raises(ValueError, match="two slots are called A1"):
        this_week(event, FRIDAY, UTC)


@given(st.dates(date(2020, 1, 1), date(2099, 1, 1)))
def test_the_sample_event_moves_to_any_day_without_losing_a_booking(today: date) -> None:
    event = sample_event()
    moved, first_day = this_week(event, today, BERLIN)
    assert first_day == today
    assert next(iter(moved["slots"])) == today.strftime("%A")
    assert [[slot["desc"] for slot in day] for day in moved["slots"].values()] == [
        [slot["desc"] for slot in day] for day in event["slots"].values()
    ]
    assert {room: list(cells.values()) for room, cells in moved["schedule"].items()} == {
        room: list(cells.values()) for room, cells in event["schedule"].items()
    }
    names = [slot["name"] for day in moved["slots"].values() for slot in day]
    used = {key for cells in moved["schedule"].values() for key in cells} - ROOM_KEYS
    assert set(names) == used
    assert len(set(names)) == len(names)


ROOM_KEYS = {"desc", "url", "cap_icon", "cap_desc"}
SLOTS = {"Tue1", "Tue2", "Tue3", "Tue4", "Tue5", "Wed1", "Wed2", "Wed3", "Wed4", "Wed5", "Thu1", "Thu2", "Thu3", "Thu4"}


class TestTheSampleEvent:
    event: ClassVar[dict[str, Any]] = sample_event()

    def test_has_the_published_keys_and_no_others(self) -> None:
        assert set(self.event) == {
            *("eventid", "voice", "tracks", "slots", "schedule", "now", "next", "location", "etherpads", "urls"),
            *("colors", "links", "motd", "last_check_in", "subscriptions"),
        }

    def test_is_of_a_size_that_fills_a_page(self) -> None:
        days = {day: len(slots) for day, slots in self.event["slots"].items()}
        assert (days, len(self.event["schedule"]), len(self.event["tracks"])) == (
            {"Tuesday": 5, "Wednesday": 5, "Thursday": 4},
            10,
            20,
        )

    def test_has_only_track_names_that_the_bot_accepts_in_order(self) -> None:
        tracks = self.event["tracks"]
        assert tracks == sorted(tracks)
        assert [track for track in tracks if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,49}", track)] == []

    def test_names_only_tracks_that_it_has(self) -> None:
        booked = {
            cell for cells in self.event["schedule"].values() for key, cell in cells.items() if key not in ROOM_KEYS
        }
        assert booked - {""} == set(self.event["tracks"])
        for key in ("now", "next", "location", "etherpads", "urls", "colors"):
            assert set(self.event[key]) <= set(self.event["tracks"]), key

    def test_has_only_slots_that_a_day_has(self) -> None:
        assert {slot["name"] for slots in self.event["slots"].values() for slot in slots} == SLOTS
        assert {key for cells in self.event["schedule"].values() for key in cells} == SLOTS | ROOM_KEYS

    def test_is_booked_by_half_with_free_and_absent_slots(self) -> None:
        cells = [cell for cells in self.event["schedule"].values() for key, cell in cells.items() if key in SLOTS]
        booked, free = len([cell for cell in cells if cell]), cells.count("")
        assert (booked, free, 10 * len(SLOTS) - booked - free) == (79, 39, 22)

    def test_has_no_track_in_two_rooms_at_once(self) -> None:
        places = Counter(
            (slot, track)
            for cells in self.event["schedule"].values()
            for slot, track in cells.items()
            if slot in SLOTS and track
        )
        assert [place for place, times in places.items() if times > 1] == []

    def test_has_tracks_with_a_topic_in_a_room_on_the_first_day(self) -> None:
        for track in self.event["now"]:
            room = self.event["schedule"][self.event["location"][track]]
            assert track in [room.get(slot["name"]) for slot in self.event["slots"]["Tuesday"]], track

    def test_has_rooms_whose_names_hold_blanks_hyphens_and_quotes(self) -> None:
        assert {"Ballroom A", "Loft-2", "Crow's Nest"} <= set(self.event["schedule"])

    def test_links_to_nothing_but_examples(self) -> None:
        links = re.findall(r"https?://[^/\"]+", str(self.event))
        assert set(links) == {"https://example.org", "https://meet.example.org", "https://pad.example.org"}
