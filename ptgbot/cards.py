"""What stands behind the cards: which there are, where each stands, and when one has to be drawn again."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from ptgbot.core.changes import Cause, Change, Draft
from ptgbot.core.clock import Clock, Event
from ptgbot.core.documents import View
from ptgbot.core.ids import read_id
from ptgbot.core.messages import Priority, Send, Target
from ptgbot.core.panels import Card, Sign
from ptgbot.core.protocols import NotSaved, Store
from ptgbot.features.bulletins.model import CARDS, Drawn, message_key, place_key
from ptgbot.features.openspaces.cards import card_of, moved_card
from ptgbot.features.openspaces.model import POSTS, Lane, Post, post_id
from ptgbot.features.openspaces.settings import OpenSpaceSettings, rules_now
from ptgbot.features.openspaces.telling import Teller
from ptgbot.features.reminders.asking import approval_card
from ptgbot.features.reminders.model import REMINDERS, Kind, Reminder, asked_name

__all__ = ["PlacedCards", "channels_of"]

_log = logging.getLogger(__name__)

LATELY = timedelta(days=1)  # for which a post without a time gets a card, where it has none
AGAIN = 5.0  # seconds until what could not be saved is tried again
_GONE = "gone"  # the version of a card of which there is nothing any more; it may be taken back


def channels_of(settings: OpenSpaceSettings, network: str) -> dict[Lane, Target]:
    """Return where the cards of posts stand, by their lanes.

    Args:
        settings: What the event wants of open spaces.
        network: The network that draws cards.
    """
    named = {
        Lane.OUTGOING: settings.outgoing_channel,
        Lane.REVIEW: settings.review_channel,
        Lane.CONFLICT: settings.conflict_channel,
    }
    return {lane: Target(network, channel) for lane, channel in named.items() if channel}


class PlacedCards:
    """Knows every card, and where each of them stands (``core.protocols.Cards``).

    Args:
        store: The state, and where it is kept which message is which card.
        event: The conference.
        clock: The time.
        settings: What the event wants of open spaces.
        channels: Where the cards of posts stand, by their lanes.
        submit: Takes cards that are to be drawn, as texts that name them.
    """

    def __init__(
        self,
        *,
        store: Store,
        event: Event,
        clock: Clock,
        settings: OpenSpaceSettings,
        channels: Mapping[Lane, Target],
        submit: Callable[[Send], None],
    ) -> None:
        self._store = store
        self._event = event
        self._clock = clock
        self._settings = settings
        self._teller = Teller(event, settings)
        self._channels = dict(channels)
        self._submit = submit
        self._unsaved: dict[str, Drawn] = {}  # by place and card, what is not known to be on disk
        self._again: asyncio.TimerHandle | None = None

    @property
    def _view(self) -> View:
        return self._store.view

    # -- what a network asks -----------------------------------------------------------------------------------------

    def draw(self, name: str, place: Target) -> Card | None:
        """Return a card as it is to be shown somewhere now; None where there is nothing of that name."""
        post = self._post(name)
        card = self._of_post(post, place) if post is not None else self._of_reminder(name)
        if card is None and self.receipt(name, place):
            return Card(name, _GONE, name, sign=Sign.ENDED, footer=f"There is no {name} any more.")
        return card

    def receipt(self, name: str, place: Target) -> str:
        """Return the receipt of a card where it stands already; empty where it does not."""
        drawn = self._drawn(name, place)
        return "" if drawn is None else drawn.receipt

    def drawn(self, card: Card, place: Target, receipt: str) -> None:
        """Take note that a card is shown somewhere, and of the network's name of the message."""
        drawn = Drawn(place_key(place), card.name, receipt, card.version)
        if self._drawn(card.name, place) != drawn:
            self._unsaved[drawn.key] = drawn
            self._save()

    def _drawn(self, name: str, place: Target) -> Drawn | None:
        key = message_key(place_key(place), name)
        return self._unsaved.get(key) or self._view.get(CARDS, key)

    def _save(self) -> None:
        """Save which messages are cards, those too that could not be saved before, or were taken back."""
        draft = Draft(self._view)
        for drawn in self._unsaved.values():
            draft.put(CARDS, drawn)
        try:
            if draft.edits():
                self._store.commit(draft.edits(), at=self._clock.now(), cause=Cause.DELIVERY)
        except NotSaved as error:
            _log.warning("Where cards stand cannot be saved at the moment (%s).", error)
            if self._again is None:
                self._again = asyncio.get_running_loop().call_later(AGAIN, self._save_again)

    def _save_again(self) -> None:
        self._again = None
        self._save()

    def _forget_saved(self, change: Change) -> None:
        """Forget what is on disk by now."""
        for edit in change.edits:
            held = self._unsaved.get(edit.key) if edit.table is CARDS else None
            if held is not None and held == edit.after:
                del self._unsaved[edit.key]

    def close(self) -> None:
        """Try nothing again any more."""
        if self._again is not None:
            self._again.cancel()

    # -- what they look like -----------------------------------------------------------------------------------------

    def _post(self, name: str) -> Post | None:
        kind, number = read_id(name) or ("", 0)
        return next(iter(self._view.where(POSTS, "number", number).values()), None) if kind == "p" else None

    def _of_post(self, post: Post, place: Target) -> Card:
        home = self._channels.get(post.lane)
        is_a_lane = any(place_key(place) == place_key(channel) for channel in self._channels.values())
        if is_a_lane and home is not None and place_key(home) != place_key(place):
            return moved_card(post, home.name)
        rules = rules_now(self._view, self._event, self._settings)
        return card_of(post, self._view, self._event, rules, self._teller)

    def _of_reminder(self, name: str) -> Card | None:
        return approval_card(name, self._view, self._event, self._clock.now())

    # -- when they are drawn -----------------------------------------------------------------------------------------

    def changed(self, change: Change) -> None:
        """Have drawn what a durable Change touched."""
        self._forget_saved(change)
        for name in dict.fromkeys(self._touched(change)):
            for place in self._places(name):
                self._bring(name, place)

    def _touched(self, change: Change) -> Iterator[str]:
        for edit in change.edits:
            for document in (edit.before, edit.after):
                if isinstance(document, Post):
                    yield post_id(document.number)
                elif isinstance(document, Reminder) and edit.table is REMINDERS:
                    is_of_post = document.kind is Kind.OPENSPACE
                    if name := document.subject if is_of_post else asked_name(document):
                        yield name

    def _places(self, name: str) -> list[Target]:
        """Return where a card stands, or has to."""
        post = self._post(name)
        home = self._channels.get(post.lane) if post is not None else None
        there = {drawn.place: None for drawn in self._view.where(CARDS, "card", name).values()}
        there |= {drawn.place: None for drawn in self._unsaved.values() if drawn.card == name}
        places = [Target(*place.split("/", 1)) for place in there]
        return [*places, *([home] if home is not None and place_key(home) not in there else [])]

    def _bring(self, name: str, place: Target) -> None:
        """Have a card drawn; the text is for networks that draw none."""
        card = self.draw(name, place)
        if card is not None:
            where = replace(place, card=name)
            self._submit(Send(where, card.text, Priority.NOTIFICATION, key=f"card {name}", apart=True))

    def taken_back(self) -> None:
        """Changes could not be made durable: have drawn what they showed, and save again which messages are cards."""
        self._save()
        self.catch_up()

    def catch_up(self) -> None:
        """Have drawn what was behind when the process ended, or is so because Changes were taken back."""
        names = [drawn.card for drawn in self._view.all(CARDS).values()]
        names += [post_id(post.number) for lane in self._channels for post in self._current(lane)]
        for name in dict.fromkeys(names):
            version = self._version(name)
            for place in self._places(name):
                drawn = self._drawn(name, place)
                if drawn is None or drawn.version != version:
                    self._bring(name, place)

    def _version(self, name: str) -> str:
        """Return the version of a card, which is less work than to draw it."""
        post = self._post(name)
        card = self._of_reminder(name) if post is None else None
        return str(post.version) if post is not None else _GONE if card is None else card.version

    def _current(self, lane: Lane) -> list[Post]:
        """Return the posts of a lane that are not over, the oldest first."""
        now = self._clock.now()
        posts = self._view.where(POSTS, "lane", lane).values()
        return sorted((p for p in posts if (p.end or p.at + LATELY) > now), key=lambda post: post.number)
