"""Where the state is kept: never in the published folder."""

from pathlib import Path

import pytest

from ptgbot.config import load
from tests.configurations import ORIGINAL, loaded, problems, write

# The rule that keeps the store private. What is there, db_filename, site_dir → the store, what is taken over.
STORES: list[tuple[str, str, str, str, str | None]] = [
    ("", "ptg.json", "html", "ptg.json", None),
    ("", "state/ptg.json", "html", "state/ptg.json", None),
    ("", "html/ptg.json", "html", "html-private/ptg.json", "html/ptg.json"),
    ("", "html/a/b/ptg.json", "html/", "html-private/ptg.json", "html/a/b/ptg.json"),
    ("", "html/../ptg.json", "html", "html/../ptg.json", None),
    ("", "state/../html/ptg.json", "./html", "html-private/ptg.json", "state/../html/ptg.json"),
    ("", "html-private/ptg.json", "html", "html-private/ptg.json", None),
    ("", "html2/ptg.json", "html", "html2/ptg.json", None),
    ("", "ptg.json", "html/deeper", "ptg.json", None),
    ("web/ here->web", "here/ptg.json", "web", "web-private/ptg.json", "here/ptg.json"),
    ("web/ here->web", "web/ptg.json", "here", "here-private/ptg.json", "web/ptg.json"),
    (
        "web/ state/ptg.json web/ptg.json->../state/ptg.json",
        "web/ptg.json",
        "web",
        "web-private/ptg.json",
        "web/ptg.json",
    ),
    ("web/ web/ptg.json ptg.json->web/ptg.json", "ptg.json", "web", "web-private/ptg.json", "ptg.json"),
]


def lay_out(there: str) -> None:
    for item in there.split():
        name, arrow, target = item.partition("->")
        path = Path(name)
        path.parent.mkdir(exist_ok=True)
        if arrow:
            path.symlink_to(target)
        elif name.endswith("/"):
            path.mkdir()
        else:
            path.write_text("{}")


@pytest.mark.parametrize(("there", "file", "site", "store", "taken_over"), STORES)
def test_the_store_is_never_in_the_published_folder(  # noqa: PLR0917 - a row of the table above
    there: str, file: str, site: str, store: str, taken_over: str | None, tmp_path: Path
) -> None:
    lay_out(there)
    config = loaded({"db_filename": file, "site_dir": site})

    assert config.store_path == tmp_path / store
    assert config.imported_source == (None if taken_over is None else tmp_path / taken_over)
    assert not config.store_path.resolve().is_relative_to(config.site_dir.resolve())


def test_the_folder_that_one_stands_in_can_be_the_published_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web").mkdir()
    monkeypatch.chdir(tmp_path / "web")
    config, _ = load(write({**ORIGINAL, "site_dir": "."}, "../config.json"), {})

    assert (config.store_path, config.imported_source) == (
        tmp_path / "web-private" / "ptg.json",
        tmp_path / "web" / "ptg.json",
    )


@pytest.mark.parametrize(
    ("there", "file", "site", "said"),
    [
        ("", "html", "html", "db_filename: 'HERE/html' would be published, because it is in site_dir 'HERE/html'"),
        ("", "ptg.json", "/", "db_filename: 'HERE/ptg.json' would be published, because it is in site_dir '/'"),
        (
            "web/ web-private->web",
            "web/ptg.json",
            "web",
            "db_filename: 'HERE/web/ptg.json' would be published, because it is in site_dir 'HERE/web'",
        ),
        ("here->here", "ptg.json", "here", "'HERE/here' cannot be used: it is a link that leads to itself"),
    ],
)
def test_a_store_that_would_be_published_in_spite_of_all_is_refused(
    there: str, file: str, site: str, said: str, tmp_path: Path
) -> None:
    lay_out(there)
    found = problems({**ORIGINAL, "db_filename": file, "site_dir": site})

    assert [line.removeprefix("site_dir: ") for line in found] == [said.replace("HERE", str(tmp_path))]
