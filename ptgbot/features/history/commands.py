"""``~log``, ``~undo`` and ``#TRACK undo``."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from ptgbot.core.changes import Cause
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused
from ptgbot.core.documents import Table
from ptgbot.features.history.model import HISTORY, TRACES, Entry, entry_id, entry_number
from ptgbot.features.history.undo import take_back
from ptgbot.features.history.words import summary

__all__ = ["history_commands"]

LOG_LINES = 10
MAX_LOG_LINES = 1000
TRACK_MINUTES = 60  # how far back a track's last change can be taken back by those who speak for it


def _newest_first(call: Call, track: str = "") -> Iterator[Entry]:
    entries = call.view.where(HISTORY, "subject", track) if track else call.view.all(HISTORY)
    return reversed(entries.values())


def _standing(entries: Iterable[Entry]) -> Entry | None:
    """Return the first entry that can be taken back: none that was already, and none that took another back."""
    return next((entry for entry in entries if not entry.undone and entry.cause != Cause.UNDO), None)


def _who(call: Call, entry: Entry) -> str:
    trace = call.view.get(TRACES, entry.key)
    account = f" ({trace.identity})" if trace and trace.identity else ""
    return f"{entry.name or 'the bot'}{account}"


def history_commands(tables: Iterable[Table[Any]]) -> tuple[Command, ...]:
    """Return the commands about the history.

    Args:
        tables: Every table.
    """
    by_name: Mapping[str, Table[Any]] = {table.name: table for table in tables}

    def log(call: Call) -> Outcome:
        count, track = LOG_LINES, ""
        for word in call.arguments.words("N #TRACK"):
            if word.isascii() and word.isdigit():
                count = min(int(word[:6]), MAX_LOG_LINES)
            elif word.startswith("#"):
                track = word[1:].lower()
            else:
                raise Refused(f"'{word}' is neither a number nor a track: ~log [N] [#TRACK]")
        lines = []
        for entry, _ in zip(_newest_first(call, track), range(count), strict=False):
            when = call.event.local(entry.at)
            undone = f" (taken back by {entry_id(entry.undone)})" if entry.undone else ""
            lines.append(
                f"{entry_id(entry.number)} {when:%a %d %b %H:%M} {_who(call, entry)}:"
                f" {entry.text or entry.cause.value}{undone} [{summary(entry, by_name)}]"
            )
        about = f" of #{track}" if track else ""
        return Outcome(listing=tuple(lines) or (f"There is no history{about} yet.",), private=True)

    def take(call: Call, entry: Entry) -> Outcome:
        undo = take_back(call.view, entry, call.view.seq + 1, by_name)
        what = f"{entry_id(entry.number)} ({entry.text or entry.cause.value}, {entry.name or 'the bot'})"
        left = f" Left as it is, since it has changed: {', '.join(undo.left)}." if undo.left else ""
        if not undo.edits:
            raise Refused(f"Nothing of {what} is left to take back.{left}")
        return Outcome(undo.edits, f"Taken back: {what}.{left}", cause=Cause.UNDO)

    def undo(call: Call) -> Outcome:
        word = call.arguments.text("ID")
        if not word:
            last = _standing(_newest_first(call))
            if last is None:
                raise Refused("There is nothing to take back.")
            return take(call, last)
        number = entry_number(word)
        entry = None if number is None else call.view.get(HISTORY, str(number))
        if entry is None:
            raise Refused(f"There is no change '{word}': ~log shows their ids, such as c12.")
        if entry.undone:
            raise Refused(f"{entry_id(entry.number)} was taken back already, by {entry_id(entry.undone)}.")
        return take(call, entry)

    def undo_track(call: Call) -> Outcome:
        last = _standing(_newest_first(call, call.track))
        if last is None:
            raise Refused(f"There is nothing of #{call.track} to take back.")
        if last.at < call.at - timedelta(minutes=TRACK_MINUTES):
            raise Refused(
                f"The last change of #{call.track} is older than {TRACK_MINUTES} minutes: an op can take it back"
                f" with ~undo {entry_id(last.number)}."
            )
        return take(call, last)

    return (
        Command(
            Door.TRACK,
            "undo",
            "takes back the last change of the track",
            undo_track,
            note=f"Up to {TRACK_MINUTES} minutes back; what has changed since stays as it is.",
        ),
        Command(
            Door.ADMIN,
            "log",
            "shows who changed what, in private",
            log,
            (Parameter.words("N #TRACK", optional=True),),
            example="20 #nova",
            note="The newest first; N lines, or those of one track.",
        ),
        Command(
            Door.ADMIN,
            "undo",
            "takes back the last change, or the one with an id",
            undo,
            (Parameter.word("ID", optional=True),),
            example="c12",
            note="What has changed since stays as it is, and is named.",
        ),
    )
