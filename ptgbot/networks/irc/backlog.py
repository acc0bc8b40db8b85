"""What the server has not done yet of what we sent.

A server that holds up people who send too much may say nothing about it: ngircd takes two seconds for each line to
somebody who is not there, InspIRCd does a line a second once there were more. What we send then waits on its side,
answers behind notifications, and with too much of it the link ends. So we send no more until it is done: the echo of a
line says so, an error, or else the answer to a PING sent behind it.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

__all__ = ["Backlog"]

log = logging.getLogger(__name__)

_MARK = "done-"
_MOST = 1000  # lines that are followed; more at once is what nobody sends who waits


class Backlog:
    """The lines of one connection that went out and are not known to be done.

    Args:
        send: Sends a line.
        network: What the log calls the network.
        lagged: Is told, of each line of which we know it, how many seconds later it was done than the quickest.
        late: Seconds after which a line should be done; younger ones hold nothing up.
        ask: Seconds without an echo after which a PING asks.
        mute: Seconds without an answer to the PING after which the server is not asked any more.
    """

    def __init__(
        self,
        send: Callable[[str], None],
        network: str,
        lagged: Callable[[float], None],
        *,
        late: float = 0.5,
        ask: float = 2.0,
        mute: float = 120.0,
    ) -> None:
        self._send = send
        self._network = network
        self._lagged = lagged
        self._quickest = float("inf")
        self._behind = False  # whether the last line was late: then each holds up the next
        self._late = late
        self._ask_after = ask
        self._mute_after = mute
        self._lines: deque[tuple[float, bool]] = deque()  # when each went out, and whether it may cost more than others
        self._done = 0
        self._asked: float | None = None
        self._mute = False
        self._moved = asyncio.Event()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()

    def sent(self, *, dear: bool, echoed: bool) -> None:
        """A line of text went out.

        Args:
            dear: Whether it is held up by itself until it is done: it goes to somebody who may not be there.
            echoed: Whether the server sends it back once it is done.
        """
        if not self._mute and len(self._lines) < _MOST:
            self._lines.append((self._now(), dear))
            if not echoed and self._asked is None:
                self._ask()

    def _ask(self) -> None:
        self._asked = self._now()
        with contextlib.suppress(ConnectionError):  # then there is nothing to ask any more
            self._send(f"PING :{_MARK}{self._done + len(self._lines)}")

    def did_one(self) -> None:
        """The server did the oldest of the lines: it sent that back, or refused it."""
        if self._lines:
            self._took(self._now() - self._lines[0][0])
        self._did(self._done + 1)

    def ponged(self, token: str) -> None:
        """The server answered a PING.

        Args:
            token: What was sent along with it.
        """
        number = token.removeprefix(_MARK)
        if token == number or not (number.isascii() and number.isdigit()):
            return
        if self._asked is not None:
            self._took(self._now() - self._asked)
        self._asked = None
        self._did(int(number))
        if self._lines:
            self._ask()

    def _took(self, seconds: float) -> None:
        self._quickest = min(self._quickest, seconds)  # no server is quicker than the way there and back
        self._behind = seconds - self._quickest >= self._late
        self._lagged(seconds - self._quickest)

    def _did(self, number: int) -> None:
        while self._lines and self._done < number:
            self._lines.popleft()
            self._done += 1
        self._moved.set()

    async def caught_up(self) -> None:
        """Return once the server has done so much that another line does not wait on its side."""
        while (pause := self._hold()) is not None:
            self._moved.clear()
            try:
                async with asyncio.timeout(pause):
                    await self._moved.wait()
            except TimeoutError:
                self._look()

    def _hold(self) -> float | None:
        """Return for how long to wait at most until looking again; None if there is nothing to wait for."""
        if not self._lines:
            return None
        age = self._now() - self._lines[0][0]
        dear = any(dear for _, dear in self._lines)
        return self._ask_after if dear or self._behind or age >= self._late else None

    def _look(self) -> None:
        """Ask, where no echo came; give up where no answer comes."""
        if self._asked is None:
            self._ask()
        elif self._now() - self._asked >= self._mute_after:
            log.warning("%s: the server answers no PING; how far it is behind is not known", self._network)
            self._mute = True
            self._lines.clear()

    def end(self) -> None:
        """The link is down: there is nothing to wait for."""
        self._lines.clear()
        self._mute = True
        self._moved.set()
