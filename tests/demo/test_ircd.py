import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptgbot.demo.ircd import DemoServer
from ptgbot.demo.ircline import Line, LineBuffer, encode, parse
from ptgbot.demo.ircnet import Net, User
from ptgbot.demo.ircverbs import VERBS


class RawClient:
    """A socket, and lines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, server: DemoServer, nick: str = "") -> "RawClient":
        client = cls(*await asyncio.open_connection(server.host, server.port))
        if nick:
            await client.say(f"NICK {nick}", f"USER {nick} 0 * :{nick.title()} Real")
        return client

    async def say(self, *lines: str) -> list[str]:
        """Send lines and return what came up to the answer to them."""
        return await self.say_bytes("".join(f"{line}\r\n" for line in lines).encode())

    async def say_bytes(self, data: bytes) -> list[str]:
        self._writer.write(data + b"PING :sync\r\n")
        heard = []
        while (line := await self.line()) != ":ptgbot.demo PONG ptgbot.demo :sync":
            heard.append(line)
        return heard

    async def heard(self) -> list[str]:
        """Return what came by itself."""
        return await self.say()

    async def line(self) -> str:
        raw = await asyncio.wait_for(self._reader.readline(), 5)
        assert raw.endswith(b"\r\n"), raw
        return raw[:-2].decode()

    async def rest(self) -> list[str]:
        """Return everything up to the end of the connection."""
        return (await asyncio.wait_for(self._reader.read(), 5)).decode().splitlines()

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()


Join = Callable[..., Awaitable[RawClient]]


@pytest.fixture
async def server() -> AsyncIterator[DemoServer]:
    async with DemoServer(port=0) as server:
        yield server


@pytest.fixture
async def connect(server: DemoServer) -> AsyncIterator[Join]:
    """Connect clients, with a nick or without."""
    clients: list[RawClient] = []

    async def connect(nick: str = "") -> RawClient:
        clients.append(await RawClient.connect(server, nick))
        return clients[-1]

    yield connect
    for client in clients:
        await client.close()


@pytest.fixture
def join(connect: Join) -> Join:
    """Connect clients that join #demo in the order they are asked for."""
    clients: list[RawClient] = []

    async def join(nick: str, channel: str = "#demo") -> RawClient:
        client = await connect(nick)
        if channel:
            await client.say(f"JOIN {channel}")
        for other in clients:
            await other.heard()
        clients.append(client)
        return client

    return join


class TestRegistration:
    async def test_a_client_is_welcomed_once_it_said_nick_and_user(self, connect: Join) -> None:
        client = await connect()
        assert await client.say("NICK ann", "USER ann 0 * :Ann") == [
            ":ptgbot.demo 001 ann :Welcome to the demo, ann!~ann@localhost",
            ":ptgbot.demo 002 ann :This is ptgbot.demo, a part of ptgbot",
            ":ptgbot.demo 003 ann :It has been here since the demo began",
            ":ptgbot.demo 004 ann ptgbot.demo ptgbot iw mntov :ov",
            (
                ":ptgbot.demo 005 ann CASEMAPPING=ascii CHANLIMIT=#:20 CHANMODES=,,,mnt CHANNELLEN=50 CHANTYPES=#"
                " MODES=6 NETWORK=demo NICKLEN=30 PREFIX=(ov)@+ TARGMAX=NOTICE:4,PRIVMSG:4 :are supported here"
            ),
            ":ptgbot.demo 251 ann :1 on this network, on 1 server",
            ":ptgbot.demo 254 ann 0 :channels",
            ":ptgbot.demo 255 ann :1 of them on this server",
            ":ptgbot.demo 375 ann :ptgbot.demo says:",
            ":ptgbot.demo 372 ann :The IRC network of the demo. It lives on this machine only,",
            ":ptgbot.demo 372 ann :and it goes when the demo ends.",
            ":ptgbot.demo 376 ann :That is all",
        ]

    async def test_the_welcome_waits_for_the_end_of_capabilities(self, connect: Join) -> None:
        client = await connect()
        assert await client.say("CAP LS 302", "NICK ann", "USER ann 0 * :Ann") == [
            ":ptgbot.demo CAP * LS :multi-prefix"
        ]
        assert await client.say("CAP REQ :multi-prefix", "CAP REQ :sasl multi-prefix", "CAP LIST", "CAP FLY") == [
            ":ptgbot.demo CAP ann ACK :multi-prefix",
            ":ptgbot.demo CAP ann NAK :sasl multi-prefix",
            ":ptgbot.demo CAP ann LIST :multi-prefix",
            ":ptgbot.demo 410 ann FLY :There is no such CAP command",
        ]
        assert (await client.say("CAP REQ :-multi-prefix", "CAP LIST", "CAP END"))[:3] == [
            ":ptgbot.demo CAP ann ACK :-multi-prefix",
            ":ptgbot.demo CAP ann LIST :",
            ":ptgbot.demo 001 ann :Welcome to the demo, ann!~ann@localhost",
        ]

    async def test_nothing_else_works_before(self, connect: Join) -> None:
        client = await connect()
        assert await client.say("PASS secret", "JOIN #demo", "FLY", "NICK", "NICK 1st", "USER", "CAP") == [
            ":ptgbot.demo 451 * :Say who you are first: NICK and USER",
            ":ptgbot.demo 451 * :Say who you are first: NICK and USER",
            ":ptgbot.demo 431 * :Which nick?",
            ":ptgbot.demo 432 * 1st :That cannot be a nick",
            ":ptgbot.demo 461 * USER :There is something missing",
            ":ptgbot.demo 461 * CAP :There is something missing",
        ]

    async def test_a_nick_is_held_in_any_case_as_soon_as_it_is_said(self, connect: Join) -> None:
        await connect("Ann")
        early, late = await connect(), await connect()
        await early.say("NICK bob")
        assert await late.say("NICK aNN", "NICK BOB") == [
            ":ptgbot.demo 433 * aNN :Somebody else has that nick",
            ":ptgbot.demo 433 * BOB :Somebody else has that nick",
        ]

    async def test_the_nick_of_one_who_left_is_free(self, connect: Join) -> None:
        first, second = await connect("ann"), await connect()
        await first.say("PING :here")
        await first.close()
        await asyncio.sleep(0.05)
        assert await second.say("NICK ann") == []

    async def test_one_registers_once_and_unknown_commands_are_named(self, join: Join) -> None:
        ann = await join("ann", "")
        assert await ann.say("USER ann 0 * :Again", "FLY away", "PING", "MODE") == [
            ":ptgbot.demo 462 ann :You have said who you are already",
            ":ptgbot.demo 421 ann FLY :There is no such command here",
            ":ptgbot.demo 409 ann :That needs a token",
            ":ptgbot.demo 461 ann MODE :There is something missing",
        ]

    async def test_a_new_nick_is_told_once_to_all_who_share_channels(self, join: Join) -> None:
        ann, bob, eve = await join("ann", "#a,#b"), await join("bob", "#a,#b"), await join("eve", "#c")
        assert await ann.say("NICK anna", "NICK anna", "NICK Anna", "NICK bob") == [
            ":ann!~ann@localhost NICK :anna",
            ":anna!~ann@localhost NICK :Anna",
            ":ptgbot.demo 433 Anna bob :Somebody else has that nick",
        ]
        assert await bob.heard() == [":ann!~ann@localhost NICK :anna", ":anna!~ann@localhost NICK :Anna"]
        assert await eve.heard() == []

    async def test_whoever_quits_is_told_of_to_all_who_share_channels(self, join: Join) -> None:
        ann, bob, eve, ian = await join("ann"), await join("bob"), await join("eve"), await join("ian")
        await bob.say("MODE #demo")
        bob._writer.write(b"QUIT :gone home\r\nPRIVMSG #demo :not said\r\n")
        assert await bob.rest() == ["ERROR :Goodbye"]
        eve._writer.write(b"QUIT\r\n")
        assert await eve.rest() == [":bob!~bob@localhost QUIT :Quit: gone home", "ERROR :Goodbye"]
        ian._writer.transport.abort()
        await asyncio.sleep(0.05)
        assert await ann.heard() == [
            ":bob!~bob@localhost QUIT :Quit: gone home",
            ":eve!~eve@localhost QUIT :Quit",
            ":ian!~ian@localhost QUIT :Connection closed",
        ]


class TestChannels:
    async def test_the_first_in_a_channel_is_its_operator(self, join: Join) -> None:
        ann, bob = await join("ann", ""), await join("bob", "")
        assert await ann.say("JOIN #Demo") == [
            ":ann!~ann@localhost JOIN #Demo",
            ":ptgbot.demo 353 ann = #Demo :@ann",
            ":ptgbot.demo 366 ann #Demo :That is everyone",
        ]
        await ann.say("TOPIC #demo :what is on")
        assert await bob.say("JOIN #demo", "JOIN #demo") == [
            ":bob!~bob@localhost JOIN #Demo",
            ":ptgbot.demo 332 bob #Demo :what is on",
            ":ptgbot.demo 353 bob = #Demo :@ann bob",
            ":ptgbot.demo 366 bob #Demo :That is everyone",
        ]
        assert await ann.heard() == [":bob!~bob@localhost JOIN #Demo"]

    async def test_a_channel_that_cannot_be_is_refused(self, join: Join) -> None:
        ann = await join("ann", "")
        assert await ann.say("JOIN demo,#", f"JOIN #{'x' * 50}", f"JOIN #{'ä' * 25}") == [
            ":ptgbot.demo 403 ann demo :There is no such channel",
            ":ptgbot.demo 403 ann # :There is no such channel",
            f":ptgbot.demo 403 ann #{'x' * 50} :There is no such channel",
            f":ptgbot.demo 403 ann #{'ä' * 25} :There is no such channel",
        ]

    async def test_nobody_is_in_more_than_twenty(self, join: Join) -> None:
        ann = await join("ann", "")
        await ann.say("JOIN " + ",".join(f"#{number}" for number in range(20)))
        assert await ann.say("JOIN #20") == [":ptgbot.demo 405 ann #20 :You are in as many channels as one can be"]
        left = await ann.say("JOIN 0")
        assert left == [f":ann!~ann@localhost PART #{number}" for number in range(20)]

    async def test_whoever_parts_is_out_and_an_empty_channel_starts_anew(self, join: Join) -> None:
        ann, bob = await join("ann"), await join("bob")
        assert await ann.say("PART #demo :good bye", "PART #demo", "PART #none", "PRIVMSG #demo :hello?") == [
            ":ann!~ann@localhost PART #demo :good bye",
            ":ptgbot.demo 442 ann #demo :You are not in that channel",
            ":ptgbot.demo 403 ann #none :There is no such channel",
            ":ptgbot.demo 404 ann #demo :You cannot speak in that channel",
        ]
        assert await bob.say("PART #demo") == [
            ":ann!~ann@localhost PART #demo :good bye",
            ":bob!~bob@localhost PART #demo",
        ]
        assert (await bob.say("JOIN #demo"))[1] == ":ptgbot.demo 353 bob = #demo :@bob"

    async def test_an_operator_gives_and_takes_ranks(self, join: Join) -> None:
        ann, bob, eve = await join("ann"), await join("bob"), await join("eve")
        assert await ann.say("MODE #demo +ov-o+v BOB eve ann ann", "MODE #demo +o ann") == [
            ":ann!~ann@localhost MODE #demo +ov-o+v bob eve ann ann",
            ":ptgbot.demo 482 ann #demo :You are not an operator of that channel",
        ]
        assert await eve.heard() == [":ann!~ann@localhost MODE #demo +ov-o+v bob eve ann ann"]
        assert await bob.say("NAMES #DEMO", "MODE #demo +o bob", "MODE #demo +v-v ann eve") == [
            ":ann!~ann@localhost MODE #demo +ov-o+v bob eve ann ann",
            ":ptgbot.demo 353 bob = #demo :+ann @bob +eve",
            ":ptgbot.demo 366 bob #demo :That is everyone",
            ":bob!~bob@localhost MODE #demo -v eve",
        ]

    async def test_modes_that_cannot_be_set_are_refused_one_by_one(self, join: Join) -> None:
        ann, bob = await join("ann"), await join("bob")
        await join("eve", "")
        assert await ann.say("MODE #demo +ovkom nobody eve bob", "MODE #none +m", "MODE #demo +o") == [
            ":ptgbot.demo 401 ann nobody :Nobody has that nick, and no channel that name",
            ":ptgbot.demo 441 ann eve #demo :They are not in that channel",
            ":ptgbot.demo 472 ann k :There is no such mode",
            ":ann!~ann@localhost MODE #demo +om bob",
            ":ptgbot.demo 403 ann #none :There is no such channel",
        ]
        assert await bob.say("MODE #demo", "MODE #demo b", "MODE #demo -n") == [
            ":ann!~ann@localhost MODE #demo +om bob",
            ":ptgbot.demo 324 bob #demo :+mnt",
            ":ptgbot.demo 368 bob #demo :Nobody is banned",
            ":bob!~bob@localhost MODE #demo -n",
        ]

    async def test_one_line_changes_the_ranks_of_six_at_most(self, join: Join) -> None:
        nicks = [f"n{number}" for number in range(7)]
        clients = [await join(nick) for nick in nicks]
        assert await clients[0].say(f"MODE #demo +vvvvvvv {' '.join(nicks)}") == [
            ":n0!~n0@localhost MODE #demo +vvvvvv n0 n1 n2 n3 n4 n5"
        ]

    async def test_a_moderated_channel_hears_only_voice_and_op(self, join: Join) -> None:
        ann, bob, eve = await join("ann"), await join("bob"), await join("eve", "")
        await ann.say("MODE #demo +m")
        await bob.heard()
        refused = "404 {} #demo :You cannot speak in that channel"
        assert await bob.say("PRIVMSG #demo :mute") == [f":ptgbot.demo {refused.format('bob')}"]
        await ann.say("MODE #demo +v bob")
        assert await bob.say("PRIVMSG #demo :voiced") == [":ann!~ann@localhost MODE #demo +v bob"]
        assert await ann.say("MODE #demo -nm") == [
            ":bob!~bob@localhost PRIVMSG #demo :voiced",
            ":ann!~ann@localhost MODE #demo -nm",
        ]
        assert await eve.say("PRIVMSG #demo :from outside") == []
        assert await ann.say("MODE #demo +n") == [
            ":eve!~eve@localhost PRIVMSG #demo :from outside",
            ":ann!~ann@localhost MODE #demo +n",
        ]
        assert await eve.say("PRIVMSG #demo :from outside") == [f":ptgbot.demo {refused.format('eve')}"]

    async def test_the_topic_is_the_operators_unless_the_channel_says_otherwise(self, join: Join) -> None:
        ann, bob = await join("ann"), await join("bob")
        assert await bob.say("TOPIC #demo", "TOPIC #demo :mine", "TOPIC #none") == [
            ":ptgbot.demo 331 bob #demo :There is no topic",
            ":ptgbot.demo 482 bob #demo :You are not an operator of that channel",
            ":ptgbot.demo 403 bob #none :There is no such channel",
        ]
        await ann.say("MODE #demo -t")
        assert await bob.say("TOPIC #demo :ours", "TOPIC #demo", "TOPIC #demo :") == [
            ":ann!~ann@localhost MODE #demo -t",
            ":bob!~bob@localhost TOPIC #demo :ours",
            ":ptgbot.demo 332 bob #demo :ours",
            ":bob!~bob@localhost TOPIC #demo :",
        ]

    async def test_an_operator_kicks_and_nobody_else_does(self, join: Join) -> None:
        ann, bob = await join("ann"), await join("bob")
        eve = await join("eve", "")
        assert await bob.say("KICK #demo ann", "KICK #demo") == [
            ":ptgbot.demo 482 bob #demo :You are not an operator of that channel",
            ":ptgbot.demo 461 bob KICK :There is something missing",
        ]
        assert await eve.say("KICK #demo ann") == [":ptgbot.demo 442 eve #demo :You are not in that channel"]
        assert await ann.say("KICK #demo eve,nobody,BOB :enough", "KICK #demo ann", "NAMES #demo") == [
            ":ptgbot.demo 441 ann eve #demo :They are not in that channel",
            ":ptgbot.demo 401 ann nobody :Nobody has that nick, and no channel that name",
            ":ann!~ann@localhost KICK #demo bob :enough",
            ":ann!~ann@localhost KICK #demo ann :ann",
            ":ptgbot.demo 366 ann #demo :That is everyone",
        ]
        assert await bob.heard() == [":ann!~ann@localhost KICK #demo bob :enough"]

    async def test_names_go_over_several_lines_when_they_are_many(self, join: Join) -> None:
        ann = await join("ann")
        nicks = [f"{'x' * 25}{number:02}" for number in range(20)]
        for nick in nicks:
            await join(nick)
        lines = await ann.say("NAMES #demo", "NAMES")
        listed = [line.partition(" :")[2].split() for line in lines if " 353 " in line]
        assert [len(line) <= 510 for line in lines] == [True] * len(lines)
        assert (len(listed), [nick for line in listed for nick in line]) == (2, ["@ann", *nicks])
        assert lines[-1] == ":ptgbot.demo 366 ann * :That is everyone"

    async def test_all_ranks_are_named_to_whoever_asked_for_multi_prefix(self, join: Join) -> None:
        ann = await join("ann")
        assert (await ann.say("MODE #demo +v ann", "NAMES #demo"))[1] == ":ptgbot.demo 353 ann = #demo :@ann"
        assert (await ann.say("CAP REQ multi-prefix", "NAMES #demo"))[1] == ":ptgbot.demo 353 ann = #demo :@+ann"


class TestTalk:
    async def test_a_message_reaches_everyone_else_in_the_channel(self, join: Join) -> None:
        ann, bob, eve = await join("ann"), await join("bob"), await join("eve", "")
        assert await ann.say("PRIVMSG #DEMO :hello : there", "NOTICE #demo psst") == []
        assert await bob.heard() == [
            ":ann!~ann@localhost PRIVMSG #demo :hello : there",
            ":ann!~ann@localhost NOTICE #demo :psst",
        ]
        assert await eve.heard() == []

    async def test_a_message_reaches_one_person_and_says_who_is_away(self, join: Join) -> None:
        ann, bob = await join("ann", ""), await join("bob", "")
        assert await bob.say("AWAY :at lunch") == [":ptgbot.demo 306 bob :You are marked as away"]
        assert await ann.say("PRIVMSG BOB,ann :you there?", "NOTICE bob :a notice") == [
            ":ptgbot.demo 301 ann bob :at lunch",
            ":ann!~ann@localhost PRIVMSG ann :you there?",
        ]
        assert await bob.say("AWAY") == [
            ":ann!~ann@localhost PRIVMSG bob :you there?",
            ":ann!~ann@localhost NOTICE bob :a notice",
            ":ptgbot.demo 305 bob :You are no longer marked as away",
        ]

    async def test_a_message_that_cannot_arrive_is_refused_and_a_notice_never_is(self, join: Join) -> None:
        ann = await join("ann", "")
        assert await ann.say("PRIVMSG", "PRIVMSG bob", "PRIVMSG bob :hi", "NOTICE bob :hi", "NOTICE", "NOTICE bob") == [
            ":ptgbot.demo 411 ann :To whom?",
            ":ptgbot.demo 412 ann :There is no text to send",
            ":ptgbot.demo 401 ann bob :Nobody has that nick, and no channel that name",
        ]

    async def test_bytes_that_are_no_utf8_are_passed_on_as_they_are(self, join: Join) -> None:
        ann, bob = await join("ann"), await join("bob")
        await ann.say_bytes(b"PRIVMSG #demo :caf\xe9 \xff\r\n")
        assert await bob._reader.readline() == b":ann!~ann@localhost PRIVMSG #demo :caf\xe9 \xff\r\n"

    async def test_a_line_that_is_too_long_once_passed_on_is_cut_between_characters(self, join: Join) -> None:
        ann, bob = await join("ann"), await join("bob")
        await ann.say("PRIVMSG #demo :" + "ä" * 400)
        head = ":ann!~ann@localhost PRIVMSG #demo :"
        assert await bob.heard() == [head + "ä" * ((510 - len(head)) // 2)]


class TestQuestions:
    async def test_who_names_the_members_of_a_channel_or_one_nick(self, join: Join) -> None:
        ann, bob = await join("ann"), await join("bob")
        await bob.say("AWAY :x")
        assert await ann.say("WHO #demo", "WHO bob", "WHO") == [
            ":ptgbot.demo 352 ann #demo ~ann localhost ptgbot.demo ann H@ :0 Ann Real",
            ":ptgbot.demo 352 ann #demo ~bob localhost ptgbot.demo bob G :0 Bob Real",
            ":ptgbot.demo 315 ann #demo :That is everyone",
            ":ptgbot.demo 352 ann * ~bob localhost ptgbot.demo bob G :0 Bob Real",
            ":ptgbot.demo 315 ann bob :That is everyone",
            ":ptgbot.demo 315 ann * :That is everyone",
        ]

    async def test_whois_says_who_somebody_is_and_where(self, join: Join) -> None:
        ann, _ = await join("ann", "#a,#b"), await join("bob", "")
        await ann.say("AWAY :x")
        assert await ann.say("WHOIS ptgbot.demo ANN", "WHOIS bob", "WHOIS eve") == [
            ":ptgbot.demo 311 ann ann ~ann localhost * :Ann Real",
            ":ptgbot.demo 319 ann ann :@#a @#b",
            ":ptgbot.demo 312 ann ann ptgbot.demo :The IRC server of the demo",
            ":ptgbot.demo 301 ann ann :x",
            ":ptgbot.demo 318 ann ANN :That is all",
            ":ptgbot.demo 311 ann bob ~bob localhost * :Bob Real",
            ":ptgbot.demo 312 ann bob ptgbot.demo :The IRC server of the demo",
            ":ptgbot.demo 318 ann bob :That is all",
            ":ptgbot.demo 401 ann eve :Nobody has that nick, and no channel that name",
            ":ptgbot.demo 318 ann eve :That is all",
        ]

    async def test_list_names_the_channels_or_those_asked_for(self, join: Join) -> None:
        ann = await join("ann", "#a,#b")
        await ann.say("TOPIC #a :first")
        assert await ann.say("LIST", "LIST #B,#c") == [
            ":ptgbot.demo 322 ann #a 1 :first",
            ":ptgbot.demo 322 ann #b 1 :",
            ":ptgbot.demo 323 ann :That is all",
            ":ptgbot.demo 322 ann #b 1 :",
            ":ptgbot.demo 323 ann :That is all",
        ]

    async def test_ison_and_userhost_know_who_is_there(self, join: Join) -> None:
        ann, bob = await join("ann", ""), await join("bob", "")
        await bob.say("AWAY :x")
        assert await ann.say("ISON BOB eve ann", "ISON :eve bob", "USERHOST ann bob eve") == [
            ":ptgbot.demo 303 ann :bob ann",
            ":ptgbot.demo 303 ann :bob",
            ":ptgbot.demo 302 ann :ann=+~ann@localhost bob=-~bob@localhost",
        ]

    async def test_own_modes_are_shown_and_set_and_those_of_others_are_not(self, join: Join) -> None:
        ann, _ = await join("ann", ""), await join("bob", "")
        assert await ann.say("MODE ann +iw-w", "MODE ANN", "MODE ann -i", "MODE ann +o", "MODE bob", "MODE eve") == [
            ":ann!~ann@localhost MODE ann :+i",
            ":ptgbot.demo 221 ann :+i",
            ":ann!~ann@localhost MODE ann :-i",
            ":ptgbot.demo 501 ann :There is no such mode",
            ":ptgbot.demo 502 ann :The modes of others are theirs",
            ":ptgbot.demo 401 ann eve :Nobody has that nick, and no channel that name",
        ]


class TestSockets:
    async def test_only_this_machine_reaches_it_by_default(self) -> None:
        assert (DemoServer().host, DemoServer().port) == ("127.0.0.1", 6667)

    async def test_a_port_that_is_taken_is_an_oserror(self, server: DemoServer) -> None:
        with pytest.raises(OSError, match="in use"):
            await DemoServer(port=server.port).start()

    async def test_stopping_sends_everyone_away_and_frees_the_port(self, server: DemoServer, connect: Join) -> None:
        ann, stranger = await connect("ann"), await connect()
        await stranger.heard()
        await server.stop()
        await server.stop()
        assert (await ann.rest(), await stranger.rest()) == (["ERROR :The demo ends"], ["ERROR :The demo ends"])
        async with DemoServer(port=server.port) as again:
            assert again.port == server.port
            assert (await (await connect()).say("NICK ann")) == []

    async def test_a_client_that_does_not_read_is_dropped_and_the_others_hear_of_it(self, join: Join) -> None:
        ann, deaf = await join("ann"), await join("deaf")
        deaf._writer.transport.pause_reading()  # type: ignore[attr-defined]
        line = f"PRIVMSG #demo :{'x' * 400}\r\n".encode()
        heard: list[str] = []
        while not heard:
            heard = await ann.say_bytes(line * 500)
        assert heard == [":deaf!~deaf@localhost QUIT :Does not read"]

    async def test_a_line_without_an_end_is_cut_and_the_next_one_is_read(self, connect: Join) -> None:
        ann = await connect("ann")
        await ann.heard()
        for _ in range(100):
            ann._writer.write(b"FLY" + b"x" * 60_000)
            await ann._writer.drain()
        head = ":ptgbot.demo 421 ann "
        assert await ann.say_bytes(b"\r\n") == [(head + "FLY" + "X" * 510)[:510]]

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.binary(max_size=2000), max_size=5))
    async def test_any_bytes_leave_it_running(self, chunks: list[bytes]) -> None:
        async with DemoServer(port=0) as server:
            stranger, ann = await RawClient.connect(server), await RawClient.connect(server, "ann")
            await ann.heard()
            for chunk in chunks:
                stranger._writer.write(chunk)
            stranger._writer.write(b"\r\nQUIT\r\n")
            assert (await stranger.rest())[-1].startswith(("ERROR", ":ptgbot.demo"))
            assert await ann.heard() == []
            await stranger.close()
            await ann.close()


class FakeLink:
    """Keeps what is sent, and looks at it as a strict client would."""

    def __init__(self) -> None:
        self.sent: list[Line] = []
        self.closed = False

    def send(self, line: str) -> None:
        raw = encode(line)
        assert len(raw) <= 512
        assert re.fullmatch(rb"[^\r\n\0]+\r\n", raw)
        parsed = parse(raw[:-2].decode("utf-8", "surrogateescape"))
        assert parsed is not None
        assert re.fullmatch(r"ptgbot\.demo|[^ !@]+!~[^ !@]+@localhost|", parsed.source)
        assert parsed.source or parsed.command == "ERROR"
        assert not parsed.command.isdecimal() or len(parsed.params) > 1
        self.sent.append(parsed)

    def close(self) -> None:
        self.closed = True


WORDS = st.sampled_from(
    ["ann", "ANN", "bob", "eve", "#a", "#A", "#b", "#a,#b", "ann,bob", "+o", "-o", "+ov", "-ntm", "0"]
)
ANYTHING = st.binary(max_size=20).map(lambda raw: " ".join(LineBuffer().feed(raw + b"\n")))
PARAM = st.one_of(WORDS, WORDS, ANYTHING)
COMMAND = st.builds(
    lambda verb, params: " ".join([verb, *params]), st.sampled_from(sorted(VERBS)), st.lists(PARAM, max_size=4)
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 2), COMMAND), max_size=60))
def test_whatever_three_users_type_members_and_channels_stay_in_step(typed: list[tuple[int, str]]) -> None:
    net = Net(VERBS)
    links = [FakeLink() for _ in range(3)]
    users = [User(link) for link in links]
    for user, nick in zip(users, ("ann", "bob", "eve"), strict=True):
        for line in (f"NICK {nick}", f"USER {nick} 0 * :{nick}", "JOIN #a"):
            net.receive(user, line)
    for number, line in typed:
        if not links[number].closed:
            net.receive(users[number], line)
    there = [user for user in users if not user.link.closed]  # type: ignore[attr-defined]
    assert set(net.nicks.values()) == set(there)
    assert all(net.nicks[user.nick.lower()] is user for user in there)
    assert all(channel.members for channel in net.channels.values())
    assert {(user.nick, key) for user in there for key in user.channels} == {
        (user.nick, key) for key, channel in net.channels.items() for user in channel.members
    }
    for user in there:
        net.drop(user, "end")
        net.drop(user, "end")
    assert (net.nicks, net.channels) == ({}, {})


class TestLines:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("NICK ann", Line("", "NICK", ("ann",))),
            (":ann!a@h privmsg  #a  :b : c ", Line("ann!a@h", "PRIVMSG", ("#a", "b : c "))),
            ("@time=now;x :ann PING :", Line("ann", "PING", ("",))),
            ("TOPIC #a\u2003b :", Line("", "TOPIC", ("#a\u2003b", ""))),
            ("", None),
            ("   ", None),
            (":ann", None),
            ("@tag", None),
        ],
    )
    def test_are_taken_apart(self, text: str, line: Line | None) -> None:
        assert parse(text) == line

    def test_name_the_nick_they_are_from(self) -> None:
        assert (Line("ann!a@h", "X", ()).nick, Line("ptgbot.demo", "X", ()).nick) == ("ann", "ptgbot.demo")

    def test_go_out_as_one_line_whatever_is_in_them(self) -> None:
        assert encode("PRIVMSG a :b\r\nQUIT\0") == b"PRIVMSG a :b  QUIT \r\n"

    @given(st.text(), st.integers(490, 520))
    def test_are_cut_between_characters(self, text: str, length: int) -> None:
        raw = encode(
            "x" * length + text.replace("\r", "").replace("\n", "").replace("\0", "").encode("utf-8", "ignore").decode()
        )
        assert len(raw) <= 512
        raw.decode()

    @given(st.binary(), st.lists(st.integers(0, 5)))
    def test_are_the_same_in_whatever_pieces_they_come(self, data: bytes, sizes: list[int]) -> None:
        pieces, buffer, at = LineBuffer(), LineBuffer(), 0
        lines: list[str] = []
        for size in sizes:
            lines += pieces.feed(data[at : at + size])
            at += size
        lines += pieces.feed(data[at:] + b"\n")
        assert lines == list(buffer.feed(data + b"\n"))

    def test_keep_no_more_than_their_first_510_bytes(self) -> None:
        buffer = LineBuffer()
        assert list(buffer.feed(b"a" * 400)) == []
        assert list(buffer.feed(b"b" * 100_000)) == []
        assert len(buffer._rest) == 510
        assert list(buffer.feed(b"c\r\nnext\r\n")) == ["a" * 400 + "b" * 110, "next"]
