"""The bot's own nick: another one while somebody has it, and then it again."""

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable

from ptgbot.networks.irc.context import Context
from ptgbot.networks.irc.isupport import ISupport
from ptgbot.networks.irc.lines import plain
from ptgbot.networks.irc.waiting import Pauses, within

__all__ = ["NickChoice", "OwnNick", "user_name"]

log = logging.getLogger(__name__)

SHORTEST_LIMIT = 9  # the limit of RFC 2812, which some servers still have


class NickChoice:
    """The nicks to try when the one wanted is not to be had.

    Args:
        wanted: The nick that the bot wants.
    """

    def __init__(self, wanted: str) -> None:
        self._base = wanted
        self._underscores = 0
        self._limited = False

    def after_in_use(self) -> str:
        """Return the nick to try after one that somebody has."""
        self._underscores += 1
        if self._underscores > 3:
            # A server that cuts long nicks silently would find the underscores' nick in use for ever.
            return f"{self._base[: SHORTEST_LIMIT - 4]}{secrets.randbelow(10_000):04}"
        if self._limited:
            return self._base[: SHORTEST_LIMIT - self._underscores] + "_" * self._underscores
        return self._base + "_" * self._underscores

    def after_refused(self) -> str:
        """Return the nick to try after one that the server does not accept: too long, or not to its taste."""
        if not self._limited and len(self._base) > SHORTEST_LIMIT:
            self._limited = True
            self._base = self._base[:SHORTEST_LIMIT]
            return self._base
        self._limited = True
        self._base = "ptg"
        return f"ptg{secrets.randbelow(10_000):04}"


def user_name(nick: str) -> str:
    """Return a user name that every server accepts."""
    return re.sub("[^A-Za-z0-9]", "", nick)[:9] or "ptgbot"


class OwnNick:
    """Our nick on one connection.

    Args:
        send: Sends a line.
        context: Which nick we want.
        rules: The server's rules for nicks.
    """

    def __init__(self, send: Callable[[str], None], context: Context, rules: ISupport) -> None:
        self._send = send
        self._network = context.network
        self._timing = context.timing
        self._first = context.settings.nick
        self._rules = rules
        self._choice = NickChoice(self._first)
        self._refused = False
        self._cut = 0
        self._lost = asyncio.Event()
        self._freed = asyncio.Event()
        self._answered = asyncio.Event()
        self.registered = asyncio.Event()
        self.nick = self._first
        self.mask = ""

    @property
    def wanted(self) -> str:
        """The nick that we want, no longer than the server allows."""
        return self._first[: self._rules.nick_length or self._cut or None]

    @property
    def have(self) -> bool:
        """Whether we have the nick that we want."""
        return self.is_me(self.wanted)

    def is_me(self, nick: str) -> bool:
        """Tell whether a nick is the bot's own."""
        return self._rules.fold(nick) == self._rules.fold(self.nick)

    # What the server says

    def welcome(self, nick: str) -> None:
        """We are registered, under this nick: the server may have cut the one that we asked for, without a word."""
        if nick and nick != self.nick and self.nick.startswith(nick):
            self._cut = len(nick)
        self.nick = nick or self.nick
        self.registered.set()

    def in_use(self) -> None:
        """Somebody has the nick that we asked for."""
        self._answered.set()
        if not self.registered.is_set():
            self._try(self._choice.after_in_use(), "is in use")

    def refused(self) -> None:
        """The server does not accept the nick that we asked for."""
        self._refused = True
        self._answered.set()
        if not self.registered.is_set():
            self._try(self._choice.after_refused(), "is not accepted by the server")

    def _try(self, nick: str, why: str) -> None:
        log.warning("%s: the nick %s %s; trying %s", self._network, self.nick, why, nick)
        self.nick = nick
        self._send(f"NICK {nick}")

    def renamed(self, new: str) -> None:
        """We have another nick: the one that we asked for, or one that services gave us."""
        had = self.have
        self.nick = new
        self._answered.set()
        if self.have:
            self._refused = False
            log.info("%s: now called %s", self._network, plain(new))
        else:
            log.warning("%s: the server calls us %s now", self._network, plain(new))
            if had:
                self._lost.set()

    def freed(self, nick: str) -> None:
        """Somebody gave a nick up."""
        if self._rules.fold(nick) == self._rules.fold(self.wanted) and not self.have:
            self._freed.set()

    # What we do

    async def keep(self, recover: Callable[[], Awaitable[bool]]) -> None:
        """Take the nick back whenever we have another one, until cancelled.

        Args:
            recover: Asks services for it, and returns whether there was anything to ask them with.
        """
        pauses = Pauses(self._timing.nick_pauses, self._timing.settled)
        while True:
            patience = self._timing.reserved if self._refused else self._timing.regain
            await within(None if self.have else patience, self._lost, self._freed)
            if self.have:
                self._lost.clear()
                self._freed.clear()
                continue
            pauses.ends()
            if await self.take_back(recover):
                pauses.begins()
            await within(pauses.next(), self._freed)

    async def take_back(self, recover: Callable[[], Awaitable[bool]]) -> bool:
        """Try once to have the nick that we want: by asking the server, and if it is held, by asking services.

        Args:
            recover: Asks services for it, and returns whether there was anything to ask them with.

        Returns:
            Whether we have it.
        """
        self._lost.clear()
        self._freed.clear()
        if await self._ask():
            return True
        return await recover() and (self.have or await self._ask())

    async def _ask(self) -> bool:
        self._answered.clear()
        self._send(f"NICK {self.wanted}")
        await within(self._timing.services, self._answered)
        return self.have
