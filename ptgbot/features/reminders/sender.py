"""Sends what is due: at its instant, with what is due for the same target, and exactly as often as it may be."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from ptgbot.core.changes import Cause, Change, Draft, Edit
from ptgbot.core.clock import Clock, Event
from ptgbot.core.documents import View
from ptgbot.core.identity import Actor, keys_of
from ptgbot.core.messages import Priority, Send
from ptgbot.core.protocols import NotSaved, Store, Timers
from ptgbot.features.reminders.absent import Absent
from ptgbot.features.reminders.agenda import ASKED_BEFORE, Agenda, looks_at, minute_of
from ptgbot.features.reminders.days import NewDays
from ptgbot.features.reminders.errand import ReminderErrand, too_late
from ptgbot.features.reminders.model import REMINDERS, Approval, Kind, Reminder, State
from ptgbot.features.reminders.nudges import make_needless, target_now
from ptgbot.features.reminders.outcomes import Missed, Outcomes
from ptgbot.features.reminders.questions import questions
from ptgbot.features.reminders.settings import ReminderSettings

__all__ = ["Sender"]

_log = logging.getLogger(__name__)

AWAY_AGAIN = timedelta(seconds=20)  # until somebody who was away is looked for again
BEGUN_TOGETHER = 32  # messages that one Change says are going out
_SURE = timedelta(minutes=1)  # until it is looked whether what was noted stands
_SLICE = 0.01  # seconds until others have their turn
_AT_ONCE = 500  # reminders in one message at most, and of those that were missed in one Change
_WAKE = "reminders"

_TOGETHER = (Kind.SLOT, Kind.MINE)  # several of a kind for one target go out as one message


class Sender:
    """Has every reminder go out when it is due.

    What is due is asked of the documents; here is only kept when to look next. What it does about a reminder is
    written into its document, so that a process that was killed anywhere leaves nothing that the next one cannot go on
    with. Thousands that are due at once are handled in slices of the loop's time.

    Args:
        store: The state, and where it is noted what became of reminders.
        event: The conference.
        settings: What the event wants of reminders.
        clock: The time.
        timers: Wake it.
        submit: Takes what is to be sent.
        tell: Tells the organisers something.
        ask: Asks the organisers about what has an id: the id, and the question; without it they are told the question.
        new_day: Returns the edits that begin a day.
        commands: The store as commands have it, with an entry in the history for each.
    """

    def __init__(
        self,
        *,
        store: Store,
        event: Event,
        settings: ReminderSettings,
        clock: Clock,
        timers: Timers,
        submit: Callable[[Send], None],
        tell: Callable[[str], None],
        new_day: Callable[[View], tuple[Edit, ...]],
        commands: Store,
        ask: Callable[[str, str], None] | None = None,
    ) -> None:
        self.store = store
        self.event = event
        self.clock = clock
        self.grace = settings.grace
        self.needless = make_needless(store.view, event, settings)
        self.outcomes = Outcomes(store, clock)
        self._missed = Missed(store, tell)
        self._timers = timers
        self._submit = submit
        self._ask_about = ask or (lambda name, question: tell(question))
        self._days = NewDays(
            commands=commands, event=event, clock=clock, outcomes=self.outcomes, new_day=new_day, tell=tell
        )
        self._agenda = Agenda()
        self._under_way: dict[str, ReminderErrand] = {}
        self._personal: dict[str, deque[ReminderErrand]] = {}  # by network, those that are still to be begun
        self._absent = Absent()
        self.is_closed = False
        self._started = clock.now()
        self._work: deque[Iterator[None]] = deque()  # what is being done, in steps
        self._step: asyncio.Handle | None = None

    # -- what is due --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take up what was planned, and what was going out when the bot was stopped."""
        doubtful: dict[str, list[Reminder]] = {}
        looks: set[tuple[datetime, datetime]] = set()
        for reminder in self.store.view.all(REMINDERS).values():
            if reminder.state is State.SENDING:
                doubtful.setdefault(reminder.ticket, []).append(reminder)
            elif reminder.state is State.PLANNED:
                looks.update((at, minute_of(reminder)) for at in looks_at(reminder))
        self._agenda.load(looks)
        for reminders in doubtful.values():
            self._send(reminders, doubtful=True)
        self._wake()

    def close(self) -> None:
        """Begin nothing any more: what has not gone out yet does so after the next start, and is in no doubt then."""
        self.is_closed = True
        self._timers.set(_WAKE, None, self._wake)
        self._missed.close()
        self._work.clear()
        if self._step is not None:
            self._step.cancel()

    def changed(self, change: Change) -> None:
        """Take note of what a durable Change plans."""
        new = [
            edit.after
            for edit in change.edits
            if edit.table is REMINDERS and isinstance(edit.after, Reminder) and edit.after.state is State.PLANNED
        ]
        for reminder in new:
            if reminder.id not in self._under_way and reminder.id not in self._absent:
                for at in looks_at(reminder):
                    self._agenda.put(at, reminder, alone=_is_alone(reminder))
        if new:
            self._wake()

    def _set(self) -> None:
        """Be woken when there is something to look at."""
        self._timers.set(_WAKE, self._agenda.next, self._wake)

    def _wake(self) -> None:
        """Send what is due by now."""
        if self.is_closed:
            return
        self._work.extend(self._look(minute, key) for minute, key in self._agenda.take(self.clock.now()))
        if self._step is None:
            self._go_on()
        else:
            self._set()

    def _go_on(self) -> None:
        """Do what there is to be done, for a slice of the loop's time."""
        self._step = None
        until = time.monotonic() + _SLICE
        while self._work:
            if time.monotonic() > until:
                self._step = asyncio.get_running_loop().call_soon(self._go_on)
                return
            try:
                next(self._work[0])
            except StopIteration:
                self._work.popleft()
            except Exception:  # noqa: BLE001 - one bad reminder must not stop the others
                _log.exception("Some reminders could not be handled.")
                self._work.popleft()
        self._set()

    def _look(self, minute: datetime, key: str) -> Iterator[None]:
        """Look at what is due in a minute, or at one reminder and what goes with it, in steps."""
        late: list[str] = []
        to_ask: list[str] = []
        messages: dict[tuple[object, ...], list[str]] = {}
        for reminder in self._found(minute, key):
            yield
            now = self.clock.now()
            if reminder.state is not State.PLANNED:
                self._absent.forget(reminder.id)
                self._give_up_doubt(reminder, now)
                continue
            if reminder.approval is Approval.WAITING and not reminder.asked and reminder.due - ASKED_BEFORE <= now:
                to_ask.append(reminder.id)
            if reminder.due > now or self._absent.waits(reminder.id, now):
                continue
            if now > reminder.due + self.grace and reminder.kind is not Kind.NEWDAY:
                late.append(reminder.id)
            else:
                alone = "" if reminder.kind in _TOGETHER else reminder.id
                where = (reminder.kind, reminder.place, reminder.identity, minute_of(reminder), alone)
                messages.setdefault(where, []).append(reminder.id)
        if to_ask:
            self._ask(self._planned(to_ask))
        for ids in messages.values():
            for some in _parts(ids):
                yield
                self._begin(self._planned(some))
        for some in _parts(late):
            yield
            self._too_late(self._planned(some))

    def _found(self, minute: datetime, key: str) -> list[Reminder]:
        view = self.store.view
        if not key:
            return list(view.where(REMINDERS, "minute", minute).values())
        reminder = view.get(REMINDERS, key)
        if reminder is None or not reminder.identity:
            return [] if reminder is None else [reminder]
        own = view.where(REMINDERS, "identity", reminder.identity).values()
        return [other for other in own if minute_of(other) == minute]

    def _planned(self, ids: Iterable[str]) -> list[Reminder]:
        """Return those that are planned still: others had their turn meanwhile."""
        found = (self.store.view.get(REMINDERS, key) for key in ids)
        return [reminder for reminder in found if reminder is not None and reminder.state is State.PLANNED]

    def _begin(self, reminders: list[Reminder]) -> None:
        """Have go out what is due for one target."""
        waiting = [r for r in reminders if r.approval is Approval.WAITING]
        going = [r for r in reminders if r.approval is not Approval.WAITING and r.id not in self._under_way]
        for reminder in waiting:
            self._look_when_late(reminder)
        if going and going[0].kind is Kind.NEWDAY:
            if self._days.begin(going[0]):
                self._look_again(going[0], self.clock.now())
        elif going:
            self._send(going)

    def _send(self, reminders: Sequence[Reminder], *, doubtful: bool = False) -> None:
        """Put one message into the queue; it is looked at again when it would be too late."""
        target = target_now(reminders[0], self.store.view)
        if target is None:
            self._settle(reminders, "there is nobody to tell")
            return
        errand = ReminderErrand(self, reminders, target, doubtful=doubtful)
        for reminder in reminders:
            self._under_way[reminder.id] = errand
            self._absent.forget(reminder.id)
            self._look_when_late(reminder)
        if errand.is_personal and not doubtful:
            self._personal.setdefault(target.network, deque()).append(errand)
        self._submit(Send(target, errand.body, Priority.NOTIFICATION, errand=errand, apart=True))

    def _look_when_late(self, reminder: Reminder) -> None:
        self._agenda.put(reminder.due + self.grace + timedelta(seconds=1), reminder, alone=_is_alone(reminder))

    def _look_again(self, reminder: Reminder, now: datetime) -> None:
        """Look whether what is being noted stands."""
        self._agenda.put(now + _SURE, reminder, alone=True)

    def _give_up_doubt(self, reminder: Reminder, now: datetime) -> None:
        """Have an end to what may be out, where for a whole grace the network could not even be asked."""
        errand = self._under_way.get(reminder.id)
        since = None if errand is None else errand.doubtful_since
        if errand is None or since is None:
            return
        end = max(since, self._started) + self.grace + timedelta(seconds=1)
        if now >= end:
            errand.give_up()
        else:
            self._agenda.put(end, reminder, alone=True)

    def _settle(self, reminders: Iterable[Reminder], why: str) -> None:
        """Note of reminders that they are needless."""
        now = self.clock.now()
        self.outcomes.note(replace(r, state=State.CANCELLED, why=self.needless(r, now) or why) for r in reminders)

    def _too_late(self, reminders: list[Reminder]) -> None:
        """Mark what did not go out in time as missed."""
        now = self.clock.now()
        settled: list[Reminder] = []
        for reminder in reminders:
            self._absent.forget(reminder.id)
            errand = self._under_way.get(reminder.id)
            if errand is not None:
                errand.give_up()
                continue
            needless = self.needless(reminder, now)
            if needless:
                settled.append(replace(reminder, state=State.CANCELLED, why=needless))
                continue
            missed = replace(reminder, state=State.MISSED, why=too_late(reminder))
            settled.append(missed)
            self._missed.add(missed, missed.why)
        self.outcomes.note(settled)

    # -- what becomes of errands --------------------------------------------------------------------------------------

    def next_of(self, errand: ReminderErrand) -> Iterable[ReminderErrand]:
        """Return errands whose turn comes soon after one.

        Only of what one person gets several may be begun together: what was begun and did not go out before a crash
        goes out after it, which is not so with what everybody sees.
        """
        soon = self._personal.get(errand.target.network)
        if not errand.is_personal or not soon:
            return ()
        taken = list(islice(soon, BEGUN_TOGETHER))
        for _ in taken:
            soon.popleft()
        return [other for other in taken if other is not errand]

    def ended(self, errand: ReminderErrand, missed: str = "") -> None:
        """An errand is over."""
        for key in errand.ids:
            if self._under_way.get(key) is errand:
                del self._under_way[key]
            reminder = self.store.view.get(REMINDERS, key)
            if missed and reminder is not None and reminder.state is State.MISSED:
                self._missed.add(reminder, missed)

    def later(self, errand: ReminderErrand) -> None:
        """Who a message is for is away: look for them again a little later."""
        at = self.clock.now() + AWAY_AGAIN
        for key in errand.ids:
            if self._under_way.get(key) is errand:
                del self._under_way[key]
            reminder = self.store.view.get(REMINDERS, key)
            if reminder is not None and reminder.state is State.PLANNED:
                self._absent.put(key, errand.target.identity, at)
                self._agenda.put(at, reminder, alone=True)
        self._set()

    def came(self, actor: Actor) -> None:
        """Send what is due for somebody who is there again."""
        found = self._absent.take(keys_of(actor))
        for key in found:
            reminder = self.store.view.get(REMINDERS, key)
            if reminder is not None:
                self._agenda.put(self.clock.now(), reminder, alone=True)
        if found:
            self._wake()

    # -- what organisers decide ---------------------------------------------------------------------------------------

    def _ask(self, reminders: list[Reminder]) -> None:
        """Ask organisers whether posts may go out."""
        draft = Draft(self.store.view)
        now = self.clock.now()
        for reminder in reminders:
            draft.put(REMINDERS, replace(reminder, asked=True))
            self._look_again(reminder, now)
        try:
            self.store.commit(draft.edits(), at=now, cause=Cause.DELIVERY)
        except NotSaved as error:
            _log.warning("Organisers are not asked yet, as nothing can be saved (%s); tried again in a minute.", error)
            return
        for name, question in questions(reminders, self.store.view, self.event, now):
            self._ask_about(name, question)


def _is_alone(reminder: Reminder) -> bool:
    """Return whether a reminder is due at an instant of its own, so that the others of its minute need no look."""
    return reminder.kind is Kind.REPLY


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))
