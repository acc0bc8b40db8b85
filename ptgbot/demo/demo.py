"""``ptgbot demo``: an IRC server, the bot, the sample event and the site, all on this machine."""

import asyncio
import logging
import os
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from ptgbot.app import Bot
from ptgbot.catalogue import TABLES
from ptgbot.core.clock import Event, SystemClock
from ptgbot.core.messages import Target
from ptgbot.demo.event import sample_event, this_week
from ptgbot.demo.ircd import DemoServer
from ptgbot.demo.prompt import Prompt
from ptgbot.demo.terminal import Terminal
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.networks.irc import IRCNetwork, IRCSettings
from ptgbot.site.web import Server, serve
from ptgbot.store import DurableStore
from ptgbot.takeover import import_file
from ptgbot.wiring import IRC

__all__ = ["local_zone", "run_demo"]

HOST = "127.0.0.1"
CHANNEL = "#demo"
NICK = "ptgbot"

_BANNER = """\
This is ptgbot with a sample event, all on this machine; what you do is gone when it ends.

  The page:   {site}/ptg.html        (and {site}/ for the rest)
  IRC:        join with any client: server {host}, port {irc}, no TLS, channel {channel}

What you type here goes into {channel}, as a moderator types it. Try these, and watch the page:

  #nova now discussing cells
  #nova next placement at 15:00
  #docs book {free}
  +in #nova
  ~motd add info Lunch is at 12:30
  +help                                  (/quit or Ctrl-D ends the demo, /help lists what else there is)
"""


class _TerminalLog(logging.Handler):
    """Shows log lines above the line that is being typed."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(logging.WARNING)
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record."""
        self._terminal.print_line(f"! {self.format(record)}")


def local_zone() -> ZoneInfo:
    """Return the zone of this machine's wall clock; UTC where it cannot be told."""
    named = os.environ.get("TZ", "").lstrip(":")
    link = str(Path("/etc/localtime").resolve())
    for name in (named, link.partition("/zoneinfo/")[2]):
        try:
            return ZoneInfo(name.removeprefix("Etc/"))
        except (ValueError, OSError):  # no such zone, or no name at all
            continue
    return ZoneInfo("UTC")


async def run_demo(stop: asyncio.Event, *, site_port: int, irc_port: int) -> None:
    """Run the demo until it is told to stop, or the person at the prompt ends it.

    Args:
        stop: Ends it.
        site_port: Where the site is served; another port where that one is taken.
        irc_port: Where the IRC server listens; another port where that one is taken.
    """
    async with AsyncExitStack() as stack:
        terminal = stack.enter_context(Terminal.standard())
        log = _TerminalLog(terminal)
        logging.getLogger().addHandler(log)
        stack.callback(logging.getLogger().removeHandler, log)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ptgbot-demo-")))
        server = await _irc_server(stack, irc_port)

        prompt = Prompt("you", CHANNEL, terminal.read_line, terminal.print_line, interactive=terminal.interactive)
        await prompt.join(HOST, server.port)  # first, so that it is the channel's operator
        stack.push_async_callback(prompt.leave)

        network = IRCNetwork(
            IRCSettings(nick=NICK, password="", server=HOST, port=server.port, channel=CHANNEL, interval=0.0),
            name=IRC,
        )
        site = await _serve(folder / "html", site_port)
        stack.push_async_callback(site.stop)
        address = f"http://{HOST}:{site.port}"
        ended = asyncio.Event()
        bot, free = await _bot(folder, network, address)
        running = asyncio.ensure_future(bot.run(ended))
        stack.push_async_callback(_end, running, ended)
        await _first({running}, asyncio.ensure_future(_ready(bot, network)))
        for line in _BANNER.format(site=address, host=HOST, irc=server.port, channel=CHANNEL, free=free).splitlines():
            terminal.print_line(line)
        await _first({running, asyncio.ensure_future(stop.wait())}, asyncio.ensure_future(prompt.run()))


async def _irc_server(stack: AsyncExitStack, port: int) -> DemoServer:
    try:
        return await stack.enter_async_context(DemoServer(HOST, port))
    except OSError:
        return await stack.enter_async_context(DemoServer(HOST, 0))


async def _serve(folder: Path, port: int) -> Server:
    try:
        return await serve(folder, HOST, port)
    except OSError:
        return await serve(folder, HOST, 0)


async def _bot(folder: Path, network: IRCNetwork, address: str) -> tuple[Bot, str]:
    """Return the bot with the sample event moved to this week, and the code of a slot that is free."""
    clock = SystemClock()
    zone = local_zone()
    moved, first_day = this_week(sample_event(), clock.now().astimezone(zone).date(), zone)
    event = Event("Sample event", zone, first_day, address)
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    await import_file(store, orjson.dumps(moved), event=event, network=IRC, at=clock.now())
    free = next(
        f"{room}-{slot}" for room, slots in moved["schedule"].items() for slot, track in slots.items() if track == ""
    )
    reminders = ReminderSettings(slots=(), targets=(Target(IRC, CHANNEL),), irc_channels=(CHANNEL,))
    return Bot(
        event=event,
        store=store,
        site_dir=folder / "html",
        networks=[network],
        channel=CHANNEL,
        clock=clock,
        reminders=reminders,
    ), free


async def _ready(bot: Bot, network: IRCNetwork) -> None:
    await network.joined()
    await bot.publisher.idle()


async def _first(others: "set[asyncio.Future[Any]]", wanted: "asyncio.Future[Any]") -> None:
    """Wait for one of several; let the wanted one go if it was another, and raise what it raised."""
    done, _ = await asyncio.wait({wanted, *others}, return_when=asyncio.FIRST_COMPLETED)
    if wanted not in done:
        wanted.cancel()
        await asyncio.wait({wanted})
    for task in done:
        task.result()


async def _end(running: "asyncio.Future[None]", ended: asyncio.Event) -> None:
    ended.set()
    await asyncio.wait({running}, timeout=5)
