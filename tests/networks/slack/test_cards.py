"""Cards of posts about open spaces: where they stand, what they show, and what comes of pressing them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.core.messages import Heard, Target
from ptgbot.features.bulletins.model import CARDS
from ptgbot.features.openspaces.model import POSTS, Fate, Lane, Post
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.reminders.settings import ReminderSettings
from tests.fakes import MemoryStore
from tests.slack.bot import ADA, OLGA, QUICK, SlackBot, eventually, having_bot
from tests.slack.fake import FakeSlack
from tests.slack.workspace import BOT, Posted

OUT, REVIEW, CONFLICT = "C000000OUT", "C0000REVIEW", "C00CONFLICT"
LANES: dict[str, Any] = {"outgoing_channel": OUT, "review_channel": REVIEW, "conflict_channel": CONFLICT}
RULES = Rules(zone=ZoneInfo("Europe/Berlin"), rooms=(Room("14"), Room("Forum Hall"), Room("9", ("09",))))
SETTINGS = OpenSpaceSettings(rules=RULES, reply=False, **LANES)
REMINDERS = ReminderSettings(slots=(), nudges=False, targets=(Target("irc", "#ptg"),))
GRACE = "U0000GRACE"


@asynccontextmanager
async def running(slack: FakeSlack, **how: Any) -> AsyncIterator[SlackBot]:
    """Run a bot that looks after open spaces."""
    for channel, name in ((OUT, "outgoing"), (REVIEW, "review"), (CONFLICT, "conflict")):
        if channel not in slack.workspace.channels:
            slack.workspace.add_channel(channel, name)
    slack.workspace.add_user(GRACE, "grace", "Grace", admin=True)
    settings = {"openspaces": SETTINGS, "reminders": REMINDERS, **how}
    async with having_bot(slack, **settings) as bot:
        yield bot


@pytest.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[SlackBot]:
    async with running(slack) as bot:
        yield bot


def heard(number: int, text: str, **more: Any) -> Heard:
    return Heard(
        "x",
        str(number),
        "2244994945",
        "@ada",
        text,
        datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        f"https://x.com/ada/status/{number}",
        **more,
    )


async def post(bot: SlackBot, number: int, text: str, **more: Any) -> None:
    """Have somebody post something on X."""
    bot.listening.heard(heard(number, text, **more))
    await bot.saved()
    await bot.queue.emptied()


def cards(slack: FakeSlack, channel: str) -> list[Posted]:
    return [p for p in slack.workspace.posts if p.channel == channel and p.user == BOT and not p.only_for]


def shown(card: Posted) -> list[str]:
    """Return what a card shows, a line for each block: what is picked in brackets, what can be pressed in angles."""
    return [" ".join(_parts(block)) for block in card.blocks]


def footer(card: Posted) -> str:
    return next(line for line in shown(card) if line[:1] in "👀✅❌⚠️")


def _parts(block: dict[str, Any]) -> list[str]:
    match block["type"]:
        case "header":
            return [block["text"]["text"]]
        case "context":
            return [element["text"] for element in block["elements"]]
        case "rich_text":
            inner = [part for element in block["elements"] for part in element["elements"]]
            return ["".join(part.get("text") or part.get("url") or f"<#{part['channel_id']}>" for part in inner)]
    return [_element(element) for element in block["elements"]]


def _element(element: dict[str, Any]) -> str:
    match element["type"]:
        case "button":
            return f"<{element['text']['text']}>"
        case "datepicker":
            return f"[{element.get('initial_date', '')}]"
        case "timepicker":
            return f"[{element.get('initial_time', '')}]"
    return f"[{element.get('initial_option', {}).get('value', '')}]"


def stored(bot: SlackBot) -> Post:
    [one] = bot.store.view.all(POSTS).values()
    return one


BUTTONS = "<Approve> <Deny> <Save without approving>"
CLEAR = "Chess for beginners, Room 14, today 14:00"
WHEN = "Mon 23 Nov 14:00 CET to 14:45 in 14"
WHAT_GOES = "Everybody is reminded at 13:50, on irc:#ptg. ~deny p1 takes it back."
VAGUE = "Chess for beginners in Room 14 this afternoon"


async def test_what_is_clear_stands_in_the_outgoing_channel(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)

    [card] = cards(slack, OUT)
    assert shown(card) == [
        "p1: @ada on X",
        CLEAR,
        "Posted on Mon 23 Nov 10:00 CET: https://x.com/ada/status/1",
        "Reminder: Mon 23 Nov 13:45 CET to irc:#ptg",
        "[2026-11-23] [14:00] [14]",
        BUTTONS,
        f"✅ Approved by itself, since it says one room and one time and the room is free: {WHEN}.",
    ]
    assert cards(slack, REVIEW) == cards(slack, CONFLICT) == []


async def test_what_needs_a_person_stands_in_the_review_channel_with_what_is_known(
    slack: FakeSlack, bot: SlackBot
) -> None:
    await post(bot, 1, VAGUE)

    [card] = cards(slack, REVIEW)
    assert shown(card)[3:5] == ["[] [] [14]", BUTTONS]
    assert shown(card)[5].startswith("👀 Needs a person: ")


async def test_what_is_picked_and_approved_is_the_command_that_could_be_typed(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, VAGUE)
    [card] = cards(slack, REVIEW)
    slack.presses_card(OLGA, card, "Approve", day="2026-11-23", time="14:05", room="Forum Hall")
    await bot.idle()

    assert bot.commands[-1:] == [""]  # who decides what about a post is in no history with its words
    decided = stored(bot)
    assert (decided.room, decided.start, decided.fate, decided.by) == (
        "Forum Hall",
        datetime(2026, 11, 23, 13, 5, tzinfo=UTC),
        Fate.APPROVED,
        "Olga",
    )
    [new] = cards(slack, OUT)
    assert "Approved by Olga on Mon 23 Nov 10:00 CET" in shown(new)[6]
    assert shown(card) == [
        "p1: @ada on X",
        VAGUE,
        "➡️ It belongs to what goes out now.",
        f"It stands in <#{OUT}>",
        f"💬 Olga: p1 is approved: Mon 23 Nov 14:05 CET to 14:50 in Forum Hall. {WHAT_GOES}",
    ]


async def test_a_card_without_all_that_it_needs_says_so_in_place_and_keeps_what_was_picked(
    slack: FakeSlack, bot: SlackBot
) -> None:
    await post(bot, 1, VAGUE)
    [card] = cards(slack, REVIEW)
    before = stored(bot)
    slack.presses_card(OLGA, card, "Approve", time="14:05")
    await bot.idle()
    await eventually(lambda: card.edits == 1)

    assert shown(card)[3] == "[] [14:05] [14]"
    assert shown(card)[-1] == "💬 Olga: Please choose date first. Nothing was done."
    assert stored(bot) == before


async def test_a_room_that_is_taken_is_told_in_place(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    await post(bot, 2, "Go for everybody in Room 9 today at 14:15")
    card = cards(slack, OUT)[1]
    slack.presses_card(OLGA, card, "Approve", room="14")
    await bot.idle()
    await eventually(lambda: "💬" in shown(card)[-1])

    assert shown(card)[-1].startswith("💬 Olga: 14 is taken by p1 from Mon 14:00 CET to 14:45.")
    assert shown(card)[4] == "[2026-11-23] [14:15] [14]"
    assert bot.store.view.all(POSTS)["x/2"].room == "9"


async def test_a_conflict_stands_in_its_channel_until_another_room_is_chosen(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    await post(bot, 2, "Go for everybody in Room 14 today at 14:15")
    [card] = cards(slack, CONFLICT)
    assert "Conflict: 14 is taken by p1" in "".join(shown(card))

    slack.presses_card(OLGA, card, "Approve", room="9")
    await bot.idle()

    assert [shown(one)[0] for one in cards(slack, OUT)] == ["p1: @ada on X", "p2: @ada on X"]
    assert shown(card)[-2] == f"It stands in <#{OUT}>"


async def test_denied_saved_and_approved_again_on_one_card(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    [card] = cards(slack, OUT)
    footers = [footer(card)]
    for label, picked in (("Deny", {}), ("Approve", {}), ("Save without approving", {"time": "16:20"})):
        slack.presses_card(OLGA if label == "Deny" else GRACE, card, label, **picked)
        await bot.idle()
        await eventually(lambda: footer(card) not in footers)
        footers.append(footer(card))

    assert footers[1:] == [
        "❌ Denied by Olga on Mon 23 Nov 10:00 CET.",
        "✅ Approved by Grace on Mon 23 Nov 10:00 CET: Mon 23 Nov 14:00 CET to 14:45 in 14.",
        "✅ Approved by Grace on Mon 23 Nov 10:00 CET: Mon 23 Nov 16:20 CET to 17:05 in 14.",
    ]
    assert len(cards(slack, OUT)) == 1


async def test_a_card_that_somebody_left_open_does_nothing_when_the_post_changed_meanwhile(
    slack: FakeSlack, bot: SlackBot
) -> None:
    await post(bot, 1, CLEAR)
    [card] = cards(slack, OUT)
    left_open = replace(card)  # as it is on a screen that Slack has not brought up to date
    slack.presses_card(OLGA, card, "Deny")
    await bot.idle()
    slack.presses_card(GRACE, left_open, "Approve")
    await bot.idle()
    await eventually(lambda: "Grace" in shown(card)[-1])

    assert shown(card)[-1] == (
        "💬 Grace: p1 was changed meanwhile: please look at it again, then press again. Nothing was done."
    )
    assert stored(bot).fate is Fate.DENIED


async def test_who_presses_twice_in_a_hurry_has_pressed_once(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    [card] = cards(slack, OUT)
    left_open = replace(card)
    for _ in range(3):
        slack.presses_card(OLGA, left_open, "Deny")
    await bot.idle()
    slack.presses_card(OLGA, left_open, "Deny")
    await bot.idle()

    assert stored(bot).version == 1
    assert "changed meanwhile" not in "".join(shown(card))


async def test_who_is_no_organiser_is_told_so_alone(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    [card] = cards(slack, OUT)
    before = stored(bot)
    slack.presses_card(ADA, card, "Deny")
    await bot.idle()
    await eventually(lambda: slack.workspace.told(ADA))

    [told] = slack.workspace.told(ADA)
    assert told.startswith("Nothing was done. That is for organisers")
    assert (stored(bot), card.edits) == (before, 0)


async def test_picking_something_changes_nothing(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    [card] = cards(slack, OUT)
    before = stored(bot)
    delivery = slack.presses_at(OLGA, card, "pick:room", {})
    await delivery.acked.wait()

    assert (stored(bot), card.edits) == (before, 0)


async def test_what_somebody_types_shows_on_the_card(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, VAGUE)
    slack.tells(OLGA, "~post p1 room Forum Hall time 15:30 day 2026-11-23 approve")
    await bot.idle()

    [card] = cards(slack, OUT)
    assert shown(card)[4] == "[2026-11-23] [15:30] [Forum Hall]"


async def test_what_its_author_deleted_shows_its_text_no_more(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    bot.listening.heard(Heard("x", "1", deleted=True))
    await bot.queue.emptied()

    [card] = cards(slack, OUT)
    assert shown(card) == ["p1: @ada on X", "❌ Its author deleted it."]
    assert "Chess" not in card.text


async def test_a_card_of_what_is_gone_says_so(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    [card] = cards(slack, OUT)
    left_open = replace(card)
    slack.says(OLGA, "C00000PTG", "~emptydb")
    await bot.idle()
    slack.presses_card(OLGA, left_open, "Approve")
    await bot.idle()
    await eventually(lambda: "💬" in shown(card)[-1])

    assert shown(card) == [
        "p1",
        "❌ There is no p1 any more.",
        "💬 Olga: p1 was changed meanwhile: please look at it again, then press again. Nothing was done.",
    ]


async def test_what_is_taken_back_has_a_card_again(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    slack.says(OLGA, "C00000PTG", "~emptydb")
    await bot.idle()
    slack.says(OLGA, "C00000PTG", "~undo")
    await bot.idle()

    [card] = cards(slack, OUT)
    assert (shown(card)[0], card.edits) == ("p1: @ada on X", 2)


async def test_a_button_of_a_card_that_nobody_knows_is_told_to_who_pressed(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    slack.presses_at(OLGA, cards(slack, OUT)[0], "card:p77:1:0", {})
    await bot.idle()
    await eventually(lambda: slack.workspace.told(OLGA))

    assert slack.workspace.told(OLGA) == ["There is no p77 any more: nothing was done."]


async def test_one_channel_for_all_has_one_card_a_post(slack: FakeSlack) -> None:
    one = replace(SETTINGS, outgoing_channel=OUT, review_channel=OUT, conflict_channel=OUT)
    async with running(slack, openspaces=one) as bot:
        await post(bot, 1, VAGUE)
        [card] = cards(slack, OUT)
        slack.presses_card(OLGA, card, "Approve", day="2026-11-23", time="14:05")
        await bot.idle()

        assert cards(slack, OUT) == [card]
        assert "✅ Approved by Olga" in "".join(shown(card))


async def test_more_rooms_than_a_list_can_hold_are_in_groups(slack: FakeSlack) -> None:
    many = replace(RULES, rooms=tuple(Room(f"Hall {number:03}") for number in range(250)))
    async with running(slack, openspaces=replace(SETTINGS, rules=many)) as bot:
        await post(bot, 1, "Chess, Hall 207, today 14:00")
        [card] = cards(slack, OUT)
        slack.presses_card(OLGA, card, "Approve", room="Hall 123")
        await bot.idle()

        assert stored(bot).room == "Hall 123"


# -- what Slack does -------------------------------------------------------------------------------------------------


async def test_a_card_is_one_message_over_restarts(slack: FakeSlack, tmp_path: Path) -> None:
    async with running(slack, folder=tmp_path) as bot:
        await post(bot, 1, CLEAR)
        await bot.saved()
    async with running(slack, folder=tmp_path) as bot:
        await bot.idle()
        [card] = cards(slack, OUT)
        assert card.edits == 0  # nothing was behind
        slack.presses_card(OLGA, card, "Deny")
        await bot.idle()

        assert [footer(one) for one in cards(slack, OUT)] == ["❌ Denied by Olga on Mon 23 Nov 10:00 CET."]


async def test_a_card_that_slack_took_without_saying_so_is_not_posted_again(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.swallowed["chat.postMessage"] = 1
    await post(bot, 1, CLEAR)

    assert len(cards(slack, OUT)) == 1
    assert [drawn.receipt for drawn in bot.store.view.all(CARDS).values()] == [cards(slack, OUT)[0].ts]


async def test_a_card_that_was_posted_just_before_a_crash_is_found_again(slack: FakeSlack, tmp_path: Path) -> None:
    async with running(slack, folder=tmp_path) as bot:
        bot.cards.drawn = lambda *_: None  # type: ignore[method-assign] # it ends before that is on disk
        await post(bot, 1, CLEAR)
        await bot.saved()
    async with running(slack, folder=tmp_path) as bot:
        bot.clock.forward(minutes=1)
        await bot.idle()

        assert len(cards(slack, OUT)) == 1


async def test_an_answer_waits_where_slack_wants_a_pause(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, VAGUE)
    [card] = cards(slack, REVIEW)
    slack.api.failures["chat.update"].append("ratelimited")
    slack.presses_card(OLGA, card, "Approve")
    await bot.idle()
    await eventually(lambda: shown(card)[-1] == "💬 Olga: Please choose date and time first. Nothing was done.")


async def test_an_answer_that_cannot_be_shown_is_logged(
    slack: FakeSlack, bot: SlackBot, caplog: pytest.LogCaptureFixture
) -> None:
    await post(bot, 1, VAGUE)
    slack.api.failures["chat.update"].append("internal_error")
    slack.presses_card(OLGA, cards(slack, REVIEW)[0], "Approve")
    await eventually(lambda: caplog.records)

    assert [record.getMessage() for record in caplog.records] == [
        "What became of a press on p1 in Slack was not shown: internal_error."
    ]


async def test_a_card_that_the_channel_did_not_take_comes_once_the_bot_is_in_it(
    slack: FakeSlack, bot: SlackBot
) -> None:
    slack.workspace.members[OUT].clear()
    await post(bot, 1, CLEAR)
    assert cards(slack, OUT) == []
    slack.workspace.members[OUT].add(BOT)
    bot.cards.catch_up()  # as it is done every hour
    await bot.queue.emptied()

    assert [shown(card)[0] for card in cards(slack, OUT)] == ["p1: @ada on X"]


async def test_a_card_that_somebody_deleted_is_posted_again(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    cards(slack, OUT)[0].deleted = True
    slack.tells(OLGA, "~deny p1")
    await bot.idle()

    assert [one.deleted for one in cards(slack, OUT)] == [True, False]


async def test_an_outage_loses_no_card_and_doubles_none(slack: FakeSlack, tmp_path: Path) -> None:
    async with running(slack, folder=tmp_path) as bot:
        await post(bot, 1, CLEAR)
        slack.api.swallowed["chat.postMessage"] = 1
        bot.listening.heard(heard(2, "Go in Room 9 today at 15:00"))
        await eventually(lambda: not slack.api.swallowed["chat.postMessage"])
        await slack.goes_down()  # nobody knows whether the second card is there
        for number in range(3, 9):
            bot.listening.heard(heard(number, f"Talk number {number} about things, Forum Hall, today {number + 9}:00"))
        bot.listening.heard(heard(3, "Talk number 3 about things, cancelled, Forum Hall, today 12:00"))
        await bot.saved()
    async with running(slack, folder=tmp_path, connected=False) as bot:
        bot.listening.heard(heard(9, "Poetry this afternoon in Room 9"))
        bot.listening.heard(Heard("x", "4", deleted=True))
        await bot.saved()
        slack.comes_back()
        await bot.queue.emptied()

        standing = {channel: [shown(card)[0] for card in cards(slack, channel)] for channel in (OUT, REVIEW, CONFLICT)}
        by_lane = {lane: [p for p in bot.store.view.all(POSTS).values() if p.lane is lane] for lane in Lane}
        for lane, channel in ((Lane.OUTGOING, OUT), (Lane.REVIEW, REVIEW), (Lane.CONFLICT, CONFLICT)):
            assert sorted(standing[channel]) == sorted(f"p{post.number}: @ada on X" for post in by_lane[lane])
        assert len(bot.store.view.all(POSTS)) == 9


async def test_where_nothing_can_be_saved_the_card_shows_what_stands(slack: FakeSlack, bot: SlackBot) -> None:
    assert isinstance(bot.store, MemoryStore)
    await post(bot, 1, CLEAR)
    [card] = cards(slack, OUT)
    bot.store.holding = True
    slack.presses_card(OLGA, card, "Deny")
    await eventually(lambda: stored(bot).fate is Fate.DENIED)
    bot.store.fail("the disk is full")
    bot.store.holding = False
    await bot.idle()
    await eventually(lambda: "💬" in shown(card)[-1])

    assert shown(card)[-1] == "💬 Olga: Nothing was saved: the disk is full. Please try again in a minute."
    assert "Approved by itself" in "".join(shown(card))


async def test_a_press_is_acked_in_time_though_the_disk_takes_long(slack: FakeSlack) -> None:
    async with running(slack, timing=replace(QUICK, ack=0.1)) as bot:
        assert isinstance(bot.store, MemoryStore)
        await post(bot, 1, CLEAR)
        [card] = cards(slack, OUT)
        bot.store.holding = True
        delivery = slack.presses_card(OLGA, card, "Deny")
        await delivery.acked.wait()
        bot.store.holding = False
        bot.store.flush()
        await bot.idle()
        await eventually(lambda: "Denied by Olga" in "".join(shown(card)))


async def test_cards_are_brought_up_to_date_when_their_reminder_is_out(slack: FakeSlack, bot: SlackBot) -> None:
    await post(bot, 1, CLEAR)
    [card] = cards(slack, OUT)
    bot.clock.time += timedelta(hours=3, minutes=45)
    async with asyncio.timeout(10):
        while "Reminder sent: Mon 23 Nov 13:45 CET to irc:#ptg" not in shown(card):
            await asyncio.sleep(0.05)

    assert bot.irc.posted == [("#ptg", "Coming up in 15 minutes! https://x.com/ada/status/1")]
