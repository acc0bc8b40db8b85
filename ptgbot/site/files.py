"""The folder of the site: files in it are there whole or not at all, and foreign ones are left alone.

Everything here waits for the disk, so it is called from a thread.
"""

import contextlib
import hashlib
import json
import logging
import os
import stat
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ptgbot.site.live import LIVE, Live

__all__ = ["MANIFEST", "SiteFiles", "path_problem"]

_log = logging.getLogger(__name__)

WRITERS = 6  # files that are written at a time
MANIFEST = ".ptgbot-files.json"  # the paths of what was published, which anybody may know


def path_problem(path: str) -> str:
    """Return why a path cannot be one of the site, or nothing if it can.

    Args:
        path: The path, relative to the site, its parts divided by slashes.
    """
    if not path or not path.isprintable() or "\\" in path:
        return "it is empty, or holds what no path should"
    for part in path.split("/"):
        if not part or part.startswith("."):  # ".." as well
            return "each of its parts must have a name that does not begin with a dot"
        if len(part.encode()) > 200:  # a temporary file's name is longer, and file systems take 255
            return "a part of it is too long"
    return ""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a file is known to hold, and how to see that it is still that file."""

    digest: bytes
    inode: int
    size: int
    changed: int

    def is_still(self, status: os.stat_result) -> bool:
        return (self.inode, self.size, self.changed) == (status.st_ino, status.st_size, status.st_mtime_ns)


class SiteFiles:
    """Puts files into the folder of the site and takes those away that it once put there.

    Beside them it keeps ``live.json``, which tells open pages what changed.

    Args:
        folder: The folder; it is made when it is not there.

    Attributes:
        opened: Whether the folder can be used.
        published: The path of every file that is in place, or was meant to be.
        changes: How often a file was replaced, added or removed.
        complete: Whether ``live.json`` tells of all that is in place.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, _Found] = {}
        self._listed: set[str] = set()
        self._expected: set[str] = set()
        self._writers = ThreadPoolExecutor(WRITERS, "site")
        self._counting = threading.Lock()
        self._live = Live()
        self.opened = False
        self.published: set[str] = set()
        self.changes = 0
        self.complete = False

    def open(self) -> None:
        """Make the folder, and read from the manifest what was published before.

        Raises:
            OSError: The folder cannot be used.
        """
        if self.opened:
            return
        self._make_folder(self._folder)
        self._listed = self._read_manifest()
        self.published = self._listed - {LIVE}
        for path in self._listed:  # what a crash may have left behind
            self._temporary(path).unlink(missing_ok=True)
        self.opened = True

    def expect(self, paths: Iterable[str]) -> None:
        """Note what is going to be put in place soon, so that it is listed at once and not bit by bit."""
        self._expected = set(paths)

    def update(self, contents: Mapping[str, bytes], gone: Iterable[str], *, last: bool = True) -> dict[str, OSError]:
        """Put files in place and remove others.

        Args:
            contents: Path → bytes of what there is to be.
            gone: Paths of what there is not to be any more; those that were never published are left alone.
            last: Whether that is all for the moment, and open pages are told.

        Returns:
            Path → why it failed, for those that did; the others are done.
        """
        gone = self.published.intersection(gone)
        try:
            # Before the files: one that is there and not in the manifest would never go away.
            self._list(contents)
        except OSError as error:
            return dict.fromkeys((*contents, *gone), error)
        failed: dict[str, OSError] = {}
        self.complete = False
        # Several at a time: what takes long is to wait for the disk, which can sync them together.
        for path, digest in zip(contents, self._writers.map(self._try_to_put, contents.items()), strict=True):
            if isinstance(digest, OSError):
                failed[path] = digest
            else:
                self._live.put(path, digest)
        removed = set()
        for path in gone:
            try:
                self._remove(path)
                removed.add(path)
            except OSError as error:
                failed[path] = error
        try:
            if removed:
                self._write_manifest(self._listed - removed)
        except OSError as error:
            failed.update(dict.fromkeys(removed, error))
        if last:  # after all else: whoever sees it is to find what it names
            try:
                self._put(LIVE, self._live.content)
                self.complete = True
            except OSError as error:
                failed[LIVE] = error
        return failed

    # -- one file -----------------------------------------------------------------------------------------------

    def _try_to_put(self, file: tuple[str, bytes]) -> bytes | OSError:
        """Put a file in place; return what names its content, or why it could not be."""
        try:
            return self._put(*file)
        except OSError as error:
            return error

    def _put(self, path: str, content: bytes) -> bytes:
        """Put a file in place, unless it is there; return what names its content."""
        target = self._folder / path
        digest = hashlib.blake2b(content, digest_size=16).digest()
        if not self._holds(path, target, digest, len(content)):
            status = self.write_whole(target, self._temporary(path), content)
            self._known[path] = _Found(digest, status.st_ino, status.st_size, status.st_mtime_ns)
            self._changed()
        return digest

    def _changed(self) -> None:
        with self._counting:
            self.changes += 1

    def _holds(self, path: str, target: Path, digest: bytes, size: int) -> bool:
        """Return whether a file is there already with these very bytes, and can be read by a web server."""
        try:
            status = target.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        if not stat.S_ISREG(status.st_mode) or status.st_size != size:
            return False
        known = self._known.get(path)
        if known is None or not known.is_still(status):
            if stat.S_IMODE(status.st_mode) != 0o644:
                return False
            try:
                there = hashlib.blake2b(target.read_bytes(), digest_size=16).digest()
            except OSError:
                return False
            known = self._known[path] = _Found(there, status.st_ino, status.st_size, status.st_mtime_ns)
        return known.digest == digest

    def _remove(self, path: str) -> None:
        target = self._folder / path
        self._known.pop(path, None)
        self._live.remove(path)
        try:
            # A folder of that name was made by somebody else.
            if not stat.S_ISDIR(target.lstat().st_mode):
                target.unlink()
                self._changed()
        except (FileNotFoundError, NotADirectoryError):
            pass

    def write_whole(self, target: Path, temporary: Path, content: bytes) -> os.stat_result:
        """Put a file in place in one step, with bytes that are on disk by then.

        Raises:
            OSError: It could not be; what was there before is still there.
        """
        # Threads wait for each other at every call into the system, so there is none more than there has to be.
        try:
            fd = self._create(temporary)
            try:
                if stat.S_IMODE(os.fstat(fd).st_mode) != 0o644:  # whatever the umask is: others' web servers read it
                    with contextlib.suppress(PermissionError):  # some file systems have no modes
                        os.fchmod(fd, 0o644)
                view = memoryview(content)
                while view:
                    view = view[os.write(fd, view) :]
                os.fsync(fd)
                status = os.fstat(fd)
            finally:
                os.close(fd)
            temporary.replace(target)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        return status

    def _create(self, temporary: Path) -> int:
        """Open a new file, whatever a crash left in its place, and wherever its folder is still to be made."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            return os.open(temporary, flags, 0o644)
        except FileExistsError:
            temporary.unlink()
        except FileNotFoundError:
            self._make_folder(temporary.parent)
        return os.open(temporary, flags, 0o644)

    def _temporary(self, path: str) -> Path:
        folder, slash, name = path.rpartition("/")
        return self._folder / f"{folder}{slash}.{name}.ptgbot-new"

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        try:
            folder.mkdir()
        except FileExistsError:
            if not folder.is_dir():
                raise
        else:
            folder.chmod(0o755)

    # -- the manifest -------------------------------------------------------------------------------------------

    def _list(self, paths: Iterable[str]) -> None:
        """Note that files are ours."""
        if not (self._listed.issuperset(paths) and LIVE in self._listed):
            self._write_manifest(self._listed.union(paths, self._expected, (LIVE,)))

    def _write_manifest(self, paths: set[str]) -> None:
        listed = json.dumps({"files": sorted(paths)}, indent=0, ensure_ascii=False) + "\n"
        manifest = self._folder / MANIFEST
        self.write_whole(manifest, manifest.with_name(f"{MANIFEST}.ptgbot-new"), listed.encode())
        self._listed = paths
        self.published = paths - {LIVE}

    def _read_manifest(self) -> set[str]:
        manifest = self._folder / MANIFEST
        try:
            listed = json.loads(manifest.read_bytes())["files"]
            if not isinstance(listed, list) or not all(isinstance(path, str) for path in listed):
                raise TypeError
        except FileNotFoundError:
            return set()
        except (ValueError, TypeError, LookupError):
            _log.warning("%s is damaged; files of tracks that are gone may stay in the site.", manifest)
            return set()
        return {path for path in listed if not path_problem(path)}
