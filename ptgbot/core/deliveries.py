"""Messages that a network delivered and that were done, so that a repeat is harmless, after a restart too."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ptgbot.core.changes import Cause, Draft, Edit
from ptgbot.core.documents import Table, Visibility
from ptgbot.core.layers import Proposal, StoreLayer
from ptgbot.core.messages import Message, Reply
from ptgbot.core.protocols import Store

__all__ = ["DELIVERIES", "Deliveries", "Delivery"]

KEPT = timedelta(hours=24)  # longer than any network delivers again
REMEMBERED = 5000  # commands of which it is known what became of them


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that was done.

    Args:
        message: Network and a digest of the network's id of it, which may name who wrote it.
        at: When.
    """

    message: str
    at: datetime

    @property
    def key(self) -> str:
        """Network and digest."""
        return self.message


DELIVERIES = Table("deliveries", Delivery, Visibility.OWNER)


class Deliveries(StoreLayer):
    """A store that notes in each Change which message caused it, for networks that may deliver one again.

    Commands without a Change are remembered for a while, and not over a restart: to answer one again harms nobody.

    Args:
        store: The store behind it.
        networks: The names of these networks.
    """

    def __init__(self, store: Store, networks: Iterable[str]) -> None:
        super().__init__(store)
        self._networks = frozenset(networks)
        self._replies: OrderedDict[str, asyncio.Future[Reply]] = OrderedDict()

    def extend(self, proposal: Proposal) -> Proposal:
        """Return a proposal with the message that caused it."""
        if proposal.message_id.partition("/")[0] not in self._networks:
            return proposal
        key = _digest(proposal.message_id)
        edits = proposal.edits
        if self.view.get(DELIVERIES, key) is None:
            edits = (*edits, Edit(DELIVERIES, key, None, Delivery(key, proposal.at)))
        return replace(proposal, edits=edits, message_id=key)

    def again(self, message: Message, reply: "asyncio.Future[Reply]") -> "asyncio.Future[Reply] | None":
        """Remember a command.

        Args:
            message: How it was given.
            reply: What will become of it.

        Returns:
            What became, or will become, of its first delivery; None where this is the first.
        """
        if not message.id or message.network not in self._networks:
            return None
        key = _digest(f"{message.network}/{message.id}")
        before = self._replies.get(key)
        if before is not None:
            return before
        self._replies[key] = reply
        if len(self._replies) > REMEMBERED:
            self._replies.popitem(last=False)
        if self.view.get(DELIVERIES, key) is None:
            return None
        reply.set_result(Reply())  # done before a restart, and answered then
        return reply

    def expire(self, now: datetime) -> None:
        """Forget messages that no network delivers again.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        draft = Draft(self.view)
        for key, delivery in list(self.view.all(DELIVERIES).items()):
            if delivery.at < now - KEPT:
                draft.remove(DELIVERIES, key)
        self._keep_up(draft.edits(), now, Cause.DELIVERY)


def _digest(message_id: str) -> str:
    network, _, name = message_id.partition("/")
    return f"{network}/{hashlib.blake2b(name.encode(errors='surrogatepass'), digest_size=12).hexdigest()}"
