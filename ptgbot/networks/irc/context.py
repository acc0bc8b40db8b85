"""What every connection of a network shares."""

from collections.abc import Callable
from dataclasses import dataclass

from ptgbot.core.messages import Message
from ptgbot.core.protocols import Presence
from ptgbot.networks.irc.pace import Pace
from ptgbot.networks.irc.settings import IRCSettings, Timing

__all__ = ["Context"]


@dataclass(frozen=True, slots=True)
class Context:
    """What every connection of a network shares.

    Args:
        network: The network's name in identities and targets.
        settings: Where we are and as whom.
        timing: How long the steps may take.
        pace: How fast lines may go out; slows down when a server complains.
        accept: Is given every message.
        presence: Is told who comes, and who turns out to be away.
        moved: Is called when the bot came into a channel or out of one.
    """

    network: str
    settings: IRCSettings
    timing: Timing
    pace: Pace
    accept: Callable[[Message], object]
    presence: Presence
    moved: Callable[[], None]
