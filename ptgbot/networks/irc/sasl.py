"""Logging in by SASL (https://ircv3.net/specs/extensions/sasl-3.1), PLAIN (RFC 4616) and EXTERNAL (RFC 4422)."""

import asyncio
import base64
import logging
from collections.abc import Callable
from enum import Enum

from ptgbot.networks.irc.lines import plain
from ptgbot.networks.irc.settings import IRCSettings
from ptgbot.networks.irc.wire import Line

__all__ = ["GOOD", "Outcome", "Sasl", "chunks"]

log = logging.getLogger(__name__)

CHUNK = 400
WAITING_MOST = 16

# What ends an exchange, by numeric; 907 says that we are logged in already.
GOOD = {903, 907}
_BAD = {902, 904, 905, 906}
_NOT_HERE = {421, 451, 462}  # a server that knows the command not, or not at this time


class Outcome(Enum):
    """What became of a login."""

    LOGGED_IN = "logged in"
    REFUSED = "refused"
    UNANSWERED = "not answered"
    NOT_OFFERED = "not offered"


def chunks(payload: bytes) -> list[str]:
    """Return what AUTHENTICATE carries, line by line: 400 bytes each, the last one shorter, or ``+`` for nothing."""
    text = base64.b64encode(payload).decode("ascii")
    lines = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
    return lines if lines and len(lines[-1]) < CHUNK else [*lines, "+"]


class Sasl:
    """The login by SASL on one connection.

    Args:
        send: Sends a line.
        settings: What to log in with.
        patience: Seconds that a mechanism may take.
    """

    def __init__(self, send: Callable[[str], None], settings: IRCSettings, patience: float) -> None:
        self._send = send
        self._settings = settings
        self._patience = patience
        self._told: set[str] | None = None
        self.refusals: dict[str, str] = {}
        """Mechanism → what the server said when it refused it, at the last login; no text shows a secret."""
        self._answers: asyncio.Queue[Line] | None = None

    def hear(self, line: Line) -> None:
        """Take in an AUTHENTICATE or a numeric that may answer us; nothing happens where no login is under way."""
        if line.code == 908:  # the mechanisms that there are
            self._told = {name.upper() for name in line.param(1).split(",")}
        elif self._answers is not None and self._answers.qsize() < WAITING_MOST:
            self._answers.put_nowait(line)

    async def log_in(self, offered: str) -> Outcome:
        """Try each mechanism that we have and the server offers, until one works or the server does not answer.

        Args:
            offered: The value of the capability, such as ``PLAIN,EXTERNAL``; empty where the server does not tell.
        """
        self._told = {name.upper() for name in offered.split(",")} if offered else None
        self.refusals = {}
        outcome = Outcome.NOT_OFFERED
        for mechanism in self._settings.mechanisms:
            if self._told is not None and mechanism not in self._told:
                continue
            outcome = await self._attempt(mechanism)
            log.info("the login by SASL %s: %s", mechanism, outcome.value)
            if outcome is not Outcome.REFUSED:
                break
        return outcome

    async def _attempt(self, mechanism: str) -> Outcome:
        self._answers = asyncio.Queue()
        try:
            async with asyncio.timeout(self._patience):
                return await self._exchange(mechanism, self._answers)
        except TimeoutError:
            await self._abort(self._answers)
            return Outcome.UNANSWERED
        finally:
            self._answers = None

    async def _exchange(self, mechanism: str, answers: "asyncio.Queue[Line]") -> Outcome:
        self._send(f"AUTHENTICATE {mechanism}")
        asked = False
        while True:
            line = await answers.get()
            if line.code in GOOD:
                return Outcome.LOGGED_IN
            if line.code in _BAD | _NOT_HERE:
                self.refusals[mechanism] = self._without_secrets(mechanism, plain(line.last))
                return Outcome.REFUSED
            if line.command == "authenticate" and not asked and line.param(0) == "+":
                asked = True
                for chunk in chunks(self._payload(mechanism)):
                    self._send(f"AUTHENTICATE {chunk}")
            elif line.command == "authenticate":
                self._send("AUTHENTICATE *")  # a question that these mechanisms do not have

    async def _abort(self, answers: "asyncio.Queue[Line]") -> None:
        """Take the attempt back, so that a late answer is not taken for that of another one."""
        self._send("AUTHENTICATE *")
        try:
            async with asyncio.timeout(min(self._patience, 2.0)):
                while (await answers.get()).code not in GOOD | _BAD | _NOT_HERE:
                    pass
        except TimeoutError:
            pass

    def _without_secrets(self, mechanism: str, text: str) -> str:
        """Return what a server says without what we sent it, should it repeat that."""
        for secret in (self._settings.sasl_password, *chunks(self._payload(mechanism))):
            if secret not in ("", "+"):
                text = text.replace(secret, "…")
        return text

    def _payload(self, mechanism: str) -> bytes:
        if mechanism == "EXTERNAL":
            return b""  # the account is that of the certificate
        return f"\0{self._settings.sasl_user}\0{self._settings.sasl_password}".encode()
