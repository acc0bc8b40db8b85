"""The board and the big screen: what is on them, what makes them again, and that no text breaks out of them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.features.board.pages import BoardPage
from ptgbot.features.board.signage import SignagePage
from ptgbot.features.motd.model import MOTD, Motd, Notice
from ptgbot.features.people.model import Access
from ptgbot.features.presence.model import CHECKINS, CheckIn
from ptgbot.features.schedule.model import BOOKINGS, Booking, Day, Info, Room, Slot, Track
from ptgbot.features.subscriptions.model import Subscription
from ptgbot.features.topics.model import TOPICS, Links, Now, Topic
from ptgbot.site.html import Templates
from ptgbot.store.state import State
from tests.build import AT, BERLIN, change, make_state, put
from tests.pages import CountedHtml, tags, text_of

TUESDAY = Day("Tuesday", 0, (Slot("Tue1", "13:30-15:00"), Slot("Tue2", "15:30-17:00")))
WEDNESDAY = Day("Wednesday", 1, (Slot("Wed1", "09:00-10:30"),))
ASPEN = Room("Aspen", 0, ("Tue1", "Tue2"), desc="First floor", cap_icon="user", cap_desc="seats 10")
BALLROOM = Room("Ballroom A", 1, ("Tue1", "Wed1"), url="https://meet.example.org/a")
NOVA = Topic("nova", Now("cells, with #docs", AT - timedelta(minutes=5)), ("placement",), "Ballroom A")
DOCS = Topic("docs", Now("first steps", None))
MOMENT = "Tuesday 24 November 2026, 14:05 CET"


def small_state(*more: Any) -> State:
    """Return an event of two rooms and two tracks on its first afternoon."""
    return make_state(
        (TUESDAY, WEDNESDAY, ASPEN, BALLROOM),
        (Track("nova", "#1f6feb"), Track("docs", "yellow")),
        (Booking("b1", "nova", "Ballroom A", "Tue1", 0, AT), Booking("b2", "docs", "Aspen", "Tue2", 0, AT)),
        (NOVA, DOCS, Info("harbor")),
        *more,
    )


def board(state: State, now: datetime = AT, event: Event = BERLIN) -> str:
    return BoardPage(event, Templates(event)).render("ptg.html", state.public, now).decode()


def signage(state: State, now: datetime = AT) -> str:
    return SignagePage(BERLIN, Templates(BERLIN)).render("signage.html", state.public, now).decode()


def part(page: str, tag: str, marked: str) -> str:
    """Return the first element of a kind whose start tag holds a text."""
    found = re.search(rf"<{tag}\b[^>]*{re.escape(marked)}.*?</{tag}>", page, re.DOTALL)
    assert found, f"no <{tag} {marked}>"
    return found.group()


# -- content --------------------------------------------------------------------------------------------------------


def test_now_comes_by_track_with_since_when_where_and_the_pad() -> None:
    page = board(small_state())

    assert text_of(part(page, "section", "now")) == (
        "Now Tuesday 24 November 2026 · Europe/Berlin time, your own in brackets Last change 14:05"
        " docs first steps Pad of docs"
        " nova since 14:00 cells, with docs Where: Ballroom A Join nova on line Pad of nova"
        " Is your room talking about something else? Anyone there can say so in the event's channel: #TRACK now TOPIC."
        " Tell people where you are: +in #TRACK, and +out when you leave."
    )


def test_a_badge_leads_to_the_tracks_page_wherever_it_stands_and_a_link_of_its_own_to_the_meeting() -> None:
    state = small_state(Links("docs", url="https://meet.example.org/docs"), replace(NOVA, next=("with #docs",)))
    found = tags(board(state))

    assert {(name, a.get("href")) for name, a in found if a.get("class") == "badge"} == {
        ("a", "track/docs.html"),
        ("a", "track/nova.html"),
    }
    # Of docs and of nova's room under Now, and of the one slot that runs in the schedule.
    assert [a["href"] for _, a in found if a.get("class") == "join"] == [
        "https://meet.example.org/docs",
        "https://meet.example.org/a",
        "https://meet.example.org/a",
    ]


def test_a_topic_of_yesterday_tells_its_day() -> None:
    yesterday = replace(NOVA, now=Now("cells", AT - timedelta(days=1)))

    assert "since Mon 23 Nov, 14:05" in text_of(board(small_state(yesterday)))


def test_a_topic_is_greyed_with_a_word_once_it_may_be_over() -> None:
    def shown(minutes: int, **how: Any) -> tuple[str, str]:
        state = small_state(Topic("docs", Now("first steps", AT)))
        page = BoardPage(BERLIN, Templates(BERLIN), **how)
        now = AT + timedelta(minutes=minutes)
        item = part(page.render("ptg.html", state.public, now).decode(), "li", 'id="now-nova"')
        [(_, attributes), *_] = tags(item)
        return attributes["class"], text_of(item).partition(" since")[0]

    assert [shown(39), shown(40), shown(54), shown(55)] == [
        ("talk", "nova"),
        ("talk faded", "nova perhaps over"),
        ("talk faded", "nova perhaps over"),
        ("talk faded", "nova slot ended"),
    ]
    assert shown(10, stale_after=timedelta(minutes=15)) == ("talk faded", "nova perhaps over")


def test_the_age_of_a_topic_is_left_to_the_browser() -> None:
    item = part(board(small_state()), "li", 'id="now-nova"')

    times = [attributes for name, attributes in tags(item) if name == "time"]

    assert times == [
        {"class": "age", "datetime": "2026-11-24T14:00+01:00", "title": "Tuesday 24 November 2026, 14:00 CET"}
    ]


def test_who_is_checked_in_stands_beside_what_is_discussed() -> None:
    people = [CheckIn(f"irc/~{name}", name, "#nova", AT) for name in ("grace", "Ada")]
    elsewhere = CheckIn("irc/~bob", "bob", "in the bar", AT)

    page = text_of(board(small_state(people, elsewhere)))

    assert "2 here: Ada, grace" in page
    assert "bob" not in page


def test_no_more_than_forty_names_are_shown_but_all_are_counted() -> None:
    people = [CheckIn(f"irc/~{n}", f"n{n:03}", "#nova", AT) for n in range(100)]

    shown = text_of(part(board(small_state(people)), "details", "who-nova"))

    assert shown == "100 here " + ", ".join(f"n{n:03}" for n in range(40)) + " and 60 more"


def test_those_who_left_are_on_no_page() -> None:
    left = CheckIn("irc/~eve", "LeftEve", "#nova", AT, left=AT)

    assert "LeftEve" not in board(small_state(left))


def test_next_lists_what_follows() -> None:
    page = board(small_state(replace(NOVA, next=("placement", "mentoring"))))

    assert text_of(part(page, "li", 'id="next-nova"')) == "nova placement"
    assert text_of(part(page, "section", 'id="next"')).startswith("Next nova placement mentoring By the schedule")


def test_a_day_shows_tracks_free_codes_and_nothing_where_a_room_is_not_to_be_had() -> None:
    page = board(small_state())
    cells = re.findall(r"<t[hd]\b.*?</t[hd]>", part(page, "table", ""), re.DOTALL)

    assert [text_of(cell) for cell in cells] == [
        "Room",
        "Tue1 now 13:30-15:00",
        "Tue2 15:30-17:00",
        "Aspen First floor seats 10",
        "13:30-15:00 now Aspen-Tue1",
        "15:30-17:00 docs",
        "Ballroom A",
        "13:30-15:00 now nova Join nova on line",
        "",
    ]


def test_slots_that_run_and_slots_that_are_over_are_marked() -> None:
    page = part(board(small_state(), AT + timedelta(hours=2)), "table", "")

    cells = [(name, attributes.get("class", "")) for name, attributes in tags(page) if name in ("th", "td")]

    assert cells == [
        ("th", ""),
        ("th", "past"),
        ("th", "runs"),
        ("th", ""),
        ("td", "past"),
        ("td", "runs"),
        ("th", ""),
        ("td", "past"),
        ("td", "none runs"),
    ]


def test_every_track_has_a_link_to_its_page() -> None:
    found = [a["href"] for name, a in tags(part(board(small_state()), "section", 'id="tracks"')) if name == "a"]

    assert found == ["track/docs.html", "track/nova.html"]


def test_what_a_filter_can_pick_names_its_track() -> None:
    state = small_state(replace(NOVA, next=("placement",)))

    named = [(a.get("id", name), a["data-track"]) for name, a in tags(board(state)) if "data-track" in a]

    assert named == [
        ("now-docs", "docs"),
        ("now-nova", "nova"),
        ("next-nova", "nova"),
        ("li", "docs"),  # what the schedule has next
        ("td", "docs"),
        ("td", "nova"),
        ("track-docs", "docs"),
        ("track-nova", "nova"),
    ]


def test_every_part_that_can_change_by_itself_has_a_name_of_its_own() -> None:
    busy = small_state(
        [CheckIn(f"irc/~{n}", f"n{n}", "#nova", AT) for n in range(9)],
        Motd((Notice("info", "hello"), Notice("danger", "fire"))),
        # Names that are those of other parts.
        [Track(name, "teal") for name in ("title", "help", "1", "now")],
        [Topic(name, Now("x", AT), ("y",)) for name in ("title", "help", "1", "now")],
    )
    found = tags(board(busy))

    names = [a["id"] for _, a in found if "id" in a] + [a["data-key"] for _, a in found if "data-key" in a]

    assert sorted(names) == sorted(set(names))
    unnamed = [name for name, a in found if name in ("section", "details", "form") and not {"id", "class"} & a.keys()]
    assert unnamed == []
    assert [a["data-key"] for _, a in found if "data-key" in a] == [
        "at 2026-11-24T14:30:00+00:00",
        "next 2026-11-24T14:30:00+00:00 Aspen docs",
        "1 Aspen",
        "1 Ballroom A",
        "2 Ballroom A",
    ]


def test_only_rooms_of_that_day_are_in_its_grid() -> None:
    wednesday = part(board(small_state()), "details", "open-day-2")

    assert [text_of(row) for row in re.findall(r"<tr\b.*?</tr>", wednesday, re.DOTALL)] == [
        "Room Wed1 09:00-10:30",
        "Ballroom A 09:00-10:30 Ballroom A-Wed1",
    ]


def test_today_is_open_and_marked_and_the_running_slot_too() -> None:
    def days(now: datetime) -> list[tuple[bool, str]]:
        page = board(small_state(), now)
        return [
            ("open" in attributes, text_of(part(part(page, "details", attributes["id"]), "summary", "")))
            for name, attributes in tags(page)
            if name == "details"
        ]

    assert [days(AT), days(AT + timedelta(days=1)), days(AT - timedelta(days=30))] == [
        [(True, "Tuesday 24 November 2026 today"), (False, "Wednesday 25 November 2026")],
        [(True, "Wednesday 25 November 2026 today"), (False, "Tuesday 24 November 2026 over")],
        [(True, "Tuesday 24 November 2026"), (False, "Wednesday 25 November 2026")],
    ]


def test_a_slot_links_to_a_world_clock_and_one_without_time_does_not() -> None:
    state = make_state(Day("Day 1", 0, (Slot("A", "09:00", realtime="2026-11-24T09:00+01:00"), Slot("B", "later"))))
    put(state, Room("Aspen", 0, ("A", "B")))

    page = board(state, event=replace(BERLIN, first_day=None))

    assert [a["href"] for name, a in tags(page) if a.get("class") == "when" and name == "a"] == [
        "https://www.timeanddate.com/worldclock/fixedtime.html?iso=20261124T0800&p1=1440"
    ]
    assert "B later" in text_of(page)


def test_messages_of_the_day_say_how_much_they_matter_in_words() -> None:
    motd = Motd((Notice("danger", "Fire drill at 15:00"), Notice("info", "See https://example.org")))

    page = board(small_state(motd))

    assert text_of(part(page, "section", 'id="urgent"')) == "Important Fire drill at 15:00"
    assert text_of(part(page, "section", 'id="notices"')) == "For your information See https://example.org"


def test_what_is_on_now_comes_first_and_only_what_is_urgent_comes_before_it() -> None:
    motd = Motd((Notice("danger", "Fire drill at 15:00"), Notice("info", "See https://example.org")))

    ids = [a["id"] for name, a in tags(board(small_state(motd))) if name in ("section", "details") and "id" in a]

    assert ids == ["urgent", "now", "notices", "next", "schedule", "open-day-1", "open-day-2", "tracks"]


def test_an_empty_event_says_what_to_type() -> None:
    page = text_of(board(make_state()))

    for sentence in (
        "Nobody has said what they are talking about yet.",
        "#TRACK now TOPIC",
        "Nothing is announced yet.",
        "There is no schedule yet. Organisers bring one with ~fetchdb URL.",
        "There are no tracks yet. Organisers add them with ~add TRACK…",
    ):
        assert sentence in page


def test_where_voice_is_required_the_page_says_so() -> None:
    assert "Anyone with voice (+v) can say so" in text_of(board(small_state(Access(voice_required=True))))


def test_help_names_a_slot_that_is_free() -> None:
    page = board(small_state())

    assert "#TRACK book Aspen-Tue1" in text_of(part(page, "details", "open-day-1"))
    assert "#TRACK book Ballroom A-Wed1" in text_of(part(page, "details", "open-day-2"))


def test_the_board_states_when_it_was_last_changed() -> None:
    changed = part(board(make_state(NOVA, at=AT)), "p", 'id="changed"')

    assert text_of(changed) == "Last change 14:05"
    assert ("time", {"class": "age", "datetime": "2026-11-24T14:05+01:00", "title": MOMENT}) in tags(changed)


def test_the_big_screen_shows_now_and_today_without_codes_and_people() -> None:
    page = signage(small_state(CheckIn("irc/~ada", "AdaHere", "#nova", AT)))
    text = text_of(page.partition("<main")[2])

    assert text.partition(">")[2].strip() == (
        "Harbor Summit Tuesday 24 November 2026 Europe/Berlin time"
        " Now Aspen Free until 15:30 15:30 docs"
        " Ballroom A until 15:00 nova since 14:00 cells, with docs Next placement"
        " Somewhere docs first steps"
        " Tuesday 24 November 2026 Who is in which room on Tuesday Room 13:30-15:00 now 15:30-17:00"
        " Aspen free docs Ballroom A nova"
    )


def test_headings_follow_each_other_without_a_gap() -> None:
    for page in (board(small_state()), signage(small_state())):
        levels = [int(name[1]) for name, _ in tags(page) if re.fullmatch("h[1-6]", name)]

        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


# -- safety ---------------------------------------------------------------------------------------------------------

OUR_TAGS = frozenset(
    "html head meta title link script body header h1 p a nav main section h2 ul ol li h3 span bdi b time code footer"
    " details summary div table caption thead tbody tr th td svg path circle form label input".split()
)
HOSTILE = (
    "</script><script>alert(1)</script>",
    '"onmouseover="alert(1)',
    "'><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    'https://x.org/"onclick=alert(1)//',
    "red;}body{display:none",
    "\u202eevil\u2066",
    "{{ 7 * 7 }}{% raw %}",
    "a" * 3000,
    "&lt;b&gt;",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_anywhere_is_only_text(text: str) -> None:
    slot = Slot(f"S {text}", text)
    state = make_state(
        (Day(text, 0, (slot,)), Room(f"R {text}", 0, (slot.name,), text, text, text, text)),
        (Room("Free", 1, (slot.name,), text, text, text, text), Track("nova", text)),
        (Booking("b", "nova", f"R {text}", slot.name, 0, AT), Links("nova", etherpad=text, url=text)),
        (Topic("nova", Now(f"{text} #{text} #nova", AT), (text,), f"R {text}"), Motd((Notice("info", text),))),
        (CheckIn("irc/~x", text, "#nova", AT), Info(text, ((text, text),))),
    )

    for page in (board(state), signage(state)):
        check_harmless(page)
        assert " ".join(text.split()) in text_of(page)


def check_harmless(page: str) -> None:
    """Fail where a page holds script that is not ours, a handler, a link that is none, or style that is not ours."""
    for name, attributes in tags(page):
        assert name in OUR_TAGS
        assert [attribute for attribute in attributes if attribute.startswith("on")] == []
        if name == "script":
            assert re.match(r"static/\w+\.js\?v=\w+$", attributes["src"])
        if name == "a" and not attributes["href"].endswith((".html", ".json", ".ics", "#commands")):
            assert re.match(r"https?://|#[a-z0-9-]+$", attributes["href"])
        if "style" in attributes:
            assert re.fullmatch(r"--parts:\d+|--badge:#[0-9a-f]{6}(;--ink:#(000000|ffffff))?", attributes["style"])
        if attributes.get("href", "").startswith("http"):
            assert attributes["rel"] == "noopener noreferrer"


def test_a_page_runs_only_scripts_of_the_site() -> None:
    policies = [a["content"] for _, a in tags(board(small_state())) if a.get("http-equiv") == "Content-Security-Policy"]

    assert len(policies) == 1
    assert "default-src 'self'" in policies[0]
    assert "script-src 'self'" in policies[0]


# -- what makes it again --------------------------------------------------------------------------------------------


def counted() -> tuple[CountedHtml, BoardPage]:
    html = CountedHtml(Templates(BERLIN))
    return html, BoardPage(BERLIN, html)


def rendered_after(state: State, *documents: Any, later: timedelta = timedelta(0)) -> dict[str, int]:
    """Return how often each template is filled in for a Change, on a page that was there before."""
    html, page = counted()
    page.render("ptg.html", state.public, AT)
    html.counts.clear()
    if documents:
        put(state, *documents, at=AT + timedelta(seconds=1))
    page.render("ptg.html", state.public, AT + later)
    return dict(html.counts)


def test_a_topic_renders_its_tracks_row_and_no_other() -> None:
    now = replace(NOVA, now=Now("something else", AT))

    assert rendered_after(small_state(), now) == {"board/now.html": 1, "board/changed.html": 1}


def test_a_booking_renders_its_rooms_row_and_its_day() -> None:
    booking = Booking("b3", "docs", "Aspen", "Tue1", 0, AT)

    assert rendered_after(small_state(), booking) == {
        "board/room.html": 1,
        "board/day.html": 1,
        "board/changed.html": 1,
    }


def test_a_check_in_renders_its_tracks_row() -> None:
    assert rendered_after(small_state(), CheckIn("irc/~ada", "ada", "#nova", AT)) == {
        "board/now.html": 1,
        "board/changed.html": 1,
    }


def test_a_colour_renders_what_shows_it() -> None:
    assert rendered_after(small_state(), Track("docs", "teal")) == {
        "board/now.html": 2,  # its own, and the topic that names it
        "board/room.html": 1,
        "board/day.html": 1,
        "board/tracks.html": 1,
        "board/soon.html": 1,
        "board/changed.html": 1,
    }


def test_the_work_for_a_topic_does_not_grow_with_tracks_and_days() -> None:
    def work(size: int) -> dict[str, int]:
        tracks = [f"t{n}" for n in range(size)]
        slots = [Slot(f"S{n}", "") for n in range(size)]
        state = small_state(
            [Track(name, "teal") for name in tracks],
            [Topic(name, Now("x", AT)) for name in tracks],
            [Day(f"Day {n}", n + 2, (slot,)) for n, slot in enumerate(slots)],
            [Room(f"Room {n}", n + 2, (slot.name,)) for n, slot in enumerate(slots)],
        )
        return rendered_after(state, replace(NOVA, now=Now("something else", AT)))

    assert work(2) == work(40)


def test_nothing_is_rendered_while_nothing_changes() -> None:
    assert rendered_after(small_state(), later=timedelta(minutes=10)) == {}


def test_the_end_of_a_slot_renders_that_day_alone() -> None:
    quiet = Topic("docs", Now("first steps", AT), ("second steps",))
    state = small_state(replace(NOVA, now=Now("cells", AT + timedelta(minutes=30))), quiet)

    assert rendered_after(state, later=timedelta(minutes=55)) == {
        "board/now.html": 2,  # docs is perhaps over, nova's slot ended
        "board/room.html": 2,
        "board/day.html": 1,
    }


def test_a_topic_that_may_be_over_renders_its_own_part_alone() -> None:
    assert rendered_after(small_state(), later=timedelta(minutes=40)) == {"board/now.html": 1}


def test_two_states_with_one_page_do_not_mix() -> None:
    _, page = counted()
    states = [small_state(), small_state(CheckIn("irc/~ada", "ada", "#nova", AT))]

    shown = [page.render("ptg.html", state.public, AT) for state in (*states, *states)]

    assert shown[:2] == shown[2:]
    assert shown[0] != shown[1]


@pytest.mark.parametrize(
    ("document", "paths"),
    [
        (Track("swift", "teal"), ["ptg.html", "signage.html"]),
        (replace(TUESDAY, slots=()), ["ptg.html", "signage.html"]),
        (replace(ASPEN, desc="Second floor"), ["ptg.html", "signage.html"]),
        (Booking("b3", "docs", "Aspen", "Tue1", 0, AT), ["ptg.html", "signage.html"]),
        (replace(NOVA, now=None), ["ptg.html", "signage.html"]),
        (Motd((Notice("info", "hello"),)), ["ptg.html", "signage.html"]),
        (Links("nova", url="https://example.org"), ["ptg.html"]),
        (Access(voice_required=True), ["ptg.html"]),
        (Info("another"), ["ptg.html"]),
        (Info("harbor", (("Map", "https://example.org"),)), []),
        (CheckIn("irc/~ada", "ada", "#nova", AT), ["ptg.html"]),
        (CheckIn("irc/~ada", "ada", "#swift", AT), []),
        (CheckIn("irc/~ada", "ada", "in the bar", AT), []),
        (CheckIn("irc/~ada", "ada", "#nova", AT, left=AT), []),
        (Subscription("irc/~ada", "irc", "ada", "nova"), []),
    ],
)
def test_a_change_touches_the_pages_that_show_it(document: Any, paths: list[str]) -> None:
    state = small_state()
    made = put(state, document)
    pages = (BoardPage(BERLIN, Templates(BERLIN)), SignagePage(BERLIN, Templates(BERLIN)))

    assert [path for page in pages for path in page.touched(made, state.public)] == paths


def test_who_leaves_a_track_touches_the_board() -> None:
    came = CheckIn("irc/~ada", "ada", "#nova", AT)
    state = small_state(came)
    made = put(state, replace(came, left=AT))

    assert list(BoardPage(BERLIN, Templates(BERLIN)).touched(made, state.public)) == ["ptg.html"]


@pytest.mark.parametrize("edit", [lambda d: d.remove(TOPICS, "nova"), lambda d: d.clear(BOOKINGS)])
def test_what_is_removed_touches_the_pages_too(edit: Any) -> None:
    state = small_state()
    made = change(state, edit)

    assert list(BoardPage(BERLIN, Templates(BERLIN)).touched(made, state.public)) == ["ptg.html"]


def test_a_change_of_many_things_touches_a_page_once() -> None:
    state = small_state()

    def clear(draft: Draft) -> None:
        for table in (CHECKINS, MOTD, TOPICS, BOOKINGS):
            draft.clear(table)

    made = change(state, clear)

    assert list(BoardPage(BERLIN, Templates(BERLIN)).touched(made, state.public)) == ["ptg.html"]


def test_the_page_turns_when_a_slot_begins_or_ends_a_topic_is_stale_and_at_midnight() -> None:
    turns = []
    now = AT
    page = BoardPage(BERLIN, Templates(BERLIN))
    view = small_state().public
    for _ in range(7):
        now = page.turns("ptg.html", view, now)  # type: ignore[assignment]
        turns.append(f"{BERLIN.local(now):%a %H:%M}")

    # The topic of 14:00 is stale at 14:45.
    assert turns == ["Tue 14:45", "Tue 15:00", "Tue 15:30", "Tue 17:00", "Wed 00:00", "Wed 09:00", "Wed 10:30"]


def test_midnight_is_the_events_on_days_of_any_length() -> None:
    event = Event("", ZoneInfo("America/Santiago"), date(2026, 9, 5))  # its clocks skip midnight on 6 September
    now = datetime(2026, 9, 5, 12, 0, tzinfo=UTC)

    turn = SignagePage(event, Templates(event)).turns("signage.html", make_state().public, now)

    assert turn == datetime(2026, 9, 6, 4, 0, tzinfo=UTC)
