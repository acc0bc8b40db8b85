"""What goes wrong, and what people are told of it. Bodies and headers are those of real servers and proxies."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from ptgbot.core.protocols import Doubt, NotTaken, TooFast
from ptgbot.networks.mastodon import MastodonNetwork
from tests.fake_mastodon.instance import SCOPES, FakeMastodon, fake_mastodon
from tests.fake_mastodon.troubles import Trouble, answer, dropped, moved, page, slow, too_many, trickling
from tests.live.certificates import make_certificate
from tests.live.daemon import free_port
from tests.networks.mastodon.running import PATIENT, QUICK, TIMELINE, ToldHost, eventually, running

RENEW = (
    "make a new token on the instance (Preferences, Development) with read:accounts, read:statuses and write:statuses,"
    " put it into mastodon.access_token, and start the bot again"
)
REVOKED = f"answers 401 (The access token was revoked): the token is wrong or was revoked; {RENEW}"
LIMITED = "see whether the account is limited there, or this machine's address blocked"
LOGIN = "log in there with the account and see what is wrong with it, or ask the moderators there"


def here(mastodon: FakeMastodon) -> str:
    return mastodon.address.removeprefix("http://")


async def failing(network: MastodonNetwork, ticket: str = "r7") -> Exception:
    """Return how a post fails."""
    with pytest.raises((ConnectionError, NotTaken, TooFast)) as failed:
        await network.post(TIMELINE, "hello", ticket=ticket)
    return failed.value


# -- a post that is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (
            answer(403, "This action is not allowed"),
            f"answers 403 (This action is not allowed): {LIMITED}",
        ),
        (page(403), f"answers 403: {LIMITED}"),
        (
            answer(422, "Validation failed: Text can't be blank"),
            "answers 422 (Validation failed: Text can't be blank): it would not take this later either",
        ),
        (answer(422, "Duplicate record"), "answers 422 (Duplicate record): it would not take this later either"),
        (
            answer(404, "Record not found"),
            "answers 404 (Record not found): see whether mastodon.url is the address of a Mastodon instance",
        ),
        (page(410), "answers 410: see whether mastodon.url is the address of a Mastodon instance"),
        (page(405), "answers 405: it would not take this later either"),
    ],
)
async def test_a_post_that_is_not_taken_says_why_and_the_next_one_goes(
    mastodon: FakeMastodon, trouble: Trouble, words: str
) -> None:
    async with running(mastodon) as network:
        mastodon.next("post", trouble)
        failed = await failing(network)

        assert (type(failed), str(failed)) == (NotTaken, f"{here(mastodon)} {words}")
        assert await network.post(TIMELINE, "hello", ticket="r8") == mastodon.posts[0].id


async def test_a_token_that_may_not_post_says_which_scopes_it_needs(mastodon: FakeMastodon) -> None:
    mastodon.scopes = SCOPES - {"write:statuses"}
    async with running(mastodon) as network:
        failed = await failing(network)

    said = "This action is outside the authorized scopes"
    assert (type(failed), str(failed)) == (
        NotTaken,
        f"{here(mastodon)} answers 403 ({said}): the token may not do that; {RENEW}",
    )


# -- an account that is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disabled", "remedy"),
    [
        ("", REVOKED),
        ("Your login is currently disabled", f"answers 403 (Your login is currently disabled): {LOGIN}"),
        (
            "Your login is missing a confirmed e-mail address",
            f"answers 403 (Your login is missing a confirmed e-mail address): {LOGIN}",
        ),
        (
            "Your login is currently pending approval",
            f"answers 403 (Your login is currently pending approval): {LOGIN}",
        ),
    ],
)
async def test_an_account_that_is_refused_at_the_start_is_told_once_and_tried_until_it_works(
    mastodon: FakeMastodon, disabled: str, remedy: str
) -> None:
    host = ToldHost()
    mastodon.revoked, mastodon.disabled = not disabled, disabled
    async with running(mastodon, host=host, ready=False) as network:
        await eventually(lambda: mastodon.asked.count("account") > 3)
        with pytest.raises(ConnectionError):
            await network.post(TIMELINE, "hello", ticket="r7")
        mastodon.revoked, mastodon.disabled = False, ""
        await network.ready()

    assert host.told == [
        f"Mastodon does not take the bot's account: {here(mastodon)} {remedy}",
        "Mastodon takes the bot's account again; what still waits goes out now.",
    ]
    assert mastodon.posts == []


@pytest.mark.parametrize("disabled", ["", "Your login is currently disabled"])
async def test_an_account_that_is_refused_later_posts_nothing_until_it_works_again(
    mastodon: FakeMastodon, disabled: str
) -> None:
    host = ToldHost()
    async with running(mastodon, host=host) as network:
        mastodon.revoked, mastodon.disabled = not disabled, disabled
        for _ in range(2):
            assert isinstance(await failing(network), ConnectionError)
        mastodon.revoked, mastodon.disabled = False, ""
        await network.ready()
        receipt = await network.post(TIMELINE, "hello", ticket="r7")

    assert [post.id for post in mastodon.posts] == [receipt]
    remedy = f"answers 403 ({disabled}): {LOGIN}" if disabled else REVOKED
    assert host.told[0] == f"Mastodon does not take the bot's account: {here(mastodon)} {remedy}"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (page(404), "answers 404: see whether mastodon.url is the address of a Mastodon instance"),
        (answer(410, "Gone"), "answers 410 (Gone): see whether mastodon.url is the address of a Mastodon instance"),
        (page(403), f"answers 403: {LIMITED}"),
        (
            answer(422, "This method requires an authenticated user"),
            f"answers 422 (This method requires an authenticated user): {LOGIN}",
        ),
        (
            moved("https://social.example.org"),
            "sends on to https://social.example.org: put the instance's own address into mastodon.url",
        ),
    ],
)
async def test_what_is_no_instance_or_takes_no_account_is_told_at_the_start(
    mastodon: FakeMastodon, trouble: Trouble, words: str
) -> None:
    host = ToldHost()
    mastodon.next("account", trouble)
    async with running(mastodon, host=host):
        pass

    assert host.told[0] == f"Mastodon does not take the bot's account: {here(mastodon)} {words}"


async def test_a_token_that_no_header_can_hold_is_told_without_it(mastodon: FakeMastodon) -> None:
    host = ToldHost()
    for token in ("two\nlines", "Schlüssel – 🔑"):
        async with running(mastodon, host=host, ready=False, access_token=token):
            await eventually(lambda: host.told)

        assert host.told == [
            f"Mastodon does not take the bot's account: mastodon.access_token holds what no token does; {RENEW}"
        ]
        assert mastodon.asked == []
        host.told.clear()


# -- too fast ----------------------------------------------------------------------------------------------------------


def full(now: datetime, seconds: float) -> Trouble:
    """Return what an instance that counts in seconds since 1970 says."""
    return answer(429, "Too many requests", {"X-RateLimit-Reset": f"{now.timestamp() + seconds:.0f}"})


@pytest.mark.parametrize(
    ("trouble", "least", "most"),
    [
        (lambda now: too_many(now, 120), 60, 121),
        (lambda now: too_many(now, -30), 1, 1),
        (lambda now: too_many(now, 50_000), 3600, 3600),
        (lambda _: answer(429, "Too many requests"), 60, 60),
        (lambda _: page(429, headers={"Retry-After": "17"}), 17, 17),
        (lambda now: page(429, headers={"Retry-After": format_datetime(now + timedelta(minutes=10))}), 500, 600),
        (lambda now: full(now, 200), 100, 201),
        (lambda _: answer(429, "Too many requests", {"X-RateLimit-Reset": "soon"}), 60, 60),
        (lambda _: answer(429, "Too many requests", {"X-RateLimit-Reset": "2026-11-20T10:00:00"}), 60, 60),
        (lambda _: page(503, headers={"Retry-After": "300"}), 300, 300),
    ],
)
async def test_an_instance_that_wants_us_to_wait_is_left_alone_for_as_long_as_it_says(
    mastodon: FakeMastodon, trouble: Callable[[datetime], Trouble], least: float, most: float
) -> None:
    async with running(mastodon) as network:
        mastodon.next("post", trouble(datetime.now(UTC)))
        failed = await failing(network)

    assert isinstance(failed, TooFast)
    assert least <= failed.seconds <= most


async def test_how_long_to_wait_is_counted_by_the_instances_own_clock(mastodon: FakeMastodon) -> None:
    wrong = datetime.now(UTC) - timedelta(days=3)
    async with running(mastodon) as network:
        mastodon.next("post", too_many(wrong, 120, Date=format_datetime(wrong, usegmt=False)))
        failed = await failing(network)

    assert isinstance(failed, TooFast)
    assert 119 <= failed.seconds <= 121


async def test_a_limit_that_cannot_be_read_does_not_hide_that_the_post_was_made(mastodon: FakeMastodon) -> None:
    mastodon._limits = lambda: {"X-RateLimit-Remaining": "many", "X-RateLimit-Reset": "soon"}  # type: ignore[method-assign]
    async with running(mastodon) as network:
        assert await network.post(TIMELINE, "hello", ticket="r7") == mastodon.posts[0].id


# -- an instance that is not there -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [503, 521, 522, 523, 525, 526, 408])
async def test_an_instance_that_is_down_is_tried_again_with_pauses_that_grow(
    mastodon: FakeMastodon, status: int
) -> None:
    timing = replace(QUICK, retry=5.0, retry_most=15.0)
    async with running(mastodon, timing=timing) as network:
        pauses = []
        for _ in range(4):
            mastodon.next("post", page(status))
            failed = await failing(network)
            assert isinstance(failed, TooFast)
            pauses.append(failed.seconds)
            network._rests_until = 0.0  # as if they were over

        assert pauses == [5.0, 10.0, 15.0, 15.0]
        assert await network.post(TIMELINE, "hello", ticket="r7") == mastodon.posts[0].id


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (page(500), "answers 500"),
        (answer(500, "An unexpected error occurred"), "answers 500 (An unexpected error occurred)"),
        (page(502), "answers 502"),
        (page(504), "answers 504"),
        (page(520), "answers 520"),
        (page(524), "answers 524"),
        (page(200), "answers 200, but not as Mastodon does"),
        (dropped(done=False), "ended the connection without an answer"),
        (dropped(done=True), "ended the connection without an answer"),
    ],
)
async def test_whatever_may_come_after_the_post_was_made_leaves_doubt(
    mastodon: FakeMastodon, trouble: Trouble, words: str
) -> None:
    async with running(mastodon) as network:
        mastodon.next("post", trouble, trouble)
        failed = await failing(network)
        await asyncio.sleep(QUICK.retry_most)
        unticketed = await failing(network, ticket="")

    assert (type(failed), str(failed)) == (Doubt, f"{here(mastodon)} {words}")
    # Nobody would look for it: it is not tried again.
    assert type(unticketed) is NotTaken


async def test_an_answer_that_does_not_come_in_time_leaves_doubt(mastodon: FakeMastodon) -> None:
    let = asyncio.Event()
    async with running(mastodon, timing=replace(PATIENT, answer=0.4)) as network:
        mastodon.next("post", slow(let, done=True))
        failed = await failing(network)
        let.set()

    assert (type(failed), str(failed)) == (Doubt, f"{here(mastodon)} did not answer in time")


async def test_an_answer_that_trickles_leaves_doubt_too_and_the_thread_ends_with_it(mastodon: FakeMastodon) -> None:
    let = asyncio.Event()
    async with running(mastodon, timing=replace(QUICK, call=0.4)) as network:
        mastodon.next("post", trickling(let), trickling(let))
        failures = []
        for number in range(3):  # two are at it still; the third is not even sent
            failures.append(await failing(network, ticket=f"r{number}"))
            network._rests_until = 0.0
        assert [isinstance(failed, Doubt) for failed in failures] == [True, True, False]
        assert isinstance(failures[2], TooFast)
        assert mastodon.asked.count("post") == 2
        let.set()
        await eventually(lambda: not network._client._threads._room.locked())
        assert await network.post(TIMELINE, "after that", ticket="r9") == mastodon.posts[-1].id


def lines(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    return (record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:{port}", "no connection to 127.0.0.1:{port}: Connection refused"),
        ("https://nowhere.invalid", "there is no host nowhere.invalid; see whether mastodon.url is right"),
        ("http://[::1", "mastodon.url is no address"),
    ],
)
async def test_an_instance_that_cannot_be_reached_is_named_in_words(
    mastodon: FakeMastodon, caplog: pytest.LogCaptureFixture, url: str, words: str
) -> None:
    port = free_port()
    async with running(mastodon, ready=False, url=url.format(port=port)):
        await eventually(lambda: [line for line in lines(caplog) if words.format(port=port) in line])


async def test_a_certificate_that_is_not_valid_is_named_in_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    certificate = make_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate.both)
    async with fake_mastodon(tls=tls, host="localhost") as mastodon, running(mastodon, ready=False):
        host = mastodon.address.removeprefix("https://")
        words = f"the certificate of {host} is not valid: self-signed certificate"
        await eventually(lambda: [line for line in lines(caplog) if words in line])

    assert mastodon.asked == []


async def test_tls_with_what_speaks_none_is_named_in_words(
    mastodon: FakeMastodon, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(mastodon, ready=False, url=mastodon.address.replace("http:", "https:")):
        await eventually(lambda: [line for line in lines(caplog) if f"no TLS with {here(mastodon)}: " in line])


async def test_no_connection_in_time_is_named_in_words(
    mastodon: FakeMastodon, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as full:  # whose queue is full, so that it answers no more
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        others = [socket.socket() for _ in range(4)]
        for other in others:
            other.setblocking(False)
            other.connect_ex(address)
        try:
            url = f"http://127.0.0.1:{address[1]}"
            async with running(mastodon, ready=False, url=url, timing=replace(QUICK, answer=0.3)):
                words = f"no connection to 127.0.0.1:{address[1]} in time"
                await eventually(lambda: [line for line in lines(caplog) if words in line])
        finally:
            for other in others:
                other.close()
