"""Every feature there is, in order: the one list that the program is built from."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from ptgbot.core.clock import Event
from ptgbot.core.commands import Command, Registry
from ptgbot.core.deliveries import DELIVERIES
from ptgbot.core.documents import View
from ptgbot.core.help import Rest, help_commands
from ptgbot.core.identity import Actor, Role
from ptgbot.core.protocols import Exporter, Fetch, Store
from ptgbot.features.admin.commands import admin_commands
from ptgbot.features.board.pages import BoardPage
from ptgbot.features.board.signage import SignagePage
from ptgbot.features.bulletins.model import CARDS, RECEIPTS
from ptgbot.features.feeds.atom import ChangesFeed
from ptgbot.features.feeds.everything import JsonFeed
from ptgbot.features.feeds.now_and_next import NowAndNext
from ptgbot.features.feeds.schedule import ScheduleFiles
from ptgbot.features.feeds.text import TextBoard
from ptgbot.features.history.commands import Purge, history_commands
from ptgbot.features.history.feed import HistoryFeed
from ptgbot.features.history.model import HISTORY, TRACES
from ptgbot.features.history.pages import HistoryPage
from ptgbot.features.history.today import topics_of_day
from ptgbot.features.history.tracks import TrackPages
from ptgbot.features.linking.codes import Codes
from ptgbot.features.linking.commands import linking_commands
from ptgbot.features.linking.model import LINKS as LINKS_OF_PEOPLE
from ptgbot.features.motd import commands as motd
from ptgbot.features.motd.model import MOTD
from ptgbot.features.openspaces.commands import openspace_commands, post_decisions
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.intake import Intake
from ptgbot.features.openspaces.model import CHOICES, IGNORED, OPENSPACES, POSTS
from ptgbot.features.openspaces.pages import OpenSpacesPage
from ptgbot.features.openspaces.sessions import open_space_sessions
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.openspaces.staff import FetchPost
from ptgbot.features.people import commands as people
from ptgbot.features.people.login import LoginRule
from ptgbot.features.people.model import ACCESS, required_role
from ptgbot.features.presence import commands as presence
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.reminders.commands import reminder_commands
from ptgbot.features.reminders.model import ANNOUNCEMENTS, NUMBERS, REMINDERS, SPEAKERS, WISHES
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule import commands as schedule
from ptgbot.features.schedule.calendars import Calendars
from ptgbot.features.schedule.keeper import CalendarKeeper
from ptgbot.features.schedule.model import BOOKINGS, CALENDAR, DAYS, INFO, ROOMS, TRACKS, check_track
from ptgbot.features.schedule.pages import IndexPage, MissingPage
from ptgbot.features.schedule.sessions import TrackLinks
from ptgbot.features.schedule.slugs import slugs_with
from ptgbot.features.schedule.subscribe import SubscribePage
from ptgbot.features.subscriptions.commands import subscription_commands
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.features.topics import commands as topics
from ptgbot.features.topics.model import LINKS, STALE_AFTER, TOPICS, etherpad_url, meeting_url
from ptgbot.features.topics.pages import PadsPage
from ptgbot.site.html import StaticFiles, Templates
from ptgbot.site.ics import write_calendar
from ptgbot.store import Migration

__all__ = ["MIGRATIONS", "TABLES", "EventRules", "make_exporters", "make_keeper", "make_registry"]

# What the event is made of, which ~emptydb empties; the history of that stays, and who people are.
SCHEDULE = (INFO, TRACKS, DAYS, ROOMS, BOOKINGS, CALENDAR)
OF_OPENSPACES = (POSTS, OPENSPACES)
OF_REMINDERS = (WISHES, ANNOUNCEMENTS, REMINDERS, SPEAKERS)
PLANNED = (*OF_REMINDERS, *OF_OPENSPACES)
CONTENTS = (ACCESS, *SCHEDULE, TOPICS, LINKS, CHECKINS, MOTD, SUBSCRIPTIONS, *PLANNED, RECEIPTS)
TABLES = (*CONTENTS, IGNORED, CHOICES, CARDS, NUMBERS, LINKS_OF_PEOPLE, DELIVERIES, HISTORY, TRACES)


# What brings the documents of older versions to this one, a step each; the first from schema 1 to 2.
MIGRATIONS: tuple[Migration, ...] = ()

_TRACK_LINKS = TrackLinks(LINKS, etherpad_url, meeting_url)


class EventRules:
    """What the event decides about commands: who may give them, and which tracks there are.

    Args:
        login: The networks whose people have to log in before they give commands, with how to do that there.
    """

    def __init__(self, login: Mapping[str, str] | None = None) -> None:
        self._login = LoginRule(login or {})

    def must_log_in(self, actor: Actor) -> bool:
        """Return whether somebody has to log in before their commands are taken."""
        return self._login.must_log_in(actor)

    def refusal(self, actor: Actor, command: Command | None) -> str | None:
        """Return what to tell somebody, in private, whose commands are not taken; empty where they are."""
        return self._login.refusal(actor, command)

    def required_role(self, view: View, command: Command) -> Role:
        """Return the role that somebody needs for a command."""
        return required_role(view, command)

    def check_track(self, view: View, name: str) -> None:
        """Raise Refused where there is no such track."""
        check_track(view, name)


def make_registry(
    *,
    fetch: Fetch,
    purge: Purge,
    network: str,
    rest: Rest,
    documentation: str,
    reminders: ReminderSettings | None = None,
    networks: Iterable[str] = (),
    desk: Desk | None = None,
    fetch_post: FetchPost | None = None,
) -> Registry:
    """Return every command.

    Args:
        fetch: Brings what a URL holds.
        purge: Removes people from everything on disk besides the state.
        network: The network whose nicks imported files name.
        rest: Where the rests of long lists are kept.
        documentation: Where people find all commands described.
        reminders: What the event wants of reminders.
        networks: The names of the networks that there are.
        desk: Decides about posts; None for one that knows no event.
        fetch_post: Brings a post by its link; None where no network can.
    """
    reminders = reminders or ReminderSettings()
    desk = desk or Desk(Event(), OpenSpaceSettings())
    return Registry(
        (
            *topics.COMMANDS,
            *schedule.COMMANDS,
            *presence.COMMANDS,
            *subscription_commands(topics_of_day),
            *help_commands(rest, documentation),
            *motd.COMMANDS,
            *people.COMMANDS,
            *linking_commands(Codes()),
            *history_commands(TABLES, purge),
            *admin_commands(CONTENTS, fetch, network),
            *reminder_commands(reminders, networks, {"p": post_decisions(desk, reminders.targets)}),
            *openspace_commands(desk, Intake(desk), reminders.targets, fetch_post),
        )
    )


def make_keeper(store: Store, event: Event) -> CalendarKeeper:
    """Return a store through which every Change has to go, so that calendars tell of it.

    Args:
        store: The store behind it.
        event: The conference.
    """
    return CalendarKeeper(store, event, _TRACK_LINKS)


def make_exporters(
    event: Event,
    registry: Registry,
    channel: str = "",
    *,
    html: Templates | None = None,
    stale_after: timedelta = STALE_AFTER,
    openspaces: OpenSpaceSettings | None = None,
) -> tuple[Exporter, ...]:
    """Return everything that is published, the most urgent first.

    Args:
        event: The conference.
        registry: Every command.
        channel: Where people type them, as they read it, such as ``#ptg on irc.example.org``.
        html: The site's templates, where they are not our own ones with that channel.
        stale_after: How long what is on now is believed after it was said.
        openspaces: What the event wants of open spaces.
    """
    html = html or Templates(event, channel=channel)
    spaces = open_space_sessions(event)
    return (
        BoardPage(event, html, stale_after, spaces),
        JsonFeed(event),
        NowAndNext(event, stale_after, spaces),
        TextBoard(event, stale_after, spaces),
        SignagePage(event, html, slugs_with(spaces), stale_after, spaces),
        OpenSpacesPage(event, html, spaces, openspaces or OpenSpaceSettings()),
        PadsPage(html),
        IndexPage(html, registry),
        MissingPage(event, html),
        SubscribePage(event, html, spaces),
        Calendars(event, _TRACK_LINKS, write_calendar, spaces),
        ScheduleFiles(event, spaces),
        ChangesFeed(event, spaces),
        StaticFiles(html),
        TrackPages(event, html, stale_after),
        HistoryPage(event, html),
        HistoryFeed(event),
    )
