"""The pace of a network: so many lines at once, then one in each interval."""

from collections.abc import Callable

from ptgbot.core.protocols import Network

__all__ = ["Bucket"]

_LONGEST_NAP = 1.0  # seconds after which the network's figures are read again
_ROUNDING = 1e-9


class Bucket:
    """The token bucket of one network. Its figures are read each time: one that is told to slow down changes them.

    Args:
        network: How much it takes.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, network: Network, monotonic: Callable[[], float]) -> None:
        self._network = network
        self._monotonic = monotonic
        self._tokens = float(network.burst)
        self._counted = monotonic()

    def pause(self, *, urgent: bool) -> float:
        """Return the seconds to wait before one more line; 0 where it keeps to the pace.

        Args:
            urgent: Whether it may be the last one: all others leave one for what is urgent, where the network takes
                several at once.
        """
        lacking = min(1.0 if urgent else 2.0, self._count()) - self._tokens
        return min(lacking * self._network.interval, _LONGEST_NAP) if lacking > _ROUNDING else 0.0

    def take(self) -> None:
        """Count a line that went out."""
        self._count()
        self._tokens -= 1

    def _count(self) -> float:
        """Count what was gained since the last time; return the most that there can be."""
        now, interval, burst = self._monotonic(), self._network.interval, max(1.0, self._network.burst)
        gained = (now - self._counted) / interval if interval > 0 else burst
        self._tokens, self._counted = min(self._tokens + gained, burst), now
        return burst
