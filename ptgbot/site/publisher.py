"""Publishing: what a Change or the time alters is rendered again and put in place, and nothing else."""

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from ptgbot.core.changes import Change
from ptgbot.core.clock import Clock
from ptgbot.core.documents import View
from ptgbot.core.protocols import Exporter, NotSaved
from ptgbot.site.files import SiteFiles, path_problem

__all__ = ["NotPublished", "PublicStore", "Publisher"]

_log = logging.getLogger(__name__)

PAUSE_SECONDS = (0.02, 0.1)  # shortest and longest pause between rounds
LOOK_SECONDS = 60.0  # at most, between looks at the clock, which may jump
RETRY_SECONDS = (1.0, 30.0)  # first and longest wait after the disk refused
BATCH_FILES, BATCH_BYTES = 64, 4 * 1024 * 1024  # at most, rendered and not yet written


class NotPublished(Exception):
    """Files of the site are not what they should be; its text names them and says why."""


class PublicStore(Protocol):
    """What publishing needs of the store."""

    @property
    def public(self) -> View:
        """The PUBLIC documents, those of Changes under way included."""
        ...

    async def saved(self, seq: int) -> None:
        """Return once the Change with this number is on disk.

        Raises:
            NotSaved: It was rolled back.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A file's content, the number of the last Change in it, and when time alone alters it."""

    content: bytes
    seq: int
    turn: datetime | None


class Publisher:
    """Keeps the published site as the exporters render it.

    Rendering takes the loop's time, a file at a time; writing happens in a thread. After a round of publishing comes
    a pause as long as the round kept the loop, so that under a stream of Changes commands get the other half; but what
    is said after a round of very many files, such as the first one, need not wait as long as that took.

    Args:
        site_dir: The folder of the site.
        exporters: What there is to publish, the most urgent first.
        store: Whose PUBLIC documents are published.
        clock: What says when a file changes by time alone.
        files: How files get into the folder.

    Attributes:
        problem: Why the folder cannot be written at the moment; empty when it can.
    """

    def __init__(
        self,
        site_dir: Path,
        exporters: Sequence[Exporter],
        store: PublicStore,
        clock: Clock,
        files: SiteFiles | None = None,
    ) -> None:
        self._site_dir = site_dir
        self._exporters = tuple(exporters)
        self._store = store
        self._clock = clock
        self._files = files or SiteFiles(site_dir)
        self._thread = ThreadPoolExecutor(1, "publisher")
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._quiet = asyncio.Event()
        self._round_over = asyncio.Event()

        self._paths: list[tuple[tuple[str, ...], tuple[str, ...]]] = [((), ())] * len(self._exporters)
        self._touched: dict[str, int] = {}  # path → number of the last durable Change that touches it
        self._fresh: dict[str, int] = {}  # path → number of the last Change in the file that is in place
        self._turns: dict[str, datetime] = {}
        self._failing: set[str] = set()  # what its exporter could not render
        self._parked: set[str] = set()  # what the disk refused, until the retry
        self._urgent: set[str] = set()  # what somebody waits for
        self._held: dict[str, float] = {}  # path → until when more may be gathered before it is rendered
        self._behind = True

        self._spent = 0.0
        self._not_before = 0.0
        self._looked = clock.now()
        self._retry_at = 0.0
        self._retry_seconds = RETRY_SECONDS[0]
        self.problem = ""

    # -- what others call ---------------------------------------------------------------------------------------

    def changed(self, change: Change) -> None:
        """Note which files a durable Change touches; to be called in the loop, in the order of Changes."""
        for number, exporter in enumerate(self._exporters):
            touched: Iterable[str]
            try:
                touched = tuple(exporter.touched(change, self._store.public))
            except Exception:  # noqa: BLE001 - the other exporters go on
                _log.exception("What Change %d touches cannot be told; everything there is rendered.", change.seq)
                touched = self._paths[number][1]
            patience = getattr(exporter, "patience", 0.0)
            for path in touched:
                self._touched[path] = change.seq
                if patience and path not in self._urgent:
                    self._held.setdefault(path, time.monotonic() + patience)
        self._fall_behind()

    async def run(self) -> None:
        """Publish everything, then whatever changes; return only when cancelled."""
        loop = asyncio.get_running_loop()
        self._fall_behind()
        while True:
            self._wake.clear()
            self._look_at_clock()
            self._look_at_retry(loop.time())
            self._look_at_held()
            if not self._behind:
                await self._sleep(self._until_next(loop.time()))
            elif (early := self._not_before - loop.time()) > 0:
                await asyncio.sleep(early)
            else:
                await self._publish_due()

    async def publish_all(self) -> None:
        """Publish everything, once.

        Raises:
            NotPublished: Some of it could not be; the rest is in place.
        """
        failed = await self._round(everything=True)
        if failed:
            reasons = (f"{path}: {reason}" for path, reason in sorted(failed.items()))
            raise NotPublished(f"{self._site_dir} is not complete: " + "; ".join(reasons))

    async def idle(self) -> None:
        """Return once nothing is to be published or being published; what could wait for more does not."""
        if self._held:
            self._held.clear()
            self._fall_behind()
        await self._quiet.wait()

    async def published(self) -> None:
        """Return once all that is marked now is in place, whatever is marked meanwhile.

        Raises:
            NotPublished: A file cannot be rendered; what is in place of it is older.
        """
        wanted = {path: seq for path, seq in self._touched.items() if self._fresh.get(path, -1) < seq}
        self._urgent |= wanted.keys()
        self._held.clear()
        self._fall_behind()
        try:
            while wanted := {
                p: seq for p, seq in wanted.items() if self._fresh.get(p, -1) < seq and p in self._touched
            }:
                if failing := wanted.keys() & self._failing:
                    raise NotPublished(f"{', '.join(sorted(failing))} could not be made")
                await self._round_over.wait()
        finally:
            self._urgent.clear()

    # -- when ---------------------------------------------------------------------------------------------------

    def _fall_behind(self) -> None:
        self._behind = True
        self._quiet.clear()
        self._wake.set()

    def _look_at_clock(self) -> None:
        """Make due what time altered; all that depends on time, when the clock was put back."""
        now = self._clock.now()
        put_back = now < self._looked - timedelta(seconds=1)
        self._looked = now
        for path in [path for path, turn in self._turns.items() if put_back or turn <= now]:
            del self._turns[path]
            self._fresh.pop(path, None)
            self._fall_behind()

    def _look_at_retry(self, at: float) -> None:
        if self._parked and at >= self._retry_at:
            self._parked.clear()
            self._fall_behind()

    def _look_at_held(self) -> None:
        now = time.monotonic()
        for path in [path for path, until in self._held.items() if until <= now]:
            del self._held[path]
            self._fall_behind()

    def _until_next(self, at: float) -> float:
        """Return the seconds until something may be due without a Change."""
        waits = [LOOK_SECONDS]
        if self._turns:
            waits.append((min(self._turns.values()) - self._clock.now()).total_seconds())
        if self._parked:
            waits.append(self._retry_at - at)
        if self._held:
            waits.append(min(self._held.values()) - time.monotonic())
        return max(min(waits), 0.0)

    async def _sleep(self, seconds: float) -> None:
        """Wait for a Change, at most for some seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    # -- a round ------------------------------------------------------------------------------------------------

    async def _publish_due(self) -> None:
        loop = asyncio.get_running_loop()
        before = self.problem
        try:
            await self._round()
        except Exception:  # noqa: BLE001 - without this task, nothing would be published any more
            _log.exception("The site could not be published; it is tried again.")
            self._not_before = loop.time() + RETRY_SECONDS[0]
            self._fall_behind()
        else:
            pause = min(max(self._spent, PAUSE_SECONDS[0]), PAUSE_SECONDS[1])
            self._not_before = max(self._not_before, loop.time() + pause)
        if self.problem and not before:
            _log.warning("%s. The state is safe; this is tried again until it works.", self.problem)
        elif before and not self.problem:
            _log.warning("The site in %s can be written again, and is up to date.", self._site_dir)

    async def _round(self, *, everything: bool = False) -> dict[str, str]:
        """Publish what is due.

        Args:
            everything: Whether that is all there is.

        Returns:
            Path → why, for what could not be rendered or written.
        """
        async with self._lock:
            self._behind = False
            self._spent = 0.0
            if everything:
                self._fresh.clear()
                self._parked.clear()
                self._held.clear()
            try:
                if not self._files.opened:
                    await asyncio.get_running_loop().run_in_executor(self._thread, self._files.open)
            except OSError as error:
                self._refused({}, error)
                self._not_before = self._retry_at
                self._fall_behind()
                return {str(self._site_dir): _reason(error)}
            current, gone = await self._current()
            failed = await self._publish([path for path in current if self._is_due(path)], current, gone)
            if not self._parked:
                self._accepted()
            self._round_over.set()
            self._round_over = asyncio.Event()
            if not self._behind and not self._parked and not self._held:
                self._quiet.set()
            return failed

    async def _publish(self, due: Iterable[str], current: dict[str, Exporter], gone: set[str]) -> dict[str, str]:
        failed: dict[str, str] = {}
        batch: dict[str, _Rendered] = {}
        size = 0
        for path in due:
            rendered = await self._render(path, current[path])
            if isinstance(rendered, str):
                failed[path] = rendered
                continue
            batch[path] = rendered
            size += len(rendered.content)
            if len(batch) >= BATCH_FILES or size >= BATCH_BYTES:
                failed |= await self._write(batch, set())
                batch, size = {}, 0
        if batch or gone:
            failed |= await self._write(batch, gone)
        return failed

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Count the time that something keeps the loop."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._spent += time.perf_counter() - started

    async def _current(self) -> tuple[dict[str, Exporter], set[str]]:
        """Return every path that there is to be, with its exporter, and those of ours that are to go."""
        while True:
            view = self._store.public
            seq = view.seq
            with self._busy():
                current, complete = self._list(view)
            if await self._is_saved(seq):
                break
        for path in [path for path in (*self._touched, *self._fresh) if path not in current]:
            self._touched.pop(path, None)
            self._fresh.pop(path, None)
            self._turns.pop(path, None)
            self._held.pop(path, None)
            self._failing.discard(path)
        # What an exporter published that cannot list its files stays: nobody said that it is to go.
        return current, self._files.published - current.keys() - self._parked if complete else set()

    def _list(self, view: View) -> tuple[dict[str, Exporter], bool]:
        """Return every path that there is to be, with its exporter, and whether every exporter could tell."""
        current: dict[str, Exporter] = {}
        complete = True
        for number, exporter in enumerate(self._exporters):
            try:
                named = tuple(exporter.paths(view))
            except Exception:  # noqa: BLE001 - the other exporters go on
                _log.exception("The list of files to publish is incomplete.")
                complete = False
            else:
                if named != self._paths[number][0]:
                    self._paths[number] = (named, tuple(path for path in named if _is_possible(path)))
            for path in self._paths[number][1]:
                current.setdefault(path, exporter)
        return current, complete

    async def _is_saved(self, seq: int) -> bool:
        """Wait until all that was read is on disk in the store; return False where it was rolled back.

        To be awaited before the loop gets anywhere else: later, a Change that was rolled back could have left its
        number to another one that is on disk.
        """
        try:
            await self._store.saved(seq)
        except NotSaved:
            await asyncio.sleep(0)
            return False
        return True

    def _is_due(self, path: str) -> bool:
        behind = self._fresh.get(path, -1) < self._touched.get(path, 0)
        return behind and path not in self._parked and path not in self._held

    async def _render(self, path: str, exporter: Exporter) -> _Rendered | str:
        """Return a file all of which is on disk in the store, or why there is none."""
        while True:
            view, now = self._store.public, self._clock.now()
            seq = view.seq
            with self._busy():
                try:
                    content = exporter.render(path, view, now)
                    turn = exporter.turns(path, view, now)
                except Exception as error:  # noqa: BLE001 - whatever it is, the other files go on
                    self._not_rendered(path, error)
                    return f"{type(error).__name__}: {error}"
            if not await self._is_saved(seq):
                continue
            await asyncio.sleep(0)
            # One that says it is over already would have it rendered for ever.
            return _Rendered(content, seq, None if turn is None else max(turn, now + timedelta(seconds=1)))

    def _not_rendered(self, path: str, error: Exception) -> None:
        """Tell of a failure, once until it is over."""
        if path not in self._failing:
            self._failing.add(path)
            _log.error("%s cannot be rendered; the rest of the site goes on.", path, exc_info=error)

    async def _write(self, batch: dict[str, _Rendered], gone: set[str]) -> dict[str, str]:
        contents = {path: rendered.content for path, rendered in batch.items()}
        update = self._files.update
        refused = await asyncio.get_running_loop().run_in_executor(self._thread, update, contents, gone)
        for path, rendered in batch.items():
            self._failing.discard(path)
            if path not in refused:
                self._fresh[path] = rendered.seq
                self._turns.pop(path, None)
                if rendered.turn is not None:
                    self._turns[path] = rendered.turn
        if refused:
            self._refused(refused, next(iter(refused.values())))
        return {path: _reason(error) for path, error in refused.items()}

    # -- when the disk refuses ----------------------------------------------------------------------------------

    def _refused(self, paths: Iterable[str], error: OSError) -> None:
        """Try some files again later."""
        if not self.problem:
            self.problem = f"The site in {self._site_dir} cannot be written: {_reason(error)}"
        at = asyncio.get_running_loop().time()
        if not self._parked:
            self._retry_at = at + self._retry_seconds
            self._retry_seconds = min(self._retry_seconds * 2, RETRY_SECONDS[1])
        self._parked.update(paths)

    def _accepted(self) -> None:
        self.problem = ""
        self._retry_seconds = RETRY_SECONDS[0]


def _is_possible(path: str) -> bool:
    problem = path_problem(path)
    if problem:
        _log.error("%r cannot be a file of the site: %s.", path, problem)
    return not problem


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
