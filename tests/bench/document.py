"""The figures in docs/performance.md: each block between two marks, written by the program that measured them."""

import os
import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ptgbot import __version__

__all__ = ["Row", "machine", "publish"]

Row = tuple[str, str, str]  # what, measured, target

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"
END = "<!-- end of figures -->"


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


def publish(rows: Iterable[Row], command: str, *, write: bool) -> None:
    """Print figures as a table.

    Args:
        rows: The figures.
        command: What measured them, as people type it; it marks the block in the document.
        write: Whether to put them into the document, too.
    """
    lines = [f"Measured on {machine()}.", "", "| what | measured | target |", "|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    print("\n".join(lines))
    if write:
        begin = f"<!-- figures: written by {command} -->"
        text = DOCUMENT.read_text(encoding="utf-8")
        block = "\n".join([begin, *lines, END])
        found = f"{re.escape(begin)}.*?{re.escape(END)}"
        DOCUMENT.write_text(re.sub(found, lambda _: block, text, flags=re.DOTALL), encoding="utf-8")
