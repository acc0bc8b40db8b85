"""Which files of the site are to be made again, and when."""

from collections.abc import Callable, Container, Iterable
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import chain

__all__ = ["Due"]


class Due:
    """What Changes touch and what time alters, against what is in place.

    No question here takes longer because there are many other files.
    """

    def __init__(self) -> None:
        self._touched: dict[str, int] = {}  # path → number of the last durable Change that touches it
        self._fresh: dict[str, int] = {}  # path → number of the last Change in the file that is in place
        self._behind: set[str] = set()
        self._held: dict[str, float] = {}  # path → until when more may be gathered before it is made
        self._turns: dict[str, datetime] = {}
        self._queue: list[tuple[datetime, str]] = []  # the turns in order, and some that do not hold any more
        self.parked: set[str] = set()  # what the disk refused, until the retry

    # -- what happens -------------------------------------------------------------------------------------------

    def add_new(self, current: Iterable[str]) -> None:
        """Note all files that there are to be; those that were never made are due."""
        self._behind.update(path for path in current if path not in self._fresh)

    def touch(self, path: str, seq: int, until: float | None) -> None:
        """Note that a durable Change touches a file.

        Args:
            path: The file.
            seq: The Change's number.
            until: When to make it at the latest, in seconds of a monotonic clock; None for at once.
        """
        self._touched[path] = seq
        if self._fresh.get(path, -1) < seq:
            self._behind.add(path)
        if until is not None:
            self._held.setdefault(path, until)

    def made(self, path: str, seq: int, turn: datetime | None) -> None:
        """Note that a file is in place.

        Args:
            path: The file.
            seq: The number of the last Change in it.
            turn: When time alone alters it; None for never.
        """
        self._fresh[path] = seq
        if self._touched.get(path, 0) <= seq:
            self._behind.discard(path)
        self._turns.pop(path, None)
        if turn is not None:
            self._turns[path] = turn
            heappush(self._queue, (turn, path))
            if len(self._queue) > 2 * len(self._turns) + 100:
                self._queue = [(turn, path) for path, turn in self._turns.items()]
                heapify(self._queue)

    def all_again(self, paths: Iterable[str]) -> None:
        """Forget what is in place."""
        self._fresh.clear()
        self._held.clear()
        self.parked.clear()
        self._behind.update(paths)

    def keep_only(self, current: Container[str]) -> None:
        """Forget the files that there are not to be any more."""
        for path in {path for path in chain(self._behind, self._touched, self._fresh) if path not in current}:
            self._behind.discard(path)
            self._touched.pop(path, None)
            self._fresh.pop(path, None)
            self._held.pop(path, None)
            self._turns.pop(path, None)

    def turn(self, now: datetime, *, put_back: bool) -> bool:
        """Make due what time altered; all that depends on time, when the clock was put back.

        Returns:
            Whether there is any.
        """
        turned = list(self._turns) if put_back else []
        while self._queue and self._queue[0][0] <= now:
            turn, path = heappop(self._queue)
            if self._turns.get(path) == turn:
                turned.append(path)
        for path in turned:
            self._turns.pop(path, None)
            self._fresh.pop(path, None)
            self._behind.add(path)
        return bool(turned)

    def release(self, at: float) -> bool:
        """Make due what was held until now; return whether there is any."""
        released = [path for path, until in self._held.items() if until <= at]
        for path in released:
            del self._held[path]
        return bool(released)

    def release_all(self) -> bool:
        """Make due what was held; return whether there is any."""
        held = bool(self._held)
        self._held.clear()
        return held

    # -- what is to be done -------------------------------------------------------------------------------------

    def now(self, place: Callable[[str], int]) -> list[str]:
        """Return what is to be made now, in order.

        Args:
            place: Returns a file's place in the order.
        """
        return sorted(self._behind.difference(self._held, self.parked), key=place)

    def has_others(self, current: Container[str]) -> bool:
        """Return whether something is behind that there is not to be."""
        return any(path not in current for path in self._behind)

    @property
    def waiting(self) -> bool:
        """Whether something is behind that is not to be made yet."""
        return bool(self.parked or self._held)

    def behind(self) -> dict[str, int]:
        """Return the files that lack a Change, and its number."""
        return {path: seq for path, seq in self._touched.items() if self._fresh.get(path, -1) < seq}

    def lacks(self, path: str, seq: int) -> bool:
        """Return whether a file that there is to be lacks a Change."""
        return path in self._touched and self._fresh.get(path, -1) < seq

    def until_turn(self, now: datetime) -> timedelta | None:
        """Return how long it is until time alters a file; None when that is not known to happen."""
        return self._queue[0][0] - now if self._queue else None

    def until_release(self, at: float) -> float | None:
        """Return the seconds until something is held no longer; None where nothing is."""
        return min(self._held.values()) - at if self._held else None
