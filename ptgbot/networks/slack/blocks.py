"""A Panel or a Form as Block Kit, and what was filled in back again.

https://docs.slack.dev/reference/block-kit has the shapes and the limits.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ptgbot.core.panels import Button, Choice, Field, Form, Panel, Section

__all__ = [
    "COMMAND",
    "FORM",
    "MOST_HEADER",
    "MOST_LABEL",
    "MOST_VALUE",
    "Block",
    "error",
    "home",
    "modal",
    "paragraphs",
    "plain_text",
    "said",
    "select",
    "told",
    "values",
]

COMMAND = "command"  # what the action ids of buttons begin with that give a command
FORM = "form:"  # of those that open a form, and the callback ids of forms; its name follows

MOST_BLOCKS = 100  # of a view
MOST_BYTES = 250_000  # of a view
MOST_HEADER = 150
MOST_SECTION = 3000
MOST_BUTTONS = 25
MOST_LABEL = 75
MOST_TITLE = 24
MOST_OPTIONS = 100  # of a list, or of each of its groups
MOST_GROUPS = 100
MOST_VALUE = 150  # of an option

_SPARE = 10_000  # bytes of a view for all but its long parts

_LINK = re.compile(r"""https?://[^\s<>"]*[^\s<>"'.,;:!?)\]}]""")

Block = dict[str, Any]


def said(text: str) -> list[Block]:
    """Return a text as blocks that show just that: no ``*``, ``_`` or ``~`` in it formats anything, links are links."""
    elements: list[Block] = []
    done = 0
    for link in _LINK.finditer(text):
        elements += [{"type": "text", "text": text[done : link.start()]}, {"type": "link", "url": link[0]}]
        done = link.end()
    elements.append({"type": "text", "text": text[done:]})
    kept = [element for element in elements if element.get("url") or element["text"]]
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": kept}]}]


def home(panel: Panel) -> Block:
    """Return a panel as the view of an App Home."""
    blocks = [block for number, section in enumerate(panel.sections) for block in _section(number, section)]
    count = _fitting(blocks, MOST_BYTES - _SPARE)
    if count < len(blocks) or count > MOST_BLOCKS:
        count = min(count, MOST_BLOCKS - 1)
        left = f"… {len(blocks) - count} more parts do not fit here."
        blocks = [*blocks[:count], {"type": "context", "elements": [plain_text(left)]}]
    return {"type": "home", "blocks": blocks}


def _fitting(parts: Iterable[Block], room: int) -> int:
    """Return how many parts of a view have room in so many bytes."""
    count = 0
    for count, part in enumerate(parts, start=1):
        room -= len(json.dumps(part)) + 2
        if room < 0:
            return count - 1
    return count


def _section(number: int, section: Section) -> Iterator[Block]:
    if number:
        yield {"type": "divider"}
    yield {"type": "header", "text": plain_text(section.heading, MOST_HEADER)}
    for text in paragraphs(section.lines):
        yield {"type": "section", "text": plain_text(text)}
    if section.buttons:
        buttons = [_button(f"{number}-{place}", button) for place, button in enumerate(section.buttons[:MOST_BUTTONS])]
        yield {"type": "actions", "block_id": f"actions-{number}", "elements": buttons}


def paragraphs(lines: Sequence[str], most: int = MOST_SECTION) -> Iterator[str]:
    """Yield lines joined into as few texts as can hold them.

    Args:
        lines: The lines.
        most: The characters of a text.
    """
    text = ""
    for line in filter(str.strip, lines):
        shown = _cut(line, most)
        if text and len(text) + 1 + len(shown) > most:
            yield text
            text = ""
        text = f"{text}\n{shown}" if text else shown
    if text:
        yield text


def _button(place: str, button: Button) -> Block:
    made: Block = {
        "type": "button",
        "action_id": f"{FORM}{button.form}:{place}" if button.form else f"{COMMAND}:{place}",
        "text": plain_text(button.label, MOST_LABEL),
    }
    if button.command:
        made["value"] = button.command
    if button.primary or button.danger:
        made["style"] = "primary" if button.primary else "danger"
    return made


def modal(form: Form) -> Block:
    """Return a form as the view of a modal."""
    lists = sum(bool(field.choices) for field in form.fields)
    room = (MOST_BYTES - _SPARE - 6 * MOST_SECTION * (len(form.fields) - lists)) // max(lists, 1)
    return {
        "type": "modal",
        "callback_id": f"{FORM}{form.name}",
        "title": plain_text(form.title, MOST_TITLE),
        "submit": plain_text(form.submit, MOST_TITLE),
        "close": plain_text("Cancel"),
        "blocks": [_input(field, room) for field in form.fields],
    }


def told(title: str, text: str) -> Block:
    """Return an answer as the view that stands in place of the form that it answers."""
    return {
        "type": "modal",
        "title": plain_text(title, MOST_TITLE),
        "close": plain_text("Close"),
        "blocks": [{"type": "section", "text": plain_text(text)}],
    }


def _input(field: Field, room: int) -> Block:
    """Return a field; its list as far as it has room in so many bytes."""
    choices = [choice for choice in field.choices if len(choice.value) <= MOST_VALUE]
    choices = choices[: _fitting(map(_option, choices), room)]
    element = select(choices, field.initial) if choices else _text_field(field)
    block: Block = {"type": "input", "block_id": field.name, "label": plain_text(field.label), "element": element}
    if field.optional:
        block["optional"] = True
    left = f"{len(field.choices) - len(choices)} more do not fit here; type the command for those."
    hints = [field.hint] * bool(field.hint) + [left] * (len(choices) < len(field.choices))
    if hints:
        block["hint"] = plain_text(" ".join(hints))
    return block


def _text_field(field: Field) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": "value", "max_length": MOST_SECTION}
    if field.initial:
        element["initial_value"] = field.initial[:MOST_SECTION]
    return element


def select(choices: Sequence[Choice], picked: str) -> Block:
    """Return a list to pick from; with more options than one list can have it has groups.

    Args:
        choices: What can be picked: at least one.
        picked: The value of what is picked already.
    """
    element: Block = {"type": "static_select", "action_id": "value", "placeholder": plain_text("Pick one")}
    groups = list(_groups(choices))
    if len(groups) == 1:
        element["options"] = [_option(choice) for choice in groups[0][1]]
    else:
        element["option_groups"] = [
            {"label": plain_text(label, MOST_LABEL), "options": [_option(choice) for choice in choices]}
            for label, choices in groups[:MOST_GROUPS]
        ]
    initial = next((choice for choice in choices if choice.value == picked), None)
    if initial is not None:
        element["initial_option"] = _option(initial)
    return element


def _groups(choices: Sequence[Choice]) -> Iterator[tuple[str, Sequence[Choice]]]:
    """Yield choices by their groups; a group with more than a list can hold becomes several."""
    names = list(dict.fromkeys(choice.group for choice in choices))
    for name in names:
        members = [choice for choice in choices if choice.group == name]
        for start in range(0, len(members), MOST_OPTIONS):
            part = members[start : start + MOST_OPTIONS]
            span = f"{part[0].label} – {part[-1].label}"
            yield (name if name and len(members) <= MOST_OPTIONS else f"{name} {span}".strip()), part


def _option(choice: Choice) -> Block:
    return {"text": plain_text(choice.label, MOST_LABEL), "value": choice.value}


def values(state: Mapping[str, Any]) -> dict[str, str]:
    """Return what was filled in, by the names of the fields.

    Args:
        state: ``view.state.values`` of a submission: block id → action id → element.
    """
    found = {}
    for name, actions in state.items():
        element = actions.get("value") or {}
        picked = element.get("selected_option") or {}
        found[name] = str(picked.get("value") or element.get("value") or "")
    return found


def error(form: Form, text: str) -> dict[str, str]:
    """Return an error as Slack shows it in a form: below its last free text, where most mistakes are made."""
    free = [field.name for field in form.fields if not field.choices]
    return {(free or [form.fields[-1].name])[-1]: _cut(text, 1000)}


def plain_text(text: str, most: int = MOST_SECTION) -> Block:
    """Return a text in which nothing formats anything, cut where it is too long."""
    return {"type": "plain_text", "text": _cut(text, most) or "…", "emoji": False}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
