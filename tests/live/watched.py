"""The whole bot in a process of its own, with a watch on its event loop.

``python -m tests.live.watched CONFIG`` is that process; it tells of every stall on standard output.
"""

import asyncio
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ptgbot.app import run
from ptgbot.config import load
from tests.live.bot import PATIENCE, configure

__all__ = ["WORTH_TELLING", "WatchedBot", "watched_bot"]

BEAT = 0.002  # seconds
WORTH_TELLING = 0.005  # seconds
SCHEDSTAT = Path("/proc/thread-self/schedstat")  # Linux: nanoseconds on a CPU, nanoseconds that it waited for one


def _waited() -> float:
    """Return the seconds for which this thread was ready to run and others had the CPU."""
    return int(SCHEDSTAT.read_text().split()[1]) / 1e9 if SCHEDSTAT.exists() else 0.0


async def _watch() -> None:
    """Tell by how much the loop comes late, and when, for as long as it runs.

    What other programs on the same machine do is no stall of ours: the time for which they had the CPU does not count.
    """
    last, had_waited = time.monotonic(), _waited()
    while True:
        await asyncio.sleep(BEAT)
        now, waited = time.monotonic(), _waited()
        stall = now - last - BEAT - (waited - had_waited)
        if stall > WORTH_TELLING:
            print(f"stall {last} {stall}", flush=True)
        last, had_waited = now, waited


async def _main(path: Path) -> None:
    config, _ = load(path, {})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    watching = asyncio.create_task(_watch())
    await run(config, stop)
    watching.cancel()


class WatchedBot:
    """A bot at work in a process of its own.

    Args:
        process: The process.
        folder: Where its log and its stalls are.
    """

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self._process = process
        self._folder = folder

    @property
    def log(self) -> str:
        """All that its log said."""
        return (self._folder / "bot.log").read_text(errors="replace")

    async def logs(self, pattern: str, *, after: int = 0) -> None:
        """Return once the log has a line in which a pattern is found.

        Args:
            pattern: The regular expression.
            after: The length of the log that does not count.
        """
        async with asyncio.timeout(PATIENCE):
            while not re.search(pattern, self.log[after:]):
                await asyncio.sleep(0.005)

    def stalls(self, since: float = 0.0) -> list[float]:
        """Return the seconds of every stall that began since an instant (``time.monotonic()``), the longest last."""
        words = [line.split() for line in (self._folder / "stalls").read_text().splitlines()]
        return sorted(float(late) for _, began, late in words if float(began) >= since)


@asynccontextmanager
async def watched_bot(folder: Path, **settings: Any) -> AsyncIterator[WatchedBot]:
    """Run a bot, nick ``ptgbot``, with the sample event, in a folder of its own.

    Args:
        folder: A folder for its files.
        settings: The configuration.
    """
    config = configure(folder, **settings)
    command = [sys.executable, "-m", "tests.live.watched", str(config)]
    with (folder / "bot.log").open("wb") as log, (folder / "stalls").open("wb") as stalls:
        process = await asyncio.create_subprocess_exec(*command, stderr=log, stdout=stalls)
    try:
        yield WatchedBot(process, folder)
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()
            raise


if __name__ == "__main__":
    import logging

    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    asyncio.run(_main(Path(sys.argv[1])))
