from pathlib import Path

import orjson
import pytest

from ptgbot.store import Files
from ptgbot.store.log import header, log_path, read_logs, seal
from ptgbot.store.schema import Schema, Unreadable
from tests.store.tables import TABLES

SCHEMA = Schema(TABLES)


def line(seq: int, *, batch: int | None = None, what: str = "") -> bytes:
    return seal(seq if batch is None else batch, orjson.dumps({"seq": seq, "at": "", "edits": [], "what": what}))


def write(store: Path, number: int, *lines: bytes) -> Path:
    path = log_path(store, number)
    path.write_bytes(b"".join(lines))
    return path


def read(store: Path, after: int = 0) -> tuple[list[tuple[int, str]], list[str]]:
    records, notes = read_logs(store, after, SCHEMA, Files())
    return [(record.seq, record.body["what"]) for record in records], notes


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "event.json"


def test_without_logs_there_is_nothing(store: Path) -> None:
    assert read(store) == ([], [])


def test_what_the_checkpoint_holds_already_is_left_out(store: Path) -> None:
    write(store, 1, header(1, 1), line(1), line(2), line(3))

    assert read(store, 2) == ([(3, "")], [])


def test_logs_follow_each_other(store: Path) -> None:
    write(store, 1, header(1, 1), line(1), line(2))
    write(store, 2, header(3, 1), line(3))

    assert read(store) == ([(1, ""), (2, ""), (3, "")], [])


def test_a_newer_log_replaces_what_older_ones_hold_from_its_beginning_on(store: Path) -> None:
    write(store, 1, header(1, 1), line(1), line(2, what="refused"), line(3, what="refused"))
    write(store, 2, header(2, 1), line(2, what="accepted"))

    assert read(store) == ([(1, ""), (2, "accepted")], [])


def test_a_newer_log_that_is_empty_does_so_too(store: Path) -> None:
    write(store, 1, header(1, 1), line(1), line(2, what="refused"))
    write(store, 2, header(2, 1))

    assert read(store) == ([(1, "")], [])


def test_an_old_log_that_the_removal_of_others_left_alone_is_no_hindrance(store: Path) -> None:
    write(store, 2, header(5, 1), line(5))
    write(store, 3, header(1, 1), line(1), line(2))

    assert read(store) == ([(1, ""), (2, "")], [])


def test_damage_in_a_log_that_the_checkpoint_has_replaced_is_no_hindrance(store: Path) -> None:
    write(store, 1, header(1, 1), b"damaged\n", line(2))
    write(store, 2, header(3, 1), line(3))

    assert read(store, 2) == ([(3, "")], [])


def test_a_log_without_a_first_line_was_never_in_use(store: Path) -> None:
    write(store, 1, header(1, 1), line(1))
    path = write(store, 2, header(2, 1)[:20])

    assert read(store) == ([(1, "")], [f"{path} has no first line: nothing in it was ever acknowledged"])


@pytest.mark.parametrize(
    "torn",
    [
        line(3)[:-1],
        line(3)[:10],
        b"\x00" * 50,
        b"\n",
        line(3).replace(b"seq", b"sEq"),
        # A crowd in the middle of which a page is missing.
        line(3)[:5] + line(4, batch=3) + line(5, batch=3),
        line(3)[:5] + b"\n" + line(4, batch=3),
    ],
)
def test_a_torn_end_is_left_out_and_said(store: Path, torn: bytes) -> None:
    path = write(store, 1, header(1, 1), line(1), line(2), torn)

    assert read(store) == (
        [(1, ""), (2, "")],
        [f"{path} ends in a torn line (4), which was never acknowledged"],
    )


def test_the_good_beginning_of_a_torn_crowd_counts(store: Path) -> None:
    write(store, 1, header(1, 1), line(1), line(2, batch=2), line(3, batch=2)[:7])

    assert read(store)[0] == [(1, ""), (2, "")]


def test_a_damaged_line_before_a_later_crowd_is_damage(store: Path) -> None:
    path = write(store, 1, header(1, 1), line(1), line(2)[:-5] + b"\n", line(3))

    with pytest.raises(Unreadable) as caught:
        read(store)

    assert str(caught.value) == f"{path}, line 3 is damaged"


def test_a_damaged_first_line_of_a_log_that_was_in_use_is_damage(store: Path) -> None:
    path = write(store, 1, header(1, 1).replace(b"first", b"fIrst"), line(1))

    with pytest.raises(Unreadable) as caught:
        read(store)

    assert str(caught.value) == f"{path}, line 1 is damaged"


def test_a_log_that_is_missing_is_named_by_what_it_held(store: Path) -> None:
    path = write(store, 2, header(5, 1), line(5))

    with pytest.raises(Unreadable) as caught:
        read(store, 2)

    assert str(caught.value) == f"{path} begins with Change 5; Change 3 is missing before it"


def test_an_empty_log_tells_that_the_checkpoint_before_it_is_missing(store: Path) -> None:
    path = write(store, 2, header(5, 1))

    with pytest.raises(Unreadable) as caught:
        read(store)

    assert str(caught.value) == f"{path} begins with Change 5; Change 1 is missing before it"


def test_a_line_that_was_taken_out_is_missed(store: Path) -> None:
    path = write(store, 1, header(1, 1), line(1), line(3))

    with pytest.raises(Unreadable) as caught:
        read(store)

    assert str(caught.value) == f"{path}, line 3: Change 2 is missing before it"


def test_a_log_of_a_newer_version_is_refused(store: Path) -> None:
    path = write(store, 1, header(1, 2), line(1))

    with pytest.raises(Unreadable) as caught:
        read(store)

    assert str(caught.value) == (
        f"{path}, line 1: a newer version of the bot wrote it (schema 2, this one knows 1); use that version"
    )


def test_logs_of_other_stores_in_the_folder_do_not_count(store: Path) -> None:
    write(store.with_name("event.json.old"), 1, header(1, 1), line(1))
    write(store.with_name("eventXjson"), 1, header(1, 1), line(1))

    assert read(store) == ([], [])
