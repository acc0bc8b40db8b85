"""Calendars that the site publishes: what is in them, and when they are written anew."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.core.sessions import Session, Status
from ptgbot.features.schedule.calendars import Calendars
from ptgbot.features.schedule.model import BOOKINGS, DAYS, INFO, ROOMS, TRACKS, Booking, Day, Info, Room, Slot, Track
from ptgbot.features.schedule.sessions import BookedSessions, TrackLinks
from ptgbot.features.topics.model import LINKS, TOPICS, Links, Now, Topic, etherpad_url, meeting_url
from ptgbot.site import ics
from ptgbot.site.ics import write_calendar
from ptgbot.store.state import State
from tests.build import change, make_state, put

BERLIN = Event("Harbor Summit", ZoneInfo("Europe/Berlin"), date(2026, 10, 24), "https://ptg.example.org")
LINKED = TrackLinks(LINKS, etherpad_url, meeting_url)
MADE = datetime(2026, 10, 1, 12, 30, tzinfo=UTC)


def calendars(event: Event = BERLIN) -> Calendars:
    return Calendars(event, LINKED, write_calendar)


def render(state: State, path: str = "ptg.ics", event: Event = BERLIN) -> bytes:
    return calendars(event).render(path, state.public, MADE)


def entries(content: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def harbor() -> State:
    """Two days, of which the second has one hour more than others in Berlin; two rooms, two tracks."""
    return make_state(
        Info("harbor"),
        [Track("nova", "red"), Track("docs", "blue")],
        Day("Saturday", 0, (Slot("Sat1", "09:00-10:30"), Slot("Sat2", "11:00-12:00"))),
        Day("Sunday", 1, (Slot("Sun1", "01:00-04:00"), Slot("Sun2", "09:00-10:30"))),
        Room("Ballroom A", 0, ("Sat1", "Sat2", "Sun1", "Sun2"), url="https://meet.example.org/a"),
        Room("Attic", 1, ("Sat1",)),
        Booking("b1", "nova", "Ballroom A", "Sat1", 0, MADE),
        Booking("b2", "nova", "Ballroom A", "Sun2", 2, MADE),
        Booking("b3", "docs", "Attic", "Sat1", 0, MADE),
    )


def test_an_entry_tells_track_time_place_pad_and_meeting() -> None:
    [entry, _] = entries(render(harbor(), "nova.ics"))

    assert {name: str(entry[name]) for name in ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "CONFERENCE")} == {
        "UID": "b1@ptgbot",
        "SUMMARY": "nova – Harbor Summit",
        "LOCATION": "Ballroom A, https://meet.example.org/a",
        "DESCRIPTION": "Pad: https://etherpad.opendev.org/p/harbor-nova\nMeeting: https://meet.example.org/a",
        "URL": "https://meet.example.org/a",
        "CONFERENCE": "https://meet.example.org/a",
    }
    assert entry.decoded("dtstart") == datetime(2026, 10, 24, 7, 0, tzinfo=UTC)
    assert entry.decoded("dtend") == datetime(2026, 10, 24, 8, 30, tzinfo=UTC)
    assert (entry.decoded("dtstamp"), entry.decoded("last-modified")) == (MADE, MADE)
    assert (entry["SEQUENCE"], entry["STATUS"]) == (0, "CONFIRMED")
    assert entry.categories == ["nova"]


def test_one_calendar_holds_every_booking_and_each_track_has_its_own() -> None:
    state = harbor()
    kept = {path: [str(e["UID"]) for e in entries(render(state, path))] for path in calendars().paths(state.public)}

    assert kept == {
        "ptg.ics": ["b3@ptgbot", "b1@ptgbot", "b2@ptgbot"],
        "docs.ics": ["b3@ptgbot"],
        "nova.ics": ["b1@ptgbot", "b2@ptgbot"],
    }


def test_a_room_without_meeting_is_the_whole_location() -> None:
    [entry] = entries(render(harbor(), "docs.ics"))

    assert (str(entry["LOCATION"]), "URL" in entry, "CONFERENCE" in entry) == ("Attic", False, False)
    assert str(entry["DESCRIPTION"]) == "Pad: https://etherpad.opendev.org/p/harbor-docs"


def test_the_calendar_is_named_and_says_how_often_to_look_again() -> None:
    named: Any = icalendar.Calendar.from_ical(render(harbor(), "nova.ics"))

    assert {name: named[name].to_ical().decode() for name in sorted(named)} == {
        "CALSCALE": "GREGORIAN",
        "NAME": "nova – Harbor Summit",
        "PRODID": "-//ptgbot//ptgbot//EN",
        "REFRESH-INTERVAL": "PT15M",
        "URL": "https://ptg.example.org",
        "VERSION": "2.0",
        "X-PUBLISHED-TTL": "PT15M",
        "X-WR-CALNAME": "nova – Harbor Summit",
    }


def test_an_event_without_name_is_called_by_its_id() -> None:
    content = render(harbor(), "docs.ics", Event(zone=BERLIN.zone, first_day=BERLIN.first_day))

    assert str(icalendar.Calendar.from_ical(content)["NAME"]) == "docs – harbor"
    assert [str(entry["SUMMARY"]) for entry in entries(content)] == ["docs"]


@pytest.mark.parametrize(
    ("zone", "first_day", "expected"),
    [
        # The clocks go back at 3 on the 25th: the day before begins at UTC+2, the day itself ends at UTC+1.
        (
            "Europe/Berlin",
            date(2026, 10, 24),
            [
                ("2026-10-24T07:00Z", "2026-10-24T08:30Z"),
                ("2026-10-24T23:00Z", "2026-10-25T03:00Z"),
                ("2026-10-25T08:00Z", "2026-10-25T09:30Z"),
            ],
        ),
        # At 2 on the 1st of November.
        (
            "America/New_York",
            date(2026, 10, 31),
            [
                ("2026-10-31T13:00Z", "2026-10-31T14:30Z"),
                ("2026-11-01T05:00Z", "2026-11-01T09:00Z"),
                ("2026-11-01T14:00Z", "2026-11-01T15:30Z"),
            ],
        ),
    ],
)
def test_instants_are_right_on_both_sides_of_a_change_of_clocks(
    zone: str, first_day: date, expected: list[tuple[str, str]]
) -> None:
    state = harbor()
    put(state, Booking("night", "nova", "Ballroom A", "Sun1", 0, MADE))

    found = entries(render(state, "nova.ics", Event("", ZoneInfo(zone), first_day)))

    def text(instant: datetime) -> str:
        return instant.strftime("%Y-%m-%dT%H:%MZ")

    assert [(text(e.decoded("dtstart")), text(e.decoded("dtend"))) for e in found] == expected
    assert b"TZID" not in render(state, "nova.ics", Event("", ZoneInfo(zone), first_day))


def test_a_move_keeps_the_uid_and_raises_the_sequence() -> None:
    """Fault 12: the UID changed with the room, so that a moved booking was there twice; and DTSTAMP was missing."""
    state = harbor()
    moved = datetime(2026, 10, 20, 8, 0, tzinfo=UTC)
    [before] = entries(render(state, "docs.ics"))
    put(state, Booking("b3", "docs", "Ballroom A", "Sat2", 1, moved), at=moved)
    [after] = entries(render(state, "docs.ics"))

    assert (before["UID"], before["SEQUENCE"], before.decoded("dtstamp")) == ("b3@ptgbot", 0, MADE)
    assert (after["UID"], after["SEQUENCE"], after.decoded("dtstamp")) == ("b3@ptgbot", 1, moved)
    assert after.decoded("dtstart") == datetime(2026, 10, 24, 9, 0, tzinfo=UTC)
    assert str(after["LOCATION"]) == "Ballroom A, https://meet.example.org/a"


def test_the_sample_event_is_exported_although_its_slots_tell_no_instant() -> None:
    """Fault 2: a slot without ``realtime`` stopped the export, and the room's own keys were taken for slots."""
    sample = json.loads((Path(__file__).parents[3] / "base.json").read_text())

    def documents() -> Iterator[Any]:
        yield Info(sample["eventid"])
        yield from (Track(name, "red") for name in sample["tracks"])
        for position, (name, slots) in enumerate(sample["slots"].items()):
            yield Day(name, position, tuple(Slot(**slot) for slot in slots))
        for position, (name, held) in enumerate(sample["schedule"].items()):
            own = {key: held.pop(key) for key in ("desc", "url", "cap_icon", "cap_desc") if key in held}
            yield Room(name, position, tuple(held), **own)
            yield from (Booking(f"{name}/{s}", t, name, s, 0, MADE) for s, t in held.items() if t)

    booked = sum(bool(track) for held in sample["schedule"].values() for track in _slots_of(held))
    assert len(entries(render(make_state(documents())))) == booked > 50


def _slots_of(held: dict[str, str]) -> list[str]:
    return [track for key, track in held.items() if key not in ("desc", "url", "cap_icon", "cap_desc")]


def test_a_slot_whose_time_nothing_tells_is_left_out_and_named_once(caplog: pytest.LogCaptureFixture) -> None:
    state = harbor()
    put(
        state,
        Day("Saturday", 0, (Slot("Sat1", "early"), Slot("Sat2", "11:00-12:00"))),
        Booking("stray", "docs", "Attic", "Nowhere", 0, MADE),
    )
    exporter = calendars()
    caplog.set_level(logging.WARNING)

    for path in ("ptg.ics", "docs.ics", "ptg.ics"):
        exporter.render(path, state.public, MADE)
    put(state, Day("Saturday", 0, (Slot("Sat1", "early"), Slot("Sat2", "late"))))
    exporter.render("ptg.ics", state.public, MADE)

    assert [str(entry["UID"]) for entry in entries(render(state))] == ["b2@ptgbot"]
    assert [record.getMessage().partition(",")[0] for record in caplog.records][:2] == [
        "Nothing tells the time of the slots Sat1",
        "Nothing tells the time of the slots Sat1",
    ]
    assert "Sat1, Nowhere," in caplog.records[0].getMessage()
    assert "Sat1, Sat2, Nowhere," in caplog.records[1].getMessage()


HOSTILE = 'Bar; lower, deck\r\nEND:VEVENT\nEND:VCALENDAR\x00\x85\u2028 😀 \\n \ud800 "x":y'


def test_hostile_text_stays_text() -> None:
    state = make_state(
        Track("nova", "red"),
        Day("2026-10-24", 0, (Slot("Sat1", "09:00-10:30"),)),
        Room(HOSTILE, 0, ("Sat1",), url="https://x.example/\r\nSUMMARY:owned"),
        Booking("b1\nX-EVIL:1", "nova", HOSTILE, "Sat1", 0, MADE),
        Links("nova", etherpad="javascript:alert(1)"),
    )
    content = render(state, event=Event(HOSTILE, BERLIN.zone, None, "https://x.example/\nX-EVIL:1"))
    [entry] = entries(content)
    plain = 'Bar; lower, deck END:VEVENT END:VCALENDAR 😀 \\n "x":y'

    assert str(entry["LOCATION"]) == plain
    assert str(entry["SUMMARY"]) == f"nova – {plain}"
    assert str(entry["UID"]) == "b1 X-EVIL:1@ptgbot"
    assert " ".join(sorted(entry)) == (
        "CATEGORIES DTEND DTSTAMP DTSTART LAST-MODIFIED LOCATION SEQUENCE STATUS SUMMARY UID"
    )
    assert " ".join(sorted(icalendar.Calendar.from_ical(content))) == (
        "CALSCALE NAME PRODID REFRESH-INTERVAL VERSION X-PUBLISHED-TTL X-WR-CALNAME"
    )
    lines = content.decode().split("\r\n")
    assert (lines.count("END:VEVENT"), lines.count("END:VCALENDAR"), lines[-1]) == (1, 1, "")
    assert [line for line in lines if len(line.encode()) > 75 or "\n" in line or "\r" in line] == []


def test_the_bytes_are_the_same_as_long_as_nothing_changed() -> None:
    first = render(harbor())
    ics._write_session.cache_clear()

    assert calendars().render("ptg.ics", harbor().public, MADE + timedelta(days=2)) == first


def test_a_calendar_without_bookings_is_valid_all_the_same() -> None:
    content = render(make_state(Track("nova", "red")), "nova.ics")
    parsed = icalendar.Calendar.from_ical(content)

    assert [part.name for part in parsed.subcomponents] == ["VTIMEZONE"]  # one part is the least that is allowed
    assert parsed.errors == []


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        pytest.param(lambda d: d.put(TOPICS, Topic("nova", Now("x", MADE))), [], id="a topic"),
        pytest.param(lambda d: d.put(TRACKS, Track("nova", "teal")), [], id="a colour"),
        pytest.param(lambda d: d.put(TRACKS, Track("edge", "teal")), ["edge.ics"], id="a new track"),
        pytest.param(lambda d: d.remove(BOOKINGS, "b3"), ["docs.ics", "ptg.ics"], id="a booking taken back"),
        pytest.param(
            lambda d: d.put(BOOKINGS, Booking("b3", "nova", "Attic", "Sat1", 1, MADE)),
            ["docs.ics", "nova.ics", "ptg.ics"],
            id="a booking passed on",
        ),
        pytest.param(
            lambda d: d.put(LINKS, Links("nova", url="https://x.example")), ["nova.ics", "ptg.ics"], id="links"
        ),
        pytest.param(lambda d: d.put(INFO, Info("x")), ["docs.ics", "nova.ics", "ptg.ics"], id="the event's id"),
        pytest.param(lambda d: d.remove(ROOMS, "Attic"), ["docs.ics", "nova.ics", "ptg.ics"], id="a room"),
        pytest.param(lambda d: d.remove(DAYS, "Sunday"), ["docs.ics", "nova.ics", "ptg.ics"], id="a day"),
    ],
)
def test_a_change_touches_the_calendars_that_tell_of_it(edit: Callable[[Draft], object], expected: list[str]) -> None:
    state = harbor()
    made = change(state, edit)

    assert sorted(calendars().touched(made, state.public)) == expected


def test_time_alone_changes_no_calendar() -> None:
    assert calendars().turns("ptg.ics", harbor().public, MADE) is None


def test_a_booking_is_a_session() -> None:
    sessions = BookedSessions(BERLIN, LINKED)

    assert sessions.of(harbor().public, "docs") == (
        Session(
            "b3@ptgbot",
            "docs",
            "Attic",
            datetime(2026, 10, 24, 7, 0, tzinfo=UTC),
            datetime(2026, 10, 24, 8, 30, tzinfo=UTC),
            Status.CONFIRMED,
            0,
            MADE,
            track="docs",
            pad="https://etherpad.opendev.org/p/harbor-docs",
        ),
    )
