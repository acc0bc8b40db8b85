"""Messages of the day, in order."""

from dataclasses import dataclass

from ptgbot.core.documents import Table, View, Visibility

__all__ = ["LEVELS", "MOTD", "Motd", "Notice", "notices"]

LEVELS = ("info", "success", "warning", "danger")


@dataclass(frozen=True, slots=True)
class Notice:
    """One message of the day.

    Args:
        level: How much it matters, one of LEVELS.
        text: The message.
    """

    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Motd:
    """All messages of the day, in order."""

    notices: tuple[Notice, ...]

    @property
    def key(self) -> str:
        """There is one."""
        return "motd"


MOTD = Table("motd", Motd, Visibility.PUBLIC)


def notices(view: View) -> tuple[Notice, ...]:
    """Return the messages of the day, in order."""
    motd = view.get(MOTD, "motd")
    return motd.notices if motd else ()
