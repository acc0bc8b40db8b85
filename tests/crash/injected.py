"""Crashes and refusals at every single call that alters the disk: ``python -m tests.crash.injected 10000``."""

import argparse
import asyncio
import copy
import errno
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ptgbot.store import DurableStore, StoreUnreadable
from tests.crash.history import Attempt, History, differences
from tests.crash.session import STORE, go_on, hurried, session
from tests.store.faulty_files import Disk, FaultyFiles, Loss, Plan
from tests.store.tables import TABLES

__all__ = ["Refusal", "Report", "inject"]

COMMANDS = 200  # acknowledged in each session
LATER = 2  # moments of a session with a refusal at which it crashes as well


@dataclass(frozen=True)
class Refusal:
    """Which calls the disk refuses.

    Args:
        first: The number of the first one.
        count: How many in a row.
        code: How.
    """

    first: int
    count: int
    code: int

    def plan(self, number: int, name: str) -> int:
        del name
        return self.code if self.first <= number < self.first + self.count else 0

    def __str__(self) -> str:
        return f"{errno.errorcode[self.code]} at call {self.first}, {self.count} times"


@dataclass(frozen=True)
class Moment:
    """The disk and what was promised just before a call."""

    call: int
    disk: Disk
    allowed: list[Attempt]


@dataclass
class Report:
    """What was tried, and what went wrong."""

    crashes: int = 0
    refusals: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def empty() -> History:
    return History(Attempt(0, None, {table.name: {} for table in TABLES}))


def run(plan: Plan, seed: int, wanted: Callable[[int], bool]) -> tuple[list[Moment], FaultyFiles]:
    """Run a session and return the disk at the wanted calls; whatever was refused, at its end all is well."""
    moments: list[Moment] = []
    history = empty()

    def before(number: int) -> None:
        if wanted(number):
            moments.append(Moment(number, files.disk.copy(), [copy.copy(a) for a in history.allowed()]))

    files = FaultyFiles(plan=plan, before=before, seed=seed)
    asyncio.run(session(files, history, COMMANDS, seed))
    assert reopen(files.disk, [history.saved]) == ""
    return moments, files


def reopen(disk: Disk, allowed: list[Attempt]) -> str:
    """Return what is wrong with a disk after a crash; empty where nothing is."""
    store = DurableStore(STORE, TABLES, FaultyFiles(disk))
    try:
        store.read()
    except StoreUnreadable as error:
        return f"it cannot be opened: {error}"
    return differences(store, allowed)


def crash(moment: Moment, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Cut the power at a moment in several ways; yield what was done and what is wrong afterwards."""
    for loss in Loss:
        yield f"lost: {loss.name}", reopen(moment.disk.after_power_cut(loss, chance), moment.allowed)
    wrong = reopen(moment.disk.copy(), moment.allowed)
    yield "killed", wrong
    if wrong:
        return
    # Killed, started again, at work for a while; then the power is cut as well.
    history = History(moment.allowed[0], list(moment.allowed[1:]))
    files = FaultyFiles(moment.disk.copy(), seed=chance.randrange(1 << 30))
    asyncio.run(go_on(files, history, chance.randint(0, 3), chance.randrange(1 << 30)))
    lost = chance.choice(list(Loss))
    yield f"killed, started, lost: {lost.name}", reopen(files.disk.after_power_cut(lost, chance), history.allowed())


WAYS = len(Loss) + 2


def inject(crashes: int, *, seed: int = 0) -> Report:
    """Inject so many crashes: half of them into a session that goes well, half into sessions with refusals.

    With enough of them, there is one at every call, and every call is refused once.
    """
    chance = random.Random(seed)
    report = Report()
    with hurried():
        # How many calls a session makes; it differs a little each time, since threads take turns as they like.
        _, files = run(lambda number, name: 0, seed, lambda number: False)
        total = len(files.calls)
        at = set(_spread(total, crashes // 2 // WAYS, chance))
        moments, files = run(lambda number, name: 0, seed, at.__contains__)
        _crash_all(moments, "no refusal", files, report, chance)
        while report.crashes < crashes:
            sessions = max(1, (crashes - report.crashes) // WAYS // LATER)
            for first in _spread(total, sessions, chance):
                refusal = Refusal(first, chance.choice((1, 1, 2, 5, 20)), chance.choice((errno.ENOSPC, errno.EIO)))
                # Soon after the refusal, mostly: there it is not healed yet, or only just.
                later = {first + 1 + int(chance.expovariate(0.05)) for _ in range(LATER)}
                moments, files = run(refusal.plan, seed + first, later.__contains__)
                report.refusals += sum(1 for n in range(len(files.calls)) if refusal.plan(n, ""))
                _crash_all(moments, str(refusal), files, report, chance)
                if report.crashes >= crashes:
                    break
    return report


def _spread(total: int, count: int, chance: random.Random) -> list[int]:
    """Return so many of the numbers below a total, the same distance apart; all of them where count is more."""
    if count >= total:
        return list(range(total))
    step = total / max(1, count)
    return [int(chance.random() * step + n * step) for n in range(count)]


def _crash_all(moments: Iterable[Moment], what: str, files: FaultyFiles, report: Report, chance: random.Random) -> None:
    for moment in moments:
        name = files.calls[moment.call]
        for how, wrong in crash(moment, chance):
            report.crashes += 1
            report.calls[name] += 1
            if wrong:
                report.problems.append(f"{what}; crash before call {moment.call} ({name}), {how}: {wrong}")


def main() -> None:
    """Inject as many crashes as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crashes", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    report = inject(arguments.crashes, seed=arguments.seed)
    for problem in report.problems[:20]:
        print(problem)
    print(
        f"{report.crashes} crashes and {report.refusals} refused calls in {time.monotonic() - began:.0f} s, "
        f"{len(report.problems)} of them with damage; crashes before: "
        + ", ".join(f"{name} {count}" for name, count in report.calls.most_common())
    )
    raise SystemExit(bool(report.problems))


if __name__ == "__main__":
    main()
