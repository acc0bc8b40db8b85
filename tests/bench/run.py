"""``python -m tests.bench.run [--write]``: prints the figures, and puts them into docs/performance.md."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from tests.bench.calendars import calendar_times
from tests.bench.document import publish
from tests.bench.inside import commands_per_second
from tests.bench.openspaces import reading_rows
from tests.bench.outside import line_to_page
from tests.bench.posts import post_rows
from tests.bench.publishing import LARGE, USUAL, measure_publishing
from tests.bench.reminders import AT_ONCE, lateness, planning_times, start_with_reminders
from tests.bench.serving import LISTENERS, measure_serving
from tests.bench.slack import ack_times, command_to_disk
from tests.live.ngircd import ngircd_program
from tests.live.run import flood_rows
from tests.store.measure import checkpoint_stall, commit_latency, make_large, start_time

__all__ = ["main"]

CHECK_INS = 100_000


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


def _calendars() -> list[tuple[str, str, str]]:
    written = calendar_times()
    many = f"{written.bookings:,} bookings"
    return [
        (f"`ptg.ics` of {many} after one change", f"{1000 * written.kept:.1f} ms", ""),
        ("the same, every event built anew", f"{1000 * written.anew:.0f} ms", ""),
        ("that is, times as long", f"{written.anew / written.kept:.0f}", "20"),
    ]


def _publishing() -> list[tuple[str, str, str]]:
    rows = []
    for size, target, whole in ((USUAL, "8 ms", ""), (LARGE, "30 ms", "2 s")):
        took = measure_publishing(size)
        replaced = f"{1000 * took.median:.1f} ms ({took.files} files, {took.bytes / 1000:,.0f} kB)"
        rows += [
            (f"one `now` to all its files replaced, {size}", replaced, target),
            (f"the whole site of {took.count:,} files, {size}", f"{took.whole:.2f} s", whole),
            ("loop held up meanwhile, at most", f"{1000 * took.stall:.0f} ms", ""),
        ]
    return rows


def _serving() -> list[tuple[str, str, str]]:
    served = measure_serving()
    with_listeners = f"with {LISTENERS} live listeners"
    return [
        (f"`ptgbot-web` {with_listeners}: looks that find nothing new", f"{served.looks:,.0f} a second", ""),
        (f"`ptgbot-web` {with_listeners}: boards of 190 kB, compressed", f"{served.pages:,.0f} a second", ""),
        ("change on disk to the last of them told", f"{1000 * served.told:.0f} ms", "1 s"),
    ]


def _slack() -> list[tuple[str, str, str]]:
    acks, commands = ack_times(), command_to_disk()
    return [
        ("Slack: event to ack at 200 events a second, p50", f"{acks.p50:.1f} ms", ""),
        ("Slack: event to ack at 200 events a second, p99", f"{acks.p99:.1f} ms", ""),
        ("Slack: slash command to state on disk, p99", f"{commands.p99:.1f} ms", ""),
    ]


def _reminders() -> list[tuple[str, str, str]]:
    planned, took = start_with_reminders()
    people, channel, planning = lateness(personal=True), lateness(personal=False), planning_times()
    due = f"{AT_ONCE:,} reminders due at one instant"
    return [
        (f"start with {planned:,} planned reminders", f"{took:.2f} s", "3 s"),
        (f"{due}, to as many people: lateness, p99", f"{1000 * people:.0f} ms", "1 s"),
        (f"{due}, to one channel: lateness, p99", f"{1000 * channel:.0f} ms", "1 s"),
        ("planning the reminders of a booking adds to `book`", f"{planning.book - planning.book_without:.2f} ms", ""),
        ("the same to `now`", f"{max(planning.now - planning.now_without, 0):.2f} ms", ""),
    ]


def main() -> None:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    arguments = parser.parse_args()
    rows = _per_second() + _felt() + _store() + _calendars() + _publishing() + _serving() + _slack() + _reminders()
    rows += reading_rows() + post_rows() + flood_rows()
    publish(rows, "tox -e bench -- --write", write=arguments.write)


if __name__ == "__main__":
    main()
