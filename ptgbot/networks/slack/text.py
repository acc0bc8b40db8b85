"""Slack's way to write text: what is escaped in it, and how long it may be.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Callable

__all__ = [
    "clean",
    "escape",
    "linked",
    "mentioned",
    "plain",
    "post_id",
    "split",
    "thread_of",
    "unescape",
    "without_mention",
]

MOST_TEXT = 3900  # of 40,000; longer ones Slack folds away behind "show more", or cuts

_ESCAPED = re.compile(r"<([^<>]*)>")
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)\|?>")  # without its name
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ENTITY = re.compile("&(?:lt|gt|amp);")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_POST = re.compile(r"[CG][A-Z0-9]+:[0-9.]+(?::[0-9.]+)?")  # the id of a post
_BROADCASTS = ("here", "channel", "everyone")


def plain(text: str, user: Callable[[str], str], channel: Callable[[str], str]) -> str:
    """Return what somebody wrote as they see it: no escapes, mentions and links as they read.

    Args:
        text: The text of a message.
        user: Returns the name of the user with an id; empty where it is not known.
        channel: The same for a channel, for links that do not bring its name.
    """
    # Every other part is what stood between angle brackets: Slack's, since what people type is escaped.
    parts = _ESCAPED.split(text)
    parts[::2] = map(unescape, parts[::2])
    parts[1::2] = [_shown(part, user, channel) for part in parts[1::2]]
    return clean("".join(parts))


def clean(text: str) -> str:
    """Return a text without characters that control a terminal, or turn the text around them the other way."""
    return _CONTROL.sub("", text)


def _shown(escaped: str, user: Callable[[str], str], channel: Callable[[str], str]) -> str:
    what, _, label = map(unescape, escaped.partition("|"))
    kind, rest = what[:1], what[1:]
    if kind == "@":
        return f"@{user(rest) or label or rest}"
    if kind == "#":
        return f"#{label or channel(rest) or rest}"
    if kind == "!":
        word, _, which = rest.partition("^")
        return label or (f"@{word}" if word in _BROADCASTS else which or word)
    if label and "/" not in label and what in (f"http://{label}", f"https://{label}"):
        return label  # Slack makes a link of any word with a dot in it, such as the name of a file
    # A link counts by its address, whatever somebody wrote for people to see instead.
    return what.removeprefix("mailto:").removeprefix("tel:")


def unescape(text: str) -> str:
    """Return a text that holds no links as it reads."""
    return _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)


def mentioned(text: str) -> list[str]:
    """Return the ids of the users whom a message mentions, in order, each once."""
    return list(dict.fromkeys(_USER.findall(text)))


def linked(text: str) -> list[str]:
    """Return the ids of the channels to which a message links without their names, in order, each once."""
    return list(dict.fromkeys(_CHANNEL.findall(text)))


def without_mention(text: str, user: str) -> str | None:
    """Return what follows a mention of a user at the beginning of a message; None where there is none."""
    match = _USER.match(text.lstrip())
    if match is None or match[1] != user:
        return None
    return text.lstrip()[match.end() :].lstrip(" ,:\u00a0")


def post_id(channel: str, ts: str, thread: str = "") -> str:
    """Return the id of a message that people posted, which tells where an answer to it belongs.

    Args:
        channel: The channel's id.
        ts: The message's ts.
        thread: The ts of the thread in which it stands; empty for none.
    """
    return f"{channel}:{ts}:{thread}" if thread and thread != ts else f"{channel}:{ts}"


def thread_of(via: str) -> str:
    """Return the thread in which an answer belongs: that of the post whose id this is, or it is one itself."""
    return via.rpartition(":")[2] if _POST.fullmatch(via) else via


def escape(text: str) -> str:
    """Return a text so that Slack shows just that, and nobody is called by it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def split(text: str, room: int = MOST_TEXT) -> list[str]:
    """Cut a text into messages, at line ends where it has some, else at word ends.

    Args:
        text: Any text.
        room: The most characters of a message once it is escaped; at least 5.
    """
    messages: list[str] = []
    for line in filter(str.strip, text.split("\n")):
        for number, piece in enumerate(_pieces(line, room)):
            if number == 0 and messages and len(escape(messages[-1])) + 1 + len(escape(piece)) <= room:
                messages[-1] += f"\n{piece}"
            else:
                messages.append(piece)
    return messages


def _pieces(line: str, room: int) -> list[str]:
    if len(escape(line)) <= room:
        return [line]
    pieces = [""]
    for word in line.split(" "):
        rest = word
        while len(escape(rest)) > room:  # a word that no message can hold
            pieces.append(rest[: room // 5])
            rest = rest[room // 5 :]
        longer = f"{pieces[-1]} {rest}" if pieces[-1] else rest
        if len(escape(longer)) <= room:
            pieces[-1] = longer
        else:
            pieces.append(rest)
    return [piece for piece in pieces if piece.strip()]
