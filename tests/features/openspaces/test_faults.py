"""Faults of the PyCon Open Spaces bot that this one must not have, in the order in which they are known.

Not here, since they are held elsewhere: the dry run, and streams that reconnect (``tests/networks``), secrets
(``tests/networks/x/test_secrets.py``), labels of the Slack cards (``tests/networks/slack/test_cards.py``).
"""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.core.commands import Refused
from ptgbot.core.identity import Role
from ptgbot.features.openspaces.deciding import Decision
from ptgbot.features.openspaces.intake import Intake
from ptgbot.features.openspaces.model import CHOICES, IGNORED, OPENSPACES, POSTS, Choices, Fate, Ignored, Post
from ptgbot.features.openspaces.reading.reader import Action, Reader
from ptgbot.features.reminders.model import REMINDERS
from tests.delivery.simulated import simulated
from tests.features.openspaces.events import EVENTS
from tests.features.openspaces.stage import SETTINGS, chess, on_open_stage
from tests.features.openspaces.test_commands import announce, make, told
from tests.features.reminders.stage import IRC, X

QUIET = replace(SETTINGS, reply=False)
SCHEDULED = ("outgoing", "approved", "")
LINK = "https://x.com/ada/status/1"
SOON = ("Mon 14:45:00", f"Coming up in 15 minutes! {LINK}")
FIRST = "A person looks at this before anybody is reminded of it"


# -- who is ignored, and what is chosen (1 to 6) -----------------------------------------------------------------------


@simulated
async def test_1_and_3_whoever_is_ignored_is_ignored_and_nobody_whose_id_is_only_like_theirs() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.put(IGNORED, Ignored("x/7"))
        stage.hear(
            chess(1),
            chess(2, "Go in Aspen at 3pm #openspace", author="77", name="@bob"),
            chess(3, "Bridge in Aspen at 5pm #openspace", network="mastodon"),
        )
        assert [*stage.store.view.all(POSTS)] == ["x/2", "mastodon/3"]


async def test_2_and_5_ignoring_twice_is_ignoring_once_and_one_word_ends_it() -> None:
    bot = make()
    for _ in range(2):
        await told(bot, "~ignore x/@spam")
    assert [*bot.store.view.all(IGNORED)] == ["x/@spam"]
    await told(bot, "~unignore x/@spam")
    assert [*bot.store.view.all(IGNORED)] == []


@simulated
async def test_4_a_start_forgets_nothing_that_organisers_chose() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.put(IGNORED, Ignored("x/7"))
        stage.put(CHOICES, Choices(auto_send=False))
        await stage.hours(0.1)
        await stage.restart()
        stage.hear(chess(1), chess(2, author="8", name="@bob"))
        assert [*stage.store.view.all(POSTS)] == ["x/2"]
        assert stage.stood() == ("outgoing", "open", "each one is approved by a person")


@simulated
async def test_6_where_nobody_chose_anything_the_configuration_counts() -> None:
    async with on_open_stage(QUIET) as stage:
        assert not stage.store.view.all(CHOICES)
        stage.hear(chess())
        await stage.until(16)
        assert stage.out == [SOON]


# -- what a post says (7 to 12, 24, 26, 30) ----------------------------------------------------------------------------

NEW_YORK = ZoneInfo("America/New_York")
READER = Reader(EVENTS["2018"])


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Room 14, 5/11 at 3pm", datetime(2018, 5, 11, 15, tzinfo=NEW_YORK)),
        ("Room 14, May 12 at 15:00", datetime(2018, 5, 12, 15, tzinfo=NEW_YORK)),
        ("Room 14 tomorrow at 9am", datetime(2018, 5, 11, 9, tzinfo=NEW_YORK)),
        ("Room 14, Saturday 9am", datetime(2018, 5, 12, 9, tzinfo=NEW_YORK)),
        ("Room 14, 5/12, tomorrow it is not, 9am", None),
    ],
)
def test_7_and_8_a_day_counts_once_and_tomorrow_from_the_day_that_the_event_has(
    text: str, start: datetime | None
) -> None:
    evening = datetime(2018, 5, 11, 1, tzinfo=UTC)  # it is the 10th still where the event is
    reading = READER.read(text, evening)
    if start is None:
        assert reading.action is Action.REVIEW
    else:
        assert (reading.action, reading.starts) == (Action.SCHEDULE, (start,))


@simulated
async def test_9_from_two_to_three_is_one_start_and_an_end() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(text="Chess in Room 14 from 2pm to 3pm #openspace"))
        assert (stage.stood(), stage.post().start, stage.post().end) == (SCHEDULED, stage.at(14), stage.at(15))


@simulated
@pytest.mark.parametrize(
    "when", ["now", "tonight", "in the morning", "for 2 hours", "on Tuesday", "on 24.11.", "next week", "2026"]
)
async def test_10_and_11_what_is_no_exact_time_stops_nothing_and_is_left_to_a_person(when: str) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(1, f"Chess in Room 14 {when} #openspace"), chess(2, "Go in Aspen at 3pm #openspace"))
        assert (stage.stood(1)[:2], stage.post(1).start) == (("review", "open"), None)
        assert stage.stood(2) == SCHEDULED


@simulated
async def test_12_what_is_over_is_left_to_a_person_and_nobody_is_promised_a_reminder() -> None:
    async with on_open_stage(targets=()) as stage:
        await stage.until(18)
        stage.hear(chess(text="Chess in Room 14 at 9am #openspace", at=stage.clock.now()))
        assert stage.stood() == ("review", "open", "2026-11-23 09:00 is over")
        await stage.hours(0.1)
        assert [text for _, text in stage.out if "reminded of this" in text] == []


@simulated
@pytest.mark.parametrize("name", ["Room 9", "room 09", "ROOM-9", "rm. 9", "Room #09"])
async def test_24_all_names_of_a_room_are_one_room(name: str) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(1, "Chess in Room 9 at 3pm #openspace"), chess(2, f"Go in {name} at 3pm #openspace"))
        assert stage.stood(2) == ("conflict", "open", "9 is taken by p1 from Mon 15:00 CET to 15:45")


@simulated
@pytest.mark.parametrize("text", ["14 people in Room 9 at 3pm", "9 of us, Room 9, 3pm", "Room 9 at 3pm, 14 seats"])
async def test_26_a_number_is_a_room_only_where_it_says_so(text: str) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(text=f"{text} #openspace"))
        assert (stage.stood(), stage.post().room) == (SCHEDULED, "9")


@simulated
async def test_30_a_time_at_the_end_of_a_long_text_is_read_and_all_of_it_is_kept() -> None:
    async with on_open_stage(QUIET) as stage:
        text = "Knights & queens <3 " * 20 + "#openspace Room 14, 3pm"
        stage.hear(chess(text=text))
        assert (stage.stood(), stage.post().text) == (SCHEDULED, text)


# -- sending (13 to 18) ------------------------------------------------------------------------------------------------


@simulated
async def test_13_what_begins_soon_goes_out_when_it_is_approved_with_the_minutes_that_are_left() -> None:
    async with on_open_stage(QUIET) as stage:
        await stage.until(14, 38)
        stage.hear(chess(at=stage.clock.now()))
        await stage.until(14, 52)
        stage.decide(fate=Fate.APPROVED)
        await stage.until(16)
        assert stage.out == [("Mon 14:52:30", f"Coming up in 8 minutes! {LINK}")]


@simulated
async def test_13_what_was_due_while_the_bot_was_away_goes_out_late_or_is_told_as_missed() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(1), chess(2, "Go in Aspen at 3:30pm #openspace"))
        await stage.hours(0.01)
        await stage.kill()
        await stage.until(14, 50)
        await stage.restart()
        await stage.until(14, 55)
        await stage.kill()
        await stage.until(15, 28)
        await stage.restart()
        await stage.until(16)
        assert stage.out == [("Mon 14:50:30", f"Coming up in 10 minutes! {LINK}")]
        [missed] = stage.told
        assert missed.startswith("Not sent: p2 to x")


@simulated
async def test_14_only_what_is_out_counts_as_sent_and_what_failed_is_tried_again() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())

        async def fail() -> None:
            raise ConnectionError("down")

        stage.networks["x"].before = fail
        await stage.until(14, 46)
        assert [r.state for r in stage.reminders if r.state == "sent"] == []
        stage.networks["x"].before = None
        await stage.until(16)
        assert [text for _, text in stage.out] == ["Coming up in 14 minutes! " + LINK]
        assert stage.states() == [("openspace", "sent", "")]


@simulated
@pytest.mark.parametrize("said", [{"fate": Fate.DENIED}, {"start": datetime(2026, 11, 23, 16, tzinfo=UTC)}])
async def test_15_what_is_denied_or_moved_while_it_is_on_its_way_does_not_go_out_as_it_was(said: Any) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        stage.networks["x"].up.clear()
        await stage.until(14, 46)
        stage.decide(**said)
        stage.networks["x"].up.set()
        await stage.until(15, 20)
        assert stage.out == []
        await stage.until(18)
        again = [("Mon 16:45:00", f"Coming up in 15 minutes! Moved to 14, 17:00 CET: {LINK}")]
        assert stage.out == (again if "start" in said else [])


@simulated
@pytest.mark.parametrize("step", ["before", "after"])
async def test_16_a_crash_at_any_step_of_sending_sends_it_neither_twice_nor_never(step: str) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())

        async def hang() -> None:
            await asyncio.Event().wait()

        setattr(stage.networks["x"], step, hang)
        await stage.until(14, 45, second=5)
        setattr(stage.networks["x"], step, None)
        await stage.restart()
        await stage.until(16)
        assert [text for _, text in stage.out] == [SOON[1]]


@simulated
async def test_17_and_18_one_open_space_has_as_many_reminders_as_are_wanted_that_long_before() -> None:
    async with on_open_stage(replace(QUIET, leads=(60, 20, 5)), targets=(X, IRC)) as stage:
        stage.hear(chess())
        await stage.until(16)
        assert [at for at, _ in stage.out] == ["Mon 14:00:00", "Mon 14:40:00", "Mon 14:55:00"]
        assert stage.networks["irc"].at == ["Mon 14:00:00", "Mon 14:40:00", "Mon 14:55:00"]


# -- what people decide (19 to 23, 25) ---------------------------------------------------------------------------------


@simulated
async def test_19_what_was_approved_by_itself_can_be_decided_again_and_again() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        with pytest.raises(Refused, match="p1 is approved already"):
            stage.decide(fate=Fate.APPROVED)
        for fate in (Fate.DENIED, Fate.APPROVED, Fate.DENIED, Fate.APPROVED):
            stage.decide(fate=fate)
        await stage.until(16)
        assert stage.out == [SOON]


@simulated
async def test_20_a_decision_is_done_whole_or_not_at_all_whatever_somebody_is_called() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(name="@a|d|a"), chess(2, "Go in Room 14 #openspace", name="|"))
        before = stage.store.view.seq, stage.post(2)
        with pytest.raises(Refused, match="14 is taken by p1"):
            stage.decide(2, start=stage.at(15, 7), fate=Fate.APPROVED)
        assert (stage.store.view.seq, stage.post(2)) == before
        stage.decide(2, start=stage.at(15, 45), fate=Fate.APPROVED)
        assert [r.subject for r in stage.reminders] == ["p1", "p2"]


@simulated
async def test_21_what_organisers_say_is_checked_as_well_and_any_minute_will_do() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(), chess(2, "Go in Aspen at 3pm #openspace"))
        assert stage.decide(2, room="Room 14").lane == "conflict"
        stage.decide(2, start=stage.at(16, 7))
        assert (stage.stood(2), stage.post(2).start) == (
            ("outgoing", "open", "it waits for approval"),
            stage.at(16, 7),
        )
        stage.decide(start=stage.at(8, 20))
        assert stage.stood(1) == ("outgoing", "open", "it begins in less than 30 minutes")


async def test_22_only_organisers_decide() -> None:
    bot = make()
    await announce(bot)
    for role in (Role.ATTENDEE, Role.MODERATOR):
        for text in ("~deny p1", "~post p1 room 9 time 16:00 approve", "~openspaces auto off", "~ignore ada"):
            assert "You need op" in await bot.said("eve", text, role=role)
    [post] = bot.store.view.all(POSTS).values()
    assert post.fate is Fate.APPROVED


@simulated
@pytest.mark.parametrize("fate", [Fate.DENIED, Fate.CANCELLED])
async def test_23_what_was_denied_or_cancelled_keeps_no_room(fate: Fate) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        stage.decide(fate=fate)
        stage.hear(chess(2, "Go in Room 14 at 3pm #openspace"))
        assert stage.stood(2) == SCHEDULED


@simulated
@pytest.mark.parametrize(
    ("when", "lane"),
    [
        ("at 3pm", "conflict"),
        ("at 3:44pm", "conflict"),
        ("at 3:46pm", "conflict"),  # sixteen minutes after the start of what lasts an hour and a half
        ("from 2:16pm to 4:30pm", "conflict"),
        ("at 2:45pm", "outgoing"),
        ("at 2:46pm", "conflict"),
        ("at 4:59pm", "conflict"),
        ("at 5pm", "outgoing"),
    ],
)
async def test_25_a_room_is_taken_for_as_long_as_something_lasts_and_no_longer(when: str, lane: str) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(text="Chess in Room 14 from 3:30pm to 5pm #openspace"))
        stage.hear(chess(2, f"Go in Room 14 {when} #openspace"))
        assert stage.post(2).lane == lane


# -- clocks, streams, copies, answers (27 to 34) -----------------------------------------------------------------------


@simulated
async def test_27_and_28_instants_are_aware_and_are_told_by_the_clocks_of_the_event() -> None:
    async with on_open_stage(targets=()) as stage:
        stage.hear(chess(text="Chess in Room 14 at 9:00 UTC #openspace"))
        post = stage.post()
        assert (post.at.tzinfo, post.start and post.start.tzinfo, post.start) == (UTC, UTC, stage.at(10))
        await stage.hours(0.1)
        assert "Mon 23 Nov 10:00 CET to 10:45 in 14" in stage.out[-1][1]


@simulated
async def test_31_one_post_that_cannot_be_taken_stops_no_other_and_is_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    take = Intake.take

    def fail(self: Intake, draft: Any, view: Any, heard: Any, at: datetime) -> Post | None:
        if heard.id == "1":
            raise ValueError("bad")
        return take(self, draft, view, heard, at)

    monkeypatch.setattr(Intake, "take", fail)
    async with on_open_stage(QUIET) as stage:
        with caplog.at_level(logging.ERROR, "ptgbot.listening"):
            stage.hear(chess(1), chess(2, "Go in Aspen at 3pm #openspace"))
        assert [*stage.store.view.all(POSTS)] == ["x/2"]
        assert [record.getMessage() for record in caplog.records] == ["A post on x was not taken: 1"]


COPY = chess(2, "Chess in Room 14 at 3pm https://t.example/1 #openspace", author="8", name="@bob")


@simulated
@pytest.mark.parametrize("host", [True, False])
@pytest.mark.parametrize(
    ("said", "place"),
    [({"room": "Aspen"}, "Aspen, 15:00 CET"), ({"start": datetime(2026, 11, 23, 16, tzinfo=UTC)}, "14, 17:00 CET")],
)
async def test_32_a_copy_of_what_was_moved_announces_nothing_at_the_old_place(
    host: bool,
    said: Any,
    place: str,
) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        stage.decide(host=host, **said)
        stage.hear(COPY)
        assert stage.stood(2) == ("aside", "open", "it repeats p1")
        await stage.until(18)
        assert [text for _, text in stage.out] == [f"Coming up in 15 minutes! Moved to {place}: {LINK}"]


@simulated
async def test_32_a_copy_of_what_a_person_completed_is_not_left_to_a_person_again() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(text="Chess, who comes, Room 14 #openspace"))
        stage.decide(start=stage.at(15), fate=Fate.APPROVED)
        stage.hear(chess(2, "Chess, who comes, Room 14! #openspace", author="8", name="@bob"))
        assert stage.stood(2) == ("aside", "open", "it repeats p1")


@simulated
async def test_32_reposts_say_nothing_new_edits_are_read_and_what_is_deleted_is_over() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(), chess(2, "RT @ada Chess in Room 14 at 3pm #openspace"), chess(3, repost=True))
        assert [*stage.store.view.all(POSTS)] == ["x/1"]
        stage.hear(chess(text="Chess in Aspen at 4pm #openspace"))
        assert (stage.post().room, stage.post().start) == ("Aspen", stage.at(16))
        stage.hear(chess(deleted=True))
        [space] = stage.store.view.all(OPENSPACES).values()
        assert (stage.stood()[1], space.cancelled, dict(stage.store.view.all(REMINDERS))) == ("withdrawn", True, {})


@simulated
@pytest.mark.parametrize(
    ("text", "auto", "told"),
    [
        ("at 3pm", True, "Everybody is reminded of this at 14:45"),
        ("at 3pm", False, f"{FIRST} (each one is approved by a person)"),
        ("at 8:12am", True, f"{FIRST} (it begins in less than 30 minutes)"),
        ("", True, f"{FIRST} (no exact time)"),
    ],
)
async def test_33_the_author_is_told_what_is_true_of_their_post(text: str, auto: bool, told: str) -> None:
    async with on_open_stage(replace(SETTINGS, auto_send=auto), targets=()) as stage:
        stage.hear(chess(text=f"Chess in Room 14 {text} #openspace"))
        await stage.hours(0.01)
        assert [line.startswith(told) for _, line in stage.out] == [True]


@simulated
async def test_33_who_was_denied_before_the_reply_went_out_is_promised_nothing() -> None:
    async with on_open_stage(targets=()) as stage:
        stage.networks["x"].up.clear()
        stage.hear(chess())
        stage.decide(fate=Fate.DENIED)
        stage.networks["x"].up.set()
        await stage.until(16)
        assert stage.out == []


@simulated
async def test_34_what_was_denied_says_so_and_by_whom() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        stage.decide(fate=Fate.DENIED)
        assert (stage.post().fate, stage.post().by, stage.post().decided) == (Fate.DENIED, "olga", stage.clock.now())


# -- the vectors of the reference, under our rules ---------------------------------------------------------------------


@simulated
@pytest.mark.parametrize(
    ("seconds", "approved"),
    [(15 * 60, False), (30 * 60 - 1, False), (30 * 60, True), (30 * 60 + 1, True), (31 * 60, True), (-1800, False)],
)
async def test_v7_and_v8_what_begins_within_thirty_minutes_needs_approval(seconds: int, *, approved: bool) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        post, now = stage.post(), stage.clock.now()
        start = now + timedelta(seconds=seconds)
        moved = replace(post, start=start, end=start + timedelta(minutes=45))
        assert stage.desk.judged(stage.store.view, moved, at=now).fate == ("approved" if approved else "open")


@simulated
async def test_v8_two_leads_are_two_reminders_each_with_its_own_minutes() -> None:
    async with on_open_stage(replace(QUIET, leads=(30, 15))) as stage:
        stage.hear(chess())
        assert [(r.lead, r.due) for r in stage.reminders] == [(30, stage.at(14, 30)), (15, stage.at(14, 45))]
        await stage.until(16)
        assert stage.out == [("Mon 14:30:00", f"Coming up in 30 minutes! {LINK}"), SOON]


@pytest.mark.parametrize(
    ("text", "action", "counts"),
    [
        ("Chess!", "ignore", (0, 0)),
        ("Chess at 3pm", "review", (0, 1)),
        ("Chess in Room 14", "review", (1, 0)),
        ("Chess in Room 14 at 3pm", "schedule", (1, 1)),
        ("Chess in Room 14 and Room 15 at 3pm", "review", (2, 1)),
        ("Chess in Room 14 at 3pm and 4pm", "review", (1, 2)),
        ("Chess in Room 14 and Room 15 at 3pm and 4pm", "review", (2, 2)),
    ],
)
def test_v10_how_many_rooms_and_times_decides(text: str, action: str, counts: tuple[int, int]) -> None:
    reading = READER.read(text, datetime(2018, 5, 11, 8, tzinfo=NEW_YORK))
    assert (reading.action, (len(reading.rooms), len(reading.starts))) == (action, counts)


@simulated
@pytest.mark.parametrize(
    ("room", "minutes", "conflict"),
    [
        ("Aspen", 0, False), ("14", 0, True), ("14", 16, True), ("14", 10, True), ("14", -31, True), ("14", -30, True),
        ("14", -45, False), ("14", -46, False), ("14", 44, True), ("14", 45, False), ("14", 61, False),
    ],
)  # fmt: skip
async def test_v6_what_overlaps_in_one_room_is_a_conflict(room: str, minutes: int, *, conflict: bool) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(), chess(2, "Go in Aspen #openspace"))
        start = stage.at(15) + timedelta(minutes=minutes)
        said = Decision(room=room, start=start)
        moved = stage.desk.decide(
            stage.store.view, stage.post(2), said, by="olga", decider="irc/olga", at=stage.clock.now()
        )
        assert (moved.lane == "conflict") is conflict


@simulated
@pytest.mark.parametrize(
    "edited",
    [
        "Chess in Aspen at 4pm #openspace",
        "CANCELLED: Chess in Room 14 at 3pm #openspace",
        "Chess! Room 14, 3pm #openspace",
    ],
)
async def test_32_a_copy_of_what_a_post_said_before_it_was_edited_is_left_to_a_person(edited: str) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(), chess(text=edited), COPY)
        assert stage.stood(2) == ("review", "open", "p1 said the same before it was edited")
        stage.hear(chess(3, edited, author="9", name="@eve"))
        assert stage.post(3).same_as == "x/1"
