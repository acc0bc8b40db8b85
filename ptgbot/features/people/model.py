"""Whether tracks' commands are for everybody or for those with voice."""

from dataclasses import dataclass

from ptgbot.core.commands import Command, Door
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.identity import Role

__all__ = ["ACCESS", "Access", "required_role", "voice_required"]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may speak for tracks.

    Args:
        voice_required: Whether that takes voice.
    """

    voice_required: bool

    @property
    def key(self) -> str:
        """There is one."""
        return "access"


ACCESS = Table("access", Access, Visibility.PUBLIC)


def voice_required(view: View) -> bool:
    """Return whether tracks' commands take voice."""
    access = view.get(ACCESS, "access")
    return access is not None and access.voice_required


def required_role(view: View, command: Command) -> Role:
    """Return the role that somebody needs for a command."""
    if command.door is Door.TRACK and voice_required(view):
        return Role.MODERATOR
    return command.role
