"""How fast posts about open spaces are read, and in how much memory."""

import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ptgbot.features.openspaces.reading.reader import Reader
from ptgbot.features.openspaces.reading.second_opinion import warm
from tests.bench.document import Row, publish
from tests.features.openspaces.events import EVENTS

__all__ = ["measure_reading", "reading_rows"]

CORPUS = Path(__file__).parents[1] / "features" / "openspaces" / "corpus.jsonl"
MANY = 50_000
# What people write around a room and a time: posts are as long as posts are.
AROUND = (
    "Come and talk about teaching Python, no experience needed, bring a laptop! #pyconopenspaces https://x.example/{}"
)


class Figures(NamedTuple):
    """What was measured.

    Args:
        short: Posts of the corpus read in a second of one core.
        long: The same with some 110 characters more each.
        grown: MiB by which the process grew while it read so many different posts, after the first thousand.
        resident: MiB of the process afterwards.
    """

    short: float
    long: float
    grown: float
    resident: float


def measure_reading(many: int = MANY) -> Figures:
    """Return what a process of its own measures."""
    output = subprocess.run(
        [sys.executable, "-m", "tests.bench.openspaces", str(many)], check=True, capture_output=True, text=True
    ).stdout
    return Figures(*json.loads(output))


def reading_rows(many: int = MANY) -> list[Row]:
    """Return the figures for the table in docs/performance.md."""
    figures = measure_reading(many)
    return [
        ("posts about open spaces read, one core", f"{figures.short:,.0f} a second", "2,000"),
        ("the same, some 150 characters each", f"{figures.long:,.0f} a second", "2,000"),
        (f"memory after {many:,} posts read", f"{figures.resident:.0f} MiB, {figures.grown:+.1f} MiB", ""),
    ]


def _measure(many: int) -> Figures:
    warm()
    readers = {name: Reader(rules) for name, rules in EVENTS.items()}
    corpus = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    posts = [(readers[post["rules"]], post["text"], datetime.fromisoformat(post["posted_at"])) for post in corpus]

    def read(count: int, around: str) -> float:
        """Return how many posts are read in a second of the processor's time."""
        begin = time.process_time()
        for number in range(count):
            reader, text, posted = posts[number % len(posts)]
            reader.read(f"{text} {around.format(number)}" if around else text, posted)
        return count / (time.process_time() - begin)

    read(1000, AROUND)
    before = _resident()
    short, long = read(many // 2, ""), read(many - many // 2, AROUND)
    return Figures(short, long, _resident() - before, _resident())


def _resident() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(_measure(int(sys.argv[1]))))
    else:
        publish(reading_rows(), "python -m tests.bench.openspaces", write=False)
