"""What people feel: a line leaves a client of a real IRC server, and is on disk in the pages."""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.event import make_event
from tests.live.irc_client import IRCClient
from tests.live.ngircd import Ngircd, free_port

__all__ = ["Felt", "line_to_page"]

CHANNEL = "#bench"


@dataclass(frozen=True, slots=True)
class Felt:
    """What people feel.

    Args:
        spans: Seconds from line to page, sorted.
        joined: Seconds from start to joined.
        resident: MiB of memory.
    """

    spans: list[float]
    joined: float
    resident: float


@asynccontextmanager
async def _bot(folder: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    config = folder / "config.json"
    (folder / "base.json").write_text(json.dumps(make_event()))
    config.write_text(
        json.dumps(
            {
                "irc_nick": "ptgbot",
                "irc_server": "127.0.0.1",
                "irc_port": port,
                "irc_channel": CHANNEL,
                "db_filename": str(folder / "base.json"),
                "site_dir": str(folder / "html"),
                "event.first_day": "2026-11-23",
            }
        )
    )
    program = [sys.executable, "-m", "ptgbot", str(config)]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*program, stderr=log, env={**os.environ})
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            await process.wait()


def _resident(pid: int) -> float:
    """Return the MiB of memory that a process has resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the process tells nothing of its memory")


async def _on_disk(folder: Path, topic: str) -> None:
    """Return once a topic is in both files; looks every millisecond."""
    wanted = topic.encode()
    for name in ("ptg.json", "ptg.html"):
        path = folder / "html" / name
        while wanted not in path.read_bytes():
            await asyncio.sleep(0.001)


async def _measure(lines: int) -> Felt:
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
        folder = Path(name)
        async with Ngircd(port=free_port()) as server, IRCClient("127.0.0.1", server.port) as client:
            await client.connect("ada")
            await client.join(CHANNEL)
            began = time.perf_counter()
            async with _bot(folder, server.port) as process:
                await client.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}")
                joined = time.perf_counter() - began
                while not all((folder / "html" / name).exists() for name in ("ptg.html", "ptg.json")):
                    await asyncio.sleep(0.01)
                spans = []
                for number in range(lines):
                    topic = f"topic-{number}-of-the-bench"
                    sent = time.perf_counter()
                    client.say(CHANNEL, f"#track{number % 44:03} now {topic}")
                    await asyncio.wait_for(_on_disk(folder, topic), 10)
                    spans.append(time.perf_counter() - sent)
                    await asyncio.sleep(0.05)  # people do not type faster
                return Felt(sorted(spans), joined, _resident(process.pid))


def line_to_page(lines: int = 300) -> Felt:
    """Return what people feel, over so many lines."""
    return asyncio.run(_measure(lines))
