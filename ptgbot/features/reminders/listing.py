"""``~reminders``: what is planned, what waits for approval, and what was missed lately."""

from collections.abc import Iterable
from datetime import timedelta
from heapq import nsmallest
from operator import attrgetter

from ptgbot.core.commands import Call, Outcome, quote
from ptgbot.features.reminders.model import REMINDERS, Approval, Kind, Reminder, State, reminder_id
from ptgbot.features.reminders.places import say_places
from ptgbot.features.reminders.when import tell
from ptgbot.features.reminders.words import what
from ptgbot.features.schedule.model import check_track

__all__ = ["reminders_listing"]

LATELY = timedelta(hours=24)  # in which what was missed is worth a line
MOST_LINES = 100
MOST_LOOKED_AT = 3000  # reminders; the soonest
# What people wish for themselves is not listed.
_PUBLIC = (Kind.SLOT, Kind.NOTE, Kind.ANNOUNCEMENT, Kind.OPENSPACE, Kind.NEWDAY)


def reminders_listing(call: Call) -> Outcome:
    """Return what there is, a line for each message: what waits for organisers first, then the soonest."""
    track = call.arguments.text("#TRACK").lower().removeprefix("#")
    if track:
        check_track(call.view, track)
    found = [r for r in call.view.all(REMINDERS).values() if _is_listed(r, call, track)]
    # Of very many, sorting and grouping all would hold up everybody else.
    soonest = nsmallest(MOST_LOOKED_AT, found, key=attrgetter("due")) if len(found) > MOST_LOOKED_AT else found
    messages = _messages(sorted(soonest, key=lambda r: (_rank(r), r.due, r.place, r.number)))
    about = f" for #{track}" if track else ""
    if not messages:
        return Outcome(reply=f"Nothing is planned{about}, and nothing was missed lately.", private=True)
    lines = [_line(reminders, call) for reminders in messages[:MOST_LINES]]
    if len(messages) > MOST_LINES or len(found) > MOST_LOOKED_AT:
        lines.append("… and more, later ones: '~reminders #TRACK' shows those of one track.")
    return Outcome(listing=tuple(lines), private=True)


def _is_listed(reminder: Reminder, call: Call, track: str) -> bool:
    if reminder.kind not in _PUBLIC or (track and reminder.track != track):
        return False
    if reminder.identity and reminder.identity != call.actor.identity.key:
        return False  # what an organiser has said to themselves alone
    if reminder.state is State.MISSED:
        return reminder.due > call.at - LATELY
    return reminder.is_open


def _rank(reminder: Reminder) -> int:
    """Return what comes first: what waits for somebody, then what was missed, then what is planned."""
    if reminder.approval is Approval.WAITING and reminder.is_open:
        return 0
    return 1 if reminder.state is State.MISSED else 2


def _messages(reminders: Iterable[Reminder]) -> list[list[Reminder]]:
    """Return what each line is about; what is said of the same slots in several places is one line."""
    messages: dict[tuple[object, ...], list[Reminder]] = {}
    for reminder in reminders:
        messages.setdefault((reminder.place, *_message(reminder)), []).append(reminder)
    lines: dict[tuple[object, ...], list[Reminder]] = {}
    for (_, *message), of_it in messages.items():
        slots = frozenset(r.subject for r in of_it)
        lines.setdefault((slots, *message), []).extend(of_it)
    return list(lines.values())


def _message(reminder: Reminder) -> tuple[object, ...]:
    """Return what those that are one line have in common, besides their place."""
    rank, due = _rank(reminder), reminder.due.replace(second=0, microsecond=0)
    match reminder.kind:
        case Kind.ANNOUNCEMENT:  # one for all its places
            return rank, reminder.subject, reminder.state, reminder.why
        case Kind.OPENSPACE:
            return rank, due, reminder.subject, reminder.state, reminder.why
        case Kind.SLOT:  # they go out as one
            return rank, due, reminder.lead, reminder.state, reminder.why
        case _:
            return (reminder.id,)


def _line(reminders: list[Reminder], call: Call) -> str:
    first = reminders[0]
    when = tell(first.due, call)
    if first.kind is Kind.NEWDAY:
        missed = f", missed: {first.why}" if first.state is State.MISSED else ""
        return f"{when}: ~newday by itself (event.newday_at){missed}"
    ids = ", ".join(dict.fromkeys(map(_id, reminders)))
    to = "you alone" if first.identity else say_places(dict.fromkeys(r.place for r in reminders))
    if first.kind is Kind.SLOT:
        shown = list(dict.fromkeys(what(reminder, call.view) for reminder in reminders))
        said = f"in {first.lead} minute{'s' * (first.lead != 1)}: {' · '.join(shown)}"
    else:
        said = quote(first.text)
    return f"{ids} {when}, to {to}{_state(reminders)}: {said}"


def _state(reminders: list[Reminder]) -> str:
    first = reminders[0]
    match _rank(first):
        case 0:
            ids = " ".join(dict.fromkeys(map(_id, reminders)))
            return f", waits for approval (~approve {ids} or ~deny {ids})"
        case 1:
            return f", missed: {first.why}"
        case _:
            return ", going out now" if first.state is State.SENDING else ""


def _id(reminder: Reminder) -> str:
    has_its_own = reminder.kind in (Kind.ANNOUNCEMENT, Kind.OPENSPACE)
    return reminder.subject if has_its_own else reminder_id(reminder.number)
