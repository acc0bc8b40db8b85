"""kill -9 while reminders go out: ``python -m tests.crash.reminders FOLDER`` works; ``... --kill TIMES`` kills it.

What the networks took is in a file beside the store, as if it were on their side: X and Slack can be asked for it, IRC
cannot. After all kills it is counted: what everybody sees is on X once and on IRC once at most, what one person is told
reached them once at least; and nothing is open.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from ptgbot.catalogue import TABLES, make_keeper
from ptgbot.core.changes import Draft
from ptgbot.core.clock import Event, SystemClock
from ptgbot.core.messages import Send, Target
from ptgbot.delivery import SendQueue
from ptgbot.delivery.timers import ClockTimers
from ptgbot.features.admin.commands import new_day
from ptgbot.features.history.journal import Journal
from ptgbot.features.reminders.keeper import ReminderKeeper
from ptgbot.features.reminders.model import (
    ANNOUNCEMENTS,
    REMINDERS,
    Announcement,
    Kind,
    Reminder,
    State,
    next_number,
    reminder_id,
)
from ptgbot.features.reminders.sender import Sender
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.store import DurableStore
from tests.fakes import FakeNetwork

__all__ = ["ReminderKills", "kill_reminders"]

ROOT = Path(__file__).parents[2]
AHEAD = timedelta(milliseconds=30)  # what is planned is due
PAUSE = 0.01  # seconds between what is planned
WINDOW = 0.004  # seconds for which a post is on its way, at most, and its receipt


class _Wire(FakeNetwork):
    """A network whose other side is a file, which outlives us; it may be asked for what is there, or not."""

    def __init__(self, name: str, file: Path, *, can_find: bool) -> None:
        super().__init__(name, room=2000)
        self._file = file
        self._can_find = can_find

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        await asyncio.sleep(random.random() * WINDOW)
        with self._file.open("ab", buffering=0) as file:
            file.write(f"{self.name}\t{target.name}\t{ticket}\t{line}\n".encode())
        await asyncio.sleep(random.random() * WINDOW)
        return ticket if self._can_find else ""

    async def find(self, target: Target, ticket: str, body: str, since: datetime) -> str | None:
        if not self._can_find:
            return None
        there = self._file.read_text() if self._file.exists() else ""
        return ticket if f"{self.name}\t{target.name}\t{ticket}\t" in there else ""

    def split(self, send: Send) -> list[str]:
        return [send.text]


def _plan(journal: Journal, now: datetime) -> None:
    """Plan an announcement to everybody, and a note to one person on each network."""
    draft = Draft(journal.view)
    due = now + AHEAD
    number = next_number(draft, "a")
    draft.put(ANNOUNCEMENTS, Announcement(number, f"a{number}", due, ("irc:#ptg", "x:timeline")))
    for network in ("irc", "slack"):
        number = next_number(draft, "r")
        key, text, who = f"{Kind.NOTE}/{number}", reminder_id(number), f"{network}/~ada"
        note = Reminder(key, number, Kind.NOTE, str(number), f"{network}:", due=due, start=due, text=text)
        draft.put(REMINDERS, replace(note, identity=who, name="ada"))
    journal.commit(draft.edits(), at=now)


async def work(folder: Path, *, finish: bool) -> None:
    """Plan and send for ever; or only send what is left, and return."""
    clock = SystemClock()
    event = Event("Kill", first_day=date(2026, 11, 23))
    settings = ReminderSettings(nudges=False)
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    keeper = ReminderKeeper(store, event, settings)
    journal = Journal(make_keeper(keeper, event))
    names = {"irc": False, "slack": True, "x": True}
    wires = [_Wire(name, folder / "posted", can_find=can_find) for name, can_find in names.items()]
    queue = SendQueue(wires)
    timers = ClockTimers(clock)
    sender = Sender(
        store=keeper, event=event, settings=settings, clock=clock, timers=timers,
        submit=queue.submit, tell=lambda _: None, new_day=new_day, commands=journal,
    )  # fmt: skip
    store.listen(sender.changed)
    running = [asyncio.ensure_future(queue.run()), asyncio.ensure_future(timers.run())]
    sender.start()
    os.write(1, b"started\n")
    while not finish or any(reminder.is_open for reminder in store.view.all(REMINDERS).values()):
        if not finish:
            _plan(journal, clock.now())
        await asyncio.sleep(PAUSE)
    for task in running:
        task.cancel()
    sender.close()
    await store.close()


@dataclass
class ReminderKills:
    """How often, what the networks took in all, how much of it twice or never, and what went wrong."""

    times: int = 0
    posted: int = 0
    missed: int = 0
    twice: int = 0
    problems: list[str] = field(default_factory=list)


def kill_reminders(folder: Path, times: int, *, seed: int = 0) -> ReminderKills:
    """Kill what works so many times, always on the same store; then let it finish, and count."""
    chance = random.Random(seed)
    command = [sys.executable, "-m", "tests.crash.reminders", str(folder)]
    for _ in range(times):
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.4))
            process.kill()
    subprocess.run([*command, "--finish"], cwd=ROOT, check=True, capture_output=True, timeout=60)
    return _counted(folder, times)


def _counted(folder: Path, times: int) -> ReminderKills:
    lines = (line.split("\t") for line in (folder / "posted").read_text().splitlines())
    posted = Counter((network, text.removeprefix("Reminder: ")) for network, _, _, text in lines)
    store = DurableStore(folder / "store" / "ptg.json", TABLES)
    store.read()
    kills = ReminderKills(times, posted.total())
    for reminder in store.view.all(REMINDERS).values():
        network = reminder.place.partition(":")[0]
        count = posted[network, reminder.text]
        kills.twice += count > 1
        kills.missed += reminder.state is State.MISSED
        if reminder.is_personal:
            right = reminder.state is State.SENT and (count == 1 if network == "slack" else count >= 1)
        elif network == "x":
            right = reminder.state is State.SENT and count == 1
        else:
            right = count == 1 if reminder.state is State.SENT else reminder.state is State.MISSED and count <= 1
        if not right:
            kills.problems.append(f"{reminder.id} is {reminder.state} and was posted {count} times")
    if kills.missed + kills.twice > 2 * times:  # for each kill one to everybody, and one to somebody, on IRC
        kills.problems.append(f"{kills.missed} missed and {kills.twice} sent twice in {times} kills")
    return kills


def main() -> None:
    """Work, or kill what works."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--finish", action="store_true")
    parser.add_argument("--kill", type=int, default=0)
    arguments = parser.parse_args()
    if not arguments.kill:
        asyncio.run(work(arguments.folder, finish=arguments.finish))
        return
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        kills = kill_reminders(Path(name), arguments.kill)
    print("\n".join(kills.problems[:20]))
    print(
        f"{kills.times} kills while reminders went out in {time.monotonic() - began:.0f} s: {kills.posted} posts,"
        f" {kills.missed} given up in doubt, {kills.twice} sent twice to one person, {len(kills.problems)} wrong"
    )
    raise SystemExit(bool(kills.problems))


if __name__ == "__main__":
    main()
