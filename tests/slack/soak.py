"""Many events of many people, with all that can happen to deliveries: ``python -m tests.slack.soak [EVENTS]``.

The same is said to two bots, to one of them through sockets that are cut, replaced and frozen, with deliveries that
come twice and a Web API that fails at times. Both must have the same state in the end, and have said the same.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from pathlib import Path

from ptgbot.core.backlog import MOST_WAITING
from tests.commands_table import Snapshot, snapshot
from tests.slack.bot import ADA, CHANNEL, OLGA, QUICK, SlackBot, having_bot
from tests.slack.deliveries import Delivery
from tests.slack.fake import FakeSlack, fake_slack
from tests.slack.workspace import BOT

__all__ = ["Run", "problems_of", "soak"]

LANES = 16  # places in which people talk at the same time; what is said in one of them is said in order
PEOPLE = 3  # in each of them
AGAIN = 0.4  # seconds after which the fake delivers again what is not acked
IN_TIME = 1.0  # seconds within which an ack counts as prompt
PROMPT = 0.999  # of all acks
OPENED = (ADA, OLGA)  # those whose Homes are open meanwhile


@dataclass
class Run:
    """What became of all that was said.

    Args:
        state: The state at the end.
        commands: How often which command changed something.
        said: How often the bot said what.
        waits: Seconds from each delivery that came through to its ack.
        faults: What happened how often.
        problems: What was against what Slack publishes.
        seconds: How long it took.
    """

    state: Snapshot = field(default_factory=dict)
    commands: Counter[str] = field(default_factory=Counter)
    said: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def prompt(self) -> float:
        """The share of deliveries that were acked in time."""
        return sum(wait <= IN_TIME for wait in self.waits) / max(len(self.waits), 1)


class Lane:
    """A few people in one place, with a track of their own."""

    def __init__(self, slack: FakeSlack, number: int, seed: int) -> None:
        self._slack = slack
        self._chance = random.Random(f"{seed} {number}")
        self._private = number % 4 == 3
        self._track = f"track{number}"
        self._count = 0
        self.users = [
            slack.workspace.add_user(f"U{number:06}{person:02}", f"nick{number}-{person}").id
            for person in range(PEOPLE)
        ]
        self.channel = f"C{number:08}"
        if not self._private:
            slack.workspace.add_channel(self.channel, f"channel{number}")

    @property
    def track(self) -> str:
        """The track that they talk about, and nobody else does."""
        return self._track

    def say(self) -> Delivery:
        """Have somebody say the next thing."""
        self._count += 1
        user = self._chance.choice(self.users)
        text = self._text()
        way = self._chance.random()
        if way < 0.15:
            return self._slack.command(user, self.channel, text)[1]
        if way < 0.2:
            return self._slack.presses(user, {"action_id": "command:0-0", "value": text})
        if self._private:
            return self._slack.tells(user, text)[1]
        if way < 0.3:
            return self._slack.mentions(user, self.channel, text)[1]
        return self._slack.says(user, self.channel, text)[1]

    def _text(self) -> str:
        number, track = self._count, self._track
        texts = (
            f"#{track} now topic {number} &amp; more",
            f"#{track} next topic {number}",
            f"#{track} clean",
            f"#{track} location place {number}",
            f"+in place {number}",
            "+out",
            f"+seen <@{self._chance.choice(self.users)}>",
            f"+subscribe {track} (now|next) topic [0-9]*{number % 10}",
            "+unsubscribe",
            f"#{track} color #{number % 4096:03x}",
            f"#{track} book nowhere-{number}",
            f"only words, {number}",
        )
        return self._chance.choices(texts, weights=(6, 4, 2, 1, 2, 1, 2, 1, 1, 1, 1, 2))[0]


class Faults:
    """What happens to the deliveries of a Slack, by chance."""

    def __init__(self, slack: FakeSlack, seed: int) -> None:
        self._slack = slack
        self._chance = random.Random(seed)
        # Slack repeats what it delivered within some minutes: no event has more commands than that in those.
        self._past: deque[Delivery] = deque(maxlen=2000)
        self.counts: Counter[str] = Counter()

    async def happen(self, delivery: Delivery) -> None:
        """Have something happen, or nothing, just after something was delivered."""
        self._past.append(delivery)
        draw = self._chance.random()
        if draw < 0.05:
            self._again(delivery)
        elif draw < 0.10:
            self._again(self._chance.choice(self._past))
        elif draw < 0.105:
            self.counts["a socket is cut"] += 1
            await self._slack.sockets.kill()
        elif draw < 0.112:
            self.counts["a socket is to be replaced"] += 1
            await self._slack.sockets.say_disconnect()
        elif draw < 0.1125:
            self.counts["a socket freezes"] += 1
            self._slack.sockets.freeze()
        elif draw < 0.114:
            self.counts["no new socket is to be had"] += 1
            self._slack.api.failures["apps.connections.open"].append("internal_error")
        elif draw < 0.134:
            self.counts["a call of the Web API fails"] += 1
            method = self._chance.choice(["chat.postMessage", "reactions.add", "chat.postEphemeral", "views.publish"])
            failures: tuple[str | int, ...] = (500, "internal_error")
            self._slack.api.failures[method].append(self._chance.choice(failures))
        elif draw < 0.144:
            self.counts["a message is taken, and nothing said of it"] += 1
            self._slack.api.swallowed["chat.postMessage"] = 1

    def _again(self, delivery: Delivery) -> None:
        self.counts["something is delivered again"] += 1
        self._slack.sockets.deliver(delivery.envelope["type"], delivery.envelope["payload"])


async def _talk(bot: SlackBot, lane: Lane, events: int, faults: Faults | None) -> None:
    for _ in range(events):
        delivery = lane.say()
        if faults is not None:
            await faults.happen(delivery)
        async with asyncio.timeout(60):
            await delivery.acked.wait()
        # Whoever gives command after command and waits for no answer is turned away.
        while any(bot.queue.waiting(bot.key(user)) > MOST_WAITING // 4 for user in lane.users):
            await asyncio.sleep(0.01)


async def _say_all(slack: FakeSlack, bot: SlackBot, lanes: list[Lane], events: int, faults: Faults | None) -> None:
    slack.says(OLGA, CHANNEL, "~add " + " ".join(lane.track for lane in lanes))
    for lane in lanes:
        slack.says(OLGA, CHANNEL, f"#{lane.track} color #123")  # which is drawn by lot otherwise
    for user in OPENED:
        slack.opens_home(user)
    await bot.idle()
    shares = [events // LANES + (number < events % LANES) for number in range(LANES)]
    async with asyncio.TaskGroup() as group:
        for lane, share in zip(lanes, shares, strict=True):
            group.create_task(_talk(bot, lane, share, faults))
    slack.sockets.thaw()
    async with asyncio.timeout(120):
        await bot.idle()


async def soak(folder: Path, events: int, *, faults: bool, seed: int = 0) -> Run:
    """Have people say something to a bot, and return what became of it.

    Args:
        folder: Where the bot's store is.
        events: How often.
        faults: Whether deliveries and the Web API fail meanwhile.
        seed: Of all chance.
    """
    began = time.monotonic()
    async with fake_slack(AGAIN) as slack:
        lanes = [Lane(slack, number, seed) for number in range(LANES)]
        happening = Faults(slack, seed) if faults else None
        channels = (CHANNEL, *(lane.channel for lane in lanes))
        timing = replace(QUICK, ping=0.5)
        async with having_bot(slack, folder=folder, timing=timing, channels=channels) as bot:
            await _say_all(slack, bot, lanes, events, happening)
            state = snapshot(bot.store.view, {}, "slack")
            commands = Counter(bot.commands)
        return Run(
            state=state,
            commands=commands,
            said=_said(slack),
            waits=[delivery.seconds for delivery in slack.sockets.deliveries.values()],
            faults=happening.counts if happening else Counter(),
            problems=slack.api.problems,
            seconds=time.monotonic() - began,
        )


def _said(slack: FakeSlack) -> Counter[tuple[str, str, str]]:
    """Return where the bot said what how often: lines of messages, signs, and answers to slash commands."""
    people = {channel: user for user, channel in slack.workspace.direct.items()}
    said: Counter[tuple[str, str, str]] = Counter()
    for post in slack.workspace.posts:
        place = people.get(post.channel, post.channel)
        if post.user == BOT:
            # Which lines come together is a matter of pace, and what is in brackets counts what others said meanwhile.
            said.update((place, post.only_for, line.partition(" (")[0]) for line in post.text.split("\n"))
        said.update((place, reaction, post.text) for reaction in post.reactions)
    said.update(
        ("response_url", "", line.partition(" (")[0])
        for _, body in slack.workspace.answers
        for line in body["text"].split("\n")
    )
    return said


def problems_of(calm: Run, rough: Run) -> list[str]:
    """Return what is wrong with two runs in which the same was said, to the second one through faults."""
    return [
        *rough.problems,
        *calm.problems,
        *([] if rough.state == calm.state else ["the state is another one"]),
        *(f"done {rough.commands[c]} times, not {n}: {c}" for c, n in calm.commands.items() if rough.commands[c] != n),
        # Equal answers that wait for one person at one place go once; how many wait there is a matter of pace.
        *(f"never said: {s}" for s in calm.said if not rough.said[s]),
        *(
            f"said {rough.said[s]} times, not {count}: {s}"
            for s, count in calm.said.items()
            if _is_news(s) and rough.said[s] != count
        ),
        *(f"never to be said: {s}" for s in rough.said.keys() - calm.said.keys()),
        *(f"never to be done: {c}" for c in rough.commands.keys() - calm.commands.keys()),
        *(f"only {run.prompt:.3%} were acked in time" for run in (calm, rough) if run.prompt < PROMPT),
    ]


def _is_news(said: tuple[str, str, str]) -> bool:
    """Return whether something is said as often as it happened, however much waits for the same person."""
    place, only_for, text = said
    return not only_for and (place.startswith("C") or text.startswith(("now in #", "next in #")))


async def _both(events: int, seed: int) -> tuple[Run, Run]:
    with tempfile.TemporaryDirectory(prefix="ptgbot-soak-") as name:
        calm = await soak(Path(name) / "calm", events, faults=False, seed=seed)
        return calm, await soak(Path(name) / "rough", events, faults=True, seed=seed)


def main() -> None:
    """Soak, and tell what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, nargs="?", default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    calm, rough = asyncio.run(_both(arguments.events, arguments.seed))
    for what, count in sorted(rough.faults.items()):
        print(f"{count:6} × {what}")
    for name, run in (("calm", calm), ("rough", rough)):
        waits = sorted(run.waits)
        p50, p99 = (1000 * waits[int(len(waits) * share)] for share in (0.5, 0.99))
        print(
            f"{name}: {len(waits)} deliveries in {run.seconds:.0f} s, acked within {IN_TIME:.0f} s: {run.prompt:.3%},"
            f" p50 {p50:.1f} ms, p99 {p99:.1f} ms, at most {1000 * waits[-1]:.0f} ms"
        )
    found = problems_of(calm, rough)
    print("\n".join(found[:50]))
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
