"""``remind`` and ``quiet``: what somebody wants to be reminded of, and what they are told about it."""

from datetime import UTC, datetime

import pytest

from ptgbot.core.identity import Role
from ptgbot.features.reminders.model import REMINDERS, WISHES, Kind, Wish
from ptgbot.features.reminders.settings import ReminderSettings
from tests.fakes import SetClock
from tests.talk import SAMPLE, Talk, having, quick_talk

ADA = "irc/~ada"
NIGHT = "22:00-07:00 on the event's clocks, as for everybody who did not say otherwise: I do not remind you then."
NOTHING = "You are reminded of nothing. Say 'remind #TRACK [MINUTES]' to be told before each of its slots."


@pytest.fixture
def bot() -> Talk:
    return quick_talk(reminders=ReminderSettings(nudges=False))


def wish(*tracks: tuple[str, int], quiet: str = "", identity: str = ADA, nick: str = "ada") -> Wish:
    return Wish(identity, "irc", nick, tracks, quiet)


def planned(bot: Talk) -> list[tuple[str, str, int, str]]:
    """Return when somebody is reminded of what, in order of time."""
    found = [r for r in bot.store.view.all(REMINDERS).values() if r.kind is Kind.MINE]
    found.sort(key=lambda r: (r.due, r.name))
    return [(f"{bot.event.local(r.due):%a %H:%M}", r.track, r.lead, r.name) for r in found]


async def test_somebody_is_reminded_of_a_track_and_hears_which_slots_are_to_come(bot: Talk) -> None:
    before = bot.state
    assert await bot.told("ada", "remind #nova 10") == [
        (
            "I tell you in private 10 minutes before each slot of #nova: 1 is still to come, in Ballroom A on Monday 23"
            " November, 13:30 CET. 'remind off #nova' ends it."
        )
    ]
    assert bot.state["wishes"] == having(before, WISHES, wish(("nova", 10)))["wishes"]
    assert planned(bot) == [("Mon 13:20", "nova", 10, "ada")]


async def test_without_minutes_it_is_as_early_as_the_event_reminds_first(bot: Talk) -> None:
    await bot.tell("ada", "remind nova")
    assert planned(bot) == [("Mon 13:15", "nova", 15, "ada")]
    other = quick_talk(reminders=ReminderSettings(slots=(), nudges=False))
    await other.tell("ada", "remind nova")
    assert planned(other) == [("Mon 13:15", "nova", 15, "ada")]
    early = quick_talk(reminders=ReminderSettings(slots=(30, 5), nudges=False))
    await early.tell("ada", "remind nova")
    assert planned(early) == [("Mon 13:00", "nova", 30, "ada")]


async def test_other_minutes_replace_those_before(bot: Talk) -> None:
    await bot.tell("ada", "remind #nova")
    assert await bot.told("ada", "remind #nova 1min") == [
        (
            "I tell you in private 1 minute before each slot of #nova (it was: 15 minutes): 1 is still to come,"
            " in Ballroom A on Monday 23 November, 13:30 CET. 'remind off #nova' ends it."
        )
    ]
    assert planned(bot) == [("Mon 13:29", "nova", 1, "ada")]


async def test_a_track_without_slots_can_be_wished_for_and_a_slot_that_is_booked_later_counts(bot: Talk) -> None:
    assert await bot.told("ada", "remind #docs") == [
        (
            "I tell you in private 15 minutes before each slot of #docs: none is to come that I could tell you"
            " of; those that are booked later count too. 'remind off #docs' ends it."
        )
    ]
    await bot.say("olga", "#docs book Aspen-MonP1")
    assert planned(bot) == [("Mon 13:15", "docs", 15, "ada")]


async def test_what_begins_too_soon_is_told() -> None:
    clock = SetClock(datetime(2026, 11, 23, 12, 20, tzinfo=UTC))  # 13:20
    bot = quick_talk(clock=clock, reminders=ReminderSettings(nudges=False))
    await bot.say("olga", "#nova book Ballroom A-TueA1")
    assert await bot.told("ada", "remind #nova") == [
        (
            "I tell you in private 15 minutes before each slot of #nova: 1 is still to come, in Ballroom A on Tuesday"
            " 24 November, 09:00 CET. The one in Ballroom A on Monday 23 November, 13:30 CET begins too soon for that."
            " 'remind off #nova' ends it."
        )
    ]


async def test_what_falls_into_quiet_hours_is_counted_and_how_to_change_that_is_told(bot: Talk) -> None:
    await bot.say("olga", "#nova book Ballroom A-TueA1")
    await bot.tell("ada", "quiet 13:00-14:00")
    assert await bot.told("ada", "remind #nova") == [
        (
            "I tell you in private 15 minutes before each slot of #nova: 2 are still to come, the first in"
            " Ballroom A on Monday 23 November, 13:30 CET. 1 of them falls into your quiet hours (13:00-14:00)"
            " and stays silent: 'quiet off' changes that. 'remind off #nova' ends it."
        )
    ]
    assert await bot.told("ada", "quiet 8:00-14:00") == [
        (
            "Your quiet hours are 08:00-14:00 on the event's clocks: I do not remind you then. 2 of your"
            " reminders fall into them."
        )
    ]
    assert (
        "2 of them fall into your quiet hours (08:00-14:00) and stay silent"
        in (await bot.told("ada", "remind #nova"))[0]
    )
    await bot.tell("olga", "#nova unbook Ballroom A-TueA1")
    assert "It falls into your quiet hours (08:00-14:00) and stays silent" in (await bot.told("ada", "remind #nova"))[0]


async def test_the_list_shows_what_somebody_is_reminded_of(bot: Talk) -> None:
    assert await bot.told("ada", "remind") == [NOTHING]
    await bot.tell("ada", "remind #nova 10")
    await bot.tell("ada", "remind #docs 5")
    await bot.tell("bob", "remind #swift")
    assert await bot.told("ada", "remind") == [
        "#docs 5 minutes before: none to come",
        "#nova 10 minutes before: 1 to come, in Ballroom A on Monday 23 November, 13:30 CET",
        f"Your quiet hours are {NIGHT} 'remind off #TRACK' ends one, 'remind off' all.",
    ]


async def test_the_list_tells_which_stay_silent(bot: Talk) -> None:
    await bot.say("olga", "#swift book Aspen-MonP1")
    await bot.tell("ada", "quiet 13:00-14:00")
    await bot.tell("ada", "remind #nova")
    await bot.tell("ada", "remind #swift")
    assert (await bot.told("ada", "remind"))[:2] == [
        (
            "#nova 15 minutes before: 1 to come, in Ballroom A on Monday 23 November, 13:30 CET, silent in your quiet"
            " hours"
        ),
        (
            "#swift 15 minutes before: 2 to come, the first in Aspen on Monday 23 November, 13:30 CET, 1 of them silent"
            " in your quiet hours"
        ),
    ]


@pytest.mark.parametrize("minutes", ["5", "5m", "5min", "5 min", "5 minutes", "5 Minutes before"])
async def test_minutes_are_said_in_many_ways(bot: Talk, minutes: str) -> None:
    await bot.tell("ada", f"remind #nova {minutes}")
    assert planned(bot) == [("Mon 13:25", "nova", 5, "ada")]


async def test_reminders_end_one_by_one_or_all_at_once(bot: Talk) -> None:
    for track in ("nova", "docs", "swift"):
        await bot.tell("ada", f"remind #{track}")
    assert await bot.told("ada", "remind off #Nova") == [
        "You are not reminded of #nova any more. Of #docs and #swift you still are."
    ]
    assert planned(bot) == [("Tue 08:45", "swift", 15, "ada")]
    assert await bot.told("ada", "remind off nova") == ["You are not reminded of #nova, but of #docs and #swift."]
    assert await bot.told("ada", "remind off") == ["You are reminded of nothing any more (it was: #docs and #swift)."]
    assert await bot.told("ada", "remind off") == ["You are reminded of nothing."]
    assert bot.state["wishes"] == {}
    assert planned(bot) == []


async def test_a_track_that_is_gone_can_still_be_ended(bot: Talk) -> None:
    await bot.tell("ada", "remind #docs")
    await bot.op("~del docs")
    assert await bot.told("ada", "remind off #docs") == ["You are not reminded of #docs any more."]


async def test_what_is_asked_for_in_a_channel_is_answered_in_private(bot: Talk) -> None:
    for text in ("+remind", "+remind #nova", "+remind off", "+quiet", "+quiet off"):
        assert {target for target, _ in await bot.say("ada", text)} == {"ada"}


async def test_quiet_hours_are_shown_set_and_set_back(bot: Talk) -> None:
    before = bot.state
    change = "Change it with 'quiet 23:00-06:30', 'quiet off' or 'quiet default'."
    assert await bot.told("ada", "quiet") == [f"Your quiet hours are {NIGHT} {change}"]
    hours = "Your quiet hours are 23:00-06:30 on the event's clocks: I do not remind you then."
    assert await bot.told("ada", "quiet 23:00 - 6:30") == [hours]
    assert bot.state == having(before, WISHES, wish(quiet="23:00-06:30"))
    assert await bot.told("ada", "quiet") == [f"{hours} {change}"]
    assert await bot.told("ada", "quiet OFF") == ["You have no quiet hours: I remind you at any time."]
    assert bot.state == having(before, WISHES, wish(quiet="off"))
    assert await bot.told("ada", "quiet default") == [f"Your quiet hours are {NIGHT}"]
    assert bot.state == before


async def test_an_event_without_quiet_hours_has_none() -> None:
    bot = quick_talk(reminders=ReminderSettings(quiet=None))
    assert await bot.told("ada", "quiet default") == ["You have no quiet hours: I remind you at any time."]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("+remind #nvoa", "Unknown track 'nvoa'. Did you mean 'nova'?"),
        ("+remind #nova soon", "'soon' is no number of minutes from 1 to 1440: remind #TRACK [MINUTES]"),
        ("+remind #nova 0", "'0' is no number of minutes from 1 to 1440: remind #TRACK [MINUTES]"),
        ("+remind #nova 1441", "'1441' is no number of minutes from 1 to 1440: remind #TRACK [MINUTES]"),
        ("+remind #nova ²", "'²' is no number of minutes from 1 to 1440: remind #TRACK [MINUTES]"),
        ("+remind #nova 10 please", "'10 please' is no number of minutes from 1 to 1440: remind #TRACK [MINUTES]"),
        ("+remind #nova off", "'off' is no number of minutes. To end it, say 'remind off #nova'."),
        (
            "+remind in 20 min tea",
            (
                "I remind you of the slots of tracks: say 'remind #TRACK [MINUTES]'. Of anything else, at any time,"
                " only organisers can be reminded: ~remind TIME TEXT."
            ),
        ),
        (
            "+remind 14:30 lunch",
            (
                "I remind you of the slots of tracks: say 'remind #TRACK [MINUTES]'. Of anything else, at any time,"
                " only organisers can be reminded: ~remind TIME TEXT."
            ),
        ),
        (
            "+quiet at night",
            (
                "'at night' are no hours: say them as 23:00-06:30, or 'quiet off' for none, or 'quiet default'"
                " for those of the event."
            ),
        ),
    ],
)
async def test_what_cannot_be_done_is_refused_with_what_to_say(bot: Talk, text: str, answer: str) -> None:
    before = bot.state
    assert await bot.said("ada", text) == answer
    assert bot.state == before


async def test_what_was_wished_under_a_nick_goes_with_whoever_logs_in(bot: Talk) -> None:
    await bot.tell("ada", "remind #nova 10")
    await bot.tell("ada", "quiet off")
    await bot.tell("ada", "remind #docs", account="ada99")
    assert bot.state["wishes"] == {
        "irc/ada99": wish(("docs", 15), ("nova", 10), quiet="off", identity="irc/ada99"),
    }
    assert planned(bot) == [("Mon 13:20", "nova", 10, "ada")]
    assert await bot.told("ada", "remind") == [NOTHING]


async def test_wishes_are_nobody_else_s_business(bot: Talk) -> None:
    await bot.tell("ada", "remind #nova")
    [change] = bot.changes
    assert (change.actor, change.text) == (None, "")
    assert await bot.told("bob", "remind") == [NOTHING]
    assert not any("ada" in line for _, line in await bot.say("olga", "~reminders", role=Role.ORGANISER))


async def test_a_person_of_slack_is_reminded_there() -> None:
    bot = quick_talk(SAMPLE, reminders=ReminderSettings(nudges=False))
    await bot.tell("Ada", "remind #nova", network="slack", account="U1")
    assert bot.state["wishes"] == {"slack/U1": Wish("slack/U1", "slack", "Ada", (("nova", 15),))}
    assert [r.place for r in bot.store.view.all(REMINDERS).values()] == ["slack:"]
