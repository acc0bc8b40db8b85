"""The instance: its API as far as the bot uses it, one account, and what a test makes of it.

https://docs.joinmastodon.org/methods/ has each method with its answers and errors.
"""

import asyncio
import itertools
import ssl
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from mastodon import Mastodon

from tests.fake_mastodon.public import Public
from tests.fake_mastodon.statuses import Status
from tests.fake_mastodon.troubles import Trouble

__all__ = ["ACCOUNT", "SCOPES", "TOKEN", "FakeMastodon", "fake_mastodon"]

TOKEN = "token-of-the-account"
SCOPES = frozenset({"read:accounts", "read:statuses", "write:statuses", "read:notifications", "read:search"})
Form = Mapping[str, object]
Handler = Callable[[web.Request, Form], web.Response]

ACCOUNT = "109302436954721982"
_KEY_LIVES = timedelta(hours=1)


class FakeMastodon:
    """An instance with one account.

    Tests change its attributes: what it allows, what is wrong with the account, and, by ``next``, what goes wrong with
    the next requests of a kind: ``account``, ``instance``, ``post``, ``posts``.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.posts: list[Status] = []
        self.asked: list[str] = []  # the kind of each request, in order
        self.headers: list[dict[str, str]] = []  # of each request
        self.scopes: frozenset[str] = SCOPES
        self.revoked = False
        self.disabled = ""  # why the login is
        self.most = 500
        self.per_link: int | None = 23  # None: it does not say
        self.has_v2 = True
        self.repeats_fail = False  # some versions fail on a repeat: https://github.com/mastodon/mastodon/issues/40399
        self.keeps_keys = True  # not all that speak the API do
        self.language = "en"
        self.length: Callable[[str], int] = Mastodon.get_status_length
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._troubles: dict[str, deque[Trouble]] = defaultdict(deque)
        self.public = Public(self)
        self._ids = itertools.count(115_000_000_000_000_000)

    # -- what tests do ------------------------------------------------------------------------------------------------

    def next(self, kind: str, *troubles: Trouble) -> None:
        """Have the next requests of a kind go wrong."""
        self._troubles[kind].extend(troubles)

    @property
    def texts(self) -> list[str]:
        """What was posted."""
        return [status.text for status in self.posts]

    def add(self, text: str, *, ago: float = 0.0, reblog: bool = False) -> Status:
        """Have the account post by itself, so many seconds ago."""
        status = Status(str(next(self._ids)), self.now() - timedelta(seconds=ago), text, reblog=reblog)
        self.posts.append(status)
        return status

    # -- the API ------------------------------------------------------------------------------------------------------

    def application(self) -> web.Application:
        """Return the server's routes."""
        app = web.Application()
        self.public.add_routes(app)
        for method, path, kind, handler in (
            ("GET", "/api/v1/accounts/verify_credentials", "account", self._account),
            ("GET", r"/api/v2/instance{slash:/?}", "instance", self._instance_v2),
            ("GET", r"/api/v1/instance{slash:/?}", "instance", self._instance_v1),
            ("POST", "/api/v1/statuses", "post", self._post),
            ("GET", "/api/v1/accounts/{id}/statuses", "posts", self._statuses),
        ):
            app.router.add_route(method, path, self.guarded(kind, handler))
        return app

    def guarded(self, kind: str, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            self.asked.append(kind)
            self.headers.append(dict(request.headers))
            form = await request.post()  # before anything goes wrong, so that what was asked can be done

            async def do() -> web.Response:
                done = handler(request, form)
                done.headers.update(self._limits())
                return done

            troubles = self._troubles[kind]
            return await troubles.popleft()(request, do) if troubles else await do()

        return guarded

    def _limits(self) -> dict[str, str]:
        reset = (self.now() + timedelta(minutes=4)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299", "X-RateLimit-Reset": reset}

    def barred(self, request: web.Request, scope: str) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return error(401, "The access token is invalid")
        if self.revoked:
            return error(401, "The access token was revoked")
        if scope not in self.scopes:
            return error(403, "This action is outside the authorized scopes")
        return error(403, self.disabled) if self.disabled else None

    def _account(self, request: web.Request, form: Form) -> web.Response:
        return self.barred(request, "read:accounts") or web.json_response({**self._described(), "source": {}})

    def _described(self) -> dict[str, Any]:
        return {
            "id": ACCOUNT,
            "username": "ptgbot",
            "acct": "ptgbot",
            "display_name": "The PTG",
            "locked": False,
            "bot": True,
            "created_at": "2022-11-08T00:00:00.000Z",
            "note": "<p>What is on at the PTG</p>",
            "url": f"{self.address}/@ptgbot",
            "followers_count": 7,
            "following_count": 0,
            "statuses_count": len(self.posts),
            "emojis": [],
            "fields": [],
        }

    def _configuration(self) -> dict[str, Any]:
        said = {"max_characters": self.most, "max_media_attachments": 4}
        return {"statuses": said if self.per_link is None else {**said, "characters_reserved_per_url": self.per_link}}

    def _instance_v2(self, request: web.Request, form: Form) -> web.Response:
        if not self.has_v2:
            return error(404, "Record not found")
        configuration = {**self._configuration(), "urls": {"streaming": self.public.streaming or self.address}}
        return web.json_response(
            {"domain": "here", "title": "Here", "version": "4.5.0", "configuration": configuration}
        )

    def _instance_v1(self, request: web.Request, form: Form) -> web.Response:
        return web.json_response({"uri": "here", "version": "3.5.3", "configuration": self._configuration()})

    def _post(self, request: web.Request, form: Form) -> web.Response:
        if barred := self.barred(request, "write:statuses"):
            return barred
        key = request.headers.get("Idempotency-Key", "")
        if same := self._posted_with(key):
            if self.repeats_fail:
                return error(500, "An unexpected error occurred")
            return web.json_response(same.described(self._described()))
        text = str(form.get("status", "")).strip()
        if not text:
            return error(422, "Validation failed: Text can't be blank")
        if self.length(text) > self.most:
            words = {
                "en": f"Validation failed: Text character limit of {self.most} exceeded",
                "de": f"Gültigkeitsprüfung ist fehlgeschlagen: Text Zeichenlimit von {self.most} überschritten",
            }
            return error(422, words[self.language])
        to = str(form.get("in_reply_to_id", ""))
        if to and to not in self.public.posts:
            return error(404, "The post you are trying to reply to does not appear to exist.")
        visibility = str(form.get("visibility", "public"))
        status = Status(str(next(self._ids)), self.now(), text, visibility, key, answers=(to, ""))
        self.posts.append(status)
        return web.json_response(status.described(self._described()))

    def _posted_with(self, key: str) -> Status | None:
        if not key or not self.keeps_keys:
            return None
        return next((one for one in self.posts if one.key == key and self.now() - one.at < _KEY_LIVES), None)

    def _statuses(self, request: web.Request, form: Form) -> web.Response:
        if barred := self.barred(request, "read:statuses"):
            return barred
        if request.match_info["id"] != ACCOUNT:
            return error(404, "Record not found")
        before = int(request.query.get("max_id", "9" * 18))
        found = [one for one in reversed(self.posts) if int(one.id) < before]
        if request.query.get("exclude_reblogs") in ("1", "true"):
            found = [one for one in found if not one.reblog]
        return web.json_response(
            [one.described(self._described()) for one in found[: min(int(request.query.get("limit", "20")), 40)]]
        )


def error(status: int, said: str) -> web.Response:
    return web.json_response({"error": said}, status=status)


@asynccontextmanager
async def fake_mastodon(*, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[FakeMastodon]:
    """Run an instance while the context lasts."""
    instance = FakeMastodon("")
    runner = web.AppRunner(instance.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, 0, ssl_context=tls).start()
        instance.address = f"{'https' if tls else 'http'}://{host}:{runner.addresses[0][1]}"
        yield instance
    finally:
        instance.public.break_streams()
        await asyncio.shield(runner.cleanup())
