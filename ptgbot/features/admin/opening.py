"""Which format a file has: JSON, ``schedule.xml`` or a table; whichever it is, one JSON object comes of it."""

from typing import Any

from ptgbot.features.admin.reading import BadImport, parse
from ptgbot.features.admin.schedule_csv import read_csv
from ptgbot.features.admin.schedule_xml import WEB_PAGE, read_xml

__all__ = ["open_file"]

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_WANTED = "what can be imported is base.json, schedule.json, schedule.xml, or a table saved as CSV"
# How files begin that people take for one of these.
_OTHERS = {
    b"BEGIN:VCALENDAR": "it is a calendar (iCalendar)",
    b"PK\x03\x04": "it is a spreadsheet or another ZIP file",
    b"\xd0\xcf\x11\xe0": "it is a spreadsheet",
    b"%PDF": "it is a PDF file",
    b"\x1f\x8b": "it is compressed (gzip)",
}


def open_file(content: bytes) -> dict[str, Any]:
    """Return the JSON object that a file holds, or what ``schedule.json`` would say.

    Args:
        content: The file: an event in the published shape, ``schedule.json``, ``schedule.xml``, or CSV.

    Raises:
        BadImport: It is none of these.
    """
    begin = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begin:
        raise BadImport([f"it is empty; {_WANTED}"])
    for sign, what in _OTHERS.items():
        if begin.startswith(sign):
            raise BadImport([f"{what}; {_WANTED}"])
    if begin[:14].lower().startswith((b"<!doctype html", b"<html")):
        raise BadImport([WEB_PAGE])
    if begin.startswith(b"<") or (content.startswith(_UTF16) and content[2:4].strip(b"\0") == b"<"):
        return read_xml(content)
    if begin.startswith((b"{", b"[")):
        return parse(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadImport(["it is not UTF-8 text: save it as UTF-8"]) from None
    return read_csv(text)
