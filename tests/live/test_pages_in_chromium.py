"""The pages in a real browser: on a phone and on a desk, light and dark, with script and without.

With ``PTGBOT_SCREENSHOTS=folder`` they leave a picture of every page there, for people to look at; the README's
``docs/board.png`` is one of them (``board.png``).
"""

import itertools
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ptgbot.app import registry_of
from ptgbot.catalogue import make_exporters
from ptgbot.core.changes import Cause, Edit
from ptgbot.core.help import Rest
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.features.history.model import record
from ptgbot.features.motd.model import Motd, Notice
from ptgbot.features.presence.model import CheckIn
from ptgbot.features.schedule.model import Day, Info, Room, Slot, Track
from ptgbot.features.topics.model import TOPICS, Now, Topic
from ptgbot.store.state import State
from tests.build import AT, BERLIN, import_state, make_state, put, sample_data
from tests.live.browser import browser, serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parent.parent.parent
PAGES = ("ptg.html", "etherpads.html", "index.html", "signage.html", "history.html", "track/nova.html")
SCHEMES = ("light", "dark")
# A folder for pictures of every page; empty for none.
PICTURES = os.environ.get("PTGBOT_SCREENSHOTS", "")
AXE = Path(os.environ.get("PTGBOT_AXE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))


def ago(minutes: int) -> datetime:
    return AT - timedelta(minutes=minutes)


def busy_state() -> State:
    """Return the sample event in the middle of its first day, with people everywhere."""
    data = sample_data()
    colors = ("#1f6feb", "#7cb342", "#f2a900", "#5b4bc4", "#00838f", "#d6569b", "#c2410c", "#5f6b76", "#39b5c8")
    data["colors"] = dict(zip(data["tracks"], itertools.cycle(colors), strict=False)) | data["colors"]
    state = import_state(data)
    put(
        state,
        Topic(
            "accessibility", Now("Live captions in every room: what it takes, and who pays", ago(2)), (), "Harbor View"
        ),
        Topic("docs", Now("A first page that a newcomer can follow", ago(31)), ("Screenshots?",), "Harbor View"),
        Topic("edge", None, ("Updating ten thousand sites over a bad link",)),
        Topic("networking", Now("Which address plans survived, with #observability", ago(18)), (), "Ballroom B"),
        Topic(
            "nova",
            Now("What to drop from the next release: https://example.org/nova/drops", AT),
            ("Live migration without a pause", "Who mentors whom, with #mentoring"),
            "Ballroom A",
        ),
        Topic("translation", Now("Übersetzungen prüfen – wer kann Finnisch?", ago(22 * 60)), (), "Online"),
    )
    remember(state)
    many = "ada alan barbara edsger frances grace ken linus margaret radia sophie tim".split()
    put(state, [CheckIn(f"irc/~{name}", name, "#nova", AT) for name in many])
    put(state, [CheckIn(f"irc/~{name}", name, "#docs", AT) for name in ("donald", "evi", "knut")])
    return state


def remember(state: State) -> None:
    """Give the state a history, as commands would have left it."""
    ada = Actor(Identity("irc", "ada", verified=True), "ada", Role.MODERATOR)
    topics = ["Cells, again", "Placement without tears", "What to drop from the next release", "<b>bold</b> plans"]
    now: Topic | None = None
    for number, text in enumerate(topics):
        at = ago(24 * 60 * (3 - number) + 20)
        after = Topic("nova", Now(text, at), (), "Ballroom A")
        edits = (Edit(TOPICS, "nova", now, after),)
        said = f"#nova now {text}"
        entry = record(edits, number=100 + number, at=at, cause=Cause.COMMAND, actor=ada, text=said, subject="nova")
        put(state, [edit.after for edit in entry if edit.after is not None], at=at)
        now = after


def publish(folder: Path, state: State) -> None:
    """Write the pages into a folder."""
    registry = registry_of(BERLIN, Rest())
    exporters = make_exporters(BERLIN, registry, "#harbor on irc.example.org")
    for exporter in exporters:
        for path in exporter.paths(state.public):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(exporter.render(path, state.public, AT))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Give the folder and the address of a site with a busy day."""
    publish(tmp_path, busy_state())
    with serve(tmp_path) as address:
        yield tmp_path, address


class Visit:
    """A look at one page, and what the browser said about it.

    Args:
        chromium: The browser.
        address: The page.
        options: Of the browser's context: viewport, color_scheme and so on.
    """

    def __init__(self, chromium: Any, address: str, **options: Any) -> None:
        options.setdefault("timezone_id", "Europe/Berlin")
        self.context = chromium.new_context(**options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address, wait_until="load")

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, *exception: object) -> None:
        self.context.close()


def size(width: int, height: int = 900) -> dict[str, int]:
    return {"width": width, "height": height}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [320, 1280])
def test_a_page_fits_the_width_and_asks_nobody_else(
    chromium: Any, site: tuple[Path, str], page: str, width: int
) -> None:
    _, address = site

    visit = Visit(chromium, f"{address}/{page}", viewport=size(width))
    with visit as shown:
        for scheme in SCHEMES:
            shown.emulate_media(color_scheme=scheme)

            assert shown.evaluate("document.documentElement.scrollWidth") == width
            picture(shown, f"{page.removesuffix('.html')}-{scheme}-{width}")
        assert visit.complaints == []
        assert [url for url in visit.requests if not url.startswith(f"{address}/")] == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(chromium: Any, site: tuple[Path, str], page: str, width: int) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm install --no-package-lock")
    _, address = site

    # Their Content-Security-Policy keeps even the test's own script out of the pages.
    with Visit(chromium, f"{address}/{page}", viewport=size(width), bypass_csp=True) as shown:
        shown.add_script_tag(path=str(AXE))
        for scheme in SCHEMES:
            shown.emulate_media(color_scheme=scheme)
            found = shown.evaluate("axe.run(document, {resultTypes: ['violations']})")

            violations = [(v["id"], [node["html"] for node in v["nodes"]]) for v in found["violations"]]
            assert (scheme, violations) == (scheme, [])


def test_the_section_of_today_is_open_and_the_others_are_not(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site

    with Visit(chromium, f"{address}/ptg.html") as shown:
        opened = shown.eval_on_selector_all(
            "details.day", "all => all.map(d => [d.querySelector('bdi').textContent, d.open])"
        )

    assert opened == [["Tuesday", True], ["Wednesday", False], ["Thursday", False]]


def test_a_link_to_another_day_opens_its_section(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site

    with Visit(chromium, f"{address}/ptg.html") as shown:
        shown.click("nav.jump >> text=Thursday")
        shown.wait_for_selector("#open-day-3[open]")

        assert shown.is_visible("text=Lighthouse-Thu2")


def test_everything_is_there_without_script(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site
    texts = {}

    for script in (True, False):
        with Visit(chromium, f"{address}/ptg.html", java_script_enabled=script) as shown:
            texts[script] = shown.inner_text("main")

    assert texts[True] == texts[False]
    assert "A first page that a newcomer can follow" in texts[False]


@pytest.mark.parametrize("width", [320, 1280])
def test_now_next_and_the_grid_of_today_are_seen_without_script(
    chromium: Any, site: tuple[Path, str], width: int
) -> None:
    _, address = site
    today = "#open-day-1 "
    parts = {
        ".notice": "Badges are at the reception until 18:00.",
        "#now-docs .badge": "docs",
        "#now-docs .topic": "A first page that a newcomer can follow",
        "#now-docs .where": "Harbor View",
        "#now-docs .who": "3 here: donald, evi, knut",
        "section.next li li": "Screenshots?",
        f"{today}summary": "Tuesday",
        f"{today}thead .when": "09:00-10:30",
        f"{today}tbody .room": "Ballroom A",
        f"{today}tbody .badge": "nova",
        f"{today}tbody code.free": "Ballroom A-Tue4",
    }

    with Visit(chromium, f"{address}/ptg.html", java_script_enabled=False, viewport=size(width)) as shown:
        found = {part: shown.locator(part, has_text=text).first for part, text in parts.items()}

        seen = "element => element.checkVisibility({opacityProperty: true, visibilityProperty: true})"
        assert [part for part, place in found.items() if not place.is_visible() or not place.evaluate(seen)] == []


def test_viewers_elsewhere_see_their_own_time_beside_the_events(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site

    with Visit(chromium, f"{address}/ptg.html", timezone_id="America/New_York") as shown:
        since = shown.inner_text("#now-nova .facts li >> nth=0")
        note = shown.is_visible(".yours-note")

    assert (since, note) == ("since 14:05 (08:05)", True)


def test_a_booking_code_is_copied_by_a_click(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site

    visit = Visit(chromium, f"{address}/ptg.html", permissions=["clipboard-read", "clipboard-write"])
    with visit as shown:
        shown.click("button.free >> text=Ballroom A-Tue4")
        shown.wait_for_selector("[role=status]:has-text('Copied: Ballroom A-Tue4')", state="attached")

        assert shown.evaluate("navigator.clipboard.readText()") == "Ballroom A-Tue4"


def test_an_open_page_shows_a_change_by_itself_and_keeps_what_is_unfolded(
    chromium: Any, site: tuple[Path, str]
) -> None:
    folder, address = site

    with Visit(chromium, f"{address}/ptg.html") as shown:
        shown.evaluate("document.querySelector('#open-day-2').open = true")
        state = busy_state()
        put(state, Topic("docs", Now("Something else entirely", AT), (), "Harbor View"))
        publish(folder, state)
        # HTTP knows times to the second: without this, the page would seem to be what it was.
        os.utime(folder / "ptg.html", (2_000_000_000, 2_000_000_000))
        shown.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        shown.wait_for_selector("text=Something else entirely")

        assert shown.evaluate("document.querySelector('#open-day-2').open") is True


@pytest.mark.parametrize("width", [320, 1000])
def test_no_text_of_people_makes_a_page_wider_or_runs(chromium: Any, tmp_path: Path, width: int) -> None:
    long = "x" * 600
    evil = "\"'><img src=x onerror=alert(1)></script><script>alert(2)</script>"
    slots = tuple(Slot(f"{name}{long}", f"{name} {long}") for name in "ab") + tuple(
        Slot(f"Slot{n}", "10:00-11:00") for n in range(14)
    )
    state = make_state(
        (Day(f"{long}{evil}", 0, slots), Track("t" * 50, "teal"), Info("x", ((long, f"https://x.org/{long}"),))),
        (Room(f"{long}{evil}", 0, tuple(slot.name for slot in slots), long, "", evil, long),),
        Topic("t" * 50, Now(f"{long} {evil} https://x.org/{long} #{long}", AT), (f"{long}{evil}",), long),
        (Motd((Notice("danger", f"{long} {evil}"),)), CheckIn("irc/~x", f"{long}{evil}", f"#{'t' * 50}", AT)),
    )
    publish(tmp_path, state)

    with serve(tmp_path) as address:
        for page in (*PAGES[:-1], f"track/{'t' * 50}.html"):
            visit = Visit(chromium, f"{address}/{page}", viewport=size(width))
            with visit as shown:
                assert (page, shown.evaluate("document.documentElement.scrollWidth")) == (page, width)
                assert visit.complaints == []


def test_pictures_for_people_to_look_at(chromium: Any, site: tuple[Path, str]) -> None:
    if not PICTURES:
        pytest.skip("PTGBOT_SCREENSHOTS names no folder")
    _, address = site

    for name, page, options in (
        ("board", "ptg.html", {"viewport": size(1280, 1400)}),
        ("signage", "signage.html", {"viewport": size(1920, 1080)}),
        ("board-4k", "ptg.html", {"viewport": size(3840, 2160)}),
    ):
        with Visit(chromium, f"{address}/{page}", **options) as shown:
            shown.screenshot(path=Path(PICTURES) / f"{name}.png")
    with Visit(chromium, f"{address}/ptg.html") as shown:
        shown.pdf(path=Path(PICTURES) / "board.pdf", format="A4", print_background=True)


def picture(shown: Any, name: str) -> None:
    """Leave a picture of a whole page, where somebody wants one."""
    if PICTURES:
        shown.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
