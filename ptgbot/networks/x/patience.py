"""How long to leave the stream alone after it failed."""

from ptgbot.core.protocols import TooFast
from ptgbot.networks.x.errors import Unavailable
from ptgbot.networks.x.settings import XTiming

__all__ = ["Patience"]


class Patience:
    """Counts failures in a row, of each kind on its own.

    https://docs.x.com/x-api/fundamentals/handling-disconnections: at once after a stream broke, then by steps where X
    cannot be reached; twice as long each time where it fails or there are too many connections.

    Args:
        timing: How patient to be.
    """

    def __init__(self, timing: XTiming) -> None:
        self._timing = timing
        self._breaks = self._faults = self._limits = 0

    def restored(self) -> None:
        """The stream has come for a while."""
        self._breaks = self._faults = self._limits = 0

    def after(self, error: TooFast | ConnectionError) -> float:
        """Return for how many seconds to leave the stream alone.

        Args:
            error: How it ended, or why it did not begin.
        """
        timing = self._timing
        if isinstance(error, TooFast):
            self._limits += 1
            return min(timing.limited * 2.0 ** min(self._limits - 1, 20), timing.limited_most)
        if isinstance(error, Unavailable):
            self._faults += 1
            return min(timing.fault * 2.0 ** min(self._faults - 1, 20), timing.fault_most)
        self._breaks += 1
        return min(timing.step * (self._breaks - 1), timing.step_most)
