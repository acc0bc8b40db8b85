"""Open spaces in what the site tells programs."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from lxml import etree

from ptgbot.core.protocols import Exporter
from ptgbot.features.feeds.atom import ChangesFeed
from ptgbot.features.feeds.model import guid
from ptgbot.features.feeds.now_and_next import NowAndNext
from ptgbot.features.feeds.schedule import ScheduleFiles
from ptgbot.features.openspaces.model import OPENSPACES, OpenSpace
from ptgbot.features.openspaces.sessions import open_space_sessions
from ptgbot.features.schedule.model import Booking
from ptgbot.features.schedule.subscribe import SubscribePage
from ptgbot.store.state import State
from tests.build import AT, BERLIN, change, make_state, put
from tests.features.admin.test_schedules import contents, take
from tests.features.feeds.test_schedule import _JSON, _XML
from tests.features.openspaces.shown import CHESS, KNITTING, TYPES, event, exporter, render, space

SOME = (TYPES, CHESS, KNITTING)
ATOM = {"a": "http://www.w3.org/2005/Atom"}


# -- schedule.json and schedule.xml -----------------------------------------------------------------------------------


def schedule(state: State) -> tuple[dict[str, Any], Any]:
    """Return both files, read; the test fails where one is not valid."""
    value = orjson.loads(render(ScheduleFiles, "schedule.json", state))
    tree = etree.fromstring(render(ScheduleFiles, "schedule.xml", state))
    _JSON.validate(value)
    _XML.assertValid(tree)
    return value["schedule"]["conference"], tree


def test_an_open_space_is_told_as_conference_apps_show_it() -> None:
    conference, tree = schedule(event(TYPES))
    [_, told] = conference["days"][0]["rooms"]["Ballroom A"]
    number = told["id"]

    assert told == {
        "guid": str(guid("session", "openspace-p41@ptg.example.org")),
        "id": number,
        "date": "2026-11-24T13:30:00+01:00",
        "start": "13:30",
        "end": "2026-11-24T14:15:00+01:00",
        "duration": "00:45",
        "room": "Ballroom A",
        "slug": f"harbor_summit-open-space-{number}",
        "url": "https://x.example/ada/status/41",
        "title": "Type hints for beginners",
        "subtitle": None,
        "track": "Open space",
        "type": "Open space",
        "language": None,
        "abstract": None,
        "persons": [{"name": "@ada"}],
        "links": [],
    }
    [found] = tree.findall("day/room/event[track='Open space']")
    same = ("room", "title", "type", "date", "start", "duration", "slug", "url")
    assert {key: found.findtext(key) for key in same} == {key: told[key] for key in same}
    assert dict(found.attrib) == {"guid": told["guid"], "id": str(number)}
    assert [person.text for person in found.findall("persons/person")] == ["@ada"]


def test_its_guid_and_number_stay_when_it_moves_and_those_of_bookings_do_when_it_comes() -> None:
    def names(*spaces: OpenSpace) -> dict[str, tuple[str, int]]:
        conference, _ = schedule(event(*spaces))
        rooms = [room for day in conference["days"] for room in day["rooms"].values()]
        return {one["title"]: (one["guid"], one["id"]) for room in rooms for one in room}

    both = names(TYPES, CHESS)
    assert names(replace(TYPES, room="Hut", start=CHESS.start, end=CHESS.end), CHESS) == both
    assert names() == {"nova": both["nova"]}
    assert len(set(both.values())) == 3


def test_days_and_rooms_that_only_open_spaces_have_are_there_and_days_hold_what_is_on_them() -> None:
    early = space(1, "Run", "Park", -7 * 60)
    conference, tree = schedule(event(early, space(2, "Sprint", "Aspen", 6 * 24 * 60)))

    assert [(day["date"], day["day_start"], day["day_end"], list(day["rooms"])) for day in conference["days"]] == [
        ("2026-11-24", "2026-11-24T07:05:00+01:00", "2026-11-24T17:00:00+01:00", ["Ballroom A", "Park"]),
        ("2026-11-25", "2026-11-25T09:00:00+01:00", "2026-11-25T10:30:00+01:00", []),
        ("2026-11-30", "2026-11-30T14:05:00+01:00", "2026-11-30T14:50:00+01:00", ["Aspen"]),
    ]
    assert (conference["end"], conference["daysCount"], len(tree.findall("day"))) == ("2026-11-30", 3, 3)


def test_what_was_cancelled_is_not_in_the_schedule() -> None:
    conference, tree = schedule(event(replace(TYPES, cancelled=True)))

    assert len(conference["days"][0]["rooms"]["Ballroom A"]) == 1
    assert len(tree.findall("day/room/event")) == 1


@pytest.mark.parametrize("path", ["schedule.json", "schedule.xml"])
def test_our_own_file_is_imported_without_taking_open_spaces_for_bookings(path: str) -> None:
    content = render(ScheduleFiles, path, event(*SOME))
    fresh = make_state()

    take(fresh, content, BERLIN)

    there, was = contents(fresh, BERLIN), contents(event(), BERLIN)
    assert list(there["booked"].values()) == list(was["booked"].values())
    assert (there["tracks"], there["rooms"], there["days"]) == (was["tracks"], was["rooms"], was["days"])


# -- now-and-next.json ------------------------------------------------------------------------------------------------


def test_now_and_next_tells_what_is_on_and_what_begins_next() -> None:
    told = orjson.loads(render(NowAndNext, "now-and-next.json", event(TYPES, CHESS, KNITTING)))

    assert told["open_spaces"] == {
        "now": [
            {
                "title": "Type hints for beginners",
                "room": "Ballroom A",
                "start": "2026-11-24T13:30:00+01:00",
                "end": "2026-11-24T14:15:00+01:00",
                "host": "@ada",
                "url": "https://x.example/ada/status/41",
            }
        ],
        "next": [
            {
                "title": "Chess",
                "room": "Pavilion",
                "start": "2026-11-24T16:00:00+01:00",
                "end": "2026-11-24T16:45:00+01:00",
                "host": "@grace@example.social",
                "url": "",
            }
        ],
    }
    assert told["changed"] == "2026-11-24T12:05:00+01:00"


def test_now_and_next_tells_nothing_of_what_was_cancelled_or_is_over() -> None:
    state = event(replace(TYPES, cancelled=True), space(1, "Yoga", "Aspen", -300))

    assert orjson.loads(render(NowAndNext, "now-and-next.json", state))["open_spaces"] == {"now": [], "next": []}


# -- changes.atom -----------------------------------------------------------------------------------------------------


def changes(state: State, feed: ChangesFeed | None = None) -> list[Any]:
    made = (feed or exporter(ChangesFeed)).render("changes.atom", state.public, AT)
    return list(etree.fromstring(made).findall("a:entry", ATOM))


def titles(state: State, feed: ChangesFeed | None = None) -> list[str]:
    return [entry.findtext("a:title", namespaces=ATOM) for entry in changes(state, feed)]


def test_the_feed_tells_of_each_the_newest_first() -> None:
    later = replace(CHESS, changed=CHESS.changed + timedelta(minutes=1))
    [chess, types] = changes(event(TYPES, later))

    told = [(etree.QName(child).localname, dict(child.attrib), (child.text or "").strip()) for child in types]
    title = "Type hints for beginners is an open space in Ballroom A, Tue 24 Nov 13:30–14:15"
    page = "https://ptg.example.org/openspaces.html#openspace-p41"
    assert told[1:] == [
        ("title", {}, title),
        ("published", {}, "2026-11-24T11:05:00Z"),
        ("updated", {}, "2026-11-24T11:05:00Z"),
        ("author", {}, ""),
        ("category", {"term": "planned"}, ""),
        ("category", {"term": "Open space"}, ""),
        ("link", {"rel": "alternate", "type": "text/html", "href": page}, ""),
        ("content", {"type": "text"}, f"{title}."),
    ]
    assert chess.findtext("a:updated", namespaces=ATOM) == "2026-11-24T11:06:00Z"


def test_one_that_moves_or_is_cancelled_is_another_entry() -> None:
    state, feed = event(TYPES), exporter(ChangesFeed)
    seen = {entry.findtext("a:id", namespaces=ATOM) for entry in changes(state, feed)}
    moved = replace(TYPES, room="Aspen", changed=AT)
    for one in (moved, replace(moved, cancelled=True, changed=AT + timedelta(seconds=1))):
        put(state, one)
        seen |= {entry.findtext("a:id", namespaces=ATOM) for entry in changes(state, feed)}

    assert titles(state, feed) == ["Type hints for beginners is cancelled in Aspen, Tue 24 Nov 13:30–14:15"]
    assert len(seen) == 3


def test_the_feed_tells_each_step_of_one_that_was_made_moved_and_cancelled() -> None:
    first = replace(CHESS, start=CHESS.start - timedelta(hours=1), end=CHESS.end - timedelta(hours=1))
    moved = replace(CHESS, changed=first.changed + timedelta(minutes=1), before=(first.stand,))
    before = (first.stand, moved.stand)
    gone = replace(moved, changed=first.changed + timedelta(minutes=2), cancelled=True, before=before)
    again = replace(moved, changed=first.changed + timedelta(minutes=3), before=(*gone.before, gone.stand))

    was, is_ = "Pavilion, Tue 24 Nov 15:00–15:45", "Pavilion, Tue 24 Nov 16:00–16:45"
    assert titles(event(again)) == [
        f"Chess takes place after all in {is_}",
        f"Chess is cancelled in {is_}",
        f"Chess moved from {was} to {is_}",
        f"Chess is an open space in {was}",
    ]
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in changes(event(again))]
    assert len(set(ids)) == 4
    assert ids[1:] == [entry.findtext("a:id", namespaces=ATOM) for entry in changes(event(gone))]


def test_the_feed_holds_the_newest_200_of_all_and_is_as_new_as_the_newest() -> None:
    many = [space(n, f"s{n}", "Hut", n, changed=AT + timedelta(minutes=n)) for n in range(250)]
    state = event(*many)
    root = etree.fromstring(render(ChangesFeed, "changes.atom", state))

    found = [text.partition(" ")[0] for text in titles(state)]
    assert found == [f"s{n}" for n in range(249, 49, -1)]
    assert root.findtext("a:updated", namespaces=ATOM) == "2026-11-24T17:14:00Z"


def test_the_feed_is_the_same_after_a_restart() -> None:
    state, feed = event(*SOME), exporter(ChangesFeed)
    feed.render("changes.atom", event(CHESS).public, AT)

    again = feed.render("changes.atom", state.public, AT)

    assert again == render(ChangesFeed, "changes.atom", state)


# -- what makes them again --------------------------------------------------------------------------------------------

FILES: tuple[tuple[type[Any], Iterable[str]], ...] = (
    (NowAndNext, ("now-and-next.json",)),
    (ScheduleFiles, ("schedule.json", "schedule.xml")),
    (ChangesFeed, ("changes.atom",)),
    (SubscribePage, ("subscribe.html",)),
)


@pytest.mark.parametrize(("kind", "paths"), FILES)
@pytest.mark.parametrize(
    "edit",
    [lambda draft: draft.put(OPENSPACES, CHESS), lambda draft: draft.remove(OPENSPACES, TYPES.key)],
)
def test_one_that_comes_or_goes_touches_them(
    kind: type[Exporter], paths: Iterable[str], edit: Callable[[Any], object]
) -> None:
    state = event(TYPES)
    made = change(state, edit)

    assert list(exporter(kind).touched(made, state.public)) == list(paths)


def test_what_is_told_of_others_is_not_written_again() -> None:
    state, files = event(*SOME), exporter(ScheduleFiles)
    files.render("schedule.json", state.public, AT)
    before = dict(files._kept)
    put(state, replace(TYPES, title="Types"))
    files.render("schedule.json", state.public, AT)

    changed = {key for key, held in files._kept.items() if held is not before[key]}
    assert changed == {"openspace-p41@ptg.example.org"}


# -- the Sessions themselves ------------------------------------------------------------------------------------------


def test_what_is_on_and_what_follows_holds_from_one_bound_to_the_next() -> None:
    spaces, view = open_space_sessions(BERLIN), event(TYPES, CHESS, space(1, "Tea", "Aspen", 0)).public

    def around(minutes: int) -> tuple[list[str], list[str]]:
        now = AT + timedelta(minutes=minutes)
        return [s.title for s in spaces.running(view, now)], [s.title for s in spaces.following(view, now)]

    assert around(-60) == ([], ["Type hints for beginners", "Tea", "Chess"])
    assert around(-1) == (["Type hints for beginners"], ["Tea", "Chess"])
    assert around(0) == (["Type hints for beginners", "Tea"], ["Chess"])
    assert around(10) == (["Tea"], ["Chess"])
    assert around(160) == ([], [])
    assert spaces.turn(view, CHESS.end) is None


def test_without_documents_there_is_nothing() -> None:
    spaces, view = open_space_sessions(BERLIN), event().public

    assert (spaces.all(view), spaces.running(view, AT), spaces.following(view, AT)) == ((), (), ())
    assert (spaces.cancelled(view), dict(spaces.days(view, BERLIN)), spaces.turn(view, AT)) == ((), {}, None)


def test_the_schedule_s_bookings_are_none_of_them() -> None:
    state = event()
    made = put(state, Booking("b2", "nova", "Aspen", "Tue1", 0, datetime(2026, 1, 1, tzinfo=UTC)))

    assert not open_space_sessions(BERLIN).touched(made)
