"""The state as it will be after a Change in the making."""

from datetime import UTC, datetime

from ptgbot.core.after import After
from ptgbot.core.changes import Draft
from ptgbot.features.schedule.model import BOOKINGS, TRACKS, Booking, Track
from tests.build import make_state

AT = datetime(2026, 11, 24, tzinfo=UTC)
KEPT, MOVED, GONE = (Booking(name, "nova", "Attic", name, 0, AT) for name in ("kept", "moved", "gone"))
ELSEWHERE = Booking("moved", "docs", "Cellar", "moved", 1, AT)
NEW = Booking("new", "nova", "Attic", "new", 0, AT)


def test_it_shows_what_comes_what_changes_and_not_what_goes() -> None:
    state = make_state([KEPT, MOVED, GONE], Track("nova", "red"))
    draft = Draft(state)
    for booking in (ELSEWHERE, NEW):
        draft.put(BOOKINGS, booking)
    draft.remove(BOOKINGS, "gone")
    after = After(state, draft.edits())

    assert after.all(BOOKINGS) == {"kept": KEPT, "moved": ELSEWHERE, "new": NEW}
    assert [after.get(BOOKINGS, key) for key in ("kept", "moved", "gone", "new")] == [KEPT, ELSEWHERE, None, NEW]
    assert after.where(BOOKINGS, "track", "nova") == {"kept": KEPT, "new": NEW}
    assert after.where(BOOKINGS, "place", ("Attic", "moved")) == {}
    assert state.all(BOOKINGS) == {"kept": KEPT, "moved": MOVED, "gone": GONE}


def test_what_no_edit_is_about_is_as_it_is() -> None:
    state = make_state([KEPT, MOVED], Track("nova", "red"))
    draft = Draft(state)
    draft.put(TRACKS, Track("docs", "blue"))
    after = After(state, draft.edits())

    assert after.all(BOOKINGS) is state.all(BOOKINGS)
    assert after.where(BOOKINGS, "track", "nova") == state.where(BOOKINGS, "track", "nova")
    assert (after.seq, after.changed_at, after.seq_of(BOOKINGS, "kept")) == (state.seq, state.changed_at, 1)
