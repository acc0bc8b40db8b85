"""What listeners are told, how soon, and how they are let go."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from ptgbot.site import events as module
from ptgbot.site.events import Events
from ptgbot.site.live import LIVE
from ptgbot.site.web import Server, serve

LIMIT = 10.0


@dataclass
class Told:
    """One event."""

    event: str = ""
    data: str = ""
    id: str = ""


@dataclass
class Listener:
    """Reads events as a browser does."""

    answer: aiohttp.ClientResponse
    retry: int = 0
    told: list[Told] = field(default_factory=list)

    async def next(self, event: str) -> Told:
        """Return the next event of a kind."""
        async with asyncio.timeout(LIMIT):
            while True:
                told = await self._read()
                if told.event == event:
                    return told

    async def _read(self) -> Told:
        told = Told()
        while line := (await self.answer.content.readline()).decode():
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "retry":
                self.retry = int(value)
            elif name in ("event", "id"):
                setattr(told, name, value)
            elif name.startswith("data"):
                told.data += value
            elif not name:
                return told
        raise EOFError


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("the links")
    put(tmp_path, '{"ptg.html":"1"}\n')
    return tmp_path


@pytest.fixture
async def server(site: Path) -> AsyncIterator[Server]:
    running = await serve(site, "127.0.0.1", 0)
    yield running
    await running.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as made:
        yield made


@pytest.fixture
async def bare(site: Path) -> AsyncIterator[tuple[Events, int]]:
    """Give events and the port of a server that has nothing else."""
    events = Events(site / LIVE)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await events.listen(request, {})

    app = web.Application()
    app.router.add_get("/events", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield events, runner.addresses[0][1]
    events.end()
    await runner.cleanup()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT):
        while not condition():
            await asyncio.sleep(0.005)


def put(site: Path, content: str) -> None:
    (site / ".new").write_text(content)
    (site / ".new").replace(site / LIVE)


async def listen(session: aiohttp.ClientSession, server: Server, last: str = "") -> Listener:
    headers = {"Last-Event-ID": last} if last else {}
    return Listener(await session.get(f"http://127.0.0.1:{server.port}/events", headers=headers))


async def test_the_answer_to_live_json_says_where_to_listen(session: aiohttp.ClientSession, server: Server) -> None:
    found = {}
    for path in ("live.json", "index.html"):
        async with session.get(f"http://127.0.0.1:{server.port}/{path}") as answer:
            found[path] = answer.headers.get("Link")

    assert found == {"live.json": '<events>; rel="alternate"; type="text/event-stream"', "index.html": None}


async def test_a_listener_is_told_what_holds_now_and_then_each_change(
    session: aiohttp.ClientSession, server: Server, site: Path
) -> None:
    listener = await listen(session, server)
    first = await listener.next("live")
    put(site, '{"ptg.html":"2"}\n')
    second = await listener.next("live")

    assert [told.data for told in (first, second)] == ['{"ptg.html":"1"}', '{"ptg.html":"2"}']
    assert first.id != second.id
    assert 1000 <= listener.retry <= 5000
    headers = listener.answer.headers
    names = ("Content-Type", "Cache-Control", "X-Accel-Buffering", "X-Content-Type-Options")
    assert [headers[name] for name in names] == [
        "text/event-stream; charset=utf-8",
        "no-store, no-transform",
        "no",
        "nosniff",
    ]


async def test_a_listener_that_comes_back_is_told_only_what_it_does_not_know(
    session: aiohttp.ClientSession, server: Server, site: Path
) -> None:
    told = await (await listen(session, server)).next("live")
    again = await listen(session, server, told.id)
    beat = await again._read()
    put(site, '{"ptg.html":"2"}\n')

    assert beat == Told("still")
    assert (await again.next("live")).data == '{"ptg.html":"2"}'


async def test_in_silence_a_listener_is_told_that_the_line_is_alive(
    session: aiohttp.ClientSession, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    listener = await listen(session, server)

    assert [(await listener._read()).event for _ in range(3)] == ["live", "still", "still"]


async def test_who_listens_before_anything_is_published_is_told_when_it_is(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    server = await serve(tmp_path / "later", "127.0.0.1", 0)
    listener = await listen(session, server)
    first = await listener._read()
    (tmp_path / "later").mkdir()
    put(tmp_path / "later", '{"ptg.html":"1"}\n')

    assert first == Told("still")
    assert (await listener.next("live")).data == '{"ptg.html":"1"}'
    await server.stop()


async def test_five_hundred_listeners_are_told_within_a_second(
    session: aiohttp.ClientSession, server: Server, site: Path
) -> None:
    listeners = await asyncio.gather(*[listen(session, server) for _ in range(500)])
    await asyncio.gather(*[listener.next("live") for listener in listeners])
    began = time.monotonic()
    put(site, '{"ptg.html":"2"}\n')
    told = await asyncio.gather(*[listener.next("live") for listener in listeners])
    took = time.monotonic() - began
    for listener in listeners:
        listener.answer.close()

    assert {one.data for one in told} == {'{"ptg.html":"2"}'}
    assert took < 5  # a second where nothing else is running


async def test_who_does_not_read_is_let_go(
    bare: tuple[Events, int], site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLOW_SECONDS", 0.05)
    put(site, "x" * 20_000_000)  # more than the system holds on the way
    events, port = bare
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
    await until(lambda: events.listeners == 1)
    await until(lambda: events.listeners == 0)
    writer.transport.abort()


async def test_too_many_are_asked_to_look_by_themselves(
    session: aiohttp.ClientSession, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_LISTENERS", 1)
    server = await serve(site, "127.0.0.1", 0)
    first = await listen(session, server)
    second = await listen(session, server)
    first.answer.close()
    await server.stop()

    assert (first.answer.status, second.answer.status, second.answer.headers["Retry-After"]) == (200, 503, "60")


async def test_nobody_looks_at_the_file_while_nobody_listens(
    session: aiohttp.ClientSession, bare: tuple[Events, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    events, port = bare
    listeners = [Listener(await session.get(f"http://127.0.0.1:{port}/events")) for _ in range(2)]
    told = [await listener.next("live") for listener in listeners]
    listeners[0].answer.close()
    await until(lambda: events.listeners == 1)
    watched = events._watcher is not None
    listeners[1].answer.close()
    await until(lambda: events.listeners == 0)

    assert (watched, events._watcher) == (True, None)
    again = Listener(await session.get(f"http://127.0.0.1:{port}/events"))
    assert await again.next("live") == told[0]
    again.answer.close()


async def test_the_server_stops_at_once_with_listeners(session: aiohttp.ClientSession, site: Path) -> None:
    server = await serve(site, "127.0.0.1", 0)
    listeners = [await listen(session, server) for _ in range(5)]
    for listener in listeners:
        await listener.next("live")
    began = time.monotonic()
    await server.stop()

    assert time.monotonic() - began < 0.9  # no answer under way had to be cut off
    for listener in listeners:
        with pytest.raises((EOFError, aiohttp.ClientPayloadError)):
            await listener.next("live")


async def test_head_tells_what_is_there_without_listening(session: aiohttp.ClientSession, server: Server) -> None:
    async with session.head(f"http://127.0.0.1:{server.port}/events") as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
