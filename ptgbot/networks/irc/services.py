"""NickServ: what it is asked, and what its notices mean. Its words differ from network to network."""

import asyncio
import re
from collections.abc import Callable, Collection
from enum import Enum, auto

__all__ = ["Answer", "NickServ", "read_notice"]

WAITING_MOST = 50


class Answer(Enum):
    """What a notice of NickServ says."""

    ACCEPTED = auto()
    REFUSED = auto()
    ASKS = auto()
    UNKNOWN_COMMAND = auto()
    ABSENT = auto()
    OTHER = auto()


# In this order: "no such command" is not "no such nick", "not identified" is not "identified".
_MEANINGS = (
    (
        Answer.UNKNOWN_COMMAND,
        r"\b(unknown|invalid|unrecogni[sz]ed|no such) command\b|\bis not a (known|valid|recogni[sz]ed) command\b",
    ),
    (
        Answer.REFUSED,
        r"\b(invalid|incorrect|wrong|denied|failed|failure)\b|\b(is not|isn['’]t|not) (a )?registered\b|\bno such\b",
    ),
    (
        Answer.ACCEPTED,
        r"\b(now|already|been|successfully) (identified|recogni[sz]ed|logged in)\b|\baccepted\b",
    ),
    (
        Answer.ASKS,
        r"\b(nick(name)? is (registered|owned)|to identify|must identify|please identify|IDENTIFY)\b",
    ),
)
_READ = tuple((meaning, re.compile(pattern, re.IGNORECASE)) for meaning, pattern in _MEANINGS)


def read_notice(text: str) -> Answer:
    """Return what a notice means; ``ABSENT`` is none of them, since it is the server that says so."""
    return next((meaning for meaning, pattern in _READ if pattern.search(text)), Answer.OTHER)


class NickServ:
    """The talk with NickServ on one connection; one question at a time.

    Args:
        send: Sends a line.
        password: The password of the nick; empty for none.
        patience: Seconds that NickServ has for an answer.
    """

    def __init__(self, send: Callable[[str], None], password: str, patience: float) -> None:
        self._send = send
        self._password = password
        self._patience = patience
        self._talking = asyncio.Lock()
        self._answers: asyncio.Queue[Answer] | None = None
        self.identifying = False
        # REGAIN is Atheme's and OFTC's, RECOVER Anope's; GHOST is known to nearly all, and does the least.
        self._recovering = ["REGAIN", "RECOVER", "GHOST"]

    def hear(self, answer: Answer) -> None:
        """Take in an answer; nothing happens where none is awaited."""
        if self._answers is not None and self._answers.qsize() < WAITING_MOST:
            self._answers.put_nowait(answer)

    async def identify(self, account: str = "") -> Answer | None:
        """Log in.

        Args:
            account: The account; empty for that of the nick that we have.

        Returns:
            ``ACCEPTED``, ``REFUSED`` or ``ABSENT``; None when there was no answer in time.
        """
        words = ("IDENTIFY", account, self._password)
        self.identifying = True
        try:
            return await self._ask(words, (Answer.ACCEPTED, Answer.REFUSED, Answer.ABSENT))
        finally:
            self.identifying = False

    async def recover(self, nick: str) -> None:
        """Have whoever holds our nick made to leave it; return when NickServ has said something about it."""
        ends = (Answer.ACCEPTED, Answer.REFUSED, Answer.ABSENT, Answer.OTHER, Answer.UNKNOWN_COMMAND)
        while self._recovering:
            answer = await self._ask((self._recovering[0], nick, self._password), ends)
            if answer is not Answer.UNKNOWN_COMMAND:
                return
            del self._recovering[0]

    async def _ask(self, words: tuple[str, ...], ends: Collection[Answer]) -> Answer | None:
        async with self._talking:
            self._answers = asyncio.Queue()
            self._send("PRIVMSG NickServ :" + " ".join(word for word in words if word))
            try:
                async with asyncio.timeout(self._patience):
                    while (answer := await self._answers.get()) not in ends:
                        pass
                    return answer
            except TimeoutError:
                return None
            finally:
                self._answers = None
