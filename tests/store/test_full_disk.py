"""A bot whose disk is full, or read-only, or too small for real."""

import errno
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import orjson
import pytest

import ptgbot.store.store
from ptgbot.catalogue import TABLES
from ptgbot.core.protocols import NotSaved
from ptgbot.store import DurableStore
from ptgbot.takeover import import_file
from tests.fakes import SetClock
from tests.store.faulty_files import FaultyFiles
from tests.store.opening import opened, saved
from tests.store.tables import Note, tables_of
from tests.store.test_store import until
from tests.talk import CHANNEL, EVENT, SAMPLE, Talk


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ptgbot.store.store, "RETRY_SECONDS", 0.001)


@asynccontextmanager
async def talking(files: FaultyFiles) -> AsyncIterator[Talk]:
    """Give a bot with the sample event on a disk that may fail."""
    clock = SetClock()
    async with opened(Path("/disk/event.json"), files, tables=TABLES) as store:
        if store.view.seq == 0:
            await import_file(store, orjson.dumps(SAMPLE), event=EVENT, network="irc", at=clock.now())
        yield Talk(store, clock, EVENT)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, "No space left on device"),
        (errno.EROFS, "Read-only file system"),
        (errno.EIO, "Input/output error"),
    ],
)
async def test_commands_are_answered_that_nothing_was_saved_until_there_is_room(code: int, reason: str) -> None:
    files = FaultyFiles()
    async with talking(files) as bot:
        await bot.say("ann", "#nova now cells")
        before = bot.state
        files.plan = lambda number, name: code

        with pytest.raises(NotSaved):
            await bot.say("ann", "#nova now the disk is full")
        first = [(send.target.name, send.lead + send.text) for send in bot.sent]
        state = bot.state
        second = await bot.say("bob", "#swift now still full")

        nothing = f"Nothing was saved: {reason}. Please try again in a minute."
        assert first == [(CHANNEL, f"ann: {nothing}")]
        assert second == [(CHANNEL, f"bob: {nothing}")]
        assert state == bot.state == before

        files.plan = lambda number, name: 0
        assert isinstance(bot.store, DurableStore)
        refusing = bot.store
        await until(lambda: not refusing._refusing)
        again = await bot.say("ann", "#nova now there is room")
        after = bot.state

    assert nothing not in [text for _, text in again]
    assert after != before
    async with talking(files) as bot:
        assert bot.state == after


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Have the kernel refuse, in the middle of a write, what would make a file larger."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_real_file_system_that_refuses_in_the_middle_of_a_write(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    async with opened(path) as store:
        await saved(store, Note("a", "x"))
        with largest_file(1000):
            with pytest.raises(NotSaved, match="File too large"):
                await saved(store, Note("a", "y" * 2000))
            assert tables_of(store.view)["notes"] == {"a": Note("a", "x")}
            # A new log is small enough.
            await until(lambda: not store._refusing)
            await saved(store, Note("b", "z"))
        await saved(store, Note("c", "z" * 2000))
        before = tables_of(store.view)

    async with opened(path) as store:
        assert tables_of(store.view) == before
