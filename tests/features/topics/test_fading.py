"""From when on a topic may not be discussed any more."""

from datetime import datetime, timedelta

import pytest

from ptgbot.features.schedule.model import Booking, Day, Room, Slot
from ptgbot.features.topics.model import Fading, Now, Topic, fading_of
from tests.build import AT, BERLIN, make_state

# Two slots without a gap between them, and one after a break; 14:05 is in the first.
DAY = Day(
    "Tuesday", 0, tuple(Slot(f"T{n}", desc) for n, desc in enumerate(("13:30-15:00", "15:00-16:00", "16:30-17:00")))
)
ROOMS = (Room("Aspen", 0, ("T0", "T1", "T2")), Room("Birch", 1, ("T0", "T1", "T2")))


def at(hour: int, minute: int) -> datetime:
    return BERLIN.local(AT).replace(hour=hour, minute=minute)


def fading(said: datetime | None, *places: str) -> Fading:
    """Return how a topic fades that was said then by a track with bookings in those rooms and slots."""
    bookings = [Booking(place, "nova", place[:-3], place[-2:], 0, AT) for place in places]
    state = make_state(DAY, ROOMS, bookings, [Booking("other", "docs", "Birch", "T2", 0, AT)])
    return fading_of(state, BERLIN, Topic("nova", Now("cells", said)), timedelta(minutes=45))


@pytest.mark.parametrize(
    ("places", "ends"),
    [
        ((), None),
        (("Aspen-T0",), at(15, 0)),
        (("Aspen-T1",), None),
        (("Aspen-T0", "Aspen-T1"), at(16, 0)),
        (("Aspen-T0", "Birch-T1"), at(16, 0)),
        (("Aspen-T0", "Birch-T0"), at(15, 0)),
        (("Aspen-T0", "Aspen-T2"), at(15, 0)),
    ],
)
def test_a_topic_is_over_with_the_slot_in_which_it_was_said(places: tuple[str, ...], ends: datetime | None) -> None:
    assert fading(AT, *places) == Fading(ends, AT + timedelta(minutes=45))


def test_what_is_said_before_a_slot_begins_is_over_by_its_age_alone() -> None:
    assert fading(at(13, 29), "Aspen-T0") == Fading(None, at(14, 14))


def test_of_a_topic_whose_time_nothing_tells_nothing_tells_when_it_is_over() -> None:
    state = make_state(DAY, ROOMS)

    assert fading(None, "Aspen-T0") == fading_of(state, BERLIN, Topic("nova")) == Fading()


def test_an_imported_topic_that_does_not_tell_since_when_fades_as_if_it_was_said_then() -> None:
    state = make_state(DAY, ROOMS, Booking("b", "nova", "Aspen", "T0", 0, AT))
    topic = Topic("nova", Now("cells", None, AT))

    assert fading_of(state, BERLIN, topic) == Fading(at(15, 0), AT + timedelta(minutes=45))


def test_the_word_says_which_of_both_it_is_and_a_slot_that_ended_is_surer() -> None:
    both = Fading(at(15, 0), at(14, 50))
    ended = Fading(at(14, 10), at(14, 50))

    told = [(fade.word(now), fade.turn(now)) for fade in (both, ended) for now in (AT, at(14, 50), at(15, 0))]

    assert told == [
        ("", at(14, 50)),
        ("perhaps over", at(15, 0)),
        ("slot ended", None),
        ("", at(14, 10)),
        ("slot ended", None),
        ("slot ended", None),
    ]
    assert (Fading().word(AT), Fading().turn(AT)) == ("", None)
