"""What Slack does not take: texts that are too long, too many blocks, ids that are there twice."""

import re
from typing import Any

__all__ = ["MOST_TEXT", "Refusal", "check_blocks", "check_view"]

MOST_TEXT = 40_000
MOST_BLOCKS = 50
_DATE, _TIME = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Refusal(Exception):
    """What Slack answers with ``ok: false``."""


def check_view(view: dict[str, Any]) -> None:
    """Raise Refusal where Slack does not take a view."""
    check_blocks(view.get("blocks", []), 100)
    _check_texts([view.get("title"), view.get("submit"), view.get("close")], 24)


def check_blocks(blocks: Any, most: int = MOST_BLOCKS) -> None:
    """Refuse what Slack refuses: too many blocks, texts that are too long or empty, ids that are there twice."""
    if not isinstance(blocks, list) or len(blocks) > most:
        raise Refusal("invalid_blocks")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        raise Refusal("invalid_blocks")
    for block in blocks:
        limit = {"header": 150, "section": 3000, "context": 2000, "input": 2000}.get(block["type"], 3000)
        texts = [block.get("text"), block.get("label"), block.get("hint"), *block.get("fields", ())]
        if block["type"] == "context":
            texts += block["elements"]
        _check_texts(texts, limit)
        if block["type"] == "actions":
            _check_length(block["elements"], 25)
            _check_elements(block["elements"])
            _check_distinct([element["action_id"] for element in block["elements"]])
        if block["type"] == "input":
            _check_elements([block["element"]])
        if block["type"] == "rich_text":
            parts = [part for section in block["elements"] for part in section["elements"]]
            _check_length(parts, 10_000)
            named = ("text", "url", "channel_id")
            _check_texts([{"text": next((p[name] for name in named if name in p), "")} for p in parts], MOST_TEXT)


def _check_distinct(ids: list[str]) -> None:
    if len(ids) != len(set(ids)):
        raise Refusal("invalid_blocks")


def _check_elements(elements: list[Any]) -> None:
    for element in elements:
        _check_texts([element.get("text")], 75)
        _check_texts([element.get("placeholder")], 150)
        _check_length(element.get("value", "x"), 2000)
        _check_length(element["action_id"], 255)
        initial = (element.get("initial_date", "2000-01-01"), element.get("initial_time", "00:00"))
        if not (_DATE.fullmatch(initial[0]) and _TIME.fullmatch(initial[1])):
            raise Refusal("invalid_blocks")
        if element["type"] == "static_select" and "initial_option" in element:
            groups = element.get("option_groups") or [{"options": element["options"]}]
            if element["initial_option"] not in [option for group in groups for option in group["options"]]:
                raise Refusal("invalid_blocks")
        for group in element.get("option_groups", [{"options": element["options"]}] if "options" in element else []):
            _check_texts([group.get("label")], 75)
            _check_length(group["options"], 100)
            for option in group["options"]:
                _check_texts([option["text"]], 75)
                _check_length(option["value"], 150)
        _check_length(element.get("option_groups", "x"), 100)


def _check_texts(texts: list[Any], most: int) -> None:
    for text in texts:
        if text is not None:
            _check_length(text["text"], most)


def _check_length(something: Any, most: int) -> None:
    if not 0 < len(something) <= most:
        raise Refusal("invalid_blocks")
