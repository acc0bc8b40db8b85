"""Who changed what, and taking it back."""

import re
from datetime import UTC, datetime

import pytest

from ptgbot.core.changes import Cause
from ptgbot.core.codec import decode
from ptgbot.features.history.model import HISTORY, TRACES, Entry
from tests.talk import Talk

NOTHING = "There is nothing to take back."
NOT_LOGGED_IN = "You are not logged in: what belongs to an account is told, and forgotten, once you are."


async def undone(bot: Talk, command: str = "~undo") -> str:
    """Return what the bot answers an organiser."""
    [(_, answer)] = await bot.op(command)
    return answer.removeprefix("olga: ")


async def test_a_change_leaves_an_entry_with_who_when_and_what(bot: Talk) -> None:
    await bot.say("ada", "#nova now  cells", account="ada.l")
    lines = await bot.told("olga", "~log 1", role=2)
    assert lines == [
        "c2 Mon 23 Nov 10:00 ada (irc/ada.l): #nova now cells [topics of nova: new; now cells; location Ballroom A]",
    ]


async def test_the_log_is_answered_in_private_wherever_it_is_asked_for(bot: Talk) -> None:
    await bot.say("ada", "#nova now cells")
    sends = await bot.op("~log")
    assert {target for target, _ in sends} == {"olga"}


async def test_the_log_shows_the_fields_before_and_after(bot: Talk) -> None:
    await bot.say("ada", "#nova now cells")
    await bot.say("bob", "#nova now pods")
    await bot.op("~motd add info Lunch")
    assert (await bot.told("olga", "~log 5 #nova", role=2)) == [
        "c3 Mon 23 Nov 10:00 bob (irc/~bob): #nova now pods [topics of nova: now cells → pods]",
        "c2 Mon 23 Nov 10:00 ada (irc/~ada): #nova now cells [topics of nova: new; now cells; location Ballroom A]",
    ]


async def test_the_log_is_for_organisers_and_refuses_what_it_does_not_understand(bot: Talk) -> None:
    assert "op" in await bot.said("ada", "~log")
    assert await undone(bot, "~log nova") == "'nova' is neither a number nor a track: ~log [N] [#TRACK]"
    assert await bot.told("olga", "~log #nova", role=2) == ["There is no history of #nova yet."]


@pytest.mark.parametrize(
    "command",
    [
        "#nova now cells", "#nova next cells", "#nova location terrace", "#nova etherpad https://example.org/p",
        "#nova url https://example.org/m", "#nova color red", "#nova book Ballroom A-TueA1",
        "#nova unbook Ballroom A-MonA1", "#nova move Ballroom A-MonA1 Loft-2-MonP1", "~add gardening",
        "~del nova swift", "~motd add info Lunch", "~motd clean", "~requirevoice", "~newday", "~emptydb",
    ],
)  # fmt: skip
async def test_every_command_is_one_undo_away(bot: Talk, command: str) -> None:
    await bot.op("~motd add danger Fire drill")
    await bot.say("ada", "#swift now a topic")
    await bot.say("ada", "+in #swift")
    await bot.say("bob", "+subscribe swift")
    before = bot.state
    await bot.op(command)
    assert bot.state != before
    assert (await undone(bot)).startswith("Taken back: c")
    assert bot.state == before


async def test_undo_goes_back_step_by_step_and_an_undo_can_be_taken_back_by_its_id(bot: Talk) -> None:
    states = [bot.state]
    for topic in ("one", "two", "three"):
        await bot.say("ada", f"#nova now {topic}")
        states.append(bot.state)
    assert await undone(bot) == "Taken back: c4 (#nova now three, ada)."
    assert bot.state == states[2]
    assert await undone(bot) == "Taken back: c3 (#nova now two, ada)."
    assert bot.state == states[1]
    assert await undone(bot, "~undo c6") == "Taken back: c6 (~undo, olga)."
    assert bot.state == states[2]
    assert await undone(bot, "~undo c4") == "c4 was taken back already, by c5."


async def test_what_has_changed_since_stays_and_is_named(bot: Talk) -> None:
    await bot.op("~clean nova swift")
    await bot.say("ada", "#nova now one")
    await bot.say("ada", "#swift now two")
    await bot.op("~newday")
    await bot.say("ada", "#swift now three")
    swift = bot.state["topics"]["swift"]
    assert await undone(bot, "~undo c4") == (
        "Taken back: c4 (~newday, olga). Left as it is, since it has changed: topics of swift."
    )
    assert bot.state["topics"]["swift"] == swift
    assert bot.state["topics"]["nova"].now.text == "one"


async def test_undo_is_refused_only_when_nothing_is_left(bot: Talk) -> None:
    await bot.say("ada", "#nova now one")
    await bot.say("ada", "#nova now two")
    assert await undone(bot, "~undo c2") == (
        "Nothing of c2 (#nova now one, ada) is left to take back. Left as it is, since it has changed: topics of nova."
    )
    assert await undone(bot, "~undo c99") == "There is no change 'c99': ~log shows their ids, such as c12."
    assert await undone(bot, "~undo x") == "There is no change 'x': ~log shows their ids, such as c12."


async def test_a_slot_that_another_track_has_by_now_stays_theirs(bot: Talk) -> None:
    await bot.say("ada", "#nova unbook Ballroom A-MonA1")
    await bot.say("bob", "#docs book Ballroom A-MonA1")
    before = bot.state
    assert await undone(bot, "~undo c2") == (
        "Nothing of c2 (#nova unbook Ballroom A-MonA1, ada) is left to take back."
        " Left as it is, since it has changed: nova in Ballroom A-MonA1."
    )
    assert bot.state == before


async def test_a_track_that_was_booked_since_it_was_added_stays(bot: Talk) -> None:
    await bot.op("~add gardening cooking")
    await bot.say("ada", "#gardening book Ballroom A-TueA1")
    assert await undone(bot, "~undo c2") == (
        "Taken back: c2 (~add gardening cooking, olga). Left as it is, since it has changed: track gardening."
    )
    assert set(bot.state["tracks"]) == {"nova", "neutron", "swift", "docs", "gardening"}


async def test_those_who_speak_for_a_track_can_take_back_its_last_change_for_an_hour(bot: Talk) -> None:
    await bot.say("ada", "#nova now one")
    before = bot.state
    await bot.say("ada", "#nova now two")
    await bot.op("~motd add info Lunch")
    bot.clock.forward(minutes=60)
    assert await bot.said("ada", "#nova undo") == "Taken back: c3 (#nova now two, ada)."
    assert bot.state["topics"] == before["topics"]
    bot.clock.forward(minutes=1)
    assert await bot.said("ada", "#nova undo") == (
        "The last change of #nova is older than 60 minutes: an op can take it back with ~undo c2."
    )
    assert await bot.said("ada", "#docs undo") == "There is nothing of #docs to take back."


async def test_undo_notifies_nobody_and_says_whose_it_is(bot: Talk) -> None:
    await bot.say("bob", "+subscribe nova")
    await bot.say("ada", "#nova now one")
    assert await bot.op("~undo") == [("#ptg", "olga: Taken back: c3 (#nova now one, ada).")]
    assert bot.changes[-1].cause is Cause.UNDO


async def test_check_ins_and_subscriptions_leave_no_entry_and_undo_passes_over_them(bot: Talk) -> None:
    await bot.say("ada", "#nova now one")
    await bot.say("ada", "+in #nova")
    await bot.say("ada", "+subscribe swift")
    await bot.say("ada", "+out")
    await bot.say("ada", "+unsubscribe")
    assert [entry.text for entry in bot.store.view.all(HISTORY).values()] == ["#nova now one"]
    assert await undone(bot) == "Taken back: c2 (#nova now one, ada)."


async def test_private_documents_that_a_new_day_removed_can_be_brought_back_for_a_day(bot: Talk) -> None:
    await bot.say("ada", "+in #nova")
    await bot.say("ada", "+out")
    before = bot.state
    await bot.op("~newday")
    public = bot.store.view.all(HISTORY)["4"]
    assert "ada" not in public.edits
    bot.clock.forward(hours=24)
    bot.journal.expire(bot.clock.now())
    assert await undone(bot) == "Taken back: c4 (~newday, olga)."
    assert bot.state == before
    await bot.op("~newday")
    bot.clock.forward(hours=24, seconds=1)
    bot.journal.expire(bot.clock.now())
    assert "ada" not in repr([bot.store.view.all(HISTORY)["6"], bot.store.view.all(TRACES)["6"]])


async def test_entries_are_kept_for_as_long_as_the_configuration_says(bot: Talk) -> None:
    await bot.say("ada", "#nova now one")
    bot.clock.forward(days=365)
    bot.journal.expire(bot.clock.now())
    assert [entry.number for entry in bot.store.view.all(HISTORY).values()] == [2]
    bot.clock.forward(seconds=1)
    bot.journal.expire(bot.clock.now())
    assert (bot.store.view.all(HISTORY), bot.store.view.all(TRACES)) == ({}, {})
    assert await undone(bot) == NOTHING


async def test_the_history_shows_no_password_of_a_fetched_address(bot: Talk) -> None:
    url = "https://olga:s3cret@example.org/base.json?key=s3cret"
    bot.pages[url] = b'{"eventid": "other"}'
    await bot.op(f"~fetchdb {url}")
    entry = list(bot.store.view.all(HISTORY).values())[-1]
    assert entry.text == "~fetchdb https://example.org/base.json"
    assert "s3cret" not in repr(bot.changes)


async def test_taking_back_an_import_restores_everything(bot: Talk) -> None:
    url = "https://example.org/base.json"
    bot.pages[url] = b'{"tracks": ["a"], "slots": {"Friday": [{"name": "F1", "desc": "09:00-10:00"}]}, "schedule": {}}'
    await bot.say("ada", "#nova now one")
    before = bot.state
    await bot.op(f"~fetchdb {url}")
    assert set(bot.state["tracks"]) == {"a"}
    await undone(bot)
    assert bot.state == before


async def test_ids_may_be_written_with_and_without_their_letter(bot: Talk) -> None:
    await bot.say("ada", "#nova now one")
    assert re.match("Taken back: c2 ", await undone(bot, "~undo 2"))


async def test_an_entry_holds_whether_the_network_vouches_for_who_did_it(bot: Talk) -> None:
    await bot.say("ada", "#nova now one", account="ada.l")
    await bot.say("bob", "#nova now two")
    await bot.op("~newday")
    entries = bot.store.view.all(HISTORY).values()
    assert [(entry.name, entry.verified) for entry in entries] == [("ada", True), ("bob", False), ("olga", False)]
    await bot.tell("ada", "forget me yes", account="ada.l")
    assert [(entry.name, entry.verified) for entry in entries] == [("someone", None), ("bob", False), ("olga", False)]


def test_an_entry_that_an_older_version_wrote_does_not_tell_who_was_vouched_for() -> None:
    raw = {
        "number": 2, "at": "2026-11-23T09:00:00+00:00", "name": "ada", "text": "#nova clean", "subject": "nova",
        "cause": "command", "edits": "[]", "undone": 0,
    }  # fmt: skip
    at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert decode(Entry, raw) == Entry(2, at, "ada", "#nova clean", "nova", Cause.COMMAND, "[]")
    assert decode(Entry, raw).verified is None


async def test_the_log_marks_those_who_are_not_logged_in_where_others_are(bot: Talk) -> None:
    await bot.say("bob", "#nova now one")
    line = "Mon 23 Nov 10:00 bob (irc/~bob{}): #nova now one [topics of nova: new; now one; location Ballroom A]"
    assert await bot.told("olga", "~log", role=2) == [f"c2 {line.format('')}"]
    await bot.say("ada", "+subscribe nova", account="ada")
    assert await bot.told("olga", "~log", role=2) == [f"c2 {line.format(', not logged in')}"]


async def test_my_data_covers_an_account_under_all_its_nicks(bot: Talk) -> None:
    await bot.say("ada", "+in #nova", account="ada")
    await bot.say("ada", "#nova now one", account="ada")
    await bot.say("ada_afk", "+out", account="ada")
    await bot.say("ada_afk", "+subscribe docs", account="ada")
    await bot.say("ada_afk", "#nova now two", account="ada")
    assert await bot.told("ada_", "my data", account="ada") == [
        "Check-in of ada_afk: #nova since 2026-11-23 10:00 CET, left 2026-11-23 10:00 CET.",
        "Subscription, sent to ada_afk on irc: docs",
        "History c3, 2026-11-23 10:00 CET, as ada: #nova now one",
        "History c6, 2026-11-23 10:00 CET, as ada_afk: #nova now two",
    ]
    await bot.tell("ada_", "forget me yes", account="ada")
    assert await bot.told("ada_", "my data", account="ada") == ["Nothing is stored about you."]
    assert (bot.state["checkins"], bot.state["subscriptions"]) == ({}, {})
    assert {entry.name for entry in bot.store.view.all(HISTORY).values()} == {"someone"}


async def test_my_data_tells_what_was_said_without_a_login_where_others_have_one(bot: Talk) -> None:
    await bot.say("ada", "+in #nova", account="ada")
    await bot.say("ada", "+subscribe docs")
    assert await bot.told("ada", "my data", account="ada") == [
        "Check-in of ada: #nova since 2026-11-23 10:00 CET.",
        "Subscription, sent to ada (not logged in) on irc: docs",
    ]
    assert await bot.told("ada", "my data") == [
        "Subscription, sent to ada (not logged in) on irc: docs",
        NOT_LOGGED_IN,
    ]
    assert await bot.told("bob", "my data") == ["Nothing is stored about you.", NOT_LOGGED_IN]
