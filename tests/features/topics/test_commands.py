"""Section 3 of the reference: what tracks discuss, where, and their links."""

from datetime import UTC, datetime

import pytest

from ptgbot.core.commands import Door
from ptgbot.features.schedule.model import ROOMS, Room
from ptgbot.features.topics.model import (
    LINKS,
    TOPICS,
    Links,
    Now,
    Topic,
    etherpad_url,
    is_link,
    meeting_url,
)
from tests.talk import CHANNEL, Talk, having, lacking, quick_talk

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def test_now_sets_the_topic_silently_and_the_tracks_room_becomes_its_location(bot: Talk) -> None:
    before = bot.state
    assert await bot.say("ada", "#nova now Cells v2") == []
    assert bot.state == having(before, TOPICS, Topic("nova", Now("Cells v2", NINE), (), "Ballroom A"))


async def test_now_replaces_the_topic_and_removes_everything_that_was_next(bot: Talk) -> None:
    for text in ("#nova now one", "#nova next two", "#nova next three"):
        await bot.say("ada", text)
    before = bot.state
    assert await bot.say("ada", "#nova now four") == []
    assert bot.state == having(before, TOPICS, Topic("nova", Now("four", NINE), (), "Ballroom A"))


async def test_now_leaves_a_location_that_somebody_set(bot: Talk) -> None:
    await bot.say("ada", "#nova location The terrace")
    before = bot.state
    assert await bot.say("ada", "#nova now x") == []
    assert bot.state == having(before, TOPICS, Topic("nova", Now("x", NINE), (), "The terrace"))


@pytest.mark.parametrize("verb", ["now", "next"])
async def test_a_track_without_a_room_today_is_told_so_and_its_topic_is_set_all_the_same(bot: Talk, verb: str) -> None:
    before = bot.state
    reply = await bot.said("ada", f"#swift {verb} rings")
    assert reply == "Done, but note that no room is scheduled for swift today."
    topic = Topic("swift", Now("rings", NINE)) if verb == "now" else Topic("swift", None, ("rings",))
    assert bot.state == having(before, TOPICS, topic)


async def test_next_appends_and_leaves_the_location_alone(bot: Talk) -> None:
    before = bot.state
    assert await bot.say("ada", "#nova next one") == []
    assert await bot.say("bob", "#nova next two") == []
    assert bot.state == having(before, TOPICS, Topic("nova", None, ("one", "two")))


@pytest.mark.parametrize("verb", ["clean", "clear", "CLEAN"])
async def test_clean_removes_now_and_next_and_keeps_the_location(bot: Talk, verb: str) -> None:
    before = bot.state
    await bot.say("ada", "#nova now one")
    await bot.say("ada", "#nova next two")
    assert await bot.say("ada", f"#nova {verb}") == []
    assert bot.state == having(before, TOPICS, Topic("nova", None, (), "Ballroom A"))


async def test_cleaning_what_is_clean_is_silent_and_changes_nothing(bot: Talk) -> None:
    assert await bot.say("ada", "#nova clean") == []
    assert bot.changes == []


async def test_a_locations_words_are_kept_as_typed_with_single_blanks(bot: Talk) -> None:
    before = bot.state
    assert await bot.say("ada", "#NOVA  Location   The   Terrace ") == []
    assert bot.state == having(before, TOPICS, Topic("nova", None, (), "The Terrace"))


async def test_a_location_without_words_is_forgotten(bot: Talk) -> None:
    before = bot.state
    await bot.say("ada", "#nova location here")
    assert await bot.say("ada", "#nova location") == []
    assert bot.state == before


async def test_an_etherpad_is_set_and_auto_goes_back_to_the_events_own(bot: Talk) -> None:
    before = bot.state
    assert etherpad_url(bot.store.view, "nova") == "https://etherpad.opendev.org/p/sample-nova"
    assert await bot.say("ada", "#nova etherpad https://pad.example.org/Nova") == []
    assert bot.state == having(before, LINKS, Links("nova", "https://pad.example.org/Nova", ""))
    assert etherpad_url(bot.store.view, "nova") == "https://pad.example.org/Nova"
    assert await bot.say("ada", "#nova etherpad AUTO") == []
    assert bot.state == before


async def test_without_an_event_id_no_etherpad_can_be_made() -> None:
    assert etherpad_url(quick_talk({"tracks": ["nova"]}).store.view, "nova") == ""


async def test_a_url_is_set_and_none_goes_back_to_that_of_the_room(bot: Talk) -> None:
    before = bot.state
    assert meeting_url(bot.store.view, "nova", "Ballroom A") == "https://example.org/meet/a"
    assert await bot.say("ada", "#nova url https://meet.example.org/nova") == []
    assert bot.state == having(before, LINKS, Links("nova", "", "https://meet.example.org/nova"))
    assert meeting_url(bot.store.view, "nova", "Ballroom A") == "https://meet.example.org/nova"
    assert await bot.say("ada", "#nova url none") == []
    assert bot.state == before


async def test_a_room_without_a_url_gives_no_meeting(bot: Talk) -> None:
    assert bot.store.view.get(ROOMS, "Aspen") == Room("Aspen", 0, ("MonA1", "MonP1", "TueA1"), "seats 10")
    assert meeting_url(bot.store.view, "neutron", "Aspen") == ""
    assert meeting_url(bot.store.view, "neutron", "the terrace") == ""


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("#nova now", "'now' needs TEXT: #TRACK now TEXT"),
        ("#nova next", "'next' needs TEXT: #TRACK next TEXT"),
        ("#nova clean all", "'clean' takes nothing more: #TRACK clean"),
        ("#nova clear all", "'clean' takes nothing more: #TRACK clean"),
        ("#nova etherpad", "'etherpad' needs URL: #TRACK etherpad URL"),
        ("#nova etherpad https://a.example b", "'etherpad' takes only URL: #TRACK etherpad URL"),
        ("#nova url", "'url' needs URL: #TRACK url URL"),
        ("#nova url https://a.example b", "'url' takes only URL: #TRACK url URL"),
        (
            "#nova url javascript:alert(1)",
            "'javascript:alert(1)' is no link: say 'url' with an http or https address, or 'url none'.",
        ),
        (
            "#nova etherpad none",
            "'none' is no link: say 'etherpad' with an http or https address, or 'etherpad auto'.",
        ),
        ("#nava now x", "Unknown track 'nava'. Did you mean 'nova'?"),
        ("#qqqqqq clean", "Unknown track 'qqqqqq'."),
    ],
)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(bot: Talk, text: str, reply: str) -> None:
    await bot.say("ada", "#nova now something")
    before, seq = bot.state, bot.store.view.seq
    assert await bot.say("ada", text) == [(CHANNEL, f"ada: {reply}")]
    assert (bot.state, bot.store.view.seq) == (before, seq)


async def test_a_track_alone_or_with_an_unknown_command_is_answered_with_what_there_is(bot: Talk) -> None:
    verbs = bot.verbs(Door.TRACK)
    before = bot.state
    assert await bot.said("ada", "#Nova") == f"What about #nova? Say '#nova now TEXT', or one of: {verbs}."
    assert await bot.said("ada", "#Nova Discussing Cells") == (
        f"Unknown command 'Discussing'. Did you mean: #nova now Discussing Cells? I know: {verbs}."
    )
    assert bot.state == before


async def test_organisers_clean_several_tracks_at_once(bot: Talk) -> None:
    before = bot.state
    for track in ("nova", "swift", "docs"):
        await bot.say("ada", f"#{track} now x")
    assert await bot.op("~clean NOVA #docs") == []
    assert bot.state == having(
        before, TOPICS, Topic("nova", None, (), "Ballroom A"), Topic("swift", Now("x", NINE), (), "")
    )
    assert await bot.op("~clear nova swift") == []
    assert bot.state == having(before, TOPICS, Topic("nova", None, (), "Ballroom A"))


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("~clean", "'clean' needs TRACK: ~clean TRACK…"),
        ("~clean nova nope nada", "Nothing was cleaned: unknown track nope, nada."),
    ],
)
async def test_cleaning_an_unknown_track_or_none_cleans_nothing(bot: Talk, text: str, reply: str) -> None:
    await bot.say("ada", "#nova now x")
    before = bot.state
    assert await bot.op(text) == [(CHANNEL, f"olga: {reply}")]
    assert bot.state == before


async def test_the_topic_of_a_change_is_its_track_and_the_change_says_who_typed_what(bot: Talk) -> None:
    await bot.say("ada", "#NOVA   now  Cells", id="m1")
    [change] = bot.changes
    assert change.actor is not None
    assert (change.subject, change.text, change.actor.name, change.message_id, change.at) == (
        "nova",
        "#NOVA now Cells",
        "ada",
        "irc/m1",
        NINE,
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org",
        "HTTP://example.org:8080/a?b=c#d",
        "https://[2001:db8::1]/x",
        "https://example.org/päivää",
    ],
)
def test_an_http_or_https_address_is_a_link(text: str) -> None:
    assert is_link(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "//example.org",
        "ftp://example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "https:///path",
        "http://example.org:port/",
        "http://[::1",
        'http://example.org/"onclick=',
        "http://example.org/<b>",
        "http://example.org/a b",
        "http://example.org/\x00",
        "http://example.org/\x9f",
        "http://example.org/\u202egpj.exe",
        "http://example.org/\u2028",
        "http://example.org/\ud800",
        "http://example.org/" + "x" * 2000,
    ],
)
def test_what_is_no_safe_web_address_is_no_link(text: str) -> None:
    assert not is_link(text)


async def test_newday_forgets_where_tracks_were_so_that_the_next_room_counts(bot: Talk) -> None:
    before = bot.state
    await bot.say("ada", "#nova now x")
    assert await bot.op("~newday") == []
    assert bot.state == lacking(before, TOPICS)
