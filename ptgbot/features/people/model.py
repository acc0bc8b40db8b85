"""Whether tracks' commands are for everybody or for those with voice, and which documents are whose."""

from dataclasses import dataclass

from ptgbot.core.commands import Command, Door
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.identity import Actor, Identity, Role

__all__ = ["ACCESS", "Access", "keys_of", "nick_identity", "required_role", "voice_required"]


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


def nick_identity(network: str, nick: str) -> Identity:
    """Return the identity of whoever has a nick, where nobody vouches for more and the network's case is unknown."""
    return Identity(network, nick.lower(), verified=False)


def keys_of(actor: Actor) -> tuple[str, ...]:
    """Return the keys of the documents that are somebody's: their identity's, then their nick's.

    What a file brought, or what somebody said before they logged in, is under the nick. It belongs to whoever has the
    nick, with an account or without; what is under an account belongs to nobody but that account.
    """
    network = actor.identity.network
    folded = Identity(network, actor.nick or actor.name.lower())
    return tuple(dict.fromkeys((actor.identity.key, folded.key, nick_identity(network, actor.name).key)))
