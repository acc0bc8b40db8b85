"""What calendars tell follows every Change: UIDs stay, revisions grow, what was taken back is cancelled."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.catalogue import TABLES, make_keeper
from ptgbot.core.changes import Cause, Draft
from ptgbot.core.clock import Event
from ptgbot.core.documents import Table, View
from ptgbot.features.history.model import HISTORY, newest_first
from ptgbot.features.schedule.calendars import Calendars
from ptgbot.features.schedule.model import BOOKINGS, CALENDAR, DAYS, ROOMS, Booking, CalendarEntry, Day, Slot
from ptgbot.features.schedule.sessions import CANCELLED_FOR, TrackLinks
from ptgbot.features.topics.model import LINKS, etherpad_url, meeting_url
from ptgbot.site.ics import write_calendar
from ptgbot.store.state import State
from tests.talk import EVENT, SAMPLE, Talk, quick_talk

LINKED = TrackLinks(LINKS, etherpad_url, meeting_url)
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PAGE = "https://example.org/new.json"


@pytest.fixture
def bot() -> Talk:
    """The sample event an hour after it was imported: Monday 23 November 2026, 11:00 in Berlin."""
    return started()


def started() -> Talk:
    made = quick_talk()
    made.clock.forward(hours=1)
    return made


def entries(bot: Talk) -> dict[str, CalendarEntry]:
    return dict(bot.store.view.all(CALENDAR))


def only(bot: Talk) -> CalendarEntry:
    """Return the entry that is not the one of the sample any more."""
    first = entries(started())
    [entry] = [entry for key, entry in entries(bot).items() if first.get(key) != entry]
    return entry


def calendar(bot: Talk, now: datetime | None = None) -> bytes:
    return Calendars(bot.event, LINKED, write_calendar).render("ptg.ics", bot.store.public, now or bot.clock.now())


def published(bot: Talk) -> dict[str, Any]:
    """Return what people find of each entry in the calendar of everything."""
    return {
        str(entry["UID"]): (str(entry["SUMMARY"]), str(entry["LOCATION"]).split(",")[0], entry["STATUS"])
        for entry in icalendar.Calendar.from_ical(calendar(bot)).walk("VEVENT")
    }


def sample_with(**slots: str) -> bytes:
    """Return the sample's days with other times of some slots."""
    days = {
        day: [{**slot, "desc": slots.get(slot["name"], slot["desc"])} for slot in found]
        for day, found in SAMPLE["slots"].items()
    }
    return json.dumps({"slots": days}).encode()


# -- each kind of change ----------------------------------------------------------------------------------------------


async def test_a_booking_gets_its_entry_in_the_same_change(bot: Talk) -> None:
    await bot.said("ada", "#docs book Aspen-TueA1")

    assert only(bot) == CalendarEntry(
        id="id1",
        track="docs",
        room="Aspen",
        start=datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
        end=datetime(2026, 11, 24, 9, 45, tzinfo=UTC),
        changed=bot.clock.now(),
        day=datetime(2026, 11, 24, tzinfo=UTC).date(),
        pad="https://etherpad.opendev.org/p/sample-docs",
    )
    assert [edit.table for edit in bot.changes[-1].edits] == [BOOKINGS, HISTORY, TABLES[-1], CALENDAR]


async def test_a_move_and_its_undo_each_raise_the_revision_and_keep_the_uid(bot: Talk) -> None:
    before = entries(bot)["booking1"]
    moved_at = bot.clock.now()
    await bot.said("ada", "#neutron move Aspen-MonA1 Loft-2-MonP1")
    moved = only(bot)
    bot.clock.forward(minutes=5)
    await bot.said("ada", "#neutron undo")

    assert (moved.id, moved.room, moved.start, moved.changed) == (
        "booking1",
        "Loft-2",
        datetime(2026, 11, 23, 12, 30, tzinfo=UTC),
        moved_at,
    )
    assert only(bot) == CalendarEntry(**{**_fields(before), "changed": bot.clock.now()})


def _fields(entry: CalendarEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}


async def test_two_changes_in_one_second_are_two_revisions(bot: Talk) -> None:
    await bot.said("ada", "#neutron move Aspen-MonA1 Loft-2-MonP1")
    first = only(bot).changed
    await bot.said("ada", "#neutron move Loft-2-MonP1 Aspen-MonP1")

    assert only(bot).changed == first + timedelta(seconds=1)


async def test_a_clock_that_is_put_back_does_not_lower_a_revision(bot: Talk) -> None:
    await bot.said("ada", "#neutron move Aspen-MonA1 Loft-2-MonP1")
    first = only(bot).changed
    bot.clock.forward(days=-3)
    await bot.said("ada", "#neutron move Loft-2-MonP1 Aspen-MonP1")

    assert only(bot).changed == first + timedelta(seconds=1)


async def test_an_import_that_gives_a_slot_another_time_raises_what_is_booked_there_and_nothing_else(bot: Talk) -> None:
    before = entries(bot)
    bot.pages[PAGE] = sample_with(TueA1="10:00-11:45")
    await bot.op(f"~fetchdb {PAGE}")
    after = entries(bot)
    [swift] = [key for key in after if after[key] != before[key]]

    assert (after[swift].track, after[swift].room) == ("swift", "Loft-2")
    assert (after[swift].start, after[swift].changed) == (
        datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        bot.clock.now(),
    )
    bot.clock.forward(minutes=5)
    await bot.op("~undo")
    assert entries(bot)[swift] == CalendarEntry(**{**_fields(before[swift]), "changed": bot.clock.now()})


async def test_the_same_import_again_changes_nothing(bot: Talk) -> None:
    before = calendar(bot)
    bot.pages[PAGE] = json.dumps(SAMPLE).encode()
    bot.clock.forward(days=1)
    await bot.op(f"~fetchdb {PAGE}")

    assert calendar(bot) == before


@pytest.mark.parametrize(
    "command", ["#neutron now cells", "#neutron color teal", "#neutron location the bar", "+in #nova"]
)
async def test_what_is_no_business_of_calendars_leaves_them_as_they_are(bot: Talk, command: str) -> None:
    before = calendar(bot)
    await bot.say("ada", command)

    assert calendar(bot) == before


async def test_a_track_s_meeting_is_a_change_of_its_entries_alone(bot: Talk) -> None:
    before = entries(bot)
    await bot.say("ada", "#nova url https://example.org/meet/nova")
    changed = {key: entry for key, entry in entries(bot).items() if entry != before[key]}

    assert {(e.track, e.link, e.changed) for e in changed.values()} == {
        ("nova", "https://example.org/meet/nova", bot.clock.now())
    }
    assert len(changed) == 2


# -- taken back, and there again --------------------------------------------------------------------------------------


async def test_an_unbooked_slot_is_cancelled_and_its_undo_revives_the_same_entry(bot: Talk) -> None:
    before = entries(bot)["booking1"]
    await bot.said("ada", "#neutron unbook Aspen-MonA1")
    cancelled = only(bot)
    bot.clock.forward(minutes=5)
    await bot.said("ada", "#neutron undo")

    assert cancelled == CalendarEntry(
        **{**_fields(before), "cancelled": True, "changed": bot.clock.now() - timedelta(minutes=5)}
    )
    assert only(bot) == CalendarEntry(**{**_fields(before), "changed": bot.clock.now()})


@pytest.mark.parametrize("command", ["~del neutron", f"~fetchdb {PAGE}#days", f"~fetchdb {PAGE}#over"])
async def test_whatever_takes_a_booking_back_cancels_it(bot: Talk, command: str) -> None:
    days = {"slots": {"Monday": [slot for slot in SAMPLE["slots"]["Monday"] if slot["name"] != "MonA1"]}}
    days["slots"]["Tuesday"] = SAMPLE["slots"]["Tuesday"]
    over = {"schedule": {**SAMPLE["schedule"], "Aspen": {"MonA1": "docs", "MonP1": "", "TueA1": ""}}}
    bot.pages |= {f"{PAGE}#days": json.dumps(days).encode(), f"{PAGE}#over": json.dumps(over).encode()}
    before = entries(bot)["booking1"]
    await bot.op(command)

    assert entries(bot)["booking1"] == CalendarEntry(
        **{**_fields(before), "cancelled": True, "changed": bot.clock.now()}
    )


async def test_a_slot_that_is_booked_again_by_the_same_track_is_there_once(bot: Talk) -> None:
    await bot.said("ada", "#neutron unbook Aspen-MonA1")
    bot.clock.forward(minutes=5)
    await bot.said("ada", "#neutron book Aspen-MonA1")
    once, revived = {uid: told for uid, told in published(bot).items() if "neutron" in told[0]}, only(bot)
    await bot.said("ada", "#neutron unbook Aspen-MonA1")

    assert once == {"booking1@ptgbot": ("neutron – Sample", "Aspen", "CONFIRMED")}
    assert revived == CalendarEntry(**{**_fields(entries(started())["booking1"]), "changed": bot.clock.now()})
    assert {uid: told for uid, told in published(bot).items() if "neutron" in told[0]} == {
        "booking1@ptgbot": ("Cancelled: neutron – Sample", "Aspen", "CANCELLED")
    }


@pytest.mark.parametrize(
    ("hours", "commands", "id_"),
    [
        (47.9, ["#neutron book Aspen-MonA1"], "booking1"),
        (48, ["#neutron book Aspen-MonA1"], "id1"),
        (1, ["#docs book Aspen-MonA1"], "id1"),
        (1, ["#neutron book Aspen-MonP1"], "id1"),
        (1, ["~fetchdb https://example.org/same"], "booking1"),
        (1, ["~del neutron", "~add neutron", "#neutron book Aspen-MonA1"], "booking1"),
        (1, ["~fetchdb https://example.org/early", "#neutron book Aspen-MonA1"], "id1"),
    ],
)
async def test_who_books_the_same_again_before_calendars_drop_it_has_the_same_booking(
    bot: Talk, hours: float, commands: list[str], id_: str
) -> None:
    bot.pages |= IMPORTS
    before = set(bot.store.view.all(BOOKINGS))
    await bot.said("ada", "#neutron unbook Aspen-MonA1")
    bot.clock.forward(hours=hours)
    for command in commands:
        await bot.op(command)

    assert set(bot.store.view.all(BOOKINGS)) == (before - {"booking1"}) | {id_}


async def test_a_booking_that_is_made_again_has_its_title_again(bot: Talk) -> None:
    bot.pages[PAGE] = b'{"talks": {"Aspen": {"MonA1": {"title": "Cells", "url": "https://example.org/cells"}}}}'
    await bot.op(f"~fetchdb {PAGE}")
    before = bot.store.view.all(BOOKINGS)["booking1"]
    bot.clock.forward(minutes=5)
    await bot.said("ada", "#neutron unbook Aspen-MonA1")
    await bot.said("ada", "#neutron book Aspen-MonA1")

    assert bot.store.view.all(BOOKINGS)["booking1"] == replace(before, changed=bot.clock.now())


async def test_the_id_of_a_booking_whose_slot_lost_its_time_is_given_to_no_other(bot: Talk) -> None:
    bot.pages |= IMPORTS
    await bot.op("~fetchdb https://example.org/untimed")
    draft = Draft(bot.store.view)
    draft.put(DAYS, Day("Wednesday", 2, (Slot("Again", "09:00-10:45", "2026-11-23T09:00:00+01:00"),)))
    draft.put(ROOMS, replace(bot.store.view.all(ROOMS)["Aspen"], slots=("MonA1", "Again")))
    bot.calendar.commit(draft.edits(), at=bot.clock.now())
    await bot.said("ada", "#neutron book Aspen-Again")

    assert {b.id: b.slot for b in bot.store.view.all(BOOKINGS).values() if b.track == "neutron"} == {
        "booking1": "MonA1",
        "id1": "Again",
    }


async def test_another_title_or_page_is_a_change_that_calendars_see(bot: Talk) -> None:
    before = entries(bot)["booking1"]
    for told in ({"title": "Cells"}, {"title": "Cells", "url": "https://example.org/cells"}, {}):
        bot.clock.forward(minutes=5)
        bot.pages[PAGE] = json.dumps({"talks": {"Aspen": {"MonA1": told}}}).encode()
        await bot.op(f"~fetchdb {PAGE}")
        assert entries(bot)["booking1"] == CalendarEntry(
            **{
                **_fields(before),
                "title": told.get("title", ""),
                "about": told.get("url", ""),
                "changed": bot.clock.now(),
            }
        )


async def test_a_title_stays_where_a_booking_moves_and_where_an_undo_brings_it_back(bot: Talk) -> None:
    bot.pages[PAGE] = b'{"talks": {"Aspen": {"MonA1": {"title": "Cells", "url": "https://example.org/cells"}}}}'
    await bot.op(f"~fetchdb {PAGE}")
    for command in ("#neutron move Aspen-MonA1 Loft-2-MonP1", "#neutron unbook Loft-2-MonP1", "#neutron undo"):
        await bot.said("ada", command)
    booking = bot.store.view.all(BOOKINGS)["booking1"]

    assert (booking.room, booking.title, booking.url) == ("Loft-2", "Cells", "https://example.org/cells")


async def test_a_slot_that_another_track_books_shows_both(bot: Talk) -> None:
    await bot.said("ada", "#neutron unbook Aspen-MonA1")
    await bot.said("ada", "#docs book Aspen-MonA1")

    assert {uid: told for uid, told in published(bot).items() if told[1] == "Aspen"} == {
        "booking1@ptgbot": ("Cancelled: neutron – Sample", "Aspen", "CANCELLED"),
        "id1@ptgbot": ("docs – Sample", "Aspen", "CONFIRMED"),
    }


async def test_an_empty_event_cancels_nothing_and_brings_higher_revisions_when_it_is_back(bot: Talk) -> None:
    await bot.said("ada", "#neutron unbook Aspen-MonA1")
    before = entries(bot)
    await bot.op("~emptydb")
    empty = entries(bot)
    bot.clock.forward(minutes=5)
    await bot.op("~undo")
    after = entries(bot)

    assert empty == {}
    assert after == {
        key: CalendarEntry(**{**_fields(entry), "changed": bot.clock.now()})
        for key, entry in before.items()
        if not entry.cancelled
    }


async def test_what_was_cancelled_goes_after_two_days_and_what_comes_back_then_has_a_higher_revision(bot: Talk) -> None:
    await bot.said("ada", "#neutron unbook Aspen-MonA1")
    cancelled = only(bot)
    bot.clock.forward(hours=47.9)
    bot.calendar.catch_up(bot.clock.now())
    assert only(bot) == cancelled
    bot.clock.forward(hours=0.1)
    bot.calendar.catch_up(bot.clock.now())
    assert "booking1" not in entries(bot)
    assert bot.changes[-1].cause is Cause.PURGE
    [unbooked] = [entry for entry in newest_first(bot.store.view) if entry.text == "#neutron unbook Aspen-MonA1"]
    await bot.op(f"~undo {unbooked.number}")
    assert entries(bot)["booking1"].changed > cancelled.changed


# -- what no Change tells ---------------------------------------------------------------------------------------------


def test_a_store_of_an_older_version_gets_its_entries_as_old_as_the_bookings_are() -> None:
    bot = quick_talk()
    draft = Draft(bot.store.view)
    draft.clear(CALENDAR)
    bot.store.commit(draft.edits(), at=bot.clock.now())
    bot.clock.forward(days=1)
    bot.calendar.catch_up(bot.clock.now())

    assert {entry.changed for entry in entries(bot).values()} == {NINE}
    assert len(entries(bot)) == len(bot.store.view.all(BOOKINGS)) == 4


def test_another_zone_in_the_configuration_moves_every_entry(bot: Talk) -> None:
    before = entries(bot)
    make_keeper(bot.store, Event("Sample", ZoneInfo("UTC"), EVENT.first_day)).catch_up(bot.clock.now())

    assert entries(bot) == {
        key: CalendarEntry(
            **{
                **_fields(entry),
                "start": entry.start + timedelta(hours=1),
                "end": entry.end + timedelta(hours=1),
                "changed": bot.clock.now(),
            }
        )
        for key, entry in before.items()
    }


def test_to_catch_up_with_nothing_changes_nothing(bot: Talk) -> None:
    seq = bot.store.view.seq
    bot.calendar.catch_up(bot.clock.now() + timedelta(days=30))

    assert bot.store.view.seq == seq


def test_after_a_restore_every_entry_has_a_higher_revision(bot: Talk) -> None:
    before = entries(bot)
    bot.calendar.renew(bot.clock.now())

    assert entries(bot) == {
        key: CalendarEntry(**{**_fields(entry), "changed": bot.clock.now()}) for key, entry in before.items()
    }


def test_a_booking_whose_time_nothing_tells_has_no_entry(bot: Talk) -> None:
    draft = Draft(bot.store.view)
    draft.put(BOOKINGS, Booking("stray", "docs", "Attic", "Nowhere", 0, NINE))
    made = bot.calendar.commit(draft.edits(), at=bot.clock.now())

    assert [edit.table for edit in made.edits] == [BOOKINGS]


# -- anything in any order --------------------------------------------------------------------------------------------

EARLY = sample_with(MonA1="08:00-09:45", TueA1="08:00-09:45")
IMPORTS = {
    "https://example.org/same": json.dumps(SAMPLE).encode(),
    "https://example.org/early": EARLY,
    "https://example.org/untimed": sample_with(MonA1="early"),
    "https://example.org/short": b'{"slots": {"Monday": [{"name": "MonA1", "desc": "09:00-10:45"}]}}',
    "https://example.org/rooms": b'{"schedule": {"Loft-2": {"MonP1": "nova", "TueA1": ""}, "Den": {"MonA1": "swift"}}}',
    "https://example.org/tracks": b'{"tracks": ["docs", "nova", "swift"]}',
    "https://example.org/titles": b'{"talks": {"Aspen": {"MonA1": {"title": "Cells"}, "TueA1": {"title": "Cells"}}}}',
    "https://example.org/untitled": b'{"talks": {}}',
}
tracks = st.sampled_from(("nova", "swift", "docs", "neutron"))
places = st.sampled_from(
    ("Aspen-MonA1", "Aspen-TueA1", "Ballroom A-MonA1", "Ballroom A-TueA1", "Loft-2-MonP1", "Den-MonA1")
)
steps = st.one_of(
    st.builds("#{} {} {}".format, tracks, st.sampled_from(("book", "unbook")), places),
    st.builds("#{} move {} {}".format, tracks, places, places),
    st.builds("#{} {}".format, tracks, st.sampled_from(("undo", "url https://e.org/m", "url none", "now cells"))),
    st.builds("~{} {}".format, st.sampled_from(("add", "del")), tracks),
    st.sampled_from(("~undo", "~undo", "~emptydb", *(f"~fetchdb {url}" for url in IMPORTS))),
    st.builds("~undo {}".format, st.integers(1, 20)),
    st.sampled_from(("a minute", "a day", "two days")),
)
SPANS = {"a minute": timedelta(minutes=1), "a day": timedelta(days=1), "two days": timedelta(days=2)}


def components(content: bytes) -> dict[str, tuple[int, datetime, bytes]]:
    found = [(str(e["UID"]), e) for e in icalendar.Calendar.from_ical(content).walk("VEVENT")]
    assert len({uid for uid, _ in found}) == len(found)
    return {uid: (int(str(e["SEQUENCE"])), e.decoded("last-modified"), e.to_ical()) for uid, e in found}


@given(st.lists(steps, max_size=25))
async def test_whatever_happens_no_revision_falls_and_nothing_changes_without_a_higher_one(said: list[str]) -> None:
    bot = started()
    bot.pages |= IMPORTS
    ever: dict[str, tuple[int, datetime, bytes]] = {}
    for step in said:
        before = set(bot.store.view.all(BOOKINGS))
        cancelled = {
            entry.place: key
            for key, entry in entries(bot).items()
            if entry.cancelled and key not in before and bot.clock.now() < entry.changed + CANCELLED_FOR
        }
        if step in SPANS:
            bot.clock.time += SPANS[step]
            bot.calendar.catch_up(bot.clock.now())
        else:
            await bot.op(step)
        if "book" in step or "fetchdb" in step:
            after = entries(bot)
            for key in set(bot.store.view.all(BOOKINGS)) - before:
                if key in after and after[key].place in cancelled:
                    assert key == cancelled[after[key].place], step
        content = calendar(bot)
        for uid, (revision, changed, written) in components(content).items():
            if uid in ever and written != ever[uid][2]:
                assert (revision, changed) > ever[uid][:2] and revision > ever[uid][0], (step, uid)
            ever[uid] = (revision, changed, written)
        check(bot)
        assert Calendars(bot.event, LINKED, write_calendar).render("ptg.ics", copy(bot), bot.clock.now()) == content


def check(bot: Talk) -> None:
    """See to it that calendars tell what is booked, and nothing that was cancelled beside what takes place."""
    view = bot.store.view
    told = [e for e in view.all(CALENDAR).values() if not e.cancelled]
    places = [(e.track, e.room, e.start) for e in view.all(CALENDAR).values()]
    timed = {slot.name: slot for day in view.all(DAYS).values() for slot in day.slots if slot.desc[:1].isdigit()}

    assert {(e.id, e.track, e.room) for e in told} == {
        (b.id, b.track, b.room) for b in view.all(BOOKINGS).values() if b.slot in timed
    }
    assert len(set(places)) == len(places)
    seq = view.seq
    bot.calendar.catch_up(bot.clock.now())
    assert view.seq == seq  # nothing was left to be told


def copy(bot: Talk) -> View:
    """Return the same state as another process would have read it."""
    state = State(TABLES)
    tables: tuple[Table[Any], ...] = TABLES
    for table in tables:
        documents: list[Any] = list(bot.store.view.all(table).values())
        state.load(table.name, [(document, 1) for document in reversed(documents)])
    return state.public
