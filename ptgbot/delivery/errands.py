"""What wants to know whether it went out: looked for where that is in doubt, and begun when it goes."""

from dataclasses import replace

from ptgbot.core.messages import Errand, Send
from ptgbot.core.protocols import Doubt, Network

__all__ = ["begin", "hindered"]


async def begin(network: Network, send: Send, errand: Errand) -> list[str]:
    """Return what is to be posted now of a Send with an errand.

    Args:
        network: Where it goes.
        send: The Send, its target as lines go to it.
        errand: The Send's errand.

    Returns:
        The lines; none where it is out already, or is not to go out any more.

    Raises:
        ConnectionError: The link is down.
        TooFast: The network wants us to wait.
    """
    since = errand.doubtful_since
    if since is not None:
        receipt = await network.find(send.target, errand.ticket, errand.body, since)
        if receipt:
            errand.went(receipt)
            return []
        if receipt is None and not errand.unanswered():
            return []
    text = await errand.begin()
    return network.split(replace(send, text=text)) if text.strip() else []


def hindered(errand: Errand, error: Exception) -> None:
    """Tell an errand what kept it from going out: a ConnectionError, or that the network wants us to wait."""
    if isinstance(error, Doubt):
        errand.doubted()
    else:
        errand.put_off(str(error))
