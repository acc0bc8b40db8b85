"""When and where tracks meet, what of it runs and what comes next."""

from datetime import datetime, timedelta

from ptgbot.features.schedule.model import Booking, Day, Room, Slot
from ptgbot.features.topics.model import Around, Meeting, around, meetings
from tests.build import AT, BERLIN, make_state

# Two slots without a gap between them, and one after a break; 14:05 is in the first.
TUESDAY = Day(
    "Tuesday", 0, tuple(Slot(f"T{n}", desc) for n, desc in enumerate(("13:30-15:00", "15:00-16:00", "16:30-17:00")))
)
WEDNESDAY = Day("Wednesday", 1, (Slot("W0", "09:00-10:00"), Slot("W1", "when it gets dark")))
SLOTS = ("T0", "T1", "T2", "W0", "W1")
ROOMS = (Room("Birch", 0, SLOTS), Room("Aspen", 1, SLOTS))


def at(hour: int, minute: int, days: int = 0) -> datetime:
    return BERLIN.local(AT).replace(hour=hour, minute=minute) + timedelta(days=days)


def booked(*bookings: str, title: str = "") -> list[Booking]:
    """Return bookings of texts such as ``nova Aspen T0``."""
    parts = [text.split() for text in bookings]
    return [Booking(" ".join(part), part[0], part[1], part[2], 0, AT, title) for part in parts]


def nova(room: str, start: datetime, end: datetime, title: str = "") -> Meeting:
    return Meeting("nova", room, start, end, title)


def test_slots_without_a_gap_in_one_room_are_one_meeting() -> None:
    state = make_state(TUESDAY, ROOMS, booked("nova Aspen T0", "nova Aspen T1", "nova Aspen T2", "docs Birch T1"))

    assert meetings(state, BERLIN, "nova") == (
        nova("Aspen", at(13, 30), at(16, 0)),
        nova("Aspen", at(16, 30), at(17, 0)),
    )


def test_another_room_or_another_title_is_another_meeting() -> None:
    state = make_state(
        TUESDAY, ROOMS, booked("nova Aspen T0", "nova Birch T1"), booked("nova Birch T2", title="Cells, and more")
    )

    assert meetings(state, BERLIN, "nova") == (
        nova("Aspen", at(13, 30), at(15, 0)),
        nova("Birch", at(15, 0), at(16, 0)),
        nova("Birch", at(16, 30), at(17, 0), "Cells, and more"),
    )


def test_what_has_no_time_is_left_out() -> None:
    assert meetings(make_state(WEDNESDAY, ROOMS, booked("nova Aspen W1")), BERLIN, "nova") == ()


def test_what_runs_and_what_follows_is_told_by_track_and_by_room() -> None:
    state = make_state(
        (TUESDAY, WEDNESDAY, *ROOMS),
        booked("nova Aspen T0", "nova Birch T0", "docs Aspen T2", "nova Aspen W0", "docs Birch W0"),
    )
    docs = Meeting("docs", "Aspen", at(16, 30), at(17, 0))
    tomorrow = {
        "nova": nova("Aspen", at(9, 0, 1), at(10, 0, 1)),
        "docs": Meeting("docs", "Birch", at(9, 0, 1), at(10, 0, 1)),
    }

    def told(now: datetime) -> Around:
        return around(state, BERLIN, now)

    both = (nova("Birch", at(13, 30), at(15, 0)), nova("Aspen", at(13, 30), at(15, 0)))
    first = {"nova": both[0], "docs": docs}
    later = {"nova": tomorrow["nova"], "docs": docs}
    assert told(at(13, 29)) == Around({}, first, both)
    assert told(at(13, 30)) == told(AT) == Around({"nova": both}, later, (docs, tomorrow["docs"]))
    assert told(at(15, 0)) == Around({}, later, (docs, tomorrow["docs"]))
    assert told(at(16, 30)) == Around({"docs": (docs,)}, tomorrow, (tomorrow["docs"], tomorrow["nova"]))
    assert told(at(10, 0, 1)) == around(make_state(), BERLIN, AT) == Around({}, {}, ())
