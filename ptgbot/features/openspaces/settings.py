"""What an event wants of open spaces."""

from dataclasses import dataclass, field, replace

from ptgbot.core.clock import Event
from ptgbot.core.derived import Derived
from ptgbot.core.documents import View
from ptgbot.features.openspaces.model import CHOICES
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.schedule.model import DAYS, ROOMS, plan, sorted_rooms

__all__ = ["OpenSpaceSettings", "auto_send", "rules_now"]


@dataclass(frozen=True, slots=True)
class OpenSpaceSettings:
    """How posts about open spaces are read and what becomes of them.

    Args:
        rules: By what they are read.
        hashtags: What is followed on Mastodon.
        leads: How many minutes before its start there is a reminder.
        auto_send: Whether what is clear is sent without asking anybody.
        reply: Whether authors are told what will happen.
        slack_channel: The channel in Slack in which posts are read; empty for none.
        outgoing_channel: Where the cards of clear ones stand; empty for nowhere.
        review_channel: Where those stand that need a person.
        conflict_channel: Where those stand whose room is taken.
    """

    rules: Rules = field(default_factory=Rules)
    hashtags: tuple[str, ...] = ()
    leads: tuple[int, ...] = (15,)
    auto_send: bool = True
    reply: bool = True
    slack_channel: str = ""
    outgoing_channel: str = ""
    review_channel: str = ""
    conflict_channel: str = ""

    @property
    def is_on(self) -> bool:
        """Whether anything looks for posts."""
        return bool(self.rules.words or self.hashtags or self.slack_channel)


def _rules(view: View, event: Event, rules: Rules) -> Rules:
    days = rules.days or tuple(day.date for day in plan(view, event) if day.date is not None)
    if rules.rooms:
        return replace(rules, days=days)
    rooms: list[Room] = []
    for room in sorted_rooms(view):
        try:  # names that cannot be told apart as people write them: the first has it
            Rules(rooms=(*rooms, Room(room.name)))
        except ValueError:
            continue
        rooms.append(Room(room.name))
    return replace(rules, days=days, rooms=tuple(rooms))


_RULES: Derived[Rules] = Derived((DAYS, ROOMS), _rules)


def rules_now(view: View, event: Event, settings: OpenSpaceSettings) -> Rules:
    """Return by what posts are read: days and rooms are those of the schedule where the configuration names none."""
    return _RULES(view, event, settings.rules)


def auto_send(view: View, settings: OpenSpaceSettings) -> bool:
    """Return whether what is clear is sent without asking anybody."""
    choices = view.get(CHOICES, "openspaces")
    return settings.auto_send if choices is None or choices.auto_send is None else choices.auto_send
