"""The one thread that writes the log: it takes what is waiting, appends it, syncs, and says so."""

import contextlib
import errno
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ptgbot.store import log
from ptgbot.store.files import Files

__all__ = ["LogWriter"]

_Append = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class _Rotate:
    first: int
    healing: bool
    done: Callable[[int], None]
    failed: Callable[[OSError], None]


class LogWriter:
    """Appends Changes to the newest log of a store, whole groups at a time.

    After a failure there is no log any more: what is queued is dropped, since those Changes are rolled back, until
    ``heal`` has begun a new one. The queue keeps all of that in order.

    Args:
        store: The path of the checkpoint that the logs belong to.
        number: The number of the next log file.
        schema: The version of the documents' types.
        files: How to reach the disk.
        written: Called, in the writer's thread, with the number of the last Change of a group that is on disk.
        failed: Called likewise when there is no log any more, once for each time.
    """

    def __init__(
        self,
        store: Path,
        number: int,
        *,
        schema: int,
        files: Files,
        written: Callable[[int], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._store = store
        self._number = number
        self._schema = schema
        self._files = files
        self._written = written
        self._failed = failed
        self._queue: queue.SimpleQueue[_Append | _Rotate | None] = queue.SimpleQueue()
        self._fd: int | None = None
        self._size = 0
        self._thread = threading.Thread(target=self._run, name="ptgbot-log", daemon=True)

    @property
    def size(self) -> int:
        """The bytes in the newest log."""
        return self._size

    def open(self, first: int, records: Iterable[log.Record] = ()) -> int:
        """Begin a new log and make it durable; from then on it counts in place of the older ones.

        Args:
            first: The number of its first Change.
            records: What it holds from the beginning.

        Returns:
            Its number.

        Raises:
            OSError: There is none. The log before goes on, unless the new one may come to light after a crash.
        """
        number = self._number
        self._number += 1
        path = log.log_path(self._store, number)
        content = b"".join(log.carried(first, self._schema, records))
        fd, temporary = self._files.prepare(path, [content])
        try:
            self._files.replace(temporary, path)
            self._files.sync_folder(path.parent)
        except OSError:
            # Nothing may be added to the log before any more: should this one be there after a crash, it would hide it.
            self._files.discard(temporary)
            self._files.discard(path)
            self._close(fd)
            self._close_log()
            raise
        self._close_log()
        self._fd = fd
        self._size = len(content)
        return number

    def start(self) -> None:
        """Start to write what is queued."""
        self._thread.start()

    def append(self, seq: int, body: bytes) -> None:
        """Queue a Change.

        Args:
            seq: Its number.
            body: Its JSON object.
        """
        self._queue.put((seq, body))

    def rotate(self, first: int, done: Callable[[int], None], failed: Callable[[OSError], None]) -> None:
        """Queue the start of a new log, behind what is queued already.

        Args:
            first: The number of the first Change of the new log.
            done: Called, in the writer's thread, with the new log's number.
            failed: Called likewise when there is none, or a Change before it was not saved.
        """
        self._queue.put(_Rotate(first, healing=False, done=done, failed=failed))

    def heal(self, first: int, done: Callable[[int], None], failed: Callable[[OSError], None]) -> None:
        """Queue the start of a new log after a failure.

        Args:
            first: The number of the first Change that was rolled back.
            done: Called, in the writer's thread, with the new log's number.
            failed: Called likewise when there is none.
        """
        self._queue.put(_Rotate(first, healing=True, done=done, failed=failed))

    def stop(self) -> None:
        """Write what is queued, then end. Blocks until then."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()
        self._close_log()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            waiting = [self._queue.get()]
            while not self._queue.empty():
                waiting.append(self._queue.get())
            group: list[_Append] = []
            for item in waiting:
                if isinstance(item, tuple):
                    group.append(item)
                    continue
                self._write(group)
                group = []
                if item is None:
                    stopping = True
                else:
                    self._rotate(item)
            self._write(group)

    def _rotate(self, item: _Rotate) -> None:
        if self._fd is None and not item.healing:
            item.failed(OSError(errno.EIO, "Changes before it could not be saved"))
            return
        try:
            number = self.open(item.first)
        except OSError as error:
            item.failed(error)
            if self._fd is None and not item.healing:
                self._failed(error)
        else:
            item.done(number)

    def _write(self, group: list[_Append]) -> None:
        if not group or self._fd is None:
            return
        batch = group[0][0]
        try:
            data = b"".join([log.seal(batch, body) for _, body in group])
            self._files.write(self._fd, data)
            self._files.sync(self._fd)
        except (OSError, MemoryError) as error:
            self._cut()
            self._close_log()
            self._failed(error)
        else:
            self._size += len(data)
            self._written(group[-1][0])

    def _cut(self) -> None:
        """Remove what may have been written of a group that failed.

        A courtesy to whoever reads the file: the next log says anyway that it never counted.
        """
        assert self._fd is not None
        with contextlib.suppress(OSError):
            self._files.truncate(self._fd, self._size)
            self._files.sync(self._fd)

    def _close_log(self) -> None:
        if self._fd is not None:
            self._close(self._fd)
            self._fd = None

    def _close(self, fd: int) -> None:
        with contextlib.suppress(OSError):  # all that counts was synced before
            self._files.close(fd)
