"""``ptg.json``: the published shape, as it was imported."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from ptgbot.core.documents import View
from ptgbot.features.feeds import everything
from ptgbot.features.feeds.everything import JsonFeed
from ptgbot.features.presence.model import CheckIn
from ptgbot.features.schedule.model import BOOKINGS, Track
from ptgbot.features.subscriptions.model import Subscription
from ptgbot.features.topics.model import Now, Topic
from ptgbot.store.state import State
from tests.build import AT, BERLIN, import_state, make_state, put, sample_data

EVENT: dict[str, Any] = {
    "eventid": "harbor",
    "tracks": ["docs", "nova"],
    "slots": {
        "Tuesday": [
            {"name": "Tue1", "desc": "09:00-10:30", "realtime": "2026-11-24T09:00:00+01:00", "duration": 90},
            {"name": "Tue2", "desc": "11:00-12:30"},
        ],
        "Day two": [{"name": "Two", "desc": ""}],
    },
    "schedule": {
        "Loft-2": {"desc": "Under the roof", "cap_icon": "user", "cap_desc": "12 seats", "Tue2": "", "Tue1": "nova"},
        "Aspen": {"url": "https://meet.example.org/aspen", "Two": "docs"},
    },
    "now": {"nova": "cells"},
    "next": {"docs": ["first", "second"]},
    "etherpads": {"docs": "https://pad.example.org/docs"},
    "urls": {"nova": "https://meet.example.org/nova"},
    "colors": {"docs": "teal", "nova": "#1f6feb"},
    "location": {"nova": "Loft-2"},
    "links": {"Way there": "https://example.org/way", "Conduct": "https://example.org/conduct"},
    "motd": [{"level": "warning", "message": "Mind the step"}],
    "voice": 1,
    "last_check_in": {"ada": {"nick": "Ada", "location": "#nova", "in": "2026-11-24 09:05:00", "out": None}},
    "timestamp": "2026-11-24 14:05:00",
}


def render(state: State) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(JsonFeed(BERLIN).render("ptg.json", state.public, AT))
    return found


def test_what_was_imported_is_published_in_the_same_shape_and_order() -> None:
    published = JsonFeed(BERLIN).render("ptg.json", import_state(EVENT).public, AT)

    assert orjson.loads(published) == EVENT
    assert orjson.dumps(orjson.loads(published)) == orjson.dumps(EVENT)


def test_the_projects_own_sample_comes_back() -> None:
    data = sample_data()
    data["colors"] = dict.fromkeys(data["tracks"], "teal")

    published = render(import_state(data))

    del data["subscriptions"]
    assert published == {**data, "timestamp": "2026-11-24 14:05:00"}


def test_titles_and_pages_of_bookings_have_a_key_of_their_own_and_come_back() -> None:
    data = sample_data()
    booked = [(r, s) for r, cells in data["schedule"].items() for s, track in cells.items() if track in data["tracks"]]
    room, slot = booked[0]
    data["talks"] = {room: {slot: {"title": "Cells", "url": "https://talks.example.org/7"}}}
    state = import_state(data)

    assert render(state)["talks"] == data["talks"]
    assert import_state(render(state)).all(BOOKINGS) == state.all(BOOKINGS)


def test_an_empty_event_has_every_key() -> None:
    assert render(make_state()) == {
        **{key: {} for key in EVENT if isinstance(EVENT[key], dict)},
        "eventid": "",
        "tracks": [],
        "motd": [],
        "voice": 0,
        "timestamp": "2026-11-24 14:05:00",
    }


def test_only_those_who_are_there_now_are_published() -> None:
    state = make_state(
        CheckIn("irc/~ada", "Ada", "#nova", AT),
        CheckIn("irc/~eve", "LeftEve", "in the bar", AT, left=AT),
        Subscription("irc/~ada", "irc", "ada", "PrivatePattern"),
    )

    published = JsonFeed(BERLIN).render("ptg.json", state.public, AT)

    assert orjson.loads(published)["last_check_in"] == {
        "ada": {"nick": "Ada", "location": "#nova", "in": "2026-11-24 14:05:00", "out": None}
    }
    assert b"subscriptions" not in published
    assert b"PrivatePattern" not in published
    assert b"LeftEve" not in published


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_who_share_a_nick_the_newest_is_published(order: int) -> None:
    two = [
        CheckIn("irc/~ada", "ada", "old place", AT - timedelta(hours=1)),
        CheckIn("irc/ada", "Ada", "new place", AT),
    ]

    published = render(make_state(two[::order]))

    assert [entry["location"] for entry in published["last_check_in"].values()] == ["new place"]


def test_the_same_people_give_the_same_bytes_in_whatever_order_they_came() -> None:
    people = [CheckIn(f"irc/~n{n}", f"n{n}", "#nova", AT) for n in range(20)]
    feeds = [JsonFeed(BERLIN).render("ptg.json", make_state(group).public, AT) for group in (people, people[::-1])]

    assert feeds[0] == feeds[1]


def test_who_leaves_vanishes_and_who_moves_is_moved() -> None:
    ada, bob = (CheckIn(f"irc/~{nick}", nick, "#nova", AT) for nick in ("ada", "bob"))
    state = make_state(ada, bob)
    page = JsonFeed(BERLIN)
    page.render("ptg.json", state.public, AT)
    put(state, replace(ada, left=AT), replace(bob, location="#docs"))

    published = orjson.loads(page.render("ptg.json", state.public, AT))

    assert {nick: entry["location"] for nick, entry in published["last_check_in"].items()} == {"bob": "#docs"}


def test_text_that_is_no_unicode_does_not_stop_the_feed() -> None:
    published = render_bytes(make_state(Topic("nova", Now("half \ud800 of a pair", AT))))

    assert b'"now":{"nova":"half \\ud800 of a pair"}' in published


def render_bytes(state: State) -> bytes:
    return JsonFeed(BERLIN).render("ptg.json", state.public, AT)


def test_a_topic_does_not_look_at_those_who_are_checked_in(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    entry, join = everything._CheckIns._entry, everything._CheckIns._join

    def count_entry(self: Any, check_in: CheckIn) -> bytes:
        made.append(check_in.nick)
        return entry(self, check_in)

    def count_join(self: Any, view: View) -> bytes:
        made.append("all")
        return join(self, view)

    monkeypatch.setattr(everything._CheckIns, "_entry", count_entry)
    monkeypatch.setattr(everything._CheckIns, "_join", count_join)
    state = make_state([CheckIn(f"irc/~n{n}", f"n{n}", "#nova", AT) for n in range(3)])
    page = JsonFeed(BERLIN)
    page.render("ptg.json", state.public, AT)
    steps = [sorted(made)]
    documents: tuple[Any, ...] = (Topic("nova", Now("cells", AT)), CheckIn("irc/~n1", "n1", "#docs", AT))
    for document in documents:
        made.clear()
        put(state, document)
        page.render("ptg.json", state.public, AT)
        steps.append(sorted(made))

    assert steps == [["all", "n0", "n1", "n2"], [], ["all", "n1"]]


@pytest.mark.parametrize(
    ("document", "touches"),
    [
        (Track("nova", "teal"), True),
        (Topic("nova", Now("cells", AT)), True),
        (CheckIn("irc/~ada", "ada", "in the bar", AT), True),
        (CheckIn("irc/~ada", "ada", "in the bar", AT, left=AT), False),
        (Subscription("irc/~ada", "irc", "ada", "nova"), False),
    ],
)
def test_a_change_touches_the_feed_where_it_shows(document: Any, touches: bool) -> None:
    state = make_state()

    assert list(JsonFeed(BERLIN).touched(put(state, document), state.public)) == ["ptg.json"] * touches


def test_time_alone_does_not_alter_the_feed() -> None:
    assert JsonFeed(BERLIN).turns("ptg.json", make_state().public, AT) is None
