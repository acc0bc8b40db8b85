"""The page of open spaces: what is on it, what makes it again, and when each room is said to be free next."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptgbot.core.clock import Event
from ptgbot.features.openspaces.free import Free, next_free, next_turn
from ptgbot.features.openspaces.model import OPENSPACES, OpenSpace
from ptgbot.features.openspaces.pages import OpenSpacesPage
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.sessions import open_space_sessions
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.schedule.model import ROOMS, Track
from ptgbot.features.schedule.model import Room as Venue
from ptgbot.features.topics.model import Now, Topic
from ptgbot.site.html import Templates
from ptgbot.store.state import State
from tests.build import AT, BERLIN, change, make_state, put
from tests.features.openspaces.shown import CHESS, KNITTING, TYPES, event, space
from tests.pages import CountedHtml, tags, text_of

EVENING = AT + timedelta(hours=8)


def page_of(html: Any = None, **settings: Any) -> OpenSpacesPage:
    wanted = OpenSpaceSettings(**settings)
    return OpenSpacesPage(BERLIN, html or Templates(BERLIN), open_space_sessions(BERLIN), wanted)


def render(state: State, now: datetime = AT, **settings: Any) -> str:
    return page_of(**settings).render("openspaces.html", state.public, now).decode()


def part(page: str, start: str, end: str) -> str:
    """Return what people read between two marks of a page."""
    found = page.partition(start)[2].partition(end)[0].replace("</li>", " </li>").replace("</h4>", " </h4>")
    return text_of(found.replace("</p>", " </p>").replace("</span><p", "</span> <p").partition(">")[2])


def days(state: State, now: datetime = AT) -> list[str]:
    sections = render(state, now).split('<details class="day')[1:]
    return [part(f'<details class="day{section}', "<details", "</details>") for section in sections]


def free(state: State, now: datetime = AT, **settings: Any) -> list[str]:
    items = render(state, now, **settings).split('<li class="meeting" id="free-')[1:]
    return [part(f"<{item}", "<", "</li>") for item in items]


# -- what is on it ----------------------------------------------------------------------------------------------------


def test_they_are_shown_by_day_and_room_with_time_title_and_host() -> None:
    assert days(event(TYPES, CHESS, KNITTING)) == [
        (
            "Tuesday 24 November 2026 today"
            " Ballroom A 13:30–14:15 now Type hints for beginners with @ada"
            " Pavilion 16:00–16:45 Chess with @grace@example.social"
        ),
        "Wednesday 25 November 2026 Aspen 14:05–14:50 Knitting <fast>",
    ]


def test_rooms_are_in_the_order_of_the_schedule_and_then_by_name() -> None:
    state = event(*(space(n, f"s{n}", room, 60 * n) for n, room in enumerate(("Zelt", "Aspen", "Hut", "BALLROOM A"))))
    shown = render(state).partition('id="free"')[0]

    assert [text_of(f"<b>{name.partition('</span>')[0]}") for name in shown.split('<span class="room">')[1:]] == [
        "Ballroom A",
        "Aspen",
        "Hut",
        "Zelt",
    ]


def test_a_day_that_is_over_comes_last_and_what_is_over_or_cancelled_says_so() -> None:
    state = event(space(1, "Tea", "Aspen", -24 * 60), space(2, "Yoga", "Aspen", -300), replace(CHESS, cancelled=True))

    assert days(state) == [
        (
            "Tuesday 24 November 2026 today Aspen 09:05–09:50 Yoga with @ada"
            " Pavilion 16:00–16:45 cancelled Chess with @grace@example.social"
        ),
        "Monday 23 November 2026 over Aspen 14:05–14:50 Tea with @ada",
    ]
    lines = [a for _, a in tags(render(state)) if a.get("id", "").startswith("openspace-")]
    assert [(line["id"], line.get("class")) for line in lines] == [
        ("openspace-p2", "past"),
        ("openspace-p42", "past"),
        ("openspace-p1", "past"),
    ]


def test_the_title_leads_to_where_it_was_announced() -> None:
    shown = [a["href"] for tag, a in tags(render(event(TYPES, CHESS))) if tag == "a" and a.get("class") == "title"]

    assert shown == ["https://x.example/ada/status/41"]


def test_an_empty_page_says_what_to_type_and_what_to_post() -> None:
    rules = Rules(rooms=(Room("14"),), words=("#pyconopenspaces", "open space"))
    shown = text_of(render(event(), rules=rules, hashtags=("pyconopenspaces", "openspaces")))

    assert "There are no open spaces yet. Hold the first one: say in the event's channel" in shown
    assert "+openspace Type hints for beginners, Room 14, 3pm" in shown
    assert "Or post it with #pyconopenspaces, open space or #openspaces:" in shown


def test_without_rooms_the_example_has_a_word_for_one() -> None:
    shown = text_of(render(make_state()))

    assert "+openspace Type hints for beginners, ROOM, 3pm" in shown
    assert "No room can be named: none is known yet, or the event is over." in shown


@pytest.mark.parametrize(
    "evil", ["</script><script>alert(1)</script>", '" onclick="alert(1)', "{{ 7 * 7 }}", "a" * 999]
)
def test_what_people_write_is_only_text(evil: str) -> None:
    shown = render(event(space(1, evil, f"R{evil}", 60, host=evil, link="javascript:alert(1)")))

    assert evil in text_of(shown)
    for name, attributes in tags(shown):
        assert [key for key in attributes if key.startswith("on")] == []
        assert not attributes.get("href", "").startswith("javascript:")
        assert name != "script" or attributes["src"].startswith("static/")


def test_headings_follow_each_other_without_a_gap() -> None:
    levels = [int(name[1]) for name, _ in tags(render(event(TYPES, CHESS))) if name in ("h1", "h2", "h3", "h4")]

    assert levels == [1, 2, 3, 4, 4, 2, 2]


# -- what is free -----------------------------------------------------------------------------------------------------


def test_each_room_is_free_next_between_bookings_and_open_spaces() -> None:
    assert free(event(TYPES, CHESS)) == [
        "Ballroom A 14:15, until 15:00",  # an open space until then, a booking after that
        "Aspen now",
        "Pavilion now, until 16:00",  # a room that only open spaces have
    ]


def test_a_gap_that_is_too_short_is_none() -> None:
    assert free(event(replace(TYPES, end=TYPES.end + timedelta(minutes=1))))[0] == "Ballroom A 17:00"


def test_what_was_cancelled_takes_no_room() -> None:
    assert free(event(replace(TYPES, cancelled=True)))[0] == "Ballroom A now, until 15:00"


def test_after_the_last_hour_of_a_day_it_is_the_next_day_and_after_the_last_day_none() -> None:
    state = event(space(1, "Breakfast", "Aspen", 18 * 60))  # 08:05 on Wednesday

    assert free(state, EVENING) == ["Ballroom A Wed 25 Nov, 08:00", "Aspen Wed 25 Nov, 08:50"]
    assert free(state, AT + timedelta(days=2)) == []


def test_a_room_that_is_taken_to_the_end_is_not_free_any_more() -> None:
    long = space(1, "Hack", "Aspen", 0, end=AT + timedelta(hours=7))
    rules = Rules(days=(date(2026, 11, 24),), rooms=(Room("Aspen"), Room("Birch")), zone=BERLIN.zone)

    assert free(event(long), rules=rules) == ["Aspen not any more", "Birch now"]


def test_rooms_are_the_same_however_they_are_written() -> None:
    rules = Rules(rooms=(Room("ballroom-a"),), zone=BERLIN.zone)

    assert free(event(TYPES), rules=rules) == ["ballroom-a 14:15, until 15:00"]


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
FIRST = datetime(2026, 10, 24, tzinfo=UTC)  # over the end of summer time in Berlin


@st.composite
def afternoons(draw: st.DrawFn) -> tuple[State, Event, Rules, datetime]:
    """Draw an event of three days with open spaces in one room, and an instant in it."""
    minutes = st.integers(0, 3 * 24 * 60)
    spans = draw(st.lists(st.tuples(minutes, st.integers(1, 600)), max_size=8))
    spaces = [
        OpenSpace(f"p{n}", n, "x", "Aspen", FIRST + timedelta(minutes=at), FIRST + timedelta(minutes=at + length), AT)
        for n, (at, length) in enumerate(spans)
    ]
    conference = Event("", ZoneInfo(draw(st.sampled_from(ZONES))))
    rules = Rules(
        days=tuple(date(2026, 10, 24) + timedelta(days=n) for n in range(3)),
        hours=(time(8), time(20)),
        rooms=(Room("Aspen"),),
        zone=conference.zone,
        duration=timedelta(minutes=draw(st.sampled_from((1, 45, 120)))),
    )
    return make_state(spaces), conference, rules, FIRST + timedelta(minutes=draw(minutes))


def by_hand(state: State, conference: Event, rules: Rules, now: datetime) -> datetime | None:
    """Return the first minute at which the room can be had, by looking at each."""
    taken = [(one.start, one.end) for one in state.all(OPENSPACES).values()]
    days = {*rules.days, *(conference.local(start).date() for start, _ in taken)}
    for minute in range(5 * 24 * 60):
        at = now + timedelta(minutes=minute)
        local = conference.local(at)
        opens = local.replace(hour=8, minute=0) <= local <= local.replace(hour=20, minute=0)
        if local.date() in days and opens and all(end <= at or start >= at + rules.duration for start, end in taken):
            return at
    return None


@settings(deadline=None, max_examples=60)
@given(afternoons())
def test_what_is_free_next_is_what_somebody_finds_who_looks_at_each_minute(
    drawn: tuple[State, Event, Rules, datetime],
) -> None:
    state, conference, rules, now = drawn

    found = next_free(state.public, conference, open_space_sessions(conference), rules, now)

    wanted = by_hand(state, conference, rules, now)
    starts = [(one.start or now) if one.is_left else None for one in found]
    assert starts == [wanted] or (starts == [] and wanted is None)


@settings(deadline=None, max_examples=60)
@given(afternoons(), st.integers(1, 10_000))
def test_what_is_free_next_stays_so_until_the_page_turns(
    drawn: tuple[State, Event, Rules, datetime], seconds: int
) -> None:
    state, conference, rules, now = drawn
    spaces = open_space_sessions(conference)
    turn = next_turn(state.public, conference, spaces, rules, now)
    # People count in minutes: for the one in which a gap becomes too short, it is still told of.
    later = min(now + timedelta(seconds=seconds), turn - timedelta(seconds=60) if turn else now + timedelta(days=9))
    if later <= now or conference.local(later).date() != conference.local(now).date():
        return  # a page is made at midnight too

    at_first, then = (next_free(state.public, conference, spaces, rules, at) for at in (now, later))

    assert at_first == then


# -- what makes it again ----------------------------------------------------------------------------------------------


def test_the_page_turns_when_something_begins_or_ends_or_a_room_is_free_or_not_any_more() -> None:
    page, view, now = page_of(), event(TYPES, CHESS).public, AT
    turns = []
    while (now := page.turns("openspaces.html", view, now)) < AT + timedelta(hours=9):  # type: ignore[assignment,operator]
        turns.append(f"{BERLIN.local(now):%H:%M}")

    # At 14:15 types end; at 14:16 nobody can have 45 minutes before the booking of 15:00; chess is at 16:00.
    assert turns == ["14:15", "14:16", "15:00", "15:16", "16:00", "16:45", "17:00", "20:01"]


@pytest.mark.parametrize(
    ("document", "touched"),
    [
        (replace(TYPES, room="Aspen"), True),
        (Venue("Attic", 3, ()), True),
        (Topic("nova", Now("cells", AT)), False),
        (Track("edge", "teal"), False),
    ],
)
def test_a_change_touches_it_where_it_shows_that(document: Any, *, touched: bool) -> None:
    state = event(TYPES)
    made = put(state, document)

    assert list(page_of().touched(made, state.public)) == ["openspaces.html"] * touched


def test_what_is_removed_touches_it() -> None:
    state = event(TYPES)
    made = change(state, lambda draft: draft.remove(OPENSPACES, "p41"))

    assert list(page_of().touched(made, state.public)) == ["openspaces.html"]


def counts_after(state: State, *documents: Any, later: timedelta = timedelta(0)) -> dict[str, int]:
    """Return how often each template is filled in for a Change, on a page that was there before."""
    html = CountedHtml(Templates(BERLIN))
    page = page_of(html)
    page.render("openspaces.html", state.public, AT)
    html.counts.clear()
    put(state, *documents)
    page.render("openspaces.html", state.public, AT + later)
    return dict(html.counts)


def test_one_open_space_makes_its_day_again_and_no_other() -> None:
    others = [space(100 + n, "x", "Hut", 24 * 60 * n) for n in range(1, 5)]

    assert counts_after(event(TYPES, CHESS, *others), replace(TYPES, title="Types")) == {"openspaces/day.html": 1}


def test_nothing_is_made_again_while_nothing_changes() -> None:
    assert counts_after(event(TYPES, CHESS, KNITTING), later=timedelta(minutes=5)) == {}


def test_a_room_of_the_schedule_is_called_as_it_is_there() -> None:
    state = event(TYPES)
    assert [s.room for s in open_space_sessions(BERLIN).all(state.public)] == ["Ballroom A"]

    change(state, lambda draft: draft.remove(ROOMS, "Ballroom A"))
    spaces = open_space_sessions(BERLIN)
    assert [s.room for s in spaces.all(state.public)] == ["ballroom-a"]


def test_free_is_told_room_by_room() -> None:
    state = event(TYPES)
    rules = Rules(rooms=(Room("Aspen"),), zone=BERLIN.zone, days=(BERLIN.local(AT).date(),))

    assert next_free(state.public, BERLIN, open_space_sessions(BERLIN), rules, AT) == (
        Free("Aspen"),
        Free("Ballroom A", TYPES.end, datetime(2026, 11, 24, 14, 0, tzinfo=UTC)),
    )
