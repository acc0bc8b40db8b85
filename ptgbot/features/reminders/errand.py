"""One message under way: reminders to one target, from when they are due until it is known what became of them."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from ptgbot.core.changes import Cause, Draft
from ptgbot.core.clock import Clock, Event
from ptgbot.core.messages import Target
from ptgbot.core.protocols import NotSaved, Store
from ptgbot.features.reminders.model import REMINDERS, Approval, Reminder, State
from ptgbot.features.reminders.outcomes import Outcomes
from ptgbot.features.reminders.words import body_of, say

__all__ = ["Office", "ReminderErrand", "ticket_of", "too_late"]


_DOUBT = "it may have gone out when the bot was stopped or lost its link, and nobody can tell"


class Office(Protocol):
    """What an errand has behind it."""

    @property
    def store(self) -> Store:
        """Where the state is."""
        ...

    @property
    def outcomes(self) -> Outcomes:
        """Where it is noted what became of reminders."""
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
    def is_closed(self) -> bool:
        """Whether the bot is being stopped."""
        ...

    @property
    def needless(self) -> Callable[[Reminder, datetime], str]:
        """Returns why a reminder need not go out any more; empty where it has to."""
        ...

    def next_of(self, errand: "ReminderErrand") -> Iterable["ReminderErrand"]:
        """Return errands whose turn comes soon after one, of those that may be begun together with it."""
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


def too_late(reminder: Reminder, *, queued: bool = False) -> str:
    """Return why a reminder did not go out in time.

    Args:
        reminder: The reminder.
        queued: Whether it went into the queue.
    """
    if reminder.approval is Approval.WAITING:
        return "nobody approved it"
    if reminder.why:
        return f"it could not go out in time: {reminder.why}"
    return "it could not go out in time" if queued else "the bot was not running in time"


class ReminderErrand:
    """The errand of one message (``core.messages.Errand``).

    That it is going out is on disk before it does, and what became of it as soon as that is known. Where the process
    dies in between, the next one finds it as going out, and does not know. What a network certainly did not take is
    planned again until it is tried again, so that only what is in doubt is in doubt.

    Args:
        office: What it has behind it.
        reminders: What goes out together.
        target: Where it goes.
        doubtful: Whether it may be out already: it was going out when the bot was stopped.
    """

    def __init__(
        self, office: Office, reminders: Sequence[Reminder], target: Target, *, doubtful: bool = False
    ) -> None:
        self._office = office
        self._ids = tuple(reminder.id for reminder in reminders)
        self._first = reminders[0]
        self._doubtful = doubtful
        self._over = False
        self._noted = 0  # the number of the Change that says that it is going out
        self.target = target
        self.ticket = reminders[0].ticket or ticket_of(reminders)
        self._body = body_of(reminders, office.store.view)

    @property
    def body(self) -> str:
        """The part of its text that is the same whenever it goes out: of what goes out, where some of it does not."""
        going = [reminder for reminder in self.reminders if reminder.state is State.SENDING]
        return body_of(going, self._office.store.view) if going else self._body

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
    def is_personal(self) -> bool:
        """Whether one person gets it."""
        return self._first.is_personal

    @property
    def doubtful_since(self) -> datetime | None:
        """When it was tried first, while it may be out without our knowing; else None."""
        if not self._doubtful:
            return None
        return min((r.since for r in self.reminders if r.since is not None), default=self._first.due)

    # -- going out ----------------------------------------------------------------------------------------------------

    async def begin(self) -> str:
        """Note on disk that it is going out now.

        Returns:
            The text as it is right now; empty where it helps nobody any more, or is not to go out.

        Raises:
            ConnectionError: That cannot be noted at the moment, or the bot is being stopped.
        """
        if self._office.is_closed:
            raise ConnectionError("the bot is being stopped")
        self._doubtful = False
        while not self._over:
            now = self._office.clock.now()
            going = self._going(now)
            if not going:
                self._end()
                return ""
            try:
                self._note(going, now)
                if self._noted <= self._office.store.durable:
                    return say(going, self._office.store.view, self._office.event, now)
                await self._office.store.saved(self._noted)
            except NotSaved as error:
                raise ConnectionError(f"nothing can be saved ({error})") from error
            # What was moved or cancelled while that was written must not go out as it was: all is looked at again.
        return ""

    def _going(self, now: datetime) -> list[Reminder]:
        """Return the reminders that are to go out; the others are settled."""
        going: list[Reminder] = []
        settled: list[Reminder] = []
        for reminder in self.reminders:
            needless = self._office.needless(reminder, now)
            if needless:
                settled.append(replace(reminder, state=State.CANCELLED, why=needless))
            elif now > reminder.due + self._office.grace:
                settled.append(replace(reminder, state=State.MISSED, why=too_late(reminder, queued=True)))
            elif reminder.approval is not Approval.WAITING:
                going.append(reminder)
        self._office.outcomes.note(settled)
        missed = next((reminder.why for reminder in settled if reminder.state is State.MISSED), "")
        if missed and not going:
            self._end(missed)
        return going

    def _note(self, reminders: Sequence[Reminder], now: datetime) -> None:
        """Note that reminders are going out, where that is not noted yet; and with them, those that come next.

        Raises:
            NotSaved: That cannot be noted at the moment.
        """
        marked = [self._marked(reminder, now) for reminder in reminders]
        if marked == list(reminders):
            return
        draft = Draft(self._office.store.view)
        together: list[ReminderErrand] = [self]
        for errand in self._office.next_of(self):
            more = errand._ahead(now)  # noqa: SLF001 - another one of us
            if more:
                together.append(errand)
                marked += more
        for reminder in marked:
            draft.put(REMINDERS, reminder)
        change = self._office.store.commit(draft.edits(), at=now, cause=Cause.DELIVERY)
        self._office.outcomes.supersede(reminder.id for reminder in marked)
        for errand in together:
            errand._noted = change.seq  # noqa: SLF001 - see above

    def _marked(self, reminder: Reminder, now: datetime) -> Reminder:
        return replace(reminder, state=State.SENDING, since=reminder.since or now, ticket=self.ticket, why="")

    def _ahead(self, now: datetime) -> list[Reminder]:
        """Return its reminders as going out, where nothing speaks against that by now."""
        reminders = self.reminders
        fit = all(
            reminder.state is State.PLANNED
            and reminder.approval is not Approval.WAITING
            and now <= reminder.due + self._office.grace
            and not self._office.needless(reminder, now)
            for reminder in reminders
        )
        return [self._marked(reminder, now) for reminder in reminders] if fit and not self._over else []

    # -- what becomes of it -------------------------------------------------------------------------------------------

    def went(self, receipt: str) -> None:
        """It is out."""
        out = [replace(r, state=State.SENT, receipt=receipt) for r in self.reminders if r.state is State.SENDING]
        self._office.outcomes.note(out)
        self._end()

    def doubted(self) -> None:
        """It may be out and it may not: it is looked for before it is tried again."""
        self._doubtful = True

    def put_off(self, why: str) -> None:
        """It did not go out, and is tried again."""
        if not self._doubtful:
            self._plan_again([r for r in self.reminders if r.state is State.SENDING], why)

    def unanswered(self) -> bool:
        """The network cannot be asked whether it is out.

        Returns:
            Whether to send it all the same: what one person gets rather twice than never, what everybody sees rather
            never than twice.
        """
        if self.is_personal:
            return True
        self._miss(_DOUBT)
        return False

    def refused(self, why: str) -> None:
        """The network does not take it."""
        self._miss(why)

    def give_up(self) -> None:
        """It is not to go out any more, unless it is going out at this moment."""
        if self._doubtful:
            self._miss(_DOUBT)
        elif not any(reminder.state is State.SENDING for reminder in self.reminders):
            self.settle()

    def settle(self) -> None:
        """Note of its reminders that they are needless, or too late, where they are."""
        if not self._going(self._office.clock.now()):
            self._end()

    def away(self) -> None:
        """Who it is for is away, or turned out to be; they get it with another errand."""
        self._over = True
        view = self._office.store.view
        found = [reminder for key in self._ids if (reminder := view.get(REMINDERS, key)) is not None]
        back = (State.PLANNED, State.SENDING, State.SENT)
        self._plan_again([reminder for reminder in found if reminder.state in back], "who it is for was away")
        self._office.later(self)

    def _plan_again(self, reminders: Iterable[Reminder], why: str) -> None:
        self._office.outcomes.note(
            replace(r, state=State.PLANNED, receipt="", ticket="", since=None, why=why) for r in reminders
        )

    def _miss(self, why: str) -> None:
        self._office.outcomes.note([replace(r, state=State.MISSED, why=why) for r in self.reminders])
        self._end(why)

    def _end(self, missed: str = "") -> None:
        if not self._over:
            self._over = True
            self._office.ended(self, missed)
