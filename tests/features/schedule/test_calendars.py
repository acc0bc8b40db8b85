"""Calendars that the site publishes: which there are, what is in them, and when they are written anew."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from ptgbot.catalogue import TABLES, make_keeper
from ptgbot.core.changes import Change, Draft
from ptgbot.core.clock import Event
from ptgbot.core.documents import Table
from ptgbot.core.sessions import Session, Status
from ptgbot.features.schedule.calendars import Calendars
from ptgbot.features.schedule.model import BOOKINGS, DAYS, INFO, ROOMS, TRACKS, Booking, Day, Info, Room, Slot, Track
from ptgbot.features.schedule.sessions import BookedSessions, TrackLinks
from ptgbot.features.topics.model import LINKS, TOPICS, Links, Now, Topic, etherpad_url, meeting_url
from ptgbot.site import ics
from ptgbot.site.ics import write_calendar
from ptgbot.store.state import State
from tests.build import make_state, put, told
from tests.fakes import MemoryStore

BERLIN = Event("Harbor Summit", ZoneInfo("Europe/Berlin"), date(2026, 10, 24), "https://ptg.example.org")
LINKED = TrackLinks(LINKS, etherpad_url, meeting_url)
MADE = datetime(2026, 10, 1, 12, 30, tzinfo=UTC)
REVISION = 23632200  # the seconds from the beginning of 2026 until then


def calendars(event: Event = BERLIN) -> Calendars:
    return Calendars(event, LINKED, write_calendar)


def render(state: State, path: str = "ptg.ics", event: Event = BERLIN, now: datetime = MADE) -> bytes:
    return calendars(event).render(path, state.public, now)


def entries(content: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def uids(content: bytes) -> list[str]:
    return [str(entry["UID"]).removesuffix("@ptgbot") for entry in entries(content)]


def untold() -> State:
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


def harbor(event: Event = BERLIN) -> State:
    return told(untold(), event)


def edit(state: State, *edits: tuple[Table[Any], Any], at: datetime = MADE, event: Event = BERLIN) -> Change:
    """Make a Change as a bot does: a document of a table is put in place, a key of one is removed."""
    store = MemoryStore(TABLES)
    store.view = state
    draft = Draft(state)
    for table, what in edits:
        if isinstance(what, str):
            draft.remove(table, what)
        else:
            draft.put(table, what)
    return make_keeper(store, event).commit(draft.edits(), at=at)


# -- which there are, and what is in them -----------------------------------------------------------------------------


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
    assert (entry["SEQUENCE"], entry["STATUS"]) == (REVISION, "CONFIRMED")
    assert entry.categories == ["nova"]


def test_there_is_a_calendar_of_everything_and_one_for_each_track_room_and_day() -> None:
    state = harbor()

    assert {path: uids(render(state, path)) for path in calendars().paths(state.public)} == {
        "docs.ics": ["b3"],
        "nova.ics": ["b1", "b2"],
        "room/attic.ics": ["b3"],
        "room/ballroom-a.ics": ["b1", "b2"],
        "day/2026-10-24.ics": ["b3", "b1"],
        "day/2026-10-25.ics": ["b2"],
        "ptg.ics": ["b3", "b1", "b2"],
    }


def test_each_calendar_has_a_name_of_its_own() -> None:
    state = harbor()
    named = {path: str(icalendar.Calendar.from_ical(render(state, path))["NAME"]) for path in calendars().paths(state)}

    assert named == {
        "docs.ics": "docs – Harbor Summit",
        "nova.ics": "nova – Harbor Summit",
        "room/attic.ics": "Attic – Harbor Summit",
        "room/ballroom-a.ics": "Ballroom A – Harbor Summit",
        "day/2026-10-24.ics": "Saturday 24 October 2026 – Harbor Summit",
        "day/2026-10-25.ics": "Sunday 25 October 2026 – Harbor Summit",
        "ptg.ics": "Harbor Summit",
    }


def test_what_begins_after_midnight_belongs_to_the_day_it_is_listed_under() -> None:
    state = untold()
    put(state, Day("Saturday", 0, (Slot("Late", "23:30-01:00", "2026-10-25T00:30+02:00"),)))
    put(state, Room("Attic", 1, ("Late",)), Booking("b3", "docs", "Attic", "Late", 0, MADE))

    assert uids(render(told(state, BERLIN), "day/2026-10-24.ics")) == ["b3"]


def test_a_room_without_meeting_is_the_whole_location_and_the_track_s_page_is_the_address() -> None:
    [entry] = entries(render(harbor(), "docs.ics"))

    assert (str(entry["LOCATION"]), "CONFERENCE" in entry) == ("Attic", False)
    assert str(entry["URL"]) == "https://ptg.example.org/track/docs.html"
    assert str(entry["DESCRIPTION"]) == "Pad: https://etherpad.opendev.org/p/harbor-docs"


def test_without_an_address_of_the_site_there_is_no_page_to_name() -> None:
    event = Event("Harbor Summit", BERLIN.zone, BERLIN.first_day)
    [entry] = entries(render(harbor(event), "docs.ics", event))

    assert "URL" not in entry


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
    event = Event("", ZoneInfo(zone), first_day)
    state = untold()
    put(state, Booking("night", "nova", "Ballroom A", "Sun1", 0, MADE))
    content = render(told(state, event), "nova.ics", event)

    def text(instant: datetime) -> str:
        return instant.strftime("%Y-%m-%dT%H:%MZ")

    assert [(text(e.decoded("dtstart")), text(e.decoded("dtend"))) for e in entries(content)] == expected
    assert b"TZID" not in content


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
    assert len(entries(render(told(make_state(documents()), BERLIN)))) == booked > 50


def _slots_of(held: dict[str, str]) -> list[str]:
    return [track for key, track in held.items() if key not in ("desc", "url", "cap_icon", "cap_desc")]


def test_a_slot_whose_time_nothing_tells_is_left_out_and_named_once(caplog: pytest.LogCaptureFixture) -> None:
    state = untold()
    put(
        state,
        Day("Saturday", 0, (Slot("Sat1", "early"), Slot("Sat2", "11:00-12:00"))),
        Booking("stray", "docs", "Attic", "Nowhere", 0, MADE),
    )
    told(state, BERLIN)
    exporter = calendars()
    caplog.set_level(logging.WARNING)

    for path in ("ptg.ics", "docs.ics", "ptg.ics"):
        exporter.render(path, state.public, MADE)
    put(state, Day("Saturday", 0, (Slot("Sat1", "early"), Slot("Sat2", "late"))))
    exporter.render("ptg.ics", state.public, MADE)

    assert uids(render(state)) == ["b2"]
    assert [record.getMessage().partition(",")[0] for record in caplog.records][:2] == [
        "Nothing tells the time of the slots Sat1",
        "Nothing tells the time of the slots Sat1",
    ]
    assert "Sat1, Nowhere," in caplog.records[0].getMessage()
    assert "Sat1, Sat2, Nowhere," in caplog.records[1].getMessage()


HOSTILE = 'Bar; lower, deck\r\nEND:VEVENT\nEND:VCALENDAR\x00\x85\u2028 😀 \\n \ud800 "x":y'


def test_hostile_text_stays_text() -> None:
    event = Event(HOSTILE, BERLIN.zone, None, "https://x.example/\nX-EVIL:1")
    state = make_state(
        Track("nova", "red"),
        Day("2026-10-24", 0, (Slot("Sat1", "09:00-10:30"),)),
        Room(HOSTILE, 0, ("Sat1",), url="https://x.example/\r\nSUMMARY:owned"),
        Booking("b1\nX-EVIL:1", "nova", HOSTILE, "Sat1", 0, MADE),
        Links("nova", etherpad="javascript:alert(1)"),
    )
    content = render(told(state, event), event=event)
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


def test_a_booking_is_a_session() -> None:
    assert BookedSessions(BERLIN).where(harbor().public, "track", "docs") == (
        Session(
            "b3@ptgbot",
            "docs",
            "Attic",
            datetime(2026, 10, 24, 7, 0, tzinfo=UTC),
            datetime(2026, 10, 24, 8, 30, tzinfo=UTC),
            Status.CONFIRMED,
            REVISION,
            MADE,
            track="docs",
            pad="https://etherpad.opendev.org/p/harbor-docs",
            page="https://ptg.example.org/track/docs.html",
        ),
    )


# -- what was taken back ----------------------------------------------------------------------------------------------

LATER = MADE + timedelta(hours=3)
TWO_DAYS = timedelta(hours=48)


def test_a_booking_that_is_taken_back_stays_two_days_as_cancelled_and_then_goes() -> None:
    state = harbor()
    edit(state, (BOOKINGS, "b3"), at=LATER)
    [entry] = entries(render(state, "docs.ics", now=LATER + TWO_DAYS - timedelta(seconds=1)))

    assert (entry["UID"], entry["STATUS"]) == ("b3@ptgbot", "CANCELLED")
    assert str(entry["SUMMARY"]) == "Cancelled: docs – Harbor Summit"
    assert entry["SEQUENCE"] == REVISION + 3 * 3600
    assert (entry.decoded("dtstamp"), entry.decoded("last-modified")) == (LATER, LATER)
    assert entry.decoded("dtstart") == datetime(2026, 10, 24, 7, 0, tzinfo=UTC)
    assert uids(render(state, "docs.ics", now=LATER + TWO_DAYS)) == []


def test_a_calendar_says_when_what_was_cancelled_goes() -> None:
    state = harbor()
    edit(state, (BOOKINGS, "b3"), at=LATER)
    edit(state, (BOOKINGS, "b1"), at=LATER + timedelta(hours=1))
    turns = {path: calendars().turns(path, state, LATER) for path in calendars().paths(state)}
    first, second = LATER + TWO_DAYS, LATER + TWO_DAYS + timedelta(hours=1)

    assert turns == {
        "docs.ics": first,
        "nova.ics": second,
        "room/attic.ics": first,
        "room/ballroom-a.ics": second,
        "day/2026-10-24.ics": first,
        "day/2026-10-25.ics": None,
        "ptg.ics": first,
    }
    assert calendars().turns("ptg.ics", state, first) == second
    assert calendars().turns("ptg.ics", state, second) is None


def test_the_calendar_of_what_is_gone_stays_until_it_has_told_what_was_cancelled() -> None:
    state = harbor()
    gone = ((BOOKINGS, "b3"), (TRACKS, "docs"), (ROOMS, "Attic"), (TRACKS, "unbooked"))
    put(state, Track("unbooked", "red"))
    edit(state, *gone, at=LATER)
    there = {"docs.ics", "room/attic.ics"}

    assert there <= set(calendars().paths(state))
    assert {path: uids(render(state, path)) for path in there} == {path: ["b3"] for path in there}
    assert "unbooked.ics" not in calendars().paths(state)
    told(state, BERLIN, at=LATER + TWO_DAYS)
    assert set(calendars().paths(state)) & there == set()


# -- when they are written anew ---------------------------------------------------------------------------------------


NOVA = {"nova.ics", "room/ballroom-a.ics"}
DOCS = {"docs.ics", "room/attic.ics", "day/2026-10-24.ics", "ptg.ics"}
BOTH_DAYS = {"day/2026-10-24.ics", "day/2026-10-25.ics", "ptg.ics"}


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param([(TOPICS, Topic("nova", Now("x", MADE)))], set(), id="a topic"),
        pytest.param([(TRACKS, Track("nova", "teal"))], set(), id="a colour"),
        pytest.param([(ROOMS, Room("Cellar", 2, ("Sat1",)))], set(), id="a room without bookings"),
        pytest.param([(BOOKINGS, "b3")], DOCS, id="a booking taken back"),
        pytest.param(
            [(BOOKINGS, Booking("b3", "nova", "Attic", "Sat1", 1, MADE))], DOCS | {"nova.ics"}, id="passed on"
        ),
        pytest.param(
            [(BOOKINGS, Booking("b3", "docs", "Ballroom A", "Sun1", 1, MADE))],
            DOCS | BOTH_DAYS | {"room/ballroom-a.ics"},
            id="a move",
        ),
        pytest.param([(LINKS, Links("nova", url="https://x.example"))], NOVA | BOTH_DAYS, id="links"),
        pytest.param([(INFO, Info("x"))], NOVA | DOCS | BOTH_DAYS, id="the event's id"),
        pytest.param([(ROOMS, Room("Ballroom A", 0, (), url=""))], NOVA | BOTH_DAYS, id="a room's meeting"),
        pytest.param([(DAYS, "Sunday")], {*NOVA, "day/2026-10-25.ics", "ptg.ics"}, id="a day"),
    ],
)
def test_a_change_touches_the_calendars_that_tell_of_it(edits: Any, expected: set[str]) -> None:
    state = harbor()
    made = edit(state, *edits)

    assert set(calendars().touched(made, state.public)) == expected


@pytest.mark.parametrize("path", ["ptg.ics", "nova.ics", "day/2026-10-24.ics"])
def test_time_alone_changes_no_calendar_in_which_nothing_was_cancelled(path: str) -> None:
    assert calendars().turns(path, harbor().public, MADE) is None


def test_topics_leave_the_list_of_calendars_as_it_is() -> None:
    state, exporter = harbor(), calendars()
    before = exporter.paths(state.public)
    put(state, Topic("nova", Now("x", MADE)))

    assert exporter.paths(state.public) is before
