"""What organisers say about what is planned: ``~remind``, ``~announce``, ``~reminders``, and what they"
" decide by ids."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ptgbot.core.changes import Cause, Draft
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Target, Tone
from ptgbot.features.reminders.model import REMINDERS, Announcement, Approval, Kind, Reminder, State
from ptgbot.features.reminders.settings import ReminderSettings
from tests.fakes import SetClock
from tests.talk import CHANNEL, Talk, quick_talk

IRC, SLACK, X = Target("irc", CHANNEL), Target("slack", "C0123"), Target("x", "timeline")
ANNOUNCING = ReminderSettings(slots=(), targets=(IRC, X), nudges=False)
APPROVING = replace(ANNOUNCING, approve=True)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, 10:00 in Berlin
FIVE = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
FORMS = "Say it as 14:30, 2:30pm, tomorrow 9:00, Tue 10:15, in 20 min or 2026-11-23 10:00."


@pytest.fixture
def bot() -> Talk:
    return quick_talk(reminders=ANNOUNCING)


@pytest.fixture
def strict() -> Talk:
    """A bot whose posts on X wait for approval."""
    return quick_talk(reminders=APPROVING)


def reminders(bot: Talk, **having: object) -> list[Reminder]:
    found = [r for r in bot.store.view.all(REMINDERS).values() if all(getattr(r, k) == v for k, v in having.items())]
    return sorted(found, key=lambda r: (r.due, r.number, r.place))


def states(bot: Talk, subject: str) -> list[tuple[str, State, Approval, str]]:
    return [(r.place, r.state, r.approval, r.why) for r in reminders(bot, subject=subject)]


async def op(bot: Talk, text: str) -> str:
    """Have an organiser say something in the channel; return the one line that answers it there."""
    return await bot.said("olga", text, role=Role.ORGANISER)


async def listed(bot: Talk, text: str = "~reminders", nick: str = "olga") -> list[str]:
    sends = await bot.say(nick, text, role=Role.ORGANISER)
    assert {target for target, _ in sends} == {nick}
    return [line for _, line in sends]


def set_reminder(bot: Talk, reminder: Reminder, **to: Any) -> None:
    """Let something become of a reminder, as the sender does."""
    draft = Draft(bot.store.view)
    draft.put(REMINDERS, replace(reminder, **to))
    bot.deliveries.commit(draft.edits(), at=bot.clock.now(), cause=Cause.DELIVERY)


# -- remind ---------------------------------------------------------------------------------------------------------


async def test_a_reminder_is_said_where_it_was_asked_for(bot: Talk) -> None:
    assert await op(bot, "~remind tomorrow 9:00 The buses  leave") == (
        "r1: on Tuesday 24 November, 09:00 CET, here: The buses leave – ~cancel r1 takes it back."
    )
    due = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    text = "The buses leave"
    assert reminders(bot) == [Reminder("note/1", 1, Kind.NOTE, "1", "irc:#ptg", due, due, text=text)]


async def test_in_private_it_is_for_the_asker_alone(bot: Talk) -> None:
    assert await bot.told("olga", "~remind in 20 min call the caterer", role=Role.ORGANISER) == [
        "r1: on Monday 23 November, 10:20 CET, to you alone: call the caterer – ~cancel r1 takes it back."
    ]
    due = NOW + timedelta(minutes=20)
    assert reminders(bot) == [
        Reminder(
            "note/1", 1, Kind.NOTE, "1", "irc:", due, due, identity="irc/~olga", name="olga", text="call the caterer"
        )
    ]


async def test_in_slack_it_is_said_in_that_channel(bot: Talk) -> None:
    await bot.say("olga", "~remind 17:00 x", role=Role.ORGANISER, network="slack", channel="C0123", account="U1")
    assert [r.place for r in reminders(bot)] == ["slack:C0123"]


async def test_a_guess_is_told(bot: Talk) -> None:
    assert await op(bot, "~remind 9:00 Badges") == (
        "r1: on Tuesday 24 November, 09:00 CET, here: Badges – 09:00 today has passed: I took tomorrow."
        " ~cancel r1 takes it back."
    )


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("~remind", "'remind' needs TIME TEXT: ~remind TIME TEXT"),
        ("~remind 17:00", "What shall I say on Monday 23 November, 17:00 CET? ~remind TIME TEXT"),
        ("~remind lunch is served", f"I cannot read a time in 'lunch is served'. {FORMS}"),
        ("~remind today 9:00 x", "Monday 23 November, 09:00 CET has passed."),
        (
            "~remind Wed 10:00 x",
            "Wednesday 25 November, 10:00 CET is after the event, which ends Tuesday 24 November, 23:59 CET.",
        ),
    ],
)
async def test_a_time_that_cannot_be_taken_is_refused(bot: Talk, text: str, answer: str) -> None:
    before = bot.state
    assert await op(bot, text) == answer
    assert bot.state == before


async def test_without_days_that_have_dates_any_time_within_a_year_is_taken() -> None:
    bot = quick_talk({"tracks": ["nova"]}, reminders=ANNOUNCING)
    assert await op(bot, "~remind 2027-03-01 9:00 x") == (
        "r1: on Monday 1 March 2027, 09:00 CET, here: x – ~cancel r1 takes it back."
    )


async def test_a_night_that_belongs_to_the_last_day_belongs_to_the_event() -> None:
    slots = {"Monday": [{"name": "Party", "desc": "22:00-02:00"}]}
    bot = quick_talk({"tracks": ["nova"], "slots": slots, "schedule": {"Hall": {"Party": ""}}}, reminders=ANNOUNCING)
    assert await op(bot, "~remind tomorrow 1:30am x") == (
        "r1: on Tuesday 24 November, 01:30 CET, here: x – ~cancel r1 takes it back."
    )
    assert await op(bot, "~remind tomorrow 2:30am x") == (
        "Tuesday 24 November, 02:30 CET is after the event, which ends Tuesday 24 November, 02:00 CET."
    )


# -- announce -------------------------------------------------------------------------------------------------------


async def test_an_announcement_goes_to_all_that_the_configuration_names(bot: Talk) -> None:
    assert await op(bot, "~announce The photo is at five") == (
        "a1: now (Monday 23 November, 10:00 CET), to irc:#ptg, x: The photo is at five – ~cancel a1 stops"
        " what is not out yet."
    )
    text = "The photo is at five"
    assert bot.state["announcements"] == {"a1": Announcement(1, text, NOW, ("irc:#ptg", "x:timeline"))}
    assert [(r.place, r.due, r.text, r.approval) for r in reminders(bot, subject="a1")] == [
        ("irc:#ptg", NOW, text, Approval.FREE),
        ("x:timeline", NOW, text, Approval.FREE),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "~announce at 17:00 to #ptg,slack:C0123 The photo",
        "~announce to irc:#PTG, slack:C0123 at 17:00 The photo",
        "~announce AT 5pm TO #ptg,slack:C0123,#ptg The   photo",
        "~announce at 17:00 today to #ptg ,slack:C0123 The photo",
    ],
)
async def test_an_announcement_has_a_time_and_targets_in_either_order(bot: Talk, text: str) -> None:
    answer = await op(bot, text)
    assert answer.startswith("a1: on Monday 23 November, 17:00 CET, to irc:#ptg, slack:C0123: The photo –")
    assert answer.endswith(" ~cancel a1 takes it back.")
    assert bot.state["announcements"] == {"a1": Announcement(1, "The photo", FIVE, ("irc:#ptg", "slack:C0123"))}


async def test_a_channel_is_that_of_the_network_on_which_it_is_named(bot: Talk) -> None:
    await op(bot, "~announce to #other x")
    assert bot.state["announcements"]["a1"].places == ("irc:#other",)


async def test_a_channel_of_irc_in_which_the_bot_is_not_is_refused() -> None:
    bot = quick_talk(reminders=replace(ANNOUNCING, irc_channels=("#ptg", "#Ops")))
    before = bot.state
    assert await op(bot, "~announce to #nowhere x") == (
        "I am not in #nowhere: say irc:#ptg or irc:#Ops, or have it added to irc_channel in the configuration."
    )
    assert bot.state == before
    await op(bot, "~announce to #ops x")
    assert bot.state["announcements"]["a1"].places == ("irc:#Ops",)


async def test_a_target_that_is_none_is_told_those_that_there_are() -> None:
    bot = quick_talk(reminders=replace(ANNOUNCING, targets=(IRC, SLACK, X)))
    assert await op(bot, "~announce to all lunch") == (
        "'all' is no target that I know: say irc:#ptg, slack:C0123 or x. Where 'to' begins your text, put another word"
        " before it."
    )


async def test_in_slack_a_channel_is_told_by_its_id() -> None:
    bot = quick_talk(reminders=replace(ANNOUNCING, targets=(SLACK,)))
    [(_, answer)] = await bot.say(
        "olga", "~announce to #general x", role=Role.ORGANISER, network="slack", channel="C0123", account="U1"
    )
    assert answer == (
        "olga: '#general' is no channel of Slack: say its id, such as slack:C0123ABCDEF, which Slack has at"
        " the foot of the channel's details."
    )


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("~announce to #ptg", "What shall I announce? ~announce [at TIME] [to TARGET,TARGET] TEXT"),
        ("~announce to", "To where? Say a target behind 'to', such as irc:#ptg."),
        (
            "~announce to everybody: lunch",
            (
                "'everybody:' is no target that I know: say irc:#ptg, x or slack:C0123ABCDEF. Where 'to' begins"
                " your text, put another word before it."
            ),
        ),
        (
            "~announce to #ptg,mastodon lunch",
            (
                "'mastodon' is no target that I know: say irc:#ptg, x or slack:C0123ABCDEF. Where 'to' begins"
                " your text, put another word before it."
            ),
        ),
        (
            "~announce at lunch we meet",
            (
                f"I cannot read a time in 'lunch we meet'. {FORMS} Where 'at' begins your text, put another word"
                " before it."
            ),
        ),
        ("~announce at 9:00 today lunch", "Monday 23 November, 09:00 CET has passed."),
        (
            "~announce 17:00 CET lunch",
            (
                "Nothing was announced: that begins with a time. To say it then, begin with 'at': ~announce at"
                " 17:00 CET … To say it now, put another word before it."
            ),
        ),
        (
            "~announce to x in 20 min lunch",
            (
                "Nothing was announced: that begins with a time. To say it then, begin with 'at': ~announce at"
                " in 20 min … To say it now, put another word before it."
            ),
        ),
    ],
)
async def test_what_may_be_meant_otherwise_is_not_announced(bot: Talk, text: str, answer: str) -> None:
    before = bot.state
    assert await op(bot, text) == answer
    assert (bot.state, reminders(bot)) == (before, [])


async def test_with_no_targets_it_says_how_to_have_some() -> None:
    bot = quick_talk(reminders=ReminderSettings(nudges=False))
    assert await op(bot, "~announce hello") == (
        "There is nowhere to announce anything: reminders.targets is not set. Have it set in the"
        " configuration, or say where: ~announce to irc:#ptg TEXT."
    )
    assert (await op(bot, "~announce to irc:#ptg hello")).startswith("a1: now")
    assert (await bot.told("olga", "~announce hello", role=Role.ORGANISER))[0].endswith(" ~announce to irc:#ptg TEXT.")


async def test_what_waits_for_approval_is_told(strict: Talk) -> None:
    assert await op(strict, "~announce at 17:00 The photo") == (
        "a1: on Monday 23 November, 17:00 CET, to irc:#ptg, x: The photo – x waits until 17:10 for ~approve"
        " a1 or ~deny a1. ~cancel a1 takes it back."
    )
    assert states(strict, "a1") == [
        ("irc:#ptg", State.PLANNED, Approval.FREE, ""),
        ("x:timeline", State.PLANNED, Approval.WAITING, ""),
    ]


# -- reminders ------------------------------------------------------------------------------------------------------


async def test_several_that_wait_are_told_as_several() -> None:
    bot = quick_talk(reminders=replace(APPROVING, targets=(X, Target("mastodon", "timeline"))))
    assert await op(bot, "~announce at 17:00 The photo") == (
        "a1: on Monday 23 November, 17:00 CET, to x, mastodon: The photo – x, mastodon wait until 17:10 for ~approve a1"
        " or ~deny a1. ~cancel a1 takes it back."
    )


async def test_nothing_is_planned(bot: Talk) -> None:
    assert await listed(bot) == ["Nothing is planned, and nothing was missed lately."]
    assert await listed(bot, "~reminders #docs") == ["Nothing is planned for #docs, and nothing was missed lately."]


async def test_the_list_has_what_waits_first_then_what_was_missed_then_the_soonest() -> None:
    bot = quick_talk(reminders=replace(APPROVING, slots=(15,)))
    await op(bot, "~announce at 17:00 The photo")
    await op(bot, "~remind tomorrow 9:00 Badges")
    await op(bot, "~announce to #ptg Lunch")
    [lunch] = reminders(bot, subject="a2")
    set_reminder(bot, lunch, state=State.MISSED, why="the link was down")
    await bot.tell("olga", "~remind 11:00 call", role=Role.ORGANISER)
    assert await listed(bot) == [
        (
            "r1 Monday 23 November, 13:15 CET, to x, waits for approval (~approve r1 or ~deny r1): in 15"
            " minutes: #nova in Ballroom A"
        ),
        "a1 Monday 23 November, 17:00 CET, to x, waits for approval (~approve a1 or ~deny a1): The photo",
        (
            "r2 Tuesday 24 November, 08:45 CET, to x, waits for approval (~approve r2 or ~deny r2): in 15"
            " minutes: #swift in Loft-2"
        ),
        "a2 Monday 23 November, 10:00 CET, to irc:#ptg, missed: the link was down: Lunch",
        "r4 Monday 23 November, 11:00 CET, to you alone: call",
        "r1 Monday 23 November, 13:15 CET, to irc:#ptg: in 15 minutes: #nova in Ballroom A",
        "a1 Monday 23 November, 17:00 CET, to irc:#ptg: The photo",
        "r2 Tuesday 24 November, 08:45 CET, to irc:#ptg: in 15 minutes: #swift in Loft-2",
        "r3 Tuesday 24 November, 09:00 CET, to irc:#ptg: Badges",
    ]
    assert await listed(bot, "~reminders #swift") == [
        (
            "r2 Tuesday 24 November, 08:45 CET, to x, waits for approval (~approve r2 or ~deny r2): in 15"
            " minutes: #swift in Loft-2"
        ),
        "r2 Tuesday 24 November, 08:45 CET, to irc:#ptg: in 15 minutes: #swift in Loft-2",
    ]
    assert "r4 Monday 23 November, 11:00 CET, to you alone: call" not in await listed(bot, nick="otto")


async def test_slots_that_go_out_in_one_message_are_one_line() -> None:
    bot = quick_talk(reminders=ReminderSettings(slots=(15,), targets=(IRC,), nudges=False))
    await bot.op("#docs book Aspen-MonP1")
    assert await listed(bot, "~reminders") == [
        "r1, r3 Monday 23 November, 13:15 CET, to irc:#ptg: in 15 minutes: #nova in Ballroom A · #docs in Aspen",
        "r2 Tuesday 24 November, 08:45 CET, to irc:#ptg: in 15 minutes: #swift in Loft-2",
    ]


async def test_what_is_said_of_one_slot_in_several_places_is_one_line() -> None:
    settings = replace(APPROVING, slots=(15, 1), targets=(IRC, SLACK, X))
    bot = quick_talk(reminders=settings)
    await bot.op("#nova unbook Ballroom A-MonP1")
    assert await listed(bot, "~reminders #swift") == [
        (
            "r3 Tuesday 24 November, 08:45 CET, to x, waits for approval (~approve r3 or ~deny r3): in 15 minutes:"
            " #swift in Loft-2"
        ),
        (
            "r4 Tuesday 24 November, 08:59 CET, to x, waits for approval (~approve r4 or ~deny r4): in 1 minute:"
            " #swift in Loft-2"
        ),
        "r3 Tuesday 24 November, 08:45 CET, to irc:#ptg, slack:C0123: in 15 minutes: #swift in Loft-2",
        "r4 Tuesday 24 November, 08:59 CET, to irc:#ptg, slack:C0123: in 1 minute: #swift in Loft-2",
    ]
    assert await op(bot, "~cancel r3") == (
        "r3 is cancelled (Tuesday 24 November, 08:45 CET, to irc:#ptg, slack:C0123, x: #swift in Loft-2)."
    )


async def test_slots_that_begin_at_different_times_are_lines_of_their_own() -> None:
    clock = SetClock(NOW - timedelta(hours=3))
    bot = quick_talk(clock=clock, reminders=ReminderSettings(slots=(285, 15), targets=(IRC,), nudges=False))
    assert (await listed(bot, "~reminders"))[:3] == [
        "r1, r2 Monday 23 November, 08:45 CET, to irc:#ptg: in 15 minutes: #neutron in Aspen · #nova in Ballroom A",
        "r3 Monday 23 November, 08:45 CET, to irc:#ptg: in 285 minutes: #nova in Ballroom A",
        "r4 Monday 23 November, 13:15 CET, to irc:#ptg: in 15 minutes: #nova in Ballroom A",
    ]


async def test_what_was_missed_long_ago_or_is_over_is_not_listed(bot: Talk) -> None:
    await op(bot, "~announce to #ptg one")
    await op(bot, "~announce to #ptg two")
    for subject, state in (("a1", State.MISSED), ("a2", State.SENT)):
        [reminder] = reminders(bot, subject=subject)
        set_reminder(bot, reminder, state=state, why="w")
    assert await listed(bot) == ["a1 Monday 23 November, 10:00 CET, to irc:#ptg, missed: w: one"]
    bot.clock.forward(hours=25)
    assert await listed(bot) == ["Nothing is planned, and nothing was missed lately."]


async def test_a_long_list_goes_on_with_more_and_a_very_long_one_ends(bot: Talk) -> None:
    for number in range(130):
        await op(bot, f"~remind 17:00 note {number}")
    lines = await listed(bot)
    assert (len(lines), lines[-1]) == (11, "… 91 more lines: say 'more'.")
    rest = [lines.pop()]
    for _ in range(10):  # the last line of each page says that there is more
        rest = [*rest[:-1], *await listed(bot, "+more")]
    assert len(rest) == 91
    assert rest[-1] == "… and more, later ones: '~reminders #TRACK' shows those of one track."


async def test_the_new_day_is_listed(bot: Talk) -> None:
    due = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    set_reminder(bot, Reminder("newday/2026-11-24", 0, Kind.NEWDAY, "2026-11-24", "", due, due))
    assert await listed(bot) == ["Tuesday 24 November, 05:00 CET: ~newday by itself (event.newday_at)"]


# -- cancel ---------------------------------------------------------------------------------------------------------


async def test_a_reminder_is_cancelled_by_its_id_in_any_case(bot: Talk) -> None:
    await op(bot, "~remind 17:00 Badges")
    assert await op(bot, "~cancel R1") == "r1 is cancelled (Monday 23 November, 17:00 CET, to irc:#ptg: Badges)."
    assert states(bot, "1") == [("irc:#ptg", State.CANCELLED, Approval.FREE, "olga cancelled it")]
    assert await op(bot, "~cancel r1") == "r1 is cancelled already: olga cancelled it."


async def test_a_slot_of_which_the_reminder_was_cancelled_stays_without_it() -> None:
    bot = quick_talk(reminders=ReminderSettings(slots=(15,), targets=(IRC,), nudges=False))
    assert await op(bot, "~cancel r1") == (
        "r1 is cancelled (Monday 23 November, 13:15 CET, to irc:#ptg: #nova in Ballroom A)."
    )
    await bot.op("#docs book Aspen-MonP1")
    assert await listed(bot, "~reminders #nova") == ["Nothing is planned for #nova, and nothing was missed lately."]


async def test_an_announcement_is_taken_back_where_it_is_not_out_yet(bot: Talk) -> None:
    await op(bot, "~announce The photo")
    [irc, _] = reminders(bot, subject="a1")
    set_reminder(bot, irc, state=State.SENT)
    assert await op(bot, "~cancel a1") == (
        "a1 is cancelled (Monday 23 November, 10:00 CET, to x: The photo). It is out already in irc:#ptg."
    )
    assert [(place, state) for place, state, _, _ in states(bot, "a1")] == [
        ("irc:#ptg", State.SENT),
        ("x:timeline", State.CANCELLED),
    ]
    assert await op(bot, "~cancel a1") == "a1 is cancelled already: olga cancelled it."


async def test_undo_takes_an_announcement_back_too_and_means_it_after_a_cancel(bot: Talk) -> None:
    await op(bot, "~announce at 17:00 The photo")
    assert await op(bot, "~undo") == "Taken back: c2 (~announce, olga)."
    assert reminders(bot) == []
    await op(bot, "~announce at 17:00 The photo")
    await op(bot, "~cancel a2")
    assert await op(bot, "~undo") == "Taken back: c4 (~announce, olga)."
    assert {state for _, state, _, _ in states(bot, "a2")} == {State.CANCELLED}


async def test_undo_says_so_where_an_announcement_is_out_and_takes_back_the_rest(bot: Talk) -> None:
    await op(bot, "~announce The photo")
    irc, x = reminders(bot, subject="a1")
    set_reminder(bot, irc, state=State.SENT)
    assert await op(bot, "~undo") == (
        "Taken back: c2 (~announce, olga). Left as it is, since it has changed: a1, as far as it is out."
    )
    assert [r.place for r in reminders(bot, subject="a1")] == ["irc:#ptg"]
    await op(bot, "~announce to x The photo")
    [x] = reminders(bot, subject="a2")
    set_reminder(bot, x, state=State.SENT)
    before = bot.state
    # What was done before that is not taken back in its place.
    assert await op(bot, "~undo") == (
        "c5 (~announce, olga) cannot be taken back: it is out. What was done before goes by its id: ~log shows them."
    )
    assert await op(bot, "~undo c5") == (
        "c5 (~announce, olga) cannot be taken back: it is out. What was done before goes by its id: ~log shows them."
    )
    assert bot.state == before


async def test_a_nudge_can_be_cancelled_and_says_whom_it_is_for() -> None:
    bot = quick_talk(reminders=ReminderSettings())
    assert await op(bot, "~cancel r1") == (
        "r1 is cancelled (Monday 23 November, 10:45 CET, to whoever spoke for it last: #neutron in Aspen)."
    )


@pytest.mark.parametrize(
    ("state", "why", "answer"),
    [
        (State.SENT, "", "r1 went out already."),
        (State.SENDING, "", "r1 is going out at this moment."),
        (State.MISSED, "the link was down", "r1 was missed: the link was down."),
    ],
)
async def test_what_is_over_cannot_be_cancelled(bot: Talk, state: State, why: str, answer: str) -> None:
    await op(bot, "~remind 17:00 Badges")
    [reminder] = reminders(bot)
    set_reminder(bot, reminder, state=state, why=why)
    assert await op(bot, "~cancel r1") == answer
    assert reminders(bot) == [replace(reminder, state=state, why=why)]


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("c12", "c12 is a change: ~undo c12 takes it back."),
        ("p41", "There is no post p41: ~posts shows those that there are."),
        ("z41", "z41 is neither a reminder nor an announcement: ~reminders shows their ids."),
        ("r7", "There is no reminder r7: ~reminders shows what is planned."),
        ("r0", "There is no reminder r0: ~reminders shows what is planned."),
        ("A3", "There is no announcement a3: ~reminders shows what is planned."),
        ("badges", "'badges' is no id: ~reminders shows them, such as r7 or a3."),
        ("r²", "'r²' is no id: ~reminders shows them, such as r7 or a3."),
    ],
)
async def test_an_id_that_is_none_says_what_it_is(bot: Talk, word: str, answer: str) -> None:
    for verb in ("cancel", "approve", "deny"):
        assert await op(bot, f"~{verb} {word}") == answer


async def test_several_are_cancelled_together_or_none(bot: Talk) -> None:
    for text in ("one", "two"):
        await op(bot, f"~remind 17:00 {text}")
    assert await op(bot, "~cancel r1 r9") == (
        "There is no reminder r9: ~reminders shows what is planned. Nothing was changed, of the others neither."
    )
    assert [r.state for r in reminders(bot)] == [State.PLANNED, State.PLANNED]
    assert await bot.op("~cancel r1, r2 r1") == [
        (CHANNEL, "olga: r1 is cancelled (Monday 23 November, 17:00 CET, to irc:#ptg: one)."),
        (CHANNEL, "olga: r2 is cancelled (Monday 23 November, 17:00 CET, to irc:#ptg: two)."),
    ]


async def test_a_reminder_of_one_s_own_is_ended_by_nobody_else_and_told_to_nobody_else(bot: Talk) -> None:
    await bot.tell("otto", "~remind 17:00 secret", role=Role.ORGANISER)
    await bot.tell("ada", "remind #nova")
    for id_ in ("r1", "r2"):
        assert await op(bot, f"~cancel {id_}") == f"{id_} is somebody's own reminder: only they can end it."
        assert await op(bot, f"~deny {id_}") == f"{id_} is somebody's own reminder: only they can end it."
    assert await bot.say("otto", "~cancel r1", role=Role.ORGANISER) == [
        ("otto", "r1 is cancelled (Monday 23 November, 17:00 CET, to you alone: secret).")
    ]


# -- approve and deny -----------------------------------------------------------------------------------------------


async def test_a_post_goes_out_once_it_is_approved(strict: Talk) -> None:
    await op(strict, "~announce at 17:00 The photo")
    assert await op(strict, "~approve a1") == (
        "a1 is approved and goes out on Monday 23 November, 17:00 CET, to x: The photo. ~cancel a1 takes it back."
    )
    assert states(strict, "a1") == [
        ("irc:#ptg", State.PLANNED, Approval.FREE, ""),
        ("x:timeline", State.PLANNED, Approval.GIVEN, ""),
    ]
    assert await op(strict, "~approve a1") == (
        "a1 is approved already: it goes out on Monday 23 November, 17:00 CET, to irc:#ptg, x: The photo."
        " ~cancel a1 takes it back."
    )


async def test_what_is_due_goes_out_at_once_and_what_is_too_late_not_at_all(strict: Talk) -> None:
    await op(strict, "~announce to x The photo")
    await op(strict, "~announce to x Lunch")
    strict.clock.forward(minutes=10)
    assert await op(strict, "~approve a1") == (
        "a1 is approved and goes out now; it was due on Monday 23 November, 10:00 CET, to x: The photo."
    )
    strict.clock.forward(seconds=1)
    assert await op(strict, "~approve a2") == (
        "It is too late to approve a2: it was due on Monday 23 November, 10:00 CET, to x: Lunch."
    )


async def test_a_post_that_is_denied_does_not_go_out_and_the_rest_does(strict: Talk) -> None:
    await op(strict, "~announce at 17:00 The photo")
    assert await op(strict, "~deny a1") == (
        "a1 is denied and does not go out (Monday 23 November, 17:00 CET, to x: The photo). To irc:#ptg it"
        " goes all the same."
    )
    assert states(strict, "a1") == [
        ("irc:#ptg", State.PLANNED, Approval.FREE, ""),
        ("x:timeline", State.CANCELLED, Approval.WAITING, "olga denied it"),
    ]


async def test_an_announcement_of_which_all_was_denied_is_over(strict: Talk) -> None:
    await op(strict, "~announce at 17:00 to x The photo")
    assert await op(strict, "~deny a1") == (
        "a1 is denied and does not go out (Monday 23 November, 17:00 CET, to x: The photo)."
    )
    assert await op(strict, "~approve a1") == "a1 is cancelled already: olga denied it."


async def test_the_reminder_of_a_slot_is_approved_by_its_own_id() -> None:
    bot = quick_talk(reminders=replace(APPROVING, targets=(X,), slots=(15,)))
    assert await op(bot, "~approve r1") == (
        "r1 is approved and goes out on Monday 23 November, 13:15 CET, to x: #nova in Ballroom A. ~cancel r1 takes it"
        " back."
    )
    assert [(r.number, r.approval) for r in reminders(bot)] == [(1, Approval.GIVEN), (2, Approval.WAITING)]


async def test_what_waits_for_nobody_needs_no_approval(strict: Talk) -> None:
    await op(strict, "~remind 17:00 Badges")
    for verb in ("approve", "deny"):
        assert await op(strict, f"~{verb} r1") == (
            "r1 waits for nobody's approval: it goes out on Monday 23 November, 17:00 CET, to irc:#ptg:"
            " Badges. ~cancel r1 takes it back."
        )


# -- all of them ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["~remind 17:00 x", "~announce x", "~reminders", "~cancel r1", "~approve a1", "~deny a1"]
)
async def test_they_are_for_organisers(bot: Talk, text: str) -> None:
    assert await bot.said("ada", text) == bot.network.how_to_get(Role.ORGANISER)
    assert reminders(bot) == []


async def test_the_examples_of_the_documentation_work(bot: Talk) -> None:
    olga = Actor(Identity("irc", "olga"), "olga", Role.ORGANISER)
    await bot.op("+remind #nova")
    for name in ("remind", "remind off", "quiet", "announce", "reminders"):
        for command in bot.registry.commands:
            if command.name == name:
                said = f"{command.door.value}{name} {command.example}"
                reply = await bot.dispatcher.accept(Message("irc", olga, said, CHANNEL))
                assert (said, reply.tone) == (said, Tone.WORDS)
