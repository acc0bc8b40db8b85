"""What each track is at, with all that people want to know beside it: where, who, which pad."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from ptgbot.core.documents import View
from ptgbot.features.presence.model import CHECKINS, here
from ptgbot.features.schedule.model import track_colors
from ptgbot.features.topics.model import TOPICS, etherpad_url, meeting_url

__all__ = ["MAX_NAMES", "Crowds", "next_parts", "now_parts"]

MAX_NAMES = 40

Crowd = tuple[int, tuple[str, ...]]
_NOBODY: Mapping[str, str] = {}


class Crowds:
    """Who is checked in to which track: counted again only once somebody came to it or left it."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[View, dict[str, tuple[int, Crowd]]] = WeakKeyDictionary()

    def __call__(self, view: View, track: str) -> Crowd:
        """Return how many are checked in to a track, and the names of the first of them."""
        stamp = view.stamp(CHECKINS, "track", track)
        of_view = self._kept.setdefault(view, {})
        kept = of_view.get(track)
        if kept is None or kept[0] != stamp:
            names = here(view, track)
            kept = of_view[track] = (stamp, (len(names), tuple(names[:MAX_NAMES])))
        return kept[1]


def _badge_colors(view: View, *texts: str) -> Mapping[str, str]:
    """Return the tracks' colours for texts that may name tracks; for others they do not matter."""
    return track_colors(view) if any("#" in text for text in texts) else _NOBODY


def now_parts(view: View, crowds: Crowds | None, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of every track that discusses something, sorted, and the values of its part of a page.

    Args:
        view: The state.
        crowds: Who is there; None for a page that does not show it.
        today: The date on which a time needs no date.
    """
    colors = track_colors(view)
    for name, topic in sorted(view.all(TOPICS).items()):
        if topic.now is not None:
            values: dict[str, Any] = {
                "track": name,
                "color": colors.get(name, ""),
                "url": meeting_url(view, name, topic.location),
                "text": topic.now.text,
                "since": topic.now.since,
                "location": topic.location,
                "colors": _badge_colors(view, topic.now.text),
                "today": today,
            }
            if crowds is not None:
                values["crowd"] = crowds(view, name)
                values["pad"] = etherpad_url(view, name)
            yield name, values


def next_parts(view: View) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of every track that has something next, sorted, and the values of its part of a page."""
    colors = track_colors(view)
    for name, topic in sorted(view.all(TOPICS).items()):
        if topic.next:
            yield (
                name,
                {
                    "track": name,
                    "color": colors.get(name, ""),
                    "url": meeting_url(view, name, topic.location),
                    "texts": topic.next,
                    "colors": _badge_colors(view, *topic.next),
                },
            )
