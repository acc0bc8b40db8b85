"""``schedule.xml`` (frab, pretalx, c3voc) as the same value that ``schedule.json`` holds."""

import json
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ptgbot.features.admin.reading import BadImport, cut
from ptgbot.features.feeds.model import OWN

__all__ = ["WEB_PAGE", "read_xml"]

WEB_PAGE = (
    "it is a web page (HTML), and no file with a schedule: look for its export as schedule.json or schedule.xml;"
    " where that wants a login, save it and import the file"
)

_TEXTS = ("date", "start", "end", "duration", "title", "track", "type", "url", "subtitle", "abstract", "description")
_LISTS = ("persons", "links", "attachments")
_EXPECTED = "a <schedule> with a <conference> and each <day> in it, as frab and pretalx export it"
_MAX_DEPTH = 50


def read_xml(content: bytes) -> dict[str, Any]:
    """Return what ``schedule.json`` would say.

    Declarations of types and entities are refused: no schedule has them, and they can make a small file a large one,
    or one that reads others.

    Raises:
        BadImport: It is no XML, or no schedule.
    """
    root, own = _Tree().read(content)
    conference = root.find("conference")
    if root.tag != "schedule" or conference is None:
        if root.tag.rpartition("}")[2].lower() == "html":
            raise BadImport([WEB_PAGE])
        raise BadImport([f"it is XML that begins with <{cut(root.tag)}>; a schedule is {_EXPECTED}"])
    found: dict[str, Any] = {
        "title": _text(conference, "title"),
        "acronym": _text(conference, "acronym"),
        "time_zone_name": _text(conference, "time_zone_name"),
        "tracks": [
            {"name": track.get("name") or track.text, "color": track.get("color")}
            for track in conference.findall("track")
        ],
        "days": [_day(day, number) for number, day in enumerate(root.findall("day"), 1)],
    }
    if own is not None:
        found["meta"] = {OWN: own}
    return {"schedule": {"conference": found}}


def _day(day: Element, number: int) -> dict[str, Any]:
    rooms: dict[str, list[dict[str, Any]]] = {}
    for room in day.findall("room"):
        name = room.get("name") or ""
        events = [_event(event, f"day {number}, room '{cut(name)}', event {n}") for n, event in enumerate(room, 1)]
        rooms.setdefault(name, []).extend(events)
    return {
        "date": day.get("date"),
        "day_start": day.get("start"),
        "day_end": day.get("end"),
        "rooms": rooms,
    }


def _event(event: Element, place: str) -> dict[str, Any]:
    found: dict[str, Any] = {key: _text(event, key) for key in _TEXTS}
    found |= {key: [child.text for child in event.findall(f"{key}/*")] for key in _LISTS}
    return {"place": place, "guid": event.get("guid"), "id": event.get("id"), **found}


def _text(parent: Element, name: str) -> str | None:
    found = parent.find(name)
    return None if found is None else (found.text or "").strip() or None


class _Tree:
    """Builds a tree of elements, and keeps what is said to ptgbot."""

    def __init__(self) -> None:
        self._builder = TreeBuilder()
        self._depth = 0
        self._own: str | None = None

    def read(self, content: bytes) -> tuple[Element, Any]:
        """Return the root, and what the instruction for ptgbot holds; None where there is none.

        Raises:
            BadImport: It is no XML.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._builder.data
        parser.ProcessingInstructionHandler = self._instruction
        try:
            parser.Parse(content, True)  # noqa: FBT003 - that it is all; the name of the argument is the parser's own
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise BadImport([f"it is no XML: {reason}, line {error.lineno} column {error.offset + 1}"]) from None
        except (LookupError, ValueError):
            raise BadImport(["it is XML in an encoding that I do not know: save it as UTF-8"]) from None
        try:
            own = None if self._own is None else json.loads(self._own)
        except (ValueError, RecursionError):
            raise BadImport([f"the instruction <?{OWN} …?> in it is no JSON: remove it"]) from None
        return self._builder.close(), own

    def _doctype(self, name: str, *_: object) -> None:
        if name.lower() == "html":
            raise BadImport([WEB_PAGE])
        raise BadImport(["it has a <!DOCTYPE …>, which I do not read: remove it"])

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise BadImport(["it is no XML that can be read: it is nested too deep"])
        self._builder.start(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._builder.end(name)

    def _instruction(self, target: str, data: str) -> None:
        if target == OWN:
            self._own = data
