"""A real ngircd, from a folder of its own, for the length of a test."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

import pytest

__all__ = ["Ngircd", "free_port", "ngircd_program", "requires_ngircd"]

NOBODY = 65534
PATIENCE = 10.0


def ngircd_program() -> str | None:
    """Return where ngircd is, or None; Debian keeps it out of an ordinary user's PATH."""
    return shutil.which("ngircd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


requires_ngircd = pytest.mark.skipif(ngircd_program() is None, reason="ngircd is not installed (Debian: ngircd)")


class Ngircd:
    """One server. It listens on loopback only and keeps nothing.

    Args:
        port: Its port; 0 for a free one.
        max_penalty_time: The server's own throttle: 0 for none, -1 for its default.
        max_nick_length: The longest nick; the server's default is 9.
        ping_timeout: Seconds of a client's silence before it is asked.
        oper_password: The password of the operator ``op``; None for no operator.
        password: The password that every client has to give; empty for none.
        certificate: A file with certificate and key: then there is a second port, with TLS.
        channels: Further sections, such as persistent channels.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        max_penalty_time: int = 0,
        max_nick_length: int = 30,
        ping_timeout: int = 120,
        oper_password: str | None = None,
        password: str = "",
        certificate: Path | None = None,
        channels: str = "",
    ) -> None:
        self.host = "127.0.0.1"
        self.port = port or free_port()
        self.tls_port = free_port() if certificate is not None else 0
        self._folder = Path(tempfile.mkdtemp(prefix="ngircd-"))
        self._process: subprocess.Popen[bytes] | None = None
        config = [
            "[Global]",
            "Name = irc.test.example",
            "Info = for a test",
            "MotdPhrase = Welcome",
            f"Listen = {self.host}",
            f"Ports = {self.port}",
            f"Password = {password}" if password else "",
            "[Limits]",
            "MaxConnectionsIP = 0",
            "MaxConnections = 0",
            f"MaxPenaltyTime = {max_penalty_time}",
            f"MaxNickLength = {max_nick_length}",
            f"PingTimeout = {ping_timeout}",
            "[Options]",
            "DNS = no",
            "Ident = no",
            "PAM = no",
        ]
        if oper_password is not None:
            config += ["OperCanUseMode = yes", "[Operator]", "Name = op", f"Password = {oper_password}"]
        if certificate is not None:
            own = self._folder / "server.pem"
            shutil.copyfile(certificate, own)
            config += ["[SSL]", f"CertFile = {own}", f"KeyFile = {own}", f"Ports = {self.tls_port}"]
        (self._folder / "ngircd.conf").write_text("\n".join([*config, channels, ""]), encoding="utf-8")
        if os.geteuid() == 0:
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)

    @property
    def log(self) -> str:
        """What the server has written."""
        path = self._folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    async def start(self) -> None:
        """Start the server; return once it takes clients."""
        self._process = self._launch()
        async with asyncio.timeout(PATIENCE):
            while not await self._takes_clients():
                assert self._process.poll() is None, f"ngircd did not start:\n{self.log}"
                await asyncio.sleep(0.005)

    def _launch(self) -> subprocess.Popen[bytes]:
        program = ngircd_program()
        assert program is not None, "ngircd is not installed"
        command = [program, "--nodaemon", "--config", str(self._folder / "ngircd.conf")]
        # Root may not be what a server of chat runs as, and ngircd agrees.
        user = NOBODY if os.geteuid() == 0 else None
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )

    async def _takes_clients(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

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
        shutil.rmtree(self._folder, ignore_errors=True)

    async def __aenter__(self) -> "Ngircd":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


def free_port() -> int:
    """Return a port of loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
