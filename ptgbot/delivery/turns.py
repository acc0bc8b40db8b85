"""What waits at one priority: the targets take turns, and so do those who asked in the same channel."""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ptgbot.core.messages import Send

__all__ = ["Turns", "Waiting"]


@dataclass(slots=True, eq=False)
class Waiting:
    """A Send that waits.

    Args:
        send: What is to be sent.
        since: When it began to wait, by the queue's clock.
        said: When it was new; earlier, for what was kept for somebody who was away.
        taken: Whether its line is on its way at this moment.
    """

    send: Send
    since: float
    said: float
    taken: bool = False

    @property
    def place(self) -> str:
        """What stands for its target: a person stays the same under another nick."""
        return self.send.target.identity or self.send.target.name


@dataclass(slots=True)
class _Place:
    """What waits for one target. Each asker's Sends keep their order."""

    askers: OrderedDict[str, deque[Waiting]] = field(default_factory=OrderedDict)


class Turns:
    """The Sends of one priority, so ordered that nobody waits for another one's long list."""

    def __init__(self) -> None:
        self._turns: OrderedDict[str, _Place] = OrderedDict()
        self._aside: dict[str, _Place] = {}
        self._unreachable: dict[str, float] = {}
        # By age, those on their way included; what an errand has knows by itself how late it may be.
        self._all: OrderedDict[Waiting, None] = OrderedDict()
        self._of_errands: set[Waiting] = set()

    def __len__(self) -> int:
        return len(self._all) + len(self._of_errands)

    @property
    def droppable(self) -> int:
        """How much waits that may be dropped where that is too much."""
        return len(self._all)

    def put(self, waiting: Waiting, *, first: bool = False) -> None:
        """Have a Send wait.

        Args:
            waiting: The Send.
            first: Whether it goes before what waits for the same target: it is older.
        """
        if waiting.send.errand is None:
            self._all[waiting] = None
        else:
            self._of_errands.add(waiting)
        self._insert(waiting, first=first)

    def _insert(self, waiting: Waiting, *, first: bool) -> _Place:
        places = self._aside if waiting.place in self._aside else self._turns
        place = places.setdefault(waiting.place, _Place())
        sends = place.askers.setdefault(waiting.send.asker, deque())
        if first:
            sends.appendleft(waiting)
        else:
            sends.append(waiting)
        return place

    def same(self, send: Send) -> Waiting | None:
        """Return what waits and says the same to the same asker in the same place; None where there is none."""
        place = self._turns.get(send.target.identity or send.target.name)
        waiting = place.askers.get(send.asker, ()) if place else ()
        return next((one for one in waiting if one.send == send), None)

    @property
    def head(self) -> Sequence[Waiting]:
        """What waits for whoever has the turn, in order; empty where nobody has one."""
        return next(self.following(), ())

    def following(self) -> Iterator[Sequence[Waiting]]:
        """Yield what waits for each target, in the order of their turns."""
        for place in self._turns.values():
            yield next(iter(place.askers.values()))

    def take(self, count: int, place: str) -> list[Waiting]:
        """Take the first Sends of a target; then the others have their turn.

        They count as waiting until ``done`` or ``put_back``.

        Args:
            count: How many.
            place: The target's place.
        """
        askers = self._turns[place].askers
        asker, sends = next(iter(askers.items()))
        taken = [sends.popleft() for _ in range(count)]
        for waiting in taken:
            waiting.taken = True
        askers.move_to_end(asker)
        self._turns.move_to_end(place)
        self._tidy(place, asker)
        return taken

    def _tidy(self, name: str, asker: str) -> None:
        """Forget an asker, and a target, for whom nothing waits."""
        places = self._aside if name in self._aside else self._turns
        if not places[name].askers[asker]:
            del places[name].askers[asker]
        if not places[name].askers:
            del places[name]

    def done(self, taken: Sequence[Waiting]) -> None:
        """Forget what was sent."""
        for waiting in taken:
            self._forget(waiting)
            self._unreachable.pop(waiting.place, None)

    def _forget(self, waiting: Waiting) -> None:
        self._all.pop(waiting, None)
        self._of_errands.discard(waiting)

    def put_back(self, taken: Sequence[Waiting]) -> None:
        """Have what could not be sent wait again, before all others."""
        for waiting in reversed(taken):
            waiting.taken = False
            self._insert(waiting, first=True).askers.move_to_end(waiting.send.asker, last=False)
            if waiting.place in self._turns:
                self._turns.move_to_end(waiting.place, last=False)

    def rest(self, name: str) -> None:
        """Pass over a target to which nothing is to go at the moment, until ``restore``."""
        if name in self._turns:
            self._aside[name] = self._turns.pop(name)

    def set_aside(self, name: str, now: float, most: float) -> list[Waiting]:
        """Pass over a target that cannot be reached, until ``restore``.

        Args:
            name: The target's place.
            now: The time by the queue's clock.
            most: How many seconds something may wait for it.

        Returns:
            What has waited longer, and is gone now.
        """
        self.rest(name)
        if name not in self._aside:  # all that waited for it is gone by now
            return []
        since = self._unreachable.setdefault(name, now)
        sends = [waiting for sends in self._aside[name].askers.values() for waiting in sends]
        old = [w for w in sends if w in self._all and now - max(w.since, since) >= most]
        for waiting in old:
            self.drop(waiting)
        return old

    def restore(self, name: str) -> None:
        """Try a target again that was set aside."""
        if name in self._aside:
            self._turns[name] = self._aside.pop(name)

    def drop_oldest(self) -> Waiting | None:
        """Drop what has waited longest; return it, or None where all is on its way, or goes by its errand."""
        oldest = next((one for one in self._all if not one.taken), None)
        if oldest is not None:
            self.drop(oldest)
        return oldest

    def drop_before(self, instant: float, most: int) -> list[Waiting]:
        """Drop what has waited since an instant or longer; return it.

        What has a key, or an errand that knows how late it may be, is never old.

        Args:
            instant: By the queue's clock.
            most: How many Sends to drop at once.
        """
        old: list[Waiting] = []
        for waiting in self._all:
            if waiting.since > instant or len(old) == most:
                break
            if not waiting.taken and not waiting.send.key:
                old.append(waiting)
        for waiting in old:
            self.drop(waiting)
        return old

    def drop(self, waiting: Waiting) -> None:
        """Drop what waits and is not on its way; nobody loses their turn by that."""
        name, asker = waiting.place, waiting.send.asker
        places = self._aside if name in self._aside else self._turns
        places[name].askers[asker].remove(waiting)  # the oldest is the first, or close to it
        self._forget(waiting)
        self._tidy(name, asker)
        if name not in self._aside and name not in self._turns:
            self._unreachable.pop(name, None)
