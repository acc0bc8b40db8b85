"""What a track discussed when: where each topic begins and ends."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.identity import Role
from ptgbot.features.history.model import newest_first
from ptgbot.features.history.timeline import Timelines
from tests.talk import EVENT, Talk, quick_talk, talk

Told = list[tuple[str, str, str]]


def told(bot: Talk, track: str = "nova", timelines: Timelines | None = None) -> Told:
    """Return what a track discussed, the latest first: topic, start and end as the event's clocks show them."""

    spells = (timelines or Timelines()).of(bot.store.view, track)
    return [(s.text, f"{EVENT.local(s.start):%H:%M}", f"{EVENT.local(s.end):%H:%M}" if s.end else "") for s in spells]


async def at(bot: Talk, minutes: int, text: str, nick: str = "olga") -> None:
    """Have an organiser say something, some minutes later."""
    bot.clock.forward(minutes=minutes)
    await bot.say(nick, text, role=Role.ORGANISER)


async def test_a_track_of_which_nobody_said_anything_has_no_timeline(bot: Talk) -> None:
    await at(bot, 0, "#nova next cells")
    await at(bot, 1, "#nova location terrace")
    await at(bot, 1, "#nova etherpad https://example.org/p")
    assert told(bot) == []
    assert told(bot, "gardening") == []


async def test_a_topic_lasts_until_the_next_one_begins(bot: Talk) -> None:
    await at(bot, 0, "#nova now cells")
    await at(bot, 20, "#nova now placement")
    assert told(bot) == [("placement", "10:20", ""), ("cells", "10:00", "10:20")]


async def test_what_else_happens_to_a_track_neither_ends_its_topic_nor_begins_one(bot: Talk) -> None:
    await at(bot, 0, "#nova now cells")
    for command in (
        "#nova next placement", "#nova next pods", "#nova location terrace", "#nova url https://example.org/m",
        "#nova color red", "#nova unbook Ballroom A-MonA1", "~motd add info Lunch",
    ):  # fmt: skip
        await at(bot, 5, command)
    assert told(bot) == [("cells", "10:00", "")]


async def test_the_same_topic_said_again_begins_anew(bot: Talk) -> None:
    await at(bot, 0, "#nova now cells")
    await at(bot, 20, "#nova now cells")
    assert told(bot) == [("cells", "10:20", ""), ("cells", "10:00", "10:20")]


@pytest.mark.parametrize("command", ["#nova clean", "~clean nova", "~newday", "~del nova", "~emptydb"])
async def test_a_topic_ends_when_it_is_taken_away(bot: Talk, command: str) -> None:
    await at(bot, 0, "#nova now cells")
    await at(bot, 45, command)
    assert told(bot) == [("cells", "10:00", "10:45")]
    await at(bot, 15, "~add nova")
    await at(bot, 0, "#nova now pods")
    assert told(bot) == [("pods", "11:00", ""), ("cells", "10:00", "10:45")]


async def test_two_tracks_have_two_timelines(bot: Talk) -> None:
    await at(bot, 0, "#nova now cells")
    await at(bot, 10, "#swift now rings")
    await at(bot, 10, "#nova now pods")
    await at(bot, 10, "~newday")
    assert told(bot, "nova") == [("pods", "10:20", "10:30"), ("cells", "10:00", "10:20")]
    assert told(bot, "swift") == [("rings", "10:10", "10:30")]


async def test_what_an_undo_brings_back_goes_on_from_then(bot: Talk) -> None:
    await at(bot, 0, "#nova now cells")
    await at(bot, 60, "#nova now pods")
    await at(bot, 30, "~undo")
    assert told(bot) == [("cells", "11:30", ""), ("pods", "11:00", "11:30"), ("cells", "10:00", "11:00")]


async def test_a_topic_that_was_taken_back_was_said_all_the_same(bot: Talk) -> None:
    await at(bot, 0, "#nova now cells")
    await at(bot, 10, "~undo")
    assert told(bot) == [("cells", "10:00", "10:10")]


async def test_what_an_undo_brought_back_is_not_split_by_what_else_happens(bot: Talk) -> None:
    await at(bot, 0, "#nova now cells")
    await at(bot, 60, "#nova now pods")
    await at(bot, 30, "~undo")
    await at(bot, 30, "#nova next placement")
    assert told(bot) == [("cells", "11:30", ""), ("pods", "11:00", "11:30"), ("cells", "10:00", "11:00")]


async def test_an_imported_topic_of_which_nobody_knows_since_when_is_not_split(bot: Talk) -> None:
    bot.pages["https://example.org/base.json"] = b'{"now": {"nova": "cells"}}'
    await at(bot, 0, "~fetchdb https://example.org/base.json")
    await at(bot, 30, "#nova next placement")
    assert told(bot) == [("cells", "10:00", "")]


async def test_what_was_away_until_an_undo_was_not_discussed_meanwhile(bot: Talk) -> None:
    await at(bot, 0, "#nova now cells")
    await at(bot, 60, "~newday")
    await at(bot, 30, "~undo")
    assert told(bot) == [("cells", "11:30", ""), ("cells", "10:00", "11:00")]


async def test_what_is_too_old_is_gone_and_the_rest_stays(bot: Talk) -> None:
    timelines = Timelines()
    await at(bot, 0, "#nova now cells")
    await at(bot, 60, "#nova now pods")
    await at(bot, 60, "#swift now rings")
    before = told(bot, "nova", timelines)
    bot.clock.forward(days=364, hours=22, minutes=30)
    bot.journal.expire(bot.clock.now())
    assert before == [("pods", "11:00", ""), ("cells", "10:00", "11:00")]
    assert told(bot, "nova", timelines) == told(bot, "nova") == [("pods", "11:00", "")]
    assert told(bot, "swift", timelines) == [("rings", "12:00", "")]


async def test_as_much_that_comes_as_is_gone_is_noticed(bot: Talk) -> None:
    timelines = Timelines()
    await at(bot, 0, "#nova now cells")
    assert told(bot, "nova", timelines) == [("cells", "10:00", "")]
    bot.clock.forward(days=366)
    bot.journal.expire(bot.clock.now())
    await at(bot, 60, "#swift now rings")
    assert told(bot, "nova", timelines) == []
    assert told(bot, "swift", timelines) == [("rings", "11:00", "")]


async def test_what_was_never_saved_was_never_said(bot: Talk) -> None:
    timelines = Timelines()
    await at(bot, 0, "#nova now cells")
    bot.store.holding = True  # type: ignore[union-attr]
    await at(bot, 10, "#nova now never saved")
    assert told(bot, "nova", timelines)[0] == ("never saved", "10:10", "")  # the publisher looks before it waits
    bot.store.fail("No space left on device")  # type: ignore[union-attr]
    bot.store.holding = False  # type: ignore[union-attr]
    await at(bot, 10, "#swift now rings")
    assert told(bot, "nova", timelines) == [("cells", "10:00", "")]
    assert told(bot, "swift", timelines) == [("rings", "10:20", "")]


async def test_an_expiry_that_the_disk_refused_leaves_the_order_as_it_was(bot: Talk) -> None:
    await at(bot, 0, "#nova now old")
    bot.clock.forward(days=300)
    await at(bot, 0, "#nova now new")
    bot.clock.forward(days=100)
    bot.store.holding = True  # type: ignore[union-attr]
    bot.journal.expire(bot.clock.now())
    bot.store.fail("No space left on device")  # type: ignore[union-attr]
    bot.store.holding = False  # type: ignore[union-attr]
    assert [entry.text for entry in newest_first(bot.store.view)] == ["#nova now new", "#nova now old"]
    assert (await bot.op("~undo"))[0][1].startswith("olga: Taken back: c3 (#nova now new")


async def test_a_timeline_is_the_same_after_a_restart(tmp_path: Path) -> None:
    async with talk(tmp_path) as bot:
        await at(bot, 0, "#nova now cells")
        await at(bot, 20, "#swift now rings")
        await at(bot, 20, "#nova now pods")
        before = told(bot), told(bot, "swift")
    async with talk(tmp_path) as bot:
        assert (told(bot), told(bot, "swift")) == before
    assert before == ([("pods", "10:40", ""), ("cells", "10:00", "10:40")], [("rings", "10:20", "")])


COMMANDS = (
    "#nova now cells", "#nova now pods", "#swift now rings", "#nova next x", "#nova clean", "#swift clean", "~newday",
    "~del nova", "~add nova", "~undo", "#nova undo", "~emptydb", "#nova location here", "~motd add info Lunch",
    "expire",
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(COMMANDS), st.booleans()), min_size=5, max_size=25))
def test_a_timeline_read_as_things_happen_is_the_one_read_at_the_end(said: list[tuple[str, bool]]) -> None:
    async def story() -> None:
        bot = quick_talk()
        timelines = Timelines()
        for command, looked_at in said:
            if command == "expire":
                bot.clock.forward(days=200)
                bot.journal.expire(bot.clock.now())
            else:
                await at(bot, 7, command)
            if looked_at:
                told(bot, "nova", timelines)
        for track in ("nova", "swift"):
            spells = timelines.of(bot.store.view, track)
            assert spells == Timelines().of(bot.store.view, track)
            ends = [spell.end for spell in spells]
            assert None not in ends[1:]
            for spell, before in pairwise(spells):
                assert before.start <= (before.end or before.start) <= spell.start

    asyncio.run(story())
