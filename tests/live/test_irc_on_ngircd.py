"""The IRC network on a real ngircd: what a server does that no script of ours would think of."""

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from ptgbot.core.identity import Actor, Identity, Role
from ptgbot.core.messages import Message, Send, Target
from ptgbot.delivery import SendQueue
from ptgbot.networks.irc import IRCNetwork, IRCSettings, NotInChannel, Timing
from tests.live.certificates import Certificate, make_certificate
from tests.live.irc_client import IRCClient
from tests.live.ngircd import Ngircd, requires_ngircd
from tests.networks.irc.scripted import until

pytestmark = [pytest.mark.live, requires_ngircd]

BRISK = Timing(retry=0.05, retry_most=0.2, rejoin=(0.05, 0.1), regain=0.3, ask=0.05)
CHANNEL = Target("irc", "#ptg")


class Bot:
    """A network under way, and what it heard."""

    def __init__(self, network: IRCNetwork) -> None:
        self.network = network
        self.heard: list[Message] = []

    async def hears(self, text: str) -> Message:
        """Return the first message with this text."""
        await until(lambda: any(message.text == text for message in self.heard))
        return next(message for message in self.heard if message.text == text)

    async def joined(self) -> None:
        async with asyncio.timeout(5):
            await self.network.joined()

    async def left(self) -> None:
        await until(lambda: not self.network._joined.is_set())


@asynccontextmanager
async def bot_on(
    server: Ngircd,
    *,
    nick: str = "bot",
    channel: str | tuple[str, ...] = "#ptg",
    timing: Timing = BRISK,
    ping_after: float = 45.0,
    tls: bool = False,
    ca_file: str | None = None,
    host: str = "127.0.0.1",
) -> AsyncIterator[Bot]:
    settings = IRCSettings(
        nick=nick,
        password="",
        server=host,
        port=server.tls_port if tls else server.port,
        channel=channel,
        tls=tls,
        ca_file=ca_file,
        ping_after=ping_after,
        ping_timeout=0.2 if ping_after < 1 else 15.0,
    )
    bot = Bot(IRCNetwork(settings, timing=timing))
    running = asyncio.create_task(bot.network.run(bot.heard.append, SendQueue(())))
    try:
        yield bot
    finally:
        running.cancel()
        await asyncio.wait([running], timeout=3)
        assert running.cancelled()


@pytest.fixture
async def server() -> AsyncIterator[Ngircd]:
    async with Ngircd(oper_password="secret") as running:
        yield running


@pytest.fixture
async def person(server: Ngircd) -> AsyncIterator[Callable[[str], "asyncio.Future[IRCClient]"]]:
    people: list[IRCClient] = []

    async def arrive(nick: str) -> IRCClient:
        client = await IRCClient(server.host, server.port).connect(nick)
        people.append(client)
        await client.join("#ptg")
        return client

    yield lambda nick: asyncio.ensure_future(arrive(nick))
    for client in people:
        await client.close()


Arrive = Callable[[str], "asyncio.Future[IRCClient]"]


def nobody(nick: str) -> Identity:
    return Identity("irc", nick, verified=False)


async def test_from_start_to_joined_takes_well_under_a_second_and_a_half(server: Ngircd) -> None:
    began = time.perf_counter()
    async with bot_on(server, timing=Timing()) as bot:
        await bot.joined()
        await bot.network.ready()
        assert time.perf_counter() - began < 1.0


async def test_where_the_server_throttles_as_by_default_joining_takes_its_one_second_and_no_more() -> None:
    async with Ngircd(max_penalty_time=-1) as server:
        began = time.perf_counter()
        async with bot_on(server, timing=Timing()) as bot:
            await bot.joined()
            assert time.perf_counter() - began < 2.0


async def test_the_bot_joins_all_its_channels(server: Ngircd) -> None:
    async with bot_on(server, channel=("#ptg", "#other")) as bot:
        await bot.joined()
        watcher = await IRCClient(server.host, server.port).connect("watcher")
        watcher.send("WHOIS bot")
        found = await watcher.expect(r"\S+ 319 watcher bot :(.*)")
        assert sorted(found[1].split()) == ["@#other", "@#ptg"]
        await watcher.close()


async def test_a_line_in_the_channel_and_one_in_private_arrive_with_who_and_where(
    server: Ngircd, person: Arrive
) -> None:
    alice = await person("Alice")  # the first one in is op
    async with bot_on(server) as bot:
        await bot.joined()
        alice.say("#PTG", "#nova now \x02cells\x02")
        alice.private("BOT", "+seen bob")
        sender = Actor(nobody("alice"), "Alice", Role.ORGANISER, "alice")
        await bot.hears("+seen bob")
        assert bot.heard == [
            Message("irc", sender, "#nova now cells", "#ptg"),
            Message("irc", sender, "+seen bob", None),
        ]


async def test_what_is_no_line_of_a_person_is_not_heard(server: Ngircd, person: Arrive) -> None:
    alice = await person("alice")
    async with bot_on(server) as bot:
        await bot.joined()
        alice.send("NOTICE #ptg :#nova now x", "NOTICE bot :#nova now x")
        alice.say("#ptg", "\x01ACTION #nova now x\x01")
        alice.private("bot", "\x01VERSION\x01")
        alice.say("#ptg", "the end")
        await bot.hears("the end")
        assert [message.text for message in bot.heard] == ["the end"]
        await alice.settled()
        assert not [line for line in alice.lines if line.startswith(":bot!") and " JOIN " not in line]


async def test_roles_follow_modes_nicks_parts_kicks_and_quits(server: Ngircd, person: Arrive) -> None:
    alice = await person("alice")
    bob = await person("bob")
    async with bot_on(server) as bot:
        await bot.joined()
        steps = 0

        async def role() -> Role:
            nonlocal steps
            steps += 1
            await alice.settled()
            bob.say("#ptg", f"step {steps}")
            return (await bot.hears(f"step {steps}")).sender.role

        assert await role() == Role.ATTENDEE
        alice.mode("#ptg", "+v bob")
        assert await role() == Role.MODERATOR
        alice.mode("#ptg", "+o-v+b bob bob *!*@nowhere")
        assert await role() == Role.ORGANISER
        bob.nick("Bob[1]")
        await alice.expect(r":bob!\S+ NICK :?Bob\[1\]")
        assert await role() == Role.ORGANISER
        alice.mode("#ptg", "+v-o Bob[1] Bob[1]")
        assert await role() == Role.MODERATOR
        bob.private("bot", "private")
        assert (await bot.hears("private")).sender == Actor(nobody("bob[1]"), "Bob[1]", Role.MODERATOR, "bob[1]")

        bob.part("#ptg")
        bob.private("bot", "from outside")
        assert (await bot.hears("from outside")).sender.role == Role.ATTENDEE
        await bob.join("#ptg")
        assert await role() == Role.ATTENDEE

        alice.mode("#ptg", "+h Bob[1]")
        assert await role() == Role.MODERATOR
        alice.kick("#ptg", "Bob[1]")
        await bob.expect(r"\S+ KICK .*")
        bob.private("bot", "kicked")
        assert (await bot.hears("kicked")).sender.role == Role.ATTENDEE

        await bob.join("#ptg")
        alice.mode("#ptg", "+o Bob[1]")
        assert await role() == Role.ORGANISER
        await bob.quit()
        await alice.expect(r":Bob\[1\]!\S+ QUIT.*")
        impostor = await person("Bob[1]")
        impostor.say("#ptg", "it is me")
        assert (await bot.hears("it is me")).sender.role == Role.ATTENDEE


async def test_roles_from_before_the_bot_came_are_known(server: Ngircd, person: Arrive) -> None:
    alice = await person("alice")
    bob = await person("bob")
    alice.mode("#ptg", "+ov bob bob")
    await alice.settled()
    async with bot_on(server) as bot:
        await bot.joined()
        alice.mode("#ptg", "-o bob")
        await alice.settled()
        bob.say("#ptg", "still voiced")
        assert (await bot.hears("still voiced")).sender.role == Role.MODERATOR


async def test_after_a_kick_the_bot_comes_back_and_lines_wait_meanwhile(server: Ngircd, person: Arrive) -> None:
    alice = await person("alice")
    async with bot_on(server, timing=Timing(rejoin=(0.2, 0.4))) as bot:
        await bot.joined()
        alice.kick("#ptg", "bot")
        await bot.left()
        with pytest.raises(NotInChannel, match="not in #ptg at the moment"):
            await bot.network.post(CHANNEL, "hello")
        await bot.joined()
        await bot.network.post(CHANNEL, "I am back")
        await alice.expect(r":bot!\S+ PRIVMSG #ptg :I am back")


async def test_an_invitation_is_followed_at_once(
    server: Ngircd, person: Arrive, caplog: pytest.LogCaptureFixture
) -> None:
    alice = await person("alice")
    alice.mode("#ptg", "+i")
    await alice.settled()
    async with bot_on(server, timing=Timing(rejoin=(30.0,))) as bot:
        await until(lambda: "not in #ptg (Cannot join channel (+i)" in caplog.text)
        alice.send("INVITE bot #ptg")
        await bot.joined()


async def test_a_server_that_was_killed_and_started_again_finds_the_bot_back(
    server: Ngircd, caplog: pytest.LogCaptureFixture
) -> None:
    async with bot_on(server) as bot:
        await bot.joined()
        server.kill()
        await bot.left()
        with pytest.raises(ConnectionError):
            await bot.network.post(CHANNEL, "hello")
        await until(lambda: caplog.text.count("nothing listens there") >= 2)
        await server.start()
        await bot.joined()
        alice = await IRCClient(server.host, server.port).connect("alice")
        await alice.join("#ptg")
        await bot.network.post(CHANNEL, "here again")
        await alice.expect(r":bot!\S+ PRIVMSG #ptg :here again")
        alice.say("#ptg", "good")
        assert (await bot.hears("good")).sender == Actor(nobody("alice"), "alice", Role.ATTENDEE, "alice")
        await alice.close()


async def test_a_server_that_only_says_little_is_not_left(server: Ngircd) -> None:
    async with bot_on(server, ping_after=0.1) as bot:
        await bot.joined()
        first = bot.network._connection
        await asyncio.sleep(0.6)
        assert bot.network._connection is first


async def test_a_nick_in_use_gets_an_underscore_and_is_taken_when_it_is_free(server: Ngircd, person: Arrive) -> None:
    holder = await person("bot")
    async with bot_on(server, timing=Timing()) as bot:
        await bot.joined()
        assert bot.network.nick == "bot_"
        holder.private("bot_", "hello")
        assert (await bot.hears("hello")).sender.name == "bot"
        holder.nick("somebody")
        await holder.expect(r":bot_!\S+ NICK :?bot")
        holder.private("bot", "you again")
        await bot.hears("you again")
        assert bot.network.nick == "bot"


async def test_the_nick_is_taken_back_after_its_holder_quits_where_the_bot_cannot_see_it(server: Ngircd) -> None:
    holder = await IRCClient(server.host, server.port).connect("bot")
    async with bot_on(server) as bot:
        await bot.joined()
        assert bot.network.nick == "bot_"
        await holder.quit()
        await until(lambda: bot.network.nick == "bot")


async def test_a_nick_too_long_for_the_server_is_shortened() -> None:
    async with Ngircd(max_nick_length=9) as server, bot_on(server, nick="openinfraptg") as bot:
        await bot.joined()
        assert bot.network.nick == "openinfra"


async def test_a_long_message_arrives_whole_in_lines_that_no_server_cuts(server: Ngircd, person: Arrive) -> None:
    alice = await person("alice")
    text = " ".join(f"{n}: päivää 👩🏽‍🚀 🇫🇮 naïve e\u0301 日本語" for n in range(60)) + " " + "👨‍👩‍👧‍👦" * 60
    async with bot_on(server, nick="a_rather_long_nick_for_a_robot") as bot:
        await bot.joined()
        lines = bot.network.split(Send(CHANNEL, text))
        for line in lines:
            await bot.network.post(CHANNEL, line)
        heard = [(await alice.expect(r":a_rather\S+ PRIVMSG #ptg :(.*)"))[1] for _ in lines]
        assert heard == lines
        assert "".join(heard).replace(" ", "") == text.replace(" ", "")


async def test_a_line_as_long_as_there_is_room_for_is_not_cut_on_its_way(server: Ngircd, person: Arrive) -> None:
    alice = await person("alice")
    async with bot_on(server) as bot:
        await bot.joined()
        line = "x" * bot.network.room(CHANNEL)
        await bot.network.post(CHANNEL, line)
        assert (await alice.expect(r":bot!\S+ PRIVMSG #ptg :(.*)"))[1] == line
        await bot.network.post(Target("irc", "alice"), line[:20])
        assert (await alice.expect(r":bot!\S+ PRIVMSG alice :(.*)"))[1] == line[:20]


async def test_nothing_that_is_said_becomes_a_second_line_or_a_ctcp(server: Ngircd, person: Arrive) -> None:
    alice = await person("alice")
    async with bot_on(server) as bot:
        await bot.joined()
        await bot.network.post(CHANNEL, "a\rQUIT :x\nQUIT :y\0z")
        await bot.network.post(CHANNEL, "\x01ACTION waves\x01")
        heard = [(await alice.expect(r":bot!\S+ PRIVMSG #ptg :(.*)"))[1] for _ in range(2)]
        assert heard == ["aQUIT :xQUIT :yz", "ACTION waves"]


async def test_stopped_the_bot_says_quit_and_is_gone_at_once(server: Ngircd, person: Arrive) -> None:
    alice = await person("alice")
    async with bot_on(server) as bot:
        await bot.joined()
        began = time.perf_counter()
    assert time.perf_counter() - began < 1.0
    await alice.expect(r":bot!\S+ QUIT :.*")


async def test_stopped_while_the_server_is_frozen_the_bot_is_gone_within_a_second(server: Ngircd) -> None:
    async with bot_on(server) as bot:
        await bot.joined()
        server.signal(signal.SIGSTOP)
        began = time.perf_counter()
    assert time.perf_counter() - began < 1.2
    server.resume()


async def test_two_hundred_people_come_before_the_bot_and_after_it_and_every_role_is_right(
    server: Ngircd, person: Arrive
) -> None:
    alice = await person("alice")
    crowd: list[IRCClient] = []

    async def come(first: int, last: int) -> None:
        for n in range(first, last, 10):  # ten at a time: more do not fit in the queue of a busy server
            crowd.extend(await asyncio.gather(*(person(f"p{n + m}") for m in range(10))))
        for n in range(first, last, 4):
            alice.mode("#ptg", f"+vo p{n} p{n + 1}")
        await alice.settled()

    await come(0, 100)
    async with bot_on(server) as bot:
        await bot.joined()
        await come(100, 200)
        for n, one in enumerate(crowd):
            one.say("#ptg", f"line {n}")
        roles = [(await bot.hears(f"line {n}")).sender.role for n in range(200)]
        assert roles == [Role.MODERATOR, Role.ORGANISER, Role.ATTENDEE, Role.ATTENDEE] * 50


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


async def test_tls_works_with_the_authority_that_the_settings_name(certificate: Certificate) -> None:
    ca_file = str(certificate.alone)
    async with (
        Ngircd(certificate=certificate.both) as server,
        bot_on(server, tls=True, ca_file=ca_file, host="localhost") as bot,
    ):
        await bot.joined()


@pytest.mark.parametrize(
    ("host", "trusted", "why"),
    [
        ("localhost", False, "its certificate is not valid \\(self.signed certificate\\)"),
        ("127.0.0.1", True, "its certificate is not valid \\(IP address mismatch.*\\)"),
    ],
)
async def test_a_certificate_that_proves_nothing_is_refused_with_the_reason_in_the_log(
    certificate: Certificate, host: str, trusted: bool, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    ca_file = str(certificate.alone) if trusted else None
    async with (
        Ngircd(certificate=certificate.both) as server,
        bot_on(server, tls=True, ca_file=ca_file, host=host),
    ):
        await until(lambda: re.search(f"no connection to {host}:[0-9]+: {why}", caplog.text))
    assert "NICK" not in server.log
