"""Rooms, with the other names that people have for them."""

from ptgbot.config.values.text import as_text, from_json, items, shown
from ptgbot.features.openspaces.rules import Room

__all__ = ["rooms"]


def rooms(value: object) -> tuple[Room, ...]:
    """Read a list of rooms, or none: each a name, or an object with ``name`` and perhaps ``aliases``.

    Text is a JSON list, or names with commas.
    """
    value = from_json(value)
    if isinstance(value, str):
        value = [name for name in value.split(",") if name.strip()]
    if not isinstance(value, list | tuple):
        raise ValueError(f"must be a list of rooms, and is {shown(value)}")
    return tuple(dict.fromkeys(_room(item) for item in value))


def _room(value: object) -> Room:
    if isinstance(value, Room):
        return value
    if not isinstance(value, dict):
        return Room(_name(value))
    if odd := sorted(value.keys() - {"name", "aliases"}):
        raise ValueError(f"a room has name and aliases, and no {shown(odd[0])}")
    if "name" not in value:
        raise ValueError("a room has no name")
    return Room(_name(value["name"]), items(value.get("aliases") or (), _name, may_be_empty=True))


def _name(value: object) -> str:
    name = " ".join(as_text(value).split())
    if not name:
        raise ValueError("the name of a room is empty")
    return name
