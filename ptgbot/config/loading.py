"""Reading a configuration and checking all of it at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ptgbot.config.doubts import doubts
from ptgbot.config.errors import ConfigError, in_our_words
from ptgbot.config.files import Gathered, read_json
from ptgbot.config.model import FIELDS, Config
from ptgbot.config.sections import irc
from ptgbot.config.values.text import plain

__all__ = ["checked", "load"]

Model = TypeVar("Model", bound=BaseModel)


def load(path: Path, environ: Mapping[str, str]) -> tuple[Config, list[str]]:
    """Read a configuration.

    A value comes from the environment (``PTGBOT_IRC_PASS``; two underscores stand for a dot), else from a file that
    ``PTGBOT_IRC_PASS_FILE`` or the key ``irc_pass_file`` names, else from the key ``irc_pass``.

    Args:
        path: The JSON file.
        environ: The environment.

    Returns:
        The configuration, and warnings that do not stop anything.

    Raises:
        ConfigError: With every problem that was found.
    """
    gathered = Gathered(FIELDS)
    gathered.read_object(read_json(path), "", f"{path}")
    gathered.read_files(environ)
    gathered.read_environment(environ)
    if "slack.bot_token" in gathered.broken:
        gathered.broken.update(irc.NEEDED)  # who knows what is needed
    config = checked(Config, gathered)
    config._sources = gathered.sources  # noqa: SLF001 - ours
    return config, [plain(warning) for warning in (*gathered.warnings, *doubts(config, path))]


def checked(model: type[Model], gathered: Gathered) -> Model:
    """Return the values of all sources, checked.

    Args:
        model: What has the settings as its fields.
        gathered: The values.

    Raises:
        ConfigError: With every problem that was found.
    """
    problems = gathered.problems
    try:
        made = model.model_validate(gathered.values)
    except ValidationError as error:
        found = [e for e in error.errors() if e["type"] != "default_factory_not_called"]  # follows from another one
        problems += [line for e in found for line in in_our_words(e, gathered.broken)]
    else:
        if not problems:
            return made
    raise ConfigError(problems, gathered.warnings)
