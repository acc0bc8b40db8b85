"""What can go wrong with a request of an instance; each is a Trouble."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web

__all__ = ["Do", "Trouble", "answer", "dropped", "moved", "page", "says", "slow", "too_many", "trickling"]

Do = Callable[[], Awaitable[web.Response]]
Trouble = Callable[[web.Request, Do], Awaitable[web.StreamResponse]]


def answer(status: int, error: str, headers: dict[str, str] | None = None, *, done: bool = False) -> Trouble:
    """Answer with an error of Mastodon's; ``done``: though what was asked is done."""

    async def trouble(request: web.Request, do: Do) -> web.StreamResponse:
        if done:
            await do()
        return web.json_response({"error": error}, status=status, headers=headers)

    return trouble


def page(status: int, *, done: bool = False, headers: dict[str, str] | None = None) -> Trouble:
    """Answer with a page of a proxy in front of the instance."""

    async def trouble(request: web.Request, do: Do) -> web.StreamResponse:
        if done:
            await do()
        text = (
            f"<html>\r\n<head><title>{status}</title></head>\r\n<body><center><h1>{status}</h1></center></body></html>"
        )
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    return trouble


def says(value: object) -> Trouble:
    """Answer with this instead of what was asked for."""

    async def trouble(request: web.Request, do: Do) -> web.StreamResponse:
        return web.json_response(value)

    return trouble


def too_many(now: datetime, seconds: float, **headers: str) -> Trouble:
    """Answer as Mastodon does to a client that asks too often (https://docs.joinmastodon.org/api/rate-limits/)."""
    limits = {
        "X-RateLimit-Limit": "300",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": (now + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    return answer(429, "Too many requests", {**limits, **headers})


def moved(where: str) -> Trouble:
    """Send on to another address; empty: to the same one without the slash at its end."""

    async def trouble(request: web.Request, do: Do) -> web.StreamResponse:
        path = request.path if where else request.path.rstrip("/")
        return web.Response(status=301, headers={"Location": f"{where}{path}"})

    return trouble


def dropped(*, done: bool) -> Trouble:
    """End the connection without an answer; ``done``: when what was asked is done."""

    async def trouble(request: web.Request, do: Do) -> web.StreamResponse:
        if done:
            await do()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return trouble


def slow(let: asyncio.Event, *, done: bool) -> Trouble:
    """Answer when a test lets it; ``done``: what was asked is done at once, and not only then."""

    async def trouble(request: web.Request, do: Do) -> web.StreamResponse:
        found = await do() if done else None
        await let.wait()
        return found or await do()

    return trouble


def trickling(let: asyncio.Event) -> Trouble:
    """Do it, and send the answer byte by byte until a test lets it end."""

    async def trouble(request: web.Request, do: Do) -> web.StreamResponse:
        await do()
        response = web.StreamResponse()
        await response.prepare(request)
        while not let.is_set():
            try:
                await response.write(b" ")
            except ConnectionError:
                break
            await asyncio.sleep(0.02)
        return response

    return trouble
