"""Titles and addresses of what is booked: the key ``talks`` of the published shape, which is ours alone."""

from collections.abc import Container, Mapping
from typing import Any

from ptgbot.features.admin.reading import Reading, cut
from ptgbot.features.feeds.model import uri
from ptgbot.features.topics.model import is_link

__all__ = ["MAX_TITLE", "Place", "Talks", "read_talks"]

MAX_TITLE = 200  # characters: what pages and calendars show in a line

Place = tuple[str, str]  # room and slot
Talks = Mapping[Place, tuple[str, str]]  # title and address


def read_talks(data: dict[str, Any], reading: Reading, booked: Container[Place]) -> Talks | None:
    """Return the titles and addresses of bookings; None where the key is not there.

    Args:
        data: The published shape; under the key are rooms, in these slots, in these ``title`` and ``url``.
        reading: Takes what is wrong.
        booked: The places that are booked; of others nothing is told.
    """
    found = reading.mapping(data, "talks")
    if found is None:
        return None
    if not reading.is_small(sum(len(slots) for slots in found.values() if isinstance(slots, dict)), "talks"):
        return {}
    talks: dict[Place, tuple[str, str]] = {}
    for raw_room, slots in found.items():
        if not isinstance(slots, dict):
            reading.problems.append(f"talks: '{cut(raw_room)}' is no room")
            continue
        room = reading.text(raw_room, "talks: a room's name")
        for raw_slot, talk in slots.items():
            place = f"talks: {cut(raw_room)}, {cut(raw_slot)}"
            spot = (room, reading.text(raw_slot, f"{place}: the slot's name"))
            if not isinstance(talk, dict):
                reading.problems.append(f"{place} is no talk")
            elif spot not in booked:
                reading.notes.append(f"{place} is not booked, left out")
            else:
                talks[spot] = _read(talk, place, reading)
    return talks


def _read(talk: Mapping[str, Any], place: str, reading: Reading) -> tuple[str, str]:
    title = reading.text(talk.get("title") or "", f"{place}: 'title'")
    if len(title) > MAX_TITLE:
        reading.problems.append(f"{place}: 'title' is longer than {MAX_TITLE} characters")
    url = reading.text(talk.get("url") or "", f"{place}: 'url'")
    if url and not is_link(url):
        reading.unsafe(f"{place}: 'url' is no http or https address: {cut(url)}")
        url = ""
    return title, uri(url)
