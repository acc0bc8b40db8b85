"""How many commands of one person may wait, so that nobody keeps the bot busy for all others."""

from collections import Counter
from collections.abc import Callable

__all__ = ["MOST_WAITING", "Backlog"]

MOST_WAITING = 40  # commands of one person that may wait to be done or answered


class Backlog:
    """Counts the commands of each person that are under way.

    Args:
        unsent: Tells how many commands of a person are answered, and the answer waits to be sent.
    """

    def __init__(self, unsent: Callable[[str], int]) -> None:
        self._unsent = unsent
        self._under_way: Counter[str] = Counter()
        self._told: set[str] = set()

    def begin(self, person: str) -> None:
        """Count a command of a person, by the key of their identity."""
        self._under_way[person] += 1

    def end(self, person: str) -> None:
        """Count a command as done: its answer is the send queue's by now, or there is none."""
        self._under_way[person] -= 1
        if self._under_way[person] <= 0:
            del self._under_way[person]

    def has_room(self, person: str) -> bool:
        """Return whether a person may give one more command."""
        waiting = self._waiting(person)
        if waiting < MOST_WAITING // 2:
            self._told.discard(person)
        return waiting < MOST_WAITING

    def is_to_be_told(self, person: str) -> bool:
        """Return whether somebody for whom there is no room has to hear of it: once, until it was half as bad."""
        if person in self._told:
            return False
        self._told = {person, *filter(self._waiting, self._told)}
        return True

    def _waiting(self, person: str) -> int:
        return self._under_way[person] + self._unsent(person)
