"""Every call to the file system that durability rests on, in one place that tests can make fail."""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path

__all__ = ["Files"]


class Files:
    """The real file system."""

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

    def replace(self, source: Path, target: Path) -> None:
        """Give a file another name, in one step, in place of what had it."""
        source.replace(target)

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

    def write_whole(self, path: Path, pieces: Iterable[bytes]) -> None:
        """Put a file in place so that it is there whole, on disk, or as it was before."""
        temporary = path.with_name(f".{path.name}.new")
        self.remove(temporary)
        fd = self.create(temporary)
        try:
            try:
                for piece in pieces:
                    self.write(fd, piece)
                self.sync(fd)
            finally:
                self.close(fd)
            self.replace(temporary, path)
        except OSError:
            self.remove(temporary)
            raise
        self.sync_folder(path.parent)

    def lock(self, path: Path) -> int | None:
        """Take a lock file for as long as the process lives.

        Returns:
            Its descriptor, or None where another process holds it.
        """
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        os.ftruncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        return fd
