"""The store: state in memory that is never ahead of the disk for anybody outside."""

import asyncio
import gc
import logging
import os
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from ptgbot.core.changes import Cause, Change, Edit
from ptgbot.core.documents import Document, Table, View
from ptgbot.core.identity import Actor
from ptgbot.core.protocols import Listener, NotSaved
from ptgbot.store import log
from ptgbot.store.checkpoint import Checkpoint, CheckpointStorage, Rows, Unreadable, decode, read_checkpoint
from ptgbot.store.files import Files
from ptgbot.store.state import State
from ptgbot.store.writer import LogWriter

__all__ = ["DurableStore", "StoreInUse", "StoreUnreadable"]

_log = logging.getLogger(__name__)

CHECKPOINT_BYTES = 4 * 1024 * 1024  # of log, before a checkpoint is due
QUIET_SECONDS = 30.0  # without a Change, before one is taken of what there is
RETRY_SECONDS = 1.0  # between attempts to get a new log when the disk refuses


class StoreInUse(Exception):
    """Another process has the store; its text names it."""


class StoreUnreadable(Exception):
    """A file of the store is damaged or of another version; its text names the place and the way back."""


class DurableStore:
    """Changes in a write-ahead log beside a TinyDB checkpoint.

    ``lock`` takes the store, ``read`` reads it, ``start`` begins to write, ``close`` ends with a checkpoint.

    Args:
        path: The checkpoint file; logs and lock lie beside it.
        tables: Every table there is.
        files: How to reach the disk.
    """

    def __init__(self, path: Path, tables: Iterable[Table[Any]], files: Files | None = None) -> None:
        self.path = path
        self._files = files or Files()
        self._state = State(tables)
        self._unknown: dict[str, Rows] = {}
        self._lock: int | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: LogWriter | None = None
        self._listeners: list[Listener] = []
        self._on_failure: list[Callable[[int, str], None]] = []
        self._pending: deque[tuple[Change, list[int], int, datetime | None]] = deque()
        self._waiters: dict[int, list[asyncio.Future[None]]] = {}
        self._durable = 0
        self._checkpointed = 0
        self._epoch = 0
        self._refusing = "the store is not started"
        self._checkpointing: asyncio.Task[None] | None = None
        self._quiet: asyncio.TimerHandle | None = None
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
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.with_name(f"{self.path.name}.lock")
        self._lock = self._files.lock(file)
        if self._lock is None:
            pid = file.read_text().strip() or "unknown"
            raise StoreInUse(f"{self.path} is in use by the process {pid}; stop that one first")

    def read(self) -> None:
        """Read what is there into the state.

        Raises:
            StoreUnreadable: It is damaged, or of another version; nothing was touched.
            OSError: A file cannot be read.
        """
        try:
            self._read()
        except (Unreadable, log.LogDamaged) as error:
            raise StoreUnreadable(str(error)) from None

    def _read(self) -> None:
        checkpoint = read_checkpoint(self.path, self._state.tables.values())
        seq, at = 0, None
        if checkpoint is not None:
            seq, at = checkpoint.seq, checkpoint.at
            self._unknown = checkpoint.unknown
            for table, document, touched in checkpoint.documents:
                self._state.load(table, document, touched)
            self._state.apply(seq, at, ())
        self._checkpointed = seq
        records, notes = log.read_logs(self.path, seq)
        for note in notes:
            _log.warning("%s; left out.", note)
        for record in records:
            edits = tuple(self._edit(record.seq, *raw) for raw in record.edits)
            self._state.apply(record.seq, datetime.fromisoformat(record.at), edits)
        self._durable = self._state.seq

    def _edit(self, seq: int, name: str, key: str, raw: dict[str, Any] | None) -> Edit:
        table = self._state.tables.get(name)
        if table is None:
            raise log.LogDamaged(f"the log of {self.path} has a Change ({seq}) of an unknown table '{name}'")
        after: Document | None = None
        if raw is not None:
            try:
                after = decode(table, raw)
            except ValueError as error:
                raise log.LogDamaged(f"the log of {self.path}, Change {seq}, table '{name}': {error}") from None
        return Edit(table, key, self._state.get(table, key), after)

    def start(self) -> None:
        """Begin to accept Changes. Must be called in the running event loop.

        Raises:
            OSError: There is no room for a log.
        """
        self._loop = loop = asyncio.get_running_loop()
        numbers = [number for number, _ in log.log_files(self.path)]
        writer = LogWriter(
            self.path,
            max(numbers, default=0) + 1,
            self._files,
            lambda seq: _call(loop, self._written, seq),
            lambda error: _call(loop, self._failed, error),
        )
        writer.open(self._durable + 1)
        writer.start()
        self._writer = writer
        self._refusing = ""
        # What was just read stays: without this, every full collection would walk through all of it.
        gc.freeze()

    async def close(self) -> None:
        """Write what is queued, take a checkpoint, give the lock back."""
        for timer in (self._quiet, self._retry):
            if timer is not None:
                timer.cancel()
        if self._writer is not None:
            if not self._refusing and self._pending:
                await asyncio.wait({self._waiter(self._state.seq)}, timeout=3)
            if self._checkpointing is not None:
                await asyncio.wait({self._checkpointing})
            if not self._refusing and self._durable > self._checkpointed:
                await self._checkpoint()
            self._refusing = self._refusing or "the bot is stopping"
            await asyncio.to_thread(self._writer.stop)
            self._writer = None
        self.unlock()

    def unlock(self) -> None:
        """Give the store back."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

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
            ValueError: A document is not what the edit starts from any more.
        """
        if self._refusing or self._writer is None:
            raise NotSaved(self._refusing)
        state = self._state
        for edit in edits:
            if state.get(edit.table, edit.key) != edit.before:
                raise ValueError(f"{edit.table.name}/{edit.key} has changed meanwhile")
        change = Change(state.seq + 1, at, cause, actor, text, subject, message_id, edits)
        body = log.encode(change)
        seqs = [state.seq_of(edit.table.name, edit.key) for edit in edits]
        self._pending.append((change, seqs, state.seq, state.changed_at))
        state.apply(change.seq, at, edits)
        self._writer.append(change.seq, body, self._epoch)
        return change

    async def saved(self, seq: int) -> None:
        """Return once the Change with this number is on disk.

        Raises:
            NotSaved: It was rolled back.
        """
        if seq > self._durable:
            await self._waiter(seq)

    def _waiter(self, seq: int) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(seq, []).append(future)
        return future

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
        if self._waiters:
            for waited in [number for number in self._waiters if number <= seq]:
                for future in self._waiters.pop(waited):
                    if not future.done():
                        future.set_result(None)
        self._after_written()

    def _after_written(self) -> None:
        assert self._writer is not None and self._loop is not None
        if self._writer.size > CHECKPOINT_BYTES:
            self._start_checkpoint()
        elif self._quiet is None:
            self._quiet = self._loop.call_later(QUIET_SECONDS, self._when_quiet, self._durable)

    def _when_quiet(self, seen: int) -> None:
        assert self._loop is not None
        self._quiet = None
        if self._durable != seen:
            self._quiet = self._loop.call_later(QUIET_SECONDS, self._when_quiet, self._durable)
        elif self._durable > self._checkpointed:
            self._start_checkpoint()

    def _failed(self, error: OSError) -> None:
        """Go back to what is on disk, and refuse Changes until a new log is."""
        reason = error.strerror or str(error)
        _log.error("Changes cannot be saved (%s); %d taken back.", reason, len(self._pending))
        self._refusing = reason
        self._epoch += 1
        while self._pending:
            change, seqs, seq, at = self._pending.pop()
            self._state.revert(seq, at, reversed(list(zip(change.edits, seqs, strict=True))))
        for future in [f for futures in self._waiters.values() for f in futures]:
            if not future.done():
                future.set_exception(NotSaved(reason))
        self._waiters.clear()
        for handler in self._on_failure:
            handler(self._durable, reason)
        self._heal()

    def _heal(self) -> None:
        assert self._writer is not None and self._loop is not None
        loop = self._loop
        self._retry = None

        def healed() -> None:
            self._refusing = ""
            _log.warning("Changes can be saved again.")

        def still_broken() -> None:
            self._retry = loop.call_later(RETRY_SECONDS, self._heal)

        self._writer.rotate(
            self._durable + 1,
            self._epoch,
            lambda number: _call(loop, healed),
            lambda error: _call(loop, still_broken),
        )

    # -- checkpoints --------------------------------------------------------------------------------------------

    def _start_checkpoint(self) -> None:
        if self._checkpointing is None and not self._refusing:
            self._checkpointing = asyncio.ensure_future(self._checkpoint())
            self._checkpointing.add_done_callback(self._checkpoint_done)

    def _checkpoint_done(self, task: "asyncio.Task[None]") -> None:
        self._checkpointing = None
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("The checkpoint failed; nothing is lost, the log goes on.", exc_info=error)

    async def _checkpoint(self) -> None:
        """Begin a new log, write everything before it to the TinyDB file, then remove the older logs."""
        assert self._writer is not None and self._loop is not None
        loop = self._loop
        seq, at, state = self._state.seq, self._state.changed_at, self._state.copy()
        rotated: asyncio.Future[int] = loop.create_future()
        self._writer.rotate(
            seq + 1,
            self._epoch,
            lambda number: _call(loop, rotated.set_result, number),
            lambda error: _call(loop, rotated.set_exception, error),
        )
        try:
            number = await rotated
            rows = Checkpoint.rows(seq, at, state, self._unknown)
            await asyncio.to_thread(CheckpointStorage(self.path, self._files).write, rows)
        except OSError as error:
            _log.warning("No checkpoint could be written (%s); the log goes on.", error.strerror or error)
            return
        self._checkpointed = seq
        for older, path in log.log_files(self.path):
            if older < number:
                self._files.remove(path)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *args: object) -> None:
    """Run a function in the loop, from the writer's thread; at the very end there may be no loop any more."""
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:
        _log.debug("The loop is closed already.")
