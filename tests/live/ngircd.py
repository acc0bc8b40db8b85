"""A real ngircd, from a folder of its own, for the length of a test."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.live.daemon import Daemon, free_port, program

__all__ = ["Ngircd", "free_port", "ngircd_program", "requires_ngircd"]


def ngircd_program() -> str | None:
    """Return where ngircd is, or None."""
    return program("ngircd")


requires_ngircd = pytest.mark.skipif(ngircd_program() is None, reason="ngircd is not installed (Debian: ngircd)")


class Ngircd(Daemon):
    """One server. It listens on loopback only and keeps nothing.

    Args:
        port: Its port; 0 for a free one.
        max_penalty_time: The server's own throttle: 0 for none, -1 for its default.
        max_nick_length: The longest nick; the server's default is 9.
        ping_timeout: Seconds of a client's silence before it is asked.
        pong_timeout: Seconds that it then has.
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
        pong_timeout: int = 20,
        oper_password: str | None = None,
        password: str = "",
        certificate: Path | None = None,
        channels: str = "",
    ) -> None:
        super().__init__(ngircd_program(), "ngircd")
        self.server_name = "irc.test.example"
        self.port = port or free_port()
        self.tls_port = free_port() if certificate is not None else 0
        config = [
            "[Global]",
            f"Name = {self.server_name}",
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
            f"PongTimeout = {pong_timeout}",
            "[Options]",
            "DNS = no",
            "Ident = no",
            "PAM = no",
        ]
        if oper_password is not None:
            config += ["OperCanUseMode = yes", "[Operator]", "Name = op", f"Password = {oper_password}"]
        if certificate is not None:
            own = self.folder / "server.pem"
            shutil.copyfile(certificate, own)
            config += ["[SSL]", f"CertFile = {own}", f"KeyFile = {own}", f"Ports = {self.tls_port}"]
        (self.folder / "ngircd.conf").write_text("\n".join([*config, channels, ""]), encoding="utf-8")

    @property
    def arguments(self) -> list[str]:
        """What follows the program on its command line."""
        return ["--nodaemon", "--config", str(self.folder / "ngircd.conf")]

    async def is_ready(self) -> bool:
        """Tell whether it takes clients: once its port is open, it does."""
        try:
            _, writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True
