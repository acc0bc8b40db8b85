"""A whole X at an address of this machine, with one account."""

import asyncio
import hashlib
import html
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from ptgbot.networks.x.settings import XSettings
from tests.fake_x import answers
from tests.fake_x.length import LINKS, length
from tests.fake_x.oauth import is_signed
from tests.fake_x.public import BEARER, USER, Public

__all__ = ["KEYS", "USER", "FakeX", "Fault", "Post", "fake_x"]

KEYS = {
    "api_key": "the-api-key",
    "api_secret": "the-api-secret",
    "access_token": f"{USER}-the-access-token",
    "access_secret": "the-access-secret",
}
LIMIT = 280


@dataclass(frozen=True)
class Post:
    """A post of the account, as it was written."""

    id: str
    text: str
    at: datetime
    answers: str = ""


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Args:
        status: What is answered in place of the true answer; 0 to hang up.
        body: What is said with it: JSON, or text as it is.
        headers: What headers it has.
        takes: Whether a post is taken all the same.
        hangs: Whether nothing is answered at all.
    """

    status: int = 0
    body: object = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    takes: bool = False
    hangs: bool = False


class FakeX:
    """The account, its posts, and what is wrong with them at the moment."""

    def __init__(self) -> None:
        self.address = ""
        self.posts: list[Post] = []
        self.asked: list[str] = []  # every request, by method and path
        self.unsigned = 0  # requests that nobody with the keys made
        self.revoked = False
        self.access = "read-write"
        self.refuses_all: Mapping[str, Any] | None = None  # such as ``answers.SUSPENDED``
        self.refuses_posts: tuple[int, Mapping[str, Any]] | None = None
        self.refuses_reading: tuple[int, Mapping[str, Any]] | None = None
        self.faults: list[Fault] = []  # of the next posts
        self.reading_faults: list[Fault] = []
        self.limits: dict[str, tuple[int, int, int]] = {}  # header's beginning → limit, remaining, seconds to the reset
        self._ids = itertools.count(1900000000000000001)
        self._hanging = asyncio.Event()
        self.public = Public(self._refusal)

    def settings(self, *, dry_run: bool = False, words: tuple[str, ...] = (), stream: bool = False) -> XSettings:
        """Return what a bot is configured with."""
        bearer = BEARER if stream else ""
        where = {"bearer_token": bearer, "api_url": self.address}
        return XSettings(**KEYS, **where, dry_run=dry_run, words=words, hashtags=())

    @property
    def texts(self) -> list[str]:
        """What stands on the timeline, oldest first."""
        return [post.text for post in self.posts]

    def take(self, text: str, at: datetime | None = None, answers: str = "") -> Post:
        """Put a post on the timeline."""
        post = Post(str(next(self._ids)), text, at or datetime.now(UTC), answers)
        self.posts.append(post)
        return post

    def let_go(self) -> None:
        """End requests that were hanging."""
        self._hanging.set()

    # -- what is asked ----------------------------------------------------------------------------------------------

    async def me(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if self.reading_faults:
            return await self._fail(request, self.reading_faults.pop(0))
        return self._answer(200, {"data": {"id": USER, "name": "The event", "username": "event"}})

    async def create(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if self.refuses_posts is not None:
            return self._answer(*self.refuses_posts)
        asked = await request.json()
        text, to = asked["text"], asked.get("reply", {}).get("in_reply_to_tweet_id", "")
        if length(text) > LIMIT:
            return self._answer(400, answers.TOO_LONG)
        if to and (to not in self.public.posts or to != self.public.posts[to].versions[-1]):
            return self._answer(403, answers.NO_SUCH_POST)
        if any((post.text, post.answers) == (text, to) for post in self.posts):
            return self._answer(403, answers.DUPLICATE)
        if (limited := self._limited()) is not None:
            return limited
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and not fault.takes:
            return await self._fail(request, fault)
        post = self.take(text, answers=to)
        if fault is not None:
            return await self._fail(request, fault)
        shown = self._shown(post)
        return self._answer(201, {"data": {"edit_history_tweet_ids": [post.id], "id": post.id, "text": shown["text"]}})

    async def timeline(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if self.refuses_reading is not None:
            return self._answer(*self.refuses_reading)
        if self.reading_faults:
            return await self._fail(request, self.reading_faults.pop(0))
        assert request.match_info["user"] == USER
        since = request.query.get("start_time")
        oldest = datetime.fromisoformat(since) if since else datetime.min.replace(tzinfo=UTC)
        posts = [post for post in reversed(self.posts) if post.at >= oldest]
        page = posts[: int(request.query["max_results"])]
        meta: dict[str, Any] = {"result_count": len(page)}
        if len(page) < len(posts):
            meta["next_token"] = "7140dibdnow9c7btw421dyz6jism75z99gyxd8egarsc4"
        body: dict[str, Any] = {"data": [self._shown(post) for post in page]} if page else {}
        return self._answer(200, {**body, "meta": meta})

    # -- what is answered -------------------------------------------------------------------------------------------

    def _refusal(self, request: web.Request) -> web.Response | None:
        self.asked.append(f"{request.method} {request.path}")
        authorization = request.headers.get("Authorization", "")
        signed = is_signed(
            request.method,
            f"{self.address}{request.raw_path}",
            authorization,
            key=KEYS["api_key"],
            secret=KEYS["api_secret"],
            token=KEYS["access_token"],
            token_secret=KEYS["access_secret"],
        )
        if not signed:
            self.unsigned += 1
        if not signed or self.revoked:
            return self._answer(401, answers.UNAUTHORIZED)
        return self._answer(403, self.refuses_all) if self.refuses_all is not None else None

    def _limited(self) -> web.Response | None:
        if all(remaining > 0 for _, remaining, _ in self.limits.values()):
            self.limits = {name: (most, left - 1, reset) for name, (most, left, reset) in self.limits.items()}
            return None
        now = int(datetime.now(UTC).timestamp())
        headers: dict[str, str] = {}
        for name, (most, left, reset) in self.limits.items():
            headers |= {f"{name}-limit": str(most), f"{name}-remaining": str(left), f"{name}-reset": str(now + reset)}
        return self._answer(429, answers.TOO_MANY, headers)

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.hangs:
            await self._hanging.wait()
        if fault.hangs or not fault.status:
            if request.transport is not None:  # else the other side was quicker
                request.transport.abort()
            return web.Response()
        return self._answer(fault.status, fault.body, fault.headers)

    def _answer(self, status: int, body: object, headers: Mapping[str, str] | None = None) -> web.Response:
        said = {"x-access-level": self.access, "api-version": "2.168", **(headers or {})}
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html", headers=said)
        return web.json_response(body, status=status, headers=said)

    @staticmethod
    def _shown(post: Post) -> dict[str, Any]:
        """Return a post as X shows it: escaped, and with links of its own."""
        urls = []
        text = post.text
        for link in dict.fromkeys(LINKS.findall(post.text)):
            short = f"https://t.co/{hashlib.sha256(link.encode()).hexdigest()[:10]}"
            text = text.replace(link, short)
            expanded = link if "://" in link else f"http://{link}"
            urls.append({"start": 0, "end": 23, "url": short, "expanded_url": expanded, "display_url": link[:27]})
        at = post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        shown: dict[str, Any] = {"id": post.id, "text": html.escape(text, quote=False), "created_at": at}
        if post.answers:
            shown["referenced_tweets"] = [{"type": "replied_to", "id": post.answers}]
        return {**shown, "entities": {"urls": urls}} if urls else shown


@asynccontextmanager
async def fake_x() -> AsyncIterator[FakeX]:
    """Give an X that is running."""
    x = FakeX()
    app = web.Application()
    app.add_routes(
        [
            web.get("/2/users/me", x.me),
            web.post("/2/tweets", x.create),
            web.get("/2/users/{user}/tweets", x.timeline),
            web.get("/2/tweets", x.public.lookup),
            web.get("/2/tweets/search/recent", x.public.recent),
            web.get("/2/tweets/search/stream", x.public.stream),
            web.get("/2/tweets/search/stream/rules", x.public.read_rules),
            web.post("/2/tweets/search/stream/rules", x.public.change_rules),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        x.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield x
    finally:
        x.let_go()
        x.public.break_streams()
        await runner.cleanup()
