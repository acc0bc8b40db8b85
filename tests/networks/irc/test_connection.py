"""One connection: registering, logging in, being in the channels."""

import asyncio
import time
from dataclasses import replace

import pytest

from ptgbot.core.messages import Message, Target
from ptgbot.networks.irc import NotInChannel
from tests.networks.irc.running import BRISK, CAPS, CHANNEL, SETTINGS, actor, answered, running
from tests.networks.irc.scripted import ISUPPORT, until

# Registration


@pytest.mark.parametrize("caps", [None, "", "sasl=PLAIN", CAPS])
async def test_the_bot_registers_whatever_the_server_knows_of_capabilities(caps: str | None) -> None:
    async with running() as run:
        peer = await run.server.client()
        if caps == "sasl=PLAIN":
            assert await peer.line() == "CAP LS 302"
            peer.send(f":irc.test CAP * LS :{caps}")
            await peer.expect("CAP END")
            peer.welcome("bot")
        else:
            await peer.register(caps=caps)
        await peer.let_in()
        await asyncio.wait_for(run.network.joined(), 5)


async def test_a_server_that_is_silent_about_capabilities_is_joined_all_the_same() -> None:
    async with running() as run:
        peer = await run.server.client()
        await peer.expect("USER .*")
        peer.welcome("bot")
        await peer.let_in()
        await asyncio.wait_for(run.network.joined(), 5)


async def test_a_server_that_offers_and_never_answers_is_not_waited_for() -> None:
    async with running(timing=replace(BRISK, capabilities=0.05)) as run:
        peer = await run.server.client()
        peer.send(f":irc.test CAP * LS :{CAPS}")
        await peer.expect("CAP REQ .*")
        await peer.expect("CAP END")
        peer.welcome("bot")
        await peer.let_in()


async def test_a_server_that_never_welcomes_us_is_left_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    async with running(timing=replace(BRISK, capabilities=0.05, register=0.05)) as run:
        first = await run.server.client()
        await first.ended()
        await run.peer()
        assert "the server did not let us register in time" in caplog.text


async def test_the_name_that_the_server_welcomes_is_ours() -> None:
    async with running(replace(SETTINGS, nick="averylongname")) as run:
        peer = await run.server.client()
        await peer.expect("USER .*")
        peer.welcome("averylong")
        await peer.let_in()
        await until(lambda: run.network.nick == "averylong")
        peer.say("alice", "averylong", "hello")
        assert await run.hears() == [Message("irc", actor("alice"), "hello")]


async def test_a_server_that_is_silent_while_we_register_is_given_its_time() -> None:
    async with running(replace(SETTINGS, ping_after=0.05, ping_timeout=0.05)) as run:
        peer = await run.server.client()
        await peer.negotiate()
        await asyncio.sleep(0.3)
        assert await peer.line() == "CAP END"
        peer.welcome("bot")
        assert await peer.line() == "JOIN #ptg"


async def test_where_the_server_knows_bots_the_bot_says_that_it_is_one() -> None:
    async with running() as run:
        peer = await run.server.client()
        await peer.register(isupport=f"{ISUPPORT} BOT=B")
        assert await peer.line() == "MODE bot +B"
        assert await peer.line() == "JOIN #ptg"


async def test_the_log_says_in_which_phase_a_connection_was_lost(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as run:
        for number, phase in enumerate(("agreeing on capabilities", "registering", "joining", "")):
            peer = await run.server.client()
            if phase == "registering":
                await peer.negotiate()
                await peer.expect("CAP END")
            elif phase in ("joining", ""):
                await peer.register()
                await peer.expect("JOIN #ptg")
            if not phase:
                peer.joined()
                await asyncio.wait_for(run.network.ready(), 5)
                await answered(peer)
            peer.close()
            await until(lambda: caplog.text.count("lost the connection") == number + 1)  # noqa: B023 - awaited here
            ending = f" while {phase}; trying" if phase else "the server closed the link; trying"
            assert ending in caplog.messages[-1]


# How fast


@pytest.mark.parametrize(
    "line",
    [
        ":irc.test 263 bot WHO :Please wait a while and try again.",
        ":irc.test 439 bot alice :Target change too fast. Please wait 20 seconds.",
        ":irc.test NOTICE bot :Message throttled due to flooding",
        ":irc.test 404 bot #ptg :Message throttled",
        ":irc.test 404 bot #ptg :Cannot send to channel (+f)",
        "ERROR :Closing Link: bot (Excess Flood)",
        ":irc.test KICK #ptg bot :Channel flood triggered (limit is 5 lines in 10 secs)",
    ],
)
async def test_a_server_that_finds_the_bot_too_fast_slows_it_down(line: str, caplog: pytest.LogCaptureFixture) -> None:
    async with running() as run:
        peer = await run.peer()
        assert (run.network.burst, run.network.interval) == (4, 0.7)
        peer.send(line, line)
        await answered(peer)
        assert (run.network.burst, round(run.network.interval, 2)) == (1, 1.4)
        assert caplog.text.count("the server finds us too fast (") == 1


@pytest.mark.parametrize(
    "line",
    [
        ":alice!a@h NOTICE bot :flood, throttled, too fast",
        ":irc.test 404 bot #ptg :Cannot send to channel (+m)",
        ":irc.test NOTICE bot :Welcome",
        ":alice!a@h KICK #ptg bot :enough",
    ],
)
async def test_what_is_no_complaint_of_the_server_changes_no_pace(line: str) -> None:
    async with running() as run:
        peer = await run.peer()
        peer.send(line)
        await answered(peer)
        assert (run.network.burst, run.network.interval) == (4, 0.7)


async def test_the_greeting_of_some_servers_is_no_complaint() -> None:
    async with running() as run:
        peer = await run.server.client()
        peer.send(":irc.test 439 * :Please wait while we process your connection.")
        peer.send(":irc.test NOTICE * :*** Checking for floods")
        await peer.register()
        await peer.let_in()
        await asyncio.wait_for(run.network.ready(), 5)
        assert (run.network.burst, run.network.interval) == (4, 0.7)


async def test_the_slower_pace_outlives_the_connection() -> None:
    async with running() as run:
        peer = await run.peer()
        peer.send("ERROR :Closing Link: bot (Excess Flood)")
        peer.close()
        await run.peer()
        assert (run.network.burst, round(run.network.interval, 2)) == (1, 1.4)


# Channels


async def test_it_is_ready_in_one_channel_and_joined_in_all() -> None:
    async with running(replace(SETTINGS, channel=("#ptg", "#other"))) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.let_in("#ptg")
        await peer.expect("JOIN #other")
        await asyncio.wait_for(run.network.ready(), 5)
        assert not run.network._joined.is_set()
        with pytest.raises(NotInChannel, match="not in #other at the moment"):
            await run.network.post(Target("irc", "#OTHER"), "x")
        peer.joined("#other")
        await asyncio.wait_for(run.network.joined(), 5)


@pytest.mark.parametrize("code", [403, 405, 437, 471, 473, 474, 475, 476, 477, 489, 520])
async def test_a_refused_join_is_tried_again(code: int, caplog: pytest.LogCaptureFixture) -> None:
    async with running() as run:
        peer = await run.server.client()
        await peer.register()
        await peer.expect("JOIN #ptg")
        peer.numeric(code, "#PTG :Cannot join")
        await peer.let_in()
        await asyncio.wait_for(run.network.ready(), 5)
        assert "not in #ptg (Cannot join); trying again in 0.03 s" in caplog.text


async def test_a_join_that_is_not_answered_is_tried_again() -> None:
    async with running(timing=replace(BRISK, join=0.05)) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.expect("JOIN #ptg")
        await peer.let_in()


@pytest.mark.parametrize("line", [":op!o@h KICK #ptg bot :out", ":bot!b@h PART #ptg", ":op!o@h KICK #PTG BOT"])
async def test_out_of_the_channel_the_bot_waits_and_comes_back(line: str) -> None:
    async with running() as run:
        peer = await run.peer()
        peer.send(line)
        await answered(peer)
        assert not run.network._ready.is_set()
        with pytest.raises(NotInChannel):
            await run.network.post(CHANNEL, "x")
        await run.network.post(Target("irc", "alice"), "in private")
        await peer.expect("PRIVMSG alice :in private")
        await peer.let_in()
        await asyncio.wait_for(run.network.ready(), 5)


async def test_kicked_again_and_again_the_bot_takes_its_time() -> None:
    async with running(timing=replace(BRISK, rejoin=(0.02, 0.1, 0.2))) as run:
        peer = await run.peer()
        pauses = []
        for _ in range(4):
            peer.send(":op!o@h KICK #ptg bot :out")
            began = time.perf_counter()
            await peer.let_in()
            pauses.append(time.perf_counter() - began)
        assert [pause >= least for pause, least in zip(pauses, (0.02, 0.1, 0.2, 0.2), strict=True)] == [True] * 4


async def test_the_invitation_of_somebody_else_is_not_ours() -> None:
    async with running(timing=replace(BRISK, rejoin=(30.0,))) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.expect("JOIN #ptg")
        peer.numeric(473, "#ptg :Cannot join channel (+i)")
        peer.send(":op!o@h INVITE alice #ptg", "PING :settled")
        assert await peer.line() == "PONG :settled"
        peer.send(":op!o@h INVITE bot #ptg")
        assert await peer.line() == "JOIN #ptg"


async def test_sent_on_to_another_channel_the_bot_leaves_it_and_knocks_again(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as run:
        peer = await run.server.client()
        await peer.register()
        await peer.expect("JOIN #ptg")
        peer.numeric(470, "#ptg ##ptg :Forwarding to another channel")
        peer.send(":bot!b@h JOIN ##ptg")
        assert await peer.line() == "PART ##ptg"
        await peer.let_in()
        assert "not in #ptg (the server sends us to ##ptg instead); trying again" in caplog.text


async def test_more_channels_than_the_burst_are_joined_one_after_the_other() -> None:
    channels = ("#a", "#b", "#c", "#d")
    async with running(replace(SETTINGS, channel=channels, burst=2, interval=0.1)) as run:
        peer = await run.server.client()
        await peer.register()
        times = []
        for channel in channels:
            await peer.let_in(channel)
            times.append(time.perf_counter())
        assert times[3] - times[1] >= 0.15
        await asyncio.wait_for(run.network.joined(), 5)


async def test_put_into_a_channel_that_nobody_asked_for_the_bot_leaves_it() -> None:
    async with running() as run:
        peer = await run.peer()
        peer.send(":bot!b@h JOIN ##elsewhere")
        await peer.expect("PART ##elsewhere")
