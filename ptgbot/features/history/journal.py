"""The journal: a store in which each Change leaves its entry, in the same Change."""

from datetime import datetime

from ptgbot.core.changes import Cause, Change, Edit
from ptgbot.core.documents import View, Visibility
from ptgbot.core.identity import Actor
from ptgbot.core.protocols import Store
from ptgbot.features.history.model import expired, record

__all__ = ["Journal"]


class Journal:
    """Makes Changes durable like the store behind it (``core.protocols.Store``), with their entries.

    Args:
        store: The store behind it.
        days: How many days entries are kept.
    """

    def __init__(self, store: Store, days: int = 365) -> None:
        self._store = store
        self._days = days

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
        """Apply edits and their entry to the state at once and queue them for the disk.

        Raises:
            NotSaved: Changes are refused at the moment; nothing was applied.
        """
        entry = record(edits, number=self.view.seq + 1, at=at, cause=cause, actor=actor, text=text, subject=subject)
        # What is private leaves no trace of who typed what, beyond the document itself; neither does being forgotten.
        public = cause is not Cause.PURGE and any(_is_public(edit) for edit in edits)
        return self._store.commit(
            edits + entry,
            at=at,
            cause=cause,
            actor=actor if public else None,
            text=text if public else "",
            subject=subject,
            message_id=message_id,
        )

    def expire(self, now: datetime) -> None:
        """Remove what is kept no longer.

        Raises:
            NotSaved: Changes are refused at the moment.
        """
        edits = expired(self.view, now, self._days)
        if edits:
            self.commit(edits, at=now, cause=Cause.PURGE)


def _is_public(edit: Edit) -> bool:
    return any(
        document is not None and edit.table.visible(document) is Visibility.PUBLIC
        for document in (edit.before, edit.after)
    )
