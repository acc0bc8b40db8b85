"""When a checkpoint is due, and how it is taken while Changes go on."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from ptgbot.store import log
from ptgbot.store.checkpoint import Checkpoint, CheckpointStorage, Rows
from ptgbot.store.files import Files
from ptgbot.store.state import State
from ptgbot.store.writer import LogWriter

__all__ = ["Checkpointer", "call_in"]

_log = logging.getLogger(__name__)

CHECKPOINT_BYTES = 4 * 1024 * 1024  # of log, before a checkpoint is due
CHECKPOINT_SHARE = 1.0  # of the checkpoint's own size, that the log must have too
QUIET_SECONDS = 30.0  # without a Change, before one is taken of what there is


def call_in(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *args: object) -> None:
    """Run a function in the loop, from another thread; at the very end there may be no loop any more."""
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:
        _log.debug("The loop is closed already.")


class Checkpointer:
    """Writes the whole state to the TinyDB file, when there is much log or a quiet moment.

    Args:
        path: The checkpoint file.
        state: What is written.
        schema: The version of the documents' types.
        files: How to reach the disk.
        keep: How many replaced checkpoints are kept.
    """

    def __init__(self, path: Path, state: State, schema: int, files: Files, keep: int) -> None:
        self._path = path
        self._state = state
        self._schema = schema
        self._files = files
        self._keep = keep
        self._unknown: dict[str, Rows] = {}
        self._held = 0
        self._log = 0  # the number of the log that follows on the checkpoint
        self._size = 0  # of the checkpoint on disk, in bytes
        self._durable = 0
        self._in_vain = 0  # the bytes in the newest log when the last checkpoint failed
        self._writer: LogWriter | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._thread: ThreadPoolExecutor | None = None

    def read(self, held: int, unknown: dict[str, Rows]) -> None:
        """Take over what was read at start.

        Args:
            held: The number of the last Change in the checkpoint on disk.
            unknown: Tables to keep as they are.
        """
        self._held = held
        self._unknown = unknown
        self._size = self._files.size(self._path)

    def start(self, writer: LogWriter, durable: int) -> None:
        """Begin. Must be called in the running event loop.

        Args:
            writer: Has the logs that checkpoints replace.
            durable: The number of the last Change on disk.
        """
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, "ptgbot-checkpoint")
        if durable > self._held:
            self.written(durable)

    def written(self, durable: int) -> None:
        """Hear that Changes up to a number are on disk."""
        if self._writer is None or self._loop is None:
            return
        self._durable = durable
        # A large state is worth a longer log: what checkpoints cost stays in proportion to what is changed.
        if self._writer.size > max(CHECKPOINT_BYTES, CHECKPOINT_SHARE * self._size) + self._in_vain:
            self._begin()
        else:
            self._await_quiet(self._loop)

    def _await_quiet(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None:
            self._timer = loop.call_later(QUIET_SECONDS, self._when_quiet, loop, self._durable)

    def _when_quiet(self, loop: asyncio.AbstractEventLoop, seen: int) -> None:
        self._timer = None
        if self._durable != seen:
            self._await_quiet(loop)
        elif self._durable > self._held:
            self._begin()

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.ensure_future(self._take())
            self._task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("The checkpoint failed; nothing is lost, the log goes on.", exc_info=error)

    @property
    def log(self) -> int:
        """The number of the log that follows on the last checkpoint that was taken; older ones do not count."""
        return self._log

    @property
    def held(self) -> int:
        """The number of the last Change in the checkpoint on disk."""
        return self._held

    async def run(self, work: Callable[[], None]) -> None:
        """Do something with the files of checkpoints, while none is being written."""
        assert self._loop is not None
        await self._loop.run_in_executor(self._thread, work)

    async def finish(self) -> None:
        """Wait for a checkpoint that is under way, and take a last one if that leaves anything in the log."""
        if self._task is not None:
            await asyncio.wait({self._task})
        if self._durable > self._held:
            self._begin()
        if self._task is not None:
            await asyncio.wait({self._task})

    def stop(self) -> None:
        """Take no more checkpoints. Blocks while the disk is busy with one."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is not None:
            self._task.cancel()
        if self._thread is not None:
            self._thread.shutdown()
        self._writer = None

    async def _take(self) -> None:
        """Begin a new log, write everything before it to the TinyDB file, then remove the older logs."""
        assert self._writer is not None and self._loop is not None
        seq = self._state.seq
        rows = Checkpoint.rows(self._schema, seq, self._state.changed_at, self._state.copy(), self._unknown)
        try:
            number = await self._rotate(self._writer, self._loop, seq + 1)
            await self._loop.run_in_executor(self._thread, partial(self._write, rows, number))
        except OSError as error:
            _log.warning("No checkpoint could be written (%s); the log goes on.", error.strerror or error)
            if self._writer is not None:
                # Not with every Change again: that many bytes later, or at a quiet moment.
                self._in_vain = self._writer.size
                self._await_quiet(self._loop)
        else:
            self._held = seq
            self._log = number
            self._in_vain = 0
            self._size = self._files.size(self._path)

    async def _rotate(self, writer: LogWriter, loop: asyncio.AbstractEventLoop, first: int) -> int:
        rotated: asyncio.Future[int] = loop.create_future()

        def done(number: int) -> None:
            if not rotated.done():
                rotated.set_result(number)

        def failed(error: OSError) -> None:
            if not rotated.done():
                rotated.set_exception(error)

        writer.rotate(first, partial(call_in, loop, done), partial(call_in, loop, failed))
        return await rotated

    def _write(self, rows: dict[str, Any], number: int) -> None:
        """Write a checkpoint and remove the logs that it replaces, in a thread."""
        CheckpointStorage(self._path, self._files, self._keep).write(rows)
        for older, path in log.log_files(self._path, self._files):
            if older < number:
                self._files.discard(path)
