"""Who has the turn, of those of whom it is known whether they are there; of the others the network finds it out."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from itertools import islice

from ptgbot.core.messages import Target
from ptgbot.core.protocols import Network
from ptgbot.delivery.turns import Turns, Waiting

__all__ = ["Lookout"]

_log = logging.getLogger(__name__)

_LOOKED_AT = 500  # places in the queue among which there is looked for people
_MOST = 100  # people in one question: as many as a network may take


class Lookout:
    """Looks ahead at the people for whom something waits.

    Args:
        network: It knows who is there, or finds it out.
        found: Is called when it has.
    """

    def __init__(self, network: Network, found: Callable[[], None]) -> None:
        self._network = network
        self._found = found
        self._looking: asyncio.Task[None] | None = None
        self._works = True

    def knows(self, target: Target) -> bool:
        """Tell whether a target can be told something, as far as is known: always, where it is not a person."""
        return not (target.identity and self._works) or self._network.knows(target)

    def turn(self, turns: Turns) -> Sequence[Waiting]:
        """Return what waits for the first of whom it is known whether they are there; empty while there is none."""
        ahead = islice(turns.following(), _LOOKED_AT)
        return next((sends for sends in ahead if self.knows(sends[0].send.target)), ())

    def look_ahead(self, turns: Turns) -> bool:
        """Have the network look for whoever has the turn, and for others with them, while other things go on.

        Args:
            turns: What waits.

        Returns:
            Whether it was asked; it was not where it knows, or while it owes an answer.
        """
        if self._looking is not None or self.knows(turns.head[0].send.target):
            return False
        targets = (sends[0].send.target for sends in islice(turns.following(), _LOOKED_AT))
        unknown = list(islice((target for target in targets if not self.knows(target)), _MOST))
        self._looking = asyncio.ensure_future(self._look_for(unknown))
        return True

    async def _look_for(self, targets: list[Target]) -> None:
        try:
            await self._network.look_for(targets)
        except ConnectionError:
            pass  # once there is a link again, it is asked again
        except Exception:  # noqa: BLE001 - whatever it is, people are told what they wait for
            _log.exception("Who is there on %s cannot be found out; going on without it.", self._network.name)
            self._works = False
        finally:
            self._looking = None
            self._found()

    async def close(self) -> None:
        """Look for nobody any more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait((self._looking,))
