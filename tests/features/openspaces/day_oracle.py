"""What has to be announced of a day: told from what people meant by what they wrote, without any of the program's code.

The rules are those of the issue: one room and one time that are free are announced fifteen minutes before, what is in
doubt waits for a person, whatever begins within thirty minutes too, the same words by others are the same open space.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import ceil

from tests.features.openspaces.day import BERLIN, DAYS, IGNORED, Action, Meaning, Script, Written

__all__ = ["TARGETS", "Oracle", "Played", "slot_times"]

TARGETS = ("irc", "slack", "x")
MINUTE = timedelta(minutes=1)
GRACE = 10 * MINUTE
LENGTH = 45 * MINUTE

Posted = Counter[tuple[str, str, str]]
Stood = dict[str, tuple[str, str, str, datetime | None]]


@dataclass
class Played:
    """What came of a day.

    Args:
        posted: What was announced: where, in which minute, what; and how often.
        stood: Where each post stands at the end: lane, what was decided, room, start.
        refused: At which instants somebody was told that what they wanted cannot be.
    """

    posted: Posted
    stood: Stood
    refused: list[datetime]


def slot_times(slot: str) -> tuple[datetime, datetime]:
    """Return when a slot of the schedule begins and ends."""
    day: date = DAYS[0] if slot.startswith("Mon") else DAYS[1]
    start = datetime.combine(day, time(9), BERLIN) + int(slot[3:]) * LENGTH
    return start, start + LENGTH


@dataclass
class _Post:
    number: int
    written: Written
    meaning: Meaning
    words: str
    lane: str = "aside"
    fate: str = "open"
    room: str = ""
    start: datetime | None = None
    end: datetime | None = None
    decided: bool = False
    repeats: bool = False
    former: tuple[str, Meaning] | None = None  # words and meaning before it was edited

    @property
    def lives(self) -> bool:
        return self.lane == "outgoing" and self.fate in ("open", "approved")


@dataclass
class _Item:
    """An announcement to come: when, and whether it may go out."""

    due: datetime
    approved: bool
    is_open: bool = True
    unapproved: bool = False  # over, since nobody had approved it


def _about(action: Action) -> object:
    """Return what a network would call that which an action tells something about."""
    post = action.which[0] if action.which else ""
    if action.what == "answer" or not isinstance(post, Written):
        return action.which[1:2]
    return f"{post.network}/{post.id}"


class _RefusedError(Exception):
    pass


_Key = tuple[str, str, datetime, int, str]  # post, room, start, minutes before, where


class Oracle:
    """Tells what has to come of a day.

    Args:
        script: What happens.
        leads: How many minutes before its start each one is announced.
    """

    def __init__(self, script: Script, leads: tuple[int, ...]) -> None:
        self._script = script
        self._leads = leads
        self._posts: dict[str, _Post] = {}
        self._items: dict[_Key, _Item] = {}
        self._booked: dict[tuple[str, str], tuple[datetime, datetime]] = {}
        self._ignored = {("x", IGNORED), ("slack", IGNORED)}
        self._auto = True
        self._down: set[str] = set()
        self._up_since: dict[str, datetime] = {}
        self._posted: Posted = Counter()
        self._refused: list[datetime] = []
        self._was: tuple[str, datetime | None, datetime | None] = ("", None, None)  # before somebody moved it

    def expected(self) -> Played:
        """Return what has to come of it."""
        for action in self._when_it_can_be_saved():
            self._announce(action.at)
            try:
                self._do(action)
            except _RefusedError:
                self._refused.append(action.at)
        self._announce(self._script.actions[-1].at + timedelta(hours=12))
        stood = {key: (post.lane, post.fate, post.room, post.start) for key, post in self._posts.items()}
        return Played(self._posted, stood, self._refused)

    def _when_it_can_be_saved(self) -> Iterator[Action]:
        """Yield what happens; what came while nothing could be saved, of one post only the last, comes thereafter."""
        waiting: dict[object, Action] = {}
        is_full, last = False, Action(self._script.actions[0].at, "")
        for action in self._script.actions:
            if action.what == "full":
                is_full = True
                waiting = {_about(last): last}
                continue
            if not is_full:
                if last.what:
                    yield last
                last = action
            elif action.what == "saved":
                yield from (replace(each, at=action.at) for each in waiting.values())
                is_full, last = False, Action(action.at, "")
            else:
                waiting.pop(_about(action), None)
                waiting[_about(action)] = action
        yield last

    def _do(self, action: Action) -> None:
        at = action.at
        match action.what, action.which:
            case (("post" | "lost" | "told" | "edit"), (Written() as written,)):
                self._hear(written, at)
            case "delete", (Written() as written,):
                self._delete(written, at)
            case "answer", (Written() as written, _, author, what, room, start):
                self._answer(written, str(author), (str(what), str(room), start), at)
            case "staff", (Written() as written, fate, room, start):
                self._staff(written, str(fate), str(room), start, at)
            case "book", (room, slot):
                self._book(str(room), str(slot), at)
            case "unbook", (room, slot):
                self._booked.pop((str(room), str(slot)), None)
            case "down", (network,):
                self._down.add(str(network))
            case "up", (network,):
                self._down.remove(str(network))
                self._up_since[str(network)] = at
            case "ignore", (author,):
                self._ignored.add(("x", str(author)))
            case "unignore", (author,):
                self._ignored.remove(("x", str(author)))
            case "auto", (on,):
                self._auto = bool(on)
            case _:
                pass  # a restart, and a network that does not answer, change nothing

    # -- posts ---------------------------------------------------------------------------------------------------------

    def _hear(self, written: Written, at: datetime) -> None:
        if written.dropped or (written.network, written.author) in self._ignored:
            return
        key = f"{written.network}/{written.id}"
        held = self._posts.get(key)
        if held is None:
            post = self._posts[key] = _Post(len(self._posts), written, written.meaning, written.words)
            self._place(post, at)
        elif held.fate != "withdrawn" and held.written.text != written.text:
            self._edit(held, written, at)
        else:
            return
        self._sync(key, at)

    def _edit(self, held: _Post, written: Written, at: datetime) -> None:
        said, held.former = held.meaning, (held.words, held.meaning)
        held.words, held.written, held.meaning = written.words, written, written.meaning
        if held.fate == "cancelled" or said == written.meaning:
            return  # other words for the same
        was_decided = held.decided
        held.decided, held.repeats = False, False
        self._place(held, at)
        if was_decided:
            held.lane, held.fate, held.repeats = "review", "open", False

    def _place(self, post: _Post, at: datetime) -> None:
        """Put a post, or one that says something else now, where it belongs."""
        said = post.meaning
        post.room, post.start, post.end, post.fate = said.room, said.start, said.end, "open"
        same = [
            other
            for other in self._posts.values()
            if other.number < post.number and not other.repeats
            if (other.words, other.meaning) == (post.words, said)
            and (other.fate not in ("cancelled", "withdrawn") or other.written.author != post.written.author
                 or other.written.network != post.written.network)
        ]  # fmt: skip
        if same:
            post.repeats = any(other.fate not in ("cancelled", "withdrawn") for other in same)
            post.lane = "aside" if post.repeats else "review"
        elif any(other.former == (post.words, said) and other.number < post.number for other in self._posts.values()):
            post.lane = "review"
        elif not said.sure:
            post.lane = "review" if said.room or said.start else "aside"
        elif said.start is not None and said.start <= post.written.at:
            post.lane = "review"
        else:
            self._judge(post, at)

    def _judge(self, post: _Post, at: datetime) -> None:
        post.fate = "open"
        if not post.room or post.start is None:
            post.lane = "review"
        elif self._is_taken(post):
            post.lane = "conflict"
        else:
            post.lane = "outgoing"
            post.fate = "approved" if self._auto and post.start - at >= 30 * MINUTE else "open"

    def _is_taken(self, post: _Post) -> bool:
        spans = [(p.start, p.end) for p in self._posts.values() if p is not post and p.lives and p.room == post.room]
        spans += [span for (room, _), span in self._booked.items() if room == post.room]
        return any(s and e and post.start and post.end and s < post.end and post.start < e for s, e in spans)

    def _delete(self, written: Written, at: datetime) -> None:
        key = f"{written.network}/{written.id}"
        if key in self._posts:
            self._posts[key].fate = "withdrawn"
            self._sync(key, at)

    def _book(self, room: str, slot: str, at: datetime) -> None:
        if (room, slot) in self._booked:
            return
        self._booked[room, slot] = slot_times(slot)
        for key, post in self._posts.items():
            if post.lives and post.room == room and post.end and post.end > at and self._is_taken(post):
                post.lane, post.fate = "conflict", "open"
                self._sync(key, at)

    # -- what people say about them ------------------------------------------------------------------------------------

    def _answer(self, written: Written, author: str, said: tuple[str, str, object], at: datetime) -> None:
        what, room, start = said
        key = f"{written.network}/{written.id}"
        post = self._posts.get(key)
        if post is None or author != post.written.author or (written.network, author) in self._ignored:
            return
        if post.fate in ("withdrawn", "denied"):
            return
        if what == "cancel":
            if post.fate == "cancelled" or (post.end and post.end <= at):
                return
            post.fate, post.decided = "cancelled", True
        elif post.fate == "cancelled" or not self._move(post, room, start):
            return
        elif post.end is not None and post.end <= at:
            post.room, post.start, post.end = self._was
            return
        else:
            if not (post.lane == "review" and self._was[0] and self._was[1]):
                post.repeats = False
                self._judge(post, at)
            post.decided = True
        self._sync(key, at)

    def _staff(self, written: Written, fate: str, room: str, start: object, at: datetime) -> None:
        key = f"{written.network}/{written.id}"
        post = self._posts.get(key)
        if post is None:
            return
        over = post.end is not None and post.end <= at
        if post.fate == "withdrawn" or (fate in ("denied", "cancelled") and post.fate == fate):
            raise _RefusedError
        if fate == "cancelled" and over:
            raise _RefusedError
        if fate in ("denied", "cancelled"):
            post.fate = fate
        elif fate == "approved":
            self._approve(post, room, start, at)
        else:
            approved = post.fate == "approved"
            if not self._move(post, room, start):
                return
            post.repeats = False
            self._judge(post, at)
            if post.lane == "outgoing":
                soon = post.start is not None and post.start - at < 30 * MINUTE
                post.fate = "approved" if approved and not soon else "open"
        post.decided = True
        self._sync(key, at)

    def _approve(self, post: _Post, room: str, start: object, at: datetime) -> None:
        moved = self._move(post, room, start)
        again = post.lives and post.fate == "approved" and not moved
        lacks = not post.room or post.start is None
        if lacks or again or (post.end is not None and post.end <= at) or self._is_taken(post):
            post.room, post.start, post.end = self._was
            raise _RefusedError
        post.lane, post.fate, post.repeats = "outgoing", "approved", False

    def _move(self, post: _Post, room: str, start: object) -> bool:
        """Say another room or start; return whether it is another one."""
        self._was = post.room, post.start, post.end
        post.room = room or post.room
        if isinstance(start, datetime):
            length = post.end - post.start if post.end and post.start else LENGTH
            post.start, post.end = start, start + length
        return self._was != (post.room, post.start, post.end)

    # -- announcements -------------------------------------------------------------------------------------------------

    def _sync(self, key: str, at: datetime) -> None:
        """Bring what is to be announced of a post to what it is now."""
        post = self._posts[key]
        wanted: dict[_Key, _Item] = {}
        if post.lives and post.start is not None and post.start > at:
            approved = post.fate == "approved"
            late = [lead for lead in self._leads if post.start - lead * MINUTE < at]
            for lead in self._leads:
                due = post.start - lead * MINUTE
                if due < at and (not approved or lead != min(late)):
                    continue
                for target in TARGETS:
                    wanted[key, post.room, post.start, lead, target] = _Item(max(due, at), approved)
        for gone in [k for k, held in self._items.items() if k[0] == key and held.is_open and k not in wanted]:
            del self._items[gone]
        for name, item in wanted.items():
            held = self._items.get(name)
            if held is None or held.unapproved or (held.is_open and held.approved != item.approved):
                self._items[name] = item

    def _announce(self, until: datetime) -> None:
        """Announce what is due by then."""
        for key, item in sorted(self._items.items(), key=lambda each: each[1].due):
            source, _, start, lead, target = key
            if not item.is_open or item.due > until:
                continue
            if not item.approved:
                if until > item.due + GRACE:
                    item.is_open, item.unapproved = False, True
                continue
            if target in self._down:
                continue
            now = max(item.due, self._up_since.get(target, item.due))
            item.is_open = False
            nearer = [
                other
                for (post, _, begin, minutes, where), other in self._items.items()
                if (post, begin, where) == (source, start, target) and minutes < lead and other.approved
            ]
            if now <= item.due + GRACE and now < start + MINUTE and not any(o.due <= now for o in nearer):
                minutes = ceil((start - now) / MINUTE)
                left = f"in {minutes} minute{'s' * (minutes > 1)}" if minutes > 0 else "now"
                text = f"Coming up {left}! {_quoted(self._posts[source])}"
                self._posted[target, f"{now.astimezone(BERLIN):%a %H:%M}", text] += 1


def _quoted(post: _Post) -> str:
    """Return the link of a post, behind what is so where the post does not say that."""
    said, link = post.meaning, post.written.link
    if not post.decided or post.start is None or (said.room, said.start) == (post.room, post.start):
        return link
    moved = said.several or said.room not in ("", post.room) or said.start not in (None, post.start)
    return f"{'Moved to ' * moved}{post.room}, {post.start.astimezone(BERLIN):%H:%M} CET: {link}"
