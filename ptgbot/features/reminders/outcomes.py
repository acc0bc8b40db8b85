"""What became of reminders: noted until that is on disk, and told to organisers where something was missed."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ptgbot.core.changes import Cause, Draft
from ptgbot.core.clock import Clock
from ptgbot.core.commands import quote
from ptgbot.core.protocols import NotSaved, Store
from ptgbot.features.reminders.model import REMINDERS, Reminder, State, reminder_id
from ptgbot.features.reminders.places import say_places
from ptgbot.features.reminders.words import body_of

__all__ = ["Missed", "Outcomes", "name_of"]

_log = logging.getLogger(__name__)

_AGAIN = 1.0  # seconds until what could not be saved is tried again
_GATHER = 0.5  # seconds in which what organisers are to be told of is gathered
_TOLD = 10  # missed reminders that are named to organisers


class _Open(NamedTuple):
    reminder: Reminder
    seq: int  # of the Change that has it; 0 where that was refused


class Outcomes:
    """Notes what became of reminders, as often as it takes.

    What went out cannot be taken back, so that a store that refuses Changes for a while, or takes some back, must not
    make it be forgotten: after a restart nobody would know that it is out.

    Args:
        store: Where it is noted.
        clock: The time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._open: dict[str, _Open] = {}  # not known to be on disk
        self._again: asyncio.TimerHandle | None = None
        self._fails = False

    def note(self, reminders: Iterable[Reminder]) -> None:
        """Note reminders as they are from now on."""
        new = {reminder.id: reminder for reminder in reminders}
        if new:
            self._write(new)

    def supersede(self, ids: Iterable[str]) -> None:
        """Something newer is noted about reminders."""
        for key in ids:
            self._open.pop(key, None)

    def close(self) -> None:
        """Note nothing any more."""
        if self._again is not None:
            self._again.cancel()
        self._open.clear()

    def _write(self, reminders: dict[str, Reminder]) -> None:
        draft = Draft(self._store.view)
        for reminder in reminders.values():
            draft.put(REMINDERS, reminder)
        seq = self._store.view.seq
        try:
            if draft.edits():
                seq = self._store.commit(draft.edits(), at=self._clock.now(), cause=Cause.DELIVERY).seq
            self._fails = False
        except NotSaved as error:
            if not self._fails:
                _log.warning("What became of reminders cannot be saved (%s); tried again until it can.", error)
            self._fails = True
            seq = 0
        if not seq or seq > self._store.durable:
            self._open |= {key: _Open(reminder, seq) for key, reminder in reminders.items()}
            if self._again is None:
                self._again = asyncio.get_running_loop().call_later(_AGAIN, self._check)

    def _check(self) -> None:
        """Forget what is on disk by now, and write again what was refused or taken back."""
        self._again = None
        lost: dict[str, Reminder] = {}
        for key, (reminder, seq) in list(self._open.items()):
            held = self._store.view.get(REMINDERS, key)
            if held == reminder:
                if seq <= self._store.durable:
                    del self._open[key]
            elif held is None or held.state is State.CANCELLED:  # somebody did that meanwhile
                del self._open[key]
            else:
                lost[key] = reminder
        if lost:
            self._write(lost)
        if self._open and self._again is None:
            self._again = asyncio.get_running_loop().call_later(_AGAIN, self._check)


class Missed:
    """Tells organisers what did not go out, what is missed in one moment together; a person's own is not theirs.

    Args:
        store: The state.
        tell: Tells the organisers something.
    """

    def __init__(self, store: Store, tell: Callable[[str], None]) -> None:
        self._store = store
        self._tell = tell
        self._gathered: list[tuple[Reminder, str]] = []
        self._telling: asyncio.TimerHandle | None = None

    def add(self, reminder: Reminder, why: str) -> None:
        """A reminder was missed."""
        if reminder.is_personal:
            return
        self._gathered.append((reminder, why))
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_GATHER, self._tell_all)

    def close(self) -> None:
        """Tell nothing any more."""
        if self._telling is not None:
            self._telling.cancel()

    def _tell_all(self) -> None:
        missed, self._gathered, self._telling = self._gathered, [], None
        for why in dict.fromkeys(why for _, why in missed):
            of_it: dict[str, list[Reminder]] = {}
            for reminder in (reminder for reminder, reason in missed if reason == why):
                of_it.setdefault(name_of(reminder), []).append(reminder)
            named = ", ".join(self._named(reminders) for reminders in list(of_it.values())[:_TOLD])
            more = f" and {len(of_it) - _TOLD} more" if len(of_it) > _TOLD else ""
            self._tell(f"Not sent: {named}{more}. Why: {why}.")

    def _named(self, reminders: list[Reminder]) -> str:
        """Return by which id people name what was missed, where to and what it was."""
        first = reminders[0]
        to = say_places(dict.fromkeys(reminder.place for reminder in reminders))
        return f"{name_of(first)} to {to} ({quote(body_of([first], self._store.view))})"


def name_of(reminder: Reminder) -> str:
    """Return the id by which people name a reminder, or what it is of where that has one of its own."""
    return reminder_id(reminder.number) if reminder.number else reminder.subject
