"""The card with which organisers are asked whether a post may go out, as plain data in no network's terms."""

from collections.abc import Iterable
from datetime import datetime

from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.ids import read_id
from ptgbot.core.panels import Button, Card, Sign
from ptgbot.features.reminders.model import (
    REMINDERS,
    Approval,
    Kind,
    Reminder,
    State,
    announcement_id,
    asked_name,
    reminder_id,
    reminders_of,
)
from ptgbot.features.reminders.places import say_places
from ptgbot.features.reminders.words import say

__all__ = ["approval_card"]


def approval_card(name: str, view: View, event: Event, now: datetime) -> Card | None:
    """Return the card of what needs approval; None where nothing of that name does.

    Args:
        name: The id of a reminder or an announcement, such as ``r7`` or ``a3``.
        view: The whole state.
        event: The conference, on whose clocks all times are.
        now: Now (aware, UTC).
    """
    _, number = read_id(name) or ("", 0)
    found: Iterable[Reminder] = ()
    if number and name == reminder_id(number):
        found = view.where(REMINDERS, "number", number).values()
    elif number and name == announcement_id(number):
        found = reminders_of(view, Kind.ANNOUNCEMENT, name)
    reminders = sorted((r for r in found if asked_name(r) == name), key=lambda r: r.id)
    if not reminders:
        return None
    first = reminders[0]
    due = event.local(first.due)
    waiting = [r for r in reminders if r.state is State.PLANNED and r.approval is Approval.WAITING]
    sign, footer = _standing(reminders, waiting)
    return Card(
        name=name,
        version="".join(f"{list(State).index(r.state)}{r.approval[:1]}" for r in reminders),
        heading=f"{name}: may this go out?" if waiting else f"{name}: what was asked about",
        quote=say([first], view, event, max(now, first.due)),
        lines=(f"To {say_places(r.place for r in reminders)}, {due:%a %d %b %H:%M} {due.tzname()}",),
        buttons=(
            Button("Approve", command=f"~approve {name}", primary=True),
            Button("Deny", command=f"~deny {name}", danger=True),
        )
        if waiting
        else (),
        sign=sign,
        footer=footer,
    )


def _standing(reminders: list[Reminder], waiting: list[Reminder]) -> tuple[Sign, str]:
    """Return how far it is, and that in words."""
    if waiting:
        return Sign.WAITS, "It waits for approval."
    last = max(reminders, key=lambda r: list(State).index(r.state))
    match last.state:
        case State.PLANNED | State.SENDING:
            return Sign.GOOD, "It is approved."
        case State.SENT:
            return Sign.GOOD, "It was approved, and is out."
        case State.MISSED:
            return Sign.WARNS, f"It was missed: {last.why}."
        case _:
            return Sign.ENDED, f"It does not go out: {last.why}."
