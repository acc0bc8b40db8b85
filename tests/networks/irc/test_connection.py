"""One connection: registering, logging in, being in the channels."""

import asyncio
import logging
import re
import time
from dataclasses import replace

import pytest

from ptgbot.core.messages import Message, Target
from ptgbot.networks.irc import NotInChannel
from tests.networks.irc.running import BRISK, CAPS, CHANNEL, SETTINGS, actor, answered, running
from tests.networks.irc.scripted import until

SECRET = "correct-horse"

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


async def test_echoes_of_our_own_lines_are_never_asked_for() -> None:
    async with running() as run:
        peer = await run.server.client()
        peer.send(":irc.test CAP * LS :echo-message multi-prefix userhost-in-names")
        assert await peer.expect("CAP REQ .*") == "CAP REQ :multi-prefix userhost-in-names"


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


async def test_nicks_in_use_are_replaced_until_one_is_free() -> None:
    async with running() as run:
        peer = await run.server.client()
        asked = []
        for _ in range(5):
            asked.append((await peer.expect("NICK .*")).removeprefix("NICK "))
            peer.send(f":irc.test 433 * {asked[-1]} :Nickname is already in use")
        assert asked[:4] == ["bot", "bot_", "bot__", "bot___"]
        assert re.fullmatch("bot[0-9]{4}", asked[4])


@pytest.mark.parametrize("line", [":bot!~x@host QUIT", ":Bot!~x@host NICK :other"])
async def test_the_own_nick_is_taken_when_its_holder_goes(line: str) -> None:
    async with running() as run:
        peer = await run.server.client()
        await peer.expect("NICK bot")
        peer.send(":irc.test 433 * bot :Nickname is already in use")
        await peer.expect("NICK bot_")
        peer.welcome("bot_")
        await peer.let_in(names="bot")
        peer.send(line)
        await peer.expect("NICK bot")
        peer.send(":bot_!~bot@host NICK :bot")
        await until(lambda: run.network.nick == "bot")


async def test_the_own_nick_is_asked_for_from_time_to_time() -> None:
    async with running(timing=replace(BRISK, regain=0.03)) as run:
        peer = await run.server.client()
        await peer.expect("NICK bot")
        peer.send(":irc.test 433 * bot :Nickname is already in use")
        await peer.expect("NICK bot_")
        peer.welcome("bot_")
        await peer.let_in()
        for _ in range(3):
            await peer.expect("NICK bot")
            peer.send(":irc.test 433 bot_ bot :Nickname is already in use")


async def test_a_nick_that_the_server_refuses_is_not_asked_for_again() -> None:
    async with running(timing=replace(BRISK, regain=0.02)) as run:
        peer = await run.server.client()
        await peer.expect("NICK bot")
        peer.send(":irc.test 432 * bot :Erroneous nickname")
        nick = (await peer.expect("NICK ptg[0-9]{4}")).removeprefix("NICK ")
        peer.welcome(nick)
        await peer.let_in()
        await asyncio.sleep(0.1)
        peer.send("PING :settled")
        assert await peer.line() == "PONG :settled"


# NickServ


@pytest.mark.parametrize(
    "answer",
    [
        ":NickServ!s@services NOTICE bot :Password accepted -- you are now recognized.",
        ":NickServ!s@services NOTICE bot :\x02Invalid\x02 password for bot.",
        ":irc.test 900 bot bot!b@h bot :You are now logged in as bot",
        ":irc.test 401 bot NickServ :No such nick",
    ],
)
async def test_with_a_password_the_bot_joins_after_nickserv_answered(answer: str) -> None:
    async with running(replace(SETTINGS, password=SECRET), replace(BRISK, services=30)) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.expect(f"PRIVMSG NickServ :IDENTIFY {SECRET}")
        peer.send(":NickServ!s@services NOTICE bot :This nickname is registered. Please identify.")
        peer.send("PING :settled")
        assert await peer.line() == "PONG :settled"
        peer.send(answer)
        assert await peer.line() == "JOIN #ptg"
        assert run.heard == []


async def test_a_nickserv_that_does_not_answer_is_not_waited_for_long(caplog: pytest.LogCaptureFixture) -> None:
    async with running(replace(SETTINGS, password=SECRET), replace(BRISK, services=0.05)) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.let_in()
        assert "NickServ did not answer the login; going on without" in caplog.text


async def test_under_another_nick_the_bot_names_its_account() -> None:
    async with running(replace(SETTINGS, password=SECRET)) as run:
        peer = await run.server.client()
        await peer.expect("NICK bot")
        peer.send(":irc.test 433 * bot :in use")
        await peer.expect("NICK bot_")
        peer.welcome("bot_")
        await peer.expect(f"PRIVMSG NickServ :IDENTIFY bot {SECRET}")


async def test_the_password_is_in_no_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with running(replace(SETTINGS, password=SECRET)) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.expect(f"PRIVMSG NickServ :IDENTIFY {SECRET}")
        peer.send(f":NickServ!s@services NOTICE bot :Invalid password {SECRET}")
        await peer.let_in()
        peer.send(f"ERROR :{'x' * 10}")
        peer.close()
        await run.server.client()
    assert "connecting to" in caplog.text
    assert SECRET not in caplog.text


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


async def test_put_into_a_channel_that_nobody_asked_for_the_bot_leaves_it() -> None:
    async with running() as run:
        peer = await run.peer()
        peer.send(":bot!b@h JOIN ##elsewhere")
        await peer.expect("PART ##elsewhere")
