"""Links that are down, networks that refuse, a disk that takes nothing: what goes out late, and what is missed."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ptgbot.core.protocols import Doubt, NotTaken, TooFast
from ptgbot.features.reminders.model import ANNOUNCEMENTS, WISHES, Announcement, Wish
from ptgbot.features.reminders.settings import ReminderSettings
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import IRC, Stage, X, on_stage

FIFTEEN = ReminderSettings(slots=(15,), targets=(IRC,), nudges=False)
SAID = "#nova in Aspen"


def _raising(*errors: Exception | None) -> Callable[[], Awaitable[None]]:
    """Return what raises these, one at a time, and then nothing."""
    left = list(errors)

    async def raise_next() -> None:
        error = left.pop(0) if left else None
        if error is not None:
            raise error

    return raise_next


async def _link_down(stage: Stage, minute: int) -> None:
    """Have the link down from 8:44 to a minute after eight, and let the morning pass."""
    irc = stage.networks["irc"]
    stage.book("nova", "MonA1")
    await stage.until(8, 44)
    irc.up.clear()
    await stage.until(8, minute)
    irc.up.set()
    await stage.until(9, 30)


@simulated
async def test_what_a_link_kept_waiting_for_less_than_the_grace_goes_out_with_the_right_minutes() -> None:
    async with on_stage(FIFTEEN) as stage:
        await _link_down(stage, 54)
        assert stage.networks["irc"].timed == [("Mon 08:54:30", "#ptg", f"In 6 minutes (Mon 09:00 CET): {SAID}")]
        assert (stage.states(), stage.told) == ([("slot", "sent", "")], [])


@simulated
async def test_what_a_link_kept_waiting_for_longer_is_missed_and_told_right_when_it_is_too_late() -> None:
    async with on_stage(FIFTEEN) as stage:
        stage.book("nova", "MonA1")
        stage.networks["irc"].up.clear()
        await stage.until(8, 55, second=0)
        assert (stage.states(), stage.told) == ([("slot", "planned", "")], [])
        await stage.until(8, 55, second=3)
        assert stage.states() == [("slot", "missed", "it could not go out in time")]
        assert stage.told == [f"Not sent: r1 to irc:#ptg ({SAID}). Why: it could not go out in time."]
        stage.networks["irc"].up.set()
        await stage.until(9, 30)
        assert stage.networks["irc"].posted == []


@simulated
async def test_a_network_that_wants_to_be_left_alone_for_too_long_is_told_with_that_reason() -> None:
    async with on_stage(FIFTEEN) as stage:
        stage.networks["irc"].before = _raising(TooFast(900))
        stage.book("nova", "MonA1")
        await stage.until(8, 55, second=3)
        assert stage.told == [
            f"Not sent: r1 to irc:#ptg ({SAID}). Why: it could not go out in time: asked to wait 900 s."
        ]
        await stage.until(9, 30)
        assert stage.networks["irc"].posted == []


@simulated
async def test_a_network_that_wants_to_be_left_alone_for_a_while_gets_it_once_after_that() -> None:
    async with on_stage(FIFTEEN) as stage:
        stage.networks["irc"].before = _raising(TooFast(90), TooFast(30))
        stage.book("nova", "MonA1")
        await stage.until(9, 30)
        assert stage.networks["irc"].timed == [("Mon 08:47:00", "#ptg", f"In 13 minutes (Mon 09:00 CET): {SAID}")]
        assert stage.states() == [("slot", "sent", "")]


@simulated
async def test_a_channel_that_cannot_be_reached_gets_it_when_it_can_within_the_grace() -> None:
    async with on_stage(FIFTEEN) as stage:
        irc = stage.networks["irc"]

        async def refuse() -> None:
            raise ConnectionError("not in the channel")

        irc.before = refuse
        stage.book("nova", "MonA1")
        await stage.until(8, 53)
        irc.before = None
        await stage.until(9, 30)
        assert irc.posted == [("#ptg", f"In 7 minutes (Mon 09:00 CET): {SAID}")]


@simulated
async def test_what_a_network_does_not_take_is_missed_with_its_reason_and_the_next_one_goes_out() -> None:
    async with on_stage(ReminderSettings(slots=(15, 5), targets=(IRC,), nudges=False)) as stage:
        stage.networks["irc"].before = _raising(NotTaken("the account is suspended"))
        stage.book("nova", "MonA1")
        await stage.until(9, 30)
        assert stage.networks["irc"].posted == [("#ptg", f"In 5 minutes (Mon 09:00 CET): {SAID}")]
        assert stage.told == [f"Not sent: r1 to irc:#ptg ({SAID}). Why: the account is suspended."]
        assert stage.states() == [("slot", "missed", "the account is suspended"), ("slot", "sent", "")]


@simulated
async def test_what_meets_an_account_that_is_refused_waits_and_is_missed_and_told_when_its_grace_ends() -> None:
    async with on_stage(FIFTEEN) as stage:
        irc = stage.networks["irc"]

        async def refuse() -> None:
            irc.up.clear()
            raise ConnectionError("the account is suspended")

        irc.before = refuse
        stage.book("nova", "MonA1")
        await stage.until(8, 54)
        assert (stage.states(), stage.told) == ([("slot", "planned", "the account is suspended")], [])
        await stage.until(8, 55, second=3)
        assert stage.told == [
            f"Not sent: r1 to irc:#ptg ({SAID}). Why: it could not go out in time: the account is suspended."
        ]
        irc.before = None
        irc.up.set()
        await stage.until(9, 30)
        assert irc.posted == []


@simulated
async def test_what_goes_to_a_network_that_is_not_there_any_more_is_missed_and_told() -> None:
    async with on_stage(FIFTEEN) as stage:
        stage.put(ANNOUNCEMENTS, Announcement(1, "the photo", stage.clock.now(), ("mastodon:timeline",)))
        await asyncio.sleep(2)
        why = "there is no network 'mastodon' in the configuration"
        assert stage.told == [f"Not sent: a1 to mastodon (the photo). Why: {why}."]
        assert stage.states() == [("announcement", "missed", why)]


@simulated
async def test_a_public_message_in_doubt_after_a_timeout_is_given_up_where_nobody_can_be_asked() -> None:
    async with on_stage(FIFTEEN) as stage:
        stage.networks["irc"].before = _raising(Doubt("silent"))
        stage.book("nova", "MonA1")
        await stage.until(9, 30)
        why = "it may have gone out when the bot was stopped or lost its link, and nobody can tell"
        assert (stage.networks["irc"].posted, stage.states()) == ([], [("slot", "missed", why)])


@simulated
async def test_a_message_in_doubt_after_a_timeout_goes_out_where_it_is_not_found() -> None:
    async with on_stage(ReminderSettings(slots=(15,), targets=(X,), nudges=False)) as stage:
        stage.networks["x"].before = _raising(Doubt("silent"), Doubt("silent"))
        stage.book("nova", "MonA1")
        await stage.until(9, 30)
        assert (len(stage.networks["x"].posted), stage.states()) == (1, [("slot", "sent", "")])


@simulated
async def test_a_message_in_doubt_after_a_timeout_is_not_repeated_where_it_is_found() -> None:
    async with on_stage(ReminderSettings(slots=(15,), targets=(X,), nudges=False)) as stage:
        stage.networks["x"].after = _raising(Doubt("silent"))
        stage.book("nova", "MonA1")
        await stage.until(9, 30)
        assert (len(stage.networks["x"].posted), stage.states()) == (1, [("slot", "sent", "")])


@simulated
async def test_one_person_is_told_again_where_it_is_in_doubt_whether_they_were() -> None:
    async with on_stage(ReminderSettings(nudges=False)) as stage:
        stage.networks["irc"].after = _raising(Doubt("silent"))
        stage.book("nova", "MonA1")
        stage.put(WISHES, Wish("irc/~ada", "irc", "ada", (("nova", 15),)))
        await stage.until(9, 30)
        assert (len(stage.networks["irc"].posted), stage.states()) == (2, [("mine", "sent", "")])


@simulated
async def test_nothing_goes_out_while_it_cannot_be_noted_and_it_does_as_soon_as_it_can() -> None:
    async with on_stage(FIFTEEN) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 44)
        stage.store.refusing = "the disk is full"
        await stage.until(8, 47, second=0)
        assert stage.networks["irc"].posted == []
        stage.store.refusing = ""
        await stage.until(9, 30)
        assert stage.networks["irc"].timed == [("Mon 08:47:00", "#ptg", f"In 13 minutes (Mon 09:00 CET): {SAID}")]


@simulated
async def test_a_beginning_that_is_taken_back_is_noted_again_before_anything_goes_out() -> None:
    async with on_stage(FIFTEEN) as stage:
        stage.book("nova", "MonA1")
        await stage.until(8, 44)
        stage.store.holding = True
        await stage.until(8, 45, second=10)
        stage.store.fail("the disk failed")
        assert stage.networks["irc"].posted == []
        stage.store.holding = False
        await stage.until(9, 30)
        assert (len(stage.networks["irc"].posted), stage.states()) == (1, [("slot", "sent", "")])


@simulated
async def test_that_it_went_out_is_noted_until_that_is_on_disk() -> None:
    async with on_stage(FIFTEEN) as stage:
        irc = stage.networks["irc"]

        async def refuse() -> None:
            stage.store.refusing = "the disk is full"

        irc.after = refuse
        stage.book("nova", "MonA1")
        await stage.until(8, 46)
        assert stage.states() == [("slot", "sending", "")]
        stage.store.refusing, irc.after = "", None
        await stage.until(8, 47)
        assert stage.states() == [("slot", "sent", "")]
        await stage.restart()
        await stage.until(9, 30)
        assert (len(irc.posted), stage.told) == (1, [])


@simulated
async def test_that_it_went_out_is_noted_again_where_that_was_taken_back() -> None:
    async with on_stage(FIFTEEN) as stage:
        irc = stage.networks["irc"]

        async def hold() -> None:
            stage.store.holding = True

        irc.after = hold
        stage.book("nova", "MonA1")
        await stage.until(8, 46)
        stage.store.fail("the disk failed")
        assert stage.states() == [("slot", "sending", "")]
        stage.store.holding, irc.after = False, None
        await stage.until(8, 47)
        await stage.restart()
        await stage.until(9, 30)
        assert (len(irc.posted), stage.states(), stage.told) == (1, [("slot", "sent", "")], [])


@simulated
async def test_an_outage_over_two_leads_brings_only_the_newest() -> None:
    settings = ReminderSettings(slots=(15, 10), targets=(IRC,), nudges=False)
    async with on_stage(settings) as stage:
        await _link_down(stage, 51)
        assert stage.networks["irc"].timed == [("Mon 08:51:30", "#ptg", f"In 9 minutes (Mon 09:00 CET): {SAID}")]
        assert stage.states() == [("slot", "cancelled", "a later one says it"), ("slot", "sent", "")]


@simulated
async def test_a_reminder_that_was_hindered_says_nothing_after_a_later_one_did() -> None:
    settings = ReminderSettings(slots=(15, 10), targets=(IRC,), nudges=False)
    async with on_stage(settings) as stage:
        stage.networks["irc"].before = _raising(TooFast(400))
        stage.book("nova", "MonA1")
        await stage.until(9, 30)
        assert [text for _, text in stage.networks["irc"].posted] == [f"In 9 minutes (Mon 09:00 CET): {SAID}"]


@simulated
async def test_many_that_are_missed_are_told_in_one_line() -> None:
    async with on_stage(ReminderSettings(nudges=False)) as stage:
        at = stage.clock.now().replace(hour=8)
        for number in range(1, 13):
            stage.put(ANNOUNCEMENTS, Announcement(number, f"text {number}", at, ("x:timeline", "irc:#ptg")))
        await stage.until(8, 1)
        await stage.kill()
        await stage.until(9, 30)
        await stage.restart()
        await asyncio.sleep(2)
        named = ", ".join(f"a{number} to x, irc:#ptg (text {number})" for number in range(1, 11))
        assert stage.told == [f"Not sent: {named} and 2 more. Why: the bot was not running in time."]


@simulated
async def test_a_disk_that_is_full_for_minutes_is_told_to_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    async with on_stage(FIFTEEN) as stage:

        async def refuse() -> None:
            stage.store.refusing = "the disk is full"

        stage.networks["irc"].after = refuse
        stage.book("nova", "MonA1")
        await stage.until(8, 50)
        stage.store.refusing = ""
        await stage.until(8, 52)
        assert stage.states() == [("slot", "sent", "")]
        told = [record.getMessage() for record in caplog.records if record.name.startswith("ptgbot.features.reminders")]
        assert told == ["What became of reminders cannot be saved (the disk is full); tried again until it can."]


@simulated
async def test_a_doubt_that_comes_late_has_an_end_too() -> None:
    async with on_stage(ReminderSettings(slots=(15,), targets=(X,), nudges=False)) as stage:
        x = stage.networks["x"]
        stage.book("nova", "MonA1")
        x.up.clear()
        await stage.until(8, 50, second=0)

        async def lose_the_link() -> None:
            x.up.clear()
            raise Doubt("silent")

        x.before = lose_the_link
        x.up.set()
        await stage.until(9, 0, second=0)
        assert (stage.states(), stage.told) == ([("slot", "sending", "")], [])
        await stage.until(9, 0, second=3)
        why = "it may have gone out when the bot was stopped or lost its link, and nobody can tell"
        assert stage.told == [f"Not sent: r1 to x ({SAID}). Why: {why}."]
        assert stage.states() == [("slot", "missed", why)]
