"""What becomes of a post: the one place where that is decided, whoever says it and wherever."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ptgbot.core.clock import Event
from ptgbot.core.commands import Refused, quote
from ptgbot.core.documents import View
from ptgbot.features.openspaces.conflicts import Taken, room_keys, taken_by
from ptgbot.features.openspaces.model import Fate, Lane, Post, post_id
from ptgbot.features.openspaces.reading.reader import Reader, Reading
from ptgbot.features.openspaces.rules import Room, Rules, room_key
from ptgbot.features.openspaces.settings import OpenSpaceSettings, auto_send, rules_now

__all__ = ["NEEDS_APPROVAL", "Decision", "Desk"]

NEEDS_APPROVAL = timedelta(minutes=30)  # before its start nobody could stop a reminder in time any more


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody says about a post; what is left out stays as it is.

    Args:
        room: Which room, in their words.
        start: When it begins (UTC).
        end: When it ends (UTC); else it takes as long as before.
        fate: Whether it is approved, denied or cancelled.
        version: The version of the post that they saw; None where they saw none in particular.
    """

    room: str = ""
    start: datetime | None = None
    end: datetime | None = None
    fate: Fate | None = None
    version: int | None = None


class Desk:
    """Decides about posts, by the rules of the event.

    Args:
        event: The conference.
        settings: What it wants of open spaces.
    """

    def __init__(self, event: Event, settings: OpenSpaceSettings) -> None:
        self.event = event
        self.settings = settings
        self._keys = {room.name: room_keys(room) for room in settings.rules.rooms}
        self._reader: tuple[Rules, Reader] | None = None

    def read(self, view: View, text: str, written: datetime) -> Reading:
        """Return what a text says by the rules as they are now.

        Args:
            view: The state, of which days and rooms may be.
            text: The text.
            written: When it was written (aware).
        """
        rules = rules_now(view, self.event, self.settings)
        if self._reader is None or self._reader[0] is not rules:
            self._reader = rules, Reader(rules)
        return self._reader[1].read(text, written)

    # -- what can be said about a post --------------------------------------------------------------------------------

    def room(self, view: View, text: str) -> str:
        """Return the canonical name of a room that somebody names.

        Raises:
            Refused: There is no such room.
        """
        rules = rules_now(view, self.event, self.settings)
        key = room_key(text)
        for room in rules.rooms:
            if key and key in room_keys(room):
                return room.name
        known = ", ".join(room.name for room in rules.rooms)
        raise Refused(f"There is no room '{quote(text)}' for open spaces. There is: {known or 'none yet'}.")

    def decide(
        self, view: View, post: Post, decision: Decision, *, by: str, decider: str, at: datetime, host: bool = False
    ) -> Post:
        """Return a post after a decision; as it was where that changes nothing.

        Args:
            view: The state.
            post: The post.
            decision: What is said about it.
            by: The name of who says it.
            decider: The key of their identity.
            at: Now (aware, UTC).
            host: Whether it is its author, who does not approve it.

        Raises:
            Refused: It cannot be so; the text says why and what to do.
        """
        name = post_id(post.number)
        if decision.version is not None and decision.version != post.version:
            raise Refused(f"{name} was changed meanwhile: please look at it again, then decide.")
        if post.fate is Fate.WITHDRAWN:
            raise Refused(f"{name} was deleted by its author: nothing more can be decided about it.")
        if host and post.fate is Fate.DENIED:
            raise Refused(f"{name} was denied: only an organiser can change that. Please ask one.")
        if decision.fate in (Fate.DENIED, Fate.CANCELLED):
            settled = self._ended(post, decision.fate, at)
            return replace(settled, by=by, decider=decider, decided=at, version=post.version + 1)
        if host and post.fate is Fate.CANCELLED:
            raise Refused(f"{name} is cancelled. Please write a new post, or ask an organiser.")
        changed = self._placed(view, post, decision)
        if host and changed.end is not None and changed.end <= at:
            raise Refused(f"{name} is over: there is nothing to change.")
        if decision.fate is Fate.APPROVED:
            settled = self._approved(view, post, changed, at)
        elif _place(changed) == _place(post):
            return post
        else:
            settled = self._saved(view, post, changed, at, host=host)
        return replace(settled, by=by, decider=decider, decided=at, version=post.version + 1)

    @staticmethod
    def _ended(post: Post, fate: Fate, at: datetime) -> Post:
        name = post_id(post.number)
        if post.fate is fate:
            raise Refused(f"{name} is {fate.value} already.")
        if fate is Fate.CANCELLED and post.end is not None and post.end <= at:
            raise Refused(f"{name} is over: there is nothing to cancel.")
        return replace(post, fate=fate, reason="")

    def _placed(self, view: View, post: Post, decision: Decision) -> Post:
        """Return a post in the room and at the time that were said."""
        room = self.room(view, decision.room) if decision.room else post.room
        start = decision.start or post.start
        if start is None:
            return replace(post, room=room)
        length = self.settings.rules.duration
        if post.end is not None and post.start is not None:
            length = post.end - post.start
        end = decision.end or start + length
        if end <= start:
            raise Refused("It has to end after it begins.")
        return replace(post, room=room, start=start, end=end)

    def _approved(self, view: View, post: Post, changed: Post, at: datetime) -> Post:
        """Return a post approved.

        Raises:
            Refused: It cannot be.
        """
        name = post_id(post.number)
        lacking = [what for what, there in (("room", changed.room), ("time", changed.start)) if not there]
        if lacking:
            raise Refused(f"{name} has no {' and no '.join(lacking)} yet: say ~post {name} room R time T approve.")
        if post.lives and post.fate is Fate.APPROVED and _place(changed) == _place(post):
            raise Refused(f"{name} is approved already.")
        if changed.end is not None and changed.end <= at:
            raise Refused(
                f"{name} was over at {self.clock(changed.end)}: say ~post {name} day D time T approve for another time."
            )
        taken = self.taken(view, changed)
        if taken is not None:
            raise Refused(
                f"{self.say_taken(changed, taken)} Choose another room or time: ~post {name} room R time T approve."
            )
        return replace(changed, lane=Lane.OUTGOING, fate=Fate.APPROVED, reason="", same_as="")

    def _saved(self, view: View, post: Post, changed: Post, at: datetime, *, host: bool) -> Post:
        """Return a post with another room or time, which nobody approved as it is now."""
        if host and post.lane is Lane.REVIEW and post.room and post.start is not None:
            return changed  # what is in doubt about it is neither of the two
        settled = self.judged(view, replace(changed, same_as=""), at=at)
        if host or settled.lane is not Lane.OUTGOING:
            return settled
        if post.fate is Fate.APPROVED and not _is_soon(settled, at):  # as it was approved, so it stays
            return replace(settled, fate=Fate.APPROVED, reason="")
        return replace(settled, fate=Fate.OPEN, reason=settled.reason or "it waits for approval")

    # -- where a post stands ------------------------------------------------------------------------------------------

    def keys(self, room: str) -> frozenset[str]:
        """Return the keys of all that a room is called, by its canonical name."""
        return self._keys.get(room) or room_keys(Room(room))

    def called(self, key: str) -> frozenset[str]:
        """Return the keys of the canonical names of the rooms that have a key, and that key."""
        return frozenset((key, *(room_key(name) for name, known in self._keys.items() if key in known)))

    def taken(self, view: View, post: Post) -> Taken | None:
        """Return what has the room of a post at its time; None where that is free, or not known."""
        return taken_by(view, post, self.keys(post.room)) if post.room else None

    def say_taken(self, post: Post, taken: Taken) -> str:
        """Return in words who has the room of a post."""
        until = self.event.local(taken.end)
        return f"{post.room} is taken by {taken.name} from {self.clock(taken.start)} to {until:%H:%M}."

    def clock(self, instant: datetime) -> str:
        """Return an instant as the event's clocks show it, with its day and their zone."""
        local = self.event.local(instant)
        return f"{local:%a %H:%M} {local.tzname()}"

    def judged(self, view: View, post: Post, *, at: datetime) -> Post:
        """Return a post in the lane where its room and time belong, approved if nobody has to be asked.

        Args:
            view: The state.
            post: The post.
            at: Now (aware, UTC).
        """
        lacking = [what for what, there in (("no room", post.room), ("no exact time", post.start)) if not there]
        if lacking:
            return replace(post, lane=Lane.REVIEW, fate=Fate.OPEN, reason="; ".join(lacking))
        taken = self.taken(view, post)
        if taken is not None:
            return replace(post, lane=Lane.CONFLICT, fate=Fate.OPEN, reason=self.say_taken(post, taken).rstrip("."))
        why = ""
        if post.start is not None and post.start <= at:
            why = "it has begun already"
        elif _is_soon(post, at):
            why = "it begins in less than 30 minutes"
        elif not auto_send(view, self.settings):
            why = "each one is approved by a person"
        return replace(post, lane=Lane.OUTGOING, fate=Fate.OPEN if why else Fate.APPROVED, reason=why)


def _place(post: Post) -> tuple[object, ...]:
    return post.room, post.start, post.end


def _is_soon(post: Post, at: datetime) -> bool:
    """Return whether a post begins so soon, or did already, that nobody could stop its reminder any more."""
    return post.start is not None and post.start - at < NEEDS_APPROVAL
