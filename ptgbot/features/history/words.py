"""What an entry did, in words: for the log and the page."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from ptgbot.core.changes import Edit
from ptgbot.core.documents import Table
from ptgbot.features.history.model import Entry, public_edits
from ptgbot.features.history.undo import describe
from ptgbot.features.topics.model import Now

__all__ = ["differences", "summary"]

_HIDDEN = frozenset({"id", "revision", "changed", "position"})  # of no use to people
_MOST = 4


def _shown(value: Any) -> str:
    if isinstance(value, Now):
        return value.text
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)
    if value is None or value == "":
        return "nothing"
    return str(value)


def differences(edit: Edit) -> list[tuple[str, str, str]]:
    """Return the fields that an edit altered: name, before and after."""
    before, after = edit.before, edit.after
    if before is None or after is None:
        return []
    return [
        (field.name, _shown(getattr(before, field.name)), _shown(getattr(after, field.name)))
        for field in fields(before)
        if field.name not in _HIDDEN and getattr(before, field.name) != getattr(after, field.name)
    ]


def _edit(edit: Edit) -> str:
    name = describe(edit)
    if edit.before is None:
        return f"{name}: new"
    if edit.after is None:
        return f"{name}: removed"
    return f"{name}: " + "; ".join(f"{field} {before} → {after}" for field, before, after in differences(edit))


def summary(entry: Entry, tables: Mapping[str, Table[Any]]) -> str:
    """Return what an entry did to documents that everybody can see, in a line."""
    edits = public_edits(entry, tables)
    more = f", and {len(edits) - _MOST} more" if len(edits) > _MOST else ""
    return ("; ".join(_edit(edit) for edit in edits[:_MOST]) + more) or "nothing that everybody can see"
