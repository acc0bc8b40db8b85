"""The lines of an answer as Sends, where and as the network of the question wants them."""

from ptgbot.core.messages import Message, Send, Tone
from ptgbot.core.protocols import Network

__all__ = ["addressed"]


def addressed(network: Network, message: Message, tone: Tone, lines: tuple[str, ...]) -> list[Send]:
    """Return lines as an answer to a message.

    Args:
        network: Knows where its answers go; where a message can have several lines, they become one.
        message: What is answered; one without a channel is answered for whoever asked, and for nobody else.
        tone: What kind of answer it is.
        lines: The answer.
    """
    found = network.address(message, tone)
    if found is None:
        return []
    target, lead = found
    if network.joint == "\n":
        lines = ("\n".join(lines),)
    asker, apart = message.sender.identity.key, len(lines) > 1
    return [
        Send(target, line, lead=lead, asker=asker, apart=apart, more=number < len(lines))
        for number, line in enumerate(lines, start=1)
    ]
