"""Texts that are too long: what is left of them, and how they are known again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.shortening import Piece, holds, shorten


def count(text: str) -> list[Piece]:
    """Count letters, and ten for each link."""
    parts = re.split(r"(https?://\S*\w)", text)
    return [
        piece
        for number, part in enumerate(parts)
        for piece in ([Piece(part, 10, link=True)] if number % 2 else [Piece(letter, 1) for letter in part])
    ]


LINK = "https://ptg.example/nova"


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two three", 9, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two three", 7, "one…"),
        ("one, two", 7, "one…"),
        ("one two – three", 12, "one two…"),
        ("onetwothree", 5, "onet…"),
        ("one", 1, "…"),
        (f"one two three four {LINK}", 29, f"one two three four {LINK}"),
        (f"one two three four {LINK}", 28, f"one two three… {LINK}"),
        (f"one two three four {LINK}", 19, f"one two… {LINK}"),
        (f"one two {LINK} three four five", 29, f"one two {LINK} three…"),
        (f"one two {LINK} three four five", 18, f"one… {LINK}"),
        (f"http://first.example one {LINK} two three", 25, f"http://first.example… {LINK}"),
        (f"one two three {LINK}", 12, f"… {LINK}"),
        (f"one two three {LINK}", 11, "one two…"),
        (LINK, 9, "…"),
    ],
)
def test_a_text_is_cut_at_a_word_and_keeps_its_last_link(text: str, most: int, expected: str) -> None:
    assert shorten(text, most, count) == expected


@given(st.text("ab ,\n", max_size=60), st.integers(1, 40))
def test_what_is_left_is_the_beginning_and_as_much_as_fits(text: str, most: int) -> None:
    cut = shorten(text, most, count)

    assert len(cut) <= max(most, 1)
    assert cut == text or (len(text) > most and cut.endswith("…") and text.startswith(cut[:-1]))


TEXT = "In 15 minutes: #nova in Ballroom A, with cells and what becomes of them"
BODY = "#nova in Ballroom A, with cells and what becomes of them"


@pytest.mark.parametrize(
    ("post", "held"),
    [
        (TEXT, True),
        (TEXT.replace(" ", "\n"), True),
        ("In 15 minutes: #nova in Ballroom A, with cells…", True),
        ("In 15 minutes: #nova in Ballroom…", True),
        (f"In 15 minutes: #nova in Ballroom A, with cells… {LINK}", False),  # it has no such link
        ("In 15 minutes: #nova in Ballroom B, with cells…", False),
        ("In 15 minutes: #n…", False),  # that could be anything
        ("In 15 minutes: #neutron in Ballroom A, with cells and what becomes of them", False),
        ("…", False),
        ("", False),
    ],
)
def test_a_post_is_known_by_what_it_has_of_a_text(post: str, held: bool) -> None:
    assert holds(post, BODY) is held


def test_a_link_that_was_kept_behind_the_cut_belongs_to_the_text() -> None:
    assert holds(f"In 15 minutes: #nova in Ballroom A, with… {LINK}", f"{BODY} {LINK}")


def test_nothing_is_in_no_post() -> None:
    assert not holds("anything", "  ")


@given(st.lists(st.sampled_from(["nova", "cells", "in", "Ballroom", LINK]), min_size=8, max_size=40).map(" ".join))
def test_whatever_was_cut_is_known_again(body: str) -> None:
    assert holds(shorten(f"In 5 min: {body}", 60, count), body)
