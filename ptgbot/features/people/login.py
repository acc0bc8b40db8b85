"""On a network that is set so, only those give commands whom it vouches for."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from ptgbot.core.commands import Command, Door
from ptgbot.core.identity import Actor

__all__ = ["LoginRule"]

_FOR_ALL = frozenset({"help", "more"})
_REMEMBERED = 1000  # people
_PAUSE = 30.0  # seconds for which somebody who was told is not told again


class LoginRule:
    """Who is to log in before they give commands.

    Args:
        how: The networks that want people logged in, with how to do that there, such as
            ``/msg NickServ IDENTIFY PASSWORD``.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(self, how: Mapping[str, str], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._how = how
        self._monotonic = monotonic
        self._told: OrderedDict[str, float] = OrderedDict()  # when each was told; who asked last comes last

    def must_log_in(self, actor: Actor) -> bool:
        """Return whether somebody has to log in before their commands are taken."""
        return actor.identity.network in self._how and not actor.identity.verified

    def refusal(self, actor: Actor, command: Command | None) -> str | None:
        """Return what to tell somebody whose command is not taken; None where it is.

        It is empty where they were told within the last half minute.

        Args:
            actor: Who gives it.
            command: What they ask for; None where it is no command.
        """
        if not self.must_log_in(actor):
            return None
        if command is not None and command.door is Door.USER and command.name in _FOR_ALL:
            return None
        key, now = actor.identity.key, self._monotonic()
        told = self._told.get(key)
        silent = told is not None and now - told < _PAUSE
        self._told[key] = told if told is not None and silent else now
        self._told.move_to_end(key)
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        if silent:
            return ""
        how = self._how[actor.identity.network]
        if told is not None:
            return f"Please log in first: {how}."
        return f"I take commands only from people who are logged in to this network: {how}. Then say it again, please."
