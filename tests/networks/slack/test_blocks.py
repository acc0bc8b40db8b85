import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.panels import Button, Choice, Field, Form, Panel, Section
from ptgbot.networks.slack import blocks
from tests.slack.checks import check_view


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def test_a_panel_becomes_a_home() -> None:
    panel = Panel(
        (
            Section("You", ("You are in the pub.", "", "Nothing else."), (Button("I left", command="+out"),)),
            Section("Now", ("#nova: cells",), (Button("Set…", form="now", primary=True),)),
        )
    )

    assert blocks.home(panel) == {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("You")},
            {"type": "section", "text": plain("You are in the pub.\nNothing else.")},
            {
                "type": "actions",
                "block_id": "actions-0",
                "elements": [
                    {"type": "button", "action_id": "command:0-0", "text": plain("I left"), "value": "+out"},
                ],
            },
            {"type": "divider"},
            {"type": "header", "text": plain("Now")},
            {"type": "section", "text": plain("#nova: cells")},
            {
                "type": "actions",
                "block_id": "actions-1",
                "elements": [
                    {"type": "button", "action_id": "form:now:1-0", "text": plain("Set…"), "style": "primary"},
                ],
            },
        ],
    }


def test_a_form_becomes_a_modal_and_what_was_filled_in_a_command() -> None:
    form = Form(
        "now",
        "Set what is on now",
        "#{track} now {text}",
        (
            Field("track", "Track", (Choice("nova", "nova"), Choice("swift", "swift")), initial="swift"),
            Field("text", "What is on now", initial="cells", hint="In a few words.", optional=True),
        ),
    )

    assert blocks.modal(form) == {
        "type": "modal",
        "callback_id": "form:now",
        "title": plain("Set what is on now"),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": "track",
                "label": plain("Track"),
                "element": {
                    "type": "static_select",
                    "action_id": "value",
                    "placeholder": plain("Pick one"),
                    "options": [
                        {"text": plain("nova"), "value": "nova"},
                        {"text": plain("swift"), "value": "swift"},
                    ],
                    "initial_option": {"text": plain("swift"), "value": "swift"},
                },
            },
            {
                "type": "input",
                "block_id": "text",
                "label": plain("What is on now"),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "value",
                    "max_length": 3000,
                    "initial_value": "cells",
                },
                "optional": True,
                "hint": plain("In a few words."),
            },
        ],
    }
    state = {
        "track": {"value": {"type": "static_select", "selected_option": {"text": plain("nova"), "value": "nova"}}},
        "text": {"value": {"type": "plain_text_input", "value": "cells,\nand more"}},
    }
    assert form.filled(blocks.values(state)) == "#nova now cells, and more"
    assert blocks.values({"text": {"value": {"type": "plain_text_input", "value": None}}, "track": {}}) == {
        "text": "",
        "track": "",
    }


def test_an_error_stands_below_the_free_text_or_else_below_the_last_field() -> None:
    text, track = Field("text", "Text"), Field("track", "Track", (Choice("a", "a"),))

    assert blocks.error(Form("f", "F", "{text}", (text, track)), "No.") == {"text": "No."}
    assert blocks.error(Form("f", "F", "{track}", (track,)), "x" * 2000) == {"track": "x" * 999 + "…"}


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("*bold* _it_ ~no~", [{"type": "text", "text": "*bold* _it_ ~no~"}]),
        (
            "see https://example.org/a_(b), or not.",
            [
                {"type": "text", "text": "see "},
                {"type": "link", "url": "https://example.org/a_(b"},
                {"type": "text", "text": "), or not."},
            ],
        ),
        ("https://example.org", [{"type": "link", "url": "https://example.org"}]),
        ("https:// is no link", [{"type": "text", "text": "https:// is no link"}]),
    ],
)
def test_a_text_is_said_as_it_is_with_its_links(text: str, elements: list[dict[str, str]]) -> None:
    assert blocks.said(text) == [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    ]


@given(st.text(min_size=1))
def test_what_is_said_loses_no_letter(text: str) -> None:
    [section] = blocks.said(text)[0]["elements"]

    assert "".join(element.get("text", element.get("url", "")) for element in section["elements"]) == text


words = st.text(string.ascii_letters + " äß☃", max_size=4000)
buttons = st.builds(
    Button, st.text(min_size=1, max_size=100), command=st.just("+out"), form=st.sampled_from(["", "in"])
)
sections = st.builds(Section, words, st.lists(words, max_size=5).map(tuple), st.lists(buttons, max_size=30).map(tuple))


@given(st.lists(sections, max_size=60))
def test_no_home_is_more_than_slack_takes(found: list[Section]) -> None:
    check_view(blocks.home(Panel(tuple(found))))


@given(st.integers(1, 1500), st.integers(1, 8), st.integers(0, 120))
def test_no_list_of_choices_is_more_than_slack_takes(count: int, groups: int, letters: int) -> None:
    choices = tuple(
        Choice(f"v{number}", f"{number} {'x' * letters}", f"group {number % groups}") for number in range(count)
    )
    view = blocks.modal(Form("book", "Book a room, whichever it is", "{place}", (Field("place", "Place", choices),)))

    check_view(view)
    element = view["blocks"][0]["element"]
    offered = [option["value"] for group in element.get("option_groups", [element]) for option in group["options"]]
    assert sorted(offered) == sorted(choice.value for choice in choices)


def test_a_home_is_no_larger_than_slack_takes_in_whichever_script() -> None:
    home = blocks.home(Panel(tuple(Section(f"Part {number}", ("☃" * 3000,) * 4) for number in range(10))))

    check_view(home)
    assert len(json.dumps(home)) <= 250_000
    assert home["blocks"][-1]["elements"] == [plain("… 39 more parts do not fit here.")]


def test_lists_are_no_larger_than_slack_takes_and_say_how_much_is_missing() -> None:
    tracks = tuple(Choice(f"track-{number}", f"track-{number}") for number in range(1000))
    places = tuple(Choice(f"Room-{number}", "☃" * 80, "Monday") for number in range(1000))
    long = Choice("x" * 151, "too long for a value")
    form = Form(
        "book", "Book", "{}", (Field("track", "Track", (long, *tracks)), Field("place", "Place", places, hint="Where?"))
    )
    view = blocks.modal(form)

    check_view(view)
    assert len(json.dumps(view)) <= 250_000
    offered = [sum(len(group["options"]) for group in block["element"]["option_groups"]) for block in view["blocks"]]
    assert offered[0] == 1000
    assert 200 < offered[1] < 1000
    assert [block["hint"]["text"] for block in view["blocks"]] == [
        "1 more do not fit here; type the command for those.",
        f"Where? {1000 - offered[1]} more do not fit here; type the command for those.",
    ]


def test_what_does_not_fit_into_a_home_is_counted() -> None:
    home = blocks.home(Panel(tuple(Section(f"Part {number}", ("words",)) for number in range(50))))

    assert len(home["blocks"]) == 100
    assert home["blocks"][-1]["elements"] == [plain("… 50 more parts do not fit here.")]


def test_what_ends_something_stands_out_as_such() -> None:
    buttons = (Button("Deny", command="~deny a1", danger=True), Button("Plain", command="+out"))
    view = blocks.home(Panel((Section("You", (), buttons),)))
    assert [element.get("style") for element in view["blocks"][1]["elements"]] == ["danger", None]
