from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from ptgbot.core.changes import Draft
from ptgbot.core.documents import Table, Visibility
from ptgbot.store import DurableStore, Migration, StoreUnreadable, restore
from tests.store.opening import abandoned, opened
from tests.store.tables import AT


@dataclass(frozen=True, slots=True)
class OldCity:
    name: str
    people: str

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class City:
    name: str
    inhabitants: int
    twin: str = ""

    @property
    def key(self) -> str:
        return self.name


OLD = Table("cities", OldCity, Visibility.PUBLIC)
NEW = Table("cities", City, Visibility.PUBLIC, indexes={"inhabitants": lambda c: c.inhabitants})


def count(raw: dict[str, Any]) -> dict[str, Any]:
    return {"name": raw["name"], "inhabitants": int(raw["people"])}


def twin(raw: dict[str, Any]) -> dict[str, Any]:
    return {**raw, "twin": "none yet"}


MIGRATIONS: tuple[Migration, ...] = ({"cities": count}, {"elsewhere": count}, {"cities": twin})


async def old_store(path: Path, *, closed: bool) -> None:
    async with opened(path, tables=(OLD,)) as store:
        for name, people in (("Praha", "1300000"), ("Brno", "380000")):
            draft = Draft(store.view)
            draft.put(OLD, OldCity(name, people))
            await store.saved(store.commit(draft.edits(), at=AT).seq)
        draft = Draft(store.view)
        draft.remove(OLD, "Brno")
        await store.saved(store.commit(draft.edits(), at=AT).seq)
        if not closed:
            abandoned(store)


def cities(store: DurableStore) -> dict[str, City]:
    return dict(store.view.all(NEW))


PRAHA = {"Praha": City("Praha", 1300000, "none yet")}


@pytest.mark.parametrize("closed", [True, False])
async def test_documents_of_an_older_version_become_those_of_this_one(path: Path, *, closed: bool) -> None:
    await old_store(path, closed=closed)

    async with opened(path, tables=(NEW,), migrations=MIGRATIONS) as store:
        assert cities(store) == PRAHA
        assert store.view.where(NEW, "inhabitants", 1300000) == PRAHA
        assert store.view.seq == 3


@pytest.mark.parametrize("closed", [True, False])
async def test_they_do_so_once(path: Path, *, closed: bool) -> None:
    await old_store(path, closed=closed)
    async with opened(path, tables=(NEW,), migrations=MIGRATIONS) as store:
        abandoned(store)

    async with opened(path, tables=(NEW,), migrations=MIGRATIONS) as store:
        assert cities(store) == PRAHA
        draft = Draft(store.view)
        draft.put(NEW, City("Brno", 380000))
        store.commit(draft.edits(), at=AT)

    async with opened(path, tables=(NEW,), migrations=MIGRATIONS) as store:
        assert cities(store) == {**PRAHA, "Brno": City("Brno", 380000)}
    assert orjson.loads(path.read_bytes())["ptgbot"]["1"]["schema"] == 4


async def test_the_file_of_the_older_version_is_kept_and_can_be_restored(path: Path) -> None:
    await old_store(path, closed=True)
    before = path.read_bytes()
    async with opened(path, tables=(NEW,), migrations=MIGRATIONS) as store:
        draft = Draft(store.view)
        draft.remove(NEW, "Praha")
        store.commit(draft.edits(), at=AT)

    assert path.with_name("event.json.1.bak").read_bytes() == before
    restore(path, 1, (NEW,), migrations=MIGRATIONS)
    async with opened(path, tables=(NEW,), migrations=MIGRATIONS) as store:
        assert cities(store) == PRAHA


@pytest.mark.parametrize("closed", [True, False])
async def test_a_newer_version_is_refused_and_nothing_touched(path: Path, *, closed: bool) -> None:
    async with opened(path, tables=(NEW,), migrations=MIGRATIONS) as store:
        draft = Draft(store.view)
        draft.put(NEW, City("Brno", 380000))
        await store.saved(store.commit(draft.edits(), at=AT).seq)
        if not closed:
            abandoned(store)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}

    with pytest.raises(StoreUnreadable, match=r"a newer version of the bot wrote it \(schema 4, this one knows 1\)"):
        async with opened(path, tables=(OLD,)):
            pass

    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


async def test_what_cannot_be_migrated_is_named(path: Path) -> None:
    await old_store(path, closed=True)
    path.write_bytes(path.read_bytes().replace(b'"1300000"', b'"many"'))

    with pytest.raises(StoreUnreadable) as caught:
        async with opened(path, tables=(NEW,), migrations=MIGRATIONS):
            pass

    assert str(caught.value).startswith(
        f"{path}, table 'cities', row 1: it cannot be brought from schema 1 to 4: ValueError("
    )


async def test_a_change_of_a_table_that_this_version_does_not_know_is_not_passed_over(path: Path) -> None:
    await old_store(path, closed=False)

    with pytest.raises(StoreUnreadable) as caught:
        async with opened(path, tables=()):
            pass

    assert str(caught.value).startswith(
        f"{path}.00000001.log, line 2: there is no table 'cities' here; use the version of the bot that wrote it. "
    )


async def test_documents_of_a_table_that_this_version_does_not_know_stay(path: Path) -> None:
    await old_store(path, closed=True)
    other = Table("other", City, Visibility.PUBLIC)
    async with opened(path, tables=(other,)) as store:
        draft = Draft(store.view)
        draft.put(other, City("Graz", 300000))
        store.commit(draft.edits(), at=AT)

    async with opened(path, tables=(OLD, other)) as store:
        assert dict(store.view.all(OLD)) == {"Praha": OldCity("Praha", "1300000")}
        assert dict(store.view.all(other)) == {"Graz": City("Graz", 300000)}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "event.json"
