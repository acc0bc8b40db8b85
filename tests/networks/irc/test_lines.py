"""Text that comes in, and text that is cut to go out."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ptgbot.networks.irc.lines import LineBuffer, clusters, is_channel, is_target, outgoing, plain, sayable, split

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ASTRONAUT = "👩🏽\u200d🚀"
FINLAND, WALES = "🇫🇮", "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
WHOLE = [
    FAMILY,
    ASTRONAUT,
    FINLAND,
    WALES,
    "e\u0301",
    "a\u0308\u0323",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "👍🏿",
    "\u1112\u1161\u11ab",  # a Korean syllable in its parts
    "한",
    "\u0e01\u0e33",  # Thai
    "\u0915\u094d\u0937",  # Devanagari conjunct
    "x",
    "ä",
    "日",
]

texts = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("ab  \n\u0301\u200d\ufe0f🏽👩🚀🇫🇮éä日"),
    ),
    max_size=400,
)


@pytest.mark.parametrize(
    ("coded", "read"),
    [
        ("\x02bold\x02 text", "bold text"),
        ("\x0304,12red on blue\x03 plain", "red on blue plain"),
        ("\x034red", "red"),
        ("\x03123 people", "3 people"),
        ("\x03,5 people", ",5 people"),
        ("\x0312,people", ",people"),
        ("\x03٣ is no colour", "٣ is no colour"),
        ("\x04FF00aa,000000hex\x04", "hex"),
        ("\x04FF00 no", "FF00 no"),
        ("\x1ditalic\x1f under\x1estruck\x11mono\x16reverse\x0f", "italic understruckmonoreverse"),
        ("a\tb", "a b"),
        ("#nova\x00 \x01now\r \x1b[31mred\x7f\x9b", "#nova now [31mred"),
        ("odd \udce9 byte", "odd \ufffd byte"),
        ("päivää 👩🏽\u200d🚀", "päivää 👩🏽\u200d🚀"),
    ],
)
def test_formatting_codes_and_control_characters_are_not_part_of_a_text(coded: str, read: str) -> None:
    assert plain(coded) == read


@given(st.text(st.characters(), max_size=50))
def test_no_control_character_and_no_lone_surrogate_comes_in(text: str) -> None:
    assert not [c for c in plain(text) if unicodedata.category(c) in {"Cc", "Cs"}]


@pytest.mark.parametrize("whole", WHOLE)
def test_what_people_see_as_one_character_is_one(whole: str) -> None:
    assert list(clusters(whole)) == [whole]
    assert list(clusters(f"a{whole}b")) == ["a", whole, "b"]


def test_flags_in_a_row_are_two_letters_each() -> None:
    assert list(clusters("🇫🇮🇸🇪🇳")) == ["🇫🇮", "🇸🇪", "🇳"]


@given(texts)
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert split("  two  blanks ", 20) == ["  two  blanks "]


def test_a_text_is_cut_at_its_own_line_ends_and_blank_lines_are_left_out() -> None:
    assert split("one\ntwo\r\n\n  \nthree\r", 20) == ["one", "two", "three"]


def test_a_text_is_cut_at_word_ends_first() -> None:
    assert split("one two three four", 9) == ["one two", "three", "four"]


def test_a_word_longer_than_a_line_is_cut_between_characters_that_people_see() -> None:
    assert split(f"see {FAMILY}{FAMILY}{FINLAND}", 25) == ["see", FAMILY, FAMILY, FINLAND]


@pytest.mark.parametrize("whole", WHOLE)
def test_a_long_word_of_one_character_again_and_again_has_each_of_them_whole(whole: str) -> None:
    for room in range(28, 60):
        full, rest = divmod(100, room // len(whole.encode()))
        lines = [whole * (room // len(whole.encode()))] * full + ([whole * rest] if rest else [])
        assert split(whole * 100, room) == lines
        assert split(f"see {whole * 100}", room) == ["see", *lines]


@given(st.lists(st.sampled_from(WHOLE), min_size=1, max_size=60), st.integers(min_value=28, max_value=60))
def test_a_long_word_of_any_characters_is_cut_between_them(characters: list[str], room: int) -> None:
    lines = [""]
    for character in characters:
        if len((lines[-1] + character).encode()) > room:
            lines.append("")
        lines[-1] += character
    assert split("".join(characters), room) == lines


def test_an_accent_too_many_is_cut_between_code_points() -> None:
    assert split("e" + "\u0301" * 4, 4) == ["e\u0301", "\u0301\u0301", "\u0301"]


def test_nothing_to_say_is_no_line() -> None:
    assert split(" \n\x01\0", 10) == []


@given(texts, st.integers(min_value=4, max_value=80))
@example("a" * 10 + " " * 30 + "b", 5)
def test_every_line_fits_and_nothing_but_blanks_is_lost(text: str, room: int) -> None:
    lines = split(text, room)
    assert all(0 < len(line.encode()) <= room and line.strip() for line in lines)
    assert not [line for line in lines if "\n" in line or "\r" in line]
    said = sayable(text)
    assert "".join("".join(lines).split()) == "".join(said.split())


@given(texts, st.integers(min_value=40, max_value=80))
def test_no_line_begins_inside_a_character_that_people_see(text: str, room: int) -> None:
    ends = set()
    for paragraph in sayable(text).replace("\r", "\n").split("\n"):
        position = 0
        for cluster in clusters(paragraph):
            if len(cluster.encode()) > room:
                return  # a heap of accents longer than a line is cut, and may be
            position += len(cluster)
            ends.add((paragraph, position))
        found = 0
        for line in split(paragraph, room):
            found = paragraph.index(line, found) + len(line)
            assert (paragraph, found) in ends


@given(st.text(st.characters(), max_size=600), st.integers(min_value=10, max_value=600))
def test_whatever_leaves_is_one_line_within_the_limit(text: str, limit: int) -> None:
    data = outgoing(text, limit)
    assert data.endswith(b"\r\n")
    assert len(data) <= limit
    assert not set(data[:-2]) & {0, 10, 13}
    data.decode()


@given(st.text(max_size=30))
def test_what_is_said_is_never_a_ctcp(text: str) -> None:
    assert not set(sayable("\x01" + text + "\x10n")) & {"\0", "\x01", "\x10"}


@pytest.mark.parametrize("name", ["alice", "Alice[1]", "#ptg", "##ptg", "#päivä", "&local", "a-b_c|d`^{}", "+ptg"])
def test_a_name_of_one_person_or_channel_is_a_target(name: str) -> None:
    assert is_target(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "a b",
            "a,b",
            ":a",
            "$*",
            "$$host",
            "*",
            "a!b",
            "a@b",
            "@#ptg",
            "a\r",
            "a\n",
            "\0",
            "a\x01",
            "\udce9",
        ),
        *("a\u00a0b", "x" * 201, "what?"),
    ],
)
def test_what_could_be_more_than_one_person_or_channel_is_no_target(name: str) -> None:
    assert not is_target(name)


def test_a_channel_is_told_from_a_nick_and_from_a_part_of_a_channel() -> None:
    assert [name for name in ("#ptg", "##ptg", "&a", "+a", "!a", "+#ptg", "#", "a#b", "") if is_channel(name)] == [
        "#ptg",
        "##ptg",
        "&a",
        "+a",
        "!a",
    ]


@given(st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"").strip(b"\r"))), st.data())
def test_lines_are_the_same_however_they_arrive(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\r\n" for line in lines)
    buffer, heard = LineBuffer(), []
    while stream:
        cut = data.draw(st.integers(min_value=1, max_value=len(stream)))
        heard += buffer.feed(stream[:cut])
        stream = stream[cut:]
    assert [line.encode("utf-8", "surrogateescape") for line in heard] == [line for line in lines if line]


def test_a_line_without_end_is_dropped_and_the_next_one_is_read() -> None:
    buffer = LineBuffer()
    heard = [line for _ in range(100) for line in buffer.feed(b"x" * 1000)]
    assert heard + buffer.feed(b"xx\nPING :a\n") == ["PING :a"]
    assert len(buffer._tail) == 0
