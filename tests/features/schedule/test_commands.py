"""Sections 3 and 5 of the reference: bookings, tracks and their colours."""

from datetime import UTC, datetime

import pytest

from ptgbot.features.schedule.model import BOOKINGS, PALETTE, TRACKS, Booking, Track, track_name_problem
from tests.talk import CHANNEL, Talk, having, lacking, quick_talk

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "room", "slot"),
    [
        ("Aspen-MonP1", "Aspen", "MonP1"),
        ("aspen-monp1", "Aspen", "MonP1"),
        ("Ballroom  A-TueA1", "Ballroom A", "TueA1"),
        ("LOFT-2-MONP1", "Loft-2", "MonP1"),
    ],
)
async def test_a_free_slot_is_booked_whatever_its_rooms_name_and_the_case(
    bot: Talk, code: str, room: str, slot: str
) -> None:
    before = bot.state
    assert await bot.said("ada", f"#docs book {code}") == f"{room} is now booked on {slot} for docs."
    assert bot.state == having(before, BOOKINGS, Booking("id1", "docs", room, slot, 0, NINE))


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("#docs book", "'book' needs ROOM-SLOT: #TRACK book ROOM-SLOT"),
        ("#docs book Aspen", "Slot 'Aspen' is unknown: say ROOM-SLOT as the page shows it."),
        ("#docs book Loft-2-MonA1", "Slot 'Loft-2-MonA1' is unknown: say ROOM-SLOT as the page shows it."),
        ("#docs book Aspen-MonA1", "Slot 'Aspen-MonA1' is taken: neutron has it."),
        ("#neutron book aspen-mona1", "Slot 'Aspen-MonA1' is booked for neutron already."),
        ("#docs unbook", "'unbook' needs ROOM-SLOT: #TRACK unbook ROOM-SLOT"),
        ("#docs unbook Nowhere-MonA1", "Slot 'Nowhere-MonA1' is unknown: say ROOM-SLOT as the page shows it."),
        ("#docs unbook Aspen-MonA1", "Slot 'Aspen-MonA1' is not booked for docs: neutron has it."),
        ("#docs unbook Aspen-MonP1", "Slot 'Aspen-MonP1' is not booked for docs: it is free."),
        ("#nova move", "'move' needs ROOM-SLOT ROOM-SLOT: #TRACK move ROOM-SLOT ROOM-SLOT"),
        ("#nova move Aspen-MonA1", "'move' needs two slots: #TRACK move ROOM-SLOT ROOM-SLOT"),
        ("#nova move Ballroom A-MonA1 Aspen-X", "Slot 'Aspen-X' is unknown: say ROOM-SLOT as the page shows it."),
        ("#nova move Hall-X Aspen-MonP1", "Slot 'Hall-X' is unknown: say ROOM-SLOT as the page shows it."),
        ("#nova move a b c", "Slot 'a b c' is unknown: say ROOM-SLOT as the page shows it."),
        ("#nova move Ballroom A-MonA1 Aspen-MonA1", "Slot 'Aspen-MonA1' is taken: neutron has it."),
        ("#nova move Aspen-MonA1 Aspen-MonP1", "Slot 'Aspen-MonA1' is not booked for nova: neutron has it."),
        ("#nova move Aspen-MonP1 Aspen-TueA1", "Slot 'Aspen-MonP1' is not booked for nova: it is free."),
        ("#nova color", "'color' needs CSS: #TRACK color CSS"),
        ("#nova color dark red", "'color' takes only CSS: #TRACK color CSS"),
        (
            "#nova color reddish",
            "'reddish' is no colour: say a CSS colour such as #27a3dd, rgb(39,163,221) or teal.",
        ),
    ],
)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(bot: Talk, text: str, reply: str) -> None:
    before = bot.state
    assert await bot.say("ada", text) == [(CHANNEL, f"ada: {reply}")]
    assert (bot.state, bot.changes) == (before, [])


async def test_a_slot_is_given_back(bot: Talk) -> None:
    before = bot.state
    reply = await bot.said("ada", "#nova unbook ballroom a-mona1")
    assert reply == "Ballroom A is free again on MonA1 (it was booked for nova)."
    assert bot.state == lacking(before, BOOKINGS, "booking2")


async def test_a_moved_booking_keeps_its_identity_in_one_change(bot: Talk) -> None:
    before = bot.state
    bot.clock.forward(hours=1)
    reply = await bot.said("ada", "#nova move Ballroom A-MonA1 Loft-2-MonP1")
    assert reply == "nova moved from Ballroom A-MonA1 to Loft-2-MonP1."
    ten = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert bot.state == having(before, BOOKINGS, Booking("booking2", "nova", "Loft-2", "MonP1", 1, ten))
    assert len(bot.changes) == 1


async def test_rooms_with_blanks_on_both_sides_of_a_move_are_told_apart() -> None:
    bot = quick_talk(
        {
            "slots": {"Monday": [{"name": "Mon 1", "desc": "09:00-10:00"}, {"name": "Mon 2", "desc": "10:00-11:00"}]},
            "schedule": {"Big Hall": {"Mon 1": "nova", "Mon 2": ""}, "Hall": {"Mon 1": ""}},
        }
    )
    reply = await bot.said("ada", "#nova move Big Hall-Mon 1 Big Hall-Mon 2")
    assert reply == "nova moved from Big Hall-Mon 1 to Big Hall-Mon 2."


async def test_where_names_only_differ_in_case_the_one_as_typed_is_meant() -> None:
    bot = quick_talk(
        {
            "slots": {"Monday": [{"name": "M1", "desc": ""}]},
            "schedule": {"Loft": {"M1": ""}, "loft": {"M1": ""}, "Straße": {"M1": ""}},
            "tracks": ["nova"],
        }
    )
    assert await bot.said("ada", "#nova book loft-M1") == "loft is now booked on M1 for nova."
    assert await bot.said("ada", "#nova book LOFT-M1") == "Loft is now booked on M1 for nova."
    assert await bot.said("ada", "#nova book STRASSE-m1") == "Straße is now booked on M1 for nova."


@pytest.mark.parametrize("color", ["#27a3dd", "teal", "rgb(39,163,221)", "HSL(200,70%,50%)", "rebeccapurple"])
async def test_a_css_colour_is_set_silently(bot: Talk, color: str) -> None:
    before = bot.state
    assert await bot.say("ada", f"#nova color {color}") == []
    assert bot.state == having(before, TRACKS, Track("nova", color))


async def test_the_tracks_are_listed_sorted(bot: Talk) -> None:
    assert await bot.op("~list") == [(CHANNEL, "olga: Tracks: docs neutron nova swift")]


async def test_where_there_are_no_tracks_the_list_says_how_to_add_some() -> None:
    bot = quick_talk({})
    assert await bot.op("~list") == [(CHANNEL, "olga: There are no tracks yet: an op can add some with ~add TRACK…")]


async def test_added_tracks_get_a_colour_out_of_a_palette_of_twelve(bot: Talk) -> None:
    before = bot.state
    assert await bot.op("~add #Gardening cooking cooking") == []
    added = {key: track for key, track in bot.state["tracks"].items() if key not in before["tracks"]}
    assert added.keys() == {"gardening", "cooking"}
    assert {track.color for track in added.values()} <= set(PALETTE)
    assert len(set(PALETTE)) == 12
    assert bot.state == having(before, TRACKS, *added.values())


async def test_tracks_that_are_there_already_are_named_and_the_others_added(bot: Talk) -> None:
    before = bot.state
    assert await bot.op("~add NOVA cooking docs") == [(CHANNEL, "olga: nova, docs were there already.")]
    assert bot.state == having(before, TRACKS, bot.state["tracks"]["cooking"])
    assert await bot.op("~add Nova") == [(CHANNEL, "olga: nova was there already.")]


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("~add", "'add' needs TRACK: ~add TRACK…"),
        (
            "~add cooking a/b",
            (
                "Nothing was added: 'a/b' cannot be a track: use up to 50 of a-z, 0-9, '.', '_' and '-', beginning with"
                " a letter or digit."
            ),
        ),
        ("~add Index", "Nothing was added: 'index' cannot be a track: the bot uses that word itself."),
        ("~add out", "Nothing was added: 'out' cannot be a track: the bot uses that word itself."),
        ("~list all", "'list' takes nothing more: ~list"),
    ],
)
async def test_a_name_that_no_track_can_have_adds_nothing(bot: Talk, text: str, reply: str) -> None:
    before = bot.state
    assert await bot.op(text) == [(CHANNEL, f"olga: {reply}")]
    assert (bot.state, bot.changes) == (before, [])


@pytest.mark.parametrize("name", ["nova", "0", "a.b_c-d", "x" * 50, "q-a"])
def test_a_name_of_letters_digits_and_three_signs_is_good(name: str) -> None:
    assert track_name_problem(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Nova",
        ".nova",
        "-nova",
        "x" * 51,
        "a b",
        "..",
        "nova\n",
        "näh",
        *"ptg index etherpads signage history subscribe openspaces schedule changes now-and-next".split(),
        *"in out seen unsubscribe help more link unlink".split(),
    ],
)
def test_any_other_name_is_not(name: str) -> None:
    assert track_name_problem(name).startswith(f"'{name}' cannot be a track: ")
