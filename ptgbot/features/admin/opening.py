"""Which format a file has: JSON, ``schedule.xml`` or a table; whichever it is, one JSON object comes of it."""

from typing import Any

from ptgbot.features.admin.reading import BadImport, parse
from ptgbot.features.admin.schedule_csv import read_csv
from ptgbot.features.admin.schedule_xml import read_xml

__all__ = ["open_file"]

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def open_file(content: bytes) -> dict[str, Any]:
    """Return the JSON object that a file holds, or what ``schedule.json`` would say.

    Args:
        content: The file: an event in the published shape, ``schedule.json``, ``schedule.xml``, or CSV.

    Raises:
        BadImport: It is none of these.
    """
    begin = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begin.startswith((b"<?xml", b"<schedule", b"<!--")) or (
        content.startswith(_UTF16) and content[2:4].strip(b"\0") == b"<"
    ):
        return read_xml(content)
    if not begin.startswith((b"{", b"[", b"<")):
        try:
            table = read_csv(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise BadImport(["it is not UTF-8 text"]) from None
        if table is not None:
            return table
    return parse(content)
