"""A session with a store: commands alone and in crowds, edits of every kind, on a disk that may fail."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ptgbot.store.checkpoint
import ptgbot.store.checkpointer
import ptgbot.store.store
from ptgbot.core.changes import Draft
from ptgbot.core.protocols import NotSaved
from ptgbot.store import DurableStore
from tests.crash.history import Attempt, Fate, History
from tests.store.faulty_files import FaultyFiles
from tests.store.tables import NOTES, SECRETS, TABLES, Note, Secret, at, tables_of

__all__ = ["STORE", "go_on", "hurried", "session"]

STORE = Path("/disk/event.json")


@contextmanager
def hurried() -> Iterator[None]:
    """Have everything that a store does once in a while done all the time."""
    before = (
        ptgbot.store.checkpointer.CHECKPOINT_BYTES,
        ptgbot.store.checkpointer.CHECKPOINT_SHARE,
        ptgbot.store.checkpoint.PAUSE,
        ptgbot.store.store.RETRY_SECONDS,
    )
    ptgbot.store.checkpointer.CHECKPOINT_BYTES = 3000
    ptgbot.store.checkpointer.CHECKPOINT_SHARE = 0.0
    ptgbot.store.checkpoint.PAUSE = 0.0
    ptgbot.store.store.RETRY_SECONDS = 0.0005
    try:
        yield
    finally:
        (
            ptgbot.store.checkpointer.CHECKPOINT_BYTES,
            ptgbot.store.checkpointer.CHECKPOINT_SHARE,
            ptgbot.store.checkpoint.PAUSE,
            ptgbot.store.store.RETRY_SECONDS,
        ) = before


def draft_of(store: DurableStore, chance: random.Random) -> Draft:
    """Return a few edits of both tables, never none."""
    draft = Draft(store.view)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        name = f"note{chance.randint(1, 12)}"
        if chance.random() < 0.2:
            draft.remove(NOTES, name)
        else:
            text = chance.choice(("short", "größer – ", "z" * 300)) + str(chance.random())
            draft.put(NOTES, Note(name, text, tags=(f"tag{chance.randint(1, 3)}",), hidden=chance.random() < 0.3))
    if chance.random() < 0.3:
        draft.put(SECRETS, Secret(f"secret{chance.randint(1, 4)}", str(chance.random()), chance.randint(1, 3)))
    if chance.random() < 0.01:
        draft.clear(NOTES)
    if not draft.edits():
        draft.put(NOTES, Note("always", str(chance.random())))
    return draft


async def crowd(store: DurableStore, history: History, chance: random.Random, size: int) -> int:
    """Give some commands at once, wait for all answers, return how many were acknowledged."""
    asked: list[Attempt] = []
    for _ in range(size):
        draft = draft_of(store, chance)
        seq = store.view.seq + 1
        tables = tables_of(store.view)
        for edit in draft.edits():
            table = dict(tables[edit.table.name])
            if edit.after is None:
                del table[edit.key]
            else:
                table[edit.key] = edit.after
            tables[edit.table.name] = table
        attempt = Attempt(seq, at(seq), tables)
        history.ask(attempt)
        try:
            change = store.commit(draft.edits(), at=at(seq), text="a command")
        except NotSaved:
            history.not_taken()
            break
        assert change.seq == seq
        history.accepted()
        asked.append(attempt)
    answers = await asyncio.gather(*(store.saved(attempt.seq) for attempt in asked), return_exceptions=True)
    for attempt, answer in zip(asked, answers, strict=True):
        assert answer is None or isinstance(answer, NotSaved)
        history.answer(attempt, Fate.REFUSED if answer else Fate.SAVED)
    if len(asked) < size or any(answers):
        # Memory is what was acknowledged, at once; then time passes, for the store to heal itself.
        assert tables_of(store.view) == history.saved.tables
        assert (store.view.seq, store.view.changed_at) == (history.saved.seq, history.saved.at)
        await asyncio.sleep(0.0005)
    return answers.count(None)


async def session(files: FaultyFiles, history: History, commands: int, seed: int) -> None:
    """Open a store, have so many commands acknowledged, however often they are refused, and close it."""
    chance = random.Random(seed)
    store = DurableStore(STORE, TABLES, files)
    store.lock()
    try:
        store.read()
        store.start()
    except OSError:
        await store.close()
        return
    done = 0
    try:
        while done < commands:
            done += await crowd(store, history, chance, chance.choice((1, 1, 1, 2, 7)))
            assert tables_of(store.view) == history.newest.tables
    finally:
        await store.close()
    assert files.open == {}


async def go_on(files: FaultyFiles, history: History, commands: int, seed: int) -> None:
    """Like a session, and kill the process in the middle: nothing is closed."""
    chance = random.Random(seed)
    store = DurableStore(STORE, TABLES, files)
    store.read()
    history.saved = next(a for a in history.allowed() if a.tables == tables_of(store.view) and a.seq == store.view.seq)
    history.after = []
    store.start()
    try:
        for _ in range(commands):
            await crowd(store, history, chance, 1)
    finally:
        writer = store._writer
        assert writer is not None
        store._checkpointer.stop()
        writer.stop()
