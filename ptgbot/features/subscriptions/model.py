"""Subscriptions: patterns of people, and which notifications a Change makes of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ptgbot.core.changes import Cause, Change, Edit
from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.identity import account_of, vouched_network
from ptgbot.core.messages import Priority, Send, Target
from ptgbot.features.subscriptions.matching import Matcher
from ptgbot.features.subscriptions.patterns import pattern_problem
from ptgbot.features.topics.model import TOPICS, Topic

__all__ = ["SUBSCRIPTIONS", "Announced", "Subscribers", "Subscription", "announced", "pattern_problem"]

_AT_ONCE = 100  # people who are looked for before others may go first


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


SUBSCRIPTIONS = Table(
    "subscriptions",
    Subscription,
    Visibility.OWNER,
    indexes={"vouched": lambda s: vouched_network(s.identity)},
)


@dataclass(frozen=True, slots=True)
class Announced:
    """A topic that somebody said.

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

    @property
    def command(self) -> str:
        """What subscriptions are matched against."""
        return f"#{self.track} {self.verb} {self.text}"


def announced(edits: Iterable[Edit]) -> Iterator[Announced]:
    """Yield every topic that edits set as now or added to next."""
    for edit in edits:
        after = edit.after
        if edit.table is not TOPICS or not isinstance(after, Topic):
            continue
        before = edit.before if isinstance(edit.before, Topic) else Topic(after.track)
        if after.now is not None and after.now != before.now:
            yield Announced(after.track, "now", after.now.text, after.location)
        for text in after.next[len(before.next) :]:
            yield Announced(after.track, "next", text, after.location)


class Subscribers:
    """Those who subscribed, as the state has them.

    Args:
        view: The whole state.
        locate: Returns where a person is to be reached now, None if they are away.
    """

    def __init__(self, view: View, locate: Callable[[Target], Target | None] = lambda target: target) -> None:
        self._view = view
        self._locate = locate
        self._matcher = Matcher()
        self._version: int | None = None

    def follow(self) -> Iterator[None]:
        """Take notice of what changed in the subscriptions, in steps of about a millisecond."""
        version = self._view.version(SUBSCRIPTIONS)
        if version != self._version:
            yield from self._matcher.follow({s.pattern for s in self._view.all(SUBSCRIPTIONS).values()})
            self._version = version

    def told_of(self, change: Change) -> Iterator[Send | None]:
        """Yield what to tell subscribers about a Change, and None between steps of about a millisecond.

        Only what a command did notifies people. Whoever set a topic is told of it as well if they asked for such ones.
        """
        topics = list(announced(change.edits)) if change.cause is Cause.COMMAND else ()
        for topic in topics:
            yield from self.follow()
            found = set()
            for pattern in self._matcher.find(topic.command):
                if pattern is None:
                    yield None
                else:
                    found.add(pattern)
            if found:
                yield from self._sends(change, topic, found)

    def _sends(self, change: Change, topic: Announced, patterns: set[str]) -> Iterator[Send | None]:
        where = f" ({topic.location})" if topic.location else ""
        text = f"{topic.verb} in #{topic.track}{where}: {topic.text}"
        # One that is newer than the topic is not asked for it, and may not be on disk yet.
        matching = [
            (key, Target(subscription.network, subscription.nick, subscription.identity), subscription)
            for key, subscription in self._view.all(SUBSCRIPTIONS).items()
            if subscription.pattern in patterns and self._view.seq_of(SUBSCRIPTIONS, key) <= change.seq
        ]
        accounts: set[tuple[str, str]] = set()  # where those are who are told by their account
        for number, (_, target, _) in enumerate(matching, 1):
            if account_of(target.identity):
                accounts |= self._places(target)
            if number % _AT_ONCE == 0:
                yield None
        for key, target, subscription in matching:
            # Whoever subscribed under their nick too, before they logged in, is one person all the same.
            again = accounts and not account_of(target.identity) and self._places(target) & accounts
            if not again and self._view.get(SUBSCRIPTIONS, key) is subscription:
                yield Send(target, text, Priority.NOTIFICATION)

    def _places(self, target: Target) -> set[tuple[str, str]]:
        """Return where somebody is to be reached; nowhere while they are away."""
        located = self._locate(target)
        return set() if located is None else {(located.network, located.name.lower())}
