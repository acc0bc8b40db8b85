"""A small web server for the published site; it knows nothing but its folder.

What it hands out, it keeps in memory, with its compressed form, for as long as the file is the same one. Browsers
ask again each time and are told when nothing changed; static files under an address that names their content they
keep. Open pages can listen at ``/events`` for what changes: the answer to ``live.json`` says so.
"""

import logging
import re
import resource
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from aiohttp import hdrs, web

from ptgbot.site.events import Events
from ptgbot.site.folder import KEPT_FILE_BYTES, File, Folder, content_type
from ptgbot.site.live import LIVE

__all__ = ["Server", "make_app", "serve"]

_log = logging.getLogger(__name__)

STOP_SECONDS = 1.0  # for answers under way
MOST_FILES = 16_384

_FEEDS = (".atom", ".ics", ".json", ".txt", ".xml")  # for programs, which may run in pages of other sites
# What browsers ask before a page of another site sends them a tag (https://fetch.spec.whatwg.org/#cors-preflight-fetch).
_PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, Cache-Control",
    "Access-Control-Max-Age": "86400",
}
_EVENTS = "events"
_YEAR = 365 * 24 * 3600  # seconds

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

_BOARD = "ptg.html"
_MISSING = "404.html"
_RELATIVE = re.compile(rb'((?:href|src)=")(?![a-z]+:|[/#"])')  # addresses that begin in the page's own folder
_NOT_FOUND = "There is no such page.\n"
_NOT_YET = "Nothing has been published here yet. The bot does that when it starts: please try again in a moment.\n"


# -- answers ------------------------------------------------------------------------------------------------------


def make_app(site_dir: Path) -> web.Application:
    """Return the web server's application.

    Args:
        site_dir: The folder of the site; it need not be there yet.
    """
    folder = Folder(site_dir)
    events = Events(site_dir / LIVE)

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == hdrs.METH_OPTIONS and Path(request.match_info["path"]).suffix in _FEEDS:
            return web.Response(status=204, headers=_PREFLIGHT)
        if request.method not in (hdrs.METH_GET, hdrs.METH_HEAD):
            raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_GET, hdrs.METH_HEAD])
        if request.match_info["path"] == _EVENTS:
            return await events.listen(request, _HEADERS)
        return await _answer(folder, request)

    async def end(_: web.Application) -> None:
        events.end()

    app = web.Application(middlewares=[_polish])
    app.router.add_route("*", "/{path:.*}", answer)
    app.on_shutdown.append(end)
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
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


async def _answer(folder: Folder, request: web.Request) -> web.StreamResponse:
    wanted = request.match_info["path"]
    if not wanted and folder.find(_BOARD) is not None:
        # Relative: behind a proxy, the site may be in a folder that is not known here.
        raise web.HTTPFound(_BOARD + (f"?{request.query_string}" if request.query_string else ""))
    found = folder.find(wanted or "index.html")
    if found is None:
        return await _nothing(folder, wanted)
    path, status = found
    if status.st_size > KEPT_FILE_BYTES:
        return web.FileResponse(path, headers=_headers(path))
    try:
        file = await folder.file(path, status)
    except OSError:
        return await _nothing(folder, wanted)
    return _respond(request, path, file)


async def _nothing(folder: Folder, wanted: str) -> web.Response:
    """Say that there is no such page, by that which the site has for it."""
    headers = {"Cache-Control": "no-store"}
    if not folder.published():
        return web.Response(status=503, text=_NOT_YET, headers={**headers, "Retry-After": "5"})
    found = folder.find(_MISSING)
    if found is None:
        return web.Response(status=404, text=_NOT_FOUND, headers=headers)
    try:
        page = (await folder.file(*found)).content
    except OSError:
        return web.Response(status=404, text=_NOT_FOUND, headers=headers)
    # It is shown at the address that was asked for, so its links have to lead up from there.
    up = b"../" * wanted.count("/")
    body = _RELATIVE.sub(lambda attribute: attribute[1] + up, page)
    return web.Response(status=404, body=body, content_type="text/html", charset="utf-8", headers=headers)


def _headers(path: Path) -> dict[str, str]:
    headers = {"Content-Type": content_type(path), "Cache-Control": "no-cache"}
    if path.suffix in _FEEDS:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = "ETag"
    if path.name == LIVE:
        headers["Link"] = f'<{_EVENTS}>; rel="alternate"; type="text/event-stream"'
    return headers


def _respond(request: web.Request, path: Path, file: File) -> web.Response:
    zipped = bool(file.gzipped) and _takes_gzip(request.headers.get("Accept-Encoding", ""))
    # In the second in which a file was written it may change once more. So its date is rounded up, never to the
    # future, and who asks by date alone is told "the same" only once that second is over.
    changed = min(file.changed, int(time.time()))
    headers = {
        **_headers(path),
        "ETag": f'"{file.tag}-gzip"' if zipped else f'"{file.tag}"',
        "Last-Modified": format_datetime(datetime.fromtimestamp(changed, UTC), usegmt=True),
    }
    if request.query.get("v") == file.version:
        # Only where it names these very bytes: an address that a page had before they were in place would stay wrong.
        headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    if file.gzipped:
        headers["Vary"] = "Accept-Encoding"
    if _has_it(request, file):
        del headers["Content-Type"]
        return web.Response(status=304, headers=headers)
    if zipped:
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=file.gzipped if zipped else file.content, headers=headers)


def _has_it(request: web.Request, file: File) -> bool:
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
    _allow_many_connections()
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


def _allow_many_connections() -> None:
    """Let this process have as many files open as it may: every listener is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _listen(host: str | None, port: int) -> socket.socket:
    if host:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    # One socket for both kinds of addresses, so that any free port is the same one for both.
    if socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1024)
        except OSError:
            pass  # a machine without IPv6 addresses; whatever else is wrong, the next line tells
    return socket.create_server(("", port), backlog=1024)
