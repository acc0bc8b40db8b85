"""``~cancel``, ``~approve`` and ``~deny``: what organisers decide about what is planned, by its id."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.features.reminders.model import (
    ANNOUNCEMENTS,
    REMINDERS,
    Announcement,
    Approval,
    Kind,
    Reminder,
    State,
    announcement_id,
    reminder_id,
    reminders_of,
)
from ptgbot.features.reminders.places import say_places
from ptgbot.features.reminders.when import tell
from ptgbot.features.reminders.words import what

__all__ = ["decision_commands"]

_ID = re.compile(r"([a-z])(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Named:
    """What an id names.

    Args:
        id: The id.
        reminders: The reminder; of an announcement, one for each place.
        announcement: The announcement, where it is one.
    """

    id: str
    reminders: tuple[Reminder, ...]
    announcement: Announcement | None = None

    def those(self, state: State, approval: Approval | None = None) -> list[Reminder]:
        return [r for r in self.reminders if r.state is state and approval in (None, r.approval)]

    @property
    def waiting(self) -> list[Reminder]:
        return self.those(State.PLANNED, Approval.WAITING)


Decide = Callable[[Call, Draft, _Named], str]


def _find(call: Call, word: str) -> _Named:
    """Return what an id names.

    Raises:
        Refused: It names nothing of ours.
    """
    match = _ID.fullmatch(word.lower().rstrip(","))
    if match is None:
        raise Refused(f"'{quote(word)}' is no id: ~reminders shows them, such as r7 or a3.")
    kind, number = match[1], int(match[2])
    if kind == "c":
        raise Refused(f"{match[0]} is a change: ~undo {match[0]} takes it back.")
    if kind not in "ra":
        raise Refused(f"{match[0]} is neither a reminder nor an announcement: ~reminders shows their ids.")
    if kind == "a":
        announcement = call.view.get(ANNOUNCEMENTS, announcement_id(number))
        if announcement is not None:
            found = reminders_of(call.view, Kind.ANNOUNCEMENT, announcement.key)
            return _Named(announcement.key, tuple(sorted(found, key=lambda r: r.id)), announcement)
    elif number:  # without a number is what has an id of another kind, or none
        of_number = call.view.where(REMINDERS, "number", number)
        if of_number:
            return _Named(reminder_id(number), tuple(of_number.values()))
    what_ = "reminder" if kind == "r" else "announcement"
    raise Refused(f"There is no {what_} {kind}{number}: ~reminders shows what is planned.")


def _check_own(call: Call, named: _Named) -> None:
    """Raise Refused where it is somebody else's own reminder."""
    if any(r.identity not in ("", call.actor.identity.key) for r in named.reminders):
        raise Refused(f"{named.id} is somebody's own reminder: only they can end it.")


def _about(call: Call, reminders: Sequence[Reminder]) -> str:
    """Return when, where to and what, of reminders that have that in common."""
    first = reminders[0]
    to = "you alone" if first.identity else say_places(r.place for r in reminders)
    to = f", to {to}" if to else ""
    return f"{tell(first.due, call)}{to}: {quote(first.text or what(first, call.view))}"


def _history(named: _Named) -> str:
    """Return why nothing can be decided about something any more."""
    if named.announcement is not None and named.announcement.cancelled:
        return f"{named.id} is taken back already."
    if not named.reminders:
        return f"{named.id} is over."
    last = max(named.reminders, key=lambda r: list(State).index(r.state))
    states = {
        State.SENDING: "is going out at this moment",
        State.SENT: "went out already",
        State.MISSED: f"was missed: {last.why}",
        State.CANCELLED: f"is cancelled already: {last.why}",
        State.PLANNED: "is still to come",
    }
    return f"{named.id} {states[last.state]}."


def _cancel(call: Call, draft: Draft, named: _Named) -> str:
    _check_own(call, named)
    planned = named.those(State.PLANNED)
    if not planned:
        raise Refused(_history(named))
    for reminder in planned:
        draft.put(REMINDERS, replace(reminder, state=State.CANCELLED, why=f"{call.actor.name} cancelled it"))
    if named.announcement is not None:
        draft.put(ANNOUNCEMENTS, replace(named.announcement, cancelled=True))
    out = [r.place for r in named.reminders if r.state in (State.SENDING, State.SENT)]
    too_late = f" It is out already in {say_places(out)}." if out else ""
    return f"{named.id} is cancelled ({_about(call, planned)}).{too_late}"


def _check_waiting(call: Call, named: _Named) -> None:
    """Raise Refused where nothing waits for approval."""
    if named.waiting:
        return
    planned = named.those(State.PLANNED)
    if not planned:
        raise Refused(_history(named))
    given = any(r.approval is Approval.GIVEN for r in planned)
    why = "is approved already" if given else "waits for nobody's approval"
    raise Refused(f"{named.id} {why}: it goes out {_about(call, planned)}. ~cancel {named.id} takes it back.")


def _approve(call: Call, draft: Draft, named: _Named) -> str:
    _check_waiting(call, named)
    for reminder in named.waiting:
        draft.put(REMINDERS, replace(reminder, approval=Approval.GIVEN))
    goes = "now, as it was due" if named.waiting[0].due <= call.at else "on"
    return (
        f"{named.id} is approved and goes out {goes} {_about(call, named.waiting)}. ~cancel {named.id} takes it back."
    )


def _deny(call: Call, draft: Draft, named: _Named) -> str:
    _check_waiting(call, named)
    for reminder in named.waiting:
        draft.put(REMINDERS, replace(reminder, state=State.CANCELLED, why=f"{call.actor.name} denied it"))
    others = [r for r in named.reminders if r not in named.waiting and r.state is not State.CANCELLED]
    if named.announcement is not None and not others:
        draft.put(ANNOUNCEMENTS, replace(named.announcement, cancelled=True))
    elsewhere = f" To {say_places(r.place for r in others)} it goes all the same." if others else ""
    return f"{named.id} is denied and does not go out ({_about(call, named.waiting)}).{elsewhere}"


def _for_each(decide: Decide) -> Callable[[Call], Outcome]:
    """Return the handler that decides about every id, or about none where one of them cannot be decided about."""

    def handle(call: Call) -> Outcome:
        draft = Draft(call.view)
        words = list(dict.fromkeys(word.lower().rstrip(",") for word in call.arguments.words("ID")))
        lines = []
        for word in words:
            try:
                lines.append(decide(call, draft, _find(call, word)))
            except Refused as refusal:
                left = " Nothing was changed, of the others neither." if len(words) > 1 else ""
                raise Refused(f"{refusal}{left}") from None
        return Outcome(draft.edits(), listing=tuple(lines))

    return handle


def decision_commands() -> tuple[Command, ...]:
    """Return the commands with which organisers decide about what is planned."""
    return (
        Command(
            Door.ADMIN,
            "cancel",
            "takes back what is planned",
            _for_each(_cancel),
            (Parameter.words("ID"),),
            example="r7 a3",
            note="~reminders shows the ids. What is out cannot be taken back; of an announcement, the rest can.",
        ),
        Command(
            Door.ADMIN,
            "approve",
            "lets posts go out that wait for approval",
            _for_each(_approve),
            (Parameter.words("ID"),),
            example="a3",
            note="Posts on X and Mastodon wait where announce.approve is set.",
        ),
        Command(
            Door.ADMIN,
            "deny",
            "keeps posts from going out that wait for approval",
            _for_each(_deny),
            (Parameter.words("ID"),),
            example="a3",
        ),
    )
