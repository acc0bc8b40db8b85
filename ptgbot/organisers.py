"""What only the event's organisers should know, and how they get to know it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ptgbot.core.messages import Send
from ptgbot.core.protocols import Network

__all__ = ["Organisers"]

LOOK_SECONDS = 5.0  # between looks whether an organiser came
MAX_WAITING = 20  # texts; the newest are kept


@dataclass(frozen=True, slots=True)
class _Told:
    text: str
    card: str


class Organisers:
    """Tells the organisers on every network; what is said while none is there waits for the first to come.

    Args:
        networks: Where they are.
        submit: Queues what is to be sent.
    """

    def __init__(self, networks: Iterable[Network], submit: Callable[[Send], None]) -> None:
        self._networks = tuple(networks)
        self._submit = submit
        self._waiting: dict[str, list[_Told]] = {network.name: [] for network in self._networks}

    def tell(self, text: str, card: str = "") -> None:
        """Tell the organisers something.

        Args:
            text: What.
            card: The name of the card that says it where a network draws cards; empty for none.
        """
        for network in self._networks:
            waiting = self._waiting[network.name]
            waiting.append(_Told(text, card))
            del waiting[:-MAX_WAITING]
        self._tell()

    def _tell(self) -> None:
        for network in self._networks:
            waiting = self._waiting[network.name]
            if not waiting or not network.organisers:
                continue
            for target in network.organisers:
                for told in waiting:
                    self._submit(Send(replace(target, card=told.card), told.text, apart=True))
            waiting.clear()

    async def run(self) -> None:
        """Tell those who come what waits for them, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._tell()
