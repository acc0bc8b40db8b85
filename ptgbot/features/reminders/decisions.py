"""``~cancel``, ``~approve`` and ``~deny``: what organisers decide about what is planned, by its id."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.ids import read_id
from ptgbot.features.reminders.model import (
    ANNOUNCEMENTS,
    REMINDERS,
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

__all__ = ["Others", "decision_commands"]


@dataclass(frozen=True, slots=True)
class _Named:
    """What an id names.

    Args:
        id: The id.
        reminders: The reminder; of a slot and of an announcement, one for each place.
    """

    id: str
    reminders: tuple[Reminder, ...]

    def those(self, state: State, approval: Approval | None = None) -> list[Reminder]:
        return [r for r in self.reminders if r.state is state and approval in (None, r.approval)]

    @property
    def waiting(self) -> list[Reminder]:
        return self.those(State.PLANNED, Approval.WAITING)


Decide = Callable[[Call, Draft, _Named], str]


class Others(Protocol):
    """Decides about what has ids that begin with another letter: each method returns what that does."""

    def cancel(self, call: Call, draft: Draft, number: int) -> str:
        """Take something back; raises Refused where it cannot be."""
        ...

    def approve(self, call: Call, draft: Draft, number: int) -> str:
        """Let something go out; raises Refused where it cannot be."""
        ...

    def deny(self, call: Call, draft: Draft, number: int) -> str:
        """Keep something from going out; raises Refused where it cannot be."""
        ...


def _find(call: Call, word: str) -> _Named:
    """Return what an id names.

    Raises:
        Refused: It names nothing that they can decide about.
    """
    id_ = word.lower().rstrip(",")
    read = read_id(id_)
    if read is None:
        raise Refused(f"'{quote(word)}' is no id: ~reminders shows them, such as r7 or a3.")
    kind, number = read
    if kind == "c":
        raise Refused(f"{id_} is a change: ~undo {id_} takes it back.")
    if kind not in "ra":
        raise Refused(f"{id_} is neither a reminder nor an announcement: ~reminders shows their ids.")
    if kind == "a":
        announcement = call.view.get(ANNOUNCEMENTS, announcement_id(number))
        if announcement is not None:
            found = reminders_of(call.view, Kind.ANNOUNCEMENT, announcement.key)
            return _Named(announcement.key, tuple(sorted(found, key=lambda r: r.id)))
    elif number:  # without a number is what has an id of another kind, or none
        of_number = call.view.where(REMINDERS, "number", number)
        if any(r.identity not in ("", call.actor.identity.key) for r in of_number.values()):
            raise Refused(f"{reminder_id(number)} is somebody's own reminder: only they can end it.")
        if of_number:
            return _Named(reminder_id(number), tuple(sorted(of_number.values(), key=lambda r: r.id)))
    what_ = "reminder" if kind == "r" else "announcement"
    raise Refused(f"There is no {what_} {kind}{number}: ~reminders shows what is planned.")


def _about(call: Call, reminders: Sequence[Reminder]) -> str:
    """Return when, where to and what, of reminders that have that in common."""
    first = reminders[0]
    if first.kind in (Kind.UNSAID, Kind.STALE):
        to = "whoever spoke for it last"
    else:
        to = "you alone" if first.identity else say_places(r.place for r in reminders)
    to = f", to {to}" if to else ""
    return f"{tell(first.due, call)}{to}: {quote(first.text or what(first, call.view))}"


def _history(named: _Named) -> str:
    """Return why nothing can be decided about something any more."""
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
    planned = named.those(State.PLANNED)
    if not planned:
        raise Refused(_history(named))
    for reminder in planned:
        draft.put(REMINDERS, replace(reminder, state=State.CANCELLED, why=f"{call.actor.name} cancelled it"))
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
    raise Refused(f"{named.id} {why}: it goes out on {_about(call, planned)}. ~cancel {named.id} takes it back.")


def _approving(grace: timedelta) -> Decide:
    """Return what approves; what is due for longer than the grace does not go out any more."""

    def approve(call: Call, draft: Draft, named: _Named) -> str:
        _check_waiting(call, named)
        about = _about(call, named.waiting)
        if call.at > named.waiting[0].due + grace:
            raise Refused(f"It is too late to approve {named.id}: it was due on {about}.")
        for reminder in named.waiting:
            draft.put(REMINDERS, replace(reminder, approval=Approval.GIVEN))
        if named.waiting[0].due <= call.at:
            return f"{named.id} is approved and goes out now; it was due on {about}."
        return f"{named.id} is approved and goes out on {about}. ~cancel {named.id} takes it back."

    return approve


def _deny(call: Call, draft: Draft, named: _Named) -> str:
    _check_waiting(call, named)
    for reminder in named.waiting:
        draft.put(REMINDERS, replace(reminder, state=State.CANCELLED, why=f"{call.actor.name} denied it"))
    others = [r for r in named.reminders if r not in named.waiting and r.state is not State.CANCELLED]
    elsewhere = f" To {say_places(r.place for r in others)} it goes all the same." if others else ""
    return f"{named.id} is denied and does not go out ({_about(call, named.waiting)}).{elsewhere}"


def _for_each(decide: Decide, others: Mapping[str, Callable[[Call, Draft, int], str]]) -> Callable[[Call], Outcome]:
    """Return the handler that decides about every id, or about none where one of them cannot be decided about."""

    def handle(call: Call) -> Outcome:
        draft = Draft(call.view)
        words = list(dict.fromkeys(word.lower().rstrip(",") for word in call.arguments.words("ID")))
        lines = []
        for word in words:
            try:
                kind, number = read_id(word) or ("", 0)
                if kind in others:
                    lines.append(others[kind](call, draft, number))
                else:
                    lines.append(decide(call, draft, _find(call, word)))
            except Refused as refusal:
                left = " Nothing was changed, of the others neither." if len(words) > 1 else ""
                raise Refused(f"{refusal}{left}") from None
        own = any(isinstance(edit.after, Reminder) and edit.after.identity for edit in draft.edits())
        return Outcome(draft.edits(), listing=tuple(lines), private=own)

    return handle


def decision_commands(grace: timedelta, others: Mapping[str, Others] | None = None) -> tuple[Command, ...]:
    """Return the commands with which organisers decide about what is planned.

    Args:
        grace: How late a reminder may still go out.
        others: What decides about ids that begin with other letters than those of reminders and announcements.
    """
    others = others or {}
    return (
        Command(
            Door.ADMIN,
            "cancel",
            "takes back reminders and announcements that are planned",
            _for_each(_cancel, {letter: other.cancel for letter, other in others.items()}),
            (Parameter.words("ID"),),
            example="r7 a3",
            note="~reminders shows the ids. What is out cannot be taken back; of an announcement, the rest can.",
        ),
        Command(
            Door.ADMIN,
            "approve",
            "lets posts go out that wait for approval",
            _for_each(_approving(grace), {letter: other.approve for letter, other in others.items()}),
            (Parameter.words("ID"),),
            example="a3",
            note="Posts on X and Mastodon wait where announce.approve is set.",
        ),
        Command(
            Door.ADMIN,
            "deny",
            "keeps posts from going out that wait for approval",
            _for_each(_deny, {letter: other.deny for letter, other in others.items()}),
            (Parameter.words("ID"),),
            example="a3",
        ),
    )
