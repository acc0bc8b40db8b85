"""``ptg.txt``: the board in 80 columns, without anything that a terminal obeys."""

import unicodedata
from datetime import datetime, timedelta
from typing import Any

import pytest
import wcwidth
from hypothesis import given, settings
from hypothesis import strategies as st

from ptgbot.features.feeds.text import TextBoard
from ptgbot.features.motd.model import Motd, Notice
from ptgbot.features.schedule.model import Booking, Day, Room, Slot, Track
from ptgbot.features.topics.model import Now, Topic
from ptgbot.store.state import State
from tests.build import AT, BERLIN, make_state, put

PARTS: tuple[Any, ...] = (
    Track("nova", "teal"),
    Track("docs", "#1f6feb"),
    Motd((Notice("warning", "Mind the step"),)),
    Day("Tuesday", 0, (Slot("Tue1", "13:30-15:00"), Slot("Tue2", "15:30-17:00"))),
    Day("Wednesday", 1, (Slot("Wed1", "09:00-10:00"),)),
    Room("Loft-2", 0, ("Tue1", "Tue2")),
    Room("The long gallery", 1, ("Tue1",)),
    Topic("docs", None, ("first pages", "a guide")),
    Topic("nova", Now("cells " * 15, AT - timedelta(minutes=5)), (), "Loft-2"),
    Booking("a", "nova", "Loft-2", "Tue1", 0, AT),
    Booking("b", "docs", "The long gallery", "Tue1", 0, AT),
    Booking("c", "docs", "Loft-2", "Tue2", 0, AT),
)


def render(state: State, now: datetime = AT) -> str:
    return TextBoard(BERLIN).render("ptg.txt", state.public, now).decode()


def test_the_board_reads_as_plain_text() -> None:
    assert (
        render(make_state(PARTS))
        == """\
Harbor Summit
Times are those of Europe/Berlin.
Last change: Tuesday, 24 November, 14:05.
WARNING         Mind the step

NOW
nova            cells cells cells cells cells cells cells cells cells cells
                cells cells cells cells cells
                since 14:00, in Loft-2

By the schedule, and nobody has said more: #TRACK now TOPIC
docs            in The long gallery until 15:00

NEXT
docs            - first pages
                - a guide
                at 15:30 in Loft-2

TODAY: Tuesday, 24 November

13:30-15:00 (Tue1), now
  Loft-2        nova
  The long gallery
                docs

15:30-17:00 (Tue2)
  Loft-2        docs

https://ptg.example.org/ptg.html
"""
    )


def test_an_empty_board_says_what_to_type() -> None:
    assert (
        render(make_state())
        == """\
Harbor Summit
Times are those of Europe/Berlin.
Last change: Tuesday, 24 November, 14:05.

NOW
Nothing yet. It begins with: #TRACK now TOPIC

https://ptg.example.org/ptg.html
"""
    )


def test_before_the_event_its_first_day_is_shown_and_called_so() -> None:
    text = render(make_state(PARTS), AT - timedelta(days=3))
    assert "\nTHE FIRST DAY: Tuesday, 24 November\n" in text
    assert ", now\n" not in text


def test_a_day_without_bookings_says_so() -> None:
    assert "TODAY: Wednesday, 25 November\n\nNothing is booked.\n" in render(make_state(PARTS), AT + timedelta(days=1))


def test_what_is_free_is_told_with_its_codes_until_its_slot_is_over() -> None:
    state = make_state([part for part in PARTS if part != Booking("a", "nova", "Loft-2", "Tue1", 0, AT)])
    free = "  The long gallery\n                docs\n  free          Loft-2-Tue1\n"

    assert free in render(state)
    assert "free" not in render(state, AT + timedelta(hours=1))


def test_what_bookings_are_called_is_told() -> None:
    titled = Booking("a", "nova", "Loft-2", "Tue1", 0, AT, "Cells, and how")
    text = render(make_state([part for part in PARTS if not isinstance(part, (Topic, Booking))], titled))

    assert "nova            Cells, and how\n                in Loft-2 until 15:00\n" in text
    assert "  Loft-2        nova\n                Cells, and how\n" in text


def test_a_day_that_is_called_by_its_date_is_told_with_its_weekday() -> None:
    state = make_state(Day("2026-11-24", 0, (Slot("Tue1", "13:30-15:00"),)))

    assert "\nTODAY: Tuesday, 24 November\n" in render(state)


@pytest.mark.parametrize(("hours", "word"), [(0, ""), (1, ", perhaps over"), (2, ", slot ended")])
def test_a_topic_that_may_be_over_is_told_with_a_word(hours: int, word: str) -> None:
    nova = Topic("nova", Now("cells", AT), (), "")
    later = AT + timedelta(minutes=45 * hours)
    state = make_state(*PARTS[:8], nova, *PARTS[9:])
    assert f"since 14:05{word}\n" in render(state, later - timedelta(minutes=1) if hours == 0 else later)


def test_since_another_day_is_told_with_the_day() -> None:
    state = make_state(Track("nova", "teal"), Topic("nova", Now("cells", AT - timedelta(days=1))))
    assert "                since Mon 23 Nov 14:05, perhaps over\n" in render(state)


def test_it_turns_when_a_slot_does_or_a_topic_and_at_midnight() -> None:
    state, board = make_state(PARTS), TextBoard(BERLIN)
    now, turns = AT, []
    for _ in range(6):
        turn = board.turns("ptg.txt", state.public, now)
        assert turn is not None
        turns.append(BERLIN.local(turn).strftime("%d %H:%M"))
        now = turn
    assert turns == ["24 14:45", "24 15:00", "24 15:30", "24 17:00", "25 00:00", "25 09:00"]


@pytest.mark.parametrize(
    ("document", "touches"),
    [
        (Topic("docs", Now("words", AT)), True),
        (Motd((Notice("info", "Hello"),)), True),
        (Track("nova", "red"), False),
    ],
)
def test_a_change_touches_it_where_it_shows(document: Any, touches: bool) -> None:
    state = make_state(PARTS)
    assert list(TextBoard(BERLIN).touched(put(state, document), state.public)) == ["ptg.txt"] * touches


def test_what_did_not_change_is_not_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    now, slot = TextBoard._now, TextBoard._slot

    def count_now(self: Any, topic: Topic, *more: Any) -> str:
        made.append(topic.track)
        return now(self, topic, *more)

    def count_slot(self: Any, view: Any, planned: Any, *more: Any) -> str:
        made.append(planned.slot.name)
        return slot(self, view, planned, *more)

    monkeypatch.setattr(TextBoard, "_now", count_now)
    monkeypatch.setattr(TextBoard, "_slot", count_slot)
    state = make_state(PARTS)
    board = TextBoard(BERLIN)
    board.render("ptg.txt", state.public, AT)
    made.clear()
    put(state, Topic("docs", Now("words", AT)))
    text = board.render("ptg.txt", state.public, AT)
    assert made == ["docs"]
    assert text.decode() == render(state)


_ANY = st.text(max_size=120)


@settings(max_examples=100, deadline=None)
@given(topic=_ANY, location=_ANY, room=_ANY.filter(lambda t: t.strip() != ""), message=_ANY)
def test_whatever_people_typed_no_line_is_too_wide_and_nothing_is_obeyed(
    topic: str, location: str, room: str, message: str
) -> None:
    state = make_state(
        Track("n" * 50, "teal"),
        Motd((Notice("info", message),)),
        Day("Tuesday", 0, (Slot("S" * 90, "13:30-15:00"),)),
        Room(room, 0, ("S" * 90,)),
        Topic("n" * 50, Now(topic, AT), (topic, location), location),
        Booking("a", "n" * 50, room, "S" * 90, 0, AT),
    )
    text = render(state)
    for line in text.split("\n"):
        assert wcwidth.wcswidth(line) <= 80, line
        assert {unicodedata.category(c) for c in line}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
        assert line == line.rstrip(" ")
