"""Reminders of open spaces: once, at the right minute, with the right words, and never against anybody's word."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ptgbot.core.commands import Refused
from ptgbot.features.openspaces.model import CHOICES, OPENSPACES, POSTS, Choices, Fate, OpenSpace
from ptgbot.features.reminders.model import REMINDERS
from ptgbot.features.schedule.model import BOOKINGS
from tests.delivery.simulated import simulated
from tests.features.openspaces.stage import SETTINGS, OpenStage, chess, on_open_stage
from tests.features.reminders.stage import IRC, X

LINK = "https://x.com/ada/status/1"
QUIET = replace(SETTINGS, reply=False)
SOON = [("Mon 14:45:00", f"Coming up in 15 minutes! {LINK}")]


@simulated
async def test_a_clear_post_is_quoted_fifteen_minutes_before_everywhere() -> None:
    async with on_open_stage(QUIET, targets=(X, IRC)) as stage:
        stage.hear(chess())
        await stage.until(16)
        assert stage.out == SOON
        assert stage.networks["irc"].timed == [("Mon 14:45:00", "#ptg", f"Coming up in 15 minutes! {LINK}")]


@simulated
async def test_a_post_without_a_link_is_named_by_a_few_of_its_words_and_the_room() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(link="", text="Chess for everybody in Room 14 at 3pm #openspace"))
        await stage.until(16)
        assert stage.out == [
            ("Mon 14:45:00", "Coming up in 15 minutes! Chess for everybody in Room 14 at 3pm #openspace (14)")
        ]


@simulated
async def test_there_may_be_several_reminders_of_one() -> None:
    async with on_open_stage(replace(QUIET, leads=(30, 15))) as stage:
        stage.hear(chess())
        await stage.until(16)
        assert stage.out == [("Mon 14:30:00", f"Coming up in 30 minutes! {LINK}"), *SOON]


@simulated
async def test_what_is_approved_shortly_before_its_next_reminder_is_said_by_that_alone() -> None:
    async with on_open_stage(replace(QUIET, auto_send=False, leads=(40, 15))) as stage:
        stage.hear(chess())
        await stage.until(14, 43)
        stage.decide(fate=Fate.APPROVED)
        await stage.until(16)
        assert stage.out == SOON


@simulated
async def test_what_nobody_approved_does_not_go_out_and_organisers_are_asked_and_told() -> None:
    async with on_open_stage(replace(QUIET, auto_send=False), targets=(X, IRC)) as stage:
        stage.hear(chess())
        await stage.until(16)
        assert stage.out == []
        soon = f"Coming up in 15 minutes! {LINK}"
        assert stage.told == [
            f"p1 waits for your word: to irc:#ptg, x at Mon 14:45 CET goes: {soon} (~approve p1 or ~deny p1)",
            f"Not sent: p1 to x, irc:#ptg ({LINK}). Why: nobody approved it.",
        ]


@simulated
@pytest.mark.parametrize(
    ("hour", "minute", "out"),
    [
        (14, 0, SOON),
        (14, 50, [("Mon 14:50:30", f"Coming up in 10 minutes! {LINK}")]),
        (14, 57, [("Mon 14:57:30", f"Coming up in 3 minutes! {LINK}")]),
        (15, 10, []),
    ],
)
async def test_what_is_approved_late_goes_out_at_once_with_the_right_minutes_while_it_helps(
    hour: int, minute: int, out: list[tuple[str, str]]
) -> None:
    async with on_open_stage(replace(QUIET, auto_send=False)) as stage:
        stage.hear(chess())
        await stage.until(hour, minute)
        stage.decide(fate=Fate.APPROVED)
        await stage.until(16)
        assert stage.out == out


@simulated
async def test_what_is_approved_after_two_reminders_were_due_goes_out_once() -> None:
    async with on_open_stage(replace(QUIET, auto_send=False, leads=(15, 5))) as stage:
        stage.hear(chess())
        await stage.until(14, 57)
        stage.decide(fate=Fate.APPROVED)
        await stage.until(16)
        assert stage.out == [("Mon 14:57:30", f"Coming up in 3 minutes! {LINK}")]


@simulated
@pytest.mark.parametrize("fate", [Fate.DENIED, Fate.CANCELLED])
async def test_what_is_taken_back_before_it_is_due_does_not_go_out(fate: Fate) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        await stage.until(14, 44)
        stage.decide(fate=fate)
        await stage.until(16)
        assert stage.out == []


@simulated
async def test_what_is_taken_back_while_it_waits_for_the_network_does_not_go_out() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        stage.networks["x"].up.clear()
        await stage.until(14, 46)
        stage.decide(fate=Fate.DENIED)
        stage.networks["x"].up.set()
        await stage.until(16)
        assert stage.out == []


@simulated
async def test_what_is_taken_back_while_it_is_noted_that_it_goes_out_does_not_go_out() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        await asyncio.sleep((stage.at(14, 45) - stage.clock.now()).total_seconds() - 1)
        while not any(r.state == "sending" for r in stage.reminders):
            await asyncio.sleep(0.001)
        stage.decide(fate=Fate.DENIED)
        await stage.until(16)
        assert (stage.out, stage.states(kind="openspace")) == ([], [("openspace", "cancelled", "it was taken back")])


@simulated
async def test_what_is_moved_while_it_waits_for_the_network_goes_out_for_its_new_time() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        stage.networks["x"].up.clear()
        await stage.until(14, 46)
        stage.decide(start=stage.at(17))
        stage.networks["x"].up.set()
        await stage.until(18)
        assert stage.out == [("Mon 16:45:00", f"Coming up in 15 minutes! Moved to 14, 17:00 CET: {LINK}")]


@simulated
async def test_an_outage_until_after_the_start_is_told_to_organisers() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        await stage.until(14)
        stage.networks["x"].up.clear()
        await stage.until(15, 30)
        stage.networks["x"].up.set()
        await stage.until(16)
        assert stage.out == []
        assert stage.told == [f"Not sent: p1 to x ({LINK}). Why: it could not go out in time."]


@simulated
async def test_a_restart_forgets_nothing_and_repeats_nothing() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(), chess(2, "Go in Aspen at 4pm #openspace"))
        await stage.until(14, 50)
        await stage.restart()
        stage.hear(chess(), chess(2, "Go in Aspen at 4pm #openspace"))
        await stage.until(17)
        assert stage.out == [*SOON, ("Mon 15:45:00", "Coming up in 15 minutes! https://x.com/ada/status/2")]


@simulated
async def test_other_targets_in_the_configuration_hold_from_the_next_start() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        await stage.hours(0.1)
        await stage.restart(replace(stage.settings, targets=(IRC,)))
        await stage.until(16)
        assert (stage.out, len(stage.networks["irc"].timed)) == ([], 1)


@simulated
async def test_turning_auto_off_lets_go_out_what_was_approved_and_holds_what_comes() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        stage.put(CHOICES, Choices(auto_send=False))
        stage.hear(chess(2, "Go in Aspen at 3pm #openspace"))
        await stage.until(16)
        assert stage.out == SOON


# -- what everybody sees -----------------------------------------------------------------------------------------------


def shown(stage: OpenStage) -> OpenSpace | None:
    return stage.store.view.get(OPENSPACES, "p1")


@simulated
async def test_an_open_space_is_shown_while_it_is_approved_and_told_of_as_cancelled_for_two_days() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        first = shown(stage)
        assert first == OpenSpace(
            id="p1", number=1, title="Chess in Room 14 at 3pm #openspace", room="14", start=stage.at(15),
            end=stage.at(15, 45), changed=stage.clock.now(), host="@ada", link=LINK,
        )  # fmt: skip
        stage.decide(room="Aspen")
        moved = shown(stage)
        assert moved == replace(
            first, room="Aspen", changed=first.changed + timedelta(seconds=1), before=(first.stand,)
        )
        stage.decide(fate=Fate.CANCELLED, host=True)
        gone = shown(stage)
        assert gone == replace(
            moved,
            cancelled=True,
            changed=first.changed + timedelta(seconds=2),
            before=(first.stand, moved.stand),
        )
        stage.openspaces.expire(stage.clock.now() + timedelta(hours=47))
        assert shown(stage) == gone
        stage.openspaces.expire(stage.clock.now() + timedelta(hours=49))
        assert shown(stage) is None


@simulated
async def test_nothing_is_shown_that_waits_for_a_person() -> None:
    async with on_open_stage(replace(QUIET, auto_send=False)) as stage:
        stage.hear(chess(), chess(2, "Go in Aspen #openspace"))
        assert not stage.store.view.all(OPENSPACES)


# -- who has a room ----------------------------------------------------------------------------------------------------


@simulated
@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Go in Room 14 at 3pm", True),
        ("Go in Room 14 at 3:44pm", True),
        ("Go in Room 14 at 3:45pm", False),
        ("Go in Room 14 at 2:15pm", False),
        ("Go in Room 14 at 2:16pm", True),
        ("Go in Room 14 from 2pm to 5pm", True),
        ("Go in Aspen at 3pm", False),
    ],
)
async def test_who_comes_first_has_the_room_until_they_leave(text: str, *, taken: bool) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(), chess(2, f"{text} #openspace"))
        why = "14 is taken by p1 from Mon 15:00 CET to 15:45"
        assert stage.stood(2) == (("conflict", "open", why) if taken else ("outgoing", "approved", ""))


@simulated
async def test_organisers_are_told_of_what_needs_a_person_once_where_no_channel_has_its_card() -> None:
    settings = replace(QUIET, conflict_channel="C1")
    async with on_open_stage(settings) as stage:
        for _ in range(2):
            stage.hear(chess(), chess(2, "Go in Room 14 at 3pm #openspace"), chess(3, "Tea in Aspen #openspace"))
            await stage.hours(0.01)
        line = (
            "p3 at an unknown time in Aspen, @ada: Tea in Aspen #openspace – review, waits for a person: no exact time"
        )
        assert stage.told == [f"{line} (~post p3 shows all of it, ~deny p3 ends it)"]


@simulated
async def test_a_room_is_the_same_by_all_its_names() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(text="Chess in room 09 at 3pm #openspace"), chess(2, "Go in Room 9 at 3pm #openspace"))
        assert stage.stood(2) == ("conflict", "open", "9 is taken by p1 from Mon 15:00 CET to 15:45")


@simulated
@pytest.mark.parametrize("fate", [Fate.DENIED, Fate.CANCELLED, None])
async def test_what_is_over_frees_its_room_and_who_waits_for_it_is_marked_so(fate: Fate | None) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(), chess(2, "Go in Room 14 at 3pm #openspace"))
        if fate is None:
            stage.hear(chess(deleted=True))
        else:
            stage.decide(fate=fate)
        assert stage.stood(2) == ("conflict", "open", "the room is free now")
        stage.decide(2, fate=Fate.APPROVED)
        await stage.until(16)
        assert stage.out == [("Mon 14:45:00", "Coming up in 15 minutes! https://x.com/ada/status/2")]


@simulated
async def test_what_is_booked_has_its_room_and_a_booking_that_goes_frees_it() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.book("nova", "MonA2")
        stage.hear(chess(text="Chess in Aspen at 10:30am #openspace"), chess(2, "Go in Aspen at 10:45am #openspace"))
        assert stage.stood(1) == ("conflict", "open", "Aspen is taken by #nova from Mon 10:00 CET to 10:45")
        assert stage.stood(2) == ("outgoing", "approved", "")
        stage.remove(BOOKINGS, "nova-MonA2")
        assert stage.stood(1) == ("conflict", "open", "Aspen is taken by p2 from Mon 10:45 CET to 11:30")
        stage.decide(2, fate=Fate.DENIED)
        assert stage.stood(1) == ("conflict", "open", "the room is free now")


@simulated
async def test_a_booking_takes_the_room_from_an_open_space_and_nobody_is_reminded_of_that() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(text="Chess in Aspen at 10:30am #openspace"))
        assert stage.stood() == ("outgoing", "approved", "")
        stage.book("nova", "MonA2")
        assert stage.stood() == ("conflict", "open", "Aspen is taken by #nova from Mon 10:00 CET to 10:45")
        space = shown(stage)
        assert space is not None
        assert space.cancelled
        await stage.until(12)
        assert stage.out == []


@simulated
async def test_two_at_once_cannot_be_approved_for_one_room() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(), chess(2, "Go in Room 14 at 3:30pm #openspace"))
        with pytest.raises(Refused, match=r"14 is taken by p1 from Mon 15:00 CET to 15:45\."):
            stage.decide(2, fate=Fate.APPROVED)
        stage.decide(2, start=stage.at(15, 45), fate=Fate.APPROVED)
        assert stage.stood(2) == ("outgoing", "approved", "")


@simulated
async def test_an_undo_gives_no_room_to_two() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        before = stage.post()
        stage.decide(fate=Fate.DENIED)
        stage.hear(chess(2, "Go in Room 14 at 3pm #openspace"))
        stage.put(POSTS, before)
        assert (stage.stood(1)[0], stage.stood(2)[0]) == ("conflict", "outgoing")


# -- what authors are told ---------------------------------------------------------------------------------------------

FIRST = "A person looks at this before anybody is reminded of it"
HOW = "To change that, answer with: cancel, room X, or time T."
TAKEN = "Ballroom A is taken by another open space from Mon 15:00 CET to 15:45"


@simulated
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Chess in Room 14 at 3pm",
            f"Everybody is reminded of this at 14:45: Mon 23 Nov 15:00 CET to 15:45 in 14. {HOW}",
        ),
        ("Chess in Room 14", f"A person looks at this before anybody is reminded of it (no exact time). {HOW}"),
        (
            "Chess in Room 14 at 8:20am",
            f"{FIRST} (it begins in less than 30 minutes): Mon 23 Nov 08:20 CET to 09:05 in 14. {HOW}",
        ),
        (
            "Go in Ballroom A at 3pm",
            f"Nobody is reminded of this yet: {TAKEN}. {HOW}",
        ),
        ("Who likes chess?", ""),
    ],
)
async def test_the_author_is_told_once_what_is_true_and_how_to_change_it(text: str, told: str) -> None:
    async with on_open_stage(targets=()) as stage:
        stage.hear(chess(text="Bridge in Ballroom A at 3pm #openspace"))
        await stage.until(8, 5)
        stage.networks["x"].posted.clear()
        for _ in range(2):
            stage.hear(chess(2, f"{text} #openspace", at=stage.clock.now()))
            await stage.hours(0.05)
        assert [line for _, line in stage.networks["x"].posted] == ([told] if told else [])
        assert [r.via for r in stage.reminders if r.subject == "p2"] == (["2"] if told else [])


@simulated
async def test_a_reply_that_waits_for_the_network_tells_what_is_true_when_it_goes_out() -> None:
    async with on_open_stage(targets=()) as stage:
        stage.networks["x"].up.clear()
        stage.hear(chess(), chess(2, "Go in Aspen at 3pm #openspace"))
        await stage.hours(0.05)
        stage.decide(1, fate=Fate.DENIED)
        stage.decide(2, room="Ballroom A")
        stage.networks["x"].up.set()
        await stage.until(9)
        assert [line for _, line in stage.networks["x"].posted] == [
            f"Everybody is reminded of this at 14:45: Mon 23 Nov 15:00 CET to 15:45 in Ballroom A. {HOW}"
        ]


@simulated
async def test_repeats_are_not_replied_to_and_neither_is_anybody_where_replies_are_off() -> None:
    async with on_open_stage(targets=()) as stage:
        stage.hear(chess(), chess(2, author="8", name="@bob"))
        await stage.until(9)
        assert len(stage.networks["x"].posted) == 1
    async with on_open_stage(QUIET, targets=()) as stage:
        stage.hear(chess())
        await stage.until(9)
        assert (stage.networks["x"].posted, dict(stage.store.view.all(REMINDERS))) == ([], {})
