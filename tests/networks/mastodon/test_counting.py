"""How long a text is, measured against Mastodon.py's own count: its list of links comes from Mastodon itself."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mastodon import Mastodon

from ptgbot.networks.mastodon.counting import Limits, pieces, strict
from ptgbot.networks.shortening import shorten

USUAL = Limits()


def length(text: str, limits: Limits = USUAL) -> int:
    found = pieces(text, limits)
    assert "".join(piece.text for piece in found) == text
    return sum(piece.weight for piece in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("hello", 5),
        ("a\r\nb\n\nc", 6),
        ("päivää, e\u0301", 9),
        ("👩‍👩‍👧‍👦🇩🇪👋🏽❤️", 4),
        ("नमस्ते", 3),
        ("https://opendev.org", 23),
        ("http://opendev.org/a/very/long/path/of/some/room.html?with=a&query=1#and-more", 23),
        ("https://opendev.org.", 24),
        ("(https://ptg.opendev.org/ptg.html#nova)", 25),
        ("https://opendev.org/, https://opendev.org/a.", 49),
        ("https://opendev.org:8443/x", 23),
        ("https://fosstodon.org/@ada/1", 23),
        ("opendev.org", 11),
        ("https://docs.example.co.uk/a-path", 23),
        ("ftp://opendev.org", 17),
        ("@ada", 4),
        ("@ada@fosstodon.org", 4),
        ("@ada@fosstodon.org, @bob@example.org.", 11),
        ("ada@fosstodon.org", 17),
        ("#nova", 5),
    ],
)
def test_a_text_is_as_long_as_mastodon_finds_it(text: str, expected: int) -> None:
    assert (length(text), Mastodon.get_status_length(text)) == (expected, expected)


@pytest.mark.parametrize(
    ("text", "expected", "theirs"),
    [
        ("http://localhost:8080/ptg.html", 53, 30),  # no link for Mastodon
        ("http://東.as", 46, 23),
        ("xhttps://opendev.org", 24, 20),
        ("https://opendev.org.pp", 46, 26),  # one for it up to ".org"
        ("http://ptg.local/nova", 23, 21),
        ("https://ptg.photography/a-very-long-path/of/some/room", 53, 23),  # an ending that we do not know
    ],
)
def test_a_link_that_may_be_none_is_never_counted_short(text: str, expected: int, theirs: int) -> None:
    assert (length(text), Mastodon.get_status_length(text)) == (expected, theirs)


def test_a_link_takes_what_the_instance_says() -> None:
    assert length("see https://opendev.org", Limits(500, 30)) == 34


def test_the_strict_count_takes_everything_for_what_it_is() -> None:
    found = strict("e\u0301 https://opendev.org/a/very/long/path @ada@fosstodon.org https://x.org", Limits(500, 23))

    assert [(piece.text, piece.weight) for piece in found if piece.weight > 1] == [
        ("e\u0301", 2),
        ("https://opendev.org/a/very/long/path", 36),
        ("@ada@fosstodon.org", 18),
        ("https://x.org", 23),
    ]


WORDS = st.one_of(
    st.sampled_from(
        [
            "https://opendev.org",
            "http://ptg.opendev.org/ptg.html?a=1&b=(2)#nova",
            "https://en.wikipedia.org/wiki/PTG_(event)",
            "https://de.wikipedia.org/wiki/Köln",
            "https://ja.wikipedia.org/wiki/東京",
            "https://x.io/~a/@b,c;d!e'f*",
            "https://a_b.example.com/_",
            "https://nova.local/x",
            "https://UPPER.ORG/PATH.",
            "https://ptg.opendev.org/a?b=c?d",
            "https://user@opendev.org/x",
            "https://opendev.org/x…",
            "https://opendev.org/a|b[c]",
            "https://-opendev.org",
            "https://opendev..org",
            "https://opendev.org:/x",
            "https://opendev.orgs/x",
            "https://xn--bcher-kva.de/x",
            "@ada@fosstodon.org",
            "@ada@fosstodon.org/x",
            "@@ada@x.org",
            "#nova",
            "…",
        ]
    ),
    st.text(max_size=8),
    st.text("https:/.@#-_()?&aé東", max_size=12),
)
TEXTS = st.lists(WORDS, max_size=12).flatmap(
    lambda words: st.sampled_from([" ", "", "\n", ", "]).map(lambda between: between.join(words))
)


@given(TEXTS)
def test_no_text_is_counted_short(text: str) -> None:
    assert length(text) >= Mastodon.get_status_length(text)


@given(TEXTS, st.integers(1, 120))
def test_what_is_cut_fits_and_what_fits_is_left_alone(text: str, most: int) -> None:
    limits = Limits(most)
    for count in (partial(pieces, limits=limits), partial(strict, limits=limits)):
        cut = shorten(text, most, count)

        assert Mastodon.get_status_length(cut) <= most
        assert sum(piece.weight for piece in count(cut)) <= most
        assert cut == text or sum(piece.weight for piece in count(text)) > most


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    for hostile in (
        "https://" + "a" * 50_000,
        "https://" + "a." * 25_000,
        "@" + "a" * 50_000,
        "https://a.org/" + "(" * 50_000,
    ):
        assert length(hostile) > 20
