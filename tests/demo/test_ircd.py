import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptgbot.demo.ircd import DemoServer
from tests.demo.raw_client import Join, RawClient


async def test_only_this_machine_reaches_it_by_default() -> None:
    assert (DemoServer().host, DemoServer().port) == ("127.0.0.1", 6667)


async def test_a_port_that_is_taken_is_an_oserror(server: DemoServer) -> None:
    with pytest.raises(OSError, match="in use"):
        await DemoServer(port=server.port).start()


async def test_stopping_sends_everyone_away_and_frees_the_port(server: DemoServer, connect: Join) -> None:
    ann, stranger = await connect("ann"), await connect()
    await stranger.heard()
    await server.stop()
    await server.stop()
    assert (await ann.rest(), await stranger.rest()) == (["ERROR :The demo ends"], ["ERROR :The demo ends"])
    async with DemoServer(port=server.port) as again:
        assert again.port == server.port
        assert (await (await connect()).say("NICK ann")) == []


async def test_a_client_that_does_not_read_is_dropped_and_the_others_hear_of_it(join: Join) -> None:
    ann, deaf = await join("ann"), await join("deaf")
    deaf._writer.transport.pause_reading()  # type: ignore[attr-defined]
    line = f"PRIVMSG #demo :{'x' * 400}\r\n".encode()
    heard: list[str] = []
    while not heard:
        heard = await ann.say_bytes(line * 500)
    assert heard == [":deaf!~deaf@localhost QUIT :Does not read"]


async def test_a_line_without_an_end_is_cut_and_the_next_one_is_read(connect: Join) -> None:
    ann = await connect("ann")
    await ann.heard()
    for _ in range(100):
        ann._writer.write(b"FLY" + b"x" * 60_000)
        await ann._writer.drain()
    head = ":ptgbot.demo 421 ann "
    assert await ann.say_bytes(b"\r\n") == [(head + "FLY" + "X" * 510)[:510]]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=2000), max_size=5))
async def test_any_bytes_leave_it_running(chunks: list[bytes]) -> None:
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
