"""What was not sent: counted by reason, and told to the log in one line for many."""

import logging
from collections import Counter
from collections.abc import Callable
from enum import Enum

__all__ = ["Dropped", "Reason"]

_log = logging.getLogger(__name__)

_PAUSE = 60.0  # seconds between log lines about what goes on being dropped


class Reason(Enum):
    """Why something was not sent."""

    OUTAGE = "the link was down too long"
    UNREACHABLE = "the bot was not let into the channel for too long"
    FULL = "too many were waiting"
    AWAY = "those they were for did not come back in time"
    MANY_AWAY = "too many were kept for people who are away"
    BROKEN = "they could not be sent at all"
    REFUSED = "the network does not take them"
    STOPPED = "the bot was stopped"


class Dropped:
    """Counts what a network's queue did not send.

    Args:
        name: The network's name.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, name: str, monotonic: Callable[[], float]) -> None:
        self.counts: Counter[Reason] = Counter()
        self._name = name
        self._monotonic = monotonic
        self._told: Counter[Reason] = Counter()
        self._told_at = float("-inf")

    def add(self, count: int, reason: Reason) -> None:
        """Count what was dropped."""
        if count:
            self.counts[reason] += count

    def tell(self, *, now: bool = False) -> None:
        """Log what was dropped since the last time, a line for each reason.

        Args:
            now: Whether to log it even if there was such a line within the last minute.
        """
        if self.counts == self._told or not (now or self._monotonic() - self._told_at >= _PAUSE):
            return
        for reason, count in (self.counts - self._told).items():
            if reason not in (Reason.BROKEN, Reason.REFUSED):  # of each of these the log has a line of its own
                # That some people do not come back is no fault of anything.
                level = logging.INFO if reason is Reason.AWAY else logging.WARNING
                _log.log(level, "%d message(s) to %s not sent: %s.", count, self._name, reason.value)
        self._told, self._told_at = self.counts.copy(), self._monotonic()
