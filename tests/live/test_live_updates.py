"""A page that is open: changes come by themselves, and what the viewer was doing stays."""

import itertools
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from ptgbot.core.documents import Document
from ptgbot.features.motd.model import Motd, Notice
from ptgbot.features.schedule.model import Booking
from ptgbot.features.topics.model import TOPICS, Now, Topic
from tests.build import AT, change, put
from tests.live.browser import browser
from tests.live.site import LiveSite, StaticHost, static_host, web_server
from tests.live.test_pages_in_chromium import Visit, ago, busy_state

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LATE = 20_000  # ms after which something should have happened even on a busy machine
LIVE = re.compile(r"/live\.json$")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("home")) as started:
        yield started


@pytest.fixture
def site(tmp_path: Path) -> LiveSite:
    made = LiveSite(tmp_path, busy_state())
    made.publish()
    return made


@pytest.fixture
def host(site: LiveSite) -> Iterator[StaticHost]:
    with static_host(site.folder) as running:
        yield running


class Open:
    """An open page whose time the test sets.

    Args:
        page: The page.
        site: What it shows.
    """

    def __init__(self, page: Any, site: LiveSite) -> None:
        self.page = page
        self.site = site
        self._looks: list[str] = []
        page.on("response", lambda answer: self._looks.append(answer.url))

    def forward(self, **span: float) -> None:
        """Let some time pass, the timers in it going off."""
        self.page.clock.run_for(timedelta(**span).total_seconds() * 1000)

    def look(self) -> None:
        """Have the page look what is live, and return once it was answered."""
        self._looks.clear()
        for _ in range(300):
            self.forward(seconds=0.5)
            self.page.wait_for_timeout(10)
            if any(LIVE.search(url) for url in self._looks):
                return
        raise AssertionError("it does not look")

    def becomes(self, selector: str, *documents: Document) -> None:
        """Change the state, and return once the page shows what is to be there."""
        put(self.site.state, *documents)
        self.site.publish()
        self.until(selector)

    def until(self, selector: str, state: str = "attached") -> None:
        """Have the page look until an element is there, or is not any more."""
        for _ in range(20):
            self.look()
            with suppress(pytest.importorskip("playwright.sync_api").TimeoutError):
                self.page.wait_for_selector(selector, timeout=500, state=state)
                return
        raise AssertionError(f"{selector} is not {state}")

    def read(self, selector: str) -> str:
        """Return the text of an element, seen or not."""
        return " ".join(self.page.text_content(selector).split())


@contextmanager
def opened(chromium: Any, site: LiveSite, address: str, now: datetime = AT, **options: Any) -> Iterator[Open]:
    """Give an open page for which time stands still, once it has looked for the first time."""
    visit = Visit(chromium, "about:blank", **options)
    with visit as page:
        page.clock.install(time=now)
        with page.expect_response(LIVE):
            page.goto(address, wait_until="load")
        page.wait_for_timeout(100)
        page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 0.1)
        yield Open(page, site)
        assert [text for text in visit.complaints if "Failed to load resource" not in text] == []


def docs(text: str) -> Topic:
    return Topic("docs", Now(text, AT), ("Screenshots?",), "Harbor View")


# -- it comes by itself -------------------------------------------------------------------------------------------


def test_on_any_static_host_a_change_comes_soon_and_the_page_is_not_loaded_anew(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    with Visit(chromium, f"{host.address}/ptg.html") as page:
        page.evaluate("window.mine = 'still here'")
        began = time.monotonic()
        put(site.state, docs("Something else entirely"))
        site.publish()
        page.wait_for_selector("#now-docs >> text=Something else entirely", timeout=LATE)
        took = time.monotonic() - began

        assert page.evaluate("window.mine") == "still here"
        assert took < 10  # 5 where nothing else is running


def test_with_ptgbot_web_a_change_comes_at_once_and_nobody_looks(chromium: Any, site: LiveSite) -> None:
    looks: list[str] = []
    with web_server(site.folder) as address, Visit(chromium, "about:blank") as page:
        page.on("request", lambda request: looks.append(request.url))
        with page.expect_request(re.compile("/events$")):
            page.goto(f"{address}/ptg.html")
        for number in range(3):
            looks.clear()
            put(site.state, docs(f"Topic number {number}"))
            site.publish()
            page.wait_for_selector(f"#now-docs >> text=Topic number {number}", timeout=LATE)
            page.wait_for_timeout(500)

            assert looks == ([f"{address}/ptg.html"] if number else looks)


def test_two_changes_within_a_second_are_both_seen_where_dates_have_no_fractions(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.becomes("#now-docs >> text=The first", docs("The first"))
        page.becomes("#now-docs >> text=The other", docs("The other"))  # as long as the first


def test_a_page_in_a_folder_changes_too_and_the_others_there_cost_a_look(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    with opened(chromium, site, f"{host.address}/track/docs.html") as page:
        page.becomes("#now >> text=All about docs", docs("All about docs"))
        time.sleep(2)  # until a server that knows dates to the second can tell that nothing followed
        answers = []
        page.page.on("response", lambda answer: answers.append(answer.status) if "docs.html" in answer.url else None)
        for text in ("Something of another track", "And again"):
            put(site.state, Topic("nova", Now(text, AT)))
            site.publish()
            with page.page.expect_response(re.compile(r"docs\.html$")):
                page.look()

        assert page.read("#now .topic") == "All about docs"
        assert host.answered[HTTPStatus.NOT_MODIFIED] > 0
        assert answers[-1] in (200, 304)  # 304 on the wire; some browsers show what they had


def test_a_page_shows_what_it_has_become_while_nobody_looked(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        hide(page.page, hidden=True)
        put(site.state, docs("Said while the tab was hidden"))
        site.publish()
        asked = host.asked.copy()
        page.forward(minutes=10)
        page.page.evaluate("fetch('ptg.txt')")  # what the page had asked for before that is answered by then
        page.page.wait_for_timeout(100)
        meanwhile = host.asked - asked
        hide(page.page, hidden=False)
        page.page.wait_for_selector("#now-docs >> text=Said while the tab was hidden", timeout=LATE)

        assert set(meanwhile) == {"ptg.txt"}


def hide(page: Any, *, hidden: bool) -> None:
    page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


# -- what it costs ------------------------------------------------------------------------------------------------


def test_while_nothing_changes_a_viewer_asks_for_a_few_bytes_now_and_then(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    time.sleep(2)  # until a server that knows dates to the second can tell that nothing followed
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        host.asked.clear()
        host.answered.clear()
        for _ in range(120):
            page.forward(seconds=0.5)
            page.page.wait_for_timeout(10)

        # In a minute, in steps of half a second.
        assert set(host.asked) == {"live.json"}
        assert 12 <= host.asked["live.json"] <= 15
        assert set(host.answered) == {HTTPStatus.NOT_MODIFIED}
        assert len((site.folder / "live.json").read_bytes()) < 400


def test_while_the_server_fails_it_is_asked_less_and_less_and_not_by_all_at_once(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    pauses: list[list[float]] = []
    for _ in range(2):
        with opened(chromium, site, f"{host.address}/ptg.html") as page:
            host.status = HTTPStatus.SERVICE_UNAVAILABLE
            asked: list[float] = []
            for second in range(300):
                before = host.asked["live.json"]
                page.forward(seconds=1)
                page.page.wait_for_timeout(5)
                if host.asked["live.json"] > before:
                    asked.append(second)
            host.status = None
            pauses.append([later - sooner for sooner, later in itertools.pairwise(asked)])

    for each in pauses:
        assert len(each) < 14
        assert max(each) > 20
    assert pauses[0] != pauses[1]


# -- what the viewer was doing stays ------------------------------------------------------------------------------


def test_focus_scroll_selection_unfolded_sections_and_typed_text_stay(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html", viewport={"width": 1000, "height": 600}) as page:
        shown = page.page
        shown.fill(".filter input", "o")
        for number, is_open in ((1, False), (2, True), (3, False)):  # the filter had opened them all
            shown.evaluate(f"document.querySelector('#open-day-{number}').open = {str(is_open).lower()}")
        shown.evaluate("document.querySelector('#day-2').scrollLeft = 40")
        shown.focus("#now-nova .facts a")
        shown.evaluate("scrollTo({top: 900, behavior: 'instant'})")
        shown.evaluate("getSelection().selectAllChildren(document.querySelector('#now-networking .topic'))")
        shown.evaluate("window.held = document.querySelector('#now-nova')")
        seen = shown.evaluate("document.querySelector('#open-day-2').getBoundingClientRect().top")
        page.becomes(
            "#now-docs >> text=Grown",
            docs("Grown " * 100),  # above what is looked at
            Topic("api", Now("One more, before all others", AT)),
            Booking("new", "docs", "Ballroom A", "Tue4", 0, AT),
        )

        kept = shown.evaluate(
            """() => ({
                focus: document.activeElement.closest("li[data-track]").id,
                same: window.held === document.querySelector("#now-nova"),
                selected: getSelection().toString(),
                days: [...document.querySelectorAll("details.day")].map(day => day.open),
                left: document.querySelector("#day-2").scrollLeft,
                typed: document.querySelector(".filter input").value,
            })"""
        )
        assert kept == {
            "focus": "now-nova",
            "same": True,
            "selected": "Which address plans survived, with observability",
            "days": [False, True, False],
            "left": kept["left"],
            "typed": "o",
        }
        assert abs(shown.evaluate("document.querySelector('#open-day-2').getBoundingClientRect().top") - seen) < 2


def test_what_has_the_focus_is_not_moved_when_others_come_and_go_around_it(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.page.focus("#now-networking .facts a")
        page.page.evaluate("void document.activeElement.addEventListener('blur', () => { window.left = true })")
        change(site.state, lambda draft: draft.remove(TOPICS, "docs"))
        page.becomes("#now-api", Topic("api", Now("First", AT)), Topic("zun", Now("Last", AT)))

        order = page.page.eval_on_selector_all(".now .cards > li", "all => all.map(one => one.dataset.track)")
        assert order == ["accessibility", "api", "networking", "nova", "translation", "zun"]
        assert page.page.evaluate("[window.left, document.activeElement.closest('li[id]').id]") == [
            None,
            "now-networking",
        ]


def test_when_what_had_the_focus_goes_the_focus_goes_to_the_content(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.page.focus("#now-docs .facts a")
        change(site.state, lambda draft: draft.remove(TOPICS, "docs"))
        site.publish()
        page.until("#now-docs", "detached")

        assert page.page.evaluate("document.activeElement.id") == "main"


def test_what_did_not_change_is_left_alone(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.page.evaluate(
            """() => {
                window.touched = new Set();
                new MutationObserver(all => all.forEach(({target}) => {
                    const element = target.nodeType === 1 ? target : target.parentElement;
                    window.touched.add(element.closest("[id]").id);
                })).observe(document.querySelector("main"),
                    {subtree: true, childList: true, characterData: true, attributes: true});
            }"""
        )
        page.becomes("#now-docs >> text=Something else", docs("Something else"))
        page.forward(seconds=0.1)

        assert set(page.page.evaluate("[...window.touched]")) <= {"now-docs", "changed"}


def test_a_day_that_the_page_itself_opens_is_opened(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    tomorrow = AT + timedelta(days=1)
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        site.publish(now=tomorrow)
        page.until("#open-day-2[open]")

        days = page.page.eval_on_selector_all("details.day", "all => all.map(day => [day.id, day.open])")
        assert dict(days) == {"open-day-1": False, "open-day-2": True, "open-day-3": False}


# -- those who do not see it --------------------------------------------------------------------------------------


def test_changes_are_said_politely_and_together(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        said = "[role=status].unseen"
        before = page.read(said)
        page.becomes("#now-docs >> text=Glossary", docs("Glossary"), Motd((Notice("info", "Lunch is ready"),)))
        page.forward(seconds=0.1)
        first = page.read(said)
        page.becomes("#now-nova >> text=Cells", Topic("nova", Now("Cells", AT), (), "Ballroom A"))
        early = page.read(said)
        page.forward(seconds=6)
        second = page.read(said)
        many = [Topic(track, Now("All at once", AT)) for track in ("nova", "docs", "networking", "edge")]
        page.becomes("#now-edge", *many)
        page.forward(seconds=6)

        assert before == ""
        assert first == "For your information Lunch is ready. docs now: Glossary"
        assert early == first
        assert second == "nova now: Cells"
        assert page.read(said) == "4 tracks have something new: docs, edge, networking, nova"
        assert page.page.get_attribute(said, "aria-live") in (None, "polite")


# -- the filter ---------------------------------------------------------------------------------------------------


def visible(page: Any, selector: str) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        selector, "all => all.filter(one => one.checkVisibility()).map(one => one.dataset.track)"
    )
    return found


def test_the_filter_finds_tracks_by_name_topic_and_room(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    found = {}
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        for typed in ("", "NOV", "#nova", "newcomer", "harbor", "harbor page", "nowhere to be found"):
            page.page.fill(".filter input", typed)
            page.forward(seconds=0.5)
            found[typed] = (visible(page.page, ".cards > li"), page.read(".filter output"))

    everything = ["accessibility", "docs", "networking", "nova", "translation"]
    count = found["NOV"][1].partition(" of ")[2]
    assert found == {
        "": (everything, ""),
        "NOV": (["nova"], f"1 of {count}"),
        "#nova": (["nova"], f"1 of {count}"),
        "newcomer": (["docs"], f"1 of {count}"),
        "harbor": (["accessibility", "docs"], found["harbor"][1]),
        "harbor page": (["docs"], f"1 of {count}"),
        "nowhere to be found": ([], "Nothing matches"),
    }


def test_the_filter_leaves_of_the_grid_the_rooms_of_the_track(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.page.fill(".filter input", "nova")
        rows = page.page.locator("#day-1 tbody tr:visible")
        tracks = [row.locator("[data-track=nova]").count() for row in rows.all()]

    assert tracks
    assert 0 not in tracks


def test_the_filter_holds_over_a_change_and_ends_with_escape(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.page.fill(".filter input", "docs")
        page.becomes("#now-edge", Topic("edge", Now("Says something", AT)))
        during = visible(page.page, ".cards > li")
        page.becomes("#now-edge >> text=about docs", Topic("edge", Now("Says something about docs", AT)))
        later = visible(page.page, ".cards > li")
        page.page.press(".filter input", "Escape")

        assert (during, later) == (["docs"], ["docs", "edge"])
        assert len(visible(page.page, ".cards > li")) == 6
        assert page.page.input_value(".filter input") == ""


def test_what_is_looked_for_can_be_handed_on_as_an_address(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html#tracks") as page:
        page.page.fill(".filter input", "harbor page")
        address = page.page.evaluate("location.href")
        page.page.press(".filter input", "Escape")
        cleared = page.page.evaluate("location.href")
    with opened(chromium, site, address) as page:
        shown = visible(page.page, ".cards > li")

    assert (address, cleared) == (
        f"{host.address}/ptg.html?q=harbor+page#tracks",
        f"{host.address}/ptg.html#tracks",
    )
    assert shown == ["docs"]


def test_the_filter_can_be_used_with_keys_alone(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.page.get_by_label("Find your track").focus()
        page.page.keyboard.type("nova")
        page.page.keyboard.press("Enter")

        assert visible(page.page, ".cards > li") == ["nova"]
        assert page.page.evaluate("location.href") == f"{host.address}/ptg.html?q=nova"


# -- ages and times -----------------------------------------------------------------------------------------------


def test_ages_are_kept_up_to_date(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    age = "#now-docs .head .ago"
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        ages = [page.read(age)]
        for span in ({"minutes": 1}, {"minutes": 28}, {"hours": 3}, {"days": 1}, {"days": 2}):
            page.forward(**span) if len(ages) < 3 else skip(page, **span)
            ages.append(page.read(age))

    assert ages == ["· 31 min", "· 32 min", "· 1 h 0 min", "· 4 h 0 min", "· 1 day", "· 3 days"]


def skip(page: Open, **span: float) -> None:
    """Let much time pass, each timer in it going off at most once."""
    page.page.clock.fast_forward(timedelta(**span).total_seconds() * 1000)
    page.page.clock.run_for(30_000)


def test_a_topic_that_was_just_said_is_of_just_now_and_one_of_the_future_has_no_age(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.becomes("#now-nova >> text=Here", Topic("nova", Now("Here", AT)), Topic("edge", Now("x", ago(-60))))

        assert [page.read(f"#now-{track} .ago") for track in ("nova", "edge")] == ["· just now", ""]


def test_viewers_elsewhere_see_their_own_time_beside_what_comes_later_too(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html", timezone_id="Asia/Tokyo") as page:
        page.becomes("#now-nova >> text=Here", Topic("nova", Now("Here", AT + timedelta(hours=3))))

        assert page.read("#now-nova .when") == "since 17:05 (Wed 01:05)"
        assert page.page.is_visible(".yours-note")


# -- the network --------------------------------------------------------------------------------------------------


def test_a_page_without_connection_says_so_and_recovers_by_itself(
    chromium: Any, site: LiveSite, host: StaticHost
) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.look()
        page.page.wait_for_timeout(200)
        page.page.context.set_offline(True)
        page.page.wait_for_selector(".lost:visible", timeout=LATE)
        text = page.read(".lost")
        put(site.state, docs("Said meanwhile"))
        site.publish()
        page.forward(minutes=3)
        still = page.page.is_visible(".lost")
        old = page.read("#now-docs .topic")
        page.page.context.set_offline(False)
        page.forward(seconds=2)
        page.page.wait_for_selector("#now-docs >> text=Said meanwhile", timeout=LATE)
        page.page.wait_for_selector(".lost", state="hidden", timeout=LATE)
        page.forward(seconds=6)

        assert text == "No connection since 14:05. This is the last known state."
        assert (still, old) == (True, "A first page that a newcomer can follow")
        assert page.read("[role=status].unseen").endswith("The connection is back")


def test_a_server_that_fails_is_said_after_a_second_try(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        host.status = HTTPStatus.BAD_GATEWAY
        page.look()
        page.page.wait_for_timeout(100)
        first = page.page.is_visible(".lost")
        with page.page.expect_response(LIVE):
            page.forward(seconds=10)
        page.page.wait_for_selector(".lost:visible", timeout=LATE)
        host.status = None
        for _ in range(30):
            page.forward(seconds=10)
            page.page.wait_for_timeout(20)
        page.page.wait_for_selector(".lost", state="hidden", timeout=LATE)

        assert not first


def test_where_nobody_can_listen_the_page_goes_on_looking(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    host.headers = {"Link": '<events>; rel="alternate"; type="text/event-stream"'}  # of a proxy, and there is none
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        page.becomes("#now-docs >> text=The first", docs("The first"))
        page.becomes("#now-docs >> text=The second", docs("The second"))
        for _ in range(5):
            page.look()

        assert host.asked["events"] == 2


def test_after_a_restart_of_ptgbot_web_pages_listen_again(chromium: Any, site: LiveSite) -> None:
    with Visit(chromium, "about:blank") as page:
        with web_server(site.folder) as address, page.expect_response(re.compile("/events$")):
            page.goto(f"{address}/ptg.html")
        port = int(address.rpartition(":")[2])
        with page.expect_response(re.compile("/events$"), timeout=3 * LATE), web_server(site.folder, port):
            put(site.state, docs("Said after the restart"))
            site.publish()
            page.wait_for_selector("#now-docs >> text=Said after the restart", timeout=3 * LATE)


def test_a_track_that_is_gone_is_no_broken_connection(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/track/docs.html") as page:
        (site.folder / "track" / "docs.html").unlink()
        put(site.state, Topic("nova", Now("Something else", AT)))
        site.publish("track/nova.html")
        with page.page.expect_response(re.compile(r"docs\.html$")):
            page.look()
        for _ in range(3):
            page.look()

        assert not page.page.is_visible(".lost")
        assert page.read("h1") == "docs"


def test_an_error_page_in_the_place_of_the_page_is_not_shown(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        put(site.state, docs("Said"))
        site.publish()
        (site.folder / "ptg.html").write_text("<title>Welcome to this network</title><p>Please log in")
        with page.page.expect_response(re.compile(r"ptg\.html$")):
            page.look()
        page.page.wait_for_timeout(200)

        assert page.read("#now-docs .topic") == "A first page that a newcomer can follow"


def test_with_a_new_bot_the_page_begins_anew(chromium: Any, site: LiveSite, host: StaticHost) -> None:
    with opened(chromium, site, f"{host.address}/ptg.html") as page:
        for _ in range(20):
            page.look()
        put(site.state, docs("Said with another script"))
        site.publish()
        path = site.folder / "ptg.html"
        path.write_text(path.read_text().replace("live.js?v=", "live.js?v=1"))
        with page.page.expect_navigation(timeout=LATE):
            page.look()

        assert page.page.wait_for_selector("#now-docs >> text=Said with another script", timeout=LATE)
