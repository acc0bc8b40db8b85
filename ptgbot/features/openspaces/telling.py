"""What people are told about a post: in words that are true for where it stands."""

import re
from datetime import datetime, timedelta

from ptgbot.core.clock import Event
from ptgbot.features.openspaces.model import Fate, Lane, Post, post_id
from ptgbot.features.openspaces.settings import OpenSpaceSettings

__all__ = ["HOW_TO_ANSWER", "Teller", "title_of"]

HOW_TO_ANSWER = "To change that, answer with: cancel, room X, or time T."
TITLE = 80  # characters
_FIRST = "A person looks at this before anybody is reminded of it"
_OTHERS = {  # what a number stands for, which says nothing to those who cannot look it up
    re.compile(r"(?<= is taken by )p\d+(?= from )"): "another open space",
    re.compile(r"(?<=it repeats )p\d+(?=, which was )|\bp\d+(?= said the same before )"): "another post",
}
_TIMELINE = "timeline"  # the one target of a network that has no channels
_FATES = {
    Fate.OPEN: "waits for a person",
    Fate.APPROVED: "approved",
    Fate.DENIED: "denied",
    Fate.CANCELLED: "cancelled",
    Fate.WITHDRAWN: "deleted by its author",
}


def title_of(text: str) -> str:
    """Return one short line that says what a post is about."""
    title = " ".join(word for word in text.split() if not word.startswith(("http://", "https://")))
    if len(title) <= TITLE:
        return title
    cut = title[:TITLE]
    return f"{cut.rpartition(' ')[0] or cut}…"


class Teller:
    """Tells about posts.

    Args:
        event: The conference, by whose clocks it is told.
        settings: What it wants of open spaces.
    """

    def __init__(self, event: Event, settings: OpenSpaceSettings) -> None:
        self._event = event
        self._settings = settings

    def clock(self, instant: datetime) -> str:
        """Return an instant as the event's clocks show it, with its day and their zone."""
        local = self._event.local(instant)
        return f"{local:%a} {local.day} {local:%b %H:%M} {local.tzname()}"

    def place(self, post: Post) -> str:
        """Return when and where a post's open space is, as far as that is known."""
        when = "at an unknown time"
        if post.start is not None and post.end is not None:
            when = f"{self.clock(post.start)} to {self._event.local(post.end):%H:%M}"
        return f"{when} in {post.room or 'an unknown room'}"

    def spot(self, post: Post) -> str:
        """Return the room of a post, and when it begins there on its day; the time only where that is known."""
        if post.start is None:
            return post.room
        local = self._event.local(post.start)
        return f"{post.room}, {local:%H:%M} {local.tzname()}"

    def state(self, post: Post) -> str:
        """Return where a post stands, who said so and when."""
        if post.fate is Fate.OPEN and post.lane is Lane.ASIDE:
            return f"aside: {post.reason}"
        lane = f"{post.lane.value}, " if post.fate is Fate.OPEN else ""
        by = f" by {post.by}" if post.by and post.fate is not Fate.WITHDRAWN else ""
        at = f" on {self.clock(post.decided)}" if post.decided is not None and by else ""
        if by and post.fate is Fate.APPROVED and post.decider == post.author:  # hosts approve nothing
            by = ", as changed by its host"
        if post.fate is Fate.OPEN and by:
            by = f", as changed{by}"
        reason = f": {post.reason}" if post.reason else ""
        return f"{lane}{_FATES[post.fate]}{by}{at}{reason}"

    @staticmethod
    def why(post: Post) -> str:
        """Return why a post needs a person, as its author is told."""
        reason = post.reason
        for number, what in _OTHERS.items():
            reason = number.sub(what, reason)
        return reason

    def line(self, post: Post) -> str:
        """Return a post in one line of a list."""
        return f"{post_id(post.number)} {self.place(post)}, {post.name}: {title_of(post.text)} – {self.state(post)}"

    def reminded(self, post: Post, at: datetime) -> str:
        """Return when everybody is reminded first of a post that is approved; empty where that is over.

        Args:
            post: The post.
            at: Now (aware, UTC).
        """
        if post.start is None or post.start <= at or not self._settings.leads:
            return ""
        dues = [post.start - timedelta(minutes=lead) for lead in self._settings.leads]
        if min(dues) < at:
            return "now"
        local = self._event.local(min(dues))
        return f"at {local:%H:%M}"

    def promise(self, post: Post, at: datetime) -> str:
        """Return what the author of a post is told that will happen; empty where there is nothing to tell.

        Args:
            post: The post.
            at: Now (aware, UTC).
        """
        if post.fate not in (Fate.OPEN, Fate.APPROVED) or (post.end is not None and post.end <= at):
            return ""
        match post.lane:
            case Lane.REVIEW:
                return f"{_FIRST} ({self.why(post)}). {HOW_TO_ANSWER}"
            case Lane.CONFLICT:
                return f"Nobody is reminded of this yet: {self.why(post)}. {HOW_TO_ANSWER}"
            case Lane.OUTGOING if post.fate is Fate.OPEN:
                why = f" ({post.reason})" if post.reason else ""
                return f"{_FIRST}{why}: {self.place(post)}. {HOW_TO_ANSWER}"
            case Lane.OUTGOING:
                when = self.reminded(post, at)
                told = f"Everybody is reminded of this {when}" if when else "This is an open space"
                return f"{told}: {self.place(post)}. {HOW_TO_ANSWER}"
            case _:
                return ""

    def reply_place(self, post: Post) -> str:
        """Return where the author of a post is answered; empty where that is nowhere."""
        network = post.source.partition("/")[0]
        if network == "slack":
            return f"slack:{self._settings.slack_channel}" if self._settings.slack_channel else ""
        return f"{network}:{_TIMELINE}"
