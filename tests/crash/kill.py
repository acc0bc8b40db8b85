"""kill -9 for a process under load, again and again on the same store: ``python -m tests.crash.kill 200``."""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from ptgbot.store import DurableStore, StoreUnreadable
from ptgbot.store.state import State
from tests.crash.driver import draft_of
from tests.store.tables import TABLES, at, tables_of

__all__ = ["Kills", "kill"]

ROOT = Path(__file__).parents[2]


@dataclass
class Kills:
    """How often, how much was acknowledged in all, and what went wrong."""

    times: int = 0
    acknowledged: int = 0
    problems: list[str] = field(default_factory=list)


def kill(path: Path, times: int, *, seed: int = 0) -> Kills:
    """Kill a process that works on a store so many times."""
    chance = random.Random(seed)
    kills = Kills()
    expected = State(TABLES)
    for _ in range(times):
        # A fifth of them while the store is being opened, or just afterwards.
        answers = chance.choice((1, chance.randint(1, 200), *[chance.randint(200, 3000)] * 3))
        last = max(kills.acknowledged, killed_after(path, answers))
        kills.times += 1
        kills.acknowledged = last
        if wrong := wrong_with(path, last, expected):
            kills.problems.append(f"kill {kills.times}: {wrong}")
    return kills


def killed_after(path: Path, answers: int) -> int:
    """Run a process until it has written so many lines, kill it, return the last Change that it acknowledged."""
    command = [sys.executable, "-m", "tests.crash.driver", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        last = 0
        for _ in range(answers):
            line = process.stdout.readline()
            if not line:
                break  # it died by itself; what it said about that is in its stderr
            last = int(line)
        process.kill()
        for line in process.stdout:
            last = int(line)
    assert process.returncode == -9
    return last


def wrong_with(path: Path, last: int, expected: State) -> str:
    """Return what is wrong with a store after a kill; empty where everything acknowledged is there.

    Args:
        path: The store.
        last: The last Change that was acknowledged.
        expected: What was there after the kill before; it is brought forward to what is there now.
    """
    store = DurableStore(path, TABLES)
    try:
        store.read()
    except StoreUnreadable as error:
        return str(error)
    seq = store.view.seq
    if seq < max(last, expected.seq):
        return f"Change {last} was acknowledged, {expected.seq} was there, {seq} is the last there is"
    for number in range(expected.seq + 1, seq + 1):
        expected.apply(number, at(number), draft_of(expected, number).edits())
    if (store.view.changed_at, tables_of(store.view)) != (expected.changed_at, tables_of(expected)):
        return f"the documents are not those of Change {seq}"
    return ""


def main() -> None:
    """Kill as often as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("times", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        kills = kill(Path(folder) / "store" / "event.json", arguments.times, seed=arguments.seed)
    for problem in kills.problems:
        print(problem)
    print(
        f"{kills.times} kills in {time.monotonic() - began:.0f} s, {kills.acknowledged} Changes acknowledged, "
        f"{len(kills.problems)} times something was lost"
    )
    raise SystemExit(bool(kills.problems))


if __name__ == "__main__":
    main()
