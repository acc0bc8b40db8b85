"""What ``ptgbot check`` makes of an event's own templates: none goes untried."""

from pathlib import Path

import pytest

from ptgbot.rehearsal import rehearse
from ptgbot.site.design import templates_folder
from tests.configurations import loaded

OURS = templates_folder()
# Those with nothing but macros are tried by what takes these from them.
PARTS = {"parts.html", "board/parts.html", "board/signs.html"}
NAMES = sorted({path.relative_to(OURS).as_posix() for path in OURS.rglob("*.html")} - PARTS)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_that_fails_is_found_whichever_it_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own" / name
    own.parent.mkdir(parents=True)
    ours = (OURS / name).read_text()
    before, main, rest = ours.partition("{% block main %}" if ours.startswith("{% extends") else "nowhere")
    own.write_text(before + main + "{{ nothing_of_this_name }}" + rest)  # of what extends another, only blocks count

    problems, _ = rehearse(loaded({"templates_dir": str(tmp_path / "own")}))

    assert [name in problem and "nothing_of_this_name" in problem for problem in problems] == [True]
