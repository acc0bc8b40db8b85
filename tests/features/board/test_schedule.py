"""What the board tells by the schedule: what runs and comes next, and which way a day's rooms are shown."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ptgbot.core.clock import Event
from ptgbot.features.board.grid import grids
from ptgbot.features.board.pages import BoardPage
from ptgbot.features.motd.model import Motd, Notice
from ptgbot.features.schedule.model import BOOKINGS, Booking, Day, Room, Slot, Track
from ptgbot.features.topics.model import Now, Topic
from ptgbot.site.html import Templates
from ptgbot.store.state import State
from tests.build import AT, BERLIN, change, make_state, put
from tests.features.board.conference import CONFERENCE, NOON, conference
from tests.features.board.test_pages import NOVA, board, part, small_state
from tests.pages import CountedHtml, tags, text_of


def at(hour: int, minute: int) -> datetime:
    return BERLIN.local(AT).replace(hour=hour, minute=minute)


def silent(*more: Any) -> State:
    """Return the small event, in which nobody has said anything."""
    return small_state(Topic("nova"), Topic("docs"), *more)


def shown(state: State, element: str, now: datetime = AT, event: Event = BERLIN) -> str:
    """Return what people read in an element of the board, by its id; nothing where it is not there."""
    page = board(state, now, event)
    kind = re.search(rf'<(\w+)[^>]* id="{element}"', page)
    return text_of(part(page, kind[1], f'id="{element}"')) if kind else ""


# -- now ------------------------------------------------------------------------------------------------------------


def test_a_track_whose_slot_runs_and_that_said_nothing_is_shown_apart_from_what_was_said() -> None:
    page = board(small_state(replace(NOVA, now=None)))

    assert text_of(part(page, "ul", 'class="cards"')).startswith("docs first steps")
    assert shown(small_state(replace(NOVA, now=None)), "booked") == (
        "By the schedule These have a room now, and nobody there has said more yet."
        " nova Ballroom A until 15:00 Join nova on line"
    )
    assert page.index('id="now-docs"') < page.index('id="booked"')


def test_what_a_booking_is_called_stands_beside_it_with_its_page() -> None:
    titled = Booking("b1", "nova", "Ballroom A", "Tue1", 0, AT, "Cells & <more>", "https://example.org/cells")
    page = board(silent(titled))

    assert "nova Cells & <more> Ballroom A until 15:00" in text_of(part(page, "li", 'id="booked-nova"'))
    assert [a["href"] for name, a in tags(page) if a.get("class") == "title"] == ["https://example.org/cells"] * 2


def test_an_address_that_is_none_is_no_link() -> None:
    titled = Booking("b1", "nova", "Ballroom A", "Tue1", 0, AT, "Cells", "javascript:alert(1)")

    assert "javascript" not in board(silent(titled))


@pytest.mark.parametrize(
    ("said", "now", "booked"),
    [
        (None, at(13, 29), False),
        (None, at(13, 30), True),
        (None, at(14, 59), True),
        (None, at(15, 0), False),
        (at(13, 29), at(14, 13), False),
        (at(13, 29), at(14, 14), True),  # perhaps over, and said before the slot began
        (at(13, 30), at(14, 59), False),  # perhaps over, and of this very slot
    ],
)
def test_a_booking_is_told_while_its_slot_runs_and_nobody_said_anything_of_it(
    said: datetime | None, now: datetime, booked: bool
) -> None:
    state = small_state(replace(NOVA, now=Now("cells", said) if said else None))

    assert bool(shown(state, "booked-nova", now)) is booked


def test_the_page_turns_when_a_booked_slot_begins_and_ends() -> None:
    page, view = BoardPage(BERLIN, Templates(BERLIN)), silent().public
    turns: list[datetime] = []
    now = at(12, 0)
    while len(turns) < 4:
        now = page.turns("ptg.html", view, now) or now
        turns.append(now)
        assert page.render("ptg.html", view, now - timedelta(seconds=1)) != page.render("ptg.html", view, now)

    assert turns == [at(13, 30), at(15, 0), at(15, 30), at(17, 0)]


def test_a_topic_takes_the_place_of_the_booking_at_once() -> None:
    state = silent()
    page = BoardPage(BERLIN, Templates(BERLIN))
    assert b'id="booked-nova"' in page.render("ptg.html", state.public, AT)

    put(state, Topic("nova", Now("cells", AT)))

    assert b'id="booked-nova"' not in page.render("ptg.html", state.public, AT)
    change(state, lambda draft: draft.clear(BOOKINGS))
    assert shown(state, "booked") == ""


def test_the_command_is_told_once_whatever_there_is() -> None:
    for state in (make_state(), silent(), small_state()):
        section = text_of(part(board(state), "section", 'id="now"'))

        assert section.count("#TRACK now TOPIC") == 1
        assert section.count("+in #TRACK") == 1
        assert text_of(part(board(state), "section", 'id="next"')).count("#TRACK next TOPIC") == 1


# -- next -----------------------------------------------------------------------------------------------------------


def test_what_is_booked_next_is_told_with_its_time_and_room() -> None:
    assert shown(silent(), "soon") == "By the schedule 15:30 docs Aspen"


def test_what_was_announced_tells_when_and_where_the_track_meets_next_and_is_not_told_twice() -> None:
    state = silent(Topic("docs", None, ("first steps",)))

    assert shown(state, "next-docs") == "docs at 15:30 Aspen first steps"
    assert shown(state, "soon") == ""


def test_what_is_on_another_day_is_not_next() -> None:
    state = silent(Booking("b3", "nova", "Ballroom A", "Wed1", 0, AT), Topic("nova", None, ("cells",)))

    assert shown(state, "next-nova", at(16, 0)) == "nova cells"
    assert shown(state, "soon", at(16, 0)) == ""
    assert shown(state, "next-nova", at(8, 0) + timedelta(days=1)) == "nova at 09:00 Ballroom A cells"


def test_when_nothing_more_begins_today_the_first_of_the_next_day_is_told_with_its_date() -> None:
    wednesday = Booking("b3", "nova", "Ballroom A", "Wed1", 0, AT)

    assert shown(silent(wednesday), "soon", at(15, 0)) == "By the schedule 15:30 docs Aspen"
    assert shown(silent(wednesday), "soon", at(15, 30)) == "By the schedule Wed 25 Nov, 09:00 nova Ballroom A"


def test_of_each_room_only_the_next_is_told_and_only_soon() -> None:
    groups = re.findall(r'<li class="group".*?</ul>', board(conference(), NOON, CONFERENCE), re.DOTALL)
    starts = [text_of(group)[:5] for group in groups]
    rooms = [room for group in groups for room in re.findall("Hall [A-H]", text_of(group))]

    assert starts == sorted(starts)
    assert starts[0] > "13:25"
    hours, minutes = (int(part) for part in starts[0].split(":"))
    assert starts[-1] <= f"{hours + 1:02}:{minutes:02}"
    assert len(rooms) == len(set(rooms)) > 4


# -- a list for each room -------------------------------------------------------------------------------------------


def lists(*descs: str, **rooms: tuple[int, ...]) -> bool:
    """Return whether a day of such slots and rooms, which have some of them, is shown as lists."""
    slots = tuple(Slot(f"S{number}", desc) for number, desc in enumerate(descs))
    had = [Room(name, 0, tuple(f"S{number}" for number in numbers)) for name, numbers in rooms.items()]
    [grid] = grids(make_state(Day("Tuesday", 0, slots), had).public, BERLIN)
    return bool(grid.agendas)


def test_a_day_is_a_grid_unless_its_slots_overlap_or_most_rooms_lack_most_of_them() -> None:
    even = ("09:00-10:00", "10:00-11:00", "11:00-12:00", "13:00-14:00")

    assert not lists(*even, a=(0, 1, 2, 3), b=(1, 2))
    assert not lists(*even, a=(0, 1), b=(2,))  # three of eight
    assert not lists("early", "later", a=(0, 1))
    assert lists(*even, a=(0,), b=(2,))  # two of eight
    assert lists("09:00-10:00", "09:30-10:30", a=(0,), b=(1,))


def test_a_conference_is_a_list_for_each_hall_with_what_runs_marked_and_what_is_over_folded_away() -> None:
    page = board(conference(), NOON, CONFERENCE)
    today = part(page, "details", 'class="day" ').partition("</summary>")[2]
    whole = page[page.index('id="open-day-2"') : page.index('id="open-day-3"')]
    halls = re.split(r'<li class="agenda"', whole)[1:]

    assert "<table" not in page
    assert "Hall A" in text_of(today)
    assert [text_of(re.findall("<h4>.*?</h4>", hall)[0]) for hall in halls] == [f"Hall {c}" for c in "ABCDEFGH"]
    for hall in halls:
        times = re.findall(r"<time datetime=\"2026-11-20T(\d\d:\d\d)\+01:00\">\1</time>–?-?", hall)
        folded, _, rest = hall.partition("</details>")
        assert times == sorted(times)
        assert re.search(r"<summary>\d+ over</summary>", folded)
        assert {a.get("class", "") for name, a in tags(folded) if name == "li" and "data-key" in a} == {"past"}
        assert {a.get("class", "") for name, a in tags(rest) if name == "li" and "data-key" in a} <= {"runs", ""}
    running = [hall for hall in halls if 'class="runs"' in hall]
    assert len(running) > 3
    assert all("now" in text_of(hall) for hall in running)


def test_the_bar_leads_to_what_runs() -> None:
    page = board(conference(), NOON, CONFERENCE)
    [target] = [a["href"] for name, a in tags(part(page, "nav", "jump")) if a.get("href", "").startswith("#room-")]
    first = page[page.index(f'id="{target[1:]}"') :].partition('<li class="agenda"')[0]

    assert 'class="runs"' in first
    assert "#room-" not in part(board(conference(), NOON.replace(hour=3), CONFERENCE), "nav", "jump")


def test_what_ends_in_one_hall_leaves_the_lists_of_the_others() -> None:
    html = CountedHtml(Templates(CONFERENCE))
    page, view = BoardPage(CONFERENCE, html), conference().public
    page.render("ptg.html", view, NOON)
    html.counts.clear()
    page.render("ptg.html", view, page.turns("ptg.html", view, NOON) or NOON)

    assert 1 <= html.counts["board/agenda.html"] <= 3
    assert html.counts["board/room.html"] == 0


def test_of_a_day_that_is_over_nothing_is_folded_away() -> None:
    page = board(conference(), NOON, CONFERENCE)
    over = page[page.index('id="open-day-1"') : page.index('id="tracks"')]

    assert "Hall H" in over
    assert " over</summary>" not in over


# -- days -----------------------------------------------------------------------------------------------------------


def test_the_bar_names_the_days_in_order_with_their_dates_and_today() -> None:
    bar = text_of(part(board(conference(), NOON, CONFERENCE), "nav", "jump"))

    assert bar == "Now Next Rooms, now Thu 19 Nov Fri 20 Nov today Sat 21 Nov Tracks"


def test_a_day_that_is_called_by_its_date_is_shown_with_its_weekday() -> None:
    headings = re.findall("<summary><h3>.*?</h3></summary>", board(conference(), NOON, CONFERENCE), re.DOTALL)

    assert [text_of(heading) for heading in headings] == [
        "Friday 20 November 2026 today",
        "Saturday 21 November 2026",
        "Thursday 19 November 2026 over",
    ]


def test_a_day_with_a_name_of_its_own_keeps_it() -> None:
    state = make_state(Day("Arrival", 0, (Slot("A", "13:00-15:00"),)), Room("Aspen", 0, ("A",)))

    assert text_of(part(board(state), "nav", "jump")) == "Now Next Arrival 24 Nov today"


# -- long texts and many messages -----------------------------------------------------------------------------------


def test_a_long_topic_is_whole_on_the_page_with_something_to_open_it() -> None:
    text = "words " * 60
    page = board(small_state(Topic("nova", Now(text.strip(), AT))))
    found = tags(part(page, "li", 'id="now-nova"'))

    assert ("p", {"class": "topic long", "dir": "auto"}) in found
    assert ("details", {"class": "more", "id": "more-now-nova"}) in found
    assert text.strip() in text_of(page)
    assert "more-now-docs" not in page


def test_of_warnings_the_worst_and_newest_comes_first_and_the_others_can_be_unfolded() -> None:
    levels = ("warning", "danger", "info", "danger", "warning")
    motd = Motd(tuple(Notice(level, f"{level} {number}") for number, level in enumerate(levels)))
    urgent = part(board(small_state(motd)), "section", 'id="urgent"')

    assert text_of(urgent.partition("<details")[0]) == "Important danger 3"
    assert text_of(part(urgent, "details", "others-urgent")) == (
        "3 more important messages Important danger 1 Please note warning 4 Please note warning 0"
    )
    assert "<details" not in part(board(small_state(Motd((Notice("danger", "x"),)))), "section", 'id="urgent"')


def test_the_track_of_a_booking_alone_is_no_news_of_the_other_tracks() -> None:
    state = silent(Track("swift", "teal"), Booking("b9", "swift", "Aspen", "Tue1", 0, AT))
    html = CountedHtml(Templates(BERLIN))
    page = BoardPage(BERLIN, html)
    page.render("ptg.html", state.public, AT)
    html.counts.clear()
    put(state, Topic("nova", Now("cells", AT)), at=AT + timedelta(seconds=1))
    page.render("ptg.html", state.public, AT)

    assert (html.counts["board/now.html"], html.counts["board/booked.html"]) == (1, 0)
