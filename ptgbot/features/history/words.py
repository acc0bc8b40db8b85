"""What an entry did, in words: for the log, the page and the feed.

Documents are read as the JSON that the entry holds, so that entries of older versions can be told of too.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson

from ptgbot.core.commands import quote
from ptgbot.features.history.model import Entry
from ptgbot.features.schedule.model import format_place

__all__ = ["RawEdit", "describe", "differences", "raw_edits", "summary"]

Raw = Mapping[str, Any]

# Of no use to people, or told by the name of the document already.
_HIDDEN = frozenset({"id", "revision", "changed", "position", "since", "imported", "track", "name", "identity"})
_MOST = 4

_NAMES: Mapping[str, Callable[[Raw], str]] = {
    "tracks": lambda d: f"track {d['name']}",
    "rooms": lambda d: f"room {d['name']}",
    "days": lambda d: f"day {d['name']}",
    "bookings": lambda d: f"{d['track']} in {format_place(d['room'], d['slot'])}",
    "topics": lambda d: f"topics of {d['track']}",
    "links": lambda d: f"links of {d['track']}",
    "motd": lambda d: "messages of the day",
    "event": lambda d: "the event's links",
    "access": lambda d: "who may speak for tracks",
    "checkins": lambda d: "a check-in",
    "subscriptions": lambda d: "a subscription",
    "posts": lambda d: f"post p{d['number']}",
    "ignored": lambda d: "whose posts are ignored",
    "openspace_choices": lambda d: "how open spaces are run",
}


class RawEdit(NamedTuple):
    """One document before and after, as JSON values; None where it was not there.

    Args:
        table: The name of its table.
        key: Its key.
        before: The document before.
        after: The document after.
    """

    table: str
    key: str
    before: Raw | None
    after: Raw | None


def raw_edits(text: str) -> list[RawEdit]:
    """Return the edits that an entry or a trace holds."""
    return [RawEdit(*edit) for edit in orjson.loads(text or "[]")]


def describe(edit: RawEdit) -> str:
    """Return how people call the document that an edit is about."""
    document = edit.after or edit.before or {}
    try:
        return _NAMES[edit.table](document)
    except KeyError:  # an older version had other tables, or other fields
        return f"{edit.table} {edit.key}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("text") or value.get("name") or value)
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "nothing"
    return str(value)


def differences(edit: RawEdit) -> list[tuple[str, str, str]]:
    """Return the fields that an edit altered: name, before and after. Of lists, what came and went is told."""
    before, after = edit.before or {}, edit.after or {}
    return [
        (name, *_pair(before.get(name), after.get(name)))
        for name in {**before, **after}
        if name not in _HIDDEN and (before.get(name) or None) != (after.get(name) or None)
    ]


def _pair(before: Any, after: Any) -> tuple[str, str]:
    if isinstance(before, list) and isinstance(after, list):
        return _shown([item for item in before if item not in after]), _shown([i for i in after if i not in before])
    return _shown(before), _shown(after)


def _edit(edit: RawEdit) -> str:
    fields = differences(edit)
    if edit.before is None:
        told = ["new", *(f"{field} {quote(after)}" for field, _, after in fields)]
    elif edit.after is None:
        told = ["removed", *(f"{field} {quote(before)}" for field, before, _ in fields)]
    else:
        told = [f"{field} {quote(before)} → {quote(after)}" for field, before, after in fields]
    return f"{describe(edit)}: {'; '.join(told)}"


def summary(entry: Entry) -> str:
    """Return what an entry did to documents that everybody can see, in a line."""
    edits = raw_edits(entry.edits)
    more = f", and {len(edits) - _MOST} more" if len(edits) > _MOST else ""
    return ("; ".join(_edit(edit) for edit in edits[:_MOST]) + more) or "nothing that everybody can see"
