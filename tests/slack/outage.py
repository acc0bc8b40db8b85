"""Slack is away for a while, in the middle of everything: ``python -m tests.slack.outage [SECONDS]``.

First its Web API answers nothing while its sockets go on delivering, after it did some last calls without saying so;
then the sockets are gone too. Meanwhile people go on, on IRC too. Nothing that was accepted may be lost, and nothing
done or said twice.
"""

import argparse
import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ptgbot.core.identity import Actor, Identity
from ptgbot.core.messages import Message
from ptgbot.networks.slack.settings import SlackTiming
from tests.slack.bot import CHANNEL, OLGA, SlackBot, having_bot
from tests.slack.fake import FakeSlack, fake_slack
from tests.slack.workspace import BOT, Posted

__all__ = ["outage"]

BOARD = "C000BOARD"
STEPS = 40  # that people take while it lasts
ALONE = 0.3  # of it, in which only the Web API is away
GRACE = Actor(Identity("irc", "grace"), "grace")


@dataclass
class Said:
    """What people said, to be held against what became of it.

    Args:
        commands: All that changes something.
        messages: Those that are to be signed.
        questions: What is to be answered in the channel.
        slashes: The names of the slash commands' answers, with what they are to be.
        topics: What the subscriber is to be told.
    """

    commands: list[str] = field(default_factory=list)
    messages: list[Posted] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    slashes: dict[str, str] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)


def _step(slack: FakeSlack, bot: SlackBot, said: Said, number: int) -> None:
    """Have somebody do something."""
    user = f"U{number % 10:03}"
    if number % 4 == 0:
        said.commands.append(f"#nova next topic {number}")
        said.messages.append(slack.says(user, CHANNEL, said.commands[-1])[0])
        said.topics.append(f"next in #nova: topic {number}")
    elif number % 4 == 1:
        slack.says(user, CHANNEL, f"+seen nobody{number}")
        said.questions.append(f"nobody{number} never checked in anywhere.")
    elif number % 4 == 2:
        said.commands.append(f"+in place {number}")
        answer, _ = slack.command(user, CHANNEL, said.commands[-1])
        said.slashes[answer] = f"You are checked in to place {number}. Thanks! Say 'out' when you leave."
    else:
        said.commands.append(f"#swift next topic {number}")
        bot.dispatcher.accept(Message("irc", GRACE, said.commands[-1], "#ptg", f"m{number}"))
        said.topics.append(f"next in #swift: topic {number}")


def _problems(slack: FakeSlack, bot: SlackBot, said: Said) -> list[str]:
    told = Counter(line for text in slack.workspace.told(OLGA) for line in text.split("\n"))
    answered = Counter(line for text in slack.workspace.said(CHANNEL) for line in text.split("\n"))
    boards = [post for post in slack.workspace.posts if post.channel == BOARD and post.user == BOT]
    return [
        *slack.api.problems,
        *(f"done {count} times: {c}" for c, count in Counter(bot.commands).items() if count != 1),
        *(f"lost: {command}" for command in said.commands if command not in bot.commands),
        *(f"signed {len(m.reactions)} times: {m.text}" for m in said.messages if len(m.reactions) != 1),
        *(f"answered {answered[q]} times: {q}" for q in said.questions if answered[q] != 1),
        *(
            f"answered {slack.answers(name)}, not once {a}"
            for name, a in said.slashes.items()
            if slack.answers(name) != [a]
        ),
        *(f"told {told[topic]} times: {topic}" for topic in said.topics if told[topic] != 1),
        *(
            f"not in any bulletin: {one}"
            for one in said.topics
            if not any(_ends(one) in post.text.split("\n") for post in boards)
        ),
        *([] if len(boards) == 2 else [f"there are {len(boards)} bulletins of two tracks"]),
    ]


def _ends(topic: str) -> str:
    return f"next: {topic.partition(': ')[2]}"


async def outage(folder: Path, seconds: float, timing: SlackTiming) -> list[str]:
    """Have Slack be away for a while; return what is wrong afterwards.

    Args:
        folder: Where the bot's store is.
        seconds: For how long.
        timing: How patient the bot is.
    """
    said = Said()
    async with fake_slack() as slack:
        slack.workspace.add_channel(BOARD, "board")
        for number in range(10):
            slack.workspace.add_user(f"U{number:03}", f"nick{number}")
        async with having_bot(slack, folder=folder, timing=timing, announce=(BOARD,)) as bot:
            slack.says(OLGA, CHANNEL, "+subscribe topic")
            await bot.idle()
            bot.changes.clear()
            for number in range(10):
                _step(slack, bot, said, number)
            await bot.idle()
            slack.api.swallowed["chat.postMessage"] = 3
            for number in range(10, 10 + STEPS):
                _step(slack, bot, said, number)
                await asyncio.sleep(seconds / STEPS)
                slack.api.down = True
                if number - 10 == int(STEPS * ALONE):
                    await slack.goes_down()
            slack.comes_back()
            async with asyncio.timeout(120 + timing.retry_most):
                await bot.idle()
            return _problems(slack, bot, said)


def main() -> None:
    """Have Slack be away, and tell what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=60.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ptgbot-outage-") as name:
        found = asyncio.run(outage(Path(name), arguments.seconds, SlackTiming()))
    print("\n".join(found) or "nothing lost, nothing twice")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
