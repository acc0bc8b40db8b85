"""What a store costs: ``python -m tests.store.measure [FOLDER]``, on the disk of that folder."""

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import ptgbot.store.checkpointer
from ptgbot.core.changes import Draft, Edit
from ptgbot.store import DurableStore
from tests.store.opening import abandoned, opened, put, saved
from tests.store.tables import AT, NOTES, SECRETS, Note, Secret, at

__all__ = ["Figures", "checkpoint_stall", "commit_latency", "make_large", "start_time", "sync_latency", "throughput"]

DOCUMENTS = 100_000
LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Figures:
    """Milliseconds: half of all were faster than ``p50``, all but a hundredth faster than ``p99``."""

    p50: float
    p99: float
    most: float

    @classmethod
    def of(cls, seconds: list[float]) -> "Figures":
        ordered = sorted(1000 * second for second in seconds)
        return cls(ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1])

    def __str__(self) -> str:
        return f"p50 {self.p50:.3f} ms, p99 {self.p99:.3f} ms, most {self.most:.2f} ms"


def sync_latency(folder: Path, times: int = 1000) -> Figures:
    """Measure what the disk itself takes for 200 bytes."""
    fd = os.open(folder / "sync", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        os.write(fd, b"x" * 200)
        os.fdatasync(fd)
        seconds.append(time.perf_counter() - began)
    os.close(fd)
    return Figures.of(seconds)


async def commit_latency(path: Path, times: int = 1000) -> Figures:
    """Measure a Change from commit to saved, one at a time."""
    seconds = []
    async with opened(path) as store:
        for number in range(times):
            began = time.perf_counter()
            await saved(store, Note(f"n{number % 50}", str(number)))
            seconds.append(time.perf_counter() - began)
    return Figures.of(seconds)


async def throughput(path: Path, waiting: int = 100, each: int = 200) -> float:
    """Measure Changes in a second, when so many commands wait at any time."""
    async with opened(path) as store:

        async def work(name: str) -> None:
            for number in range(each):
                await saved(store, Note(name, str(number)))

        began = time.perf_counter()
        await asyncio.gather(*(work(f"n{number}") for number in range(waiting)))
        return waiting * each / (time.perf_counter() - began)


async def make_large(path: Path) -> None:
    """Leave a store with many documents in its checkpoint, and a long log, as a killed process does."""
    async with opened(path) as store:
        for first in range(0, DOCUMENTS // 2, 1000):
            edits: list[Edit] = []
            for number in range(first, first + 1000):
                note = Note(f"note-{number:032}", f"text {number}", tags=(f"t{number % 100}",))
                secret = Secret(f"secret-{number:032}", f"text {number}", number % 100)
                edits += [Edit(NOTES, note.key, None, note), Edit(SECRETS, secret.key, None, secret)]
            await store.saved(store.commit(tuple(edits), at=AT).seq)
    before = ptgbot.store.checkpointer.CHECKPOINT_BYTES
    ptgbot.store.checkpointer.CHECKPOINT_BYTES = 10 * LOG_BYTES
    async with opened(path) as store:
        assert store._writer is not None
        while store._writer.size < LOG_BYTES:
            for _ in range(100):
                number = store.view.seq
                draft = Draft(store.view)
                draft.put(NOTES, Note(f"t{number % 100}", f"something to discuss, number {number}"))
                store.commit(draft.edits(), at=at(number), text=f"#t{number % 100} now something number {number}")
            await store.saved(store.view.seq)
        abandoned(store)
    ptgbot.store.checkpointer.CHECKPOINT_BYTES = before


def start_time(path: Path) -> float:
    """Measure the seconds from nothing to a store that takes Changes."""

    async def start() -> float:
        began = time.perf_counter()
        async with opened(path) as store:
            took = time.perf_counter() - began
            abandoned(store)
        return took

    return asyncio.run(start())


async def checkpoint_stall(path: Path, times: int = 5) -> tuple[Figures, Figures]:
    """Measure, while checkpoints are written, by how much the loop comes late, and a Change from commit to saved."""
    late: list[float] = []
    seconds: list[float] = []

    async def beat() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            late.append(now - last - 0.001)
            last = now

    async with opened(path) as store:
        beating = asyncio.ensure_future(beat())
        for number in range(times):
            await _while_writing(store, seconds, number)
        beating.cancel()
        await asyncio.wait({beating})
    return Figures.of(late), Figures.of(seconds)


async def _while_writing(store: DurableStore, seconds: list[float], number: int) -> None:
    await saved(store, Note("measured", f"{number}"))
    store._checkpointer._begin()
    while store._checkpointer._task is not None:
        began = time.perf_counter()
        change = put(store, Note("measured", f"{number} {began}"))
        await store.saved(change.seq)
        seconds.append(time.perf_counter() - began)
        await asyncio.sleep(0.002)


def main() -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        folder = Path(name)
        run = asyncio.run
        print(f"write and fdatasync      {sync_latency(folder)}")
        print(f"commit to saved          {run(commit_latency(folder / 'latency.json'))}")
        print(f"with 100 waiting         {run(throughput(folder / 'throughput.json')):,.0f} Changes/s")
        run(make_large(folder / "large.json"))
        print(f"start                    {start_time(folder / 'large.json'):.2f} s, 100,000 documents, 10 MB of log")
        late, seconds = asyncio.run(checkpoint_stall(folder / "large.json"))
        print(f"loop during checkpoints  {late}")
        print(f"commit during these      {seconds}")


if __name__ == "__main__":
    main()
