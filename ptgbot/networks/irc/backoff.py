"""When to connect again: soon after one failure, ever later after many, and later still where we are not welcome."""

import random
from dataclasses import dataclass

from ptgbot.networks.irc.settings import Timing

__all__ = ["Backoff", "End"]

_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class End:
    """How a connection ended, or why there was none.

    Args:
        why: The reason, for the log.
        unwelcome: Whether the server found us too fast, banned us, or refused our login: the same again would do harm.
        lasted: For how many seconds we were registered.
    """

    why: str
    unwelcome: bool = False
    lasted: float = 0.0


class Backoff:
    """Counts failures, and tells how long to wait.

    Args:
        timing: The pauses.
        servers: How many servers there are to try in turn; only when all of them failed does the pause grow.
    """

    def __init__(self, timing: Timing, servers: int = 1) -> None:
        self._timing = timing
        self._servers = servers
        self._longest = max(timing.retry_most, timing.unwelcome, timing.between)
        self._failures = 0
        self._unwelcome = 0

    def after(self, end: End) -> float:
        """Return how many seconds to wait after a connection ended; never less than the pause between servers."""
        self._failures = 0 if end.lasted > self._timing.settled else self._failures + 1
        self._unwelcome = self._unwelcome + 1 if end.unwelcome else 0
        rounds, tried = divmod(self._failures, self._servers)
        pause = self._timing.between if tried else self._grown(self._timing.retry, rounds)
        if end.unwelcome:
            pause = max(pause, self._grown(self._timing.unwelcome, self._unwelcome))
        # Never less than was promised to a server that complains, and not all bots at the same moment.
        return min(pause * _chance.uniform(1.0, 1.3), self._longest)

    def _grown(self, first: float, times: int) -> float:
        return min(first * 2.0 ** min(max(times - 1, 0), 20), self._longest)
