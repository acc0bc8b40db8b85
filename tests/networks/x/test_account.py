"""Whether X takes the account: asked at the start, and again where that is in doubt."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ptgbot.networks.x.network import XNetwork
from tests.fake_x import answers
from tests.fake_x.server import FakeX, Fault
from tests.networks.x.running import QUICK, TIMELINE, Organisers, eventually, running

REVOKED = (
    "X does not know the keys; they were revoked, or changed: make new keys on console.x.com and put all four into the"
    " configuration (x.*)"
)
AGAIN = "X takes the bot's account again; what still waits goes out now."


def is_ready(network: XNetwork) -> bool:
    return network._ready.is_set()


async def test_keys_that_x_does_not_know_are_told_once_and_tried_until_it_does(
    x: FakeX, organisers: Organisers
) -> None:
    x.revoked = True
    async with running(x.settings(), organisers, ready=False) as network:
        await eventually(lambda: len(x.asked) >= 4)
        assert not is_ready(network)
        with pytest.raises(ConnectionError):
            await network.post(TIMELINE, "one", ticket="1")
        x.revoked = False
        await network.ready()
        await network.post(TIMELINE, "one", ticket="1")

    assert organisers.told == [f"X does not take the bot's account: {REVOKED}", AGAIN]
    assert x.texts == ["one"]


async def test_wrong_keys_are_as_good_as_none(organisers: Organisers, x: FakeX) -> None:
    async with running(replace(x.settings(), access_secret="another"), organisers, ready=False):
        await eventually(lambda: organisers.told)

    assert organisers.told == [f"X does not take the bot's account: {REVOKED}"]
    assert x.unsigned > 0
    x.unsigned = 0


async def test_the_pauses_between_the_tries_grow(x: FakeX, caplog: pytest.LogCaptureFixture) -> None:
    x.revoked = True
    timing = replace(QUICK, barred=0.01, barred_most=0.05)
    async with running(x.settings(), timing=timing, ready=False):
        await eventually(lambda: len(x.asked) >= 6)

    pauses = [record.args[1] for record in caplog.records if isinstance(record.args, tuple) and len(record.args) == 2]
    assert [pause for pause in pauses if isinstance(pause, float)][:5] == [0.01, 0.02, 0.04, 0.05, 0.05]


async def test_what_is_no_x_takes_nothing(x: FakeX, organisers: Organisers) -> None:
    x.reading_faults = [Fault(200, "<html>Welcome to the hotel</html>"), Fault(200, {"data": {}})]
    async with running(x.settings(), organisers):
        pass

    assert len(x.asked) == 3
    assert organisers.told == []


async def test_where_x_cannot_be_reached_at_the_start_it_is_tried_again_without_alarm(
    x: FakeX, organisers: Organisers
) -> None:
    x.reading_faults = [Fault(503, answers.UNAVAILABLE), Fault(502, "<html>"), Fault(), Fault(429, answers.TOO_MANY)]
    async with running(x.settings(), organisers):
        pass

    assert len(x.asked) == 4
    assert organisers.told == []


@pytest.mark.parametrize("body", [answers.NOT_ENROLLED, answers.NOT_PERMITTED])
async def test_a_plan_that_does_not_allow_the_question_does_not_stop_posts(
    x: FakeX, organisers: Organisers, body: Mapping[str, Any]
) -> None:
    x.reading_faults = [Fault(403, body)]
    async with running(x.settings(), organisers) as network:
        await network.post(TIMELINE, "one", ticket="1")

    assert (x.texts, organisers.told) == (["one"], [])


async def test_keys_that_may_only_read_are_told_at_the_start(x: FakeX, organisers: Organisers) -> None:
    x.access = "read"
    async with running(x.settings(), organisers):
        pass

    assert organisers.told == [
        "X: the app may only read, so no post goes out; give it 'Read and write', then make new keys."
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [(answers.SUSPENDED, "the account is suspended"), (answers.LOCKED, "the account is locked; log in at x.com")],
)
async def test_an_account_that_is_suspended_takes_nothing_until_it_is_not(
    x: FakeX, organisers: Organisers, body: Mapping[str, Any], words: str
) -> None:
    async with running(x.settings(), organisers) as network:
        x.refuses_all = body
        with pytest.raises(ConnectionError, match=words):
            await network.post(TIMELINE, "one", ticket="1")
        assert not is_ready(network)
        await eventually(lambda: x.asked.count("GET /2/users/me") >= 3)
        assert not is_ready(network)
        x.refuses_all = None
        await network.ready()
        await network.post(TIMELINE, "two", ticket="2")

    assert x.texts == ["two"]
    told, again = organisers.told
    assert told.startswith(f"X does not take the bot's account: {words}")
    assert again == AGAIN


async def test_keys_that_are_revoked_while_a_post_is_looked_for_are_told(x: FakeX, organisers: Organisers) -> None:
    async with running(x.settings(), organisers) as network:
        x.revoked = True
        with pytest.raises(ConnectionError, match="X does not know the keys"):
            await network.find(TIMELINE, "1", "one", x.take("").at)
        assert not is_ready(network)
        await eventually(lambda: x.asked.count("GET /2/users/me") >= 2)

    assert organisers.told == [f"X does not take the bot's account: {REVOKED}"]
