"""The program as people start it, in a process of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

__all__ = ["PATIENCE", "Program", "ptgbot", "running", "seen", "write_config"]

PATIENCE = 15.0  # seconds


def write_config(folder: Path, **settings: Any) -> Path:
    """Write a configuration in the original's shape, with other settings beside or in place of its own."""
    config = {
        "irc_nick": "ptgbot",
        "irc_pass": "",
        "irc_server": "127.0.0.1",
        "irc_port": 6667,
        "irc_channel": "#ptg",
        "db_filename": "html/ptg.json",
        **settings,
    }
    path = folder / "config.json"
    path.write_text(json.dumps(config))
    return path


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PTGBOT_")}
    return {**clean, "PYTHONPATH": str(Path(__file__).parent.parent), **extra}


def ptgbot(
    folder: Path, *arguments: object, program: str = "ptgbot", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of the program to its end, in a folder."""
    code = "from ptgbot.cli import main; main()" if program == "ptgbot" else "from ptgbot.cli import web; web()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=folder,
        env=_environment(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Program:
    """A program that runs until it is told to stop."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; return its status."""
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@asynccontextmanager
async def running(folder: Path, *arguments: object, web: bool = False, **environment: str) -> AsyncIterator[Program]:
    """Give a program that is running in a folder; it is killed at the end if it still runs."""
    code = f"from ptgbot.cli import {'web' if web else 'main'} as main; main()"
    log = folder / ("web.log" if web else "bot.log")
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, *map(str, arguments),
            cwd=folder, env=_environment(environment), stdout=output, stderr=output, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        yield Program(process, log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def seen(path: Path, text: str) -> str:
    """Return a file's text once it holds something."""
    async with asyncio.timeout(PATIENCE):
        while text not in (content := _content(path)):
            await asyncio.sleep(0.01)
    return content


def _content(path: Path) -> str:
    return path.read_text() if path.exists() else ""
