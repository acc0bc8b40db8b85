import asyncio
import errno
import gc
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import ptgbot.store.checkpointer
import ptgbot.store.store
from ptgbot.core.changes import Change, Edit
from ptgbot.core.protocols import NotSaved
from ptgbot.store import DurableStore, StoreInUse
from tests.store.faulty_files import FaultyFiles
from tests.store.opening import abandoned, opened, put, saved
from tests.store.tables import AT, NOTES, SECRETS, TABLES, Note, Secret, at, tables_of

DISK = Path("/disk/event.json")
LIMIT = 10.0  # seconds; nothing takes that long


def refusing(number: int, name: str) -> int:
    return errno.ENOSPC


def willing(number: int, name: str) -> int:
    return 0


class GatedFiles(FaultyFiles):
    """A disk on which a kind of call waits until the test lets it go."""

    def __init__(self, *gated: str) -> None:
        super().__init__()
        self.gated = gated
        self.gate = threading.Event()
        self.reached = threading.Event()
        self.armed = False

    def sync(self, fd: int) -> None:
        self._pass("sync")
        super().sync(fd)

    def create(self, path: Path) -> int:
        self._pass(path.name)
        return super().create(path)

    def _pass(self, name: str) -> None:
        if self.armed and name in self.gated:
            self.reached.set()
            assert self.gate.wait(LIMIT)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptgbot.store.store, "RETRY_SECONDS", 0.001)


# -- saving -------------------------------------------------------------------------------------------------------


async def test_what_was_saved_is_there_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path / "event.json") as store:
        await saved(store, Note("a", "x"), Secret("b", "y"))
        await saved(store, Note("a", "z"))
        before = tables_of(store.view)

    async with opened(tmp_path / "event.json") as store:
        assert tables_of(store.view) == before == {"notes": {"a": Note("a", "z")}, "secrets": {"b": Secret("b", "y")}}
        assert (store.view.seq, store.view.changed_at, store.durable) == (2, at(2), 2)
        assert store._state.seq_of(SECRETS, "b") == 1


async def test_a_change_is_visible_at_once_and_durable_later() -> None:
    files = GatedFiles("sync")
    async with opened(DISK, files) as store:
        files.armed = True
        change = put(store, Note("a", "x"))
        assert (store.view.get(NOTES, "a"), store.view.seq, store.durable) == (Note("a", "x"), 1, 0)

        waiting = asyncio.ensure_future(store.saved(change.seq))
        await until(files.reached.is_set)
        assert not waiting.done()
        files.gate.set()
        await waiting

        assert store.durable == 1


async def test_listeners_hear_of_changes_in_order_once_they_are_durable() -> None:
    async with opened(DISK, FaultyFiles()) as store:
        heard: list[tuple[Change, int]] = []
        store.listen(lambda change: heard.append((change, store.durable)))
        changes = [put(store, Note("a", str(n))) for n in range(20)]
        assert heard == []
        await store.saved(20)

        assert [change for change, _ in heard] == changes
        assert all(change.seq <= durable for change, durable in heard)


async def test_a_listener_that_fails_takes_nothing_from_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async with opened(DISK, FaultyFiles()) as store:
        heard = []

        def broken(change: Change) -> None:
            raise RuntimeError("a bug")

        store.listen(broken)
        store.listen(lambda change: heard.append(change.seq))
        await saved(store, Note("a", "x"))
        await saved(store, Note("a", "y"))

    assert heard == [1, 2]
    assert caplog.messages == [f"What follows from Change {n} failed; the Change itself is safe." for n in (1, 2)]


async def test_many_changes_at_once_share_their_syncs() -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        before = files.calls.count("sync")
        for n in range(500):
            put(store, Note("a", str(n)))
        await store.saved(500)

        assert files.calls.count("sync") - before < 50


async def test_a_document_that_has_changed_meanwhile_is_not_overwritten() -> None:
    async with opened(DISK, FaultyFiles()) as store:
        await saved(store, Note("a", "x"))
        with pytest.raises(ValueError, match="notes/a has changed meanwhile"):
            store.commit((Edit(NOTES, "a", None, Note("a", "y")),), at=AT)
        assert (store.view.seq, store.view.get(NOTES, "a")) == (1, Note("a", "x"))


WRONG: list[tuple[Any, str]] = [
    (Secret("a", "x", level="high"), "secrets/a could not be read back: level: "),  # type: ignore[arg-type]
    (Secret("a", "x", level="5"), "secrets/a would not be read back as it is: "),  # type: ignore[arg-type]
    (Secret("a", "x", level=float("nan")), "secrets/a could not be read back: level: "),  # type: ignore[arg-type]
    (Secret("a", "\ud800"), "str is not valid UTF-8"),
    (Secret("b", "x"), "secrets/a has the key 'b'"),
]


@pytest.mark.parametrize(("document", "complaint"), WRONG)
async def test_what_could_not_be_read_back_is_not_taken(document: Secret, complaint: str) -> None:
    async with opened(DISK, FaultyFiles()) as store:
        with pytest.raises((ValueError, TypeError), match=complaint):
            store.commit((Edit(SECRETS, "a", None, document),), at=AT)

        assert (store.view.seq, dict(store.view.all(SECRETS))) == (0, {})
        await saved(store, Secret("a", "good"))


async def test_a_change_that_was_never_made_is_not_waited_for() -> None:
    async with opened(DISK, FaultyFiles()) as store:
        with pytest.raises(NotSaved):
            await store.saved(1)


async def test_whoever_stops_waiting_stops_nothing() -> None:
    files = GatedFiles("sync")
    async with opened(DISK, files) as store:
        files.armed = True
        change = put(store, Note("a", "x"))
        waiting = [asyncio.ensure_future(store.saved(change.seq)) for _ in range(2)]
        await until(files.reached.is_set)
        waiting[0].cancel()
        files.gate.set()

        await waiting[1]
        assert waiting[0].cancelled()


# -- the disk refuses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["write", "sync"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
async def test_when_the_disk_refuses_memory_goes_back_and_the_store_heals(call: str, code: int) -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"), Secret("s", "x"))
        told: list[tuple[int, str, object]] = []
        store.on_failure(lambda seq, reason: told.append((seq, reason, tables_of(store.view))))
        before, versions = tables_of(store.view), store.view.version(NOTES)
        broken = [True]
        files.plan = lambda number, name: code if broken[0] and name in (call, "create") else 0

        changes = [put(store, Note("a", "y")), put(store, Note("b", "z"), Secret("s", "y")), put(store, Note("a", "z"))]
        answers = await asyncio.gather(*(store.saved(change.seq) for change in changes), return_exceptions=True)

        assert [type(answer) for answer in answers] == [NotSaved] * 3
        assert told == [(1, str(answers[0]), before)]
        assert (tables_of(store.view), store.view.seq, store.view.changed_at) == (before, 1, at(1))
        assert store._state.seq_of(NOTES, "a") == 1
        assert store.view.version(NOTES) > versions
        with pytest.raises(NotSaved, match=str(answers[0])):
            put(store, Note("a", "y"))

        broken[0] = False
        await until(lambda: not store._refusing)
        await saved(store, Note("c", "new"))
        after = tables_of(store.view)
        abandoned(store)

    async with opened(DISK, files) as store:
        assert tables_of(store.view) == after
        assert after == {**before, "notes": {**before["notes"], "c": Note("c", "new")}}


async def test_numbers_of_changes_that_were_rolled_back_are_given_again() -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        files.plan = lambda number, name: errno.EIO if name == "sync" and files.calls.count("sync") == 2 else 0
        refused = put(store, Note("a", "x"))
        with pytest.raises(NotSaved):
            await store.saved(refused.seq)
        with pytest.raises(NotSaved):
            await store.saved(refused.seq)
        await until(lambda: not store._refusing)

        assert (await saved(store, Note("a", "y"))).seq == refused.seq


async def test_a_handler_of_failures_that_fails_itself_does_not_stop_the_healing() -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:

        def broken(seq: int, reason: str) -> None:
            raise RuntimeError("a bug")

        told = []
        store.on_failure(broken)
        store.on_failure(lambda seq, reason: told.append(seq))
        files.plan = lambda number, name: errno.EIO if files.calls.count("write") == 2 else 0
        with pytest.raises(NotSaved):
            await saved(store, Note("a", "x"))
        files.plan = willing
        await until(lambda: not store._refusing)

        assert told == [0]
        await saved(store, Note("a", "y"))


async def test_a_new_log_that_comes_to_light_after_a_crash_hides_nothing_that_was_acknowledged() -> None:
    # The new log of a checkpoint gets its name, but whether that is on disk the disk does not say.
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
        files.plan = lambda number, name: errno.EIO if name in ("sync_folder", "remove") else 0
        store._checkpointer._begin()
        await until(lambda: store._checkpointer._task is None)
        files.plan = willing
        await until(lambda: not store._refusing)
        await saved(store, Note("b", "y"))
        before = tables_of(store.view)
        abandoned(store)

    async with opened(DISK, files) as store:
        assert tables_of(store.view) == before


async def test_where_no_new_log_can_be_created_the_old_one_goes_on() -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
        files.plan = lambda number, name: errno.EMFILE if name == "create" else 0
        store._checkpointer._begin()
        await until(lambda: store._checkpointer._task is None)

        await saved(store, Note("b", "y"))
        files.plan = willing

    assert sorted(files.names(DISK.parent)) == ["event.json", "event.json.00000003.log"]


async def test_no_room_for_a_checkpoint_is_no_reason_to_stop(caplog: pytest.LogCaptureFixture) -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
        checkpoint: list[int] = []

        def plan(number: int, name: str) -> int:
            # The second file that is created is the checkpoint: the first is its new log.
            if name == "create":
                checkpoint.append(number)
            return errno.ENOSPC if len(checkpoint) == 2 and name == "write" else 0

        files.plan = plan
        store._checkpointer._begin()
        await until(lambda: store._checkpointer._task is None)
        files.plan = willing
        await saved(store, Note("b", "y"))
        assert DISK not in files.disk.names
        assert not [name for name in files.names(DISK.parent) if name.endswith(".new")]

    assert caplog.messages == ["No checkpoint could be written (No space left on device); the log goes on."]
    async with opened(DISK, files) as store:
        assert tables_of(store.view)["notes"] == {"a": Note("a", "x"), "b": Note("b", "y")}


async def test_a_checkpoint_that_failed_is_not_tried_again_with_every_change(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ptgbot.store.checkpointer, "CHECKPOINT_BYTES", 2000)
    monkeypatch.setattr(ptgbot.store.checkpointer, "QUIET_SECONDS", 0.05)
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        files.plan = lambda number, name: errno.EMFILE if name == "create" else 0
        for n in range(40):
            await saved(store, Note("a", "x" * 100 + str(n)))
        assert 1 <= len(caplog.messages) <= 6

        files.plan = willing
        await until(lambda: DISK in files.disk.names)


async def test_an_older_attempt_to_wait_never_goes_unanswered_when_the_disk_refuses() -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        files.plan = lambda number, name: errno.EIO if name == "sync" else 0
        put(store, Note("a", "x"))
        # Nobody waits for it. Nothing complains, either: warnings are errors here.
        await until(lambda: bool(store._refusing))
        gc.collect()


# -- checkpoints --------------------------------------------------------------------------------------------------


async def test_much_log_brings_a_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptgbot.store.checkpointer, "CHECKPOINT_BYTES", 1000)
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        for n in range(20):
            await saved(store, Note("a", "x" * 100 + str(n)))
        await until(lambda: store._checkpointer._task is None)

        assert DISK in files.disk.names
        assert len([name for name in files.names(DISK.parent) if name.endswith(".log")]) == 1


async def test_a_quiet_moment_brings_a_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptgbot.store.checkpointer, "QUIET_SECONDS", 0.01)
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
        await until(lambda: DISK in files.disk.names)


async def test_what_a_killed_process_left_in_its_log_gets_a_checkpoint_too(monkeypatch: pytest.MonkeyPatch) -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
        abandoned(store)
    monkeypatch.setattr(ptgbot.store.checkpointer, "QUIET_SECONDS", 0.01)

    async with opened(DISK, files):
        await until(lambda: DISK in files.disk.names)


async def test_changes_go_on_while_a_checkpoint_is_written() -> None:
    files = GatedFiles(".event.json.new")
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
        files.armed = True
        store._checkpointer._begin()
        await until(files.reached.is_set)

        await saved(store, Note("b", "y"))
        await saved(store, replace(Note("a", "x"), text="z"))
        assert DISK not in files.disk.names
        files.gate.set()
        await until(lambda: store._checkpointer._task is None)
        before = tables_of(store.view)
        abandoned(store)

    async with opened(DISK, files) as store:
        assert tables_of(store.view) == before
        assert store._records == []


async def test_a_store_that_changed_nothing_writes_no_checkpoint() -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
    before = files.disk.names[DISK]
    async with opened(DISK, files):
        pass

    assert files.disk.names[DISK] is before


async def test_restarts_leave_no_files_behind(tmp_path: Path) -> None:
    for name in (".event.json.new", ".event.json.00000001.log.new", ".other.json.new"):
        (tmp_path / name).write_text("half")
    for n in range(10):
        async with opened(tmp_path / "event.json") as store:
            await saved(store, Note("a", str(n)))
            if n % 2:
                abandoned(store)

    names = sorted(file.name for file in tmp_path.iterdir())
    assert [name for name in names if name.endswith(".log")] == ["event.json.00000015.log"]
    assert [name for name in names if not name.endswith(".log")] == [
        ".other.json.new",
        "event.json",
        "event.json.1.bak",
        "event.json.2.bak",
        "event.json.3.bak",
        "event.json.lock",
    ]


# -- the end ------------------------------------------------------------------------------------------------------


async def test_a_store_that_was_never_started_can_be_closed(tmp_path: Path) -> None:
    for stage in range(3):
        store = DurableStore(tmp_path / "event.json", TABLES)
        if stage > 0:
            store.lock()
        if stage > 1:
            store.read()
        with pytest.raises(NotSaved, match="the store is not started"):
            put(store, Note("a", "x"))
        await store.close()

    async with opened(tmp_path / "event.json"):
        pass


async def test_a_store_that_could_not_be_started_can_be_closed() -> None:
    files = FaultyFiles(plan=refusing)
    with pytest.raises(OSError, match="No space left"):
        async with opened(DISK, files):
            pass

    assert (files.open, files.locked) == ({}, False)


async def test_to_close_writes_what_is_under_way_and_leaves_the_log_empty() -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        changes = [put(store, Note("a", str(n))) for n in range(10)]
        waiting = [asyncio.ensure_future(store.saved(change.seq)) for change in changes]
        await asyncio.sleep(0)
        await store.close()
        assert [task.done() for task in waiting] == [True] * 10

    async with opened(DISK, files) as store:
        assert tables_of(store.view)["notes"] == {"a": Note("a", "9")}
        assert store._records == []


async def test_after_the_end_has_begun_changes_are_refused() -> None:
    files = GatedFiles("sync")
    async with opened(DISK, files) as store:
        files.armed = True
        put(store, Note("a", "x"))
        closing = asyncio.ensure_future(store.close())
        await until(files.reached.is_set)
        with pytest.raises(NotSaved, match="the bot is stopping"):
            put(store, Note("b", "y"))
        files.gate.set()
        await closing

    async with opened(DISK, files) as store:
        assert tables_of(store.view)["notes"] == {"a": Note("a", "x")}


async def test_to_close_waits_for_a_checkpoint_that_is_under_way_and_takes_what_came_after_it_too() -> None:
    files = GatedFiles(".event.json.new")
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
        files.armed = True
        store._checkpointer._begin()
        await until(files.reached.is_set)
        await saved(store, Note("b", "y"))
        closing = asyncio.ensure_future(store.close())
        await asyncio.sleep(0)
        files.gate.set()
        await closing

    async with opened(DISK, files) as store:
        assert tables_of(store.view)["notes"] == {"a": Note("a", "x"), "b": Note("b", "y")}
        assert store._records == []


@pytest.mark.parametrize("pending", [True, False])
async def test_on_a_disk_that_refuses_everything_it_ends_all_the_same(*, pending: bool) -> None:
    files = FaultyFiles()
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
        files.plan = refusing
        put(store, Note("b", "y"))
        if not pending:
            await until(lambda: bool(store._refusing))
        async with asyncio.timeout(LIMIT):
            await store.close()
        assert tables_of(store.view)["notes"] == {"a": Note("a", "x")}
        assert (files.open, files.locked) == ({}, False)
    files.plan = willing

    async with opened(DISK, files) as store:
        assert tables_of(store.view)["notes"].keys() >= {"a"}


async def test_who_gives_up_waiting_for_the_end_gets_it_at_once_and_no_thread_writes_on() -> None:
    files = GatedFiles(".event.json.new")
    async with opened(DISK, files) as store:
        await saved(store, Note("a", "x"))
        files.armed = True
        closing = asyncio.ensure_future(store.close())
        await until(files.reached.is_set)
        threading.Timer(0.05, files.gate.set).start()
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing

        assert not [thread for thread in threading.enumerate() if thread.name.startswith("ptgbot-")]
        assert not files.locked


async def test_it_can_be_closed_twice() -> None:
    async with opened(DISK, FaultyFiles()) as store:
        await saved(store, Note("a", "x"))
        await store.close()


async def test_stores_leave_no_descriptors_and_no_threads(tmp_path: Path) -> None:
    async def once() -> None:
        async with opened(tmp_path / "event.json") as store:
            await saved(store, Note("a", str(store.view.seq)))
            store._checkpointer._begin()
            await until(lambda: store._checkpointer._task is None)

    await once()
    before = (len(list(Path("/proc/self/fd").iterdir())), threading.active_count())
    for _ in range(5):
        await once()

    assert (len(list(Path("/proc/self/fd").iterdir())), threading.active_count()) == before


# -- one store, one process ---------------------------------------------------------------------------------------


async def test_a_second_process_is_refused_and_told_the_first_ones_pid(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    program = (
        "import sys; from pathlib import Path; from ptgbot.store import DurableStore, StoreInUse\n"
        "try: DurableStore(Path(sys.argv[1]), ()).lock()\n"
        "except StoreInUse as error: print(error)"
    )
    async with opened(path) as store:
        await saved(store, Note("a", "x"))
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        second = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", program, str(path)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before

    assert second.stdout == f"{path} is in use by the process {os.getpid()}; stop that one first\n"


async def test_once_the_first_has_ended_the_next_may_have_it(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    async with opened(path):
        with pytest.raises(StoreInUse):
            DurableStore(path, TABLES).lock()

    async with opened(path):
        pass


async def test_its_folder_is_made(tmp_path: Path) -> None:
    async with opened(tmp_path / "a" / "b" / "event.json") as store:
        await saved(store, Note("a", "x"))

    assert (tmp_path / "a" / "b" / "event.json").is_file()
