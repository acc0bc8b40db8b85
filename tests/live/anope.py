"""Real services, Anope, for an InspIRCd: NickServ, accounts and SASL."""

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.live.daemon import Daemon, program
from tests.live.inspircd import LINK_PASSWORD, SERVICES, InspIRCd

__all__ = ["Anope", "anope_program", "requires_anope"]

MODULES = Path("/usr/lib/anope")  # Debian's place
COMMANDS = {
    "ns_cert": ("CERT", "cert"),
    "ns_identify": ("IDENTIFY", "identify"),
    "ns_logout": ("LOGOUT", "logout"),
    "ns_recover": ("RECOVER", "recover"),
    "ns_register": ("REGISTER", "register"),
}


def anope_program() -> str | None:
    """Return where Anope is, or None."""
    return program("anope") if MODULES.is_dir() else None


requires_anope = pytest.mark.skipif(anope_program() is None, reason="Anope is not installed (Debian: anope)")


class Anope(Daemon):
    """The services of a server.

    Args:
        server: The server; it need not run yet.
        accounts: Names of accounts and their passwords. Each owns the nick of its name: who takes that nick and does
            not log in within a second is called something else.
        certificates: Names of accounts and the SHA-256 fingerprints of certificates that log in to them.
    """

    def __init__(
        self, server: InspIRCd, accounts: Mapping[str, str], *, certificates: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(anope_program(), "anope")
        self.server = server
        for name in ("conf", "db", "logs"):
            (self.folder / name).mkdir()
        (self.folder / "motd").write_text("", encoding="utf-8")
        (self.folder / "conf" / "services.conf").write_text(self._configuration(), encoding="utf-8")
        database = "".join(_account(name, word, (certificates or {}).get(name)) for name, word in accounts.items())
        (self.folder / "db" / "anope.db").write_text(database, encoding="utf-8")

    def _configuration(self) -> str:
        lines = [
            f'define {{ name = "services.host"; value = "{SERVICES}" }}',
            f'uplink {{ host = "{self.server.host}"; port = {self.server.link_port}; password = "{LINK_PASSWORD}" }}',
            f'serverinfo {{ name = "{SERVICES}"; description = "Services"; pid = "{self.folder}/pid";',
            f'motd = "{self.folder}/motd" }}',
            'module { name = "inspircd3" }',
            'networkinfo { networkname = "Test"; nicklen = 30; userlen = 10; hostlen = 64; chanlen = 64 }',
            'options { casemap = "rfc1459"; readtimeout = 1s; timeoutcheck = 1s; retrywait = 1s;',
            "updatetimeout = 1h; expiretimeout = 1h; warningtimeout = 4h }",
            "mail { usemail = no }",
            'module { name = "db_flatfile"; database = "anope.db"; fork = no }',
            'module { name = "enc_none" }',
            'service { nick = "NickServ"; user = "services"; host = "services.host"; gecos = "Nicks" }',
            'module { name = "nickserv"; client = "NickServ"; forceemail = no; defaults = ""; regdelay = 0s;',
            'expire = 0; modeonid = yes; killquick = 1s; kill = 1s; enforceruser = "enforcer";',
            'enforcerhost = "services.host"; releasetimeout = 3s; guestnickprefix = "Guest" }',
            'module { name = "m_sasl" }',
        ]
        for module, (command, name) in COMMANDS.items():
            more = 'registration = "none"; restoreonrecover = yes; max = 5'
            lines.append(f'module {{ name = "{module}"; {more} }}')
            lines.append(f'command {{ service = "NickServ"; name = "{command}"; command = "nickserv/{name}" }}')
        return "\n".join([*lines, ""])

    @property
    def arguments(self) -> list[str]:
        """What follows the program on its command line."""
        folders = {"confdir": "conf", "dbdir": "db", "logdir": "logs"}
        own = [f"--{option}={self.folder / name}" for option, name in folders.items()]
        return ["--nofork", "--nothird", f"--modulesdir={MODULES}", *own]

    @property
    def log(self) -> str:
        """What the services have written."""
        return super().log + "".join(path.read_text() for path in (self.folder / "logs").iterdir())

    async def is_ready(self) -> bool:
        """Tell whether the server offers logins, as it does only while the services are linked."""
        return await self._offered()

    async def gone(self) -> None:
        """Return once the server has noticed that the services are not there."""
        async with asyncio.timeout(10):
            while await self._offered():
                await asyncio.sleep(0.02)

    async def _offered(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection(self.server.host, self.server.port)
        except OSError:
            return False
        try:
            writer.write(b"CAP LS 302\r\n")
            async with asyncio.timeout(5):
                return b" sasl" in await reader.readline()
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()


def _account(name: str, password: str, certificate: str | None) -> str:
    """Return an account in the form of the services' own database."""
    core = {
        "display": name,
        "uniqueid": str(sum(name.encode()) + 1000),
        "pass": f"plain:{base64.b64encode(password.encode()).decode()}",
        "email": f"{name}@test.example",
        "memomax": "0",
        "KILLPROTECT": "1",
        "KILL_QUICK": "1",
        **({"cert": certificate} if certificate else {}),
    }
    nick = {"nick": name, "nc": name, "time_registered": "1795000000", "last_seen": "1795000000"}
    objects = {"NickCore": core, "NickAlias": nick}
    return "".join(
        f"OBJECT {kind}\n" + "".join(f"DATA {key} {value}\n" for key, value in values.items()) + "END\n"
        for kind, values in objects.items()
    )
