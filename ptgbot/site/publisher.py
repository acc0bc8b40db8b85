"""Publishing: what a Change or the time alters is rendered again and put in place, and nothing else."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

from ptgbot.core.changes import Change
from ptgbot.core.clock import Clock
from ptgbot.core.protocols import Exporter
from ptgbot.site.due import Due
from ptgbot.site.files import SiteFiles
from ptgbot.site.listing import Listing
from ptgbot.site.rendering import PublicStore, Rendered, Renderer

__all__ = ["NotPublished", "Publisher"]

_log = logging.getLogger(__name__)

PAUSE_SECONDS = (0.02, 0.25)  # shortest and longest pause between rounds
PAUSE_SHARE = 9  # at most, times as long as the round kept the loop; as many as it took Changes in
LOOK_SECONDS = 60.0  # at most, between looks at the clock, which may jump
RETRY_SECONDS = (1.0, 30.0)  # first and longest wait after the disk refused
BATCH_FILES = 32  # that are rendered before they are written


class NotPublished(Exception):
    """Files of the site are not what they should be; its text names them and says why."""


def _nothing(*_: str) -> None:
    """Do nothing."""


class Publisher:
    """Keeps the published site as the exporters render it.

    Rendering takes the loop's time, a file or a slice of a large one at a time; writing happens in threads, while
    the next files are rendered. A lone Change is published at once. Under a stream of them one round follows the
    other, each with all that changed meanwhile. The more that was, the longer is the pause until the next one, so that
    commands get most of the loop. But what is said after a round of very many files, such as the first one, need not
    wait as long as that took.

    Args:
        site_dir: The folder of the site.
        exporters: What there is to publish, the most urgent first.
        store: Whose PUBLIC documents are published.
        clock: What says when a file changes by time alone.
        files: How files get into the folder.
        warn: Is told once when the folder cannot be written, and once when it can again.
        on_change: Is called after every round in which a file was put in place or removed, and after the first.

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
        *,
        warn: Callable[[str], None] = _nothing,
        on_change: Callable[[], None] = _nothing,
    ) -> None:
        self._site_dir = site_dir
        self._store = store
        self._clock = clock
        self._files = files or SiteFiles(site_dir)
        self._warn = warn
        self._on_change = on_change
        self._thread = ThreadPoolExecutor(1, "publisher")
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._quiet = asyncio.Event()
        self._round_over = asyncio.Event()

        self._changes: list[Change] = []  # durable ones of which it is not known yet what they touch
        self._taken = 0  # how many there were at the last round
        self._listing = Listing(exporters)
        self._due = Due()
        self._renderer = Renderer(store, clock)
        self._urgent: set[str] = set()  # what somebody waits for
        self._relisted = False  # whether the list of all files is not what it was when it was looked into last
        self._tidy = False  # whether no file is there that there is not to be
        self._behind = True
        self._first = True

        self._not_before = 0.0
        self._looked = clock.now()
        self._retry_at = 0.0
        self._retry_seconds = RETRY_SECONDS[0]
        self.problem = ""

    # -- what others call ---------------------------------------------------------------------------------------

    @property
    def exporters(self) -> tuple[Exporter, ...]:
        """What there is to publish, the most urgent first."""
        return self._listing.exporters

    def changed(self, change: Change) -> None:
        """Note that a Change is durable; to be called in the loop, in the order of Changes."""
        self._changes.append(change)
        self._fall_behind()

    def _take_changes(self) -> None:
        """Note which files the Changes of late touch."""
        self._taken = len(self._changes)
        if not self._changes:
            return
        seq, at = self._changes[-1].seq, time.monotonic()
        for path, patience in self._listing.touched(self._changes, self._store.public):
            self._due.touch(path, seq, at + patience if patience and path not in self._urgent else None)
        self._changes.clear()

    async def run(self) -> None:
        """Publish everything, then whatever changes; return only when cancelled."""
        loop = asyncio.get_running_loop()
        self._fall_behind()
        while True:
            self._wake.clear()
            self._look_at_clock()
            self._look_at_retry(loop.time())
            if self._due.release(time.monotonic()):
                self._fall_behind()
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
        self._take_changes()
        if self._due.release_all():
            self._fall_behind()
        await self._quiet.wait()

    async def published(self) -> None:
        """Return once all that is marked now is in place, whatever is marked meanwhile.

        Raises:
            NotPublished: A file cannot be rendered; what is in place of it is older.
        """
        self._take_changes()
        wanted = self._due.behind()
        self._urgent |= wanted.keys()
        self._due.release_all()
        self._fall_behind()
        try:
            while wanted := {path: seq for path, seq in wanted.items() if self._due.lacks(path, seq)}:
                if failing := wanted.keys() & self._renderer.failing:
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
        now = self._clock.now()
        put_back = now < self._looked - timedelta(seconds=1)
        self._looked = now
        if self._due.turn(now, put_back=put_back):
            self._fall_behind()

    def _look_at_retry(self, at: float) -> None:
        if self._due.parked and at >= self._retry_at:
            self._due.parked.clear()
            self._fall_behind()

    def _until_next(self, at: float) -> float:
        """Return the seconds until something may be due without a Change."""
        waits = [LOOK_SECONDS]
        if (turn := self._due.until_turn(self._clock.now())) is not None:
            waits.append(turn.total_seconds())
        if self._due.parked:
            waits.append(self._retry_at - at)
        if (release := self._due.until_release(time.monotonic())) is not None:
            waits.append(release)
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
            pause = self._renderer.spent * min(max(self._taken, 1), PAUSE_SHARE)
            pause = min(max(pause, PAUSE_SECONDS[0]), PAUSE_SECONDS[1])
            self._not_before = max(self._not_before, loop.time() + pause)
        if self.problem and not before:
            self._tell(f"{self.problem}. The state is safe; this is tried again until it works.")
        elif before and not self.problem:
            self._tell(f"The site in {self._site_dir} can be written again, and is up to date.")

    def _tell(self, text: str) -> None:
        _log.warning("%s", text)
        self._warn(text)

    async def _round(self, *, everything: bool = False) -> dict[str, str]:
        """Publish what is due.

        Args:
            everything: Whether that is all there is.

        Returns:
            Path → why, for what could not be rendered or written.
        """
        async with self._lock:
            self._behind = False
            self._renderer.spent = 0.0
            with self._renderer.busy():
                self._take_changes()
            changes = self._files.changes
            if everything:
                self._due.all_again(self._listing)
            try:
                if not self._files.opened:
                    await asyncio.get_running_loop().run_in_executor(self._thread, self._files.open)
            except OSError as error:
                self._refused({}, error)
                self._not_before = self._retry_at
                self._fall_behind()
                failed = {str(self._site_dir): _reason(error)}
            else:
                failed = await self._publish(await self._list())
                if not self._due.parked:
                    self._accepted()
                if not self._behind and not self._due.waiting:
                    self._quiet.set()
            self._round_over.set()
            self._round_over = asyncio.Event()
            if self._files.opened and (self._first or self._files.changes != changes):
                self._first = False
                self._on_change()
            return failed

    async def _list(self) -> list[str]:
        """Return what is to be rendered, by a list of all files that is on disk in the store."""
        while True:
            view = self._store.public
            seq = view.seq
            with self._renderer.busy():
                if self._listing.refresh(view):
                    self._relisted, self._tidy = True, False
            if await self._renderer.is_saved(seq):
                break
        if self._relisted or self._due.has_others(self._listing):
            self._due.keep_only(self._listing)
            self._renderer.failing.intersection_update(self._listing)
            self._due.add_new(self._listing)
            self._files.expect(self._listing)
            self._relisted = False
        return self._due.now(self._listing.place)

    def _gone(self) -> set[str]:
        """Return the files of ours that are to go."""
        # What an exporter published that cannot list its files stays: nobody said that it is to go.
        if self._tidy or not self._listing.complete:
            return set()
        return {path for path in self._files.published if path not in self._listing} - self._due.parked

    async def _publish(self, due: Iterable[str]) -> dict[str, str]:
        """Render and write files, and remove those that are to go; return why for what could not be done.

        Very many are written while the next are rendered, so that the disk and the templates do not wait for each
        other. A few are written at once when all are rendered: Python lets one thread run at a time.
        """
        failed: dict[str, str] = {}
        batch: dict[str, Rendered] = {}
        writing: asyncio.Future[dict[str, str]] | None = None
        try:
            for path in due:
                rendered = await self._renderer.render(path, self._listing.exporter(path))
                if isinstance(rendered, str):
                    failed[path] = rendered
                    continue
                batch[path] = rendered
                if len(batch) >= BATCH_FILES:
                    failed |= await writing if writing else {}
                    writing = asyncio.ensure_future(self._write(batch, set(), last=False))
                    batch = {}
            failed |= await writing if writing else {}
        finally:
            if writing:
                writing.cancel()
        gone = self._gone()
        if batch or gone or not self._files.complete:
            failed |= await self._write(batch, gone)
        self._tidy = self._listing.complete and not failed.keys() & gone and not self._due.parked
        return failed

    async def _write(self, batch: dict[str, Rendered], gone: set[str], *, last: bool = True) -> dict[str, str]:
        contents = {path: rendered.content for path, rendered in batch.items()}
        update = partial(self._files.update, contents, gone, last=last)
        refused = await asyncio.get_running_loop().run_in_executor(self._thread, update)
        for path, rendered in batch.items():
            if path not in refused:
                self._due.made(path, rendered.seq, rendered.turn)
        if refused:
            self._refused(refused, next(iter(refused.values())))
        return {path: _reason(error) for path, error in refused.items()}

    # -- when the disk refuses ----------------------------------------------------------------------------------

    def _refused(self, paths: Iterable[str], error: OSError) -> None:
        """Try some files again later."""
        if not self.problem:
            self.problem = f"The site in {self._site_dir} cannot be written: {_reason(error)}"
        at = asyncio.get_running_loop().time()
        if not self._due.parked:
            self._retry_at = at + self._retry_seconds
            self._retry_seconds = min(self._retry_seconds * 2, RETRY_SECONDS[1])
        self._due.parked.update(paths)

    def _accepted(self) -> None:
        self.problem = ""
        self._retry_seconds = RETRY_SECONDS[0]


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
