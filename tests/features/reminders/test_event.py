"""Five days over a change of the clocks: all that goes out is what an oracle says, which knows only what is booked."""

import pytest

from tests.features.reminders.event import differences
from tests.features.reminders.script import make_script


@pytest.mark.parametrize(("seed", "bookings"), [(0, 2000), (1, 500)], ids=["autumn", "spring"])
def test_of_two_thousand_bookings_each_reminder_goes_out_once_at_its_minute(seed: int, bookings: int) -> None:
    played, wrong = differences(make_script(seed, bookings=bookings, people=60, edits=50))
    assert wrong == []
    assert played.posted.total() > bookings
    assert played.missed.total() > 0  # some outages are longer than the grace
