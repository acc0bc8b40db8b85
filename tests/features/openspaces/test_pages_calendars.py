"""Open spaces in calendars: which tell of them, what they tell, and until when."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import icalendar

from ptgbot.core.clock import Event
from ptgbot.core.sessions import CANCELLED_FOR
from ptgbot.features.schedule.calendars import Calendars
from ptgbot.features.schedule.subscribe import SubscribePage
from ptgbot.features.topics.model import Now, Topic
from ptgbot.store.state import State
from tests.build import AT, BERLIN, put
from tests.features.openspaces.shown import CHESS, KNITTING, TYPES, event, exporter, render, space
from tests.pages import text_of

SOME = (TYPES, CHESS, KNITTING)


def entries(path: str, state: State, now: datetime = AT, conference: Event = BERLIN) -> list[Any]:
    return list(icalendar.Calendar.from_ical(render(Calendars, path, state, now, conference)).walk("VEVENT"))


def uids(path: str, state: State, now: datetime = AT) -> list[str]:
    return [str(entry["UID"]).partition("@")[0] for entry in entries(path, state, now)]


def test_an_entry_tells_title_time_room_host_and_where_it_was_announced() -> None:
    [entry] = entries("openspaces.ics", event(TYPES))

    names = ("UID", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "STATUS")
    assert {name: str(entry[name]) for name in names} == {
        "UID": "openspace-p41@ptg.example.org",
        "SUMMARY": "Type hints for beginners – Harbor Summit",
        "LOCATION": "Ballroom A",
        "DESCRIPTION": "Host: @ada\nAbout: https://x.example/ada/status/41",
        "URL": "https://x.example/ada/status/41",
        "STATUS": "CONFIRMED",
    }
    assert entry.categories == ["Open space"]
    assert (entry.decoded("dtstart"), entry.decoded("dtend")) == (TYPES.start, TYPES.end)
    assert (entry.decoded("dtstamp"), entry.decoded("last-modified")) == (TYPES.changed, TYPES.changed)


def test_without_a_link_the_address_is_its_place_on_the_page() -> None:
    [entry] = entries("openspaces.ics", event(CHESS))

    assert str(entry["URL"]) == "https://ptg.example.org/openspaces.html#openspace-p42"


def test_they_are_in_the_calendars_of_everything_of_their_room_and_of_their_day_and_of_no_track() -> None:
    state = event(*SOME)

    assert {path: uids(path, state) for path in exporter(Calendars).paths(state.public)} == {
        "nova.ics": ["b1"],
        "room/aspen.ics": ["openspace-p43"],
        "room/ballroom-a.ics": ["b1", "openspace-p41"],
        "room/pavilion.ics": ["openspace-p42"],
        "day/2026-11-24.ics": ["b1", "openspace-p41", "openspace-p42"],
        "day/2026-11-25.ics": ["openspace-p43"],
        "openspaces.ics": ["openspace-p41", "openspace-p42", "openspace-p43"],
        "ptg.ics": ["b1", "openspace-p41", "openspace-p42", "openspace-p43"],
    }


def test_a_day_that_only_open_spaces_have_has_a_calendar() -> None:
    assert uids("day/2026-11-30.ics", event(space(1, "Sprint", "Aspen", 6 * 24 * 60))) == ["openspace-p1"]


def test_one_that_moved_replaces_itself_with_a_higher_sequence() -> None:
    moved = replace(TYPES, room="Aspen", changed=TYPES.changed + timedelta(seconds=1))
    [before], [after] = (entries("openspaces.ics", event(one)) for one in (TYPES, moved))

    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert str(after["LOCATION"]) == "Aspen"


def test_one_that_was_cancelled_stays_for_48_hours_and_the_calendar_turns_then() -> None:
    gone = replace(TYPES, cancelled=True)
    state, end = event(gone), gone.changed + CANCELLED_FOR

    [entry] = entries("openspaces.ics", state)
    assert (str(entry["STATUS"]), str(entry["SUMMARY"])) == (
        "CANCELLED",
        "Cancelled: Type hints for beginners – Harbor Summit",
    )
    paths = exporter(Calendars).paths(state.public)
    turns = {path: exporter(Calendars).turns(path, state.public, AT) for path in paths}
    shown = {"openspaces.ics", "ptg.ics", "room/ballroom-a.ics", "day/2026-11-24.ics"}
    assert {path for path, turn in turns.items() if turn == end} == shown
    assert {turn for path, turn in turns.items() if path not in shown} == {None}
    assert uids("openspaces.ics", state, end) == []


def test_a_change_touches_the_calendars_that_tell_of_it_before_or_after() -> None:
    state = event(*SOME)
    made = put(state, replace(TYPES, room="Aspen", start=KNITTING.start))

    assert set(exporter(Calendars).touched(made, state.public)) == {
        "openspaces.ics",
        "ptg.ics",
        "room/ballroom-a.ics",
        "room/aspen.ics",
        "day/2026-11-24.ics",
        "day/2026-11-25.ics",
    }
    said = put(state, Topic("nova", Now("cells", AT)))
    assert set(exporter(Calendars).touched(said, state.public)) == set()


def test_an_event_without_a_site_has_them_too() -> None:
    [entry] = entries("openspaces.ics", event(CHESS), conference=Event("Harbor Summit", BERLIN.zone))

    assert (str(entry["UID"]), "URL" in entry) == ("openspace-p42@ptgbot", False)


def test_the_page_of_calendars_names_those_that_only_open_spaces_have() -> None:
    shown = render(SubscribePage, "subscribe.html", event(CHESS, space(1, "Sprint", "Aspen", 6 * 24 * 60))).decode()

    for address in ("openspaces.ics", "room/pavilion.ics", "day/2026-11-30.ics"):
        assert f'<code class="copy">https://ptg.example.org/{address}</code>' in shown
    assert "Monday 30 November 2026" in text_of(shown)
