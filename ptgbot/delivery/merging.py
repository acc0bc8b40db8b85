"""Several Sends in as few lines as they fit in."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ptgbot.core.messages import Send, Target
from ptgbot.core.protocols import Network
from ptgbot.delivery.turns import Turns, Waiting

__all__ = ["Batch", "merge", "share"]

_LOOKED_AT = 500  # places in the queue among which the same text is looked for


@dataclass(slots=True)
class Batch:
    """Sends that go out together.

    Args:
        send: What they make together, and where it goes.
        lines: What is still to be posted of it.
        taken: What waited, by the name to which it goes.
        begun: Whether a line of it went out.
    """

    send: Send
    lines: deque[str]
    taken: dict[str, list[Waiting]]
    begun: bool = False


def merge(network: Network, turns: Turns, sends: Sequence[Waiting], target: Target) -> Batch:
    """Take as many Sends for one target as go out in no more lines than the first of them alone.

    Args:
        network: It decides what fits.
        turns: What waits.
        sends: What of that waits for the target.
        target: Where it goes.
    """
    merged = replace(sends[0].send, target=target)
    if merged.errand is not None:  # its text is known when it begins
        return Batch(merged, deque(), {target.name: turns.take(1, sends[0].place)})
    lines, count = network.split(merged), 1
    several = _are_several(sends)
    for waiting in islice(sends, 1, None):
        if not _belong_together(sends[0].send, waiting.send, several=several):
            break
        longer = replace(merged, text=f"{merged.text}{network.joint}{waiting.send.text}")
        longer_lines = network.split(longer)
        if len(longer_lines) > max(len(lines), 1):
            break
        merged, lines, count = longer, longer_lines, count + 1
    return Batch(merged, deque(lines), {target.name: turns.take(count, sends[0].place)})


def _belong_together(one: Send, other: Send, *, several: bool) -> bool:
    """Return whether two Sends for one target may become one text."""
    apart = (one.apart or other.apart) and not several
    alone = apart or one.first or other.first or bool(one.key or other.key or one.errand or other.errand)
    same = (one.lead, one.target.via, one.target.only_for)
    return not alone and same == (other.lead, other.target.via, other.target.only_for)


def _are_several(sends: Sequence[Waiting]) -> bool:
    """Return whether several answers to one asker wait: then few lines count for more than their layout."""
    ends = (waiting for waiting in sends if waiting.send.asker and not waiting.send.more and not waiting.send.first)
    return len(list(islice(ends, 2))) == 2


def share(network: Network, turns: Turns, batch: Batch, knows: Callable[[Target], bool]) -> None:
    """Have a batch go to others for whom the same waits too, as far as the network takes several people in one line.

    Args:
        network: It decides what fits.
        turns: What waits.
        batch: What goes to one of them.
        knows: Tells whether it is known if somebody is there.
    """
    most = network.targets_at_once
    if most <= 1:
        return
    texts = [waiting.send.text for taken in batch.taken.values() for waiting in taken]
    for sends in list(islice(_alike(turns, batch.send, texts), 2 * most)):  # some of them may be away
        if len(batch.taken) >= most:
            return
        located = network.locate(sends[0].send.target)
        if located is None or located.name in batch.taken or not knows(sends[0].send.target):
            continue
        names = ",".join([*batch.taken, located.name])
        joined = replace(batch.send, target=replace(batch.send.target, name=names))
        lines = _lines(network, joined)
        if not 0 < len(lines) <= len(batch.lines):  # the names leave less room for the text
            return
        batch.send, batch.lines = joined, deque(lines)
        batch.taken[located.name] = turns.take(len(texts), sends[0].place)


def _alike(turns: Turns, send: Send, texts: Sequence[str]) -> Iterator[Sequence[Waiting]]:
    """Yield what waits for other people, where it begins with the same texts."""
    for sends in islice(turns.following(), _LOOKED_AT):
        begin = [waiting.send for waiting in islice(sends, len(texts))]
        alike = [one.text for one in begin] == texts
        same = all(
            one.target.identity and one.lead == send.lead and one.apart == send.apart and one.errand is None
            for one in begin
        )
        if alike and same:
            yield sends


def _lines(network: Network, send: Send) -> list[str]:
    try:
        return network.split(send)
    except ValueError:  # no such name can be; that is told when it has its own turn
        return []
