"""``etherpads.html``: every track's pad."""

from dataclasses import replace
from typing import Any

import pytest

from ptgbot.features.schedule.model import Booking, Info, Track
from ptgbot.features.topics.model import Links, Now, Topic
from ptgbot.features.topics.pages import PadsPage
from ptgbot.site.html import Templates
from ptgbot.store.state import State
from tests.build import AT, BERLIN, make_state, put
from tests.pages import CountedHtml, tags, text_of

TRACKS = (Track("nova", "#1f6feb"), Track("docs", "yellow"))
OWN = Links("docs", etherpad="https://pad.example.org/docs?x=1&y=2")


def render(state: State) -> str:
    return PadsPage(Templates(BERLIN)).render("etherpads.html", state.public, AT).decode()


def rows(page: str) -> list[str]:
    return [text_of(row) for row in page.split("<tr>")[2:]]


def test_every_track_has_its_pad_and_its_calendar() -> None:
    page = render(make_state(TRACKS, OWN, Info("harbor")))
    links = [a["href"] for name, a in tags(page.partition("<tbody>")[2].partition("</tbody>")[0]) if name == "a"]

    assert links == [
        "track/docs.html",
        "https://pad.example.org/docs?x=1&y=2",
        "docs.ics",
        "track/nova.html",
        "https://etherpad.opendev.org/p/harbor-nova",
        "nova.ics",
    ]
    assert "#TRACK etherpad URL" in text_of(page)
    assert "#TRACK etherpad auto" in text_of(page)


def test_without_an_id_of_the_event_the_page_says_why_pads_are_missing() -> None:
    page = render(make_state(TRACKS, OWN))
    text = text_of(page)

    assert "This event has no id, so no pads are made for its tracks." in text
    assert "nova none yet: #nova etherpad URL nova.ics" in text
    assert "etherpad auto" not in text


def test_without_tracks_the_page_says_what_to_type() -> None:
    assert "There are no tracks yet. Organisers add them with ~add TRACK…" in text_of(render(make_state()))


def test_a_pad_that_is_no_web_address_is_no_link() -> None:
    page = render(make_state(TRACKS, Links("nova", etherpad='javascript:alert("1")')))

    assert "javascript" not in page


def test_a_new_pad_renders_one_row() -> None:
    html = CountedHtml(Templates(BERLIN))
    page = PadsPage(html)
    state = make_state(TRACKS, Info("harbor"))
    page.render("etherpads.html", state.public, AT)
    html.counts.clear()
    put(state, OWN)
    page.render("etherpads.html", state.public, AT)

    assert html.counts == {"topics/pad.html": 1, "topics/etherpads.html": 1}


@pytest.mark.parametrize(
    ("document", "touches"),
    [
        (Track("swift", "teal"), True),
        (Track("nova", "teal"), True),
        (OWN, False),
        (replace(OWN, etherpad="https://example.org"), True),
        (replace(OWN, url="https://example.org"), False),
        (Info("another"), True),
        (Info("harbor", (("Map", "https://example.org"),)), False),
        (Booking("b", "nova", "Aspen", "Tue1", 0, AT), False),
        (Topic("nova", Now("cells", AT)), False),
    ],
)
def test_a_change_touches_the_page_where_it_shows(document: Any, touches: bool) -> None:
    state = make_state(TRACKS, OWN, Info("harbor"))

    touched = PadsPage(Templates(BERLIN)).touched(put(state, document), state.public)

    assert list(touched) == ["etherpads.html"] * touches


def test_time_alone_does_not_alter_the_page() -> None:
    assert PadsPage(Templates(BERLIN)).turns("etherpads.html", make_state().public, AT) is None
