"""TIME in commands: how it is read, what is guessed, what is refused, and how it is told."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ptgbot.core.clock import Event
from ptgbot.core.moments import FORMS, BadMoment, Bounds, Moment, read_moment, say_moment

BERLIN = Event("Sample", ZoneInfo("Europe/Berlin"), date(2026, 11, 23))
MONDAY = datetime(2026, 11, 23, 9, 0, 20, tzinfo=UTC)  # 10:00:20 in Berlin
EVENT = (datetime(2026, 11, 22, 23, tzinfo=UTC), datetime(2026, 11, 27, 17, tzinfo=UTC))  # Monday to Friday, 18:00


def read(text: str, now: datetime = MONDAY, event: Event = BERLIN, bounds: Bounds | None = EVENT) -> Moment:
    return read_moment(text.split(), now, event, bounds)


def told(text: str, now: datetime = MONDAY, event: Event = BERLIN, bounds: Bounds | None = EVENT) -> tuple[str, ...]:
    """Return the instant that a text begins with in words, what is left of it, and the guess."""
    moment = read(text, now, event, bounds)
    rest = " ".join(text.split()[moment.words_taken :])
    return say_moment(moment.at, event, now), rest, moment.guess


def refusal(text: str, now: datetime = MONDAY, event: Event = BERLIN, bounds: Bounds | None = EVENT) -> str:
    with pytest.raises(BadMoment) as refused:
        read(text, now, event, bounds)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("14:30", "Monday 23 November, 14:30 CET"),
        ("14h30", "Monday 23 November, 14:30 CET"),
        ("15h", "Monday 23 November, 15:00 CET"),
        ("2:30pm", "Monday 23 November, 14:30 CET"),
        ("2:30 PM", "Monday 23 November, 14:30 CET"),
        ("2:30 p.m.", "Monday 23 November, 14:30 CET"),
        ("2pm", "Monday 23 November, 14:00 CET"),
        ("2 pm", "Monday 23 November, 14:00 CET"),
        ("14:30pm", "Monday 23 November, 14:30 CET"),
        ("12pm", "Monday 23 November, 12:00 CET"),
        ("noon", "Monday 23 November, 12:00 CET"),
        ("at Noon", "Monday 23 November, 12:00 CET"),
        ("today 17:00", "Monday 23 November, 17:00 CET"),
        ("tomorrow 9:00", "Tuesday 24 November, 09:00 CET"),
        ("Tomorrow at 9am", "Tuesday 24 November, 09:00 CET"),
        ("tomorrow, 12:30am", "Tuesday 24 November, 00:30 CET"),
        ("Tue 10:15", "Tuesday 24 November, 10:15 CET"),
        ("on Tuesday at 10:15", "Tuesday 24 November, 10:15 CET"),
        ("TUES. 10:15", "Tuesday 24 November, 10:15 CET"),
        ("thurs 10:15,", "Thursday 26 November, 10:15 CET"),
        ("mon 10:15", "Monday 23 November, 10:15 CET"),
        ("in 20 min", "Monday 23 November, 10:20 CET"),
        ("in 20min", "Monday 23 November, 10:20 CET"),
        ("in 90 minutes", "Monday 23 November, 11:30 CET"),
        ("in 1 h 30 min", "Monday 23 November, 11:30 CET"),
        ("In 1 hour and 30 minutes", "Monday 23 November, 11:30 CET"),
        ("in 1h30", "Monday 23 November, 11:30 CET"),
        ("in 1h30m", "Monday 23 November, 11:30 CET"),
        ("at in 2 hours", "Monday 23 November, 12:00 CET"),
        ("in an hour", "Monday 23 November, 11:00 CET"),
        ("in half an hour", "Monday 23 November, 10:30 CET"),
        ("in a minute", "Monday 23 November, 10:01 CET"),
        ("2026-11-24 10:00", "Tuesday 24 November, 10:00 CET"),
        ("2026-11-24T10:00", "Tuesday 24 November, 10:00 CET"),
        ("2026-11-24t10:00:00", "Tuesday 24 November, 10:00 CET"),
        ("2026-11-24T10:00Z", "Tuesday 24 November, 11:00 CET"),
        ("2026-11-24T10:00:00+05:30", "Tuesday 24 November, 05:30 CET"),
        ("24 Nov 10:00", "Tuesday 24 November, 10:00 CET"),
        ("24. november 10:00", "Tuesday 24 November, 10:00 CET"),
        ("Nov 24th, 10:00", "Tuesday 24 November, 10:00 CET"),
        ("Tue 24 Nov 2026 10:00", "Tuesday 24 November, 10:00 CET"),
        ("Tuesday 24 November, 10:15 CET", "Tuesday 24 November, 10:15 CET"),
        ("14:30 UTC", "Monday 23 November, 15:30 CET"),
        ("16:30 +05:30", "Monday 23 November, 12:00 CET"),
        ("14:30:", "Monday 23 November, 14:30 CET"),
    ],
)
def test_a_time_is_read_in_every_form_and_nothing_is_guessed(text: str, at: str) -> None:
    assert told(text) == (at, "", "")
    assert told(f"{text} the doors close") == (at, "the doors close", "")


@pytest.mark.parametrize(
    ("text", "at", "rest", "guess"),
    [
        ("9:00 x", "Tuesday 24 November, 09:00 CET", "x", "09:00 today has passed: I took tomorrow."),
        ("2:30 x", "Monday 23 November, 14:30 CET", "x", "02:30 today has passed: I took it as 14:30."),
        ("today 2:30 x", "Monday 23 November, 14:30 CET", "x", "02:30 today has passed: I took it as 14:30."),
        ("02:30 x", "Tuesday 24 November, 02:30 CET", "x", "02:30 today has passed: I took tomorrow."),
        ("2:30am x", "Tuesday 24 November, 02:30 CET", "x", "02:30 today has passed: I took tomorrow."),
        (
            "Tue 2:30 x",
            "Tuesday 24 November, 02:30 CET",
            "x",
            "That is in the night: say 2:30pm for the afternoon.",
        ),
        ("10:15 Tue x", "Tuesday 24 November, 10:15 CET", "x", "I took 'Tue' as a part of the time."),
        ("10:15 on 24 Nov, x", "Tuesday 24 November, 10:15 CET", "x", "I took '24 Nov' as a part of the time."),
    ],
)
def test_a_guess_says_so(text: str, at: str, rest: str, guess: str) -> None:
    assert told(text) == (at, rest, guess)


def test_in_the_afternoon_half_past_two_is_tomorrow_in_the_night() -> None:
    assert told("2:30", datetime(2026, 11, 23, 15, tzinfo=UTC)) == (
        "Tuesday 24 November, 02:30 CET",
        "",
        "02:30 today has passed: I took tomorrow. That is in the night: say 2:30pm for the afternoon.",
    )


def test_before_the_event_a_weekday_is_the_one_in_the_event() -> None:
    assert told("Tue 10:15", datetime(2026, 11, 10, 8, tzinfo=UTC)) == (
        "Tuesday 24 November, 10:15 CET",
        "",
        "10:15 today is before the event: I took Tuesday 24 November.",
    )


def test_without_an_event_it_is_the_next_one_and_today_s_where_it_has_not_passed() -> None:
    assert told("Mon 9:15", bounds=None) == (
        "Monday 30 November, 09:15 CET",
        "",
        "09:15 today has passed: I took Monday 30 November.",
    )
    assert told("Mon 11:00", bounds=None) == ("Monday 23 November, 11:00 CET", "", "")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("2026-11-23 09:00", "Monday 23 November, 09:00 CET has passed."),
        ("today 8:30", "Monday 23 November, 08:30 CET has passed."),
        ("22 Nov 10:00", "Sunday 22 November, 10:00 CET has passed."),
        ("in 0 min", "Monday 23 November, 10:00 CET has passed."),
        ("Sun 14:00", "Sunday 29 November, 14:00 CET is after the event, which ends Friday 27 November, 18:00 CET."),
        ("Mon 9:15", "Monday 30 November, 09:15 CET is after the event, which ends Friday 27 November, 18:00 CET."),
        ("in 300 h", "Saturday 5 December, 22:00 CET is after the event, which ends Friday 27 November, 18:00 CET."),
        (
            "2027-11-24 10:00",
            "Wednesday 24 November 2027, 10:00 CET is after the event, which ends Friday 27 November, 18:00 CET.",
        ),
        ("9999-12-31 23:59", "9999 is too far away: say a time within a year from now."),
        ("in 99999999999999999999 h", "That is more than a year ahead."),
        ("Wed 24 Nov 10:00", "24 November 2026 is a Tuesday: say which of the two you mean."),
        ("30 Feb 10:00", "There is no 30 February."),
        ("2026-13-01 10:00", "There is no 2026-13-01."),
        ("25:00", "There is no 25:00: say it as 14:30 or 2:30pm."),
        ("13 am", "There is no 13 am: say it as 14:30 or 2:30pm."),
        ("14 the doors close", "'14' alone could be anything: say 14:00, or 2pm."),
        ("1430 doors", "Please put a colon into times: 14:30."),
        ("14.30 doors", "Please put a colon into times: 14:30."),
        (
            "24.11. 10:00",
            "'24.11.' is read differently in different countries: say the day as 23 Nov or 2026-11-23.",
        ),
        (
            "11/24 10:00",
            "'11/24' is read differently in different countries: say the day as 23 Nov or 2026-11-23.",
        ),
        ("tomorrow the doors", "At what time tomorrow? Say it as 'tomorrow 9:00'."),
        (
            "midnight",
            "Midnight could be either end of a day: say 23:59, or 0:00 with the day that begins then.",
        ),
        ("24:00", "Midnight could be either end of a day: say 23:59, or 0:00 with the day that begins then."),
        ("12am", "Midnight could be either end of a day: say 23:59, or 0:00 with the day that begins then."),
        ("14:30 PST", "Times are the event's own (CEST or CET) or UTC: I do not know PST."),
        ("14:30 CEST", "On Monday 23 November the clocks show CET and not CEST."),
        (
            "in 2 days",
            (
                "I count in minutes and hours, as in 'in 20 min' or 'in 1 h 30 min'; for other days, name them, as in"
                " 'tomorrow 9:00'."
            ),
        ),
        ("the doors close now", f"I cannot read a time in 'the doors close now'. Say it as {FORMS}."),
        ("in time for lunch", f"I cannot read a time in 'in time for lunch'. Say it as {FORMS}."),
        ("", f"Say when, as in {FORMS}."),
        ("at", f"Say when, as in {FORMS}."),
    ],
)
def test_what_is_no_time_or_cannot_be_taken_is_refused_with_the_reason(text: str, answer: str) -> None:
    assert refusal(text) == answer


def test_what_is_before_the_event_is_refused() -> None:
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    event = "is before the event, which begins Monday 23 November, 00:00 CET."
    assert refusal("today 11:00", now) == f"Friday 20 November, 11:00 CET {event}"
    assert refusal("in 20 min", now) == f"Friday 20 November, 10:20 CET {event}"


def test_without_an_event_a_year_ahead_is_the_end() -> None:
    assert told("2027-11-23 10:00", bounds=None) == ("Tuesday 23 November 2027, 10:00 CET", "", "")
    assert refusal("2027-11-25 10:00", bounds=None) == (
        "Thursday 25 November 2027, 10:00 CET is more than a year ahead."
    )


def test_a_date_without_a_year_is_next_year_s_where_this_year_s_was_long_ago() -> None:
    assert told("5 Jan 10:00", bounds=None) == ("Tuesday 5 January 2027, 10:00 CET", "", "")
    assert refusal("5 Nov 10:00", bounds=None) == "Thursday 5 November, 10:00 CET has passed."


SPRING = datetime(2027, 3, 27, 12, tzinfo=UTC)  # the clocks go forward on the 28th, at 02:00
AUTUMN = datetime(2026, 10, 24, 12, tzinfo=UTC)  # and back on the 25th, at 03:00


@pytest.mark.parametrize("text", ["tomorrow 2:30", "Sun 2:30", "28 March 02:30", "2027-03-28T02:30", "02:30"])
def test_a_time_that_the_clocks_skip_is_refused(text: str) -> None:
    assert refusal(text, SPRING, bounds=None) == ("There is no 02:30 on Sunday 28 March: the clocks go forward then.")


TWICE = "02:30 comes twice then, since the clocks go back: I took the"


def test_a_time_that_comes_twice_is_the_first_one_and_can_be_told_apart_by_the_zone() -> None:
    assert told("02:30", AUTUMN, bounds=None) == (
        "Sunday 25 October, 02:30 CEST",
        "",
        f"02:30 today has passed: I took tomorrow. {TWICE} first one.",
    )
    assert told("Sun 02:30", AUTUMN, bounds=None) == ("Sunday 25 October, 02:30 CEST", "", f"{TWICE} first one.")
    assert told("Sun 02:30 CEST", AUTUMN, bounds=None) == ("Sunday 25 October, 02:30 CEST", "", "")
    assert told("Sun 02:30 CET", AUTUMN, bounds=None) == ("Sunday 25 October, 02:30 CET", "", "")


def test_between_the_two_it_is_the_second_one() -> None:
    between = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 02:45 CEST
    assert told("02:30", between, bounds=None) == ("Sunday 25 October, 02:30 CET", "", f"{TWICE} second one.")


def test_a_span_is_as_long_as_it_says_whatever_the_clocks_do() -> None:
    assert told("in 24 h", AUTUMN, bounds=None)[0] == "Sunday 25 October, 13:00 CET"
    assert read("in 24 h", AUTUMN, bounds=None).at - AUTUMN == timedelta(hours=24)


# -- whatever is said -----------------------------------------------------------------------------------------------

ZONES = (
    "UTC Europe/Berlin Europe/London Europe/Dublin America/New_York America/St_Johns America/Sao_Paulo Asia/Kathmandu"
    " Australia/Lord_Howe Pacific/Chatham Pacific/Kiritimati Africa/Casablanca Antarctica/Troll".split()
)
events = st.sampled_from(ZONES).map(lambda name: Event("", ZoneInfo(name)))
instants = st.timedeltas(timedelta(), timedelta(days=1095)).map(lambda span: datetime(2026, 1, 1, tzinfo=UTC) + span)
TOKENS = (
    "in at on a an half and noon midnight today tomorrow mon tuesday Sun. sat, jan 29 Feb february nov. 1 2 3 12 13 24"
    " 30 31 0 00 1st 23rd min minutes h hours hour m 1h30 90m 30s 14:30 2:30 02:30 9:00 23:59 24:00 2pm 2:30pm am pm"
    " a.m. p.m. 14h 14h30 2026 2027 2028 2026-11-23 2027-02-29 2026-11-23T10:00 2026-03-29T02:30Z 1430 14.30 23.11."
    " 11/23 UTC CET CEST GMT BST PST +01 +05:30 -0330 the to #ptg".split()
)
words = st.lists(st.sampled_from(TOKENS) | st.text(max_size=6) | st.text("0123456789:-hapmT+Z", max_size=8), max_size=8)


def read_or_refused(said: list[str], now: datetime, event: Event, bounds: Bounds | None = None) -> Moment | str:
    try:
        return read_moment(said, now, event, bounds)
    except BadMoment as refused:
        return str(refused)


@given(words, instants, events, st.booleans(), st.integers(-400, 300))
def test_whatever_is_said_is_read_as_what_lies_ahead_or_refused_in_words(
    said: list[str], now: datetime, event: Event, bounded: bool, days: int
) -> None:
    bounds = (now + timedelta(days=days), now + timedelta(days=days + 5)) if bounded else None
    said = [word for text in said for word in text.split()]
    moment = read_or_refused(said, now, event, bounds)
    if isinstance(moment, str):
        assert moment.endswith(".")
        return
    assert now < moment.at <= now + timedelta(days=366)
    assert moment.at.tzinfo is UTC
    assert 0 < moment.words_taken <= len(said)
    assert bounds is None or bounds[0] <= moment.at <= bounds[1]
    assert read_moment(said[: moment.words_taken], now, event, bounds) == moment


@given(instants, st.timedeltas(timedelta(minutes=1), timedelta(days=365)), events)
def test_what_is_told_is_read_again_as_the_same_instant(now: datetime, ahead: timedelta, event: Event) -> None:
    at = (now + ahead).replace(second=0, microsecond=0)
    assume(at > now)
    said = say_moment(at, event, now)
    assert read_moment(said.split(), now, event) == Moment(at, len(said.split()))
    assert read_moment([*said.split(), "to", "all"], now, event) == Moment(at, len(said.split()))


@given(instants, st.integers(0, 200), st.integers(0, 23), st.integers(0, 59), events)
def test_every_form_of_one_time_is_one_instant(now: datetime, days: int, hour: int, minute: int, event: Event) -> None:
    day = event.local(now).date() + timedelta(days=days)
    clock = f"{hour:02}:{minute:02}"
    half = f"{hour % 12 or 12}:{minute:02}{'pm' if hour >= 12 else 'am'}"
    dates = [day.isoformat(), f"{day.day} {day:%b %Y}", f"{day:%B} {day.day}, {day.year}", f"{day:%a} {day:%d %b %Y}"]
    dates += {0: ["today"], 1: ["tomorrow"]}.get(days, [])
    assume(half != "12:00am")
    forms = [
        f"{lead}{date_} {time_}" for lead in ("", "on ") for date_ in dates for time_ in (clock, half, f"at {half}")
    ]
    forms += [form.upper() for form in forms] + [form.lower() for form in forms]
    read = [read_or_refused(form.split(), now, event) for form in [*forms, f"{day.isoformat()}T{clock}"]]
    assert len({each if isinstance(each, str) else each.at for each in read}) == 1


@given(st.integers(1, 500), instants, events)
def test_every_form_of_one_span_is_one_instant(minutes: int, now: datetime, event: Event) -> None:
    hours, rest = divmod(minutes, 60)
    forms = [f"in {minutes} min", f"in {minutes}m", f"IN {minutes} Minutes", f"at in {minutes} mins"]
    if hours and rest:
        forms += [f"in {hours} h {rest} min", f"in {hours}h{rest}m", f"in {hours} hours and {rest} minutes"]
    elif hours:
        forms += [f"in {hours} h", f"in {hours}h", f"in {hours} hours"]
    at = now + timedelta(minutes=minutes)
    assert {read_moment(form.split(), now, event).at for form in forms} == {at}
