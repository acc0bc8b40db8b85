"""What organisers and hosts type about open spaces, and what they are answered."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ptgbot.core.identity import Role
from ptgbot.core.messages import Heard, Target
from ptgbot.features.history.model import HISTORY
from ptgbot.features.openspaces.model import CHOICES, IGNORED, OPENSPACES, POSTS, Fate, Post
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.reminders.model import REMINDERS
from ptgbot.features.reminders.settings import ReminderSettings
from tests.fakes import MemoryStore
from tests.talk import EVENT, Talk, quick_talk

RULES = Rules(
    zone=EVENT.zone,
    days=(date(2026, 11, 23), date(2026, 11, 24)),
    rooms=(Room("Aspen"), Room("Hall 2A"), Room("9", ("09",))),
    words=("openspace",),
)
DAY = "Mon 23 Nov"
CHANGE = "To change it: +openspace cancel p1, +openspace room R p1, +openspace time T p1."
LINK = "https://x.com/ada/status/1"


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=EVENT.zone).astimezone(UTC)


@pytest.fixture
def bot() -> Talk:
    """A bot with an event whose reminders go to X; it is 10:00 in Berlin."""
    return make()


def make(**wanted: object) -> Talk:
    settings = replace(OpenSpaceSettings(rules=RULES, reply=False), **wanted)  # type: ignore[arg-type]
    reminders = ReminderSettings(slots=(), targets=(Target("x", "timeline"),), nudges=False)
    return quick_talk(reminders=reminders, openspaces=settings)


async def announce(bot: Talk, text: str = "Chess in Room 9 at 15:00", nick: str = "ada") -> str:
    return await bot.said(nick, f"+openspace {text}")


def post(bot: Talk, number: int = 1) -> Post:
    [found] = bot.store.view.where(POSTS, "number", number).values()
    return found


async def op(bot: Talk, text: str) -> str:
    """Have an organiser say something in the channel; return the one line of the answer."""
    return await bot.said("olga", text, role=Role.ORGANISER)


async def told(bot: Talk, text: str) -> list[str]:
    """Have an organiser ask something whose answer is for them alone."""
    return [line for _, line in await bot.say("olga", text, role=Role.ORGANISER, channel=None)]


# -- hosts -------------------------------------------------------------------------------------------------------------


async def test_somebody_announces_an_open_space_and_is_told_when_and_where_and_how_to_change_it(bot: Talk) -> None:
    answer = await announce(bot)
    assert answer == f"p1: {DAY} 15:00 CET to 15:45 in 9; everybody is reminded at 14:45. {CHANGE}"
    assert (post(bot).author, post(bot).fate, post(bot).replied) == ("irc/~ada", Fate.APPROVED, True)
    assert bot.store.view.get(OPENSPACES, "p1") is not None
    assert [r.place for r in bot.store.view.all(REMINDERS).values()] == ["x:timeline"]
    assert not [entry for entry in bot.store.view.all(HISTORY).values() if "openspace" in entry.text]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Chess in Room 9", f"p1: at an unknown time in 9; a person looks at it first (no exact time). {CHANGE}"),
        (
            "Chess in Room 9 at 10:15",
            (
                f"p1: {DAY} 10:15 CET to 11:00 in 9; a person looks at it first (it begins in less than 30"
                f" minutes). {CHANGE}"
            ),
        ),
        (
            "Chess",
            "I find no room and no time in that. Say both, as in: +openspace Board games, Room 14, tomorrow 15:00",
        ),
        ("RT @eve Chess in Room 9 at 15:00", "That begins like a repost: please say it in your own words."),
        (
            "cancel",
            (
                "You have announced no open space that is to come. Announce one: +openspace Board games, Room"
                " 14, tomorrow 15:00"
            ),
        ),
        ("cancel p7", "There is no post p7: ~posts shows those that there are."),
        (
            "",
            (
                "You have announced no open space that is to come. Announce one: +openspace Board games, Room"
                " 14, tomorrow 15:00"
            ),
        ),
    ],
)
async def test_what_cannot_be_announced_as_it_is_says_why(bot: Talk, text: str, answer: str) -> None:
    [(_, line)] = await bot.say("ada", f"+openspace {text}")
    assert line.removeprefix("ada: ") == answer


async def test_a_text_that_begins_like_a_change_is_a_text_all_the_same(bot: Talk) -> None:
    answer = await announce(bot, "Room 9 at 15:00: chess for everybody who likes it")
    assert answer.startswith(f"p1: {DAY} 15:00 CET to 15:45 in 9;")
    answer = await announce(bot, "time travel for beginners, Aspen, 16:00")
    assert answer.startswith(f"p2: {DAY} 16:00 CET to 16:45 in Aspen;")


async def test_a_taken_room_is_said_at_once(bot: Talk) -> None:
    await announce(bot)
    assert await announce(bot, "Go in Room 09 at 15:30", "bob") == (
        "p2: 9 is taken by another open space from Mon 15:00 CET to 15:45, so that nobody is reminded of it yet. "
        + CHANGE.replace("p1", "p2")
    )
    assert (
        await announce(bot, "CHESS in room 9 at 15:00!", "bob") == f"That is p1 already: {DAY} 15:00 CET to 15:45 in 9."
    )


async def test_a_room_that_the_schedule_has_booked_is_taken(bot: Talk) -> None:
    await bot.op("#nova book Aspen-MonP1")
    assert "Aspen is taken by #nova from Mon 13:30 CET to 15:15" in await announce(bot, "Chess in Aspen at 15:00")


async def test_hosts_see_move_and_cancel_theirs_and_nobody_elses(bot: Talk) -> None:
    await announce(bot)
    await announce(bot, "Go in Aspen at 17:00")
    assert await bot.told("ada", "openspace") == [
        f"p1 {DAY} 15:00 CET to 15:45 in 9, ada: Chess in Room 9 at 15:00 – approved",
        f"p2 {DAY} 17:00 CET to 17:45 in Aspen, ada: Go in Aspen at 17:00 – approved",
        "+openspace cancel ID, room R ID or time T ID changes one.",
    ]
    assert await bot.said("ada", "+openspace room Hall 2A") == (
        "Which one? Say its id at the end: p1 (Chess in Room 9 at 15:00), p2 (Go in Aspen at 17:00)."
    )
    assert (await bot.said("ada", "+openspace room hall-2a p1")).startswith(f"p1: {DAY} 15:00 CET to 15:45 in Hall 2A;")
    assert (await bot.said("ada", "+openspace time 16:00 p1")).startswith(f"p1: {DAY} 16:00 CET to 16:45 in Hall 2A;")
    assert await bot.said("eve", "+openspace cancel p1") == "p1 is somebody else's. +openspace shows yours."
    assert await bot.said("ada", "+openspace cancel p1") == (
        f"p1 is cancelled ({DAY} 16:00 CET to 16:45 in Hall 2A): nobody is reminded of it any more."
    )
    assert await bot.said("ada", "+openspace cancel p1") == "p1 is cancelled already."
    assert await bot.said("ada", "+openspace p1") == "What about p1? +openspace cancel, room R or time T, then p1."
    assert (
        await bot.said("ada", "+openspace room 99")
        == "There is no room '99' for open spaces. There is: Aspen, Hall 2A, 9."
    )
    assert [r.subject for r in bot.store.view.all(REMINDERS).values()] == ["p2"]


async def test_a_move_so_late_that_nobody_could_stop_it_waits_for_a_person(bot: Talk) -> None:
    await announce(bot)
    assert await bot.said("ada", "+openspace time 10:20") == (
        f"p1: {DAY} 10:20 CET to 11:05 in 9; a person looks at it first (it begins in less than 30 minutes). {CHANGE}"
    )
    assert await bot.said("ada", "+openspace cancel deny p1") == "Only one of approve, deny and cancel."


# -- organisers --------------------------------------------------------------------------------------------------------


async def test_only_organisers_decide(bot: Talk) -> None:
    await announce(bot)
    for text in (
        "~posts",
        "~post p1 deny",
        "~deny p1",
        "~stage p1",
        "~openspaces auto off",
        "~ignore ada",
        "~unignore x",
    ):
        assert "You need op" in await bot.said("ada", text)
    assert post(bot).fate is Fate.APPROVED


async def test_posts_are_listed_by_lane_and_each_is_shown_whole(bot: Talk) -> None:
    await announce(bot)
    await announce(bot, "Go in Room 9 at 15:00", "bob")
    await announce(bot, "Tea in Aspen", "eve")
    review = "p3 at an unknown time in Aspen, eve: Tea in Aspen – review, waits for a person: no exact time"
    conflict = (
        f"p2 {DAY} 15:00 CET to 15:45 in 9, bob: Go in Room 9 at 15:00 – conflict, waits for a person: 9 is taken by p1"
        " from Mon 15:00 CET to 15:45"
    )
    outgoing = f"p1 {DAY} 15:00 CET to 15:45 in 9, ada: Chess in Room 9 at 15:00 – approved"
    last = "~post ID shows all of one."
    assert await told(bot, "~posts") == [review, conflict, outgoing, last]
    assert await told(bot, "~posts review") == [review, last]
    assert await told(bot, "~posts Outgoing") == [outgoing, last]
    assert await told(bot, "~posts lost") == [
        "'lost' is none of review, outgoing and conflict: ~posts [review|outgoing|conflict]"
    ]
    assert await told(bot, "~post p1") == [
        f"p1 by ada, {DAY} 10:00 CET: Chess in Room 9 at 15:00",
        f"{DAY} 15:00 CET to 15:45 in 9 – approved.",
        (
            "~post p1 room R time T day D approve decides, with as many of these as you like; so do ~approve"
            " p1 and ~deny p1."
        ),
    ]
    bot.clock.forward(hours=6)
    assert await told(bot, "~posts outgoing") == ["There are no posts in outgoing."]


async def test_an_organiser_completes_approves_denies_and_takes_back(bot: Talk) -> None:
    await announce(bot, "Tea")
    await announce(bot, "Tea in Aspen", "eve")
    assert await op(bot, "~approve p1") == "p1 has no time yet: say ~post p1 room R time T approve."
    assert await op(bot, "~post p1 room Hall 2A time 3:30pm approve") == (
        f"p1 is approved: {DAY} 15:30 CET to 16:15 in Hall 2A. Everybody is reminded at 15:15, on x."
        " ~deny p1 takes it back."
    )
    assert post(bot) == replace(
        post(bot), room="Hall 2A", start=at(15, 30), end=at(16, 15), by="olga", decided=at(10), fate=Fate.APPROVED
    )
    assert await op(bot, "~approve p1") == "p1 is approved already."
    assert await op(bot, "~deny p1") == (
        f"p1 is denied: {DAY} 15:30 CET to 16:15 in Hall 2A. Nobody is reminded of it. ~approve p1 takes that back."
    )
    assert await op(bot, "~deny p1") == "p1 is denied already."
    assert not bot.store.view.all(REMINDERS)
    assert await op(bot, "~post p1 day tomorrow approve") == (
        "p1 is approved: Tue 24 Nov 15:30 CET to 16:15 in Hall 2A. Everybody is reminded at 15:15, on x."
        " ~deny p1 takes it back."
    )
    assert await op(bot, "~cancel p1") == (
        "p1 is cancelled: Tue 24 Nov 15:30 CET to 16:15 in Hall 2A. Nobody is reminded of it. ~approve"
        " p1 takes that back."
    )


async def test_what_is_saved_without_approval_waits_for_it(bot: Talk) -> None:
    await announce(bot, "Tea in Aspen")
    assert await op(bot, "~post p1 time 15:00-17:00") == (
        f"p1: {DAY} 15:00 CET to 17:00 in Aspen – outgoing, waits for a person, as changed by olga on"
        f" {DAY} 10:00 CET: it"
        " waits for approval. ~approve p1 lets it go out, ~deny p1 does not."
    )
    assert await op(bot, "~post p1 time 15:00") == (
        f"p1 is so already: {DAY} 15:00 CET to 17:00 in Aspen – outgoing, waits for a person, as changed"
        f" by olga on {DAY}"
        " 10:00 CET: it waits for approval."
    )


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("~post 1", "'1' is no post: ~posts shows their ids, such as p41."),
        ("~post p9", "There is no post p9: ~posts shows those that there are."),
        ("~post p1 soon", "I do not understand 'soon' there. Say it as: room R time T day D approve"),
        ("~post p1 room", "Which room? Say it behind 'room': room R time T day D approve"),
        ("~post p1 room 99", "There is no room '99' for open spaces. There is: Aspen, Hall 2A, 9."),
        ("~post p1 room 9 room 9", "You say 'room' twice: room R time T day D approve"),
        ("~post p1 approve deny", "Only one of approve, deny and cancel."),
        ("~post p1 time 15:00 please", "I do not understand 'please' behind the time."),
        ("~post p1 time 15:00-14:00", "It has to end after it begins: '14:00' is before that."),
        ("~post p1 time 09:00", "Monday 23 November, 09:00 CET has passed."),
        ("~post p1 day Friday", (
            "Friday 27 November, 15:00 CET is after the event, which ends Tuesday 24 November, 23:59 CET."
        )),
        ("~post p1 version x", "'x' is no version of a post."),
        ("~post p1 version 3 room 9", "p1 was changed meanwhile: please look at it again, then decide."),
        ("~deny p1 p9", (
            "There is no post p9: ~posts shows those that there are. Nothing was changed, of the others"
            " neither."
        )),
        ("~openspaces auto", "Say ~openspaces, ~openspaces auto on or ~openspaces auto off."),
        ("~ignore nobody", (
            "Nobody called 'nobody' posted anything yet. Say it with the network, such as x/@spam, or the id"
            " of a post of theirs."
        )),
        ("~unignore nobody", "'nobody' is not ignored: ~ignore shows who is."),
        ("~stage https://example.org/1", (
            "I know no post by 'https://example.org/1'. Say its id (~posts shows them), or the whole link of"
            " a post on a network that I am on; what it says can also be typed: +openspace TEXT."
        )),
        ("~stage p1", "p1 is approved already."),
    ],
)  # fmt: skip
async def test_what_is_typed_wrongly_changes_nothing_and_says_what_to_type(bot: Talk, text: str, answer: str) -> None:
    await announce(bot)
    before = bot.state
    assert await op(bot, text) == answer
    assert bot.state == before


async def test_two_approved_at_once_do_not_get_one_room() -> None:
    bot = make(auto_send=False)
    await announce(bot)
    await announce(bot, "Go in Aspen at 15:00", "bob")
    await op(bot, "~post p2 room 9 time 16:00")
    await op(bot, "~post p1 time 16:00")
    assert "9 is taken by p2" in await op(bot, "~approve p1 p2")
    assert {post.fate for post in bot.store.view.all(POSTS).values()} == {Fate.OPEN}


async def test_what_is_over_cannot_be_approved_and_what_has_begun_is_only_shown() -> None:
    bot = make(auto_send=False)
    await announce(bot)
    bot.clock.forward(hours=5, minutes=10)
    assert await op(bot, "~approve p1") == (
        f"p1 is approved: {DAY} 15:00 CET to 15:45 in 9. It has begun, so that nobody is reminded; it is on the pages."
        " ~deny p1 takes it back."
    )
    await op(bot, "~deny p1")
    bot.clock.forward(hours=1)
    assert await op(bot, "~approve p1") == (
        "p1 was over at Mon 15:45 CET: say ~post p1 day D time T approve for another time."
    )


async def test_a_decision_is_in_the_history_without_what_anybody_wrote_and_can_be_undone(bot: Talk) -> None:
    await announce(bot)
    await op(bot, "~deny p1")
    [entry] = [entry for entry in bot.store.view.all(HISTORY).values() if entry.text]
    assert (entry.name, entry.text, entry.edits) == ("olga", "~deny", "[]")
    assert isinstance(bot.store, MemoryStore)
    assert "Chess" not in repr(bot.store.public.all(HISTORY))
    await op(bot, f"~undo c{entry.number}")
    assert post(bot).fate is Fate.APPROVED
    assert bot.store.view.all(REMINDERS)


async def test_auto_is_changed_live_and_over_a_configuration(bot: Talk) -> None:
    assert await op(bot, "~openspaces auto off") == (
        "Auto is off: nothing goes out that nobody approved; what is approved stays so. ~openspaces auto"
        " on changes that."
    )
    assert "a person looks at it first (each one is approved by a person)" in await announce(bot)
    assert await op(bot, "~openspaces auto off") == (
        "Auto is off already: nothing goes out that nobody approved; what is approved stays so."
        " ~openspaces auto on changes that."
    )
    assert await told(bot, "~openspaces") == [
        "Posts are found by 'openspace'.",
        "Rooms: Aspen, Hall 2A, 9. Days: 2026-11-23, 2026-11-24.",
        "Reminders 15 minutes before, to x. Auto is off (~openspaces auto on|off).",
        "Posts that are not over: 1 in outgoing. ~posts shows them.",
    ]
    await bot.op("~emptydb")
    assert bot.store.view.all(CHOICES)


async def test_who_is_ignored_is_dropped_until_they_are_not(bot: Talk) -> None:
    await announce(bot, nick="Eve")
    assert await told(bot, "~ignore eve") == [
        (
            "Eve on irc is ignored: new posts of theirs are dropped. What is here already stays: ~deny p1"
            " keeps it from going out. ~unignore eve takes it back."
        )
    ]
    assert await told(bot, "~ignore p1") == ["Eve on irc is ignored already. ~unignore p1 ends that."]
    assert (
        await announce(bot, "Go in Aspen at 16:00", "eve")
        == "Organisers have your posts ignored: please ask one of them."
    )
    assert await told(bot, "~ignore x/@Spam") == [
        "@spam on x is ignored: new posts of theirs are dropped. ~unignore x/@Spam takes it back."
    ]
    assert await told(bot, "~ignore") == ["Ignored: @spam on x, Eve on irc. ~ignore NAME adds somebody."]
    assert await told(bot, "~unignore Eve") == ["Eve is read again. ~ignore Eve takes it back."]
    assert await told(bot, "~unignore x/@spam") == ["x/@spam is read again. ~ignore x/@spam takes it back."]
    assert not bot.store.view.all(IGNORED)


# -- ~stage ------------------------------------------------------------------------------------------------------------


def on_x(text: str) -> Heard:
    return Heard("x", "1", "7", "@ada", text, at(9), LINK)


async def test_a_post_is_staged_by_its_link_whatever_words_are_in_it(bot: Talk) -> None:
    bot.posts[LINK] = on_x("Chess in Room 9 at 15:00")
    assert await op(bot, f"~stage {LINK}") == (
        f"p1 is approved: {DAY} 15:00 CET to 15:45 in 9. Everybody is reminded at 14:45, on x. ~deny p1 takes it back."
    )
    assert await op(bot, f"~stage {LINK}?s=20") == "p1 is approved already."
    assert [r.text for r in bot.store.view.all(REMINDERS).values()] == [LINK]


async def test_what_a_staged_post_does_not_say_is_said_with_it_or_asked_for(bot: Talk) -> None:
    bot.posts[LINK] = on_x("Chess, who comes?")
    assert await op(bot, f"~stage {LINK}") == (
        "p1 is kept, and not approved: p1 has no room and no time yet: say ~post p1 room R time T approve."
    )
    assert (post(bot).lane, post(bot).fate) == ("review", Fate.OPEN)
    assert await op(bot, f"~stage {LINK} room 9 time 15:00") == (
        f"p1 is approved: {DAY} 15:00 CET to 15:45 in 9. Everybody is reminded at 14:45, on x. ~deny p1 takes it back."
    )
    assert (await op(bot, "~stage p1 deny")).startswith("~stage approves it, if it can be:")


async def test_staging_can_be_undone_reply_and_all() -> None:
    bot = make(reply=True)
    bot.posts[LINK] = on_x("Chess in Room 9 at 15:00")
    await op(bot, f"~stage {LINK}")
    assert [r.kind for r in bot.store.view.all(REMINDERS).values()] == ["openspace", "reply"]
    await op(bot, "~undo")
    assert not bot.store.view.all(POSTS)
    assert not bot.store.view.all(REMINDERS)


async def test_a_repost_cannot_be_staged(bot: Talk) -> None:
    bot.posts[LINK] = replace(on_x("Chess"), repost=True)
    assert (await op(bot, f"~stage {LINK}")).startswith("That post is a repost")


# -- what others see of a state ----------------------------------------------------------------------------------------


async def test_without_rooms_and_days_in_the_configuration_those_of_the_schedule_count() -> None:
    bot = quick_talk(openspaces=OpenSpaceSettings(rules=Rules(zone=EVENT.zone)))
    answer = await announce(bot, "Chess in Ballroom A tomorrow 15:00")
    assert answer.startswith("p1: Tue 24 Nov 15:00 CET to 15:45 in Ballroom A; everybody is reminded at 14:45.")
    assert "is not a day of the event" in await announce(bot, "Chess in Ballroom A on Friday 15:00")
