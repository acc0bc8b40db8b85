"""What using it showed: each was wrong once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ptgbot.features.openspaces.cards import card_of
from ptgbot.features.openspaces.deciding import Decision
from ptgbot.features.openspaces.model import OPENSPACES, POSTS, Fate
from ptgbot.features.openspaces.reading.reader import Action, Reader
from ptgbot.features.openspaces.telling import Teller
from ptgbot.features.reminders.model import REMINDERS, Kind
from tests.delivery.simulated import simulated
from tests.features.openspaces.stage import RULES, SETTINGS, OpenStage, chess, on_open_stage

LINK = "https://x.com/ada/status/1"
QUIET = replace(SETTINGS, reply=False)


def state(stage: OpenStage, number: int = 1) -> str:
    return Teller(stage.event, stage.wanted).state(stage.post(number))


# What a post says is quoted to everybody: where that is not so any more, the reminder has to say what is.


@simulated
@pytest.mark.parametrize(
    ("room", "hour", "out"),
    [
        ("Aspen", 15, ("Mon 14:45:00", f"Coming up in 15 minutes! Moved to Aspen, 15:00 CET: {LINK}")),
        ("", 16, ("Mon 15:45:00", f"Coming up in 15 minutes! Moved to 14, 16:00 CET: {LINK}")),
        ("", 15, ("Mon 14:45:00", f"Coming up in 15 minutes! {LINK}")),
    ],
)
async def test_a_reminder_of_what_was_moved_says_where_it_is(room: str, hour: int, out: tuple[str, str]) -> None:
    async with on_open_stage(replace(QUIET, auto_send=False)) as stage:
        stage.hear(chess())
        stage.decide(room=room, start=stage.at(hour), fate=Fate.APPROVED)
        await stage.until(17)
        assert stage.out == [out]


@simulated
async def test_a_reminder_says_what_its_post_left_out() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(text="Chess at 3pm #openspace"))
        stage.decide(room="Aspen", fate=Fate.APPROVED)
        await stage.until(16)
        assert stage.out == [("Mon 14:45:00", f"Coming up in 15 minutes! Aspen, 15:00 CET: {LINK}")]


@simulated
async def test_a_reminder_of_what_was_moved_and_has_no_link_says_where_it_is_before_its_words() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(link="", text="Chess for everybody in Room 14 at 3pm #openspace"))
        stage.decide(host=True, start=stage.at(16))
        await stage.until(17)
        moved = "Moved to 14, 16:00 CET: Chess for everybody in Room 14 at 3pm #openspace"
        assert stage.out == [("Mon 15:45:00", f"Coming up in 15 minutes! {moved}")]


@simulated
async def test_a_host_who_moves_theirs_is_not_said_to_have_approved_it() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        post = stage.post()
        moved = stage.desk.decide(
            stage.store.view,
            post,
            Decision(room="Aspen"),
            by="@ada",
            decider=post.author,
            at=stage.clock.now(),
            host=True,
        )
        stage.put(POSTS, moved)
        assert state(stage) == "approved, as changed by its host on Mon 23 Nov 08:00 CET"
        rules, teller = stage.wanted.rules, Teller(stage.event, stage.wanted)
        assert card_of(moved, stage.store.view, stage.event, rules, teller).footer == (
            "Approved by itself, as changed by its host on Mon 23 Nov 08:00 CET:"
            " Mon 23 Nov 15:00 CET to 15:45 in Aspen."
        )


@simulated
async def test_organisers_are_told_of_what_loses_its_room_by_a_command_and_of_what_they_said_only_once() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess(text="Chess in Aspen at 10:30am #openspace"))
        stage.book("nova", "MonA2")
        stage.decide(room="14")
        stage.decide(room="Aspen")
        await stage.hours(0.1)
        why = "Aspen is taken by #nova from Mon 10:00 CET to 10:45 (~post p1 shows all of it, ~deny p1 ends it)"
        assert [line.partition(" – ")[2] for line in stage.told] == [f"conflict, waits for a person: {why}"]


@simulated
@pytest.mark.parametrize("ended", [Fate.DENIED, Fate.WITHDRAWN])
async def test_pages_show_no_words_of_what_was_denied_or_deleted(ended: Fate) -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        if ended is Fate.DENIED:
            stage.decide(fate=Fate.DENIED)
        else:
            stage.decide(host=True, fate=Fate.CANCELLED)
            stage.hear(chess(deleted=True))
        [space] = stage.store.view.all(OPENSPACES).values()
        assert (space.title, space.host, space.link, space.room, space.start, space.cancelled) == (
            *("(removed)", "", "", "14"),
            *(stage.at(15), True),
        )


@simulated
async def test_what_was_denied_is_shown_as_before_once_it_is_approved() -> None:
    async with on_open_stage(QUIET) as stage:
        stage.hear(chess())
        stage.decide(fate=Fate.DENIED)
        stage.decide(fate=Fate.APPROVED)
        [space] = stage.store.view.all(OPENSPACES).values()
        assert (space.title, space.host, space.link, space.cancelled) == (
            *("Chess in Room 14 at 3pm #openspace", "@ada", LINK),
            False,
        )


@simulated
async def test_authors_are_told_that_another_open_space_has_the_room_and_not_its_number() -> None:
    async with on_open_stage() as stage:
        stage.hear(chess(), chess(2, "Go in Room 14 at 3:15pm #openspace", author="8", name="@bob"))
        said = [r.text for r in stage.store.view.all(REMINDERS).values() if r.kind is Kind.REPLY and r.subject == "p2"]
        taken = "14 is taken by another open space from Mon 15:00 CET to 15:45"
        assert said == [
            f"Nobody is reminded of this yet: {taken}. To change that, answer with: cancel, room X, or time T."
        ]


@simulated
async def test_what_is_cancelled_before_anything_is_known_of_it_is_said_so_shortly() -> None:
    async with on_open_stage(targets=()) as stage:
        stage.hear(chess(text="Chess in Room 99 #openspace"))
        stage.hear(chess(2, "cancel", reply_to="1", link=""))
        said = [r.text for r in stage.store.view.all(REMINDERS).values() if r.via == "2"]
        assert said == ["It is cancelled: nobody is reminded of it any more."]


def test_the_day_before_or_behind_a_month_is_not_guessed() -> None:
    reading = Reader(replace(RULES, days=())).read(
        "15 Uhr 30 Nov 29 Aspen: chess", datetime(2026, 11, 23, 7, tzinfo=UTC)
    )
    assert (reading.action, reading.reason) == (Action.REVIEW, "30 Nov 29 may be either day")


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("Chess in Room 14, tomorrow 16 Uhr 30, $5", 30),
        ("Chess in Room 14, tomorrow 16:30, €5 a head", 30),
        ("Chess in Room 14, tomorrow 16:30 $5", 30),
        ("Chess in Room 14, tomorrow 16:30 ⭐ for all", 30),
        ("Chess in Room 14, tomorrow 16h30, $5", 30),
        ("Chess tomorrow 16:15 in Room 14, $5 a head", 15),
        ("Chess in Room 14, tomorrow 16:00, 30 € a head", 0),
        ("⭐ 16:00 tomorrow, Room 14 ⭐ chess", 0),
        ("★ 4pm tomorrow, Room 14", 0),
        ("Chess in Room 14, tomorrow at 16:30 % fun", 30),
        ("Chess in Room 14, tomorrow 16:00, 1,50€ a head", 0),
    ],
)
def test_a_price_behind_a_number_takes_none_of_it(text: str, minute: int) -> None:
    reading = Reader(RULES).read(text, datetime(2026, 11, 23, 7, tzinfo=UTC))
    assert (reading.action, reading.rooms, reading.starts) == (
        *(Action.SCHEDULE, ("14",)),
        (datetime(2026, 11, 24, 16, minute, tzinfo=RULES.zone),),
    )


def test_an_hour_that_there_is_not_is_no_start() -> None:
    reading = Reader(RULES).read("Chess in Room 14 tomorrow at 25:00", datetime(2026, 11, 23, 7, tzinfo=UTC))
    assert (reading.action, reading.rooms, reading.starts, reading.reason) == (
        *(Action.REVIEW, ("14",), ()),
        "25:00 is no exact time",
    )
