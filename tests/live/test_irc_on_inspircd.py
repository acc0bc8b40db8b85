"""The whole bot on a real InspIRCd with real services: who it is there, and who the others are."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ptgbot.core.identity import Identity, Role
from tests.live.anope import Anope, requires_anope
from tests.live.bot import bot_on
from tests.live.certificates import Certificate, make_certificate
from tests.live.inspircd import InspIRCd, requires_inspircd
from tests.live.irc_client import IRCClient
from tests.networks.irc.scripted import until
from tests.program import seen

pytestmark = [pytest.mark.live, requires_inspircd, requires_anope, pytest.mark.asyncio(loop_scope="module")]

LOGIN: dict[str, Any] = {"irc_sasl_user": "ptgbot", "irc_sasl_password": "right"}
Arrive = Callable[..., Awaitable[IRCClient]]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Certificate]:
    folder = tmp_path_factory.mktemp("tls")
    return {name: make_certificate(folder, name) for name in ("localhost", "ptgbot", "stranger")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(certificates: dict[str, Certificate]) -> AsyncIterator[InspIRCd]:
    async with InspIRCd(certificate=certificates["localhost"].both) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(server: InspIRCd, certificates: dict[str, Certificate]) -> AsyncIterator[Anope]:
    accounts = {"ptgbot": "right", "ada": "lovelace", "grace": "hopper"}
    async with Anope(server, accounts, certificates={"ptgbot": certificates["ptgbot"].fingerprint}) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def services(shared: Anope) -> Anope:
    """Services that run, whatever the test before did with them."""
    if not shared.runs:
        await shared.start()
    return shared


@pytest_asyncio.fixture(loop_scope="module")
async def arrive(server: InspIRCd) -> AsyncIterator[Arrive]:
    people: list[IRCClient] = []

    async def come(nick: str, *, account: str = "", password: str = "") -> IRCClient:
        client = await IRCClient(server.host, server.port).connect(nick)
        people.append(client)
        if account:
            await log_in(client, account, password)
        await client.join("#ptg")
        return client

    yield come
    for client in people:
        await client.close()


async def log_in(person: IRCClient, account: str, password: str) -> None:
    person.private("NickServ", f"IDENTIFY {account} {password}")
    await person.expect(rf"\S+ 900 .* {account} :.*")


async def account_of(watcher: IRCClient, nick: str) -> str:
    """Return the account that somebody is logged in to, as the network tells everybody."""
    watcher.send(f"WHOIS {nick}")
    account = ""
    while (found := await watcher.expect(rf"\S+ (330|318) \S+ {nick} (\S*).*"))[1] == "330":
        account = found[2]
    return account


async def answer(person: IRCClient, text: str) -> str:
    """Say something to the bot in private; return its answer."""
    person.private("ptgbot", text)
    return (await person.expect(rf":ptgbot!\S+ PRIVMSG {person.nick_name} :(.*)"))[1]


async def until_account(watcher: IRCClient, account: str) -> None:
    async with asyncio.timeout(15):
        while await account_of(watcher, "ptgbot") != account:
            await asyncio.sleep(0.05)


async def test_with_the_right_password_the_bot_is_logged_in_before_it_is_in_the_channel(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    watcher = await arrive("watcher")
    watcher.send("CAP REQ :extended-join")
    async with bot_on(server, tmp_path, **LOGIN):
        found = await watcher.expect(r":ptgbot!\S+ JOIN #ptg (\S+) :.*")
        assert found[1] == "ptgbot"


async def test_with_a_certificate_that_services_know_it_needs_no_password(
    server: InspIRCd, services: Anope, arrive: Arrive, certificates: dict[str, Certificate], tmp_path: Path
) -> None:
    watcher = await arrive("watcher")
    tls: dict[str, Any] = {
        "irc_server": "localhost",
        "irc_port": server.tls_port,
        "irc_tls": True,
        "irc_ca_file": str(certificates["localhost"].alone),
    }
    async with bot_on(server, tmp_path, irc_client_cert=str(certificates["ptgbot"].both), **tls) as bot:
        await bot.joined()
        assert await account_of(watcher, "ptgbot") == "ptgbot"


async def test_a_certificate_that_services_do_not_know_leaves_the_password(
    server: InspIRCd, services: Anope, arrive: Arrive, certificates: dict[str, Certificate], tmp_path: Path
) -> None:
    watcher = await arrive("watcher")
    tls: dict[str, Any] = {
        "irc_server": "localhost",
        "irc_port": server.tls_port,
        "irc_tls": True,
        "irc_ca_file": str(certificates["localhost"].alone),
    }
    async with bot_on(server, tmp_path, irc_client_cert=str(certificates["stranger"].both), **tls, **LOGIN) as bot:
        await bot.joined()
        assert await account_of(watcher, "ptgbot") == "ptgbot"


async def test_with_a_wrong_password_the_bot_goes_on_without_and_says_so_in_the_log(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    watcher = await arrive("watcher")
    # Not the nick of an account: services would take that away from who is not logged in.
    wrong: dict[str, Any] = {"irc_nick": "helper", "irc_sasl_user": "ptgbot", "irc_sasl_password": "wr-ng"}
    async with bot_on(server, tmp_path, **wrong) as bot:
        await bot.joined()
        assert await account_of(watcher, "helper") == ""
        await bot.logs("(?i)sasl")
        assert "wr-ng" not in bot.log


async def test_where_the_login_is_required_a_wrong_password_keeps_the_bot_out(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    watcher = await arrive("watcher")
    wrong: dict[str, Any] = {"irc_sasl_user": "ptgbot", "irc_sasl_password": "wr-ng", "irc_sasl_required": True}
    async with bot_on(server, tmp_path, **wrong) as bot:
        await bot.logs("(?i)trying again in")
        await watcher.settled()
        assert not [line for line in watcher.lines if line.startswith(":ptgbot!")]
        assert "wr-ng" not in bot.log


async def test_the_bot_logs_in_when_services_come_back(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    watcher = await arrive("watcher")
    services.kill()
    await services.gone()
    async with bot_on(server, tmp_path, **LOGIN) as bot:
        await bot.joined()  # services being down does not keep the bot from its work
        assert await answer(watcher, "+seen ada") == "ada never checked in anywhere."
        await services.start()
        await until_account(watcher, "ptgbot")


async def test_where_the_login_is_required_the_bot_waits_for_services(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    watcher = await arrive("watcher")
    services.kill()
    await services.gone()
    async with bot_on(server, tmp_path, **LOGIN, irc_sasl_required=True) as bot:
        await bot.logs("(?i)trying again in")
        assert not [line for line in watcher.lines if line.startswith(":ptgbot!")]
        await services.start()
        await bot.joined()
        assert await account_of(watcher, "ptgbot") == "ptgbot"


async def test_services_that_do_not_answer_hold_the_bot_up_only_for_a_while(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    watcher = await arrive("watcher")
    services.pause()
    try:
        async with bot_on(server, tmp_path, timing={"sasl": 1.0, "services": 1.0}, **LOGIN) as bot:
            await bot.joined()
            assert await answer(watcher, "+seen ada") == "ada never checked in anywhere."
            services.resume()
    finally:
        services.resume()


async def _started(order: tuple[str, ...], folder: Path) -> str:
    """Start bot, server and services in an order; return the account that the bot then gets logged in to."""
    folder.mkdir()
    server = InspIRCd()
    services = Anope(server, {"ptgbot": "right"})
    async with AsyncExitStack() as stack:
        for part in (server, services):
            stack.callback(part.remove)
        for name in order:
            match name:
                case "server":
                    await server.start()
                case "services" if server.runs:
                    await services.start()
                case "services":
                    services.launch()
                    await until(lambda: "Connection refused" in services.log)
                case _:
                    bot = await stack.enter_async_context(bot_on(server, folder, **LOGIN))
                    await bot.logs("joined #ptg" if server.runs else "trying again in")
        async with IRCClient(server.host, server.port) as watcher:
            await watcher.connect("watcher")
            await until_account(watcher, "ptgbot")
            return await account_of(watcher, "ptgbot")


async def test_bot_server_and_services_come_together_in_whichever_order_they_start(tmp_path: Path) -> None:
    orders = list(itertools.permutations(("bot", "server", "services")))
    accounts = await asyncio.gather(*(_started(order, tmp_path / "-".join(order)) for order in orders))
    assert accounts == ["ptgbot"] * 6


async def test_a_check_in_and_a_subscription_follow_an_account_over_a_change_of_nick(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    async with bot_on(server, tmp_path) as bot:
        op, ada = await asyncio.gather(arrive("olga"), arrive("ada_phone", account="ada", password="lovelace"))
        await bot.joined()
        await answer(ada, "+in #nova")
        await answer(ada, "+subscribe cells")
        ada.nick("ada_laptop")
        await ada.expect(r":ada_phone!\S+ NICK :?ada_laptop")
        assert (await answer(ada, "+subscribe")).startswith("You are subscribed to: cells")
        op.say("#ptg", "#nova now cells")
        told = await ada.expect(r":ptgbot!\S+ PRIVMSG ada_laptop :(.*)")
        assert told[1] == "now in #nova (Ballroom A): cells"
        await ada.quit()
        # Another phone of the same person, and somebody else who took the nick.
        thief, again = await asyncio.gather(arrive("ada_phone"), arrive("lovelace", account="ada", password="lovelace"))
        assert await answer(thief, "+out") == "You never checked in anywhere: say 'in LOCATION' first."
        assert (await answer(again, "+out")).startswith("You are checked out of #nova.")


async def test_where_an_account_is_required_people_are_told_how_to_log_in_and_then_heard(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    async with bot_on(server, tmp_path, irc_require_account=True) as bot:
        grace = await arrive("grace_h")
        await bot.joined()
        assert await answer(grace, "+in #nova") == (
            "I take commands only from people who are logged in to this network: say /msg NickServ IDENTIFY PASSWORD,"
            " or set up SASL in your client. Then say it again, please."
        )
        await log_in(grace, "grace", "hopper")
        assert (await answer(grace, "+in #nova")).startswith("You are checked in to #nova.")
        await seen(tmp_path / "html" / "ptg.json", "grace_h")
        published = json.loads((tmp_path / "html" / "ptg.json").read_text())
        assert list(published["last_check_in"]) == ["grace_h"]


async def test_who_was_away_is_told_in_one_line_when_they_are_back(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    async with bot_on(server, tmp_path) as bot:
        op, ada = await asyncio.gather(arrive("olga"), arrive("ada_phone", account="ada", password="lovelace"))
        await bot.joined()
        await answer(ada, "+subscribe cells|rings")
        await ada.quit()
        await op.expect(r":ada_phone!\S+ QUIT.*")
        op.say("#ptg", "#nova now cells")
        op.say("#ptg", "#neutron now rings")
        await seen(tmp_path / "html" / "ptg.html", "rings")
        again = await arrive("ada_laptop", account="ada", password="lovelace")
        told = await again.expect(r":ptgbot!\S+ PRIVMSG ada_laptop :(.*)")
        assert "cells" in told[1] and "rings" in told[1]
        await again.settled()
        assert len([line for line in again.lines if "PRIVMSG ada_laptop" in line]) == 1


async def test_of_two_hundred_people_every_role_and_account_is_known(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    async with bot_on(server, tmp_path) as bot:
        await bot.joined()
        crowd = await asyncio.gather(*(arrive(f"p{number}") for number in range(200)))
        op = await arrive("olga")
        op.send("OPER op secret", "SAMODE #ptg +o olga")
        for number in range(0, 200, 20):
            op.mode("#ptg", f"+vo p{number} p{number + 1}")
            await log_in(crowd[number], "ada", "lovelace")
        await op.settled()
        assert bot.network._connection is not None
        people = bot.network._connection.state.people
        await until(lambda: people.actor("p180").identity == Identity("irc", "ada", verified=True))
        await until(lambda: people.actor("p181").role is Role.ORGANISER)
        known = [people.actor(f"p{number}") for number in range(200)]
    ten = [Role.MODERATOR, Role.ORGANISER, *[Role.ATTENDEE] * 18]
    assert [actor.role for actor in known] == ten * 10
    strangers = [Identity("irc", f"p{number}") for number in range(200)]
    ada = Identity("irc", "ada", verified=True)
    assert [actor.identity for actor in known] == [
        ada if number % 20 == 0 else identity for number, identity in enumerate(strangers)
    ]


async def test_a_nick_that_services_take_away_is_noticed_and_got_back_by_the_login(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    watcher = await arrive("watcher")
    watcher.send("OPER op secret")
    await watcher.expect(r"\S+ 381 .*")
    async with bot_on(server, tmp_path, **LOGIN) as bot:
        await bot.joined()
        watcher.send("SANICK ptgbot Guest1234")
        await watcher.expect(r":ptgbot!\S+ NICK :?Guest1234")
        await watcher.expect(r":Guest1234!\S+ NICK :?ptgbot")
        assert bot.nick == "ptgbot"
        assert await answer(watcher, "+seen ada") == "ada never checked in anywhere."


async def test_a_nick_that_somebody_else_holds_is_got_back_from_them_by_services(
    server: InspIRCd, services: Anope, arrive: Arrive, tmp_path: Path
) -> None:
    services.pause()  # else they would make the thief leave the nick by themselves
    thief = await arrive("ptgbot")
    services.resume()
    async with bot_on(server, tmp_path, **LOGIN, irc_pass="right") as bot:
        await bot.joined()
        await thief.expect(r"(ERROR .*|:ptgbot!\S+ NICK .*)")
        async with asyncio.timeout(10):
            while bot.nick != "ptgbot":
                await asyncio.sleep(0.02)
