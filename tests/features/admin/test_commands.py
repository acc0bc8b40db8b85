"""Section 5 of the reference: what organisers do to the whole event."""

from typing import Any

import orjson
import pytest

from ptgbot.core.changes import Cause
from ptgbot.features.motd.model import MOTD, Motd, Notice
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.schedule.model import BOOKINGS, TRACKS, Track
from ptgbot.features.topics.model import LINKS, TOPICS
from tests.talk import CHANNEL, Talk, having, lacking

URL = "https://example.org/base.json"


@pytest.fixture
async def busy(bot: Talk) -> Talk:
    """A bot in the middle of a day."""
    for nick, text in (
        ("ada", "#nova now cells"),
        ("ada", "#nova next more"),
        ("ada", "#swift location here"),
        ("ada", "#nova url https://example.org/n"),
        ("ada", "+in #nova"),
        ("bob", "+in town"),
        ("bob", "+out"),
        ("sam", "+subscribe nova"),
    ):
        await bot.say(nick, text)
    await bot.op("~motd add info hello")
    bot.changes.clear()
    return bot


async def fetch(bot: Talk, content: dict[str, Any] | bytes) -> list[tuple[str, str]]:
    bot.pages[URL] = content if isinstance(content, bytes) else orjson.dumps(content)
    return await bot.op(f"~fetchdb {URL}")


async def test_a_new_day_removes_topics_locations_and_presence_and_nothing_else(busy: Talk) -> None:
    before = busy.state
    assert await busy.op("~newday") == []
    assert busy.state == lacking(lacking(before, TOPICS), CHECKINS)
    assert len(busy.changes) == 1


async def test_emptydb_leaves_nothing(busy: Talk) -> None:
    assert await busy.op("~emptydb") == []
    assert all(documents == {} for documents in busy.state.values())
    assert len(busy.changes) == 1


async def test_deleted_tracks_take_their_bookings_topics_links_and_colours_along(busy: Talk) -> None:
    before = busy.state
    assert await busy.op("~del #NOVA docs") == []
    after = lacking(before, TRACKS, "nova", "docs")
    after = lacking(after, BOOKINGS, "booking2", "booking3")
    after = lacking(lacking(after, TOPICS, "nova"), LINKS, "nova")
    assert busy.state == after
    assert len(busy.changes) == 1


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("~del", "'del' needs TRACK: ~del TRACK…"),
        ("~del nova nope Nada", "Nothing was removed: unknown track nope, nada."),
        ("~newday now", "'newday' takes nothing more: ~newday"),
        ("~emptydb now", "'emptydb' takes nothing more: ~emptydb"),
        ("~fetchdb", "'fetchdb' needs URL: ~fetchdb URL [DRY]"),
        (
            f"~fetchdb {URL} {URL}",
            "'fetchdb' takes an address, and 'dry' to see what would change: ~fetchdb URL [DRY]",
        ),
        (f"~fetchdb {URL} dry now", "'fetchdb' takes only URL [DRY]: ~fetchdb URL [DRY]"),
        ("~fetchdb https://nowhere.example", "https://nowhere.example could not be fetched: there is no such host."),
    ],
)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(busy: Talk, text: str, reply: str) -> None:
    before = busy.state
    assert await busy.op(text) == [(CHANNEL, f"olga: {reply}")]
    assert (busy.state, busy.changes) == (before, [])


async def test_a_fetched_file_replaces_the_keys_that_it_has_and_only_those(busy: Talk) -> None:
    before = busy.state
    reply = await fetch(busy, {"motd": [{"level": "danger", "message": "fire"}], "colors": {"nova": "red"}})
    assert reply == [(CHANNEL, f"olga: Imported {URL}.")]
    assert busy.state == having(having(before, MOTD, Motd((Notice("danger", "fire"),))), TRACKS, Track("nova", "red"))


async def test_the_change_says_that_it_is_an_import_and_whose(busy: Talk) -> None:
    await fetch(busy, {"eventid": "other"})
    [change] = busy.changes
    assert change.actor is not None
    assert (change.cause, change.actor.name, change.text) == (Cause.IMPORT, "olga", f"~fetchdb {URL}")


async def test_what_was_altered_on_the_way_is_told(busy: Talk) -> None:
    assert await fetch(busy, {"eventid": "other", "colour": 1}) == [
        (CHANNEL, f"olga: Imported {URL}."),
        (CHANNEL, "olga: Note: 'colour' is no key that I know, left out."),
    ]


async def test_a_file_that_changes_nothing_says_so(busy: Talk) -> None:
    nothing = [(CHANNEL, "olga: Nothing was imported: everything in it is here already.")]
    assert await fetch(busy, {"eventid": "sample"}) == nothing
    assert await fetch(busy, {}) == nothing
    assert busy.changes == []


async def test_one_thing_that_is_wrong_is_named_in_the_refusal(busy: Talk) -> None:
    before = busy.state
    assert await fetch(busy, {"eventid": "other", "voice": 2}) == [
        (CHANNEL, "olga: Nothing was imported: 'voice' is neither 0 nor 1: 2.")
    ]
    assert (busy.state, busy.changes) == (before, [])


async def test_everything_that_is_wrong_is_named(busy: Talk) -> None:
    before = busy.state
    assert await fetch(busy, {"eventid": "other", "voice": 2, "motd": "x", "colors": {"nova": "reddish"}}) == [
        (CHANNEL, "olga: That is long, I sent it to you in private."),
        ("olga", "Nothing was imported, 3 things to mend first:"),
        ("olga", "colors: nova: no CSS colour: reddish"),
        ("olga", "'voice' is neither 0 nor 1: 2"),
        ("olga", "'motd' is no list"),
    ]
    assert (busy.state, busy.changes) == (before, [])


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"\xff\xfe", b'{"a": NaN}', b"{" * 100_000])
async def test_what_is_no_json_object_changes_nothing(busy: Talk, content: bytes) -> None:
    before = busy.state
    [(target, reply)] = await fetch(busy, content)
    assert (target, reply.startswith("olga: Nothing was imported: it is ") or "NaN" in reply) == (CHANNEL, True)
    assert (busy.state, busy.changes) == (before, [])


# -- a dry run -------------------------------------------------------------------------------------------------------

CHANGED: dict[str, Any] = {
    "tracks": ["nova", "neutron", "swift", "gardening"],
    "slots": {"Monday": [{"name": "MonA1", "desc": "09:00-10:45"}, {"name": "MonP1", "desc": "14:00-15:15"}]},
    "schedule": {
        "Aspen": {"desc": "seats 12", "MonA1": "neutron", "MonP1": "swift"},
        "Ballroom A": {"url": "https://example.org/meet/a", "MonA1": "nova", "MonP1": ""},
        "Barn": {"MonP1": ""},
    },
    "colors": {"nova": "red"},
    "now": {"swift": "rings"},
    "voice": 1,
    "last_check_in": {},
    "subscriptions": {},
}
DIFFERENCE = [
    "+ 1 track: gardening",
    "- 1 track: docs",
    "~ 1 colour: nova #596468 → red",
    "+ 1 room: Barn",
    "- 1 room: Loft-2",
    "~ 2 rooms: Aspen (slots, description), Ballroom A (slots)",
    "- 1 slot: TueA1 (Tue 24 Nov 09:00-10:45)",
    "~ 1 slot: MonP1 Mon 23 Nov 13:30-15:15 → Mon 23 Nov 14:00-15:15",
    "moved: swift from Loft-2-TueA1 to Aspen-MonP1",
    "- 1 booking: nova in Ballroom A-MonP1",
    "~ topics of 2 tracks: nova, swift",
    "~ who may speak for tracks",
    "~ 2 check-ins",
    "~ 1 subscription",
]


@pytest.mark.parametrize("said", [f"~fetchdb {URL} dry", f"~fetchdb dry {URL}", f"~fetchdb {URL} DRY"])
async def test_a_dry_run_tells_in_private_what_would_change_and_changes_nothing(busy: Talk, said: str) -> None:
    before = busy.state
    busy.pages[URL] = orjson.dumps({**CHANGED, "colour": 1})
    told = [f"Nothing was changed. ~fetchdb {URL} would change:", *DIFFERENCE]
    told.append("Note: 'colour' is no key that I know, left out.")
    assert await busy.op(said) == [("olga", line) for line in (*told[:10], "… 6 more lines: say 'more'.")]
    assert await busy.tell("olga", "more") == [("olga", line) for line in told[10:]]
    assert (busy.state, busy.changes) == (before, [])


async def test_a_dry_run_of_what_is_here_already_says_so(busy: Talk) -> None:
    busy.pages[URL] = orjson.dumps({"eventid": "sample"})
    lines = [("olga", "Nothing would be imported: everything in it is here already.")]
    assert await busy.op(f"~fetchdb {URL} dry") == lines
    assert busy.changes == []


async def test_a_dry_run_of_what_is_wrong_names_it(busy: Talk) -> None:
    busy.pages[URL] = b'{"voice": 2}'
    assert await busy.op(f"~fetchdb {URL} dry") == [
        (CHANNEL, "olga: Nothing was imported: 'voice' is neither 0 nor 1: 2.")
    ]


async def test_a_schedule_of_another_program_is_fetched(busy: Talk) -> None:
    busy.pages[URL] = b"room,day,start,end,track\nHall,2026-11-23,09:00,10:00,gardening\n"
    assert await busy.op(f"~fetchdb {URL}") == [(CHANNEL, f"olga: Imported {URL}.")]
    [booking] = busy.state["bookings"].values()
    assert (booking.track, booking.room, booking.slot) == ("gardening", "Hall", "Mon0900")
    assert await busy.op("~undo") != []
    assert len(busy.state["bookings"]) == 4
