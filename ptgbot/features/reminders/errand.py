"""One message under way: reminders to one target, from when they are due until it is known what became of them."""

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from ptgbot.core.changes import Cause, Draft
from ptgbot.core.clock import Clock, Event
from ptgbot.core.protocols import NotSaved, Store
from ptgbot.features.reminders.model import REMINDERS, Approval, Reminder, State
from ptgbot.features.reminders.words import body_of, say

__all__ = ["Office", "ReminderErrand", "ticket_of"]


class Office(Protocol):
    """What an errand has behind it."""

    @property
    def store(self) -> Store:
        """Where the state is, and where it is noted what became of reminders."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def event(self) -> Event:
        """The conference."""
        ...

    @property
    def grace(self) -> timedelta:
        """How late a reminder may go out."""
        ...

    @property
    def needless(self) -> Callable[[Reminder, datetime], str]:
        """Returns why a reminder need not go out any more; empty where it has to."""
        ...

    def ended(self, errand: "ReminderErrand", missed: str = "") -> None:
        """An errand is over.

        Args:
            errand: The errand.
            missed: Why its message was not sent; empty where it was, or was not to be.
        """
        ...

    def later(self, errand: "ReminderErrand") -> None:
        """Who it is for is away: it is to be tried again a little later."""
        ...


def ticket_of(reminders: Sequence[Reminder]) -> str:
    """Return what a network may know a message by: the same for the same reminders."""
    ids = "\n".join(sorted(reminder.id for reminder in reminders))
    return hashlib.sha256(ids.encode()).hexdigest()[:32]


class ReminderErrand:
    """The errand of one message (``core.messages.Errand``).

    That it is going out is on disk before it does, and what became of it as soon as that is known. Where the process
    dies in between, the next one finds it as going out, and does not know.

    Args:
        office: What it has behind it.
        reminders: What goes out together.
        doubtful: Whether it may be out already: it was going out when the bot was stopped.
    """

    def __init__(self, office: Office, reminders: Sequence[Reminder], *, doubtful: bool = False) -> None:
        self._office = office
        self._ids = tuple(reminder.id for reminder in reminders)
        self._first = reminders[0]
        self._doubtful = doubtful
        self._over = False
        self.ticket = reminders[0].ticket or ticket_of(reminders)
        self.body = body_of(reminders, office.store.view)

    @property
    def reminders(self) -> list[Reminder]:
        """Those of its reminders that are still open, as they are now."""
        view = self._office.store.view
        found = (view.get(REMINDERS, key) for key in self._ids)
        return [reminder for reminder in found if reminder is not None and reminder.is_open]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of its reminders."""
        return self._ids

    @property
    def doubtful_since(self) -> datetime | None:
        """When it was tried first, while it may be out without our knowing; else None."""
        if not self._doubtful:
            return None
        return min((r.since for r in self.reminders if r.since is not None), default=self._first.due)

    async def begin(self) -> str:
        """Note on disk that it is going out now.

        Returns:
            The text as it is right now; empty where it helps nobody any more, or is not to go out.

        Raises:
            ConnectionError: That cannot be noted at the moment.
        """
        self._doubtful = False
        while not self._over:
            now = self._office.clock.now()
            going = self._going(now)
            if not going:
                self._end()
                return ""
            if not self._note(going, now):
                return say(going, self._office.store.view, self._office.event, now)
            try:
                await self._office.store.saved(self._office.store.view.seq)
            except NotSaved as error:
                raise ConnectionError(f"nothing can be saved ({error})") from error
            # What was moved or cancelled while that was written must not go out as it was.
            if [r for r in self.reminders if r.state is State.SENDING] == self._marked(going, now):
                return say(going, self._office.store.view, self._office.event, now)
        return ""

    def _going(self, now: datetime) -> list[Reminder]:
        """Return the reminders that are to go out; the others are settled."""
        going: list[Reminder] = []
        settled: list[Reminder] = []
        late = False
        for reminder in self.reminders:
            needless = self._office.needless(reminder, now)
            if needless:
                settled.append(replace(reminder, state=State.CANCELLED, why=needless))
            elif now > reminder.due + self._office.grace:
                settled.append(replace(reminder, state=State.MISSED, why="it was too late"))
                late = True
            elif reminder.approval is not Approval.WAITING:
                going.append(reminder)
        if settled:
            self._put(settled)
        if late and not going:
            self._end("it was too late")
        return going

    def _marked(self, reminders: Sequence[Reminder], now: datetime) -> list[Reminder]:
        return [replace(r, state=State.SENDING, since=r.since or now, ticket=self.ticket) for r in reminders]

    def _note(self, reminders: Sequence[Reminder], now: datetime) -> bool:
        """Note that reminders are going out; return whether that was not noted before.

        Raises:
            ConnectionError: That cannot be noted at the moment.
        """
        marked = self._marked(reminders, now)
        if marked == list(reminders):
            return False
        try:
            self._commit(marked)
        except NotSaved as error:
            raise ConnectionError(f"nothing can be saved ({error})") from error
        return True

    def _commit(self, reminders: Sequence[Reminder]) -> None:
        store = self._office.store
        draft = Draft(store.view)
        for reminder in reminders:
            draft.put(REMINDERS, reminder)
        if draft.edits():
            store.commit(draft.edits(), at=self._office.clock.now(), cause=Cause.DELIVERY)

    def _put(self, reminders: Sequence[Reminder]) -> None:
        """Note what became of reminders; where that fails, they stay open and are looked at again after a start."""
        with contextlib.suppress(NotSaved):
            self._commit(reminders)

    def went(self, receipt: str) -> None:
        """It is out."""
        self._put([replace(r, state=State.SENT, receipt=receipt) for r in self.reminders if r.state is State.SENDING])
        self._end()

    def doubted(self) -> None:
        """It may be out and it may not: it is looked for before it is tried again."""
        self._doubtful = True

    def unanswered(self) -> bool:
        """The network cannot be asked whether it is out.

        Returns:
            Whether to send it all the same: what one person gets rather twice than never, what everybody sees rather
            never than twice.
        """
        if self._first.is_personal:
            return True
        self._miss("it may have gone out when the bot was stopped or lost its link, and nobody can tell")
        return False

    def refused(self, why: str) -> None:
        """The network does not take it."""
        self._miss(why)

    def give_up(self) -> None:
        """It could not go out in time."""
        if not any(reminder.state is State.SENDING for reminder in self.reminders):
            self._going(self._office.clock.now())
            if not self.reminders:
                self._end("it was too late")

    def away(self) -> None:
        """Who it is for is away, or turned out to be."""
        view = self._office.store.view
        found = [reminder for key in self._ids if (reminder := view.get(REMINDERS, key)) is not None]
        back = (State.SENDING, State.SENT)
        self._put(
            [replace(r, state=State.PLANNED, receipt="", ticket="", since=None) for r in found if r.state in back]
        )
        self._office.later(self)

    def _miss(self, why: str) -> None:
        self._put([replace(reminder, state=State.MISSED, why=why) for reminder in self.reminders])
        self._end(why)

    def _end(self, missed: str = "") -> None:
        if not self._over:
            self._over = True
            self._office.ended(self, missed)
