"""Every setting, as the documentation shows it."""

import json
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from ptgbot.config.model import FIELDS

__all__ = ["Setting", "settings_reference"]


class Setting(NamedTuple):
    """A setting as the documentation shows it."""

    key: str
    kind: str
    meaning: str


def settings_reference() -> list[Setting]:
    """Return every setting in order: its key, its kind and default, its meaning."""
    return [
        Setting(key, f"{_kind(field)}; {_default(field)}", field.description or "") for key, field in FIELDS.items()
    ]


def _kind(field: FieldInfo) -> str:
    return next(item for item in field.metadata if isinstance(item, str))


def _default(field: FieldInfo) -> str:
    if isinstance(field.json_schema_extra, dict):
        return str(field.json_schema_extra["default"])
    if field.is_required():
        return "required"
    if field.default in ("", None, (), SecretStr("")):
        return "none"
    return f"`{field.default if isinstance(field.default, str | Path | ZoneInfo) else json.dumps(field.default)}`"
