"""``~newday``, ``~emptydb``, ``~del`` and ``~fetchdb``."""

import asyncio
from collections.abc import Iterable
from typing import Any

from ptgbot.core.changes import Cause, Draft, Edit
from ptgbot.core.commands import Arguments, Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.documents import Table, View
from ptgbot.core.protocols import Fetch
from ptgbot.features.admin.difference import difference
from ptgbot.features.admin.legacy import Importer
from ptgbot.features.admin.opening import open_file
from ptgbot.features.admin.reading import BadImport
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.schedule.model import BOOKINGS, TRACKS
from ptgbot.features.topics.model import LINKS, TOPICS, Topic, put_topic

__all__ = ["admin_commands", "new_day"]

_DRY = "dry"


def new_day(view: View) -> tuple[Edit, ...]:
    """Return the edits that begin a day: nothing is said yet, and nobody is there."""
    draft = Draft(view)
    draft.clear(TOPICS)
    draft.clear(CHECKINS)
    return draft.edits()


def _new_day(call: Call) -> Outcome:
    return Outcome(new_day(call.view))


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
        url, _ = _wanted(arguments)
        content = await fetch(url)
        try:
            return await asyncio.to_thread(open_file, content)
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
        url, dry = _wanted(call.arguments)
        notes = tuple(f"Note: {note}." for note in result.notes)
        if not result.edits:
            done = "would be imported" if dry else "was imported"
            return Outcome(reply=f"Nothing {done}: everything in it is here already.", listing=notes, private=dry)
        if dry:
            lead = f"Nothing was changed. ~fetchdb {url} would change:"
            return Outcome(listing=(lead, *difference(call.view, result.edits, call.event), *notes), private=True)
        return Outcome(result.edits, f"Imported {url}.", notes, Cause.IMPORT)

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
            "imports an event or a schedule from the web; with 'dry' it only tells you what would change",
            import_,
            (Parameter.word("URL"), Parameter.word("DRY", optional=True)),
            example="https://example.org/schedule.json dry",
            fetch=bring,
            note="base.json: each key replaces that key. schedule.json, schedule.xml (pretalx, frab) or a table (CSV):"
            " days, rooms and bookings. If anything is wrong, nothing changes.",
        ),
    )


def _wanted(arguments: Arguments) -> tuple[str, bool]:
    """Return the address, and whether nothing is to be changed; the two may stand in either order."""
    words = [arguments.text("URL"), arguments.text("DRY")]
    dry = [word.lower() == _DRY for word in words]
    if dry[0] and words[1]:
        words.reverse()
    elif words[1] and not dry[1]:
        raise Refused(f"'fetchdb' takes an address, and '{_DRY}' to see what would change: ~fetchdb URL [DRY]")
    return words[0], any(dry)


def _count(items: list[str], noun: str) -> str:
    return f"{len(items)} {noun}{'s' * (len(items) != 1)}"
