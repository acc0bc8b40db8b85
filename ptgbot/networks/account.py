"""Whether a network takes the bot's account: found out at the start, and whenever it is in doubt."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ptgbot.core.protocols import NotTaken, TooFast
from ptgbot.networks.timing import TimelineTiming

__all__ = ["Account", "Barred"]

_log = logging.getLogger(__name__)


class Barred(NotTaken):
    """The network takes nothing from this account until people mend that; the text says how."""


class Account:
    """Asks a network about the account, with pauses that grow; organisers are told once that it is refused.

    Args:
        name: The network's name.
        title: What people call it.
        verify: Asks the network; raises Barred where it refuses the account, TooFast or ConnectionError where it does
            not say.
        failed: Takes a failure; returns for how many seconds to leave the network alone.
        tell: Tells organisers.
        ready: Is set while the account is taken.
        timing: How patient it is.
    """

    def __init__(
        self,
        name: str,
        title: str,
        *,
        verify: Callable[[], Awaitable[None]],
        failed: Callable[[ConnectionError], float],
        tell: Callable[[str], None],
        ready: asyncio.Event,
        timing: TimelineTiming,
    ) -> None:
        self._name = name
        self._title = title
        self._verify = verify
        self._failed = failed
        self._tell = tell
        self._ready = ready
        self._timing = timing
        self._doubted = asyncio.Event()
        self._told = False  # whether organisers know that it is refused
        self._post_refusals = 0  # in a row, while ``verify`` finds nothing wrong
        self.known = asyncio.Event()  # whether it was taken since the start

    async def keep(self) -> None:
        """Find out whether the account is taken, whenever that is in doubt, until cancelled."""
        while True:
            await self._verified()
            self._doubted.clear()
            self.known.set()
            self._ready.set()
            await self._doubted.wait()
            self._ready.clear()
            pause = self._timing.barred * 2.0 ** min(max(self._post_refusals - 1, 0), 20)
            await asyncio.sleep(min(pause, self._timing.barred_most))

    async def _verified(self) -> None:
        """Return once the network takes the account."""
        pause = self._timing.barred
        while True:
            try:
                await self._verify()
            except Barred as error:
                self._post_refusals = 0
                self._refused(error)
                _log.warning("%s: the account is still refused; asking again in %.0f s.", self._name, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._timing.barred_most)
            except TooFast as error:
                await asyncio.sleep(error.seconds)
            except ConnectionError as error:
                await asyncio.sleep(self._failed(error))
            else:
                break
        if not self._post_refusals:  # else only the next post shows it
            self.accepted()

    async def is_refused(self) -> bool:
        """Return whether the network refuses the account; what it refused may be something else that is not allowed."""
        try:
            await self._verify()
        except Barred as error:
            self._refused(error)
        except (TooFast, ConnectionError) as error:
            _log.warning("%s: it is not known whether the account is refused (%s).", self._name, error)
        else:
            return False
        return True

    def refused_a_post(self, error: Barred) -> ConnectionError:
        """Have the account asked about, since a post was refused; return why nothing goes out meanwhile.

        Args:
            error: What the network said.
        """
        self._post_refusals += 1
        self._refused(error)
        return ConnectionError(str(error))

    def _refused(self, error: Barred) -> None:
        if not self._told:
            self._tell(f"{self._title} does not take the bot's account: {error}")
        self._told = True
        self._doubted.set()
        self._ready.clear()

    def accepted(self) -> None:
        """Tell organisers that the account is taken again, where they were told that it is not."""
        if self._told:
            self._tell(f"{self._title} takes the bot's account again; what still waits goes out now.")
        self._told, self._post_refusals = False, 0
