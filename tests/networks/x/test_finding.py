"""A post of which nobody knows whether it went out is looked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ptgbot.core.messages import Send
from ptgbot.core.protocols import Doubt, TooFast
from tests.fake_x import answers
from tests.fake_x.server import FakeX, Fault
from tests.networks.x.running import QUICK, TIMELINE, running

BODY = "#nova & friends in Ballroom A → “Q&A” https://ptg.example.org/board.html#nova"


async def test_a_post_is_found_however_x_shows_it(x: FakeX) -> None:
    since = datetime.now(UTC)
    x.take("something before")
    post = x.take(f"In 15 minutes: {BODY}")
    x.take("something after")
    async with running(x.settings()) as network:
        found = await network.find(TIMELINE, "t", BODY, since)

    assert found == post.id


async def test_a_post_that_was_cut_is_found(x: FakeX) -> None:
    since, body = datetime.now(UTC), f"{BODY} {'日本語 and more ' * 40}"
    async with running(x.settings()) as network:
        (line,) = network.split(Send(TIMELINE, f"In 14 minutes: {body}"))
        receipt = await network.post(TIMELINE, line, ticket="t")
        found = await network.find(TIMELINE, "t", body, since)

    assert "…" in line
    assert found == receipt


async def test_what_is_not_there_is_surely_not_there(x: FakeX) -> None:
    now = datetime.now(UTC)
    x.take(f"In 15 minutes: {BODY}", now - timedelta(seconds=90))  # another one, of another day
    x.take("In 15 minutes: #glance in Ballroom A")
    async with running(x.settings()) as network:
        assert await network.find(TIMELINE, "t", BODY, now) == ""
    x.posts.clear()
    async with running(x.settings()) as network:
        assert await network.find(TIMELINE, "t", BODY, now) == ""


async def test_x_s_clock_may_be_a_minute_behind(x: FakeX) -> None:
    now = datetime.now(UTC)
    post = x.take(BODY, now - timedelta(seconds=55))
    async with running(x.settings()) as network:
        assert await network.find(TIMELINE, "t", BODY, now) == post.id


async def test_where_there_are_more_posts_than_x_shows_it_is_not_known(x: FakeX) -> None:
    since = datetime.now(UTC)
    x.take(BODY)
    for number in range(100):
        x.take(f"{number}")
    async with running(x.settings()) as network:
        assert await network.find(TIMELINE, "t", BODY, since) is None
        assert await network.find(TIMELINE, "t", "99", since) == x.posts[-1].id


@pytest.mark.parametrize("refusal", [(403, answers.NOT_ENROLLED), (402, answers.NO_CREDITS), (429, answers.CAPPED)])
async def test_where_x_does_not_let_us_read_it_is_not_known(
    x: FakeX, refusal: tuple[int, dict[str, object]], caplog: pytest.LogCaptureFixture
) -> None:
    x.refuses_reading = refusal
    async with running(x.settings()) as network:
        assert await network.find(TIMELINE, "t", BODY, datetime.now(UTC)) is None

    assert "X does not let the bot read its own posts" in caplog.text


async def test_where_it_is_not_known_whose_account_it_is_it_is_not_known(x: FakeX) -> None:
    x.reading_faults = [Fault(403, answers.NOT_ENROLLED)]
    async with running(x.settings()) as network:
        network._user = ""  # as with a token of another form
        assert await network.find(TIMELINE, "t", BODY, datetime.now(UTC)) is None


@pytest.mark.parametrize(
    "fault",
    [
        Fault(429, answers.TOO_MANY),
        Fault(503, answers.UNAVAILABLE),
        Fault(500, ""),
        Fault(),
        Fault(200, "<html>"),
        Fault(200, {"title": "not a timeline"}),
    ],
)
async def test_where_x_cannot_be_asked_now_it_is_asked_later(x: FakeX, fault: Fault) -> None:
    async with running(x.settings()) as network:
        x.reading_faults = [fault, fault]  # questions that are hung up on are asked again at once
        with pytest.raises(TooFast):
            await network.find(TIMELINE, "t", BODY, datetime.now(UTC))
        x.reading_faults = []
        network._rests_until = 0.0
        assert await network.find(TIMELINE, "t", BODY, datetime.now(UTC)) == ""


async def test_nothing_is_looked_for_before_it_can_be_seen(x: FakeX) -> None:
    x.faults = [Fault(takes=True)]
    async with running(x.settings(), timing=replace(QUICK, settle=100.0)) as network:
        with pytest.raises(TooFast) as at_the_start:
            await network.find(TIMELINE, "t", BODY, datetime.now(UTC))
        network._settled_at = 0.0
        with pytest.raises(Doubt):
            await network.post(TIMELINE, BODY, ticket="t")
        with pytest.raises(TooFast) as after_a_doubt:
            await network.find(TIMELINE, "t", BODY, datetime.now(UTC))

    assert 60 < at_the_start.value.seconds <= 100
    assert 60 < after_a_doubt.value.seconds <= 100
    assert "GET /2/users/1500000000000000001/tweets" not in x.asked
