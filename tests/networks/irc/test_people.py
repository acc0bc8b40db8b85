"""Where people are to be reached, who is told that they came, and who is known to be away."""

import asyncio
import logging
from dataclasses import replace

import pytest

from ptgbot.core.identity import Role
from ptgbot.core.messages import Target
from tests.networks.irc.running import BRISK, CAPS, SETTINGS, Running, actor, answered, running
from tests.networks.irc.scripted import ISUPPORT, Peer

NOTHING = "multi-prefix"  # a server that tells no accounts


def verified(name: str, account: str) -> Target:
    return Target("irc", name, f"irc/{account}")


def unverified(name: str) -> Target:
    return Target("irc", name, f"irc/~{name.lower()}")


def located(run: Running, target: Target) -> str | None:
    """Return the name under which somebody is to be reached; None if they are away."""
    found = run.network.locate(target)
    if found is None:
        return None
    assert replace(found, name=target.name) == target
    return found.name


async def with_ada(run: Running, isupport: str = ISUPPORT) -> Peer:
    """Return the next client, with ada in the channel and logged in."""
    peer = await run.peer(caps=CAPS, isupport=isupport)
    peer.send(":ada!a@h JOIN #ptg Ada :Ada")
    await answered(peer)
    return peer


# Where somebody is


async def test_a_channel_and_somebody_without_an_identity_are_where_they_are() -> None:
    async with running() as run:
        await run.peer()
        for name in ("#ptg", "#other", "alice"):
            assert located(run, Target("irc", name)) == name


async def test_without_a_connection_everybody_is_where_they_were() -> None:
    async with running() as run:
        assert located(run, verified("ada", "ada")) == "ada"
        assert located(run, unverified("bob")) == "bob"
        assert run.network.organisers == ()


async def test_an_account_is_found_under_the_nick_that_it_has_by_now() -> None:
    async with running() as run:
        peer = await with_ada(run)
        assert located(run, verified("ada", "ada")) == "ada"
        peer.send(":ada!a@h NICK ada_away")
        await answered(peer)
        assert located(run, verified("ada", "ada")) == "ada_away"


async def test_of_several_nicks_with_one_account_the_one_that_asked_goes_first() -> None:
    async with running() as run:
        peer = await with_ada(run)
        peer.send(":phone!a@h JOIN #ptg ADA :Ada")
        await answered(peer)
        assert located(run, verified("Phone", "ada")) == "phone"
        assert located(run, verified("ada", "ada")) == "ada"
        assert located(run, verified("elsewhere", "ada")) == "ada"


async def test_a_nick_that_belongs_to_somebody_else_by_now_is_not_told() -> None:
    async with running() as run:
        peer = await with_ada(run)
        peer.send(":ada!a@h PART #ptg", ":eve!e@h JOIN #ptg Eve :Eve", ":eve!e@h NICK ada")
        await answered(peer)
        assert located(run, verified("ada", "ada")) is None
        assert located(run, verified("ada", "eve")) == "ada"
        peer.send(":ada!e@h ACCOUNT *")
        await answered(peer)
        assert located(run, verified("ada", "ada")) is None
        assert located(run, verified("ada", "eve")) is None


async def test_somebody_who_was_never_seen_may_be_there() -> None:
    async with running() as run:
        await run.peer(caps=NOTHING)
        assert located(run, verified("ada", "ada")) == "ada"
        assert located(run, unverified("bob")) == "bob"


@pytest.mark.parametrize(
    ("caps", "isupport"),
    [
        ("account-tag", ISUPPORT),
        ("extended-join", ISUPPORT),
        ("account-notify", ISUPPORT),
        (NOTHING, f"{ISUPPORT} WHOX"),
    ],
)
async def test_where_accounts_are_told_one_that_was_not_seen_is_not_taken_to_have_its_last_nick(
    caps: str, isupport: str
) -> None:
    async with running() as run:
        await run.peer(caps=caps, isupport=isupport, names="ada")
        for name in ("ada", "x1"):
            assert located(run, verified(name, "ada")) is None
            assert run.network.knows(verified(name, "ada"))
        assert located(run, unverified("ada")) == "ada"


@pytest.mark.parametrize("line", [":ada_away!a@h QUIT :*.net *.split", ":op!o@h KILL ada_away :bye"])
async def test_somebody_who_left_the_network_is_away_under_every_nick(line: str) -> None:
    async with running() as run:
        peer = await with_ada(run)
        peer.send(":ada!a@h NICK ada_away", line)
        await answered(peer)
        assert located(run, verified("ada", "ada")) is None
        assert located(run, unverified("ada_away")) is None
        assert located(run, unverified("ada")) == "ada"
        peer.send(":new!a@h JOIN #ptg Ada :Ada")
        await answered(peer)
        assert located(run, verified("ada", "ada")) == "new"


async def test_an_account_with_another_nick_left_is_not_away() -> None:
    async with running() as run:
        peer = await with_ada(run)
        peer.send(":phone!a@h JOIN #ptg Ada :Ada", ":ada!a@h QUIT")
        await answered(peer)
        assert located(run, verified("ada", "ada")) == "phone"


async def test_somebody_without_an_account_who_left_the_channel_only_may_be_there() -> None:
    async with running() as run:
        peer = await run.peer(caps=NOTHING, names="bob")
        peer.send(":bob!b@h PART #ptg")
        await answered(peer)
        assert located(run, unverified("bob")) == "bob"


async def test_an_account_that_left_the_channel_is_not_told_under_a_nick_that_anybody_may_take() -> None:
    async with running() as run:
        peer = await with_ada(run)
        peer.say("ada", "bot", "subscribe nova", tags="@account=Ada ")
        peer.send(":ada!a@h PART #ptg")
        await answered(peer)
        assert located(run, verified("ada", "ada")) is None
        peer.say("ada", "bot", "hello")
        await answered(peer)
        assert located(run, verified("ada", "ada")) is None
        peer.say("x2", "bot", "here", tags="@account=Ada ")
        peer.say("x2", "bot", "again", tags="@account=Ada ")
        await answered(peer)
        assert located(run, verified("ada", "ada")) == "x2"
        assert run.came_in == [actor("ada", account="ada"), actor("x2", account="ada")]


@pytest.mark.parametrize(
    "lines",
    [
        [":x2!e@h PRIVMSG bot :hello"],
        ["@account=Eve :x2!e@h PRIVMSG bot :hello"],
        [":x2!e@h JOIN #ptg * :Eve"],
        [":x2!e@h JOIN #ptg * :Eve", ":x2!e@h PART #ptg"],
        [":eve!e@h JOIN #ptg * :Eve", ":eve!e@h NICK x2", ":x2!e@h PART #ptg"],
        [":x2!a@h JOIN #ptg Ada :Ada", ":bot!b@h PART #ptg"],
        [":x2!a@h JOIN #ptg Ada :Ada", ":x2!a@h QUIT"],
    ],
)
async def test_who_spoke_from_outside_is_there_until_the_nick_is_seen_with_somebody_else_or_gone(
    lines: list[str],
) -> None:
    async with running() as run:
        peer = await run.peer(caps=CAPS)
        peer.say("x1", "bot", "hello", tags="@account=Ada ")
        peer.say("x2", "bot", "hello", tags="@account=Ada ")
        await answered(peer)
        assert [located(run, verified(name, "ada")) for name in ("x1", "x2", "ada")] == ["x1", "x2", "x2"]
        peer.send(*lines)
        await answered(peer)
        assert located(run, verified("x2", "ada")) is None
        peer.say("x3", "bot", "hello", tags="@account=Ada ")
        await answered(peer)
        assert located(run, verified("x2", "ada")) == "x3"
        assert run.came_in[-1] == actor("x3", account="ada")


async def test_an_account_is_told_again_that_it_came_when_the_bot_was_out_of_the_channel() -> None:
    async with running() as run:
        peer = await with_ada(run)
        peer.send(":op!o@h KICK #ptg bot :out")
        await answered(peer)
        assert located(run, verified("ada", "ada")) is None
        peer.say("ada", "bot", "hello", tags="@account=Ada ")
        await answered(peer)
        assert located(run, verified("ada", "ada")) == "ada"
        assert run.came_in == [actor("ada", account="ada")] * 2


@pytest.mark.parametrize(
    "line",
    [
        ":bob!b@h JOIN #ptg",
        ":robert!b@h NICK Bob",
        ":Bob!b@h PRIVMSG bot :hello",
        ":irc.test 353 bot = #ptg :bot @Bob\r\n:irc.test 366 bot #ptg :End",
    ],
)
async def test_somebody_who_was_away_is_back_by_whatever_shows_it(line: str) -> None:
    async with running() as run:
        peer = await run.peer(caps=NOTHING, names="bob robert")
        peer.send(":bob!b@h QUIT")
        await answered(peer)
        assert located(run, unverified("bob")) is None
        peer.send(line)
        await answered(peer)
        assert located(run, unverified("bob")) == "bob"


async def test_somebody_of_another_network_is_not_looked_for() -> None:
    async with running() as run:
        peer = await with_ada(run)
        peer.send(":ada!a@h QUIT")
        await answered(peer)
        other = Target("irc", "ada", "slack/ada")
        assert run.network.locate(other) == other


# Lines that do not arrive


async def test_a_line_to_nobody_is_told_once_and_they_are_away(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as run:
        peer = await with_ada(run)
        target = verified("carol", "carol")
        for line in ("one", "two"):
            await run.network.post(target, line)
            await peer.expect(f"PRIVMSG carol :{line}")
        peer.numeric(401, "Carol :No such nick/channel")
        peer.numeric(401, "Carol :No such nick/channel")
        peer.numeric(401, "stranger :No such nick/channel")
        await answered(peer)
        assert run.away == [target]
        assert located(run, target) is None
        assert located(run, unverified("stranger")) == "stranger"


async def test_a_line_that_was_sent_long_ago_is_not_what_did_not_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptgbot.networks.irc.people.RECENT", -1.0)
    async with running() as run:
        peer = await run.peer()
        await run.network.post(unverified("bob"), "hello")
        peer.numeric(401, "bob :No such nick")
        await answered(peer)
        assert run.away == []
        assert located(run, unverified("bob")) is None


# Who came


async def test_those_who_are_there_when_the_bot_comes_are_told_once() -> None:
    async with running() as run:
        peer = await run.peer(caps=NOTHING, names="@alice +bob ChanServ")
        peer.names("#ptg", "bot @alice +bob ChanServ")
        await answered(peer)
        assert run.came_in == [actor("alice", Role.ORGANISER), actor("bob", Role.MODERATOR)]


async def test_where_who_tells_accounts_nobody_is_told_before_their_account_is_known() -> None:
    async with running() as run:
        peer = await run.peer(caps=NOTHING, isupport=f"{ISUPPORT} WHOX", names="alice bob")
        await peer.expect("WHO #ptg %tna,152")
        await answered(peer)
        assert run.came_in == []
        peer.numeric(354, "152 alice Alice")
        peer.numeric(354, "152 bob 0")
        peer.numeric(315, "#ptg :End of WHO")
        peer.send(":carol!c@h JOIN #ptg")
        await answered(peer)
        assert run.came_in == [actor("alice", account="alice"), actor("bob")]
        await peer.expect("WHO #ptg %tna,152")
        peer.numeric(354, "152 carol Carol")
        peer.numeric(315, "#ptg :End of WHO")
        await answered(peer)
        assert run.came_in == [actor("alice", account="alice"), actor("bob"), actor("carol", account="carol")]


async def test_a_server_that_has_no_time_for_who_is_asked_again() -> None:
    async with running() as run:
        peer = await run.peer(isupport=f"{ISUPPORT} WHOX", names="alice")
        await peer.expect("WHO #ptg %tna,152")
        peer.numeric(263, "WHO :Server load is temporarily too heavy. Please wait a while and try again.")
        await peer.expect("WHO #ptg %tna,152")


async def test_joins_logins_and_nicks_are_told_and_nothing_twice() -> None:
    async with running() as run:
        peer = await run.peer(caps=CAPS)
        peer.send(":alice!a@h JOIN #ptg Alice :Alice", ":bob!b@h JOIN #ptg * :Bob")
        peer.say("alice", "#ptg", "hello", tags="@account=Alice ")
        peer.say("bob", "#ptg", "hello")
        peer.send(":bob!b@h ACCOUNT Robert", ":bob!b@h ACCOUNT *", ":bob!b@h ACCOUNT Robert")
        peer.send(":bob!b@h NICK bobby", ":alice!a@h PART #ptg", ":alice!a@h JOIN #ptg Alice :Alice")
        await answered(peer)
        assert run.came_in == [
            actor("alice", account="alice"),
            actor("bob"),
            actor("bob", account="robert"),
            actor("bobby", account="robert"),
            actor("alice", account="alice"),
        ]


async def test_an_account_that_a_message_is_the_first_to_tell_is_a_login_or_a_return() -> None:
    async with running() as run:
        peer = await run.peer(caps="account-tag", names="alice")
        peer.say("alice", "#ptg", "hello", tags="@account=Alice ")
        peer.say("alice", "#ptg", "hello", tags="@account=Alice ")
        peer.say("outside", "bot", "hello", tags="@account=Out ")
        peer.say("outside", "bot", "hello", tags="@account=Out ")
        await answered(peer)
        assert run.came_in == [actor("alice"), actor("alice", account="alice"), actor("outside", account="out")]


async def test_somebody_outside_who_was_away_is_back_with_what_they_say() -> None:
    async with running() as run:
        peer = await run.peer(caps=CAPS)
        await run.network.post(verified("out", "out"), "hello")
        peer.numeric(401, "out :No such nick")
        peer.say("out", "bot", "here", tags="@account=Out ")
        await answered(peer)
        assert run.came_in == [actor("out", account="out")]
        assert located(run, verified("out", "out")) == "out"


async def test_after_a_new_connection_all_are_told_again_and_nobody_is_away() -> None:
    async with running() as run:
        peer = await run.peer(names="alice bob")
        peer.send(":bob!b@h QUIT")
        await answered(peer)
        peer.close()
        peer = await run.peer(names="alice")
        await answered(peer)
        assert run.came_in == [actor("alice"), actor("bob"), actor("alice")]
        assert located(run, unverified("bob")) == "bob"


async def test_a_mistake_of_who_is_told_is_logged_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as run:
        peer = await run.peer(names="raise alice")
        await run.network.post(unverified("raise"), "hello")
        peer.numeric(401, "raise :No such nick")
        await answered(peer)
        assert run.came_in == [actor("alice")]
        assert [r.message for r in caplog.records if r.levelno >= logging.ERROR] == [
            "irc: that somebody came could not be taken in; going on",
            "irc: that somebody is away could not be taken in; going on",
        ]


# Organisers


async def test_organisers_are_the_operators_without_the_bot_and_services() -> None:
    async with running() as run:
        peer = await run.peer(caps=NOTHING, names="@alice +bob @ChanServ ~olga")
        peer.send(":alice!a@h MODE #ptg +o bot")
        await answered(peer)
        assert run.network.organisers == (Target("irc", "alice"), Target("irc", "olga"))


async def test_where_the_server_can_tell_the_operators_alone_they_are_told_by_the_channel() -> None:
    async with running(replace(SETTINGS, channel=("#ptg", "#other", "#empty"))) as run:
        peer = await run.server.client()
        await peer.register(caps=NOTHING, isupport=f"{ISUPPORT} STATUSMSG=~&@%+")
        await peer.let_in("#ptg", "@alice @olga")
        await peer.let_in("#other", "@alice")
        await peer.let_in("#empty", "alice")
        await asyncio.wait_for(run.network.joined(), 5)
        assert run.network.organisers == (Target("irc", "@#ptg"),)
        await run.network.post(Target("irc", "@#ptg"), "for you only")
        assert await peer.expect("PRIVMSG .*") == "PRIVMSG @#ptg :for you only"
        peer.send(":op!o@h KICK #ptg bot")
        await answered(peer)
        assert run.network.organisers == (Target("irc", "@#other"),)
        with pytest.raises(ConnectionError, match="not in #ptg at the moment"):
            await run.network.post(Target("irc", "@#ptg"), "for you only")


@pytest.mark.parametrize("refusal", ["404 bot @#ptg :Cannot send", "482 bot @#PTG :You're not a channel operator"])
async def test_a_server_that_refuses_to_tell_the_operators_alone_is_not_asked_again(refusal: str) -> None:
    async with running() as run:
        peer = await run.peer(isupport=f"{ISUPPORT} STATUSMSG=@+", names="@alice")
        assert run.network.organisers == (Target("irc", "@#ptg"),)
        peer.send(f":irc.test {refusal}")
        await answered(peer)
        assert run.network.organisers == (Target("irc", "alice"),)


# Several at once


async def test_a_line_goes_to_several_people_only_where_that_was_wanted_and_the_server_says_how_many() -> None:
    target = Target("irc", "alice,bob")
    async with running(replace(SETTINGS, multi_target=True)) as run:
        assert run.network.targets_at_once == 1
        peer = await run.peer(isupport=f"{ISUPPORT} TARGMAX=NAMES:1,PRIVMSG:4,NOTICE:3")
        assert run.network.targets_at_once == 4
        await run.network.post(target, "hello")
        assert await peer.expect("PRIVMSG .*") == "PRIVMSG alice,bob :hello"
        peer.numeric(401, "bob :No such nick")
        await answered(peer)
        assert run.away == [Target("irc", "bob")]
        for name in ("a,b,c,d,e", "alice,#ptg", "alice,", "a,b\r", "@#ptg,alice"):
            with pytest.raises(ValueError, match="cannot be the name of a person or a channel"):
                await run.network.post(Target("irc", name), "x")
        peer.numeric(407, "alice,bob :Too many targets")
        await answered(peer)
        assert run.network.targets_at_once == 1
    async with running() as run:
        await run.peer(isupport=f"{ISUPPORT} TARGMAX=PRIVMSG:4")
        assert run.network.targets_at_once == 1
        with pytest.raises(ValueError, match="cannot be the name of a person or a channel"):
            await run.network.post(target, "x")


async def test_many_people_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptgbot.networks.irc.people.REMEMBERED", 10)
    async with running(timing=BRISK) as run:
        peer = await run.peer()
        for number in range(30):
            peer.send(f":p{number}!p@h JOIN #ptg", f":p{number}!p@h QUIT")
            await run.network.post(unverified(f"q{number}"), "hello")
        await answered(peer)
        assert run.network._connection is not None
        people = run.network._connection.state.people
        assert max(len(people._away), len(people._announced), len(people._sent)) == 10
