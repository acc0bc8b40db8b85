"""Which topics were said today, those that are over included."""

from datetime import datetime, time
from functools import lru_cache

from ptgbot.core.changes import Cause
from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.history.model import edits_of, newest_first
from ptgbot.features.subscriptions.model import Announced, announced
from ptgbot.features.topics.model import TOPICS

__all__ = ["topics_of_day"]

_MOST = 2000  # entries that are looked at
_TABLES = {TOPICS.name: TOPICS}


def topics_of_day(view: View, event: Event, at: datetime) -> list[Announced]:
    """Return what was said on a day, the newest first, and then what is on now and next since before.

    Args:
        view: The whole state.
        event: The conference, whose clock says when the day began.
        at: An instant of the day.
    """
    began = datetime.combine(event.local(at), time.min, event.zone)
    found: dict[Announced, None] = {}
    for count, entry in enumerate(newest_first(view)):
        if entry.at < began or count == _MOST:
            break
        if entry.cause is Cause.COMMAND and f'["{TOPICS.name}",' in entry.edits:
            found.update(dict.fromkeys(_said(entry.edits)))
    for topic in view.all(TOPICS).values():
        if topic.now is not None:
            found.setdefault(Announced(topic.track, "now", topic.now.text, topic.location))
        found.update((Announced(topic.track, "next", text, topic.location), None) for text in topic.next)
    return list(found)


@lru_cache(maxsize=_MOST)
def _said(edits: str) -> tuple[Announced, ...]:
    """Return what an entry said, the last first. Each entry is read once, however many people subscribe."""
    return tuple(reversed(list(announced(edits_of(edits, _TABLES)))))
