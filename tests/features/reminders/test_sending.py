"""What is due goes out at its minute, to whom it is for, with the words that are right then."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta

from ptgbot.features.history.model import HISTORY
from ptgbot.features.reminders.model import ANNOUNCEMENTS, REMINDERS, WISHES, Announcement, Kind, Reminder, Wish
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import BOOKINGS
from ptgbot.features.topics.model import topic_of
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import ADA, IRC, X, on_stage

UNSAID = (
    "#nova in Aspen has begun, and nothing was said about it yet. What is on? "
    "Say '#nova now TOPIC', and everybody sees it."
)
STALE = (
    "The slot of #nova in Aspen has ended, and the board still says: cells. "
    "Say '#nova clean', or '#nova now TOPIC' if you go on."
)
EVERYBODY = ReminderSettings(slots=(15, 5), targets=(IRC,), nudges=False)


@simulated
async def test_a_booked_slot_is_reminded_of_at_each_lead() -> None:
    async with on_stage(EVERYBODY) as stage:
        stage.book("nova", "MonA1")
        await stage.until(9, 30)
        assert stage.networks["irc"].timed == [
            ("Mon 08:45:00", "#ptg", "In 15 minutes (Mon 09:00 CET): #nova in Aspen"),
            ("Mon 08:55:00", "#ptg", "In 5 minutes (Mon 09:00 CET): #nova in Aspen"),
        ]
        assert stage.states() == [("slot", "sent", ""), ("slot", "sent", "")]


@simulated
async def test_what_is_due_in_one_minute_for_one_target_is_one_message() -> None:
    async with on_stage(EVERYBODY) as stage:
        stage.book("nova", "MonA1")
        stage.book("swift", "MonA1", "Ballroom A")
        await stage.until(8, 50)
        assert stage.networks["irc"].timed == [
            ("Mon 08:45:00", "#ptg", "In 15 minutes (Mon 09:00 CET): #nova in Aspen · #swift in Ballroom A")
        ]


@simulated
async def test_a_booking_that_moves_takes_its_reminders_along() -> None:
    async with on_stage(EVERYBODY) as stage:
        stage.book("nova", "MonA1", name="b")
        await stage.until(8, 44)
        stage.book("nova", "MonA2", "Ballroom A", name="b")
        await stage.until(11)
        assert stage.networks["irc"].timed == [
            ("Mon 09:45:00", "#ptg", "In 15 minutes (Mon 10:00 CET): #nova in Ballroom A"),
            ("Mon 09:55:00", "#ptg", "In 5 minutes (Mon 10:00 CET): #nova in Ballroom A"),
        ]


@simulated
async def test_a_booking_that_is_taken_back_reminds_nobody() -> None:
    async with on_stage(EVERYBODY) as stage:
        stage.book("nova", "MonA1", name="b")
        stage.remove(BOOKINGS, "b")
        await stage.until(11)
        assert (stage.networks["irc"].timed, stage.states()) == ([], [])


@simulated
async def test_after_a_time_without_the_bot_it_says_the_right_minutes_and_only_the_newest_of_two() -> None:
    async with on_stage(EVERYBODY) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 40)
        await stage.kill()
        await stage.until(8, 55, second=10)
        await stage.restart()
        await stage.until(11)
        assert stage.networks["irc"].timed == [
            ("Mon 08:55:10", "#ptg", "In 5 minutes (Mon 09:00 CET): #nova in Aspen"),
        ]
        assert stage.states() == [("slot", "cancelled", "a later one says it"), ("slot", "sent", "")]


@simulated
async def test_what_is_too_late_is_missed_and_organisers_are_told() -> None:
    async with on_stage(EVERYBODY) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 40)
        await stage.kill()
        await stage.until(9, 30)
        await stage.restart()
        await asyncio.sleep(2)
        assert stage.networks["irc"].timed == []
        assert stage.told == ["Not sent: r2 to irc:#ptg (#nova in Aspen). Why: the bot was not running in time."]


@simulated
async def test_somebody_who_asked_is_told_in_private() -> None:
    async with on_stage(ReminderSettings(targets=(), nudges=False)) as stage:
        stage.book("nova", "MonA2")
        stage.put(WISHES, Wish("irc/~ada", "irc", "ada", (("nova", 20),)), actor=ADA)
        await stage.until(11)
        assert stage.networks["irc"].timed == [
            ("Mon 09:40:00", "ada", "In 20 minutes (Mon 10:00 CET): #nova in Aspen"),
        ]


@simulated
async def test_who_spoke_for_a_track_is_nudged_when_nothing_is_said_and_when_a_topic_outlives_its_slot() -> None:
    async with on_stage(ReminderSettings(slots=(), quiet=(time(22), time(7)))) as stage:
        stage.say("nova", "hello")
        stage.book("nova", "MonA1")
        stage.book("nova", "MonA2")
        await stage.until(10, 10)
        stage.say("nova", "cells")
        await stage.until(12)
        assert stage.networks["irc"].timed == [
            (
                "Mon 09:05:00",
                "ada",
                UNSAID,
            ),
            (
                "Mon 10:05:00",
                "ada",
                UNSAID,
            ),
            (
                "Mon 10:45:00",
                "ada",
                STALE,
            ),
        ]


@simulated
async def test_a_public_message_in_doubt_is_looked_for_and_not_sent_again() -> None:
    settings = ReminderSettings(slots=(15,), targets=(X,), nudges=False)
    async with on_stage(settings) as stage:
        stage.book("nova", "MonA1")
        x = stage.networks["x"]

        async def hang() -> None:
            await asyncio.Event().wait()

        x.after = hang
        await stage.until(8, 46)
        await stage.kill()
        x.after = None
        await stage.restart()
        await stage.until(9, 10)
        assert (len(x.posted), stage.states()) == (1, [("slot", "sent", "")])
        assert stage.reminders[0].receipt == "x-1"


@simulated
async def test_the_new_day_begins_by_itself_once() -> None:
    settings = ReminderSettings(slots=(), nudges=False, newday_at=time(4, 0), grace=timedelta(minutes=10))
    async with on_stage(settings) as stage:
        stage.say("nova", "cells")
        await stage.until(4, 1, day=24)
        await stage.restart()
        await stage.until(5, day=24)
        entries = [(entry.text, entry.name, entry.undone) for entry in stage.store.view.all(HISTORY).values()]
        assert entries[-1] == ("~newday", "", 0)
        assert topic_of(stage.store.view, "nova").now is None
        assert stage.states() == [("newday", "sent", ""), ("newday", "planned", "")]


@simulated
async def test_a_note_goes_where_it_was_asked_for_and_to_one_person_at_night_too() -> None:
    async with on_stage(ReminderSettings(nudges=False)) as stage:
        due = stage.clock.now().replace(hour=22)  # 23:00 in Berlin
        note = Reminder("note/1", 1, Kind.NOTE, "1", "irc:#ptg", due, due, text="the buses leave")
        stage.put(REMINDERS, note, replace(note, id="note/2", number=2, place="irc:", identity="irc/~ada", name="ada"))
        await stage.until(23, 30)
        assert stage.networks["irc"].timed == [
            ("Mon 23:00:00", "#ptg", "Reminder: the buses leave"),
            ("Mon 23:00:00", "ada", "Reminder: the buses leave"),
        ]
        assert stage.states() == [("note", "sent", ""), ("note", "sent", "")]


@simulated
async def test_of_notes_that_are_missed_organisers_are_told_only_those_that_are_for_everybody() -> None:
    async with on_stage(ReminderSettings(nudges=False)) as stage:
        due = stage.clock.now().replace(hour=8)
        note = Reminder("note/1", 1, Kind.NOTE, "1", "irc:#ptg", due, due, text="the buses leave")
        stage.put(REMINDERS, note, replace(note, id="note/2", number=2, place="irc:", identity="irc/~ada", name="ada"))
        await stage.until(8, 50)
        await stage.kill()
        await stage.until(9, 30)
        await stage.restart()
        await asyncio.sleep(2)
        why = "the bot was not running in time"
        assert stage.states() == [("note", "missed", why), ("note", "missed", why)]
        assert stage.told == [f"Not sent: r1 to irc:#ptg (the buses leave). Why: {why}."]


@simulated
async def test_an_announcement_goes_to_each_of_its_places_at_its_second() -> None:
    async with on_stage(ReminderSettings(nudges=False)) as stage:
        at = stage.clock.now().replace(hour=8, minute=12, second=34)
        stage.put(ANNOUNCEMENTS, Announcement(7, "the photo", at, ("irc:#ptg", "slack:C0123", "x:timeline")))
        await stage.until(9, 30)
        assert {name: network.timed for name, network in stage.networks.items()} == {
            "irc": [("Mon 09:12:34", "#ptg", "the photo")],
            "slack": [("Mon 09:12:34", "C0123", "the photo")],
            "x": [("Mon 09:12:34", "timeline", "the photo")],
        }
