"""Posts are answered, and single ones fetched."""

import pytest

from ptgbot.core.messages import Send, Target
from ptgbot.core.protocols import NotTaken, PostSource, TooFast
from ptgbot.networks.x.network import XNetwork
from ptgbot.networks.x.query import MOST, queries
from ptgbot.networks.x.settings import XSettings
from tests.fake_x import answers
from tests.fake_x.server import FakeX, Fault
from tests.networks.x.running import Organisers, running

SEEN = "Seen: room 9, Mon 15:00. To change it, answer with: cancel, room X or time T."


def to(id_: str) -> Target:
    return Target("x", "timeline", via=id_)


async def test_a_post_is_answered(x: FakeX) -> None:
    post = x.public.post("An openspace at 3pm in 9")
    async with running(x.settings()) as network:
        receipt = await network.post(to(post.id), SEEN, ticket="p41")

    assert [(one.id, one.text, one.answers) for one in x.posts] == [(receipt, SEEN, post.id)]


async def test_of_a_post_that_was_edited_the_newest_version_is_answered(x: FakeX) -> None:
    post = x.public.post("An openspace at 3pm in 9")
    newer = x.public.edit(post, "An openspace at 4pm in 9")
    async with running(x.settings()) as network:
        await network.post(to(post.id), SEEN, ticket="p41")

    assert x.posts[0].answers == newer.id


@pytest.mark.parametrize("may_look", [True, False])
async def test_a_post_that_is_gone_is_not_answered(x: FakeX, may_look: bool) -> None:
    post = x.public.post("An openspace at 3pm in 9")
    x.public.delete(post)
    async with running(x.settings()) as network:
        if not may_look:
            x.public.refuses_lookup = 403, answers.NOT_ENROLLED
        with pytest.raises(NotTaken, match="the post that is to be answered is gone"):
            await network.post(to(post.id), SEEN, ticket="p41")

    assert x.posts == []


async def test_an_answer_that_x_does_not_permit_is_told_with_x_s_words(x: FakeX) -> None:
    post = x.public.post("An openspace at 3pm in 9")
    x.refuses_posts = 403, answers.NOT_PERMITTED
    async with running(x.settings()) as network:
        with pytest.raises(NotTaken, match="X does not permit it"):
            await network.post(to(post.id), SEEN, ticket="p41")


async def test_an_answer_in_doubt_is_found_like_any_post(x: FakeX) -> None:
    post = x.public.post("An openspace at 3pm in 9")
    x.faults = [Fault(takes=True)]
    async with running(x.settings()) as network:
        with pytest.raises(ConnectionError):
            await network.post(to(post.id), SEEN, ticket="p41")
        network._rests_until = 0.0
        assert await network.find(to(post.id), "p41", SEEN, post.at) == x.posts[0].id


async def test_what_somebody_else_was_answered_is_not_taken_for_it(x: FakeX) -> None:
    one, other = x.public.post("An openspace at 3pm in 9"), x.public.post("An openspace at 3pm in 9", "bob")
    edited = x.public.edit(other, "An openspace at 3pm in 9!")
    async with running(x.settings()) as network:
        await network.post(to(one.id), SEEN, ticket="p41")
        assert await network.find(to(other.id), "p42", SEEN, one.at) == ""
        receipt = await network.post(to(other.id), SEEN, ticket="p42")
        assert await network.find(to(other.id), "p42", SEEN, one.at) == receipt
        assert await network.post(to(other.id), SEEN, ticket="p42") == receipt  # X does not take it twice
        x.public.delete(one)
        assert await network.find(to(one.id), "p41", SEEN, one.at) == x.posts[0].id

    assert [post.answers for post in x.posts] == [one.id, edited.id]


async def test_a_link_in_a_text_stays_whole_so_that_x_shows_the_post_as_a_quote(x: FakeX) -> None:
    link = "https://x.com/somebody_with_a_long_name/status/1991234567890123456"
    async with running(x.settings()) as network:
        (short,) = network.split(Send(to(""), f"Coming up in 15 minutes! {link}"))
        (long,) = network.split(Send(to(""), f"Coming up in 15 minutes: {'many words ' * 40}! {link}"))

    assert short == f"Coming up in 15 minutes! {link}"
    assert long.endswith(f"… {link}")


@pytest.mark.parametrize(
    "what",
    [
        "{id}",
        " https://x.com/ada/status/{id} ",
        "<https://twitter.com/ada/status/{id}?s=20>",
        "http://mobile.twitter.com/ada/statuses/{id}#m",
        "x.com/i/status/{id}/photo/1",
    ],
)
async def test_a_post_is_fetched_by_its_link_or_its_id(x: FakeX, what: str) -> None:
    post = x.public.post("An openspace at 3pm in 9")
    async with running(x.settings()) as network:
        assert isinstance(network, PostSource)
        found = await network.fetch(what.format(id=post.id))

    assert found is not None
    assert (found.id, found.name, found.text) == (post.id, "@ada", "An openspace at 3pm in 9")
    assert found.link == f"https://x.com/ada/status/{post.id}"


async def test_of_a_post_that_was_edited_the_newest_version_is_fetched(x: FakeX) -> None:
    post = x.public.post("An openspace at 3pm in 9")
    newer = x.public.edit(post, "An openspace at 4pm in 9")
    async with running(x.settings()) as network:
        found = await network.fetch(post.id)

    assert found is not None
    assert (found.id, found.text, found.link) == (
        post.id,
        "An openspace at 4pm in 9",
        f"https://x.com/ada/status/{newer.id}",
    )


@pytest.mark.parametrize(
    "what", ["", "p41", "https://fosstodon.org/@ada/115", "https://x.com/ada", "12345678901234567890"]
)
async def test_what_is_no_post_on_x_is_not_asked_for(x: FakeX, what: str) -> None:
    async with running(x.settings()) as network:
        assert await network.fetch(what) is None

    assert x.public.looked_up == []


async def test_a_post_that_is_gone_is_none(x: FakeX) -> None:
    async with running(x.settings()) as network:
        assert await network.fetch("1991234567890123456") is None


async def test_where_nothing_can_be_fetched_that_is_said(x: FakeX, organisers: Organisers) -> None:
    async with running(x.settings()) as network:
        x.public.refuses_lookup = 429, answers.TOO_MANY
        with pytest.raises(TooFast, match="asked to wait 60 s"):
            await network.fetch("1991234567890123456")
        x.public.refuses_lookup = 403, answers.NOT_ENROLLED
        with pytest.raises(NotTaken, match="the plan of the app"):
            await network.fetch("1991234567890123456")
    async with running(x.settings(dry_run=True), organisers) as network:
        with pytest.raises(ConnectionError, match="not connected"):
            await network.fetch("1991234567890123456")


def test_what_is_looked_for_is_said_as_x_wants_it() -> None:
    words = ("openspace", "open space", '"日本語"', " ")

    assert queries(words, ("pyconus", "#openspace"), "event") == (
        '("openspace" OR #openspace OR "open space" OR "日本語" OR #日本語 OR #pyconus OR to:event) -is:retweet',
    )
    assert queries((), ("pyconus",)) == ("(#pyconus) -is:retweet",)
    assert queries((), (), "event") == ()


def test_what_is_too_much_for_one_query_becomes_several() -> None:
    words = tuple(f"word number {number}" for number in range(100))
    found = queries(words, ())

    assert max(map(len, found)) <= MOST
    assert all(sum(f'"{word}"' in query for query in found) == 1 for word in words)
    assert len(found) < 10


def test_nothing_is_looked_for_where_nothing_is_configured() -> None:
    assert not XNetwork(XSettings("a", "b", "c", "d")).listens
    assert XNetwork(XSettings("a", "b", "c", "d", hashtags=("pyconus",))).listens
