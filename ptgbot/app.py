"""The running bot: builds the parts, runs them, stops them in order."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

from ptgbot.cards import PlacedCards, channels_of
from ptgbot.catalogue import MIGRATIONS, TABLES, EventRules, make_exporters, make_keeper, make_registry
from ptgbot.config import Config
from ptgbot.core.changes import Cause, Change
from ptgbot.core.clock import Clock, Event, SystemClock
from ptgbot.core.commands import Registry
from ptgbot.core.deliveries import Deliveries
from ptgbot.core.dispatch import Dispatcher
from ptgbot.core.help import Rest
from ptgbot.core.messages import Target
from ptgbot.core.protocols import Fetch, Network, NotSaved
from ptgbot.delivery import SendQueue
from ptgbot.delivery.timers import ClockTimers
from ptgbot.features.admin.commands import new_day
from ptgbot.features.history.commands import Purge
from ptgbot.features.history.journal import Journal
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.keeper import OpenSpaceKeeper
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.openspaces.staff import FetchPost
from ptgbot.features.reminders.keeper import ReminderKeeper
from ptgbot.features.reminders.sender import Sender
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.subscriptions.notifier import Notifier
from ptgbot.features.topics.model import STALE_AFTER
from ptgbot.forgetting import Forgetting
from ptgbot.listening import Listening, post_fetcher
from ptgbot.organisers import Organisers
from ptgbot.reception import Reception
from ptgbot.recovery import finish_restore
from ptgbot.site.command import PublishCommand
from ptgbot.site.html import Templates
from ptgbot.site.publisher import Publisher
from ptgbot.store import DurableStore
from ptgbot.takeover import move_original, take_over
from ptgbot.wiring import IRC, SLACK, boards_of, channel_of, networks_of, templates_of

__all__ = [
    "Bot",
    "new_id",
    "open_bot",
    "open_store",
    "registry_of",
    "run",
]

_log = logging.getLogger(__name__)

HOW_TO_LOG_IN = "say /msg NickServ IDENTIFY PASSWORD, or set up SASL in your client"  # on IRC
_HOUR = 3600.0  # seconds
_LAST_WORDS = 1.5  # seconds to send what waits, and to publish the last Change, at the end
_LAST_COMMAND = 6.0  # seconds for the publish_command after that


async def fetch_url(url: str, *, private: bool = False) -> bytes:
    """Return what a URL holds, as ``features/admin/fetch.py`` does it.

    Args:
        url: An http or https address.
        private: Whether addresses of private networks and this machine are allowed.

    Raises:
        Refused: It may not, or could not, be fetched; the text says why.
    """
    # Slow to load, and few events ever fetch anything. In a thread, for it would hold up the loop.
    loaded = await asyncio.to_thread(import_module, "ptgbot.features.admin.fetch")
    content: bytes = await loaded.fetch_url(url, private=private)
    return content


def new_id() -> str:
    """Return an id that no document has."""
    return uuid.uuid4().hex


async def _nobody(keys: tuple[str, ...]) -> None:  # noqa: ARG001 - a Purge
    raise RuntimeError("this registry is for reading about commands, not for running them")


def registry_of(
    event: Event,
    rest: Rest,
    fetch: Fetch = fetch_url,
    purge: Purge = _nobody,
    *,
    reminders: ReminderSettings | None = None,
    networks: Iterable[str] = (),
    desk: Desk | None = None,
    fetch_post: FetchPost | None = None,
) -> Registry:
    """Return every command, for an event."""
    documentation = f"{event.site_url}/index.html#commands" if event.site_url else "the site's page of links"
    return make_registry(
        fetch=fetch,
        purge=purge,
        network=IRC,
        rest=rest,
        documentation=documentation,
        reminders=reminders,
        networks=networks,
        desk=desk,
        fetch_post=fetch_post,
    )


async def open_store(config: Config, clock: Clock) -> DurableStore:
    """Return the store, locked, read and started; the file of an original bot is taken over first.

    Args:
        config: Where the store is, or will be.
        clock: The time.

    Raises:
        StoreInUse: Another process has it.
        StoreUnreadable: It is damaged, or of another version.
        BadImport: The original bot's file cannot be taken over.
        OSError: The disk refuses it.
    """
    path, event = config.store_path, config.event
    store = DurableStore(path, TABLES, keep_backups=config.keep_backups, migrations=MIGRATIONS)
    store.lock()
    try:
        move_original(path, config.db_filename, event=event, network=IRC, at=clock.now())
        store.read()
        store.start()
        await take_over(store, event=event, network=IRC, at=clock.now())
        calendar = make_keeper(store, event)
        calendar.catch_up(clock.now())
        await finish_restore(store, calendar, clock.now())
    except BaseException:
        await store.close()
        raise
    return store


class Bot:
    """All the parts, connected.

    Args:
        event: The conference.
        store: The store, started.
        site_dir: Where the site is published.
        networks: Where people are.
        channel: Where people type commands, as the pages name it.
        clock: The time.
        fetch: Brings what a URL holds.
        history_days: For how many days it is kept who changed what.
        html: The site's templates, where they are not our own ones with that channel.
        stale_after: How long what is on now is believed after it was said.
        login: The networks whose people have to log in before they give commands, with how to do that there.
        publish_command: What to run after files of the site changed; empty for nothing.
        boards: The channels in which bulletins stand.
        reminders: What the event wants of reminders.
        openspaces: What it wants of open spaces.
    """

    def __init__(
        self,
        *,
        event: Event,
        store: DurableStore,
        site_dir: Path,
        networks: Sequence[Network],
        channel: str = "",
        clock: Clock | None = None,
        fetch: Fetch = fetch_url,
        history_days: int = 365,
        html: Templates | None = None,
        stale_after: timedelta = STALE_AFTER,
        login: Mapping[str, str] | None = None,
        publish_command: str = "",
        boards: Sequence[Target] = (),
        reminders: ReminderSettings | None = None,
        openspaces: OpenSpaceSettings | None = None,
    ) -> None:
        self._clock = clock = clock or SystemClock()
        rest = Rest()
        settings = reminders or ReminderSettings()
        openspaces = openspaces or OpenSpaceSettings()
        desk = Desk(event, openspaces)
        names = [network.name for network in networks]
        registry = registry_of(
            event,
            rest,
            fetch,
            self._purge,
            reminders=settings,
            networks=names,
            desk=desk,
            fetch_post=post_fetcher(networks),
        )
        self.store = store
        self.reminders = ReminderKeeper(store, event, settings)
        self.openspaces = OpenSpaceKeeper(self.reminders, desk, settings.targets)
        self.calendar = make_keeper(self.openspaces, event)
        self.networks = {network.name: network for network in networks}
        # IRC delivers each line once.
        self.deliveries = Deliveries(self.calendar, (name for name in self.networks if name != IRC))
        self.journal = Journal(self.deliveries, history_days)
        self.queue = SendQueue(networks)
        self.listening = Listening(self.journal, desk, clock, self.warn)
        self.cards = PlacedCards(
            store=self.deliveries,
            event=event,
            clock=clock,
            settings=openspaces,
            channels=channels_of(openspaces, SLACK) if SLACK in self.networks else {},
            submit=self.queue.submit,
        )
        self.reception = Reception(
            presence=self.queue,
            store=self.deliveries,
            event=event,
            clock=clock,
            submit=self.queue.submit,
            warn=self.warn,
            cards=self.cards,
            came=lambda actor: self.sender.came(actor),  # noqa: PLW0108 - it is made later
            posts=self.listening,
            boards=boards,
        )
        self.timers = ClockTimers(clock)
        self.sender = Sender(
            store=self.deliveries,
            event=event,
            settings=settings,
            clock=clock,
            timers=self.timers,
            submit=self.queue.submit,
            tell=self.warn,
            ask=lambda name, question: self.organisers.tell(question, name),
            new_day=new_day,
            commands=self.journal,
        )
        self.notifier = Notifier(store.view, self.queue.submit, locate=self._locate)
        exporters = make_exporters(event, registry, channel, html=html, stale_after=stale_after, openspaces=openspaces)
        self.organisers = Organisers(networks, self.queue.submit)
        self.command = PublishCommand(publish_command, site_dir, self.warn) if publish_command else None
        on_change = self.command.changed if self.command else lambda: None
        self.publisher = Publisher(site_dir, exporters, store, clock, warn=self.warn, on_change=on_change)
        self.forgetting = Forgetting(store, self.publisher)
        self.dispatcher = Dispatcher(
            registry=registry,
            rules=EventRules(login),
            store=self.journal,
            event=event,
            clock=clock,
            networks=self.networks,
            submit=self.queue.submit,
            waiting=self.queue.waiting,
            rest=rest,
            new_id=new_id,
            again=self.deliveries.again,
        )
        # A durable Change goes to who asked, to who subscribed, to the networks, to the site; each whether or not
        # another one fails.
        store.listen(lambda change: self.dispatcher.saved(change.seq))
        store.listen(self.notifier.changed)
        store.listen(self.sender.changed)
        store.listen(self.listening.changed)
        store.listen(self.reception.changed)
        store.listen(self.cards.changed)
        store.listen(self._show)
        store.listen(self.publisher.changed)
        store.on_failure(self.dispatcher.rolled_back)
        store.on_failure(self.listening.rolled_back)
        store.on_failure(lambda _seq, _reason: self._show())
        store.on_failure(lambda _seq, _reason: self.cards.taken_back())

    def warn(self, text: str) -> None:
        """Tell the organisers, wherever they are, what only they should know."""
        self.organisers.tell(text)

    def _locate(self, target: Target) -> Target | None:
        network = self.networks.get(target.network)
        return target if network is None else network.locate(target)

    def _show(self, change: Change | None = None) -> None:
        """Have the networks show what is so, after a Change or after some were taken back."""
        if change is None or change.cause is not Cause.DELIVERY:
            for network in self.networks.values():
                network.changed()

    async def _purge(self, keys: tuple[str, ...]) -> None:
        await self.forgetting.purge(keys)

    async def _expire(self) -> None:
        """Remove what is kept no longer, and finish what was interrupted, every hour, until cancelled."""
        while True:
            await self.forgetting.resume()
            try:
                self.journal.expire(self._clock.now())
                self.deliveries.expire(self._clock.now())
                self.calendar.catch_up(self._clock.now())
                self.reminders.expire(self._clock.now())
                self.openspaces.expire(self._clock.now())
                self.cards.catch_up()
            except NotSaved as error:
                _log.warning("What is too old could not be removed (%s); tried again in an hour.", error)
            await asyncio.sleep(_HOUR)

    def _take_up_reminders(self) -> None:
        """Plan what there is to be by now, and go on with what was planned before the start."""
        try:
            self.reminders.catch_up(self._clock.now())
            self.openspaces.catch_up(self._clock.now())
        except NotSaved as error:
            _log.warning("Reminders could not be planned anew (%s): those that were planned go out.", error)
        self.sender.start()

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop; then end in order, with everything that was accepted on disk."""
        self._take_up_reminders()
        self.reception.catch_up()
        self.cards.catch_up()
        works = [self.publisher.run(), self.queue.run(), self.organisers.run(), self.timers.run(), self._expire()]
        works.append(self.listening.run())
        if self.command:
            works.append(self.command.run())
        parts = [asyncio.ensure_future(work) for work in works]
        links = [asyncio.ensure_future(n.run(self.dispatcher.accept, self.reception)) for n in self.networks.values()]
        stopped = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({stopped, *parts, *links}, return_when=asyncio.FIRST_COMPLETED)
            for task in (*parts, *links):
                if task.done():  # none of them ends by itself: this raises why it did
                    task.result()
        finally:
            stopped.cancel()
            await self._end(links, parts)

    async def _end(self, links: Sequence["asyncio.Future[None]"], parts: Sequence["asyncio.Future[None]"]) -> None:
        await self.dispatcher.close()
        self.sender.close()
        await self._last_words()
        self.cards.close()
        await self.notifier.close()
        await _cancel(links)
        await self.store.close()
        try:
            await asyncio.wait_for(self.publisher.idle(), _LAST_WORDS)
        except TimeoutError:
            _log.warning("The last Change could not be published in time; the next start does it.")
        if self.command and not await self.command.finish(_LAST_COMMAND):
            _log.warning("The last Change could not be passed on in time; the next start does it.")
        await _cancel(parts)

    async def _last_words(self) -> None:
        """Let answers out that are waiting, for the disk too, if they can go at once."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                with contextlib.suppress(NotSaved):
                    await self.store.saved(self.store.view.seq)
                await self.queue.emptied()


async def _cancel(tasks: Sequence["asyncio.Future[None]"]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_LAST_WORDS)


async def open_bot(config: Config) -> Bot:
    """Return the bot of a configuration, its store opened.

    Raises:
        StoreInUse, StoreUnreadable, BadImport, OSError: It cannot start.
    """
    clock = SystemClock()
    config.site_dir.mkdir(parents=True, exist_ok=True)
    store = await open_store(config, clock)
    return Bot(
        event=config.event,
        store=store,
        site_dir=config.site_dir,
        networks=networks_of(config),
        channel=channel_of(config),
        clock=clock,
        fetch=partial(fetch_url, private=config.fetch_private),
        history_days=config.history_days,
        html=templates_of(config),
        stale_after=timedelta(minutes=config.stale_after),
        login={IRC: HOW_TO_LOG_IN} if config.irc_require_account else None,
        publish_command=config.publish_command,
        boards=boards_of(config),
        reminders=config.reminders,
        openspaces=config.openspaces,
    )


async def run(config: Config, stop: asyncio.Event) -> None:
    """Run the bot of a configuration until told to stop.

    Raises:
        StoreInUse, StoreUnreadable, BadImport, OSError: It cannot start.
    """
    bot = await open_bot(config)
    await bot.run(stop)
