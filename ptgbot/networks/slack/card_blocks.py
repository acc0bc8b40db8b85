"""A Card as Block Kit, and what was picked and pressed on it back again.

https://docs.slack.dev/reference/block-kit/block-elements has the elements.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ptgbot.core.panels import Button, Card, Entry, Field, Sign
from ptgbot.networks.slack.blocks import (
    MOST_HEADER,
    MOST_LABEL,
    MOST_VALUE,
    Block,
    paragraphs,
    plain_text,
    said,
    select,
)

__all__ = ["FIELD", "PRESS", "Pressed", "drawn", "picks", "pressed", "with_picks"]

PRESS = "card:"  # what the action ids of a card's buttons begin with; its name, its version and the button follow
FIELD = "pick:"  # those of its fields; the field's name follows
_FIELDS = "fields:"  # the id of the block that has them; with the version, so that what was picked before is dropped

MOST_CHOICES = 1000  # of a field; what is beyond that can be typed
MOST_CONTEXT = 2000  # characters

_SIGNS = {Sign.WAITS: "👀", Sign.GOOD: "✅", Sign.ENDED: "❌", Sign.WARNS: "⚠️", Sign.MOVED: "➡️"}
_PRESSED = re.compile(rf"{PRESS}([^:]+):([^:]*):(\d+)")


@dataclass(frozen=True, slots=True)
class Pressed:
    """Which button was pressed.

    Args:
        card: The card's name.
        version: The version of the card that they saw.
        button: Which of its buttons, from 0.
    """

    card: str
    version: str
    button: int


def drawn(card: Card, answer: str = "") -> list[Block]:
    """Return a card as the blocks of a message.

    Args:
        card: The card.
        answer: What became of what was pressed last; empty for nothing.
    """
    return list(_blocks(card, answer))


def _blocks(card: Card, answer: str) -> Iterator[Block]:
    yield {"type": "header", "text": plain_text(card.heading, MOST_HEADER)}
    if card.quote.strip():
        [quote] = said(card.quote)
        yield {"type": "rich_text", "elements": [{**quote["elements"][0], "type": "rich_text_quote"}]}
    for line in card.lines:
        yield from said(line)
    elements = [element for field in card.fields if (element := _element(field)) is not None]
    if elements:
        yield {"type": "actions", "block_id": f"{_FIELDS}{card.name}:{card.version}", "elements": elements}
    if card.buttons:
        buttons = [_button(card, number, button) for number, button in enumerate(card.buttons)]
        yield {"type": "actions", "elements": buttons}
    yield from _notes(f"{_SIGNS[card.sign]} {card.footer}" if card.footer else "")
    if card.elsewhere:
        there = [{"type": "text", "text": "It stands in "}, {"type": "channel", "channel_id": card.elsewhere}]
        yield {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": there}]}
    yield from _notes(f"💬 {answer}" if answer else "")


def _notes(text: str) -> Iterator[Block]:
    for part in paragraphs(text.split("\n"), MOST_CONTEXT):
        yield {"type": "context", "elements": [plain_text(part)]}


def _element(field: Field) -> Block | None:
    """Return what a field is filled in with; None where Slack has nothing for that."""
    if field.choices:
        choices = [choice for choice in field.choices if len(choice.value) <= MOST_VALUE][:MOST_CHOICES]
        if not choices:
            return None
        element = select(choices, field.initial)
        return {**element, "action_id": f"{FIELD}{field.name}", "placeholder": plain_text(f"Choose: {field.label}")}
    if field.entry is Entry.TEXT:  # it can be typed in forms alone
        return None
    kind, begin = {
        Entry.DATE: ("datepicker", "initial_date"),
        Entry.TIME: ("timepicker", "initial_time"),
    }[field.entry]
    element = {"type": kind, "action_id": f"{FIELD}{field.name}", "placeholder": plain_text(f"Choose: {field.label}")}
    return {**element, begin: field.initial} if field.initial else element


def _button(card: Card, number: int, button: Button) -> Block:
    made: Block = {
        "type": "button",
        "action_id": f"{PRESS}{card.name}:{card.version}:{number}",
        "text": plain_text(button.label, MOST_LABEL),
    }
    if button.primary or button.danger:
        made["style"] = "primary" if button.primary else "danger"
    return made


def pressed(action_id: str) -> Pressed | None:
    """Return which button an action id is of; None where it is of none."""
    match = _PRESSED.fullmatch(action_id)
    return Pressed(match[1], match[2], int(match[3])) if match else None


def picks(state: Mapping[str, Any]) -> dict[str, str]:
    """Return what is picked on a card, by the names of its fields.

    Args:
        state: ``state.values`` of what was pressed: block id → action id → element.
    """
    found = {}
    for actions in state.values():
        for action, element in actions.items():
            if action.startswith(FIELD):
                option = element.get("selected_option") or {}
                value = option.get("value") or element.get("selected_date") or element.get("selected_time")
                found[action.removeprefix(FIELD)] = str(value or element.get("value") or "")
    return found


def with_picks(card: Card, picked: Mapping[str, str]) -> Card:
    """Return a card that shows what somebody picked on it and did not save."""
    fields: Sequence[Field] = [replace(field, initial=picked.get(field.name, field.initial)) for field in card.fields]
    return replace(card, fields=tuple(fields))
