"""What one person is told: quiet hours, people who are away, who changed their nick, who wants to be forgotten."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time

import pytest

from ptgbot.core.messages import Target
from ptgbot.features.history.forget import forget
from ptgbot.features.reminders.model import WISHES, Wish
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import DAYS, Day, Slot
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import ADA, Stage, on_stage

WISH = Wish("irc/~ada", "irc", "ada", (("nova", 15),))
TEXT = "In 15 minutes (Mon 09:00 CET): #nova in Aspen"
ALONE = ReminderSettings(nudges=False, quiet=None)


async def _wished(stage: Stage, wish: Wish = WISH) -> None:
    stage.book("nova", "MonA1")
    stage.put(WISHES, wish)
    await stage.until(8, 30)


@simulated
async def test_somebody_who_is_back_within_the_grace_is_told_at_once_with_the_right_minutes() -> None:
    async with on_stage(ALONE) as stage:
        irc = stage.networks["irc"]
        await _wished(stage)
        irc.away.add("ada")
        await stage.until(8, 51, second=5)
        irc.away.clear()
        stage.sender.came(ADA)
        await stage.until(9, 30)
        assert irc.timed == [("Mon 08:51:05", "ada", "In 9 minutes (Mon 09:00 CET): #nova in Aspen")]
        assert stage.states() == [("mine", "sent", "")]


@simulated
async def test_somebody_who_comes_back_unseen_is_told_soon() -> None:
    async with on_stage(ALONE) as stage:
        irc = stage.networks["irc"]
        await _wished(stage)
        irc.away.add("ada")
        await stage.until(8, 51, second=5)
        irc.away.clear()
        await stage.until(9, 30)
        assert irc.timed == [("Mon 08:51:20", "ada", "In 9 minutes (Mon 09:00 CET): #nova in Aspen")]


@simulated
async def test_somebody_who_comes_back_too_late_is_told_nothing_and_neither_are_organisers() -> None:
    async with on_stage(ALONE) as stage:
        await _wished(stage)
        stage.networks["irc"].away.add("ada")
        await stage.until(8, 56)
        stage.networks["irc"].away.clear()
        stage.sender.came(ADA)
        await stage.until(9, 30)
        assert (stage.networks["irc"].timed, stage.told) == ([], [])
        why = "it could not go out in time: who it is for was away"
        assert stage.states() == [("mine", "missed", why)]


@simulated
async def test_what_waits_for_somebody_who_is_away_outlives_a_restart() -> None:
    async with on_stage(ALONE) as stage:
        irc = stage.networks["irc"]
        await _wished(stage)
        irc.away.add("ada")
        await stage.until(8, 47)
        await stage.restart()
        await stage.until(8, 48, second=5)
        irc.away.clear()
        stage.sender.came(ADA)
        await stage.until(9, 30)
        assert irc.timed == [("Mon 08:48:05", "ada", "In 12 minutes (Mon 09:00 CET): #nova in Aspen")]


@simulated
async def test_two_reminders_for_somebody_who_was_away_come_as_one_message() -> None:
    async with on_stage(ALONE) as stage:
        irc = stage.networks["irc"]
        stage.book("swift", "MonA1", "Ballroom A")
        await _wished(stage, Wish("irc/~ada", "irc", "ada", (("nova", 15), ("swift", 15))))
        irc.away.add("ada")
        await stage.until(8, 46, second=5)
        irc.away.clear()
        stage.sender.came(ADA)
        await stage.until(9, 30)
        assert irc.timed == [
            ("Mon 08:46:05", "ada", "In 14 minutes (Mon 09:00 CET): #nova in Aspen · #swift in Ballroom A")
        ]


@simulated
async def test_somebody_whom_it_did_not_reach_is_told_again_when_they_are_there() -> None:
    async with on_stage(ALONE) as stage:
        irc = stage.networks["irc"]
        await _wished(stage)
        await stage.until(8, 45, second=1)
        irc.away.add("ada")
        stage.queue.missed(Target("irc", "ada"))
        await stage.until(8, 46)
        assert [state for _, state, _ in stage.states()] == ["planned"]
        irc.away.clear()
        stage.sender.came(ADA)
        await stage.until(9, 30)
        assert [at for at, _, _ in irc.timed] == ["Mon 08:45:00", "Mon 08:46:30"]
        assert stage.states() == [("mine", "sent", "")]


@simulated
async def test_somebody_who_changed_their_nick_is_told_under_the_new_one() -> None:
    async with on_stage(ALONE) as stage:
        irc = stage.networks["irc"]
        await _wished(stage)
        await stage.until(8, 45, second=1)
        irc.nicks["irc/~ada"] = "ada_"
        stage.queue.missed(Target("irc", "ada"))  # it was on its way while they changed it
        await stage.until(9, 30)
        assert irc.timed == [
            ("Mon 08:45:00", "ada", TEXT),
            ("Mon 08:45:21", "ada_", TEXT),
        ]


@simulated
async def test_quiet_hours_of_the_event_are_kept_and_those_of_a_person_go_before_them() -> None:
    at = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
    quiet = ReminderSettings(nudges=False, quiet=(time(22), time(9)))
    async with on_stage(quiet, at=at) as stage:
        stage.book("nova", "MonA1")
        wishes = (("nova", 15),)
        stage.put(
            WISHES,
            Wish("irc/~ada", "irc", "ada", wishes),
            Wish("irc/~bob", "irc", "bob", wishes, quiet="off"),
            Wish("irc/~cyd", "irc", "cyd", wishes, quiet="08:45-08:46"),
            Wish("irc/~dan", "irc", "dan", wishes, quiet="08:00-08:45"),
        )
        await stage.until(9, 30)
        assert stage.networks["irc"].timed == [
            ("Mon 08:45:00", "bob", TEXT),
            ("Mon 08:45:00", "dan", TEXT),
        ]
        assert stage.states(identity="irc/~ada") == [("mine", "cancelled", "quiet hours")]


@pytest.mark.parametrize(("clock", "told"), [("06:59", 0), ("07:00", 1), ("21:59", 1), ("22:00", 0)])
def test_quiet_hours_go_over_midnight(clock: str, told: int) -> None:
    @simulated
    async def run() -> None:
        async with on_stage(ReminderSettings(nudges=False)) as stage:
            stage.put(DAYS, Day("Tuesday", 1, (Slot("TueA1", f"{clock}-23:30"),)))
            stage.book("nova", "TueA1")
            stage.put(WISHES, Wish("irc/~ada", "irc", "ada", (("nova", 0),)))
            await stage.until(23, day=24)
            text = f"Now (Tue {clock} CET): #nova in Aspen"
            assert stage.networks["irc"].timed == [(f"Tue {clock}:00", "ada", text)] * told

    run()


@simulated
async def test_what_everybody_sees_knows_no_quiet_hours() -> None:
    settings = ReminderSettings(slots=(15,), targets=(Target("irc", "#ptg"),), quiet=(time(8), time(10)), nudges=False)
    async with on_stage(settings) as stage:
        stage.book("nova", "MonA1")
        await stage.until(9, 30)
        assert stage.networks["irc"].posted == [("#ptg", TEXT)]


def _forgetting(stage: Stage, keys: Sequence[str] = ("irc/~ada", "irc/ada")) -> None:
    stage.journal.commit(forget(stage.store.view, tuple(keys)), at=stage.clock.now())


@simulated
async def test_of_somebody_who_is_forgotten_no_reminder_is_left() -> None:
    async with on_stage(ReminderSettings()) as stage:
        stage.say("nova", "hello")
        await _wished(stage)
        _forgetting(stage)
        await stage.until(10, 30)
        assert (stage.networks["irc"].timed, stage.states(kind="mine")) == ([], [])
        assert stage.states(kind="unsaid") == [("unsaid", "cancelled", "nobody spoke for the track yet")]
        assert "ada" not in repr(stage.reminders)


@simulated
async def test_somebody_who_is_forgotten_while_a_message_for_them_waits_is_told_nothing() -> None:
    async with on_stage(ALONE) as stage:
        await _wished(stage)
        stage.networks["irc"].up.clear()
        await stage.until(8, 46)
        _forgetting(stage)
        stage.networks["irc"].up.set()
        await stage.until(9, 30)
        assert (stage.networks["irc"].posted, stage.states()) == ([], [])


@simulated
async def test_somebody_who_is_forgotten_while_a_message_for_them_goes_out_is_not_written_down_again() -> None:
    async with on_stage(ALONE) as stage:
        await _wished(stage)

        async def be_forgotten() -> None:
            _forgetting(stage)

        stage.networks["irc"].after = be_forgotten
        await stage.until(9, 30)
        assert (stage.networks["irc"].posted, stage.states()) == ([("ada", TEXT)], [])


@simulated
async def test_a_nudge_in_doubt_for_somebody_who_is_forgotten_ends_at_the_next_start() -> None:
    async with on_stage(ReminderSettings(slots=())) as stage:
        stage.say("nova", "hello")
        stage.book("nova", "MonA1")
        await stage.until(8, 44)

        async def hang() -> None:
            await asyncio.Event().wait()

        stage.networks["irc"].before = hang
        await stage.until(9, 6)
        assert [state for _, state, _ in stage.states(kind="unsaid")] == ["sending"]
        await stage.kill()
        stage.networks["irc"].before = None
        _forgetting(stage)
        stage.store.flush()
        await stage.restart()
        await stage.until(9, 30)
        assert stage.states(kind="unsaid") == [("unsaid", "cancelled", "nobody spoke for the track yet")]
        assert stage.networks["irc"].posted == []


@simulated
async def test_somebody_who_wants_none_any_more_while_one_waits_gets_none() -> None:
    async with on_stage(ALONE) as stage:
        irc = stage.networks["irc"]
        await _wished(stage)
        await stage.until(8, 44, second=59)
        stage.store.holding = True  # it is being noted that it goes out
        await stage.until(8, 45, second=2)
        stage.remove(WISHES, "irc/~ada")
        stage.store.holding = False
        stage.store.flush()
        await stage.until(9, 30)
        assert (irc.posted, stage.states()) == ([], [("mine", "cancelled", "they want it no more")])


@simulated
async def test_another_lead_that_somebody_asks_for_holds_at_once() -> None:
    async with on_stage(ALONE) as stage:
        await _wished(stage)
        stage.put(WISHES, Wish("irc/~ada", "irc", "ada", (("nova", 10),)))
        await stage.until(9, 30)
        assert stage.networks["irc"].timed == [("Mon 08:50:00", "ada", "In 10 minutes (Mon 09:00 CET): #nova in Aspen")]


@simulated
async def test_nobody_is_nudged_whose_slot_was_spoken_of_in_time_or_who_cleaned_up() -> None:
    async with on_stage(ReminderSettings(slots=())) as stage:
        stage.book("nova", "MonA1")
        stage.book("nova", "MonA2")
        await stage.until(8, 45)
        stage.say("nova", "cells")  # a quarter of an hour before it begins
        await stage.until(9, 44)
        stage.remove_topic("nova")
        await stage.until(9, 50)
        stage.say("nova", "scheduler")
        await stage.until(10, 44)
        stage.remove_topic("nova")
        await stage.until(12)
        assert stage.networks["irc"].timed == []
