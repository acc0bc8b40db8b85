"""Every call to the file system that durability rests on, in one place that tests can make fail."""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterable
from pathlib import Path

__all__ = ["Files"]


class Files:
    """The real file system."""

    # -- what there is ------------------------------------------------------------------------------------------

    def names(self, folder: Path) -> set[str]:
        """Return the names in a folder; none where there is no folder."""
        try:
            return set(os.listdir(folder))  # noqa: PTH208 - only the names are of interest
        except FileNotFoundError:
            return set()

    def read(self, path: Path) -> bytes | None:
        """Return a file's content, None where there is no file."""
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def size(self, path: Path) -> int:
        """Return the bytes of a file, 0 where there is none."""
        try:
            return path.stat().st_size
        except OSError:
            return 0

    def same(self, one: Path, other: Path) -> bool:
        """Return whether two names are names of one file."""
        return one.samefile(other)

    # -- bytes --------------------------------------------------------------------------------------------------

    def create(self, path: Path) -> int:
        """Create a file that must not exist yet and return its descriptor, for writing at its end."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write(self, fd: int, data: bytes) -> None:
        """Write all of some bytes."""
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]

    def sync(self, fd: int) -> None:
        """Wait until a file's bytes are on disk."""
        os.fdatasync(fd)

    def truncate(self, fd: int, size: int) -> None:
        """Cut a file to a size in bytes."""
        os.ftruncate(fd, size)

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        os.close(fd)

    # -- names --------------------------------------------------------------------------------------------------

    def replace(self, source: Path, target: Path) -> None:
        """Give a file another name, in one step, in place of what had it."""
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name that nothing has yet."""
        target.hardlink_to(source)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Wait until a folder's names are on disk."""
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def make_folder(self, folder: Path) -> None:
        """Make a folder, and those above it, where they are missing; they are on disk then."""
        if not folder.is_dir():
            self.make_folder(folder.parent)
            folder.mkdir(mode=0o700, exist_ok=True)
            self.sync_folder(folder.parent)

    # -- what is made of these ----------------------------------------------------------------------------------

    def discard(self, path: Path) -> None:
        """Remove a file that is not needed, if that can be done."""
        with contextlib.suppress(OSError):
            self.remove(path)

    def prepare(self, path: Path, pieces: Iterable[bytes]) -> tuple[int, Path]:
        """Write a file under a name of its own, beside the one that it is meant for, and have it on disk.

        Returns:
            Its descriptor, for writing more, and its name.

        Raises:
            OSError: There is no such file then.
        """
        temporary = path.with_name(f".{path.name}.new")
        self.remove(temporary)
        fd = self.create(temporary)
        try:
            for piece in pieces:
                self.write(fd, piece)
            self.sync(fd)
        except BaseException:
            self.discard(temporary)
            with contextlib.suppress(OSError):
                self.close(fd)
            raise
        return fd, temporary

    def write_whole(self, path: Path, pieces: Iterable[bytes], before: Callable[[], None] = lambda: None) -> None:
        """Put a file in place so that it is there whole, on disk, or as it was before.

        Args:
            path: The file.
            pieces: What is to be in it.
            before: Called when the new file is on disk and the old one about to be replaced.

        Raises:
            OSError: It is as it was, or else whole though perhaps not on disk yet.
        """
        fd, temporary = self.prepare(path, pieces)
        try:
            self.close(fd)
            before()
            self.replace(temporary, path)
        except OSError:
            self.discard(temporary)
            raise
        self.sync_folder(path.parent)

    def lock(self, path: Path) -> int | None:
        """Take a lock file for as long as the process lives.

        Returns:
            What ``unlock`` takes, or None where another process holds it.
        """
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(fd, 0)
            os.write(fd, f"{os.getpid()}\n".encode())
        except BlockingIOError:
            os.close(fd)
            return None
        except OSError:
            os.close(fd)
            raise
        return fd

    def unlock(self, fd: int) -> None:
        """Give a lock back."""
        os.close(fd)
