"""Every feature there is, in order: the one list that the program is built from."""

from ptgbot.core.clock import Event
from ptgbot.core.commands import Command, Registry
from ptgbot.core.documents import View
from ptgbot.core.help import Rest, help_commands
from ptgbot.core.identity import Role
from ptgbot.core.protocols import Exporter, Fetch
from ptgbot.features.admin.commands import admin_commands
from ptgbot.features.board.feed import JsonFeed
from ptgbot.features.board.pages import BoardPage, SignagePage
from ptgbot.features.history.commands import Purge, history_commands
from ptgbot.features.history.model import HISTORY, TRACES
from ptgbot.features.history.pages import HistoryFeed, HistoryPage, TrackPages
from ptgbot.features.motd import commands as motd
from ptgbot.features.motd.model import MOTD
from ptgbot.features.people import commands as people
from ptgbot.features.people.model import ACCESS, required_role
from ptgbot.features.presence import commands as presence
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.schedule import commands as schedule
from ptgbot.features.schedule.calendars import Calendars
from ptgbot.features.schedule.model import BOOKINGS, DAYS, INFO, ROOMS, TRACKS, check_track
from ptgbot.features.schedule.pages import IndexPage
from ptgbot.features.schedule.sessions import TrackLinks
from ptgbot.features.subscriptions import commands as subscriptions
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.features.topics import commands as topics
from ptgbot.features.topics.model import LINKS, TOPICS, etherpad_url, meeting_url
from ptgbot.features.topics.pages import PadsPage
from ptgbot.site.html import StaticFiles, Templates
from ptgbot.site.ics import write_calendar
from ptgbot.store import Migration

__all__ = ["MIGRATIONS", "TABLES", "EventRules", "make_exporters", "make_registry"]

# What the event is made of, which ~emptydb empties; the history of that stays.
CONTENTS = (ACCESS, INFO, TRACKS, DAYS, ROOMS, BOOKINGS, TOPICS, LINKS, CHECKINS, MOTD, SUBSCRIPTIONS)
TABLES = (*CONTENTS, HISTORY, TRACES)


# What brings the documents of older versions to this one, a step each; the first from schema 1 to 2.
MIGRATIONS: tuple[Migration, ...] = ()


class EventRules:
    """What the event decides about commands: who may give them, and which tracks there are."""

    def required_role(self, view: View, command: Command) -> Role:
        """Return the role that somebody needs for a command."""
        return required_role(view, command)

    def check_track(self, view: View, name: str) -> None:
        """Raise Refused where there is no such track."""
        check_track(view, name)


def make_registry(*, fetch: Fetch, purge: Purge, network: str, rest: Rest, documentation: str) -> Registry:
    """Return every command.

    Args:
        fetch: Brings what a URL holds.
        purge: Removes people from everything on disk besides the state.
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
            *history_commands(TABLES, purge),
            *admin_commands(CONTENTS, fetch, network),
        )
    )


def make_exporters(event: Event, registry: Registry, channel: str = "") -> tuple[Exporter, ...]:
    """Return everything that is published, the most urgent first.

    Args:
        event: The conference.
        registry: Every command.
        channel: Where people type them, as they read it, such as ``#ptg on irc.example.org``.
    """
    html = Templates(event, channel=channel)
    return (
        BoardPage(event, html),
        JsonFeed(event),
        SignagePage(event, html),
        PadsPage(html),
        IndexPage(html, registry),
        Calendars(event, TrackLinks(LINKS, etherpad_url, meeting_url), write_calendar),
        StaticFiles(html),
        TrackPages(event, html),
        HistoryPage(event, html),
        HistoryFeed(),
    )
