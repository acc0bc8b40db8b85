"""The command that passes the site on: when it runs, what is said of it, and how it ends."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ptgbot.site import command as module
from ptgbot.site.command import PublishCommand

LIMIT = 10.0  # seconds after which what should have happened has not


class Passed:
    """A command at work, and what was told of it."""

    def __init__(self, folder: Path, program: str, *arguments: str) -> None:
        self.log = folder / "log"
        self.script = folder / "pass it on.py"
        self.script.write_text(
            f"import os, sys, time, signal, subprocess\nlog = open({str(self.log)!r}, 'a')\n{program}"
        )
        self.told: list[str] = []
        typed = f"{sys.executable} '{self.script}' {' '.join(arguments)}"
        self.command = PublishCommand(typed, folder / "the site", self.told.append)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[PublishCommand]:
        task = asyncio.create_task(self.command.run())
        try:
            yield self.command
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @property
    def lines(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(module, "RETRY_SECONDS", (0.01, 0.02))


def failure(problem: str) -> str:
    return f"The published site could not be passed on: {problem}. It is tried again until it works."


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_it_is_run_after_a_change_with_the_folder_in_its_place(tmp_path: Path) -> None:
    passed = Passed(tmp_path, "print(sys.argv[1:], file=log)", "--from={site}/", "'a b'", "';' '$HOME'")
    async with passed.running() as command:
        command.changed()

        assert await command.finish(LIMIT)
    assert passed.lines == [str([f"--from={tmp_path}/the site/", "a b", ";", "$HOME"])]
    assert passed.told == []


async def test_the_bots_own_settings_are_not_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTGBOT_IRC_PASS", "secret")
    passed = Passed(tmp_path, "print([k for k in os.environ if 'PTGBOT' in k], 'PATH' in os.environ, file=log)")
    async with passed.running() as command:
        command.changed()
        await command.finish(LIMIT)

    assert passed.lines == ["[] True"]


async def test_it_is_run_once_at_a_time_and_once_more_for_all_that_changed_meanwhile(tmp_path: Path) -> None:
    go = tmp_path / "go"
    passed = Passed(
        tmp_path,
        f"print('begin', file=log, flush=True)\n"
        f"while not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
        f"print('end', file=log)",
    )
    async with passed.running() as command:
        command.changed()
        await until(lambda: passed.lines)
        for _ in range(5):
            command.changed()
            await asyncio.sleep(0.01)
        early = passed.lines
        go.touch()
        await command.finish(LIMIT)

    assert early == ["begin"]
    assert passed.lines == ["begin", "end", "begin", "end"]


async def test_between_two_runs_some_time_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 1000.0)
    passed = Passed(tmp_path, "print('run', file=log)")
    async with passed.running() as command:
        command.changed()
        await until(lambda: passed.lines and command._done.is_set())
        command.changed()
        await asyncio.sleep(0.1)
        early = passed.lines
        await command.finish(LIMIT)  # the bot ends, and waits for no pause

    assert (early, passed.lines) == (["run"], ["run", "run"])


async def test_a_failure_is_told_once_with_what_it_complained_of_last_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    works = tmp_path / "works"
    passed = Passed(
        tmp_path,
        f"print('run', file=log, flush=True)\n"
        f"if os.path.exists({str(works)!r}): sys.exit(0)\n"
        f"print('first\\n\\nno route to \\x1b host\\n', file=sys.stderr)\n"
        f"sys.exit(23)",
    )
    caplog.set_level(logging.WARNING)
    async with passed.running() as command:
        command.changed()
        await until(lambda: len(passed.lines) >= 3)
        works.touch()
        await until(lambda: len(passed.told) == 2)

    assert passed.told == [
        failure(f"{sys.executable} ended with status 23: no route to   host"),
        "The published site is passed on again, and is up to date.",
    ]
    assert [record.getMessage() for record in caplog.records] == passed.told


async def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    command = PublishCommand(f"{tmp_path}/rsink -a {{site}}", tmp_path, told.append)
    command.changed()
    task = asyncio.create_task(command.run())
    await until(lambda: told)
    task.cancel()
    await asyncio.wait([task])

    assert told == [failure(f"{tmp_path}/rsink cannot be started: No such file or directory")]


async def test_one_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIMIT_SECONDS", 0.5)
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(module, "RETRY_SECONDS", (1000.0, 1000.0))
    passed = Passed(
        tmp_path,
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'])\n"
        "print(os.getpid(), child.pid, file=log, flush=True)\n"
        "time.sleep(1000)",
    )
    async with passed.running() as command:
        command.changed()
        await until(lambda: passed.told)

        numbers = [int(number) for number in passed.lines[0].split()]
        await until(lambda: not any(map(is_running, numbers)))
    assert passed.told == [failure(f"{sys.executable} was not done after 0 seconds")]


async def test_it_ends_with_the_bot(tmp_path: Path) -> None:
    passed = Passed(tmp_path, "print(os.getpid(), file=log, flush=True)\ntime.sleep(1000)")
    async with passed.running() as command:
        command.changed()
        await until(lambda: passed.lines)
        over = await command.finish(0.05)

    assert not over
    assert not is_running(int(passed.lines[0]))


async def test_what_it_complains_of_at_length_is_cut_and_does_not_stop_it(tmp_path: Path) -> None:
    passed = Passed(tmp_path, "sys.stderr.write('x' * 1_000_000)\nsys.exit(1)")
    async with passed.running() as command:
        command.changed()
        await until(lambda: passed.told)

    assert passed.told == [failure(f"{sys.executable} ended with status 1: {'x' * 200}…")]


async def test_a_signal_that_ended_it_is_named(tmp_path: Path) -> None:
    passed = Passed(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    async with passed.running() as command:
        command.changed()
        await until(lambda: passed.told)

    assert passed.told == [failure(f"{sys.executable} ended with SIGKILL")]
