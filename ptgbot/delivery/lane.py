"""The way to one network: waits for the link and for the network's pace, and sends a line at a time."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice

from ptgbot.core.identity import Actor, keys_of
from ptgbot.core.messages import Priority, Send, Target
from ptgbot.core.protocols import Network, NotTaken, TooFast
from ptgbot.delivery.away import LEAD, Away
from ptgbot.delivery.bucket import Bucket
from ptgbot.delivery.dropped import Dropped, Reason
from ptgbot.delivery.errands import begin, hindered
from ptgbot.delivery.lookout import Lookout
from ptgbot.delivery.merging import Batch, merge, share
from ptgbot.delivery.turns import Turns, Waiting

__all__ = ["Lane"]

_log = logging.getLogger(__name__)

MOST_NOTIFICATIONS = 10_000  # that wait; beyond that the oldest go
MAX_AGE = 300.0  # seconds that a Send waits without a link
_LOOK = 10.0  # seconds between looks at what has waited too long while there is no link
_NOTICE = 0.05  # seconds until a network that lost its link knows that
_AT_ONCE = 500  # Sends that are dropped or kept before others may run
_ASIDE = 1.0  # seconds until a target that cannot be reached is tried again
_ROUNDING = 0.001  # seconds by which a timer may be early


class Lane:
    """What waits for one network, and the sending of it.

    Args:
        network: Where it goes.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, network: Network, monotonic: Callable[[], float]) -> None:
        self._network = network
        self._monotonic = monotonic
        self._turns = {priority: Turns() for priority in Priority}
        self._begun: dict[Priority, Batch] = {}  # lines of these are out, and others not yet
        self._commands: Counter[str] = Counter()  # whose answers wait, by asker
        self._resting: dict[str, float] = {}  # targets to which nothing goes at the moment → until when
        self._bucket = Bucket(network, monotonic)
        self._filled = asyncio.Event()
        self._lookout = Lookout(network, self._filled.set)
        self._down_since: float | None = None
        self.dropped = Dropped(network.name, monotonic)
        self._away = Away(self.dropped)
        self.emptied = asyncio.Event()
        self.emptied.set()

    def put(self, send: Send) -> None:
        """Have a Send wait. Of too many notifications the oldest go; what was answered the same before goes once."""
        now, turns = self._monotonic(), self._turns[send.priority]
        same = turns.same(send) if send.asker else None
        self._put(Waiting(send, now, now), first=send.first)
        if same is not None:  # what was said last is said last: 'in', 'out' and 'in' must not end with 'out'
            turns.drop(same)
            self._left((same,))

    def _put(self, waiting: Waiting, *, first: bool = False) -> None:
        send, turns = waiting.send, self._turns[waiting.send.priority]
        if not send.text.strip():
            return
        if send.priority is Priority.NOTIFICATION and turns.droppable >= MOST_NOTIFICATIONS:
            self._drop(filter(None, [turns.drop_oldest()]), Reason.FULL)
        turns.put(waiting, first=first)
        if waiting.place in self._resting:
            turns.rest(waiting.place)
        if send.asker and not send.more:
            self._commands[send.asker] += 1
        self._filled.set()
        self.emptied.clear()

    def waiting(self, asker: str) -> int:
        """Return how many commands of somebody have answers that wait.

        Args:
            asker: The key of their identity.
        """
        return self._commands[asker]

    def came(self, actor: Actor) -> None:
        """Send what was kept for somebody who is there again."""
        now = self._monotonic()
        target = Target(self._network.name, actor.name, actor.identity.key)
        for said, text in reversed(self._away.take(keys_of(actor), now)):
            self._put(Waiting(Send(target, text, Priority.NOTIFICATION, LEAD), now, said), first=True)

    def missed(self, target: Target) -> None:
        """Keep what was just sent to somebody who turns out to be away; send it again to one who changed their nick."""
        now = self._monotonic()
        found = self._away.missed(target.name, now)
        here = [waiting for waiting in found if self._is_elsewhere(waiting, target)]
        for waiting in found:
            if waiting.send.errand is not None:
                waiting.send.errand.away()
            elif waiting not in here:
                self._away.keep(waiting, now)
        for waiting in reversed(here):
            if waiting.send.errand is not None:
                continue
            self._put(Waiting(waiting.send, now, waiting.said), first=True)

    def _is_elsewhere(self, waiting: Waiting, missed: Target) -> bool:
        located = self._network.locate(waiting.send.target)
        return located is not None and located.name != missed.name

    async def run(self) -> None:
        """Send what is put, until cancelled."""
        try:
            while True:
                self.dropped.tell()
                await self._filled.wait()
                if not self._begun and not any(turns.head for turns in self._turns.values()):
                    self._filled.clear()
                    self.dropped.tell(now=True)
                    continue
                await self._pace()
                await self._link()
                await self._send_line()
        finally:
            await self._lookout.close()
            self.dropped.add(sum(map(len, self._turns.values())), Reason.STOPPED)
            self.dropped.tell(now=True)

    async def _pace(self) -> None:
        """Wait until one more line keeps to the pace; an answer that comes meanwhile need not wait for so long."""
        while pause := self._bucket.pause(urgent=self._next_priority() is Priority.ANSWER):
            self._filled.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._filled.wait()
        self._filled.set()

    def _next_priority(self) -> Priority:
        return next((p for p in Priority if p in self._begun or self._turns[p].head), Priority.ANSWER)

    async def _link(self) -> None:
        """Wait for the link; what waits for it too long is not worth sending any more."""
        ready = asyncio.ensure_future(self._network.ready())
        try:
            done, _ = await asyncio.wait({ready}, timeout=0)
            while not done:
                if self._down_since is None:
                    self._down_since = self._monotonic()
                await self._drop_late()
                done, _ = await asyncio.wait({ready}, timeout=_LOOK)
            await ready
        finally:
            ready.cancel()
        if self._down_since is not None:
            await self._drop_late()
            self._down_since = None
            self.dropped.tell(now=True)

    async def _drop_late(self) -> None:
        """Drop what has waited for the link too long."""
        oldest = self._monotonic() - MAX_AGE
        if self._down_since is None or self._down_since > oldest:
            return
        for turns in self._turns.values():
            while late := turns.drop_before(oldest, _AT_ONCE):
                self._drop(late, Reason.OUTAGE)
                await asyncio.sleep(0)

    async def _send_line(self) -> None:
        """Send a line of whoever has the turn: of an answer, if there is any."""
        priority, batch = self._next()
        if batch is None:
            return
        errand, receipt = batch.send.errand, ""
        try:
            if errand is not None:
                batch.lines.extend(await begin(self._network, batch.send, errand))
            if batch.lines:
                ticket = errand.ticket if errand is not None else ""
                receipt = await self._network.post(batch.send.target, batch.lines[0], ticket=ticket)
        except ConnectionError as error:
            if errand is not None:
                hindered(errand, error)
            await self._failed(priority, batch)
        except TooFast as error:
            if errand is not None:
                hindered(errand, error)
            self._put_back(priority, batch)
            self._rest(batch, error.seconds)
        except NotTaken as error:
            _log.warning("%s does not take a message to %s: %s", self._network.name, batch.send.target.name, error)
            self._finish(priority, batch, Reason.REFUSED, str(error))
        except Exception:  # noqa: BLE001 - one bad message must not stop the others
            self._broken(batch.send.target)
            self._finish(priority, batch, Reason.BROKEN)
        else:
            if errand is not None and batch.lines:
                errand.went(receipt)
            self._went(priority, batch)

    def _next(self) -> tuple[Priority, Batch | None]:
        """Return what is to be sent next; None where it was not to be sent after all."""
        priority = self._next_priority()
        turns = self._turns[priority]
        if priority in self._begun or not turns.head:
            return priority, self._begun.get(priority)
        if self._is_outdated(turns.head):
            outdated = turns.head[0]
            turns.drop(outdated)
            self._left([outdated])
            return priority, None
        if priority is Priority.ANSWER:
            return priority, self._made(turns, turns.head)
        if self._lookout.look_ahead(turns):
            self._bucket.take()
            return priority, None
        sends = self._lookout.turn(turns)
        if not sends:
            self._filled.clear()  # until it is known who is there, or something else is to be sent
            return priority, None
        return priority, self._made(turns, sends, locate=True)

    def _made(self, turns: Turns, sends: Sequence[Waiting], *, locate: bool = False) -> Batch | None:
        """Return what goes out of what waits for a target; None where it was not to be sent after all."""
        target, batch = sends[0].send.target, None
        person = locate and bool(target.identity)
        try:
            located = self._network.locate(target) if person else target
            if located is None:
                self._keep(turns, sends)
                return None
            batch = merge(self._network, turns, sends, located)
            if person and batch.send.errand is None:
                share(self._network, turns, batch, self._lookout.knows)
        except Exception:  # noqa: BLE001 - one bad message must not stop the others
            self._broken(target)
            if batch is None:
                taken = turns.take(1, sends[0].place)
                turns.done(taken)
                self._drop(taken, Reason.BROKEN)
        return batch

    def _is_outdated(self, sends: Sequence[Waiting]) -> bool:
        """Return whether something newer waits about the same."""
        key, target = sends[0].send.key, sends[0].send.target
        return bool(key) and any((w.send.key, w.send.target) == (key, target) for w in islice(sends, 1, None))

    def _keep(self, turns: Turns, sends: Sequence[Waiting]) -> None:
        """Keep what waits for somebody who is away."""
        now = self._monotonic()
        taken = turns.take(min(len(sends), _AT_ONCE), sends[0].place)
        turns.done(taken)
        for waiting in taken:
            if waiting.send.errand is not None:
                waiting.send.errand.away()
            else:
                self._away.keep(waiting, now)
        self._left(taken)

    def _went(self, priority: Priority, batch: Batch) -> None:
        """Count a line that went out."""
        if batch.lines:
            batch.lines.popleft()
            self._bucket.take()
        if not batch.begun and priority is Priority.NOTIFICATION:
            now = self._monotonic()
            for name, taken in batch.taken.items():
                self._away.sent(name, taken, now)
        batch.begun = True
        if batch.send.errand is not None:  # the rest of it goes like everything else
            batch.send = replace(batch.send, errand=None)
        if not batch.lines:
            self._finish(priority, batch)
        elif self._network.gap:
            self._put_back(priority, batch)
        else:
            self._begun[priority] = batch
        if self._network.gap:
            self._rest(batch, self._network.gap)

    def _rest(self, batch: Batch, seconds: float) -> None:
        """Send nothing to the targets of a batch for some seconds."""
        for place in [taken[0].place for taken in batch.taken.values()]:
            if place not in self._resting:  # else there is a timer already
                asyncio.get_running_loop().call_later(seconds, self._wake, place)
            until = self._monotonic() + seconds
            self._resting[place] = max(until, self._resting.get(place, until))
            for turns in self._turns.values():
                turns.rest(place)

    def _wake(self, place: str) -> None:
        """Have a target take its turns again, unless it was told to rest longer meanwhile."""
        left = self._resting[place] - self._monotonic()
        if left > _ROUNDING:
            asyncio.get_running_loop().call_later(left, self._wake, place)
            return
        del self._resting[place]
        for turns in self._turns.values():
            turns.restore(place)
        self._filled.set()

    def _finish(self, priority: Priority, batch: Batch, reason: Reason | None = None, why: str = "") -> None:
        self._begun.pop(priority, None)
        for taken in batch.taken.values():
            self._turns[priority].done(taken)
            if reason is None:
                self._left(taken)
            else:
                self._drop(taken, reason, why)

    async def _failed(self, priority: Priority, batch: Batch) -> None:
        """Have what did not go out wait: for the link, or for the one target that cannot be reached."""
        turns = self._turns[priority]
        self._put_back(priority, batch)
        await asyncio.sleep(_NOTICE)
        ready = asyncio.ensure_future(self._network.ready())
        done, _ = await asyncio.wait({ready}, timeout=0)
        ready.cancel()
        if done:
            self._set_aside(turns, [taken[0].place for taken in batch.taken.values()])

    def _put_back(self, priority: Priority, batch: Batch) -> None:
        """Have what did not go out wait again, before all others."""
        turns = self._turns[priority]
        self._begun.pop(priority, None)
        for taken in batch.taken.values():
            if batch.begun:  # only the rest of it is to be sent
                rest = "\n".join(batch.lines)
                taken[0].send = replace(taken[0].send, text=rest, lead="", apart=True, errand=None)
                turns.done(taken[1:])
                self._left(taken[1:])
            turns.put_back(taken[:1] if batch.begun else taken)

    def _set_aside(self, turns: Turns, places: Sequence[str]) -> None:
        """Pass over targets that cannot be reached though there is a link: the others need not wait for them."""
        for place in places:
            self._drop(turns.set_aside(place, self._monotonic(), MAX_AGE), Reason.UNREACHABLE)

        def restore() -> None:
            for place in places:
                if place not in self._resting:
                    turns.restore(place)
            self._filled.set()

        asyncio.get_running_loop().call_later(_ASIDE, restore)

    def _broken(self, target: Target) -> None:
        _log.exception("A message to %s on %s was dropped.", target.name, self._network.name)

    def _drop(self, dropped: Iterable[Waiting], reason: Reason, why: str = "") -> None:
        gone = list(dropped)
        self.dropped.add(len(gone), reason)
        self._left(gone)
        for waiting in gone:
            if waiting.send.errand is not None:
                waiting.send.errand.refused(why or reason.value)

    def _left(self, gone: Sequence[Waiting]) -> None:
        """Forget what waits no longer."""
        for waiting in gone:
            if waiting.send.asker and not waiting.send.more:
                self._commands[waiting.send.asker] -= 1
                if not self._commands[waiting.send.asker]:
                    del self._commands[waiting.send.asker]
        if not any(self._turns.values()):
            self.emptied.set()
