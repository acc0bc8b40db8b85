"""Whatever is done to a store in whatever order: it is what a plain dict would be, in memory and on disk."""

import asyncio
import errno
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ptgbot.store.state
import ptgbot.store.store
from ptgbot.core.changes import Draft, Edit
from ptgbot.core.documents import Document, Table, View, Visibility
from ptgbot.core.protocols import NotSaved
from ptgbot.store import DurableStore
from ptgbot.store.state import State
from tests.store.faulty_files import FaultyFiles
from tests.store.opening import abandoned
from tests.store.tables import AT, NOTES, SECRETS, TABLES, Note, Secret, at, tables_of

DISK = Path("/disk/event.json")

names = st.sampled_from(["a", "b", "c"])
notes = st.builds(
    Note, names, st.text(max_size=3), tags=st.sampled_from([(), ("x",), ("y", "x"), ("z",)]), hidden=st.booleans()
)
secrets = st.builds(Secret, names, st.text(max_size=3), st.integers(0, 2))
documents = st.one_of(
    st.tuples(st.just(NOTES), notes), st.tuples(st.just(SECRETS), secrets), st.tuples(st.sampled_from(TABLES), names)
)


@dataclass(frozen=True)
class Commit:
    """Documents to put, and keys to remove, in one Change."""

    edits: list[tuple[Table[Any], Note | Secret | str]]


@dataclass(frozen=True)
class Act:
    """Something else that happens."""

    what: str


acts = st.one_of(
    st.builds(Commit, st.lists(documents, min_size=1, max_size=4)),
    st.builds(Commit, st.lists(documents, min_size=1, max_size=4)),
    st.builds(Act, st.sampled_from(["wait", "refuse", "checkpoint", "close", "kill", "clear"])),
)


@dataclass
class Expected:
    """What the store is to hold: now, and once what is not durable was taken back."""

    now: dict[str, dict[str, Document]] = field(default_factory=lambda: {table.name: {} for table in TABLES})
    durable: dict[str, dict[str, Document]] = field(default_factory=lambda: {table.name: {} for table in TABLES})


def stamps(view: View) -> dict[Hashable, int]:
    """Return every version and stamp that there could be."""
    found: dict[Hashable, int] = {table.name: view.version(table) for table in TABLES}
    places: list[tuple[Table[Any], str, list[Hashable]]] = [
        (NOTES, "tag", ["x", "y", "z"]),
        (NOTES, "length", [0, 1, 2, 3]),
        (SECRETS, "level", [0, 1, 2]),
    ]
    for table, index, values in places:
        for value in values:
            found[table.name, index, value] = view.stamp(table, index, value)
    return found


def touched(before: dict[str, dict[str, Document]], after: dict[str, dict[str, Document]]) -> set[Hashable]:
    """Return the tables and places of indexes where anything differs."""
    places: set[Hashable] = set()
    for table in TABLES:
        for key in before[table.name].keys() | after[table.name].keys():
            sides = [before[table.name].get(key), after[table.name].get(key)]
            if sides[0] == sides[1]:
                continue
            places.add(table.name)
            for name, value_of in table.indexes.items():
                values = [value_of(document) for document in sides if document is not None]
                places |= {(table.name, name, value) for value in values if value is not None}
    return places


def check(store: DurableStore, expected: dict[str, dict[str, Document]]) -> None:
    """See that every view of a store is what the documents make it."""
    view, public = store.view, store.public
    assert tables_of(view) == expected
    tables: tuple[Table[Any], ...] = TABLES
    for table in tables:
        held = expected[table.name]
        shown = {k: d for k, d in held.items() if table.visible(d) is Visibility.PUBLIC}
        assert dict(public.all(table)) == shown
        for key in held:
            assert view.get(table, key) == held[key]
            assert public.get(table, key) == shown.get(key)
        for name, value_of in table.indexes.items():
            values = {value_of(d) for d in held.values()} | {"x", "y", "z", 0, 1, 2, 3}
            for value in values - {None}:
                there = {k: d for k, d in held.items() if value_of(d) == value}
                assert dict(view.where(table, name, value)) == there
                assert dict(public.where(table, name, value)) == {k: d for k, d in there.items() if k in shown}
            assert set(store._state._shelves[table.name].indexes[name]) == {value_of(d) for d in held.values()} - {None}
        assert set(store._state._shelves[table.name].seqs) == set(held)
    assert (public.seq, public.changed_at) == (view.seq, view.changed_at)
    assert [public.version(table) for table in tables] == [view.version(table) for table in tables]


class Story:
    """A store and what it is to hold."""

    def __init__(self) -> None:
        self.files = FaultyFiles()
        self.expected = Expected()
        self.store = self.open()

    def open(self) -> DurableStore:
        store = DurableStore(DISK, TABLES, self.files)
        store.read()
        store.start()
        return store

    async def happen(self, act: Commit | Act) -> None:
        before, stamped = tables_of(self.store.view), stamps(self.store.view)
        store = self.store
        if isinstance(act, Commit):
            self.commit(act)
        else:
            await getattr(self, act.what)()
        check(self.store, self.expected.now)
        if store is self.store:
            after = stamps(store.view)
            changed = touched({name: dict(held) for name, held in before.items()}, self.expected.now)
            assert {place for place in changed if not after[place] > stamped[place]} == set()
            assert {place for place in after if after[place] < stamped[place]} == set()

    def commit(self, act: Commit) -> None:
        draft = Draft(self.store.view)
        for table, what in act.edits:
            if isinstance(what, str):
                draft.remove(table, what)
            else:
                draft.put(table, what)
        self.commit_edits(draft.edits())

    def commit_edits(self, edits: tuple[Edit, ...]) -> None:
        seq = self.store.view.seq + 1
        assert self.store.commit(edits, at=at(seq)).seq == seq
        now = {name: dict(held) for name, held in self.expected.now.items()}
        for edit in edits:
            if edit.after is None:
                del now[edit.table.name][edit.key]
            else:
                now[edit.table.name][edit.key] = edit.after
        self.expected.now = now

    async def clear(self) -> None:
        draft = Draft(self.store.view)
        draft.clear(NOTES)
        self.commit_edits(draft.edits())

    async def wait(self) -> None:
        await self.store.saved(self.store.view.seq)
        self.expected.durable = self.expected.now

    async def refuse(self) -> None:
        """Have the next sync fail, with all that is under way."""
        await self.wait()
        refused = [False]

        def once(number: int, name: str) -> int:
            if name == "sync" and not refused[0]:
                refused[0] = True
                return errno.EIO
            return 0

        self.files.plan = once
        self.commit_edits((Edit(NOTES, "refused", None, Note("refused", "y", tags=("x",))),))
        with pytest.raises(NotSaved):
            await self.wait()
        self.expected.now = self.expected.durable
        while self.store._refusing:
            await asyncio.sleep(0)

    async def checkpoint(self) -> None:
        self.store._checkpointer._begin()
        while self.store._checkpointer._task is not None:
            await asyncio.sleep(0)

    async def close(self) -> None:
        await self.store.close()
        self.expected.durable = self.expected.now
        self.store = self.open()

    async def kill(self) -> None:
        await self.wait()
        abandoned(self.store)
        self.store = self.open()


@contextmanager
def hurried() -> Iterator[None]:
    before = ptgbot.store.store.RETRY_SECONDS
    ptgbot.store.store.RETRY_SECONDS = 0.0
    try:
        yield
    finally:
        ptgbot.store.store.RETRY_SECONDS = before


@settings(max_examples=60)
@given(st.lists(acts, max_size=12))
def test_a_store_is_what_a_plain_dict_would_be(happening: list[Commit | Act]) -> None:
    async def run() -> None:
        story = Story()
        try:
            for act in happening:
                await story.happen(act)
        finally:
            await story.store.close()

    with hurried():
        asyncio.run(run())


def test_stamps_of_values_that_are_gone_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptgbot.store.state, "MAX_STAMPS", 20)
    state = State(TABLES)
    before: Secret | None = None
    seen: dict[int, int] = {}
    for level in range(1000):
        after = Secret("s", "", level)
        last = {value: state.stamp(SECRETS, "level", value) for value in range(1000)}
        state.apply(level + 1, AT, [Edit(SECRETS, "s", before, after)])
        now = {value: state.stamp(SECRETS, "level", value) for value in range(1000)}
        assert now[level] > last[level]
        assert level == 0 or now[level - 1] > last[level - 1]
        assert all(now[value] >= last[value] for value in now)
        before, seen = after, now

    assert len(state._shelves["secrets"].stamps) <= 25
    assert seen[999] == 1000


def test_what_is_loaded_is_indexed_like_what_is_committed() -> None:
    loaded, applied = State(TABLES), State(TABLES)
    all_notes = [Note(f"n{n}", "x" * (n % 3), tags=("t",) * (n % 2), hidden=n % 5 == 0) for n in range(50)]
    loaded.load("notes", [(note, 1) for note in all_notes])
    loaded.apply(1, AT, ())
    applied.apply(1, AT, [Edit(NOTES, note.key, None, note) for note in all_notes])

    for name in ("documents", "seqs", "public", "indexes"):
        assert getattr(loaded._shelves["notes"], name) == getattr(applied._shelves["notes"], name)
