"""What templates do with people's text and with times, and the static files beside them."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from ptgbot.core.clock import Event
from ptgbot.site.design import templates_folder
from ptgbot.site.html import StaticFiles, Templates, rich
from tests.build import AT, BERLIN, make_state
from tests.pages import tags

COLORS = {"nova": "#1f6feb", "docs": "yellow", "bad": "red;}body{display:none"}
NOVA = '<span class="badge" style="--badge:#1f6feb;--ink:#ffffff">nova</span>'
DOCS = '<span class="badge" style="--badge:#ffff00;--ink:#000000">docs</span>'


def link(address: str) -> str:
    return f'<a href="{address}" rel="noopener noreferrer"><bdi>{address}</bdi></a>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "static").mkdir()
    return tmp_path


def fill(folder: Path, source: str, event: Event = BERLIN, **values: object) -> str:
    """Return a template of one line, filled in."""
    (folder / "one.html").write_text(source)
    return str(Templates(event, folder=folder)("one.html", **values))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words", "plain words"),
        ("with #nova.", f"with {NOVA}."),
        ("#Nova, #DOCS!", f"{NOVA}, {DOCS}!"),
        ("(#nova)", f"({NOVA})"),
        ("#gardening", '<span class="tag">#gardening</span>'),
        ("#1234 and #ci-infra", '<span class="tag">#1234</span> and <span class="tag">#ci-infra</span>'),
        ("C# and a#b and #", "C# and a#b and #"),
        ("see https://example.org/a?b=c&d=e#f", f"see {link('https://example.org/a?b=c&amp;d=e#f')}"),
        ("http://example.org.", f"{link('http://example.org')}."),
        ("(https://example.org/x_(y))", f"({link('https://example.org/x_(y)')})"),
        (
            "https://example.org/a, https://example.org/b!?",
            f"{link('https://example.org/a')}, {link('https://example.org/b')}!?",
        ),
        ("https://example.org/#nova", link("https://example.org/#nova")),
        ("HTTPS://EXAMPLE.ORG", link("HTTPS://EXAMPLE.ORG")),
        ("javascript:alert(1) ftp://x data:text/html,x", "javascript:alert(1) ftp://x data:text/html,x"),
        ("https:// and http://[", "https:// and http://["),
        ("<b>bold</b> & so", "&lt;b&gt;bold&lt;/b&gt; &amp; so"),
        ('https://x.org/"onmouseover=alert(1)', f"{link('https://x.org/')}&#34;onmouseover=alert(1)"),
        ("https://x.org/<script>", f"{link('https://x.org/')}&lt;script&gt;"),
        ("https://x.org/\u202egpj.exe", f"{link('https://x.org/')}\u202egpj.exe"),
        ("", ""),
    ],
)
def test_words_become_badges_and_addresses_links(text: str, expected: str) -> None:
    assert rich(text, COLORS) == expected


def test_badges_in_texts_lead_to_the_pages_of_their_tracks() -> None:
    assert rich("with #Nova", COLORS, "track/") == (
        'with <a class="badge" style="--badge:#1f6feb;--ink:#ffffff" href="track/nova.html">nova</a>'
    )
    assert 'href="nova.html"' in rich("#nova", COLORS, "")
    assert 'href="' not in rich("#gardening", COLORS, "track/")


FROM, UNTIL = "2026-11-24T09:00+01:00", "2026-11-24T10:30+01:00"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", f'<time datetime="{FROM}">09:00</time>–<time datetime="{UNTIL}">10:30</time>'),
        ("9.00 - 10.30", f'<time datetime="{FROM}">9.00</time> - <time datetime="{UNTIL}">10.30</time>'),
        ("09:00-10:45", f'<time datetime="{FROM}" data-end="{UNTIL}"><bdi>09:00-10:45</bdi></time>'),
        ("early <b>", f'<time datetime="{FROM}" data-end="{UNTIL}"><bdi>early &lt;b&gt;</bdi></time>'),
    ],
)
def test_from_when_to_when_something_is_has_both_instants(folder: Path, text: str, shown: str) -> None:
    start, end = datetime(2026, 11, 24, 8, 0, tzinfo=UTC), datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    page = fill(folder, "{{ start|span(end, text) }}", start=start, end=end, text=text)

    assert page == f'<span class="span">{shown}</span>'


def test_the_end_of_a_day_may_be_called_24_o_clock(folder: Path) -> None:
    start, end = datetime(2026, 11, 24, 21, 0, tzinfo=UTC), datetime(2026, 11, 24, 23, 0, tzinfo=UTC)

    page = fill(folder, "{{ start|span(end, '22:00-24:00') }}", start=start, end=end)

    assert page.endswith('<time datetime="2026-11-25T00:00+01:00">24:00</time></span>')


def test_a_colour_that_is_none_never_reaches_the_page() -> None:
    assert rich("#bad", COLORS) == '<span class="badge" style="--badge:#5e6b75;--ink:#ffffff">bad</span>'


@given(
    st.text()
    | st.lists(st.sampled_from(["<", ">", '"', "'", "#nova", "https://x.org/", ")", "&", " ", "a"])).map("".join)
)
def test_whatever_people_type_is_only_badges_and_links(text: str) -> None:
    found = tags(str(rich(text, COLORS)))

    assert {name for name, _ in found} <= {"a", "bdi", "span"}
    assert {attribute for _, attributes in found for attribute in attributes} <= {"href", "rel", "class", "style"}
    assert all(a["href"].lower().startswith(("http://", "https://")) for _, a in found if "href" in a)


def test_values_are_escaped_whatever_the_template_is_called(folder: Path) -> None:
    assert (
        fill(folder, '<p title="{{ x }}">{{ x }}', x="\"'<&>")
        == '<p title="&#34;&#39;&lt;&amp;&gt;">&#34;&#39;&lt;&amp;&gt;'
    )


def test_characters_that_no_page_may_hold_are_left_out(folder: Path) -> None:
    assert fill(folder, "{{ x }}", x="a\x00b\x02c\x1bd\x85e\ud800f\tg") == "abcdef\tg"


def test_a_value_that_is_missing_is_an_error(folder: Path) -> None:
    with pytest.raises(UndefinedError):
        fill(folder, "{{ nothing }}")


def test_times_are_in_the_events_zone_and_name_it(folder: Path) -> None:
    expected = (
        '<time datetime="2026-11-24T14:05+01:00" title="Tuesday 24 November 2026, 14:05 CET"><bdi>{}</bdi></time>'
    )

    assert [
        fill(folder, source, at=AT, today=date(2026, 11, 24), later=date(2026, 11, 25))
        for source in (
            "{{ at|time }}",
            "{{ at|time('<9–10>') }}",
            "{{ at|moment }}",
            "{{ at|since(today) }}",
            "{{ at|since(later) }}",
        )
    ] == [
        expected.format("14:05"),
        expected.format("&lt;9–10&gt;"),
        expected.format("Tuesday 24 November 2026, 14:05 CET"),
        expected.format("14:05"),
        expected.format("Tue 24 Nov, 14:05"),
    ]


def test_times_follow_the_change_to_summer_time(folder: Path) -> None:
    event = Event(zone=ZoneInfo("America/New_York"))
    hours = [datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6)]

    assert [fill(folder, "{{ at|moment }}", event, at=hour) for hour in hours] == [
        f'<time datetime="2026-11-01T01:30-0{offset}:00" title="{text}"><bdi>{text}</bdi></time>'
        for offset, text in ((4, "Sunday 1 November 2026, 01:30 EDT"), (5, "Sunday 1 November 2026, 01:30 EST"))
    ]


def test_a_date_does_not_repeat_the_weekday_that_was_just_named(folder: Path) -> None:
    day = date(2026, 11, 24)

    assert [fill(folder, "{{ day|date(name) }}", day=day, name=name) for name in ("", "tuesday", "Day 1")] == [
        "Tuesday 24 November 2026",
        "24 November 2026",
        "Tuesday 24 November 2026",
    ]


def test_the_world_clock_is_asked_in_utc(folder: Path) -> None:
    assert fill(folder, "{{ at|world_clock }}", at=AT) == (
        "https://www.timeanddate.com/worldclock/fixedtime.html?iso=20261124T1305&amp;p1=1440"
    )


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://example.org", True),
        ("http://example.org:8000/x", True),
        ("", False),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("//example.org", False),
        ("https:///x", False),
        ("http://[", False),
    ],
)
def test_only_web_addresses_are_linked(folder: Path, address: str, fine: bool) -> None:
    assert fill(folder, "{{ x is web_address }}", x=address) == str(fine)


def test_the_link_to_a_static_file_differs_once_the_file_does(folder: Path) -> None:
    links = []
    for content in ("a", "b", "a"):
        (folder / "static" / "site.css").write_text(content)
        links.append(fill(folder, "{{ static('site.css') }}"))

    assert links[0] == links[2] != links[1]
    assert all(link.startswith("static/site.css?v=") for link in links)


def test_static_files_are_published_as_they_are() -> None:
    files = StaticFiles(Templates(BERLIN))
    view = make_state().public

    found = {path: files.render(path, view, AT) for path in files.paths(view)}

    ours = templates_folder()
    assert found == {path.relative_to(ours).as_posix(): path.read_bytes() for path in (ours / "static").iterdir()}
    assert {"static/icon.svg", "static/site.css", "static/site.js"} <= found.keys()
    assert {files.turns(path, view, AT) for path in found} == {None}


def test_a_time_whose_age_matters_is_marked_for_the_script(folder: Path) -> None:
    assert fill(folder, "{{ at|age(today) }}", at=AT, today=date(2026, 11, 24)) == (
        '<time class="age" datetime="2026-11-24T14:05+01:00" title="Tuesday 24 November 2026, 14:05 CET">'
        "<bdi>14:05</bdi></time>"
    )


def test_calendar_programs_are_called_by_webcal(folder: Path) -> None:
    assert fill(folder, "{{ x|webcal }}", x="https://example.org/nova.ics") == "webcal://example.org/nova.ics"


def test_the_style_sheet_and_the_script_ask_nobody_else() -> None:
    static = templates_folder() / "static"
    sources = [path for path in static.iterdir() if path.suffix in (".css", ".js")]

    assert [path.name for path in sources if re.search(r"https?:|[\"'(`]//", path.read_text())] == []
