"""Hears what others post: by a stream where the network allows it, else by searching again and again.

What a stream misses is searched for whenever it is begun again, from the newest post that is surely known; so a post
may be told of more than once, and none is lost.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from ptgbot.core.protocols import NotTaken, TooFast
from ptgbot.networks.account import Barred
from ptgbot.networks.timing import TimelineTiming

__all__ = ["Asking", "Following", "Streamed"]

T = TypeVar("T")

_log = logging.getLogger(__name__)

_MOST_STREAMED = 10_000  # posts of which it is known that a stream told of them


class Asking:
    """Asks a network as often as it takes; what does not pass by itself is told to organisers, once.

    Args:
        network: The network's name.
        title: What people call it.
        timing: How patient it is.
        tell: Tells organisers.
        is_refused: Says whether the network refuses the account, of which it tells by itself.
    """

    def __init__(
        self,
        network: str,
        title: str,
        timing: TimelineTiming,
        tell: Callable[[str], None],
        is_refused: Callable[[], Awaitable[bool]],
    ) -> None:
        self.network = network
        self.title = title
        self._timing = timing
        self._tell = tell
        self._is_refused = is_refused
        self._told: set[str] = set()

    def say(self, text: str) -> None:
        """Tell organisers something, once."""
        if text not in self._told:
            self._tell(text)
        self._told.add(text)

    async def asked(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what a call returns.

        Args:
            ask: Makes the call; it may raise ConnectionError, TooFast, NotTaken or Barred.
        """
        timing = self._timing
        pause, refused = timing.retry, timing.barred
        while True:
            try:
                return await ask()
            except TooFast as error:
                wait = error.seconds
            except NotTaken as error:
                if not (isinstance(error, Barred) and await self._is_refused()):
                    self.say(f"{self.title} does not let the bot look for posts: {error}")
                wait, refused = refused, min(refused * 2, timing.barred_most)
            except ConnectionError as error:
                _log.warning("%s: posts cannot be read at the moment (%s).", self.network, error)
                wait, pause = pause, min(pause * 2, timing.retry_most)
            await asyncio.sleep(wait)


class Streamed:
    """Knows of which posts a stream told lately: what was asked for before that is older than what it told."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, int] = OrderedDict()
        self._count = 0

    def note(self, id_: str) -> None:
        """A stream told of a post."""
        self._count += 1
        self._told[id_] = self._count
        self._told.move_to_end(id_)
        if len(self._told) > _MOST_STREAMED:
            self._told.popitem(last=False)

    def now(self) -> int:
        """Return what ``has_since`` counts from."""
        return self._count

    def has_since(self, then: int, id_: str) -> bool:
        """Return whether a stream told of a post since then.

        Args:
            then: What ``now`` returned.
            id_: The post's id.
        """
        return self._told.get(id_, 0) > then


class Following(ABC):
    """Tells of the posts of one stream, or of one search.

    Args:
        asking: Asks the network.
        timing: How patient it is.
        can_stream: Whether there may be a stream.
    """

    def __init__(self, asking: Asking, timing: TimelineTiming, *, can_stream: bool = True) -> None:
        self.asking = asking
        self._timing = timing
        self._can_stream = can_stream
        self._failures = 0

    # -- what each network does in its own way ------------------------------------------------------------------------

    @abstractmethod
    async def catch_up(self) -> float:
        """Tell of all posts that may be new; return for how many seconds to leave the search alone."""

    @abstractmethod
    def stream(self) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Give a stream that yields after each post that was told of; it ends with a ConnectionError.

        Raises:
            Barred, NotTaken: There is none.
            TooFast, ConnectionError: There is none at the moment.
        """

    @abstractmethod
    def no_stream(self, error: NotTaken) -> str:
        """Return what organisers are told where there is no stream."""

    def kept_up(self) -> None:  # noqa: B027 - some have nothing to note
        """Note that nothing was missed until now: the stream broke after all before it had been searched for."""

    def restored(self) -> None:
        """The stream has come for a while."""
        self._failures = 0

    def pause_after(self, error: TooFast | ConnectionError) -> float:
        """Return for how many seconds to leave the stream alone.

        Args:
            error: How it ended, or why it did not begin.
        """
        pause = min(self._timing.retry * 2.0 ** min(self._failures, 20), self._timing.retry_most)
        self._failures += 1
        return max(pause, error.seconds) if isinstance(error, TooFast) else pause

    # -- what all do --------------------------------------------------------------------------------------------------

    async def follow(self) -> None:
        """Tell of posts, until cancelled."""
        while True:
            if self._can_stream:
                await self._stream()
            await self._search(self._timing.stream_again if self._can_stream else None)

    async def _search(self, seconds: float | None = None) -> None:
        """Search again and again; for some seconds, where that is said."""
        loop = asyncio.get_running_loop()
        until = None if seconds is None else loop.time() + seconds
        while until is None or loop.time() < until:
            pause = max(self._timing.poll, await self.catch_up())
            await asyncio.sleep(pause if until is None else min(pause, max(until - loop.time(), 0.0)))

    async def _stream(self) -> None:
        """Follow the stream, begun again whenever it breaks, until there is none."""
        network = self.asking.network
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._read_stream()
            except NotTaken as error:
                self.asking.say(self.no_stream(error))
                return
            except (TooFast, ConnectionError) as error:
                if asyncio.get_running_loop().time() - began > self._timing.silence:
                    self.restored()
                pause = self.pause_after(error)
                _log.warning("%s: the stream of posts ended (%s); again in %.2f s.", network, error, pause)
                if pause >= self._timing.poll:
                    await self._search(pause)
                else:
                    await asyncio.sleep(pause)

    async def _read_stream(self) -> None:
        """Tell of what the stream has, until it ends; catch up meanwhile."""
        async with self.stream() as posts:
            _log.info("%s: new posts come as they are written.", self.asking.network)
            catching_up = asyncio.ensure_future(self._catch_up_with_the_stream())
            try:
                async for _ in posts:
                    pass
            finally:
                done = catching_up.done()
                catching_up.cancel()
                await asyncio.wait({catching_up})
                if done:
                    catching_up.result()
                    self.kept_up()
        raise ConnectionError("it is over")

    async def _catch_up_with_the_stream(self) -> None:
        """Search for what was missed while there was no stream, and once more for what it missed at its beginning."""
        await self.catch_up()
        await asyncio.sleep(self._timing.settled)
        await self.catch_up()
