"""A real InspIRCd, from a folder of its own: the server for accounts, SASL and networks of several servers."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.live.daemon import Daemon, free_port, program

__all__ = ["InspIRCd", "inspircd_program", "requires_inspircd"]

LINK_PASSWORD = "link"
SERVICES = "services.test.example"
MODULES = (
    *("services_account", "sasl", "cap", "ircv3", "ircv3_accounttag", "ircv3_batch", "ircv3_capnotify"),
    *("ircv3_chghost", "ircv3_ctctags", "ircv3_echomessage", "ircv3_labeledresponse", "ircv3_msgid"),
    *("ircv3_servertime", "setname", "monitor", "botmode", "namesx", "uhnames", "sanick", "samode", "chghost"),
    *("hostcycle", "svshold", "spanningtree", "sslinfo", "hidechans", "chgident"),
)
# What the server does by default with somebody who sends too much, and what lets a test be quick.
DEFAULT_CLASS = ""
QUICK_CLASS = 'commandrate="100000" threshold="1000"'


def inspircd_program() -> str | None:
    """Return where InspIRCd is, or None."""
    return program("inspircd")


requires_inspircd = pytest.mark.skipif(
    inspircd_program() is None, reason="InspIRCd is not installed (Debian: inspircd)"
)


class InspIRCd(Daemon):
    """One server.

    Its name is ``<letter>.test.example``, there is an operator ``op`` with the password ``secret``, services may link
    as ``services.test.example`` with the password ``link``.

    Args:
        letter: Tells servers of one network apart.
        default_limits: Whether people are held up as by the server's defaults.
        certificate: A file with certificate and key: then there is a second port, with TLS.
    """

    def __init__(
        self,
        letter: str = "a",
        *,
        default_limits: bool = False,
        certificate: Path | None = None,
    ) -> None:
        super().__init__(inspircd_program(), "inspircd")
        self.server_name = f"{letter}.test.example"
        self.port = free_port()
        self.link_port = free_port()
        self.tls_port = free_port() if certificate is not None else 0
        self._letter = letter
        self._limits = DEFAULT_CLASS if default_limits else QUICK_CLASS
        self._peers: list[InspIRCd] = []
        if certificate is not None:
            shutil.copyfile(certificate, self.folder / "server.pem")
        self._write()

    def knows(self, peer: "InspIRCd") -> None:
        """Let another server link with this one, and this one with it."""
        self._peers.append(peer)
        self._write()

    def _write(self) -> None:
        folder = self.folder
        lines = [
            '<config format="xml">',
            f'<server name="{self.server_name}" description="test" network="Test" id="1{self._letter.upper()}A">',
            '<admin name="test" nick="test" email="test@test.example">',
            f'<bind address="{self.host}" port="{self.port}" type="clients">',
            f'<bind address="{self.host}" port="{self.link_port}" type="servers">',
            f'<connect allow="*" localmax="0" globalmax="0" resolvehostnames="no" {self._limits}>',
            '<class name="all" commands="*" privs="*" usermodes="*" chanmodes="*" snomasks="*">',
            '<type name="all" classes="all"><oper name="op" password="secret" host="*@*" type="all">',
            '<options defaultmodes="not">',  # without "o", nobody would be the operator of a new channel
            f'<files motd="{folder / "motd"}"><pid file="{folder / "pid"}">',
            '<dns server="127.0.0.1" timeout="1"><log method="file" type="*" level="default" target="messages">',
            f'<uline server="{SERVICES}" silent="yes"><sasl target="{SERVICES}">',
            _link(SERVICES, self.host, free_port()),
            *(_link(peer.server_name, peer.host, peer.link_port) for peer in self._peers),
            *(f'<module name="{name}">' for name in MODULES),
        ]
        if self.tls_port:
            own = folder / "server.pem"
            lines += [
                '<module name="ssl_gnutls">',
                f'<sslprofile name="tls" provider="gnutls" certfile="{own}" keyfile="{own}" hash="sha256"',
                'requestclientcert="yes">',
                f'<bind address="{self.host}" port="{self.tls_port}" type="clients" sslprofile="tls">',
            ]
        (folder / "motd").write_text("Welcome\n", encoding="utf-8")
        (folder / "inspircd.conf").write_text("\n".join([*lines, ""]), encoding="utf-8")

    @property
    def arguments(self) -> list[str]:
        """What follows the program on its command line."""
        return ["--nofork", f"--config={self.folder / 'inspircd.conf'}"]

    async def is_ready(self) -> bool:
        """Tell whether it takes clients, which is not as soon as its port is open: only a welcome tells."""
        try:
            reader, writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            return False
        try:
            writer.write(b"NICK probe\r\nUSER probe 0 * :probe\r\n")
            while line := await reader.readline():
                if line.split()[1:2] == [b"001"]:
                    return True
        except OSError:
            pass
        finally:
            writer.close()
        return False


def _link(name: str, host: str, port: int) -> str:
    passwords = f'sendpass="{LINK_PASSWORD}" recvpass="{LINK_PASSWORD}"'
    return f'<link name="{name}" ipaddr="{host}" port="{port}" allowmask="127.0.0.0/8" {passwords}>'
