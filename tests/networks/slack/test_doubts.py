"""Messages that Slack took without saying so: they are looked for before they are posted again, and found."""

from datetime import datetime, timedelta

import pytest

from ptgbot.core.messages import Priority, Send, Target
from ptgbot.core.protocols import Doubt, NotTaken, TooFast
from tests.slack.bot import ADA, CHANNEL, SlackBot, eventually, having_bot
from tests.slack.fake import FakeSlack
from tests.slack.workspace import BOT, Posted

BOARD = "C000BOARD"
PLACES = {
    "channel": Target("slack", CHANNEL),
    "person": Target("slack", ADA, f"slack/T00000001.{ADA}"),
}


def posted(slack: FakeSlack) -> list[str]:
    return [post.text for post in slack.workspace.posts if post.user == BOT]


def board(slack: FakeSlack) -> list[Posted]:
    return [post for post in slack.workspace.posts if post.channel == BOARD]


@pytest.mark.parametrize("place", PLACES)
async def test_what_slack_took_without_saying_so_is_posted_once(slack: FakeSlack, bot: SlackBot, place: str) -> None:
    slack.api.swallowed["chat.postMessage"] = 1
    bot.queue.submit(Send(PLACES[place], "cells are on", Priority.NOTIFICATION))
    await bot.idle()

    assert posted(slack) == ["cells are on"]


@pytest.mark.parametrize("place", PLACES)
async def test_what_slack_did_not_take_is_posted_when_it_does(slack: FakeSlack, bot: SlackBot, place: str) -> None:
    slack.api.failures["chat.postMessage"].extend(["internal_error", 500])
    bot.queue.submit(Send(PLACES[place], "cells are on", Priority.NOTIFICATION))
    await bot.idle()

    assert posted(slack) == ["cells are on"]
    assert [call.error for call in slack.api.calls if call.method == "chat.postMessage"] == [
        "internal_error",
        "500",
        "",
    ]


async def test_an_answer_in_a_thread_is_looked_for_in_the_thread(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.swallowed["chat.postMessage"] = 1
    slack.says(ADA, CHANNEL, "+seen olga")
    await bot.idle()

    assert posted(slack) == ["olga never checked in anywhere."]


async def test_what_joined_it_meanwhile_is_posted_without_it(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.delays["chat.postMessage"] = 0.1
    slack.api.swallowed["chat.postMessage"] = 1
    bot.queue.submit(Send(PLACES["person"], "cells are on", Priority.NOTIFICATION))
    await eventually(lambda: bot.queue._lanes["slack"]._turns[Priority.NOTIFICATION].head == ())
    bot.queue.submit(Send(PLACES["person"], "rings are on", Priority.NOTIFICATION))
    await bot.idle()

    assert posted(slack) == ["cells are on", "rings are on"]


async def test_where_the_bot_may_not_look_it_is_rather_posted_twice(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.swallowed["chat.postMessage"] = 1
    slack.api.failures["conversations.history"].append("missing_scope")
    bot.queue.submit(Send(Target("slack", CHANNEL), "cells are on"))
    await bot.idle()

    assert posted(slack) == ["cells are on"] * 2


async def test_the_same_said_again_later_is_posted_again(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.swallowed["chat.postMessage"] = 1
    for _ in range(2):
        bot.queue.submit(Send(Target("slack", CHANNEL), "cells are on"))
        await bot.idle()

    assert posted(slack) == ["cells are on"] * 2


async def test_a_bulletin_that_slack_took_without_saying_so_is_edited_and_not_posted_again(slack: FakeSlack) -> None:
    slack.workspace.add_channel(BOARD, "board")
    async with having_bot(slack, announce=(BOARD,)) as bot:
        slack.api.swallowed["chat.postMessage"] = 1
        slack.says(ADA, CHANNEL, "#nova now cells")
        await bot.idle()
        slack.says(ADA, CHANNEL, "#nova now rings")
        await bot.idle()

    [post] = board(slack)
    assert "rings" in post.text


# -- with a ticket, as reminders have one ------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
async def test_what_has_a_ticket_is_found_by_it(slack: FakeSlack, bot: SlackBot, place: str) -> None:
    since, target = bot.clock.now(), PLACES[place]
    slack.api.swallowed["chat.postMessage"] = 1
    with pytest.raises(Doubt):
        await bot.network.post(target, "at 10:30: cells", ticket="reminder-1")
    await bot.network.post(target, "at 10:30: cells", ticket="reminder-2")
    bot.clock.forward(minutes=20)

    first, second = [post.ts for post in slack.workspace.posts if post.user == BOT]
    assert await bot.network.find(target, "reminder-1", "cells", since) == first
    assert await bot.network.find(target, "reminder-2", "cells", since) == second
    assert await bot.network.find(target, "reminder-3", "cells", since) == ""
    assert await bot.network.find(target, "reminder-1", "cells", since + timedelta(hours=1)) == ""


async def test_a_receipt_is_the_ts_of_the_message(slack: FakeSlack, bot: SlackBot) -> None:
    receipt = await bot.network.post(Target("slack", CHANNEL), "at 10:30: cells", ticket="reminder-1")

    [post] = [post for post in slack.workspace.posts if post.user == BOT]
    assert (post.ts, post.metadata) == (
        receipt,
        {"event_type": "ptgbot_send", "event_payload": {"ticket": "reminder-1"}},
    )


async def test_where_there_is_nothing_to_be_read_nobody_knows(slack: FakeSlack, bot: SlackBot) -> None:
    since = bot.clock.now()
    for error, method in (("missing_scope", "conversations.history"), ("missing_scope", "conversations.open")):
        slack.api.failures[method].append(error)
    assert await bot.network.find(Target("slack", CHANNEL), "reminder-1", "", since) is None
    assert await bot.network.find(Target("slack", ADA), "reminder-1", "", since) is None
    assert await bot.network.find(Target("slack", "C0UNKNOWN"), "reminder-1", "", since) is None
    assert await bot.network.find(Target("slack", CHANNEL, only_for=ADA), "reminder-1", "", since) is None


async def test_among_more_messages_than_slack_brings_at_once_nobody_knows(slack: FakeSlack, bot: SlackBot) -> None:
    since = bot.clock.now()
    await bot.network.post(Target("slack", CHANNEL), "at 10:30: cells", ticket="reminder-1")
    for number in range(1000):
        slack.workspace.post(CHANNEL, ADA, f"chatter {number}")

    assert await bot.network.find(Target("slack", CHANNEL), "reminder-1", "", since) is None


@pytest.mark.parametrize(
    ("failure", "error"),
    [(503, ConnectionError), ("service_unavailable", ConnectionError), ("not_in_channel", NotTaken)],
)
async def test_what_slack_certainly_did_not_take_is_no_doubt(
    slack: FakeSlack, bot: SlackBot, failure: str | int, error: type[Exception]
) -> None:
    slack.api.failures["chat.postMessage"].append(failure)
    with pytest.raises(error) as raised:
        await bot.network.post(Target("slack", CHANNEL), "cells", ticket="reminder-1")

    assert not isinstance(raised.value, Doubt)


async def test_who_asks_too_often_has_to_wait(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.limits["conversations.history"] = 60.0
    target = Target("slack", CHANNEL)
    assert await bot.network.find(target, "reminder-1", "", bot.clock.now()) == ""
    with pytest.raises(TooFast) as raised:
        await bot.network.find(target, "reminder-1", "", bot.clock.now())

    assert raised.value.seconds == 60.0


async def test_a_slack_that_is_down_is_asked_again_later(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.down = True
    with pytest.raises(ConnectionError):
        await bot.network.find(Target("slack", CHANNEL), "reminder-1", "", bot.clock.now())


async def test_where_slack_does_not_take_the_blocks_the_text_is_shown(slack: FakeSlack, bot: SlackBot) -> None:
    for method in ("chat.postMessage", "chat.postEphemeral"):
        slack.api.failures[method].append("invalid_blocks")
    slack.says(ADA, CHANNEL, "+seen olga")
    slack.says(ADA, CHANNEL, "#nvoa now cells")
    await bot.idle()

    found = [(post.only_for, post.text, post.blocks) for post in slack.workspace.posts if post.user == BOT]
    assert [(only_for, blocks) for only_for, _, blocks in found] == [("", []), (ADA, [])]
    assert found[0][1] == "olga never checked in anywhere."


async def test_an_answer_to_a_question_that_was_deleted_stands_by_itself(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.delays["users.info"] = 0.05
    question, _ = slack.says(ADA, CHANNEL, "+seen olga")
    question.deleted = True
    await bot.idle()

    assert [(post.thread, post.text) for post in slack.workspace.posts if post.user == BOT] == [
        ("", "olga never checked in anywhere.")
    ]


class Reminder:
    """An errand as reminders are one (``core.messages.Errand``)."""

    ticket = "reminder-1"
    body = "cells"

    def __init__(self, bot: SlackBot) -> None:
        self._bot = bot
        self.doubtful_since: datetime | None = None
        self.receipts: list[str] = []

    async def begin(self) -> str:
        return "at 10:30: cells"

    def went(self, receipt: str) -> None:
        self.receipts.append(receipt)

    def doubted(self) -> None:
        self.doubtful_since = self._bot.clock.now()

    def put_off(self, why: str) -> None:
        raise AssertionError(why)

    def unanswered(self) -> bool:
        raise AssertionError("Slack can be asked")

    def refused(self, why: str) -> None:
        raise AssertionError(why)

    def away(self) -> None:
        raise AssertionError("nobody is away in Slack")


@pytest.mark.parametrize("place", PLACES)
async def test_an_errand_that_slack_took_without_saying_so_is_done_once(
    slack: FakeSlack, bot: SlackBot, place: str
) -> None:
    slack.api.swallowed["chat.postMessage"] = 1
    errand = Reminder(bot)
    bot.queue.submit(Send(PLACES[place], "a reminder", Priority.NOTIFICATION, errand=errand))
    await bot.idle()

    [post] = [post for post in slack.workspace.posts if post.user == BOT]
    assert (post.text, [post.ts]) == ("at 10:30: cells", errand.receipts)
