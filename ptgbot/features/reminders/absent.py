"""The reminders that wait for people who are away."""

from collections.abc import Iterable
from datetime import datetime

__all__ = ["Absent"]


class Absent:
    """Until when each is not looked at, as long as its person does not come back."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[datetime, str]] = {}  # until when, for whom
        self._by_person: dict[str, set[str]] = {}

    def __contains__(self, reminder: str) -> bool:
        return reminder in self._waiting

    def put(self, reminder: str, person: str, until: datetime) -> None:
        """Have a reminder wait.

        Args:
            reminder: Its id.
            person: The key of the identity of whom it is for.
            until: When it is looked at again (aware, UTC).
        """
        self._waiting[reminder] = until, person
        self._by_person.setdefault(person, set()).add(reminder)

    def waits(self, reminder: str, now: datetime) -> bool:
        """Tell whether a reminder is not to be looked at yet."""
        return reminder in self._waiting and self._waiting[reminder][0] > now

    def forget(self, reminder: str) -> None:
        """A reminder waits no longer, if it did."""
        if reminder in self._waiting:
            _, person = self._waiting.pop(reminder)
            left = self._by_person[person]
            left.discard(reminder)
            if not left:
                del self._by_person[person]

    def take(self, identities: Iterable[str]) -> list[str]:
        """Return what waits for somebody, by the keys of their identities; it waits no longer."""
        found = [reminder for identity in identities for reminder in self._by_person.get(identity, ())]
        for reminder in found:
            self.forget(reminder)
        return found
