"""How long X finds a text."""

import pytest

from ptgbot.networks.x.counting import clean, pieces, weight


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("hello", 5),
        ("Grüße aus Český Krumlov", 23),
        ("Привет", 6),
        ("日本語", 6),
        ("“quoted” – it’s", 15),
        ("…", 2),
        ("→", 2),
        ("5′", 2),
        ("e\u0301", 1),  # composed before it is counted
        ("q\u0301", 2),  # there is no such letter
        ("😷", 2),
        ("👍🏽", 2),
        ("👩\u200d👩\u200d👧\u200d👦", 2),
        ("🇩🇪", 2),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 2),
        ("1\ufe0f\u20e3", 2),
        ("☀\ufe0f", 2),
        ("english text 日本語 😷 https://example.com", 46),
    ],
)
def test_a_text_weighs_what_x_finds(text: str, expected: int) -> None:
    assert weight(clean(text)) == expected


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.org/a/b?x=1&y=2#z.", ["https://example.org/a/b?x=1&y=2#z"]),
        ("(https://example.org)", ["https://example.org"]),
        ("HTTP://EXAMPLE.ORG/", ["HTTP://EXAMPLE.ORG/"]),
        ("https://en.wikipedia.org/wiki/Foo_(bar), and", ["https://en.wikipedia.org/wiki/Foo_(bar)"]),
        ("http://bücher.example.de:8080/", ["http://bücher.example.de:8080/"]),
        ("http://例え.jp/あ", ["http://例え.jp/"]),
        ("bare example.org/x, and nova.py", ["example.org/x", "nova.py"]),
        ("日本example.com語", ["example.com"]),
        ("mail ada@example.org, @example.com, #example.com, a/example.com", []),
        ("v2.0 at 10.30 a.m. in Room 1.2", []),
    ],
)
def test_links_are_found_where_x_finds_them(text: str, links: list[str]) -> None:
    found = [piece for piece in pieces(clean(text)) if piece.link]

    assert [piece.text for piece in found] == links
    assert [piece.weight for piece in found] == [23] * len(links)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://localhost:8080/" + "a" * 40, 62),
        ("intranet.corporation/" + "a" * 40, 61),
        ("foo.bar", 23),
        ("http://x", 23),
    ],
)
def test_where_it_is_not_sure_whether_x_sees_a_link_what_is_heavier_counts(text: str, expected: int) -> None:
    assert weight(clean(text)) == expected


def test_what_no_post_can_hold_is_left_out() -> None:
    assert clean(" a\x00b\ufeffc\ud800d\x02\ne\ttab\r\n ") == "abcd\netab"


def test_long_texts_that_look_like_links_all_over_are_counted_at_once() -> None:
    for text in ("a." * 9000, "a-" * 9000, "http://a.com/" + "(" * 9000, "http://a.com/" + "(a" * 4000, "@" * 9000):
        assert sum(len(piece.text) for piece in pieces(text)) == len(text)
