"""Section 6 of the reference: the published JSON shape, read whole or not at all."""

import contextlib
import copy
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.changes import Cause
from ptgbot.features.admin.legacy import Import
from ptgbot.features.admin.reading import BadImport, parse
from ptgbot.features.motd.model import MOTD, Motd, Notice
from ptgbot.features.people.model import Access
from ptgbot.features.presence.model import CHECKINS, CheckIn
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    INFO,
    PALETTE,
    ROOMS,
    TRACKS,
    Booking,
    Day,
    Info,
    Room,
    Slot,
    Track,
)
from ptgbot.features.subscriptions.model import Subscription
from ptgbot.features.topics.model import LINKS, TOPICS, Links, Now, Topic
from tests.build import sample_data
from tests.talk import SAMPLE, State, Talk, having, importer, lacking, quick_talk

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

ORIGINAL: dict[str, Any] = {
    "timestamp": "2026-11-23 09:00:00",
    "eventid": "oct2026",
    "tracks": ["nova", "swift"],
    "slots": {
        "Monday": [{"name": "MonA", "desc": "9:00", "realtime": "2026-11-23T08:00:00+00:00", "duration": 90}],
        "Tuesday": [{"name": "TueA", "desc": "09:00-10:45"}],
    },
    "schedule": {
        "Aspen": {
            "desc": "seats 10",
            "url": "https://example.org/aspen",
            "cap_icon": "user",
            "cap_desc": "10",
            "MonA": "nova",
            "TueA": "",
        },
        "Birch": {"MonA": "", "TueA": "Docs"},
    },
    "now": {"nova": "Cells  v2"},
    "next": {"nova": ["one", "two"], "swift": []},
    "etherpads": {"nova": "https://example.org/p/nova"},
    "urls": {"swift": "https://example.org/swift"},
    "colors": {"nova": "#596468", "swift": "red", "gone": "#ffffff"},
    "location": {"nova": "The hall"},
    "links": {"Floor plan": "https://example.org/plan", "Wiki": "https://example.org/wiki"},
    "motd": [{"level": "info", "message": "Lunch at noon"}],
    "voice": 1,
    "last_check_in": {
        "ada": {"nick": "Ada", "location": "#Nova", "in": "2026-11-23 09:30:00", "out": None},
        "bob": {"nick": "bob", "location": "the pub", "in": "2026-11-23 08:00:00", "out": "2026-11-23 09:00:00"},
        "cleo": {"nick": None, "location": None, "in": None, "out": None},
    },
    "subscriptions": {"Ada": "nova|swift", "bob": None},
    "future": {"a": 1},
}


def read(bot: Talk, data: object, *, strict: bool = True) -> Import:
    """Read a value as if it had come as a file."""
    return importer(bot, strict=strict).read(parse(json.dumps(data).encode()))


def take(bot: Talk, data: object, *, strict: bool = True) -> list[str]:
    """Import a value; return the notes."""
    result = read(bot, data, strict=strict)
    if result.edits:
        bot.store.commit(result.edits, at=bot.clock.now(), cause=Cause.IMPORT)
    return result.notes


def problems(data: object, *, strict: bool = True) -> list[str]:
    """Return what is wrong with a value; nothing changes."""
    bot = quick_talk()
    before = bot.state
    with pytest.raises(BadImport) as bad:
        take(bot, data, strict=strict)
    assert bot.state == before
    return bad.value.problems


# -- whole files -----------------------------------------------------------------------------------------------------


def test_the_original_bots_file_is_taken_over_whole() -> None:
    bot = quick_talk({})
    notes = take(bot, ORIGINAL, strict=False)
    assert notes == ["'future' is no key that I know, left out"]
    color = bot.state["tracks"]["docs"].color
    assert color in PALETTE
    assert bot.state == {
        "access": {"access": Access(voice_required=True)},
        "event": {
            "event": Info("oct2026", (("Floor plan", "https://example.org/plan"), ("Wiki", "https://example.org/wiki")))
        },
        "tracks": {
            "docs": Track("docs", color),
            "nova": Track("nova", "#596468"),
            "swift": Track("swift", "red"),
        },
        "days": {
            "Monday": Day("Monday", 0, (Slot("MonA", "9:00", "2026-11-23T08:00:00+00:00", 90),)),
            "Tuesday": Day("Tuesday", 1, (Slot("TueA", "09:00-10:45"),)),
        },
        "rooms": {
            "Aspen": Room("Aspen", 0, ("MonA", "TueA"), "seats 10", "https://example.org/aspen", "user", "10"),
            "Birch": Room("Birch", 1, ("MonA", "TueA")),
        },
        "bookings": {
            "booking1": Booking("booking1", "nova", "Aspen", "MonA", 0, NINE),
            "booking2": Booking("booking2", "docs", "Birch", "TueA", 0, NINE),
        },
        "topics": {"nova": Topic("nova", Now("Cells v2", None, NINE), ("one", "two"), "The hall")},
        "links": {
            "nova": Links("nova", "https://example.org/p/nova", ""),
            "swift": Links("swift", "", "https://example.org/swift"),
        },
        "checkins": {
            "irc/~ada": CheckIn("irc/~ada", "Ada", "#nova", datetime(2026, 11, 23, 8, 30, tzinfo=UTC)),
            "irc/~bob": CheckIn(
                "irc/~bob",
                "bob",
                "the pub",
                datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
                datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
            ),
        },
        "motd": {"motd": Motd((Notice("info", "Lunch at noon"),))},
        "subscriptions": {"irc/~ada": Subscription("irc/~ada", "irc", "Ada", "nova|swift")},
        "wishes": {},
        "announcements": {},
        "reminders": {},
        "speakers": {},
        "numbers": {},
        "bulletins": {},
        "cards": {},
        "posts": {},
        "openspaces": {},
        "ignored": {},
        "openspace_choices": {},
        "links_of_people": {},
    }


@pytest.mark.parametrize("data", [ORIGINAL, sample_data(), SAMPLE])
@pytest.mark.parametrize("strict", [True, False])
def test_the_same_file_a_second_time_changes_nothing(data: dict[str, Any], strict: bool) -> None:
    bot = quick_talk({})
    take(bot, data, strict=strict)
    bot.clock.forward(hours=5)
    assert read(bot, data, strict=strict).edits == ()


def test_the_projects_own_sample_is_taken_over_whole() -> None:
    data = sample_data()
    bot = quick_talk({})
    assert take(bot, data) == []
    state = bot.state
    assert sorted(state["tracks"]) == data["tracks"]
    assert {track.name: track.color for track in state["tracks"].values() if track.name in data["colors"]} == data[
        "colors"
    ]
    keys = {"desc", "url", "cap_icon", "cap_desc"}
    places = {(r, s): t for r, slots in data["schedule"].items() for s, t in slots.items() if s not in keys}
    assert {(b.room, b.slot): b.track for b in state["bookings"].values()} == {p: t for p, t in places.items() if t}
    assert {(r.name, s) for r in state["rooms"].values() for s in r.slots} == places.keys()
    assert {t.track: t.now.text for t in state["topics"].values()} == data["now"]
    assert {t.track: t.location for t in state["topics"].values()} == data["location"]


def test_an_empty_file_changes_nothing() -> None:
    assert read(quick_talk(), {}).edits == ()


# -- keys that replace their key ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["slots", "schedule", "tracks", "colors", "eventid"])
def test_a_key_alone_is_enough(key: str) -> None:
    bot = quick_talk()
    before = bot.state
    take(bot, {key: SAMPLE[key]})
    assert bot.state == before


def test_slots_alone_replace_the_days_and_leave_rooms_and_bookings() -> None:
    bot = quick_talk()
    before = bot.state
    take(bot, {"slots": {"Monday": [{"name": "MonA1", "desc": "08:00-09:00"}]}})
    day = Day("Monday", 0, (Slot("MonA1", "08:00-09:00"),))
    assert bot.state == having(lacking(before, DAYS), DAYS, day)


def test_a_schedule_alone_replaces_rooms_and_bookings_and_adds_its_tracks() -> None:
    bot = quick_talk()
    before = bot.state
    take(bot, {"schedule": {"Aspen": {"MonA1": "neutron", "TueA1": "Heat"}}})
    after = having(lacking(before, ROOMS), ROOMS, Room("Aspen", 0, ("MonA1", "TueA1")))
    after = lacking(after, BOOKINGS, "booking2", "booking3", "booking4")
    new = Booking("booking5", "heat", "Aspen", "TueA1", 0, NINE)
    assert bot.state == having(having(after, BOOKINGS, new), TRACKS, bot.state["tracks"]["heat"])


def test_tracks_alone_replace_the_tracks_except_those_that_are_booked() -> None:
    bot = quick_talk({**SAMPLE, "now": {"docs": "x"}, "urls": {"docs": "https://example.org"}})
    before = bot.state
    take(bot, {"tracks": ["heat"]})
    after = having(lacking(before, TRACKS, "docs"), TRACKS, bot.state["tracks"]["heat"])
    assert bot.state == lacking(lacking(after, TOPICS), LINKS)


def test_colours_alone_replace_those_they_name_and_the_others_keep_theirs() -> None:
    bot = quick_talk()
    before = bot.state
    take(bot, {"colors": {"Nova": " teal ", "gone": "red"}})
    assert bot.state == having(before, TRACKS, Track("nova", "teal"))


def test_topics_keep_since_when_they_are_where_they_stay_the_same() -> None:
    bot = quick_talk()
    bot.store.commit(read(bot, {"now": {"nova": "x"}}).edits, at=NINE)
    before = bot.state
    take(bot, {"now": {"nova": "x", "swift": "y"}})
    assert bot.state == having(before, TOPICS, Topic("swift", Now("y", None, NINE)))
    take(bot, {"now": {}})
    assert bot.state == lacking(before, TOPICS)


@pytest.mark.parametrize("key", ["now", "next", "location", "etherpads", "urls", "links", "motd", "last_check_in"])
@pytest.mark.parametrize("empty", [None, {}])
def test_an_empty_key_empties_what_it_stands_for_and_nothing_else(key: str, empty: object) -> None:
    bot = quick_talk({**ORIGINAL, "voice": 0})
    before = bot.state
    take(bot, {key: empty})
    nova = before["topics"]["nova"]
    info = before["event"]["event"]
    expected: dict[str, State] = {
        "now": having(before, TOPICS, Topic("nova", None, nova.next, nova.location)),
        "next": having(before, TOPICS, Topic("nova", nova.now, (), nova.location)),
        "location": having(before, TOPICS, Topic("nova", nova.now, nova.next, "")),
        "etherpads": lacking(before, LINKS, "nova"),
        "urls": lacking(before, LINKS, "swift"),
        "links": having(before, INFO, Info(info.eventid, ())),
        "motd": lacking(before, MOTD),
        "last_check_in": lacking(before, CHECKINS),
    }
    assert bot.state == expected[key]


@pytest.mark.parametrize(("voice", "required"), [(0, False), (1, True), (None, False), (True, True)])
def test_voice_is_0_or_1(voice: object, required: bool) -> None:
    bot = quick_talk()
    take(bot, {"voice": voice})
    assert bot.state["access"] == ({"access": Access(voice_required=True)} if required else {})


@pytest.mark.parametrize(
    ("motd", "shown"),
    [
        ({"level": "warning", "message": "one"}, (Notice("warning", "one"),)),
        ({"level": "", "message": ""}, ()),
        ({}, ()),
        ([{"level": "info", "message": "a"}, {"level": "danger", "message": ""}], (Notice("info", "a"),)),
    ],
)
def test_a_very_old_file_holds_one_message_of_the_day_instead_of_a_list(
    motd: object, shown: tuple[Notice, ...]
) -> None:
    bot = quick_talk({"motd": [{"level": "info", "message": "before"}]})
    take(bot, {"motd": motd})
    assert bot.state["motd"] == ({"motd": Motd(shown)} if shown else {})


def test_a_key_of_a_room_that_no_day_has_as_a_slot_is_left_out_unless_it_looks_like_one() -> None:
    bot = quick_talk()
    notes = take(bot, {"schedule": {"Aspen": {"MonA1": "", "capacity": "20", "WedA1": "", "WedA2": "nova"}}})
    assert notes == ["schedule: Aspen, capacity: no day has such a slot, left out"]
    assert bot.state["rooms"] == {"Aspen": Room("Aspen", 0, ("MonA1", "WedA1", "WedA2"))}


def test_names_are_read_with_single_blanks_wherever_they_stand() -> None:
    bot = quick_talk({})
    data = {
        "slots": {" Mon  day": [{"name": "A\t1", "desc": " 9:00  "}]},
        "schedule": {" Big \n Hall ": {" A 1 ": "nova"}},
    }
    take(bot, data)
    assert bot.state["days"] == {"Mon day": Day("Mon day", 0, (Slot("A 1", "9:00"),))}
    assert bot.state["rooms"] == {"Big Hall": Room("Big Hall", 0, ("A 1",))}
    assert [(b.room, b.slot) for b in bot.state["bookings"].values()] == [("Big Hall", "A 1")]


def test_a_check_in_may_tell_its_time_with_an_offset_too() -> None:
    bot = quick_talk()
    take(bot, {"last_check_in": {"ada": {"location": "here", "in": "2026-11-23T09:00:00+09:00"}}})
    assert bot.state["checkins"] == {"irc/~ada": CheckIn("irc/~ada", "ada", "here", datetime(2026, 11, 23, tzinfo=UTC))}


@pytest.mark.parametrize(("duration", "minutes"), [(90, 90), (90.0, 90), ("90", 90), (None, None)])
def test_a_duration_is_minutes_as_a_number_or_as_text(duration: object, minutes: int | None) -> None:
    bot = quick_talk({})
    take(bot, {"slots": {"Monday": [{"name": "M", "desc": None, "duration": duration}]}})
    assert bot.state["days"] == {"Monday": Day("Monday", 0, (Slot("M", "", "", minutes),))}


# -- names of tracks -------------------------------------------------------------------------------------------------


def test_characters_that_no_track_name_may_have_become_hyphens_and_a_line_says_so() -> None:
    bot = quick_talk({})
    data = {
        "tracks": ["Nova Cells", "UPPER", "näh"],
        "slots": {"Monday": [{"name": "M1", "desc": ""}]},
        "schedule": {"Aspen": {"M1": "nova cells"}},
        "now": {"NOVA cells": "x"},
        "colors": {"nova cells": "red"},
    }
    assert take(bot, data) == ["the track 'Nova Cells' is now 'nova-cells'", "the track 'näh' is now 'n-h'"]
    assert sorted(bot.state["tracks"]) == ["n-h", "nova-cells", "upper"]
    assert bot.state["tracks"]["nova-cells"] == Track("nova-cells", "red")
    assert [b.track for b in bot.state["bookings"].values()] == ["nova-cells"]
    assert bot.state["topics"] == {"nova-cells": Topic("nova-cells", Now("x", None, NINE))}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"tracks": ["nova", "Nova"]}, "the tracks 'nova' and 'Nova' would both be 'nova'"),
        ({"tracks": ["a b", "a-b"]}, "the tracks 'a b' and 'a-b' would both be 'a-b'"),
        ({"tracks": ["a b"], "schedule": {"R": {"MonA1": "a/b"}}}, "the tracks 'a b' and 'a/b' would both be 'a-b'"),
        ({"tracks": ["..."]}, "tracks: '...' cannot be a track name"),
        ({"tracks": ["Index"]}, "tracks: 'Index' cannot be a track name"),
        ({"tracks": ["index"]}, "'index' cannot be a track: the bot uses that word itself"),
        ({"tracks": [7]}, "tracks is no track name: 7"),
        ({"tracks": "nova"}, "'tracks' is no list"),
        ({"now": {"nova": "x", "NOVA": "y"}}, "now: two entries are for the track 'nova'"),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_names_that_cannot_be_or_would_collide_stop_the_import(
    data: dict[str, Any], problem: str, strict: bool
) -> None:
    assert problems(data, strict=strict) == [problem]


def test_case_alone_does_not_make_another_track_outside_the_list() -> None:
    bot = quick_talk()
    assert take(bot, {"schedule": {"Aspen": {"MonA1": "NOVA", "MonP1": "Nova"}}}) == []
    assert [b.track for b in bot.state["bookings"].values()] == ["nova", "nova"]


def test_what_belongs_to_a_track_that_there_is_not_is_left_out() -> None:
    bot = quick_talk()
    before = bot.state
    assert take(bot, {"now": {"gone": "x"}, "urls": {"gone": "y"}}) == [
        "now: there is no track 'gone', left out",
        "urls: there is no track 'gone', left out",
    ]
    assert bot.state == before


# -- what is wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"eventid": 7}, "'eventid' is no text: 7"),
        ({"links": []}, "'links' is no object"),
        ({"slots": []}, "'slots' is no object"),
        ({"slots": {"Monday": {}}}, "slots: 'Monday' is no list"),
        ({"slots": {"Monday": ["x"]}}, "slots: Monday, number 1 has no name"),
        ({"slots": {"Monday": [{"name": ""}]}}, "slots: Monday, number 1: '' cannot be a slot's name"),
        ({"slots": {"Monday": [{"name": "desc"}]}}, "slots: Monday, number 1: 'desc' cannot be a slot's name"),
        ({"slots": {"A": [{"name": "x"}], "B": [{"name": "x"}]}}, "the slot 'x' is there twice (A, B)"),
        ({"slots": {"A": [], " A": []}}, "slots: the day 'A' is there twice or has no name"),
        ({"slots": {" ": []}}, "slots: the day '' is there twice or has no name"),
        ({"schedule": []}, "'schedule' is no object"),
        ({"schedule": {"Aspen": []}}, "schedule: 'Aspen' is no room"),
        ({"schedule": {" ": {}}}, "schedule: '' is no room"),
        ({"schedule": {"A": {}, "A ": {}}}, "the rooms 'A' and 'A' would both be 'A'"),
        ({"schedule": {"A": {"MonA1": 7}}}, "schedule: A, MonA1 is no track name: 7"),
        (
            {"schedule": {"A": {"MonA1": "", "MonA1 ": ""}}},
            "schedule: A: the slot 'MonA1' is there twice or has no name",
        ),
        ({"schedule": {"A": {"desc": 7}}}, "schedule: A, 'desc' is no text: 7"),
        ({"now": []}, "'now' is no object"),
        ({"now": {"nova": ["x"]}}, "now: nova is no text: a list"),
        ({"now": {"nova": "x" * 5001}}, "now: nova is longer than 5000 characters"),
        ({"next": {"nova": "x"}}, "next: nova is no list"),
        ({"next": {"nova": [{}]}}, "next: nova is no text: an object"),
        ({"location": {"nova": 1}}, "location: nova is no text: 1"),
        ({"urls": {"nova": 1}}, "urls: nova is no text: 1"),
        ({"motd": "x"}, "'motd' is no list"),
        ({"motd": ["x"]}, "motd: number 1 is no message"),
        ({"motd": [{"level": "info", "message": 7}]}, "motd: number 1 is no text: 7"),
        ({"voice": "yes"}, "'voice' is neither 0 nor 1: yes"),
        ({"voice": [[1]]}, "'voice' is neither 0 nor 1: a list"),
        ({"last_check_in": []}, "'last_check_in' is no object"),
        ({"last_check_in": {"ada": "x"}}, "last_check_in: ada is no check-in"),
        (
            {"last_check_in": {"ada": {"location": "x", "in": "yesterday"}}},
            "last_check_in: ada: 'in' is no time like 2026-11-23 10:00:00: yesterday",
        ),
        (
            {"last_check_in": {"ada": {"location": "x", "in": "2026-13-23 10:00:00"}}},
            "last_check_in: ada: 'in' is no time like 2026-11-23 10:00:00: 2026-13-23 10:00:00",
        ),
        (
            {"last_check_in": {"ada": {"location": "x", "in": "2026-11-23 10:00:00", "out": 7}}},
            "last_check_in: ada: 'out' is no time like 2026-11-23 10:00:00: 7",
        ),
        (
            {"last_check_in": {"a b": {"location": "x", "in": "2026-11-23 10:00:00"}}},
            "last_check_in: a b: 'a b' cannot be a nick",
        ),
        ({"subscriptions": {"ada": 7}}, "subscriptions: a pattern is no text"),
        ({"subscriptions": {"a b": "x"}}, "subscriptions: 'a b' cannot be a nick"),
        ({"subscriptions": []}, "'subscriptions' is no object"),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_what_is_wrong_is_named_and_nothing_changes(data: dict[str, Any], problem: str, strict: bool) -> None:
    assert problems(data, strict=strict) == [problem]


UNSAFE: list[tuple[dict[str, Any], str]] = [
    ({"colors": {"nova": "red;}body{"}}, "colors: nova: no CSS colour: red;}body{"),
    ({"colors": {"nova": 7}}, "colors: nova: no CSS colour: 7"),
    ({"urls": {"nova": "javascript:x"}}, "urls: nova: no http or https address: javascript:x"),
    ({"etherpads": {"nova": "pad/x"}}, "etherpads: nova: no http or https address: pad/x"),
    ({"links": {"Plan": "javascript:x"}}, "links: 'Plan' has no http or https address"),
    ({"links": {"Plan": 7}}, "links: 'Plan' has no http or https address"),
    (
        {"eventid": "a/b"},
        "'eventid' can hold letters, digits, '.', '_', '~' and '-' only: a/b",
    ),
    (
        {"schedule": {**SAMPLE["schedule"], "New": {"url": "x"}}},
        "schedule: New: 'url' is no http or https address: x",
    ),
    (
        {"slots": {**SAMPLE["slots"], "Wed": [{"name": "W", "realtime": "soon"}]}},
        "slots: Wed, number 1: 'realtime' is no ISO instant: soon",
    ),
    (
        {"slots": {**SAMPLE["slots"], "Wed": [{"name": "W", "duration": -5}]}},
        "slots: Wed, number 1: 'duration' is no number of minutes: -5",
    ),
    ({"motd": [{"level": "loud", "message": "x"}]}, "motd: number 1: no such level: loud"),
    ({"subscriptions": {"ada": "(secret"}}, "subscriptions: a pattern cannot be used: a ( is never closed"),
]


@pytest.mark.parametrize(("data", "sentence"), UNSAFE)
def test_what_the_original_took_but_is_not_safe_stops_a_fetched_file(data: dict[str, Any], sentence: str) -> None:
    assert problems(data) == [sentence]


@pytest.mark.parametrize(("data", "sentence"), UNSAFE)
def test_what_the_original_took_but_is_not_safe_is_left_out_when_its_file_is_taken_over(
    data: dict[str, Any], sentence: str
) -> None:
    bot = quick_talk()
    assert take(bot, data, strict=False) == [f"{sentence}; left out"]
    assert "secret" not in repr(bot.state) and "javascript" not in repr(bot.state)


def test_all_that_is_wrong_is_named_up_to_twenty() -> None:
    assert problems({"voice": 2, "motd": 1, "links": 3}) == [
        "'links' is no object",
        "'voice' is neither 0 nor 1: 2",
        "'motd' is no list",
    ]
    found = problems({"colors": {f"t{n}": "" for n in range(25)}})
    assert (len(found), found[-1]) == (21, "and 5 more")


def test_no_more_than_fifty_notes_are_made() -> None:
    notes = take(quick_talk(), {"eventid": "x", **{f"key{n}": n for n in range(60)}})
    assert (len(notes), notes[-1]) == (51, "and 10 more")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it is no JSON: Expecting value, line 1 column 1"),
        (b"{", "it is no JSON: Expecting property name enclosed in double quotes, line 1 column 2"),
        (b"[]", "it is no JSON object"),
        (b"null", "it is no JSON object"),
        (b"\xff", "it is not UTF-8 text"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "the key 'c' is there twice in one object"),
        (b'{"a": Infinity}', "Infinity is no JSON value"),
        (
            b'{"a": ' + b"9" * 5000 + b"}",
            "it is no JSON that can be read: it is nested too deep, or has numbers too long",
        ),
        (b"[" * 100_000, "it is no JSON that can be read: it is nested too deep, or has numbers too long"),
        (rb'{"now": {"nova": "\ud83d"}}', "it holds half of a character"),
    ],
)
def test_what_is_no_json_object_is_said_to_be_none(content: bytes, problem: str) -> None:
    with pytest.raises(BadImport) as bad:
        parse(content)
    assert bad.value.problems == [problem]


def test_a_byte_order_mark_and_escaped_characters_are_read() -> None:
    assert parse(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


# -- bookings that move ----------------------------------------------------------------------------------------------


def bookings(bot: Talk) -> dict[str, tuple[str, str, str, int]]:
    return {b.id: (b.track, b.room, b.slot, b.revision) for b in bot.state["bookings"].values()}


def schedule(**changes: dict[str, str]) -> dict[str, Any]:
    rooms = {
        name: {**room, **changes.get(name.split()[0].replace("-", ""), {})} for name, room in SAMPLE["schedule"].items()
    }
    return {"schedule": rooms}


def test_a_booking_that_vanishes_and_one_that_appears_are_a_move() -> None:
    bot = quick_talk()
    before = bot.state
    bot.clock.forward(hours=1)
    take(bot, schedule(Ballroom={"MonA1": ""}, Loft2={"MonP1": "nova"}))
    moved = Booking("booking2", "nova", "Loft-2", "MonP1", 1, datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    assert bot.state == having(before, BOOKINGS, moved)


def test_moves_are_paired_in_the_order_of_time() -> None:
    bot = quick_talk()
    take(bot, schedule(Ballroom={"MonA1": "", "MonP1": "", "TueA1": "nova"}, Aspen={"MonP1": "nova"}))
    assert bookings(bot) == {
        "booking1": ("neutron", "Aspen", "MonA1", 0),
        "booking2": ("nova", "Aspen", "MonP1", 1),
        "booking3": ("nova", "Ballroom A", "TueA1", 1),
        "booking4": ("swift", "Loft-2", "TueA1", 0),
    }


def test_bookings_too_many_are_removed_and_too_few_are_made() -> None:
    bot = quick_talk()
    take(bot, schedule(Ballroom={"MonA1": "", "MonP1": ""}, Aspen={"TueA1": "nova"}, Loft2={"MonP1": "swift"}))
    assert bookings(bot) == {
        "booking1": ("neutron", "Aspen", "MonA1", 0),
        "booking2": ("nova", "Aspen", "TueA1", 1),
        "booking4": ("swift", "Loft-2", "TueA1", 0),
        "booking5": ("swift", "Loft-2", "MonP1", 0),
    }


def test_tracks_that_change_places_move_both() -> None:
    bot = quick_talk()
    take(bot, schedule(Ballroom={"MonA1": "neutron"}, Aspen={"MonA1": "nova"}))
    assert bookings(bot) == {
        "booking1": ("neutron", "Ballroom A", "MonA1", 1),
        "booking2": ("nova", "Aspen", "MonA1", 1),
        "booking3": ("nova", "Ballroom A", "MonP1", 0),
        "booking4": ("swift", "Loft-2", "TueA1", 0),
    }


def test_what_did_not_move_is_not_touched_at_all() -> None:
    bot = quick_talk()
    result = read(bot, schedule(Ballroom={"MonA1": ""}))
    assert [(edit.table.name, edit.key) for edit in result.edits] == [("bookings", "booking2")]


def test_a_room_with_another_name_moves_its_bookings() -> None:
    bot = quick_talk()
    rooms = {("Aspen 2" if name == "Aspen" else name): room for name, room in SAMPLE["schedule"].items()}
    take(bot, {"schedule": rooms})
    assert bookings(bot)["booking1"] == ("neutron", "Aspen 2", "MonA1", 1)


# -- anything at all -------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=10), inner, max_size=4)
    ),
    max_leaves=20,
)
KEYS = st.sampled_from([*ORIGINAL, *ORIGINAL["schedule"], "nova", "Nova", "MonA", "", "desc"])


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A file of the original with some values at any depth replaced, removed or added."""
    data: dict[str, Any] = copy.deepcopy(ORIGINAL)
    for _ in range(draw(st.integers(1, 4))):
        place: Any = data
        while True:
            inner = (
                [key for key in place if isinstance(place[key], dict | list) and place[key]]
                if isinstance(place, dict)
                else []
            )
            if not inner or draw(st.booleans()):
                break
            place = place[draw(st.sampled_from(inner))]
        value = draw(JSON | st.sampled_from(["nova", "Nova", "a b", "", "2026-11-23 10:00:00", "9999-12-31T23:59"]))
        if isinstance(place, dict):
            key = draw(st.sampled_from([*place, "new"]) if place else KEYS)
            if draw(st.booleans()):
                place[key] = value
            else:
                place.pop(key, None)
        elif isinstance(place, list):
            place.append(value)
    return data


@given(st.dictionaries(KEYS | st.text(max_size=5), JSON, max_size=6) | mutated(), st.booleans())
def test_any_json_object_is_imported_or_refused_and_the_second_time_nothing_is_left_to_do(
    data: dict[str, Any], strict: bool
) -> None:
    bot = quick_talk()
    before = bot.state
    try:
        take(bot, data, strict=strict)
    except BadImport as bad:
        found = bad.problems
    else:
        assert read(bot, data, strict=strict).edits == ()
        json.dumps(repr(bot.state)).encode()
        return
    assert found and all(problem.isprintable() for problem in found)
    assert bot.state == before


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_json_object_or_refused(content: bytes) -> None:
    with contextlib.suppress(BadImport):
        assert isinstance(parse(content), dict)


@pytest.mark.parametrize(
    "data",
    [
        {"tracks": [f"t{n}" for n in range(50_000)]},
        {"tracks": [f"a{' ' * (n % 2)}{n}" for n in range(50_000)]},
        {"slots": {f"d{n}": [{"name": f"s{n}"}] for n in range(30_000)}},
        {"schedule": {f"r{n}": {"MonA1": f"t{n}"} for n in range(30_000)}},
        {"next": {"nova": ["x"] * 100_000}},
    ],
)
def test_a_large_file_takes_time_in_proportion(data: dict[str, Any]) -> None:
    begun = time.process_time()
    read(quick_talk(), data, strict=False)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"tracks": [f"t{n}" for n in range(5001)]}, "'tracks' has 5,001 entries; 5,000 are"),
        ({"links": {f"t{n}": "" for n in range(5001)}}, "'links' has 5,001 entries; 5,000 are"),
        ({"subscriptions": {f"t{n}": "x" for n in range(2001)}}, "'subscriptions' has 2,001 entries; 2,000 are"),
    ],
)  # fmt: skip
def test_a_file_that_would_keep_others_waiting_is_refused_in_chat(data: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadImport) as caught:
        read(quick_talk(), data)
    assert caught.value.problems[0] == f"{problem} the most that ~fetchdb takes"


def test_a_key_that_is_there_twice_is_found_in_a_large_file_too() -> None:
    keys = ",".join(f'"k{n}":0' for n in range(200_000))
    with pytest.raises(BadImport, match="the key 'k199999' is there twice"):
        parse(f'{{{keys},"k199999":0}}'.encode())


def test_a_check_in_and_a_subscription_belong_to_the_nick_that_the_file_names() -> None:
    bot = quick_talk()
    take(bot, {"subscriptions": {"Ada": "x"}})
    assert bot.state["subscriptions"] == {"irc/~ada": Subscription("irc/~ada", "irc", "Ada", "x")}
