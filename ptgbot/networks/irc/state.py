"""What a server has told us on one connection, and the answers that cannot wait."""

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ptgbot.core.identity import Actor, Identity
from ptgbot.core.messages import Message
from ptgbot.networks.irc.channels import Roster
from ptgbot.networks.irc.isupport import ISupport
from ptgbot.networks.irc.lines import is_target, plain
from ptgbot.networks.irc.registration import Capabilities, NickChoice, is_login_answer
from ptgbot.networks.irc.settings import IRCSettings, Timing
from ptgbot.networks.irc.wire import Line, Wire

__all__ = ["Membership", "State"]

log = logging.getLogger(__name__)

WHO_MARK = "152"  # any number; it comes back in the answers to our own question

_THROTTLED = re.compile(r"too fast|throttl|too many", re.IGNORECASE)

_Handler = Callable[["State", Line], None]
_HANDLERS: dict[str, _Handler] = {}


def _on(*commands: str) -> Callable[[_Handler], _Handler]:
    """Return a decorator that makes a method the handler of these commands."""

    def note(handler: _Handler) -> _Handler:
        _HANDLERS.update(dict.fromkeys(commands, handler))
        return handler

    return note


@dataclass(slots=True)
class Membership:
    """A channel that the bot is to be in, and whether it is.

    Args:
        name: The channel.
        since: When the bot came in by the server's clock, where it tells the time.
        refusal: Why the bot is not in.
        inside: Is set while the bot is in.
        outside: Is set when the bot is out again.
        answered: Is set when the server answered a JOIN.
        invited: Is set by an invitation.
    """

    name: str
    since: str = ""
    refusal: str = ""
    inside: asyncio.Event = field(default_factory=asyncio.Event)
    outside: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    invited: asyncio.Event = field(default_factory=asyncio.Event)


class State:
    """What a server has told us, line by line.

    Args:
        wire: The open link, for answers.
        settings: Where we are and as whom.
        timing: How long to wait between two questions for the same.
        network: The network's name.
        accept: Is given every message.
        moved: Is called when the bot came into a channel or out of one.
    """

    def __init__(
        self,
        wire: Wire,
        settings: IRCSettings,
        timing: Timing,
        *,
        network: str,
        accept: Callable[[Message], None],
        moved: Callable[[], None],
    ) -> None:
        self._wire = wire
        self._settings = settings
        self._timing = timing
        self._network = network
        self._accept = accept
        self._moved = moved
        self._nicks = NickChoice(settings.nick)
        self._questions: dict[str, bool] = {}
        self.caps = Capabilities()
        self.isupport = ISupport()
        self.roster = Roster(self.isupport)
        self.memberships = [Membership(name) for name in settings.channels]
        self.nick = settings.nick
        self.nick_refused = False
        self.mask = ""
        self.error = ""
        self.throttled = False
        self.registered = asyncio.Event()
        self.welcomed = asyncio.Event()
        self.logged_in = asyncio.Event()
        self.nick_freed = asyncio.Event()

    def is_me(self, nick: str) -> bool:
        """Tell whether a nick is the bot's own."""
        return self.isupport.fold(nick) == self.isupport.fold(self.nick)

    def membership(self, channel: str) -> Membership | None:
        """Return the bot's own channel of this name, if it is one."""
        fold = self.isupport.fold
        return next((place for place in self.memberships if fold(place.name) == fold(channel)), None)

    def handle(self, line: Line) -> None:
        """Take in a line."""
        handler = _HANDLERS.get(line.command)
        if handler is not None:
            handler(self, line)
        elif 400 <= line.code < 600:
            self._on_refusal(line)

    @_on("ping")
    def _on_ping(self, line: Line) -> None:
        self._wire.send(f"PONG :{line.param(0)}")

    @_on("error")
    def _on_error(self, line: Line) -> None:
        self.error = plain(line.param(0))
        self.throttled = _THROTTLED.search(self.error) is not None

    @_on("yourebannedcreep")
    def _on_banned(self, line: Line) -> None:
        self.throttled = True
        self.error = plain(line.params[-1]) if line.params else "banned"

    @_on("cap")
    def _on_cap(self, line: Line) -> None:
        for answer in self.caps.receive(line.params):
            self._wire.send(answer)

    @_on("welcome")
    def _on_welcome(self, line: Line) -> None:
        # The server may have cut our nick without a word: what it says here is what we are called.
        self.nick = line.param(0) or self.nick
        self.registered.set()

    @_on("featurelist")
    def _on_features(self, line: Line) -> None:
        self.isupport.load(token for token in line.params[1:] if " " not in token)
        self.roster.refold()
        self._wire.limit = self.isupport.line_length

    @_on("endofmotd", "nomotd")
    def _on_end_of_motd(self, _line: Line) -> None:
        self.welcomed.set()

    @_on("nickcollision", "nicknameinuse", "unavailresource")
    def _on_nick_in_use(self, line: Line) -> None:
        if self.membership(line.param(1)) is not None:  # 437 is said of channels too
            self._on_refusal(line)
        elif not self.registered.is_set():
            self._try_nick(self._nicks.after_in_use(), "is in use")

    @_on("erroneusnickname")
    def _on_nick_refused(self, _line: Line) -> None:
        self.nick_refused = True
        if not self.registered.is_set():
            self._try_nick(self._nicks.after_refused(), "is not accepted by the server")

    def _try_nick(self, nick: str, why: str) -> None:
        log.warning("%s: the nick %s %s; trying %s", self._network, self.nick, why, nick)
        self.nick = nick
        self._wire.send(f"NICK {nick}")

    def _on_refusal(self, line: Line) -> None:
        place = self.membership(line.param(1))
        if place is not None and not place.inside.is_set():
            place.refusal = plain(line.params[-1])
            place.answered.set()

    @_on("nosuchnick")
    def _on_no_such_nick(self, line: Line) -> None:
        if line.param(1).lower() == "nickserv":
            if not self.logged_in.is_set():
                log.warning("%s: there is no NickServ to log in with", self._network)
            self.logged_in.set()

    @_on("loggedin")
    def _on_logged_in(self, _line: Line) -> None:
        log.info("%s: logged in", self._network)
        self.logged_in.set()

    @_on("join")
    def _on_join(self, line: Line) -> None:
        channel = line.param(0)
        if not self.is_me(line.nick):
            told = "extended-join" in self.caps.active and len(line.params) > 1
            self.roster.join(channel, line.nick, _account(line.param(1)) if told else None)
            if not told:
                self._ask_accounts(channel)
            return
        place = self.membership(channel)
        if place is None:
            # A server that forwards, or an operator, put us where nobody asked for us.
            self._wire.send(f"PART {channel}")
            return
        self.mask = line.source
        self.roster.enter(channel)
        place.since = line.tags.get("time", "")
        place.outside.clear()
        place.inside.set()
        place.answered.set()
        self._moved()
        self._ask_accounts(channel)

    @_on("part")
    def _on_part(self, line: Line) -> None:
        self._gone(line.param(0), line.nick, "parted")

    @_on("kick")
    def _on_kick(self, line: Line) -> None:
        self._gone(line.param(0), line.param(1), f"kicked by {plain(line.nick)}")

    def _gone(self, channel: str, nick: str, why: str) -> None:
        if not self.is_me(nick):
            self.roster.part(channel, nick)
            return
        self.roster.leave(channel)
        place = self.membership(channel)
        if place is not None:
            place.refusal = why
            place.inside.clear()
            place.outside.set()
            self._moved()

    @_on("quit")
    def _on_quit(self, line: Line) -> None:
        self.roster.quit(line.nick)
        self._note_freed(line.nick)

    @_on("nick")
    def _on_nick(self, line: Line) -> None:
        old, new = line.nick, line.param(0)
        if not new:
            return
        self.roster.rename(old, new)
        if self.is_me(old):
            log.info("%s: now called %s", self._network, plain(new))
            self.nick = new
        else:
            self._note_freed(old)

    def _note_freed(self, nick: str) -> None:
        if self.isupport.fold(nick) == self.isupport.fold(self._settings.nick):
            self.nick_freed.set()

    @_on("mode")
    def _on_mode(self, line: Line) -> None:
        place = self.membership(line.param(0))
        if place is None:
            return
        hidden = self.roster.mode(line.params[0], line.param(1), line.params[2:])
        if hidden and "multi-prefix" not in self.caps.active:
            self._ask(f"NAMES {place.name}")

    @_on("namreply")
    def _on_names(self, line: Line) -> None:
        if len(line.params) >= 4:
            self.roster.names(line.params[2], line.params[-1].split(" "), all_modes="multi-prefix" in self.caps.active)

    @_on("endofnames")
    def _on_end_of_names(self, line: Line) -> None:
        self.roster.names_end(line.param(1))
        place = self.membership(line.param(1))
        if place is not None:
            self._answered(f"NAMES {place.name}")

    @_on("whospcrpl")
    def _on_who(self, line: Line) -> None:
        if line.param(1) == WHO_MARK and len(line.params) >= 4:
            self.roster.set_account(line.params[2], _account(line.params[3]))

    @_on("endofwho")
    def _on_end_of_who(self, line: Line) -> None:
        place = self.membership(line.param(1))
        if place is not None:
            self._answered(_who(place.name))

    @_on("account")
    def _on_account(self, line: Line) -> None:
        self.roster.set_account(line.nick, _account(line.param(0)))

    @_on("invite")
    def _on_invite(self, line: Line) -> None:
        place = self.membership(line.param(1))
        if place is not None:
            place.invited.set()

    @_on("notice")
    def _on_notice(self, line: Line) -> None:
        if line.nick.lower() == "nickserv" and is_login_answer(plain(line.param(1))):
            if not self.logged_in.is_set() and self._settings.password:
                log.info("%s: NickServ answered the login", self._network)
            self.logged_in.set()

    @_on("privmsg")
    def _on_privmsg(self, line: Line) -> None:
        target, text = line.param(0), line.param(1)
        ours = line.is_from_person and is_target(line.nick) and not self.is_me(line.nick)
        if not ours or text.startswith("\x01") or "bot" in line.tags or line.nick.lower() == "nickserv":
            return
        place = self.membership(target)
        if place is None and not self.is_me(target):
            return  # for the operators of a channel only, or for everybody on a server
        if place is not None and place.since and line.tags.get("time", place.since) < place.since:
            return  # the channel's history, played back because we came in
        message = Message(
            network=self._network,
            sender=self._actor(line, place),
            text=plain(text),
            channel=None if place is None else place.name,
            id=line.tags.get("msgid", ""),
        )
        try:
            self._accept(message)
        except Exception:
            log.exception("%s: a message could not be taken in; going on", self._network)

    def _actor(self, line: Line, place: Membership | None) -> Actor:
        if "account-tag" in self.caps.active:
            account = _account(line.tags.get("account", ""))
            self.roster.set_account(line.nick, account)
        else:
            account = self.roster.account(line.nick)
        nick = self.isupport.fold(line.nick)
        identity = (
            Identity(self._network, account.lower(), verified=True)
            if account
            else Identity(self._network, nick, verified=False)
        )
        role = self.roster.role(line.nick, None if place is None else place.name)
        return Actor(identity, line.nick, role, nick)

    def _ask_accounts(self, channel: str) -> None:
        place = self.membership(channel)
        if self.isupport.whox and place is not None and place.inside.is_set():
            self._ask(_who(place.name))

    def _ask(self, question: str) -> None:
        """Ask for a list; once more later, rather than twice at a time, if it is wanted again meanwhile."""
        if question in self._questions:
            self._questions[question] = True
        else:
            self._questions[question] = False
            self._wire.send(question)

    def _answered(self, question: str) -> None:
        if question in self._questions:
            asyncio.get_running_loop().call_later(self._timing.ask, self._ask_again, question)

    def _ask_again(self, question: str) -> None:
        if self._questions.pop(question, False):
            with contextlib.suppress(ConnectionError):
                self._ask(question)


def _account(told: str) -> str:
    """Return an account as a server tells it; empty for none, and for one that would not be unmistakable."""
    return "" if told in ("*", "0") or " " in told or plain(told) != told else told


def _who(channel: str) -> str:
    return f"WHO {channel} %tna,{WHO_MARK}"
