"""The files of the site as the web server hands them out: kept in memory, compressed too, for as long as they last."""

import asyncio
import gzip
import hashlib
import math
import mimetypes
import os
import stat
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

__all__ = ["KEPT_FILE_BYTES", "File", "Folder", "content_type", "read"]

KEPT_FILE_BYTES = 4 * 1024 * 1024  # a larger file is read from the disk each time
VERSION_LENGTH = 10  # as the templates' own function for links to static files has it
KEPT_BYTES = 48 * 1024 * 1024
SMALLEST_GZIP = 512  # below, it all fits into one packet anyway

_TYPES = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
_COMPRESSED = (".woff2",)  # in themselves, besides the images, sounds and films


@dataclass(frozen=True, slots=True)
class File:
    """A published file as it is handed out.

    Args:
        identity: What shows whether the file in the folder is still this one.
        content: Its bytes.
        gzipped: The same, compressed; empty where that does not pay.
        tag: What names these bytes.
        version: What pages put behind the address of a static file, so that browsers can keep it.
        changed: When they were written, in whole seconds, rounded up.
    """

    identity: tuple[int, int, int]
    content: bytes
    gzipped: bytes
    tag: str
    version: str
    changed: int


class Folder:
    """The folder of the site, and what of it is kept in memory."""

    def __init__(self, site_dir: Path) -> None:
        self._site_dir = site_dir
        self._kept: OrderedDict[Path, File] = OrderedDict()
        self._being_read: dict[tuple[Path, tuple[int, int, int]], asyncio.Task[File]] = {}
        self._size = 0

    def find(self, path: str) -> tuple[Path, os.stat_result] | None:
        """Return the file for a path of a URL; None where there is none that anybody may have."""
        parts = path.split("/")
        if any(not part or part.startswith(".") or "\\" in part or not part.isprintable() for part in parts):
            return None
        try:
            root = self._site_dir.resolve(strict=True)
            found = root.joinpath(*parts).resolve(strict=True)
            # A link may lead to another file of the site, and nowhere else.
            if any(part.startswith(".") for part in found.relative_to(root).parts):
                return None
            status = found.stat()
        except (OSError, ValueError, RuntimeError):
            return None
        return (found, status) if stat.S_ISREG(status.st_mode) else None

    def published(self) -> bool:
        """Return whether there is a site."""
        return self.find("index.html") is not None

    async def file(self, path: Path, status: os.stat_result) -> File:
        """Return a file; very many who ask for a new one at once have it read and compressed once.

        Raises:
            OSError: It has gone, or cannot be read.
        """
        kept = self.kept(path, status)
        if kept is not None:
            return kept
        key = (path, _identity(status))
        task = self._being_read.get(key)
        if task is None:
            task = self._being_read[key] = asyncio.create_task(asyncio.to_thread(read, path))
            task.add_done_callback(lambda _: self._being_read.pop(key))
        file = await asyncio.shield(task)
        if self.kept(path, status) is None:
            self.keep(path, file)
        return file

    def kept(self, path: Path, status: os.stat_result) -> File | None:
        """Return a file that is in memory and still the same."""
        file = self._kept.get(path)
        if file is None or file.identity != _identity(status):
            return None
        self._kept.move_to_end(path)
        return file

    def keep(self, path: Path, file: File) -> None:
        """Hold a file in memory, and let go of those that nobody asked for lately."""
        self._forget(path)
        self._kept[path] = file
        self._size += len(file.content) + len(file.gzipped)
        while self._size > KEPT_BYTES:
            self._forget(next(iter(self._kept)))

    def _forget(self, path: Path) -> None:
        file = self._kept.pop(path, None)
        if file is not None:
            self._size -= len(file.content) + len(file.gzipped)


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def read(path: Path) -> File:
    """Return a file as it is handed out. Waits for the disk and compresses: for a thread.

    Raises:
        OSError: It has gone, or cannot be read.
    """
    with path.open("rb") as opened:
        status = os.fstat(opened.fileno())
        content = opened.read()
    gzipped = gzip.compress(content, 6, mtime=0) if _pays(path, len(content)) else b""
    if len(gzipped) > len(content) * 0.9:
        gzipped = b""
    tag = hashlib.blake2b(content, digest_size=12).hexdigest()
    version = hashlib.sha256(content).hexdigest()[:VERSION_LENGTH]
    return File(_identity(status), content, gzipped, tag, version, math.ceil(status.st_mtime))


def _pays(path: Path, size: int) -> bool:
    kind = content_type(path)
    packed = kind.startswith(("image/", "audio/", "video/")) and path.suffix != ".svg"
    return size >= SMALLEST_GZIP and not packed and path.suffix not in _COMPRESSED


def content_type(path: Path) -> str:
    """Return a file's type, as HTTP names it."""
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
