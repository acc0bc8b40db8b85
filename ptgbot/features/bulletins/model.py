"""Bulletins: one message a track and channel, which says what is on now and next; edited as that changes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ptgbot.core.changes import Change
from ptgbot.core.documents import Table, Visibility
from ptgbot.core.messages import Priority, Send, Target
from ptgbot.features.topics.model import TOPICS, Topic

__all__ = ["CARDS", "RECEIPTS", "Drawn", "Receipt", "bulletin", "message_key", "place_key", "topics_after"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Which message in a channel is a track's bulletin.

    Args:
        channel: Network and channel, such as ``slack/C0123``.
        track: The track.
        receipt: The network's name of the message.
        day: The day of the event's calendar (ISO) on which it was posted.
    """

    channel: str
    track: str
    receipt: str
    day: str

    @property
    def key(self) -> str:
        """Channel and track."""
        return message_key(self.channel, self.track)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which message somewhere is a card (``core.panels.Card``).

    Args:
        place: Network and channel, or person, such as ``slack/C0123``.
        card: The card's name.
        receipt: The network's name of the message.
        version: The version of the card that it shows.
    """

    place: str
    card: str
    receipt: str
    version: str

    @property
    def key(self) -> str:
        """Place and card."""
        return message_key(self.place, self.card)


RECEIPTS = Table("bulletins", Receipt, Visibility.OWNER)
CARDS = Table("cards", Drawn, Visibility.OWNER, indexes={"card": lambda d: d.card})


def place_key(target: Target) -> str:
    """Return a channel, or a person, as documents name it: ``slack/C0123``."""
    return f"{target.network}/{target.name}"


def message_key(place: str, name: str) -> str:
    """Return the key of a message somewhere: of a track's bulletin, or of a card."""
    return f"{place} {name}"


def topics_after(change: Change) -> Iterator[Topic]:
    """Yield what each track is at after a Change that touched it.

    Whatever its cause, undo and imports too: a bulletin tells what is so, not what happened. It is read from the
    Change and not from the state, which may be ahead of the disk.
    """
    for edit in change.edits:
        if edit.table is TOPICS:
            yield edit.after if isinstance(edit.after, Topic) else Topic(edit.key)


def bulletin(topic: Topic, channel: Target) -> Send:
    """Return what to post, or to bring a message up to date with.

    Args:
        topic: What the track is at.
        channel: Where; to its ``via`` the track is added.
    """
    target = replace(channel, via=f"{channel.via}{topic.track}")
    return Send(target, _text(topic), Priority.NOTIFICATION, key=topic.track, apart=True)


def _text(topic: Topic) -> str:
    where = f" ({topic.location})" if topic.location else ""
    now = f" now: {topic.now.text}" if topic.now else ": nothing is on now"
    lines = [f"#{topic.track}{where}{now}"]
    lines += [f"next: {text}" for text in topic.next]
    return "\n".join(lines)
