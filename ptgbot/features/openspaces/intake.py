"""What is done with a post that comes in: kept once, read, and put where it belongs."""

import hashlib
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

from ptgbot.core.changes import Draft
from ptgbot.core.documents import View
from ptgbot.core.messages import Heard
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.model import IGNORED, POSTS, Fate, Lane, Post, post_id
from ptgbot.features.openspaces.reading.reader import Action, Reading
from ptgbot.features.reminders.model import next_number

__all__ = ["Intake", "digest_of", "is_ignored"]

_REPOST = re.compile(r"\s*RT\s+@", re.IGNORECASE)
_NOT_ITS_OWN = re.compile(r"https?://\S+|[@#]\w+")
_BETWEEN = re.compile(r"[\W_]+")
_OVER = {Fate.CANCELLED: "cancelled", Fate.WITHDRAWN: "deleted by its author"}
_LEAST = 8  # characters of a digest's text: what is shorter says too little to be the same


def digest_of(text: str) -> str:
    """Return what is the same in every post of the same text, whatever the links, mentions and hashtags in it.

    Args:
        text: The post's text.

    Returns:
        A digest; empty where the text says too little.
    """
    plain = unicodedata.normalize("NFKC", _REPOST.sub("@", text, count=1)).casefold()
    words = _BETWEEN.sub(" ", _NOT_ITS_OWN.sub(" ", plain)).strip()
    return hashlib.sha256(words.encode()).hexdigest()[:32] if len(words) >= _LEAST else ""


def is_ignored(view: View, post: Heard) -> bool:
    """Return whether the author of a post is one whose posts are dropped."""
    names = (post.author, post.name.lower(), f"@{post.name.lower().removeprefix('@')}")
    return any(view.get(IGNORED, f"{post.network}/{name}") is not None for name in names)


class Intake:
    """Takes posts.

    Args:
        desk: Decides where they stand.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def take(self, draft: Draft, view: View, heard: Heard, at: datetime, *, addressed: bool = False) -> Post | None:
        """Bring a post that was heard into a draft.

        Args:
            draft: Takes the edits.
            view: The state.
            heard: The post.
            at: Now (aware, UTC).
            addressed: Whether it was said to the bot: then it needs none of the words by which posts are found.

        Returns:
            The post as it is kept now; None where it is not.
        """
        held = view.get(POSTS, f"{heard.network}/{heard.id}")
        if heard.deleted:
            if held is None or held.fate is Fate.WITHDRAWN:
                return held
            gone = replace(held, fate=Fate.WITHDRAWN, reason="", decided=at, version=held.version + 1)
            draft.put(POSTS, gone)
            return gone
        if heard.own or heard.repost or _REPOST.match(heard.text) or is_ignored(view, heard):
            return None
        if held is None and not addressed and not self._is_found(heard.text):
            return None
        if held is not None and (held.fate is Fate.WITHDRAWN or _told(held) == (heard.text, heard.name, heard.link)):
            return held  # told again, or before it was told that it is gone
        post = self._kept(draft, view, heard, held, at)
        draft.put(POSTS, post)
        return post

    def _is_found(self, text: str) -> bool:
        """Return whether a text holds one of the words by which posts are found."""
        words = self._desk.settings.rules.words
        if words:
            words += self._desk.settings.hashtags
        folded = unicodedata.normalize("NFKC", text).casefold()
        return not words or any(word.casefold().lstrip("#") in folded for word in words)

    def _kept(self, draft: Draft, view: View, heard: Heard, held: Post | None, at: datetime) -> Post:
        """Return a post as it is from now on."""
        if held is not None and held.text == heard.text:  # its author has another name, or it another address
            return replace(held, name=heard.name, link=heard.link)
        written, digest = heard.at or at, digest_of(heard.text)
        post = Post(
            source=f"{heard.network}/{heard.id}",
            number=next_number(draft, "p") if held is None else held.number,
            author=f"{heard.network}/{heard.author}",
            name=heard.name,
            at=written if held is None else held.at,
            text=heard.text,
            link=heard.link,
            lane=Lane.ASIDE,
            digest=digest,
            former=_former(held, digest),
            replied=held is not None and held.replied,
            version=0 if held is None else held.version + 1,
        )
        reading = self._read(view, post.text, post.at)
        if held is not None:
            if held.fate is Fate.CANCELLED or self._read(view, held.text, held.at) == reading:
                return _worded(held, post)  # it says the same in other words: what was decided stays
            reading = self._read_edited(view, post, reading, at)
        post = self._placed(post, reading)
        if held is None or not held.by:
            return self._repeat(view, post, reading) or self._judged(view, post, reading, at)
        judged = self._judged(view, post, reading, at)
        return replace(judged, lane=Lane.REVIEW, fate=Fate.OPEN, reason=_edited(judged.reason))

    def _read(self, view: View, text: str, written: datetime) -> Reading:
        return self._desk.read(view, text, written)

    def _read_edited(self, view: View, post: Post, reading: Reading, at: datetime) -> Reading:
        """Return the reading of an edited post: whether 'tomorrow' counts from the post or the edit, nobody knows."""
        if reading.action is not Action.SCHEDULE or self._read(view, post.text, at).starts == reading.starts:
            return reading
        return replace(reading, action=Action.REVIEW, reason="it was edited later, and may mean another time since")

    @staticmethod
    def _placed(post: Post, reading: Reading) -> Post:
        """Return a post with the room and the time that were read, where that is one each."""
        room = reading.rooms[0] if len(reading.rooms) == 1 else ""
        if len(reading.starts) != 1:
            return replace(post, room=room)
        return replace(post, room=room, start=reading.starts[0].astimezone(UTC), end=reading.ends[0].astimezone(UTC))

    def _judged(self, view: View, post: Post, reading: Reading, at: datetime) -> Post:
        if reading.action is Action.IGNORE:
            return replace(post, lane=Lane.ASIDE, reason=reading.reason)
        if reading.action is Action.REVIEW:
            return replace(post, lane=Lane.REVIEW, reason=reading.reason)
        return self._desk.judged(view, post, at=at)

    def _repeat(self, view: View, post: Post, reading: Reading) -> Post | None:
        """Return a post kept aside where it repeats an earlier one, whoever wrote that; None where it does not.

        It does where the other one said the same when it was written, wherever that was moved since. Of what was
        cancelled or deleted, its own author may speak anew; where somebody else does, a person has to look.
        """
        if not post.digest:
            return None
        same = [
            other
            for other in view.where(POSTS, "digest", post.digest).values()
            if other.number < post.number
            and not other.same_as
            and _said(self._read(view, other.text, other.at)) == _said(reading)
            and not (other.author == post.author and other.fate in _OVER)
        ]
        over = [other for other in same if other.fate in _OVER]
        first = next((other for other in same if other not in over), over[-1] if over else None)
        if first is None:
            return self._repeats_former(view, post)
        name = post_id(first.number)
        if first.fate in _OVER:
            return replace(post, lane=Lane.REVIEW, reason=f"it repeats {name}, which was {_OVER[first.fate]}")
        return replace(post, lane=Lane.ASIDE, same_as=first.source, reason=f"it repeats {name}")

    @staticmethod
    def _repeats_former(view: View, post: Post) -> Post | None:
        """Return a post for a person to look at where it says what an earlier one said before that was edited."""
        for other in view.where(POSTS, "former", post.digest).values():
            if other.number < post.number:
                why = f"{post_id(other.number)} said the same before it was edited"
                return replace(post, lane=Lane.REVIEW, reason=why)
        return None


def _worded(held: Post, anew: Post) -> Post:
    """Return a post in other words."""
    same = replace(held, text=anew.text, name=anew.name, link=anew.link, digest=anew.digest, version=anew.version)
    return replace(same, former=anew.former)


def _former(held: Post | None, digest: str) -> str:
    """Return the digest of what a post said before."""
    if held is None:
        return ""
    return held.former if held.digest == digest else held.digest


def _said(reading: Reading) -> tuple[object, ...]:
    return reading.rooms, reading.starts


def _edited(reason: str) -> str:
    return f"its author edited it after somebody decided about it{': ' * bool(reason)}{reason}"


def _told(post: Post) -> tuple[str, str, str]:
    return post.text, post.name, post.link
