"""How posts about open spaces are read: out of a file in which nothing else has to be right."""

from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel

from ptgbot.config.errors import ConfigError
from ptgbot.config.files import Gathered, read_json
from ptgbot.config.loading import checked
from ptgbot.config.model import FIELDS, MODEL
from ptgbot.config.sections.event import EventKeys
from ptgbot.config.sections.openspaces import OpenSpaceKeys, rules_of
from ptgbot.features.openspaces.rules import Rules

__all__ = ["open_space_rules"]

ZONE = "event.timezone"


class _Keys(OpenSpaceKeys, EventKeys, BaseModel):
    model_config = MODEL


def open_space_rules(path: Path, warn: Callable[[str], None] = lambda text: None) -> Rules:
    """Return how posts about open spaces are read.

    Only the keys of ``openspaces`` and ``event.timezone`` count, and each may be left out; any other one may be
    missing or wrong. The environment is not asked.

    Args:
        path: The JSON file of a configuration.
        warn: Is told of each key of ``openspaces`` that there is not.

    Raises:
        ConfigError: With every problem that was found in those keys.
    """
    gathered = Gathered({key: field for key, field in FIELDS.items() if key == ZONE or key.startswith("openspaces.")})
    gathered.read_object(read_json(path), "", f"{path}")
    gathered.read_files({})
    gathered.problems = [line for line in gathered.problems if line.startswith(("openspaces", "event:", ZONE))]
    for warning in gathered.warnings:
        if warning.startswith("openspaces."):
            warn(warning)
    keys = checked(_Keys, gathered)
    try:
        return rules_of(keys, keys.event_timezone)
    except ValueError as error:
        raise ConfigError([str(error)]) from None
