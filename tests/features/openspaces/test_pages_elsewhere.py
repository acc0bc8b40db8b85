"""Open spaces on the other pages: the board, the big screen, and the text for terminals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from ptgbot.core.protocols import Exporter
from ptgbot.features.board.pages import BoardPage
from ptgbot.features.board.signage import SignagePage
from ptgbot.features.feeds.text import COLUMNS, TextBoard
from ptgbot.features.openspaces.sessions import open_space_sessions
from ptgbot.features.schedule.model import Booking
from ptgbot.features.schedule.slugs import slugs_with
from ptgbot.features.topics.model import Now, Topic
from ptgbot.site.html import Templates
from ptgbot.store.state import State
from tests.build import AT, BERLIN, make_state, put
from tests.features.openspaces.shown import CHESS, KNITTING, TYPES, event, space
from tests.pages import CountedHtml, tags, text_of


def board_page(html: Any = None) -> BoardPage:
    return BoardPage(BERLIN, html or Templates(BERLIN), spaces=open_space_sessions(BERLIN))


def signage_page() -> SignagePage:
    spaces = open_space_sessions(BERLIN)
    return SignagePage(BERLIN, Templates(BERLIN), slugs_with(spaces), spaces=spaces)


def text_board() -> TextBoard:
    return TextBoard(BERLIN, spaces=open_space_sessions(BERLIN))


def board(state: State, now: datetime = AT) -> str:
    return board_page().render("ptg.html", state.public, now).decode()


def part(page: str, tag: str, id_: str) -> str:
    """Return what people read in an element; nothing where it is not there."""
    _head, found, rest = page.partition(f'id="{id_}"')
    return text_of(rest.partition(">")[2].partition(f"</{tag}>")[0]) if found else ""


# -- the board --------------------------------------------------------------------------------------------------------


def test_the_board_shows_what_is_on_what_is_next_and_what_is_still_to_come_today() -> None:
    later = [space(1, "Tea", "Aspen", 150), space(2, "Yoga", "Aspen", -300), space(3, "Late", "Aspen", 300)]
    shown = board(event(TYPES, CHESS, KNITTING, *later))

    assert part(shown, "div", "spaces-now") == ("Open spaces Type hints for beginners with @ada Ballroom A until 14:15")
    assert part(shown, "div", "spaces-next") == (
        "Open spaces 16:00 Chess Pavilion until 16:45 with @grace@example.social 16:35 Tea Aspen until 17:20 with @ada"
    )
    assert part(shown, "section", "spaces") == (
        "Open spaces today All of them, when each room is free, and how to hold one"
        " 13:30 Type hints for beginners Ballroom A now until 14:15 with @ada"
        " 16:00 Chess Pavilion until 16:45 with @grace@example.social"
        " 16:35 Tea Aspen until 17:20 with @ada"
        " 19:05 Late Aspen until 19:50 with @ada"
    )


def test_the_board_leads_to_all_of_them() -> None:
    addresses = [a.get("href") for tag, a in tags(board(event(TYPES))) if tag == "a"]

    assert addresses.count("openspaces.html") == 2
    assert "#spaces" in addresses
    assert TYPES.link in addresses


def test_the_boards_headings_follow_each_other_without_a_gap() -> None:
    levels = [int(name[1]) for name, _ in tags(board(event(TYPES, CHESS))) if name in ("h1", "h2", "h3", "h4")]

    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("spaces", [[], [KNITTING], [replace(CHESS, cancelled=True)]])
def test_without_one_today_the_board_says_nothing_of_them(spaces: list[Any]) -> None:
    shown = board(event(*spaces))

    assert [a["id"] for _, a in tags(shown) if a.get("id", "").startswith("spaces")] == []


def test_an_open_space_makes_its_own_parts_of_the_board_again_and_no_other() -> None:
    html = CountedHtml(Templates(BERLIN))
    page, state = board_page(html), event(TYPES, CHESS)
    page.render("ptg.html", state.public, AT)
    html.counts.clear()

    put(state, replace(TYPES, title="Types"))
    page.render("ptg.html", state.public, AT)

    assert dict(html.counts) == {"board/space.html": 1, "board/spaces.html": 1, "board/changed.html": 1}


def test_a_topic_makes_nothing_of_open_spaces_again() -> None:
    html = CountedHtml(Templates(BERLIN))
    page, state = board_page(html), event(TYPES, CHESS)
    put(state, Topic("nova", Now("cells", AT)))
    page.render("ptg.html", state.public, AT)
    html.counts.clear()

    put(state, Topic("nova", Now("pods", AT)))
    page.render("ptg.html", state.public, AT)

    assert dict(html.counts) == {"board/now.html": 1}


# -- the big screen ---------------------------------------------------------------------------------------------------


def signs(state: State, now: datetime = AT) -> list[str]:
    """Return what each sign says."""
    page = signage_page().render("signage.html", state.public, now).decode()
    found = page.partition('<ul class="doors">')[2].partition('<section class="plan')[0]
    return [text_of(f'<li class="door{sign}') for sign in found.split('<li class="door')[1:]]


def test_a_sign_says_which_open_space_is_on_in_the_room_and_which_follows() -> None:
    assert signs(event(TYPES, CHESS)) == [
        "Ballroom A until 14:15 Open space Type hints for beginners 15:00 nova",
        "Aspen Nothing more today",
        "Pavilion Nothing until 16:00 16:00 Open space Chess",
    ]


def test_what_follows_in_a_room_is_what_begins_first() -> None:
    state = event(space(1, "Tea", "Aspen", 10), space(2, "Late tea", "Aspen", 300))
    put(state, Booking("b2", "nova", "Aspen", "Tue2", 0, AT))

    assert signs(state)[1] == "Aspen Nothing until 14:15 14:15 Open space Tea"
    assert signs(state, AT + timedelta(minutes=60))[1] == "Aspen until 17:00 nova 19:05 Open space Late tea"


def test_tomorrows_open_space_is_not_announced_at_the_door() -> None:
    assert signs(event(KNITTING))[1] == "Aspen Nothing more today"


def test_a_room_that_only_open_spaces_have_is_found_by_its_name_and_its_slug() -> None:
    shown = signage_page().render("signage.html", event(CHESS).public, AT)
    found = [(a["data-room"], a.get("data-slug")) for _, a in tags(shown) if a.get("data-room") == "Pavilion"]

    assert found == [("Pavilion", "pavilion")]


# -- the text for terminals -------------------------------------------------------------------------------------------


def text(state: State, now: datetime = AT) -> str:
    return text_board().render("ptg.txt", state.public, now).decode()


def test_the_text_has_those_of_today_that_are_not_over() -> None:
    shown = text(event(TYPES, CHESS, KNITTING, space(1, "Yoga", "Aspen", -300)))

    assert shown.partition("OPEN SPACES TODAY\n")[2].partition("\n\n")[0].splitlines() == [
        "13:30-14:15     Type hints for beginners",
        "                now, in Ballroom A, with @ada",
        "16:00-16:45     Chess",
        "                in Pavilion, with @grace@example.social",
    ]


def test_the_text_stays_within_the_columns_and_holds_nothing_that_a_terminal_obeys() -> None:
    shown = text(event(space(1, "\x1b[31mred\x07 " + "wide " * 60, "R" * 200, 10, host="@" + "h" * 90)))

    assert max(map(len, shown.splitlines())) <= COLUMNS
    assert "\x1b" not in shown


def test_without_one_today_the_text_says_nothing_of_them() -> None:
    assert "OPEN SPACES" not in text(event(KNITTING))


# -- what makes them again --------------------------------------------------------------------------------------------

EVERY: tuple[tuple[Callable[[], Exporter], str], ...] = (
    (board_page, "ptg.html"),
    (signage_page, "signage.html"),
    (text_board, "ptg.txt"),
)


@pytest.mark.parametrize(("make", "path"), EVERY)
def test_an_open_space_touches_them_and_they_turn_when_it_begins_and_ends(
    make: Callable[[], Exporter], path: str
) -> None:
    state = make_state()
    made = put(state, CHESS)
    exporter = make()

    assert list(exporter.touched(made, state.public)) == [path]
    turn = partial(exporter.turns, path, state.public)
    assert [turn(AT), turn(CHESS.start)] == [CHESS.start, CHESS.end]
