"""What hosts answer to their own posts, or to what the bot replied."""

from dataclasses import replace
from typing import Any

import pytest

from ptgbot.core.messages import Heard
from ptgbot.features.openspaces.model import Fate
from tests.delivery.simulated import simulated
from tests.features.openspaces.stage import SETTINGS, OpenStage, chess, on_open_stage

LINK = "https://x.com/ada/status/1"
FIRST = "A person looks at this before anybody is reminded of it"
HOW = "To change that, answer with: cancel, room X, or time T."
TAKEN = "Ballroom A is taken by another open space from Mon 15:00 CET to 15:45"


def answer(number: int, text: str, *, reply_to: str = "1", **how: Any) -> Heard:
    return chess(number, text, reply_to=reply_to, **how)


async def replies(stage: OpenStage) -> list[str]:
    """Return what was replied since the first reply."""
    await stage.hours(0.05)
    return [line for _, line in stage.networks["x"].posted][1:]


@simulated
@pytest.mark.parametrize(
    ("text", "reply", "stood"),
    [
        (
            "@bot cancel",
            "It is cancelled (Mon 23 Nov 15:00 CET to 15:45 in 14): nobody is reminded of it any more.",
            ("cancelled", "14", 15),
        ),
        (
            "@bot@example.social Room: Aspen",
            f"Everybody is reminded of this at 14:45: Mon 23 Nov 15:00 CET to 15:45 in Aspen. {HOW}",
            ("approved", "Aspen", 15),
        ),
        (
            "time 16:00",
            f"Everybody is reminded of this at 15:45: Mon 23 Nov 16:00 CET to 16:45 in 14. {HOW}",
            ("approved", "14", 16),
        ),
        (
            "time tomorrow 9:00 room 9",
            f"Everybody is reminded of this at 08:45: Tue 24 Nov 09:00 CET to 09:45 in 9. {HOW}",
            ("approved", "9", 9),
        ),
        (
            "Room 9 at 4pm #openspace @bot",
            f"Everybody is reminded of this at 15:45: Mon 23 Nov 16:00 CET to 16:45 in 9. {HOW}",
            ("approved", "9", 16),
        ),
        (
            "room Ballroom A",
            f"Nobody is reminded of this yet: {TAKEN}. {HOW}",
            ("open", "Ballroom A", 15),
        ),
        (
            "time 8:20",
            f"{FIRST} (it begins in less than 30 minutes): Mon 23 Nov 08:20 CET to 09:05 in 14. {HOW}",
            ("open", "14", 8),
        ),
        (
            "room 99",
            "There is no room '99' for open spaces. There is: Aspen, Ballroom A, 14, 9.",
            ("approved", "14", 15),
        ),
        (
            "time 3:30",
            f"Everybody is reminded of this at 15:15: Mon 23 Nov 15:30 CET to 16:15 in 14. {HOW}",
            ("approved", "14", 15),
        ),
        ("time 07:30", "Monday 23 November, 07:30 CET has passed.", ("approved", "14", 15)),
        ("time 3", "'3' alone could be anything: say 3:00, or 3pm.", ("approved", "14", 15)),
        ("cancel approve", "Only one of approve, deny and cancel.", ("approved", "14", 15)),
        ("room 14 approve", "Only organisers approve and deny.", ("approved", "14", 15)),
    ],
)
async def test_a_host_cancels_or_moves_theirs_and_is_told_what_that_does(
    text: str, reply: str, stood: tuple[str, str, int]
) -> None:
    async with on_open_stage(targets=()) as stage:
        stage.hear(chess(), chess(50, "Go in Ballroom A at 3pm #openspace", author="8", name="@bob"))
        await stage.hours(0.05)
        stage.networks["x"].posted[1:] = []
        for _ in range(2):  # networks tell things twice
            stage.hear(answer(2, text))
            assert await replies(stage) == [reply]
        post = stage.post()
        assert post.start is not None
        assert (post.fate, post.room, stage.event.local(post.start).hour) == stood
        assert [r.via for r in stage.reminders if r.kind == "reply" and r.subject == "p1"] == ["1", "2"]


@simulated
@pytest.mark.parametrize(
    "how",
    [
        {"author": "8", "name": "@eve", "text": "cancel"},
        {"reply_to": "77", "text": "cancel"},
        {"reply_to": "", "text": "cancel"},
        {"own": True, "text": "cancel"},
        {"text": "Looking forward to it!"},
        {"text": "Room is full now, sorry!"},
        {"text": "Time to say thank you all"},
        {"text": "cancel culture is what we talk about, among many other things, so come and join us"},
    ],
)
async def test_what_others_say_or_what_is_only_talk_changes_nothing(how: dict[str, Any]) -> None:
    async with on_open_stage(targets=()) as stage:
        stage.hear(chess())
        await stage.hours(0.05)
        before = stage.store.view.seq
        stage.hear(answer(2, **how))
        assert await replies(stage) == []
        assert stage.store.view.seq == before


@simulated
@pytest.mark.parametrize("silent", [False, True])
async def test_the_bots_reply_and_its_reminder_can_be_answered(*, silent: bool) -> None:
    async with on_open_stage(replace(SETTINGS, reply=not silent)) as stage:
        stage.hear(chess())
        await stage.until(14, 50)
        receipt = stage.networks["x"].posted
        stage.hear(answer(2, "room Aspen", reply_to=f"x-{len(receipt)}"))
        assert (stage.post().room, stage.stood()) == (
            "Aspen",
            ("outgoing", "open", "it begins in less than 30 minutes"),
        )


@simulated
async def test_what_was_denied_stays_denied_for_its_host() -> None:
    async with on_open_stage(targets=()) as stage:
        stage.hear(chess())
        await stage.hours(0.05)
        stage.decide(fate=Fate.DENIED)
        stage.hear(answer(2, "room Aspen"))
        assert await replies(stage) == ["p1 was denied: only an organiser can change that. Please ask one."]
        assert stage.stood() == ("outgoing", "denied", "")


@simulated
async def test_what_is_in_doubt_for_another_reason_is_not_settled_by_a_room() -> None:
    async with on_open_stage(targets=()) as stage:
        stage.hear(chess(text="Chess in Room 14 at 3pm was cancelled #openspace"))
        before = stage.stood()
        stage.hear(answer(2, "room Aspen"))
        assert (stage.post().room, stage.stood()) == ("Aspen", before)
        assert before[:2] == ("review", "open")


@simulated
async def test_what_was_missing_settles_it() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(text="Chess in Room 14 #openspace"))
        stage.hear(answer(2, "time 15:00-16:30"))
        assert (stage.stood(), stage.post().start, stage.post().end) == (
            ("outgoing", "approved", ""),
            stage.at(15),
            stage.at(16, 30),
        )
        await stage.until(16)
        assert stage.out[-1] == ("Mon 14:45:00", f"Coming up in 15 minutes! 14, 15:00 CET: {LINK}")
