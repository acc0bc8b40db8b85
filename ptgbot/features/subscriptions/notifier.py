"""Tells subscribers what a Change brought, without holding up the loop however many there are."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator

from ptgbot.core.changes import Change
from ptgbot.core.documents import View
from ptgbot.core.messages import Send, Target
from ptgbot.features.subscriptions.model import Subscribers

__all__ = ["Notifier"]

_log = logging.getLogger(__name__)

SLICE = 0.005  # seconds of work before others may go first; of the processor, so that a busy machine alters nothing


class Notifier:
    """Hands the notifications of each Change to the send queue, in the Changes' order.

    What is done within one slice, as good as always, is handed over at once; the rest follows slice by slice. The
    subscriptions that there are at the beginning are read before the first topic needs them.

    Args:
        view: The whole state.
        submit: Takes what is to be sent.
        slice_: Seconds of work before others may go first.
        locate: Returns where a person is to be reached now, None if they are away.
    """

    def __init__(
        self,
        view: View,
        submit: Callable[[Send], None],
        slice_: float = SLICE,
        *,
        locate: Callable[[Target], Target | None] = lambda target: target,
    ) -> None:
        self._subscribers = Subscribers(view, locate)
        self._submit = submit
        self._slice = slice_
        self._closed = False
        self._waiting: deque[Iterator[Send | None]] = deque()
        self._task: asyncio.Task[None] | None = None
        for _ in self._subscribers.follow():
            pass

    def changed(self, change: Change) -> None:
        """Tell subscribers of a durable Change."""
        if self._closed:
            return
        self._waiting.append(self._subscribers.told_of(change))
        if self._task is None and not self._work():
            self._task = asyncio.ensure_future(self._go_on())

    def _work(self) -> bool:
        """Work for one slice; return whether all is done."""
        until = time.thread_time() + self._slice
        while self._waiting:
            try:
                if not self._tell(self._waiting[0], until):
                    return False
            except Exception:  # noqa: BLE001 - whatever it is, the next topics are told
                _log.exception("Some subscribers are not told of a topic.")
            self._waiting.popleft()
        return True

    def _tell(self, sends: Iterator[Send | None], until: float) -> bool:
        for send in sends:
            if send is not None:
                self._submit(send)
            if time.thread_time() >= until:
                return False
        return True

    async def _go_on(self) -> None:
        done = False
        while not done:
            await asyncio.sleep(0)  # let others go first
            done = self._work()
        self._task = None

    async def close(self) -> None:
        """Give up what is still to be told, and tell nothing any more."""
        self._closed = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
