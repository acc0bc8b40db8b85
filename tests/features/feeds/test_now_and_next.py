"""``now-and-next.json``: what each track is at, small, and made again only where it changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from ptgbot.features.feeds.now_and_next import NowAndNext
from ptgbot.features.presence.model import CheckIn
from ptgbot.features.schedule.model import Booking, Day, Info, Room, Slot, Track
from ptgbot.features.topics.model import Links, Now, Topic
from ptgbot.store.state import State
from tests.build import AT, BERLIN, make_state, put
from tests.talk import EVENT, Talk

PARTS: tuple[Any, ...] = (
    Info("harbor"),
    Track("nova", "teal"),
    Track("docs", "#1f6feb"),
    Day("Tuesday", 0, (Slot("Tue1", "13:30-15:00"), Slot("Tue2", "15:30-17:00"), Slot("Tue3", "17:15-18:00"))),
    Room("Loft-2", 0, ("Tue1", "Tue2", "Tue3"), url="https://meet.example.org/loft"),
    Room("Aspen", 1, ("Tue1", "Tue2", "Tue3")),
    Topic("nova", Now("cells", AT - timedelta(minutes=5)), ("pods", "quotas"), "Loft-2"),
    Booking("a", "nova", "Loft-2", "Tue1", 0, AT),
    Booking("b", "nova", "Loft-2", "Tue3", 0, AT),
    Booking("c", "nova", "Aspen", "Tue3", 0, AT),
)


def render(state: State, now: datetime = AT, feed: NowAndNext | None = None) -> Any:
    return orjson.loads((feed or NowAndNext(BERLIN)).render("now-and-next.json", state.public, now))


def span(room: str, slot: str, start: str, end: str) -> dict[str, str]:
    day = "2026-11-24T{}:00+01:00"
    return {
        "code": f"{room}-{slot}",
        "room": room,
        "slot": slot,
        "start": day.format(start),
        "end": day.format(end),
        "title": "",
        "url": "",
    }


def test_every_track_is_told_with_what_is_on_and_where_it_is_booked() -> None:
    assert render(make_state(PARTS)) == {
        "event": "Harbor Summit",
        "time_zone": "Europe/Berlin",
        "url": "https://ptg.example.org",
        "changed": None,
        "open_spaces": {"now": [], "next": []},
        "tracks": {
            "docs": {
                "now": None,
                "next": [],
                "location": "",
                "pad": "https://etherpad.opendev.org/p/harbor-docs",
                "url": "",
                "color": "#1f6feb",
                "booked_now": [],
                "booked_next": [],
            },
            "nova": {
                "now": {"text": "cells", "since": "2026-11-24T14:00:00+01:00", "over": ""},
                "next": ["pods", "quotas"],
                "location": "Loft-2",
                "pad": "https://etherpad.opendev.org/p/harbor-nova",
                "url": "https://meet.example.org/loft",
                "color": "#008080",
                "booked_now": [span("Loft-2", "Tue1", "13:30", "15:00")],
                "booked_next": [span("Aspen", "Tue3", "17:15", "18:00"), span("Loft-2", "Tue3", "17:15", "18:00")],
            },
        },
    }


def test_what_is_booked_is_told_with_its_title_and_page() -> None:
    page = "https://talks.example.org/7"
    titled = [replace(p, title="Cells", url=page) if isinstance(p, Booking) and p.slot == "Tue1" else p for p in PARTS]
    nova = render(make_state(titled))["tracks"]["nova"]
    assert nova["booked_now"] == [{**span("Loft-2", "Tue1", "13:30", "15:00"), "title": "Cells", "url": page}]
    assert [one["title"] for one in nova["booked_next"]] == ["", ""]


@pytest.mark.parametrize(
    ("now", "over", "booked", "turn"),
    [
        ("13:59", "", ["Tue1"], "14:45"),
        ("14:45", "perhaps over", ["Tue1"], "15:00"),
        ("15:00", "slot ended", [], "17:15"),
        ("17:15", "slot ended", ["Tue3", "Tue3"], "18:00"),
        ("18:00", "slot ended", [], None),
    ],
)
def test_time_alone_changes_it_when_a_slot_begins_or_ends_or_a_topic_may_be_over(
    now: str, over: str, booked: list[str], turn: str | None
) -> None:
    def at(clock: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-24T{clock}:00+01:00").astimezone(UTC)

    state, feed = make_state(PARTS), NowAndNext(BERLIN)
    told = render(state, at(now), feed)["tracks"]["nova"]
    assert (told["now"]["over"], [one["slot"] for one in told["booked_now"]]) == (over, booked)
    assert feed.turns("now-and-next.json", state.public, at(now)) == (None if turn is None else at(turn))


async def test_it_says_when_something_on_it_last_changed(bot: Talk) -> None:
    feed = NowAndNext(EVENT)
    await bot.say("ada", "#nova now cells")
    bot.clock.forward(minutes=10)
    await bot.say("ada", "+in #nova")
    await bot.op("~motd add info Hello")
    told = orjson.loads(feed.render("now-and-next.json", bot.store.public, bot.clock.now()))
    assert told["changed"] == "2026-11-23T10:00:00+01:00"


async def test_without_a_change_the_bytes_stay_the_same_in_another_process_too(bot: Talk) -> None:
    await bot.say("ada", "#nova now cells")
    feed, view = NowAndNext(EVENT), bot.store.public
    first = feed.render("now-and-next.json", view, bot.clock.now())
    bot.clock.forward(minutes=10)
    assert NowAndNext(EVENT).render("now-and-next.json", view, bot.clock.now()) == first


@pytest.mark.parametrize(
    ("document", "touches"),
    [
        (Topic("docs", Now("words", AT)), True),
        (Links("docs", "https://pad.example.org/d"), True),
        (Booking("a", "nova", "Aspen", "Tue1", 1, AT), True),
        (CheckIn("irc/~ada", "ada", "#nova", AT), False),
    ],
)
def test_a_change_touches_it_where_it_shows(document: Any, touches: bool) -> None:
    state = make_state(PARTS)
    paths = ["now-and-next.json"] * touches
    assert list(NowAndNext(BERLIN).touched(put(state, document), state.public)) == paths


def test_only_the_track_that_changed_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    original = NowAndNext._track

    def count(self: Any, view: Any, track: Track, *more: Any) -> bytes:
        made.append(track.name)
        return original(self, view, track, *more)

    monkeypatch.setattr(NowAndNext, "_track", count)
    state, feed = make_state(PARTS), NowAndNext(BERLIN)
    render(state, AT, feed)
    steps = [sorted(made)]
    documents = (
        Topic("docs", Now("words", AT)),
        Track("nova", "red"),
        replace(PARTS[4], url="https://meet.example.org/other"),  # the room that nova is in
        Booking("d", "docs", "Aspen", "Tue1", 0, AT),
        Info("other"),
    )
    for document in documents:
        made.clear()
        put(state, document)
        assert render(state, AT, feed) == render(state)
        steps.append(sorted(made[: len(made) - 2]))  # the last two are those of the feed that began anew
    assert steps == [["docs", "nova"], ["docs"], ["nova"], ["nova"], ["docs"], ["docs", "nova"]]
