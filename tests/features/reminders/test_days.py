"""~newday by itself: once a day at its time, also where the clocks are put forward or back that night."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from ptgbot.core.changes import Cause
from ptgbot.core.clock import Event
from ptgbot.features.history.model import HISTORY
from ptgbot.features.history.undo import take_back
from ptgbot.features.reminders.model import Kind
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.topics.model import topic_of
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import EVENT, Stage, on_stage

AT_FOUR = ReminderSettings(slots=(), nudges=False, newday_at=time(4))
LATE = "the bot was not running in time; say ~newday where it is still wanted"


def _days(stage: Stage) -> list[str]:
    """Return when days were begun, on the event's clocks."""
    begun = [r.since for r in stage.reminders if r.kind is Kind.NEWDAY and r.since is not None]
    return [f"{stage.event.local(at):%a %d %b %H:%M:%S %Z}" for at in begun]


async def _days_pass(stage: Stage, count: int) -> None:
    """Let days pass, and each hour what the program does each hour."""
    for _ in range(count * 24):
        stage.keeper.expire(stage.clock.now())
        await stage.hours(1)


@simulated
async def test_each_day_begins_once_at_its_time() -> None:
    async with on_stage(AT_FOUR) as stage:
        stage.say("nova", "cells")
        await _days_pass(stage, 3)
        assert _days(stage) == [f"{day} Nov 04:00:00 CET" for day in ("Tue 24", "Wed 25", "Thu 26")]
        assert stage.told == []


@simulated
async def test_a_time_that_the_clocks_skip_is_begun_when_they_are_past_it_and_one_that_comes_twice_once() -> None:
    settings = replace(AT_FOUR, newday_at=time(2, 30))
    for month, day, expected in (
        (3, 27, ["Sun 28 Mar 03:30:00 CEST", "Mon 29 Mar 02:30:00 CEST"]),
        (10, 30, ["Sun 31 Oct 02:30:00 CEST", "Mon 01 Nov 02:30:00 CET"]),
    ):
        event = Event("Sample", EVENT.zone, date(2027, month, day))
        async with on_stage(settings, event=event, at=datetime(2027, month, day, 8, tzinfo=UTC)) as stage:
            stage.say("nova", "cells")
            await _days_pass(stage, 2)
            assert (_days(stage), stage.told) == (expected, [])


@simulated
async def test_a_day_begins_late_where_nothing_was_said_on_it_yet() -> None:
    async with on_stage(AT_FOUR) as stage:
        stage.say("nova", "cells")
        await stage.until(3, day=24)
        await stage.kill()
        await stage.until(6, day=24)
        await stage.restart()
        await stage.until(7, day=24)
        assert (_days(stage), topic_of(stage.store.view, "nova").now) == (["Tue 24 Nov 06:00:30 CET"], None)


@simulated
async def test_what_was_said_on_a_day_is_not_wiped_by_beginning_it_late() -> None:
    async with on_stage(AT_FOUR) as stage:
        stage.say("nova", "cells")
        await stage.until(3, day=24)
        await stage.kill()
        await stage.until(6, day=24)
        stage.say("swift", "storage")
        stage.store.flush()
        await stage.restart()
        await stage.until(7, day=24)
        assert (_days(stage), stage.told) == ([], [f"~newday was not done by itself on 2026-11-24: {LATE}."])
        assert stage.states(state="missed") == [("newday", "missed", LATE)]


@simulated
async def test_a_day_that_is_over_is_not_begun() -> None:
    async with on_stage(AT_FOUR) as stage:
        stage.say("nova", "cells")
        await stage.until(3, day=24)
        await stage.kill()
        await stage.until(1, day=25)
        await stage.restart()
        await stage.until(3, day=25)
        assert (_days(stage), stage.told) == ([], [f"~newday was not done by itself on 2026-11-24: {LATE}."])
        await stage.until(5, day=25)
        assert _days(stage) == ["Wed 25 Nov 04:00:00 CET"]


@simulated
async def test_a_day_that_cannot_be_noted_is_begun_when_it_can() -> None:
    async with on_stage(AT_FOUR) as stage:
        stage.say("nova", "cells")
        await stage.until(3, day=24)
        stage.store.refusing = "the disk is full"
        await stage.until(4, 2, day=24)
        stage.store.refusing = ""
        await stage.until(5, day=24)
        assert _days(stage) == ["Tue 24 Nov 04:03:00 CET"]


@simulated
async def test_a_day_whose_beginning_was_taken_back_by_a_failing_disk_is_begun_again() -> None:
    async with on_stage(AT_FOUR) as stage:
        stage.say("nova", "cells")
        await stage.until(3, day=24)
        stage.store.holding = True
        await stage.until(4, 0, day=24)
        stage.store.fail("the disk failed")
        stage.store.holding = False
        await stage.until(5, day=24)
        assert _days(stage) == ["Tue 24 Nov 04:01:00 CET"]


@simulated
async def test_a_day_that_organisers_take_back_is_not_begun_again() -> None:
    async with on_stage(AT_FOUR) as stage:
        stage.say("nova", "cells")
        await stage.until(5, day=24)
        entry = max(stage.store.view.all(HISTORY).values(), key=lambda entry: entry.number)
        tables = {edit.name: edit for edit in stage.store.view.tables.values()}
        undo = take_back(stage.store.view, entry, stage.store.view.seq + 1, tables)
        stage.journal.commit(undo.edits, at=stage.clock.now(), cause=Cause.UNDO)
        await stage.until(6, day=24)
        await stage.restart()
        await stage.until(10, day=24)
        topic = topic_of(stage.store.view, "nova").now
        assert (_days(stage), topic and topic.text) == (["Tue 24 Nov 04:00:00 CET"], "cells")


@simulated
async def test_another_time_in_the_configuration_holds_at_once_and_none_ends_it() -> None:
    async with on_stage(AT_FOUR) as stage:
        stage.say("nova", "cells")
        await stage.until(20)
        await stage.restart(replace(AT_FOUR, newday_at=time(5, 15)))
        await stage.until(6, day=24)
        assert _days(stage) == ["Tue 24 Nov 05:15:00 CET"]
        await stage.restart(replace(AT_FOUR, newday_at=None))
        await _days_pass(stage, 2)
        assert _days(stage) == ["Tue 24 Nov 05:15:00 CET"]
