"""Who is there: asked for many in one line, and never twice at once."""

import asyncio
import re
from dataclasses import replace

import pytest

from ptgbot.core.messages import Target
from ptgbot.networks.irc.whereabouts import ROOM
from tests.networks.irc.running import BRISK, CAPS, Running, actor, answered, running
from tests.networks.irc.scripted import ISUPPORT, Peer

MONITORS = f"{ISUPPORT} MONITOR=4"  # two of them are for our own nick and NickServ


def nick(name: str) -> Target:
    return Target("irc", name, f"irc/~{name.lower()}")


def there(run: Running, *names: str) -> list[bool | None]:
    """Return who is there as far as is known; None for those of whom it is not known."""
    return [run.network.locate(nick(name)) is not None if run.network.knows(nick(name)) else None for name in names]


async def asked(run: Running, peer: Peer, *names: str) -> "asyncio.Task[None]":
    """Have the bot look for people, and return once the server was asked for them."""
    looking = asyncio.ensure_future(run.network.look_for([nick(name) for name in names]))
    await peer.expect(re.escape("ISON :" + " ".join(names)))
    return looking


async def found(run: Running, peer: Peer, names: str, *present: str) -> None:
    """Have the bot look for people, and the server tell who of them is there."""
    looking = await asked(run, peer, *names.split())
    peer.numeric(303, ":" + " ".join(present))
    await looking


async def test_one_question_tells_who_is_there_and_who_is_not() -> None:
    async with running() as run:
        peer = await run.peer()
        assert there(run, "ada", "bob", "cleo", "[dan]") == [None, None, None, None]
        await found(run, peer, "ada bob [dan]", "ADA", "{Dan}")
        assert there(run, "ada", "bob", "cleo", "[dan]") == [True, False, None, True]


async def test_those_in_a_channel_and_those_who_left_the_network_need_no_question() -> None:
    async with running() as run:
        peer = await run.peer(caps=CAPS, names="ada bob")
        peer.send(":bob!b@h QUIT", ":carol!c@h JOIN #ptg Carol :Carol")
        await answered(peer)
        assert there(run, "ada", "bob") == [True, False]
        assert run.network.knows(Target("irc", "elsewhere", "irc/carol"))
        peer.send(":ada!a@h PART #ptg")
        await answered(peer)
        assert there(run, "ada") == [None]


@pytest.mark.parametrize(
    "target",
    [
        Target("irc", "#ptg"),
        Target("irc", "ada"),
        Target("irc", "ada", "slack/ada"),
        Target("irc", "two words", "irc/~two words"),
        Target("irc", "#ptg", "irc/~#ptg"),
    ],
)
async def test_what_is_no_person_of_this_network_is_not_looked_for(target: Target) -> None:
    async with running() as run:
        await run.peer()
        assert run.network.knows(target)


async def test_without_a_connection_nobody_is_looked_for() -> None:
    async with running() as run:
        assert run.network.knows(nick("ada"))
        with pytest.raises(ConnectionError):
            await run.network.look_for([nick("ada")])


async def test_an_account_is_looked_for_under_its_last_nick_and_found_where_it_logs_in() -> None:
    ada = Target("irc", "ada", "irc/ada99")
    async with running() as run:
        peer = await run.peer(caps=CAPS)
        assert (run.network.knows(ada), run.network.locate(ada)) == (True, None)
        peer.say("x1", "bot", "hello", tags="@account=Ada99 ")
        await answered(peer)
        assert (run.network.knows(ada), run.network.locate(ada)) == (False, replace(ada, name="x1"))
        looking = asyncio.ensure_future(run.network.look_for([ada]))
        await peer.expect("ISON :x1")
        peer.numeric(303, ":")
        await looking
        assert (run.network.knows(ada), run.network.locate(ada)) == (True, None)
        peer.send(":countess!a@h JOIN #ptg Ada99 :Ada")
        await answered(peer)
        assert run.network.locate(ada) == replace(ada, name="countess")


async def test_as_many_are_asked_for_as_fit_and_the_others_stay_unknown() -> None:
    names = [f"somebody{number:03}" for number in range(50)]
    async with running() as run:
        peer = await run.peer()
        looking = asyncio.ensure_future(run.network.look_for(map(nick, names)))
        line = await peer.expect("ISON :.*")
        peer.numeric(303, ":" + line.partition(":")[2])
        await looking
        count = ROOM // 12
        assert line == "ISON :" + " ".join(names[:count])
        assert there(run, *names) == [True] * count + [None] * (50 - count)


async def test_who_was_found_away_is_back_by_joining_and_told_so() -> None:
    async with running() as run:
        peer = await run.peer()
        await found(run, peer, "ada")
        peer.send(":ada!a@h JOIN #ptg")
        await answered(peer)
        assert there(run, "ada") == [True]
        assert run.came_in == [actor("ada")]


async def test_what_is_known_grows_old_and_who_is_back_by_then_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptgbot.networks.irc.people.AWAY", 0.0)
    monkeypatch.setattr("ptgbot.networks.irc.people.THERE", 0.0)
    async with running() as run:
        peer = await run.peer()
        await found(run, peer, "ada bob", "bob")
        assert there(run, "ada", "bob") == [None, None]
        await found(run, peer, "ada bob", "ada", "bob")
        assert run.came_in == [actor("ada")]
        assert [run.network.locate(nick(name)) for name in ("ada", "bob")] == [nick("ada"), nick("bob")]


async def test_an_answer_that_does_not_come_is_not_waited_for_and_taken_when_it_does() -> None:
    async with running(timing=replace(BRISK, look=0.05)) as run:
        peer = await run.peer()
        await (await asked(run, peer, "ada", "bob"))
        assert there(run, "ada", "bob") == [True, True]
        peer.forget()
        await run.network.look_for([nick("cleo")])
        assert there(run, "cleo") == [True]
        peer.numeric(303, ":bob")
        await answered(peer)
        assert not [line for line in peer.heard if line.startswith("ISON")]
        assert there(run, "ada", "bob", "cleo") == [False, True, True]
        await found(run, peer, "dan")
        assert there(run, "dan") == [False]


async def test_a_server_that_does_not_know_the_question_is_not_asked_again() -> None:
    async with running() as run:
        peer = await run.peer()
        looking = await asked(run, peer, "ada")
        peer.numeric(421, "ISON :Unknown command")
        await looking
        peer.forget()
        await run.network.look_for([nick("bob")])
        await answered(peer)
        assert not [line for line in peer.heard if line.startswith("ISON")]
        assert there(run, "ada", "bob") == [True, True]


async def test_a_server_that_has_no_time_is_asked_for_the_next_ones() -> None:
    async with running() as run:
        peer = await run.peer()
        looking = await asked(run, peer, "ada")
        peer.numeric(263, "ISON :Server load is temporarily too heavy. Please wait a while and try again.")
        await looking
        await found(run, peer, "bob")
        assert there(run, "ada", "bob") == [True, False]


async def test_when_the_link_is_down_no_answer_is_waited_for() -> None:
    async with running() as run:
        peer = await run.peer()
        looking = await asked(run, peer, "ada")
        peer.close()
        await asyncio.wait_for(looking, 5)
        await run.peer()
        assert there(run, "ada") == [None]


async def test_an_answer_that_nobody_asked_for_says_nothing() -> None:
    async with running() as run:
        peer = await run.peer()
        peer.numeric(303, ":ada")
        peer.numeric(730, "bot :ada!a@h")
        peer.numeric(731, "bot :ada,bob")
        await answered(peer)
        assert there(run, "ada", "bob") == [None, None]


async def test_where_lines_come_back_the_answer_counts_as_done() -> None:
    async with running() as run:
        peer = await run.peer(caps="echo-message")
        await found(run, peer, "ada", "ada")
        assert run.network._connection is not None
        assert not run.network._connection.state.backlog._lines


# Those who are watched


async def test_who_is_away_is_watched_and_back_without_a_channel() -> None:
    async with running() as run:
        peer = await run.peer(isupport=MONITORS)
        await found(run, peer, "ada bob cleo", "bob")
        assert await peer.expect(r"MONITOR \+ (?!bot).*") == "MONITOR + ada,cleo"
        peer.numeric(731, "bot :ada,cleo")
        peer.numeric(730, "bot :cleo!c@h,ada!a@h")
        await answered(peer)
        assert there(run, "ada", "cleo") == [True, True]
        assert run.came_in == [actor("cleo"), actor("ada")]
        peer.numeric(731, "bot :ada")
        await answered(peer)
        assert there(run, "ada") == [False]


async def test_no_more_are_watched_than_the_server_takes_and_who_came_makes_room() -> None:
    async with running() as run:
        peer = await run.peer(isupport=MONITORS)
        await found(run, peer, "ada bob cleo")
        assert await peer.expect(r"MONITOR \+ (?!bot).*") == "MONITOR + ada,bob"
        peer.numeric(730, "bot :bob!b@h")
        await found(run, peer, "cleo dan")
        assert [await peer.expect("MONITOR .*") for _ in range(2)] == ["MONITOR - bob", "MONITOR + cleo"]


async def test_a_full_list_is_left_alone() -> None:
    async with running() as run:
        peer = await run.peer(isupport=MONITORS)
        await found(run, peer, "ada")
        await peer.expect(r"MONITOR \+ ada")
        peer.numeric(734, "4 ada :Monitor list is full")
        peer.forget()
        await found(run, peer, "bob")
        await answered(peer)
        assert not [line for line in peer.heard if line.startswith("MONITOR")]
