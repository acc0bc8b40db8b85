"""Section 1 of the reference: how a message is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.commands import Door
from ptgbot.core.grammar import Reading, read
from tests.talk import quick_talk

REGISTRY = quick_talk().registry
USER, TRACK, ADMIN = Door.USER, Door.TRACK, Door.ADMIN
ANYTHING = st.text() | st.text("#+~?! inhelpou", max_size=12)


def in_channel(text: str) -> Reading | None:
    return read(text, private=False, registry=REGISTRY)


def in_private(text: str) -> Reading | None:
    return read(text, private=True, registry=REGISTRY)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("+in the Pub", Reading(USER, ("in", "the", "Pub"))),
        ("+IN   the\tPub ", Reading(USER, ("IN", "the", "Pub"))),
        ("+nonsense", Reading(USER, ("nonsense",))),
        ("#in #Nova", Reading(USER, ("in", "#Nova"))),
        ("#OUT", Reading(USER, ("OUT",))),
        ("#seen Ada", Reading(USER, ("seen", "Ada"))),
        ("#subscribe a|B", Reading(USER, ("subscribe", "a|B"))),
        ("#Unsubscribe", Reading(USER, ("Unsubscribe",))),
        ("#Nova now Cells V2", Reading(TRACK, ("now", "Cells", "V2"), "nova")),
        ("#nova", Reading(TRACK, (), "nova")),
        ("#more", Reading(TRACK, (), "more")),
        ("#inn now x", Reading(TRACK, ("now", "x"), "inn")),
        ("~Motd ADD info x", Reading(ADMIN, ("Motd", "ADD", "info", "x"))),
        ("#help", Reading(USER, ("help",))),
        ("+Help now", Reading(USER, ("help", "now"))),
        ("~HELP ~add", Reading(USER, ("help", "~add"))),
        ("?help", Reading(USER, ("help",))),
        ("!help", Reading(USER, ("help",))),
    ],
)
def test_what_begins_with_a_sign_is_for_the_bot_in_a_channel(text: str, reading: Reading) -> None:
    assert in_channel(text) == reading


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\t \u3000",
        "hello",
        "in the pub",
        "help",
        "whelp",
        "1help",
        '"help wanted" says the door',
        "(help me)",
        "+1",
        "+",
        "+ in the pub",
        "++",
        "+:)",
        "~30 people",
        "~",
        "~/notes",
        "#",
        "# nova now x",
        "nova: now x",
        "-in",
    ],
)
def test_anything_else_in_a_channel_is_not_for_the_bot(text: str) -> None:
    assert in_channel(text) is None


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("in the Pub", Reading(USER, ("in", "the", "Pub"))),
        ("#in the Pub", Reading(USER, ("in", "the", "Pub"))),
        ("+in the Pub", Reading(USER, ("in", "the", "Pub"))),
        ("more", Reading(USER, ("more",))),
        ("#more", Reading(USER, ("more",))),
        ("help", Reading(USER, ("help",))),
        ("#help", Reading(USER, ("help",))),
        ("?help now", Reading(USER, ("help", "now"))),
        ("hello", Reading(USER, ("hello",))),
        ("+1", Reading(USER, ("+1",))),
        ("~30", Reading(USER, ("~30",))),
        ("#", Reading(USER, ("#",))),
        ("~list", Reading(ADMIN, ("list",))),
        ("~add x", Reading(ADMIN, ("add", "x"))),
        ("#Nova now Cells", Reading(TRACK, ("now", "Cells"), "nova")),
        ("#nova", Reading(TRACK, (), "nova")),
    ],
)
def test_in_private_the_first_word_is_a_user_command_and_signs_are_read_as_in_a_channel(
    text: str, reading: Reading
) -> None:
    assert in_private(text) == reading


@pytest.mark.parametrize("text", ["", " ", "\t"])
def test_nothing_said_in_private_is_nothing(text: str) -> None:
    assert in_private(text) is None


@given(ANYTHING)
def test_any_text_can_be_read(text: str) -> None:
    in_channel(text)
    assert (in_private(text) is None) == (not text.split())


@given(ANYTHING)
def test_a_channel_is_silent_about_what_begins_with_no_sign(text: str) -> None:
    first = text.split()[:1]
    if first and first[0][0] not in "#+~" and first[0][1:].lower() != "help":
        assert in_channel(text) is None


@given(ANYTHING)
def test_what_is_for_the_bot_in_a_channel_means_the_same_in_private(text: str) -> None:
    reading = in_channel(text)
    if reading is not None and reading.track not in {"help", "more"}:
        assert in_private(text) == reading


@given(st.lists(st.sampled_from(["+in", "#nova", "now", "~add", "Help", "x"]), min_size=1), st.data())
def test_runs_of_blanks_do_not_matter(words: list[str], data: st.DataObject) -> None:
    blanks = data.draw(st.lists(st.text(" \t", min_size=1), min_size=len(words), max_size=len(words)))
    spread = "".join(blank + word for blank, word in zip(blanks, words, strict=True))
    assert in_channel(spread) == in_channel(" ".join(words))
    assert in_private(spread) == in_private(" ".join(words))
