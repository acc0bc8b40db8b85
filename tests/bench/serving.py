"""What ``ptgbot-web`` hands out in a second while very many pages are open, and how soon those are told of a change."""

import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ptgbot.site.files import SiteFiles
from tests.live.ngircd import free_port

__all__ = ["LISTENERS", "Served", "measure_serving"]

LISTENERS = 500
ASKERS = 16  # connections that ask, each for one thing at a time
PAGE = b"<li id=now-nova><p class=topic>What to drop from the next release</p></li>\n" * 2500  # as large as a board
_PROGRAM = "import sys; from ptgbot.cli import web; web()"


@dataclass(frozen=True, slots=True)
class Served:
    """What the web server does with 500 listeners.

    Args:
        looks: Answers a second to pages that look whether something changed, and nothing did.
        pages: Whole pages a second, compressed.
        told: Seconds from a change on disk until the last listener was told.
    """

    looks: float
    pages: float
    told: float


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[int]:
    port = free_port()
    config = {"irc_nick": "x", "irc_server": "localhost", "irc_channel": "#x", "db_filename": str(folder / "x.json")}
    (folder / "config.json").write_text(json.dumps({**config, "site_dir": str(folder / "site")}))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, "-p", str(port), "--host", "127.0.0.1", str(folder / "config.json")),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bytes:
    """Return the head of an answer, after all of it was read."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    if length and b" 304 " not in head.partition(b"\r\n")[0]:
        await reader.readexactly(int(length[1]))
    return head


def _request(path: str, **headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: bench", *(f"{name.replace('_', '-')}: {v}" for name, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


async def _per_second(port: int, request: bytes, status: bytes, seconds: float) -> float:
    until = time.perf_counter() + seconds

    async def asker() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        count = 0
        while time.perf_counter() < until:
            head = await _ask(reader, writer, request)
            if status not in head.partition(b"\r\n")[0]:
                raise RuntimeError(head.decode())
            count += 1
        writer.close()
        return count

    began = time.perf_counter()
    counts = await asyncio.gather(*[asker() for _ in range(ASKERS)])
    return sum(counts) / (time.perf_counter() - began)


class _Listener:
    """An open page that listens."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.told = 0.0

    async def run(self, ready: asyncio.Semaphore) -> None:
        """Listen until something changes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(_request("/events"))
            await reader.readuntil(b"event: live")  # what holds
            ready.release()
            await reader.readuntil(b"event: live")  # what changed
            self.told = time.perf_counter()
        finally:
            writer.close()


async def _measure(seconds: float) -> Served:
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
        folder = Path(name)
        files = SiteFiles(folder / "site")
        files.open()
        files.update({"index.html": b"the links", "ptg.html": PAGE}, ())
        async with _server(folder) as port:
            ready = asyncio.Semaphore(0)
            listeners = [_Listener(port) for _ in range(LISTENERS)]
            tasks = [asyncio.create_task(one.run(ready)) for one in listeners]
            for _ in listeners:
                await ready.acquire()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = await _ask(reader, writer, _request("/live.json"))
            tag = re.search(rb'etag: ("[^"]+")', head, re.IGNORECASE)
            writer.close()
            if tag is None:
                raise RuntimeError(head.decode())
            look = _request("/live.json", If_None_Match=tag[1].decode())
            looks = await _per_second(port, look, b" 304 ", seconds)
            pages = await _per_second(port, _request("/ptg.html", Accept_Encoding="gzip"), b" 200 ", seconds)
            await asyncio.sleep(0.5)
            began = time.perf_counter()
            files.update({"ptg.html": PAGE + b"<p>new"}, ())
            await asyncio.gather(*tasks)
            return Served(looks, pages, max(one.told for one in listeners) - began)


def measure_serving(seconds: float = 4.0) -> Served:
    """Return what the web server does with 500 listeners.

    Args:
        seconds: How long to measure each.
    """
    return asyncio.run(_measure(seconds))
