"""When to look next, and at which reminders: those that are due in a minute, or one alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

from ptgbot.features.reminders.model import Approval, Reminder

__all__ = ["ASKED_BEFORE", "Agenda", "looks_at", "minute_of"]

ASKED_BEFORE = timedelta(minutes=30)  # a post that needs approval is due

_Look = tuple[datetime, datetime, str]  # when, at what is due in which minute, at which one of these; "" for all


class Agenda:
    """The instants at which to look, each once, however many reminders it is for."""

    def __init__(self) -> None:
        self._looks: list[_Look] = []  # a heap, the soonest first
        self._known: set[_Look] = set()

    @property
    def next(self) -> datetime | None:
        """When to look next; None where nothing is to come."""
        return self._looks[0][0] if self._looks else None

    def load(self, looks: set[tuple[datetime, datetime]]) -> None:
        """Begin with what was planned before.

        Args:
            looks: When, and at what is due in which minute.
        """
        self._known = {(at, minute, "") for at, minute in looks}
        self._looks = list(self._known)
        heapify(self._looks)

    def put(self, at: datetime, reminder: Reminder, *, alone: bool = False) -> None:
        """Look at an instant at what is due in a reminder's minute, or at that one alone."""
        look = (at, minute_of(reminder), reminder.id if alone else "")
        if look not in self._known:
            self._known.add(look)
            heappush(self._looks, look)

    def take(self, now: datetime) -> list[tuple[datetime, str]]:
        """Return at what it is time to look: each minute, and each one by itself, once."""
        due: dict[tuple[datetime, str], None] = {}
        while self._looks and self._looks[0][0] <= now:
            look = heappop(self._looks)
            self._known.discard(look)
            due[look[1:]] = None
        return list(due)


def minute_of(reminder: Reminder) -> datetime:
    """Return the minute in which a reminder is due, as the table has it."""
    return reminder.due.replace(second=0, microsecond=0)


def looks_at(reminder: Reminder) -> Iterator[datetime]:
    """Yield when a planned reminder is to be looked at."""
    yield reminder.due
    if reminder.approval is Approval.WAITING and not reminder.asked:
        yield reminder.due - ASKED_BEFORE
