"""The capability negotiation (https://ircv3.net/specs/extensions/capability-negotiation)."""

import asyncio
from collections.abc import Iterable, Sequence

__all__ = ["WANTED", "Capabilities"]

WANTED = frozenset(
    {
        "account-notify",
        "account-tag",
        "cap-notify",
        "chghost",
        "echo-message",
        "extended-join",
        "message-tags",
        "multi-prefix",
        "server-time",
        "setname",
        "userhost-in-names",
    }
)


class Capabilities:
    """The negotiation: what the server says goes in, what to answer comes out.

    ``CAP END`` is not part of it: that is due when a login by SASL is over, too.

    Args:
        wanted: The capabilities to ask for where they are offered.
    """

    def __init__(self, wanted: Iterable[str] = WANTED) -> None:
        self.active: set[str] = set()
        self.values: dict[str, str] = {}
        self.settled = asyncio.Event()
        self.known = True
        self._wanted = frozenset(wanted)
        self._offered: set[str] = set()
        self._asked: list[set[str]] = []

    def receive(self, params: Sequence[str]) -> list[str]:
        """Take in the parameters of a CAP line.

        Returns:
            The lines to send.
        """
        if len(params) < 3:
            return []
        verb = params[1].upper()
        words = params[-1].split()
        names = {word.partition("=")[0] for word in words}
        if verb in ("LS", "NEW"):
            told = (word.partition("=") for word in words)
            self.values |= {name: value for name, _, value in told if name in self._wanted}
        if verb == "LS":
            self._offered |= names & self._wanted
            more_follows = len(params) > 3 and params[2] == "*"
            if more_follows:
                return []
            offered, self._offered = self._offered, set()
            return self._request(offered - self.active)
        if verb == "NEW":
            return self._request((names & self._wanted) - self.active)
        if verb == "DEL":
            self.active -= names
            return []
        if verb == "ACK":
            taken = {name[1:] for name in names if name.startswith("-")}
            self.active = (self.active | (names & self._wanted)) - taken
            self._asked = [left for asked in self._asked if (left := asked - names)]
            return self._request(set())
        if verb == "NAK" and self._asked:
            # All or nothing, and in order: one that is refused must not cost us the others.
            refused = self._asked.pop(0)
            single = sorted(refused) if len(refused) > 1 else []
            return [line for name in single for line in self._request({name})] + self._request(set())
        return []

    def _request(self, names: set[str]) -> list[str]:
        if names:
            self._asked.append(names)
            return ["CAP REQ :" + " ".join(sorted(names))]
        if not self._asked:
            self.settled.set()
        return []

    @property
    def asking(self) -> bool:
        """Whether the server has not answered all that was asked for."""
        return bool(self._asked)

    def unknown(self) -> None:
        """The server does not know of capabilities."""
        self.known = False
        self.settled.set()
