"""Every way to write a room, a time and a day, in every order: what is scheduled is what was written."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TypeVar

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ptgbot.features.openspaces.reading.reader import Action, Reader
from tests.features.openspaces.events import EVENTS

Meaning = TypeVar("Meaning")
READER = Reader(EVENTS["campus"])
POSTED = datetime(2026, 10, 29, 5, 30)  # noqa: DTZ001 - by the event's clocks

ROOMS = {
    "Helium": ("Helium", "HELIUM", "(Helium)"),
    "Room A": ("Room A", "room-A", "Rm. A"),
    "Aula Magna": ("Aula Magna", "aula magna", "AulaMagna"),
    "Salle 12": ("Salle 12", "salle 12"),
    "Théâtre Zénith": ("Théâtre Zénith", "theatre zenith", "THÉÂTRE ZÉNITH"),
}
# The first two lie outside of the usual hours, which must not turn them around.
TIMES = {
    (time(7), None): ("7am", "at 7 am", "7 a.m.", "07:00", "07h00", "0700 hrs", "7:00 AM CET", "06:00 UTC"),
    (time(22, 30), None): ("10:30pm", "at 10:30 p.m.", "22:30", "22h30", "um 22:30 Uhr"),
    (time(15), None): (
        "3pm",
        "@3pm",
        "at 3",
        "um 3",
        "à 3",
        "a las 3",
        "15:00",
        "15h",
        "15 Uhr",
        "1500 hrs",
        "15:00 hrs",
    ),
    (time(15, 30), None): ("3:30 PM", "3:30", "15h30", "15 Uhr 30", "a las 15:30"),
    (time(12), None): ("noon", "12pm", "at 12", "12h"),
    (time(14), time(15)): ("2-3pm", "2pm–3pm", "from 2 to 3", "14:00 - 15:00", "von 14 bis 15 Uhr", "de 14h à 15h"),
    (time(12, 30), time(13, 30)): ("12:30-13:30", "12:30pm to 1:30pm", "12h30–13h30", "12:30–1:30pm"),
    (time(10), time(12)): ("10-noon", "10am–12pm", "10am until noon", "de 10:00 a 12:00"),
}
DAYS = {
    date(2026, 10, 29): ("", "today", "heute", "hoy", "Thursday", "10/29", "29.10.", "Oct 29", "on October 29th"),
    date(2026, 10, 30): ("tomorrow", "morgen", "demain", "mañana", "Fri", "30/10/2026", "2026-10-30", "on Friday"),
    date(2026, 10, 31): (
        "Saturday",
        "samedi",
        "sábado",
        "am Samstag",
        "31 octobre",
        "übermorgen",
        "Sat",
        "on the 31st",
    ),
}
ORDERS = (
    *("{at} {day} {room}: typing", "{room} {at} {day}", "{day} {at} {room}", "{at}, {room}, {day}"),
    *("typing - {room} - {day} - {at}", "{room} ({day}, {at})", "{day}\n{at}\n{room}", "typing! {at} | {day} | {room}"),
)


def forms(meanings: Mapping[Meaning, tuple[str, ...]]) -> list[tuple[Meaning, str]]:
    return [(meaning, text) for meaning, texts in meanings.items() for text in texts]


@settings(max_examples=1000)
@given(
    st.sampled_from(forms(ROOMS)), st.sampled_from(forms(TIMES)), st.sampled_from(forms(DAYS)), st.sampled_from(ORDERS)
)
@example(("Helium", "Helium"), ((time(7), None), "at 7 am"), (date(2026, 10, 31), "Saturday"), ORDERS[0])
@example(("Helium", "Helium"), ((time(15), None), "15h"), (date(2026, 10, 29), "Oct 29"), ORDERS[4])
def test_what_is_scheduled_is_what_was_written(
    room: tuple[str, str], at: tuple[tuple[time, time | None], str], day: tuple[date, str], order: str
) -> None:
    reading = READER.read(order.format(room=room[1], at=at[1], day=day[1]), POSTED)

    if reading.action is Action.SCHEDULE:
        (start, end), zone = at[0], reading.starts[0].tzinfo
        assert reading.rooms == (room[0],)
        assert reading.starts == (datetime.combine(day[0], start, zone),)
        assert end is None or reading.ends == (datetime.combine(day[0], end, zone),)


def test_hardly_any_of_them_is_left_to_a_person() -> None:
    posts = [
        order.format(room=room, at=at, day=day)
        for _, room in forms(ROOMS)[::4]
        for _, at in forms(TIMES)
        for _, day in forms(DAYS)[::3]
        for order in ORDERS[::4]
    ]

    missed = [post for post in posts if READER.read(post, POSTED).action is not Action.SCHEDULE]

    assert len(missed) < len(posts) / 50, missed[:: len(missed) // 20 or 1]
