"""The commands ``ptgbot`` and ``ptgbot-web``."""

import asyncio
import configparser
import json
import logging
import logging.config
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ptgbot import __version__
from ptgbot.certificates import certificate_problems
from ptgbot.config import Config, ConfigError, describe, load

if TYPE_CHECKING:
    from ptgbot.store import Restored

__all__ = ["main", "web"]

DONE, FAILED, BAD_CONFIG = 0, 1, 2


class _Group(click.Group):
    """``ptgbot config.json`` runs the bot, as it always did; every other first word is a command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            return super().resolve_command(ctx, ["run", *args])
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # "-d" comes before the file in the original's command line.
        if args and args[0] in ("-d", "--debug"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ptgbot", message="%(prog)s %(version)s")
def main() -> None:
    """What is discussed now and next at an event: typed in chat, shown on a page.

    "ptgbot CONFIG" runs the bot in the foreground until SIGTERM or Ctrl-C.
    """


_PORT = click.IntRange(0, 65535)
_CONFIG = click.argument("config", type=click.Path(path_type=Path))


@main.command("run", short_help="Run the bot (also without the word 'run').")
@click.option("-d", "foreground", is_flag=True, help="Stay in the foreground; the bot always does.")
@_CONFIG
def run_command(*, foreground: bool, config: Path) -> None:
    """Run the bot with a configuration file, in the foreground."""
    del foreground  # kept for those who start the original bot with it
    from ptgbot import app

    loaded = _load(config)
    _start_logging(loaded)
    _until_stopped(lambda stop: app.run(loaded, stop))


@main.command()
@_CONFIG
def check(config: Path) -> None:
    """Say what is wrong with a configuration file, key by key, and what it would connect to."""
    loaded = _load(config)
    for line in describe(loaded):
        click.echo(line)
    problems = [
        *_log_problems(loaded),
        *_folder_problems(loaded),
        *_design_problems(loaded),
        *_command_problems(loaded),
        *certificate_problems(loaded),
    ]
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        sys.exit(BAD_CONFIG)
    click.echo("The configuration is good.")


@main.command()
@_CONFIG
def render(config: Path) -> None:
    """Publish the site from the store, without any network."""
    from ptgbot import app
    from ptgbot.catalogue import make_exporters
    from ptgbot.core.clock import SystemClock
    from ptgbot.core.help import Rest
    from ptgbot.site.publisher import Publisher
    from ptgbot.wiring import templates_of

    loaded = _load(config)
    _start_logging(loaded)

    async def publish() -> None:
        clock = SystemClock()
        store = await app.open_store(loaded, clock)
        try:
            registry = app.registry_of(loaded.event, Rest())
            stale_after = timedelta(minutes=loaded.stale_after)
            exporters = make_exporters(
                loaded.event, registry, html=templates_of(loaded), stale_after=stale_after, openspaces=loaded.openspaces
            )
            loaded.site_dir.mkdir(parents=True, exist_ok=True)
            await Publisher(loaded.site_dir, exporters, store, clock).publish_all()
        finally:
            await store.close()

    _once(publish())
    click.echo(f"The site is in {loaded.site_dir}.")


@main.command("import", short_help="Import an event or a schedule, from a file or a URL, into the store.")
@click.option("--dry-run", "-n", is_flag=True, help="Only say what would change.")
@_CONFIG
@click.argument("source", metavar="FILE-or-URL")
def import_command(*, dry_run: bool, config: Path, source: str) -> None:
    """Import an event or a schedule into the store; the bot must not be running.

    An event is a JSON file in the shape of base.json. A schedule is schedule.json or schedule.xml, as pretalx and
    frab export it, or a table (CSV) with the columns room, day, start, end or duration, track, title.
    """
    from ptgbot import app
    from ptgbot.core.clock import SystemClock
    from ptgbot.core.commands import Refused
    from ptgbot.features.admin.fetch import fetch_url
    from ptgbot.takeover import import_file, preview_import
    from ptgbot.wiring import IRC

    loaded = _load(config)
    _start_logging(loaded)

    async def bring() -> list[str]:
        if source.startswith(("http://", "https://")):
            try:
                content = await fetch_url(source, private=True)
            except Refused as refusal:
                raise _Failed([str(refusal)]) from None
        else:
            try:
                content = await asyncio.to_thread(Path(source).read_bytes)
            except OSError as error:
                raise _Failed([f"{source} cannot be read: {error.strerror or error}"]) from None
        clock = SystemClock()
        if dry_run:
            lines, notes = preview_import(
                loaded.store_path, loaded.db_filename, content, event=loaded.event, network=IRC, at=clock.now()
            )
            return [*(lines or ["Everything in it is here already."]), *(f"Note: {note}." for note in notes)]
        store = await app.open_store(loaded, clock)
        try:
            notes = await import_file(store, content, event=loaded.event, network=IRC, at=clock.now())
        finally:
            await store.close()
        return [f"Note: {note}." for note in notes]

    for line in _once(bring()):
        click.echo(line)
    click.echo("Nothing was changed." if dry_run else f"{source} is imported.")


@main.command(short_help="Go back to a backup of the state.")
@_CONFIG
@click.argument("number", metavar="[N]", type=click.IntRange(min=1), default=1)
def restore(config: Path, number: int) -> None:
    """Put backup N, 1 being the newest, in the place of the store; what it replaces is kept aside."""
    from ptgbot.catalogue import MIGRATIONS, TABLES
    from ptgbot.recovery import note_restore
    from ptgbot.store import restore as restore_store

    loaded = _load(config)

    async def go_back() -> "Restored":
        restored = restore_store(loaded.store_path, number, TABLES, migrations=MIGRATIONS)
        note_restore(loaded.store_path)
        return restored

    done = _once(go_back())
    when = f", of {loaded.event.local(done.at):%Y-%m-%d %H:%M %Z}" if done.at else ""
    click.echo(f"{done.backup.name}, up to change c{done.seq}{when}, is the store now.")
    click.echo(f"What it replaced is in {done.aside}.")


@main.group()
def openspaces() -> None:
    """Open spaces: sessions that people announce in posts."""


@openspaces.command("try")
@_CONFIG
@click.argument("text", required=False)
@click.option("--posted-at", metavar="TIME", help="When TEXT was posted (ISO); now by default.")
def openspaces_try(*, config: Path, text: str | None, posted_at: str | None) -> None:
    """Say what would become of posts: TEXT, or JSON lines {"text", "posted_at"} from standard input."""
    from ptgbot.config import open_space_rules
    from ptgbot.features.openspaces.reading.reader import Reader
    from ptgbot.openspaces_try import judge, names_zone

    try:
        reader = Reader(open_space_rules(config, lambda text: click.echo(text, err=True)))
    except ConfigError as error:
        _end_with(error)
    if not names_zone(config):
        click.echo("The configuration has no event.timezone: times are in UTC.", err=True)
    lines: Iterable[bytes] = sys.stdin.buffer if sys.stdin else ()  # None where it is closed
    if text is not None:
        lines = [json.dumps({"text": text, "posted_at": posted_at}).encode()]
    failed = False
    for judged in judge(reader, lines, datetime.now(UTC)):
        click.echo(judged.line)
        if judged.problem:
            click.echo(judged.problem, err=True)
            failed = True
    if failed:
        sys.exit(FAILED)


@main.command()
@click.option("-p", "--port", type=_PORT, default=8000, show_default=True, help="Port of the site.")
@click.option("--irc-port", type=_PORT, default=6667, show_default=True, help="Port of the IRC server.")
def demo(port: int, irc_port: int) -> None:
    """Run everything on this machine: an IRC server, the bot, the site and a prompt."""
    from ptgbot.demo.demo import run_demo

    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    _until_stopped(lambda stop: run_demo(stop, site_port=port, irc_port=irc_port))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-d", "foreground", is_flag=True, help="Stay in the foreground; it always does.")
@click.option("-p", "--port", type=_PORT, default=8000, show_default=True, help="Port to listen on.")
@click.option("--host", default="", help="Address to listen on; all by default.")
@click.option("--debug", is_flag=True, help="Log every request.")
@_CONFIG
def web(*, foreground: bool, port: int, host: str, debug: bool, config: Path) -> None:
    """Serve the published site."""
    del foreground  # kept for those who start the original with it
    from ptgbot.site.web import serve

    loaded = _load(config)
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, format=_FORMAT)

    async def run(stop: asyncio.Event) -> None:
        server = await serve(loaded.site_dir, host or None, port, log_requests=debug)
        click.echo(f"Serving {loaded.site_dir} on port {server.port}.")
        try:
            await stop.wait()
        finally:
            await server.stop()

    _until_stopped(run)


_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Failed(Exception):
    """What went wrong, a line each."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def _load(path: Path) -> Config:
    """Return the configuration, or end with what is wrong with it."""
    try:
        config, warnings = load(path, os.environ)
    except ConfigError as error:
        _end_with(error)
    for warning in warnings:
        click.echo(f"Warning: {warning}", err=True)
    return config


def _end_with(error: ConfigError) -> NoReturn:
    for problem in error.problems:
        click.echo(problem, err=True)
    for warning in error.warnings:
        click.echo(f"Warning: {warning}", err=True)
    sys.exit(BAD_CONFIG)


def _log_problems(config: Config) -> list[str]:
    """Return what is wrong with the logging file, without starting to log."""
    if config.log_config is None:
        return []
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(config.log_config.read_text(encoding="utf-8"))
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        return [f"log_config: {config.log_config} cannot be used: {' '.join(str(error).split())}"]
    missing = [name for name in ("loggers", "handlers", "formatters") if not parser.has_section(name)]
    return [f"log_config: {config.log_config} has no section [{name}]" for name in missing]


def _folder_problems(config: Config) -> list[str]:
    """Return which folders cannot be made or written to, without making any."""
    problems = []
    for key, folder in (("site_dir", config.site_dir), ("db_filename", config.store_path.parent)):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            problems.append(f"{key}: {there} is no folder that I can write to")
    return problems


def _design_problems(config: Config) -> list[str]:
    """Return what is wrong with the logo, and with the templates once every page is made with them."""
    from ptgbot.site.design import logo_problem

    problems = []
    if config.site_logo is not None and (problem := logo_problem(config.site_logo)):
        problems.append(f"site_logo: {problem}")
    if config.templates_dir is not None:
        from ptgbot.rehearsal import rehearse

        logging.getLogger("ptgbot").addHandler(logging.NullHandler())  # what it finds is told once, here
        wrong, doubts = rehearse(config)
        for doubt in doubts:
            click.echo(f"Warning: templates_dir: {doubt}", err=True)
        problems += [f"templates_dir: {problem}" for problem in wrong]
    return problems


def _command_problems(config: Config) -> list[str]:
    """Return whether the program of publish_command is not there, without running it."""
    if not config.publish_command or shutil.which(program := shlex.split(config.publish_command)[0]):
        return []
    return [f"publish_command: there is no program {program} here that can be run"]


def _start_logging(config: Config) -> None:
    if config.log_config is None:
        logging.basicConfig(level=logging.INFO, format=_FORMAT)
        return
    try:
        logging.config.fileConfig(config.log_config, disable_existing_loggers=False)
    except Exception as error:  # noqa: BLE001 - whatever the file makes the logging module raise
        click.echo(f"log_config: {config.log_config} cannot be used: {error}", err=True)
        sys.exit(BAD_CONFIG)


def _until_stopped(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run something until SIGTERM or Ctrl-C, and end with the right status."""

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await work(stop)
        # It ended in order. A look-up of a name that hangs in a thread must not hold the process for minutes.
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(DONE)

    _once(run())


def _once(work: Coroutine[Any, Any, Any]) -> Any:
    """Run something to its end; where it fails, say so in a line and end with the right status."""
    from ptgbot.core.protocols import NotSaved
    from ptgbot.features.admin.reading import BadImport
    from ptgbot.site.publisher import NotPublished
    from ptgbot.store import NoSuchBackup, StoreInUse, StoreUnreadable

    try:
        return asyncio.run(work)
    except BadImport as error:
        lines = ["Nothing was imported:", *error.problems]
    except _Failed as error:
        lines = error.lines
    except (NoSuchBackup, NotPublished, StoreInUse, StoreUnreadable, NotSaved, OSError) as error:
        lines = [str(error)]
    for line in lines:
        click.echo(line, err=True)
    sys.exit(FAILED)
