"""Sends what is due: at its instant, with what is due for the same target, and exactly as often as it may be."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

from ptgbot.core.changes import Cause, Change, Draft, Edit
from ptgbot.core.clock import Clock, Event
from ptgbot.core.commands import quote
from ptgbot.core.documents import View
from ptgbot.core.identity import Actor, keys_of
from ptgbot.core.messages import Priority, Send
from ptgbot.core.protocols import NotSaved, Store, Timers
from ptgbot.features.reminders.errand import ReminderErrand
from ptgbot.features.reminders.model import REMINDERS, Approval, Kind, Reminder, State, reminder_id
from ptgbot.features.reminders.nudges import make_needless, target_now
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.reminders.words import body_of, say
from ptgbot.features.topics.model import TOPICS

__all__ = ["Sender"]

_log = logging.getLogger(__name__)

ASKED_BEFORE = timedelta(minutes=30)  # a post that needs approval is due
AWAY_AGAIN = timedelta(seconds=20)  # until somebody who was away is looked for again
_GATHER = 0.5  # seconds in which what organisers are to be told of is gathered
_TOLD = 10  # missed reminders that are named to organisers
_WAKE = "reminders"

_TOGETHER = (Kind.SLOT, Kind.MINE)  # several of a kind for one target go out as one message


class Sender:
    """Has every reminder go out when it is due.

    What is due is asked of the documents; here is only kept when to look next. What it does about a reminder is
    written into its document, so that a process that was killed anywhere leaves nothing that the next one cannot go on
    with.

    Args:
        store: The state, and where it is noted what became of reminders.
        event: The conference.
        settings: What the event wants of reminders.
        clock: The time.
        timers: Wake it.
        submit: Takes what is to be sent.
        tell: Tells the organisers something.
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
    ) -> None:
        self.store = store
        self.event = event
        self.clock = clock
        self.grace = settings.grace
        self.needless = make_needless(store.view, event, settings)
        self._timers = timers
        self._submit = submit
        self._tell = tell
        self._new_day = new_day
        self._commands = commands
        self._looks: list[tuple[datetime, datetime]] = []  # when to look, at what is due in which minute; soonest first
        self._known: set[tuple[datetime, datetime]] = set()
        self._under_way: dict[str, ReminderErrand] = {}
        self._away: dict[str, datetime] = {}  # reminders for people who are away → until when they are not looked for
        self._missed: list[tuple[Reminder, str]] = []
        self._telling: asyncio.TimerHandle | None = None

    # -- what is due --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take up what was planned, and what was going out when the bot was stopped."""
        doubtful: dict[str, list[Reminder]] = {}
        for reminder in self.store.view.all(REMINDERS).values():
            if reminder.state is State.SENDING:
                doubtful.setdefault(reminder.ticket, []).append(reminder)
            elif reminder.state is State.PLANNED:
                self._known.update(_looks(reminder))
        self._looks = list(self._known)
        heapify(self._looks)
        for reminders in doubtful.values():
            self._send(reminders, doubtful=True)
        self._wake()

    def changed(self, change: Change) -> None:
        """Take note of what a durable Change plans."""
        planned = [
            edit.after
            for edit in change.edits
            if edit.table is REMINDERS and isinstance(edit.after, Reminder) and edit.after.state is State.PLANNED
        ]
        new = [reminder for reminder in planned if reminder.id not in self._under_way]
        for look in {look for reminder in new for look in _looks(reminder)}:
            self._look(*look)
        if new and self._looks[0][0] <= self.clock.now():
            self._wake()
        elif new:
            self._set()

    def _look(self, at: datetime, minute: datetime) -> None:
        """Look at an instant at what is due in a minute."""
        if (at, minute) not in self._known:
            self._known.add((at, minute))
            heappush(self._looks, (at, minute))

    def _set(self) -> None:
        """Be woken when there is something to look at."""
        self._timers.set(_WAKE, self._looks[0][0] if self._looks else None, self._wake)

    def _wake(self) -> None:
        """Send what is due by now."""
        now = self.clock.now()
        due: dict[str, Reminder] = {}
        to_ask: dict[str, Reminder] = {}
        minutes: dict[datetime, None] = {}
        while self._looks and self._looks[0][0] <= now:
            look = heappop(self._looks)
            self._known.discard(look)
            minutes[look[1]] = None
        for minute in minutes:
            for reminder in self.store.view.where(REMINDERS, "minute", minute).values():
                self._sort(reminder, now, due, to_ask)
        self._send_all(due.values(), now)
        if to_ask:
            self._ask(list(to_ask.values()))
        self._set()

    def _sort(self, reminder: Reminder, now: datetime, due: dict[str, Reminder], to_ask: dict[str, Reminder]) -> None:
        """Put a reminder to those that are due, or to those that have to be approved."""
        if reminder.state is not State.PLANNED:
            return
        if reminder.approval is Approval.WAITING and not reminder.asked and reminder.due - ASKED_BEFORE <= now:
            to_ask[reminder.id] = reminder
        errand = self._under_way.get(reminder.id)
        if errand is not None:
            if now > reminder.due + self.grace:
                errand.give_up()
        elif reminder.due <= now and self._away.get(reminder.id, now) <= now:
            due[reminder.id] = reminder

    def _send_all(self, due: Iterable[Reminder], now: datetime) -> None:
        late: list[Reminder] = []
        together: dict[tuple[object, ...], list[Reminder]] = {}
        for reminder in due:
            if reminder.kind is Kind.NEWDAY:
                self._begin_day(reminder, now)
            elif now > reminder.due + self.grace:
                late.append(reminder)
            elif reminder.approval is Approval.WAITING:
                self._look_when_late(reminder)
            else:
                alone = "" if reminder.kind in _TOGETHER else reminder.id
                where = (reminder.kind, reminder.place, reminder.identity, _minute(reminder), alone)
                together.setdefault(where, []).append(reminder)
        for reminders in together.values():
            self._send(reminders)
        if late:
            self._too_late(late, now)

    def _send(self, reminders: list[Reminder], *, doubtful: bool = False) -> None:
        """Put one message into the queue; it is looked at again when it would be too late."""
        target = target_now(reminders[0], self.store.view)
        errand = ReminderErrand(self, reminders, doubtful=doubtful)
        if target is None:
            errand.give_up()
            return
        for reminder in reminders:
            self._under_way[reminder.id] = errand
            self._look_when_late(reminder)
        self._submit(Send(target, errand.body, Priority.NOTIFICATION, errand=errand, apart=True))

    def _look_when_late(self, reminder: Reminder) -> None:
        self._look(reminder.due + self.grace + timedelta(seconds=1), _minute(reminder))

    def _too_late(self, reminders: list[Reminder], now: datetime) -> None:
        """Mark as missed what was due while the bot was not there."""
        draft = Draft(self.store.view)
        for reminder in reminders:
            needless = self.needless(reminder, now)
            why = "nobody approved it" if reminder.approval is Approval.WAITING else "the bot was not running in time"
            if needless:
                draft.put(REMINDERS, replace(reminder, state=State.CANCELLED, why=needless))
            else:
                draft.put(REMINDERS, replace(reminder, state=State.MISSED, why=why))
                self._miss(reminder, why)
        self._commit(draft, now)

    def _commit(self, draft: Draft, now: datetime) -> bool:
        try:
            if draft.edits():
                self.store.commit(draft.edits(), at=now, cause=Cause.DELIVERY)
        except NotSaved as error:
            _log.warning("What became of reminders was not saved (%s).", error)
            return False
        return True

    # -- what becomes of errands --------------------------------------------------------------------------------------

    def ended(self, errand: ReminderErrand, missed: str = "") -> None:
        """An errand is over."""
        for key in errand.ids:
            self._under_way.pop(key, None)
            self._away.pop(key, None)
            reminder = self.store.view.get(REMINDERS, key)
            if missed and reminder is not None and reminder.state is State.MISSED:
                self._miss(reminder, missed)

    def later(self, errand: ReminderErrand) -> None:
        """Who a message is for is away: look for them again a little later."""
        at = self.clock.now() + AWAY_AGAIN
        for key in errand.ids:
            self._under_way.pop(key, None)
            reminder = self.store.view.get(REMINDERS, key)
            if reminder is not None:
                self._away[key] = at
                self._look(at, _minute(reminder))
        self._set()

    def came(self, actor: Actor) -> None:
        """Send what is due for somebody who is there again."""
        if not self._away:
            return
        keys = keys_of(actor)
        for key in list(self._away):
            reminder = self.store.view.get(REMINDERS, key)
            target = None if reminder is None else target_now(reminder, self.store.view)
            if reminder is None or target is None or target.identity in keys:
                del self._away[key]
                if reminder is not None:
                    self._look(self.clock.now(), _minute(reminder))
        self._wake()

    def _miss(self, reminder: Reminder, why: str) -> None:
        """Tell organisers, together with what else is missed in this moment, unless it is a person's own."""
        if reminder.is_personal:
            return
        self._missed.append((reminder, why))
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_GATHER, self._tell_missed)

    def _tell_missed(self) -> None:
        missed, self._missed, self._telling = self._missed, [], None
        for why in dict.fromkeys(why for _, why in missed):
            of_it = [reminder for reminder, reason in missed if reason == why]
            named = ", ".join(map(self._named, of_it[:_TOLD]))
            more = f" and {len(of_it) - _TOLD} more" if len(of_it) > _TOLD else ""
            self._tell(f"Not sent: {named}{more}. Why: {why}.")

    def _named(self, reminder: Reminder) -> str:
        return f"{name_of(reminder)} to {reminder.place} ({quote(body_of([reminder], self.store.view))})"

    # -- what organisers decide ---------------------------------------------------------------------------------------

    def _ask(self, reminders: list[Reminder]) -> None:
        """Ask organisers whether posts may go out."""
        draft = Draft(self.store.view)
        for reminder in reminders:
            draft.put(REMINDERS, replace(reminder, asked=True))
        now = self.clock.now()
        if not self._commit(draft, now):
            return
        for reminder in reminders:
            at = self.event.local(reminder.due)
            where = f"to {reminder.place.partition(':')[0]} at {at:%a %H:%M} {at.tzname()}"
            text = say([reminder], self.store.view, self.event, max(now, reminder.due))
            name = name_of(reminder)
            self._tell(f"{name} waits for your word: {where} goes: {text} (~approve {name} or ~deny {name})")

    # -- a new day ----------------------------------------------------------------------------------------------------

    def _begin_day(self, reminder: Reminder, now: datetime) -> None:
        """Do ``~newday`` by itself: once, in the Change that says so; not over what was said on that day already."""
        said = [topic for topic in self.store.view.all(TOPICS).values() if topic.now and topic.now.since]
        today = self.event.local(now).date() == self.event.local(reminder.due).date()
        begun = any(topic.now and topic.now.since and topic.now.since >= reminder.due for topic in said)
        draft = Draft(self.store.view)
        if today and not begun:
            draft.put(REMINDERS, replace(reminder, state=State.SENT, since=now))
            try:
                self._commands.commit((*self._new_day(self.store.view), *draft.edits()), at=now, text="~newday")
            except NotSaved as error:
                _log.warning("The new day was not begun (%s); tried again in a minute.", error)
                self._look(now + timedelta(minutes=1), _minute(reminder))
            return
        why = "the bot was not running in time; say ~newday where it is still wanted"
        draft.put(REMINDERS, replace(reminder, state=State.MISSED, why=why))
        if self._commit(draft, now):
            self._tell(f"~newday was not done by itself on {reminder.subject}: {why}.")


def name_of(reminder: Reminder) -> str:
    """Return the id by which people name a reminder, or the announcement that it is of."""
    return reminder.subject if reminder.kind is Kind.ANNOUNCEMENT else reminder_id(reminder.number)


def _minute(reminder: Reminder) -> datetime:
    """Return the minute in which a reminder is due, as the table has it."""
    return reminder.due.replace(second=0, microsecond=0)


def _looks(reminder: Reminder) -> Iterable[tuple[datetime, datetime]]:
    """Yield when a planned reminder is to be looked at, with the minute in which it is due."""
    yield reminder.due, _minute(reminder)
    if reminder.approval is Approval.WAITING and not reminder.asked:
        yield reminder.due - ASKED_BEFORE, _minute(reminder)
