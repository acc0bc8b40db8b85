"""A table of talks (CSV) as the same value that ``schedule.json`` holds."""

import csv
import io
from typing import Any

from ptgbot.features.admin.reading import BadImport, cut

__all__ = ["read_csv"]

COLUMNS = {
    "room": ("room",),
    "day": ("day", "date"),
    "start": ("start",),
    "end": ("end",),
    "duration": ("duration",),
    "track": ("track",),
    "title": ("title",),
    "guid": ("guid", "id"),
    "url": ("url", "link"),
    # Only to say that they are not taken.
    "persons": ("persons", "speaker", "speakers"),
    "abstract": ("abstract",),
    "description": ("description",),
}
_WANTED = "the columns room, day, start, end (or duration), track, title; guid and url where there are some"


def read_csv(text: str) -> dict[str, Any]:
    """Return what ``schedule.json`` would say.

    Raises:
        BadImport: It is no table, or none of a schedule, or cannot be read.
    """
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    names = [name.strip().strip('"').lower() for name in first.split(delimiter)]
    columns = {key: names.index(name) for key, known in COLUMNS.items() for name in known if name in names}
    if len(columns) < 2:
        found = f"it begins with '{cut(first)}', and the first line of a table names {_WANTED}"
        raise BadImport([f"it is neither JSON nor XML, nor a table of talks: {found}"])
    missing = [key for key in ("room", "start") if key not in columns]
    if "end" not in columns and "duration" not in columns:
        missing.append("end or duration")
    if "track" not in columns and "title" not in columns:
        missing.append("track or title")
    if missing:
        raise BadImport([f"it is a table without the column {missing[0]}; a schedule has {_WANTED}"])
    days: dict[str, dict[str, list[dict[str, Any]]]] = {}
    reader = csv.reader(io.StringIO(text.lstrip("\r\n")), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader):
            if number and any(cell.strip() for cell in row):
                event = {key: row[at].strip() for key, at in columns.items() if at < len(row)}
                event["place"] = f"line {reader.line_num}"
                rooms = days.setdefault(event.pop("day", ""), {})
                rooms.setdefault(event.pop("room", ""), []).append(event)
    except csv.Error as error:
        raise BadImport([f"it is no table that can be read: line {reader.line_num}: {cut(error)}"]) from None
    return {
        "schedule": {
            "conference": {"days": [{"date": day or None, "rooms": rooms} for day, rooms in days.items()]},
        }
    }
