"""What it takes to write the calendar of everything: after one move, and with every event built anew."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from ptgbot.catalogue import TABLES, make_exporters, make_keeper
from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.features.admin.legacy import Importer
from ptgbot.features.schedule.calendars import EVERYTHING, Calendars
from ptgbot.features.schedule.model import BOOKINGS
from ptgbot.site import ics
from tests.bench.event import make_event
from tests.fakes import MemoryStore
from tests.talk import quick_talk

__all__ = ["Written", "calendar_times"]

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
EVENT = Event("Bench", first_day=date(2026, 11, 23), site_url="https://ptg.example.org")


@dataclass(frozen=True, slots=True)
class Written:
    """What it takes to write the calendar of everything.

    Args:
        bookings: How many are in it.
        kept: Seconds after one booking changed; the median.
        anew: Seconds with every event built anew; the median.
    """

    bookings: int
    kept: float
    anew: float


def calendar_times(tracks: int = 1000, rooms: int = 100, days: int = 5, rounds: int = 15) -> Written:
    """Return what it takes to write the calendar of everything.

    Args:
        tracks: How many tracks there are.
        rooms: How many rooms.
        days: How many days.
        rounds: How often each is measured.
    """
    store = MemoryStore(TABLES)
    keeper = make_keeper(store, EVENT)
    ids = (f"booking{number}" for number in range(1_000_000))
    importer = Importer(store.view, event=EVENT, network="irc", at=AT, new_id=lambda: next(ids), strict=True)
    keeper.commit(importer.read(make_event(tracks, rooms, days)).edits, at=AT)
    registry = quick_talk().registry
    [exporter] = [one for one in make_exporters(EVENT, registry) if isinstance(one, Calendars)]
    kept: list[float] = []
    anew: list[float] = []
    last = b""
    for number in range(1, rounds + 1):
        at = AT + timedelta(minutes=number)
        draft = Draft(store.view)
        booking = store.view.all(BOOKINGS)["booking7"]
        draft.put(BOOKINGS, replace(booking, track=f"track{number:03}", changed=at))
        keeper.commit(draft.edits(), at=at)
        for spans, forget in ((kept, False), (anew, True)):
            if forget:
                ics._write_session.cache_clear()
            began = time.perf_counter()
            content = exporter.render(EVERYTHING, store.public, at)
            spans.append(time.perf_counter() - began)
            if (content == last) != forget:
                raise RuntimeError("the calendar does not tell of the change, or tells it in two ways")
            last = content
    return Written(len(store.view.all(BOOKINGS)), sorted(kept)[rounds // 2], sorted(anew)[rounds // 2])
