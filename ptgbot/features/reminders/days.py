"""A day begins: ``~newday`` is done by itself."""

import logging
from collections.abc import Callable
from dataclasses import replace

from ptgbot.core.changes import Draft, Edit
from ptgbot.core.clock import Clock, Event
from ptgbot.core.documents import View
from ptgbot.core.protocols import NotSaved, Store
from ptgbot.features.reminders.model import REMINDERS, Reminder, State
from ptgbot.features.reminders.outcomes import Outcomes
from ptgbot.features.topics.model import TOPICS

__all__ = ["NewDays"]

_log = logging.getLogger(__name__)


class NewDays:
    """Begins days.

    Args:
        commands: The store as commands have it, with an entry in the history for each.
        event: The conference.
        clock: The time.
        outcomes: Where it is noted that a day was not begun.
        new_day: Returns the edits that begin a day.
        tell: Tells the organisers something.
    """

    def __init__(
        self,
        *,
        commands: Store,
        event: Event,
        clock: Clock,
        outcomes: Outcomes,
        new_day: Callable[[View], tuple[Edit, ...]],
        tell: Callable[[str], None],
    ) -> None:
        self._commands = commands
        self._event = event
        self._clock = clock
        self._outcomes = outcomes
        self._new_day = new_day
        self._tell = tell

    def begin(self, reminder: Reminder) -> bool:
        """Begin the day that a reminder is of: once, in the Change that says so; not over what was said on it already.

        Returns:
            Whether it is to be looked at again, as the Change may not stand.
        """
        now, view = self._clock.now(), self._commands.view
        today = self._event.local(now).date() == self._event.local(reminder.due).date()
        topics = (topic.now for topic in view.all(TOPICS).values())
        begun = any(topic and topic.since and topic.since >= reminder.due for topic in topics)
        if begun or not today:
            why = "the bot was not running in time; say ~newday where it is still wanted"
            self._outcomes.note([replace(reminder, state=State.MISSED, why=why)])
            self._tell(f"~newday was not done by itself on {reminder.subject}: {why}.")
            return False
        draft = Draft(view)
        draft.put(REMINDERS, replace(reminder, state=State.SENT, since=now))
        try:
            self._commands.commit((*self._new_day(view), *draft.edits()), at=now, text="~newday")
        except NotSaved as error:
            _log.warning("The new day was not begun (%s); tried again in a minute.", error)
        return True
