"""Open spaces as they are when people look at them, made by hand: what fills them in has tests of its own."""

from datetime import datetime, timedelta
from typing import Any

from ptgbot.catalogue import make_exporters
from ptgbot.core.clock import Event
from ptgbot.features.openspaces.model import OpenSpace
from ptgbot.features.schedule.model import Booking, Day, Room, Slot, Track
from ptgbot.store.state import State
from tests.build import AT, BERLIN, make_state, told
from tests.talk import quick_talk

__all__ = ["CHESS", "KNITTING", "TYPES", "event", "exporter", "render", "space"]


def space(number: int, title: str, room: str, minutes: int, **more: Any) -> OpenSpace:
    """Return an open space of 45 minutes.

    Args:
        number: Its number.
        title: What it is about.
        room: Where.
        minutes: When it begins, counted from Tuesday, 14:05 in Berlin.
        more: Its other fields.
    """
    start = AT + timedelta(minutes=minutes)
    fields: dict[str, Any] = {
        "end": start + timedelta(minutes=45),
        "changed": AT - timedelta(hours=2),
        "host": "@ada",
    } | more
    return OpenSpace(id=f"p{number}", number=number, title=title, room=room, start=start, **fields)


# On now, in a room of the schedule that the post wrote in another way; later in a room that only open spaces have;
# and on the next day.
TYPES = space(41, "Type hints for beginners", "ballroom-a", -35, link="https://x.example/ada/status/41")
CHESS = space(42, "Chess", "Pavilion", 115, host="@grace@example.social")
KNITTING = space(43, "Knitting <fast>", "Aspen", 24 * 60, host="")


def event(*spaces: OpenSpace) -> State:
    """Return an event of two rooms and two days, with a booking in one of them, and open spaces."""
    slots = (Slot("Tue1", "09:00-10:30"), Slot("Tue2", "15:00-17:00"))
    codes = tuple(slot.name for slot in slots)
    state = make_state(
        Track("nova", "teal"),
        Day("Tuesday", 0, slots),
        Day("Wednesday", 1, (Slot("Wed1", "09:00-10:30"),)),
        (Room("Ballroom A", 0, (*codes, "Wed1")), Room("Aspen", 1, codes)),
        Booking("b1", "nova", "Ballroom A", "Tue2", 0, AT - timedelta(hours=5)),
        spaces,
        at=AT - timedelta(hours=2),
    )
    return told(state, BERLIN, at=AT - timedelta(hours=2))


def exporter(kind: type[Any], conference: Event = BERLIN) -> Any:
    """Return what publishes some files, as the program has it."""
    [found] = [one for one in make_exporters(conference, quick_talk().registry) if isinstance(one, kind)]
    return found


def render(kind: type[Any], path: str, state: State, now: datetime = AT, conference: Event = BERLIN) -> bytes:
    made: bytes = exporter(kind, conference).render(path, state.public, now)
    return made
