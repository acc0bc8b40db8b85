"""What comes in from a network and what goes out to one."""

from dataclasses import dataclass
from enum import IntEnum

from ptgbot.core.identity import Actor

__all__ = ["Message", "Priority", "Send", "Target"]


@dataclass(frozen=True, slots=True)
class Message:
    """A line that somebody typed.

    Args:
        network: The network's name, such as ``irc``.
        sender: Who typed it, with their role there at that moment; in private the highest one they
            hold in any of the bot's channels.
        text: The line, without the network's formatting codes.
        channel: Where, or None in a private talk.
        id: The network's id of the message, or empty.
    """

    network: str
    sender: Actor
    text: str
    channel: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A channel or a person (by nick) to send to."""

    network: str
    name: str


class Priority(IntEnum):
    """What goes first when there is a queue."""

    ANSWER = 0
    NOTIFICATION = 1


@dataclass(frozen=True, slots=True)
class Send:
    """A text for a target. The network cuts it into as many lines as it needs."""

    target: Target
    text: str
    priority: Priority = Priority.ANSWER
