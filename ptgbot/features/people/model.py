"""Whether tracks' commands are for everybody or for those with voice, and whose a person's document is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Command, Door
from ptgbot.core.documents import Document, Table, View, Visibility
from ptgbot.core.identity import Actor, Role, account_of, keys_of

__all__ = [
    "ACCESS",
    "Access",
    "Owned",
    "disown",
    "holdings",
    "is_stranger",
    "own",
    "required_role",
    "voice_required",
]


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


class Owned(Document, Protocol):
    """A document that each person has one of, under the key of their identity."""

    @property
    def identity(self) -> str:
        """The key of the identity that it belongs to."""
        ...


P = TypeVar("P", bound=Owned)


def holdings(view: View, table: Table[P], actor: Actor) -> tuple[P, ...]:
    """Return what somebody has in a table: their identity's document first, then what is under their nick.

    Somebody who logs in has not lost what they said before, and so has one of each for a while.
    """
    return tuple(found for key in keys_of(actor) if (found := view.get(table, key)) is not None)


def own(draft: Draft, table: Table[P], document: P, actor: Actor) -> None:
    """Give somebody the one document that they have in a table from now on; what was under their nick goes.

    Args:
        draft: The Change in the making.
        table: The table.
        document: The document, under the key of their identity.
        actor: Who.
    """
    disown(draft, table, actor)
    draft.put(table, document)


def disown(draft: Draft, table: Table[P], actor: Actor) -> None:
    """Remove what somebody has in a table."""
    for key in keys_of(actor):
        draft.remove(table, key)


def is_stranger(view: View, key: str, tables: Iterable[Table[Any]]) -> bool:
    """Return whether the network vouches for others and not for this identity.

    Networks without accounts are told by nobody whom they vouch for being known; there a nick is nothing remarkable.

    Args:
        view: The whole state.
        key: The identity's key.
        tables: Tables of what people have, with an index ``vouched`` by ``core.identity.vouched_network``.
    """
    network = key.partition("/")[0]
    return not account_of(key) and any(view.where(table, "vouched", network) for table in tables)
