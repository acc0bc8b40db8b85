"""One link: lines taken apart, and a link that nothing odd brings down."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptgbot.networks.irc.wire import UNREAD_MOST, UNSENT_MOST, Line, Wire, parse
from tests.networks.irc.scripted import Peer, Scripted, scripted, until


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("PING :a b", Line("ping", params=("a b",))),
        ("PING", Line("ping")),
        ("QUIT", Line("quit")),
        (":a!b@c QUIT", Line("quit", source="a!b@c")),
        (":a!b@c QUIT :", Line("quit", source="a!b@c", params=("",))),
        (":irc.test 001 bot :Welcome", Line("welcome", 1, "irc.test", ("bot", "Welcome"))),
        (":irc.test 999 bot x", Line("999", 999, "irc.test", ("bot", "x"))),
        (":a!b@c  PRIVMSG   #x   ::) :x ", Line("privmsg", 0, "a!b@c", ("#x", ":) :x "))),
        (":a!b@c privmsg #x hello", Line("privmsg", 0, "a!b@c", ("#x", "hello"))),
        ("  PING x", Line("ping", params=("x",))),
        (
            r"@time=2026-11-20T08:00:00.000Z;account=Al\sX;bot;x=;y=a\:b :a!b@c PRIVMSG #x :hi",
            Line(
                "privmsg",
                0,
                "a!b@c",
                ("#x", "hi"),
                {"time": "2026-11-20T08:00:00.000Z", "account": "Al X", "bot": "", "x": "", "y": "a;b"},
            ),
        ),
        (
            ":s MODE #x +bo a\u00a0b!*@* bob",
            Line("mode", 0, "s", ("#x", "+bo", "a\u00a0b!*@*", "bob")),
        ),
    ],
)
def test_a_line_is_taken_apart(text: str, line: Line) -> None:
    assert parse(text) == line


@pytest.mark.parametrize("text", [" ", ":", "::", ":source", "@tags", "@a :b", ":a  ", "@", ": PING"])
def test_a_line_without_a_command_makes_no_sense(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=100))
def test_no_line_is_too_odd_to_be_taken_apart(text: str) -> None:
    parse(text.replace("\n", ""))


def test_who_is_a_person_and_who_a_server_is_told_by_the_source() -> None:
    sources = ["alice!a@host", "irc.test.example", "alice", "alice!a", "alice@host", "!@", ""]
    assert [Line("privmsg", source=source).is_from_person for source in sources] == [True] + [False] * 6


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    async with scripted() as running:
        yield running


async def link(server: Scripted) -> tuple[Wire, Peer]:
    wire = await Wire.open("127.0.0.1", server.port, nick="bot", user="bot", tls=None)
    return wire, await server.client()


async def test_the_capabilities_are_asked_for_before_anything_else(server: Scripted) -> None:
    wire, peer = await link(server)
    assert [await peer.line() for _ in range(3)] == ["CAP LS 302", "NICK bot", "USER bot 0 * :bot"]
    wire.drop("")


async def test_no_byte_ends_the_link_and_no_text_is_changed(server: Scripted) -> None:
    wire, peer = await link(server)
    peer.send(b"PRIVMSG bot :caf\xe9", b"", b"\0", b"QUIT", b":x", b"NOTICE bot :\x10n\x01A\x01B\x01C", b"END")
    heard = []
    while (line := await wire.receive()).command != "end":
        heard.append((line.command, line.params))
    assert heard == [
        ("privmsg", ("bot", "caf\udce9")),
        ("\0", ()),
        ("quit", ()),
        ("notice", ("bot", "\x10n\x01A\x01B\x01C")),
    ]
    wire.drop("")


async def test_after_the_last_line_the_reason_of_the_end_is_told(server: Scripted) -> None:
    wire, peer = await link(server)
    await peer.expect("USER .*")
    peer.send("ERROR :bye")
    peer.close()
    assert (await wire.receive()).params == ("bye",)
    for _ in range(2):
        with pytest.raises(ConnectionError, match="the server closed the link"):
            await wire.receive()
    with pytest.raises(ConnectionError):
        wire.send("PING :x")


async def test_what_leaves_is_one_line_that_the_server_takes(server: Scripted) -> None:
    wire, peer = await link(server)
    wire.send("PRIVMSG #x :a\rQUIT :x\nQUIT\0")
    wire.send("PRIVMSG #x :" + "ä" * 300)
    assert await peer.expect("PRIVMSG .*") == "PRIVMSG #x :aQUIT :xQUIT"
    assert len((await peer.expect("PRIVMSG .*")).encode()) == 510
    wire.drop("")


async def test_a_server_that_does_not_read_is_left_before_the_memory_fills(server: Scripted) -> None:
    wire, peer = await link(server)
    peer.writer.transport.pause_reading()  # type: ignore[attr-defined]  # any transport that reads can pause
    transport = wire._transport
    assert transport is not None
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    line, most = "x" * 500, 0

    def send_for_ever() -> None:
        nonlocal most
        for _ in range(100_000):
            wire.send(line)
            most = max(most, transport.get_write_buffer_size())

    with pytest.raises(ConnectionError, match="the server does not read what we send"):
        send_for_ever()
    assert UNSENT_MOST < most <= UNSENT_MOST + len(line) + 2
    with pytest.raises(ConnectionError, match="the server does not read what we send"):
        await wire.receive()


async def test_a_server_that_says_more_than_we_read_has_to_wait_and_loses_nothing(server: Scripted) -> None:
    wire, peer = await link(server)
    total = 5 * UNREAD_MOST
    for number in range(total):
        peer.send(f"PING :{number}")
    await until(lambda: wire._paused)
    waiting = wire._lines.qsize()
    await asyncio.sleep(0.02)
    assert wire._lines.qsize() == waiting
    assert [(await wire.receive()).params[0] for _ in range(total)] == [str(number) for number in range(total)]
    wire.drop("")


async def test_a_link_that_was_closed_before_it_was_ready_is_no_link() -> None:
    async def slam(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = await asyncio.start_server(slam, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        wire = await Wire.open("127.0.0.1", port, nick="bot", user="bot", tls=None)
    except OSError:
        pass  # that early
    else:
        with pytest.raises(ConnectionError):
            await wire.receive()
    finally:
        server.close()
        await server.wait_closed()


async def test_an_old_link_that_ends_late_does_not_touch_the_new_one(server: Scripted) -> None:
    old, old_peer = await link(server)
    old.drop("gone")
    new, new_peer = await link(server)
    old_peer.close()
    with pytest.raises(ConnectionError, match="gone"):
        await old.receive()
    new_peer.send("PING :new")
    assert await new.receive() == Line("ping", params=("new",))
    new.drop("")


async def test_closing_says_quit_and_waits_for_the_server(server: Scripted) -> None:
    wire, peer = await link(server)
    closing = asyncio.create_task(wire.close("stopping", 5))
    assert await peer.expect("QUIT .*") == "QUIT :stopping"
    assert not closing.done()
    peer.close()
    await asyncio.wait_for(closing, 1)


async def test_closing_does_not_wait_for_a_server_that_does_not_answer(server: Scripted) -> None:
    wire, peer = await link(server)
    await asyncio.wait_for(wire.close("stopping", 0.05), 1)
    await peer.ended()
