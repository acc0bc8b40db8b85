"""Lists that the server is asked for: each at most once at a time, and not too often."""

import asyncio
import contextlib
from collections.abc import Callable

__all__ = ["Questions"]

REFUSED = 15  # times the pause: how long a server is left in peace that had no time for a question


class Questions:
    """The questions under way on one connection.

    Args:
        send: Sends a line.
        pause: The least seconds between the answer to a question and the same question.
    """

    def __init__(self, send: Callable[[str], None], pause: float) -> None:
        self._send = send
        self._pause = pause
        self._wanted_again: dict[str, bool] = {}

    def ask(self, question: str) -> None:
        """Ask; once more later, rather than twice at a time, if it is wanted again meanwhile."""
        if question in self._wanted_again:
            self._wanted_again[question] = True
        else:
            self._wanted_again[question] = False
            self._send(question)

    def answered(self, question: str) -> None:
        """The answer is complete."""
        self._end(question, self._pause)

    def refused(self, command: str) -> None:
        """The server had no time for questions of this command: they are asked again."""
        for question in self._wanted_again:
            if question.startswith(f"{command} "):
                self._wanted_again[question] = True
                self._end(question, self._pause * REFUSED)

    def _end(self, question: str, pause: float) -> None:
        if question in self._wanted_again:
            asyncio.get_running_loop().call_later(pause, self._ask_again, question)

    def _ask_again(self, question: str) -> None:
        if self._wanted_again.pop(question, False):
            with contextlib.suppress(ConnectionError):
                self.ask(question)
