"""Configurations for tests: the original's, and what is made of it."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ptgbot.config import Config, ConfigError, load

__all__ = ["ORIGINAL", "SECRET", "loaded", "problems", "write"]

SECRET = "correct-horse-battery"

# The shape that the original's users have.
ORIGINAL = {
    "irc_nick": "mybot",
    "irc_pass": SECRET,
    "irc_server": "irc.oftc.net",
    "irc_port": 6697,
    "irc_channel": "#CHANNEL",
    "db_filename": "ptg.json",
}


def write(content: object, name: str = "etc/config.json") -> Path:
    path = Path(name).absolute()
    path.parent.mkdir(exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def loaded(keys: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Return the original's configuration with some keys on top, which has to load without a warning."""
    config, warnings = load(write({**ORIGINAL, **(keys or {})}), environ or {})
    assert warnings == []
    return config


def problems(content: object, environ: Mapping[str, str] | None = None) -> list[str]:
    path = write(content)
    with pytest.raises(ConfigError) as caught:
        load(path, environ or {})
    assert str(caught.value) == "; ".join(caught.value.problems)
    return [line.replace(str(path), "config.json") for line in caught.value.problems]
