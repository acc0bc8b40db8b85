"""The rules of reading, one by one; the many ways to write a post are in the corpus."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ptgbot.features.openspaces.reading import second_opinion
from ptgbot.features.openspaces.reading.reader import Action, Reader, Reading
from ptgbot.features.openspaces.reading.rooms import RoomReader
from ptgbot.features.openspaces.reading.text import plain
from ptgbot.features.openspaces.rules import Room, Rules
from tests.features.openspaces.events import EVENTS

ZONE = ZoneInfo("America/New_York")
READER = Reader(EVENTS["2018"])
POSTED = datetime(2018, 5, 11, 8, tzinfo=ZONE)


def span(reading: Reading) -> tuple[Action, list[str]]:
    """Return what becomes of a post, and from when to when."""
    times = zip(reading.starts, reading.ends, strict=True)
    return reading.action, [f"{start:%d %H:%M}-{end:%d %H:%M}" for start, end in times]


def test_one_room_and_one_time_are_scheduled() -> None:
    start = datetime(2018, 5, 11, 15, tzinfo=ZONE)

    assert READER.read("Room 14 at 3pm", POSTED) == Reading(
        Action.SCHEDULE, ("14",), (start,), (start + timedelta(minutes=45),), "one room and one time"
    )


def test_neither_is_ignored() -> None:
    assert READER.read("What a day!", POSTED) == Reading(Action.IGNORE, reason="no room and no time")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("room 14", "no exact time"),
        ("at 3pm", "no room"),
        ("rooms 20/21 at 3pm", "2 rooms: 20, 21"),
        ("room 14 at 3pm or 4pm", "2 times"),
        ("room 99 at 3pm", '"99" is not on the list of rooms'),
        ("room 14 at 8am", "2018-05-11 08:00 is over"),
        ("room 14 at 3pm on May 20", "2018-05-20 is not a day of the event"),
        ("room 14 tomorrow at 8", "2 times; 8 may be 08:00 or 20:00"),
        ("room 14 at 16", "16 may be an hour or a room"),
        ("room 14 at 3pm is cancelled", 'it says "cancelled"'),
        ("is room 14 good at 3pm?", "it asks a question"),
        ("room 14 around 3pm", "3pm is not exact"),
        ("room 14 at 3pm Sunday 5/12", "the day of the week and the date are not the same day"),
        ("room 14 at 3pm EST", "clocks may not go by EST on that day"),
        ("room 14 3pm huomenna", '"huomenna" may be a day'),
    ],
)
def test_a_person_is_told_why_a_post_is_theirs(text: str, reason: str) -> None:
    reading = READER.read(text, POSTED)

    assert (reading.action, reading.reason) == (Action.REVIEW, reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("room 14 2-3pm", "11 14:00-11 15:00"),
        ("room 14 from 1pm to 2pm", "11 13:00-11 14:00"),
        ("room 14 11:30am–12:30pm", "11 11:30-11 12:30"),
        ("room 14 12-1pm", "11 12:00-11 13:00"),
        ("room 14 11-1pm", "11 11:00-11 13:00"),
        ("room 14 3pm until 5", "11 15:00-11 17:00"),
        ("room 14 3pm, ends at 5pm", "11 15:00-11 17:00"),
        ("room 14 11pm-1am", "11 23:00-12 01:00"),
        ("room 14 7pm-8pm UTC", "11 15:00-11 16:00"),
    ],
)
def test_a_range_is_one_start_with_an_end(text: str, expected: str) -> None:
    assert span(READER.read(text, POSTED)) == (Action.SCHEDULE, [expected])


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((time(8), time(20)), "15:00"),
        ((time(0), time(12)), "03:00"),
    ],
)
def test_the_hours_of_the_event_tell_morning_from_afternoon(hours: tuple[time, time], expected: str) -> None:
    reader = Reader(Rules(rooms=(Room("14"),), hours=hours))

    reading = reader.read("room 14 tomorrow at 3", POSTED)

    assert (reading.action, [f"{start:%H:%M}" for start in reading.starts]) == (Action.SCHEDULE, [expected])


def test_the_hours_of_the_event_refuse_nothing() -> None:
    assert span(READER.read("room 14 at 22:00", POSTED)) == (Action.SCHEDULE, ["11 22:00-11 22:45"])


def test_a_number_that_no_reading_puts_within_the_hours_is_in_doubt() -> None:
    reader = Reader(Rules(rooms=(Room("14"),), hours=(time(10), time(12))))

    assert reader.read("room 14 tomorrow at 3", POSTED).reason == "2 times; 3 may be 03:00 or 15:00"


def test_minutes_are_counted_from_the_post() -> None:
    posted = datetime(2018, 5, 11, 23, 50, 30, tzinfo=ZONE)

    reading = READER.read("room 14 in 45 minutes", posted)

    assert (reading.action, reading.starts) == (Action.SCHEDULE, (posted + timedelta(minutes=45),))


def test_today_is_the_day_that_the_events_calendar_has() -> None:
    evening = datetime(2018, 5, 12, 1, 30, tzinfo=UTC)

    assert span(READER.read("room 14 tonight at 11pm", evening)) == (Action.SCHEDULE, ["11 23:00-11 23:45"])


def test_a_post_without_a_zone_was_posted_by_the_events_clocks() -> None:
    assert READER.read("room 14 in 45 minutes", datetime(2018, 5, 11, 8)).starts == (POSTED + timedelta(minutes=45),)  # noqa: DTZ001


def test_without_days_of_the_event_every_day_is_one() -> None:
    reader = Reader(Rules(rooms=(Room("14"),)))

    reading = reader.read("room 14 at 3pm on Jan 5", datetime(2026, 12, 20, tzinfo=UTC))

    assert (reading.action, reading.starts) == (Action.SCHEDULE, (datetime(2027, 1, 5, 15, tzinfo=UTC),))


def test_an_unknown_day_is_not_looked_for_where_the_grammar_found_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(text: str) -> str:
        raise AssertionError(text)

    monkeypatch.setattr(second_opinion, "day_in", never)

    assert span(READER.read("room 14 tomorrow at 3pm huomenna", POSTED)) == (Action.SCHEDULE, ["12 15:00-12 15:45"])


@pytest.mark.parametrize("name", ["14", "Room 14", "rm 14"])
def test_a_room_with_the_word_in_its_name_is_found_by_its_number(name: str) -> None:
    reader = RoomReader(Rules(rooms=(Room(name),)))

    assert [reader.read(text).names for text in ("room 14", "Rm. 14", "ROOM-14", "14 people")] == [(name,)] * 3 + [()]


@pytest.mark.parametrize("text", ["room 14 at 3pm " + 300 * "so much ", 3000 * "1.", "https://x.example/ " * 1000])
def test_a_post_that_is_too_long_is_left_to_a_person(text: str) -> None:
    assert READER.read(text, POSTED) == Reading(Action.REVIEW, reason="it is longer than 2000 characters")


def test_links_do_not_make_a_post_too_long() -> None:
    text = "room 14 at 3pm https://x.example/" + 3000 * "x"

    assert READER.read(text, POSTED).action is Action.SCHEDULE


def test_a_number_of_any_length_is_read() -> None:
    assert READER.read(f"room {1900 * '1'} at 3pm", POSTED).action is Action.REVIEW


def test_the_longest_name_wins() -> None:
    reader = RoomReader(Rules(rooms=(Room("Hall"), Room("Hall 2"), Room("Hall 2 East"))))

    assert reader.read("hall 2 east, hall 2, hall").names == ("Hall 2 East", "Hall 2", "Hall")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a @ada b #tag c https://x.example/3pm d ada@x.example e x.example/14", "a b c d e"),
        ("@3pm @ 14 #14 @noon", "@3pm @ 14 #14 @noon"),
        ("<p>a &amp; b</p><@U123> <https://x.example|Room 14>", "a & b"),
        ("１４\u00a0\u20093️⃣pm 10–11 “x”", '14 3pm 10-11 "x"'),
        ("a\ue000b\u200bc", "abc"),
    ],
)
def test_links_hashtags_and_mentions_are_set_apart(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_a_day_outside_the_event_is_shown_to_whom_it_is_left() -> None:
    days = (date(2018, 5, 11),)
    reader = Reader(Rules(zone=ZONE, days=days, rooms=(Room("14"),)))

    assert span(reader.read("room 14 5/13 3pm", POSTED)) == (Action.REVIEW, ["13 15:00-13 15:45"])
