"""Takes what people post where everybody reads it; nothing is lost while nothing can be saved."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import timedelta

from ptgbot.core.changes import Cause, Change, Draft
from ptgbot.core.clock import Clock
from ptgbot.core.commands import Refused
from ptgbot.core.messages import Heard
from ptgbot.core.protocols import Network, NotSaved, NotTaken, PostSource, Store, TooFast
from ptgbot.features.openspaces.answers import Answers
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.intake import Intake
from ptgbot.features.openspaces.model import POSTS, Fate, Lane, Post, post_id
from ptgbot.features.openspaces.staff import FetchPost
from ptgbot.features.openspaces.telling import Teller

__all__ = ["Listening", "post_fetcher"]

_log = logging.getLogger(__name__)

AGAIN = 5.0  # seconds until what could not be saved is tried again
UNDECIDED = timedelta(days=2)  # for which a post that does not say when may still become something
MOST_WAITING = 10_000  # posts that wait for that; a network tells the rest again, from the newest that is known


class Listening:
    """Has posts kept and read, and organisers told of those that need a person where no card does.

    Args:
        store: The state, and where posts go.
        desk: Decides about them.
        clock: The time.
        tell: Tells the organisers something.
    """

    def __init__(self, store: Store, desk: Desk, clock: Clock, tell: Callable[[str], None]) -> None:
        self._store = store
        self._desk = desk
        self._intake = Intake(desk)
        self._answers = Answers(desk)
        self._teller = Teller(desk.event, desk.settings)
        self._clock = clock
        self._tell = tell
        self._waiting: OrderedDict[tuple[str, str], Heard] = OrderedDict()
        self._filled = asyncio.Event()
        self._unsure: list[tuple[int, Heard]] = []  # those that are on their way to the disk, by their Changes' numbers

    def heard(self, post: Heard) -> None:
        """Somebody posted something, edited it, or deleted it."""
        key = post.network, post.id
        if not self._waiting and self._take(post):
            return
        self._waiting.pop(key, None)  # of one post, what was heard last counts
        self._waiting[key] = post
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        self._filled.set()

    def rolled_back(self, seq: int, reason: str) -> None:  # noqa: ARG002 - a store tells it
        """What was not on disk is taken back: hear those posts again."""
        lost, self._unsure = [post for number, post in self._unsure if number > seq], []
        later, self._waiting = self._waiting, OrderedDict()
        for post in (*lost, *later.values()):
            self._waiting.pop((post.network, post.id), None)
            self._waiting[post.network, post.id] = post
        if self._waiting:
            self._filled.set()

    async def kept(self) -> None:
        """Return once what was heard so far is on disk.

        Raises:
            NotSaved: It is not; it is tried again.
        """
        if self._waiting:
            raise NotSaved("posts wait until something can be saved again")
        await self._store.saved(self._store.view.seq)

    def last_heard(self, network: str) -> str:
        """Return the id of the newest post that is known of a network; empty for none."""
        mark = f"{network}/"
        ids = [key.removeprefix(mark) for key in self._store.view.all(POSTS) if key.startswith(mark)]
        return max(ids, key=lambda each: (len(each), each), default="")  # they are numbers that grow

    def awaited(self, network: str) -> list[str]:
        """Return the ids of a network's posts about what is still to come; for a while, of what says no time."""
        now, view, mark = self._clock.now(), self._store.view, f"{network}/"
        open_, approved = Fate.OPEN, Fate.APPROVED  # there may be tens of thousands
        return [
            source.removeprefix(mark)
            for lane in Lane
            for source, post in view.where(POSTS, "lane", lane).items()
            if (post.start or post.at + UNDECIDED) > now
            if (post.fate is open_ or post.fate is approved) and source.startswith(mark)
        ]

    def _take(self, post: Heard) -> bool:
        """Keep a post, or do what it says about another one; return whether that could be saved."""
        now = self._clock.now()
        view = self._store.view
        draft = Draft(view)
        try:
            if not self._answers.take(draft, view, post, now):
                self._intake.take(draft, view, post, now)
            if draft.edits():
                change = self._store.commit(draft.edits(), at=now, cause=Cause.POST)
                if change.seq > self._store.durable:
                    self._unsure.append((change.seq, post))
        except NotSaved as error:
            _log.warning("A post on %s cannot be kept at the moment (%s); it waits.", post.network, error)
            return False
        except Exception:  # noqa: BLE001 - one that cannot be read must not stop the others
            _log.exception("A post on %s was not taken: %s", post.network, post.id)
        return True

    async def run(self) -> None:
        """Try again what could not be saved, until cancelled."""
        while True:
            await self._filled.wait()
            await asyncio.sleep(AGAIN)
            while self._waiting:
                key, post = next(iter(self._waiting.items()))
                if not self._take(post):
                    break
                self._waiting.pop(key, None)
                await asyncio.sleep(0)
            else:
                self._filled.clear()

    # -- who looks after them ----------------------------------------------------------------------------------------

    def changed(self, change: Change) -> None:
        """Tell organisers of posts that need a person by a durable Change, where no channel has their cards."""
        self._unsure = [(seq, post) for seq, post in self._unsure if seq > change.seq]
        is_command = change.cause is Cause.COMMAND
        for edit in change.edits:
            if edit.table is not POSTS or not isinstance(edit.after, Post):
                continue
            if is_command and not _follows(edit.before, edit.after):
                continue  # it was answered
            if self._is_news(edit.before, edit.after):
                name = post_id(edit.after.number)
                self._tell(f"{self._teller.line(edit.after)} (~post {name} shows all of it, ~deny {name} ends it)")

    def _is_news(self, before: object, post: Post) -> bool:
        settings = self._desk.settings
        channels = {Lane.REVIEW: settings.review_channel, Lane.CONFLICT: settings.conflict_channel}
        if post.fate is not Fate.OPEN or channels.get(post.lane, "nobody has to look") != "":
            return False
        return not isinstance(before, Post) or (before.lane, before.reason) != (post.lane, post.reason)


def _follows(before: object, post: Post) -> bool:
    """Return whether nobody said anything about a post that a command changed: it lost its room, or got it back."""
    if not isinstance(before, Post) or before.lane is Lane.ASIDE:
        return False
    return (before.by, before.decided, before.room, before.start) == (post.by, post.decided, post.room, post.start)


def post_fetcher(networks: Iterable[Network]) -> FetchPost:
    """Return what brings a post by its link from the network where it is."""
    sources = [network for network in networks if isinstance(network, PostSource)]

    async def fetch(link: str) -> Heard | None:
        for source in sources:
            try:
                found = await source.fetch(link)
            except (ConnectionError, TooFast) as error:
                raise Refused(
                    f"That post cannot be fetched at the moment ({error}): please try again later."
                ) from error
            except NotTaken as error:
                raise Refused(f"That post cannot be fetched: {error}") from error
            if found is not None:
                return found
        return None

    return fetch
