"""How a text is handed to Slack: in blocks, with the plain text beside them, and with that alone where it must be."""

from collections.abc import Awaitable, Callable
from typing import Any

from ptgbot.networks.slack import blocks, text
from ptgbot.networks.slack.errors import CallFailed

__all__ = ["Said", "said", "shown"]

Said = dict[str, Any]


def said(line: str) -> Said:
    """Return a text as the arguments of a call that shows it."""
    return {"text": text.escape(line), "blocks": blocks.said(line)}


async def shown(call: Callable[[Said], Awaitable[Any]], what: Said, **how: str) -> Any:
    """Make a call that shows something; where Slack does not take its blocks there, with the plain text alone.

    Raises:
        CallFailed: It failed in another way.
    """
    try:
        return await call({**how, **what})
    except CallFailed as error:
        if not error.name.startswith("invalid_blocks"):
            raise
        return await call({**how, "text": what["text"]})
