"""Every feature there is, in order: the one list that the program is built from."""

from ptgbot.core.commands import Command, Registry
from ptgbot.core.documents import View
from ptgbot.core.help import Rest, help_commands
from ptgbot.core.identity import Role
from ptgbot.core.protocols import Fetch
from ptgbot.features.admin.commands import admin_commands
from ptgbot.features.motd import commands as motd
from ptgbot.features.motd.model import MOTD
from ptgbot.features.people import commands as people
from ptgbot.features.people.model import ACCESS, required_role
from ptgbot.features.presence import commands as presence
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.schedule import commands as schedule
from ptgbot.features.schedule.model import BOOKINGS, DAYS, INFO, ROOMS, TRACKS, check_track
from ptgbot.features.subscriptions import commands as subscriptions
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.features.topics import commands as topics
from ptgbot.features.topics.model import LINKS, TOPICS

__all__ = ["TABLES", "EventRules", "make_registry"]

TABLES = (ACCESS, INFO, TRACKS, DAYS, ROOMS, BOOKINGS, TOPICS, LINKS, CHECKINS, MOTD, SUBSCRIPTIONS)


class EventRules:
    """What the event decides about commands: who may give them, and which tracks there are."""

    def required_role(self, view: View, command: Command) -> Role:
        """Return the role that somebody needs for a command."""
        return required_role(view, command)

    def check_track(self, view: View, name: str) -> None:
        """Raise Refused where there is no such track."""
        check_track(view, name)


def make_registry(*, fetch: Fetch, network: str, rest: Rest, documentation: str) -> Registry:
    """Return every command.

    Args:
        fetch: Brings what a URL holds.
        network: The network whose nicks imported files name.
        rest: Where the rests of long lists are kept.
        documentation: Where people find all commands described.
    """
    return Registry(
        (
            *topics.COMMANDS,
            *schedule.COMMANDS,
            *presence.COMMANDS,
            *subscriptions.COMMANDS,
            *help_commands(rest, documentation),
            *motd.COMMANDS,
            *people.COMMANDS,
            *admin_commands(TABLES, fetch, network),
        )
    )
