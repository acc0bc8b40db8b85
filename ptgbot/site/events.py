"""Server-sent events: open pages are told at once what they would otherwise see when they look next.

A listener is sent what ``live.json`` holds, whenever it holds something else. Nothing is queued: who reads slowly gets
the newest next, and who does not read at all is let go. The file is looked at by opening it, a few times a second and
only while somebody listens; notifications of the file system do not come from other machines' disks.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import hashlib
import os
import random
import resource
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from aiohttp import hdrs, web

__all__ = ["Events"]

LOOK_SECONDS = 0.25
BEAT_SECONDS = 10.0  # of silence, after which a listener is told that the line is alive
SLOW_SECONDS = 20.0  # that a listener may take to read
RETRY_SECONDS = (1.0, 5.0)  # after a break; each listener gets a time of its own, so that they do not come back at once
MOST_LISTENERS = 10_000
SPARE_FILES = 256  # of the files that the process may have open, for everything else


class Events:
    """Tells listeners what is in a file.

    Args:
        file: ``live.json``; it need not be there yet.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._identity: tuple[int, int, int] | None = None
        self._message = b""
        self._tag = ""
        self._news = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None
        self._ended = False
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._most = MOST_LISTENERS if files == resource.RLIM_INFINITY else min(MOST_LISTENERS, files - SPARE_FILES)
        self.listeners = 0

    async def listen(self, request: web.Request, headers: Mapping[str, str]) -> web.StreamResponse:
        """Answer a request with events, until the listener goes or the server ends.

        Args:
            request: The request.
            headers: What the answer has besides its own headers.
        """
        own = {
            "Content-Type": "text/event-stream; charset=utf-8",
            "Cache-Control": "no-store, no-transform",
            "X-Accel-Buffering": "no",  # what nginx and others take as: hand it on as it comes
        }
        if request.method == hdrs.METH_HEAD:
            return web.Response(headers=own)
        if self.listeners >= self._most or self._ended:
            return web.Response(status=503, text="Too many are listening.\n", headers={"Retry-After": "60"})
        response = web.StreamResponse(headers={**headers, **own})
        self.listeners += 1
        try:
            await self._watch()
            await response.prepare(request)
            with suppress(ConnectionError, TimeoutError):
                await self._tell(request, response)
        finally:
            self.listeners -= 1
            if not self.listeners and self._watcher is not None:
                self._watcher.cancel()
                self._watcher = None
        return response

    async def _tell(self, request: web.Request, response: web.StreamResponse) -> None:
        seen = request.headers.get("Last-Event-ID", "")
        message = f"retry: {random.uniform(*RETRY_SECONDS) * 1000:.0f}\n".encode()  # noqa: S311 - no secret
        while not self._ended:
            news = self._news
            message += self._message if seen != self._tag else b"event: still\ndata:\n\n"
            seen = self._tag
            try:
                async with asyncio.timeout(SLOW_SECONDS):
                    await response.write(message)
            except TimeoutError:
                if request.transport is not None:
                    request.transport.abort()
                raise
            message = b""
            # Not all in one instant: the beats of listeners who came together drift apart.
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS * random.uniform(0.8, 1.0)):  # noqa: S311 - no secret
                    await news.wait()

    def end(self) -> None:
        """Let every listener go."""
        self._ended = True
        self._news.set()

    # -- the file -----------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Have the file watched, and return once it was looked at."""
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._run())
            self._identity = None
        while self._identity is None and not self._watcher.done():
            await self._look()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        identity, content = await asyncio.to_thread(_read, self._file, self._identity)
        if identity == self._identity:
            return
        self._identity = identity
        tag = hashlib.blake2b(content, digest_size=6).hexdigest() if content else ""
        if tag == self._tag:
            return
        self._tag = tag
        lines = content.decode("utf-8", "replace").splitlines()
        self._message = "".join([f"id: {tag}\nevent: live\n", *(f"data: {line}\n" for line in lines), "\n"]).encode()
        news, self._news = self._news, asyncio.Event()
        news.set()


def _read(file: Path, known: tuple[int, int, int] | None) -> tuple[tuple[int, int, int], bytes]:
    """Return what tells a file from the one before, and what it holds, if it is another one than is known."""
    try:
        with file.open("rb") as opened:  # which is what makes network file systems look anew
            status = os.fstat(opened.fileno())
            identity = (status.st_ino, status.st_size, status.st_mtime_ns)
            return identity, b"" if identity == known else opened.read()
    except OSError:
        return (0, 0, 0), b""
