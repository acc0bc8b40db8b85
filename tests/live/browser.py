"""A real Chromium, and a web server for pages that tests made."""

import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

__all__ = ["CHROMIUM", "browser", "serve"]

CHROMIUM = Path(os.environ.get("PTGBOT_CHROMIUM", "/usr/bin/chromium"))


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing: the tests look at the browser's side."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of loopback; give its address without a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def browser(home: Path) -> Iterator[Any]:
    """Start Chromium with a home folder of its own; skip the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    if not CHROMIUM.exists():
        pytest.skip(f"needs Chromium: there is no {CHROMIUM}")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
            env={**os.environ, "HOME": str(home)},
        )
        try:
            yield chromium
        finally:
            chromium.close()
