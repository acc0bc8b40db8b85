"""Patterns: what they match in every script, why some cannot be used, and what a text must hold for them to match."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ptgbot.features.subscriptions.literals import required_literals
from ptgbot.features.subscriptions.patterns import compile_pattern, pattern_problem, tokens


def found(pattern: str, text: str) -> bool:
    """Return whether a pattern that can be used is found in a text."""
    assert pattern_problem(pattern) == ""
    compiled = compile_pattern(pattern)
    assert compiled is not None
    return compiled.search(text) is not None


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("x" * 401, "it is longer than 400 characters"),
        ("\ud800", "it holds half of a character"),
        ("(secret", "a ( is never closed: (secret"),
        ("(" + "secret" * 9, "a ( is never closed"),
        ("a)", "a ) was never opened: a)"),
        ("[a", "a [ is never closed: [a"),
        ("*x", "there is nothing before a sign that repeats: *"),
        ("a**", "two signs that repeat follow each other: **"),
        ("a{2}+", "a possessive {2}+ is not possible here, and nothing is gained by one; try {2}"),
        ("a\\", "it ends in a single \\, which needs something behind it"),
        ("[z-a]", "it names a range or a kind of characters that there is not: z-a"),
        (r"\p{Foo}", r"it names a range or a kind of characters that there is not: \p{Foo}"),
        ("a{1001}", "it repeats more than 1,000 times, or fewer times at most than at least: {1001}"),
        (r"\pL{1000}", "it is too large once it is taken apart; try a shorter one"),
        (r"\w" * 200, "it is too large once it is taken apart; try a shorter one"),
        (r"nova\Z", r"there is no such escape: \Z"),
        ("(?#why)", "such a group is not possible here: (?#"),
        ("(?>a)", "an atomic group (?>…) is not possible here, and nothing is gained by one; try a group without '?>'"),
        (r"[^\W_]", r"\W inside of [^…] is not possible here; \p{L} is any letter, and \p{N} any number"),
    ],
)
def test_a_problem_is_told_in_words_that_people_understand(pattern: str, reason: str) -> None:
    assert pattern_problem(pattern) == reason


@pytest.mark.parametrize("group", ["(?P=a)", r"\1", r"\k<a>", r"\g{1}"])
def test_every_way_to_write_a_backreference_is_told_as_one(group: str) -> None:
    assert pattern_problem(f"(?P<a>x){group}") == pattern_problem(r"(x)\1")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"^\w+$", "päivää", True),
        (r"^\w+$", "ПРИВЕТ", True),
        (r"^\W+$", "ää", False),
        (r"^[\w-]+$", "hyvää-päivää", True),
        (r"^[\w-z]+$", "ä-z", True),
        (r"^[^\w ]+$", "ä", False),
        (r"^[\Wx-z]+$", "-x-", True),
        (r"^[\W_]+$", "_ä_", False),
        (r"^\d+$", "٣4", True),
        (r"^\D+$", "٣", False),
        (r"^[\d:]+$", "٣:4", True),
        (r"^[^\D]+$", "٣", True),
        (r"\Q\w[\E", r"\w[", True),
        (r"\Q\w\E", "w", False),
        (r"[]\w]", "ä", True),
        (r"[[:digit:]\w]", "ä", True),
        (r"\\w", r"\w", True),
        ("ÄPFEL", "äpfel", True),
        ("(?-i)ÄPFEL", "äpfel", False),
    ],
)
def test_words_and_digits_are_those_of_every_script(pattern: str, text: str, expected: bool) -> None:
    assert found(pattern, text) is expected


ITEMS = st.lists(st.sampled_from([r"\w", r"\d", r"\D", "a", "ä", "_", "x-z", "Ж"]), min_size=1, max_size=3)
CLASSES = st.one_of(
    st.builds(lambda items, w: f"[{''.join(items)}{w}]", ITEMS, st.sampled_from(["", r"\W", "-"])),
    st.builds(lambda items: f"[^{''.join(items)}]", ITEMS),
)
ATOMS = st.one_of(st.sampled_from([r"\w", r"\W", r"\d", r"\D", "a", "Ä", "ж", ".", r"\.", "5"]), CLASSES)
PIECES = st.tuples(ATOMS, st.sampled_from(["", "", "+", "*", "?", "{2}", "+?"])).map("".join)
SEQUENCES = st.lists(PIECES, min_size=1, max_size=5).map("".join)
PATTERNS = st.one_of(SEQUENCES, st.lists(SEQUENCES, min_size=2, max_size=3).map("|".join).map("({})".format))


@given(pattern=st.one_of(PATTERNS, PATTERNS.map("^{}$".format)), text=st.text("aAzäÄжЖ中5٣_-. ́", max_size=8))
def test_a_pattern_means_what_it_means_in_python(pattern: str, text: str) -> None:
    assert found(pattern, text) is (re.search(pattern, text, re.IGNORECASE) is not None)


@given(st.text(max_size=450), st.text(max_size=200))
def test_any_pattern_has_a_problem_or_can_be_matched(pattern: str, text: str) -> None:
    if not pattern_problem(pattern):
        found(pattern, text)


@given(st.text(r"ab\[]()|QEwW^-:?{}2,*+", max_size=30))
def test_the_pieces_of_a_pattern_are_all_of_it(pattern: str) -> None:
    assert "".join(token.text for token in tokens(pattern)) == pattern


@pytest.mark.parametrize(
    ("pattern", "needed"),
    [
        ("nova", {"nova"}),
        ("Nova|CINDER", {"nova", "cinder"}),
        ("#(nova|cinder) now", {"nova", "cinder"}),
        ("#nova.*cells v2", {"cells v2"}),
        ("colou?r", {"colo"}),
        ("no+va", {"no"}),
        ("(nova)?x", {"x"}),
        (r"a\.b", {"a.b"}),
        ("(?i)nova", {"nova"}),
        ("(?P<who>ada) w", {"ada"}),
        ("nova|.", set()),
        (r"\w+", set()),
        ("ä", set()),
        ("", set()),
    ],
)
def test_what_a_text_must_hold_is_read_from_the_pattern(pattern: str, needed: set[str]) -> None:
    assert required_literals(pattern) == needed


LITERALS = st.sampled_from(["a", "B", "k", "S", r"\.", "#", "ab", "é", r"\Qa\E", "[ab]", r"\w", ".", "^", "$", r"\x61"])
WILD = st.recursive(
    LITERALS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        st.builds("({})".format, inner),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["?", "*", "+", "{0,2}", "{2}", "{0}", "*?", "{1,}"])),
        st.builds("{}{}".format, LITERALS, st.sampled_from(["?", "*", "+", "{0}", "{2,3}"])),
    ),
    max_leaves=8,
)


@given(pattern=WILD, text=st.text("aAbBkK\u212asSſ.#é1", max_size=10))
@example(pattern="k", text="\u212a")
@example(pattern="s", text="ſ")
def test_a_text_that_matches_holds_what_the_pattern_needs(pattern: str, text: str) -> None:
    if pattern_problem(pattern) == "" and found(pattern, text):
        needed = required_literals(pattern)
        assert not needed or any(literal in text.casefold() for literal in needed)
