"""IRC as one of the networks."""

from ptgbot.networks.irc.connection import NotInChannel
from ptgbot.networks.irc.network import IRCNetwork
from ptgbot.networks.irc.settings import IRCSettings, Timing

__all__ = ["IRCNetwork", "IRCSettings", "NotInChannel", "Timing"]
