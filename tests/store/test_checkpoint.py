import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from tinydb import TinyDB

from ptgbot.core.documents import Document
from ptgbot.store import Files
from ptgbot.store.checkpoint import PIECE, Checkpoint, CheckpointStorage, read_checkpoint
from ptgbot.store.schema import Schema, Unreadable
from tests.store.tables import AT, NOTES, TABLES, Note, Secret

SCHEMA = Schema(TABLES)


def write(path: Path, notes: list[Note], secrets: list[Secret], **unknown: Any) -> None:
    state: dict[str, tuple[dict[str, Document], dict[str, int]]] = {
        "notes": ({note.key: note for note in notes}, {note.key: 1 for note in notes}),
        "secrets": ({secret.key: secret for secret in secrets}, {secret.key: 2 for secret in secrets}),
    }
    CheckpointStorage(path).write(Checkpoint.rows(1, 2, AT, state, unknown))


def read(path: Path) -> Checkpoint | None:
    return read_checkpoint(path, SCHEMA, Files())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "event.json"


def test_where_there_is_no_file_there_is_no_checkpoint(path: Path) -> None:
    assert read(path) is None


@pytest.mark.parametrize("count", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_every_document_is_read_back(path: Path, count: int) -> None:
    notes = [Note(f"n{n}", "größer\n", datetime(2026, 1, 1, tzinfo=UTC), ("a", "b")) for n in range(count)]
    secrets = [Secret("s", "\x00\"'</script>")]

    write(path, notes, secrets)

    assert read(path) == Checkpoint(2, AT, {"notes": [(n, 1) for n in notes], "secrets": [(secrets[0], 2)]}, {})


def test_people_can_open_it_with_tinydb(path: Path) -> None:
    write(path, [Note("a", "x"), Note("b", "y")], [])

    with TinyDB(path) as db:
        notes = [{"_seq": row["_seq"], "document": row["document"]} for row in db.table("notes").all()]

    since = "2026-11-23T09:00:00+00:00"
    assert notes == [
        {"_seq": 1, "document": {"name": "a", "text": "x", "since": since, "tags": [], "hidden": False}},
        {"_seq": 1, "document": {"name": "b", "text": "y", "since": since, "tags": [], "hidden": False}},
    ]


def test_each_document_has_a_line_of_its_own(path: Path) -> None:
    write(path, [], [Secret("a", "x"), Secret("b", "y")])

    assert [re.sub(r'"_crc":\d+', '"_crc":0', line) for line in path.read_text().splitlines()[4:]] == [
        '"secrets": {',
        '"1": {"_seq":2,"_crc":0,"document":{"name":"a","text":"x","level":0}},',
        '"2": {"_seq":2,"_crc":0,"document":{"name":"b","text":"y","level":0}}}}',
    ]


def test_tables_that_this_version_does_not_know_stay_as_they_are(path: Path) -> None:
    future = {"1": {"anything": [1, 2, {"deep": None}]}, "odd key": {}}

    write(path, [], [], future=future)

    assert read(path) == Checkpoint(2, AT, {"notes": [], "secrets": []}, {"future": future})


def test_only_its_owner_may_read_the_file(path: Path) -> None:
    write(path, [], [])

    assert path.stat().st_mode & 0o777 == 0o600


def test_much_is_written_in_small_pieces_so_that_others_get_their_turn(path: Path) -> None:
    class Recorder(Files):
        sizes: list[int] = []  # noqa: RUF012 - of the one recorder there is

        def write(self, fd: int, data: bytes) -> None:
            self.sizes.append(data.count(b"document"))
            super().write(fd, data)

    notes: dict[str, Document] = {f"n{n}": Note(f"n{n}", "") for n in range(1000)}
    rows = Checkpoint.rows(1, 1, AT, {"notes": (notes, dict.fromkeys(notes, 1))}, {})
    CheckpointStorage(path, Recorder()).write(rows)

    assert (sum(Recorder.sizes), max(Recorder.sizes)) == (1000, PIECE)


def edited(path: Path, edit: Callable[[dict[str, Any]], None]) -> bytes:
    """Alter a checkpoint by hand."""
    write(path, [Note("a", "x")], [Secret("b", "y"), Secret("c", "z")])
    tables = orjson.loads(path.read_bytes())
    edit(tables)
    content = orjson.dumps(tables)
    path.write_bytes(content)
    return content


def document(tables: dict[str, Any], **fields: Any) -> None:
    tables["secrets"]["2"]["document"].update(fields)


@pytest.mark.parametrize(
    ("edit", "complaint"),
    [
        (lambda t: t.pop("ptgbot"), " has no table 'ptgbot' that says which version wrote it"),
        (lambda t: t["ptgbot"].update({"1": 5}), " has no table 'ptgbot' that says which version wrote it"),
        (lambda t: t["ptgbot"]["1"].pop("schema"), ", table 'ptgbot': there is no schema 'None'"),
        (lambda t: t["ptgbot"]["1"].update(schema=True), ", table 'ptgbot': there is no schema 'True'"),
        (
            lambda t: t["ptgbot"]["1"].update(schema=2),
            ", table 'ptgbot': a newer version of the bot wrote it (schema 2, this one knows 1); use that version",
        ),
        (lambda t: t["ptgbot"]["1"].update(seq="2"), ", table 'ptgbot': seq is not the number of a Change"),
        (lambda t: t["ptgbot"]["1"].update(at="noon"), ", table 'ptgbot': at is no time"),
        (lambda t: t["ptgbot"]["1"].update(at=5), ", table 'ptgbot': at is no time"),
        (lambda t: t.update(secrets=[]), " is no TinyDB file"),
        (lambda t: t["secrets"].update({"9": []}), ", table 'secrets', row 9: a row has '_seq', '_crc' and 'document'"),
        (lambda t: t["secrets"]["1"].update(_seq=3), ", table 'secrets', row 1: _seq is no number up to 2"),
        (
            lambda t: t["secrets"]["1"].update(more=3),
            ", table 'secrets', row 1: a row has '_seq', '_crc' and 'document'",
        ),
        (lambda t: document(t, level="high"), None),
        (
            lambda t: t["secrets"]["2"]["document"].update(text="another"),
            ", table 'secrets', row 2: it is not what the bot wrote; its '_crc' says so",
        ),
        (lambda t: t["secrets"].pop("2"), ", table 'secrets': there are 1 rows, the bot wrote 2"),
        (lambda t: document(t, lavel=1), ", table 'secrets', row 2: lavel: there is no such field"),
        (lambda t: document(t, name="b"), ", table 'secrets', row 2: 'b' is in row 1 already"),
        (lambda t: t["secrets"]["2"]["document"].pop("text"), None),
        (lambda t: t["secrets"]["2"].update(document=None), None),
    ],
)
def test_a_mistake_made_by_hand_is_named_with_its_place(
    path: Path, edit: Callable[[dict[str, Any]], None], complaint: str | None
) -> None:
    content = edited(path, edit)

    with pytest.raises(Unreadable) as caught:
        read(path)

    assert str(caught.value).startswith(f"{path}{complaint or ', table ' + repr('secrets') + ', row 2: '}")
    assert complaint is None or str(caught.value) == f"{path}{complaint}"
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", ", line 1 column 1: "),
        (b'{"a": {}}x', ", line 1 column "),
        (b'{\n"a": {\n\xff', ", line 3: this is no UTF-8 text"),
    ],
)
def test_what_is_no_json_is_named_with_its_place(path: Path, content: bytes, place: str) -> None:
    path.write_bytes(content)

    with pytest.raises(Unreadable) as caught:
        read(path)

    assert str(caught.value).startswith(f"{path}{place}")


def test_order_and_blanks_are_a_matter_of_taste(path: Path) -> None:
    write(path, [Note("a", "x", tags=("t",))], [])
    before = read(path)
    tables = orjson.loads(path.read_bytes())
    tables["notes"]["1"]["document"] = dict(sorted(tables["notes"]["1"]["document"].items(), reverse=True))
    path.write_bytes(orjson.dumps(tables, option=orjson.OPT_INDENT_2))

    assert read(path) == before
    assert NOTES.name in orjson.loads(path.read_bytes())
