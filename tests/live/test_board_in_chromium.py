"""The board in a real browser: what its script adds, and how it fits a phone, a conference, long texts and paper."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.core.clock import Event
from ptgbot.core.documents import Document
from ptgbot.features.motd.model import Motd, Notice
from ptgbot.features.schedule.model import Booking, Day, Room, Slot, Track
from ptgbot.features.topics.model import Now, Topic
from ptgbot.store.state import State
from tests.build import AT, BERLIN, make_state, put
from tests.features.board.conference import CONFERENCE, NOON, conference
from tests.live.browser import browser, serve
from tests.live.test_pages_in_chromium import (
    AXE,
    LARGE,
    RULES,
    SCHEMES,
    Visit,
    busy_state,
    large_state,
    picture,
    publish,
    size,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, PHONE = size(1280), size(320, 568)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("home")) as started:
        yield started


@contextmanager
def board(
    chromium: Any, folder: Path, *more: Document, page: str = "ptg.html", event: Event = BERLIN, **options: Any
) -> Iterator[Any]:
    """Give a page of the busy day, with some more."""
    state = busy_state()
    put(state, *more)
    publish(folder, state, event)
    with serve(folder) as address, Visit(chromium, f"{address}/{page}", **options) as shown:
        yield shown


@contextmanager
def talks(chromium: Any, folder: Path, page: str = "ptg.html", **options: Any) -> Iterator[Any]:
    """Give a page of the conference."""
    publish(folder, conference(), CONFERENCE, NOON)
    with serve(folder) as address, Visit(chromium, f"{address}/{page}", NOON, **options) as shown:
        yield shown


def seen(shown: Any, selector: str) -> list[str]:
    """Return the texts of the elements that are to be seen."""
    found: list[str] = shown.eval_on_selector_all(
        selector, "all => all.filter((one) => one.checkVisibility()).map((one) => one.innerText)"
    )
    return [" ".join(text.split()) for text in found]


# -- a conference ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
@pytest.mark.parametrize("page", ["ptg.html", "track/science.html"])
def test_a_conference_fits_the_width_and_axe_finds_nothing(
    chromium: Any, tmp_path: Path, page: str, viewport: dict[str, int]
) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm install --no-package-lock")
    with talks(chromium, tmp_path, page, viewport=viewport, bypass_csp=True) as shown:
        shown.add_script_tag(path=str(AXE))
        for scheme in SCHEMES:
            shown.emulate_media(color_scheme=scheme)
            found = shown.evaluate(f"axe.run(document, {RULES})")
            picture(shown, f"conference-{Path(page).stem}-{scheme}-{viewport['width']}")

            assert shown.evaluate("document.documentElement.scrollWidth") == viewport["width"]
            assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]] == []


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_what_runs_is_in_view_and_the_bar_leads_to_it(chromium: Any, tmp_path: Path, viewport: dict[str, int]) -> None:
    with talks(chromium, tmp_path, viewport=viewport, reduced_motion="reduce") as shown:
        across = shown.eval_on_selector_all(
            ".agenda .runs",
            "all => all.map((one) => one.getBoundingClientRect()).map(({left, right}) => [left, right])",
        )
        shown.click("text=Rooms, now")
        top, bottom = shown.eval_on_selector(
            ".agenda .runs", "(one) => { const {top, bottom} = one.getBoundingClientRect(); return [top, bottom]; }"
        )

        assert len(across) > 3
        assert all(left >= 0 and right <= viewport["width"] for left, right in across)
        assert 0 < top < bottom < viewport["height"]


def test_a_grid_that_is_wider_than_the_page_opens_where_its_slot_runs(chromium: Any, tmp_path: Path) -> None:
    slots = tuple(Slot(f"Slot{hour}", f"{hour:02}:00-{hour + 1:02}:00") for hour in range(6, 18))
    state = make_state(Day("Tuesday", 0, slots), Room("Aspen", 0, tuple(slot.name for slot in slots)))
    publish(tmp_path, state)

    with serve(tmp_path) as address, Visit(chromium, f"{address}/ptg.html", viewport=size(900)) as shown:
        left, right, end = shown.evaluate(
            """() => {
              const box = (name) => document.querySelector(name).getBoundingClientRect();
              const [runs, grid] = [box("thead .runs"), box(".grid")];
              return [runs.left - grid.left, runs.right - grid.left, grid.width];
            }"""
        )

    assert 0 < left < right <= end


# -- the filter -----------------------------------------------------------------------------------------------------


def look_for(shown: Any, text: str) -> str:
    """Type into the filter, and return how much it says there is."""
    shown.fill("#filter", text)
    shown.wait_for_timeout(400)  # it counts when nobody types any more
    found: str = shown.inner_text(".filter .count")
    return found


def test_what_is_on_another_day_is_found_and_led_to_and_empty_sections_say_so(chromium: Any, tmp_path: Path) -> None:
    with board(chromium, tmp_path) as shown:
        assert look_for(shown, "storage") == "1 of 20 tracks"
        assert seen(shown, ".filter .places a") == ["1 on Wednesday"]
        assert seen(shown, ".nomatch") == ["Nothing here matches."] * 3  # now, next, today
        assert seen(shown, "#day-2 td.found .badge") == ["storage"] * len(seen(shown, "#day-2 td.found .badge"))
        assert shown.eval_on_selector_all("details.day", "all => all.map((day) => day.open)") == [True, True, False]

        assert look_for(shown, "") == ""
        assert seen(shown, ".nomatch, .places a") == []
        assert shown.eval_on_selector_all("details.day", "all => all.map((day) => day.open)") == [True, False, False]


@pytest.mark.parametrize(
    ("text", "count", "rooms"),
    [
        ("dock 5", "1 of 20 tracks", {"Dock 5"}),
        ("blue line", "3 of 20 tracks", {"Boathouse"}),
        ("hearing loop", "2 of 20 tracks", {"Harbor View"}),
        ("spare room", "1 room", {"Spare Room"}),
        ("ubersetz", "1 of 20 tracks", set()),
        ("ÜBERSETZ", "1 of 20 tracks", set()),
        ("nobody says this", "Nothing matches", set()),
    ],
)
def test_rooms_and_texts_are_found_however_they_are_written(
    chromium: Any, tmp_path: Path, text: str, count: str, rooms: set[str]
) -> None:
    with board(chromium, tmp_path, Room("Spare Room", 99, ("Tue1", "Tue2", "Wed1"))) as shown:
        told = look_for(shown, text)

        assert (told, set(seen(shown, ".grid tbody .room"))) == (count, rooms)


@pytest.mark.parametrize("width", [320, 840, 1280])
def test_links_to_many_days_leave_the_width_and_the_other_links(chromium: Any, tmp_path: Path, width: int) -> None:
    publish(tmp_path, large_state(), LARGE)
    options: dict[str, Any] = {"viewport": size(width), "reduced_motion": "reduce"}
    with serve(tmp_path) as site, Visit(chromium, f"{site}/ptg.html?q=track", **options) as shown:
        days = seen(shown, ".places a")
        shown.click(".places a >> text=Friday")
        top, *bars = (
            shown.locator(name).bounding_box() or {"y": 0, "height": 0} for name in ("#day-5", ".bar", ".jump")
        )

        assert len(days) == 5
        assert shown.evaluate("document.documentElement.scrollWidth") == width
        assert shown.evaluate("document.querySelector('.jump').clientWidth") > 200
        assert top["y"] >= max(bar["y"] + bar["height"] for bar in bars)


def test_the_lists_of_a_conference_are_filtered_too(chromium: Any, tmp_path: Path) -> None:
    with talks(chromium, tmp_path) as shown:
        look_for(shown, "hall c")
        assert set(seen(shown, ".agenda .room")) == {"Hall C"}

        look_for(shown, "security hall c")
        assert set(seen(shown, ".agenda li .badge")) == {"security"}
        assert set(seen(shown, ".agenda .room")) == {"Hall C"}


def test_calendars_can_be_looked_for(chromium: Any, tmp_path: Path) -> None:
    with board(chromium, tmp_path, page="subscribe.html") as shown:
        assert look_for(shown, "nova").startswith("1 of ")
        assert seen(shown, "tbody th") == ["All bookings and open spaces", "nova"]
        assert seen(shown, "h2")[:3] == ["Everything", "Tracks", "In your calendar program"]


# -- the viewer's own time --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "where"), [(1280, "thead .when"), (320, "tbody td.runs .span")])
def test_the_viewers_own_time_tells_from_when_to_when(chromium: Any, tmp_path: Path, width: int, where: str) -> None:
    with board(chromium, tmp_path, viewport=size(width), timezone_id="America/New_York") as shown:
        texts = seen(shown, f"#day-1 {where}")

    assert "13:30-15:00 (07:30–09:00)" in texts


def test_on_another_day_the_viewers_own_time_names_it(chromium: Any, tmp_path: Path) -> None:
    state = make_state(Day("Tuesday", 0, (Slot("Late", "20:00-23:00, then on"),)), Room("Aspen", 0, ("Late",)))
    event = replace(BERLIN, zone=ZoneInfo("America/New_York"))
    publish(tmp_path, state, event)

    with serve(tmp_path) as address, Visit(chromium, f"{address}/ptg.html", timezone_id="Europe/Berlin") as shown:
        [when] = seen(shown, "thead .when")

    assert when == "20:00-23:00, then on (Wed 02:00–Wed 05:00)"


# -- long texts, many messages --------------------------------------------------------------------------------------

WARNINGS = Motd(
    (
        Notice("warning", "The north stairs are closed until noon; please take those beside the reception."),
        Notice("warning", "The network is slow today. It is better on 5 GHz, and best in the rooms upstairs."),
        Notice("warning", f"Please leave no bags in the hallway. {'They are taken away, and it takes long. ' * 4}"),
    )
)


@pytest.mark.parametrize("viewport", [size(390, 844), PHONE])
@pytest.mark.parametrize("script", [True, False])
def test_three_warnings_leave_what_is_on_now_on_the_first_screen_of_a_phone(
    chromium: Any, tmp_path: Path, viewport: dict[str, int], script: bool
) -> None:
    with board(chromium, tmp_path, WARNINGS, viewport=viewport, java_script_enabled=script) as shown:
        top = shown.locator("#now .talk").first.bounding_box()["y"]
        first = seen(shown, "#urgent p.notice")
        shown.click("#others-urgent summary")

        assert top + 24 < viewport["height"]
        assert len(first) == 1
        assert len(seen(shown, "#urgent p.notice")) == 3


def test_where_there_is_room_all_warnings_are_shown_whole(chromium: Any, tmp_path: Path) -> None:
    with board(chromium, tmp_path, WARNINGS, viewport=WIDE) as shown:
        assert [text.partition("note ")[2] for text in seen(shown, "#urgent p.notice")] == [
            notice.text.strip() for notice in reversed(WARNINGS.notices)
        ]
        assert seen(shown, "#urgent summary") == []


@pytest.mark.parametrize("width", [320, 1280])
def test_a_long_topic_does_not_stretch_its_neighbours_and_can_be_read_without_script(
    chromium: Any, tmp_path: Path, width: int
) -> None:
    long = Topic("docs", Now("many words of one topic " * 17, AT), (), "Harbor View")
    with board(chromium, tmp_path, long, viewport=size(width), java_script_enabled=False) as shown:

        def heights() -> list[float]:
            return [shown.locator(f"#now-{name}").bounding_box()["height"] for name in ("docs", "accessibility")]

        short = heights()
        shown.click("#more-now-docs summary")
        whole = heights()

    assert short[0] < 300
    assert whole[0] > short[0] * 1.2
    assert whole[1] == short[1] < short[0]


# -- calendars without an address of the site -----------------------------------------------------------------------


@pytest.mark.parametrize("page", ["subscribe.html", "track/nova.html"])
def test_where_the_site_does_not_know_its_address_the_browser_does(chromium: Any, tmp_path: Path, page: str) -> None:
    with board(chromium, tmp_path, page=page, event=replace(BERLIN, site_url="")) as shown:
        root = shown.url.removesuffix(page)
        links = shown.eval_on_selector_all("a[href^=webcal]", "all => all.map((link) => link.getAttribute('href'))")
        copied = shown.eval_on_selector_all(
            ".copy code, code.copy", "all => all.map((one) => one.textContent).filter((text) => text.endsWith('.ics'))"
        )

    assert f"{root}nova.ics" in copied
    assert links == [address.replace("http:", "webcal:") for address in copied]


# -- paper ----------------------------------------------------------------------------------------------------------


def test_on_paper_an_empty_board_says_so_and_has_no_commands(chromium: Any, tmp_path: Path) -> None:
    publish(tmp_path, make_state(Track("nova", "teal")))

    with serve(tmp_path) as address, Visit(chromium, f"{address}/ptg.html") as shown:
        shown.emulate_media(media="print")

        assert seen(shown, "#now .empty, #next .empty") == [
            "Nobody has said what they are talking about yet.",
            "Nothing is announced yet.",
        ]
        assert seen(shown, "#now code, #next code") == []


def test_on_paper_headings_are_in_the_flow_so_that_no_page_ends_with_one(chromium: Any, tmp_path: Path) -> None:
    with talks(chromium, tmp_path) as shown:
        shown.emulate_media(media="print")
        around = shown.eval_on_selector_all(
            "main :is(h2, h3, h4):not(.meeting *, .group *, .talk *, summary *)",
            """all => all.filter((one) => one.checkVisibility()).map((one) => {
              const above = one.closest("header.over") ?? one;
              return [getComputedStyle(above.parentElement).display, getComputedStyle(above).breakAfter];
            })""",
        )

    assert len(around) > 20
    assert {*map(tuple, around)} <= {("block", "avoid"), ("list-item", "avoid")}


def test_a_conference_is_printed_as_lists_with_what_is_over(chromium: Any, tmp_path: Path) -> None:
    with talks(chromium, tmp_path, viewport=size(794, 1123), java_script_enabled=False) as shown:
        shown.emulate_media(media="print")
        picture(shown, "conference-print")
        everything = shown.locator(".agenda li").count()

        assert len(seen(shown, ".agenda li")) == everything > 250
        assert shown.evaluate("document.documentElement.scrollWidth") == 794


# -- it stays as it is while it changes -----------------------------------------------------------------------------


def test_what_the_filter_shows_is_as_it_was_after_a_change(chromium: Any, tmp_path: Path) -> None:
    with board(chromium, tmp_path) as shown:
        look_for(shown, "storage")
        state: State = busy_state()
        put(state, Topic("docs", Now("Something else", AT), (), "Harbor View"))
        put(state, Booking("new", "storage", "Ballroom A", "Tue4", 0, AT))
        publish(tmp_path, state)
        shown.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        shown.wait_for_selector(".places >> text=Tuesday")

        assert seen(shown, ".filter .places a") == ["1 on Tuesday", "1 on Wednesday"]
        assert seen(shown, "#day-1 td.found .badge") == ["storage"]
