"""Each post is made once, whatever goes wrong on the way: through the real send queue."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ptgbot.core.messages import Priority, Send
from ptgbot.core.protocols import TooFast
from tests.fake_mastodon.instance import SCOPES, FakeMastodon, fake_mastodon
from tests.fake_mastodon.troubles import Trouble, answer, dropped, page, says, slow, too_many
from tests.networks.mastodon.running import QUICK, TIMELINE, Word, eventually, running, working_queue

TEXT = "In 15 minutes: #nova & friends in Ballroom A, with @ada@fosstodon.org https://ptg.opendev.org/nova.html?a=1&b=2"
NOW = datetime.now(UTC)


async def said(mastodon: FakeMastodon, word: Word, *troubles: Trouble) -> None:
    """Have an errand done while some requests go wrong."""
    async with running(mastodon) as network, working_queue(network) as queue:
        mastodon.next("post", *troubles)
        queue.submit(Send(TIMELINE, word.text, Priority.NOTIFICATION, errand=word))
        await eventually(lambda: word.receipts or word.refusals or word.given_up)


TROUBLES = {
    "the connection ends when it is posted": dropped(done=True),
    "the connection ends before that": dropped(done=False),
    "a proxy gives up though it is posted": page(504, done=True),
    "a proxy gives up before that": page(502, done=False),
    "the instance fails when it is posted": answer(500, "An unexpected error occurred", done=True),
    "a page comes in place of the answer": page(200, done=True),
    "something else comes in place of the answer": says({"id": None}),
    "the instance is down": page(503),
    "the instance wants us to wait": too_many(NOW, 0.0),
}


@pytest.mark.parametrize("keeps_keys", [True, False])
async def test_a_post_that_goes_wrong_is_made_once_and_its_receipt_is_known(keeps_keys: bool) -> None:
    async def outcome(trouble: Trouble) -> tuple[list[str], bool]:
        async with fake_mastodon() as mastodon:
            mastodon.keeps_keys = keeps_keys
            word = Word(TEXT)
            await said(mastodon, word, trouble)
            return mastodon.texts, word.receipts == [post.id for post in mastodon.posts]

    outcomes = await asyncio.gather(*map(outcome, TROUBLES.values()))

    assert dict(zip(TROUBLES, outcomes, strict=True)) == dict.fromkeys(TROUBLES, ([TEXT], True))


async def test_an_instance_that_fails_on_repeats_is_no_end(mastodon: FakeMastodon) -> None:
    mastodon.repeats_fail = True
    mastodon.next("posts", says([]))  # as where what was posted is shown late
    word = Word(TEXT)
    await said(mastodon, word, dropped(done=True))

    assert (mastodon.texts, word.receipts, word.doubts) == ([TEXT], [mastodon.posts[0].id], 2)


async def test_what_a_slow_instance_does_after_we_gave_up_waiting_is_not_said_again(mastodon: FakeMastodon) -> None:
    let, word = asyncio.Event(), Word(TEXT)
    mastodon.keeps_keys = False
    timing = replace(QUICK, answer=0.5, settle=3.0)
    async with running(mastodon, timing=timing) as network, working_queue(network) as queue:
        mastodon.next("post", slow(let, done=False))
        queue.submit(Send(TIMELINE, TEXT, Priority.NOTIFICATION, errand=word))
        await eventually(lambda: word.doubts)
        let.set()
        await eventually(lambda: word.receipts)

    assert (mastodon.texts, word.receipts) == ([TEXT], [mastodon.posts[0].id])


async def test_a_cut_text_is_found_again(mastodon: FakeMastodon) -> None:
    mastodon.most, mastodon.keeps_keys = 100, False
    word = Word(f"In 15 minutes: #nova in Ballroom A, {'and many words more ' * 20} https://ptg.opendev.org/nova.html")
    await said(mastodon, word, dropped(done=True))

    assert word.receipts == [mastodon.posts[0].id]
    assert len(mastodon.posts) == 1


async def test_what_is_refused_is_given_up_with_the_reason(mastodon: FakeMastodon) -> None:
    word = Word(TEXT)
    await said(mastodon, word, answer(422, "Validation failed: Text is not welcome here"))

    assert mastodon.posts == []
    assert (word.receipts, len(word.refusals)) == ([], 1)
    assert "Validation failed: Text is not welcome here" in word.refusals[0]


async def test_where_the_token_may_not_read_a_post_in_doubt_is_given_up(mastodon: FakeMastodon) -> None:
    mastodon.scopes = SCOPES - {"read:statuses"}
    word = Word(TEXT)
    await said(mastodon, word, dropped(done=True))

    assert (word.given_up, word.receipts, mastodon.texts) == (True, [], [TEXT])


# -- looking for it ----------------------------------------------------------------------------------------------------


async def test_a_post_is_ours_where_it_says_the_same_since_we_tried(mastodon: FakeMastodon) -> None:
    mastodon.add(TEXT, ago=600)
    others = [mastodon.add(text, ago=120) for text in ("#nova", "In 15 minutes: #neutron in Ballroom B")]
    mastodon.add(TEXT, ago=110, reblog=True)
    async with running(mastodon) as network:
        since = datetime.now(UTC) - timedelta(seconds=130)
        assert await network.find(TIMELINE, "r7", TEXT, since) == ""
        ours = mastodon.add(f"Soon! {TEXT}", ago=100)
        for number in range(45):  # more than Mastodon tells at once
            mastodon.add(f"something else {number}", ago=90 - number)
        assert await network.find(TIMELINE, "r7", TEXT, since) == ours.id
        assert await network.find(TIMELINE, "r7", "#neutron in Ballroom B", since) == others[1].id
        assert await network.find(TIMELINE, "r7", TEXT, since + timedelta(seconds=120)) == ""


async def test_an_instance_whose_clock_is_behind_has_it_all_the_same(mastodon: FakeMastodon) -> None:
    ours = mastodon.add(TEXT, ago=55)
    async with running(mastodon, timing=replace(QUICK, settle=0.0)) as network:
        assert await network.find(TIMELINE, "r7", TEXT, datetime.now(UTC)) == ours.id


async def test_where_there_are_too_many_posts_to_look_through_it_is_not_known(mastodon: FakeMastodon) -> None:
    for number in range(210):
        mastodon.add(f"something else {number}", ago=10)
    async with running(mastodon) as network:
        assert await network.find(TIMELINE, "r7", TEXT, datetime.now(UTC) - timedelta(seconds=5)) is None
        assert mastodon.asked.count("posts") == 5


@pytest.mark.parametrize("trouble", [page(502), page(503), dropped(done=True), page(200), answer(200, "no list")])
async def test_an_instance_that_cannot_be_asked_is_asked_later(mastodon: FakeMastodon, trouble: Trouble) -> None:
    ours = mastodon.add(TEXT)
    since = datetime.now(UTC) - timedelta(seconds=5)
    async with running(mastodon) as network:
        mastodon.next("posts", trouble)
        with pytest.raises(TooFast) as wait:
            await network.find(TIMELINE, "r7", TEXT, since)
        await asyncio.sleep(wait.value.seconds + 0.01)
        assert await network.find(TIMELINE, "r7", TEXT, since) == ours.id


async def test_an_account_that_is_gone_cannot_tell(mastodon: FakeMastodon) -> None:
    async with running(mastodon) as network:
        mastodon.next("posts", answer(404, "Record not found"))
        assert await network.find(TIMELINE, "r7", TEXT, datetime.now(UTC) - timedelta(seconds=5)) is None


async def test_a_token_that_is_revoked_meanwhile_is_told_and_looked_with_again(mastodon: FakeMastodon) -> None:
    ours = mastodon.add(TEXT)
    since = datetime.now(UTC) - timedelta(seconds=5)
    async with running(mastodon) as network:
        mastodon.revoked = True
        with pytest.raises(ConnectionError):
            await network.find(TIMELINE, "r7", TEXT, since)
        mastodon.revoked = False
        await network.ready()
        assert await network.find(TIMELINE, "r7", TEXT, since) == ours.id
