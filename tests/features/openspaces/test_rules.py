"""What the rules refuse, and when two spellings are one name."""

from datetime import time, timedelta
from typing import Any

import pytest

from ptgbot.features.openspaces.rules import Room, Rules, room_key


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"hours": (time(20), time(8))}, "openspaces.hours: the first hour must be before the second"),
        ({"duration": timedelta(0)}, "openspaces.minutes: must be 1 to 1440"),
        ({"rooms": (Room(" - "),)}, "openspaces.rooms: ' - ' is no name: it has no letter and no digit"),
        (
            {"rooms": (Room("Forum Hall"), Room("B", ("forumhall",)))},
            "openspaces.rooms: 'forumhall' is a name of 'Forum Hall' and of 'B'",
        ),
    ],
)
def test_rules_that_make_no_sense_are_refused(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is asserted
        Rules(**values)

    assert str(refused.value) == problem


@pytest.mark.parametrize(
    "name", ["ForumHall", "forum hall", "Forum-Hall", "FORUM_HALL", "room Forum Hall", "Forum. Hall"]
)
def test_a_name_is_the_same_in_all_its_spellings(name: str) -> None:
    assert room_key(name) == "forumhall"


@pytest.mark.parametrize(
    ("one", "other"), [("14", "1 4"), ("a105+a106", "a105a106"), ("9", "09"), ("Hall 2A", "Hall 2B")]
)
def test_other_names_are_not(one: str, other: str) -> None:
    assert room_key(one) != room_key(other)
