"""Check-ins: who is where, since when, and where they were last."""

from dataclasses import dataclass
from datetime import datetime

from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.identity import account_of, vouched_network

__all__ = ["CHECKINS", "CheckIn", "here", "last_check_ins", "nick_key"]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The last check-in of an identity.

    Args:
        identity: Whose.
        nick: What people call them.
        location: Where: ``#track``, or free text.
        since: When they came.
        left: When they left; None while they are there.
    """

    identity: str
    nick: str
    location: str
    since: datetime
    left: datetime | None = None

    @property
    def key(self) -> str:
        """The identity's key."""
        return self.identity


def nick_key(nick: str) -> str:
    """Return a nick in the case by which it is looked up."""
    return nick.lower()


def _track(check_in: CheckIn) -> str | None:
    present = check_in.left is None and check_in.location.startswith("#")
    return check_in.location[1:] if present else None


# Where somebody is, they told everybody; where they were is for those who ask in chat.
CHECKINS = Table(
    "checkins",
    CheckIn,
    Visibility.PUBLIC,
    narrow=lambda c: Visibility.PUBLIC if c.left is None else Visibility.MEMBERS,
    indexes={
        "nick": lambda c: nick_key(c.nick),
        "account": lambda c: nick_key(account_of(c.identity)) or None,
        "track": _track,
        "vouched": lambda c: vouched_network(c.identity),
    },
)


def last_check_ins(view: View, name: str) -> list[CheckIn]:
    """Return the newest check-in of those who are called so, by nick or by account, in any case.

    Where a nick that belongs to somebody with an account was used since by somebody without one, that are two, the
    newest first: which of them is meant, nobody knows but who asks.
    """
    key = nick_key(name)
    found = {**view.where(CHECKINS, "nick", key), **view.where(CHECKINS, "account", key)}.values()
    newest = sorted(found, key=lambda check_in: check_in.since, reverse=True)
    vouched = next((c for c in newest if account_of(c.identity)), None)
    if vouched is None or newest[0] is vouched:
        return newest[:1]
    return [newest[0], vouched]


def here(view: View, track: str) -> list[str]:
    """Return the nicks of those who are checked in to a track, sorted."""
    return sorted((c.nick for c in view.where(CHECKINS, "track", track).values()), key=nick_key)
