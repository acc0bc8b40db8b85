"""When days and slots are, and which room a track has today."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.catalogue import TABLES
from ptgbot.core.clock import Event
from ptgbot.features.schedule.model import (
    BOOKINGS,
    CALENDAR,
    Booking,
    CalendarEntry,
    Day,
    PlannedDay,
    Room,
    Slot,
    plan_days,
    room_today,
    today,
    untimed_slots,
)
from ptgbot.store.schema import Schema
from tests.build import make_state

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
MONDAY = date(2026, 11, 23)


def event(first_day: date | None = MONDAY, zone: ZoneInfo = BERLIN) -> Event:
    return Event(zone=zone, first_day=first_day)


def days(*names: str, slots: tuple[Slot, ...] = ()) -> list[Day]:
    return [Day(name, position, slots) for position, name in enumerate(names)]


def dates(planned: tuple[PlannedDay, ...]) -> list[str]:
    return [day.date.isoformat() if day.date else "" for day in planned]


def times(slot: Slot, *, on: str = "Monday", of: Event | None = None) -> tuple[str, str]:
    """Return when a slot starts and ends, in UTC."""
    [day] = plan_days([Day(on, 0, (slot,))], of or event())
    [planned] = day.slots
    if planned.start is None or planned.end is None:
        assert planned.start is planned.end
        return "", ""
    assert planned.start.tzinfo is UTC and planned.end.tzinfo is UTC
    return f"{planned.start:%Y-%m-%d %H:%M}", f"{planned.end:%Y-%m-%d %H:%M}"


# -- days ------------------------------------------------------------------------------------------------------------


def test_a_day_named_after_a_weekday_is_the_first_such_day_on_or_after_the_first() -> None:
    planned = plan_days(days("Wednesday", "friday", " Monday ", "Tuesday"), event(date(2026, 11, 25)))
    assert dates(planned) == ["2026-11-25", "2026-11-27", "2026-11-30", "2026-12-01"]


def test_days_with_other_names_follow_each_other() -> None:
    planned = plan_days(days("Arrival", "Day 2", "Friday", "Hike", "The end"), event(MONDAY))
    assert dates(planned) == ["2026-11-23", "2026-11-24", "2026-11-27", "2026-11-28", "2026-11-29"]


def test_a_day_named_by_its_date_is_that_date() -> None:
    assert dates(plan_days(days("2027-01-02", "Day 2"), event())) == ["2027-01-02", "2027-01-03"]
    assert dates(plan_days(days("2027-01-02", "Day 2"), event(None))) == ["2027-01-02", ""]


def test_days_are_in_the_order_of_their_places() -> None:
    planned = plan_days([Day("b", 1, ()), Day("a", 2, ()), Day("c", 0, ())], event())
    assert [day.day.name for day in planned] == ["c", "b", "a"]


def test_without_a_first_day_a_day_is_where_its_earliest_slot_is_on_the_events_clock() -> None:
    late = (Slot("x", "", "2026-11-24T10:00:00+00:00"), Slot("y", "", "2026-11-23T23:30:00Z"), Slot("z", "10:00"))
    planned = plan_days([Day("Monday", 0, late)], event(None))
    assert dates(planned) == ["2026-11-24"]
    assert [(slot.slot.name, str(slot.start)) for slot in planned[0].slots] == [
        ("y", "2026-11-23 23:30:00+00:00"),
        ("z", "2026-11-24 09:00:00+00:00"),
        ("x", "2026-11-24 10:00:00+00:00"),
    ]


def test_the_slots_of_a_day_are_in_order_of_time_and_one_without_stays_behind_the_one_before_it() -> None:
    slots = [("early", "first"), ("c", "11:00-12:00"), ("later", "?"), ("a", "08:00-09:00"), ("b", "08:00-10:00")]
    [day] = plan_days([Day("Monday", 0, tuple(Slot(name, desc) for name, desc in slots))], event())
    assert [slot.slot.name for slot in day.slots] == ["early", "a", "b", "c", "later"]


def test_without_anything_that_tells_it_a_day_has_no_date_and_its_slots_no_time() -> None:
    [day] = plan_days([Day("Monday", 0, (Slot("x", "09:00-10:00"),))], event(None))
    assert (day.date, day.slots[0].start, day.slots[0].end) == (None, None, None)


def test_slots_whose_time_nothing_tells_are_named() -> None:
    state = make_state(Day("Monday", 0, (Slot("a", "morning"), Slot("b", "9:00"), Slot("c", ""))))
    assert untimed_slots(state, event()) == ["a", "c"]


# -- slots -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        (Slot("x", "09:00-10:45"), ("2026-11-23 08:00", "2026-11-23 09:45")),
        (Slot("x", "9.00 – 10.45 coffee"), ("2026-11-23 08:00", "2026-11-23 09:45")),
        (Slot("x", "9h00-10h45"), ("2026-11-23 08:00", "2026-11-23 09:45")),
        (Slot("x", "09:00"), ("2026-11-23 08:00", "2026-11-23 09:00")),
        (Slot("x", "09:00-10:45", duration=30), ("2026-11-23 08:00", "2026-11-23 08:30")),
        (Slot("x", "22:00-01:00"), ("2026-11-23 21:00", "2026-11-24 00:00")),
        (Slot("x", "22:00-24:00"), ("2026-11-23 21:00", "2026-11-23 23:00")),
        (Slot("x", "09:00-09:00"), ("2026-11-23 08:00", "2026-11-23 09:00")),
        (Slot("x", "", "2026-11-25T09:00:00+09:00"), ("2026-11-25 00:00", "2026-11-25 01:00")),
        (Slot("x", "", "2026-11-25T09:00:00"), ("2026-11-25 08:00", "2026-11-25 09:00")),
        (Slot("x", "", "2026-11-25T09:00:00Z", 90), ("2026-11-25 09:00", "2026-11-25 10:30")),
        (Slot("x", "14:00-15:45", "2026-11-25T09:00:00Z"), ("2026-11-25 09:00", "2026-11-25 10:45")),
        (Slot("x", "09:00-10:45", "never"), ("2026-11-23 08:00", "2026-11-23 09:45")),
        (Slot("x", "09:00-10:45", "9999-12-31T23:59:00"), ("2026-11-23 08:00", "2026-11-23 09:45")),
        (Slot("x", "1:30pm - 3:00pm"), ("", "")),
        (Slot("x", "1:30-3:00 p.m."), ("", "")),
        (Slot("x", "25:00-26:00"), ("", "")),
        (Slot("x", "09:60"), ("", "")),
        (Slot("x", "09:000"), ("", "")),
        (Slot("x", "after lunch"), ("", "")),
        (Slot("x", ""), ("", "")),
    ],
)
def test_a_slot_is_told_by_realtime_else_by_its_description_and_ends_by_duration_else_by_that_else_in_an_hour(
    slot: Slot, expected: tuple[str, str]
) -> None:
    assert times(slot) == expected


@pytest.mark.parametrize(
    ("day", "zone", "desc", "expected"),
    [
        # Spring: 02:00 is 03:00.
        ("2026-03-29", BERLIN, "01:30-03:30", ("2026-03-29 00:30", "2026-03-29 01:30")),
        ("2026-03-29", BERLIN, "02:30-03:00", ("2026-03-29 01:30", "2026-03-29 02:00")),
        ("2026-03-29", BERLIN, "09:00-10:45", ("2026-03-29 07:00", "2026-03-29 08:45")),
        ("2026-03-28", BERLIN, "23:00-04:00", ("2026-03-28 22:00", "2026-03-29 02:00")),
        ("2026-03-08", NEW_YORK, "01:00-04:00", ("2026-03-08 06:00", "2026-03-08 08:00")),
        # Autumn: 03:00 is 02:00 again; the first of both is meant.
        ("2026-10-25", BERLIN, "01:30-03:30", ("2026-10-24 23:30", "2026-10-25 02:30")),
        ("2026-10-25", BERLIN, "02:30-03:00", ("2026-10-25 00:30", "2026-10-25 02:00")),
        ("2026-10-25", BERLIN, "09:00-10:45", ("2026-10-25 08:00", "2026-10-25 09:45")),
        ("2026-11-01", NEW_YORK, "00:30-02:30", ("2026-11-01 04:30", "2026-11-01 07:30")),
    ],
)
def test_slots_keep_to_the_wall_clock_where_summer_time_comes_and_goes(
    day: str, zone: ZoneInfo, desc: str, expected: tuple[str, str]
) -> None:
    assert times(Slot("x", desc), on=day, of=event(zone=zone)) == expected


def test_a_realtime_that_agrees_with_the_description_ends_by_the_wall_clock_too() -> None:
    slot = Slot("x", "01:30-03:30", "2026-10-24T23:30:00Z")
    assert times(slot, on="2026-10-25") == ("2026-10-24 23:30", "2026-10-25 02:30")


def test_a_duration_is_real_minutes_where_summer_time_goes() -> None:
    slot = Slot("x", "01:30-03:30", duration=120)
    assert times(slot, on="2026-10-25") == ("2026-10-24 23:30", "2026-10-25 01:30")


@given(
    st.lists(
        st.builds(
            Slot,
            st.text(),
            st.text() | st.from_regex(r"\d{1,2}[:.h]\d{2}(-\d{1,2}[:.h]\d{2})?"),
            st.text() | st.datetimes().map(datetime.isoformat) | st.just("0001-01-01T00:00:00+14:00"),
            st.none() | st.integers(1, 7 * 24 * 60),
        )
    ),
    st.text() | st.dates().map(date.isoformat) | st.sampled_from(["Monday", "sunday"]),
    st.none() | st.dates(date(1970, 1, 1), date(2999, 12, 31)),
    st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("UTC"), ZoneInfo("Pacific/Kiritimati")]),
)
def test_any_slot_ends_after_it_starts_or_has_no_time(
    slots: list[Slot], name: str, first_day: date | None, zone: ZoneInfo
) -> None:
    planned = plan_days(days(name, "other", slots=tuple(slots)), event(first_day, zone))
    for day in planned:
        for slot in day.slots:
            assert (slot.start is None) is (slot.end is None)
            assert slot.start is None or slot.end is None or slot.start < slot.end


# -- today -----------------------------------------------------------------------------------------------------------

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def day_on(now: datetime, names: tuple[str, ...], first_day: date | None, *, slots: tuple[Slot, ...] = ()) -> str:
    found = today(make_state(*days(*names, slots=slots)), event(first_day), now)
    return found.day.name if found else ""


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (NOON, "Monday"),
        (NOON + timedelta(days=2), "Wednesday"),
        (NOON - timedelta(days=5), "Monday"),  # a Wednesday, but in the week before
        (NOON + timedelta(days=5), "Monday"),  # the weekend
        (NOON + timedelta(days=9), "Monday"),  # a Wednesday, but in the week after
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), "Monday"),
        (datetime(2026, 11, 23, 23, 1, tzinfo=UTC), "Tuesday"),
    ],
)
def test_with_a_first_day_today_is_the_day_with_todays_date_else_the_first(now: datetime, name: str) -> None:
    assert day_on(now, WEEK, MONDAY) == name


def test_an_event_longer_than_a_week_has_each_weekday_twice_under_different_names() -> None:
    names = ("Monday", *(f"Day {n}" for n in range(2, 10)))
    assert day_on(NOON + timedelta(days=1), names, MONDAY) == "Day 2"
    assert day_on(NOON + timedelta(days=7), names, MONDAY) == "Day 8"
    assert day_on(NOON + timedelta(days=8), names, MONDAY) == "Day 9"
    assert day_on(NOON + timedelta(days=9), names, MONDAY) == "Monday"


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (NOON, "Monday"),
        (NOON + timedelta(days=2), "Wednesday"),
        (NOON - timedelta(days=5), "Wednesday"),
        (NOON + timedelta(days=5), "Monday"),
    ],
)
def test_without_any_date_weekday_names_count(now: datetime, name: str) -> None:
    assert day_on(now, WEEK, None) == name


def test_without_a_first_day_dates_of_slots_count_more_than_names() -> None:
    slots = (Slot("x", "", "2026-12-02T10:00:00Z"),)
    assert day_on(NOON + timedelta(days=9), ("Monday",), None, slots=slots) == "Monday"
    assert today(make_state(), event(), NOON) is None


def test_a_tracks_room_today_is_the_first_in_schedule_order_that_has_it_in_a_slot_of_today() -> None:
    at = NOON
    state = make_state(
        Day("Monday", 0, (Slot("M1", "09:00-10:00"), Slot("M2", "10:00-11:00"))),
        Day("Tuesday", 1, (Slot("T1", "09:00-10:00"),)),
        Room("Zoo", 0, ("M1", "M2", "T1")),
        Room("Attic", 1, ("M1", "M2", "T1")),
        Booking("1", "nova", "Attic", "M1", 0, at),
        Booking("2", "nova", "Zoo", "M2", 0, at),
        Booking("3", "swift", "Attic", "T1", 0, at),
    )

    def rooms(now: datetime) -> list[str | None]:
        return [room_today(state, event(), now, track) for track in ("nova", "swift", "docs")]

    assert rooms(NOON) == ["Zoo", None, None]
    assert rooms(NOON + timedelta(days=1)) == [None, "Attic", None]
    assert rooms(NOON + timedelta(days=3)) == ["Zoo", None, None]  # the first day counts as today
    assert rooms(NOON - timedelta(days=6)) == ["Zoo", None, None]  # a Tuesday, in the week before


def test_bookings_and_calendar_entries_of_an_older_version_are_read() -> None:
    booking = Booking("b1", "nova", "Aspen", "MonA1", 0, datetime(2026, 11, 23, 9, tzinfo=UTC))
    entry = CalendarEntry("b1", "nova", "Aspen", booking.changed, booking.changed, booking.changed)
    for table, document, new in ((BOOKINGS, booking, ("title", "url")), (CALENDAR, entry, ("title", "about"))):
        old = {key: value for key, value in orjson.loads(orjson.dumps(document)).items() if key not in new}
        assert Schema(TABLES).decode(table.name, 1, [old]) == [document]
