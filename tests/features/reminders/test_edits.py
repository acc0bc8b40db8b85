"""What is moved, taken back, imported or emptied takes its reminders along, up to the last moment."""

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from ptgbot.catalogue import CONTENTS, TABLES
from ptgbot.core.changes import Cause, Draft
from ptgbot.core.messages import Target
from ptgbot.core.protocols import TooFast
from ptgbot.features.history.model import HISTORY
from ptgbot.features.history.undo import take_back
from ptgbot.features.reminders.model import ANNOUNCEMENTS, NUMBERS, Announcement, Numbers
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import BOOKINGS, DAYS, Day, Slot
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import IRC, Place, Stage, X, on_stage

SETTINGS = ReminderSettings(slots=(15,), targets=(IRC,), nudges=False)
AT_NINE = ("Mon 08:45:00", "#ptg", "In 15 minutes (Mon 09:00 CET): #nova in Aspen")
AT_TEN = ("Mon 09:45:00", "#ptg", "In 15 minutes (Mon 10:00 CET): #nova in Ballroom A")


def _move(stage: Stage) -> None:
    stage.book("nova", "MonA2", "Ballroom A", name="b")


def _take_back(stage: Stage) -> None:
    stage.remove(BOOKINGS, "b")


def _undo_last(stage: Stage) -> None:
    """Take the last command back, as ~undo does."""
    entries = stage.store.view.all(HISTORY).values()
    undo = take_back(stage.store.view, max(entries, key=lambda entry: entry.number), stage.store.view.seq + 1, _BY_NAME)
    stage.journal.commit(undo.edits, at=stage.clock.now(), cause=Cause.UNDO)


_BY_NAME = {table.name: table for table in TABLES}


@pytest.mark.parametrize("moves", [True, False], ids=["moved", "taken back"])
@pytest.mark.parametrize("moment", ["queued", "being noted", "link down", "told to wait"])
def test_a_slot_that_changes_in_the_last_second_is_not_told_as_it_was(moment: str, moves: bool) -> None:
    change: Callable[[Stage], None] = _move if moves else _take_back

    @simulated
    async def run() -> None:
        async with on_stage(SETTINGS) as stage:
            irc = stage.networks["irc"]
            stage.book("nova", "MonA1", name="b")
            await stage.until(8, 44)
            if moment == "queued":
                irc.burst, irc.interval = 1, 60.0  # something else has just gone out
                for word in ("one", "two"):
                    stage.put(ANNOUNCEMENTS, Announcement(len(word), word, stage.clock.now(), ("irc:#b",)))
            elif moment == "being noted":
                await stage.until(8, 44, second=59)
                stage.store.holding = True
            elif moment == "link down":
                irc.up.clear()
            else:
                irc.before = _too_fast_once(irc)
            await stage.until(8, 45, second=2)
            assert [text for _, text in irc.posted if "nova" in text] == []
            change(stage)
            stage.store.holding = False
            stage.store.flush()
            irc.up.set()
            await stage.until(10, 30)
            about_nova = [timed for timed in irc.timed if "nova" in timed[2]]
            assert about_nova == ([AT_TEN] if moves else [])
            assert ("slot", "missed", "") not in stage.states()
            assert stage.told == []

    run()


def _too_fast_once(network: Place) -> Callable[[], object]:
    async def refuse() -> None:
        network.before = None
        raise TooFast(30)

    return refuse


@simulated
async def test_a_slot_that_changes_after_it_was_told_is_told_again_as_it_is_now() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1", name="b")
        await stage.until(8, 50)
        _move(stage)
        await stage.until(10, 30)
        assert stage.networks["irc"].timed == [AT_NINE, AT_TEN]


@simulated
async def test_a_slot_that_is_back_where_it_was_told_of_is_not_told_of_again() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1", name="b")
        await stage.until(8, 50)
        _move(stage)
        stage.book("nova", "MonA1", name="b")
        await stage.until(10, 30)
        assert stage.networks["irc"].timed == [AT_NINE]


@simulated
async def test_a_slot_that_is_taken_back_and_brought_back_by_an_undo_reminds_once() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1", name="b")
        _take_back(stage)
        _undo_last(stage)
        await stage.until(10, 30)
        assert stage.networks["irc"].timed == [AT_NINE]


@simulated
async def test_an_undone_booking_reminds_nobody() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1", name="b")
        _undo_last(stage)
        await stage.until(10, 30)
        assert (stage.networks["irc"].timed, stage.states()) == ([], [])


@simulated
async def test_an_undone_announcement_is_not_made_and_its_number_is_not_given_again() -> None:
    async with on_stage(SETTINGS) as stage:
        at = stage.clock.now().replace(hour=8)  # 9:00 in Berlin
        stage.put(NUMBERS, Numbers("a", 1))
        stage.put(ANNOUNCEMENTS, Announcement(1, "the photo", at, ("irc:#ptg",)))
        await stage.until(8, 30)
        _undo_last(stage)
        await stage.until(10, 30)
        assert (stage.networks["irc"].timed, stage.states(), stage.told) == ([], [], [])
        assert stage.store.view.get(NUMBERS, "a") == Numbers("a", 1)


@simulated
async def test_an_announcement_that_is_taken_back_half_way_goes_nowhere_else() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.networks["x"].up.clear()
        announcement = Announcement(1, "the photo", stage.clock.now(), ("irc:#ptg", "x:timeline"))
        stage.put(ANNOUNCEMENTS, announcement)
        await stage.until(8, 2)
        stage.remove(ANNOUNCEMENTS, announcement.key)
        stage.networks["x"].up.set()
        await stage.until(8, 20)
        assert (stage.networks["irc"].posted, stage.networks["x"].posted) == ([("#ptg", "the photo")], [])
        assert stage.states() == [("announcement", "sent", "")]


@simulated
async def test_an_import_that_gives_slots_other_times_takes_reminders_along() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1")
        stage.book("swift", "MonA1", "Ballroom A")
        await stage.until(8, 30)
        slots = (Slot("MonA1", "09:20-09:45"), Slot("MonA2", "10:00-10:45"), Slot("MonA3", "10:45-11:30"))
        draft = Draft(stage.store.view)
        draft.put(DAYS, Day("Monday", 0, slots))
        stage.journal.commit(draft.edits(), at=stage.clock.now(), cause=Cause.IMPORT)
        await stage.until(10, 30)
        assert stage.networks["irc"].timed == [
            ("Mon 09:05:00", "#ptg", "In 15 minutes (Mon 09:20 CET): #nova in Aspen · #swift in Ballroom A")
        ]


@simulated
async def test_of_an_emptied_event_nothing_is_left_to_remind_of() -> None:
    async with on_stage(ReminderSettings(slots=(15, 5), targets=(IRC, X))) as stage:
        stage.say("nova", "cells")
        stage.book("nova", "MonA1")
        stage.put(ANNOUNCEMENTS, Announcement(1, "the photo", stage.clock.now().replace(hour=8), ("irc:#ptg",)))
        await stage.until(8, 30)
        draft = Draft(stage.store.view)
        for table in CONTENTS:
            draft.clear(table)
        stage.journal.commit(draft.edits(), at=stage.clock.now())
        await stage.until(10, 30)
        assert (stage.networks["irc"].timed, stage.networks["x"].timed, stage.states()) == ([], [], [])


@simulated
async def test_an_event_that_is_emptied_while_a_message_goes_out_forgets_it() -> None:
    async with on_stage(SETTINGS) as stage:

        async def empty() -> None:
            draft = Draft(stage.store.view)
            for table in CONTENTS:
                draft.clear(table)
            stage.journal.commit(draft.edits(), at=stage.clock.now())

        stage.networks["irc"].after = empty
        stage.book("nova", "MonA1")
        await stage.until(8, 50)
        await stage.restart()
        await stage.until(10, 30)
        assert (stage.networks["irc"].timed, stage.states(), stage.told) == ([AT_NINE], [], [])


@simulated
async def test_two_slots_with_different_leads_at_one_minute_are_one_message() -> None:
    async with on_stage(ReminderSettings(slots=(60, 15), targets=(IRC,), nudges=False)) as stage:
        stage.book("nova", "MonA1")
        stage.book("swift", "MonA2")
        await stage.until(8, 50)
        # 8:45 is 15 minutes before the one; 60 minutes before the other is 9:00.
        assert stage.networks["irc"].timed == [AT_NINE]
        stage.put(DAYS, Day("Monday", 0, (Slot("MonA1", "09:20-09:45"), Slot("MonA2", "10:05-10:45"))))
        await stage.until(9, 30)
        assert stage.networks["irc"].timed == [
            AT_NINE,
            (
                "Mon 09:05:00",
                "#ptg",
                "In 15 minutes (Mon 09:20 CET): #nova in Aspen; in 1 hour (Mon 10:05 CET): #swift in Aspen",
            ),
        ]


@simulated
async def test_other_targets_leads_and_grace_hold_from_the_next_start_on() -> None:
    async with on_stage(ReminderSettings(slots=(15, 5), targets=(IRC, X), nudges=False)) as stage:
        stage.book("nova", "MonA1")
        stage.book("nova", "MonA3", name="later")
        await stage.until(8, 46)
        other = ReminderSettings(slots=(10,), targets=(IRC, Target("slack", "C0123")), nudges=False)
        await stage.restart(other)
        await stage.until(11)
        page = " https://example.org/track/nova.html"
        assert {name: network.timed for name, network in stage.networks.items()} == {
            "irc": [
                AT_NINE,
                ("Mon 08:50:00", "#ptg", "In 10 minutes (Mon 09:00 CET): #nova in Aspen"),
                ("Mon 10:35:00", "#ptg", "In 10 minutes (Mon 10:45 CET): #nova in Aspen"),
            ],
            "slack": [
                ("Mon 08:50:00", "C0123", "In 10 minutes (Mon 09:00 CET): #nova in Aspen"),
                ("Mon 10:35:00", "C0123", "In 10 minutes (Mon 10:45 CET): #nova in Aspen"),
            ],
            "x": [("Mon 08:45:00", "timeline", "In 15 minutes (Mon 09:00 CET): #nova in Aspen" + page)],
        }


@simulated
async def test_what_is_booked_too_late_for_a_lead_is_told_at_those_that_are_left() -> None:
    async with on_stage(ReminderSettings(slots=(15, 5), targets=(IRC,), nudges=False)) as stage:
        await stage.until(8, 50)
        stage.book("nova", "MonA1")
        await stage.until(9, 30)
        assert stage.networks["irc"].timed == [("Mon 08:55:00", "#ptg", "In 5 minutes (Mon 09:00 CET): #nova in Aspen")]


@simulated
async def test_another_zone_in_the_configuration_holds_from_the_next_start_on() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 30)
        stage.event = replace(stage.event, zone=ZoneInfo("Europe/London"))
        await stage.restart()
        await stage.until(10)
        assert stage.networks["irc"].timed == [
            ("Mon 09:45:00", "#ptg", "In 15 minutes (Mon 09:00 GMT): #nova in Aspen")  # by the clocks of Berlin
        ]
