"""What people ran into who used reminders as organisers do."""

from dataclasses import replace

from ptgbot.features.reminders.model import ANNOUNCEMENTS, REMINDERS, Announcement, Approval
from ptgbot.features.reminders.settings import ReminderSettings
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import IRC, Stage, X, on_stage

FREE = ReminderSettings(slots=(15,), targets=(IRC, X), nudges=False)
HELD = replace(FREE, approve=True)


def announce(stage: Stage, number: int) -> None:
    at = stage.event.local(stage.clock.now()).replace(hour=9, minute=30)
    stage.put(ANNOUNCEMENTS, Announcement(number, f"the photo {number}", at, ("irc:#ptg", "x:timeline")))


def approvals(stage: Stage) -> list[tuple[str, Approval]]:
    return sorted((f"{r.kind} {r.place}", r.approval) for r in stage.store.view.all(REMINDERS).values())


def timed(stage: Stage, network: str) -> list[str]:
    return [f"{at} {text}" for at, _, text in stage.networks[network].timed]


@simulated
async def test_what_was_planned_before_approval_was_asked_for_needs_it_from_then_on() -> None:
    async with on_stage(FREE) as stage:
        stage.book("nova", "MonA1")
        announce(stage, 1)
        await stage.until(8, 1)  # all of it is on disk
        await stage.restart(HELD)
        assert approvals(stage) == [
            ("announcement irc:#ptg", Approval.FREE),
            ("announcement x:timeline", Approval.WAITING),
            ("slot irc:#ptg", Approval.FREE),
            ("slot x:timeline", Approval.WAITING),
        ]
        await stage.until(10, 0)
        assert timed(stage, "x") == []
        assert timed(stage, "irc") == [
            "Mon 08:45:00 In 15 minutes (Mon 09:00 CET): #nova in Aspen",
            "Mon 09:30:00 the photo 1",
        ]
        assert len([text for text in stage.told if "waits for your word" in text]) == 2


@simulated
async def test_what_waits_goes_out_once_no_approval_is_asked_for_any_more() -> None:
    async with on_stage(HELD) as stage:
        stage.book("nova", "MonA1")
        announce(stage, 1)
        await stage.until(8, 1)  # all of it is on disk
        await stage.restart(FREE)
        await stage.until(10, 0)
        assert timed(stage, "x") == [
            "Mon 08:45:00 In 15 minutes (Mon 09:00 CET): #nova in Aspen https://example.org/track/nova.html",
            "Mon 09:30:00 the photo 1",
        ]


@simulated
async def test_what_was_approved_stays_so_over_a_restart() -> None:
    async with on_stage(HELD) as stage:
        stage.book("nova", "MonA1")
        [held] = [r for r in stage.reminders if r.approval is Approval.WAITING]
        stage.put(REMINDERS, replace(held, approval=Approval.GIVEN))
        await stage.until(8, 1)
        await stage.restart()
        await stage.until(10, 0)
        assert len(timed(stage, "x")) == 1
