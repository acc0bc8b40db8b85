"""Cutting a text to what a post holds, and knowing it again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.x.counting import clean, weight
from ptgbot.networks.x.text import fit, holds, read, same
from tests.fake_x.length import length

LINK = "https://ptg.example.org/board.html"

_words = st.sampled_from(
    [
        *("nova", "Zürich", "日本語のセッション", "#ptg", "@ada", "…", "“x”", "cut.", "—", "\n", "e\u0301", "a" * 300),
        *("👩\u200d👩\u200d👧\u200d👦", "🇩🇪", "1\ufe0f\u20e3", "👍🏽" * 150),
        *(LINK, "https://example.com/a_(b)?c=d", "nova.py"),
    ]
)
_texts = st.lists(_words, max_size=80).map(" ".join)


@given(_texts | st.text(max_size=600))
def test_what_was_cut_fits_and_stays_as_it_is(text: str) -> None:
    cut = fit(text)

    assert weight(cut) <= 280
    assert fit(cut) == cut


@given(_texts)
def test_x_counts_it_no_longer_than_it_takes(text: str) -> None:
    assert length(fit(text)) <= 280


@given(_texts)
def test_what_fits_is_not_cut(text: str) -> None:
    whole = clean(text)
    assert fit(text) == whole or weight(whole) > 280


@given(_texts, st.sampled_from(["", "In 15 minutes: ", "Now: "]))
def test_what_was_cut_is_known_again(text: str, lead: str) -> None:
    body = clean(text)
    assert holds(fit(lead + body), body) == bool(body)


@given(_texts)
def test_the_last_link_is_kept_whole(text: str) -> None:
    assert LINK in fit(f"{text} {LINK}").split()[-1] or LINK in fit(text)


def test_a_text_is_cut_at_the_end_of_a_word() -> None:
    assert fit("word, " * 100) == "word, " * 45 + "word…"


def test_a_link_comes_behind_what_was_cut() -> None:
    assert fit(f"{'word ' * 60}{LINK} and more") == f"{'word ' * 50}word… {LINK}"


def test_a_word_that_no_post_holds_is_cut_between_characters() -> None:
    assert fit("日" * 200) == "日" * 139 + "…"
    assert fit("👩\u200d👩\u200d👧\u200d👦" * 200) == "👩\u200d👩\u200d👧\u200d👦" * 139 + "…"


def test_a_link_that_would_leave_no_room_is_cut_like_any_word() -> None:
    address = "http://localhost/" + "a" * 400

    assert fit(address) == address[:278] + "…"
    assert fit(f"See {address} or {LINK}") == f"See {address[:250]}… {LINK}"


def test_a_post_is_read_as_it_was_written() -> None:
    post = {
        "text": "Q&amp;A &lt;now&gt; https://t.co/abcdefghij",
        "entities": {"urls": [{"url": "https://t.co/abcdefghij", "expanded_url": LINK}]},
    }

    assert read(post) == f"Q&A <now> {LINK}"
    assert read({}) == ""


@pytest.mark.parametrize(
    ("post", "text"),
    [
        ("Lunch is ready", "Lunch  is\nready "),
        ("see http://example.org", "see example.org/"),
        ("see https://www.example.org/A", "see https://EXAMPLE.org/A"),
        ("Zu\u0308rich", "Zürich"),
    ],
)
def test_what_x_makes_of_a_text_is_the_same_text(post: str, text: str) -> None:
    assert same(post, text)


@pytest.mark.parametrize(
    ("post", "body"),
    [
        ("In 15 minutes: #nova in Ballroom A", "#nova in Ballroom B"),
        ("In 15 minutes: #nova in Ballroom A", ""),
        ("In 15 minutes…", "#nova in Ballroom A"),
        (f"In 15 minutes: {'word ' * 40}… https://example.org/other", f"{'word ' * 80}{LINK}"),
        (fit(f"In 15 minutes: {'nova ' * 80}"), "glance " * 80),
    ],
)
def test_another_text_is_another(post: str, body: str) -> None:
    assert not holds(post, body)
