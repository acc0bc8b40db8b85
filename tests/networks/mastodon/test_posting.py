"""What is posted, as whom, and how long it may be."""

import asyncio
import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ptgbot.core.messages import Send
from tests.fake_mastodon.instance import FakeMastodon
from tests.fake_mastodon.troubles import answer, moved, page, slow
from tests.networks.mastodon.running import QUICK, TIMELINE, ToldHost, eventually, running

LINK = "https://ptg.opendev.org/ptg.html#nova"


def fitted(text: str, network: object) -> str:
    split = getattr(network, "split")(Send(TIMELINE, text))  # noqa: B009 - short
    assert len(split) == 1
    return str(split[0])


async def test_a_post_is_on_the_timeline_and_its_id_is_the_receipt(mastodon: FakeMastodon) -> None:
    async with running(mastodon) as network:
        receipt = await network.post(TIMELINE, f"In 15 minutes: #nova in Ballroom A {LINK}", ticket="r7")

    (post,) = mastodon.posts
    assert (receipt, post.text, post.visibility) == (post.id, f"In 15 minutes: #nova in Ballroom A {LINK}", "public")


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private"])
async def test_who_sees_posts_is_up_to_the_configuration(mastodon: FakeMastodon, visibility: str) -> None:
    async with running(mastodon, visibility=visibility) as network:
        await network.post(TIMELINE, "hello")

    assert [post.visibility for post in mastodon.posts] == [visibility]


async def test_the_instance_is_told_who_asks_and_by_what_a_repeat_is_known(mastodon: FakeMastodon) -> None:
    async with running(mastodon) as network:
        for ticket in ("r7", "r7", "r8", "ticket of another kind: ä\n"):
            await network.post(TIMELINE, f"hello {ticket}", ticket=ticket)
        await network.post(TIMELINE, "without a ticket")

    assert mastodon.texts == ["hello r7", "hello r8", "hello ticket of another kind: ä", "without a ticket"]
    assert ["Idempotency-Key" in headers for headers in mastodon.headers[-2:]] == [True, False]
    assert all(headers["User-Agent"].startswith("ptgbot/") for headers in mastodon.headers)


async def test_a_post_comes_as_one_text_with_its_lead_and_nothing_of_blanks(mastodon: FakeMastodon) -> None:
    async with running(mastodon) as network:
        assert network.split(Send(TIMELINE, "hello\nworld ", lead="  ptgbot: ")) == ["ptgbot: hello\nworld"]
        assert network.split(Send(TIMELINE, " \n ")) == []


# -- how long ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_v2", [True, False])
async def test_posts_are_as_long_as_the_instance_takes(mastodon: FakeMastodon, has_v2: bool) -> None:
    mastodon.has_v2, mastodon.most = has_v2, 60
    async with running(mastodon) as network:
        text = fitted(f"{'word ' * 20}{LINK}", network)
        await network.post(TIMELINE, text)

    assert mastodon.texts == [f"word word word word word word word… {LINK}"]
    assert mastodon.length(text) == 59


async def test_an_instance_that_knows_its_address_without_a_slash_only_is_asked_there(mastodon: FakeMastodon) -> None:
    mastodon.most = 30
    mastodon.next("instance", moved(""))
    async with running(mastodon) as network:
        assert mastodon.length(fitted("w" * 2000, network)) == 30


async def test_where_the_instance_does_not_say_posts_have_mastodons_usual_length(mastodon: FakeMastodon) -> None:
    mastodon.next("instance", page(404), answer(404, "Record not found"))
    mastodon.most, mastodon.per_link = 10, None
    async with running(mastodon) as network:
        assert mastodon.length(fitted("w" * 2000, network)) == 500
        assert mastodon.length(fitted(f"{'w' * 2000} {LINK}", network)) == 500


async def test_where_nobody_knows_what_a_link_takes_it_takes_what_mastodon_gives_it(mastodon: FakeMastodon) -> None:
    mastodon.most, mastodon.per_link = 100, None
    async with running(mastodon) as network:
        assert mastodon.length(fitted(f"{'w' * 200} {LINK}", network)) == 100


async def test_the_length_is_asked_for_again_after_a_while(mastodon: FakeMastodon) -> None:
    timing = replace(QUICK, learn=0.02, learn_again=0.02)
    mastodon.most = 30
    async with running(mastodon, timing=timing) as network:
        assert mastodon.length(fitted("w" * 2000, network)) == 30
        mastodon.next("instance", page(502), answer(404, "Record not found"), page(503))
        mastodon.most = 40
        await eventually(lambda: mastodon.length(fitted("w" * 2000, network)) == 40)


@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_text_that_turns_out_too_long_is_cut_again_and_posted(mastodon: FakeMastodon, language: str) -> None:
    mastodon.language = language
    async with running(mastodon) as network:
        text = fitted(f"{'word ' * 60}{LINK}", network)
        mastodon.most = 100
        receipt = await network.post(TIMELINE, text, ticket="r7")

        assert (receipt, mastodon.texts) == (mastodon.posts[0].id, [" ".join(["word"] * 12) + f"… {LINK}"])
        assert mastodon.length(fitted("w" * 2000, network)) == 100


async def test_an_instance_that_counts_every_letter_of_a_link_still_gets_the_post(mastodon: FakeMastodon) -> None:
    mastodon.length, mastodon.most = len, 100
    link = "https://ptg.opendev.org/a-long-way-to-what-is-said-there/ptg.html#nova"
    async with running(mastodon) as network:
        text = fitted(f"{'word ' * 30}{link}", network)
        assert len(text) > 100
        await network.post(TIMELINE, text, ticket="r7")

    assert mastodon.texts == [f"word word word word word… {link}"]


# -- dry run -----------------------------------------------------------------------------------------------------------


async def test_a_dry_run_asks_the_instance_nothing_and_tells_the_log_and_the_organisers(
    mastodon: FakeMastodon, caplog: pytest.LogCaptureFixture
) -> None:
    host = ToldHost()
    with caplog.at_level(logging.INFO):
        async with running(mastodon, dry_run=True, host=host) as network:
            receipt = await network.post(TIMELINE, "In 15 minutes: #nova", ticket="r7")
            found = await network.find(TIMELINE, "r7", "#nova", datetime.now(UTC))

    words = "Dry run: to Mastodon would go: In 15 minutes: #nova"
    assert (receipt, found, mastodon.asked) == ("dry-run", "", [])
    assert host.told == [words]
    assert words in caplog.messages


# -- beside it ---------------------------------------------------------------------------------------------------------


async def test_an_instance_that_does_not_answer_holds_up_nothing_else(mastodon: FakeMastodon) -> None:
    let = asyncio.Event()
    async with running(mastodon) as network:
        mastodon.next("post", slow(let, done=True))
        posting = asyncio.ensure_future(network.post(TIMELINE, "hello", ticket="r7"))
        await eventually(lambda: mastodon.posts)
        # Whatever else uses threads, such as the disk, has all of asyncio's own.
        assert await asyncio.gather(*(asyncio.to_thread(int, "1") for _ in range(50))) == [1] * 50
        assert not posting.done()
        let.set()
        assert await posting == mastodon.posts[0].id


async def test_who_is_cancelled_in_a_request_leaves_it_to_itself(mastodon: FakeMastodon) -> None:
    let = asyncio.Event()
    async with running(mastodon) as network:
        for number in range(5):
            mastodon.next("post", slow(let, done=True))
            posting = asyncio.ensure_future(network.post(TIMELINE, f"hello {number}", ticket=f"r{number}"))
            await eventually(lambda: len(mastodon.posts) == number + 1)  # noqa: B023 - awaited here
            posting.cancel()
            await asyncio.wait({posting})
            assert posting.cancelled()
            let.set()
            await eventually(lambda: not [one for one in threading.enumerate() if one.name == "mastodon"])
            let.clear()
        assert await network.post(TIMELINE, "after that", ticket="r9") == mastodon.posts[-1].id
