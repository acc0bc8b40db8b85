"""Open spaces in a real browser: their own page, and what the board and the big screen show of them.

With ``PTGBOT_SCREENSHOTS=folder`` they leave pictures there; ``open-busy-openspaces-light-1280.png`` is
``docs/openspaces.png``.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.build import AT, put, told
from tests.features.openspaces.shown import CHESS, KNITTING, TYPES, event, space
from tests.live.browser import browser, serve
from tests.live.site import LiveSite, static_host
from tests.live.test_board_in_chromium import look_for, seen
from tests.live.test_pages_in_chromium import AXE, RULES, SCHEMES, Visit, busy_state, picture, publish, size

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = ("openspaces.html", "ptg.html", "index.html", "subscribe.html")
SOME = (
    TYPES,
    CHESS,
    KNITTING,
    space(44, "What we learned from four hundred sprints, and what we would do again", "Harbor View", 50),
    space(45, "Board games", "Aspen", 50, cancelled=True),
    space(46, "Tea of the day before", "Pavilion", -24 * 60),
    space(47, "Early yoga", "Pavilion", -300),
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give the addresses of a site with open spaces, and of one where there is none yet."""
    state = busy_state()
    put(state, SOME)
    busy, empty = (tmp_path_factory.mktemp(name) for name in ("busy", "empty"))
    publish(busy, told(state))
    publish(empty, busy_state())
    with serve(busy) as first, serve(empty) as second:
        yield {"busy": first, "empty": second}


LOOKS = [*(("busy", page) for page in PAGES), ("empty", "openspaces.html")]


@pytest.mark.parametrize(("which", "page"), LOOKS)
@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_fits_the_width_and_axe_finds_nothing(
    chromium: Any, sites: dict[str, str], which: str, page: str, width: int
) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm install --no-package-lock")

    visit = Visit(chromium, f"{sites[which]}/{page}", viewport=size(width), bypass_csp=True)
    with visit as shown:
        shown.add_script_tag(path=str(AXE))
        for scheme in SCHEMES:
            shown.emulate_media(color_scheme=scheme)
            found = shown.evaluate(f"axe.run(document, {RULES})")

            violations = [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]
            assert (scheme, violations) == (scheme, [])
            assert shown.evaluate("document.documentElement.scrollWidth") == width
            picture(shown, f"open-{which}-{page.removesuffix('.html')}-{scheme}-{width}")
        assert visit.complaints == []


def test_long_names_make_no_page_wider(chromium: Any, tmp_path: Path) -> None:
    long = "x" * 600
    publish(tmp_path, event(space(1, long, long, 0, host=long), space(2, long, f"2{long}", 60, host=long)))

    with serve(tmp_path) as address:
        for page in ("openspaces.html", "ptg.html"):
            with Visit(chromium, f"{address}/{page}", viewport=size(320)) as shown:
                assert (page, shown.evaluate("document.documentElement.scrollWidth")) == (page, 320)


def found(shown: Any, text: str) -> tuple[str, list[str]]:
    """Look for a text; return how much is found, and the titles that are seen."""
    return look_for(shown, text), seen(shown, "#sessions .title")


def test_open_spaces_are_found_by_what_they_are_about_by_host_and_by_room(chromium: Any, sites: dict[str, str]) -> None:
    with Visit(chromium, f"{sites['busy']}/openspaces.html") as shown:
        assert found(shown, "knit") == ("1 of 7 open spaces", ["Knitting <fast>"])
        assert found(shown, "grace") == ("1 of 7 open spaces", ["Chess"])
        assert found(shown, "pavilion")[1] == ["Early yoga", "Chess", "Tea of the day before"]


def test_an_open_page_shows_one_that_comes_by_itself(chromium: Any, tmp_path: Path) -> None:
    site = LiveSite(tmp_path, event(TYPES))
    site.publish()

    with static_host(tmp_path) as host, Visit(chromium, f"{host.address}/openspaces.html") as shown:
        put(site.state, replace(CHESS, start=AT + timedelta(hours=1), end=AT + timedelta(hours=2)))
        site.publish()
        shown.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        shown.wait_for_selector("#openspace-p42 >> text=Chess")

        assert shown.locator("#openspace-p41").count() == 1


def test_a_link_to_one_opens_its_day(chromium: Any, sites: dict[str, str]) -> None:
    with Visit(chromium, f"{sites['busy']}/openspaces.html#openspace-p43") as shown:
        shown.wait_for_selector("#openspace-p43", state="visible")

        assert shown.locator("details.day[open]").count() == 2


def test_the_screen_at_the_door_shows_the_open_space(chromium: Any, sites: dict[str, str]) -> None:
    for room, wanted in (("ballroom-a", "Type hints for beginners"), ("pavilion", "Chess")):
        with Visit(chromium, f"{sites['busy']}/signage.html?room={room}", viewport=size(1920, 1080)) as shown:
            picture(shown, f"open-sign-{room}")

            assert shown.locator(".door", has_text=wanted).is_visible()
            assert shown.locator(".door:visible").count() == 1
