"""A disk in memory that does what disks do: forget what was not synced, in any order, and refuse.

What a process sees is not what is on disk. A write is there for the process at once; on disk, page by page and in any
order, it is when the next ``sync`` has returned, and perhaps before. The same goes for names, and ``sync_folder``.
After a sync that failed, what it was to write may never reach the disk, whatever a later sync says.
"""

import errno
import os
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ptgbot.store import Files

__all__ = ["Disk", "FaultyFiles", "Loss", "Plan", "State"]


class State(Enum):
    """Where a write is."""

    WAITING = "to be written at the next sync"
    DOUBTFUL = "a sync failed: perhaps on disk, perhaps never"
    DONE = "on disk"


class Loss(Enum):
    """What a power cut makes of that which was not synced."""

    NOTHING = "all of it had reached the disk"
    EVERYTHING = "none of it had"
    PAGES = "some pages and names had, in any order"


@dataclass
class Write:
    """Bytes at an offset; None: cut there."""

    offset: int
    data: bytes | None
    state: State = State.WAITING


@dataclass(eq=False)
class Inode:
    """A file without its names."""

    base: bytes = b""
    content: bytearray = field(default_factory=bytearray)
    writes: list[Write] = field(default_factory=list)

    def copy(self) -> "Inode":
        return Inode(self.base, bytearray(self.content), [Write(w.offset, w.data, w.state) for w in self.writes])

    def sync(self) -> None:
        for write in self.writes:
            if write.state is State.WAITING:
                write.state = State.DONE
        if all(write.state is State.DONE for write in self.writes):
            self.base, self.writes = bytes(self.content), []

    def doubt(self) -> None:
        for write in self.writes:
            if write.state is State.WAITING:
                write.state = State.DOUBTFUL

    def after_power_cut(self, loss: Loss, chance: random.Random) -> bytes:
        content = bytearray(self.base)
        for write in self.writes:
            if write.state is State.DONE or loss is Loss.NOTHING:
                _apply(content, write)
            elif loss is Loss.PAGES:
                for page in _pages(write, chance):
                    _apply(content, page)
        return bytes(content)


def _apply(content: bytearray, write: Write) -> None:
    if write.data is None:
        del content[write.offset :]
        return
    content.extend(bytes(max(0, write.offset + len(write.data) - len(content))))
    content[write.offset : write.offset + len(write.data)] = write.data


def _pages(write: Write, chance: random.Random) -> Iterator[Write]:
    """Yield what reached the disk of a write: some of its pages, the last of them perhaps torn."""
    if write.data is None:
        if chance.random() < 0.5:
            yield write
        return
    size = chance.choice((8, 64, 512, 4096))
    likely = chance.choice((0.1, 0.5, 0.9))
    for start in range(0, len(write.data), size):
        if chance.random() < likely:
            page = write.data[start : start + size]
            yield Write(write.offset + start, page[: chance.randint(1, len(page))] if chance.random() < 0.1 else page)


Renaming = tuple[tuple[Path, Inode | None], ...]


class Disk:
    """Files and their names."""

    def __init__(self) -> None:
        self.names: dict[Path, Inode] = {}
        self.durable_names: dict[Path, Inode] = {}
        self.waiting: list[Renaming] = []

    def copy(self) -> "Disk":
        """Return the disk as it is, what is not synced included."""
        copies: dict[Inode, Inode] = {}

        def of(inode: Inode) -> Inode:
            if inode not in copies:
                copies[inode] = inode.copy()
            return copies[inode]

        disk = Disk()
        disk.names = {path: of(inode) for path, inode in self.names.items()}
        disk.durable_names = {path: of(inode) for path, inode in self.durable_names.items()}
        disk.waiting = [tuple((p, None if i is None else of(i)) for p, i in renaming) for renaming in self.waiting]
        return disk

    def after_power_cut(self, loss: Loss, chance: random.Random) -> "Disk":
        """Return what is on disk when the power comes back."""
        names = dict(self.durable_names)
        for renaming in self.waiting:
            if loss is Loss.NOTHING or (loss is Loss.PAGES and chance.random() < 0.5):
                _rename(names, renaming)
        contents: dict[Inode, Inode] = {}
        for inode in names.values():
            if inode not in contents:
                content = inode.after_power_cut(loss, chance)
                contents[inode] = Inode(content, bytearray(content))
        disk = Disk()
        disk.names = {path: contents[inode] for path, inode in names.items()}
        disk.durable_names = dict(disk.names)
        return disk

    def rename(self, *renaming: tuple[Path, Inode | None]) -> None:
        """Have names stand for other files, all at once."""
        _rename(self.names, renaming)
        self.waiting.append(renaming)

    def sync_names(self, folder: Path) -> None:
        """Have a folder's names on disk."""
        still = []
        for renaming in self.waiting:
            if any(path.parent == folder for path, _ in renaming):
                _rename(self.durable_names, renaming)
            else:
                still.append(renaming)
        self.waiting = still


def _rename(names: dict[Path, Inode], renaming: Renaming) -> None:
    for path, inode in renaming:
        if inode is None:
            names.pop(path, None)
        else:
            names[path] = inode


# Given the number of a call and its name: the errno with which it fails, 0 where it does not.
Plan = Callable[[int, str], int]


class FaultyFiles(Files):
    """The file system of a Disk.

    Args:
        disk: What is there already.
        plan: Which calls fail. A call that fails may have done its work, or half of it.
        before: Called before each call that alters something, with its number from 0.
        seed: Of what is left to chance.
    """

    def __init__(
        self,
        disk: Disk | None = None,
        plan: Plan = lambda number, name: 0,
        before: Callable[[int], None] = lambda number: None,
        seed: int = 0,
    ) -> None:
        self.disk = disk or Disk()
        self.plan = plan
        self.before = before
        self.calls: list[str] = []
        self.open: dict[int, Inode] = {}
        self.locked = False
        self._chance = random.Random(seed)
        self._next = 1000
        self._mutex = threading.RLock()

    def _call(self, name: str, work: Callable[[], None], half: Callable[[], None] | None = None) -> None:
        """Do one piece of work; where the plan says so, fail before it, in the middle of it, or after it."""
        number = len(self.calls)
        self.before(number)
        self.calls.append(name)
        code = self.plan(number, name)
        if not code:
            work()
            return
        if half is not None:
            half()
        elif self._chance.random() < 0.5:
            work()
        raise OSError(code, os.strerror(code))

    # -- what there is ------------------------------------------------------------------------------------------

    def names(self, folder: Path) -> set[str]:
        with self._mutex:
            return {path.name for path in self.disk.names if path.parent == folder}

    def read(self, path: Path) -> bytes | None:
        with self._mutex:
            inode = self.disk.names.get(path)
            return None if inode is None else bytes(inode.content)

    def same(self, one: Path, other: Path) -> bool:
        with self._mutex:
            return self.disk.names[one] is self.disk.names[other]

    # -- bytes --------------------------------------------------------------------------------------------------

    def create(self, path: Path) -> int:
        with self._mutex:
            if path in self.disk.names:
                raise FileExistsError(errno.EEXIST, "File exists", str(path))
            inode = Inode()
            self._call("create", lambda: self.disk.rename((path, inode)))
            self._next += 1
            self.open[self._next] = inode
            return self._next

    def write(self, fd: int, data: bytes) -> None:
        with self._mutex:
            inode = self.open[fd]

            def put(part: bytes) -> None:
                if part:
                    inode.writes.append(Write(len(inode.content), part))
                    inode.content += part

            self._call("write", lambda: put(data), lambda: put(data[: self._chance.randint(0, len(data))]))

    def sync(self, fd: int) -> None:
        with self._mutex:
            self._call("sync", self.open[fd].sync, self.open[fd].doubt)

    def truncate(self, fd: int, size: int) -> None:
        with self._mutex:
            inode = self.open[fd]

            def cut() -> None:
                inode.writes.append(Write(size, None))
                del inode.content[size:]

            self._call("truncate", cut)

    def close(self, fd: int) -> None:
        with self._mutex:
            del self.open[fd]

    # -- names --------------------------------------------------------------------------------------------------

    def replace(self, source: Path, target: Path) -> None:
        with self._mutex:
            inode = self.disk.names[source]
            if self.disk.names.get(target) is not inode:
                self._call("replace", lambda: self.disk.rename((target, inode), (source, None)))

    def link(self, source: Path, target: Path) -> None:
        with self._mutex:
            if target in self.disk.names:
                raise FileExistsError(errno.EEXIST, "File exists", str(target))
            inode = self.disk.names[source]
            self._call("link", lambda: self.disk.rename((target, inode)))

    def remove(self, path: Path) -> None:
        with self._mutex:
            if path in self.disk.names:
                self._call("remove", lambda: self.disk.rename((path, None)))

    def sync_folder(self, folder: Path) -> None:
        with self._mutex:
            self._call("sync_folder", lambda: self.disk.sync_names(folder), lambda: None)

    def make_folder(self, folder: Path) -> None:
        pass

    def lock(self, path: Path) -> int | None:
        if self.locked:
            return None
        self.locked = True
        return 0

    def unlock(self, fd: int) -> None:
        self.locked = False
