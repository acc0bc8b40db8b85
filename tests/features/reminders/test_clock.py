"""The clock is put forward or back: nothing is told twice, and what is late by it is treated as late."""

from dataclasses import replace

import pytest

from ptgbot.features.reminders.settings import ReminderSettings
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import IRC, Stage, on_stage

SETTINGS = ReminderSettings(slots=(15, 5), targets=(IRC,), nudges=False)


def _put(stage: Stage, minutes: float) -> None:
    stage.clock.put(minutes=minutes)
    stage.timers.look()


@simulated
async def test_a_clock_put_forward_within_the_grace_has_the_newest_go_out_at_once() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 44)
        _put(stage, 12)
        await stage.until(9, 30)
        assert stage.networks["irc"].timed == [
            ("Mon 08:56:30", "#ptg", "In 4 minutes (Mon 09:00 CET): #nova in Aspen"),
        ]
        # The first is too late for the grace by then, and it is no loss: the second says it.
        assert stage.states() == [("slot", "cancelled", "a later one says it"), ("slot", "sent", "")]


@simulated
async def test_a_clock_put_forward_by_hours_has_what_it_skipped_told_as_missed() -> None:
    async with on_stage(replace(SETTINGS, slots=(15,))) as stage:
        stage.book("nova", "MonA1")
        stage.book("swift", "MonA3")
        await stage.until(8, 30)
        _put(stage, 90)
        await stage.until(11, 30)
        assert stage.networks["irc"].timed == [
            ("Mon 10:30:00", "#ptg", "In 15 minutes (Mon 10:45 CET): #swift in Aspen"),
        ]
        assert stage.told == ["Not sent: r1 to irc:#ptg (#nova in Aspen). Why: the bot was not running in time."]


@pytest.mark.parametrize("minutes", [1, 7, 60, 300])
def test_a_clock_put_back_tells_nothing_twice_and_the_rest_when_it_is_due_by_it(minutes: int) -> None:
    @simulated
    async def run() -> None:
        async with on_stage(SETTINGS) as stage:
            stage.book("nova", "MonA1")
            await stage.until(8, 50)
            _put(stage, -minutes)
            await stage.until(9, 30)
            assert stage.networks["irc"].timed == [
                ("Mon 08:45:00", "#ptg", "In 15 minutes (Mon 09:00 CET): #nova in Aspen"),
                ("Mon 08:55:00", "#ptg", "In 5 minutes (Mon 09:00 CET): #nova in Aspen"),
            ]

    run()


@simulated
async def test_a_clock_put_back_during_a_restart_tells_nothing_twice() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 50)
        await stage.kill()
        _put(stage, -30)
        await stage.restart()
        await stage.until(9, 30)
        assert [at for at, _, _ in stage.networks["irc"].timed] == ["Mon 08:45:00", "Mon 08:55:00"]
