"""What one person sees and can press where a network has buttons and forms."""

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event
from ptgbot.core.commands import Door
from ptgbot.core.grammar import read
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Reply, Tone
from ptgbot.core.panels import Button, Choice, Field, Form, Panel, Section
from ptgbot.features.board import home
from ptgbot.features.openspaces.model import POSTS, Fate, Lane, Post
from ptgbot.features.reminders.model import REMINDERS, Approval, Kind, Reminder
from ptgbot.features.schedule.model import BOOKINGS, find_place
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.features.topics.model import TOPICS
from tests.talk import EVENT, SAMPLE, Talk, quick_talk

ADA = Actor(Identity("slack", "T1.U1", verified=True), "Ada Lovelace", nick=None)
VERA = Actor(Identity("slack", "T1.U2", verified=True), "Vera", Role.MODERATOR, None)
OLGA = Actor(Identity("slack", "T1.U3", verified=True), "Olga", Role.ORGANISER, None)

HERE = Button("I am here…", form="in", primary=True)
ELSEWHERE = Button("I am somewhere else", form="in")
SUBSCRIBE = Button("Subscribe…", form="subscribe")
NOBODY_KNOWS = "You are not checked in anywhere: people cannot see where you are."
NO_SUBSCRIPTION = "You have no subscription: you hear of no topic by yourself."
SPEAK = (
    Button("Set what is on now…", form="now", primary=True),
    Button("Announce what is next…", form="next"),
    Button("Book a room…", form="book"),
)
NEW = Section("You", (NOBODY_KNOWS, NO_SUBSCRIPTION), (HERE, SUBSCRIBE))
REMIND, HOURS = Button("Remind me…", form="remind"), Button("Quiet hours…", form="quiet")
UNREMINDED = Section("Your reminders", ("You are reminded of nothing.",), (REMIND, HOURS))
QUIET = ("Nobody has said what they are talking about yet.",)
NONE_NEXT = Section("Next", ("Nothing is announced yet.",))
MONDAY = Section(
    "Today: Monday (Europe/Berlin time)",
    ("09:00-10:45 (now): neutron in Aspen, nova in Ballroom A", "13:30-15:15: nova in Ballroom A"),
)


def panel(bot: Talk, actor: Actor) -> Panel:
    return home.panel(bot.store.view, bot.event, bot.clock.now(), actor)


def form(bot: Talk, name: str, actor: Actor = ADA, text: str = "") -> Form:
    found = home.form(name, bot.store.view, bot.event, bot.clock.now(), actor, text=text)
    assert found is not None
    return found


async def press(bot: Talk, command: str, actor: Actor = ADA) -> Reply:
    """Have somebody press a button, or send a form, of which this is the command."""
    return await bot.dispatcher.accept(Message("slack", actor, command, None, addressed=True))


async def test_an_attendee_of_a_day_that_begins(bot: Talk) -> None:
    assert panel(bot, ADA) == Panel((NEW, UNREMINDED, Section("Now", QUIET, SPEAK), NONE_NEXT, MONDAY))


async def test_an_event_in_which_there_is_nothing_yet() -> None:
    unreminded = replace(UNREMINDED, buttons=(HOURS,))
    empty = Panel((NEW, unreminded, Section("Now", QUIET), NONE_NEXT))
    for actor in (ADA, VERA, OLGA):
        assert panel(quick_talk({}, event=Event()), actor) == empty


async def test_while_voice_is_required_only_those_with_it_see_what_they_can_press(bot: Talk) -> None:
    await bot.op("~requirevoice")
    silent = Panel((NEW, UNREMINDED, Section("Now", QUIET), NONE_NEXT, MONDAY))
    speaking = Panel((NEW, UNREMINDED, Section("Now", QUIET, SPEAK), NONE_NEXT, MONDAY))
    assert [panel(bot, actor) for actor in (ADA, VERA, OLGA)] == [silent, speaking, speaking]


async def test_what_somebody_has_and_what_is_on(bot: Talk) -> None:
    await press(bot, "in #nova")
    await press(bot, "subscribe nova|swift")
    await bot.say("bob", "+in #nova")
    await bot.say("bob", "+subscribe secret")
    await bot.say("bob", "#nova now cells <!channel> & pods")
    await bot.say("bob", "#nova next lunch")
    await bot.say("bob", "#nova next placement")
    await bot.say("bob", "#docs now first steps")
    await bot.say("bob", "#docs location the terrace")
    bot.clock.forward(hours=4)
    ada = Panel(
        (
            Section(
                "You",
                ("You are in #nova, since 10:00.", "You hear of topics that match: nova|swift"),
                (
                    ELSEWHERE,
                    Button("I left", command="+out"),
                    Button("Change subscription…", form="subscribe"),
                    Button("End subscription", command="+unsubscribe"),
                ),
            ),
            UNREMINDED,
            Section(
                "Now",
                (
                    "#docs (the terrace, since 10:00): first steps",
                    "#nova (Ballroom A, since 10:00): cells <!channel> & pods · 2 here",
                ),
                SPEAK,
            ),
            Section("Next", ("#nova: lunch", "#nova: placement")),
            Section(
                MONDAY.heading,
                (
                    "09:00-10:45: neutron in Aspen, nova in Ballroom A",
                    "13:30-15:15 (now): nova in Ballroom A",
                ),
            ),
        )
    )
    assert panel(bot, ADA) == ada
    assert panel(bot, VERA) == Panel((NEW, *ada.sections[1:]))


async def test_what_somebody_is_reminded_of_has_a_button_that_ends_it(bot: Talk) -> None:
    await press(bot, form(bot, "remind").filled({"track": "nova", "minutes": "10"}))
    await press(bot, form(bot, "remind").filled({"track": "docs", "minutes": ""}))
    await press(bot, form(bot, "quiet").filled({"hours": "23:00-06:30"}))
    stops = tuple(Button(f"Stop #{track}", command=f"+remind off #{track}") for track in ("docs", "nova"))
    lines = (
        "#docs: 15 minutes before each of its slots",
        "#nova: 10 minutes before each of its slots",
        "Your quiet hours: 23:00-06:30.",
    )
    assert panel(bot, ADA).sections[1] == Section("Your reminders", lines, (REMIND, *stops, HOURS))
    assert panel(bot, OLGA).sections[1] == UNREMINDED
    assert form(bot, "quiet").fields[0].initial == "23:00-06:30"
    for stop in stops:
        await press(bot, stop.command)
    await press(bot, form(bot, "quiet").filled({"hours": "off"}))
    assert panel(bot, ADA).sections[1].lines == ("You have no quiet hours.",)
    await press(bot, form(bot, "quiet").filled({"hours": "default"}))
    assert panel(bot, ADA).sections[1] == UNREMINDED


def held_back(number: int, at: datetime, place: str = "x:timeline") -> Reminder:
    return Reminder(
        f"a{number}@{place}",
        0,
        Kind.ANNOUNCEMENT,
        f"a{number}",
        place,
        at,
        at,
        text=f"text {number}",
        approval=Approval.WAITING,
    )


async def test_what_waits_for_an_organisers_word_is_on_their_home_alone(bot: Talk) -> None:
    noon = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    post = Post("x/1", 4, "x/2", "@ada", noon, "Chess\nand go", "", Lane.OUTGOING, Fate.OPEN, "it begins soon", "14")
    ready = replace(post, start=noon, end=noon + timedelta(hours=1))
    vague = replace(post, source="x/2", number=5, lane=Lane.REVIEW, reason="no exact time")
    done = replace(ready, source="x/3", number=6, fate=Fate.APPROVED)
    draft = Draft(bot.store.view)
    for document in (held_back(1, noon), held_back(1, noon, "mastodon:timeline")):
        draft.put(REMINDERS, document)
    for one in (ready, vague, done):
        draft.put(POSTS, one)
    bot.store.commit(draft.edits(), at=noon)

    section = panel(bot, OLGA).sections[1]
    assert section == Section(
        "Waiting for your word",
        (
            "a1 to mastodon, x on Mon 12:00: text 1",
            "p4 by @ada, 14, Mon 12:00 (it begins soon): Chess and go",
            "p5 by @ada, 14, at a time that is not known (no exact time): Chess and go",
        ),
        (
            Button("Approve a1", command="~approve a1", primary=True),
            Button("Deny a1", command="~deny a1", danger=True),
            Button("Approve p4", command="~approve p4", primary=True),
            Button("Deny p4", command="~deny p4", danger=True),
            Button("Deny p5", command="~deny p5", danger=True),
        ),
    )
    assert [panel(bot, actor).sections[1] for actor in (ADA, VERA)] == [UNREMINDED, UNREMINDED]

    draft = Draft(bot.store.view)
    for number in range(2, 40):
        draft.put(REMINDERS, held_back(number, noon))
    bot.store.commit(draft.edits(), at=noon)
    section = panel(bot, OLGA).sections[1]
    assert (len(section.lines), len(section.buttons)) == (11, 20)
    assert section.lines[-1] == "… and 31 more: '~reminders' and '~posts' show them."


async def test_who_left_is_nowhere_and_can_come_again(bot: Talk) -> None:
    await press(bot, "in #nova")
    await press(bot, "out")
    assert panel(bot, ADA).sections[0] == NEW


async def test_a_display_name_shows_nothing_of_the_nick_that_is_the_same(bot: Talk) -> None:
    await bot.say("ada", "+in #nova", network="slack")
    await bot.say("ada", "+subscribe secret", network="slack")
    namesake = Actor(ADA.identity, "ada", nick=None)
    assert panel(bot, namesake).sections[0] == NEW


@pytest.mark.parametrize("actor", [ADA, VERA, OLGA])
async def test_every_button_does_what_it_says(bot: Talk, actor: Actor) -> None:
    before = bot.state
    await press(bot, "in #nova", actor)
    await press(bot, "subscribe nova", actor)
    buttons = [button for section in panel(bot, actor).sections for button in section.buttons]
    assert [button for button in buttons if bool(button.command) == bool(button.form)] == []
    commands = {button.label: button.command for button in buttons if button.command}
    assert commands == {"I left": "+out", "End subscription": "+unsubscribe"}
    assert await press(bot, commands["I left"], actor) == Reply(Tone.WORDS, "You are checked out of #nova. Thanks!")
    assert (await press(bot, commands["End subscription"], actor)).tone is Tone.WORDS
    [check_in] = bot.state["checkins"].values()
    assert check_in.left == bot.clock.now()
    assert bot.state == {**before, "checkins": bot.state["checkins"]}
    forms = [button.form for button in buttons if button.form]
    assert set(forms) == set(home.FORMS)
    assert [form(bot, name, actor).name for name in forms] == forms


TRACK = Field("track", "Track", tuple(Choice(name, name) for name in sorted(SAMPLE["tracks"])))


MINUTES = "Left empty, it is as the event has it."
HOURS_HINT = "Such as 23:00-06:30; 'off' for none, 'default' for those of the event."


def on(track: str) -> Field:
    return Field(TRACK.name, TRACK.label, TRACK.choices, initial=track)


async def test_the_forms_of_somebody_who_is_nowhere(bot: Talk) -> None:
    hint = "Words, or a pattern such as nova|cinder. You are told of every topic that matches."
    assert [form(bot, name) for name in home.FORMS] == [
        Form(
            "now",
            "Set what is on now",
            "#{track} now {text}",
            (TRACK, Field("text", "What is on now", hint="It clears what was announced as next.")),
        ),
        Form(
            "next", "Announce what is next", "#{track} next {text}", (TRACK, Field("text", "What is next")), "Announce"
        ),
        Form(
            "book",
            "Book a room",
            "#{track} book {place}",
            (
                TRACK,
                Field(
                    "place",
                    "Free slot",
                    (
                        Choice("Aspen-MonP1", "13:30-15:15 Aspen", "Monday"),
                        Choice("Loft-2-MonP1", "13:30-15:15 Loft-2", "Monday"),
                        Choice("Aspen-TueA1", "09:00-10:45 Aspen", "Tuesday"),
                        Choice("Ballroom A-TueA1", "09:00-10:45 Ballroom A", "Tuesday"),
                    ),
                ),
            ),
            "Book",
        ),
        Form(
            "in",
            "Where are you?",
            "+in {place}",
            (Field("place", "Where are you?", hint="A track, such as #nova, or any words."),),
            "I am here",
        ),
        Form(
            "subscribe", "Subscribe", "+subscribe {pattern}", (Field("pattern", "Tell me of", hint=hint),), "Subscribe"
        ),
        Form(
            "remind",
            "Be reminded of a track",
            "+remind #{track} {minutes}",
            (TRACK, Field("minutes", "How many minutes before", hint=MINUTES, optional=True)),
            "Remind me",
        ),
        Form("quiet", "Quiet hours", "+quiet {hours}", (Field("hours", "Do not remind me", hint=HOURS_HINT),)),
    ]
    assert home.form("none", bot.store.view, EVENT, bot.clock.now(), ADA) is None


async def test_a_form_begins_with_what_is_known(bot: Talk) -> None:
    await press(bot, "in #swift")
    await press(bot, "subscribe nova")
    said = form(bot, "now", text=" first line \n second ")
    assert said.fields[0] == on("swift")
    assert said.fields[1].initial == "first line second"
    assert form(bot, "next").fields[0] == on("swift")
    assert form(bot, "subscribe").fields[0].initial == "nova"
    await press(bot, "in the pub")
    assert form(bot, "now").fields[0] == TRACK


async def test_slots_that_are_over_or_taken_are_not_offered(bot: Talk) -> None:
    bot.clock.forward(hours=6)
    await bot.say("ada", "#docs book Ballroom A-TueA1")
    assert form(bot, "book").fields[1].choices == (Choice("Aspen-TueA1", "09:00-10:45 Aspen", "Tuesday"),)


async def test_each_slot_that_is_offered_can_be_booked(bot: Talk) -> None:
    booking = form(bot, "book")
    for choice in booking.fields[1].choices:
        place = find_place(bot.store.view, choice.value)
        assert place is not None
        room, slot = place
        reply = await press(bot, booking.filled({"track": "docs", "place": choice.value}))
        assert reply == Reply(Tone.WORDS, f"{room.name} is now booked on {slot} for docs.")
    assert form(bot, "book").fields[1].choices == ()


TEXT = st.one_of(
    st.text(max_size=60),
    st.text(string.printable, max_size=60),
    st.sampled_from(["{track}", "{text}", "{", "}", "#docs now x", "~emptydb", "+out", "help", "a\nb", "x" * 3000]),
    st.lists(st.sampled_from(["{track}", "{place}", "}", "{", "#", "~", "+", "\n", "now", "undo", "#nova"])).map(
        " ".join
    ),
)


@given(st.sampled_from(["now", "next", "in", "subscribe"]), st.sampled_from(SAMPLE["tracks"]), TEXT)
async def test_whatever_is_typed_into_a_form_stays_text(name: str, track: str, text: str) -> None:
    bot = quick_talk()
    before = bot.state
    asked = form(bot, name)
    values = {field.name: track if field.choices else text for field in asked.fields}
    reply = await press(bot, asked.filled(values))
    said = " ".join(text.split())
    changed = {table for table, documents in bot.state.items() if documents != before[table]}
    if reply.tone is Tone.ERROR:
        assert changed == set()
        # Only what is empty, no pattern, or no track is refused.
        assert not said or name == "subscribe" or (name == "in" and said.startswith("#"))
        return
    match name:
        case "now" | "next":
            topic = bot.store.view.get(TOPICS, track)
            assert topic is not None
            assert changed == {"topics"}
            assert (topic.now.text if topic.now else "") == (said if name == "now" else "")
            assert topic.next == ((said,) if name == "next" else ())
        case "in":
            [check_in] = bot.state["checkins"].values()
            known = said.lower().removeprefix("#") in SAMPLE["tracks"]
            assert check_in.location == (f"#{said.lower().removeprefix('#')}" if known else said)
            assert changed == {"checkins"}
        case _:
            held = bot.store.view.get(SUBSCRIPTIONS, ADA.identity.key)
            assert (held.pattern if held else "") == said


@given(TEXT, st.sampled_from(home.FORMS), TEXT)
def test_every_form_that_is_filled_in_is_the_command_that_it_is_for(track: str, name: str, text: str) -> None:
    bot = quick_talk()
    asked = form(bot, name)
    command = asked.filled({field.name: track if field.name == "track" else text for field in asked.fields})
    reading = read(command, private=True, registry=bot.registry)
    assert reading is not None
    if asked.command.startswith("+"):
        assert (reading.door, reading.words[0]) == (Door.USER, name)
    elif track in SAMPLE["tracks"]:
        assert (reading.door, reading.track, reading.words[0]) == (Door.TRACK, track, name)


LARGE: dict[str, Any] = {
    "tracks": [f"track{number}" for number in range(44)],
    "slots": {
        day: [{"name": f"{day[:3]}{hour}", "desc": f"{8 + hour:02}:00-{8 + hour:02}:50"} for hour in range(10)]
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    },
    "schedule": {
        f"Room {number}": {
            f"{day}{hour}": f"track{(number + hour) % 44}" if number % 2 else ""
            for day in ("Mon", "Tue", "Wed", "Thu", "Fri")
            for hour in range(10)
        }
        for number in range(23)
    },
}


async def test_a_large_event_is_bounded(bot: Talk) -> None:
    bot = quick_talk(LARGE)
    for number in range(44):
        for text in (f"now {'long ' * 40}", "next one", "next two"):
            await bot.say("olga", f"#track{number} {text}", role=Role.ORGANISER)
    you, own, now, following, day = panel(bot, OLGA).sections
    assert (len(you.lines), len(now.lines), len(following.lines), len(day.lines)) == (2, 44, 61, 10)
    assert following.lines[-1] == "… and 28 more."
    assert sum(len(section.buttons) for section in (you, own, now, following, day)) == 7
    booking = form(bot, "book")
    free = len({(n, d, h) for n in range(0, 23, 2) for d in range(5) for h in range(10)})
    over = 2 * 12  # the hours from 8 and 9 of Monday
    assert len(booking.fields[1].choices) == free - over
    assert {choice.group for choice in booking.fields[1].choices} == set(LARGE["slots"])
    assert len(booking.fields[0].choices) == 44
    assert len(bot.store.view.all(BOOKINGS)) == 11 * 50


async def test_what_all_see_alike_is_made_once(bot: Talk) -> None:
    await bot.say("ada", "#nova now cells")
    first, second = [panel(bot, actor).sections for actor in (ADA, OLGA)]
    assert [one.lines is other.lines for one, other in zip(first, second, strict=True)] == [
        False, False, True, True, False
    ]  # fmt: skip
    await bot.say("ada", "#nova now rings")
    assert panel(bot, ADA).sections[2].lines == ("#nova (Ballroom A, since 10:00): rings",)
