"""Subscriptions: patterns of people, and which notifications a Change makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from ptgbot.core.changes import Cause, Change
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.messages import Priority, Send, Target
from ptgbot.features.topics.model import TOPICS, Topic

__all__ = ["SUBSCRIPTIONS", "Announced", "Subscription", "announced", "matches", "notifications", "pattern_problem"]

_MAX_PATTERN = 400
_MAX_MEMORY = 1 << 18  # bytes that one compiled pattern may take


@dataclass(frozen=True, slots=True)
class Subscription:
    """What somebody wants to hear of.

    Args:
        identity: Whose.
        network: Where to tell them.
        nick: Under which name.
        pattern: RE2 regular expression, matched without regard to case.
    """

    identity: str
    network: str
    nick: str
    pattern: str

    @property
    def key(self) -> str:
        """The identity's key."""
        return self.identity


SUBSCRIPTIONS = Table("subscriptions", Subscription, Visibility.OWNER)


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    return options


@lru_cache(maxsize=1024)  # 80 KiB each, as measured
def _compile(pattern: str) -> Any:
    return re2.compile(pattern, _options())


def pattern_problem(pattern: str) -> str:
    """Return why a pattern cannot be used, or nothing if it can."""
    if len(pattern) > _MAX_PATTERN:
        return f"it is longer than {_MAX_PATTERN} characters"
    try:
        re2.compile(pattern, _options())  # kept only once there is something to match it against
    except UnicodeEncodeError:
        return "it holds half of a character"
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        return text or "it is no RE2 regular expression"
    return ""


def matches(pattern: str, text: str) -> bool:
    """Return whether a pattern is found anywhere in a text. Takes time linear in the text, whatever the pattern."""
    return _compile(pattern).search(text) is not None


@dataclass(frozen=True, slots=True)
class Announced:
    """A topic that a Change brought.

    Args:
        track: The track.
        verb: ``now`` or ``next``.
        text: The topic.
        location: Where the track is; may be empty.
    """

    track: str
    verb: str
    text: str
    location: str


def announced(change: Change) -> Iterator[Announced]:
    """Yield every topic that a Change set as now or added to next."""
    for edit in change.edits:
        after = edit.after
        if edit.table is not TOPICS or not isinstance(after, Topic):
            continue
        before = edit.before if isinstance(edit.before, Topic) else Topic(after.track)
        if after.now is not None and after.now != before.now:
            yield Announced(after.track, "now", after.now.text, after.location)
        for text in after.next[len(before.next) :]:
            yield Announced(after.track, "next", text, after.location)


def notifications(change: Change, view: View) -> list[Send]:
    """Return what to tell subscribers about a Change. Only what a command did notifies people."""
    if change.cause is not Cause.COMMAND:
        return []
    sends = []
    for topic in announced(change):
        command = f"#{topic.track} {topic.verb} {topic.text}"
        where = f" ({topic.location})" if topic.location else ""
        text = f"{topic.verb} in #{topic.track}{where}: {topic.text}"
        for subscription in view.all(SUBSCRIPTIONS).values():
            # One that is newer than the topic is not asked for it, and may not be on disk yet.
            if view.seq_of(SUBSCRIPTIONS, subscription.key) <= change.seq and matches(subscription.pattern, command):
                target = Target(subscription.network, subscription.nick)
                sends.append(Send(target, text, Priority.NOTIFICATION))
    return sends
