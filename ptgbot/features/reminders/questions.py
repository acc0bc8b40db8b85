"""What organisers are asked in words, on networks that show no cards: whether a post may go out."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.reminders.model import Kind, Reminder
from ptgbot.features.reminders.outcomes import name_of
from ptgbot.features.reminders.places import say_places
from ptgbot.features.reminders.words import say

__all__ = ["questions"]


def questions(reminders: Iterable[Reminder], view: View, event: Event, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield by which id organisers are asked, and what: once for all the places of an announcement or an open space.

    Args:
        reminders: Those that wait.
        view: The whole state.
        event: The conference, on whose clocks all times are.
        now: Now (aware, UTC).
    """
    asked: dict[str, list[Reminder]] = {}
    for reminder in reminders:
        # Of an open space it is its post that waits.
        key = reminder.subject if reminder.kind is Kind.OPENSPACE else name_of(reminder)
        asked.setdefault(key, []).append(reminder)
    for of_it in asked.values():
        first, name = of_it[0], name_of(of_it[0])
        at = event.local(first.due)
        where = f"to {say_places(sorted(r.place for r in of_it))} at {at:%a %H:%M} {at.tzname()}"
        text = say([first], view, event, max(now, first.due))
        yield name, f"{name} waits for your word: {where} goes: {text} (~approve {name} or ~deny {name})"
