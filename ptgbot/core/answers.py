"""The lines of an answer as Sends: to a channel, behind the name of whoever asked, or to them alone."""

from ptgbot.core.messages import Message, Send, Target

__all__ = ["in_channel", "in_private"]


def in_channel(message: Message, channel: str, lines: tuple[str, ...]) -> list[Send]:
    """Return lines as an answer to a message, in a channel."""
    return _answers(message, Target(message.network, channel), f"{message.sender.name}: ", lines)


def in_private(message: Message, lines: tuple[str, ...]) -> list[Send]:
    """Return lines as an answer to a message, for whoever asked and for nobody else."""
    return _answers(message, Target(message.network, message.sender.name), "", lines)


def _answers(message: Message, target: Target, lead: str, lines: tuple[str, ...]) -> list[Send]:
    asker, apart = message.sender.identity.key, len(lines) > 1
    return [
        Send(target, line, lead=lead, asker=asker, apart=apart, more=number < len(lines))
        for number, line in enumerate(lines, start=1)
    ]
