"""What an event's own site has of its own: templates and static files, logo, accent colour, links at the foot."""

import importlib
import logging
import re
import sys
import textwrap
from fnmatch import fnmatch
from pathlib import Path

import pytest

from ptgbot.features.board.pages import BoardPage
from ptgbot.features.schedule.model import Track
from ptgbot.features.topics.model import Topic
from ptgbot.features.topics.pages import PadsPage
from ptgbot.site import design
from ptgbot.site.design import Design, logo_problem, templates_folder
from ptgbot.site.html import StaticFiles, Templates
from tests.build import AT, BERLIN, make_state
from tests.pages import tags, text_of

SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'
STATE = make_state(Track("nova", "#1f6feb"))


def own(folder: Path, **files: str) -> Design:
    """Return the design of a folder with templates, by their paths with two underscores for a slash."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Design(folder)


def pads(templates: Templates) -> str:
    return PadsPage(templates).render("etherpads.html", STATE.public, AT).decode()


def static(templates: Templates) -> dict[str, bytes]:
    files = StaticFiles(templates)
    return {path: files.render(path, STATE.public, AT) for path in files.paths(STATE.public)}


# -- templates ------------------------------------------------------------------------------------------------------


def test_a_template_of_ones_own_comes_before_ours(tmp_path: Path) -> None:
    templates = Templates(BERLIN, design=own(tmp_path, topics__pad="<tr><td>{{ track }} at home</td></tr>"))

    assert "nova at home" in text_of(pads(templates))
    assert templates.problems == []


def test_what_is_not_overridden_stays_ours_and_can_be_built_on(tmp_path: Path) -> None:
    templates = Templates(
        BERLIN,
        design=own(
            tmp_path,
            mine='{% extends "base.html" %}{% block title %}Mine{% endblock %}{% block main %}{{ x }}{% endblock %}',
        ),
    )

    page = templates("mine.html", x="<b>", path="mine.html")

    assert "Mine · Harbor Summit" in page
    assert "&lt;b&gt;" in page


def test_a_template_can_build_on_ours_of_its_own_name(tmp_path: Path) -> None:
    templates = Templates(
        BERLIN,
        design=own(
            tmp_path, base='{% extends "ours/base.html" %}{% block foot %}{{ super() }}<p>mine</p>{% endblock %}'
        ),
    )

    page = pads(templates)

    assert page.index("Kept up to date by the people") < page.index("<p>mine</p>")
    assert templates.problems == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<tr>\n{% if %}", "/topics/pad.html, line 2: Expected an expression, got 'end of statement block'"),
        ("<tr>\n\n{{ track|shout }}", "/topics/pad.html, line 3: No filter named 'shout'."),
        ("<tr>\n{{ trakc }}", "/topics/pad.html, line 2: 'trakc' is undefined"),
        ("{{ 1 / 0 }}", "/topics/pad.html, line 1: division by zero"),
        ('\n{% include "nowhere.html" %}', "/topics/pad.html, line 2: 'nowhere.html' not found in search path"),
    ],
)
def test_a_template_that_is_wrong_is_told_of_by_file_and_line_and_ours_is_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, source: str, said: str
) -> None:
    with caplog.at_level(logging.ERROR):
        templates = Templates(BERLIN, design=own(tmp_path, topics__pad=source))
        page = pads(templates)

    assert page == pads(Templates(BERLIN))
    assert [problem.partition(":")[0] for problem in templates.problems] == [f"{tmp_path}{said}".partition(":")[0]]
    assert templates.problems[0].startswith(f"{tmp_path}{said}")
    assert [record.getMessage() for record in caplog.records] == [
        f"templates_dir: {templates.problems[0]}. What the bot brings itself is used in its place."
    ]


def test_a_file_that_is_no_text_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_bytes(b"\xff\xfe")
    templates = Templates(BERLIN, design=Design(tmp_path))

    assert pads(templates) == pads(Templates(BERLIN))
    assert [problem.partition(": ")[0] for problem in templates.problems] == [f"{tmp_path}/base.html"]


def test_one_that_leaves_out_what_ours_need_takes_no_page_away(tmp_path: Path) -> None:
    templates = Templates(BERLIN, design=own(tmp_path, parts="{% macro badge() %}{% endmacro %}"))

    assert pads(templates) == pads(Templates(BERLIN))
    assert len(templates.problems) == 1
    assert templates.problems[0].startswith(f"{tmp_path}: one of parts.html makes a page fail: ")


def test_only_the_wrong_one_of_several_is_passed_over(tmp_path: Path) -> None:
    templates = Templates(
        BERLIN,
        design=own(tmp_path, topics__pad="{{ oops }}", topics__etherpads="<main>{{ rows }}</main> own"),
    )

    page = pads(templates)

    assert page.endswith("own")
    assert ("tr", {"id": "pad-nova", "data-track": "nova"}) in tags(page)


def test_an_error_of_ours_is_an_error(tmp_path: Path) -> None:
    templates = Templates(BERLIN, folder=tmp_path)
    (tmp_path / "wrong.html").write_text("{{ 1 / 0 }}")

    with pytest.raises(ZeroDivisionError):
        templates("wrong.html")


# -- static files ---------------------------------------------------------------------------------------------------


def test_static_files_of_ones_own_replace_ours_and_new_ones_are_published_too(tmp_path: Path) -> None:
    (tmp_path / "static" / "fonts").mkdir(parents=True)
    (tmp_path / "static" / "site.css").write_text("body { color: red }")
    (tmp_path / "static" / "fonts" / "own.woff2").write_bytes(b"font")
    for name in (".hidden", "site.css~"):
        (tmp_path / "static" / name).write_text("an editor's")
    ours = static(Templates(BERLIN))

    templates = Templates(BERLIN, design=Design(tmp_path))

    assert static(templates) == {
        **ours,
        "static/site.css": b"body { color: red }",
        "static/fonts/own.woff2": b"font",
    }
    links = [a["href"] for name, a in tags(pads(templates)) if a.get("rel") == "stylesheet"]
    assert links != [a["href"] for name, a in tags(pads(Templates(BERLIN))) if a.get("rel") == "stylesheet"]


def test_a_file_that_takes_the_place_of_nothing_is_told_of_with_what_was_meant(tmp_path: Path) -> None:
    design = own(
        tmp_path,
        now="",
        borad__ptg="",
        topics__pad='{% include "mine/cell.html" %}',
        mine__cell="",
        odd="",
        static__about="",
    )
    (tmp_path / "crew.css").write_text("p {}")
    (tmp_path / "README.md").write_text("Ours")
    (tmp_path / "static" / "new.css").write_text("p {}")

    templates = Templates(BERLIN, design=design)

    assert templates.unused == [
        f"{tmp_path}/borad/ptg.html takes the place of nothing, and no template uses it; did you mean board/ptg.html?",
        f"{tmp_path}/crew.css is not published: files for browsers stand in {tmp_path}/static/",
        f"{tmp_path}/now.html takes the place of nothing, and no template uses it; did you mean board/now.html?",
        f"{tmp_path}/odd.html takes the place of nothing, and no template uses it",
    ]
    assert Templates(BERLIN).unused == []


def test_a_static_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    templates = Templates(BERLIN, design=own(tmp_path, topics__pad="{{ static('nosuch.css') }}"))
    pads(templates)

    assert templates.problems == [f"{tmp_path}/topics/pad.html, line 1: there is no static file nosuch.css"]


# -- logo, colour, links --------------------------------------------------------------------------------------------


def test_the_logo_is_published_and_stands_beside_the_name(tmp_path: Path) -> None:
    logo = tmp_path / "Our Logo.SVG"
    logo.write_text(SVG)
    templates = Templates(BERLIN, design=Design(logo=logo))

    pictures = [a for name, a in tags(pads(templates)) if name == "img"]

    assert static(templates)["static/logo.svg"] == SVG.encode()
    assert [(a["src"].partition("=")[0], a["alt"]) for a in pictures] == [("static/logo.svg?v", "")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("logo.txt", b"x", "is no picture that pages can show: it has to be SVG, PNG or WebP, and be called so"),
        ("logo.png", bytes(500_001), "is too large: everybody who opens a page fetches it, so at most 500 kB"),
        ("logo.png", b"text", "is no PNG that browsers can show: its name says so, and it holds something else"),
        ("a.webp", b"RIFFxxxxAVI ", "is no WEBP that browsers can show: its name says so, and it holds something else"),
        *(
            (
                "logo.svg",
                content,
                'is no SVG that browsers can show: it has to be whole, and begin with <svg xmlns="http://www.w3.org/2000/svg">',
            )
            for content in (b"", b"text", b"<svg/>", SVG[:-2].encode(), b"<html xmlns='http://www.w3.org/2000/svg'/>")
        ),
    ],
)
def test_a_logo_that_cannot_be_one_is_told_of_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str, content: bytes, said: str
) -> None:
    logo = tmp_path / name
    logo.write_bytes(content)

    templates = Templates(BERLIN, design=Design(logo=logo))

    assert logo_problem(logo) == f"{logo} {said}"
    assert [record.getMessage() for record in caplog.records] == [f"site_logo: {logo} {said}."]
    assert static(templates) == static(Templates(BERLIN))
    assert pads(templates) == pads(Templates(BERLIN))


def test_the_accent_colour_is_set_where_text_in_it_can_be_read_in_both_schemes() -> None:
    [(_, attributes), *_] = [
        tag for tag in tags(pads(Templates(BERLIN, design=Design(accent="gold")))) if tag[0] == "html"
    ]

    assert attributes == {"lang": "en", "style": "--event-light:#776400;--event-dark:#ffd700"}


def test_links_at_the_foot_are_on_every_page() -> None:
    footer = (("Code of <conduct>", "https://example.org/conduct"),)

    page = pads(Templates(BERLIN, design=Design(footer=footer)))

    assert 'href="https://example.org/conduct" rel="noopener noreferrer">Code of &lt;conduct&gt;</a>' in page


def test_links_at_the_foot_lead_to_mail_and_on_from_the_top_of_the_site() -> None:
    footer = (("Crew", "mailto:crew@example.org"), ("Map", "static/map.pdf"), ("Host", "/host.html"))
    templates = Templates(BERLIN, design=Design(footer=footer))

    page = templates("base.html", path="track/nova.html", root="../")

    links = [a["href"] for name, a in tags(page) if name == "a" and a.get("rel") == "noopener noreferrer"]
    assert links == ["mailto:crew@example.org", "../static/map.pdf", "/host.html"]


# -- the documentation ----------------------------------------------------------------------------------------------

DOCUMENT = (Path(__file__).parents[2] / "docs" / "templates.md").read_text(encoding="utf-8")


def test_the_documentation_names_every_template() -> None:
    table = DOCUMENT.partition("## The templates and their values")[2].partition("\n## ")[0]
    named = re.findall(r"`([\w/*-]+\.html)`", table)
    ours = [path.relative_to(templates_folder()).as_posix() for path in templates_folder().rglob("*.html")]

    assert [name for name in ours if not any(fnmatch(name, pattern) for pattern in named)] == []
    assert [pattern for pattern in named if not any(fnmatch(name, pattern) for name in ours)] == []


def test_the_examples_of_the_documentation_work(tmp_path: Path) -> None:
    base, following = (
        textwrap.dedent(DOCUMENT.partition(before)[2].partition(after)[0])
        for before, after in (
            ("a whole `my-templates/base.html`:\n\n", "\n\n"),
            ("`my-templates/board/next.html`\n\n", "\0"),
        )
    )
    design = own(tmp_path, base=base, board__next=following)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "crew.css").touch()
    templates = Templates(BERLIN, design=design)
    state = make_state(Track("nova", "#1f6feb"), Topic("nova", None, ("cells",)))

    page = BoardPage(BERLIN, templates).render("ptg.html", state.public, AT).decode()

    assert 'href="static/crew.css?v=' in page
    assert '<i style="color:#1f6feb" aria-hidden="true">●</i> <a href="track/nova.html">nova</a>' in page
    assert templates.problems == []


# -- where ours are -------------------------------------------------------------------------------------------------


def test_the_templates_are_found() -> None:
    assert (templates_folder() / "base.html").is_file()


def test_an_installed_package_brings_its_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the wheel, where they stand inside the package."""
    package = tmp_path / "ptgbot" / "templates"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.setattr(design, "__file__", str(tmp_path / "ptgbot" / "site" / "design.py"))
    monkeypatch.setattr(sys.modules["ptgbot"], "__path__", [str(tmp_path / "ptgbot"), *sys.modules["ptgbot"].__path__])
    monkeypatch.delitem(sys.modules, "ptgbot.templates", raising=False)
    importlib.invalidate_caches()

    try:
        assert templates_folder() == package
    finally:
        sys.modules.pop("ptgbot.templates", None)
