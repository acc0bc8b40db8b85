"""Cards as Block Kit: whatever is in them, Slack takes them, and what is picked comes back as it was."""

import string

from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.panels import Button, Card, Choice, Entry, Field, Sign
from ptgbot.networks.slack.card_blocks import Pressed, drawn, picks, pressed, with_picks
from tests.slack.checks import check_blocks

ROOM = Field("room", "Room", (Choice("14", "14"), Choice("Forum Hall", "Forum Hall")), initial="14")
CARD = Card(
    name="p4",
    version="2",
    heading="p4: @ada on X",
    quote="see https://example.org/a?b=1&c, *now*",
    fields=(
        Field("day", "Date", entry=Entry.DATE, initial="2026-11-23"),
        Field("time", "Time", entry=Entry.TIME),
        ROOM,
    ),
    buttons=(Button("Approve", command="~approve p4", primary=True), Button("Deny", command="~deny p4", danger=True)),
    footer="Needs approval.",
)


def test_a_card_in_blocks() -> None:
    assert drawn(CARD, "Olga: done") == [
        {"type": "header", "text": {"type": "plain_text", "text": "p4: @ada on X", "emoji": False}},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_quote",
                    "elements": [
                        {"type": "text", "text": "see "},
                        {"type": "link", "url": "https://example.org/a?b=1&c"},
                        {"type": "text", "text": ", *now*"},
                    ],
                }
            ],
        },
        {
            "type": "actions",
            "block_id": "fields:p4:2",
            "elements": [
                {
                    "type": "datepicker",
                    "action_id": "pick:day",
                    "placeholder": {"type": "plain_text", "text": "Choose: Date", "emoji": False},
                    "initial_date": "2026-11-23",
                },
                {
                    "type": "timepicker",
                    "action_id": "pick:time",
                    "placeholder": {"type": "plain_text", "text": "Choose: Time", "emoji": False},
                },
                {
                    "type": "static_select",
                    "action_id": "pick:room",
                    "placeholder": {"type": "plain_text", "text": "Choose: Room", "emoji": False},
                    "options": [
                        {"text": {"type": "plain_text", "text": name, "emoji": False}, "value": name}
                        for name in ("14", "Forum Hall")
                    ],
                    "initial_option": {"text": {"type": "plain_text", "text": "14", "emoji": False}, "value": "14"},
                },
            ],
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": f"card:p4:2:{number}",
                    "text": {"type": "plain_text", "text": label, "emoji": False},
                    "style": style,
                }
                for number, (label, style) in enumerate((("Approve", "primary"), ("Deny", "danger")))
            ],
        },
        {
            "type": "context",
            "elements": [{"type": "plain_text", "text": "👀 Needs approval.", "emoji": False}],
        },
        {"type": "context", "elements": [{"type": "plain_text", "text": "💬 Olga: done", "emoji": False}]},
    ]


def test_what_is_pressed_and_picked_comes_back() -> None:
    assert pressed("card:p4:2:1") == Pressed("p4", "2", 1)
    assert [pressed(other) for other in ("card:p4:2", "card:p4:2:x", "command:0-0")] == [None, None, None]
    state = {
        "fields:p4:2": {
            "pick:day": {"type": "datepicker", "selected_date": "2026-11-24"},
            "pick:time": {"type": "timepicker", "selected_time": None},
            "pick:room": {"type": "static_select", "selected_option": {"value": "Forum Hall"}},
        },
        "others": {"value": {"value": "x"}},
    }
    assert picks(state) == {"day": "2026-11-24", "time": "", "room": "Forum Hall"}
    assert [field.initial for field in with_picks(CARD, picks(state)).fields] == ["2026-11-24", "", "Forum Hall"]


def test_a_list_of_names_that_slack_cannot_take_is_left_out() -> None:
    name = "x" * 151
    only = Card("p4", "1", "p4", fields=(Field("room", "Room", (Choice(name, name),), initial=name),))
    assert [block["type"] for block in drawn(only)] == ["header"]


TEXT = st.text(string.printable + "☃é<>&", max_size=4000)


@given(
    quote=TEXT,
    heading=TEXT,
    footer=TEXT,
    answer=TEXT,
    rooms=st.lists(st.text(min_size=1, max_size=200), unique=True, max_size=300),
    sign=st.sampled_from(Sign),
)
def test_whatever_is_on_a_card_slack_takes_it(  # noqa: PLR0917 - as many as a card has
    quote: str, heading: str, footer: str, answer: str, rooms: list[str], sign: Sign
) -> None:
    choices = tuple(Choice(room, room) for room in rooms)
    field = Field("room", "Room", choices, initial=rooms[-1] if rooms else "")
    card = Card("p4", "1", heading, quote, fields=(field,) if rooms else (), sign=sign, footer=footer, elsewhere="C1")
    check_blocks(drawn(card, answer))
