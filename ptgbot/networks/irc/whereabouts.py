"""Asking the server which people are there, before they are told something.

A line to somebody who is not there costs us more than any other: ngircd takes two seconds for it, and does nothing else
for us meanwhile. ISON (RFC 2812, 4.9) asks for some dozens of nicks in a line that is as cheap as any. MONITOR
(https://ircv3.net/specs/extensions/monitor) could be asked too, but its list is short (30 on InspIRCd), has to be
emptied again, and costs twice as much there. It tells when somebody comes back who is in none of our channels.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ptgbot.core.messages import Target
from ptgbot.networks.irc.isupport import ISupport
from ptgbot.networks.irc.people import People

__all__ = ["Whereabouts"]

ROOM = 400  # bytes of nicks in a question, so that an answer with all of them is no longer than a line may be
WATCHED = 3600.0  # seconds for which somebody is watched: what is kept for them is not kept longer
MOST_WATCHED = 100  # people, where the server sets no limit
_OWN = 2  # places in the list that we need: for our own nick and for NickServ


@dataclass(slots=True, eq=False)
class _Question:
    nicks: list[str]
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Whereabouts:
    """What the server is asked about people, on one connection.

    Args:
        send: Sends a line.
        ask: Sends a line that the server answers with 303.
        rules: What the server can do.
        people: Who is told the answers.
        patience: Seconds after which an answer is not waited for any more.
    """

    def __init__(
        self,
        send: Callable[[str], None],
        ask: Callable[[str], None],
        *,
        rules: ISupport,
        people: People,
        patience: float,
    ) -> None:
        self._send = send
        self._ask = ask
        self._rules = rules
        self._people = people
        self._patience = patience
        self._questions: deque[_Question] = deque()  # a server answers in the order in which it was asked
        self._answers = True
        self._watched: dict[str, float] = {}  # by folded nick: until when
        self._full = False

    async def look_for(self, targets: Iterable[Target]) -> None:
        """Ask which of some people are there; return once that is known, or will not be told.

        Args:
            targets: The people; as many of them as fit in one line are asked for.

        Raises:
            ConnectionError: The link is down.
        """
        question = _Question(list(_fitting(map(self._people.nick_of, targets))))
        if not question.nicks:
            return
        if not self._answers or self._questions:  # one that owes an answer is not asked for another
            self._people.found(question.nicks, None)
            return
        self._questions.append(question)
        self._ask("ISON :" + " ".join(question.nicks))
        try:
            async with asyncio.timeout(self._patience):
                await question.over.wait()
        except TimeoutError:
            self._people.found(question.nicks, None)

    def told(self, there: Iterable[str]) -> None:
        """The server told who is there, of those for whom it was asked first."""
        if self._questions:
            question = self._questions.popleft()
            absent = self._people.found(question.nicks, there)
            question.over.set()
            self._watch(absent)

    def refused(self, *, for_good: bool) -> None:
        """The server does not answer what it was asked first.

        Args:
            for_good: Whether it does not know such questions.
        """
        self._answers = self._answers and not for_good
        if self._questions:
            question = self._questions.popleft()
            self._people.found(question.nicks, None)
            question.over.set()

    def end(self) -> None:
        """The link is down: there is no answer to wait for."""
        while self._questions:
            self._questions.popleft().over.set()

    # Those who are watched

    def _watch(self, absent: Iterable[str]) -> None:
        """Have the server tell when somebody comes, as far as its list has room."""
        if not self._rules.monitor or self._full:
            return
        now = asyncio.get_running_loop().time()
        over = list(_fitting(key for key, until in self._watched.items() if until <= now))
        for key in over:
            del self._watched[key]
        room = (self._rules.most_monitored or MOST_WATCHED) - _OWN - len(self._watched)
        new = [nick for nick in absent if self._rules.fold(nick) not in self._watched][: max(room, 0)]
        self._watched |= {self._rules.fold(nick): now + WATCHED for nick in new}
        for sign, nicks in (("-", over), ("+", new)):
            if nicks:
                self._send(f"MONITOR {sign} {','.join(nicks)}")

    def came(self, nicks: Iterable[str]) -> None:
        """Some are there now of whom the server tells that."""
        now = asyncio.get_running_loop().time()
        for nick in nicks:
            if self._rules.fold(nick) in self._watched:
                self._watched[self._rules.fold(nick)] = now  # their place is free when another is to be watched
                self._people.found([nick], [nick])

    def left(self, nicks: Iterable[str]) -> None:
        """Some are not there any more, or still not."""
        self._people.found([nick for nick in nicks if self._rules.fold(nick) in self._watched], [])

    def list_is_full(self) -> None:
        """The server watches nobody else for us."""
        self._full = True


def _fitting(nicks: Iterable[str]) -> Iterator[str]:
    """Yield as many nicks as fit in a line."""
    room = ROOM
    for nick in nicks:
        room -= len(nick.encode()) + 1
        if room < 0:
            return
        yield nick
