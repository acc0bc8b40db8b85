"""A process with a store under load, to be killed: ``python -m tests.crash.driver STORE``.

It prints 0 before it opens the store, and the number of each Change once that is acknowledged. What a Change does
follows from its number, so that whoever kills the process knows what has to be there.
"""

import asyncio
import os
import sys
from pathlib import Path

import ptgbot.store.checkpointer
from ptgbot.core.changes import Draft
from ptgbot.core.documents import View
from ptgbot.store import DurableStore
from tests.store.tables import NOTES, SECRETS, TABLES, Note, Secret, at

__all__ = ["draft_of"]

WAITING = 20  # at once


def draft_of(view: View, seq: int) -> Draft:
    """Return what the Change of a number does."""
    draft = Draft(view)
    draft.put(NOTES, Note(f"note{seq % 97}", f"text {seq} " + "x" * (seq % 400), tags=(f"tag{seq % 5}",)))
    draft.remove(NOTES, f"note{(seq * 31) % 89}")
    draft.put(SECRETS, Secret(f"secret{seq % 7}", str(seq), seq))
    return draft


async def load(store: DurableStore) -> None:
    """Change things for ever."""

    async def work() -> None:
        while True:
            seq = store.view.seq + 1
            store.commit(draft_of(store.view, seq).edits(), at=at(seq), text="a command")
            await store.saved(seq)
            os.write(1, b"%d\n" % seq)

    await asyncio.gather(*(work() for _ in range(WAITING)))


async def main(path: Path) -> None:
    """Open a store and work."""
    os.write(1, b"0\n")
    ptgbot.store.checkpointer.CHECKPOINT_BYTES = 30_000
    ptgbot.store.checkpointer.CHECKPOINT_SHARE = 0.0
    store = DurableStore(path, TABLES)
    store.lock()
    store.read()
    store.start()
    await load(store)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
