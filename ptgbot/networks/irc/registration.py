"""What is said before the bot is somebody on a server: capabilities, a nick, and the answers of NickServ."""

import re
import secrets
from collections.abc import Sequence

__all__ = ["Capabilities", "NickChoice", "is_login_answer", "user_name"]

WANTED = frozenset(
    {
        "account-notify",
        "account-tag",
        "extended-join",
        "message-tags",
        "multi-prefix",
        "server-time",
        "userhost-in-names",
    }
)
SHORTEST_LIMIT = 9  # the limit of RFC 2812, which some servers still have

_LOGIN_ANSWER = re.compile(
    r"\b(now|already|been|successfully) (identified|recogni[sz]ed|logged in)\b|\baccepted\b"
    r"|\b(invalid|incorrect|wrong|denied|failed|failure)\b|\b(is not|isn['’]t|not) (a )?registered\b|\bno such\b",
    re.IGNORECASE,
)


class Capabilities:
    """The capability negotiation: what the server says goes in, what to answer comes out."""

    def __init__(self) -> None:
        self.active: set[str] = set()
        self.settled = False
        self._offered: set[str] = set()
        self._waiting = 0

    def receive(self, params: Sequence[str]) -> list[str]:
        """Take in the parameters of a CAP line.

        Returns:
            The lines to send.
        """
        if len(params) < 3:
            return []
        verb = params[1].upper()
        names = {name.partition("=")[0] for name in params[-1].split()}
        if verb == "LS":
            self._offered |= names
            more_follows = len(params) > 3 and params[2] == "*"
            return [] if more_follows else self._request(self._offered & WANTED)
        if verb == "NEW":
            return self._request(names & WANTED - self.active)
        if verb == "DEL":
            self.active -= names
            return []
        if verb == "ACK":
            self.active = (self.active | names) - {name.removeprefix("-") for name in names if name.startswith("-")}
            self.active -= {name for name in names if name.startswith("-")}
            return self._answered()
        if verb == "NAK":
            # All or nothing: one that is refused must not cost us the others.
            single = sorted(names) if len(names) > 1 else []
            self._waiting += len(single)
            return [f"CAP REQ :{name}" for name in single] + self._answered()
        return []

    def _request(self, names: set[str]) -> list[str]:
        if not names:
            return self._end() if not self._waiting else []
        self._waiting += 1
        return ["CAP REQ :" + " ".join(sorted(names))]

    def _answered(self) -> list[str]:
        self._waiting = max(0, self._waiting - 1)
        return [] if self._waiting else self._end()

    def _end(self) -> list[str]:
        if self.settled:
            return []
        self.settled = True
        return ["CAP END"]

    def give_up(self) -> list[str]:
        """Go on without an answer that does not come.

        Returns:
            The lines to send.
        """
        return self._end()


class NickChoice:
    """The nicks to try when the one wanted is not to be had.

    Args:
        wanted: The nick that the bot wants.
    """

    def __init__(self, wanted: str) -> None:
        self._base = wanted
        self._underscores = 0
        self._limited = False

    def after_in_use(self) -> str:
        """Return the nick to try after one that somebody has."""
        self._underscores += 1
        if self._underscores > 3:
            # A server that cuts long nicks silently would find the underscores' nick in use for ever.
            return f"{self._base[: SHORTEST_LIMIT - 4]}{secrets.randbelow(10_000):04}"
        if self._limited:
            return self._base[: SHORTEST_LIMIT - self._underscores] + "_" * self._underscores
        return self._base + "_" * self._underscores

    def after_refused(self) -> str:
        """Return the nick to try after one that the server does not accept: too long, or not to its taste."""
        if not self._limited and len(self._base) > SHORTEST_LIMIT:
            self._limited = True
            self._base = self._base[:SHORTEST_LIMIT]
            return self._base
        self._limited = True
        self._base = "ptg"
        return f"ptg{secrets.randbelow(10_000):04}"


def user_name(nick: str) -> str:
    """Return a user name that every server accepts."""
    return re.sub("[^A-Za-z0-9]", "", nick)[:9] or "ptgbot"


def is_login_answer(notice: str) -> bool:
    """Tell whether a notice from NickServ answers our login, rather than asking for one."""
    return _LOGIN_ANSWER.search(notice) is not None
