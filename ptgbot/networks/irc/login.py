"""Being logged in: by SASL before we are registered, else by NickServ, and again whenever that is lost."""

import asyncio
import logging
from collections.abc import Callable

from ptgbot.networks.irc.caps import Capabilities
from ptgbot.networks.irc.context import Context
from ptgbot.networks.irc.lines import plain
from ptgbot.networks.irc.nick import OwnNick
from ptgbot.networks.irc.sasl import GOOD, Outcome, Sasl
from ptgbot.networks.irc.services import Answer, NickServ, read_notice
from ptgbot.networks.irc.waiting import Pauses, within
from ptgbot.networks.irc.wire import Line

__all__ = ["Login", "LoginRefused"]

log = logging.getLogger(__name__)

_SETTINGS = {"PLAIN": "irc_sasl_user and irc_sasl_password", "EXTERNAL": "irc_client_cert"}
_OUTCOMES = {Answer.ACCEPTED: Outcome.LOGGED_IN, Answer.REFUSED: Outcome.REFUSED}


class LoginRefused(ConnectionError):
    """A login is required, and it did not work."""


class Login:
    """Our login on one connection.

    Args:
        send: Sends a line.
        context: What to log in with.
        caps: Whether the server has SASL.
        own: Our nick.
        on_login: Is called when we are logged in.
    """

    def __init__(
        self,
        send: Callable[[str], None],
        context: Context,
        *,
        caps: Capabilities,
        own: OwnNick,
        on_login: Callable[[], None],
    ) -> None:
        self._settings = context.settings
        self._timing = context.timing
        self._network = context.network
        self._caps = caps
        self._own = own
        self._on_login = on_login
        self._send = send
        self._sasl = Sasl(send, context.settings, context.timing.sasl)
        self._nickserv = NickServ(send, context.settings.password, context.timing.services)
        self._by_sasl = Outcome.NOT_OFFERED
        self._by_nickserv = Outcome.NOT_OFFERED
        self._services_gone = False
        self._again = asyncio.Event()
        self._offered = asyncio.Event()
        self.logged_in = asyncio.Event()

    @property
    def possible(self) -> bool:
        """Whether there is anything to log in with."""
        return bool(self._settings.mechanisms or self._settings.password)

    # What the server says

    def hear(self, line: Line) -> None:
        """Take in a line that may answer a login by SASL."""
        if line.code in GOOD:  # at once, since the next line may say that we are logged out
            self.came_in(self._settings.sasl_user)
        self._sasl.hear(line)

    def offered(self) -> None:
        """The server has SASL, now or again: what was refused before may work."""
        self._by_sasl = self._by_nickserv = Outcome.NOT_OFFERED
        self._offered.set()
        self._again.set()

    def came_in(self, account: str) -> None:
        """We are logged in."""
        if not self.logged_in.is_set():
            log.info("%s: logged in%s", self._network, f" as {plain(account)}" if account else "")
            self.logged_in.set()
            self._on_login()
        self._nickserv.hear(Answer.ACCEPTED)

    def went_out(self) -> None:
        """We are logged in no longer."""
        if self.logged_in.is_set():
            log.warning("%s: logged out by the server", self._network)
        self.logged_in.clear()
        self._again.set()

    def services_are_there(self) -> None:
        """NickServ is there; where it was away, what was refused before may work."""
        if self._services_gone:
            self._services_gone = False
            self._by_sasl = self._by_nickserv = Outcome.NOT_OFFERED
        self._again.set()

    def services_are_gone(self) -> None:
        """NickServ is away."""
        self._services_gone = True

    def nickserv_is_absent(self) -> None:
        """There is no NickServ."""
        self._nickserv.hear(Answer.ABSENT)

    def nickserv_says(self, text: str) -> None:
        """NickServ sent us a notice."""
        answer = read_notice(text)
        if answer is Answer.ACCEPTED and self._nickserv.identifying:
            self.came_in("")
        self._nickserv.hear(answer)
        if answer is Answer.ASKS and not self.logged_in.is_set():
            self._again.set()

    # What we do

    async def by_sasl(self) -> None:
        """Log in by SASL if the server has it.

        Raises:
            LoginRefused: It did not work, and is required.
        """
        if self._settings.mechanisms and "sasl" in self._caps.active:
            await self._try_sasl()
        if self._settings.sasl_required and not self.logged_in.is_set():
            raise LoginRefused(f"the login by SASL was {self._by_sasl.value}, and irc_sasl_required is set")
        if self._settings.mechanisms and not self.logged_in.is_set():
            log.warning("%s: the login by SASL was %s; going on without", self._network, self._by_sasl.value)

    async def _try_sasl(self) -> None:
        """Log in by SASL, and say what is refused: which settings to look at, and the server's own words."""
        self._by_sasl = await self._sasl.log_in(self._caps.values.get("sasl", ""))
        if self._by_sasl is Outcome.LOGGED_IN:
            return
        for mechanism, said in self._sasl.refusals.items():
            log.warning(
                "%s: the server refused the login by SASL %s; check %s. It says: %s",
                *(self._network, mechanism, _SETTINGS[mechanism], said or "nothing more"),
            )

    @property
    def refused(self) -> bool:
        """Whether the server refused what we logged in with by SASL."""
        return self._by_sasl is Outcome.REFUSED

    async def by_nickserv(self) -> None:
        """Log in with NickServ if we have a password for it and are not logged in."""
        if not self._settings.password or self.logged_in.is_set():
            return
        answer = await self._nickserv.identify("" if self._own.have else self._settings.nick)
        self._by_nickserv = _OUTCOMES.get(answer, Outcome.UNANSWERED) if answer else Outcome.UNANSWERED
        if answer is Answer.ABSENT:
            log.warning("%s: there is no NickServ to log in with; going on without", self._network)
        elif answer is Answer.REFUSED:
            log.warning("%s: NickServ refused the login; going on without", self._network)
        elif answer is None:
            log.warning("%s: NickServ did not answer the login; going on without", self._network)

    async def keep(self) -> None:
        """Log in again when that was lost, or when services are back, until cancelled."""
        pauses = Pauses(self._timing.login_pauses, self._timing.settled)
        while self.possible:
            hopeful = not self.logged_in.is_set() and self._may_work
            await within(self._timing.relogin if hopeful else None, self._again)
            self._again.clear()
            if self.logged_in.is_set() or not self._may_work:
                continue
            pauses.ends()
            await self.log_in()
            if self.logged_in.is_set():
                pauses.begins()
            await asyncio.sleep(pauses.next())

    @property
    def _may_work(self) -> bool:
        return self._sasl_may_work or self._nickserv_may_work

    @property
    def _sasl_may_work(self) -> bool:
        return bool(self._settings.mechanisms) and self._caps.known and self._by_sasl is not Outcome.REFUSED

    @property
    def _nickserv_may_work(self) -> bool:
        return bool(self._settings.password) and self._by_nickserv is not Outcome.REFUSED

    async def log_in(self) -> None:
        """Log in after we are registered, by whatever may work, if we are not."""
        if self._sasl_may_work and "sasl" not in self._caps.active:
            await self._look_for_sasl()
        if self._sasl_may_work and "sasl" in self._caps.active and not self.logged_in.is_set():
            await self._try_sasl()
        if self._nickserv_may_work:
            await self.by_nickserv()

    async def _look_for_sasl(self) -> None:
        """Ask what the server has by now: not every one tells when services are back, though it knows CAP NEW."""
        self._offered.clear()
        self._send("CAP LS 302")
        await within(self._timing.services, self._offered)

    async def recover_nick(self) -> bool:
        """Ask for our nick, if NickServ knows that it is ours; return whether it was asked."""
        if not self.logged_in.is_set() and self._nickserv_may_work:
            await self.by_nickserv()
        if not self.logged_in.is_set():
            return False
        if not self._own.have:
            await self._nickserv.recover(self._own.wanted)
        return True
