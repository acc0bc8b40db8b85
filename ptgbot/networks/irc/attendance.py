"""Who comes into the channels, who leaves them, with which modes, and logged in as whom."""

from collections.abc import Callable

from ptgbot.networks.irc.caps import Capabilities
from ptgbot.networks.irc.handlers import Handlers, on
from ptgbot.networks.irc.hearing import account_with
from ptgbot.networks.irc.isupport import ISupport
from ptgbot.networks.irc.lines import plain
from ptgbot.networks.irc.login import Login
from ptgbot.networks.irc.nick import OwnNick
from ptgbot.networks.irc.pace import is_complaint
from ptgbot.networks.irc.people import People, account_told
from ptgbot.networks.irc.places import Places
from ptgbot.networks.irc.questions import Questions
from ptgbot.networks.irc.wire import Line

__all__ = ["Attendance"]

WHO_MARK = "152"  # any number; it comes back in the answers to our own question


class Attendance(Handlers):
    """Takes in what a server tells about channels and the people in them.

    Args:
        caps: What the server tells with a line.
        rules: The server's rules.
        own: The bot's own nick.
        places: The bot's channels.
        people: Who the people are.
        login: The bot's own login.
        questions: Asks for lists.
        complained: Is told why the server found us too fast.
    """

    def __init__(
        self,
        *,
        caps: Capabilities,
        rules: ISupport,
        own: OwnNick,
        places: Places,
        people: People,
        login: Login,
        questions: Questions,
        complained: Callable[[str], None],
    ) -> None:
        self._caps = caps
        self._rules = rules
        self._own = own
        self._places = places
        self._people = people
        self._login = login
        self._questions = questions
        self._complained = complained

    @on("join")
    def _on_join(self, line: Line) -> None:
        channel = line.param(0)
        if self._own.is_me(line.nick):
            if self._places.entered(channel, line.tags.get("time", "")):
                self._own.mask = line.source
                self._people.roster.enter(channel)
                self._ask_accounts(channel)
            return
        account = account_with(line, self._caps)
        if "extended-join" in self._caps.active and len(line.params) > 1:
            account = account_told(line.param(1))
        self._people.roster.join(channel, line.nick, account)
        if account is None and self._rules.whox:
            self._ask_accounts(channel)  # and then we know who came
        else:
            self._people.came(line.nick)

    @on("part")
    def _on_part(self, line: Line) -> None:
        self._gone(line.param(0), line.nick, "parted")

    @on("kick")
    def _on_kick(self, line: Line) -> None:
        reason = plain(line.param(2))
        if self._own.is_me(line.param(1)) and is_complaint(reason):
            self._complained(reason)
        self._gone(line.param(0), line.param(1), f"kicked by {plain(line.nick)}")

    def _gone(self, channel: str, nick: str, why: str) -> None:
        if self._own.is_me(nick):
            self._people.we_left(channel)
            self._places.left(channel, why)
        else:
            self._people.left(channel, nick)

    @on("quit")
    def _on_quit(self, line: Line) -> None:
        self._left_the_network(line.nick)

    @on("kill")
    def _on_kill(self, line: Line) -> None:
        self._left_the_network(line.param(0))

    def _left_the_network(self, nick: str) -> None:
        if not self._own.is_me(nick):
            self._people.quit(nick)
            self._own.freed(nick)

    @on("invite")
    def _on_invite(self, line: Line) -> None:
        if self._own.is_me(line.param(0)):
            self._places.invited(line.param(1))

    @on("mode")
    def _on_mode(self, line: Line) -> None:
        place = self._places.find(line.param(0))
        if place is None:
            return
        hidden = self._people.roster.mode(line.params[0], line.param(1), line.params[2:])
        if hidden and "multi-prefix" not in self._caps.active:
            self._questions.ask(f"NAMES {place.name}")

    @on("namreply")
    def _on_names(self, line: Line) -> None:
        if len(line.params) >= 4:
            all_modes = "multi-prefix" in self._caps.active
            self._people.roster.names(line.params[2], line.last.split(" "), all_modes=all_modes)

    @on("endofnames")
    def _on_end_of_names(self, line: Line) -> None:
        place = self._places.find(line.param(1))
        self._people.roster.names_end(line.param(1))
        if place is not None:
            self._questions.answered(f"NAMES {place.name}")
            if not self._rules.whox:
                self._announce(place.name)

    @on("whospcrpl")
    def _on_who(self, line: Line) -> None:
        if line.param(1) == WHO_MARK and len(line.params) >= 4:
            self._people.roster.set_account(line.params[2], account_told(line.params[3]))

    @on("endofwho")
    def _on_end_of_who(self, line: Line) -> None:
        place = self._places.find(line.param(1))
        if place is not None:
            self._questions.answered(_who(place.name))
            self._announce(place.name)

    def _announce(self, channel: str) -> None:
        for nick in self._people.roster.nicks(channel):
            self._people.came(nick)

    def _ask_accounts(self, channel: str) -> None:
        place = self._places.find(channel)
        if self._rules.whox and place is not None and place.inside.is_set():
            self._questions.ask(_who(place.name))

    @on("account")
    def _on_account(self, line: Line) -> None:
        account = account_told(line.param(0))
        if not self._own.is_me(line.nick):
            self._people.logged_in(line.nick, account)
        elif account:
            self._login.came_in(account)
        else:
            self._login.went_out()

    @on("chghost")
    def _on_other_host(self, line: Line) -> None:
        if self._own.is_me(line.nick) and len(line.params) >= 2:
            self._own.mask = f"{line.nick}!{line.params[0]}@{line.params[1]}"


def _who(channel: str) -> str:
    return f"WHO {channel} %tna,{WHO_MARK}"
