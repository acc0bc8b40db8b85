"""Keeps reminders in step with what they are about, in the same Change, whatever brings it about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ptgbot.core.after import After
from ptgbot.core.changes import Cause, Draft, Edit
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.layers import Proposal, StoreLayer
from ptgbot.core.protocols import Store
from ptgbot.features.reminders.model import (
    ANNOUNCEMENTS,
    NUMBERS,
    REMINDERS,
    SPEAKERS,
    WISHES,
    Announcement,
    Approval,
    Kind,
    Reminder,
    Speaker,
    State,
    Wish,
    next_number,
    reminders_of,
)
from ptgbot.features.reminders.planning import (
    OF_SLOT,
    approval_of,
    of_announcement,
    of_slot,
    of_wish,
    the_new_day,
    wishes_by_track,
)
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import CALENDAR
from ptgbot.features.topics.model import TOPICS

__all__ = ["ReminderKeeper"]

KEPT = timedelta(days=7)  # for which what was sent, missed or cancelled can be looked up

_OURS = (REMINDERS, NUMBERS, SPEAKERS)


class ReminderKeeper(StoreLayer):
    """Makes Changes durable like the store behind it (``core.protocols.Store``), with the reminders that follow.

    Reminders follow from what calendars tell, from wishes and from announcements, not from who changed them: a slot
    that an import gives another time, and what an undo brings back, are seen like what a command did. What is planned
    for a subject that moved goes with it, since its id has the time and the room in it; what went out already stays.
    Nothing is planned for what has passed.

    Args:
        store: The store behind it.
        event: The event.
        settings: What the event wants of reminders.
    """

    def __init__(self, store: Store, event: Event, settings: ReminderSettings) -> None:
        super().__init__(store)
        self._event = event
        self._settings = settings

    def extend(self, proposal: Proposal) -> Proposal:
        """Return a proposal with what follows from it for reminders."""
        by_table: dict[str, list[Edit]] = {}
        for edit in proposal.edits:
            by_table.setdefault(edit.table.name, []).append(edit)
        if by_table.keys().isdisjoint(_WATCHED):
            return proposal
        draft = Draft(self.view)
        draft.take(proposal.edits, _OURS)
        after = After(self.view, proposal.edits)
        slots = [edit.key for edit in by_table.get(CALENDAR.name, ())]
        if slots:
            self._follow_slots(draft, after, slots, proposal.at)
        for edit in by_table.get(WISHES.name, ()):
            self._follow_wish(draft, after, edit.key, proposal.at)
        for edit in by_table.get(ANNOUNCEMENTS.name, ()):
            self._follow_announcement(draft, edit)
        if proposal.cause is Cause.COMMAND and TOPICS.name in by_table:
            self._note_speaker(draft, proposal)
        others = tuple(edit for edit in proposal.edits if edit.table not in _OURS)
        return replace(proposal, edits=(*others, *draft.edits()))

    def catch_up(self, now: datetime) -> None:
        """Bring the reminders to what there is to be: for other settings, and for what another program imported.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        view = self.view
        draft = Draft(view)
        slots = {r.subject: None for r in view.all(REMINDERS).values() if r.is_open and r.kind in OF_SLOT}
        self._follow_slots(draft, view, {**slots, **dict.fromkeys(view.all(CALENDAR))}, now)
        self._follow_approval(draft)
        self._plan_day(draft, now)
        self._keep_up(draft.edits(), now)

    def expire(self, now: datetime) -> None:
        """Remove what is too old to be looked up, and plan the next new day.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        draft = Draft(self.view)
        self._plan_day(draft, now)
        oldest = now - KEPT
        for key, reminder in self.view.all(REMINDERS).items():
            if reminder.due < oldest and not reminder.is_open:
                draft.remove(REMINDERS, key)
        self._keep_up(draft.edits(), now)

    def _follow_slots(self, draft: Draft, after: View, keys: Iterable[str], at: datetime) -> None:
        """Plan what there is to be of booked slots, and take back what is not to be any more.

        Args:
            draft: Takes the edits.
            after: The state as the Change leaves it.
            keys: The bookings, those that are not there any more included.
            at: When the Change is made.
        """
        wishes = wishes_by_track(after)
        for key in keys:
            entry = after.get(CALENDAR, key)
            wanted: dict[str, Reminder] = {}
            if entry is not None and not entry.cancelled:
                wanted |= {reminder.id: reminder for reminder in of_slot(entry, self._settings)}
                for wish, minutes in wishes.get(entry.track, ()):
                    mine = of_wish(entry, wish, minutes)
                    wanted[mine.id] = mine
            there = [r for kind in OF_SLOT for r in reminders_of(self.view, kind, key)]
            self._follow(draft, there, wanted, at)

    def _follow_wish(self, draft: Draft, after: View, key: str, at: datetime) -> None:
        wish = after.get(WISHES, key)
        wanted: dict[str, Reminder] = {}
        for track, minutes in wish.tracks if wish is not None else ():
            assert isinstance(wish, Wish)
            for entry in after.where(CALENDAR, "track", track).values():
                if not entry.cancelled:
                    mine = of_wish(entry, wish, minutes)
                    wanted[mine.id] = mine
        there = self.view.where(REMINDERS, "identity", key).values()
        self._follow(draft, [r for r in there if r.kind is Kind.MINE], wanted, at)

    def _follow(self, draft: Draft, there: Iterable[Reminder], wanted: Mapping[str, Reminder], at: datetime) -> None:
        numbers: dict[str, int] = {}
        for reminder in there:
            numbers[_said(reminder)] = reminder.number
            # What is going out at this moment has to be told what became of it.
            if reminder.state is State.PLANNED and reminder.id not in wanted:
                draft.remove(REMINDERS, reminder.id)
        for reminder in wanted.values():
            if reminder.due > at and draft.get(REMINDERS, reminder.id) is None:
                said = _said(reminder)
                numbers[said] = numbers.get(said) or next_number(draft, "r")
                draft.put(REMINDERS, replace(reminder, number=numbers[said]))

    def _follow_announcement(self, draft: Draft, edit: Edit) -> None:
        announcement = edit.after
        if isinstance(announcement, Announcement):
            for reminder in of_announcement(announcement, self._settings):
                if draft.get(REMINDERS, reminder.id) is None:
                    draft.put(REMINDERS, reminder)
            return
        for reminder in list(reminders_of(self.view, Kind.ANNOUNCEMENT, edit.key)):
            if reminder.state is State.PLANNED:
                draft.remove(REMINDERS, reminder.id)

    def _follow_approval(self, draft: Draft) -> None:
        """Have what was planned under another ``announce.approve`` wait from now on, or wait no longer."""
        for key, planned in self.view.all(REMINDERS).items():
            if planned.state is not State.PLANNED or planned.kind not in (Kind.SLOT, Kind.ANNOUNCEMENT):
                continue
            approval = approval_of(planned.place, self._settings)
            if planned.approval not in (approval, Approval.GIVEN) and draft.get(REMINDERS, key) is not None:
                draft.put(REMINDERS, replace(planned, approval=approval, asked=False))

    def _note_speaker(self, draft: Draft, proposal: Proposal) -> None:
        """Remember who speaks for a track, so that they can be asked about it."""
        if not proposal.subject or proposal.actor is None:
            return
        who = proposal.actor
        draft.put(SPEAKERS, Speaker(proposal.subject, who.identity.key, who.identity.network, who.name))

    def _plan_day(self, draft: Draft, now: datetime) -> None:
        """Plan when the next day begins; at most one is planned, so that a new setting holds at once."""
        wanted: dict[str, Reminder] = {}
        if self._settings.newday_at is not None:
            today = self._event.local(now).date()
            days = [the_new_day(self._event, self._settings.newday_at, today + timedelta(days=n)) for n in range(3)]
            upcoming = [day for day in days if day.due > now]
            wanted = {upcoming[0].id: upcoming[0]}
        for key, reminder in self.view.all(REMINDERS).items():
            planned = reminder.kind is Kind.NEWDAY and reminder.state is State.PLANNED and reminder.due > now
            if planned and (key not in wanted or wanted[key].due != reminder.due):
                draft.remove(REMINDERS, key)
        for key, reminder in wanted.items():
            if draft.get(REMINDERS, key) is None:
                draft.put(REMINDERS, reminder)


def _said(reminder: Reminder) -> str:
    """Return what reminders have in common that say the same in several places: people name them by one number."""
    return reminder.id.removesuffix(f"/{reminder.place}") if reminder.kind is Kind.SLOT else reminder.id


_WATCHED = frozenset(table.name for table in (CALENDAR, WISHES, ANNOUNCEMENTS, TOPICS))
