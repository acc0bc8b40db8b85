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
    place = "{% block main %}" if ours.startswith("{% extends") else "\n"  # of what extends another, only blocks count
    own.write_text(ours.replace(place, place + "{{ nothing_of_this_name }}", 1))

    problems, _ = rehearse(loaded({"templates_dir": str(tmp_path / "own")}))

    assert [name in problem and "nothing_of_this_name" in problem for problem in problems] == [True]
