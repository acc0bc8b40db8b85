"""The nicks to try, and the own one again: taken when it is free, asked of services when it is held."""

import asyncio
import re
import time
from dataclasses import replace
from itertools import pairwise

import pytest

from ptgbot.networks.irc.nick import NickChoice, user_name
from tests.networks.irc.running import BRISK, SETTINGS, running
from tests.networks.irc.scripted import ISUPPORT, Peer, until


def test_a_nick_in_use_gets_underscores_then_numbers() -> None:
    nicks = NickChoice("openinfraptg")
    assert [nicks.after_in_use() for _ in range(3)] == ["openinfraptg_", "openinfraptg__", "openinfraptg___"]
    assert re.fullmatch("openi[0-9]{4}", nicks.after_in_use())


def test_a_nick_too_long_is_shortened_and_stays_short() -> None:
    nicks = NickChoice("openinfraptg")
    assert nicks.after_refused() == "openinfra"
    assert nicks.after_in_use() == "openinfr_"
    assert nicks.after_in_use() == "openinf__"
    assert re.fullmatch("ptg[0-9]{4}", nicks.after_refused())


def test_a_nick_that_is_not_accepted_though_short_is_replaced() -> None:
    assert re.fullmatch("ptg[0-9]{4}", NickChoice("1bot").after_refused())


def test_the_user_name_has_nothing_that_a_server_refuses() -> None:
    assert [user_name(nick) for nick in ("bot", "open[infra]-ptg_bot", "[]", "päivä")] == [
        "bot",
        "openinfra",
        "ptgbot",
        "piv",
    ]


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


# The own nick again


async def under_another_nick(peer: Peer, *, isupport: str = ISUPPORT) -> None:
    """Register a client whose nick is in use."""
    await peer.expect("NICK bot")
    peer.send(":irc.test 433 * bot :Nickname is already in use")
    await peer.expect("NICK bot_")
    peer.welcome("bot_", isupport=isupport)


async def held(peer: Peer) -> None:
    """Refuse the nick once more."""
    assert await peer.line() == "NICK bot"
    peer.send(":irc.test 433 bot_ bot :Nickname is already in use")


@pytest.mark.parametrize(
    ("unknown", "command"), [([], "REGAIN"), (["REGAIN"], "RECOVER"), (["REGAIN", "RECOVER"], "GHOST")]
)
async def test_services_give_the_nick_back_by_what_they_know(unknown: list[str], command: str) -> None:
    async with running(replace(SETTINGS, password="secret"), replace(BRISK, services=30)) as run:
        peer = await run.server.client()
        await under_another_nick(peer)
        await peer.expect("PRIVMSG NickServ :IDENTIFY bot secret")
        peer.send(":NickServ!s@services NOTICE bot_ :You are now identified.")
        await held(peer)
        for each in unknown:
            assert await peer.line() == f"PRIVMSG NickServ :{each} bot secret"
            peer.send(f":NickServ!s@services NOTICE bot_ :Unknown command {each}.")
        assert await peer.line() == f"PRIVMSG NickServ :{command} bot secret"
        if command == "GHOST":
            peer.send(":NickServ!s@services NOTICE bot_ :Ghost with your nick has been killed.")
            assert await peer.line() == "NICK bot"
        peer.send(":bot_!~bot@host NICK :bot", ":NickServ!s@services NOTICE bot :You have regained bot.")
        peer.nick = "bot"
        await peer.let_in()
        assert run.network.nick == "bot"


async def test_logged_in_by_sasl_the_bot_needs_no_password_for_its_nick() -> None:
    async with running(replace(SETTINGS, sasl_user="bot", sasl_password="secret"), replace(BRISK, services=30)) as run:
        peer = await run.server.client()
        peer.send(":irc.test CAP * LS :sasl")
        await peer.expect("CAP REQ :sasl")
        peer.send(":irc.test CAP * ACK :sasl", ":irc.test 433 * bot :Nickname is already in use")
        await peer.expect("AUTHENTICATE PLAIN")
        peer.send(":irc.test 903 * :SASL authentication successful")
        await peer.expect("CAP END")
        peer.welcome("bot_")
        await held(peer)
        assert await peer.line() == "PRIVMSG NickServ :REGAIN bot"


async def test_without_a_login_services_are_not_asked_for_the_nick() -> None:
    async with running(timing=replace(BRISK, regain=0.05)) as run:
        peer = await run.server.client()
        await under_another_nick(peer)
        await peer.let_in()
        await held(peer)
        await held(peer)


async def test_a_nick_that_services_took_away_is_taken_back_after_logging_in() -> None:
    async with running(replace(SETTINGS, password="secret"), replace(BRISK, services=30, relogin=30)) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.expect("PRIVMSG NickServ :IDENTIFY secret")
        peer.numeric(401, "NickServ :No such nick")
        await peer.let_in()
        peer.send(":bot!~bot@host NICK :Guest123")
        assert await peer.line() == "NICK bot"
        peer.send(":irc.test 433 Guest123 bot :Nickname is already in use")
        assert await peer.line() == "PRIVMSG NickServ :IDENTIFY bot secret"
        peer.send(":NickServ!s@services NOTICE Guest123 :You are now identified.")
        assert await peer.line() == "PRIVMSG NickServ :REGAIN bot secret"
        peer.send(":Guest123!~bot@host NICK :bot", ":NickServ!s@services NOTICE bot :Done.")
        await until(lambda: run.network.nick == "bot")
        peer.say("alice", "bot", "hello")
        assert [message.text for message in await run.hears()] == ["hello"]


async def test_renamed_again_and_again_the_bot_takes_its_time() -> None:
    async with running(timing=replace(BRISK, nick_pauses=(0.02, 0.1, 0.2), regain=30)) as run:
        peer = await run.peer()
        times = []
        for _ in range(4):
            peer.send(":bot!~bot@host NICK :Guest123")
            await peer.expect("NICK bot")
            times.append(time.perf_counter())
            peer.send(":Guest123!~bot@host NICK :bot")
        pauses = [later - earlier for earlier, later in pairwise(times)]
        assert [pause >= least for pause, least in zip(pauses, (0.02, 0.1, 0.2), strict=True)] == [True] * 3


async def test_where_the_server_tells_who_comes_and_goes_the_nick_is_taken_as_soon_as_it_is_free() -> None:
    async with running(timing=replace(BRISK, regain=30)) as run:
        peer = await run.server.client()
        await under_another_nick(peer, isupport=f"{ISUPPORT} MONITOR=100")
        await peer.expect(r"MONITOR \+ bot")
        await peer.let_in()
        peer.send(":irc.test 731 bot_ :other,bot!x@host")
        assert await peer.line() == "NICK bot"


async def test_a_nick_longer_than_the_server_allows_is_wanted_only_as_far_as_it_goes() -> None:
    async with running(replace(SETTINGS, nick="openinfraptg"), replace(BRISK, regain=0.02)) as run:
        peer = await run.server.client()
        await peer.expect("NICK openinfraptg")
        peer.send(":irc.test 432 * openinfraptg :Erroneous nickname")
        await peer.expect("NICK openinfra")
        peer.welcome("openinfra", isupport=f"{ISUPPORT} NICKLEN=9")
        await peer.let_in()
        await asyncio.sleep(0.1)
        peer.send("PING :settled")
        assert await peer.line() == "PONG :settled"


@pytest.mark.parametrize("line", [":irc.test 437 * bot :Unavailable", ":irc.test 436 * bot :Collision"])
async def test_a_nick_that_is_not_to_be_had_for_another_reason_is_replaced(line: str) -> None:
    async with running() as run:
        peer = await run.server.client()
        await peer.expect("NICK bot")
        peer.send(line)
        await peer.expect("NICK bot_")
