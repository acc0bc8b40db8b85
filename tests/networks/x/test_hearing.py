"""What X says of posts, as posts: whatever it says."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.core.messages import Heard
from ptgbot.networks.x.api import Page, _page
from ptgbot.networks.x.client import Answer
from ptgbot.networks.x.hearing import earlier, heard, id_in, instant_of, newest_of, order
from ptgbot.networks.x.query import MOST, queries
from tests.fake_x.public import snowflake

POST: dict[str, Any] = {
    "id": "1991234567890123458",
    "author_id": "42",
    "created_at": "2026-11-20T12:00:00.000Z",
    "edit_history_tweet_ids": ["1991234567890123456", "1991234567890123458"],
    "text": "R&amp;D at 3pm https://t.co/abc",
    "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": "https://example.org/pad"}]},
}
NAMES = {"42": "ada"}

FIELDS = (
    "data meta errors includes users id username text entities urls url expanded_url note_tweet edit_history_tweet_ids"
    " referenced_tweets type created_at resource_type next_token"
).split()

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def test_a_post_is_read_whole() -> None:
    assert heard(POST, NAMES, "x", "7") == Heard(
        "x",
        "1991234567890123456",
        author="42",
        name="@ada",
        text="R&D at 3pm https://example.org/pad",
        at=datetime(2026, 11, 20, 12, tzinfo=UTC),
        link="https://x.com/ada/status/1991234567890123458",
    )
    assert newest_of(POST) == "1991234567890123458"


@pytest.mark.parametrize(
    ("references", "repost", "reply_to"),
    [
        ([{"type": "retweeted", "id": "5"}], True, ""),
        ([{"type": "quoted", "id": "5"}], False, ""),
        ([{"type": "replied_to", "id": "6"}, {"type": "quoted", "id": "5"}], False, "6"),
        (None, False, ""),
        ("?", False, ""),
    ],
)
def test_reposts_quotes_and_answers_are_told_apart(references: object, repost: bool, reply_to: str) -> None:
    found = heard({**POST, "referenced_tweets": references}, NAMES, "x", "42")

    assert (found.repost, found.reply_to, found.own) == (repost, reply_to, True)


def test_what_x_leaves_out_is_made_up_for() -> None:
    found = heard({"id": str(snowflake(datetime(2026, 11, 20, 12, tzinfo=UTC)))}, {}, "x", "")

    assert (found.at, found.name, found.own) == (datetime(2026, 11, 20, 12, tzinfo=UTC), "", False)
    assert found.link == f"https://x.com/i/status/{found.id}"


@given(st.dictionaries(st.sampled_from(list(POST)), json), st.dictionaries(st.text(max_size=3), st.text(max_size=3)))
def test_whatever_a_post_is_it_is_heard_or_refused(changes: dict[str, Any], names: dict[str, str]) -> None:
    with contextlib.suppress(ValueError, TypeError, KeyError, OverflowError):
        assert heard({**POST, **changes}, names, "x", "").network == "x"


@given(json)
def test_whatever_is_answered_is_a_page_or_no_x(said: object) -> None:
    with contextlib.suppress(ConnectionError):
        assert isinstance(_page(Answer({}, said)), Page)


@given(st.integers(1_300_000_000, 2_800_000_000), st.floats(0, 1e6))
def test_ids_tell_the_time(since_1970: int, seconds: float) -> None:
    at = datetime.fromtimestamp(since_1970, UTC)
    id_ = str(snowflake(at))

    assert instant_of(id_) == at
    assert abs((at - instant_of(earlier(id_, seconds))).total_seconds() - seconds) < 0.002
    assert order(earlier(id_, seconds)) <= order(id_)
    assert id_in(f"https://x.com/ada/status/{id_}") == id_in(id_) == id_


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=40))
def test_whatever_is_looked_for_x_understands_it(words: list[str]) -> None:
    found = queries(words, ("pyconus",), "event")

    assert max(map(len, found)) <= MOST
    for query in found:
        assert query.count('"') % 2 == 0
        assert query.startswith("(")
        assert query.endswith(") -is:retweet")
    assert any("#pyconus" in query for query in found)
