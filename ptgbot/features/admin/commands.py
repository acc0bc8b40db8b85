"""``~newday``, ``~emptydb``, ``~del`` and ``~fetchdb``."""

import asyncio
from collections.abc import Iterable
from typing import Any

from ptgbot.core.changes import Cause, Draft
from ptgbot.core.commands import Arguments, Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.documents import Table
from ptgbot.core.protocols import Fetch
from ptgbot.features.admin.legacy import Importer
from ptgbot.features.admin.reading import BadImport, parse
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.schedule.model import BOOKINGS, TRACKS
from ptgbot.features.topics.model import LINKS, TOPICS, Topic, put_topic

__all__ = ["admin_commands"]


def _new_day(call: Call) -> Outcome:
    draft = Draft(call.view)
    draft.clear(TOPICS)
    draft.clear(CHECKINS)
    return Outcome(draft.edits())


def _del(call: Call) -> Outcome:
    names = [name.lower().removeprefix("#") for name in call.arguments.words("TRACK")]
    unknown = [name for name in names if call.view.get(TRACKS, name) is None]
    if unknown:
        raise Refused(f"Nothing was removed: unknown track {quote(', '.join(unknown))}.")
    draft = Draft(call.view)
    for name in names:
        draft.remove(TRACKS, name)
        draft.remove(LINKS, name)
        put_topic(draft, Topic(name))
        for key in call.view.where(BOOKINGS, "track", name):
            draft.remove(BOOKINGS, key)
    return Outcome(draft.edits())


def admin_commands(tables: Iterable[Table[Any]], fetch: Fetch, network: str) -> tuple[Command, ...]:
    """Return the commands about the whole event.

    Args:
        tables: Every table, to empty them.
        fetch: Brings what a URL holds; raises Refused where it may or can not.
        network: The network whose nicks imported files name.
    """
    everything = tuple(tables)

    def empty(call: Call) -> Outcome:
        draft = Draft(call.view)
        for table in everything:
            draft.clear(table)
        return Outcome(draft.edits())

    async def bring(arguments: Arguments) -> dict[str, Any]:
        content = await fetch(arguments.text("URL"))
        try:
            return await asyncio.to_thread(parse, content)
        except BadImport as error:
            raise Refused(f"Nothing was imported: {error.problems[0]}.") from None

    def import_(call: Call) -> Outcome:
        importer = Importer(call.view, event=call.event, network=network, at=call.at, new_id=call.new_id, strict=True)
        try:
            result = importer.read(call.fetched)
        except BadImport as error:
            lines = [f"Nothing was imported, {_count(error.problems, 'thing')} to mend first:", *error.problems]
            if len(error.problems) == 1:
                lines = [f"Nothing was imported: {error.problems[0]}."]
            return Outcome(listing=tuple(lines))
        if not result.edits:
            return Outcome(reply="Nothing was imported: everything in it is here already.")
        done = f"Imported {call.arguments.text('URL')}."
        return Outcome(result.edits, done, tuple(f"Note: {note}." for note in result.notes), Cause.IMPORT)

    return (
        Command(
            Door.ADMIN,
            "del",
            "removes tracks with their bookings, topics, links and colours",
            _del,
            (Parameter.words("TRACK"),),
            example="gardening cooking",
        ),
        Command(Door.ADMIN, "newday", "removes what is now and next, where, and who is where", _new_day),
        Command(Door.ADMIN, "emptydb", "removes everything but the history: tracks, schedule, topics, messages", empty),
        Command(
            Door.ADMIN,
            "fetchdb",
            "imports an event from a JSON file on the web; each key in it replaces that key",
            import_,
            (Parameter.word("URL"),),
            example="https://example.org/base.json",
            fetch=bring,
            note="Nothing changes if anything in it is wrong.",
        ),
    )


def _count(items: list[str], noun: str) -> str:
    return f"{len(items)} {noun}{'s' * (len(items) != 1)}"
