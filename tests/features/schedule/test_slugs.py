"""Names of rooms as names of files."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.features.schedule.slugs import full_title, make_slugs
from ptgbot.site.files import path_problem


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Attic", "attic"),
        ("Ballroom A", "ballroom-a"),
        ("UB5.132", "ub5.132"),
        ("Room 01", "room-01"),
        # Others would share a slug with one of those.
        ("ballroom a", "ballroom-a-be64f76e"),
        ("Ballroom-A", "ballroom-a-775e514f"),
        ("Ballroom  A", "ballroom-a-7cc2e86e"),
        ("Café Ö", "cafe-o-a58c3b58"),
        # What is no name of a file everywhere, or nothing in ASCII.
        ("Con", "con-97ae4a59"),
        ("COM1", "com1-4d38b936"),
        ("../Etc", "etc-196dadc0"),
        ("会議室", "huiyishi-b846e9e4"),
        ("Großer Saal", "grosser-saal-bbbf1202"),
        ("Зал Б", "zal-b-c26b5ce6"),
        ("\u2028", "room-b0c64c1e"),
        ("", "room-1271cf25"),
        ("Hall of Fame " * 20, "hall-of-fame-hall-of-fame-hall-of-fame-h-04bd7ef1"),
    ],
)
def test_a_room_has_a_readable_slug(name: str, slug: str) -> None:
    assert make_slugs([name]) == {name: slug}


names = st.text(st.sampled_from("aAbB1.- éß\n/İ"), max_size=6) | st.text(max_size=60)


@given(st.lists(names, unique=True, max_size=8))
def test_no_two_rooms_share_a_slug_and_each_keeps_its_own_whoever_comes(rooms: list[str]) -> None:
    slugs = make_slugs(rooms)

    assert len({slug.casefold() for slug in slugs.values()}) == len(rooms)
    assert slugs == {room: make_slugs([room])[room] for room in rooms}
    assert [slug for slug in slugs.values() if not re.fullmatch("[a-z0-9][a-z0-9.-]*", slug)] == []
    assert [problem for slug in slugs.values() if (problem := path_problem(f"room/{slug}.ics"))] == []


def test_rooms_whose_digests_begin_alike_are_told_apart_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptgbot.features.schedule.slugs._SHORT", 1)
    rooms = [f"Attic{' ' * number}-" for number in range(300)]

    assert len(set(make_slugs(rooms).values())) == 300


@pytest.mark.parametrize(
    ("track", "title", "full"),
    [
        ("hardware", "Solder your own badge", "hardware: Solder your own badge"),
        ("hardware", "", "hardware"),
        ("grusse-aus-lodz", "Grüße aus Łódź!", "Grüße aus Łódź!"),
        ("x" * 50, "x" * 60, "x" * 60),
    ],
)
def test_a_booking_is_called_by_track_and_title_unless_the_track_was_named_after_it(
    track: str, title: str, full: str
) -> None:
    assert full_title(track, title) == full
