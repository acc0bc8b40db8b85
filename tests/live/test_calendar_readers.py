"""Calendars, as other programs' readers understand them.

ical.js and node-ical (where Node.js finds them), ``icalendar``, and vdirsyncer with khal, which is what people do who
subscribe: it fetches every calendar from a web server, keeps it as files, and shows what is in them.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

from ptgbot.catalogue import make_exporters
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.openspaces.model import OpenSpace
from ptgbot.features.schedule.calendars import Calendars
from ptgbot.features.schedule.model import Booking, Day, Info, Room, Slot, Track
from tests.build import make_state, told
from tests.live.browser import serve
from tests.talk import EVENT, SAMPLE, Talk, quick_talk

HARBOR = Event("Harbor Summit", ZoneInfo("Europe/Berlin"), date(2026, 10, 24))
MADE = datetime(2026, 10, 1, tzinfo=UTC)
ROOM = "Deck; 5, “left”\nEND:VEVENT 😀"
TITLE = "Write; “read”, 日本 😀"
SMALL_HOURS = (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 15, tzinfo=UTC))
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")

Told = Mapping[str, list[list[str]]]  # path → what a reader finds of each entry

NODE = {
    "ical.js": """
        const ICAL = require("ical.js");
        const read = text => new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent")
          .map(c => [new ICAL.Event(c), c.getFirstPropertyValue("status")])
          .map(([e, status]) => [e.uid, e.summary, e.location, status, e.startDate.toJSDate(), e.endDate.toJSDate()]);
    """,
    "node-ical": """
        const ical = require("node-ical");
        const read = text => Object.values(ical.sync.parseICS(text)).filter(e => e.type == "VEVENT")
          .map(e => [e.uid, e.summary, e.location, e.status, e.start, e.end]);
    """,
}


def render(event: Event, view: View, now: datetime) -> dict[str, bytes]:
    """Return every calendar by its path."""
    registry = quick_talk(event=event).registry
    [exporter] = [one for one in make_exporters(event, registry) if isinstance(one, Calendars)]
    return {path: exporter.render(path, view, now) for path in exporter.paths(view)}


def harbor() -> dict[str, bytes]:
    """Return the calendars of two days; in the night between them the clocks of Berlin go back."""
    slots = ("Sat1", "Night", "Sun1")
    state = make_state(
        Info("harbor"),
        [Track("nova", "red"), Track("docs", "blue")],
        Day("2026-10-24", 0, (Slot("Sat1", "09:00-10:30"), Slot("Night", "23:30-03:30"))),
        Day("2026-10-25", 1, (Slot("Sun1", "09:00-10:30"),)),
        [Room(ROOM, 0, slots, url="https://meet.example.org/a,b;c"), Room("Attic", 1, slots)],
        [Booking(f"b{number}", "nova", ROOM, slot, number, MADE) for number, slot in enumerate(slots)],
        Booking("b3", "docs", "Attic", "Sun1", 0, MADE, TITLE, "https://talks.example.org/?a=1,2;b"),
        OpenSpace("p1", 1, TITLE, "Attic", SMALL_HOURS[0], SMALL_HOURS[1], MADE, "@ada; “host”", "https://x.example/1"),
    )
    return render(HARBOR, told(state, HARBOR).public, MADE)


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


PLACE = "Deck; 5, “left” END:VEVENT 😀, https://meet.example.org/a,b;c"
SATURDAY = ["b0@ptgbot", "nova – Harbor Summit", PLACE, "CONFIRMED", "2026-10-24T07:00:00Z", "2026-10-24T08:30:00Z"]
NIGHT = ["b1@ptgbot", "nova – Harbor Summit", PLACE, "CONFIRMED", "2026-10-24T21:30:00Z", "2026-10-25T02:30:00Z"]
SUNDAY = ["b2@ptgbot", "nova – Harbor Summit", PLACE, "CONFIRMED", "2026-10-25T08:00:00Z", "2026-10-25T09:30:00Z"]
DOCS = [
    "b3@ptgbot", f"docs: {TITLE} – Harbor Summit", "Attic", "CONFIRMED", "2026-10-25T08:00:00Z", "2026-10-25T09:30:00Z",
]  # fmt: skip
SPACE = [
    "openspace-p1@ptgbot", f"{TITLE} – Harbor Summit", "Attic", "CONFIRMED",
    "2026-10-24T23:30:00Z", "2026-10-25T02:15:00Z",
]  # fmt: skip
EXPECTED = {
    "docs.ics": [DOCS],
    "nova.ics": [SATURDAY, NIGHT, SUNDAY],
    "room/attic.ics": [DOCS, SPACE],
    "room/deck-5-left-end-vevent-grinning-e3c23731.ics": [SATURDAY, NIGHT, SUNDAY],
    "day/2026-10-24.ics": [SATURDAY, NIGHT],
    "day/2026-10-25.ics": [SUNDAY, DOCS, SPACE],
    "openspaces.ics": [SPACE],
    "ptg.ics": [SATURDAY, NIGHT, SUNDAY, DOCS, SPACE],
}


# -- icalendar, ical.js, node-ical ------------------------------------------------------------------------------------


def test_icalendar_finds_every_entry_in_every_calendar() -> None:
    found = {
        path: sorted(
            [
                str(e["UID"]),
                str(e["SUMMARY"]),
                str(e["LOCATION"]),
                str(e["STATUS"]),
                *map(instant, (e.decoded("dtstart"), e.decoded("dtend"))),
            ]
            for e in icalendar.Calendar.from_ical(content).events
        )
        for path, content in harbor().items()
    }

    assert found == EXPECTED


def _has(reader: str) -> bool:
    """Return whether Node.js is there and finds a reader."""
    node = shutil.which("node")
    return (
        node is not None
        and not subprocess.run(
            [node, "-e", f"require.resolve({json.dumps(reader)})"], check=False, capture_output=True
        ).returncode
    )


def _read(reader: str, calendars: Mapping[str, bytes], zone: str) -> Told:
    script = f"""
        {NODE[reader]}
        const all = Object.entries(JSON.parse(require("fs").readFileSync(0, "utf8")));
        console.log(JSON.stringify(Object.fromEntries(all.map(([path, text]) => [path, read(text).sort()]))));
    """
    run = subprocess.run(
        ["node", "-e", script],
        check=True,
        capture_output=True,
        input=json.dumps({path: content.decode() for path, content in calendars.items()}).encode(),
        env={**os.environ, "TZ": zone},
        timeout=60,
    )
    found = json.loads(run.stdout)
    return {
        path: [[*entry[:4], *(at.replace(".000Z", "Z") for at in entry[4:])] for entry in entries]
        for path, entries in found.items()
    }


@pytest.mark.parametrize("reader", NODE)
@pytest.mark.parametrize("zone", ZONES)
def test_another_reader_finds_the_same_wherever_it_is(reader: str, zone: str) -> None:
    if not _has(reader):
        pytest.skip(f"Node.js does not find {reader}: npm install --no-package-lock")

    assert _read(reader, harbor(), zone) == EXPECTED


# -- vdirsyncer and khal ----------------------------------------------------------------------------------------------

_HERE = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))


@dataclass(frozen=True)
class Subscriber:
    """Somebody who has vdirsyncer fetch calendars, and khal show them.

    Args:
        home: Their home folder.
        site: The address of the site.
        paths: The calendars that they subscribed to.
        zone: The zone that they are in.
    """

    home: Path
    site: str
    paths: tuple[str, ...]
    zone: str

    def subscribe(self) -> None:
        pairs, calendars = [], []
        for number, path in enumerate(self.paths):
            folder = self.home / "calendars" / str(number)
            folder.mkdir(parents=True)
            calendars.append(f"[[{number}]]\npath = {folder}\nreadonly = True\n")
            pairs.append(
                f'[pair p{number}]\na = "here{number}"\nb = "there{number}"\ncollections = null\n'
                f'conflict_resolution = "b wins"\n'
                f'[storage there{number}]\ntype = "http"\nurl = "{self.site}/{path}"\n'
                f'[storage here{number}]\ntype = "filesystem"\npath = "{folder}"\nfileext = ".ics"\n'
            )
        (self.home / "vdirsyncer").write_text(f'[general]\nstatus_path = "{self.home}/status/"\n{"".join(pairs)}')
        (self.home / "khal").write_text(
            f"[calendars]\n{''.join(calendars)}[sqlite]\npath = {self.home}/khal.db\n"
            "[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
            "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
            f"local_timezone = {self.zone}\ndefault_timezone = {self.zone}\n"
        )
        self._run("vdirsyncer", "-c", str(self.home / "vdirsyncer"), "discover")

    def sync(self) -> None:
        self._run("vdirsyncer", "-c", str(self.home / "vdirsyncer"), "sync")

    def list(self, first: str) -> Told:
        """Return what khal shows of each calendar in the ten days from one on, instants as UTC."""
        fields = ("calendar", "title", "location", "status", "start-long-full", "end-long-full")
        options = [option for field in fields for option in ("--json", field)]
        written = self._run("khal", "-c", str(self.home / "khal"), "list", "--once", *options, first, "10d")
        found: dict[str, list[list[str]]] = {path: [] for path in self.paths}
        for line in written.splitlines():
            for entry in json.loads(line):
                number, *texts, start, end = (entry[field] for field in fields)
                found[self.paths[int(number)]].append(
                    [*map(str.strip, texts), self._instant(start), self._instant(end)]
                )
        return {path: sorted(entries) for path, entries in found.items()}

    def _instant(self, text: str) -> str:
        return instant(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(self.zone)))

    def _run(self, program: str, *arguments: str) -> str:
        found = shutil.which(program, path=_HERE)
        if found is None:
            pytest.skip(f"there is no {program}: pip install khal vdirsyncer")
        environment = {"HOME": str(self.home), "PATH": _HERE, "TZ": self.zone, "LANG": "C.UTF-8"}
        run = subprocess.run(
            [found, *arguments], check=False, capture_output=True, text=True, env=environment, timeout=60
        )
        assert run.returncode == 0, run.stderr
        return run.stdout


def publish(folder: Path, calendars: Mapping[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in calendars.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_khal_shows_every_calendar_that_vdirsyncer_fetched_as_it_is(tmp_path: Path, zone: str) -> None:
    publish(tmp_path / "site", harbor())
    with serve(tmp_path / "site") as address:
        subscriber = Subscriber(tmp_path / "home", address, tuple(EXPECTED), zone)
        subscriber.subscribe()
        subscriber.sync()

    without_uids = {path: sorted(entry[1:] for entry in entries) for path, entries in EXPECTED.items()}
    assert subscriber.list("2026-10-20") == without_uids


async def test_what_is_moved_cancelled_and_booked_again_is_there_once(tmp_path: Path) -> None:
    bot = quick_talk(
        {**SAMPLE, "schedule": {"Aspen": {"MonA1": "nova", "MonP1": "", "TueA1": ""}, "Den": {"MonA1": ""}}}
    )
    site = tmp_path / "site"
    publish(site, render(EVENT, bot.store.public, bot.clock.now()))
    with serve(site) as address:
        subscriber = Subscriber(tmp_path / "home", address, ("ptg.ics", "nova.ics"), "Europe/Berlin")
        subscriber.subscribe()

        async def after(command: str) -> list[list[str]]:
            if command:
                await bot.said("ada", command)
            bot.clock.forward(minutes=20)
            return shown(bot, site, subscriber)

        monday = ["2026-11-23T08:00:00Z", "2026-11-23T09:45:00Z"]
        tuesday = ["2026-11-24T08:00:00Z", "2026-11-24T09:45:00Z"]
        assert await after("") == [["nova – Sample", "Aspen", "CONFIRMED", *monday]]
        assert await after("#nova move Aspen-MonA1 Aspen-TueA1") == [["nova – Sample", "Aspen", "CONFIRMED", *tuesday]]
        assert await after("#nova unbook Aspen-TueA1") == [["Cancelled: nova – Sample", "Aspen", "CANCELLED", *tuesday]]
        assert await after("#nova book Aspen-TueA1") == [["nova – Sample", "Aspen", "CONFIRMED", *tuesday]]
        assert await after("#nova undo") == [["Cancelled: nova – Sample", "Aspen", "CANCELLED", *tuesday]]
        assert uids(site) == {"booking1@ptgbot"}  # through all of that: who subscribed sees one appointment
        assert await after("#nova book Den-MonA1") == [
            ["Cancelled: nova – Sample", "Aspen", "CANCELLED", *tuesday],
            ["nova – Sample", "Den", "CONFIRMED", *monday],
        ]
        bot.clock.time += timedelta(days=2)
        assert await after("") == [["nova – Sample", "Den", "CONFIRMED", *monday]]


def uids(site: Path) -> set[str]:
    """Return the UIDs in the calendar of everything."""
    return {str(e["UID"]) for e in icalendar.Calendar.from_ical((site / "ptg.ics").read_bytes()).events}


def shown(bot: Talk, site: Path, subscriber: Subscriber) -> list[list[str]]:
    """Publish, sync, and return what khal shows; the same in both calendars."""
    publish(site, render(EVENT, bot.store.public, bot.clock.now()))
    subscriber.sync()
    found = subscriber.list("2026-11-20")
    assert found["ptg.ics"] == found["nova.ics"]
    return found["ptg.ics"]
