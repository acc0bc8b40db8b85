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
        self._told: dict[str, set[str]] = {}  # the places where somebody was told, by person

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
            self._told.pop(person, None)
        return waiting < MOST_WAITING

    def is_to_be_told(self, person: str, place: str) -> bool:
        """Return whether one for whom there is no room has to hear of it: once in a place until it was half as bad.

        Args:
            person: The key of their identity.
            place: The channel in which they would hear of it; empty for in private.
        """
        if place in self._told.get(person, ()):
            return False
        self._told = {key: places for key, places in self._told.items() if key == person or self._waiting(key)}
        self._told.setdefault(person, set()).add(place)
        return True

    def _waiting(self, person: str) -> int:
        return self._under_way[person] + self._unsent(person)
