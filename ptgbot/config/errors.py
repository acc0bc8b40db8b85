"""What is wrong with a configuration, in words."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ptgbot.config.checks import Misfits
from ptgbot.config.values.text import plain

__all__ = ["ConfigError", "in_our_words"]


class ConfigError(Exception):
    """A configuration that cannot be used.

    Args:
        problems: What is wrong, a line each, beginning with the key that it is about. No line shows a secret.
        warnings: What is odd besides, and may explain it: a key that is misspelt is missing under its name.
    """

    def __init__(self, problems: list[str], warnings: Sequence[str] = ()) -> None:
        self.warnings = [plain(warning) for warning in warnings]
        self.problems = [plain(problem) for problem in problems]
        super().__init__("; ".join(self.problems))


def in_our_words(error: Mapping[str, Any], broken: Collection[str]) -> list[str]:
    """Return what one of pydantic's errors means.

    Args:
        error: As ``ValidationError.errors`` has it.
        broken: The keys of which it is said already what is wrong. What follows from that is left out.

    Returns:
        The lines, each beginning with the key that it is about.
    """
    said = error.get("ctx", {}).get("error", error["msg"])
    if isinstance(said, Misfits):
        return [line for line in said.lines if not any(key in line for key in broken)]
    key = ".".join(map(str, error["loc"]))
    if key in broken:
        return []
    if error["type"] == "missing":
        return [f"{key}: is missing"]
    return [f"{key}: {said}" if key else str(said)]
