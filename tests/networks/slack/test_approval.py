"""What needs an organiser's word: asked in private with buttons, and on their Home."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ptgbot.core.messages import Target
from ptgbot.features.reminders.model import REMINDERS, Approval, State
from ptgbot.features.reminders.settings import ReminderSettings
from tests.networks.slack.test_cards import OUT, SETTINGS, cards, footer, post, running, shown
from tests.networks.slack.test_home import button, home
from tests.slack.bot import CHANNEL, OLGA, SlackBot, eventually, having_bot
from tests.slack.fake import FakeSlack
from tests.slack.workspace import BOT, Posted

GRACE = "U0000GRACE"
HELD = ReminderSettings(slots=(), nudges=False, approve=True, targets=(Target("irc", "#ptg"), Target("x", "timeline")))
ANNOUNCED = "~announce at 10:20 to x The group photo is in front of the hotel"


@pytest.fixture
async def bot(slack: FakeSlack, tmp_path: Path) -> AsyncIterator[SlackBot]:
    slack.workspace.add_user(GRACE, "grace", "Grace", admin=True)
    async with having_bot(slack, folder=tmp_path, reminders=HELD) as bot:
        yield bot


def asked(slack: FakeSlack, user: str) -> list[Posted]:
    """Return the cards that somebody has in private."""
    direct = slack.workspace.direct.get(user)
    return [p for p in slack.workspace.posts if p.channel == direct and p.user == BOT and len(p.blocks) > 1]


async def ask(slack: FakeSlack, bot: SlackBot) -> dict[str, Posted]:
    """Have an announcement wait for the two organisers; return the cards that they have."""
    slack.says(GRACE, CHANNEL, "+in #docs")  # so that the bot met her
    slack.says(OLGA, CHANNEL, ANNOUNCED)
    await bot.idle()
    await eventually(lambda: asked(slack, OLGA) and asked(slack, GRACE))
    return {user: asked(slack, user)[0] for user in (OLGA, GRACE)}


async def test_organisers_are_asked_with_buttons(slack: FakeSlack, bot: SlackBot) -> None:
    held = await ask(slack, bot)

    assert shown(held[OLGA]) == [
        "a1: may this go out?",
        "The group photo is in front of the hotel",
        "To x, Mon 23 Nov 10:20 CET",
        "<Approve> <Deny>",
        "👀 It waits for approval.",
    ]
    assert shown(held[GRACE]) == shown(held[OLGA])
    question = [line for _, line in bot.irc.posted if line.startswith("a1 waits for your word")]
    assert len(question) == 1  # where there are no buttons, in words
    assert question[0].endswith("(~approve a1 or ~deny a1)")


@pytest.mark.parametrize(
    ("label", "becomes", "says"),
    [
        ("Approve", (State.PLANNED, Approval.GIVEN), "✅ It is approved."),
        ("Deny", (State.CANCELLED, Approval.WAITING), "❌ It does not go out: Olga denied it."),
    ],
)
async def test_a_button_decides_and_everybody_who_was_asked_sees_it(
    slack: FakeSlack, bot: SlackBot, label: str, becomes: tuple[State, Approval], says: str
) -> None:
    held = await ask(slack, bot)
    slack.presses_card(OLGA, held[OLGA], label)
    await bot.idle()
    await eventually(lambda: [footer(card) for card in held.values()] == [says, says])

    [reminder] = bot.store.view.all(REMINDERS).values()
    assert (reminder.state, reminder.approval) == becomes
    assert "<Approve>" not in "".join(map("".join, map(shown, held.values())))
    assert shown(held[OLGA])[-1].startswith("💬 Olga: a1 is ")
    assert [len(asked(slack, user)) for user in (OLGA, GRACE)] == [1, 1]


async def test_who_presses_when_somebody_else_has_decided_is_told_so(slack: FakeSlack, bot: SlackBot) -> None:
    held = await ask(slack, bot)
    slack.presses_card(OLGA, held[OLGA], "Approve")
    slack.presses_card(GRACE, held[GRACE], "Deny")
    await bot.idle()
    await eventually(lambda: "💬 Grace: " in shown(held[GRACE])[-1])

    [reminder] = bot.store.view.all(REMINDERS).values()
    assert (reminder.state, reminder.approval) == (State.PLANNED, Approval.GIVEN)
    assert "a1 was changed meanwhile" in shown(held[GRACE])[-1]


async def test_what_nobody_approved_in_time_is_told_on_the_card(slack: FakeSlack, bot: SlackBot) -> None:
    held = await ask(slack, bot)
    bot.clock.time += timedelta(minutes=45)
    await eventually(lambda: footer(held[OLGA]) == "⚠️ It was missed: nobody approved it.")


async def test_what_waits_is_on_the_home_of_organisers(slack: FakeSlack, bot: SlackBot) -> None:
    await ask(slack, bot)
    await home(slack, OLGA)
    slack.presses(OLGA, button(slack, OLGA, "Approve a1"))
    await bot.idle()

    [reminder] = bot.store.view.all(REMINDERS).values()
    assert reminder.approval is Approval.GIVEN
    labels = [
        one["text"]["text"]
        for block in (await home(slack, OLGA))["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
    ]
    assert "Approve a1" not in labels


async def test_an_open_space_that_still_waits_is_asked_about_in_private_with_its_whole_card(
    slack: FakeSlack, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, auto_send=False)
    async with running(slack, folder=tmp_path, openspaces=settings) as bot:
        await post(bot, 1, "Chess for beginners, Room 14, today 14:00")
        slack.says(OLGA, CHANNEL, "+in #docs")  # so that the bot met her
        await bot.idle()
        bot.clock.time += timedelta(hours=3, minutes=20)
        await eventually(lambda: asked(slack, OLGA))
        [card] = asked(slack, OLGA)
        slack.presses_card(OLGA, card, "Approve", room="9")
        await bot.idle()
        everywhere = (card, *cards(slack, OUT))
        await eventually(lambda: all("Approved by Olga" in footer(one) for one in everywhere))

        assert [shown(one)[4] for one in everywhere] == ["[2026-11-23] [14:00] [9]"] * 2
