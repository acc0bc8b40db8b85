"""Who has a room at a time: another open space, or the schedule."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from ptgbot.core.documents import View
from ptgbot.features.openspaces.model import POSTS, Post, post_id
from ptgbot.features.openspaces.rules import Room, room_key
from ptgbot.features.schedule.model import CALENDAR, ROOMS, CalendarEntry

__all__ = ["Taken", "is_during", "room_keys", "taken_by"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What has a room.

    Args:
        name: What people call it: ``p12``, or ``#nova``.
        start: When it begins (UTC).
        end: When it ends (UTC).
    """

    name: str
    start: datetime
    end: datetime


def room_keys(room: Room) -> frozenset[str]:
    """Return the keys of all that a room is called: by these the schedule's name of it is known."""
    return frozenset(map(room_key, (room.name, *room.aliases)))


def is_during(other: Post | CalendarEntry, post: Post) -> bool:
    """Return whether two things take place at the same time; who leaves then is in nobody's way."""
    if post.start is None or post.end is None or other.start is None or other.end is None:
        return False
    return other.start < post.end and post.start < other.end


def _all_that_have(view: View, post: Post, keys: Collection[str]) -> Iterator[Taken]:
    for other in view.where(POSTS, "room", room_key(post.room)).values():
        if other.source != post.source and is_during(other, post) and other.start and other.end:
            yield Taken(post_id(other.number), other.start, other.end)
    for name in view.all(ROOMS):
        if room_key(name) in keys:
            for entry in view.where(CALENDAR, "room", name).values():
                if not entry.cancelled and is_during(entry, post):
                    yield Taken(f"#{entry.track}", entry.start, entry.end)


def taken_by(view: View, post: Post, keys: Collection[str]) -> Taken | None:
    """Return what else has the room of a post for a part of its time; None where it is free, or not known.

    Args:
        view: The state.
        post: The post.
        keys: The keys of all that its room is called.
    """
    return min(_all_that_have(view, post, keys), key=lambda taken: (taken.start, taken.name), default=None)
