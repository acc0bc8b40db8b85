"""Schedules of other programs, and our own: what they make of an event, and who is who after a second import."""

import copy
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptgbot.catalogue import TABLES, make_keeper
from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.features.admin.difference import difference
from ptgbot.features.admin.legacy import Import, Importer
from ptgbot.features.admin.opening import open_file
from ptgbot.features.admin.reading import BadImport
from ptgbot.features.admin.schedule_import import ROOM_KEYS
from ptgbot.features.feeds.schedule import ScheduleFiles
from ptgbot.features.schedule.model import (
    BOOKINGS,
    DAYS,
    ROOMS,
    TRACKS,
    Booking,
    Day,
    PlannedDay,
    Room,
    Slot,
    Track,
    plan,
)
from ptgbot.features.topics.model import LINKS, TOPICS
from ptgbot.store.state import State
from tests.build import AT, import_state, make_state, sample_data
from tests.fakes import MemoryStore

EVENT = Event("Harbor Summit", ZoneInfo("Europe/Berlin"), None, "https://ptg.example.org")
G = [f"00000000-0000-4000-8000-{number:012}" for number in range(10)]


def talk(guid: int | None, date_: str, duration: str, track: str | None, title: str = "A talk", **more: Any) -> Any:
    return {
        "id": 100 + (guid or 0), "guid": None if guid is None else G[guid], "logo": "", "date": date_,
        "start": date_[11:16], "duration": duration, "room": "Hall", "slug": "x", "url": "https://example.org/x",
        "title": title, "subtitle": "", "track": track, "type": "Talk", "language": "en", "abstract": "",
        "description": "", "persons": [], "links": [], **more,
    }  # fmt: skip


# As pretalx exports it: a break, a talk without a track, a night that goes on after midnight, two grids of times.
PRETALX: dict[str, Any] = {
    "$schema": "https://c3voc.de/schedule/schema.json",
    "generator": {"name": "pretalx", "version": "2024.2.1"},
    "schedule": {
        "url": "https://example.org/schedule/",
        "version": "0.3",
        "base_url": "https://example.org",
        "conference": {
            "acronym": "demo2026",
            "title": "Demo",
            "start": "2026-11-27",
            "end": "2026-11-28",
            "daysCount": 2,
            "timeslot_duration": "00:05",
            "time_zone_name": "Europe/Berlin",
            "colors": {"primary": "#3aa57c"},
            "rooms": [
                {"name": "Hall", "slug": "1-hall", "guid": G[9], "description": "Ground floor", "capacity": 500},
                {"name": "Loft", "slug": "2-loft", "guid": G[8], "description": {"de": "Oben", "en": "Upstairs"}},
            ],
            "tracks": [
                {"name": "Art & Culture", "slug": "1-art-culture", "color": "#ff0000"},
                {"name": "Security", "slug": "2-security", "color": "#00ff00"},
            ],
            "days": [
                {
                    "index": 1,
                    "date": "2026-11-27",
                    "day_start": "2026-11-27T04:00:00+01:00",
                    "day_end": "2026-11-28T03:59:00+01:00",
                    "rooms": {
                        "Hall": [
                            talk(1, "2026-11-27T09:00:00+01:00", "00:45", "Security"),
                            talk(None, "2026-11-27T12:00:00+01:00", "01:00", None, "Lunch break", type="Break"),
                            talk(2, "2026-11-28T00:30:00+01:00", "01:00", "Art & Culture", "Night music"),
                        ],
                        "Loft": [
                            talk(3, "2026-11-27T09:00:00+01:00", "01:30", "Art & Culture"),
                            talk(4, "2026-11-27T11:00:00+01:00", "00:30", None, "Grüße aus Łódź!"),
                        ],
                    },
                },
                {
                    "index": 2,
                    "date": "2026-11-28",
                    "day_start": "2026-11-28T04:00:00+01:00",
                    "day_end": "2026-11-29T03:59:00+01:00",
                    "rooms": {"Hall": [talk(5, "2026-11-28T10:00:00+01:00", "1:00:00", "Security")]},
                },
            ],
        },
    },
}


def read(state: State, data: Any, event: Event = EVENT, *, at: datetime = AT) -> Import:
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    ids = (f"made{number}" for number in range(len(state.all(BOOKINGS)) * 100, 10**9))
    importer = Importer(state, event=event, network="irc", at=at, new_id=lambda: next(ids), strict=True)
    return importer.read(open_file(content))


def take(state: State, data: Any, event: Event = EVENT, *, at: datetime = AT) -> list[str]:
    """Import something; return the notes."""
    result = read(state, data, event, at=at)
    state.apply(state.seq + 1, at, result.edits)
    return result.notes


def booked(state: State, event: Event = EVENT) -> dict[str, tuple[str, str, str, str]]:
    """Return track, room, start and end of each booking, by its id."""
    times = {slot.slot.name: slot for day in plan(state, event) for slot in day.slots}
    found = {}
    for booking in state.all(BOOKINGS).values():
        slot = times[booking.slot]
        assert slot.start is not None
        assert slot.end is not None
        start, end = (f"{event.local(instant):%d %H:%M}" for instant in (slot.start, slot.end))
        found[booking.id] = (booking.track, booking.room, start, end)
    return found


def problems(data: Any, event: Event = EVENT) -> list[str]:
    with pytest.raises(BadImport) as bad:
        read(make_state(), data, event)
    return bad.value.problems


def id_of(number: int) -> str:
    return UUID(G[number]).hex


# -- what becomes of a schedule ---------------------------------------------------------------------------------------


def test_a_schedule_of_pretalx_becomes_days_slots_rooms_tracks_and_bookings() -> None:
    state = make_state()
    notes = take(state, PRETALX)
    assert booked(state) == {
        id_of(1): ("security", "Hall", "27 09:00", "27 09:45"),
        id_of(2): ("art-culture", "Hall", "28 00:30", "28 01:30"),
        id_of(3): ("art-culture", "Loft", "27 09:00", "27 10:30"),
        id_of(4): ("grusse-aus-lodz", "Loft", "27 11:00", "27 11:30"),
        id_of(5): ("security", "Hall", "28 10:00", "29 10:00"),
    }
    assert {day.name: [slot.name for slot in day.slots] for day in state.all(DAYS).values()} == {
        "Friday": ["Fri0900-0945", "Fri0900-1030", "Fri1100", "Sat0030"],
        "Saturday": ["Sat1000"],
    }
    assert state.all(DAYS)["Friday"].slots[0] == Slot("Fri0900-0945", "09:00-09:45", "2026-11-27T09:00:00+01:00", 45)
    assert list(state.all(ROOMS).values()) == [
        Room("Hall", 0, ("Fri0900-0945", "Sat0030", "Sat1000"), "Ground floor"),
        Room("Loft", 1, ("Fri0900-1030", "Fri1100"), "Upstairs"),
    ]
    colors = {track.name: track.color for track in state.all(TRACKS).values()}
    assert (colors.pop("art-culture"), colors.pop("security"), list(colors)) == (
        "#ff0000",
        "#00ff00",
        ["grusse-aus-lodz"],
    )
    assert notes == [
        "the track 'Art & Culture' is now 'art-culture'",
        "the track 'Grüße aus Łódź!' is now 'grusse-aus-lodz'",
        "1 of the talks has no track: its title is its track",
        "1 break is left out",
    ]


def test_the_days_of_a_schedule_have_their_dates() -> None:
    state = make_state()
    take(state, PRETALX)
    assert [(day.day.name, day.date) for day in plan(state, EVENT)] == [
        ("Friday", date(2026, 11, 27)),
        ("Saturday", date(2026, 11, 28)),
    ]


@pytest.mark.parametrize("first", [date(2026, 11, 27), date(2026, 11, 23)])
def test_weekdays_name_the_days_where_the_events_first_day_reads_them_right(first: date) -> None:
    state, event = make_state(), Event("E", ZoneInfo("Europe/Berlin"), first)
    take(state, PRETALX, event)
    assert [(day.day.name, day.date.day) for day in plan(state, event) if day.date] == [
        ("Friday", 27),
        ("Saturday", 28),
    ]


@pytest.mark.parametrize("first", [date(2026, 11, 28), date(2025, 11, 24)])
def test_dates_name_the_days_where_weekdays_would_mislead(first: date) -> None:
    state, event = make_state(), Event("E", ZoneInfo("Europe/Berlin"), first)
    take(state, PRETALX, event)
    assert [day.name for day in state.all(DAYS).values()] == ["2026-11-27", "2026-11-28"]


def test_an_event_of_more_than_a_week_names_days_and_slots_by_date() -> None:
    data = schedule(*[("Hall", talk(n, f"2026-11-{20 + n}T09:00:00+01:00", "01:00", "a")) for n in (0, 3, 7)])
    state = make_state()
    take(state, data)
    days = {day.name: [slot.name for slot in day.slots] for day in state.all(DAYS).values()}
    assert days == {"2026-11-20": ["20Nov0900"], "2026-11-23": ["23Nov0900"], "2026-11-27": ["27Nov0900"]}


def schedule(*talks: tuple[str, Any], **more: Any) -> dict[str, Any]:
    """Return a schedule of talks, each with its room; each day of a talk is the day it begins on."""
    days: dict[str, dict[str, list[Any]]] = {}
    for room, event in talks:
        days.setdefault(str(event["date"])[:10], {}).setdefault(room, []).append(event)
    found = [{"date": day, "rooms": rooms} for day, rooms in days.items()]
    return {"schedule": {"version": "1", "conference": {"acronym": "demo", "title": "Demo", "days": found, **more}}}


def test_one_hour_that_is_there_twice_makes_two_slots() -> None:
    data = schedule(
        ("Hall", talk(1, "2026-10-25T02:30:00+02:00", "00:30", "a")),
        ("Hall", talk(2, "2026-10-25T02:30:00+01:00", "00:30", "b")),
    )
    state = make_state()
    take(state, data)
    [day] = plan(state, EVENT)
    assert [(s.slot.name, s.start, s.end) for s in day.slots] == [
        ("Sun0230-0200", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
        ("Sun0230-0300", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ]


@pytest.mark.parametrize(
    ("zone", "start", "hour", "noted"),
    [
        ("Europe/Berlin", "2026-11-27T09:00:00", "09:00", False),
        ("America/New_York", "2026-11-27T09:00:00", "15:00", True),
        ("America/New_York", "2026-11-27T09:00:00Z", "10:00", True),
        (None, "2026-11-27T09:00:00", "09:00", False),
        ("Mars/Olympus", "2026-11-27T09:00:00", "09:00", True),
        ("..", "2026-11-27T09:00:00", "09:00", True),
    ],
)
def test_a_time_without_an_offset_is_of_the_files_zone_else_the_events(
    zone: str | None, start: str, hour: str, noted: bool
) -> None:
    state = make_state()
    notes = take(state, schedule(("Hall", talk(1, start, "01:00", "a")), time_zone_name=zone))
    assert booked(state)[id_of(1)][2] == f"27 {hour}"
    assert bool(notes) == noted


@pytest.mark.parametrize(
    ("more", "minutes"),
    [
        ({"duration": "00:20"}, 20),
        ({"duration": "90"}, 90),
        ({"duration": 45}, 45),
        ({"duration": "02:00:00"}, 120),
        ({"duration": "1:00:30"}, 24 * 60 + 30),
        ({"duration": "01:00", "end": "2026-11-27T09:25:00+01:00"}, 25),
        ({"duration": None, "end": "10:05"}, 65),
        ({"duration": None, "end": "08:00"}, 23 * 60),
    ],
)
def test_an_end_or_a_duration_is_read_in_every_form_that_files_have(more: Any, minutes: int) -> None:
    state = make_state()
    take(state, schedule(("Hall", {**talk(1, "2026-11-27T09:00:00+01:00", "", "a"), **more})))
    assert state.all(DAYS)["Friday"].slots[0].duration == minutes


def test_texts_in_several_languages_and_rooms_as_plain_names_are_read() -> None:
    event = talk(1, "2026-11-27T09:00:00+01:00", "00:30", None)
    event |= {"title": {"de": "Begrüßung", "en": "Welcome"}, "track": {"de": "Eröffnung"}}
    state = make_state()
    take(state, schedule(("Hall", event), rooms=["Hall", "Loft"]))
    assert booked(state) == {id_of(1): ("eroffnung", "Hall", "27 09:00", "27 09:30")}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("C++", "c"),
        ("Help", "help-track"),
        ("ptg", "ptg-track"),
        ("日本", "riben"),
        ("Безопасность", "bezopasnost"),
        ("Straße & Größe", "strasse-grosse"),
        ("?!", "track-dcb91c"),
        ("x" * 60, "x" * 50),
        ("-a_b.c-", "a_b.c"),
        ("a--b-", "a--b-"),
    ],
)
def test_a_track_gets_the_nearest_name_that_it_can_have(name: str, slug: str) -> None:
    state = make_state()
    take(state, schedule(("Hall", talk(1, "2026-11-27T09:00:00+01:00", "00:30", name))))
    assert list(state.all(TRACKS)) == [slug]


def test_two_tracks_never_become_one() -> None:
    names = ("C++", "C", "C#", "c")
    talks = [("Hall", talk(n, f"2026-11-27T{10 + n}:00:00+01:00", "00:30", name)) for n, name in enumerate(names)]
    state = make_state()
    notes = take(state, schedule(*talks))
    assert [found[0] for found in booked(state).values()] == ["c", "c-2", "c-3", "c-2"]
    assert "the track 'C#' is now 'c-3'" in notes


# -- titles and addresses ---------------------------------------------------------------------------------------------


def titles(state: State) -> dict[str, tuple[str, str]]:
    return {booking.id: (booking.title, booking.url) for booking in state.all(BOOKINGS).values()}


def test_a_talk_keeps_its_title_and_the_address_of_its_page() -> None:
    page = "https://example.org/x"
    data = schedule(
        ("Hall", talk(1, "2026-11-27T09:00:00+01:00", "00:30", "hardware", "Solder your own badge")),
        ("Hall", talk(2, "2026-11-27T10:00:00+01:00", "00:30", None, "Grüße!", url=None)),
        ("Hall", talk(3, "2026-11-27T11:00:00+01:00", "00:30", "Hardware", "Hardware", url="javascript:alert(1)")),
        ("Hall", talk(4, "2026-11-27T12:00:00+01:00", "00:30", "hardware", f"A {'long ' * 60}title")),
    )
    state = make_state()
    notes = take(state, data)
    assert titles(state) == {
        id_of(1): ("Solder your own badge", page),
        id_of(2): ("Grüße!", ""),
        id_of(3): ("", ""),
        id_of(4): (f"A {'long ' * 39}lo…", page),
    }
    assert "1 title is cut to 200 characters" in notes
    assert read(state, data).edits == ()


@pytest.mark.parametrize("content", [
    (b"<schedule><conference/><day date='2026-11-27'><room name='Hall'><event guid='g'><start>09:00</start>"
    b"<duration>00:30</duration><track>a</track><title>Locks</title><url>https://e.org/l</url>"
    b"<persons><person id='1'>Ada</person></persons><abstract>How</abstract></event></room></day></schedule>"),
    (b"room,day,start,duration,track,title,link,speakers,abstract\n"
    b"Hall,2026-11-27,09:00,30,a,Locks,https://e.org/l,Ada,How they work\n"),
    json.dumps(schedule(("Hall", talk(
        1, "2026-11-27T09:00:00+01:00", "00:30", "a", "Locks", url="https://e.org/l", persons=[{}], abstract="How",
    )))).encode(),
])  # fmt: skip
def test_titles_and_addresses_come_from_every_format_and_what_is_not_taken_is_told_once(content: bytes) -> None:
    state = make_state()
    notes = take(state, content)
    assert list(titles(state).values()) == [("Locks", "https://e.org/l")]
    assert notes == ["of the talks, speakers, abstracts are not taken"]


def test_another_title_is_told_and_is_no_move() -> None:
    state = make_state()
    take(state, PRETALX)
    before = state.all(BOOKINGS)[id_of(1)]
    data = copy.deepcopy(PRETALX)
    event_of(data, 1).update(title="Locks", url="https://example.org/y")
    result = read(state, data, at=AT + timedelta(hours=1))
    assert difference(state, result.edits, EVENT) == (
        "another title: 'Locks' instead of 'A talk' in Hall-Fri0900-0945",
        "~ 1 page: Hall-Fri0900-0945",
    )
    [edit] = result.edits
    assert edit.after == replace(before, title="Locks", url="https://example.org/y")


def test_a_table_knows_a_talk_that_moves_by_its_title() -> None:
    head = "room,day,start,end,track,title\n"
    state = make_state()
    take(state, f"{head}Hall,2026-11-27,09:00,10:00,a,One\nHall,2026-11-27,10:00,11:00,a,Two\n".encode())
    one, two = booked(state)
    take(state, f"{head}Loft,2026-11-27,12:00,13:00,a,Two\nLoft,2026-11-27,14:00,15:00,a,Three\n".encode())
    assert {id_: (*found[1:3], titles(state)[id_][0]) for id_, found in booked(state).items()} == {
        two: ("Loft", "27 12:00", "Two"),
        one: ("Loft", "27 14:00", "Three"),
    }


# -- the other formats ------------------------------------------------------------------------------------------------

XML = b"""<?xml version="1.0" encoding="utf-8"?>
<schedule>
  <generator name="frab" version="0.7"/>
  <version>1.0</version>
  <conference>
    <title>Demo</title><acronym>demo2026</acronym><time_zone_name>Europe/Berlin</time_zone_name>
    <track name="Security" color="#00ff00"/>
  </conference>
  <day date="2026-11-27" start="2026-11-27T09:00:00+01:00" end="2026-11-28T03:00:00+01:00" index="1">
    <room name="Hall &amp; Caf\xc3\xa9">
      <event guid="00000000-0000-4000-8000-000000000001" id="7">
        <date>2026-11-27T09:00:00+01:00</date><start>09:00</start><duration>00:45</duration>
        <title>Locks</title><track>Security</track><persons><person id="1">Ada</person></persons>
      </event>
      <event guid="00000000-0000-4000-8000-000000000002" id="8">
        <start>01:30</start><duration>00:30</duration><title>Night music</title><track/>
      </event>
    </room>
  </day>
</schedule>"""


def test_schedule_xml_is_read_like_schedule_json() -> None:
    state = make_state()
    take(state, XML)
    assert booked(state) == {
        id_of(1): ("security", "Hall & Café", "27 09:00", "27 09:45"),
        id_of(2): ("night-music", "Hall & Café", "28 01:30", "28 02:00"),
    }
    assert state.all(TRACKS)["security"] == Track("security", "#00ff00")


def test_schedule_xml_in_another_encoding_is_read() -> None:
    text = XML.decode().replace("utf-8", "utf-16")
    for encoding in ("utf-16", "utf-16-le"):
        state = make_state()
        content = text.encode(encoding)
        take(state, content if encoding == "utf-16" else b"\xff\xfe" + content)
        assert len(booked(state)) == 2


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            b"<?xml version='1.0'?><feed/>",
            (
                "it is XML that begins with <feed>; a schedule is a <schedule> with a <conference> and each <day> in"
                " it, as frab and pretalx export it"
            ),
        ),
        (b"<schedule><a></schedule>", "it is no XML: mismatched tag, line 1 column 16"),
        (
            b'<?xml version="1.0" encoding="klingon"?><schedule/>',
            "it is XML in an encoding that I do not know: save it as UTF-8",
        ),
        (
            b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "b">]><schedule>&a;</schedule>',
            "it has a <!DOCTYPE …>, which I do not read: remove it",
        ),
        (
            b'<?xml version="1.0"?><!DOCTYPE s SYSTEM "http://127.0.0.1/x"><schedule/>',
            "it has a <!DOCTYPE …>, which I do not read: remove it",
        ),
        (b"<schedule>" * 100, "it is no XML that can be read: it is nested too deep"),
        (b"<schedule><?ptgbot {?><conference/></schedule>", "the instruction <?ptgbot …?> in it is no JSON: remove it"),
    ],
)
def test_xml_that_is_no_schedule_or_not_safe_is_refused(content: bytes, problem: str) -> None:
    assert problems(content) == [problem]


LIKE = "like 10:30, 01:30, or 90 minutes, and at most 7 days"
DATE = "say it as 2026-11-24, or set event.first_day and name weekdays"
COLUMNS = "the columns room, day, start, end (or duration), track, title; guid and url where there are some"
HEAD = "room,day,start,end,track\n"
CSV = """\
Room,Day,Start,End,Duration,Track,Title
Hall,2026-11-27,09:00,10:30,,Security,Locks
"Hall, left",2026-11-27,23:30,00:30,,,"A ""late"" talk"
Hall,Saturday,10:00,,45,Art & Culture,
Hall,Saturday,12:00,,1:00,,Lunch

"""


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_table_is_read_whatever_stands_between_its_columns(delimiter: str, bom: bytes) -> None:
    event = Event("E", ZoneInfo("Europe/Berlin"), date(2026, 11, 27))
    text = CSV.replace('"Hall, left"', '"Hall left"').replace(",", delimiter).replace("\n", "\r\n")
    state = make_state()
    notes = take(state, bom + text.encode(), event)
    assert sorted(booked(state, event).values()) == [
        ("a-late-talk", "Hall left", "27 23:30", "28 00:30"),
        ("art-culture", "Hall", "28 10:00", "28 10:45"),
        ("security", "Hall", "27 09:00", "27 10:30"),
    ]
    assert "1 break is left out" in notes


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("room,day,start,track\n", f"it is a table without the column end or duration; a schedule has {COLUMNS}"),
        ("room,day,track,end\n", f"it is a table without the column start; a schedule has {COLUMNS}"),
        (HEAD + "Hall,27.11.2026,09:00,10:00,a\n", f"day 1: '27.11.2026' is no date: {DATE}"),
        (HEAD + "Hall,Friday,09:00,10:00,a\n", f"day 1: 'Friday' is no date: {DATE}"),
        (HEAD + "Hall,2026-11-27,9am,10:00,a\n", "line 2: '9am' is no start like 09:00, or 2026-11-24T09:00:00+01:00"),
        (HEAD + "Hall,2026-11-27,09:00,later,a\n", f"line 2: 'later' is no end or duration {LIKE}"),
        ("room,day,start,duration,track\nHall,2026-11-27,9:00,,a\n",
         f"line 2: it has neither an end nor a duration {LIKE}"),
        (HEAD + "Hall,2026-11-27,09:00,10:00,\n", "line 2 has neither a track nor a title: give it one of them"),
        (HEAD + 'Hall,2026-11-27,"09:00\n', "it is no table that can be read: line 2: unexpected end of data"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_table_is_named_with_its_line(text: str, problem: str) -> None:
    assert problems(text.encode()) == [problem]


@pytest.mark.parametrize("name", ["Fri", "fri.", "Frida", "FRIDAY"])
def test_weekdays_may_be_short_and_times_have_a_point(name: str) -> None:
    event = Event("E", ZoneInfo("Europe/Berlin"), date(2026, 11, 24))
    state = make_state()
    take(state, f"room,day,start,duration,track\nHall,{name},9.30,1:30,a\n".encode(), event)
    assert list(booked(state, event).values()) == [("a", "Hall", "27 09:30", "27 11:00")]


@pytest.mark.parametrize("name", ["Fr", "Freitag", "S", ""])
def test_what_is_no_weekday_is_refused_with_those_there_are(name: str) -> None:
    event = Event("E", ZoneInfo("Europe/Berlin"), date(2026, 11, 24))
    want = "say it as 2026-11-24, or as a weekday such as Friday"
    said = f"day 1: '{name}' is no date: {want}"
    assert problems(f"{HEAD}Hall,{name},09:30,10:00,a\n".encode(), event) == [
        said if name else "line 2: '09:30' is no start like 09:00, or 2026-11-24T09:00:00+01:00"
    ]


WEB_PAGE = (
    "it is a web page (HTML), and no file with a schedule: look for its export as schedule.json or schedule.xml;"
    " where that wants a login, save it and import the file"
)
WANTED = "what can be imported is base.json, schedule.json, schedule.xml, or a table saved as CSV"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", f"it is empty; {WANTED}"),
        (b" \n", f"it is empty; {WANTED}"),
        (b"<!DOCTYPE html>\n<title>Log in</title>", WEB_PAGE),
        (b"\xef\xbb\xbf\n<HTML><body>", WEB_PAGE),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'x'><html/>", WEB_PAGE),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", WEB_PAGE),
        (
            b"<rss><channel/></rss>",
            ("it is XML that begins with <rss>; a schedule is a <schedule> with a <conference> and each <day> in it,"
            " as frab and pretalx export it"),
        ),
        (b"BEGIN:VCALENDAR\r\n", f"it is a calendar (iCalendar); {WANTED}"),
        (b"PK\x03\x04\x14", f"it is a spreadsheet or another ZIP file; {WANTED}"),
        (b"a,b,c\n1,2,3\n", ("it is neither JSON nor XML, nor a table of talks: it begins with 'a,b,c', and"
         f" the first line of a table names {COLUMNS}")),
        (b"Gro\xdfer,1\n", "it is not UTF-8 text: save it as UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_told_what_it_looks_like(content: bytes, problem: str) -> None:
    assert problems(content) == [problem]


# -- what is refused, and what is left out ----------------------------------------------------------------------------


def with_talk(**more: Any) -> dict[str, Any]:
    return schedule(("Hall", {**talk(1, "2026-11-27T09:00:00+01:00", "00:30", "a", "Locks"), **more}))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (with_talk(date="soon", start="soon"), f"day 1: 'soon' is no date: {DATE}"),
        (with_talk(duration="long"), f"day 1, room 'Hall', event 1 'Locks': 'long' is no end or duration {LIKE}"),
        (with_talk(duration="00:00"), f"day 1, room 'Hall', event 1 'Locks': '00:00' is no end or duration {LIKE}"),
        (with_talk(track=None, title=""),
         "day 1, room 'Hall', event 1 has neither a track nor a title: give it one of them"),
        (
            schedule(
                ("Hall", talk(1, "2026-11-27T09:00:00+01:00", "00:30", "a", "Locks")),
                ("Hall", talk(2, "2026-11-27T09:00:00+01:00", "00:30", "b", "Keys")),
            ),
            ("day 1, room 'Hall', event 2 'Keys' is at the same time in the same room as"
            " day 1, room 'Hall', event 1 'Locks': give one of them another room"),
        ),
        (
            {"schedule": {"conference": {"acronym": "38c3", "days": [{"date": "2026-11-27"}]}, "events": []}},
            "its days have no rooms with events in them: export it as schedule.json or schedule.xml of frab",
        ),
        ({"schedule": {"conference": {"days": [{"rooms": {"Hall": {}}}]}}},
         "day 1: the room 'Hall' has no list of events"),
        ({"schedule": {"conference": {"days": [{"rooms": {"Hall": [7]}}]}}}, "day 1, room 'Hall', event 1 is no event"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place_and_what_to_do(data: Any, problem: str) -> None:
    assert problems(data) == [problem]


def test_what_has_no_time_or_no_room_is_left_out_and_told() -> None:
    data = schedule(("Hall", talk(1, "2026-11-27T09:00:00+01:00", "00:30", "a")))
    data["schedule"]["conference"]["days"][0]["rooms"] |= {
        "Desk": [{"id": 5, "title": {"en": "Registration"}, "persons": []}],
        "": [talk(2, "2026-11-27T09:00:00+01:00", "00:30", "b", "Nowhere", room=None)],
    }
    state = make_state()
    assert take(state, data) == [
        "day 1, room 'Desk', event 1 'Registration' has no time, left out",
        "day 1, room '', event 1 'Nowhere' has no room, left out",
    ]
    assert list(state.all(ROOMS)) == ["Hall"]


def test_talks_that_overlap_in_a_room_are_told_both() -> None:
    state = make_state()
    assert take(
        state,
        schedule(
            ("Hall", talk(1, "2026-11-27T09:00:00+01:00", "02:00", "a", "Locks")),
            ("Hall", talk(2, "2026-11-27T09:30:00+01:00", "00:30", "b", "Keys")),
            ("Hall", talk(3, "2026-11-27T10:30:00+01:00", "00:30", "c", "c")),
            ("Hall", talk(4, "2026-11-27T11:00:00+01:00", "00:30", "d")),
            ("Loft", talk(5, "2026-11-27T09:30:00+01:00", "00:30", "e")),
        ),
    ) == [
        "in the room 'Hall', a 'Locks' (Fri0900) and b 'Keys' (Fri0930) overlap",
        "in the room 'Hall', a 'Locks' (Fri0900) and c (Fri1030) overlap",
    ]
    assert len(booked(state)) == 5


def test_two_talks_of_a_track_at_one_time_in_one_room_are_told_by_name() -> None:
    state = make_state()
    notes = take(
        state,
        schedule(
            ("Hall", talk(1, "2026-11-27T09:00:00+01:00", "00:30", "a", "Locks")),
            ("Hall", talk(2, "2026-11-27T09:00:00+01:00", "00:30", "a", "Keys")),
        ),
    )
    assert notes == [
        (
            "day 1, room 'Hall', event 2 'Keys' is at the same time in the same room as"
            " day 1, room 'Hall', event 1 'Locks', left out"
        )
    ]


NO_TALK = (
    "no talk in it has a room and a time{}, so that it would only remove what there is:"
    " wait until the schedule is released, or say ~emptydb if that is what you want"
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"schedule": {"conference": {"acronym": "demo", "days": []}}}, ""),
        ({"schedule": {"conference": {"days": [{"date": "2026-11-27", "rooms": {"Hall": []}}]}}}, ""),
        (schedule(("Hall", talk(1, "2026-11-27T09:00:00+01:00", "00:30", None, "Lunch"))), " (1 break is left out)"),
        (b"<schedule><conference/></schedule>", ""),
        (HEAD.encode(), ""),
    ],
)
def test_a_schedule_in_which_nothing_takes_place_is_refused(data: Any, why: str) -> None:
    assert problems(data) == [NO_TALK.format(why)]


def test_a_file_of_ours_without_bookings_brings_its_slots_and_says_that_nothing_stays_booked() -> None:
    event = Event("Harbor Summit", ZoneInfo("Europe/Berlin"), date(2026, 11, 24), "https://ptg.example.org")
    state = import_state(sample_data(), event)
    draft = Draft(state)
    draft.clear(BOOKINGS)
    empty = import_state(sample_data(), event)
    empty.apply(2, AT, draft.edits())
    assert take(state, own_files(empty, event)[0], event) == ["no talk is in it, so that nothing stays booked"]
    assert len(state.all(BOOKINGS)) == 0
    assert contents(state, event)["days"] == contents(empty, event)["days"]


def test_a_talk_that_is_there_twice_is_taken_once() -> None:
    twice = talk(None, "2026-11-27T09:00:00+01:00", "00:30", "a", "Locks")
    state = make_state()
    notes = take(state, schedule(("Hall", twice), ("Hall", twice)))
    assert notes == ["day 1, room 'Hall', event 2 'Locks' is there twice, and left out once"]
    assert len(booked(state)) == 1


# -- a second import --------------------------------------------------------------------------------------------------


def event_of(data: dict[str, Any], guid: int) -> Any:
    rooms = [found for day in data["schedule"]["conference"]["days"] for found in day["rooms"].values()]
    return next(event for events in rooms for event in events if event["guid"] == G[guid])


def again(change: Any) -> tuple[State, State, dict[str, Any]]:
    """Import the sample, alter it and import it again; return the state before and after, and what it became."""
    before, after, data = make_state(), make_state(), copy.deepcopy(PRETALX)
    for state in (before, after):
        take(state, PRETALX)
    change(data)
    take(after, data, at=AT + timedelta(hours=1))
    return before, after, data


def test_the_same_file_a_second_time_changes_nothing() -> None:
    state = make_state()
    for content in (PRETALX, XML):
        take(state, content)
        assert read(state, content).edits == ()


@pytest.mark.parametrize(
    "change",
    [
        {"date": "2026-11-27T14:00:00+01:00", "start": "14:00"},
        {"duration": "00:50"},
        {"track": "Art & Culture"},
        {"title": "Another title", "track": None},
    ],
)
def test_a_talk_that_changes_keeps_its_identity_and_counts_as_moved(change: dict[str, Any]) -> None:
    before, after, _ = again(lambda data: event_of(data, 1).update(change))
    was, is_ = before.all(BOOKINGS)[id_of(1)], after.all(BOOKINGS)[id_of(1)]
    assert (was.revision, is_.revision, is_.changed) == (0, 1, AT + timedelta(hours=1))
    others = {key: value for key, value in booked(before).items() if key != id_of(1)}
    assert {key: value for key, value in booked(after).items() if key != id_of(1)} == others
    assert {b.revision for b in after.all(BOOKINGS).values() if b.id != id_of(1)} == {0}


def test_a_talk_that_goes_to_another_room_keeps_its_identity() -> None:
    def change(data: dict[str, Any]) -> None:
        rooms = data["schedule"]["conference"]["days"][0]["rooms"]
        rooms["Loft"].append(rooms["Hall"].pop(0))
        event_of(data, 3).update(date="2026-11-27T13:00:00+01:00")

    _, after, _ = again(change)
    assert booked(after)[id_of(1)] == ("security", "Loft", "27 09:00", "27 09:45")
    assert after.all(BOOKINGS)[id_of(1)].revision == 1


def test_a_talk_that_is_taken_out_is_cancelled_and_one_that_is_new_is_another_one() -> None:
    def change(data: dict[str, Any]) -> None:
        event_of(data, 1).update(guid=G[6], date="2026-11-27T15:00:00+01:00")

    _, after, _ = again(change)
    assert booked(after)[id_of(6)] == ("security", "Hall", "27 15:00", "27 15:45")
    assert id_of(1) not in booked(after)


def test_another_slot_at_the_same_start_does_not_move_those_that_are_there() -> None:
    def change(data: dict[str, Any]) -> None:
        data["schedule"]["conference"]["days"][0]["rooms"]["Hall"].append(
            talk(6, "2026-11-27T11:00:00+01:00", "00:45", "Security")
        )

    before, after, _ = again(change)
    assert after.all(BOOKINGS)[id_of(4)] == before.all(BOOKINGS)[id_of(4)]  # Fri1100 is called so still
    assert after.all(BOOKINGS)[id_of(6)].slot == "Fri1100-1145"


def test_a_table_knows_a_booking_by_track_room_and_time_and_else_pairs_them_in_order() -> None:
    state = make_state()
    take(
        state,
        f"{HEAD}Hall,2026-11-27,09:00,10:00,a\nHall,2026-11-27,10:00,11:00,a\nHall,2026-11-27,11:00,12:00,b\n".encode(),
    )
    first, second, third = booked(state)
    take(state, f"{HEAD}Hall,2026-11-27,10:00,11:00,a\nLoft,2026-11-27,14:00,15:00,a\n".encode())
    assert booked(state) == {
        second: ("a", "Hall", "27 10:00", "27 11:00"),
        first: ("a", "Loft", "27 14:00", "27 15:00"),
    }
    assert third not in booked(state)


def test_a_booking_that_was_made_in_chat_is_the_talk_of_its_track_at_that_place_and_time() -> None:
    state = make_state()
    take(state, PRETALX)
    made = Booking("chat", "security", "Loft", "Sat1000", 0, AT)
    state.apply(2, AT, make_edit(state, made))
    data = copy.deepcopy(PRETALX)
    data["schedule"]["conference"]["days"][1]["rooms"]["Loft"] = [
        talk(6, "2026-11-28T10:00:00+01:00", "1:00:00", "Security")
    ]
    take(state, data)
    assert state.all(BOOKINGS)["chat"] == replace(made, title="A talk", url="https://example.org/x")
    assert id_of(6) not in booked(state)


def make_edit(state: State, booking: Booking) -> Any:
    draft = Draft(state)
    draft.put(BOOKINGS, booking)
    return draft.edits()


def test_tracks_that_are_not_in_the_file_stay_unless_they_were_only_in_the_schedule() -> None:
    state = import_state(sample_data())
    before = set(state.all(TRACKS))
    in_schedule = {booking.track for booking in state.all(BOOKINGS).values()}
    take(state, PRETALX)
    left = set(state.all(TRACKS)) - {"art-culture", "security", "grusse-aus-lodz"}
    said = {*state.all(TOPICS), *state.all(LINKS)}
    assert left == {name for name in before if name not in in_schedule or name in said} - {"security"}
    assert "nova" in left


def test_the_slots_of_a_day_are_in_order_of_time_after_a_second_import() -> None:
    state = make_state()
    first = "Hall,2026-11-27,09:00,10:00,a\nHall,2026-11-27,11:00,12:00,b\n"
    take(state, f"{HEAD}{first}".encode())
    take(state, f"{HEAD}{first}Hall,2026-11-27,10:00,10:30,c\nHall,2026-11-27,08:00,08:30,d\n".encode())
    names = ("Fri0800", "Fri0900", "Fri1000", "Fri1100")
    assert tuple(slot.name for slot in state.all(DAYS)["Friday"].slots) == names
    assert state.all(ROOMS)["Hall"].slots == names
    [day] = json.loads(own_files(state, EVENT)[0])["schedule"]["conference"]["days"]
    assert [event["start"] for event in day["rooms"]["Hall"]] == ["08:00", "09:00", "10:00", "11:00"]
    assert re.findall(r"<start>(\d\d:\d\d)</start>", own_files(state, EVENT)[1].decode()) == [
        "08:00", "09:00", "10:00", "11:00",
    ]  # fmt: skip


def test_a_talk_that_comes_back_within_two_days_is_the_same_one() -> None:
    store = MemoryStore(TABLES)
    state, keeper = store.view, make_keeper(store, EVENT)

    def bring(talks: str, at: datetime) -> list[str]:
        keeper.commit(read(state, f"{HEAD}{talks}".encode(), at=at).edits, at=at)
        return list(state.all(BOOKINGS))

    other, ours = "Hall,2026-11-27,11:00,12:00,b\n", "Hall,2026-11-27,09:00,10:00,a\n"
    [a, b] = bring(other + ours, AT)
    assert bring(other, AT + timedelta(hours=1)) == [b]
    assert bring(other + ours, AT + timedelta(hours=48.9)) == [b, a]
    assert bring(other, AT + timedelta(hours=50)) == [b]
    [_, last] = bring(other + ours, AT + timedelta(hours=98))
    assert last not in (a, b)


# -- our own files ----------------------------------------------------------------------------------------------------


def contents(state: State, event: Event) -> dict[str, Any]:
    """Return what a schedule is made of: what people see of it, and the guids by which others know it."""
    return {
        "days": [strip(day) for day in plan(state, event)],
        "rooms": sorted(state.all(ROOMS).values(), key=lambda room: room.position),
        "tracks": dict(sorted(state.all(TRACKS).items())),
        "booked": booked(state, event),
        "titles": titles(state),
    }


def strip(day: PlannedDay) -> tuple[str, date | None, list[Any]]:
    return day.day.name, day.date, [(slot.slot, slot.start, slot.end) for slot in day.slots]


def own_files(state: State, event: Event) -> list[bytes]:
    files = ScheduleFiles(event)
    return [files.render(path, state.public, AT) for path in ("schedule.json", "schedule.xml")]


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6)
# What rooms are told by in the published shape is no slot's name.
SLOT_NAMES = NAMES.filter(lambda name: name not in ROOM_KEYS)
UUIDS = st.uuids(version=4).map(lambda found: found.hex)


def told(track: str) -> st.SearchStrategy[str]:
    """Return titles of a booking; one that is its track is none."""
    return st.just("") | NAMES.filter(lambda title: title.casefold() != track)


@st.composite
def events(draw: Any) -> tuple[Event, State]:
    """Any event of which each booking has a time: days, slots with and without times, rooms, tracks, bookings."""
    zone = draw(st.sampled_from(["Europe/Berlin", "America/St_Johns", "UTC", "Asia/Kathmandu"]))
    first = draw(st.sampled_from([None, date(2026, 11, 24), date(2026, 10, 23)]))
    event = Event("E", ZoneInfo(zone), first, draw(st.sampled_from(["", "https://ptg.example.org"])))
    spans = draw(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 47), st.integers(1, 10)), unique=True, max_size=8)
    )
    untimed = draw(st.booleans())
    slots: dict[int, list[Slot]] = {}
    timed = []
    base = datetime(2026, 10, 23, tzinfo=event.zone)
    names = draw(st.lists(SLOT_NAMES, min_size=len(spans), max_size=len(spans), unique_by=str.casefold))
    for name, (day, half, halves) in zip(names, sorted(spans), strict=True):
        start = (base + timedelta(days=day, minutes=30 * half)).astimezone(UTC)
        slots.setdefault(day, []).append(Slot(name, draw(NAMES), start.isoformat(), 30 * halves))
        timed.append(name)
    if untimed:
        slots.setdefault(0, []).append(Slot("some time", "later"))
    days = [Day(f"Day {number}", n, tuple(found)) for n, (number, found) in enumerate(sorted(slots.items()))]
    rooms = [
        Room(name, n, tuple(draw(st.lists(st.sampled_from(timed), unique=True))) if timed else (), draw(NAMES))
        for n, name in enumerate(draw(st.lists(NAMES, unique_by=str.casefold, max_size=4)))
    ]
    colors = st.sampled_from(["teal", "#123456", "rgb(1, 2, 3)", "#ABC"])
    tracks = [
        Track(name, draw(colors))
        for name in draw(
            st.lists(st.from_regex(r"t[a-z0-9._-]{0,5}", fullmatch=True), unique=True, min_size=1, max_size=4)
        )
    ]
    places = [(room.name, slot) for room in rooms for slot in room.slots]
    taken = draw(st.lists(st.sampled_from(places), unique=True)) if places else []
    ids = draw(st.lists(UUIDS, min_size=len(taken), max_size=len(taken), unique=True))
    urls = st.sampled_from(["", "https://example.org/talk/1"])
    bookings = [
        Booking(id_, (track := draw(st.sampled_from(tracks)).name), room, slot, 0, AT, draw(told(track)), draw(urls))
        for id_, (room, slot) in zip(ids, taken, strict=True)
    ]
    return event, make_state(days, rooms, tracks, bookings)


@settings(max_examples=120, deadline=None)
@given(events())
def test_our_own_files_are_imported_as_the_event_that_they_were_made_of(made: tuple[Event, State]) -> None:
    event, state = made
    for content in own_files(state, event):
        fresh = make_state()
        take(fresh, content, event)
        assert contents(fresh, event) == contents(state, event)
        assert own_files(fresh, event) == own_files(state, event)
        assert read(state, content, event).edits == ()  # where it is already, nothing changes


def test_the_sample_event_comes_back_from_both_of_its_files() -> None:
    event = Event("Harbor Summit", ZoneInfo("Europe/Berlin"), date(2026, 11, 24), "https://ptg.example.org")
    state = import_state(sample_data(), event)
    for content in own_files(state, event):
        fresh = make_state()
        take(fresh, content, event)
        there = contents(fresh, event)
        was = contents(state, event)
        for key in ("booked", "titles"):  # by ids that are no UUIDs
            assert sorted(there.pop(key).values()) == sorted(was.pop(key).values())
        assert there == was


def test_a_file_of_ours_tells_its_times_to_an_event_that_reads_others_from_its_days() -> None:
    event = Event("Harbor Summit", ZoneInfo("Europe/Berlin"), date(2026, 11, 24), "https://ptg.example.org")
    other = Event("Elsewhere", ZoneInfo("America/New_York"), date(2027, 1, 1))
    state, fresh = import_state(sample_data(), event), make_state()
    take(fresh, own_files(state, event)[0], other)
    was = {(s.slot.name, s.start, s.end) for day in plan(state, event) for s in day.slots}
    assert {(s.slot.name, s.start, s.end) for day in plan(fresh, other) for s in day.slots} == was


# -- whatever else a file holds ---------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.text(max_size=8) | st.floats(allow_nan=False)
    | st.sampled_from(["2026-11-27T09:00:00+01:00", "09:00", "00:30", "2026-11-27", "Hall", G[1], "Friday", "#fff"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
_KEYS = ("guid", "id", "date", "start", "end", "duration", "room", "title", "track", "type", "url", "persons")
EVENTS = st.dictionaries(st.sampled_from(_KEYS), JSON | st.sampled_from(["09:00", "00:30", "a"]), max_size=10)
MIXED = EVENTS | st.builds(lambda more: {**talk(1, "2026-11-27T09:00:00+01:00", "00:30", "a"), **more}, EVENTS) | JSON


@settings(max_examples=200, deadline=None)
@given(
    talks=st.lists(MIXED, max_size=4),
    day=st.dictionaries(st.sampled_from(["date", "day_start", "day_end", "index"]), JSON),
    more=st.dictionaries(st.sampled_from(["rooms", "tracks", "time_zone_name", "acronym"]), JSON | st.lists(JSON)),
    own=JSON | st.fixed_dictionaries({"days": JSON, "rooms": JSON, "colors": JSON}),
    room=st.text(max_size=5),
)
def test_any_schedule_is_imported_or_refused(talks: list[Any], day: Any, more: Any, own: Any, room: str) -> None:
    days = [{**day, "rooms": {room: talks}}]
    data = {"schedule": {"conference": {**more, "days": days, "meta": {"ptgbot": own}}}}
    state = make_state()
    try:
        content = json.dumps(data).encode()
        take(state, content)
    except BadImport as error:
        assert all(error.problems)  # noqa: PT017 - either is right
    else:
        assert read(state, content).edits == ()


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=60)
    | st.binary(max_size=60).map(lambda found: b"<schedule>" + found)
    | st.text(max_size=80).map(lambda text: f"{HEAD}{text}".encode(errors="ignore"))
    | st.tuples(st.integers(0, len(XML)), st.binary(max_size=3)).map(lambda at: XML[: at[0]] + at[1] + XML[at[0] :])
)
def test_any_bytes_are_a_schedule_or_refused(content: bytes) -> None:
    try:
        take(make_state(), content)
    except BadImport as error:
        assert all(error.problems)  # noqa: PT017 - either is right
