"""What the server has not done yet of what we sent."""

import asyncio
import re

import pytest

from ptgbot.networks.irc.backlog import Backlog


class Server:
    """What went out to it, and a backlog with short times."""

    def __init__(self, **times: float) -> None:
        self.heard: list[str] = []
        self.lags: list[float] = []
        self.backlog = Backlog(
            self.heard.append, "irc", self.lags.append, **{"late": 0.02, "ask": 0.05, "mute": 0.2, **times}
        )

    def send(self, *, dear: bool = False, echoed: bool = False) -> None:
        self.heard.append("line")
        self.backlog.sent(dear=dear, echoed=echoed)

    def pong(self) -> None:
        """Answer the last PING."""
        found = re.fullmatch("PING :(.*)", next(line for line in reversed(self.heard) if line != "line"))
        assert found is not None
        self.backlog.ponged(found[1])

    async def holds(self) -> bool:
        """Tell whether we have to wait at this moment."""
        waiting = asyncio.ensure_future(self.backlog.caught_up())
        await asyncio.sleep(0)
        waiting.cancel()
        return not waiting.done() or waiting.cancelled()


async def test_nothing_holds_where_nothing_was_sent() -> None:
    assert not await Server().holds()


async def test_some_lines_at_once_do_not_wait_for_each_other() -> None:
    server = Server(late=30)
    for _ in range(4):
        server.send()
        assert not await server.holds()
    assert server.heard == ["line", "PING :done-1", "line", "line", "line"]


async def test_a_line_that_is_not_done_in_time_holds_the_next_until_it_is() -> None:
    server = Server()
    server.send()
    await asyncio.sleep(0.03)
    assert await server.holds()
    server.pong()
    assert not await server.holds()


async def test_after_a_line_that_was_late_there_is_one_at_a_time_until_one_is_not() -> None:
    server = Server(late=0.05)
    for seconds, late in ((0.0, False), (0.06, True), (0.0, False)):
        server.send(echoed=True)
        await asyncio.sleep(seconds)
        server.backlog.did_one()
        server.send(echoed=True)
        assert await server.holds() is late
        server.backlog.did_one()


async def test_one_ping_at_a_time_asks_for_all_that_went_out_meanwhile() -> None:
    server = Server()
    for _ in range(3):
        server.send()
    server.pong()
    assert server.heard == ["line", "PING :done-1", "line", "line", "PING :done-3"]
    server.pong()
    assert len(server.heard) == 5
    server.send()
    assert server.heard[5:] == ["line", "PING :done-4"]


async def test_a_line_to_somebody_who_may_be_away_holds_the_next_at_once() -> None:
    server = Server(late=30)
    server.send(dear=True)
    assert await server.holds()
    server.backlog.did_one()  # the server: no such nick
    assert not await server.holds()


async def test_where_lines_come_back_nobody_has_to_ask() -> None:
    server = Server()
    for _ in range(2):
        server.send(echoed=True)
    await asyncio.sleep(0.03)
    server.backlog.did_one()
    assert await server.holds()
    server.backlog.did_one()
    assert not await server.holds()
    assert server.heard == ["line", "line"]


async def test_a_line_that_does_not_come_back_is_asked_for() -> None:
    server = Server()
    server.send(echoed=True)
    await asyncio.sleep(0.03)
    waiting = asyncio.ensure_future(server.backlog.caught_up())
    async with asyncio.timeout(5):
        while len(server.heard) < 2:
            await asyncio.sleep(0.005)
    assert server.heard == ["line", "PING :done-1"]
    assert not waiting.done()
    server.pong()
    await asyncio.wait_for(waiting, 5)


async def test_a_server_that_answers_no_ping_is_not_waited_for_any_more(caplog: pytest.LogCaptureFixture) -> None:
    server = Server()
    server.send(dear=True)
    await asyncio.wait_for(server.backlog.caught_up(), 5)
    assert "answers no PING" in caplog.text
    server.send(dear=True)
    assert not await server.holds()
    assert server.heard == ["line", "PING :done-1", "line"]


async def test_when_the_link_is_down_there_is_nothing_to_wait_for() -> None:
    server = Server()
    server.send(dear=True)
    waiting = asyncio.ensure_future(server.backlog.caught_up())
    await asyncio.sleep(0)
    server.backlog.end()
    await asyncio.wait_for(waiting, 5)


async def test_how_late_a_line_is_counts_from_the_quickest() -> None:
    server = Server(late=30)
    for seconds, echoed in ((0.02, True), (0.0, True), (0.1, False)):
        server.send(echoed=echoed)
        await asyncio.sleep(seconds)
        if echoed:
            server.backlog.did_one()
        else:
            server.pong()
    assert server.lags[:2] == [0.0, 0.0]
    assert 0.09 < server.lags[2] < 5


@pytest.mark.parametrize("token", ["still-there", "", "done-", "done-x", "done-²", "12"])
async def test_the_answer_to_another_ping_says_nothing(token: str) -> None:
    server = Server()
    server.send(dear=True)
    server.backlog.ponged(token)
    assert await server.holds()
