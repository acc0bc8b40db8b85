"""Open spaces as Sessions: what calendars, the board and feeds show of them."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.core.sessions import Session, Sessions, Status, revision_of
from ptgbot.features.openspaces.model import OPENSPACES, OpenSpace, Stand
from ptgbot.features.openspaces.rules import room_key
from ptgbot.features.schedule.model import ROOMS, sorted_rooms

__all__ = ["CALENDAR_PATH", "KIND", "PAGE", "open_space_sessions"]

KIND = "Open space"
PAGE = "openspaces.html"
CALENDAR_PATH = "openspaces.ics"


def _known(view: View) -> Mapping[str, str]:
    names: dict[str, str] = {}
    for room in sorted_rooms(view):
        names.setdefault(room_key(room.name), room.name)
    return names


# The schedule's names of rooms, by what is the same in all the ways to write them.
_KNOWN: Derived[Mapping[str, str]] = Derived((ROOMS,), _known)


def open_space_sessions(event: Event) -> Sessions:
    """Return the open spaces, those that were cancelled among them, as Sessions.

    A room that the schedule has is called as it is there. The UID holds the site's address: posts are counted anew in
    each event, and a calendar may have those of several.

    Args:
        event: The event.
    """
    site = urlsplit(event.site_url)
    domain = f"{site.netloc}{site.path}" or "ptgbot"

    def session(view: View, space: OpenSpace) -> Session:
        now = stand(view, space, space.stand)
        return replace(now, before=tuple([stand(view, space, before) for before in space.before]))

    def stand(view: View, space: OpenSpace, at: Stand) -> Session:
        return Session(
            uid=f"openspace-{space.id}@{domain}",
            title=space.title or KIND,
            room=_KNOWN(view).get(room_key(at.room), at.room),
            start=at.start,
            end=at.end,
            status=Status.CANCELLED if at.cancelled else Status.CONFIRMED,
            revision=revision_of(at.changed),
            changed=at.changed,
            track=KIND,
            page=f"{event.site_url}/{PAGE}#openspace-{space.id}" if event.site_url else "",
            about=space.link,
            host=space.host,
        )

    return Sessions(OPENSPACES, session, also=(ROOMS,), calendar=CALENDAR_PATH, title="Open spaces")
