"""Posts that come back as HTML, and are known again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.mastodon.reading import is_of, plain
from tests.fake_mastodon.statuses import render

# As mastodon.social gives it out.
CONTENT = (
    '<p>In 15 minutes: <a href="https://mastodon.social/tags/nova" class="mention hashtag" rel="tag">#<span>'
    'nova</span></a> &amp; &lt;friends&gt; with <span class="h-card" translate="no"><a href="https://fosstodon.org/@ada"'
    ' class="u-url mention">@<span>ada</span></a></span><br />in Ballroom A</p><p><a'
    ' href="https://www.opendev.org/some/thing/that-is-quite-long/indeed.html?a=1&amp;b=2" target="_blank"'
    ' rel="nofollow noopener noreferrer" translate="no"><span class="invisible">https://www.</span>'
    '<span class="ellipsis">opendev.org/some/thing/that-is</span>'
    '<span class="invisible">-quite-long/indeed.html?a=1&amp;b=2</span></a></p>'
)
TEXT = (
    "In 15 minutes: #nova & <friends> with @ada@fosstodon.org\nin Ballroom A\n\n"
    "https://www.opendev.org/some/thing/that-is-quite-long/indeed.html?a=1&b=2"
)


def test_a_post_reads_as_people_see_it_with_its_links_whole() -> None:
    assert plain(CONTENT) == TEXT.replace("@fosstodon.org", "").replace("\n\n", "\n")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", ""),
        ("no html at all", "no html at all"),
        ("<p>a</p><ul><li>b</li><li>c</li></ul>", "a\nb\nc"),
        ("<p>never closed <b>x", "never closed x"),
        ("a<br>b<script></p>", "a\nb"),
    ],
)
def test_what_other_servers_make_of_a_post_reads_too(content: str, text: str) -> None:
    assert plain(content) == text


def test_a_post_is_known_by_what_it_says() -> None:
    post = plain(CONTENT)

    assert is_of(post, TEXT)
    assert is_of(post, "#nova & <friends> with @ada@fosstodon.org in Ballroom A")
    assert not is_of(post, TEXT.replace("nova", "neutron"))
    assert not is_of(post, "")


WORDS = st.sampled_from(
    [
        "#nova",
        "&",
        "<b>",
        "&amp;",
        "@ada@fosstodon.org",
        "@bob",
        "https://opendev.org/a?b=1&c=%20",
        "e\u0301",
        "…",
        "'\"",
    ]
)


@given(st.lists(WORDS | st.text("abc <>&@#\n", max_size=10), max_size=10).map(" ".join))
def test_whatever_was_posted_is_known_again(text: str) -> None:
    assert is_of(plain(render(text)), text) is bool(text.strip())
