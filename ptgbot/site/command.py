"""A command of the organisers' that passes the published site on, such as an rsync to another machine."""

import asyncio
import contextlib
import logging
import os
import shlex
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["PublishCommand"]

_log = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0  # at least, from one start to the next
RETRY_SECONDS = (10.0, 300.0)  # first and longest wait after it failed
LIMIT_SECONDS = 120.0  # for one run
GRACE_SECONDS = 1.0  # from the request to end to the end
KEPT_ERRORS = 4096  # bytes of the end of what it complains of
SHOWN_ERRORS = 200  # characters


class PublishCommand:
    """Runs a command after files of the site changed: one at a time, and again when more changed meanwhile.

    It is to run once after the start too, because the last run may have been cut off. No shell reads it.

    Args:
        command: As typed into the configuration; ``{site}`` stands for the folder.
        site_dir: The folder of the site.
        warn: Is told once when it fails, and once when it works again.
    """

    def __init__(self, command: str, site_dir: Path, warn: Callable[[str], None]) -> None:
        self._arguments = [part.replace("{site}", str(site_dir)) for part in shlex.split(command)]
        self._warn = warn
        self._wanted = asyncio.Event()
        self._hurry = asyncio.Event()
        self._done = asyncio.Event()
        self._done.set()
        self._retry_seconds = 0.0
        self.problem = ""

    def changed(self) -> None:
        """Have it run soon."""
        self._wanted.set()
        self._done.clear()

    async def finish(self, seconds: float) -> bool:
        """Wait for the runs that are still wanted, without the pauses between them; return whether they are over.

        Args:
            seconds: How long to wait at most.
        """
        self._hurry.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._done.wait()
        return self._done.is_set()

    async def run(self) -> None:
        """Run it whenever that is wanted, until cancelled; a run that is under way then is ended."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            began = time.monotonic()
            problem = await self._run_once()
            self._tell(problem)
            if problem and not self._hurry.is_set():
                self._wanted.set()
            elif not self._wanted.is_set():
                self._done.set()
            await self._rest(began)

    async def _rest(self, began: float) -> None:
        """Let some time pass, in which more changes gather; none where the bot is about to end."""
        rest = max(PAUSE_SECONDS - (time.monotonic() - began), self._retry_seconds if self.problem else 0.0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(rest, 0.0)):
                await self._hurry.wait()

    def _tell(self, problem: str) -> None:
        before, self.problem = self.problem, problem
        if problem:
            first, longest = RETRY_SECONDS
            self._retry_seconds = min(self._retry_seconds * 2, longest) if before else first
            text = f"The published site could not be passed on: {problem}. It is tried again until it works."
        else:
            text = "The published site is passed on again, and is up to date."
        if bool(problem) != bool(before):
            _log.warning("%s", text)
            self._warn(text)

    async def _run_once(self) -> str:
        """Return what went wrong, or nothing."""
        name = self._arguments[0]
        # The bot's own settings, and the secrets among them, are no business of its.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PTGBOT_")}
        try:
            process = await asyncio.create_subprocess_exec(
                *self._arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                start_new_session=True,  # so that all that it starts can be ended with it
            )
        except OSError as error:
            return f"{name} cannot be started: {error.strerror or error}"
        assert process.stderr is not None
        errors = asyncio.ensure_future(_end_of(process.stderr))
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                status = await process.wait()
        except TimeoutError:
            return f"{name} was not done after {LIMIT_SECONDS:.0f} seconds"
        else:
            if not status:
                return ""
            await asyncio.wait([errors], timeout=1.0)  # what it left behind may keep the pipe open
            told = _last_line(errors.result() if errors.done() else b"")
            return f"{name} ended with {_status(status)}" + (f": {told}" if told else "")
        finally:
            if process.returncode is None:
                await _end(process)
            errors.cancel()
            await asyncio.wait([errors])


async def _end_of(stream: asyncio.StreamReader) -> bytes:
    """Read a stream to its end and return its last bytes."""
    kept = b""
    while part := await stream.read(KEPT_ERRORS):
        kept = (kept + part)[-KEPT_ERRORS:]
    return kept


def _last_line(errors: bytes) -> str:
    lines = [line.strip() for line in errors.decode("utf-8", "replace").splitlines() if line.strip()]
    text = "".join(c if c.isprintable() else " " for c in lines[-1]) if lines else ""
    return text if len(text) <= SHOWN_ERRORS else f"{text[:SHOWN_ERRORS]}…"


def _status(status: int) -> str:
    if status > 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a command and all that it started."""
    numbers: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGKILL)
    for number in numbers:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        if process.returncode is not None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await process.wait()
