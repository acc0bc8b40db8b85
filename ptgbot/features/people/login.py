"""On a network that is set so, only those give commands whom it vouches for."""

from collections import OrderedDict
from collections.abc import Mapping

from ptgbot.core.commands import Command, Door
from ptgbot.core.identity import Actor

__all__ = ["LoginRule"]

_FOR_ALL = frozenset({"help", "more"})
_REMEMBERED = 1000  # people


class LoginRule:
    """Who is to log in before they give commands.

    Args:
        how: The networks that want people logged in, with how to do that there, such as
            ``/msg NickServ IDENTIFY PASSWORD``.
    """

    def __init__(self, how: Mapping[str, str]) -> None:
        self._how = how
        self._told: OrderedDict[str, None] = OrderedDict()

    def refusal(self, actor: Actor, command: Command | None) -> str:
        """Return what to tell somebody whose command is not taken; empty where it is.

        Args:
            actor: Who gives it.
            command: What they ask for; None where it is no command.
        """
        how = self._how.get(actor.identity.network)
        if how is None or actor.identity.verified:
            return ""
        if command is not None and command.door is Door.USER and command.name in _FOR_ALL:
            return ""
        key = actor.identity.key
        told = key in self._told
        self._told[key] = None
        self._told.move_to_end(key)
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        if told:
            return f"Please log in first: {how}."
        return f"I take commands only from people who are logged in to this network: {how}. Then say it again, please."
