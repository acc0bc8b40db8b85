"""What people say about posts is read as they mean it, or refused in words."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.catalogue import TABLES
from ptgbot.core.clock import Event
from ptgbot.core.commands import Refused
from ptgbot.features.openspaces.deciding import Decision
from ptgbot.features.openspaces.model import Fate, Lane, Post
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.saying import DecisionReader, Said
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from tests.fakes import MemoryStore

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=ZONE)
DAYS = (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25))
RULES = Rules(zone=ZONE, days=DAYS, rooms=(Room("Aspen"), Room("Hall 2A")))
READER = DecisionReader(MemoryStore(TABLES).view, Event(zone=ZONE), OpenSpaceSettings(rules=RULES), NOW.astimezone(UTC))
TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=ZONE)
BARE = Post("x/1", 1, "x/7", "@ada", NOW, "Chess", "", Lane.REVIEW)
POST = Post(
    "x/1", 1, "x/7", "@ada", NOW, "Chess", "", Lane.OUTGOING, start=TUESDAY, end=TUESDAY + timedelta(minutes=45)
)
WORDS = tuple(
    "room time day at approve deny cancel version Aspen Hall 2A 3 3pm 15:00 3:30 - to tomorrow Tue 2026-11-24 in 20 min"
    " noon CET x 0:00 15:00-16:00 24:00".split()
)


def read(text: str, post: Post = POST, *, sure: bool = False) -> Said:
    return READER.read(text.split(), post, sure=sure)


def tuesday(hour: int, minute: int = 0) -> datetime:
    return TUESDAY.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("", Decision()),
        ("room Aspen", Decision(room="Aspen")),
        ("room Hall 2A approve", Decision(room="Hall 2A", fate=Fate.APPROVED)),
        ("Room: room 14, cancel!", Decision(room="room 14,", fate=Fate.CANCELLED)),
        ("time 16:30", Decision(start=tuesday(16, 30))),
        ("time 4:30", Decision(start=tuesday(16, 30))),
        ("time 4:30pm", Decision(start=tuesday(16, 30))),
        ("time 9:00", Decision(start=tuesday(9))),
        ("room Aspen at 4pm", Decision(room="Aspen", start=tuesday(16))),
        ("time at 16:00", Decision(start=tuesday(16))),
        ("time 16:00-17:30", Decision(start=tuesday(16), end=tuesday(17, 30))),
        ("time 16:00 to 17:30 deny", Decision(start=tuesday(16), end=tuesday(17, 30), fate=Fate.DENIED)),
        ("time 16:07 day 2026-11-25", Decision(start=tuesday(16, 7) + timedelta(days=1))),
        ("day Wed", Decision(start=tuesday(15) + timedelta(days=1))),
        ("time tomorrow 10:00", Decision(start=tuesday(10))),
        ("time in 20 min", Decision(start=NOW + timedelta(minutes=20))),
        ("version 3 approve", Decision(version=3, fate=Fate.APPROVED)),
    ],
)
def test_any_of_it_can_be_said_in_any_order(text: str, decision: Decision) -> None:
    assert read(text) == Said(decision)


def test_without_a_day_it_is_that_of_the_post_else_the_next_time_the_clocks_show_that() -> None:
    assert read("time 16:00", BARE) == Said(Decision(start=NOW.replace(hour=16)))
    guessed = read("time 7:50", BARE)
    assert (guessed.decision.start, guessed.guess != "") == (NOW.replace(hour=19, minute=50), False)


def test_where_nobody_looks_at_it_nothing_is_guessed() -> None:
    late = read("time 07:30", BARE)
    assert late.guess
    with pytest.raises(Refused, match="more than one time"):
        read("time 07:30", BARE, sure=True)


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=8), st.booleans(), st.booleans())
def test_whatever_is_said_is_read_or_refused_in_words(words: list[str], sure: bool, bare: bool) -> None:
    try:
        said = READER.read(words, BARE if bare else POST, sure=sure)
    except Refused as refusal:
        said, words = Said(Decision()), str(refusal).split()
    start, end = said.decision.start, said.decision.end
    assert start is None or (start > NOW and start.date() in DAYS)
    assert end is None or (start is not None and start < end)
    assert words or said == Said(Decision())


@given(st.sampled_from(DAYS[1:]), st.times(), st.sampled_from(RULES.rooms))
def test_what_a_card_says_is_read_to_the_minute(day: date, clock: time, room: Room) -> None:
    said = read(f"room {room.name} time {clock:%H:%M} day {day.isoformat()} approve")
    start = datetime.combine(day, clock.replace(second=0, microsecond=0), ZONE)
    assert said == Said(Decision(room=room.name, start=start, fate=Fate.APPROVED))
