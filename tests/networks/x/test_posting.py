"""Posts go out, and X refuses some."""

import logging
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Send, Target, Tone
from ptgbot.core.protocols import Doubt, Network, NotTaken, TooFast
from ptgbot.networks.x.network import XNetwork
from tests.fake_x import answers
from tests.fake_x.server import FakeX, Fault
from tests.networks.x.running import QUICK, TIMELINE, Organisers, running


@contextmanager
def silent_port() -> Iterator[str]:
    """Give an address at which nobody takes up connections."""
    with socket.socket() as listening, ExitStack() as stack:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(2):  # what the kernel takes up by itself
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


async def test_a_post_goes_out_and_its_id_is_the_receipt(x: FakeX) -> None:
    async with running(x.settings()) as network:
        receipt = await network.post(TIMELINE, "In 15 minutes: #nova & friends in Ballroom A → “Q&A” 日本", ticket="t")

    assert x.texts == ["In 15 minutes: #nova & friends in Ballroom A → “Q&A” 日本"]
    assert receipt == x.posts[0].id
    assert x.asked == ["GET /2/users/me", "POST /2/tweets"]


async def test_what_is_too_long_is_cut_so_that_x_takes_it(x: FakeX) -> None:
    async with running(x.settings()) as network:
        (line,) = network.split(Send(TIMELINE, "日本語 " * 100 + "https://example.org/board.html", lead="Now: "))
        await network.post(TIMELINE, line)

    assert x.texts == ["Now: " + "日本語 " * 34 + "日本語… https://example.org/board.html"]


def test_nothing_is_posted_of_nothing(x: FakeX) -> None:
    assert XNetwork(x.settings()).split(Send(TIMELINE, " \ufeff", lead="")) == []


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, answers.NOT_PERMITTED, "not permitted"),
        (403, answers.READ_ONLY, "may only read"),
        (402, answers.NO_CREDITS, "credits"),
        (400, answers.TOO_LONG, "too long"),
        (429, answers.CAPPED, "what its plan allows"),
    ],
)
async def test_what_x_does_not_take_is_refused_in_words_and_others_go_on(
    x: FakeX, status: int, body: Mapping[str, Any], words: str
) -> None:
    async with running(x.settings()) as network:
        x.refuses_posts = status, body
        with pytest.raises(NotTaken, match=words):
            await network.post(TIMELINE, "one", ticket="1")
        x.refuses_posts = None
        await network.post(TIMELINE, "two", ticket="2")

    assert x.texts == ["two"]


async def test_what_is_there_already_has_the_receipt_of_what_is_there(x: FakeX) -> None:
    x.take("Lunch at example.org is <ready> & hot")
    x.take("something else")
    async with running(x.settings()) as network:
        receipt = await network.post(TIMELINE, "Lunch at example.org is <ready> & hot", ticket="t")

    assert receipt == x.posts[0].id
    assert len(x.posts) == 2


async def test_the_same_text_of_an_hour_ago_is_another_post_and_is_told_to_be_missing(x: FakeX) -> None:
    x.take("Lunch is ready")
    x.posts[0] = replace(x.posts[0], at=x.posts[0].at - timedelta(hours=1))
    async with running(x.settings()) as network:
        with pytest.raises(NotTaken, match="the same text is on the timeline already"):
            await network.post(TIMELINE, "Lunch is ready", ticket="t")


async def test_what_is_there_already_is_refused_where_x_does_not_show_it(x: FakeX) -> None:
    x.take("Lunch is ready")
    x.refuses_reading = 403, answers.NOT_ENROLLED
    async with running(x.settings()) as network:
        with pytest.raises(NotTaken, match="the same text is on the timeline already"):
            await network.post(TIMELINE, "Lunch is ready", ticket="t")


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        ({"x-rate-limit": (100, 0, 300)}, 300),
        ({"x-rate-limit": (100, 50, 600), "x-user-limit-24hour": (17, 0, 50_000)}, 3600),
        ({"x-app-limit-24hour": (17, 0, 0)}, 1),
    ],
)
async def test_a_limit_has_posts_wait_until_its_reset(
    x: FakeX, limits: dict[str, tuple[int, int, int]], seconds: int
) -> None:
    async with running(x.settings()) as network:
        x.limits = limits
        with pytest.raises(TooFast) as caught:
            await network.post(TIMELINE, "one", ticket="1")
        x.limits = {}
        await network.post(TIMELINE, "one", ticket="1")

    assert caught.value.seconds == pytest.approx(seconds, abs=2)
    assert x.texts == ["one"]


async def test_what_x_did_not_take_for_its_own_fault_waits_longer_each_time(x: FakeX) -> None:
    x.faults = [Fault(503, answers.UNAVAILABLE)] * 4
    pauses = []
    async with running(x.settings(), timing=replace(QUICK, retry=100.0, retry_most=300.0)) as network:
        for _ in range(4):
            with pytest.raises(TooFast) as caught:
                await network.post(TIMELINE, "one", ticket="1")
            pauses.append(caught.value.seconds)
            with pytest.raises(TooFast):  # nothing is asked meanwhile
                await network.post(TIMELINE, "two", ticket="2")
            network._rests_until = 0.0
        await network.post(TIMELINE, "one", ticket="1")
        x.faults = [Fault(503, answers.UNAVAILABLE)]
        with pytest.raises(TooFast) as caught:
            await network.post(TIMELINE, "two", ticket="2")

    assert pauses == [100.0, 200.0, 300.0, 300.0]
    assert caught.value.seconds == 100.0
    assert x.asked.count("POST /2/tweets") == 6


async def test_that_x_can_be_asked_meanwhile_does_not_make_it_work(x: FakeX) -> None:
    x.faults = [Fault(500, "")] * 3
    pauses = []
    async with running(x.settings(), timing=replace(QUICK, retry=100.0, retry_most=300.0)) as network:
        for _ in range(3):
            with pytest.raises(Doubt):
                await network.post(TIMELINE, "one", ticket="1")
            with pytest.raises(TooFast) as caught:
                await network.find(TIMELINE, "1", "one", datetime.now(UTC))
            pauses.append(round(caught.value.seconds, -1))
            network._rests_until = 0.0
            assert await network.find(TIMELINE, "1", "one", datetime.now(UTC)) == ""

    assert pauses == [100.0, 200.0, 300.0]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(takes=True),
        Fault(takes=False),
        Fault(502, "<html><body>Bad Gateway</body></html>", takes=True),
        Fault(500, "", takes=True),
        Fault(201, "<html>Welcome to the hotel</html>"),
        Fault(200, {"data": []}),
    ],
)
async def test_where_x_does_not_say_whether_it_took_a_post_that_is_in_doubt(x: FakeX, fault: Fault) -> None:
    x.faults = [fault]
    async with running(x.settings()) as network:
        with pytest.raises(Doubt):
            await network.post(TIMELINE, "one", ticket="1")

    assert len(x.posts) == fault.takes


async def test_an_answer_that_does_not_come_is_a_doubt(x: FakeX, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptgbot.networks.x.client.TOTAL_SECONDS", 0.5)
    x.faults = [Fault(hangs=True, takes=True)]
    async with running(x.settings()) as network:
        with pytest.raises(Doubt, match="no answer from X in time"):
            await network.post(TIMELINE, "one", ticket="1")

    assert x.texts == ["one"]


async def test_a_post_in_doubt_that_nobody_would_look_for_is_given_up(x: FakeX) -> None:
    x.faults = [Fault(takes=True)]
    async with running(x.settings()) as network:
        with pytest.raises(NotTaken, match="X did not say whether it took it; look there"):
            await network.post(TIMELINE, "one")

    assert x.texts == ["one"]


async def test_where_x_cannot_be_reached_nothing_went_out(x: FakeX) -> None:
    async with running(x.settings()) as network:
        network._calls._client._url = "http://127.0.0.1:9"
        with pytest.raises(TooFast, match="no connection to X: Connection refused"):
            await network.post(TIMELINE, "one", ticket="1")


async def test_where_no_connection_comes_about_nothing_went_out(x: FakeX, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptgbot.networks.x.client.CONNECT_SECONDS", 0.2)
    with silent_port() as url:
        async with running(x.settings()) as network:
            network._calls._client._url = url
            with pytest.raises(TooFast, match="no connection to X in time"):
                await network.post(TIMELINE, "one", ticket="1")


async def test_without_a_safe_connection_nothing_went_out(x: FakeX) -> None:
    async with running(x.settings()) as network:
        network._calls._client._url = x.address.replace("http:", "https:")
        with pytest.raises(TooFast, match="no safe connection to X"):
            await network.post(TIMELINE, "one", ticket="1")

    assert x.texts == []


async def test_where_x_is_no_x_that_is_said_without_a_post(x: FakeX) -> None:
    async with running(x.settings()) as network:
        network._calls._client._url = f"{x.address}/nothing-here"
        with pytest.raises(NotTaken, match=r"look at x\.api_url"):
            await network.post(TIMELINE, "one", ticket="1")


async def test_a_dry_run_reaches_the_log_and_the_organisers_and_nothing_else(
    x: FakeX, organisers: Organisers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(x.settings(dry_run=True), organisers) as network:
        receipt = await network.post(TIMELINE, "Lunch is ready", ticket="t")
        found = await network.find(TIMELINE, "t", "Lunch is ready", x.take("").at)

    assert (receipt, found) == ("dry-run", "")
    assert organisers.told == ["Dry run: to X would go: Lunch is ready"]
    assert [record.getMessage() for record in caplog.records] == organisers.told
    assert x.asked == []


async def test_nothing_is_posted_before_it_runs_or_after(x: FakeX) -> None:
    network = XNetwork(x.settings())
    with pytest.raises(ConnectionError):
        await network.post(TIMELINE, "one", ticket="1")
    async with running(x.settings()) as network:
        pass
    with pytest.raises(ConnectionError):
        await network.post(TIMELINE, "one", ticket="1")
    with pytest.raises(ConnectionError):
        await network.find(TIMELINE, "1", "one", x.take("").at)

    assert x.asked == ["GET /2/users/me"]


async def test_it_is_a_network_on_which_nobody_types_commands(x: FakeX) -> None:
    network: Network = XNetwork(x.settings(), name="x2")
    message = Message("x2", Actor(Identity("irc", "ada"), "ada"), "now")

    assert (network.name, network.burst, network.targets_at_once, network.organisers) == ("x2", 1, 1, ())
    assert network.address(message, Tone.WORDS) is None
    assert network.locate(Target("x2", "anything")) == Target("x2", "anything")
    assert network.knows(TIMELINE)
    await network.look_for([TIMELINE])
    network.changed()
    assert network.how_to_get(Role.ORGANISER) == "No commands are taken on X; give them on IRC or in Slack."


def test_a_bot_without_x_does_not_load_what_only_x_needs() -> None:
    code = "import sys, ptgbot.networks.x.network; print(*{'tweepy', 'oauthlib', 'emoji', 'requests'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "\n"
