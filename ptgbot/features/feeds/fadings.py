"""Which of the topics that are on may be over, without asking about each of them anew for every change."""

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.features.schedule.model import BOOKINGS, DAYS
from ptgbot.features.topics.model import STALE_AFTER, TOPICS, Fading, Topic, fading_of

__all__ = ["Fadings"]

_Kept = dict[str, tuple[Topic, Fading]]


class Fadings:
    """What ``fading_of`` says of every topic, kept for as long as the topic and the schedule stand.

    Args:
        event: The conference.
        stale_after: How long what is on now is believed after it was said.
    """

    def __init__(self, event: Event, stale_after: timedelta = STALE_AFTER) -> None:
        self._event = event
        self._stale_after = stale_after
        self._kept: WeakKeyDictionary[View, tuple[int, tuple[int, int], _Kept]] = WeakKeyDictionary()

    def words(self, view: View, now: datetime) -> dict[str, str]:
        """Return what stands beside each topic, by track."""
        return {track: fading.word(now) for track, (_, fading) in self._of(view).items()}

    def turn(self, view: View, now: datetime) -> datetime | None:
        """Return when the first of the words changes; None when none does."""
        turns = [turn for _, fading in self._of(view).values() if (turn := fading.turn(now)) is not None]
        return min(turns, default=None)

    def _of(self, view: View) -> _Kept:
        said, stand = view.version(TOPICS), (view.version(DAYS), view.version(BOOKINGS))
        kept = self._kept.get(view)
        if kept is not None and kept[:2] == (said, stand):
            return kept[2]
        before = kept[2] if kept is not None and kept[1] == stand else {}
        after: _Kept = {}
        for track, topic in view.all(TOPICS).items():
            held = before.get(track)
            if held is None or held[0] is not topic:
                held = (topic, fading_of(view, self._event, topic, self._stale_after))
            after[track] = held
        self._kept[view] = (said, stand, after)
        return after
