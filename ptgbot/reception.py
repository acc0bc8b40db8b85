"""What stands behind the networks: who comes and who is away, what somebody sees, and where it was posted."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from ptgbot.core.changes import Cause, Change, Draft
from ptgbot.core.clock import Clock, Event
from ptgbot.core.identity import Actor
from ptgbot.core.messages import Heard, Send, Target
from ptgbot.core.panels import Form, Panel
from ptgbot.core.protocols import Cards, NotSaved, PostHost, Presence, Store
from ptgbot.features.board import home
from ptgbot.features.bulletins.model import RECEIPTS, Receipt, bulletin, message_key, place_key, topics_after
from ptgbot.features.topics.model import TOPICS, Topic

__all__ = ["Reception"]

_log = logging.getLogger(__name__)


class Reception:
    """What a network has behind it (``core.protocols.Host``).

    Args:
        presence: Is told who comes and who is away.
        store: The state, and where receipts are kept.
        event: The conference.
        clock: The time.
        submit: Takes bulletins.
        warn: Tells the organisers what only they should know.
        cards: Knows every card.
        posts: Takes what people post.
        came: Is told too who comes.
        boards: The channels that have bulletins.
    """

    def __init__(
        self,
        *,
        presence: Presence,
        store: Store,
        event: Event,
        clock: Clock,
        submit: Callable[[Send], None],
        warn: Callable[[str], None],
        cards: Cards,
        posts: PostHost,
        came: Callable[[Actor], None] = lambda actor: None,
        boards: Iterable[Target] = (),
    ) -> None:
        self._presence = presence
        self._store = store
        self._event = event
        self._clock = clock
        self._submit = submit
        self._warn = warn
        self._cards = cards
        self._posts = posts
        self._came = came
        self._boards = tuple(boards)
        self._on_their_way: set[str] = set()  # new ones, by the keys of the receipts that they will have

    def came(self, network: str, actor: Actor) -> None:
        """Somebody is there: they came in, logged in, or have another nick."""
        self._presence.came(network, actor)
        self._came(actor)

    def missed(self, target: Target) -> None:
        """What was just sent to a person did not reach them: they are away."""
        self._presence.missed(target)

    @property
    def cards(self) -> Cards:
        """The cards, for networks that draw them."""
        return self._cards

    def warn(self, text: str) -> None:
        """Tell the organisers, wherever they are, what only they should know."""
        self._warn(text)

    def heard(self, post: Heard) -> None:
        """Somebody posted something for everybody to read."""
        self._posts.heard(post)

    async def kept(self) -> None:
        """Return once what was heard so far is on disk.

        Raises:
            NotSaved: It is not.
        """
        await self._posts.kept()

    def last_heard(self, network: str) -> str:
        """Return the id of the newest post that is known of a network; empty for none."""
        return self._posts.last_heard(network)

    def awaited(self, network: str) -> Iterable[str]:
        """Return the ids of the posts of a network that announce what is still to come."""
        return self._posts.awaited(network)

    def panel(self, actor: Actor) -> Panel:
        """Return what somebody sees, where there are buttons and forms."""
        return home.panel(self._store.view, self._event, self._clock.now(), actor)

    def form(self, name: str, actor: Actor, text: str = "") -> Form | None:
        """Return a form by its name, None where there is none such."""
        return home.form(name, self._store.view, self._event, self._clock.now(), actor, text=text)

    def changed(self, change: Change) -> None:
        """Bring bulletins up to date with a durable Change."""
        for topic in topics_after(change):
            for channel in self._boards:
                key = message_key(place_key(channel), topic.track)
                known = self.receipt(channel, topic.track) != "" or key in self._on_their_way
                if topic.now is None and not topic.next and not known:
                    continue  # that nothing is on is no news where nothing was
                self._bring(channel, topic)

    def catch_up(self) -> None:
        """Bring bulletins up to date that were behind when the process ended."""
        view = self._store.view
        topics = view.all(TOPICS)
        for channel in self._boards:
            place = place_key(channel)
            posted = {r.track for r in view.all(RECEIPTS).values() if (r.channel, r.day) == (place, self._today())}
            for track in sorted({*topics, *posted}):
                topic, key = topics.get(track, Topic(track)), message_key(place, track)
                if track in posted:
                    behind = track not in topics or view.seq_of(TOPICS, track) > view.seq_of(RECEIPTS, key)
                else:
                    behind = topic.now is not None and topic.now.since is not None and self._is_today(topic.now.since)
                if behind:
                    self._bring(channel, topic)

    def _bring(self, channel: Target, topic: Topic) -> None:
        """Have a bulletin posted, or brought up to date."""
        if self.receipt(channel, topic.track) == "":
            self._on_their_way.add(message_key(place_key(channel), topic.track))
        self._submit(bulletin(topic, channel))

    def receipt(self, target: Target, key: str) -> str:
        """Return the receipt of the bulletin in a channel; empty where there is none of today."""
        found = self._store.view.get(RECEIPTS, message_key(place_key(target), key))
        return found.receipt if found is not None and found.day == self._today() else ""

    def posted(self, target: Target, key: str, receipt: str) -> None:
        """Take the receipt of a bulletin that was just posted."""
        posted = Receipt(place_key(target), key, receipt, self._today())
        self._on_their_way.discard(posted.key)
        draft = Draft(self._store.view)
        draft.put(RECEIPTS, posted)
        try:
            if draft.edits():
                self._store.commit(draft.edits(), at=self._clock.now(), cause=Cause.DELIVERY)
        except NotSaved as error:
            _log.warning("Where a bulletin is was not saved (%s): the next one is a new message.", error)

    def _today(self) -> str:
        return self._event.local(self._clock.now()).date().isoformat()

    def _is_today(self, instant: datetime) -> bool:
        return self._event.local(instant).date().isoformat() == self._today()
