"""``schedule.json`` and ``schedule.xml``: valid, the same in both, and made again only where they changed."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ptgbot.core.clock import Event
from ptgbot.features.feeds.model import booking_guid
from ptgbot.features.feeds.schedule import ScheduleFiles
from ptgbot.features.motd.model import Motd, Notice
from ptgbot.features.schedule.model import BOOKINGS, Booking, Day, Room, Slot, Track
from ptgbot.features.topics.model import Links, Now, Topic, is_link
from ptgbot.store.state import State
from tests.bench.event import make_event
from tests.build import AT, BERLIN, change, import_state, make_state, put, sample_data

SCHEMAS = Path(__file__).parent / "schemas"
_JSON = jsonschema.Draft6Validator(
    json.loads((SCHEMAS / "schedule.schema.json").read_text()), format_checker=jsonschema.FormatChecker()
)
_XML = etree.XMLSchema(etree.parse(SCHEMAS / "schedule.xml.xsd"))

NOVA = Booking("4f1c1d5e3b2a4c5d8e9f0a1b2c3d4e5f", "nova", "Loft-2", "Tue1", 0, AT)
DOCS = Booking("old id", "docs", "Aspen", "Late", 0, AT)
PARTS: tuple[Any, ...] = (
    Track("nova", "teal"),
    Track("docs", "#1f6feb"),
    Day("Tuesday", 0, (Slot("Tue1", "09:00-10:30"), Slot("Late", "22:00-03:00"), Slot("Some time", ""))),
    Day("Wednesday", 1, (Slot("Wed1", "09:00-10:30"),)),
    Room("Loft-2", 0, ("Tue1", "Wed1"), "Under the roof", "https://meet.example.org/loft"),
    Room("Aspen", 1, ("Tue1", "Late")),
    Links("nova", "https://pad.example.org/nova"),
    NOVA,
    DOCS,
)


def files(state: State, event: Event = BERLIN, made: ScheduleFiles | None = None) -> tuple[bytes, bytes]:
    made = made or ScheduleFiles(event)
    return made.render("schedule.json", state.public, AT), made.render("schedule.xml", state.public, AT)


def check(state: State, event: Event = BERLIN) -> tuple[dict[str, Any], Any]:
    """Return both files, read; the test fails where one is not valid."""
    as_json, as_xml = files(state, event)
    value, tree = orjson.loads(as_json), etree.fromstring(as_xml)
    _JSON.validate(value)
    _XML.assertValid(tree)
    return value["schedule"], tree


def events(conference: dict[str, Any]) -> list[dict[str, Any]]:
    return [event for day in conference["days"] for found in day["rooms"].values() for event in found]


def test_a_booking_is_told_with_all_that_apps_show() -> None:
    found, tree = check(make_state(PARTS))
    [nova] = found["conference"]["days"][0]["rooms"]["Loft-2"]
    number = booking_guid(NOVA.id).int % (2**31 - 1) + 1
    assert nova == {
        "guid": "4f1c1d5e-3b2a-4c5d-8e9f-0a1b2c3d4e5f",
        "id": number,
        "date": "2026-11-24T09:00:00+01:00",
        "start": "09:00",
        "end": "2026-11-24T10:30:00+01:00",
        "duration": "01:30",
        "room": "Loft-2",
        "slug": f"harbor_summit-nova-{number}",
        "url": "https://ptg.example.org/track/nova.html",
        "title": "nova",
        "subtitle": None,
        "track": "nova",
        "type": "meeting",
        "language": None,
        "abstract": None,
        "persons": [],
        "links": [
            {"title": "Pad", "url": "https://pad.example.org/nova"},
            {"title": "Meeting", "url": "https://meet.example.org/loft"},
        ],
    }
    [event] = tree.findall("day/room/event[track='nova']")
    told = {child.tag: child.text for child in event}
    assert dict(event.attrib) == {"guid": nova["guid"], "id": str(number)}
    assert {
        key: told[key] for key in ("room", "title", "track", "type", "date", "start", "duration", "slug", "url")
    } == {key: nova[key] for key in ("room", "title", "track", "type", "date", "start", "duration", "slug", "url")}
    assert [(link.get("href"), link.text) for link in event.find("links")] == [
        (link["url"], link["title"]) for link in nova["links"]
    ]


def test_a_booking_with_a_title_and_a_page_is_told_by_them() -> None:
    page = "https://talks.example.org/?a=1&b=2"
    titled = [replace(p, title="Cells & <pods>", url=page) if p == NOVA else p for p in PARTS]
    found, tree = check(make_state(titled))
    [nova] = found["conference"]["days"][0]["rooms"]["Loft-2"]
    [event] = tree.findall("day/room/event[track='nova']")
    assert (nova["title"], nova["track"], nova["url"]) == ("Cells & <pods>", "nova", page)
    assert (event.findtext("title"), event.findtext("track"), event.findtext("url")) == ("Cells & <pods>", "nova", page)


def test_the_head_tells_of_the_event_its_days_rooms_and_tracks() -> None:
    found, tree = check(make_state(PARTS))
    conference = found["conference"]
    meta = conference.pop("meta")
    days = conference.pop("days")
    rooms = conference.pop("rooms")
    assert conference == {
        "acronym": "harbor_summit",
        "title": "Harbor Summit",
        "start": "2026-11-24",
        "end": "2026-11-25",
        "daysCount": 2,
        "timeslot_duration": "00:05",
        "time_zone_name": "Europe/Berlin",
        "url": "https://ptg.example.org/ptg.html",
        "tracks": [
            {"name": "docs", "slug": "docs", "color": "#1f6feb"},
            {"name": "nova", "slug": "nova", "color": "#008080"},
        ],
    }
    assert [(room["name"], room["description"], room.get("url")) for room in rooms] == [
        ("Loft-2", "Under the roof", "https://meet.example.org/loft"),
        ("Aspen", None, None),
    ]
    assert [(d["index"], d["date"], d["day_start"], d["day_end"], list(d["rooms"])) for d in days] == [
        (1, "2026-11-24", "2026-11-24T09:00:00+01:00", "2026-11-25T03:00:00+01:00", ["Loft-2", "Aspen"]),
        (2, "2026-11-25", "2026-11-25T09:00:00+01:00", "2026-11-25T10:30:00+01:00", []),
    ]
    assert meta["ptgbot"]["colors"] == {"docs": "#1f6feb", "nova": "teal"}
    assert [day.attrib for day in tree.findall("day")] == [
        {"index": str(d["index"]), "date": d["date"], "start": d["day_start"], "end": d["day_end"]} for d in days
    ]
    assert [(track.get("name"), track.get("color")) for track in tree.findall("conference/track")] == [
        ("docs", "#1f6feb"),
        ("nova", "#008080"),
    ]
    room_guids = {room["name"]: room["guid"] for room in rooms}
    assert {room.get("name"): room.get("guid") for room in tree.findall("day/room")} == room_guids


def test_both_files_tell_the_same_of_the_sample_event() -> None:
    found, tree = check(import_state(sample_data()))
    in_json = [(e["guid"], e["room"], e["track"], e["date"], e["duration"]) for e in events(found["conference"])]
    in_xml = [
        (e.get("guid"), e.findtext("room"), e.findtext("track"), e.findtext("date"), e.findtext("duration"))
        for e in tree.findall("day/room/event")
    ]
    booked = [
        value for room in sample_data()["schedule"].values() for key, value in room.items() if key[:3] in "TueWedThu"
    ]
    assert in_json == in_xml
    assert len(in_json) == sum(bool(track) for track in booked) > 50


@pytest.mark.parametrize(
    "event",
    [
        Event(),
        Event(first_day=date(2026, 3, 27)),
        Event("E", ZoneInfo("US/Pacific")),
        Event("<&\"'>\x0b \ud800", ZoneInfo("America/Argentina/Buenos_Aires"), date(2026, 1, 1), "http://e.org/a"),
    ],
)
def test_an_empty_event_is_valid_too_whatever_it_is_called(event: Event) -> None:
    if "\ud800" in event.name:
        event = replace(event, name=event.name.replace("\ud800", ""))  # no configuration holds half a character
    found, tree = check(make_state(), event)
    first = (event.first_day or date(1970, 1, 1)).isoformat()
    assert [(day["date"], day["rooms"]) for day in found["conference"]["days"]] == [(first, {})]
    assert len(tree.findall("day")) == 1


def test_without_an_address_of_the_site_a_booking_is_named_by_its_guid() -> None:
    found, tree = check(make_state(PARTS), replace(BERLIN, site_url=""))
    assert [event["url"] for event in events(found["conference"])] == [
        f"urn:uuid:{event['guid']}" for event in events(found["conference"])
    ]
    assert tree.findall("day/room/event/url") == []


def test_over_a_change_of_the_clock_every_instant_has_its_own_offset() -> None:
    event = replace(BERLIN, first_day=date(2026, 10, 24))
    slots = (Slot("A", "23:00-01:00"), Slot("B", "01:30-03:30"))
    found, _ = check(
        make_state(
            Track("nova", "teal"),
            Day("Saturday", 0, slots[:1]),
            Day("Sunday", 1, slots[1:]),
            Room("Aspen", 0, ("A", "B")),
            Booking("a", "nova", "Aspen", "A", 0, AT),
            Booking("b", "nova", "Aspen", "B", 0, AT),
        ),
        event,
    )
    assert [(e["date"], e["end"], e["duration"]) for e in events(found["conference"])] == [
        ("2026-10-24T23:00:00+02:00", "2026-10-25T01:00:00+02:00", "02:00"),
        ("2026-10-25T01:30:00+02:00", "2026-10-25T03:30:00+01:00", "03:00"),
    ]


def test_a_guid_is_the_bookings_own_where_its_id_is_a_uuid_and_always_the_same_where_not() -> None:
    assert booking_guid(NOVA.id) == uuid.UUID(NOVA.id)
    assert booking_guid("old id") == booking_guid("old id") != booking_guid("other id")
    assert booking_guid("OLD ID".ljust(32, "0")).version == 5
    assert booking_guid("4F1C1D5E3B2A4C5D8E9F0A1B2C3D4E5F") != uuid.UUID(NOVA.id)  # as distinct as the ids


def test_a_booking_that_moves_keeps_its_guid_and_number() -> None:
    state = make_state(PARTS)
    before = {event["guid"]: event["id"] for event in events(check(state)[0]["conference"])}
    put(state, replace(NOVA, room="Aspen", slot="Tue1", revision=1))
    assert {event["guid"]: event["id"] for event in events(check(state)[0]["conference"])} == before


def test_two_bookings_whose_numbers_would_be_the_same_get_two() -> None:
    same = [f"{number * (2**31 - 1) + 5:032x}" for number in (1, 2, 3)]
    rooms = [Room(f"R{n}", n, ("Tue1",)) for n in range(3)]
    bookings = [replace(NOVA, id=id_, room=f"R{n}") for n, id_ in enumerate(same)]
    found, _ = check(make_state(PARTS[:4], rooms, bookings))
    assert [event["id"] for event in events(found["conference"])] == [6, 7, 8]


def test_the_version_is_another_one_exactly_when_the_schedule_is() -> None:
    state = make_state(PARTS)
    first = check(state)[0]["version"]
    put(state, Topic("nova", Now("cells", AT)))
    same = check(state)[0]["version"]
    put(state, replace(NOVA, slot="Wed1", revision=1))
    assert first == same != check(state)[0]["version"]


@pytest.mark.parametrize(
    ("document", "touches"),
    [
        (replace(NOVA, slot="Wed1"), True),
        (Track("nova", "red"), True),
        (Links("nova", "https://pad.example.org/other"), True),
        (Topic("nova", Now("cells", AT)), False),
        (Motd((Notice("info", "Hello"),)), False),
    ],
)
def test_only_what_is_in_the_schedule_touches_it(document: Any, touches: bool) -> None:
    state = make_state(PARTS)
    paths = ["schedule.json", "schedule.xml"] * touches
    assert list(ScheduleFiles(BERLIN).touched(put(state, document), state.public)) == paths


def test_a_move_writes_one_booking_and_time_none(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    write = ScheduleFiles._write

    def count(self: Any, view: Any, booking: Booking, *more: Any) -> Any:
        written.append(booking.id)
        return write(self, view, booking, *more)

    monkeypatch.setattr(ScheduleFiles, "_write", count)
    state, made = make_state(PARTS), ScheduleFiles(BERLIN)
    files(state, made=made)
    steps = [sorted(written)]
    for document in (replace(NOVA, slot="Wed1", revision=1), Topic("nova", Now("cells", AT)), Track("docs", "red")):
        written.clear()
        put(state, document)
        files(state, made=made)
        steps.append(sorted(written))
    assert steps == [sorted([NOVA.id, DOCS.id]), [NOVA.id], [], []]
    assert files(state, made=made) == files(state)
    assert made.turns("schedule.json", state.public, AT) is None


def test_the_same_bookings_give_the_same_bytes_in_whatever_order_they_came() -> None:
    state, other = make_state(PARTS), make_state(PARTS[::-1])
    assert files(state) == files(other)


def test_a_booking_in_a_slot_without_a_time_is_not_told_and_goes_when_it_is_removed() -> None:
    state, made = make_state(PARTS, replace(NOVA, id="u", slot="Some time")), ScheduleFiles(BERLIN)
    before = len(events(orjson.loads(files(state, made=made)[0])["schedule"]["conference"]))
    change(state, lambda draft: draft.remove(BOOKINGS, NOVA.id))
    after = len(events(orjson.loads(files(state, made=made)[0])["schedule"]["conference"]))
    assert (before, after) == (2, 1)


def test_a_large_event_is_valid() -> None:
    found, _ = check(import_state(make_event(tracks=200, rooms=50)))
    assert len(events(found["conference"])) > 600


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(lambda t: " ".join(t.split()))
_NAME = _TEXT.filter(bool)


@settings(max_examples=60, deadline=None)
@given(
    room=_NAME,
    desc=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    track=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}", fullmatch=True),
    slot=_NAME,
    start=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001 - hypothesis wants them so
    minutes=st.integers(1, 7 * 24 * 60),
    zone=st.sampled_from(["Europe/Berlin", "US/Pacific", "Etc/GMT+3", "Asia/Kathmandu", "America/New_York", "UTC"]),
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    titled=st.tuples(
        st.just("") | _NAME,
        st.sampled_from(["", "https://例え.example/ü?a=%20&b=[]#c", "HTTP://example.org:8080", "https://e.org/%zz"])
        | st.text(max_size=9).map(lambda text: f"https://example.org/{text}").filter(is_link),
    ),
)
def test_whatever_people_typed_both_files_are_valid(  # noqa: PLR0917 - one for each thing that is typed
    room: str,
    desc: str,
    track: str,
    slot: str,
    start: datetime,
    minutes: int,
    zone: str,
    name: str,
    titled: tuple[str, str],
) -> None:
    event = Event(name, ZoneInfo(zone), None, "https://ptg.example.org")
    state = make_state(
        Track(track, "rgb(1 2 3 / 50%)"),
        Day("Some day", 0, (Slot(slot, desc, start.replace(tzinfo=UTC).isoformat(), minutes),)),
        Room(room, 0, (slot,), desc),
        Booking("id", track, room, slot, 0, AT, *titled),
        Links(track, titled[1], titled[1]),
    )
    found, tree = check(state, event)
    [told] = events(found["conference"])
    assert told["track"] == track
    assert datetime.fromisoformat(told["end"]) - datetime.fromisoformat(told["date"]) == timedelta(minutes=minutes)
    assert len(tree.findall("day/room/event")) == 1
