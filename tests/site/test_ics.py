"""How Sessions are written down as iCalendar."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.clock import Event
from ptgbot.core.sessions import Session, Status
from ptgbot.site import ics
from ptgbot.site.ics import write_calendar

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TALK = Session("a@x", "nova", "Attic", START, START + timedelta(hours=1), Status.CONFIRMED, 0, START)


def read(*sessions: Session, event: Event | None = None, name: str = "Harbor") -> list[Any]:
    return list(icalendar.Calendar.from_ical(write_calendar(name, sessions, event or Event())).walk("VEVENT"))


def test_a_session_is_written_line_by_line() -> None:
    whole = replace(TALK, track="nova", link="https://meet.example.org/a,b", pad="https://pads.example.org/nova")

    assert write_calendar("Harbor", [whole], Event("Summit")).decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ptgbot//ptgbot//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Harbor",
        "X-WR-CALNAME:Harbor",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
        "BEGIN:VEVENT",
        "SUMMARY:nova – Summit",
        "DTSTART:20261124T090000Z",
        "DTEND:20261124T100000Z",
        "DTSTAMP:20261124T090000Z",
        "UID:a@x",
        "SEQUENCE:0",
        "CATEGORIES:nova",
        "CONFERENCE;LABEL=Meeting;VALUE=URI:https://meet.example.org/a,b",
        "DESCRIPTION:Pad: https://pads.example.org/nova\\nMeeting: https://meet.exam",
        " ple.org/a\\,b",
        "LAST-MODIFIED:20261124T090000Z",
        "LOCATION:Attic\\, https://meet.example.org/a\\,b",
        "STATUS:CONFIRMED",
        "URL:https://meet.example.org/a,b",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_the_page_about_a_session_is_its_address_and_the_meeting_is_still_told() -> None:
    linked = replace(TALK, link="https://meet.example.org/a,b", pad="https://pads.example.org/nova")
    [entry] = read(replace(linked, title="nova: Cells", about="https://talks.example.org/7", page="https://e.org/nova"))

    assert (str(entry["SUMMARY"]), str(entry["URL"]), str(entry["CONFERENCE"]), str(entry["DESCRIPTION"])) == (
        "nova: Cells",
        "https://talks.example.org/7",
        "https://meet.example.org/a,b",
        "About: https://talks.example.org/7\nPad: https://pads.example.org/nova\nMeeting: https://meet.example.org/a,b",
    )


def test_a_cancelled_session_says_so_in_its_summary_too() -> None:
    [entry] = read(replace(TALK, status=Status.CANCELLED))

    assert (entry["STATUS"], entry["SUMMARY"]) == ("CANCELLED", "Cancelled: nova")


def test_instants_of_any_zone_are_written_in_utc() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    moved = replace(TALK, start=START.astimezone(east), end=TALK.end.astimezone(east), changed=START.astimezone(east))

    assert write_calendar("Harbor", [moved], Event()) == write_calendar("Harbor", [TALK], Event())


def test_sessions_stay_in_the_order_in_which_they_come() -> None:
    second = replace(TALK, uid="b@x")

    assert [str(entry["UID"]) for entry in read(second, TALK)] == ["b@x", "a@x"]


def test_a_session_is_written_once_however_many_calendars_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    to_ical: Any = icalendar.Event.to_ical

    def counted(entry: icalendar.Event, **options: Any) -> Any:
        written.append(str(entry["UID"]))
        return to_ical(entry, **options)

    monkeypatch.setattr(icalendar.Event, "to_ical", counted)
    ics._write_session.cache_clear()
    talks = [replace(TALK, uid=f"{number}@x") for number in range(3)]
    for name in ("ptg", "nova", "ptg"):
        write_calendar(name, talks, Event())
    write_calendar("ptg", [*talks[:2], replace(talks[2], room="Cellar")], Event())

    assert written == ["0@x", "1@x", "2@x", "2@x"]


@pytest.mark.parametrize(
    "link", ["ftp://x.example", "javascript:alert(1)", "https://x.example/ y", "http://x\n.example"]
)
def test_what_is_no_link_is_left_out(link: str) -> None:
    [entry] = read(replace(TALK, link=link, pad=link))

    assert (str(entry["LOCATION"]), "URL" in entry, "CONFERENCE" in entry, "DESCRIPTION" in entry) == (
        "Attic",
        False,
        False,
        False,
    )


@given(st.text(st.characters(), max_size=80), st.text(st.characters(), max_size=80))
def test_any_text_comes_back_as_one_line_of_itself(title: str, room: str) -> None:
    content = write_calendar(title, [replace(TALK, title=f"t{title}", room=f"r{room}", link=room)], Event())
    calendar = icalendar.Calendar.from_ical(content)
    [entry] = calendar.walk("VEVENT")

    assert [part.name for part in calendar.subcomponents] == ["VEVENT"]
    assert str(entry["SUMMARY"]) == ics._plain(f"t{title}")
    assert str(entry["LOCATION"]) == ics._plain(f"r{room}")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
