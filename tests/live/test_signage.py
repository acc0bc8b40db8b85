"""The big screen in a real browser: what is seen, page by page, from afar, and when the network is gone.

With ``PTGBOT_SCREENSHOTS=folder`` it leaves pictures there; ``signage.png``, ``signage-room.png`` and
``signage-talks.png`` are those in ``docs/``.
"""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.core.clock import Event
from ptgbot.features.motd.model import Motd, Notice
from ptgbot.features.topics.model import Now, Topic
from ptgbot.store.state import State
from tests.bench.event import make_event
from tests.build import AT, BERLIN, import_state, make_state, put
from tests.features.board.conference import CONFERENCE, NOON, conference
from tests.live.browser import browser
from tests.live.site import LiveSite, StaticHost, static_host
from tests.live.test_pages_in_chromium import AXE, PICTURES, RULES, Visit, busy_state

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WALL = {"width": 1920, "height": 1080}
PORTRAIT = {"width": 1080, "height": 1920}
LATE = 20_000  # ms
LARGE = Event("Harbor Summit", ZoneInfo("Europe/Berlin"), date(2026, 11, 23))
LARGE_AT = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)  # in the second slot of a Tuesday
TIMES = {"small": AT, "large": LARGE_AT, "talks": NOON}
TEXTS = (
    "What to drop from the next release, and who tells the users of it",
    "Live migration without a pause",
    "Quotas across regions: where we are, what is missing, and who wants to work on it in the next six months",
    "Retiring the old API: https://example.org/a/long/address/that/nobody/can/type/from/a/wall",
    "Übersetzungen prüfen – wer kann Finnisch?",
)


def large_state() -> State:
    """Return an event of 44 tracks in 23 rooms on a busy morning, with places that are no rooms."""
    state = import_state(make_event(44, 23, 5), LARGE)
    names = [f"track{number:03}" for number in range(44)]
    ago = itertools.count(0, 2)
    said = [
        Topic(name, Now(text, LARGE_AT - timedelta(minutes=next(ago))))
        for name, text in zip(names, itertools.cycle(TEXTS), strict=False)
    ]
    put(state, said[::2], Topic("track001", Now("By the coffee", LARGE_AT), ("Cake",), "Hallway"))
    crowded = [Topic(names[number], Now(TEXTS[0], LARGE_AT), (), "Room 00") for number in (3, 5, 7)]
    put(state, crowded)
    put(state, Motd((Notice("info", "Badges are at the reception"), Notice("warning", "The lifts are out of order"))))
    return state


def talks_state() -> State:
    """Return a conference at which one track says more than its schedule does."""
    state = conference()
    put(state, Topic("ethics", Now(TEXTS[0], NOON), (TEXTS[2],)), Topic("art", None, (TEXTS[1],)))
    return state


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LiveSite]:
    """Give the site of a small event, of a large one, and of one whose rooms have times of their own."""
    made = {}
    for name, state, event, at in (
        ("small", busy_state(), BERLIN, AT),
        ("large", large_state(), LARGE, LARGE_AT),
        ("talks", talks_state(), CONFERENCE, NOON),
    ):
        made[name] = LiveSite(tmp_path_factory.mktemp(name), state, event)
        made[name].publish("signage.html", *static_paths(), now=at)
    return made


def static_paths() -> list[str]:
    folder = Path(__file__).parents[2] / "templates"
    return [str(path.relative_to(folder)) for path in (folder / "static").iterdir()]


@contextmanager
def wall(
    chromium: Any, site: LiveSite, query: str = "", at: datetime = AT, **options: Any
) -> Iterator[tuple[Any, StaticHost]]:
    """Give the page on a screen whose time stands still, and what serves it."""
    options = {"viewport": WALL, "timezone_id": "America/New_York"} | options
    with static_host(site.folder) as host:
        visit = Visit(chromium, "about:blank", **options)
        with visit as page:
            page.clock.install(time=at)
            with page.expect_response(re.compile(r"/live\.json$")):
                page.goto(f"{host.address}/signage.html{query}", wait_until="load")
            page.wait_for_timeout(100)
            page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 0.1)
            yield page, host
            assert [text for text in visit.complaints if "Failed to load resource" not in text] == []


def forward(page: Any, seconds: int) -> None:
    for _ in range(seconds):
        page.clock.run_for(1000)
        page.wait_for_timeout(5)


def shown(page: Any, selector: str) -> list[str]:
    """Return the first words of the elements that are to be seen."""
    found: list[str] = page.eval_on_selector_all(
        selector, "all => all.filter(one => one.checkVisibility()).map(one => one.textContent.trim().split('\\n')[0])"
    )
    return found


ROOMS = ".door h3 > bdi"
LINES = ".line > :is(h3, th)"


# -- what is seen -------------------------------------------------------------------------------------------------


def test_a_screen_shows_page_by_page_every_room_where_something_is_on_and_then_the_day(
    chromium: Any, sites: dict[str, LiveSite]
) -> None:
    doors: list[list[str]] = []
    lines: list[list[str]] = []
    with wall(chromium, sites["large"], at=LARGE_AT) as (page, _):
        count = page.locator(".pager span").count()
        everything = page.eval_on_selector_all(".door:not(.idle)", "all => all.map(one => one.dataset.room)")
        for _ in range(count):
            doors.append(shown(page, ROOMS))
            lines.append(shown(page, LINES))
            forward(page, 15)
        again = shown(page, ROOMS)

    assert [room for page in doors for room in page] == [room or "Somewhere" for room in everything]
    assert [line for page in lines for line in page] == [f"Room {number:02}" for number in range(23)]
    assert max(map(len, doors)) == 6
    assert again == doors[0]


@pytest.mark.parametrize(("query", "seconds"), [("?every=30", 30), ("?every=1", 5), ("?every=nonsense", 15)])
def test_how_long_a_page_stays_is_told_in_the_address(
    chromium: Any, sites: dict[str, LiveSite], query: str, seconds: int
) -> None:
    with wall(chromium, sites["large"], query, LARGE_AT) as (page, _):
        first = shown(page, ROOMS)
        for _ in range(100):
            forward(page, 1)
            if shown(page, ROOMS) != first:
                break
        second = shown(page, ROOMS)
        forward(page, seconds - 2)
        still = shown(page, ROOMS)
        forward(page, 2)

        assert (still, shown(page, ROOMS) != second) == (second, True)


@pytest.mark.parametrize("name", ["Harbor View", "harbor-view", "HARBOR VIEW"])
def test_a_screen_at_a_door_shows_its_room_alone_with_its_whole_day(
    chromium: Any, sites: dict[str, LiveSite], name: str
) -> None:
    with wall(chromium, sites["small"], f"?room={name}") as (page, _):
        first = (shown(page, ROOMS), len(shown(page, "section.plan td")), shown(page, ".pager span"))
        forward(page, 40)

        assert first == (["Harbor View"], 5, [])
        assert shown(page, ROOMS) == ["Harbor View"]


def test_where_rooms_have_times_of_their_own_each_is_shown_with_what_is_on_and_what_follows(
    chromium: Any, sites: dict[str, LiveSite]
) -> None:
    lines: list[list[str]] = []
    with wall(chromium, sites["talks"], "?show=day", NOON) as (page, _):
        first = shown(page, ".line.shown:first-child .at")
        for _ in range(page.locator(".pager span").count()):
            lines.append(shown(page, LINES))
            forward(page, 15)
    with wall(chromium, sites["talks"], "?room=Hall C", NOON) as (page, _):
        alone = (shown(page, ROOMS), shown(page, LINES), shown(page, ".at"))

    assert first == ["12:55-13:55 now", "14:15-14:55", "15:10-16:10", "16:30-17:30"]
    assert lines == [[f"Hall {letter}" for letter in page] for page in ("ABCD", "EFGH")]
    assert alone == (["Hall C"], [], ["13:25-13:55 now", "14:05-14:45", "15:05-16:05", "16:20-17:20"])


def test_a_screen_can_be_of_several_rooms(chromium: Any, sites: dict[str, LiveSite]) -> None:
    with wall(chromium, sites["large"], "?room=room-01&room=Room 04&show=now", LARGE_AT) as (page, _):
        assert shown(page, ROOMS) == ["Room 01", "Room 04"]
        assert shown(page, LINES) == []


def test_where_there_is_no_such_room_the_screen_says_which_there_are(chromium: Any, sites: dict[str, LiveSite]) -> None:
    with wall(chromium, sites["small"], "?room=attic") as (page, _):
        text = page.inner_text(".nowhere")
        with page.expect_navigation():
            page.click(".nowhere a >> text=Harbor View")

        assert text.startswith("There is no room “attic” today. There are: Ballroom A")
        assert page.url.endswith("/signage.html?room=harbor-view")


def test_a_message_of_danger_stays_while_others_take_turns(chromium: Any, tmp_path: Path) -> None:
    found = []
    for levels in (("info", "warning"), ("info", "danger", "warning")):
        site = LiveSite(tmp_path / levels[1], busy_state())
        put(site.state, Motd(tuple(Notice(level, level) for level in levels)))
        site.publish("signage.html", *static_paths())
        with wall(chromium, site, "?every=5") as (page, _):
            told = []
            for _ in range(4):
                told += shown(page, ".notice [dir]")
                forward(page, 5)
        found.append(told)

    assert found == [["info", "warning"] * 2, ["danger"] * 4]


def test_the_clock_is_the_events_own(chromium: Any, sites: dict[str, LiveSite]) -> None:
    with wall(chromium, sites["small"]) as (page, _):
        first = page.inner_text(".clock time")
        forward(page, 62)

        assert (first, page.inner_text(".clock time")) == ("14:05", "14:06")
        assert page.inner_text(".zone") == "Europe/Berlin time"


def test_without_script_everything_is_there(chromium: Any, sites: dict[str, LiveSite]) -> None:
    with static_host(sites["large"].folder) as host:
        visit = Visit(chromium, f"{host.address}/signage.html", viewport=WALL, java_script_enabled=False)
        with visit as page:
            doors = page.locator(".door")
            lines = page.locator("section.plan tbody tr")

            assert all(door.is_visible() for door in doors.all())
            assert lines.count() == 23
            assert all(line.is_visible() for line in lines.all())
            assert page.locator(".notice").count() == 2


@pytest.mark.parametrize("empty", [True, False])
def test_an_event_without_anything_says_what_to_type(chromium: Any, tmp_path: Path, empty: bool) -> None:
    state = make_state() if empty else make_state(Topic("nova", Now("Said before there is a schedule", AT)))
    site = LiveSite(tmp_path, state)
    site.publish("signage.html", *static_paths())
    with wall(chromium, site) as (page, _):
        texts = [page.locator("section.shown:not(.notices)").inner_text()]
        forward(page, 16)
        texts.append(page.locator("section.shown:not(.notices)").inner_text())

    if empty:
        assert "#TRACK now TOPIC" in texts[0]
    else:
        assert all("Said before there is a schedule" in text for text in texts)


# -- from afar ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [WALL, PORTRAIT, {"width": 3840, "height": 2160}, {"width": 1280, "height": 720}])
@pytest.mark.parametrize("site", ["small", "large", "talks"])
def test_all_that_is_shown_is_large_enough_and_nothing_is_cut_or_scrolled(
    chromium: Any, sites: dict[str, LiveSite], site: str, size: dict[str, int]
) -> None:
    with wall(chromium, sites[site], "?every=5", TIMES[site], viewport=size) as (page, _):
        for _ in range(page.locator(".pager span").count()):
            found = page.evaluate(
                """() => {
                    const seen = [...document.querySelectorAll("main *")].filter(one => one.checkVisibility() &&
                        !one.closest(".unseen, caption, h2") &&
                        [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
                    const share = Math.min(innerWidth, innerHeight) / 100;
                    const sizes = seen.map(one => parseFloat(getComputedStyle(one).fontSize) / share);
                    const outside = seen.filter(one => {
                        const {left, right, top, bottom} = one.getBoundingClientRect();
                        return left < 0 || right > innerWidth + 1 || top < 0 || bottom > innerHeight + 1;
                    });
                    const doors = [...document.querySelectorAll(".door.shown .inside")];
                    const cut = doors.filter(one => one.scrollHeight > one.clientHeight + 2
                        || one.querySelector(".stage").scrollHeight > one.querySelector(".stage").clientHeight + 2);
                    cut.push(...[...document.querySelectorAll(".line.shown li")].filter(one =>
                        one.checkVisibility() && one.scrollHeight > one.clientHeight + 2));
                    return {
                        smallest: Math.min(...sizes),
                        outside: outside.map(one => one.outerHTML),
                        cut: cut.map(one => one.textContent),
                        scrolls: [document.documentElement, document.body, document.querySelector(".table, .lines")]
                            .map(one => one && getComputedStyle(one).overflow),
                    };
                }"""
            )
            # A hundredth of the shorter side is 7 mm on a screen of 55 inches: the least is 14 mm high.
            assert found["smallest"] >= 2
            assert (found["outside"], found["cut"], found["scrolls"]) == ([], [], ["hidden"] * 3)
            forward(page, 5)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(
    ("site", "query"), [("small", ""), ("small", "?room=harbor-view"), ("talks", ""), ("talks", "?show=day")]
)
def test_a_screen_is_accessible_and_on_a_phone_it_is_a_page(
    chromium: Any, sites: dict[str, LiveSite], width: int, site: str, query: str
) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm install --no-package-lock")
    options: dict[str, Any] = {
        "viewport": {"width": width, "height": 900},
        "bypass_csp": True,
        "reduced_motion": "reduce",
    }
    with wall(chromium, sites[site], query, TIMES[site], **options) as (page, _):
        page.clock.resume()  # which the checker needs
        page.add_script_tag(path=str(AXE))
        found = page.evaluate(f"axe.run(document, {RULES})")

        assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("document.documentElement.classList.contains('paged')") == (width > 320)


# -- live, and not ------------------------------------------------------------------------------------------------


def test_a_change_comes_by_itself_and_the_page_that_is_shown_stays(chromium: Any, tmp_path: Path) -> None:
    site = LiveSite(tmp_path, large_state(), LARGE)
    site.publish("signage.html", *static_paths(), now=LARGE_AT)
    with wall(chromium, site, "?every=600", LARGE_AT) as (page, _):
        forward(page, 601)
        second = shown(page, ROOMS)
        put(site.state, Topic("track000", Now("Something else", LARGE_AT), (), second[1]))
        site.publish("signage.html", now=LARGE_AT)
        for _ in range(30):
            forward(page, 1)
            if "Something else" in page.content():
                break

        assert shown(page, ROOMS) == second
        assert page.locator(".door.shown.news").get_attribute("data-room") == second[1]
        assert page.locator(".clock time").is_visible()


def test_without_network_the_screen_keeps_the_last_state_says_so_goes_on_and_wakes_up(
    chromium: Any, tmp_path: Path
) -> None:
    site = LiveSite(tmp_path, large_state(), LARGE)
    site.publish("signage.html", *static_paths(), now=LARGE_AT)
    with wall(chromium, site, at=LARGE_AT) as (page, _):
        first = shown(page, ROOMS)
        page.context.set_offline(True)
        page.wait_for_selector(".lost:visible", timeout=LATE)
        text = page.inner_text(".lost")
        forward(page, 16)
        later = shown(page, ROOMS)
        put(site.state, Topic("track000", Now("Said meanwhile", LARGE_AT), (), first[0]))
        site.publish("signage.html", now=LARGE_AT)
        page.context.set_offline(False)
        for _ in range(60):
            forward(page, 1)
            if "Said meanwhile" in page.content():
                break
        page.wait_for_selector(".lost", state="hidden", timeout=LATE)

        assert text == "No connection since 11:20. This is the last known state."
        assert later
        assert later != first
        assert "Said meanwhile" in page.content()


def test_nothing_stands_at_the_very_same_place_for_long(chromium: Any, sites: dict[str, LiveSite]) -> None:
    with wall(chromium, sites["small"], "?room=harbor-view") as (page, _):
        places = set()
        for _ in range(5):
            places.add(page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--drift-x')"))
            page.clock.run_for(61_000)

        assert len(places) > 2


# -- pictures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("signage", ("small", "", {"width": 1280, "height": 720})),
        ("signage-room", ("small", "?room=ballroom-a", {"width": 1280, "height": 720})),
        ("signage-large", ("large", "", WALL)),
        ("signage-4k", ("large", "", {"width": 3840, "height": 2160})),
        ("signage-portrait", ("large", "", PORTRAIT)),
        ("signage-talks", ("talks", "?show=day", {"width": 1280, "height": 720})),
    ],
)
def test_pictures_for_people_to_look_at(
    chromium: Any, sites: dict[str, LiveSite], name: str, shown: tuple[str, str, dict[str, int]]
) -> None:
    site, query, size = shown
    if not PICTURES:
        pytest.skip("PTGBOT_SCREENSHOTS names no folder")
    with wall(chromium, sites[site], query, TIMES[site], viewport=size) as (page, _):
        page.wait_for_timeout(600)
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
