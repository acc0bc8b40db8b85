"""What comes in from a network and what goes out to one."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum
from typing import Protocol

from ptgbot.core.identity import Actor

__all__ = ["Errand", "Heard", "Message", "Priority", "Reply", "Send", "Target", "Tone"]


@dataclass(frozen=True, slots=True)
class Message:
    """A line that somebody typed.

    Args:
        network: The network's name, such as ``irc``.
        sender: Who typed it, with their role there at that moment; in private the highest one they
            hold in any of the bot's channels.
        text: The line, without the network's formatting codes.
        channel: Where, or None in a private talk.
        id: The network's id of the message, or empty.
        via: The network's own handle for an answer to this very message, such as a thread; empty where it needs none.
        addressed: Whether it is said to the bot though it is said in a channel: it needs no ``+`` then.
    """

    network: str
    sender: Actor
    text: str
    channel: str | None = None
    id: str = ""
    via: str = ""
    addressed: bool = False

    @property
    def to_the_bot(self) -> bool:
        """Whether it is said to the bot, and not to everybody in a channel."""
        return self.channel is None or self.addressed


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that somebody posted for everybody to read, not said to the bot.

    Args:
        network: The network's name.
        id: The network's id of the post; it stays when the post is edited.
        author: The account that the network vouches for, by an id that stays when it is renamed.
        name: What people call them, such as ``@ada``.
        text: All of it, as plain text.
        at: When it was written (aware, UTC).
        link: Its address; empty where it has none.
        reply_to: The id of the post that it answers; empty where it answers none.
        repost: Whether it only repeats what somebody posted.
        own: Whether the bot's own account wrote it.
        deleted: Whether it is gone; nothing but network and id is told of it then.
    """

    network: str
    id: str
    author: str = ""
    name: str = ""
    text: str = ""
    at: datetime | None = None
    link: str = ""
    reply_to: str = ""
    repost: bool = False
    own: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A channel or a person to send to.

    Args:
        network: The network's name.
        name: The channel, or the nick that the person had when they asked.
        identity: The person's identity key, for what finds them under the nick that they have by then; empty for
            channels, and for an answer to where the question came from.
        via: Where there a text belongs, such as in a thread; the network's own handle, out of a Message.
        only_for: Who alone sees it, by the network's own name of them; empty for everybody there.
        card: The name of the card that stands there for the text, where the network draws cards (``protocols.Cards``);
            empty for a text alone.
    """

    network: str
    name: str
    identity: str = ""
    via: str = ""
    only_for: str = ""
    card: str = ""


class Tone(Enum):
    """What kind of answer something is."""

    WORDS = "words"
    ERROR = "error"
    DONE = "done"  # nothing to say but that it worked


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a message, once that is on disk.

    Args:
        tone: What kind of answer it got; None where nobody commanded anything.
        text: The answer.
    """

    tone: Tone | None = None
    text: str = ""


class Priority(IntEnum):
    """What goes first when there is a queue."""

    ANSWER = 0
    NOTIFICATION = 1


class Errand(Protocol):
    """A Send of which it has to be known whether it went out: never lost, and no more often than it may be.

    It is begun just before it goes out, so that what waits in the queue is as good as not sent when the process ends.
    """

    @property
    def ticket(self) -> str:
        """What a network may know it by, the same however often it is tried."""
        ...

    @property
    def doubtful_since(self) -> datetime | None:
        """From when on it may have gone out already without anybody knowing; None where it certainly did not."""
        ...

    @property
    def body(self) -> str:
        """The part of its text that is the same whenever it goes out."""
        ...

    async def begin(self) -> str:
        """Note on disk that it is going out now.

        Returns:
            The text as it is right at this moment; empty where it helps nobody any more, or must not go out.
        """
        ...

    def went(self, receipt: str) -> None:
        """It is out.

        Args:
            receipt: The network's own name of it; empty where it gives none.
        """
        ...

    def doubted(self) -> None:
        """It may be out and it may not: the network did not say. It will be looked for before it is tried again."""
        ...

    def put_off(self, why: str) -> None:
        """It did not go out this time, and is tried again.

        Args:
            why: What hindered it, for organisers to read if it does not go out in time.
        """
        ...

    def unanswered(self) -> bool:
        """The network cannot be asked whether it is out.

        Returns:
            Whether to send it all the same, perhaps a second time; else it is given up.
        """
        ...

    def refused(self, why: str) -> None:
        """The network does not take it, and would not take it later either.

        Args:
            why: What is wrong and how it is mended, for organisers to read.
        """
        ...

    def away(self) -> None:
        """Who it is for is away, or turned out to be; it did not reach them."""
        ...


@dataclass(frozen=True, slots=True)
class Send:
    """A text for a target. The network cuts it into as many lines as it needs.

    Args:
        target: Where it goes.
        text: What is said, without the lead.
        priority: What goes first.
        lead: What stands before the text, such as ``ada: `` in a channel. Texts with the same target and lead may be
            merged into one line behind one lead.
        asker: Identity key of who waits for this answer; empty for notifications.
        apart: Whether it stays a line of its own, as the lines of a list do while no other answer waits with it.
        more: Whether more of the same answer follows: an answer counts as one, however long it is.
        key: What it is about; empty for nothing in particular. Of those that wait for one target under one key, only
            the newest goes out.
        first: Whether it goes before the other answers to the same asker, in a line of its own.
        errand: What wants to know whether it went out, and says its text when it does; it goes alone then.
    """

    target: Target
    text: str
    priority: Priority = Priority.ANSWER
    lead: str = ""
    asker: str = ""
    apart: bool = False
    more: bool = False
    key: str = ""
    first: bool = False
    errand: Errand | None = field(default=None, compare=False)
