"""Who somebody is on a network, and what they may do there at this moment."""

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["Actor", "Identity", "Role"]


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

        A nick carries a ``~``, so that whoever takes the nick of an account is not that account.
        """
        return f"{self.network}/{'' if self.verified else '~'}{self.account}"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who speaks.

    Args:
        identity: Who they are.
        name: Their name for people to read.
        role: What they may do where and when they spoke.
        nick: Their nick as the network folds it; empty where that is their name in lower case.
    """

    identity: Identity
    name: str
    role: Role = Role.ATTENDEE
    nick: str = ""
