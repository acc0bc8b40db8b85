"""The card of a post: what those who look after open spaces see and press, as plain data in no network's terms.

What is pressed gives a command that somebody could type: ``~post p4 room R time T day D approve``, ``~deny p4``.
"""

from collections.abc import Iterable
from dataclasses import replace

from ptgbot.core.clock import Event
from ptgbot.core.documents import View
from ptgbot.core.panels import Button, Card, Choice, Entry, Field, Sign
from ptgbot.features.openspaces.model import Fate, Lane, Post, post_id
from ptgbot.features.openspaces.rules import Rules
from ptgbot.features.openspaces.telling import Teller
from ptgbot.features.reminders.model import Approval, Kind, Reminder, State, reminders_of

__all__ = ["card_of", "moved_card"]

_NETWORKS = {"irc": "IRC", "mastodon": "Mastodon", "slack": "Slack", "x": "X"}
_MOST_HEADING = 150  # characters
_MOST_QUOTE = 3000  # characters; no network's posts are longer but Slack's own
_ALL = ("day", "time", "room")
_LANES = {
    Lane.OUTGOING: "what goes out",
    Lane.REVIEW: "what needs a person",
    Lane.CONFLICT: "conflicts",
    Lane.ASIDE: "nothing that anybody has to look at",
}


def card_of(post: Post, view: View, event: Event, rules: Rules, teller: Teller) -> Card:
    """Return the card of a post as it is now.

    Args:
        post: The post.
        view: The whole state.
        event: The conference, on whose clocks all times are.
        rules: The rooms that there are.
        teller: Tells about posts.
    """
    name = post_id(post.number)
    if post.fate is Fate.WITHDRAWN:  # its author does not want it to be read any more
        return _bare(post, Sign.ENDED, "Its author deleted it.")
    sign, footer = _standing(post, teller)
    said = _reminders(reminders_of(view, Kind.OPENSPACE, name), teller)
    lines = (f"Posted on {teller.clock(post.at)}{': ' * bool(post.link)}{post.link}", said)
    whole = f"~post {name} room {{room}} time {{time}} day {{day}}"
    return Card(
        name=name,
        version=str(post.version),
        heading=_heading(post),
        quote=_cut(post.text, _MOST_QUOTE),
        lines=tuple(filter(None, lines)),
        fields=_fields(post, event, rules),
        buttons=(
            Button("Approve", command=f"{whole} approve", primary=True, needs=_ALL),
            Button("Deny", command=f"~deny {name}", danger=True),
            Button("Save without approving", command=whole, needs=_ALL),
        ),
        sign=sign,
        footer=footer,
        since=post.at,
    )


def moved_card(post: Post, channel: str) -> Card:
    """Return what stays where the card of a post was, and is not any more.

    Args:
        post: The post.
        channel: Where it stands by now.
    """
    bare = _bare(post, Sign.MOVED, f"It belongs to {_LANES[post.lane]} now.")
    return replace(bare, elsewhere=channel)


def _bare(post: Post, sign: Sign, footer: str) -> Card:
    quote = "" if post.fate is Fate.WITHDRAWN else _cut(post.text, _MOST_QUOTE)
    return Card(post_id(post.number), str(post.version), _heading(post), quote, sign=sign, footer=footer, since=post.at)


def _heading(post: Post) -> str:
    network = post.source.partition("/")[0]
    return _cut(f"{post_id(post.number)}: {post.name} on {_NETWORKS.get(network, network)}", _MOST_HEADING)


def _fields(post: Post, event: Event, rules: Rules) -> tuple[Field, ...]:
    start = None if post.start is None else event.local(post.start)
    rooms = tuple(Choice(room.name, room.name) for room in rules.rooms)
    named = (Field("room", "Room", rooms, initial=post.room),) if rooms else ()
    return (
        Field("day", "Date", entry=Entry.DATE, initial="" if start is None else f"{start:%Y-%m-%d}"),
        Field("time", "Time", entry=Entry.TIME, initial="" if start is None else f"{start:%H:%M}"),
        *named,
    )


def _standing(post: Post, teller: Teller) -> tuple[Sign, str]:
    """Return how a post stands, and that in words: who decided what, and when."""
    who = by = f" by {post.by}" if post.by else ""
    who += f" on {teller.clock(post.decided)}" if who and post.decided is not None else ""
    place = teller.place(post)
    match post.fate:
        case Fate.APPROVED if post.by and post.decider == post.author:  # hosts approve nothing
            return Sign.GOOD, f"Approved by itself, as changed by its host{who.removeprefix(by)}: {place}."
        case Fate.APPROVED if post.by:
            return Sign.GOOD, f"Approved{who}: {place}."
        case Fate.APPROVED:
            return Sign.GOOD, f"Approved by itself, since it says one room and one time and the room is free: {place}."
        case Fate.DENIED:
            return Sign.ENDED, f"Denied{who}."
        case Fate.CANCELLED:
            return Sign.ENDED, f"Cancelled{who or ' by its host'}."
    saved = f" Saved{who}: {place}." if post.by else ""
    why = f": {post.reason}" if post.reason else ""
    match post.lane:
        case Lane.OUTGOING:
            return Sign.WAITS, f"Needs approval{why}.{saved}"
        case Lane.CONFLICT:
            return Sign.WARNS, f"Conflict{why}.{saved}"
        case Lane.REVIEW:
            return Sign.WAITS, f"Needs a person{why}.{saved}"
        case _:
            return Sign.ENDED, f"Nothing is done about it{why}.{saved}"


def _reminders(reminders: Iterable[Reminder], teller: Teller) -> str:
    """Return when which reminders go out, or what became of them."""
    words = {
        State.PLANNED: "Reminder",
        State.SENDING: "Reminder going out",
        State.SENT: "Reminder sent",
        State.MISSED: "Reminder missed",
    }
    found: dict[str, list[str]] = {}
    for reminder in sorted(reminders, key=lambda r: (r.due, r.place)):
        if reminder.state in words:
            if_approved = " if it is approved" * (reminder.approval is Approval.WAITING and reminder.is_open)
            when = f"{words[reminder.state]}{if_approved}: {teller.clock(reminder.due)}"
            found.setdefault(when, []).append(reminder.place.removesuffix(":timeline"))
    return " · ".join(f"{when} to {', '.join(dict.fromkeys(places))}" for when, places in found.items())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
