import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.slack.text import (
    MOST_TEXT,
    escape,
    linked,
    mentioned,
    plain,
    split,
    unescape,
    without_mention,
)

PEOPLE = {"U0ADA": "Ada Lovelace", "U0EVIL": "<!here> &amp;"}
CHANNELS = {"C0000NOVA": "nova"}

texts = st.text(max_size=200)


def read(text: str) -> str:
    return plain(text, lambda user: PEOPLE.get(user, ""), lambda channel: CHANNELS.get(channel, ""))


@pytest.mark.parametrize(
    ("escaped", "reads"),
    [
        ("#nova now cells", "#nova now cells"),
        ("R&amp;D &lt;3 a &gt; b", "R&D <3 a > b"),
        ("twice &amp;lt; stays once", "twice &lt; stays once"),
        ("seen <@U0ADA>", "seen @Ada Lovelace"),
        ("seen <@U0ADA|ada>", "seen @Ada Lovelace"),
        ("seen <@U0NEW|new>", "seen @new"),
        ("seen <@U0NEW>", "seen @U0NEW"),
        ("<#C0SWIFT|swift> now cells", "#swift now cells"),
        ("<#C0000NOVA> now cells", "#nova now cells"),
        ("<#C0000NOVA|> now cells", "#nova now cells"),
        ("<#C0000OTHER> now cells", "#C0000OTHER now cells"),
        ("see <https://example.org/a?b=1&amp;c=2>", "see https://example.org/a?b=1&c=2"),
        ("see <http://example.org|example.org>", "see example.org"),  # as it was typed
        ("see <http://README.md|README.md> first", "see README.md first"),
        ("see <http://example.org/p/nova|example.org/p/nova>", "see http://example.org/p/nova"),
        ("see <https://evil.example|example.org>", "see https://evil.example"),
        ("see <https://example.org|https://example.org>", "see https://example.org"),
        ("<mailto:ada@example.org|ada@example.org>", "ada@example.org"),
        ("<tel:+4930123|030 123>", "+4930123"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S0ORGA|@orga> <!subteam^S0ORGA>", "@orga S0ORGA"),
        ("<!date^1392734382^{date}|18 Feb>", "18 Feb"),
        ("a\x07b\u202ec\x1b[31m", "abc[31m"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("<@U0EVIL> is here", "@<!here> &amp; is here"),  # what a name holds is no escape
        ("unbalanced > and <", "unbalanced > and <"),
    ],
)
def test_what_slack_escapes_reads_as_people_see_it(escaped: str, reads: str) -> None:
    assert read(escaped) == reads


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")) | st.sampled_from("<>&;|\n\t"), max_size=200))
def test_a_text_that_is_escaped_reads_as_it_was(text: str) -> None:
    assert read(escape(text)) == text
    assert unescape(escape(text)) == text


@given(texts)
def test_reading_never_fails_and_leaves_nothing_that_controls_a_terminal(text: str) -> None:
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in read(text))


@given(texts)
def test_nobody_is_called_by_an_escaped_text(text: str) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert (mentioned(escaped), linked(escaped)) == ([], [])


def test_mentions_and_links_without_a_name_are_found_once_each_in_order() -> None:
    text = "<@U0B> <@U0A|a> <@U0B> <#C0X> <#C0Y|y> <#C0X|> <@W0C>"

    assert mentioned(text) == ["U0B", "U0A", "W0C"]
    assert linked(text) == ["C0X"]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<@U0BOT> help", "help"),
        (" <@U0BOT|ptgbot>: in the pub", "in the pub"),
        ("<@U0BOT>", ""),
        ("<@U0BOT>, #nova now x", "#nova now x"),
        ("ask <@U0BOT> for help", None),
        ("<@U0ADA> help", None),
        ("help", None),
        ("", None),
    ],
)
def test_a_mention_counts_at_the_beginning_of_a_message(text: str, rest: str | None) -> None:
    assert without_mention(text, "U0BOT") == rest


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=2000), st.integers(5, 300))
def test_no_message_is_longer_than_there_is_room_and_no_word_is_lost(text: str, room: int) -> None:
    messages = split(text, room)

    assert all(0 < len(escape(message)) <= room for message in messages)
    assert "".join("".join(messages).split()) == "".join(text.split())


def test_a_long_list_is_cut_between_its_lines() -> None:
    lines = [f"#track{number}: {'words ' * 20}".strip() for number in range(100)]

    messages = split("\n".join(lines))

    assert "\n".join(messages).split("\n") == lines
    assert len(messages) == -(-len("\n".join(lines)) // MOST_TEXT)
