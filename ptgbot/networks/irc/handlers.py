"""Which method takes which command of a server."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from ptgbot.networks.irc.wire import Line

__all__ = ["Handlers", "on"]

_Method = TypeVar("_Method", bound=Callable[[Any, Line], None])


def on(*commands: str) -> Callable[[_Method], _Method]:
    """Return a decorator that makes a method of ``Handlers`` the one for these commands (``Line.command``)."""

    def note(method: _Method) -> _Method:
        vars(method)["commands"] = commands
        return method

    return note


class Handlers:
    """Something whose methods take in lines from a server; which ones, they say themselves by ``on``."""

    _methods: ClassVar[dict[str, Callable[[Any, Line], None]]] = {}

    def __init_subclass__(cls) -> None:
        methods = [method for method in vars(cls).values() if callable(method)]
        cls._methods = {command: method for method in methods for command in getattr(method, "commands", ())}

    def take(self, line: Line) -> bool:
        """Take in a line; return whether there is a method for it."""
        method = self._methods.get(line.command)
        if method is None:
            return False
        method(self, line)
        return True
