"""``python -m tests.bench.run [--write]``: prints the figures, and puts them into docs/performance.md."""

import argparse
import asyncio
import os
import platform
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ptgbot import __version__
from tests.bench.inside import commands_per_second
from tests.bench.outside import line_to_page
from tests.live.ngircd import ngircd_program
from tests.store.measure import checkpoint_stall, commit_latency, make_large, start_time

__all__ = ["main"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
MARKS = ("<!-- figures: written by tox -e bench -- --write -->", "<!-- end of figures -->")
CHECK_INS = 100_000


def machine() -> str:
    """Return the machine in a line."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    parts = [
        f"{os.cpu_count()} × {model[1] if model else platform.machine()}",
        f"{round(int(memory[1]) / 2**20)} GiB" if memory else "",
        f"Linux {platform.release().split('-')[0]}",
        f"Python {platform.python_version()}",
        f"ptgbot {__version__}",
        f"{datetime.now(UTC):%Y-%m-%d}",
    ]
    return ", ".join(part for part in parts if part)


def _per_second() -> list[tuple[str, str, str]]:
    empty, full = commands_per_second(0), commands_per_second(CHECK_INS)
    rows = [
        ("`now`, one at a time", f"{empty[1]:,.0f} a second", "1,500"),
        ("`now`, 100 waiting", f"{empty[100]:,.0f} a second", "8,000"),
    ]
    for waiting, name in ((1, "one at a time"), (100, "100 waiting")):
        share = f"{full[waiting]:,.0f} a second ({full[waiting] / empty[waiting]:.0%})"
        rows.append((f"`now`, {name}, {CHECK_INS:,} check-ins in the store", share, "80 %"))
    return rows


def _felt() -> list[tuple[str, str, str]]:
    if ngircd_program() is None:
        return [("over a real IRC server", "not measured: ngircd is not installed", "")]
    figures = line_to_page()
    spans = [1000 * span for span in figures.spans]
    p50, p99 = spans[len(spans) // 2], spans[int(len(spans) * 0.99)]
    return [
        ("line to page over ngircd, p50", f"{p50:.0f} ms", ""),
        ("line to page over ngircd, p99", f"{p99:.0f} ms", "60 ms"),
        ("start to joined", f"{figures.joined:.2f} s", "1.5 s"),
        ("resident memory", f"{figures.resident:.0f} MiB", "90 MiB"),
    ]


def _store() -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory(prefix="ptgbot-bench-") as name:
        folder = Path(name)
        commit = asyncio.run(commit_latency(folder / "latency.json"))
        asyncio.run(make_large(folder / "large.json"))
        start = start_time(folder / "large.json")
        late, _ = asyncio.run(checkpoint_stall(folder / "large.json"))
    return [
        ("commit to on disk, p50", f"{commit.p50:.2f} ms", ""),
        ("commit to on disk, p99", f"{commit.p99:.2f} ms", ""),
        ("start with 100,000 documents and 10 MB of log", f"{start:.2f} s", "2 s"),
        ("loop held up by checkpoints of 100,000 documents, at most", f"{late.most:.0f} ms", "20 ms"),
    ]


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    arguments = parser.parse_args()
    rows = _per_second() + _felt() + _store()
    lines = [f"Measured on {machine()}.", "", "| what | measured | target |", "|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    print("\n".join(lines))
    if arguments.write:
        text = DOCUMENT.read_text(encoding="utf-8")
        begin, end = (re.escape(mark) for mark in MARKS)
        block = "\n".join([MARKS[0], *lines, MARKS[1]])
        DOCUMENT.write_text(re.sub(f"{begin}.*?{end}", lambda _: block, text, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    main()
