"""What people say to the bot, and only that: no notices, no other bots, no CTCP, nothing that is old."""

import logging

from ptgbot.core.messages import Message
from ptgbot.networks.irc.caps import Capabilities
from ptgbot.networks.irc.context import Context
from ptgbot.networks.irc.lines import is_target, plain
from ptgbot.networks.irc.nick import OwnNick
from ptgbot.networks.irc.people import People, account_told
from ptgbot.networks.irc.places import Places
from ptgbot.networks.irc.wire import Line

__all__ = ["Hearing", "account_with"]

log = logging.getLogger(__name__)

_BOT_TAGS = frozenset({"bot", "draft/bot", "inspircd.org/bot"})


def account_with(line: Line, caps: Capabilities) -> str | None:
    """Return the account that came with a line, empty for none; None where the server does not tell."""
    return account_told(line.tags.get("account", "")) if "account-tag" in caps.active else None


class Hearing:
    """Makes messages of what people say on one connection.

    Args:
        context: Who is given the messages.
        caps: What the server tells with a line.
        own: The bot's own nick.
        places: The bot's channels.
        people: Who the people are.
    """

    def __init__(self, context: Context, *, caps: Capabilities, own: OwnNick, places: Places, people: People) -> None:
        self._context = context
        self._caps = caps
        self._own = own
        self._places = places
        self._people = people

    def hear(self, line: Line) -> None:
        """Take in a PRIVMSG of somebody else."""
        if not self._is_for_us(line):
            return
        account = account_with(line, self._caps)
        self._people.spoke(line.nick, account)
        place = self._places.find(line.param(0))
        channel = None if place is None else place.name
        message = Message(
            network=self._context.network,
            sender=self._people.actor(line.nick, channel, account),
            text=plain(line.param(1)),
            channel=channel,
            id=line.tags.get("msgid", ""),
        )
        try:
            self._context.accept(message)
        except Exception:
            log.exception("%s: a message could not be taken in; going on", self._context.network)

    def _is_for_us(self, line: Line) -> bool:
        """Tell whether a line is a person's, to us or into one of our channels, and new."""
        if not line.is_from_person or not is_target(line.nick) or line.nick.lower() == "nickserv":
            return False
        if line.param(1).startswith("\x01") or not _BOT_TAGS.isdisjoint(line.tags):
            return False
        place = self._places.find(line.param(0))
        if place is None:  # for the operators of a channel only, or for everybody on a server, is not for us
            return self._own.is_me(line.param(0))
        # The channel's history may be played back because we came in.
        return not place.since or line.tags.get("time", place.since) >= place.since
