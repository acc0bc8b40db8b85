"""What a server says, line by line: who of us is told, in which order, and the answers that cannot wait."""

import asyncio
import logging
import re

from ptgbot.networks.irc.attendance import Attendance
from ptgbot.networks.irc.backlog import Backlog
from ptgbot.networks.irc.caps import WANTED, Capabilities
from ptgbot.networks.irc.context import Context
from ptgbot.networks.irc.handlers import Handlers, on
from ptgbot.networks.irc.hearing import Hearing
from ptgbot.networks.irc.isupport import ISupport
from ptgbot.networks.irc.lines import is_target, plain
from ptgbot.networks.irc.login import Login
from ptgbot.networks.irc.nick import OwnNick
from ptgbot.networks.irc.pace import is_complaint
from ptgbot.networks.irc.people import People
from ptgbot.networks.irc.places import Places
from ptgbot.networks.irc.questions import Questions
from ptgbot.networks.irc.whereabouts import Whereabouts
from ptgbot.networks.irc.wire import Line, Wire

__all__ = ["State"]

log = logging.getLogger(__name__)

_UNWELCOME = re.compile(r"too fast|throttl|too many|flood|\b[gkz]-?:?line|\bakill|\bbanned\b", re.IGNORECASE)


class State(Handlers):
    """What a server has told us on one connection.

    Args:
        wire: The open link, for answers.
        context: What all connections share.
    """

    def __init__(self, wire: Wire, context: Context) -> None:
        self._wire = wire
        self._context = context
        self._questions = Questions(wire.send, context.timing.ask)
        self.backlog = Backlog(wire.send, context.network, self._lagged)
        self.caps = Capabilities(WANTED | ({"sasl"} if context.settings.mechanisms else set()))
        self.isupport = ISupport()
        self.own = OwnNick(wire.send, context, self.isupport)
        self.places = Places(wire.send, context, self.isupport)
        self.people = People(context, self.isupport, self.own, self.caps)
        self.whereabouts = Whereabouts(
            wire.send, self._ask, rules=self.isupport, people=self.people, patience=context.timing.look
        )
        self.login = Login(wire.send, context, caps=self.caps, own=self.own, on_login=self.places.try_again)
        self._hearing = Hearing(context, caps=self.caps, own=self.own, places=self.places, people=self.people)
        self._attendance = Attendance(
            caps=self.caps,
            rules=self.isupport,
            own=self.own,
            places=self.places,
            people=self.people,
            login=self.login,
            questions=self._questions,
            complained=self._slow_down,
        )
        self.error = ""
        self.unwelcome = False
        self.negotiated = False
        self.one_target_only = False
        self.welcomed = asyncio.Event()

    @property
    def echoes(self) -> bool:
        """Whether the server sends our lines back to us."""
        return "echo-message" in self.caps.active

    def _ask(self, question: str) -> None:
        self._wire.send(question)
        self.backlog.sent(dear=False, echoed=self.echoes)

    def handle(self, line: Line) -> None:
        """Take in a line."""
        if not self.take(line) and not self._attendance.take(line) and 400 <= line.code < 600:
            self._on_refusal(line)

    # The link

    @on("ping")
    def _on_ping(self, line: Line) -> None:
        self._wire.send(f"PONG :{line.param(0)}")

    @on("pong")
    def _on_pong(self, line: Line) -> None:
        if line.params:
            self.backlog.ponged(line.params[-1])

    @on("error", "yourebannedcreep")
    def _on_error(self, line: Line) -> None:
        self.error = plain(line.last) or "no reason given"
        self.unwelcome = line.code != 0 or _UNWELCOME.search(self.error) is not None
        if is_complaint(self.error):
            self._slow_down(self.error)

    def _slow_down(self, why: str) -> None:
        pace = self._context.pace
        if pace.complained():
            log.warning(
                "%s: the server finds us too fast (%s); now a line in %g s", self._context.network, why, pace.interval
            )

    def _lagged(self, seconds: float) -> None:
        pace = self._context.pace
        if pace.lagged(seconds):
            log.info(
                "%s: the server is %.1f s behind with what we send; now a line in %g s",
                self._context.network,
                seconds,
                pace.interval,
            )

    @on("tryagain", "263", "targettoofast", "439")
    def _on_try_again(self, line: Line) -> None:
        if not self.own.registered.is_set():
            return  # some servers greet with 439: "please wait while we process your connection"
        self._slow_down(plain(line.last))
        self._questions.refused(line.param(1).upper())
        self._on_refused_question(line)

    # Getting in

    @on("cap")
    def _on_cap(self, line: Line) -> None:
        had_sasl = "sasl" in self.caps.active
        for answer in self.caps.receive(line.params):
            self._wire.send(answer)
        if "sasl" in self.caps.active and not had_sasl:
            self.login.offered()
        answered = line.param(1).upper() in ("ACK", "NAK") and not self.caps.asking
        if self.negotiated and answered and not self.own.registered.is_set():
            self.end_negotiation()  # asked for something that it has only now, a server waits for us again

    def end_negotiation(self) -> None:
        """Let the server register us: all was said that comes before."""
        self.negotiated = True
        self._wire.send("CAP END")

    @on("unknowncommand", "notregistered", "invalidcapcmd", "alreadyregistered")
    def _on_unknown(self, line: Line) -> None:
        if line.param(1).upper() == "AUTHENTICATE" or line.code in (451, 462):
            self.login.hear(line)
        if not self.own.registered.is_set() and "CAP" in (line.param(0), line.param(1)):
            self.caps.unknown()
        self._on_refused_question(line)

    @on(
        "authenticate",
        "nicklocked",
        "saslsuccess",
        "saslfail",
        "sasltoolong",
        "saslaborted",
        "saslalready",
        "saslmechs",
    )
    def _on_sasl(self, line: Line) -> None:
        self.login.hear(line)

    @on("loggedin")
    def _on_logged_in(self, line: Line) -> None:
        self.login.came_in(line.param(2))

    @on("loggedout")
    def _on_logged_out(self, _line: Line) -> None:
        self.login.went_out()

    @on("welcome")
    def _on_welcome(self, line: Line) -> None:
        self.own.welcome(line.param(0) if is_target(line.param(0)) else "")

    @on("featurelist")
    def _on_features(self, line: Line) -> None:
        self.isupport.load(token for token in line.params[1:] if " " not in token)
        self.people.roster.refold()
        self._wire.limit = self.isupport.line_length

    @on("endofmotd", "nomotd")
    def _on_end_of_motd(self, _line: Line) -> None:
        self.welcomed.set()

    # Our nick

    @on("nickcollision", "nicknameinuse", "unavailresource")
    def _on_nick_in_use(self, line: Line) -> None:
        if self.places.find(line.param(1)) is not None:  # 437 is said of channels too
            self.places.refused(line)
        else:
            self.own.in_use()

    @on("erroneusnickname")
    def _on_nick_refused(self, _line: Line) -> None:
        self.own.refused()

    @on("nick")
    def _on_nick(self, line: Line) -> None:
        old, new = line.nick, line.param(0)
        if not is_target(new):
            return  # no server says so of anybody
        if self.own.is_me(old):
            self.people.roster.rename(old, new)
            self.own.renamed(new)
        else:
            self.people.renamed(old, new)
            self.own.freed(old)

    @on("730")
    def _on_online(self, line: Line) -> None:
        nicks = _nicks(line.last)
        self.whereabouts.came(nicks)
        if any(nick.lower() == "nickserv" for nick in nicks):
            self.login.services_are_there()

    @on("731")
    def _on_offline(self, line: Line) -> None:
        nicks = _nicks(line.last)
        self.whereabouts.left(nicks)
        for nick in nicks:
            self.own.freed(nick)
            if nick.lower() == "nickserv":
                self.login.services_are_gone()

    @on("734")
    def _on_full_list(self, _line: Line) -> None:
        self.whereabouts.list_is_full()

    @on("ison")
    def _on_those_who_are_there(self, line: Line) -> None:
        if self.echoes:
            self.backlog.did_one()
        self.whereabouts.told(line.last.split())

    def _on_refused_question(self, line: Line) -> None:
        if line.param(1).upper() == "ISON":
            if self.echoes:
                self.backlog.did_one()
            self.whereabouts.refused(for_good=line.code == 421)

    def _on_refusal(self, line: Line) -> None:
        self.places.refused(line)
        if self.echoes and line.code in (401, 403, 404, 407):
            self.backlog.did_one()
        name, reason = line.param(1), plain(line.last)
        if line.code == 401:
            self._on_no_such_nick(name)
        elif line.code in (404, 482):
            self.people.operators_not_told(name)
        elif line.code == 407:
            self.one_target_only = True
        if line.code in (404, 531) and is_complaint(reason):
            self._slow_down(reason)

    def _on_no_such_nick(self, nick: str) -> None:
        if nick.lower() == "nickserv":
            self.login.nickserv_is_absent()
        else:
            self.people.no_such(nick)

    # What is said

    @on("notice")
    def _on_notice(self, line: Line) -> None:
        text = plain(line.param(1))
        if self.own.is_me(line.nick):
            self._on_echo(line)
        elif line.nick.lower() == "nickserv":
            self.login.nickserv_says(text)
        elif not line.is_from_person and self.own.registered.is_set() and is_complaint(text):
            self._slow_down(text)

    @on("privmsg")
    def _on_privmsg(self, line: Line) -> None:
        if self.own.is_me(line.nick):
            self._on_echo(line)
        else:
            self._hearing.hear(line)

    def _on_echo(self, line: Line) -> None:
        """Take in a line of ours that the server sent back."""
        self.own.mask = line.source if line.is_from_person else self.own.mask
        if self.echoes:
            self.backlog.did_one()


def _nicks(masks: str) -> list[str]:
    return [mask.partition("!")[0] for mask in masks.split(",")]
