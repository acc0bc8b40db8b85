"""The store: state in memory that is never ahead of the disk for anybody outside."""

import asyncio
import contextlib
import gc
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ptgbot.core.changes import Cause, Change, Edit
from ptgbot.core.documents import Table, View
from ptgbot.core.identity import Actor
from ptgbot.core.protocols import Listener, NotSaved
from ptgbot.store import log
from ptgbot.store.backups import backup_path, list_backups
from ptgbot.store.checkpointer import Checkpointer, call_in
from ptgbot.store.files import Files
from ptgbot.store.lock import lock_store
from ptgbot.store.purging import Forget, purge_copies
from ptgbot.store.reading import read_state
from ptgbot.store.schema import Migration, Schema, Unreadable
from ptgbot.store.state import State
from ptgbot.store.writer import LogWriter

__all__ = ["DurableStore", "StoreUnreadable"]

_log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0  # between attempts to get a new log when the disk refuses


class StoreUnreadable(Exception):
    """A file of the store is damaged or of another version; its text names the place and the way back."""


class DurableStore:
    """Changes in a write-ahead log beside a TinyDB checkpoint.

    ``lock`` takes the store, ``read`` reads it, ``start`` begins to write, ``close`` ends with a checkpoint.

    Args:
        path: The checkpoint file; logs, backups and lock lie beside it.
        tables: Every table there is.
        files: How to reach the disk.
        keep_backups: How many checkpoints are kept when newer ones replace them.
        migrations: What brings the documents of older versions to this one.
    """

    def __init__(
        self,
        path: Path,
        tables: Iterable[Table[Any]],
        files: Files | None = None,
        *,
        keep_backups: int = 3,
        migrations: Sequence[Migration] = (),
    ) -> None:
        self.path = path
        self._files = files or Files()
        self._schema = Schema(tables, migrations)
        self._state = State(self._schema.tables.values())
        self._checkpointer = Checkpointer(path, self._state, self._schema.version, self._files, keep_backups)
        self._records: list[log.Record] = []
        self._lock: int | None = None
        self._writer: LogWriter | None = None
        self._listeners: list[Listener] = []
        self._on_failure: list[Callable[[int, str], None]] = []
        # Each Change under way, with what it takes to go back from it.
        self._pending: deque[tuple[Change, list[int], int, datetime | None]] = deque()
        self._waiters: dict[int, list[asyncio.Future[None]]] = {}
        self._durable = 0
        self._refusing = "the store is not started"
        self._closing = False
        self._retry: asyncio.TimerHandle | None = None

    # -- what others read ---------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The whole state, Changes under way included."""
        return self._state

    @property
    def public(self) -> View:
        """The PUBLIC documents of the state, and nothing else."""
        return self._state.public

    @property
    def durable(self) -> int:
        """The number of the last Change that is on disk."""
        return self._durable

    def listen(self, listener: Listener) -> None:
        """Have every Change handed over once it is durable, in order."""
        self._listeners.append(listener)

    def on_failure(self, handler: Callable[[int, str], None]) -> None:
        """Be told when Changes were rolled back.

        Args:
            handler: Called with the number of the last Change that is left, and why.
        """
        self._on_failure.append(handler)

    # -- opening and closing ------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Take the store for this process; the folder is made where it is missing.

        Raises:
            StoreInUse: Another process has it.
            OSError: The folder cannot be used.
        """
        self._lock = lock_store(self.path, self._files)

    def read(self) -> None:
        """Read what is there into the state.

        Raises:
            StoreUnreadable: It is damaged, or of another version; nothing was touched.
            OSError: A file cannot be read.
        """
        try:
            with _without_collection():
                found = read_state(self.path, self._state, self._schema, self._files)
        except Unreadable as error:
            raise StoreUnreadable(f"{error}. Nothing was changed. {self._way_back()}") from None
        self._checkpointer.read(found.held, found.unknown)
        self._records = found.records
        self._durable = self._state.seq

    def _way_back(self) -> str:
        found = list_backups(self.path, self._files)
        if not found:
            return "There is no backup to go back to; mend the file, or move it and its logs away to begin anew."
        newest = backup_path(self.path, min(found)).name
        return f"The way back: 'ptgbot restore CONFIG {min(found)}' puts the newest backup, {newest}, in place."

    def start(self) -> None:
        """Begin to accept Changes. Must be called in the running event loop.

        Raises:
            OSError: There is no room for a log.
        """
        loop = asyncio.get_running_loop()
        older = log.log_files(self.path, self._files)
        writer = LogWriter(
            self.path,
            max((number for number, _ in older), default=0) + 1,
            schema=self._schema.version,
            files=self._files,
            written=partial(call_in, loop, self._written),
            failed=partial(call_in, loop, self._failed),
        )
        # What the logs hold was read, but whether it is on disk nobody knows: the process before may have died
        # before its sync, or because of it. So it is written once more, and what comes after stands on firm ground.
        writer.open(self._durable + 1 - len(self._records), self._records)
        for path in (*(path for _, path in older), *log.leftovers(self.path, self._files)):
            self._files.discard(path)
        self._records = []
        writer.start()
        self._writer = writer
        self._checkpointer.start(writer, self._durable)
        self._refusing = ""

    async def close(self) -> None:
        """Write what is queued, take a checkpoint, give the lock back. Changes are refused from now on."""
        working = self._writer is not None and not self._refusing
        self._closing = True
        self._refusing = self._refusing or "the bot is stopping"
        try:
            if working:
                with contextlib.suppress(NotSaved):
                    await self.saved(self._state.seq)
                    await self._checkpointer.finish()
        finally:
            # Whatever happens, including that somebody waits no longer: no thread writes without the lock.
            if self._retry is not None:
                self._retry.cancel()
            self._checkpointer.stop()
            if self._writer is not None:
                self._writer.stop()
                self._writer = None
            self.unlock()

    def unlock(self) -> None:
        """Give the store back."""
        if self._lock is not None:
            self._files.unlock(self._lock)
            self._lock = None

    async def purge(self, forget: Forget, told: Collection[bytes] = ()) -> None:
        """Have nothing on disk beside the state of now: what was removed from it is in no log and in no copy.

        Args:
            forget: Given the state of a copy, returns what to change in it.
            told: Bytes of which each copy that tells of it holds one; none given: every copy is looked into.

        Raises:
            NotSaved: Some of it is still there; the text says why.
        """
        seq = self._state.seq
        await self.saved(seq)
        await self._checkpointer.finish()
        if self._checkpointer.held < seq:
            raise NotSaved("the disk does not take a checkpoint")
        try:
            for number, path in log.log_files(self.path, self._files):
                if number < self._checkpointer.log:
                    self._files.remove(path)
            purge = partial(purge_copies, self.path, self._schema, self._files, forget, told)
            await self._checkpointer.run(purge)
        except OSError as error:
            raise NotSaved(error.strerror or str(error)) from None

    # -- Changes ------------------------------------------------------------------------------------------------

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
        """Apply edits to the state at once and queue them for the disk.

        Raises:
            NotSaved: Changes are refused at the moment; nothing was applied.
            ValueError: A document is not what the edit starts from any more, or could not be read back; nothing
                was applied.
        """
        if self._refusing or self._writer is None:
            raise NotSaved(self._refusing)
        state = self._state
        for edit in edits:
            if state.get(edit.table, edit.key) != edit.before:
                raise ValueError(f"{edit.table.name}/{edit.key} has changed meanwhile")
            if edit.after is not None:
                if edit.after.key != edit.key:
                    raise ValueError(f"{edit.table.name}/{edit.key} has the key '{edit.after.key}'")
                self._schema.check_durable(edit.table.name, edit.after)
        change = Change(state.seq + 1, at, cause, actor, text, subject, message_id, edits)
        body = log.encode(change)
        seqs = [state.seq_of(edit.table, edit.key) for edit in edits]
        self._pending.append((change, seqs, state.seq, state.changed_at))
        state.apply(change.seq, at, edits)
        self._writer.append(change.seq, body)
        return change

    async def saved(self, seq: int) -> None:
        """Return once the Change with this number is on disk.

        To be called as soon as there is something to wait for: numbers of Changes that were rolled back are given
        again once others are accepted.

        Raises:
            NotSaved: It was rolled back.
        """
        if seq <= self._durable:
            return
        if seq > self._state.seq:
            raise NotSaved(self._refusing or "the disk refused it")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(seq, []).append(future)
        await future

    def _written(self, seq: int) -> None:
        changes = []
        while self._pending and self._pending[0][0].seq <= seq:
            changes.append(self._pending.popleft()[0])
        self._durable = seq
        for change in changes:
            for listener in self._listeners:
                try:
                    listener(change)
                except Exception:  # noqa: BLE001 - what is on disk is on disk
                    _log.exception("What follows from Change %d failed; the Change itself is safe.", change.seq)
            for future in self._waiters.pop(change.seq, ()):
                if not future.done():
                    future.set_result(None)
        self._checkpointer.written(seq)

    def _failed(self, error: Exception) -> None:
        """Go back to what is on disk, and refuse Changes until a new log is."""
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
        _log.error("Changes cannot be saved (%s); %d taken back.", reason, len(self._pending))
        self._refusing = reason
        while self._pending:
            change, seqs, seq, at = self._pending.pop()
            self._state.revert(seq, at, reversed(list(zip(change.edits, seqs, strict=True))))
        waiters, self._waiters = self._waiters, {}
        for future in [future for futures in waiters.values() for future in futures]:
            if not future.done():
                future.set_exception(NotSaved(reason))
        for handler in self._on_failure:
            try:
                handler(self._durable, reason)
            except Exception:  # noqa: BLE001 - whatever it is, the store has to heal
                _log.exception("Somebody could not be told that Changes were taken back.")
        self._heal()

    def _heal(self) -> None:
        if self._writer is None:
            return
        loop = asyncio.get_running_loop()
        self._retry = None
        self._writer.heal(
            self._durable + 1, partial(call_in, loop, self._healed), partial(call_in, loop, self._still_broken)
        )

    def _healed(self, number: int) -> None:
        if not self._closing:
            self._refusing = ""
            _log.warning("Changes can be saved again, in log %d.", number)

    def _still_broken(self, error: OSError) -> None:
        _log.debug("Changes still cannot be saved (%s).", error)
        if self._writer is not None:
            self._retry = asyncio.get_running_loop().call_later(RETRY_SECONDS, self._heal)


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Have what is made within left alone by the garbage collector, for good.

    It is there to stay: every full collection would walk through all of it, and hold everybody up.
    """
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if enabled:
            gc.enable()
