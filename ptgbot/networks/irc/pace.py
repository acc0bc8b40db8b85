"""How fast lines may go out: as configured, and slower for a while after the server complained, or lagged behind."""

import re
import time
from collections.abc import Callable

__all__ = ["Pace", "is_complaint"]

SLOWEST = 5.0  # seconds between lines; slower helps nobody
FASTEST_DOUBLED = 0.25  # seconds: what an interval of nothing counts as when it is to be doubled
QUIET = 300.0  # seconds without a complaint after which the interval is halved, step by step
ONE_COMPLAINT = 5.0  # seconds: what comes together is about the same lines
LAG = 0.4  # seconds that a server takes longer than it can: then it holds us up
LAGS = 2  # lines in a row that have to lag: a packet that is lost holds up one
KEPT_UP = 60.0  # seconds without lag after which the interval is halved

_COMPLAINT = re.compile(r"flood|throttl|too fast|too quickly|slow(ing)? down|\+f\b", re.IGNORECASE)


class _Slower:
    """An interval that is doubled again and again, and comes back step by step when there is quiet.

    Args:
        interval: The shortest one, in seconds.
        quiet: The seconds of quiet after which it is halved.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, interval: float, quiet: float, monotonic: Callable[[], float]) -> None:
        self._least = interval
        self._quiet = quiet
        self._monotonic = monotonic
        self._slow = 0.0
        self._since = float("-inf")

    @property
    def interval(self) -> float:
        """The interval at the moment."""
        if not self._slow:
            return self._least
        quiet = int((self._monotonic() - self._since) / self._quiet)
        slow = self._slow / 2.0 ** min(quiet, 30)
        if slow <= max(self._least, FASTEST_DOUBLED):
            self._slow = 0.0
            return self._least
        return slow

    def double(self) -> bool:
        """Double it; return whether it was not just done for the same reason."""
        now = self._monotonic()
        if now - self._since < ONE_COMPLAINT:
            return False
        # More than SLOWEST only where it was configured.
        self._slow = min(max(self.interval, FASTEST_DOUBLED) * 2, max(SLOWEST, self._least))
        self._since = now
        return True


class Pace:
    """The pace of a network, kept over its connections.

    Args:
        burst: How many lines may go out at once.
        interval: Seconds between lines after the burst.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, burst: int, interval: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._interval = interval
        self._complaints = _Slower(interval, QUIET, monotonic)
        self._lags = _Slower(interval, KEPT_UP, monotonic)
        self._lagged = 0

    @property
    def interval(self) -> float:
        """Seconds between lines, at the moment."""
        return max(self._complaints.interval, self._lags.interval)

    @property
    def burst(self) -> int:
        """How many lines may go out at once, at the moment."""
        if self._complaints.interval > self._interval:
            return 1
        return self._burst if self._lags.interval == self._interval else min(self._burst, 2)

    def complained(self) -> bool:
        """The server found us too fast.

        Returns:
            Whether that is news: complaints within a few seconds are one.
        """
        return self._complaints.double()

    def lagged(self, seconds: float) -> bool:
        """The server did a line, and by so much later than it can.

        Returns:
            Whether the pace is slower from now on.
        """
        self._lagged = self._lagged + 1 if seconds > LAG else 0
        return self._lagged >= LAGS and self._lags.double()


def is_complaint(text: str) -> bool:
    """Tell whether a server's text says that we send too much."""
    return _COMPLAINT.search(text) is not None
