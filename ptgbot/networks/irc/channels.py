"""Who is in the bot's channels, with which modes, and logged in as whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ptgbot.core.identity import Role
from ptgbot.networks.irc.isupport import ISupport

__all__ = ["Roster"]

MOST_MEMBERS = 20_000  # of one channel: beyond what any has, and no server can fill our memory


@dataclass(slots=True)
class _Member:
    nick: str
    modes: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Channel:
    name: str
    members: dict[str, _Member] = field(default_factory=dict)
    # Those whom the list under way has named, and those who came meanwhile; None when no list is under way.
    listed: set[str] | None = None


class _Accounts:
    """Who is logged in to which account, by nick and by account."""

    def __init__(self) -> None:
        self._by_key: dict[str, str] = {}
        self._keys: dict[str, set[str]] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def get(self, key: str) -> str | None:
        return self._by_key.get(key)

    def keys(self, account: str) -> set[str]:
        return self._keys.get(account.lower(), set())

    def set(self, key: str, account: str) -> None:
        self.pop(key)
        self._by_key[key] = account
        self._keys.setdefault(account.lower(), set()).add(key)

    def pop(self, key: str) -> str | None:
        account = self._by_key.pop(key, None)
        if account is not None:
            keys = self._keys[account.lower()]
            keys.discard(key)
            if not keys:
                del self._keys[account.lower()]
        return account


class Roster:
    """The members of the channels that the bot is in.

    Args:
        isupport: The server's rules for names and modes.
    """

    def __init__(self, isupport: ISupport) -> None:
        self._rules = isupport
        self._channels: dict[str, _Channel] = {}
        self._accounts = _Accounts()

    def enter(self, channel: str) -> None:
        """The bot came into a channel."""
        self._channels[self._rules.fold(channel)] = _Channel(channel)

    def leave(self, channel: str) -> None:
        """The bot is no longer in a channel: what happens there is no longer told."""
        self._channels.pop(self._rules.fold(channel), None)
        self._forget_strangers()

    def join(self, channel: str, nick: str, account: str | None = None) -> None:
        """Somebody came into a channel.

        Args:
            channel: The channel.
            nick: Who came.
            account: The account they are logged in to, empty for none, None if it was not told.
        """
        place = self._channels.get(self._rules.fold(channel))
        if place is None:
            return
        key = self._rules.fold(nick)
        if len(place.members) >= MOST_MEMBERS:
            return
        place.members[key] = _Member(nick)
        if place.listed is not None:
            place.listed.add(key)
        if account is not None:
            self._accounts.set(key, account)

    def part(self, channel: str, nick: str) -> None:
        """Somebody left a channel, or was made to."""
        place = self._channels.get(self._rules.fold(channel))
        if place is not None:
            place.members.pop(self._rules.fold(nick), None)
            self._forget_strangers((nick,))

    def quit(self, nick: str) -> None:
        """Somebody left the network."""
        key = self._rules.fold(nick)
        for place in self._channels.values():
            place.members.pop(key, None)
        self._accounts.pop(key)

    def rename(self, old: str, new: str) -> None:
        """Somebody has a new nick; their modes and their account go with them."""
        before, after = self._rules.fold(old), self._rules.fold(new)
        for place in self._channels.values():
            member = place.members.pop(before, None)
            if member is not None:
                member.nick = new
                place.members[after] = member
                if place.listed is not None:
                    place.listed.add(after)
        account = self._accounts.pop(before)
        self._accounts.pop(after)
        if account is not None:
            self._accounts.set(after, account)

    def mode(self, channel: str, changes: str, parameters: Iterable[str]) -> bool:
        """The modes of a channel changed.

        Args:
            channel: The channel.
            changes: The letters, such as ``+ov-b``.
            parameters: What follows them.

        Returns:
            Whether a member lost a mode, below which others may be hidden.
        """
        place = self._channels.get(self._rules.fold(channel))
        if place is None:
            return False
        lost = False
        for letter, adding, parameter in self._read_modes(changes, parameters):
            member = place.members.get(self._rules.fold(parameter))
            if letter not in self._rules.ranks or member is None:
                continue
            if adding:
                member.modes.add(letter)
            else:
                member.modes.discard(letter)
                lost = True
        return lost

    def _read_modes(self, changes: str, parameters: Iterable[str]) -> Iterator[tuple[str, bool, str]]:
        adding, left = True, iter(parameters)
        for letter in changes:
            if letter in "+-":
                adding = letter == "+"
            elif self._rules.takes_parameter(letter, adding=adding):
                yield letter, adding, next(left, "")

    def names(self, channel: str, entries: Iterable[str], *, all_modes: bool) -> None:
        """Take over a part of a channel's member list.

        Args:
            channel: The channel.
            entries: Nicks behind the symbols of their modes, with or without ``!user@host``.
            all_modes: Whether all symbols of a member are shown, or only the highest.
        """
        place = self._channels.get(self._rules.fold(channel))
        if place is None:
            return
        if place.listed is None:
            place.listed = set()
        for entry in entries:
            mask = entry.lstrip("".join(self._rules.symbols))
            nick = mask.partition("!")[0]
            if not nick or len(place.members) >= MOST_MEMBERS:
                continue
            shown = {self._rules.symbols[symbol] for symbol in entry[: len(entry) - len(mask)]}
            key = self._rules.fold(nick)
            member = place.members.setdefault(key, _Member(nick))
            if shown and not all_modes:
                # The modes below the one shown are as they were.
                highest = min(self._rules.ranks[mode] for mode in shown)
                shown |= {mode for mode in member.modes if self._rules.ranks.get(mode, -1) > highest}
            member.modes = shown
            place.listed.add(key)

    def names_end(self, channel: str) -> None:
        """A channel's member list is complete: those it did not name are not there."""
        place = self._channels.get(self._rules.fold(channel))
        if place is None or place.listed is None:
            return
        place.members = {key: member for key, member in place.members.items() if key in place.listed}
        place.listed = None
        self._forget_strangers()

    def set_account(self, nick: str, account: str) -> None:
        """Somebody in a channel is logged in to an account, or to none if it is empty."""
        key = self._rules.fold(nick)
        if self._is_member(key):
            self._accounts.set(key, account)

    def account(self, nick: str) -> str:
        """Return the account that somebody in a channel is logged in to; empty for none and for not known."""
        return self._accounts.get(self._rules.fold(nick)) or ""

    def knows_account(self, nick: str) -> bool:
        """Tell whether it was told which account somebody in a channel is logged in to, or that it is none."""
        return self._accounts.get(self._rules.fold(nick)) is not None

    def logged_in_as(self, account: str) -> list[str]:
        """Return the nicks in the channels that are logged in to an account, sorted."""
        keys = self._accounts.keys(account)
        return sorted({c.members[key].nick for c in self._channels.values() for key in keys if key in c.members})

    def is_here(self, nick: str) -> bool:
        """Tell whether somebody is in a channel."""
        return self._is_member(self._rules.fold(nick))

    def operators(self, channel: str) -> list[str]:
        """Return who is an operator of a channel, or more, sorted."""
        return [nick for nick in self.nicks(channel) if self.role(nick, channel) is Role.ORGANISER]

    def role(self, nick: str, channel: str | None = None) -> Role:
        """Return somebody's role in a channel, or the highest in any channel."""
        key = self._rules.fold(nick)
        if channel is None:
            places = list(self._channels.values())
        else:
            place = self._channels.get(self._rules.fold(channel))
            places = [] if place is None else [place]
        modes = {mode for place in places if key in place.members for mode in place.members[key].modes}
        if any(self._rules.reaches(mode, "o") for mode in modes):
            return Role.ORGANISER
        if any(self._rules.reaches(mode, "v") for mode in modes):
            return Role.MODERATOR
        return Role.ATTENDEE

    def nicks(self, channel: str) -> list[str]:
        """Return who is in a channel, sorted."""
        place = self._channels.get(self._rules.fold(channel))
        return [] if place is None else sorted(member.nick for member in place.members.values())

    def refold(self) -> None:
        """The server's rules changed: file everything anew."""
        fold = self._rules.fold
        members = [(key, member) for place in self._channels.values() for key, member in place.members.items()]
        known = {member.nick: account for key, member in members if (account := self._accounts.get(key)) is not None}
        for place in self._channels.values():
            place.members = {fold(member.nick): member for member in place.members.values()}
            place.listed = None
        self._channels = {fold(place.name): place for place in self._channels.values()}
        self._accounts = _Accounts()
        for nick, account in known.items():
            self._accounts.set(fold(nick), account)

    def _is_member(self, key: str) -> bool:
        return any(key in place.members for place in self._channels.values())

    def _forget_strangers(self, nicks: Iterable[str] | None = None) -> None:
        """Forget the accounts of those in no channel: nobody tells us when another takes such a nick."""
        keys = list(self._accounts) if nicks is None else [self._rules.fold(nick) for nick in nicks]
        for key in keys:
            if not self._is_member(key):
                self._accounts.pop(key)
