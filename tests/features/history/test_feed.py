"""``history.json`` and the files of the days: what is in them, and that a Change writes only its own day's."""

import time
from datetime import timedelta
from typing import Any

import orjson
import pytest

from ptgbot.core.identity import Role
from ptgbot.features.history.feed import NEWEST, HistoryFeed
from tests.talk import EVENT, Talk

MONDAY, TUESDAY = "history/2026-11-23.json", "history/2026-11-24.json"


def site(bot: Talk, feed: HistoryFeed | None = None) -> dict[str, Any]:
    """Return what every file of the feed holds; made from nothing, where no feed is given."""
    feed, view, now = feed or HistoryFeed(EVENT), bot.store.public, bot.clock.now()
    return {path: orjson.loads(feed.render(path, view, now)) for path in feed.paths(view)}


def touched(bot: Talk) -> set[str]:
    """Return what the last Change touches."""
    return set(HistoryFeed(EVENT).touched(bot.changes[-1], bot.store.public))


async def said(bot: Talk, *commands: str) -> None:
    for command in commands:
        await bot.say("olga", command, role=Role.ORGANISER)


async def story(bot: Talk) -> None:
    """Two days of an event: topics, one of them taken back, a booking, a message."""
    await bot.say("ada", "#nova now cells, with #docs", account="ada.lovelace")
    bot.clock.forward(hours=14, minutes=30)  # 00:30 of Tuesday in Berlin, still Monday in UTC
    await bot.say("bob", "#nova now pods")
    bot.clock.forward(minutes=5)
    await said(bot, "~undo", "#docs next placement", "#swift unbook Loft-2-TueA1", "~motd add info Lunch at 12:30")


def ids(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in entries]


async def test_each_entry_is_in_its_days_file_with_the_fields_before_and_after(bot: Talk) -> None:
    await story(bot)

    def entry(id_: str, at: str, who: str, command: str, track: str, *changes: dict[str, Any], **more: Any) -> Any:
        return {
            "id": id_, "at": at, "who": who, "command": command, "cause": "command", "track": track,
            "verified": who == "ada", "taken_back_by": None, "changes": list(changes), **more,
        }  # fmt: skip

    def topics(was: str, **fields: tuple[str, str]) -> dict[str, Any]:
        shown = {name: {"before": before, "after": after} for name, (before, after) in fields.items()}
        return {"what": "topics of nova", "was": was, "fields": shown}

    first = topics("new", now=("nothing", "cells, with #docs"), location=("nothing", "Ballroom A"))
    cells, half, later = "cells, with #docs", "2026-11-23T23:30:00+00:00", "2026-11-23T23:35:00+00:00"
    swift = {"what": "swift in Loft-2-TueA1", "was": "removed", "fields": {
        "room": {"before": "Loft-2", "after": "nothing"}, "slot": {"before": "TueA1", "after": "nothing"},
    }}  # fmt: skip
    docs = {"what": "topics of docs", "was": "new", "fields": {"next": {"before": "nothing", "after": "placement"}}}
    lunch = {"notices": {"before": "nothing", "after": "Lunch at 12:30"}}
    motd = {"what": "messages of the day", "was": "new", "fields": lunch}
    monday = [entry("c2", "2026-11-23T09:00:00+00:00", "ada", f"#nova now {cells}", "nova", first)]
    tuesday = [
        entry("c3", half, "bob", "#nova now pods", "nova", topics("changed", now=(cells, "pods")), taken_back_by="c4"),
        entry("c4", later, "olga", "~undo", "", topics("changed", now=("pods", cells)), cause="undo"),
        entry("c5", later, "olga", "#docs next placement", "docs", docs),
        entry("c6", later, "olga", "#swift unbook Loft-2-TueA1", "swift", swift),
        entry("c7", later, "olga", "~motd add info Lunch at 12:30", "", motd),
    ]
    assert site(bot) == {
        "history.json": {
            "days": [
                {"date": "2026-11-23", "entries": 1, "file": MONDAY},
                {"date": "2026-11-24", "entries": 5, "file": TUESDAY},
            ],
            "newest": [*monday, *tuesday],
        },
        MONDAY: {"date": "2026-11-23", "history": monday},
        TUESDAY: {"date": "2026-11-24", "history": tuesday},
    }


async def test_without_any_history_the_feed_is_there_and_no_day_is(bot: Talk) -> None:
    assert site(bot) == {"history.json": {"days": [], "newest": []}}


async def test_a_command_touches_the_feed_and_its_own_day(bot: Talk) -> None:
    await story(bot)
    assert touched(bot) == {"history.json", TUESDAY}


@pytest.mark.parametrize("command", ["+in #nova", "+subscribe nova"])
async def test_what_is_checked_in_or_subscribed_to_touches_nothing(bot: Talk, command: str) -> None:
    await bot.say("ada", command)
    assert touched(bot) == set()


async def test_an_undo_on_another_day_writes_both_days(bot: Talk) -> None:
    await said(bot, "#nova now cells")
    bot.clock.forward(days=1)
    await said(bot, "~undo c2")
    assert touched(bot) == {"history.json", MONDAY, TUESDAY}
    assert [entry["taken_back_by"] for entry in site(bot)[MONDAY]["history"]] == ["c3"]


async def test_an_undo_of_an_undo_writes_the_day_of_what_holds_again(bot: Talk) -> None:
    feed = HistoryFeed(EVENT)
    await said(bot, "#nova now cells")
    bot.clock.forward(days=1)
    await said(bot, "~undo c2")
    before = site(bot, feed)
    bot.clock.forward(days=1)
    await said(bot, "~undo c3")
    assert touched(bot) == {"history.json", MONDAY, TUESDAY, "history/2026-11-25.json"}
    assert [before[MONDAY]["history"][0]["taken_back_by"], site(bot, feed)[MONDAY]["history"][0]["taken_back_by"]] == [
        "c3",
        None,
    ]


async def test_what_is_not_touched_reads_as_before(bot: Talk) -> None:
    feed = HistoryFeed(EVENT)
    await story(bot)
    for command in ("#nova now more", "~undo", "~undo c3", "~motd clean", "~newday", "~emptydb", "+in #nova"):
        before = site(bot, feed)
        await said(bot, command)
        after = site(bot, feed)
        assert after == site(bot), command  # and a feed that starts now says the same
        assert {path for path in after if before.get(path) != after[path]} <= touched(bot), command


async def test_a_day_that_is_too_old_loses_its_file(bot: Talk) -> None:
    feed = HistoryFeed(EVENT)
    await said(bot, "#nova now old")
    bot.clock.forward(days=300)
    await said(bot, "#nova now new")
    assert MONDAY in site(bot, feed)
    bot.clock.forward(days=100)
    bot.journal.expire(bot.clock.now())
    found = site(bot, feed)
    assert list(found) == ["history.json", "history/2027-09-19.json"]
    assert found["history.json"]["days"] == [{"date": "2027-09-19", "entries": 1, "file": "history/2027-09-19.json"}]


async def test_the_feed_itself_has_the_newest_entries_of_all_days(bot: Talk) -> None:
    for number in range(NEWEST + 5):
        bot.clock.forward(minutes=30)
        await said(bot, f"#nova now topic {number}")
    found = site(bot)
    every = [entry for path, day in found.items() if path != "history.json" for entry in day["history"]]
    assert len(every) == NEWEST + 5
    assert found["history.json"]["newest"] == every[-NEWEST:]
    assert sum(day["entries"] for day in found["history.json"]["days"]) == NEWEST + 5


async def test_an_entry_that_was_rolled_back_is_in_no_file(bot: Talk) -> None:
    feed = HistoryFeed(EVENT)
    await said(bot, "#nova now first")
    bot.store.holding = True  # type: ignore[union-attr]
    await said(bot, "#nova now lost")
    assert ids(site(bot, feed)[MONDAY]["history"]) == ["c2", "c3"]
    bot.store.fail("the disk is full")  # type: ignore[union-attr]
    bot.store.holding = False  # type: ignore[union-attr]
    await said(bot, "#nova now kept")
    assert [e["command"] for e in site(bot, feed)[MONDAY]["history"]] == ["#nova now first", "#nova now kept"]


async def test_a_command_costs_the_same_after_many_days(bot: Talk) -> None:
    feed = HistoryFeed(EVENT)
    for number in range(2000):
        bot.clock.forward(minutes=20)
        await said(bot, f"#nova now topic {number}")
    site(bot, feed)
    shortest = 10.0
    for number in range(5):
        await said(bot, f"#nova now last {number}")
        started = time.process_time()
        for path in feed.touched(bot.changes[-1], bot.store.public):
            feed.render(path, bot.store.public, bot.clock.now())
        feed.paths(bot.store.public)
        shortest = min(shortest, time.process_time() - started)
    assert shortest < 0.01


async def test_time_alone_does_not_alter_it(bot: Talk) -> None:
    await story(bot)
    feed, view, now = HistoryFeed(EVENT), bot.store.public, bot.clock.now()
    later = now + timedelta(days=1)
    for path in feed.paths(view):
        assert feed.turns(path, view, now) is None
        assert feed.render(path, view, now) == feed.render(path, view, later)
