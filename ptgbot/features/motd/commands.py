"""``~motd add``, ``del``, ``reorder`` and ``clean``."""

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.features.motd.model import LEVELS, MOTD, Motd, Notice, notices

__all__ = ["COMMANDS"]


def _put(call: Call, messages: tuple[Notice, ...]) -> Outcome:
    draft = Draft(call.view)
    if messages:
        draft.put(MOTD, Motd(messages))
    else:
        draft.clear(MOTD)
    return Outcome(draft.edits())


def _add(call: Call) -> Outcome:
    level = call.arguments.text("LEVEL").lower()
    if level not in LEVELS:
        raise Refused(f"'{quote(level)}' is no level: say one of {', '.join(LEVELS)}.")
    return _put(call, (*notices(call.view), Notice(level, call.arguments.text("TEXT"))))


def _position(call: Call, word: str) -> int:
    """Return the index of the message with a number that was typed."""
    count = len(notices(call.view))
    if word.isascii() and word.isdigit() and 1 <= int(word[:9]) <= count:
        return int(word) - 1
    there = f"they are numbered 1 to {count}" if count else "there are none"
    raise Refused(f"There is no message number '{quote(word)}': {there}.")


def _del(call: Call) -> Outcome:
    position = _position(call, call.arguments.text("N"))
    messages = notices(call.view)
    return _put(call, messages[:position] + messages[position + 1 :])


def _reorder(call: Call) -> Outcome:
    positions = [_position(call, word) for word in call.arguments.words("N")]
    if len(set(positions)) < len(positions):
        raise Refused("Name each message once.")
    return _put(call, tuple(notices(call.view)[position] for position in positions))


COMMANDS = (
    Command(
        Door.ADMIN,
        "motd add",
        "shows a message of the day on the board",
        _add,
        (Parameter.word("LEVEL"), Parameter.text("TEXT")),
        example="info Lunch is at 12:30 in the hall",
        note=f"LEVEL is one of {', '.join(LEVELS)}.",
    ),
    Command(Door.ADMIN, "motd del", "removes one message", _del, (Parameter.word("N"),), example="1"),
    Command(
        Door.ADMIN,
        "motd reorder",
        "keeps the named messages, in that order",
        _reorder,
        (Parameter.words("N"),),
        example="2 1",
    ),
    Command(Door.ADMIN, "motd clean", "removes them all", lambda call: _put(call, ()), aliases=("clear",)),
)
