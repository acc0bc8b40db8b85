"""The facts that a server tells about itself (numeric 005), and the protocol's own where it tells none."""

from collections.abc import Iterable

from ptgbot.core.casemapping import ASCII, RFC1459, STRICT_RFC1459

__all__ = ["ISupport"]

# A mapping that we do not know folds as little as any does: two people must never become one.
_MAPPINGS = {"ascii": ASCII, "strict-rfc1459": STRICT_RFC1459, "rfc1459": RFC1459}

_PREFIX = "(ov)@+"
_CHANMODES = "beI,k,l,imnpst"
_LINELEN = 512
_MOST_TARGETS = 20  # where a server sets no limit, we do

# What is used of what servers tell: the rest is not kept.
_KNOWN = frozenset(
    {
        *("BOT", "CASEMAPPING", "CHANMODES", "LINELEN", "MAXTARGETS", "MONITOR", "NICKLEN", "PREFIX"),
        *("STATUSMSG", "TARGMAX", "WHOX"),
    }
)


class ISupport:
    """What a server supports; every fact has a value before the server has said anything."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}
        self._derive()

    def load(self, tokens: Iterable[str]) -> None:
        """Take over tokens of a 005 line, such as ``PREFIX=(ov)@+``, ``WHOX`` or ``-WHOX``.

        A token that makes no sense is as if it had not been there.
        """
        for token in tokens:
            name, _, value = token.partition("=")
            if name.startswith("-"):
                self._said.pop(name[1:].upper(), None)
            elif name.upper() in _KNOWN:
                self._said[name.upper()] = value
        self._derive()

    def _derive(self) -> None:
        prefix = _read_prefix(self._said.get("PREFIX", _PREFIX))
        if prefix is None:
            prefix = _read_prefix(_PREFIX) or {}
        self.symbols: dict[str, str] = prefix
        self.ranks: dict[str, int] = {mode: rank for rank, mode in enumerate(prefix.values())}
        kinds = self._said.get("CHANMODES", _CHANMODES).split(",")
        if len(kinds) < 4:
            kinds = _CHANMODES.split(",")
        self.lists, self.always, self.when_set = (frozenset(kind) for kind in kinds[:3])
        self._mapping = _MAPPINGS.get(self._said.get("CASEMAPPING", "rfc1459").lower(), ASCII)
        # Never below what every server takes: a server that says so is wrong, and no line would fit.
        self.line_length = max(_LINELEN, _number(self._said.get("LINELEN", "")))

    @property
    def whox(self) -> bool:
        """Whether WHO can be asked for accounts."""
        return "WHOX" in self._said

    @property
    def monitor(self) -> bool:
        """Whether the server tells when a nick comes and goes."""
        return "MONITOR" in self._said

    @property
    def most_monitored(self) -> int:
        """Of how many nicks it tells that; 0 where it sets no limit."""
        return _number(self._said.get("MONITOR", ""))

    @property
    def nick_length(self) -> int:
        """The most characters that a nick may have; 0 where the server does not say."""
        return _number(self._said.get("NICKLEN", ""))

    @property
    def bot_mode(self) -> str:
        """The user mode that marks a bot; empty for none."""
        letter = self._said.get("BOT", "")
        return letter if len(letter) == 1 and letter.isascii() and letter.isalpha() else ""

    @property
    def tells_operators(self) -> bool:
        """Whether a line can go to the operators of a channel alone (STATUSMSG)."""
        return self.symbols.get("@") == "o" and "@" in self._said.get("STATUSMSG", "")

    def targets(self, command: str) -> int:
        """Return to how many targets at once a command may go."""
        limits = dict(item.upper().partition(":")[::2] for item in self._said.get("TARGMAX", "").split(","))
        if command in limits:
            limit = limits[command]
            return _MOST_TARGETS if not limit else min(_number(limit) or 1, _MOST_TARGETS)
        return min(_number(self._said.get("MAXTARGETS", "")) or 1, _MOST_TARGETS)

    def fold(self, name: str) -> str:
        """Return a nick or a channel so that two names of the same one are equal."""
        return name.translate(self._mapping)

    def takes_parameter(self, mode: str, *, adding: bool) -> bool:
        """Tell whether a channel mode letter is followed by a parameter."""
        return mode in self.ranks or mode in self.lists or mode in self.always or (adding and mode in self.when_set)

    def reaches(self, mode: str, least: str) -> bool:
        """Tell whether a member's mode ranks at least as high as another."""
        return mode in self.ranks and least in self.ranks and self.ranks[mode] <= self.ranks[least]


def _read_prefix(value: str) -> dict[str, str] | None:
    """Return symbol → mode, the highest first, or None if the value makes no sense."""
    if not value:
        return {}
    modes, bracket, symbols = value.removeprefix("(").partition(")")
    if not bracket or not value.startswith("(") or len(modes) != len(symbols) or len(set(symbols)) != len(symbols):
        return None
    return dict(zip(symbols, modes, strict=True))


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0
