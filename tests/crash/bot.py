"""The whole bot under load, to be killed: ``python -m tests.crash.bot FOLDER FIRST``; ``... --kill TIMES`` kills it.

People check in again and again, each time to a place with a higher number. What the bot answers goes to standard
output: whoever was told of a place must be found there, or further on, after the kill.
"""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson

from ptgbot.app import Bot
from ptgbot.catalogue import TABLES
from ptgbot.core.clock import Event, SystemClock
from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Target
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.topics.model import TOPICS
from ptgbot.store import DurableStore
from ptgbot.takeover import import_file
from ptgbot.wiring import IRC
from tests.fakes import FakeNetwork
from tests.talk import SAMPLE

__all__ = ["BotKills", "kill_bot"]

ROOT = Path(__file__).parents[2]
PEOPLE = 20
ANSWER = re.compile(r"nick(\d+): You are checked in to place (\d+)\.")


class _Crowd(FakeNetwork):
    """People who say something new as soon as they were answered."""

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        os.write(1, f"{line}\n".encode())
        found = ANSWER.match(line)
        if found:
            self.say(int(found[1]), int(found[2]) + 1)
        return ""

    def say(self, person: int, place: int) -> None:
        assert self.accept is not None
        nick = f"nick{person}"
        actor = Actor(Identity(IRC, nick), nick, Role.ORGANISER)
        # The topic is silent, and in the store before what follows it.
        for text in (f"#nova now topic {place} of {nick}", f"+in place {place}"):
            self.accept(Message(IRC, actor, text, "#ptg"))


async def work(folder: Path, first: int) -> None:
    """Run the bot and its people for ever."""
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    event, now = Event("Kill", first_day=date(2026, 11, 23)), SystemClock().now()
    if store.view.seq == 0:
        await import_file(store, orjson.dumps(SAMPLE), event=event, network=IRC, at=now)
    network = _Crowd()
    bot = Bot(event=event, store=store, site_dir=folder / "html", networks=[network])
    running = asyncio.ensure_future(bot.run(asyncio.Event()))
    while network.accept is None:
        await asyncio.sleep(0)
    for person in range(PEOPLE):
        network.say(person, first)
    await running


@dataclass
class BotKills:
    """How often, how many answers were given in all, and what went wrong."""

    times: int = 0
    answers: int = 0
    problems: list[str] = field(default_factory=list)


def kill_bot(folder: Path, times: int, *, seed: int = 0) -> BotKills:
    """Kill a working bot so many times, always on the same store."""
    chance = random.Random(seed)
    kills = BotKills()
    told: dict[int, int] = {}
    for _ in range(times):
        command = [sys.executable, "-m", "tests.crash.bot", str(folder), str(max(told.values(), default=0) + 1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(chance.randint(1, 400))]
            process.kill()
            lines += process.stdout.readlines()
        kills.times += 1
        for found in map(ANSWER.match, lines):
            if found:
                told[int(found[1])] = int(found[2])
                kills.answers += 1
        kills.problems += _missing(folder, told)
    return kills


def _missing(folder: Path, told: dict[int, int]) -> list[str]:
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.read()
    problems = []
    for person, place in told.items():
        check_in = store.view.get(CHECKINS, f"{IRC}/~nick{person}")
        found = int(check_in.location.removeprefix("place ")) if check_in else 0
        if found < place:
            problems.append(f"nick{person} was told of place {place}, but is in {found}")
    topic = store.view.get(TOPICS, "nova")
    if told and (topic is None or topic.now is None):
        problems.append("the topic is gone")
    return problems


def main() -> None:
    """Work, or kill what works."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("first", type=int, nargs="?", default=1)
    parser.add_argument("--kill", type=int, default=0)
    arguments = parser.parse_args()
    if not arguments.kill:
        asyncio.run(work(arguments.folder, arguments.first))
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        kills = kill_bot(Path(name), arguments.kill)
    print("\n".join(kills.problems))
    print(f"{kills.times} kills of the bot in {time.monotonic() - began:.0f} s, {kills.answers} answers")
    raise SystemExit(bool(kills.problems))


if __name__ == "__main__":
    main()
