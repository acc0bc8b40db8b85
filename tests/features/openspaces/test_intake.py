"""What becomes of a post that comes in: kept once, dropped, put aside, scheduled, or left to a person."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from ptgbot.core.protocols import NotSaved
from ptgbot.features.history.model import HISTORY
from ptgbot.features.openspaces.intake import digest_of
from ptgbot.features.openspaces.model import CHOICES, IGNORED, POSTS, Choices, Fate, Ignored, Lane, Post
from tests.delivery.simulated import simulated
from tests.features.openspaces.stage import AT, chess, on_open_stage

SCHEDULED = ("outgoing", "approved", "")


@simulated
async def test_a_post_is_kept_whole_once_however_often_it_is_told() -> None:
    async with on_open_stage() as stage:
        text = "Chess &more in Room 14 at 3pm " + "♞" * 1900 + " #openspace"
        for _ in range(3):
            stage.hear(chess(text=text))
        assert stage.store.view.all(POSTS) == {
            "x/1": Post(
                source="x/1", number=1, author="x/7", name="@ada", at=AT, text=text, link="https://x.com/ada/status/1",
                lane=Lane.OUTGOING, fate=Fate.APPROVED, room="14", start=stage.at(15), end=stage.at(15, 45),
                digest=digest_of(text),
            )
        }  # fmt: skip


@pytest.mark.parametrize(
    "how",
    [
        {"own": True},
        {"repost": True},
        {"text": "RT @ada Chess in Room 14 at 3pm #openspace"},
        {"text": "Chess in Room 14 at 3pm"},
        {"author": "666", "name": "@Spam"},
        {"deleted": True},
    ],
)
@simulated
async def test_what_is_nobodys_own_words_about_an_open_space_leaves_nothing(how: dict[str, Any]) -> None:
    async with on_open_stage() as stage:
        stage.put(IGNORED, Ignored("x/@spam"))
        before = stage.store.view.seq
        stage.hear(chess(**how))
        assert (stage.store.view.seq, dict(stage.store.view.all(POSTS))) == (before, {})


@simulated
async def test_whoever_is_ignored_stays_so_over_a_restart_and_is_heard_again_afterwards() -> None:
    async with on_open_stage() as stage:
        stage.put(IGNORED, Ignored("x/7"))
        stage.put(CHOICES, Choices(auto_send=False))
        await stage.hours(0.1)
        await stage.restart()
        stage.hear(chess())
        assert not stage.store.view.all(POSTS)
        stage.remove(IGNORED, "x/7")
        stage.hear(chess())
        assert stage.stood() == ("outgoing", "open", "each one is approved by a person")


@pytest.mark.parametrize(
    ("text", "stood"),
    [
        ("Chess in Room 14 at 3pm", SCHEDULED),
        ("Chess in Room 14", ("review", "open", "no exact time")),
        ("Chess at 3pm", ("review", "open", "no room")),
        ("Chess in Aspen or Room 14 at 3pm", ("review", "open", "2 rooms: Aspen, 14")),
        ("Who likes chess?", ("aside", "open", "no room and no time")),
        ("Chess in Room 14 at 7am", ("review", "open", "2026-11-23 07:00 is over")),
        ("Chess in Room 14 at 8:29am", ("outgoing", "open", "it begins in less than 30 minutes")),
        ("Chess in Room 14 at 8:31am", SCHEDULED),
        ("Chess in Room 14 on Thursday at 3pm", ("review", "open", "2026-11-26 is not a day of the event")),
    ],
)
@simulated
async def test_one_room_and_one_time_is_scheduled_and_a_person_looks_at_the_rest(
    text: str, stood: tuple[str, str, str]
) -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(text=f"{text} #openspace"))
        assert stage.stood() == stood


@simulated
async def test_a_start_that_passed_while_a_post_was_on_its_way_needs_approval() -> None:
    async with on_open_stage() as stage:
        await stage.until(15, 10)
        stage.hear(chess())
        assert stage.stood() == ("outgoing", "open", "it has begun already")
        await stage.until(18)
        assert stage.out[1:] == []


@simulated
async def test_the_same_text_by_others_is_the_same_open_space() -> None:
    async with on_open_stage() as stage:
        stage.hear(
            chess(),
            chess(2, "CHESS in room 14, at 3pm! @someone https://t.co/x #openspace #fun", author="8", name="@bob"),
            chess(3, "Chess in Room 14 at 3pm #openspace", author="9", name="@eve"),
        )
        assert [stage.stood(number) for number in (1, 2, 3)] == [
            SCHEDULED,
            ("aside", "open", "it repeats p1"),
            ("aside", "open", "it repeats p1"),
        ]
        assert [stage.post(number).same_as for number in (1, 2, 3)] == ["", "x/1", "x/1"]
        await stage.until(16)
        assert [text for _, text in stage.out] == [
            stage.out[0][1],
            "Coming up in 15 minutes! https://x.com/ada/status/1",
        ]


@simulated
async def test_the_same_text_on_another_day_is_another_open_space() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess())
        await stage.until(9, day=24)
        stage.hear(chess(2, at=stage.clock.now()))
        assert stage.stood(2) == SCHEDULED
        assert stage.post(2).start == stage.at(15, day=24)


@simulated
async def test_what_was_deleted_and_written_again_is_a_new_one_and_a_copy_of_what_was_cancelled_is_looked_at() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(), chess(deleted=True), chess(2))
        assert [stage.stood(number)[:2] for number in (1, 2)] == [("outgoing", "withdrawn"), ("outgoing", "approved")]
        stage.decide(2, host=True, fate=Fate.CANCELLED)
        stage.hear(chess(3, author="8", name="@bob"))
        assert stage.stood(3) == ("review", "open", "it repeats p2, which was cancelled")


@simulated
async def test_what_was_denied_does_not_come_back_as_a_copy() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess())
        stage.decide(fate=Fate.DENIED)
        stage.hear(chess(2, author="8", name="@bob"))
        assert stage.stood(2) == ("aside", "open", "it repeats p1")


@simulated
async def test_an_edited_post_is_read_again_and_keeps_its_number() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(), chess(text="Chess in Aspen at 4pm #openspace"))
        post = stage.post()
        assert (post.room, post.start, post.version, stage.stood()) == ("Aspen", stage.at(16), 1, SCHEDULED)
        await stage.until(18)
        assert [at for at, _ in stage.out[1:]] == ["Mon 15:45:00"]


@simulated
async def test_an_edit_that_takes_it_back_withdraws_the_reminder() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(), chess(text="CANCELLED: Chess in Room 14 at 3pm #openspace"))
        assert stage.stood()[:2] == ("review", "open")
        await stage.until(18)
        assert stage.out[1:] == []


@simulated
async def test_a_mended_typo_takes_no_approval_away_however_soon_it_begins() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess())
        await stage.until(14, 40)
        stage.hear(chess(text="Chess! in Room 14 at 3pm #openspace"))
        assert stage.stood() == SCHEDULED
        await stage.until(15, 30)
        assert stage.out[1:] == [("Mon 14:45:00", "Coming up in 15 minutes! https://x.com/ada/status/1")]


@simulated
async def test_what_a_person_decided_stays_until_room_or_time_are_edited() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(text="Chess in Room 14 #openspace"))
        stage.decide(start=stage.at(16), fate=Fate.APPROVED)
        stage.hear(chess(text="Chess!!! in Room 14 #openspace"))
        assert (stage.stood(), stage.post().start, stage.post().by) == (SCHEDULED, stage.at(16), "olga")
        stage.hear(chess(text="Chess in Aspen at 5pm #openspace"))
        assert stage.stood() == ("review", "open", "its author edited it after somebody decided about it")
        assert (stage.post().room, stage.post().start) == ("Aspen", stage.at(17))


@simulated
async def test_an_edit_on_another_day_that_may_mean_another_time_is_looked_at() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(text="Chess in Room 14 tomorrow #openspace"))
        await stage.until(9, day=24)
        stage.hear(chess(text="Chess in Room 14 tomorrow 3pm #openspace"))
        assert stage.stood() == ("review", "open", "it was edited later, and may mean another time since")


@simulated
async def test_a_deleted_post_is_withdrawn_for_good() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess())
        assert [r.kind for r in stage.reminders] == ["reply", "openspace"]
        stage.hear(chess(deleted=True), chess(), chess(text="Chess in Room 14 at 4pm #openspace"))
        assert stage.stood() == ("outgoing", "withdrawn", "")
        await stage.until(18)
        assert [r.kind for r in stage.reminders if r.kind == "openspace"] == []


@simulated
async def test_what_cannot_be_saved_waits_and_is_taken_in_order_later() -> None:
    async with on_open_stage() as stage:
        stage.store.refusing = "the disk is full"
        stage.hear(chess(), chess(2, "Go in Aspen at 3pm #openspace"), chess(text="Chess in Room 14 at 4pm #openspace"))
        assert not stage.store.view.all(POSTS)
        stage.store.refusing = ""
        stage.hear(chess(3, "Bridge in Aspen at 5pm #openspace"))
        running = asyncio.ensure_future(stage.listening.run())
        await stage.hours(0.01)
        running.cancel()
        assert [(post.source, post.number) for post in stage.store.view.all(POSTS).values()] == [
            ("x/2", 1), ("x/1", 2), ("x/3", 3),
        ]  # fmt: skip
        assert stage.post(2).start == stage.at(16)


@simulated
async def test_what_is_taken_back_before_it_was_on_disk_is_heard_again() -> None:
    async with on_open_stage() as stage:
        stage.store.on_failure(stage.listening.rolled_back)
        stage.store.holding = True
        stage.hear(chess(), chess(2, "Go in Aspen at 3pm #openspace"))
        stage.store.fail("the disk is full")
        with pytest.raises(NotSaved):
            await stage.listening.kept()
        stage.store.holding, stage.store.refusing = False, ""
        running = asyncio.ensure_future(stage.listening.run())
        await stage.hours(0.01)
        running.cancel()
        await stage.listening.kept()
        assert [post.source for post in stage.store.view.all(POSTS).values()] == ["x/1", "x/2"]


@simulated
async def test_the_newest_post_of_a_network_is_known_by_its_id() -> None:
    async with on_open_stage() as stage:
        assert stage.listening.last_heard("x") == ""
        stage.hear(chess(9), chess(10, "Go in Aspen at 3pm #openspace"), chess(99, network="mastodon"))
        assert (stage.listening.last_heard("x"), stage.listening.last_heard("mastodon")) == ("10", "99")


@simulated
async def test_posts_leave_no_entry_in_the_history_and_those_about_nothing_go_after_a_week() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(), chess(2, "Who likes chess? #openspace"))
        assert not stage.store.view.all(HISTORY)
        stage.openspaces.expire(stage.clock.now() + timedelta(days=7))
        assert [post.number for post in stage.store.view.all(POSTS).values()] == [1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Chess, Room 14, 3pm", "chess room 14 3PM!", True),
        ("ＣＨＥＳＳ in Room 14", "chess in room 14 #openspace @ada https://t.co/1", True),
        ("Chess in Room 14", "Chess in Room 15", False),
        ("RT @ada: Chess in Room 14", "@ada: Chess in Room 14", True),
    ],
)
def test_what_is_the_same_text(one: str, other: str, same: bool) -> None:
    assert (digest_of(one) == digest_of(other)) is same


def test_a_text_that_says_next_to_nothing_is_the_same_as_no_other() -> None:
    assert digest_of("#openspace 3pm!") == ""
