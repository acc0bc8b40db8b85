"""What holds of every post."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from ptgbot.features.openspaces.reading.reader import Action, Reader
from tests.features.openspaces.events import EVENTS

RULES = EVENTS["2018"]
READER = Reader(RULES)

WORDS = (
    "room rm #14 14 9 09 room14 Room-20 rooms / & + and or , . - – ( ) 3pm 3:15 PM 15:00 15h 10h30 Uhr noon at @ "
    "from to until um à 3 8 10 2-3pm in 45 minutes tomorrow today Friday Sat 5/12 12.5. May 12 2018-05-12 "
    "16/07/2026 EDT UTC EST tonight morning midnight not was moved Python 3.7 $5 ★ 2018 ? ! de a las demain "
    "morgen salle Raum Sun half past next for hours p.m. am Z +02:00 1500 hrs "
).split()
POSTS = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
CLEAR = st.builds(
    lambda room, at, day, flip: " ".join([room, at, day] if flip else [day, at, room]),
    st.sampled_from(["room 14", "Room #20", "rm. 9", "ROOM 21"]),
    st.sampled_from(["at 3pm", "15:00", "2-3pm", "from 4pm to 5pm", "10h30", "noon"]),
    st.sampled_from(["", "tomorrow", "Saturday", "5/12", "May 13", "2018-05-12"]),
    st.booleans(),
)
MOMENTS = st.datetimes(datetime(2018, 5, 9), datetime(2018, 5, 15), timezones=st.just(UTC))  # noqa: DTZ001 - they get a zone
POSTED = datetime(2018, 5, 11, 12, tzinfo=UTC)


@given(st.text(max_size=300), st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
@example("in 999 hours room 14", POSTED)
@example("room 14 99:99 99/99/9999 31.2. Feb 30", POSTED)
def test_nothing_that_people_type_is_too_much(text: str, posted: datetime) -> None:
    assert READER.read(text, posted).action in Action


@given(POSTS | CLEAR, MOMENTS)
def test_what_is_scheduled_has_one_room_and_is_ahead_within_the_event(text: str, posted: datetime) -> None:
    reading = READER.read(text, posted)

    if reading.action is Action.SCHEDULE:
        (start,), (end,), (room,) = reading.starts, reading.ends, reading.rooms
        assert posted < start < end
        assert start.date() in RULES.days
        assert room in {each.name for each in RULES.rooms}


@given(POSTS | CLEAR)
def test_more_spaces_change_nothing(text: str) -> None:
    assert READER.read(f"  {text.replace(' ', '   ')} ", POSTED) == READER.read(text, POSTED)


@given(
    POSTS | CLEAR,
    st.sampled_from(
        ["https://x.example/room/15?at=4pm", "#pyconopenspaces", "#room15", "@ada", "@room15", "www.x.example/5/13"]
    ),
    st.integers(0, 12),
)
def test_a_link_a_hashtag_or_a_mention_changes_nothing(text: str, added: str, place: int) -> None:
    words = text.split(" ")
    more = " ".join([*words[:place], added, *words[place:]])

    assert READER.read(more, POSTED) == READER.read(" ".join(words), POSTED)


@given(st.permutations(["room 14", "3pm", "tomorrow", "board games"]), st.sampled_from([", ", " | ", ". ", "\n"]))
def test_the_order_of_room_time_and_day_does_not_matter(parts: list[str], between: str) -> None:
    reading = READER.read(between.join(parts), POSTED)

    assert (reading.action, reading.rooms, [f"{start:%d %H:%M}" for start in reading.starts]) == (
        Action.SCHEDULE,
        ("14",),
        ["12 15:00"],
    )


@given(POSTS | CLEAR, st.integers(0, 3 * 24 * 60))
def test_a_post_reads_the_same_whatever_was_read_before(text: str, minutes: int) -> None:
    READER.read(f"room 9 {text} tomorrow at 4pm", POSTED + timedelta(minutes=minutes))

    assert READER.read(text, POSTED) == Reader(RULES).read(text, POSTED)
