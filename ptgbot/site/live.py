"""``live.json``: what open pages look at to see whether they have become something else.

It names the content of every page at the top of the site, and of each folder of pages as a whole: a page in a folder of
thousands then asks once more than it had to, and the file stays a few hundred bytes however many tracks there are.
"""

import hashlib

import orjson

__all__ = ["LIVE", "Live"]

LIVE = "live.json"
_SIZE = 6  # bytes: what tells two versions of a page apart need not withstand anybody who wants to mislead it


class Live:
    """The content of the pages as it is in place: the same pages give the same bytes, in whatever order they came."""

    def __init__(self) -> None:
        self._pages: dict[str, int] = {}
        self._entries: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._content = b"{}\n"

    @property
    def content(self) -> bytes:
        """The file: page, or folder with a slash behind it, → what names its content."""
        if not self._content:
            named = {entry: f"{value:0{2 * _SIZE}x}" for entry, value in self._entries.items()}
            self._content = orjson.dumps(named, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        return self._content

    def put(self, path: str, digest: bytes) -> None:
        """Note what is in place.

        Args:
            path: The file; one that is no page does not count.
            digest: What names its content.
        """
        if not path.endswith(".html"):
            return
        made = hashlib.blake2b(path.encode() + b"\0" + digest, digest_size=_SIZE).digest()
        self._replace(path, int.from_bytes(made))

    def remove(self, path: str) -> None:
        """Note that a file is not there any more."""
        self._replace(path, None)

    def _replace(self, path: str, after: int | None) -> None:
        before = self._pages.get(path)
        if before == after:
            return
        folder, slash, _ = path.partition("/")
        entry = folder + slash
        # Exclusive or: what one page adds to its folder can be taken out again without a look at the others.
        self._entries[entry] = self._entries.get(entry, 0) ^ (before or 0) ^ (after or 0)
        self._counts[entry] = self._counts.get(entry, 0) + (after is not None) - (before is not None)
        if not self._counts[entry]:
            del self._entries[entry], self._counts[entry]
        if after is None:
            del self._pages[path]
        else:
            self._pages[path] = after
        self._content = b""
