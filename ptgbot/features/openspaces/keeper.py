"""Keeps what follows from posts in the same Change: what everybody sees, what is reminded of, who may have a room."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from ptgbot.core.after import After
from ptgbot.core.changes import Draft, Edit
from ptgbot.core.documents import View
from ptgbot.core.layers import Proposal, StoreLayer
from ptgbot.core.messages import Target
from ptgbot.core.protocols import Store
from ptgbot.features.openspaces.conflicts import is_during
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.model import OPENSPACES, POSTS, Fate, Lane, OpenSpace, Post, post_id
from ptgbot.features.openspaces.rules import room_key
from ptgbot.features.openspaces.telling import Teller, title_of
from ptgbot.features.reminders.model import (
    NUMBERS,
    REMINDERS,
    Approval,
    Kind,
    Reminder,
    State,
    place_of,
    reminders_of,
)
from ptgbot.features.schedule.model import CALENDAR, CalendarEntry

__all__ = ["FREE_NOW", "UNTITLED", "OpenSpaceKeeper", "reply_to"]

FREE_NOW = "the room is free now"
UNTITLED = "(removed)"  # whose author deleted it, or which was denied

CANCELLED_FOR = timedelta(hours=48)  # how long what does not take place is told of as cancelled, as for bookings
REPLIED_WITHIN = timedelta(days=6)  # less than it is remembered that there was a reply
ASIDE_FOR = timedelta(days=7)  # how long posts are kept that are about nothing
_SECOND = timedelta(seconds=1)
_SAID_SOON = timedelta(minutes=5)  # with a reminder due within that, one that is late is not made up for
_BEFORE = 20  # of what an open space was before, how much is kept

_OURS = (POSTS, OPENSPACES, REMINDERS, NUMBERS)


class OpenSpaceKeeper(StoreLayer):
    """Makes Changes durable like the store behind it (``core.protocols.Store``), with what follows from posts.

    An open space is there for everybody while its post is approved. Its reminders are planned as soon as room and time
    are known, and wait for that approval. Who loses a room to the schedule has to be looked at by a person; who waited
    for one that is free now is marked so. Who wrote a post is told once what becomes of it.

    Args:
        store: The store behind it.
        desk: Decides where posts stand.
        targets: Where reminders go.
    """

    def __init__(self, store: Store, desk: Desk, targets: Iterable[Target]) -> None:
        super().__init__(store)
        self._desk = desk
        self._teller = Teller(desk.event, desk.settings)
        self._places = tuple(place_of(target) for target in targets)

    def extend(self, proposal: Proposal) -> Proposal:
        """Return a proposal with what follows from it for open spaces."""
        touched = {edit.table.name for edit in proposal.edits}
        if POSTS.name not in touched and (CALENDAR.name not in touched or not self.view.all(POSTS)):
            return proposal
        draft = Draft(self.view)
        draft.take(proposal.edits, _OURS)
        others = tuple(edit for edit in proposal.edits if edit.table not in _OURS)
        self._settle_rooms(draft, others, proposal.at)
        for edit in draft.edits():
            if edit.table is POSTS:
                self._follow(draft, edit, proposal.at)
        return replace(proposal, edits=(*others, *draft.edits()))

    def catch_up(self, now: datetime) -> None:
        """Bring reminders to what there is to be by other settings.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        draft = Draft(self.view)
        for post in self.view.all(POSTS).values():
            if post.lives and post.start is not None and post.start > now:
                self._follow_reminders(draft, post, there=True, at=now)
        self._keep_up(draft.edits(), now)

    def expire(self, now: datetime) -> None:
        """Remove what is told of no longer, and posts that were about nothing.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        draft = Draft(self.view)
        for key, space in self.view.all(OPENSPACES).items():
            if space.cancelled and space.changed + CANCELLED_FOR <= now:
                draft.remove(OPENSPACES, key)
        oldest, aside = now - ASIDE_FOR, Lane.ASIDE
        for key, post in self.view.all(POSTS).items():
            if post.lane is aside and post.at <= oldest:
                draft.remove(POSTS, key)
        self._keep_up(draft.edits(), now)

    # -- who has a room -----------------------------------------------------------------------------------------------

    def _settle_rooms(self, draft: Draft, others: tuple[Edit, ...], at: datetime) -> None:
        """Have a person look at who lost a room, and mark who waited for one that is free now."""
        after = After(self.view, (*others, *draft.edits()))
        for post in list(self._that_may_lose(draft, after, others)):
            taken = self._desk.taken(after, post) if post.end is not None and post.end > at else None
            if taken is not None:
                why = self._desk.say_taken(post, taken).rstrip(".")
                lost = replace(post, lane=Lane.CONFLICT, fate=Fate.OPEN, reason=why, version=post.version + 1)
                draft.put(POSTS, lost)
                after = After(self.view, (*others, *draft.edits()))  # of two that meet, one keeps the room
        for waiting in self._that_wait(draft, after, others):
            if waiting.end is not None and waiting.end > at:
                taken = self._desk.taken(after, waiting)
                reason = FREE_NOW if taken is None else self._desk.say_taken(waiting, taken).rstrip(".")
                if reason != waiting.reason:
                    draft.put(POSTS, replace(waiting, reason=reason, version=waiting.version + 1))

    def _that_wait(self, draft: Draft, after: View, others: tuple[Edit, ...]) -> Iterator[Post]:
        """Yield the posts that wait for a room into which something came at their time, or out of which it went."""
        touched: dict[str, list[Post | CalendarEntry]] = {}
        for document in (each for edit in (*draft.edits(), *others) for each in (edit.before, edit.after)):
            if isinstance(document, Post) and document.lives:
                touched.setdefault(room_key(document.room), []).append(document)
            elif isinstance(document, CalendarEntry):
                for room in self._desk.called(room_key(document.room)):
                    touched.setdefault(room, []).append(document)
        for room, documents in touched.items():
            for waiting in after.where(POSTS, "waiting", room).values():
                if any(is_during(other, waiting) for other in documents):
                    yield waiting

    def _that_may_lose(self, draft: Draft, after: View, others: tuple[Edit, ...]) -> Iterator[Post]:
        """Yield the posts that have a room as before, while something else may have come into it.

        That is a booking; or, where a decision about a post is undone, that post itself.
        """
        for edit in draft.edits():
            if edit.table is POSTS and isinstance(edit.after, Post) and edit.after.lives:
                yield edit.after
        for entry in (edit.after for edit in others if edit.table is CALENDAR):
            if isinstance(entry, CalendarEntry) and not entry.cancelled:
                for room in self._desk.called(room_key(entry.room)):
                    yield from (p for p in after.where(POSTS, "room", room).values() if is_during(entry, p))

    # -- what follows from a post -------------------------------------------------------------------------------------

    def _follow(self, draft: Draft, edit: Edit, at: datetime) -> None:
        after = edit.after if isinstance(edit.after, Post) else None
        before = edit.before if isinstance(edit.before, Post) else None
        post = after or before
        if post is None:
            return
        self._follow_space(draft, post, there=after is not None, at=at)
        self._follow_reminders(draft, post, there=after is not None, at=at)
        self._follow_reply(draft, post, there=after is not None, at=at)

    def _follow_space(self, draft: Draft, post: Post, *, there: bool, at: datetime) -> None:
        held = draft.get(OPENSPACES, post_id(post.number))
        approved = there and post.lives and post.fate is Fate.APPROVED
        if approved and post.start is not None and post.end is not None:
            space = OpenSpace(
                id=post_id(post.number),
                number=post.number,
                title=title_of(post.text),
                room=post.room,
                start=post.start,
                end=post.end,
                changed=at,
                host=post.name,
                link=post.link,
            )
            draft.put(OPENSPACES, space if held is None else _after(held, space))
        elif held is not None:
            ended = replace(held, cancelled=True, changed=at)
            if not there or post.fate in (Fate.DENIED, Fate.WITHDRAWN):
                ended = replace(ended, title=UNTITLED, host="", link="")  # somebody wants its words to be read no more
            draft.put(OPENSPACES, _after(held, ended))

    def _follow_reminders(self, draft: Draft, post: Post, *, there: bool, at: datetime) -> None:
        wanted = {r.id: r for r in self._reminders(post, at)} if there and post.lives else {}
        for held in list(reminders_of(self.view, Kind.OPENSPACE, post_id(post.number))):
            if held.id in wanted:
                continue
            if held.state is State.PLANNED:
                draft.remove(REMINDERS, held.id)
            elif held.state is State.SENDING:  # it is stopped if that is possible still (see ``reminders.nudges``)
                draft.put(REMINDERS, replace(held, approval=Approval.WAITING))
        for key, reminder in wanted.items():
            known = draft.get(REMINDERS, key)
            if known is None or _was_not_approved(known):
                draft.put(REMINDERS, reminder)
            elif known.is_open:
                due = reminder.due if known.approval is not reminder.approval else known.due
                due = due if known.state is State.PLANNED else known.due
                draft.put(REMINDERS, replace(known, approval=reminder.approval, text=reminder.text, due=due))

    def _reminders(self, post: Post, at: datetime) -> Iterator[Reminder]:
        """Yield the reminders of a post; of one that is approved late, what is due already is due now."""
        if post.start is None or post.start <= at:
            return
        approved = post.fate is Fate.APPROVED
        leads = self._desk.settings.leads
        text = self._said(post)
        dues = {lead: post.start - timedelta(minutes=lead) for lead in leads}
        passed = [lead for lead, due in dues.items() if due < at]
        said_soon = any(at <= due < at + _SAID_SOON for due in dues.values())
        for lead, due in dues.items():
            if due < at and (not approved or lead != min(passed) or said_soon):
                continue  # one that is late says the right minutes, two of them would say the same
            for place in self._places:
                yield Reminder(
                    id=f"{Kind.OPENSPACE}/{post_id(post.number)}@{post.start:%Y%m%dT%H%M%SZ}@{post.room}/{lead}/{place}",
                    number=0,
                    kind=Kind.OPENSPACE,
                    subject=post_id(post.number),
                    place=place,
                    due=max(due, at),
                    start=post.start,
                    lead=lead,
                    text=text,
                    approval=Approval.GIVEN if approved else Approval.WAITING,
                )

    def _said(self, post: Post) -> str:
        """Return what a reminder says: the post as a quote, and what is so where that does not say it."""
        quoted = post.link or title_of(post.text)
        reading = self._desk.read(self.view, post.text, post.at) if post.by else None  # else it is what was read
        if reading is None or (reading.rooms, reading.starts) == ((post.room,), (post.start,)):
            return post.link or f"{quoted} ({post.room})"
        rooms, starts = reading.rooms or (post.room,), reading.starts or (post.start,)
        moved = "" if (rooms, starts) == ((post.room,), (post.start,)) else "Moved to "
        return f"{moved}{self._teller.spot(post)}: {quoted}"

    def _follow_reply(self, draft: Draft, post: Post, *, there: bool, at: datetime) -> None:
        """Answer the author of a post once; what waits to be said is as true as what it tells of."""
        key = f"{Kind.REPLY}/{post_id(post.number)}"
        held = draft.get(REMINDERS, key)
        text = self._teller.promise(post, at) if there else ""
        if held is not None and held.state is State.PLANNED:
            if text:
                draft.put(REMINDERS, replace(held, text=text))
            else:
                draft.remove(REMINDERS, key)
        place = self._teller.reply_place(post)
        known = held is not None or post.replied or post.at + REPLIED_WITHIN <= at
        if known or not text or not place or not self._desk.settings.reply:
            return
        draft.put(REMINDERS, reply_to(post, key, place, via=post.source.partition("/")[2], text=text, at=at))


def reply_to(post: Post, key: str, place: str, *, via: str, text: str, at: datetime) -> Reminder:
    """Return an answer to somebody who wrote a post, or something about it.

    Args:
        post: The post.
        key: The answer's own key.
        place: Where it goes.
        via: What it answers, by the network's own name.
        text: What it says.
        at: Now (aware, UTC).
    """
    subject = post_id(post.number)
    return Reminder(key, 0, Kind.REPLY, subject, place, due=at, start=at, text=text, via=via)


def _was_not_approved(known: Reminder) -> bool:
    """Return whether a reminder was missed because nobody had approved it."""
    return known.state is State.MISSED and known.approval is Approval.WAITING


def _after(held: OpenSpace, space: OpenSpace) -> OpenSpace:
    """Return an open space as it follows on what was told of it: with a later change, and what it was before."""
    if replace(space, changed=held.changed, before=held.before) == held:
        return held
    changed = max(space.changed, held.changed + _SECOND)
    same = replace(space.stand, changed=held.changed) == held.stand
    before = held.before if same else (*held.before, held.stand)[-_BEFORE:]
    return replace(space, changed=changed, before=before)
