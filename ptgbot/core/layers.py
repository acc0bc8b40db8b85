"""A store on top of another one, which adds to each Change what belongs into it."""

from dataclasses import dataclass
from datetime import datetime

from ptgbot.core.changes import Cause, Change, Edit
from ptgbot.core.documents import View
from ptgbot.core.identity import Actor
from ptgbot.core.protocols import Store

__all__ = ["Proposal", "StoreLayer"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A Change before it is made: what ``Store.commit`` is given."""

    edits: tuple[Edit, ...]
    at: datetime
    cause: Cause
    actor: Actor | None
    text: str
    subject: str
    message_id: str


class StoreLayer:
    """Makes Changes durable like the store behind it (``core.protocols.Store``). What is different, ``extend`` says.

    Args:
        store: The store behind it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def view(self) -> View:
        """The whole state, Changes under way included."""
        return self._store.view

    @property
    def durable(self) -> int:
        """The number of the last Change that is on disk."""
        return self._store.durable

    async def saved(self, seq: int) -> None:
        """Return once the Change with this number is on disk.

        Raises:
            NotSaved: It was rolled back.
        """
        await self._store.saved(seq)

    def commit(
        self,
        edits: tuple[Edit, ...],
        *,
        at: datetime,
        cause: Cause = Cause.COMMAND,
        actor: Actor | None = None,
        text: str = "",
        subject: str = "",
        message_id: str = "",
    ) -> Change:
        """Apply edits and what this layer adds to the state at once, and queue them for the disk.

        Raises:
            NotSaved: Changes are refused at the moment; nothing was applied.
        """
        return self.propose(Proposal(edits, at, cause, actor, text, subject, message_id))

    def propose(self, proposal: Proposal) -> Change:
        """Commit what this layer makes of a proposal; the one behind it is handed it as it is."""
        made = self.extend(proposal)
        if isinstance(self._store, StoreLayer):
            return self._store.propose(made)
        return self._store.commit(
            made.edits,
            at=made.at,
            cause=made.cause,
            actor=made.actor,
            text=made.text,
            subject=made.subject,
            message_id=made.message_id,
        )

    def extend(self, proposal: Proposal) -> Proposal:
        """Return what is committed in place of a proposal."""
        return proposal

    def _keep_up(self, edits: tuple[Edit, ...], at: datetime, cause: Cause = Cause.PURGE) -> None:
        """Commit what no command asked for, if it is anything: the upkeep of what this layer adds, which adds no more.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        if edits:
            self._store.commit(edits, at=at, cause=cause)
