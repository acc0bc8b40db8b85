"""What is kept for people who are away, until they are back."""

from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import NamedTuple

from ptgbot.delivery.dropped import Dropped, Reason
from ptgbot.delivery.turns import Waiting

__all__ = ["LEAD", "Away"]

LEAD = "While you were away: "

KEPT = 3600.0  # seconds for which a text is kept
MOST_TEXTS = 20  # texts of one person
MOST_PEOPLE = 5000
_MAY_BE_MISSED = 30.0  # seconds after which a line is known to have reached whom it was for
_MOST_SENT = 5000  # lines of those seconds that are remembered, at a pace of more than a hundred a second


class _Kept(NamedTuple):
    said: float
    text: str


class Away:
    """The texts of one network that wait for people to come back.

    Args:
        dropped: Counts what nobody came back for.
    """

    def __init__(self, dropped: Dropped) -> None:
        self._dropped = dropped
        self._people: OrderedDict[str, deque[_Kept]] = OrderedDict()  # those for whom something was kept last come last
        self._sent: deque[tuple[float, str, Waiting]] = deque(maxlen=_MOST_SENT)

    def keep(self, waiting: Waiting, now: float) -> None:
        """Keep a text for the person whom it is for.

        Args:
            waiting: The text; its target has an identity.
            now: The time by the queue's clock.
        """
        self._expire(now)
        send = waiting.send
        if now - waiting.said > KEPT:
            self._dropped.add(1, Reason.AWAY)
            return
        texts = self._people.setdefault(send.target.identity, deque())
        self._people.move_to_end(send.target.identity)
        texts.append(_Kept(waiting.said, send.text if send.lead == LEAD else send.lead + send.text))
        if len(texts) > MOST_TEXTS:
            texts.popleft()
            self._dropped.add(1, Reason.MANY_AWAY)
        if len(self._people) > MOST_PEOPLE:
            _, forgotten = self._people.popitem(last=False)
            self._dropped.add(len(forgotten), Reason.MANY_AWAY)

    def _expire(self, now: float) -> None:
        """Forget those for whom nothing was kept within the hour."""
        while self._people:
            key, texts = next(iter(self._people.items()))
            if now - texts[-1].said <= KEPT:
                return
            del self._people[key]
            self._dropped.add(len(texts), Reason.AWAY)

    def take(self, keys: Iterable[str], now: float) -> list[_Kept]:
        """Return what is kept for somebody, oldest first, and keep it no longer.

        Args:
            keys: The keys of their identities.
            now: The time by the queue's clock.
        """
        if not self._people:
            return []
        kept: list[_Kept] = []
        for key in keys:
            texts = {one.text for one in kept}  # what they are told under one identity they need not hear again
            kept += [one for one in self._people.pop(key, ()) if one.text not in texts]
        young = [one for one in kept if now - one.said <= KEPT]
        self._dropped.add(len(kept) - len(young), Reason.AWAY)
        return sorted(young, key=lambda one: one.said)

    def sent(self, name: str, taken: Iterable[Waiting], now: float) -> None:
        """Remember for a while what was sent to a person, in case that they turn out to be away.

        Args:
            name: The name that they have now.
            taken: What was sent.
            now: The time by the queue's clock.
        """
        while self._sent and now - self._sent[0][0] > _MAY_BE_MISSED:
            self._sent.popleft()
        self._sent.extend((now, name, waiting) for waiting in taken if waiting.send.target.identity)

    def missed(self, name: str, now: float) -> list[Waiting]:
        """Return what was sent to a name a moment ago, once.

        Args:
            name: The name.
            now: The time by the queue's clock.
        """
        found = [waiting for at, to, waiting in self._sent if to == name and now - at <= _MAY_BE_MISSED]
        if found:
            gone = set(found)
            self._sent = deque((one for one in self._sent if one[2] not in gone), maxlen=_MOST_SENT)
        return found
