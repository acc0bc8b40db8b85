"""A site that changes while a browser looks at it: on any static host, and with ptgbot-web."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ptgbot.app import registry_of
from ptgbot.catalogue import make_exporters
from ptgbot.core.clock import Event
from ptgbot.core.help import Rest
from ptgbot.site.files import SiteFiles
from ptgbot.site.web import serve
from ptgbot.store.state import State
from tests.build import AT, BERLIN

__all__ = ["LiveSite", "StaticHost", "static_host", "web_server"]

CHANNEL = "#harbor on irc.example.org"


class LiveSite:
    """The published files of a state, put in place as the bot does it.

    Args:
        folder: Where.
        state: What is published.
        event: The conference.
    """

    def __init__(self, folder: Path, state: State, event: Event = BERLIN) -> None:
        self.state = state
        self.folder = folder
        self._exporters = make_exporters(event, registry_of(event, Rest()), CHANNEL)
        self._files = SiteFiles(folder)
        self._files.open()

    def publish(self, *only: str, now: datetime = AT) -> None:
        """Put everything in place, or only some paths."""
        view = self.state.public
        contents: dict[str, bytes] = {}
        for exporter in self._exporters:
            for path in exporter.paths(view):
                if path not in contents and (not only or path in only):
                    contents[path] = exporter.render(path, view, now)
        assert self._files.update(contents, ()) == {}


class _Handler(SimpleHTTPRequestHandler):
    """A static host as simple as they come: it knows files by their date, and dates to the second."""

    server: "StaticHost"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].lstrip("/")
        self.server.asked[path] += 1
        if self.server.status is not None:
            self.send_error(self.server.status)
            return
        super().do_GET()

    def send_response(self, code: int, message: str | None = None) -> None:
        self.server.answered[HTTPStatus(code)] += 1
        super().send_response(code, message)

    def end_headers(self) -> None:
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing: the tests look at the browser's side."""


class StaticHost(ThreadingHTTPServer):
    """A static host that counts, and can fail.

    Attributes:
        asked: How often each path was asked for.
        answered: How often it answered what.
        status: What it answers to everything; None while it works.
        headers: What it says besides.
    """

    daemon_threads = True

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.asked: Counter[str] = Counter()
        self.answered: Counter[HTTPStatus] = Counter()
        self.status: HTTPStatus | None = None
        self.headers: dict[str, str] = {}
        super().__init__(("127.0.0.1", port), partial(_Handler, directory=str(folder)))

    def handle_error(self, *_: Any) -> None:
        """Say nothing of browsers that went in the middle of an answer."""

    @property
    def address(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def static_host(folder: Path, port: int = 0) -> Iterator[StaticHost]:
    """Serve a folder as any static host does."""
    host = StaticHost(folder, port)
    thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.shutdown()
        host.server_close()
        thread.join()


@contextmanager
def web_server(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve a folder with ptgbot-web, in a thread of its own; give the address without a slash at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(serve(folder, "127.0.0.1", port), loop).result()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
