"""What a store may hold after a crash, kept beside it: every Change that was asked for, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from ptgbot.core.documents import Document
from ptgbot.store import DurableStore
from tests.store.tables import tables_of

__all__ = ["Attempt", "Fate", "History", "differences"]


class Fate(Enum):
    OPEN = "nobody was answered yet"
    SAVED = "acknowledged"
    REFUSED = "answered that nothing was saved"
    GONE = "refused, and others were accepted since"


@dataclass(eq=False)
class Attempt:
    """A Change that was asked for, and the state with it."""

    seq: int
    at: datetime | None
    tables: Mapping[str, Mapping[str, Document]]
    fate: Fate = Fate.OPEN


@dataclass
class History:
    """The Changes of a session in the order they were asked for."""

    saved: Attempt
    after: list[Attempt] = field(default_factory=list)

    @property
    def newest(self) -> Attempt:
        """The state in memory: with everything that was not refused."""
        standing = [attempt for attempt in self.after if attempt.fate is Fate.OPEN]
        return standing[-1] if standing else self.saved

    def ask(self, attempt: Attempt) -> None:
        """A Change is about to be committed."""
        self.after.append(attempt)

    def accepted(self) -> None:
        """The newest was taken: all that was refused before it must never come back."""
        self.after = [attempt for attempt in self.after if attempt.fate is Fate.OPEN]

    def not_taken(self) -> None:
        """The newest was not even tried."""
        self.after.pop()

    def answer(self, attempt: Attempt, fate: Fate) -> None:
        """Somebody was told what became of a Change."""
        attempt.fate = fate
        if fate is Fate.SAVED:
            self.saved = attempt
            self.after = [other for other in self.after if other.seq > attempt.seq]

    def allowed(self) -> list[Attempt]:
        """Return every state that a crash at this moment may leave: the last one acknowledged, or one after it."""
        return [self.saved, *self.after]


def differences(store: DurableStore, allowed: list[Attempt]) -> str:
    """Return why what a store holds is none of the states that are allowed; empty where it is one."""
    found = (store.view.seq, store.view.changed_at, tables_of(store.view))
    if any(found == (attempt.seq, attempt.at, attempt.tables) for attempt in allowed):
        return ""
    return f"Change {found[0]} is none of {[(a.seq, a.fate.name) for a in allowed]}, or the documents differ"
