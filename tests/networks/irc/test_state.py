"""What is heard on a connection, from whom, and with which rights."""

import asyncio
from dataclasses import replace

import pytest

from ptgbot.core.identity import Role
from ptgbot.core.messages import Message
from ptgbot.networks.irc.people import account_told
from tests.networks.irc.running import CAPS, CHANNEL, SETTINGS, actor, answered, running
from tests.networks.irc.scripted import ISUPPORT

# What is heard


async def test_a_message_has_its_sender_text_channel_and_id() -> None:
    async with running() as run:
        peer = await run.peer(caps=CAPS, names="@Alice")
        peer.say("Alice", "#PTG", "\x02#nova\x0f now x", tags="@msgid=abc;account=AliceL ")
        peer.say("Alice", "Bot", "help", tags="@account=AliceL ")
        assert await run.hears(2) == [
            Message("irc", actor("Alice", Role.ORGANISER, "alicel"), "#nova now x", "#ptg", "abc"),
            Message("irc", actor("Alice", Role.ORGANISER, "alicel"), "help"),
        ]


async def test_nothing_but_what_people_say_is_a_message() -> None:
    async with running() as run:
        peer = await run.peer(caps=CAPS)
        peer.say("bot", "#ptg", "our own")
        peer.say("alice", "#ptg", "\x01ACTION waves\x01")
        peer.say("alice", "bot", "\x01VERSION\x01")
        for tag in ("bot", "draft/bot", "inspircd.org/bot", "bot=x"):
            peer.say("robot", "#ptg", "another bot's", tags=f"@{tag} ")
        peer.say("NickServ", "bot", "Please identify")
        peer.say("alice", "#elsewhere", "elsewhere")
        peer.say("alice", "@#ptg", "for operators")
        peer.say("alice", "$*", "for all")
        peer.send(b":al\xe9!u@h PRIVMSG #ptg :from a nick that is no text")
        peer.send(":irc.test PRIVMSG #ptg :a server's", ":alice!a@h NOTICE #ptg :a notice", ":alice!a@h PRIVMSG")
        peer.say("alice", "#ptg", "hello \x01ACTION x\x01 there")
        assert [message.text for message in await run.hears()] == ["hello ACTION x there"]


async def test_the_history_that_a_channel_plays_back_is_not_taken_for_new() -> None:
    async with running() as run:
        peer = await run.server.client()
        await peer.register(caps=CAPS)
        await peer.let_in(tags="@time=2026-11-20T08:00:00.500Z ", join=" * :bot")
        peer.say("alice", "#ptg", "old", tags="@time=2026-11-20T07:59:59.900Z ")
        peer.say("alice", "#ptg", "new", tags="@time=2026-11-20T08:00:00.600Z ")
        peer.say("alice", "#ptg", "untold")
        assert [message.text for message in await run.hears(2)] == ["new", "untold"]


async def test_a_mistake_of_who_takes_messages_in_is_logged_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as run:
        peer = await run.peer()
        peer.say("alice", "#ptg", "raise")
        peer.say("alice", "#ptg", "hello")
        assert [message.text for message in await run.hears()] == ["hello"]
        assert "a message could not be taken in" in caplog.text


async def test_the_echo_of_our_own_lines_is_no_command_and_tells_how_others_see_us() -> None:
    async with running() as run:
        peer = await run.server.client()
        await peer.register(caps="echo-message")
        await peer.let_in()
        await asyncio.wait_for(run.network.ready(), 5)
        before = run.network.room(CHANNEL)
        await run.network.post(CHANNEL, "help")
        peer.send(f":{await peer.expect('PRIVMSG .*')}".replace(":PRIVMSG", f":bot!~longeruser@{'h' * 70} PRIVMSG"))
        peer.say("alice", "#ptg", "hello")
        assert [message.text for message in await run.hears()] == ["hello"]
        assert run.network.room(CHANNEL) == before - len("longeruser") + len("bot") - 7


async def test_a_host_that_changes_changes_the_room_of_a_line() -> None:
    async with running() as run:
        peer = await run.peer(caps="chghost")
        before = run.network.room(CHANNEL)
        peer.send(
            f":bot!~bot@host.test CHGHOST ~bot {'h' * 70}", ":alice!a@h CHGHOST ~alice other", ":bot!b@h CHGHOST x"
        )
        await answered(peer)
        assert run.network.room(CHANNEL) == before - 7


async def test_a_user_without_a_nick_of_text_or_a_history_from_before_is_no_sender() -> None:
    async with running() as run:
        peer = await run.peer(caps=CAPS)
        peer.send("@account=x PRIVMSG #ptg :nobody's", ":!u@h PRIVMSG #ptg :nobody's")
        peer.say("alice", "#ptg", "hello")
        assert [message.text for message in await run.hears()] == ["hello"]


# Who somebody is


async def test_with_account_tags_only_the_tag_counts() -> None:
    async with running() as run:
        peer = await run.peer(caps=CAPS)
        peer.send(":alice!a@h JOIN #ptg AliceL :Alice")
        peer.say("alice", "#ptg", "1", tags="@account=AliceL ")
        peer.say("alice", "#ptg", "2")
        assert [m.sender for m in await run.hears(2)] == [actor("alice", account="alicel"), actor("alice")]


async def test_without_account_tags_joins_and_account_changes_tell_who_somebody_is() -> None:
    async with running() as run:
        peer = await run.peer(caps="account-notify extended-join")
        peer.send(":alice!a@h JOIN #ptg AliceL :Alice", ":bob!b@h JOIN #ptg * :Bob")
        peer.say("alice", "#ptg", "1")
        peer.say("bob", "#ptg", "2")
        peer.send(":bob!b@h ACCOUNT Robert", ":alice!a@h ACCOUNT *", ":bob!b@h NICK bobby")
        peer.say("alice", "#ptg", "3")
        peer.say("bobby", "bot", "4")
        peer.send(":bobby!b@h PART #ptg")
        peer.say("bobby", "bot", "5")
        assert [m.sender for m in await run.hears(5)] == [
            actor("alice", account="alicel"),
            actor("bob"),
            actor("alice"),
            actor("bobby", account="robert"),
            actor("bobby"),
        ]


async def test_where_who_tells_accounts_they_are_asked_for_on_joining() -> None:
    async with running() as run:
        peer = await run.peer(isupport=f"{ISUPPORT} WHOX", names="alice bob")
        await peer.expect("WHO #ptg %tna,152")
        peer.numeric(354, "152 alice AliceL")
        peer.numeric(354, "152 bob 0")
        peer.numeric(354, "999 bob other")
        peer.numeric(315, "#ptg :End of WHO")
        peer.say("alice", "#ptg", "1")
        peer.say("bob", "#ptg", "2")
        assert [m.sender for m in await run.hears(2)] == [actor("alice", account="alicel"), actor("bob")]


async def test_many_joins_are_one_more_question_for_accounts() -> None:
    async with running() as run:
        peer = await run.peer(isupport=f"{ISUPPORT} WHOX")
        await peer.expect("WHO #ptg %tna,152")
        peer.send(*(f":p{n}!p@h JOIN #ptg" for n in range(50)))
        peer.numeric(315, "#ptg :End of WHO")
        await peer.expect("WHO #ptg %tna,152")
        peer.numeric(315, "#ptg :End of WHO")
        await asyncio.sleep(0.1)
        peer.send("PING :settled")
        assert await peer.line() == "PONG :settled"


@pytest.mark.parametrize("account", ["*", "0", "a b", "a\udce9"])
def test_what_is_no_unmistakable_account_is_none(account: str) -> None:
    assert account_told(account) == ""


# Roles


async def test_without_multi_prefix_the_list_is_asked_for_again_when_a_mode_is_taken() -> None:
    async with running() as run:
        peer = await run.peer(names="@alice @bob")
        peer.send(":alice!a@h MODE #ptg -o bob")
        await peer.expect("NAMES #ptg")
        peer.names("#ptg", "bot @alice +bob")
        peer.say("bob", "#ptg", "hello")
        assert [m.sender for m in await run.hears()] == [actor("bob", Role.MODERATOR)]


async def test_with_multi_prefix_there_is_nothing_to_ask() -> None:
    async with running() as run:
        peer = await run.peer(caps="multi-prefix", names="@alice @+bob")
        peer.send(":alice!a@h MODE #ptg -o bob", "PING :settled")
        assert await peer.line() == "PONG :settled"
        peer.say("bob", "#ptg", "hello")
        assert [m.sender for m in await run.hears()] == [actor("bob", Role.MODERATOR)]


async def test_in_private_the_highest_role_of_any_channel_counts() -> None:
    async with running(replace(SETTINGS, channel=("#ptg", "#other"))) as run:
        peer = await run.server.client()
        await peer.register()
        await peer.let_in("#ptg", "+alice")
        await peer.let_in("#other", "@alice")
        await asyncio.wait_for(run.network.joined(), 5)
        for target in ("#ptg", "#other", "bot"):
            peer.say("alice", target, "x")
        found = [(m.channel, m.sender.role) for m in await run.hears(3)]
        assert found == [("#ptg", Role.MODERATOR), ("#other", Role.ORGANISER), (None, Role.ORGANISER)]


async def test_a_server_that_falls_behind_gets_half_as_many_lines(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    monkeypatch.setattr("ptgbot.networks.irc.pace.LAG", -1.0)  # so every line is late
    async with running() as run:
        peer = await run.peer()
        for text in ("one", "two"):
            assert (run.network.burst, run.network.interval) == (4, 0.7)
            await run.network.post(CHANNEL, text)
            await peer.expect("PING :done-.*")
            await answered(peer)
        assert (run.network.burst, run.network.interval) == (2, 1.4)
        [said] = [r.getMessage() for r in caplog.records if "behind" in r.getMessage()]
        assert said.endswith(" s behind with what we send; now a line in 1.4 s")
