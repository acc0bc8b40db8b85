"""The pages in a real browser: on a phone and on a desk, light and dark, with script and without.

With ``PTGBOT_SCREENSHOTS=folder`` they leave pictures of every page there, for people to look at: light and dark, at
320 and 1280 pixels, as it is printed, and the board of a large event at 4K. ``board.png``, ``board-phone.png`` and
``track.png`` are those in ``docs/``.
"""

import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ptgbot.app import registry_of
from ptgbot.catalogue import make_exporters
from ptgbot.core.changes import Cause, Edit
from ptgbot.core.clock import Event
from ptgbot.core.help import Rest
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.features.history.model import record
from ptgbot.features.motd.model import Motd, Notice
from ptgbot.features.presence.model import CheckIn
from ptgbot.features.schedule.model import PALETTE, Day, Info, Room, Slot, Track
from ptgbot.features.topics.model import TOPICS, Now, Topic
from ptgbot.store.state import State
from tests.bench.event import make_event
from tests.build import AT, BERLIN, import_state, make_state, put, sample_data
from tests.live.browser import browser, serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parent.parent.parent
PAGES = ("ptg.html", "etherpads.html", "subscribe.html", "index.html", "history.html", "404.html", "track/nova.html")
SCHEMES = ("light", "dark")
# A folder for pictures of every page; empty for none.
PICTURES = os.environ.get("PTGBOT_SCREENSHOTS", "")
# Those of WCAG 2.2 AA that the checker leaves out by itself come too.
RULES = "{resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}"
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
            Now("What to drop from the next release: https://example.org/nova/drops", ago(12)),
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
    topics = ["Cells, again", "Placement without tears", "<b>bold</b> plans", "What to drop from the next release"]
    now: Topic | None = None
    for number, text in enumerate(topics):
        at = ago(24 * 60 * (3 - number) + 12)
        after = Topic("nova", Now(text, at), (), "Ballroom A")
        edits = (Edit(TOPICS, "nova", now, after),)
        said = f"#nova now {text}"
        entry = record(edits, number=100 + number, at=at, cause=Cause.COMMAND, actor=ada, text=said, subject="nova")
        put(state, [edit.after for edit in entry if edit.after is not None], at=at)
        now = after


LARGE = replace(BERLIN, name="Large event", first_day=date(2026, 11, 23))


def large_state() -> State:
    """Return an event of 44 tracks, 5 days and 23 rooms, in which every track has said what it does."""
    data = make_event(tracks=44, rooms=23, days=5)
    state = import_state(data | {"colors": dict(zip(data["tracks"], itertools.cycle(PALETTE), strict=False))}, LARGE)
    for number, track in enumerate(data["tracks"]):
        words = f"What {track} wants from the next release, and who does it"
        following = ("Who mentors whom",) * (number % 3 == 0)
        put(state, Topic(track, Now(words, ago(number * 2)), following, f"Room {number % 23:02}"))
    return state


def publish(folder: Path, state: State, event: Event = BERLIN, at: datetime = AT) -> None:
    """Write the pages into a folder, as they are then."""
    registry = registry_of(event, Rest())
    exporters = make_exporters(event, registry, "#harbor on irc.example.org")
    for exporter in exporters:
        for path in exporter.paths(state.public):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(exporter.render(path, state.public, at))
    pages = {
        page: hashlib.sha256((folder / page).read_bytes()).hexdigest()[:12]
        for page in PAGES
        if (folder / page).exists()
    }
    (folder / "live.json").write_text(json.dumps(pages))


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
        now: What the browser's clock shows.
        options: Of the browser's context: viewport, color_scheme and so on.
    """

    def __init__(self, chromium: Any, address: str, now: datetime = AT, **options: Any) -> None:
        options.setdefault("timezone_id", "Europe/Berlin")
        self.context = chromium.new_context(**options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.clock.set_fixed_time(now)
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
            found = shown.evaluate(f"axe.run(document, {RULES})")

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
        shown.click("nav.jump >> text=Thu")
        shown.wait_for_selector("#open-day-3[open]")

        assert shown.is_visible("text=Lighthouse-Thu2")


def test_everything_is_there_without_script(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site
    texts = {}

    for script in (True, False):
        with Visit(chromium, f"{address}/ptg.html", java_script_enabled=script) as shown:
            # At one go: what the page asks for meanwhile would bring it back.
            text = shown.evaluate(
                """() => {
                  document.querySelectorAll(".ago, form.filter").forEach((element) => element.remove());
                  return document.querySelector("main").innerText;
                }"""
            )
            texts[script] = text.split()

    assert texts[True] == texts[False]
    assert "newcomer" in texts[False]


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
        "#now-docs .when": "since 13:34",
        "#now-translation .mark": "perhaps over",
        "#now-docs .who": "3 here: donald, evi, knut",
        "section.next li li": "Screenshots?",
        f"{today}summary": "Tuesday",
        f"{today}thead .when" if width > 1000 else f"{today}tbody .span": "09:00-10:30",
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
        since = shown.inner_text("#now-nova .when")
        note = shown.is_visible(".yours-note")

    assert (since, note) == ("since 13:53 (07:53) · 12 min", True)


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


# -- whoever reads it, and with whatever -----------------------------------------------------------------------------

# What of the element that has the focus is covered by something that is not part of it; nothing is "".
COVERED = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return "nothing has the focus";
  const {left, top, right, bottom} = focused.getClientRects()[0];
  const x = Math.min(Math.max((left + right) / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max((top + bottom) / 2, 1), innerHeight - 1);
  const there = document.elementFromPoint(x, y);
  const seen = there && (focused.contains(there) || there.contains(focused));
  return seen ? "" : `${focused.outerHTML.slice(0, 120)} is behind ${there && there.outerHTML.slice(0, 80)}`;
}"""


@pytest.mark.parametrize("page", ["ptg.html", "track/nova.html"])
@pytest.mark.parametrize("width", [320, 1000])
def test_the_keyboard_reaches_every_link_and_none_is_behind_what_sticks_to_the_edges(
    chromium: Any, site: tuple[Path, str], page: str, width: int
) -> None:
    _, address = site

    with Visit(chromium, f"{address}/{page}", viewport=size(width, 500), reduced_motion="reduce") as shown:
        wanted = shown.locator("a[href]:visible, summary:visible, button:visible, input:visible").count()
        reached: list[str] = []
        hidden: list[str] = []
        for _ in range(wanted + 20):
            shown.keyboard.press("Tab")
            name = shown.evaluate("document.activeElement.outerHTML.slice(0, 300)")
            if reached and name == reached[0]:
                break
            reached.append(name)
            hidden.append(shown.evaluate(COVERED))

    assert 'class="skip"' in reached[0]
    assert len(reached) >= wanted
    assert [text for text in hidden[: len(reached)] if text and "nothing has the focus" not in text] == []


def test_the_skip_link_leads_past_the_links_at_the_top(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site

    with Visit(chromium, f"{address}/ptg.html") as shown:
        shown.keyboard.press("Tab")
        shown.keyboard.press("Enter")

        assert shown.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("page", PAGES)
def test_text_of_twice_the_size_fits_half_the_width(chromium: Any, site: tuple[Path, str], page: str) -> None:
    _, address = site

    with Visit(chromium, f"{address}/{page}", viewport=size(640), bypass_csp=True) as shown:
        shown.add_style_tag(content="html { font-size: 200% !important }")

        assert shown.evaluate("document.documentElement.scrollWidth") == 640
        cut = shown.evaluate(
            """[...document.querySelectorAll("main *")].filter((element) => {
              const style = getComputedStyle(element);
              const clips = style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1;
              return clips && element.clientWidth > 1;
            }).map((element) => element.outerHTML.slice(0, 100))"""
        )
        assert cut == []


def test_who_wants_no_motion_gets_none(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site
    found = {}

    for wish in ("reduce", "no-preference"):
        with Visit(chromium, f"{address}/ptg.html", reduced_motion=wish) as shown:
            found[wish] = shown.evaluate("getComputedStyle(document.documentElement).scrollBehavior")

    assert found == {"reduce": "auto", "no-preference": "smooth"}


def test_with_forced_colours_badges_and_marks_have_an_edge(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site

    with Visit(chromium, f"{address}/ptg.html", forced_colors="active") as shown:
        edges = shown.evaluate(
            """[".badge", ".mark", ".talk"].map((name) => {
              const style = getComputedStyle(document.querySelector(`main ${name}`));
              return style.borderTopStyle;
            })"""
        )

    assert edges == ["solid", "solid", "solid"]


def test_what_is_printed_has_every_day_and_nothing_that_is_for_screens(chromium: Any, site: tuple[Path, str]) -> None:
    _, address = site

    with Visit(chromium, f"{address}/ptg.html", java_script_enabled=False) as shown:
        shown.emulate_media(media="print", color_scheme="dark")
        seen = {
            name: shown.locator(name).first.is_visible()
            for name in ("#now-nova .topic", "#day-1 .badge", "#day-3 .badge", "nav", ".help", "form")
        }
        ground = shown.evaluate("getComputedStyle(document.body).backgroundColor")
        badge = shown.evaluate("getComputedStyle(document.querySelector('#now-docs .badge')).color")

    assert seen == {
        "#now-nova .topic": True,
        "#day-1 .badge": True,
        "#day-3 .badge": True,
        "nav": False,
        ".help": False,
        "form": False,
    }
    assert (ground, badge) == ("rgb(255, 255, 255)", "rgb(255, 255, 255)")


def test_a_large_event_fits_a_wall(chromium: Any, tmp_path: Path) -> None:
    publish(tmp_path, large_state(), LARGE)

    with serve(tmp_path) as address, Visit(chromium, f"{address}/ptg.html", viewport=size(3840, 2160)) as shown:
        if PICTURES:
            shown.screenshot(path=Path(PICTURES) / "large-4k.png")
        lines = shown.evaluate("new Set([...document.querySelectorAll('.talk')].map((t) => t.offsetLeft)).size")
        used = shown.evaluate("document.querySelector('main').getBoundingClientRect().width")

    assert lines >= 4
    assert used == 3840


def test_pictures_for_people_to_look_at(chromium: Any, site: tuple[Path, str]) -> None:
    if not PICTURES:
        pytest.skip("PTGBOT_SCREENSHOTS names no folder")
    _, address = site

    for name, page, options in (
        ("board", "ptg.html", {"viewport": size(1280, 1100)}),
        ("board-dark", "ptg.html", {"viewport": size(1280, 1100), "color_scheme": "dark"}),
        ("board-phone", "ptg.html", {"viewport": size(390, 844), "device_scale_factor": 2, "color_scheme": "dark"}),
        ("track", "track/nova.html", {"viewport": size(1280, 1000)}),
    ):
        with Visit(chromium, f"{address}/{page}", **options) as shown:
            shown.screenshot(path=Path(PICTURES) / f"{name}.png")
    for page in PAGES:
        with Visit(chromium, f"{address}/{page}", viewport=size(794, 1123)) as shown:
            shown.emulate_media(media="print")
            picture(shown, f"{page.removesuffix('.html')}-print")


def picture(shown: Any, name: str) -> None:
    """Leave a picture of a whole page, where somebody wants one."""
    if PICTURES:
        shown.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
