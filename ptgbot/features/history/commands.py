"""``~log``, ``~undo``, ``#TRACK undo``, ``my data`` and ``forget me``."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice, takewhile
from typing import Any

from ptgbot.core.changes import Cause
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.documents import Table, View
from ptgbot.core.protocols import NotSaved
from ptgbot.features.history.forget import PERSONAL, about, forget
from ptgbot.features.history.model import (
    HISTORY,
    TRACES,
    Entry,
    entry_id,
    entry_number,
    is_taken_back,
    newest_first,
    touches,
)
from ptgbot.features.history.undo import take_back
from ptgbot.features.history.words import summary
from ptgbot.features.linking.model import person_keys
from ptgbot.features.people.model import is_stranger

__all__ = ["Purge", "history_commands"]

Purge = Callable[[tuple[str, ...]], Awaitable[None]]

LOG_LINES = 10
MAX_LOG_LINES = 1000
NOT_LOGGED_IN = "You are not logged in: what belongs to an account is told, and forgotten, once you are."
MOST_TRIES = 50  # entries that plain undo looks at
TRACK_MINUTES = 60  # how far back a track's last change can be taken back by those who speak for it


def _standing(view: View, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries that ``~undo`` may mean: none that was taken back, none that took another back.

    What was imported from the command line, the original bot's file above all, is only taken back by its id.
    """
    for entry in entries:
        by_hand = entry.name or entry.cause is not Cause.IMPORT
        if entry.cause is not Cause.UNDO and by_hand and not is_taken_back(view, entry):
            yield entry


def _own(call: Call) -> Iterator[Entry]:
    """Yield the track's own entries, the newest first; what altered other tracks too is not its to take back."""
    return (entry for entry in newest_first(call.view) if touches(entry, call.track, alone=True))


class _IsOut(Refused):
    """What was announced is out."""


class _History:
    """The handlers of the commands about the history.

    Args:
        tables: Every table.
        purge: Removes people from everything on disk besides the state.
    """

    def __init__(self, tables: Iterable[Table[Any]], purge: Purge) -> None:
        self._purge = purge
        self._tables: Mapping[str, Table[Any]] = {table.name: table for table in tables}

    def log(self, call: Call) -> Outcome:
        count, track = LOG_LINES, ""
        for word in (*call.arguments.words("N"), *call.arguments.words("#TRACK")):  # in either order
            if word.isascii() and word.isdigit():
                count = min(max(int(word[:6]), 1), MAX_LOG_LINES)
            elif word.startswith("#"):
                track = word[1:].lower()
            else:
                raise Refused(f"'{word}' is neither a number nor a track: ~log [N] [#TRACK]")
        entries = islice(newest_first(call.view, track), count)
        lines = tuple(self._line(call, entry) for entry in entries)
        about = f" of #{track}" if track else ""
        return Outcome(listing=lines or (f"There is no history{about} yet.",), private=True)

    def _line(self, call: Call, entry: Entry) -> str:
        when = call.event.local(entry.at)
        trace = call.view.get(TRACES, entry.key)
        account = f" ({trace.identity}{self._mark(call, trace.identity)})" if trace and trace.identity else ""
        undone = f" (taken back by {entry_id(entry.undone)})" if is_taken_back(call.view, entry) else ""
        return (
            f"{entry_id(entry.number)} {when:%a %d %b %H:%M} {_name(entry)}{account}: {_said(entry)}{undone}"
            f" [{summary(entry)}]"
        )

    def _mark(self, call: Call, identity: str) -> str:
        return ", not logged in" if is_stranger(call.view, identity, PERSONAL) else ""

    def _take(self, call: Call, entry: Entry) -> Outcome:
        undo = take_back(call.view, entry, call.view.seq + 1, self._tables)
        what = _what(entry)
        left = f" Left as it is, since it has changed: {', '.join(undo.left)}." if undo.left else ""
        if undo.is_out and not undo.edits:
            raise _IsOut(
                f"{what} cannot be taken back: it is out. What was done before goes by its id: ~log shows them."
            )
        if not undo.edits:
            raise Refused(f"Nothing of {what} is left to take back.{left}")
        return Outcome(undo.edits, f"Taken back: {what}.{left}", cause=Cause.UNDO)

    def undo(self, call: Call) -> Outcome:
        word = call.arguments.text("ID")
        if not word:
            return self._take_last(call, newest_first(call.view))
        number = entry_number(word)
        entry = None if number is None else call.view.get(HISTORY, str(number))
        if entry is None:
            raise Refused(f"There is no change '{word}': ~log shows their ids, such as c12.")
        if is_taken_back(call.view, entry):
            raise Refused(f"{entry_id(entry.number)} was taken back already, by {entry_id(entry.undone)}.")
        return self._take(call, entry)

    def my_data(self, call: Call) -> Outcome:
        return Outcome(listing=self._about(call), private=True)

    def _about(self, call: Call) -> tuple[str, ...]:
        lines = tuple(about(call.view, person_keys(call.view, call.actor), call.event))
        lines = lines or ("Nothing is stored about you.",)
        return (*lines, NOT_LOGGED_IN) if is_stranger(call.view, call.actor.identity.key, PERSONAL) else lines

    def forget_me(self, call: Call) -> Outcome:
        confirmed = call.arguments.text("YES").lower()
        if not call.private:
            raise Refused("Say that to me in private, please.")
        if not confirmed:
            lines = self._about(call)
            how = "To have all of this removed for good, from backups too, say: forget me yes"
            return Outcome(listing=(how, *lines))
        if confirmed != "yes":
            raise Refused("To have what is stored about you removed for good, say: forget me yes")
        keys = person_keys(call.view, call.actor)
        return Outcome(
            forget(call.view, keys),
            "You are forgotten: nothing about you is stored any more, in backups neither."
            " What you said for tracks stays, as somebody's.",
            cause=Cause.PURGE,
            after=lambda: self._purge_or_tell(keys),
        )

    async def _purge_or_tell(self, keys: tuple[str, ...]) -> None:
        try:
            await self._purge(keys)
        except (NotSaved, OSError) as error:
            raise Refused(
                f"You are gone from all that is shown, but not yet from everything on disk ({error})."
                " It is tried again."
            ) from None

    def undo_track(self, call: Call) -> Outcome:
        oldest = call.at - timedelta(minutes=TRACK_MINUTES)
        try:
            return self._take_last(call, takewhile(lambda entry: entry.at >= oldest, _own(call)))
        except Refused:
            older = next(_standing(call.view, _own(call)), None)
            if older is None or older.at >= oldest:
                raise
            raise Refused(
                f"The last change of #{call.track} is older than {TRACK_MINUTES} minutes: an op can take it back"
                f" with ~undo {entry_id(older.number)}."
            ) from None

    def _take_last(self, call: Call, entries: Iterable[Entry]) -> Outcome:
        """Take back the last change of which something is left to take back."""
        why: Refused | None = None
        for entry in islice(_standing(call.view, entries), MOST_TRIES):
            try:
                return self._take(call, entry)
            except _IsOut:  # who means that must not take back another one
                raise
            except Refused as refusal:  # it has changed since: the one before may be what is meant
                why = why or refusal
        about = f" of #{call.track}" if call.track else ""
        text = str(why) if why else f"There is nothing{about} to take back."
        newest = None if call.track else next(newest_first(call.view), None)
        if newest is not None and newest.cause is Cause.UNDO and not is_taken_back(call.view, newest):
            text += f" The last change was {_what(newest)}: ~undo {entry_id(newest.number)} brings that back."
        raise Refused(text)


def _name(entry: Entry) -> str:
    return entry.name or "the bot"


def _said(entry: Entry) -> str:
    return quote(entry.text or entry.cause.value)


def _what(entry: Entry) -> str:
    return f"{entry_id(entry.number)} ({_said(entry)}, {_name(entry)})"


def history_commands(tables: Iterable[Table[Any]], purge: Purge) -> tuple[Command, ...]:
    """Return the commands about the history.

    Args:
        tables: Every table.
        purge: Removes people, by the keys of their identities, from everything on disk besides the state: logs,
            backups, published pages.
    """
    history = _History(tables, purge)
    return (
        Command(
            Door.TRACK,
            "undo",
            "takes back the last change of the track",
            history.undo_track,
            note=f"Up to {TRACK_MINUTES} minutes back; what has changed since stays as it is.",
        ),
        Command(
            Door.ADMIN,
            "log",
            "shows who changed what, in private",
            history.log,
            (Parameter.word("N", optional=True), Parameter.word("#TRACK", optional=True)),
            example="20 #nova",
            note="The newest first; N lines, or those of one track.",
        ),
        Command(
            Door.ADMIN,
            "undo",
            "takes back the last change, or the one with an id",
            history.undo,
            (Parameter.word("ID", optional=True),),
            example="c12",
            note="What has changed since stays as it is, and is named.",
        ),
        Command(Door.USER, "my data", "tells you in private all that is stored about you", history.my_data),
        Command(
            Door.USER,
            "forget me",
            "shows what is stored about you; with 'yes', removes it for good, from backups too",
            history.forget_me,
            (Parameter.word("YES", optional=True),),
            example="yes",
            note="In private only. What you said for a track stays, as somebody's.",
        ),
    )
