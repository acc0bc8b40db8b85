"""The network as a whole: settings, room, a link that is lost and found again, and anything a server may say."""

import asyncio
import logging
import re
import time
from dataclasses import replace
from itertools import pairwise
from logging.handlers import QueueHandler
from queue import SimpleQueue

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptgbot.core.identity import Role
from ptgbot.core.messages import Send, Target
from ptgbot.core.protocols import Network
from ptgbot.delivery import SendQueue
from ptgbot.networks.irc import IRCNetwork, Timing
from tests.networks.irc.running import BRISK, CHANNEL, SETTINGS, running
from tests.networks.irc.scripted import ISUPPORT, until

# Settings


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"nick": "a b"}, "'a b' cannot be a nick"),
        ({"nick": "#bot"}, "'#bot' cannot be a nick"),
        ({"nick": ""}, "'' cannot be a nick"),
        ({"server": ""}, "'' cannot be a server"),
        ({"server": "a b"}, "'a b' cannot be a server"),
        ({"server": ("a", "")}, "'' cannot be a server"),
        ({"server": ()}, "there is no server to connect to"),
        ({"sasl_required": True}, "a login by SASL is required, and there is nothing to log in with"),
        ({"port": 0}, "0 cannot be a port"),
        ({"port": 65536}, "65536 cannot be a port"),
        ({"channel": "ptg"}, "'ptg' cannot be a channel"),
        ({"channel": "#a,#b"}, "'#a,#b' cannot be a channel"),
        ({"channel": ("#a", "#b\r")}, "'#b\\r' cannot be a channel"),
        ({"channel": ()}, "there is no channel to be in"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_value(change: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        replace(SETTINGS, **change)  # type: ignore[arg-type]  # each value is of its field's type


def test_one_channel_or_several_can_be_named() -> None:
    assert (SETTINGS.channels, replace(SETTINGS, channel=("#a", "#b", "#a")).channels) == (("#ptg",), ("#a", "#b"))


async def test_it_is_a_network_as_the_other_parts_know_it() -> None:
    network: Network = IRCNetwork(replace(SETTINGS, burst=2, interval=1.5))
    assert (network.name, network.burst, network.interval) == ("irc", 2, 1.5)
    assert IRCNetwork(SETTINGS, name="irc:oftc").name == "irc:oftc"


# Room


async def test_the_room_of_a_line_leaves_the_prefix_that_the_server_adds() -> None:
    network = IRCNetwork(SETTINGS)
    prefix = ":bot!~bot@" + "h" * 63 + " PRIVMSG #ptg :"
    assert network.room(CHANNEL) == 512 - len(prefix + "\r\n")
    assert network.room(Target("irc", "päivä")) == network.room(CHANNEL) - 3


async def test_the_room_of_a_line_follows_what_the_server_tells() -> None:
    async with running() as run:
        before = run.network.room(CHANNEL)
        peer = await run.server.client()
        await peer.register(isupport=f"{ISUPPORT} LINELEN=2048")
        await peer.expect("JOIN #ptg")
        peer.send(f":bot!~longer@{'h' * 70} JOIN #ptg")
        await asyncio.wait_for(run.network.ready(), 5)
        assert run.network.room(CHANNEL) == before + 2048 - 512 - len("longer") + len("bot") - 7
        peer.send(":bot!~longer@host NICK bot_with_more")
        await until(lambda: run.network.nick == "bot_with_more")
        assert run.network.room(CHANNEL) == before + 2048 - 512 - len("longer") + len("bot") - 7 - len("_with_more")


@given(st.text(max_size=2000))
@settings(max_examples=50)
def test_no_line_of_a_text_is_cut_by_the_server(text: str) -> None:
    network = IRCNetwork(SETTINGS)
    longest = max((len(line.encode()) for line in network.split(Send(CHANNEL, text))), default=0)
    assert longest <= network.room(CHANNEL)


@pytest.mark.parametrize("name", ["", " ", "a,b", ":x", "#ptg\rQUIT", "a b", "@", "@alice", "@@#ptg", "$*"])
async def test_a_target_that_is_not_one_person_or_channel_is_refused(name: str) -> None:
    network, target = IRCNetwork(SETTINGS), Target("irc", name)
    with pytest.raises(ValueError, match="cannot be the name of a person or a channel"):
        network.room(target)
    with pytest.raises(ValueError, match="cannot be the name of a person or a channel"):
        network.split(Send(target, "x"))
    with pytest.raises(ValueError, match="cannot be the name of a person or a channel"):
        await network.post(target, "x")


async def test_answers_can_be_notices() -> None:
    async with running(replace(SETTINGS, notice_replies=True)) as run:
        peer = await run.peer()
        await run.network.post(CHANNEL, "hello")
        assert await peer.expect("NOTICE .*") == "NOTICE #ptg :hello"
    assert run.network.room(CHANNEL) == IRCNetwork(SETTINGS).room(CHANNEL) + 1


# The link


async def test_of_several_servers_each_is_tried_in_turn(caplog: pytest.LogCaptureFixture) -> None:
    given = replace(SETTINGS, server=("127.0.0.2", "127.0.0.3", "127.0.0.1"))
    async with running(given, replace(BRISK, retry=30, retry_most=30)) as run:
        peer = await run.peer()
        tried = re.findall(r"no connection to (\S+):\d+: nothing listens there", caplog.text)
        assert tried == ["127.0.0.2", "127.0.0.3"]
        assert caplog.text.count("trying again in 0 s") == 2
        peer.close()
        await until(lambda: caplog.text.count("trying again") == 3)
        # A short stay is a failure too, and with it all three have failed.
        assert re.search("lost the connection to 127.0.0.1:[0-9]+: .*; trying again in 30 s", caplog.text)


async def test_between_two_servers_is_at_least_a_second() -> None:
    given = replace(SETTINGS, server=("127.0.0.2", "127.0.0.1"))
    began = time.perf_counter()
    async with running(given, replace(BRISK, between=Timing().between)) as run:
        await run.server.client()
        assert 1 <= time.perf_counter() - began < 4


async def test_a_tls_handshake_that_never_ends_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    async with running(replace(SETTINGS, tls=True), replace(BRISK, connect=0.1)) as run:
        await run.server.client()
        await until(lambda: "no answer in time" in caplog.text)


async def test_silence_is_asked_about_and_then_the_server_is_left(caplog: pytest.LogCaptureFixture) -> None:
    async with running(replace(SETTINGS, ping_after=0.15, ping_timeout=0.1)) as run:
        peer = await run.peer()
        await peer.expect("PING :.*")
        peer.send(":irc.test PONG irc.test :still-there")
        await peer.expect("PING :.*")
        await peer.ended()
        await until(lambda: "no answer to a PING within 0.1 s" in caplog.text)
        await run.peer()


async def test_after_a_lost_connection_the_bot_is_back_and_knows_only_what_is_so_now() -> None:
    async with running() as run:
        peer = await run.peer(names="@alice")
        peer.close()
        await until(lambda: not run.network._ready.is_set())
        with pytest.raises(ConnectionError):
            await run.network.post(CHANNEL, "x")
        peer = await run.peer(names="alice")
        peer.say("alice", "#ptg", "hello")
        assert [m.sender.role for m in await run.hears()] == [Role.ATTENDEE]


async def test_connecting_again_takes_longer_each_time(caplog: pytest.LogCaptureFixture) -> None:
    timing = replace(BRISK, retry=0.02, retry_most=0.1)
    async with running(timing=timing) as run:
        times = []
        for _ in range(5):
            peer = await run.server.client()
            times.append(time.perf_counter())
            peer.close()
        pauses = [later - earlier for earlier, later in pairwise(times)]
        assert all(pause >= least for pause, least in zip(pauses, (0.02, 0.04, 0.08, 0.1), strict=True))
        assert max(pauses) < 2


@pytest.mark.parametrize(
    "line",
    [
        "ERROR :Closing Link: (Throttled: Reconnecting too fast)",
        "ERROR :Trying to reconnect too fast.",
        "ERROR :Closing Link: bot (Excess Flood)",
        "ERROR :Closing Link: bot (K-Lined)",
        "ERROR :Closing link: (bot@host) [G-Lined: no bots]",
        ":irc.test 465 bot :You are banned from this server",
    ],
)
async def test_a_server_that_found_us_too_fast_is_left_alone_longer(line: str) -> None:
    async with running(timing=replace(BRISK, unwelcome=0.3)) as run:
        peer = await run.server.client()
        peer.send(line)
        peer.close()
        began = time.perf_counter()
        await run.server.client()
        assert time.perf_counter() - began >= 0.3


async def test_the_reason_of_the_server_is_in_the_log_without_control_characters(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as run:
        peer = await run.peer()
        peer.send("ERROR :Closing link: \x1b[31mKilled\x03")
        peer.close()
        await until(lambda: "lost the connection" in caplog.text)
        assert "the server closed the link (Closing link: [31mKilled)" in caplog.text


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"server": "does-not-exist.invalid"}, "the name cannot be looked up"),
        ({"server": "a" * 70 + ".invalid"}, "that is no host name"),
        ({"port": 1}, r"nothing listens there \(refused\)"),
        ({"tls": True, "ca_file": "/does/not/exist"}, "the file with certificate authorities is not there"),
    ],
)
async def test_what_keeps_the_bot_from_connecting_is_in_the_log(
    change: dict[str, object], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    network = IRCNetwork(replace(SETTINGS, **change), timing=BRISK)  # type: ignore[arg-type]  # as above
    task = asyncio.create_task(network.run(lambda message: None, SendQueue(())))
    try:
        await until(lambda: re.search(f"irc: no connection to .*{why}.*; trying again in", caplog.text), 10)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_a_server_without_tls_where_tls_was_wanted_is_named_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running(replace(SETTINGS, tls=True)) as run:
        peer = await run.server.client()
        peer.send("this is no TLS at all")
        await until(lambda: re.search("it does not speak TLS with us", caplog.text))


async def test_stopped_the_bot_says_quit_and_is_gone_within_a_second() -> None:
    async with running(timing=Timing()) as run:
        peer = await run.peer()
        began = time.perf_counter()
        run.task.cancel()
        assert await peer.expect("QUIT.*") == "QUIT :stopping"
        await asyncio.wait([run.task])
        assert time.perf_counter() - began < 1
        with pytest.raises(ConnectionError):
            await run.network.post(CHANNEL, "x")


@pytest.mark.parametrize("moment", ["connecting", "registering", "waiting"])
async def test_stopped_at_any_moment_the_bot_is_gone(moment: str) -> None:
    async with running(timing=replace(BRISK, retry=30, retry_most=30)) as run:
        if moment != "connecting":
            peer = await run.server.client()
            await peer.expect("USER .*")
            if moment == "waiting":
                peer.close()
                await until(lambda: run.network._connection is None)
        run.task.cancel()
        await asyncio.wait([run.task], timeout=1.5)
        assert run.task.cancelled()


async def test_stopped_in_the_moment_in_which_the_server_goes_the_bot_is_gone_too() -> None:
    async with running() as run:
        peer = await run.peer()
        peer.writer.transport.abort()
        await until(lambda: run.network._connection is None or run.network._connection._wire._lost.is_set())
        run.task.cancel()
        await asyncio.wait([run.task], timeout=1.5)
        assert run.task.cancelled()


# Anything at all

commands = st.sampled_from(
    "PRIVMSG NOTICE JOIN PART KICK QUIT NICK MODE PING PONG ERROR INVITE ACCOUNT CAP TOPIC AUTHENTICATE BATCH "
    "001 002 005 315 353 354 366 376 401 403 432 433 437 465 473 900 999 0 00".split()
)
words = st.one_of(
    st.sampled_from(
        "#ptg bot alice + - +o -o +ov +kb * = @ : 152 LS ACK NAK NEW DEL * %tna PREFIX=(ov)@+ PREFIX=( CHANMODES=,,, "
        "CASEMAPPING=ascii LINELEN=x -PREFIX = multi-prefix alice!a@h @+alice \x01ACTION".split()
    ),
    st.text(max_size=8),
)
sources = st.sampled_from(["", ":", ":bot!b@h ", ":alice!a@h ", ":irc.test ", ": ", ":! ", "@a=b;c :x!y@z ", "@ "])
lines = st.builds(
    lambda source, command, params: f"{source}{command} {' '.join(params)}".encode("utf-8", "surrogatepass"),
    sources,
    commands,
    st.lists(words, max_size=5),
)


@given(st.lists(st.one_of(lines, st.binary(max_size=60)), max_size=30))
@settings(max_examples=60, deadline=None)
def test_nothing_that_a_server_says_ends_the_connection_or_hurts_the_bot(said: list[bytes]) -> None:
    async def story() -> None:
        async with running(timing=replace(BRISK, regain=30, ask=30)) as run:
            peer = await run.peer(caps="multi-prefix")
            for line in said:
                peer.send(line)
            peer.send("", "PING :the-end")
            await peer.expect("PONG :the-end")
            assert run.server.waiting == 0

    mistakes: SimpleQueue[logging.LogRecord] = SimpleQueue()
    handler = QueueHandler(mistakes)
    handler.setLevel(logging.ERROR)
    logging.getLogger("ptgbot").addHandler(handler)
    try:
        asyncio.run(story())
    finally:
        logging.getLogger("ptgbot").removeHandler(handler)
    assert mistakes.empty(), mistakes.get().getMessage()
