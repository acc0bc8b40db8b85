"""``index.html``: the event's links, and every command."""

from dataclasses import replace
from typing import Any

import pytest

from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Registry
from ptgbot.features.schedule.model import Info, Track
from ptgbot.features.schedule.pages import IndexPage, MissingPage
from ptgbot.site.html import Templates
from ptgbot.store.state import State
from tests.build import AT, BERLIN, make_state, put
from tests.pages import tags, text_of

LINKS = (("Way <there>", "https://example.org/way?a=1&b=2"), ("Conduct", "https://example.org/conduct"))


def nothing(call: Call) -> Outcome:
    return Outcome()


REGISTRY = Registry(
    (
        Command(Door.ADMIN, "list", "names the tracks", nothing),
        Command(
            Door.TRACK,
            "now",
            "says what is discussed",
            nothing,
            (Parameter.text("TEXT"),),
            example="cells & <b>",
            aliases=("current",),
            note="Words become badges.",
        ),
        Command(Door.USER, "out", "tells that you left", nothing),
    )
)


def render(state: State, registry: Registry = REGISTRY) -> str:
    return IndexPage(Templates(BERLIN, channel="#ptg"), registry).render("index.html", state.public, AT).decode()


def test_the_links_are_shown_in_their_order() -> None:
    page = render(make_state(Info("harbor", LINKS)))
    links = page.partition('id="links"')[2].partition("</section>")[0]

    assert [a["href"] for name, a in tags(links) if name == "a"] == [url for _, url in LINKS]
    assert "Way <there> Conduct" in text_of(links)


def test_what_is_no_web_address_is_no_link() -> None:
    assert "alert" not in render(make_state(Info("harbor", (("Click", "javascript:alert(1)"),))))


def test_without_links_the_page_says_where_they_come_from() -> None:
    assert "No links yet. Organisers bring them with ~fetchdb URL" in text_of(render(make_state()))


def test_the_other_pages_are_linked() -> None:
    targets = {a["href"] for name, a in tags(render(make_state())) if name == "a"}

    assert {"ptg.html", "etherpads.html", "signage.html", "subscribe.html", "ptg.json"} <= targets


def test_the_board_comes_first() -> None:
    page = render(make_state(Info("harbor", LINKS)))
    [first, *_] = [a["href"] for name, a in tags(page[page.index("<main") :]) if name == "a"]

    assert first == "ptg.html"
    assert page.index('id="pages"') < page.index('id="links"')


@pytest.mark.parametrize(
    ("site_url", "root"),
    [("https://ptg.example.org", "/"), ("https://example.org/ptg/board", "/ptg/board/"), ("", "")],
)
def test_the_page_for_what_is_not_there_leads_to_the_board_from_wherever_it_is_shown(site_url: str, root: str) -> None:
    event = replace(BERLIN, site_url=site_url)
    page = MissingPage(event, Templates(event)).render("404.html", make_state().public, AT).decode()
    found = [a.get("href", a.get("src", "")) for name, a in tags(page) if name in ("a", "link", "script")]

    assert f"{root}ptg.html" in found
    assert [address for address in found if not address.startswith((root, "#"))] == []
    assert "script" not in {name for name, _ in tags(page)}


def test_the_commands_stand_by_who_may_give_them() -> None:
    page = render(make_state())
    commands = text_of(page[page.index('id="commands"') :].partition(">")[2].partition("</section>")[0])

    assert commands == (
        "Commands Type them in #ptg, or to the bot in private. Words in capitals are yours to fill in; those in"
        " brackets can be left out. Case does not matter."
        " Tracks What a track does now and next, where it meets, and its bookings. For everybody, unless organisers"
        " ask for voice (+v). Commands: tracks Type What it does"
        " #TRACK now TEXT Says what is discussed. Words become badges. Also: current. #nova now cells & <b>"
        " Everybody Where you are, what you want to be told about, and help. Commands: everybody Type What it does"
        " +out Tells that you left."
        " Organisers For those who are op (+o) in the channel. Commands: organisers Type What it does"
        " ~list Names the tracks."
    )


@pytest.mark.parametrize(
    ("document", "touches"),
    [
        (Info("harbor", LINKS[:1]), True),
        (Info("another", LINKS), False),
        (Track("nova", "teal"), False),
    ],
)
def test_a_change_touches_the_page_where_it_shows(document: Any, touches: bool) -> None:
    state = make_state(Info("harbor", LINKS))

    touched = IndexPage(Templates(BERLIN), REGISTRY).touched(put(state, document), state.public)

    assert list(touched) == ["index.html"] * touches


def test_time_alone_does_not_alter_the_page() -> None:
    assert IndexPage(Templates(BERLIN), REGISTRY).turns("index.html", make_state().public, AT) is None
