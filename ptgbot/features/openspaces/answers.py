"""What hosts answer where they posted: ``cancel``, ``room X``, ``time T``."""

import re
from datetime import datetime

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Refused
from ptgbot.core.documents import View
from ptgbot.core.messages import Heard
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.intake import is_ignored
from ptgbot.features.openspaces.keeper import reply_to
from ptgbot.features.openspaces.model import POSTS, Fate, Post, post_id
from ptgbot.features.openspaces.saying import DecisionReader
from ptgbot.features.openspaces.telling import Teller
from ptgbot.features.reminders.model import REMINDERS, Kind

__all__ = ["Answers"]

_WORDS = ("cancel", "room", "time", "day")
_MOST = 10  # words of an answer; what is longer is talk
_SHORT = 3  # words; what is longer and cannot be read is talk too
_NOT_SAID = re.compile(r"https?://\S+|@[\w.\-]+(?:@[\w.\-]+)?|#\w*[^\W\d]\w*")


class Answers:
    """Does what hosts answer to their own posts, or to what the bot replied to these.

    Args:
        desk: Decides about posts.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._teller = Teller(desk.event, desk.settings)

    def take(self, draft: Draft, view: View, heard: Heard, at: datetime) -> bool:
        """Bring what a host answers into a draft.

        Args:
            draft: Takes the edits.
            view: The state.
            heard: What was heard.
            at: Now (aware, UTC).

        Returns:
            Whether it was such an answer; else it may be a post.
        """
        words = _NOT_SAID.sub(" ", heard.text).split()
        if not heard.reply_to or heard.own or heard.deleted or not 0 < len(words) <= _MOST:
            return False
        if words[0].lower().rstrip(".!,:;") not in _WORDS or f"{heard.network}/{heard.id}" in view.all(POSTS):
            return False
        post = self._answered(view, heard)
        if post is None or post.author != f"{heard.network}/{heard.author}" or is_ignored(view, heard):
            return False
        key = f"{Kind.REPLY}/{post_id(post.number)}/{heard.network}/{heard.id}"
        if view.get(REMINDERS, key) is not None:
            return True  # it is told again, and was done
        text = self._done(draft, view, post, words, at)
        if text:
            place = self._teller.reply_place(post)
            draft.put(REMINDERS, reply_to(post, key, place, via=heard.id, text=text, at=at))
        return bool(text)

    def _done(self, draft: Draft, view: View, post: Post, words: list[str], at: datetime) -> str:
        """Do what a host says; return what they are answered, nothing where it is only talk that begins like it."""
        try:
            said = DecisionReader(view, self._desk.event, self._desk.settings, at).read(words, post, sure=True)
            if said.decision.room:
                self._desk.room(view, said.decision.room)
        except Refused as refusal:
            return "" if len(words) > _SHORT else str(refusal)
        if said.decision.fate not in (None, Fate.CANCELLED):
            return "Only organisers approve and deny."
        try:
            decided = self._desk.decide(view, post, said.decision, by=post.name, decider=post.author, at=at, host=True)
        except Refused as refusal:
            return str(refusal)
        draft.put(POSTS, decided)
        if decided.fate is Fate.CANCELLED:
            about = f" ({self._teller.place(decided)})" if decided.room or decided.start else ""
            return f"It is cancelled{about}: nobody is reminded of it any more."
        return self._teller.promise(decided, at)

    @staticmethod
    def _answered(view: View, heard: Heard) -> Post | None:
        """Return the post that somebody answers: by itself, or by what the bot replied or posted about it."""
        post = view.get(POSTS, f"{heard.network}/{heard.reply_to}")
        if post is not None:
            return post
        for reminder in view.where(REMINDERS, "receipt", heard.reply_to).values():
            is_there = reminder.place.partition(":")[0] == heard.network
            if is_there and reminder.kind in (Kind.REPLY, Kind.OPENSPACE):
                number = int(reminder.subject.removeprefix("p"))
                return next(iter(view.where(POSTS, "number", number).values()), None)
        return None
