"""A server of a chat network in a process and a folder of its own, to be frozen, killed and started again."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Daemon", "free_port", "program"]

NOBODY = 65534
PATIENCE = 15.0


class Daemon(ABC):
    """One server. It listens on loopback only; what it keeps is in its folder.

    Args:
        program: Where the program is; None if it is not installed.
        name: What messages of tests call it.
    """

    def __init__(self, program: str | None, name: str) -> None:
        self.program_path = program
        self.name = name
        self.host = "127.0.0.1"
        self.folder = Path(tempfile.mkdtemp(prefix=f"{name}-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def arguments(self) -> list[str]:
        """What follows the program on its command line."""

    @abstractmethod
    async def is_ready(self) -> bool:
        """Tell whether the server does its work by now."""

    @property
    def log(self) -> str:
        """What the server has written."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    @property
    def runs(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start the server; return once it does its work."""
        self.launch()
        await self.ready()

    async def ready(self) -> None:
        """Return once the server does its work."""
        async with asyncio.timeout(PATIENCE):
            while not await self.is_ready():
                assert self.runs, f"{self.name} did not start:\n{self.log}"
                await asyncio.sleep(0.01)

    def launch(self) -> None:
        """Start the server, and wait for nothing."""
        assert self.program_path is not None, f"{self.name} is not installed"
        # Root may not be what a server of chat runs as, and they agree.
        user = NOBODY if os.geteuid() == 0 else None
        if user is not None:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user, user)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.program_path, *self.arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )

    def signal(self, number: signal.Signals) -> None:
        """Send the server a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def pause(self) -> None:
        """Freeze the server; its links stay up and silent."""
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen server go on."""
        self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """End the server without a word to its clients."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """End the server and remove what it left."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            self.remove()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


def program(name: str) -> str | None:
    """Return where a program is, or None; Debian keeps servers out of an ordinary user's PATH."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def free_port() -> int:
    """Return a port of loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
