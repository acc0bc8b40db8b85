"""Who people are, where they are to be reached, and who is known to be away."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ptgbot.core.identity import Actor, Identity, account_of
from ptgbot.core.messages import Target
from ptgbot.networks.irc.caps import Capabilities
from ptgbot.networks.irc.channels import Roster
from ptgbot.networks.irc.context import Context
from ptgbot.networks.irc.isupport import ISupport
from ptgbot.networks.irc.lines import is_channel, is_target, plain
from ptgbot.networks.irc.nick import OwnNick

__all__ = ["People", "account_told"]

log = logging.getLogger(__name__)

RECENT = 30.0  # seconds in which "no such nick" is about a line that we sent
THERE = 60.0  # seconds for which somebody in none of our channels is taken to be there, once the server said so
AWAY = 600.0  # seconds for which the same person is taken to be away
REMEMBERED = 10_000  # people who are known to be away, and those of whom we heard or whom we told something
_SERVICES = frozenset({"chanserv", "nickserv"})
_TELL_ACCOUNTS = frozenset({"account-notify", "account-tag", "extended-join"})


def account_told(told: str) -> str:
    """Return an account as a server tells it; empty for none, and for one that would not be unmistakable."""
    return "" if told in ("*", "0") or " " in told or plain(told) != told else told


class People:
    """The people on one connection.

    Args:
        context: Who is told of those who come.
        rules: The server's rules for names.
        own: The bot's own nick, who is nobody here.
        caps: What the server tells.
    """

    def __init__(self, context: Context, rules: ISupport, own: OwnNick, caps: Capabilities) -> None:
        self._context = context
        self._rules = rules
        self._own = own
        self._caps = caps
        self.roster = Roster(rules)
        # By folded nick, and by the keys of verified identities.
        self._away: OrderedDict[str | None, float] = OrderedDict()  # since when we know
        self._there: OrderedDict[str | None, float] = OrderedDict()  # the same, of those in none of our channels
        self._announced: OrderedDict[str | None, set[str]] = OrderedDict()
        self._sent: OrderedDict[str, tuple[Target, float]] = OrderedDict()
        # Those in none of our channels who spoke: their account by folded nick, and their last nick by account.
        self._outside: OrderedDict[str, str] = OrderedDict()
        self._last_nick: dict[str, str] = {}
        self._deaf: set[str] = set()  # channels whose operators cannot be told by STATUSMSG

    def actor(self, nick: str, channel: str | None = None, account: str | None = None) -> Actor:
        """Return who somebody is at this moment.

        Args:
            nick: Their nick.
            channel: Where they speak; None for in private, where their highest role counts.
            account: The account that came with what they said, empty for none; None if it was not told.
        """
        identity = self._identity(nick, self.roster.account(nick) if account is None else account)
        return Actor(identity, nick, self.roster.role(nick, channel), self._rules.fold(nick))

    def _identity(self, nick: str, account: str) -> Identity:
        if account:
            return Identity(self._context.network, account.lower(), verified=True)
        return Identity(self._context.network, self._rules.fold(nick), verified=False)

    # What the server says

    def came(self, nick: str, account: str | None = None) -> None:
        """Somebody is there: they came, logged in, took this nick, or were found in a channel.

        Args:
            nick: Their nick.
            account: The account that came with it, as for ``actor``.
        """
        if self._own.is_me(nick) or nick.lower() in _SERVICES or not is_target(nick):
            return
        actor = self.actor(nick, account=account)
        self._away.pop(actor.nick, None)
        self._away.pop(actor.identity.key, None)
        known = self._announced.setdefault(actor.nick, set())
        if actor.identity.key not in known:
            known.add(actor.identity.key)
            self._bound(self._announced)
            try:
                self._context.presence.came(self._context.network, actor)
            except Exception:
                log.exception("%s: that somebody came could not be taken in; going on", self._context.network)

    def spoke(self, nick: str, account: str | None) -> None:
        """Somebody said something, logged in to this account (empty for none, None if it was not told)."""
        if account is not None:
            news = bool(account) and self.roster.account(nick).lower() != account.lower()
            self.roster.set_account(nick, account)
            if self.roster.is_here(nick):
                if news:
                    self.came(nick)
            else:
                self._spoke_outside(nick, account.lower())
        actor = self.actor(nick, account=account)
        if actor.nick in self._away or actor.identity.key in self._away:
            self._announced.pop(actor.nick, None)
            self.came(nick, account)

    def _spoke_outside(self, nick: str, account: str) -> None:
        key = self._rules.fold(nick)
        if self._outside.get(key, "") != account:
            self._forget_outside(key)
        if account:
            self._outside[key], self._last_nick[account] = account, nick
            self._outside.move_to_end(key)
            if len(self._outside) > REMEMBERED:
                self._forget_outside(next(iter(self._outside)))
            self.came(nick, account)

    def _forget_outside(self, key: str) -> None:
        """Forget which account was outside under a folded nick: who has that nick now is not known."""
        self._announced.pop(key, None)
        account = self._outside.pop(key, "")
        if account and self._rules.fold(self._last_nick.get(account, "")) == key:
            del self._last_nick[account]

    def logged_in(self, nick: str, account: str) -> None:
        """Somebody in a channel logged in to an account, or out where it is empty."""
        self.roster.set_account(nick, account)
        if account and self.roster.is_here(nick):
            self.came(nick)

    def left(self, channel: str, nick: str) -> None:
        """Somebody left a channel, or was made to; they may be there still."""
        self.roster.part(channel, nick)
        self._gone_from_sight((nick,))

    def we_left(self, channel: str) -> None:
        """The bot is no longer in a channel: of those who are in no other one nothing is told any more."""
        nicks = self.roster.nicks(channel)
        self.roster.leave(channel)
        self._gone_from_sight(nicks)

    def _gone_from_sight(self, nicks: Iterable[str]) -> None:
        for nick in nicks:
            if not self.roster.is_here(nick):
                self._forget_outside(self._rules.fold(nick))

    def quit(self, nick: str) -> None:
        """Somebody left the network."""
        identity = self._identity(nick, self.roster.account(nick))
        self.roster.quit(nick)
        self._note_away(self._rules.fold(nick))
        if identity.verified and not self.roster.logged_in_as(identity.account):
            self._note_away(identity.key)

    def renamed(self, old: str, new: str) -> None:
        """Somebody has another nick."""
        self.roster.rename(old, new)
        self._forget_outside(self._rules.fold(old))
        self._forget_outside(self._rules.fold(new))
        self.came(new)

    def no_such(self, nick: str) -> None:
        """The server knows nobody of this nick; what we just sent there did not arrive."""
        key = self._rules.fold(nick)
        target, at = self._sent.pop(key, (None, 0.0))
        if target is None:
            return
        self._note_away(key)
        if asyncio.get_running_loop().time() - at <= RECENT:
            try:
                self._context.presence.missed(target)
            except Exception:
                log.exception("%s: that somebody is away could not be taken in; going on", self._context.network)

    def found(self, asked: Iterable[str], there: Iterable[str] | None) -> list[str]:
        """The server was asked for some people.

        Args:
            asked: The nicks for which it was asked.
            there: Those of them who are there; None where it did not answer: then all that we knew stays as it was.

        Returns:
            Those who are away, as we know now.
        """
        present = None if there is None else {self._rules.fold(nick) for nick in there}
        absent = []
        for nick in asked:
            key = self._rules.fold(nick)
            if present is None:
                known = self._away if key in self._away else self._there
                self._note(known, key)
            elif key in present:
                self._note(self._there, key)
                if key in self._away:
                    self.came(nick)
            else:
                self._note_away(key)
                absent.append(nick)
        return absent

    def operators_not_told(self, name: str) -> None:
        """The server refused what we sent to the operators of a channel."""
        if name.startswith("@"):
            self._deaf.add(self._rules.fold(name[1:]))

    # What we ask

    def sent(self, target: Target) -> None:
        """Something was sent to one person or several."""
        names = target.name.split(",")
        for name in names:
            one = target if len(names) == 1 else replace(target, name=name, identity="")
            self._sent[self._rules.fold(name)] = (one, asyncio.get_running_loop().time())
            self._sent.move_to_end(self._rules.fold(name))
        self._bound(self._sent)

    def locate(self, target: Target) -> Target | None:
        """Return where somebody is to be reached now; None if they are known to be away.

        Where the server tells accounts, an account is reached under no nick but one that was seen with it: its last
        nick may be a stranger's by now.
        """
        if not self._is_ours(target):
            return target
        fold, account = self._rules.fold, account_of(target.identity)
        if not account:
            nick = self.nick_of(target)
            return None if fold(nick) in self._away else replace(target, name=nick)
        nicks = self.roster.logged_in_as(account)
        if nicks:
            kept = next((nick for nick in nicks if fold(nick) == fold(target.name)), nicks[0])
            return replace(target, name=kept)
        if self._tells_accounts:
            nick = self._nick_outside(target, account)
            return replace(target, name=nick) if nick else None
        taken = self.roster.knows_account(target.name)  # by somebody else, then
        away = fold(target.name) in self._away or target.identity in self._away
        return None if taken or away else target

    @property
    def _tells_accounts(self) -> bool:
        return self._rules.whox or not _TELL_ACCOUNTS.isdisjoint(self._caps.active)

    def _nick_outside(self, target: Target, account: str) -> str:
        """Return the nick under which an account last spoke from outside of our channels; empty for none."""
        asked = self._outside.get(self._rules.fold(target.name)) == account
        for nick in (target.name if asked else "", self._last_nick.get(account, "")):
            if nick and not self.roster.is_here(nick):  # who is in a channel has another account, or none
                return nick
        return ""

    def _is_ours(self, target: Target) -> bool:
        """Tell whether a target is a person of this network, of whom we may know more than the nick that they had."""
        network, _, named = target.identity.partition("/")
        return bool(named) and network == self._context.network

    def nick_of(self, target: Target) -> str:
        """Return the nick that somebody had when they were last heard of; their own, where they are nothing else."""
        named, account = target.identity.partition("/")[2], account_of(target.identity)
        if account:
            return self._nick_outside(target, account) or target.name
        return named[1:] if self._rules.fold(target.name) != named[1:] else target.name

    def knows(self, target: Target) -> bool:
        """Tell whether it is known if somebody is there, or nobody could tell us."""
        nick = self.nick_of(target)
        if not self._is_ours(target) or not is_target(nick) or is_channel(nick):
            return True
        located = self.locate(target)
        if located is None and account_of(target.identity) and self._tells_accounts:
            return True  # whoever has their last nick, it would not be told that it is they
        if self.roster.is_here(nick if located is None else located.name):
            return True
        now, never = asyncio.get_running_loop().time(), float("-inf")
        key = self._rules.fold(nick)
        away = max(self._away.get(key, never), self._away.get(target.identity, never))
        return now - self._there.get(key, never) < THERE or now - away < AWAY

    def organisers(self, channels: list[str]) -> tuple[Target, ...]:
        """Return where the operators of some channels are to be told something, each of them once."""
        told: set[str] = set()
        targets = []
        for channel in channels:
            here = [n for n in self.roster.operators(channel) if n.lower() not in _SERVICES and not self._own.is_me(n)]
            left = [nick for nick in here if self._rules.fold(nick) not in told]
            told |= {self._rules.fold(nick) for nick in left}
            if self._rules.tells_operators and self._rules.fold(channel) not in self._deaf:
                targets += [f"@{channel}"] if left else []
            else:
                targets += left
        return tuple(Target(self._context.network, name) for name in targets)

    def _note_away(self, key: str) -> None:
        self._there.pop(key, None)
        self._forget_outside(key)
        self._note(self._away, key)

    def _note(self, known: "OrderedDict[str | None, float]", key: str) -> None:
        known[key] = asyncio.get_running_loop().time()
        known.move_to_end(key)
        self._bound(known)

    def _bound(self, remembered: "OrderedDict[Any, Any]") -> None:
        while len(remembered) > REMEMBERED:
            remembered.popitem(last=False)
