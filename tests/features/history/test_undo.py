"""Taking back: newest first leads to the beginning; in any order nothing breaks, and all that stays is named."""

import asyncio
import random
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.catalogue import TABLES
from ptgbot.core.changes import Draft
from ptgbot.core.documents import Table
from ptgbot.core.identity import Role
from ptgbot.features.history.model import HISTORY, TRACES, Entry, newest_first
from ptgbot.features.history.model import public_edits as read_edits
from ptgbot.features.history.undo import take_back
from ptgbot.features.presence.model import CHECKINS, CheckIn
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, TRACKS, Booking, Day, Room, Slot, format_place
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.features.topics.model import LINKS, TOPICS
from tests.talk import State, Talk, quick_talk, talk

BY_NAME = {table.name: table for table in TABLES}
PRIVATE = {CHECKINS.name, SUBSCRIPTIONS.name}

URLS = {
    "https://example.org/other": (
        b'{"tracks": ["nova", "pins"], "slots": {"Friday": [{"name": "F1", "desc": "09:00-10:00"}, {"name": "MonA1"}]},'
        b' "schedule": {"Aspen": {"F1": "pins", "MonA1": "nova"}, "Den": {"F1": ""}}, "now": {"pins": "needles"}}'
    ),
    "https://example.org/topics": b'{"now": {"nova": "imported"}, "next": {"docs": ["one", "two"]}, "voice": 1}',
    "https://example.org/tracks": b'{"tracks": ["docs", "gardening"], "colors": {"docs": "red"}}',
    "https://example.org/rooms": b'{"schedule": {"Loft-2": {"MonP1": "nova", "TueA1": ""}}}',
    "https://example.org/people": b'{"last_check_in": {}, "subscriptions": {"eve": "nova"}, "eventid": "x"}',
}
NAMES = ("nova", "swift", "docs", "gardening", "pins")
PLACES = ("Ballroom A-MonA1", "Ballroom A-TueA1", "Aspen-MonP1", "Aspen-TueA1", "Loft-2-MonP1", "Aspen-F1", "Den-F1")

names, places = st.sampled_from(NAMES), st.sampled_from(PLACES)
words = st.sampled_from(("cells", "pods and #docs", "lunch"))
about_tracks = st.one_of(
    st.builds("#{} {} {}".format, names, st.sampled_from(("now", "next", "location")), words),
    st.builds("#{} {}".format, names, st.sampled_from(("clean", "etherpad https://e.org/p", "url https://e.org/m"))),
    st.builds("#{} color {}".format, names, st.sampled_from(("red", "teal"))),
    st.builds("#{} {} {}".format, names, st.sampled_from(("book", "unbook")), places),
    st.builds("#{} move {} {}".format, names, places, places),
)
about_the_event = st.one_of(
    st.builds("~{} {}".format, st.sampled_from(("add", "del", "clean")), names),
    st.sampled_from(
        ("~newday", "~emptydb", "~motd add info Lunch", "~motd add danger Fire", "~motd del 1", "~motd reorder 2 1",
         "~motd clean", "~requirevoice", "~alloweveryone", "~del nova swift docs", *(f"~fetchdb {url}" for url in URLS))
    ),
)  # fmt: skip
personal = st.one_of(
    st.builds("+in #{}".format, names), st.sampled_from(("+in the bar", "+out", "+subscribe nova", "+unsubscribe"))
)
people = st.sampled_from(("ada", "bob", "olga"))
# Those about tracks three times as often as the rest.
commands = st.lists(
    st.tuples(people, about_tracks | about_tracks | about_tracks | about_the_event | personal), min_size=12, max_size=40
)


async def said(bot: Talk, nick: str, text: str) -> str:
    """Have somebody who may say everything say it; return all that the bot answers."""
    bot.pages.update(URLS)
    bot.clock.forward(minutes=1)
    answers = await bot.tell(nick, text, role=Role.ORGANISER)
    return " ".join(answer for target, answer in answers if target == nick)


def event(bot: Talk) -> State:
    """Return the event's documents, without those that belong to people."""
    return {name: documents for name, documents in bot.state.items() if name not in PRIVATE}


def order_of(bot: Talk) -> list[Entry]:
    return list(newest_first(bot.store.view))


def contradictions(bot: Talk) -> list[str]:
    """Return what relies on what is not there, and what is at one place with something else."""
    view = bot.store.view
    tracks, rooms = view.all(TRACKS), view.all(ROOMS)
    taken: set[tuple[str, str]] = set()
    found = []
    for booking in view.all(BOOKINGS).values():
        place = (booking.room, booking.slot)
        if booking.track not in tracks:
            found.append(f"{place} is booked for {booking.track}, which is no track")
        if booking.room not in rooms or booking.slot not in rooms[booking.room].slots:
            found.append(f"{place} is booked and cannot be had")
        if place in taken:
            found.append(f"{place} is booked twice")
        taken.add(place)
    related: tuple[Table[Any], ...] = (TOPICS, LINKS)
    for table in related:
        found += [f"{table.name} of {name}, which is no track" for name in view.all(table) if name not in tracks]
    return found


def left_by(bot: Talk, entry: Entry) -> list[set[str]]:
    """Return what people may call each public document of a Change that is not what it was before it."""
    calls: dict[str, Callable[[Any], str]] = {
        "tracks": lambda d: f"track {d.name}",
        "rooms": lambda d: f"room {d.name}",
        "days": lambda d: f"day {d.name}",
        "bookings": lambda d: f"{d.track} in {format_place(d.room, d.slot)}",
        "topics": lambda d: f"topics of {d.track}",
        "links": lambda d: f"links of {d.track}",
        "motd": lambda d: "messages of the day",
        "event": lambda d: "the event's links",
        "access": lambda d: "who may speak for tracks",
    }
    left = []
    for edit in read_edits(entry, BY_NAME):
        now = bot.store.view.get(edit.table, edit.key)
        if now != edit.before:
            left.append({calls[edit.table.name](d) for d in (edit.before, edit.after, now) if d is not None})
    return left


async def check_answer(bot: Talk, entry: Entry, answer: str) -> None:
    """See to it that an answer says truly what an undo did, and what it left."""
    assert re.match(r"(Taken back: |Nothing of )c\d+ \(", answer), answer
    assert contradictions(bot) == []
    named = answer.partition("Left as it is, since it has changed: ")[2]
    for names_of_one in left_by(bot, entry):
        assert any(name in named for name in names_of_one), (names_of_one, answer)


# -- any commands in any order --------------------------------------------------------------------------------------


@given(commands)
def test_all_of_it_taken_back_newest_first_is_the_beginning_again(told: list[tuple[str, str]]) -> None:
    async def story() -> None:
        bot = quick_talk()
        states = [event(bot)]
        for nick, command in told:
            seen = len(order_of(bot))
            await said(bot, nick, command)
            assert contradictions(bot) == []
            if len(order_of(bot)) > seen:
                states.append(event(bot))
        for entry, state in zip(order_of(bot), reversed(states[:-1]), strict=True):
            await check_answer(bot, entry, await said(bot, "olga", f"~undo c{entry.number}"))
            assert event(bot) == state
        assert event(bot) == states[0]

    asyncio.run(story())


@given(commands, st.randoms(use_true_random=False))
def test_taken_back_in_any_order_nothing_breaks_and_all_that_stays_is_named(
    told: list[tuple[str, str]], chance: random.Random
) -> None:
    async def story() -> None:
        bot = quick_talk()
        for nick, command in told:
            await said(bot, nick, command)
        entries = order_of(bot)
        chance.shuffle(entries)
        for entry in entries:
            before = bot.state
            answer = await said(bot, "olga", f"~undo c{entry.number}")
            await check_answer(bot, entry, answer)
            if answer.startswith("Nothing of"):
                assert bot.state == before

    asyncio.run(story())


undoing = st.one_of(
    st.just("~undo"),
    st.builds("#{} undo".format, names),
    st.builds("~undo c{}".format, st.integers(min_value=1, max_value=40)),
)
mixed = st.lists(
    st.tuples(people, about_tracks | about_the_event | personal | undoing | undoing), min_size=12, max_size=40
)


@given(mixed)
def test_commands_and_undos_and_undos_of_undos_never_contradict_each_other(told: list[tuple[str, str]]) -> None:
    async def story() -> None:
        bot = quick_talk()
        for nick, command in told:
            if (command[0] == "+") == (nick == "olga"):  # what brings back one's own check-in alone leaves no entry
                nick = "bob" if command[0] == "+" else "olga"  # noqa: PLW2901
            before, count = bot.state, len(order_of(bot))
            answer = await said(bot, nick, command)
            assert "went wrong" not in answer
            assert contradictions(bot) == []
            if "undo" in command:
                assert answer
                assert (bot.state != before) == (len(order_of(bot)) > count) == answer.startswith("Taken back")
        numbers = [entry.number for entry in order_of(bot)]
        assert numbers == sorted(numbers, reverse=True)
        for entry in order_of(bot):
            assert entry.undone == 0 or entry.undone in numbers

    asyncio.run(story())


# -- single stories -------------------------------------------------------------------------------------------------


async def test_what_was_removed_and_made_anew_stays_as_it_is_now(bot: Talk) -> None:
    await said(bot, "olga", "~del nova")
    await said(bot, "olga", "~add nova")
    await said(bot, "ada", "#nova color teal")
    answer = await said(bot, "olga", "~undo c2")
    assert answer == "Taken back: c2 (~del nova, olga). Left as it is, since it has changed: track nova."
    assert [b.track for b in bot.state["bookings"].values()].count("nova") == 2
    assert bot.state["tracks"]["nova"].color == "teal"


async def test_a_second_undo_of_the_same_change_changes_nothing(bot: Talk) -> None:
    await said(bot, "olga", "~del nova")
    await said(bot, "olga", "~undo c2")
    before = bot.state
    assert await said(bot, "olga", "~undo c2") == "c2 was taken back already, by c3."
    assert bot.state == before


async def test_a_room_that_is_booked_by_now_stays_when_its_import_is_taken_back(bot: Talk) -> None:
    await said(bot, "olga", "~fetchdb https://example.org/other")
    await said(bot, "ada", "#pins book Den-F1")
    answer = await said(bot, "olga", "~undo c2")
    assert answer.startswith("Taken back: c2 (~fetchdb https://example.org/other, olga). Left as it is")
    assert "room Den" in answer
    assert "track pins" in answer
    assert contradictions(bot) == []
    assert "swift" in bot.state["tracks"]


async def test_a_day_of_which_a_slot_is_booked_by_now_stays_when_its_import_is_taken_back(bot: Talk) -> None:
    await said(bot, "olga", "~fetchdb https://example.org/other")
    await said(bot, "ada", "#pins book Den-F1")
    await said(bot, "olga", "~undo c2")
    slots = {slot.name for day in bot.state["days"].values() for slot in day.slots}
    assert {booking.slot for booking in bot.state["bookings"].values()} <= slots


async def test_emptying_twice_with_an_import_between_can_be_taken_back_in_order(bot: Talk) -> None:
    start = event(bot)
    await said(bot, "olga", "~emptydb")
    await said(bot, "olga", "~fetchdb https://example.org/other")
    middle = event(bot)
    await said(bot, "olga", "~emptydb")
    await said(bot, "olga", "~undo")
    assert event(bot) == middle
    await said(bot, "olga", "~undo")
    await said(bot, "olga", "~undo")
    assert event(bot) == start
    assert await said(bot, "olga", "~undo") == (
        "There is nothing to take back. The last change was c7 (~undo, olga): ~undo c7 brings that back."
    )


async def test_a_change_whose_entry_is_too_old_cannot_be_taken_back(bot: Talk) -> None:
    await said(bot, "ada", "#nova now cells")
    bot.clock.forward(days=366)
    bot.journal.expire(bot.clock.now())
    assert await said(bot, "olga", "~undo c2") == "There is no change 'c2': ~log shows their ids, such as c12."
    assert await said(bot, "ada", "#nova undo") == "There is nothing of #nova to take back."
    assert bot.state["topics"]["nova"].now.text == "cells"


async def test_an_undo_can_be_taken_back_when_the_entry_of_what_it_took_back_is_too_old(bot: Talk) -> None:
    await said(bot, "ada", "#nova now cells")
    bot.clock.forward(days=300)
    await said(bot, "olga", "~undo c2")
    bot.clock.forward(days=100)
    bot.journal.expire(bot.clock.now())
    assert await said(bot, "olga", "~undo c3") == "Taken back: c3 (~undo c2, olga)."
    assert bot.state["topics"]["nova"].now.text == "cells"


async def test_only_those_with_voice_take_back_what_a_track_said_where_voice_is_required(bot: Talk) -> None:
    await bot.say("ada", "#nova now cells")
    await bot.op("~requirevoice")
    refused = "You need voice (+v) or op in the channel for that at the moment; an op can give it to you."
    assert await bot.said("eve", "#nova undo") == refused
    assert await bot.said("bob", "#nova undo", role=Role.MODERATOR) == "Taken back: c2 (#nova now cells, ada)."


async def test_a_tracks_undo_leaves_other_tracks_and_the_organisers_changes_alone(bot: Talk) -> None:
    await said(bot, "ada", "#nova now one")
    await said(bot, "bob", "#swift now two")
    await said(bot, "olga", "~requirevoice")
    assert await said(bot, "ada", "#nova undo") == "Taken back: c2 (#nova now one, ada)."
    assert await said(bot, "ada", "#nova undo") == "There is nothing of #nova to take back."
    assert set(bot.state["topics"]) == {"swift"}
    assert bot.state["access"]


async def test_a_track_that_was_removed_and_added_again_has_its_history_still(bot: Talk) -> None:
    await said(bot, "ada", "#nova now one")
    await said(bot, "olga", "~del nova")
    assert await said(bot, "ada", "#nova undo") == "Unknown track 'nova'."
    await said(bot, "olga", "~add nova")
    before = bot.state
    assert await said(bot, "ada", "#nova undo") == "Nothing of c2 (#nova now one, ada) is left to take back."
    assert bot.state == before
    assert "c2" in await said(bot, "olga", "~log #nova")


async def test_what_somebody_who_is_forgotten_did_can_still_be_taken_back_and_brings_nothing_of_theirs(
    bot: Talk,
) -> None:
    await bot.say("zelda", "#nova now cells")
    await bot.say("zelda", "+in #nova")
    await bot.say("zelda", "+subscribe nova")
    await bot.say("grace", "+in #nova")
    await said(bot, "olga", "~newday")
    await said(bot, "olga", "~undo")
    await said(bot, "olga", "~emptydb")
    await bot.tell("zelda", "forget me yes")
    await said(bot, "olga", "~undo")
    assert set(bot.state["checkins"]) == {"irc/~grace"}
    assert bot.state["subscriptions"] == {}
    assert await said(bot, "olga", "~undo") == "Taken back: c2 (#nova now cells, someone)."
    every = [bot.store.view.all(table) for table in TABLES]
    assert "zelda" not in repr(every)


async def test_everything_can_be_taken_back_after_a_restart(tmp_path: Path) -> None:
    async with talk(tmp_path) as bot:
        start = bot.state
        await bot.say("ada", "+in #nova")
        with_ada = bot.state
        for command in (
            "#nova now cells", "#nova next pods", "#nova move Ballroom A-MonA1 Aspen-TueA1", "~motd add info Lunch",
            "~fetchdb https://example.org/other", "~newday", "~del nova", "~emptydb",
        ):  # fmt: skip
            await said(bot, "olga", command)
        entries = order_of(bot)
    async with talk(tmp_path) as bot:
        assert order_of(bot) == entries
        for _ in entries[:4]:
            assert (await said(bot, "olga", "~undo")).startswith("Taken back")
    async with talk(tmp_path) as bot:
        for _ in entries[4:-1]:
            assert (await said(bot, "olga", "~undo")).startswith("Taken back")
        assert bot.state == with_ada
        assert {name: documents for name, documents in bot.state.items() if name != "checkins"} == {
            name: documents for name, documents in start.items() if name != "checkins"
        }


async def test_what_was_brought_back_again_can_be_taken_back_again(bot: Talk) -> None:
    await said(bot, "ada", "#nova now one")
    await said(bot, "ada", "#nova now two")
    await said(bot, "olga", "~undo")
    await said(bot, "olga", "~undo c4")
    lines = (await said(bot, "olga", "~log")).split(" c3 ")
    assert "(taken back by" not in lines[1].partition("[")[0]
    assert await said(bot, "ada", "#nova undo") == "Taken back: c3 (#nova now two, ada)."


async def test_an_undo_passes_over_what_somebody_did_to_what_they_said_before_they_logged_in(bot: Talk) -> None:
    await bot.say("ada", "#nova now cells")
    await bot.say("ada", "+in bar")
    await bot.say("ada", "+in #nova", account="ada.l")
    assert await said(bot, "olga", "~undo") == "Taken back: c2 (#nova now cells, ada)."
    assert set(bot.state["checkins"]) == {"irc/ada.l"}


async def test_a_booking_that_stays_is_named_by_the_place_where_it_is(bot: Talk) -> None:
    await said(bot, "ada", "#swift move Loft-2-TueA1 Aspen-TueA1")
    await said(bot, "bob", "#docs book Loft-2-TueA1")
    assert (await said(bot, "olga", "~undo c2")).endswith("since it has changed: swift in Aspen-TueA1.")


async def test_what_an_undos_undos_undo_took_back_again_is_passed_over(bot: Talk) -> None:
    await said(bot, "ada", "#nova now one")
    await said(bot, "ada", "#nova now two")
    await said(bot, "olga", "~undo")
    await said(bot, "olga", "~undo c4")
    await said(bot, "olga", "~undo c5")
    assert bot.state["topics"]["nova"].now.text == "one"
    assert await said(bot, "olga", "~undo") == "Taken back: c2 (#nova now one, ada)."


async def test_what_an_organiser_did_to_one_track_can_be_taken_back_for_it_and_is_in_its_log(bot: Talk) -> None:
    await said(bot, "ada", "#nova now one")
    await said(bot, "olga", "~clean nova")
    assert "c3" in (await said(bot, "olga", "~log #nova"))
    assert await said(bot, "ada", "#nova undo") == "Taken back: c3 (~clean nova, olga)."
    assert bot.state["topics"]["nova"].now.text == "one"


async def test_what_an_organiser_did_to_many_tracks_is_not_one_tracks_to_take_back(bot: Talk) -> None:
    await said(bot, "ada", "#nova now one")
    await said(bot, "ada", "#docs now two")
    await said(bot, "olga", "~newday")
    before = bot.state
    assert await said(bot, "ada", "#nova undo") == ("Nothing of c2 (#nova now one, ada) is left to take back.")
    assert bot.state == before


async def test_undo_goes_on_to_the_change_before_where_nothing_of_the_last_is_left(bot: Talk) -> None:
    await said(bot, "ada", "#swift now one")
    await said(bot, "ada", "#nova now two")
    await said(bot, "olga", "~undo c2")
    await said(bot, "olga", "~undo")
    await said(bot, "olga", "~undo c4")
    assert await said(bot, "olga", "~undo") == "Taken back: c2 (#swift now one, ada)."


@pytest.mark.parametrize("command", ["~newday", "~emptydb"])
async def test_the_check_in_of_the_organiser_who_ends_the_day_comes_back_too(bot: Talk, command: str) -> None:
    await said(bot, "olga", "+in #nova")
    await said(bot, "ada", "+in #nova")
    before = bot.state
    await said(bot, "olga", command)
    await said(bot, "olga", "~undo")
    assert bot.state == before


async def test_an_undo_leaves_its_entry_whosever_check_in_it_brings_back(bot: Talk) -> None:
    await said(bot, "olga", "+in #nova")
    await said(bot, "bob", "~newday")
    await said(bot, "olga", "~undo")
    assert [entry.text for entry in order_of(bot)] == ["~undo", "~newday"]


async def test_an_undo_too_many_does_not_empty_the_event(tmp_path: Path) -> None:
    async with talk(tmp_path) as bot:
        await said(bot, "ada", "#nova now cells")
        await said(bot, "olga", "~undo")
        assert (await said(bot, "olga", "~undo")).startswith("There is nothing to take back. The last change was c3 ")
        assert set(bot.state["tracks"]) == {"nova", "neutron", "swift", "docs"}


async def test_the_rest_of_the_log_is_private_too(bot: Talk) -> None:
    for number in range(12):
        await bot.say("ada", f"#nova now {number}", account="ada.l")
    await bot.op("~log 12")
    assert {target for target, _ in await bot.op("+more")} == {"olga"}


async def test_a_log_of_no_lines_does_not_say_that_there_is_no_history(bot: Talk) -> None:
    await said(bot, "ada", "#nova now cells")
    assert "There is no history yet" not in await said(bot, "olga", "~log 0")


# -- how long it takes ----------------------------------------------------------------------------------------------


def large(bot: Talk, *groups: tuple[Any, Iterable[Any]]) -> None:
    draft = Draft(bot.store.view)
    for table, documents in groups:
        for document in documents:
            draft.put(table, document)
    bot.store.commit(draft.edits(), at=bot.clock.now())


def took(bot: Talk, number: int) -> float:
    """Return the seconds that it takes to find out how to take a Change back, at best."""
    entry = bot.store.view.all(HISTORY)[str(number)]
    spans = []
    for _ in range(3):
        started = time.process_time()
        assert take_back(bot.store.view, entry, 9, BY_NAME).edits
        spans.append(time.process_time() - started)
    return min(spans)


async def test_a_topic_is_taken_back_at_once_beside_a_hundred_thousand_check_ins(bot: Talk) -> None:
    at = bot.clock.now()
    large(bot, (CHECKINS, (CheckIn(f"irc/~u{n}", f"u{n}", "bar", at) for n in range(100_000))))
    await said(bot, "ada", "#nova now cells")
    assert took(bot, 3) < 0.05


async def test_a_topic_is_taken_back_at_once_beside_twenty_thousand_bookings(bot: Talk) -> None:
    at, slots = bot.clock.now(), [f"s{n}" for n in range(1000)]
    rooms = [f"r{n}" for n in range(20)]
    large(
        bot,
        (DAYS, [Day("Long", 9, tuple(Slot(slot, slot) for slot in slots))]),
        (ROOMS, (Room(room, n, tuple(slots)) for n, room in enumerate(rooms, 9))),
        (BOOKINGS, (Booking(f"{room}{slot}", "nova", room, slot, 0, at) for room in rooms for slot in slots)),
    )
    await said(bot, "ada", "#docs now cells")
    assert took(bot, 3) < 0.01


async def test_traces_go_with_their_entries(bot: Talk) -> None:
    for number in range(5):
        await said(bot, "ada", f"#nova now {number}")
        bot.clock.forward(days=100)
    bot.journal.expire(bot.clock.now())
    assert list(bot.store.view.all(HISTORY)) == list(bot.store.view.all(TRACES)) == ["4", "5", "6"]
