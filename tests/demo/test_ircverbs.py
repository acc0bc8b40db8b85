import asyncio

from tests.demo.raw_client import Join


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
