"""Calendars, as other programs' readers understand them: ical.js and node-ical, where Node.js finds them."""

import json
import os
import shutil
import subprocess
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.core.clock import Event
from ptgbot.features.schedule.calendars import Calendars
from ptgbot.features.schedule.model import Booking, Day, Info, Room, Slot, Track
from ptgbot.features.schedule.sessions import TrackLinks
from ptgbot.features.topics.model import LINKS, etherpad_url, meeting_url
from ptgbot.site.ics import write_calendar
from tests.build import make_state

READERS = {
    "ical.js": """
        const ICAL = require("ical.js");
        const all = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map(c => new ICAL.Event(c));
        const instants = e => [e.startDate.toJSDate(), e.endDate.toJSDate()];
        found = all.map(e => [e.uid, e.summary, e.location, e.description, ...instants(e)]);
    """,
    "node-ical": """
        const all = Object.values(require("node-ical").sync.parseICS(text)).filter(e => e.type == "VEVENT");
        found = all.map(e => [e.uid, e.summary, e.location, e.description, e.start, e.end]);
    """,
}
ROOM = "Deck; 5, “left”\nEND:VEVENT 😀"


def _has(reader: str) -> bool:
    """Return whether Node.js is there and finds a reader."""
    node = shutil.which("node")
    return (
        node is not None
        and not subprocess.run(
            [node, "-e", f"require.resolve({json.dumps(reader)})"], check=False, capture_output=True
        ).returncode
    )


def _read(reader: str, content: bytes, zone: str) -> list[list[Any]]:
    script = f"""
        const text = require("fs").readFileSync(0, "utf8"); let found;
        {READERS[reader]}
        console.log(JSON.stringify(found));
    """
    run = subprocess.run(
        ["node", "-e", script],
        check=True,
        capture_output=True,
        input=content,
        env={**os.environ, "TZ": zone},
        timeout=30,
    )
    found: list[list[Any]] = json.loads(run.stdout)
    return sorted(found)


def _calendar(event: Event) -> bytes:
    made = datetime(2026, 10, 1, tzinfo=UTC)
    state = make_state(
        Info("harbor"),
        Track("nova", "red"),
        Day("2026-10-24", 0, (Slot("Sat1", "09:00-10:30"), Slot("Night", "23:30-03:30"))),
        Day("2026-10-25", 1, (Slot("Sun1", "09:00-10:30"),)),
        Room(ROOM, 0, ("Sat1", "Night", "Sun1"), url="https://meet.example.org/a,b;c"),
        [
            Booking(f"b{number}", "nova", ROOM, slot, number, made)
            for number, slot in enumerate(("Sat1", "Night", "Sun1"))
        ],
    )
    return Calendars(event, TrackLinks(LINKS, etherpad_url, meeting_url), write_calendar).render(
        "nova.ics", state.public, made
    )


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"])
def test_another_reader_finds_the_same_text_and_instants_wherever_it_is(reader: str, zone: str) -> None:
    if not _has(reader):
        pytest.skip(f"Node.js does not find {reader}: npm install --no-package-lock")
    content = _calendar(Event("Harbor Summit", ZoneInfo("Europe/Berlin"), date(2026, 10, 24)))
    told = [
        "nova – Harbor Summit",
        "Deck; 5, “left” END:VEVENT 😀, https://meet.example.org/a,b;c",
        "Pad: https://etherpad.opendev.org/p/harbor-nova\nMeeting: https://meet.example.org/a,b;c",
    ]

    assert _read(reader, content, zone) == [
        ["b0@ptgbot", *told, "2026-10-24T07:00:00.000Z", "2026-10-24T08:30:00.000Z"],
        ["b1@ptgbot", *told, "2026-10-24T21:30:00.000Z", "2026-10-25T02:30:00.000Z"],
        ["b2@ptgbot", *told, "2026-10-25T08:00:00.000Z", "2026-10-25T09:30:00.000Z"],
    ]
