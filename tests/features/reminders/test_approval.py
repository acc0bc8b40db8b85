"""Posts that wait for an organiser: asked once, in time; given, given late, denied, or forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from ptgbot.features.reminders.model import ANNOUNCEMENTS, REMINDERS, Announcement, Approval, State
from ptgbot.features.reminders.settings import ReminderSettings
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import IRC, Stage, X, on_stage

SETTINGS = ReminderSettings(slots=(15,), targets=(X, IRC), nudges=False, approve=True)
TEXT = "In 15 minutes (Mon 09:00 CET): #nova in Aspen"
PAGE = " https://example.org/track/nova.html"
ASKED = f"r1 waits for your word: to x at Mon 08:45 CET goes: {TEXT}{PAGE} (~approve r1 or ~deny r1)"


def _decide(stage: Stage, *, given: bool, kind: str = "slot") -> None:
    waiting = [r for r in stage.reminders if r.approval is Approval.WAITING and r.kind == kind]
    if given:
        stage.put(REMINDERS, *(replace(r, approval=Approval.GIVEN) for r in waiting))
    else:
        stage.put(REMINDERS, *(replace(r, state=State.CANCELLED, why="olga denied it") for r in waiting))


@simulated
async def test_organisers_are_asked_once_half_an_hour_before_and_what_they_approve_goes_out_at_its_minute() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 14)
        assert stage.told == []
        await stage.until(8, 15)
        await stage.restart()
        await stage.until(8, 20)
        assert stage.told == [ASKED]
        _decide(stage, given=True)
        await stage.until(9, 30)
        assert stage.networks["x"].timed == [("Mon 08:45:00", "timeline", TEXT + PAGE)]
        assert stage.networks["irc"].timed == [("Mon 08:45:00", "#ptg", TEXT)]
        assert stage.told == [ASKED]


@simulated
async def test_what_is_approved_late_goes_out_at_once_with_the_right_minutes() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 50, second=10)
        _decide(stage, given=True)
        await stage.until(9, 30)
        assert stage.networks["x"].timed == [
            ("Mon 08:50:10", "timeline", f"In 10 minutes (Mon 09:00 CET): #nova in Aspen{PAGE}")
        ]
        assert stage.states(place="x:timeline") == [("slot", "sent", "")]


@simulated
async def test_what_nobody_approves_in_time_is_missed_and_told() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 56)
        assert stage.states(place="x:timeline") == [("slot", "missed", "nobody approved it")]
        assert stage.told == [ASKED, "Not sent: r1 to x (#nova in Aspen). Why: nobody approved it."]
        _decide(stage, given=True)
        await stage.until(9, 30)
        assert stage.networks["x"].posted == []


@simulated
async def test_what_is_denied_goes_nowhere_and_nobody_is_told_that_it_was_missed() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 44)
        _decide(stage, given=False)
        await stage.until(9, 30)
        assert (stage.networks["x"].posted, stage.told) == ([], [ASKED])
        assert stage.networks["irc"].timed == [("Mon 08:45:00", "#ptg", TEXT)]


@simulated
async def test_of_two_posts_at_one_minute_only_the_approved_one_goes_out() -> None:
    async with on_stage(replace(SETTINGS, targets=(X,))) as stage:
        stage.book("nova", "MonA1")
        stage.book("swift", "MonA1", "Ballroom A")
        await stage.until(8, 20)
        nova = next(r for r in stage.reminders if r.track == "nova")
        stage.put(REMINDERS, replace(nova, approval=Approval.GIVEN))
        await stage.until(9, 30)
        assert stage.networks["x"].timed == [("Mon 08:45:00", "timeline", TEXT + PAGE)]
        assert stage.states() == [("slot", "sent", ""), ("slot", "missed", "nobody approved it")]


@simulated
async def test_an_announcement_to_x_is_asked_about_at_once_and_goes_out_when_it_is_approved() -> None:
    async with on_stage(SETTINGS) as stage:
        stage.put(ANNOUNCEMENTS, Announcement(3, "the photo", stage.clock.now(), ("irc:#ptg", "x:timeline")))
        await asyncio.sleep(10)
        assert stage.told == ["a3 waits for your word: to x at Mon 08:00 CET goes: the photo (~approve a3 or ~deny a3)"]
        _decide(stage, given=True, kind="announcement")
        await stage.until(8, 30)
        assert stage.networks["x"].timed == [("Mon 08:00:10", "timeline", "the photo")]
        assert stage.networks["irc"].timed == [("Mon 08:00:00", "#ptg", "the photo")]


@simulated
async def test_organisers_are_asked_again_where_it_could_not_be_noted_that_they_were() -> None:
    async with on_stage(replace(SETTINGS, targets=(X,))) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 10)
        stage.store.refusing = "the disk is full"
        await stage.until(8, 17)
        assert stage.told == []
        stage.store.refusing = ""
        await stage.until(8, 20)
        assert stage.told == [ASKED]


@simulated
async def test_a_moved_slot_is_asked_about_anew() -> None:
    async with on_stage(replace(SETTINGS, targets=(X,), grace=timedelta(minutes=10))) as stage:
        stage.book("nova", "MonA1", name="b")
        await stage.until(8, 20)
        _decide(stage, given=True)
        stage.book("nova", "MonA2", name="b")
        await stage.until(9, 20)
        again = ASKED.replace("r1", "r2").replace("08:45", "09:45").replace("09:00", "10:00")
        assert (stage.told, stage.networks["x"].posted) == ([ASKED, again], [])


@simulated
async def test_organisers_are_asked_once_about_all_the_places_of_an_announcement() -> None:
    async with on_stage(SETTINGS) as stage:
        places = ("x:timeline", "irc:#ptg", "mastodon:timeline")
        stage.put(ANNOUNCEMENTS, Announcement(3, "the photo", stage.clock.now(), places))
        await asyncio.sleep(10)
        assert stage.told == [
            "a3 waits for your word: to mastodon, x at Mon 08:00 CET goes: the photo (~approve a3 or ~deny a3)"
        ]
