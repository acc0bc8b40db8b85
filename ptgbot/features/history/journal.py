"""The journal: a store in which each Change leaves its entry, in the same Change."""

from dataclasses import replace
from datetime import datetime

from ptgbot.core.changes import Cause, Edit
from ptgbot.core.documents import Visibility
from ptgbot.core.layers import Proposal, StoreLayer
from ptgbot.core.protocols import Store
from ptgbot.features.history.model import expired, record

__all__ = ["Journal"]


class Journal(StoreLayer):
    """Makes Changes durable like the store behind it (``core.protocols.Store``), with their entries.

    Args:
        store: The store behind it.
        days: How many days entries are kept.
    """

    def __init__(self, store: Store, days: int = 365) -> None:
        super().__init__(store)
        self._days = days

    def extend(self, proposal: Proposal) -> Proposal:
        """Return a proposal with its entry."""
        entry = record(
            proposal.edits,
            number=self.view.seq + 1,
            at=proposal.at,
            cause=proposal.cause,
            actor=proposal.actor,
            text=proposal.text,
            subject=proposal.subject,
        )
        made = replace(proposal, edits=proposal.edits + entry)
        # What is private leaves no trace of who typed what, beyond the document itself; neither does being forgotten.
        public = proposal.cause is not Cause.PURGE and any(_is_public(edit) for edit in proposal.edits)
        return made if public else replace(made, actor=None, text="")

    def expire(self, now: datetime) -> None:
        """Remove what is kept no longer.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        self._keep_up(expired(self.view, now, self._days), now)


def _is_public(edit: Edit) -> bool:
    return any(
        document is not None and edit.table.visible(document) is Visibility.PUBLIC
        for document in (edit.before, edit.after)
    )
