"""The page "Calendars": every calendar's address."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.catalogue import make_exporters
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.openspaces.sessions import open_space_sessions
from ptgbot.features.schedule.calendars import Calendars
from ptgbot.features.schedule.model import DAYS, ROOMS, TRACKS, Day, Room, Slot, Track
from ptgbot.features.schedule.subscribe import SubscribePage
from ptgbot.features.topics.model import TOPICS, Topic
from ptgbot.site.html import Templates
from tests.build import AT, change, make_state
from tests.pages import tags, text_of
from tests.talk import quick_talk

ZONE, FIRST = ZoneInfo("Europe/Berlin"), date(2026, 11, 24)
KNOWN = Event("Harbor Summit", ZONE, FIRST, "https://ptg.example.org/board")
UNKNOWN = Event("Harbor Summit", ZONE, FIRST)


def state() -> View:
    return make_state(
        [Track("nova", "red"), Track("docs", "blue")],
        [Day("Tuesday", 0, (Slot("T1", "09:00-10:00"),)), Day("Wednesday", 1, ())],
        [Room("Ballroom A", 0, ("T1",)), Room("<b>", 1, ())],
    ).public


def render(event: Event, view: View) -> bytes:
    return SubscribePage(event, Templates(event), open_space_sessions(event)).render("subscribe.html", view, AT)


def links(page: bytes) -> list[str]:
    return [found["href"] for tag, found in tags(page) if tag == "a" and ".ics" in found.get("href", "")]


def paths(event: Event, view: View) -> list[str]:
    [calendars] = [one for one in make_exporters(event, quick_talk().registry) if isinstance(one, Calendars)]
    return sorted(calendars.paths(view))


def test_every_calendar_can_be_subscribed_to_and_its_address_copied() -> None:
    page = render(KNOWN, state())
    copied = page.decode().split('<code class="copy">')[1:]

    assert sorted(links(page)) == [f"webcal://ptg.example.org/board/{path}" for path in paths(KNOWN, state())]
    assert sorted(text.partition("<")[0] for text in copied) == [
        f"https://ptg.example.org/board/{path}" for path in paths(KNOWN, state())
    ]


def test_without_an_address_of_the_site_there_are_plain_links() -> None:
    page = render(UNKNOWN, state())

    assert sorted(links(page)) == paths(UNKNOWN, state())
    assert "webcal:" not in page.decode()


def test_every_calendar_but_that_of_everything_can_be_found_by_its_name() -> None:
    found = [a["data-find"] for _, a in tags(render(KNOWN, state())) if "data-find" in a]

    assert sorted([*found, "ptg.ics"]) == paths(KNOWN, state())


def test_rooms_and_days_are_called_by_their_names() -> None:
    text = text_of(render(KNOWN, state()))

    assert "Ballroom A" in text
    assert "<b>" in text
    assert "Tuesday 24 November 2026" in text
    assert "Wednesday 25 November 2026" in text


def test_what_there_is_none_of_has_no_heading() -> None:
    page = SubscribePage(KNOWN, Templates(KNOWN)).render("subscribe.html", make_state().public, AT)

    assert links(page) == ["webcal://ptg.example.org/board/ptg.ics"]
    assert [found["id"] for tag, found in tags(page) if tag == "h2"] == ["everything", "how"]


@pytest.mark.parametrize(
    ("table", "document", "touched"),
    [
        (TRACKS, Track("edge", "red"), ["subscribe.html"]),
        (TRACKS, Track("nova", "teal"), []),
        (ROOMS, Room("Attic", 3, ()), ["subscribe.html"]),
        (DAYS, Day("Thursday", 2, ()), ["subscribe.html"]),
        (TOPICS, Topic("nova", location="the bar"), []),
    ],
)
def test_it_is_written_anew_when_there_are_other_calendars(table: Any, document: Any, touched: list[str]) -> None:
    made = make_state([Track("nova", "red")])
    exporter = SubscribePage(KNOWN, Templates(KNOWN))

    assert list(exporter.touched(change(made, lambda draft: draft.put(table, document)), made.public)) == touched
