"""Who somebody is on a network, and what they may do there at this moment."""

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["Actor", "Identity", "Role", "account_of", "keys_of", "nick_identity", "vouched_network"]


class Role(IntEnum):
    """What somebody may do; each role may do all that the ones before it may."""

    ATTENDEE = 0
    MODERATOR = 1
    ORGANISER = 2


@dataclass(frozen=True, slots=True)
class Identity:
    """One account on one network.

    Args:
        network: The network's name, such as ``irc``.
        account: The account that the network vouches for; where it vouches for none, the nick, folded by its rules.
        verified: Whether the network vouches for it.
    """

    network: str
    account: str
    verified: bool = False

    @property
    def key(self) -> str:
        """The text under which documents name this identity.

        A nick carries a ``~``, so that whoever takes the nick of an account is not that account; an account that
        begins like that is told apart by a ``=``.
        """
        mark = "~" if not self.verified else "=" if self.account[:1] in ("~", "=") else ""
        return f"{self.network}/{mark}{self.account}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who speaks.

    Args:
        identity: Who they are.
        name: Their name for people to read.
        role: What they may do where and when they spoke.
        nick: Their nick as the network folds it; empty where that is their name in lower case; None on a network
            without nicks, where anybody may call themselves what they like.
    """

    identity: Identity
    name: str
    role: Role = Role.ATTENDEE
    nick: str | None = ""


def account_of(key: str) -> str:
    """Return the account that an identity's key names; empty where the network vouched for none."""
    account = key.partition("/")[2]
    return "" if account.startswith("~") else account.removeprefix("=")


def vouched_network(key: str) -> str | None:
    """Return the network of an identity's key if the network vouched for it, for the indexes of tables."""
    return key.partition("/")[0] if account_of(key) else None


def nick_identity(network: str, nick: str) -> Identity:
    """Return the identity of whoever has a nick, where nobody vouches for more and the network's case is unknown."""
    return Identity(network, nick.lower(), verified=False)


def keys_of(actor: Actor) -> tuple[str, ...]:
    """Return the keys of the documents that are somebody's: their identity's, then their nick's.

    What a file brought, or what somebody said before they logged in, is under the nick. It belongs to whoever has the
    nick, with an account or without; what is under an account belongs to nobody but that account. A name that is no
    nick gives nobody anything.
    """
    if actor.nick is None:
        return (actor.identity.key,)
    network = actor.identity.network
    folded = Identity(network, actor.nick or actor.name.lower())
    return tuple(dict.fromkeys((actor.identity.key, folded.key, nick_identity(network, actor.name).key)))
