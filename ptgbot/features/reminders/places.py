"""TARGET in the commands about reminders: where something is said, as the configuration names it."""

import re
from collections.abc import Iterable, Sequence

from ptgbot.core.casemapping import distinct
from ptgbot.core.commands import Refused, quote
from ptgbot.core.messages import Target
from ptgbot.features.reminders.model import place_of
from ptgbot.features.reminders.settings import TIMELINE

__all__ = ["Places", "say_place", "say_places"]

_CHANNELS = {"irc": re.compile(r"[#&+!][^\s,:]{1,199}"), "slack": re.compile(r"[CG][A-Z0-9]{2,20}")}


def say_place(place: str) -> str:
    """Return a place as people write it: ``irc:#ptg``, ``x``."""
    return place.removesuffix(f":{TIMELINE}")


def say_places(places: Iterable[str]) -> str:
    """Return places as people write them."""
    return ", ".join(map(say_place, places))


class Places:
    """The places that organisers can name.

    Args:
        targets: Those that the configuration names.
        networks: The names of the networks that there are.
        irc_channels: The channels on IRC in which the bot is; empty where that is not known.
    """

    def __init__(self, targets: Iterable[Target], networks: Iterable[str], irc_channels: Iterable[str] = ()) -> None:
        self._named = tuple(place_of(target) for target in targets)
        self._networks = tuple(networks)
        self._inside = tuple(f"irc:{channel}" for channel in irc_channels)

    def all(self, here: str) -> tuple[str, ...]:
        """Return all that the configuration names.

        Args:
            here: The place where somebody asks for it, as an example; empty in private.

        Raises:
            Refused: It names none.
        """
        if not self._named:
            example = here or self._examples()[0]
            raise Refused(
                "There is nowhere to announce anything: reminders.targets is not set. Have it set in the configuration,"
                f" or say where: ~announce to {example} TEXT."
            )
        return self._named

    def read(self, words: Sequence[str], network: str) -> tuple[tuple[str, ...], int]:
        """Read the targets with which words begin, with commas between them.

        Args:
            words: The words.
            network: Where they were said: its channels need no ``network:`` before them.

        Returns:
            The places, and how many words they took.

        Raises:
            Refused: One of them is none.
        """
        taken = 1
        while taken < len(words) and (words[taken - 1].endswith(",") or words[taken].startswith(",")):
            taken += 1
        names = [name for word in words[:taken] for name in word.split(",") if name]
        if not names:
            raise Refused(f"To where? Say a target behind 'to', such as {self._examples()[0]}.")
        return distinct(self._place(name, network) for name in names), taken

    def _place(self, name: str, network: str) -> str:
        before, colon, channel = name.partition(":")
        where, channel = (before.lower(), channel) if colon else (name.lower(), TIMELINE)
        if not colon and name[:1] in "#&+!":
            where, channel = network, name
        place = f"{where}:{channel}"
        for named in (*self._named, *self._inside):
            if len(distinct((named, place))) == 1:
                return named
        shape = _CHANNELS.get(where)
        fits = channel == TIMELINE if shape is None else shape.fullmatch(channel) is not None
        if where in self._networks and fits:
            if where == "irc" and self._inside:
                raise Refused(
                    f"I am not in {quote(channel)}: say {_or(self._inside)}, or have it added to irc_channel in the"
                    " configuration."
                )
            return place
        if where == "slack" and where in self._networks:
            raise Refused(
                f"'{quote(name)}' is no channel of Slack: say its id, such as slack:C0123ABCDEF, which Slack has at the"
                " foot of the channel's details."
            )
        raise Refused(
            f"'{quote(name)}' is no target that I know: say {_or(self._examples())}. Where 'to' begins your text, put"
            " another word before it."
        )

    def _examples(self) -> list[str]:
        shapes = {"irc": "irc:#ptg", "slack": "slack:C0123ABCDEF"}
        shown = {place.partition(":")[0] for place in self._named}
        others = [shapes.get(network, network) for network in self._networks if network not in shown]
        return list(dict.fromkeys([*map(say_place, self._named), *others])) or ["irc:#ptg"]


def _or(places: Iterable[str]) -> str:
    *others, last = places
    return f"{', '.join(others)} or {last}" if others else last
