"""A small web server for the published site; it knows nothing but its folder.

What it hands out, it keeps in memory, with its compressed form, for as long as the file is the same one. Browsers
ask again each time and are told when nothing changed.
"""

import asyncio
import gzip
import hashlib
import logging
import math
import mimetypes
import os
import socket
import stat
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from aiohttp import hdrs, web

__all__ = ["Server", "make_app", "serve"]

_log = logging.getLogger(__name__)

KEPT_FILE_BYTES = 4 * 1024 * 1024  # a larger file is read from the disk each time
KEPT_BYTES = 48 * 1024 * 1024
SMALLEST_GZIP = 512  # below, it all fits into one packet anyway
STOP_SECONDS = 1.0  # for answers under way

_TYPES = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
_COMPRESSED = (".woff2",)  # in themselves, besides the images, sounds and films
_FEEDS = (".atom", ".ics", ".json", ".xml")  # for programs, which may run in pages of other sites

_HEADERS = {
    # Badges carry their colours in a style attribute; all else is in files of ours. Other sites may frame the pages:
    # there is nothing to click on that would do harm, and walls show them that way.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline';"
        " img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self';"
        " base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Server": "ptgbot-web",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body><h1>{title}</h1><p>{text}</p></body>
</html>
"""
_NOT_FOUND = _PAGE.format(
    title="There is no such page",
    text='Perhaps its track has gone, or the address lost a letter. <a href="/">Everything there is begins here.</a>',
)
_NOT_YET = "Nothing has been published here yet. The bot does that when it starts: please try again in a moment.\n"


@dataclass(frozen=True, slots=True)
class _File:
    """A published file as it is handed out.

    Args:
        identity: What shows whether the file in the folder is still this one.
        content: Its bytes.
        gzipped: The same, compressed; empty where that does not pay.
        tag: What names these bytes.
        changed: When they were written, in whole seconds, rounded up.
    """

    identity: tuple[int, int, int]
    content: bytes
    gzipped: bytes
    tag: str
    changed: int


class _Folder:
    """The folder of the site, and what of it is kept in memory."""

    def __init__(self, site_dir: Path) -> None:
        self._site_dir = site_dir
        self._kept: OrderedDict[Path, _File] = OrderedDict()
        self._size = 0

    def find(self, path: str) -> tuple[Path, os.stat_result] | None:
        """Return the file for a path of a URL; None where there is none that anybody may have."""
        parts = path.split("/")
        if any(not part or part.startswith(".") or "\\" in part or not part.isprintable() for part in parts):
            return None
        try:
            root = self._site_dir.resolve(strict=True)
            found = root.joinpath(*parts).resolve(strict=True)
            # A link may lead to another file of the site, and nowhere else.
            if any(part.startswith(".") for part in found.relative_to(root).parts):
                return None
            status = found.stat()
        except (OSError, ValueError, RuntimeError):
            return None
        return (found, status) if stat.S_ISREG(status.st_mode) else None

    def published(self) -> bool:
        """Return whether there is a site."""
        return self.find("index.html") is not None

    def kept(self, path: Path, status: os.stat_result) -> _File | None:
        """Return a file that is in memory and still the same."""
        file = self._kept.get(path)
        if file is None or file.identity != _identity(status):
            return None
        self._kept.move_to_end(path)
        return file

    def keep(self, path: Path, file: _File) -> None:
        """Hold a file in memory, and let go of those that nobody asked for lately."""
        self._forget(path)
        self._kept[path] = file
        self._size += len(file.content) + len(file.gzipped)
        while self._size > KEPT_BYTES:
            self._forget(next(iter(self._kept)))

    def _forget(self, path: Path) -> None:
        file = self._kept.pop(path, None)
        if file is not None:
            self._size -= len(file.content) + len(file.gzipped)


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _read(path: Path) -> _File:
    """Return a file as it is handed out. Waits for the disk and compresses: for a thread.

    Raises:
        OSError: It has gone, or cannot be read.
    """
    with path.open("rb") as opened:
        status = os.fstat(opened.fileno())
        content = opened.read()
    gzipped = gzip.compress(content, 6, mtime=0) if _pays(path, len(content)) else b""
    if len(gzipped) > len(content) * 0.9:
        gzipped = b""
    tag = hashlib.blake2b(content, digest_size=12).hexdigest()
    return _File(_identity(status), content, gzipped, tag, math.ceil(status.st_mtime))


def _pays(path: Path, size: int) -> bool:
    kind = _content_type(path)
    packed = kind.startswith(("image/", "audio/", "video/")) and path.suffix != ".svg"
    return size >= SMALLEST_GZIP and not packed and path.suffix not in _COMPRESSED


def _content_type(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


# -- answers ------------------------------------------------------------------------------------------------------


def make_app(site_dir: Path) -> web.Application:
    """Return the web server's application.

    Args:
        site_dir: The folder of the site; it need not be there yet.
    """
    folder = _Folder(site_dir)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await _answer(folder, request)

    app = web.Application(middlewares=[_polish])
    app.router.add_route("*", "/{path:.*}", answer)
    return app


@web.middleware
async def _polish(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Give every answer the headers that all of them have."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(_HEADERS)
        raise
    response.headers.update(_HEADERS)
    return response


async def _answer(folder: _Folder, request: web.Request) -> web.StreamResponse:
    if request.method not in (hdrs.METH_GET, hdrs.METH_HEAD):
        raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_GET, hdrs.METH_HEAD])
    found = folder.find(request.match_info["path"] or "index.html")
    if found is None:
        return _nothing(folder)
    path, status = found
    if status.st_size > KEPT_FILE_BYTES:
        return web.FileResponse(path, headers=_headers(path))
    file = folder.kept(path, status)
    if file is None:
        try:
            file = await asyncio.to_thread(_read, path)
        except OSError:
            return _nothing(folder)
        folder.keep(path, file)
    return _respond(request, path, file)


def _nothing(folder: _Folder) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    if not folder.published():
        return web.Response(status=503, text=_NOT_YET, headers={**headers, "Retry-After": "5"})
    return web.Response(status=404, text=_NOT_FOUND, content_type="text/html", headers=headers)


def _headers(path: Path) -> dict[str, str]:
    headers = {"Content-Type": _content_type(path), "Cache-Control": "no-cache"}
    if path.suffix in _FEEDS:
        headers["Access-Control-Allow-Origin"] = "*"
    return headers


def _respond(request: web.Request, path: Path, file: _File) -> web.Response:
    zipped = bool(file.gzipped) and _takes_gzip(request.headers.get("Accept-Encoding", ""))
    # In the second in which a file was written it may change once more. So its date is rounded up, never to the
    # future, and who asks by date alone is told "the same" only once that second is over.
    changed = min(file.changed, int(time.time()))
    headers = {
        **_headers(path),
        "ETag": f'"{file.tag}-gzip"' if zipped else f'"{file.tag}"',
        "Last-Modified": format_datetime(datetime.fromtimestamp(changed, UTC), usegmt=True),
    }
    if file.gzipped:
        headers["Vary"] = "Accept-Encoding"
    if _has_it(request, file):
        del headers["Content-Type"]
        return web.Response(status=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=file.gzipped if zipped else file.content, headers=headers)


def _has_it(request: web.Request, file: _File) -> bool:
    """Return whether the asker holds these very bytes."""
    if "If-None-Match" in request.headers:
        tags = {tag.value for tag in request.if_none_match or ()}
        return not tags.isdisjoint(("*", file.tag, f"{file.tag}-gzip"))
    since = request.if_modified_since
    return since is not None and file.changed <= since.timestamp()


def _takes_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding header wants gzip; a ``*`` counts where gzip has no word of its own."""
    weights: dict[str, float] = {}
    for offer in accepted.lower().split(","):
        coding, _, weight = offer.partition(";")
        try:
            weights[coding.strip()] = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
    return weights.get("gzip", weights.get("*", 0.0)) > 0


# -- the server ---------------------------------------------------------------------------------------------------


class Server:
    """The running web server.

    Args:
        runner: What runs it.
        port: Where it listens.
    """

    def __init__(self, runner: web.AppRunner, port: int) -> None:
        self._runner = runner
        self.port = port

    async def stop(self) -> None:
        """Close the port and every connection; answers under way get a second."""
        await self._runner.cleanup()


async def serve(site_dir: Path, host: str | None = None, port: int = 8000, *, log_requests: bool = False) -> Server:
    """Serve the site until the server is told to stop.

    Args:
        site_dir: The folder of the site; it need not be there yet.
        host: The address to listen on; all of the machine's when there is none.
        port: The port; 0 for any that is free.
        log_requests: Whether each request becomes a line in the log.

    Raises:
        OSError: The address is taken, or none of this machine's.
    """
    listening = _listen(host, port)
    runner = web.AppRunner(make_app(site_dir), access_log=_log if log_requests else None, shutdown_timeout=STOP_SECONDS)
    try:
        await runner.setup()
        await web.SockSite(runner, listening).start()
    except BaseException:
        await runner.cleanup()
        listening.close()
        raise
    return Server(runner, listening.getsockname()[1])


def _listen(host: str | None, port: int) -> socket.socket:
    if host:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    # One socket for both kinds of addresses, so that any free port is the same one for both.
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
        except OSError:
            pass  # a machine without IPv6 addresses; whatever else is wrong, the next line tells
    return socket.create_server(("", port), backlog=128)
