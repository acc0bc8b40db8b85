"""How a line of text is read: through which door it comes, and for which track."""

from dataclasses import dataclass

from ptgbot.core.commands import Door, Registry

__all__ = ["Reading", "read"]

# These may be written like a track in channels, as the original bot had it.
_HASH_VERBS = frozenset({"in", "out", "seen", "subscribe", "unsubscribe"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A line that is meant for the bot.

    Args:
        door: How it is addressed.
        words: The verb and what follows it.
        track: The track it is about, in lower case; empty unless it came through the tracks' door.
    """

    door: Door
    words: tuple[str, ...]
    track: str = ""


def read(text: str, *, private: bool, registry: Registry) -> Reading | None:
    """Read a line.

    Args:
        text: The line.
        private: Whether it was said to the bot alone; then the first word needs no sign before it.
        registry: The commands, to tell ``#verb`` from ``#track`` in private.

    Returns:
        What it says, or None where it is not for the bot.
    """
    words = tuple(text.split())
    if not words:
        return None
    first, rest = words[0], words[1:]
    sign, word = first[0], first[1:]
    # Behind another sign it is a word that somebody quotes, unless it stands alone.
    if word.lower() == "help" and (sign in "#+~" or (not sign.isalnum() and (private or not rest))):
        return Reading(Door.USER, ("help", *rest))
    if sign in "+~" and word[:1].isalpha():
        return Reading(Door.USER if sign == "+" else Door.ADMIN, (word, *rest))
    if sign == "#" and word:
        as_verb = (word, *rest)
        if word.lower() in _HASH_VERBS or (private and registry.find(Door.USER, as_verb)):
            return Reading(Door.USER, as_verb)
        return Reading(Door.TRACK, rest, word.lower())
    return Reading(Door.USER, words) if private else None
