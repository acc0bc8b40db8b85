"""Bringing a file from the web: what is refused, and what can go wrong."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from ptgbot.core.commands import Refused
from ptgbot.features.admin import fetch
from ptgbot.features.admin.fetch import MAX_BYTES, fetch_url, is_public_address

ALLOW = "fetch_private in the config allows it."


class Names(AbstractResolver):
    """Knows where some names lead, and nobody else."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if host not in self.known:
            raise OSError(None, "Name or service not known")
        return [ResolveResult(hostname=host, host=self.known[host], port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        pass


async def hello(request: web.Request) -> web.Response:
    return web.Response(body=b'{"eventid": "here"}')


async def moved(request: web.Request) -> web.Response:
    raise web.HTTPFound(request.query["to"])


async def loop(request: web.Request) -> web.Response:
    raise web.HTTPFound("/loop")


async def missing(request: web.Request) -> web.Response:
    raise web.HTTPNotFound


async def exact(request: web.Request) -> web.Response:
    return web.Response(body=b"x" * MAX_BYTES)


async def endless(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    try:
        while True:
            await answer.write(b"x" * 100_000)
    except ConnectionError:
        pass
    return answer


async def bomb(request: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b"0" * (MAX_BYTES * 4)), headers={"Content-Encoding": "gzip"})


async def slow(request: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return web.Response()


async def trickle(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    try:
        while True:
            await answer.write(b" ")
            await asyncio.sleep(0.01)
    except ConnectionError:
        pass
    return answer


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    """A web server on this machine."""
    app = web.Application()
    for handler in (hello, moved, loop, missing, exact, endless, bomb, slow, trickle):
        app.router.add_get(f"/{handler.__name__}", handler)
    made = TestServer(app, handler_cancellation=True)
    await made.start_server()
    yield made
    await made.close()


async def refusal(call: Awaitable[Any]) -> str:
    with pytest.raises(Refused) as refused:
        await call
    return str(refused.value)


async def test_a_file_is_brought_whole(server: TestServer) -> None:
    assert await fetch_url(str(server.make_url("/hello")), private=True) == b'{"eventid": "here"}'
    assert len(await fetch_url(str(server.make_url("/exact")), private=True)) == MAX_BYTES


async def test_redirects_are_followed_also_to_relative_addresses(server: TestServer) -> None:
    for to in ("/hello", str(server.make_url("/hello")), "/moved?to=/hello"):
        url = str(server.make_url("/moved").with_query(to=to))
        assert await fetch_url(url, private=True) == b'{"eventid": "here"}'


async def test_a_redirect_that_never_ends_is_refused(server: TestServer) -> None:
    url = str(server.make_url("/loop"))
    assert await refusal(fetch_url(url, private=True)) == f"{url} leads from one address to the next too often."


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://example.org/x", "gopher://example.org"])
async def test_a_redirect_to_something_else_than_the_web_is_refused(server: TestServer, to: str) -> None:
    url = str(server.make_url("/moved").with_query(to=to))
    assert await refusal(fetch_url(url, private=True)) == f"'{to}' is no http or https address."


@pytest.mark.parametrize("page", ["/endless", "/bomb"])
async def test_a_file_that_is_too_large_is_refused(server: TestServer, page: str) -> None:
    url = str(server.make_url(page))
    assert await refusal(fetch_url(url, private=True)) == f"{url} is larger than 5 MB."


@pytest.mark.parametrize("page", ["/slow", "/trickle"])
async def test_a_server_that_takes_too_long_is_given_up(server: TestServer, page: str) -> None:
    url = str(server.make_url(page))
    reason = await refusal(fetch_url(url, private=True, seconds=0.1))
    assert reason == f"{url} did not answer within 0.1 seconds."


async def test_what_the_server_says_is_told(server: TestServer) -> None:
    url = str(server.make_url("/missing"))
    reason = f"{url} could not be fetched: the server says 404 Not Found."
    assert await refusal(fetch_url(url, private=True)) == reason


async def test_a_server_that_is_not_there_or_speaks_no_http_is_refused(unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}/"
    assert (await refusal(fetch_url(url, private=True))).startswith(f"{url} could not be fetched: ")

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"SSH-2.0-nonsense\r\n")
        writer.close()
        await writer.wait_closed()

    listening = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    async with listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        assert (await refusal(fetch_url(url, private=True))).startswith(f"{url} could not be fetched: ")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "base.json",
        "/etc/passwd",
        "file:///etc/passwd",
        "ftp://example.org/base.json",
        "javascript:alert(1)",
        "http://",
        "http:///x",
        "https://:443/",
        "http://[::1",
        "http://example.org:99999999/",
        "http://exa mple.org:x/",
    ],
)
@pytest.mark.parametrize("private", [True, False])
async def test_what_is_no_web_address_is_refused(url: str, private: bool) -> None:
    assert await refusal(fetch_url(url, private=private)) == f"'{url}' is no http or https address."


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.255.255.254",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.1.",
        "１２７.0.0.1",
        "0",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "10.0.0.1",
        "10.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "someone@127.0.0.1",
    ],
)
async def test_an_address_of_this_machine_or_a_private_network_is_refused(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names({})
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: names)
    for url in (f"http://{host}/base.json", f"https://{host}:8443/"):
        assert (await refusal(fetch_url(url))).endswith(f"is an address of a private network; {ALLOW}")
    assert names.asked == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.1.1", "192.168.0.1"])
async def test_a_name_that_leads_to_a_private_address_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names({"innocent.example": address})
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: names)
    reason = await refusal(fetch_url("http://innocent.example/base.json"))
    assert reason == f"innocent.example is an address of a private network; {ALLOW}"


async def test_a_name_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: Names({}))
    reason = await refusal(fetch_url("https://nowhere.example/base.json"))
    assert reason == "https://nowhere.example/base.json could not be fetched: there is no such host."


@pytest.mark.parametrize(
    "to", ["http://inside.example:{port}/hello", "http://10.0.0.1:{port}/hello", "http://127.2:{port}/hello"]
)
async def test_a_redirect_from_a_public_name_to_a_private_address_is_refused(
    server: TestServer, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # For this test 127.0.0.1 is a public address, and no other one is.
    monkeypatch.setattr(fetch, "is_public_address", lambda address: address == "127.0.0.1")
    names = Names({"outside.example": "127.0.0.1", "inside.example": "127.0.0.2"})
    monkeypatch.setattr(aiohttp, "ThreadedResolver", lambda: names)
    outside = f"http://outside.example:{server.port}"
    assert await fetch_url(f"{outside}/moved?to=/hello") == b'{"eventid": "here"}'
    url = f"{outside}/moved?to={to.format(port=server.port)}"
    assert (await refusal(fetch_url(url))).endswith(f"is an address of a private network; {ALLOW}")


@pytest.mark.parametrize("address", ["8.8.8.8", "2a01:4f8::1", "2002:808:808::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public_address(address)
