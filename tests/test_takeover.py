"""The file of an original bot is taken over whole, once, and kept as it was."""

import logging
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from ptgbot.catalogue import TABLES
from ptgbot.config.values.paths import store_path
from ptgbot.core.clock import Event
from ptgbot.features.admin.reading import BadImport
from ptgbot.features.topics.model import TOPICS, Now, Topic
from ptgbot.store import DurableStore
from ptgbot.takeover import import_file, move_original, original_path, take_over
from tests.build import sample_data
from tests.fakes import SetClock

EVENT = Event(zone=ZoneInfo("Europe/Berlin"))
AT = SetClock().now()
OLD: dict[str, Any] = {"tracks": ["nova"], "now": {"nova": "cells"}, "subscriptions": {"ada": "secret"}}
WANTED = "what can be imported is base.json, schedule.json, schedule.xml, or a table saved as CSV"
CELLS = {"nova": Topic("nova", Now("cells", None, AT))}


async def start(store: Path, named: Path, *, crash: bool = False) -> dict[str, Topic]:
    """Start and stop a bot's store; return the topics in it.

    Args:
        store: Where it is.
        named: What ``db_filename`` names.
        crash: Whether it ends after the old file was moved.
    """
    opened = DurableStore(store, TABLES)
    opened.lock()
    try:
        move_original(store, named, event=EVENT, network="irc", at=AT)
        if crash:
            return {}
        opened.read()
        opened.start()
        await take_over(opened, event=EVENT, network="irc", at=AT)
        return dict(opened.view.all(TOPICS))
    finally:
        await opened.close()


def write(path: Path, data: object = OLD) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = data if isinstance(data, bytes) else orjson.dumps(data)
    path.write_bytes(content)
    return content


async def test_a_file_outside_the_site_is_moved_beside_the_store_that_takes_its_place(tmp_path: Path) -> None:
    file = tmp_path / "db" / "ptg.json"
    content = write(file)
    assert await start(file, file) == CELLS
    assert original_path(file).read_bytes() == content
    assert file.read_bytes() != content
    assert await start(file, file) == CELLS
    assert original_path(file).read_bytes() == content


async def test_a_file_inside_the_site_is_moved_out_of_it_and_is_only_output_from_then_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = tmp_path / "html"
    named = site / "ptg.json"
    content = write(named)
    store = store_path(named, site)
    assert store == tmp_path / "html-private" / "ptg.json"
    with caplog.at_level(logging.WARNING):
        assert await start(store, named) == CELLS
    kept = original_path(store)
    assert [record.getMessage() for record in caplog.records] == [
        f"{named} is the file of an original bot: moved to {kept}, its contents are taken over."
    ]
    assert (kept.read_bytes(), list(site.iterdir())) == (content, [])
    published = write(named, {"now": {"nova": "published"}, "tracks": ["nova"]})
    assert await start(store, named) == CELLS
    assert (named.read_bytes(), kept.read_bytes()) == (published, content)


async def test_the_projects_own_sample_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    write(file, sample_data())
    topics = await start(file, file)
    assert {name: topic.now.text for name, topic in topics.items() if topic.now} == sample_data()["now"]


@pytest.mark.parametrize("inside", [True, False])
async def test_a_store_without_its_logs_is_still_the_store(tmp_path: Path, inside: bool) -> None:
    named = tmp_path / "html" / "ptg.json"
    write(named)
    store = store_path(named, named.parent) if inside else named
    assert await start(store, named) == CELLS
    for file in store.parent.iterdir():
        if file not in {store, original_path(store)}:
            file.unlink()
    if inside:
        write(named, {"tracks": ["nova"]})
    assert await start(store, named) == CELLS
    assert [file.name for file in store.parent.glob("*.original*")] == ["ptg.json.original"]


async def test_without_a_file_the_store_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "ptg.json"
    assert await start(file, file) == {}
    assert not original_path(file).exists()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", f"it is empty; {WANTED}"),
        (b"{", "it is no JSON: Expecting property name enclosed in double quotes, line 1 column 2"),
        ([], "it is no JSON object"),
        ({"tracks": ["a b", "a-b"]}, "the tracks 'a b' and 'a-b' would both be 'a-b'"),
    ],
)
@pytest.mark.parametrize("inside", [True, False])
async def test_a_file_that_cannot_be_taken_over_stays_where_it_is(
    tmp_path: Path, data: object, problem: str, inside: bool
) -> None:
    named = tmp_path / "html" / "ptg.json"
    content = write(named, data)
    store = store_path(named, named.parent) if inside else named
    for _ in range(2):
        with pytest.raises(BadImport) as bad:
            await start(store, named)
        assert bad.value.problems == [f"{named}: {problem}"]
        assert named.read_bytes() == content
        assert not original_path(store).exists()


async def test_what_is_altered_on_the_way_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "ptg.json"
    write(file, {"tracks": ["a b"], "colors": {"a b": "reddish"}})
    with caplog.at_level(logging.WARNING):
        await start(file, file)
    assert [record.getMessage() for record in caplog.records][1:] == [
        "ptg.json.original: the track 'a b' is now 'a-b'.",
        "ptg.json.original: colors: a b: no CSS colour: reddish; left out.",
    ]


async def test_a_start_that_ended_after_the_move_is_completed_by_the_next(tmp_path: Path) -> None:
    file = tmp_path / "ptg.json"
    content = write(file)
    assert await start(file, file, crash=True) == {}
    assert not file.exists()
    assert original_path(file).read_bytes() == content
    assert await start(file, file) == CELLS


async def test_an_older_original_is_kept_under_another_name(tmp_path: Path) -> None:
    file = tmp_path / "ptg.json"
    kept = original_path(file)
    write(kept, b"first")
    write(tmp_path / "ptg.json.original-2", b"second")
    content = write(file)
    assert await start(file, file) == CELLS
    assert kept.read_bytes() == content
    assert (tmp_path / "ptg.json.original-2").read_bytes() == b"second"
    assert (tmp_path / "ptg.json.original-3").read_bytes() == b"first"


async def test_what_a_link_leads_to_is_moved(tmp_path: Path) -> None:
    content = write(tmp_path / "elsewhere" / "old.json")
    file = tmp_path / "ptg.json"
    file.symlink_to(Path("elsewhere") / "old.json")
    assert await start(file, file) == CELLS
    assert original_path(file).read_bytes() == content
    assert not original_path(file).is_symlink()


async def test_a_move_to_another_disk_is_on_disk_before_the_start_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def remember(fd: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{fd}").readlink()))
        fsync(fd)

    monkeypatch.setattr(os, "fsync", remember)
    file = tmp_path / "ptg.json"
    write(file)
    move_original(file, file, event=EVENT, network="irc", at=AT)
    assert synced == [str(original_path(file)), str(tmp_path)]


async def test_an_import_that_brings_nothing_new_makes_no_change(tmp_path: Path) -> None:
    store = DurableStore(tmp_path / "ptg.json", TABLES)
    store.lock()
    store.read()
    store.start()
    try:
        content = orjson.dumps({**OLD, "later": 1})
        notes = ["'later' is no key that I know, left out"]
        assert await import_file(store, content, event=EVENT, network="irc", at=AT) == notes
        assert store.durable == 1
        assert await import_file(store, content, event=EVENT, network="irc", at=AT) == notes
        assert store.durable == 1
        with pytest.raises(BadImport):
            await import_file(store, b'{"voice": 7}', event=EVENT, network="irc", at=AT)
        assert store.durable == 1
    finally:
        await store.close()
