"""How fast lines may go out, and how that follows what a server says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.irc.pace import Pace, is_complaint


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def paces(pace: Pace) -> tuple[int, float]:
    return pace.burst, round(pace.interval, 3)


def test_each_complaint_doubles_the_interval_up_to_five_seconds_and_ends_the_burst() -> None:
    clock = Clock()
    pace = Pace(4, 0.7, clock)
    found = [paces(pace)]
    for _ in range(4):
        assert pace.complained()
        found.append(paces(pace))
        clock.now += 10
    assert found == [(4, 0.7), (1, 1.4), (1, 2.8), (1, 5.0), (1, 5.0)]


def test_complaints_that_come_together_are_one() -> None:
    clock = Clock()
    pace = Pace(4, 0.7, clock)
    assert [pace.complained() for _ in range(5)] == [True, False, False, False, False]
    assert paces(pace) == (1, 1.4)


def test_after_five_quiet_minutes_the_pace_comes_back_step_by_step() -> None:
    clock = Clock()
    pace = Pace(4, 0.7, clock)
    for _ in range(3):
        pace.complained()
        clock.now += 10
    clock.now -= 10
    found = []
    for _ in range(5):
        found.append(paces(pace))
        clock.now += 300
    assert found == [(1, 5.0), (1, 2.5), (1, 1.25), (4, 0.7), (4, 0.7)]
    pace.complained()
    assert paces(pace) == (1, 1.4)


def test_a_complaint_on_the_way_back_begins_where_the_pace_is() -> None:
    clock = Clock()
    pace = Pace(4, 0.7, clock)
    for _ in range(3):
        pace.complained()
        clock.now += 10
    clock.now += 300
    pace.complained()
    assert paces(pace) == (1, 5.0)


def test_where_there_was_no_interval_there_is_one_after_a_complaint() -> None:
    pace = Pace(4, 0.0, Clock())
    pace.complained()
    assert paces(pace) == (1, 0.5)


def test_an_interval_that_was_configured_longer_than_five_seconds_stays() -> None:
    pace = Pace(2, 8.0, Clock())
    pace.complained()
    assert pace.interval == 8.0


def test_a_server_that_does_two_lines_late_gets_half_as_many_and_leaves_room_for_an_answer() -> None:
    clock = Clock()
    pace = Pace(4, 0.7, clock)
    assert [pace.lagged(seconds) for seconds in (0.1, 1.0, 0.1, 1.0)] == [False, False, False, False]
    assert paces(pace) == (4, 0.7)
    assert pace.lagged(1.0)
    assert paces(pace) == (2, 1.4)
    assert not pace.lagged(1.0)  # of what went out before
    clock.now += 10
    assert pace.lagged(1.0)
    assert paces(pace) == (2, 2.8)


def test_a_minute_in_which_a_server_keeps_up_brings_the_pace_back_step_by_step() -> None:
    clock = Clock()
    pace = Pace(4, 0.7, clock)
    for _ in range(3):
        pace.lagged(1.0)
        clock.now += 10
    found = []
    for _ in range(3):
        found.append(paces(pace))
        pace.lagged(0.0)
        clock.now += 60
    assert found == [(2, 2.8), (2, 1.4), (4, 0.7)]


def test_after_a_complaint_it_makes_no_difference_that_a_server_keeps_up() -> None:
    clock = Clock()
    pace = Pace(4, 0.7, clock)
    pace.complained()
    for _ in range(2):
        pace.lagged(1.0)
    assert paces(pace) == (1, 1.4)
    clock.now += 299
    assert paces(pace) == (1, 1.4)


def test_where_one_line_goes_at_a_time_there_is_never_room_for_two() -> None:
    pace = Pace(1, 0.7, Clock())
    for _ in range(2):
        pace.lagged(1.0)
    assert paces(pace) == (1, 1.4)


@given(st.lists(st.floats(min_value=0, max_value=2000)), st.floats(min_value=0, max_value=10))
def test_the_interval_is_never_shorter_than_configured(waits: list[float], interval: float) -> None:
    clock = Clock()
    pace = Pace(4, interval, clock)
    for wait in waits:
        pace.complained()
        clock.now += wait
        assert interval <= pace.interval <= max(5.0, interval)
        assert pace.burst in (1, 4)


@pytest.mark.parametrize(
    "text",
    [
        "Closing Link: bot (Excess Flood)",
        "Message throttled due to flooding",
        "Target change too fast. Please wait 20 seconds.",
        "Cannot send to channel (+f)",
        "You are sending messages too quickly",
        "*** Slow down, please",
    ],
)
def test_a_complaint_is_one(text: str) -> None:
    assert is_complaint(text)


@pytest.mark.parametrize("text", ["Cannot send to channel (+m)", "Welcome", "*** Looking up your hostname", ""])
def test_other_texts_of_a_server_are_none(text: str) -> None:
    assert not is_complaint(text)
