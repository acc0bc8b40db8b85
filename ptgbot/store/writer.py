"""The one thread that writes the log: it takes what is waiting, appends it, syncs, and says so."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ptgbot.store import log
from ptgbot.store.files import Files

__all__ = ["LogWriter"]


@dataclass(frozen=True, slots=True)
class _Append:
    seq: int
    body: bytes
    epoch: int


@dataclass(frozen=True, slots=True)
class _Rotate:
    first: int
    epoch: int
    done: Callable[[int], None]
    failed: Callable[[OSError], None]


class LogWriter:
    """Appends Changes to the newest log of a store, whole groups at a time.

    After a failure what is still queued from the same epoch is dropped, since those Changes are rolled back.

    Args:
        store: The path of the checkpoint that the logs belong to.
        number: The number of the next log file.
        files: How to reach the disk.
        written: Called, in the writer's thread, with the number of the last Change of a group that is on disk.
        failed: Called likewise when a group could not be made durable.
    """

    def __init__(
        self,
        store: Path,
        number: int,
        files: Files,
        written: Callable[[int], None],
        failed: Callable[[OSError], None],
    ) -> None:
        self._store = store
        self._number = number
        self._files = files
        self._written = written
        self._failed = failed
        self._queue: queue.SimpleQueue[_Append | _Rotate | None] = queue.SimpleQueue()
        self._fd: int | None = None
        self._size = 0
        self._broken_epoch = -1
        self._thread = threading.Thread(target=self._run, name="ptgbot-log", daemon=True)

    @property
    def size(self) -> int:
        """The bytes in the newest log."""
        return self._size

    def open(self, first: int) -> None:
        """Start a new log whose first Change has this number, and make it durable.

        Raises:
            OSError: There is none.
        """
        path = log.log_path(self._store, self._number)
        self._number += 1
        fd = self._files.create(path)
        try:
            content = log.header(first)
            self._files.write(fd, content)
            self._files.sync(fd)
            self._files.sync_folder(path.parent)
        except OSError:
            self._files.close(fd)
            self._files.remove(path)
            raise
        if self._fd is not None:
            self._files.close(self._fd)
        self._fd = fd
        self._size = len(content)

    def start(self) -> None:
        """Start to write what is queued."""
        self._thread.start()

    def append(self, seq: int, body: bytes, epoch: int) -> None:
        """Queue a Change.

        Args:
            seq: Its number.
            body: Its JSON object.
            epoch: How many times Changes were rolled back before it.
        """
        self._queue.put(_Append(seq, body, epoch))

    def rotate(self, first: int, epoch: int, done: Callable[[int], None], failed: Callable[[OSError], None]) -> None:
        """Queue the start of a new log, behind what is queued already.

        Args:
            first: The number of the first Change of the new log.
            epoch: How many times Changes were rolled back before it.
            done: Called, in the writer's thread, with the new log's number.
            failed: Called likewise when there is none.
        """
        self._queue.put(_Rotate(first, epoch, done, failed))

    def stop(self) -> None:
        """Write what is queued, then end. Blocks until then."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()
        if self._fd is not None:
            self._files.close(self._fd)
            self._fd = None

    def _run(self) -> None:
        stopping = False
        while not stopping:
            waiting = [self._queue.get()]
            while not self._queue.empty():
                waiting.append(self._queue.get())
            group: list[_Append] = []
            for item in waiting:
                if isinstance(item, _Append):
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
        number = self._number
        try:
            if item.epoch <= self._broken_epoch:
                raise OSError("the Changes before it were rolled back")
            self.open(item.first)
        except OSError as error:
            item.failed(error)
        else:
            item.done(number)

    def _write(self, group: list[_Append]) -> None:
        group = [item for item in group if item.epoch > self._broken_epoch]
        if not group:
            return
        data = b"".join(log.seal(group[0].seq, item.body) for item in group)
        fd = self._fd
        assert fd is not None
        try:
            self._files.write(fd, data)
            self._files.sync(fd)
        except OSError as error:
            self._broken_epoch = group[-1].epoch
            self._cut(fd)
            self._failed(error)
        else:
            self._size += len(data)
            self._written(group[-1].seq)

    def _cut(self, fd: int) -> None:
        """Remove what may have been written of a group that failed.

        A courtesy to whoever reads the file: the next log says anyway that it never counted.
        """
        try:
            self._files.truncate(fd, self._size)
            self._files.sync(fd)
        except OSError:
            pass
