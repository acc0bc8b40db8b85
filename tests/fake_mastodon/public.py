"""What everybody posts: hashtag timelines, single posts, mentions, and streams of them."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fake_mastodon.statuses import Status, tags

if TYPE_CHECKING:
    from tests.fake_mastodon.instance import FakeMastodon

__all__ = ["Public", "account", "snowflake"]

_FIRST_ACCOUNT = 110_000_000_000_000_000


def snowflake(at: datetime) -> int:
    """Return the id of a post that is made at a time."""
    return int(at.timestamp() * 1000) << 16


def account(name: str) -> str:
    """Return the id of somebody's account."""
    return str(_FIRST_ACCOUNT + sum(ord(letter) * 31**place for place, letter in enumerate(name)))


@dataclass(eq=False)
class Connection:
    """A stream that somebody reads."""

    request: web.Request
    tag: str  # empty for that of notifications
    waiting: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)


class Public:
    """The posts of others, and the streams.

    Args:
        instance: Where they are.
    """

    def __init__(self, instance: "FakeMastodon") -> None:
        self._instance = instance
        self.posts: dict[str, Status] = {}
        self.authors: dict[str, str] = {}  # by the ids of posts
        self.remote: dict[str, str] = {}  # ids of posts by their links on other instances
        self.connections: list[Connection] = []
        self.streams = 0  # that were begun
        self.asked: list[Mapping[str, str]] = []  # of timelines
        self.refuses_streams: list[int] = []  # for the next ones
        self.no_streams = 0  # the status with which all are refused
        self.streaming = ""  # where they are, as the instance says; empty for the same address
        self.page = 40
        self.keep_alive: float | None = 0.02
        self.deaf = False  # whether streams get nothing of what is posted
        self._numbers = itertools.count(1)

    # -- what people do -----------------------------------------------------------------------------------------------

    def post(
        self,
        text: str,
        by: str = "ada",
        *,
        at: datetime | None = None,
        answers: tuple[str, str] = ("", ""),
        visibility: str = "public",
    ) -> Status:
        """Post something."""
        when = at or datetime.now(UTC)
        status = Status(str(snowflake(when) + next(self._numbers)), when, text, visibility, answers=answers)
        self.posts[status.id], self.authors[status.id] = status, by
        self._tell("update", status)
        return status

    def edit(self, status: Status, text: str) -> None:
        """Edit a post."""
        self.posts[status.id] = edited = replace(status, text=text)
        self._tell("status.update", edited)

    def delete(self, status: Status) -> None:
        """Delete a post."""
        del self.posts[status.id]
        for connection in self._connections(status):
            connection.waiting.put_nowait(f"event: delete\ndata: {status.id}\n\n".encode())

    def _tell(self, event: str, status: Status) -> None:
        data = json.dumps(self.shown(status))
        for connection in self._connections(status):
            connection.waiting.put_nowait(f"event: {event}\ndata: {data}\n\n".encode())
        if event == "update" and "@ptgbot" in status.text and not self.deaf:
            for connection in self.connections:
                if not connection.tag:
                    data = json.dumps(self._notification(status))
                    connection.waiting.put_nowait(f"event: notification\ndata: {data}\n\n".encode())

    def _connections(self, status: Status) -> list[Connection]:
        found = tags(status.text) if status.visibility == "public" and not self.deaf else []
        return [connection for connection in self.connections if connection.tag and connection.tag in found]

    def break_streams(self) -> None:
        """Break every stream."""
        for connection in list(self.connections):
            if connection.request.transport is not None:
                connection.request.transport.abort()
        self.connections.clear()

    def say(self, lines: bytes) -> None:
        """Say something in every stream."""
        for connection in self.connections:
            connection.waiting.put_nowait(lines)

    # -- how it is shown ----------------------------------------------------------------------------------------------

    def shown(self, status: Status) -> dict[str, Any]:
        """Return a post as the API shows it."""
        by = self.authors[status.id]
        name, _, elsewhere = by.partition("@")
        author = {
            "id": account(by),
            "username": name,
            "acct": by,
            "display_name": name.title(),
            "url": f"https://{elsewhere or 'here'}/@{name}",
            "bot": False,
            "locked": False,
            "created_at": "2022-11-08T00:00:00.000Z",
            "emojis": [],
            "fields": [],
        }
        return status.described(author)

    def _notification(self, status: Status) -> dict[str, Any]:
        shown = self.shown(status)
        at = shown["created_at"]
        return {"id": status.id[-9:], "type": "mention", "created_at": at, "account": shown["account"], "status": shown}

    # -- what is asked ------------------------------------------------------------------------------------------------

    def add_routes(self, app: web.Application) -> None:
        """Add the routes to a server's."""
        for path, kind, handler in (
            ("/api/v1/timelines/tag/{tag}", "tag", self._tag),
            ("/api/v1/statuses/{id}", "status", self._status),
            ("/api/v1/notifications", "notifications", self._mentions),
            ("/api/v2/search", "search", self._search),
        ):
            app.router.add_get(path, self._instance.guarded(kind, handler))
        app.router.add_get("/api/v1/streaming/hashtag", self._stream)
        app.router.add_get("/api/v1/streaming/user/notification", self._stream)

    def _tag(self, request: web.Request, form: Mapping[str, object]) -> web.Response:
        if barred := self._instance.barred(request, "read:statuses"):
            return barred
        self.asked.append(dict(request.query))
        after, before = int(request.query.get("min_id", "0")), int(request.query.get("max_id", "9" * 20))
        found = [
            status
            for _, status in sorted(self.posts.items(), key=lambda item: int(item[0]))
            if after < int(status.id) < before and request.match_info["tag"] in tags(status.text)
            if status.visibility == "public"
        ]
        size = min(self.page, int(request.query["limit"]))
        page = found[:size] if after else found[-size:]
        return web.json_response([self.shown(status) for status in reversed(page)])

    def _status(self, request: web.Request, form: Mapping[str, object]) -> web.Response:
        if barred := self._instance.barred(request, "read:statuses"):
            return barred
        status = self.posts.get(request.match_info["id"])
        if status is None:
            return web.json_response({"error": "Record not found"}, status=404)
        return web.json_response(self.shown(status))

    def _mentions(self, request: web.Request, form: Mapping[str, object]) -> web.Response:
        if barred := self._instance.barred(request, "read:notifications"):
            return barred
        assert request.query.getall("types[]") == ["mention"]
        found = [status for status in self.posts.values() if "@ptgbot" in status.text]
        newest = sorted(found, key=lambda status: -int(status.id))[: int(request.query["limit"])]
        return web.json_response([self._notification(status) for status in newest])

    def _search(self, request: web.Request, form: Mapping[str, object]) -> web.Response:
        if barred := self._instance.barred(request, "read:search"):
            return barred
        id_ = self.remote.get(request.query["q"], "")
        found = [self.shown(self.posts[id_])] if id_ else []
        return web.json_response({"accounts": [], "statuses": found, "hashtags": []})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        tag = request.query.get("tag", "")
        if self._instance.barred(request, "read:statuses" if tag else "read:notifications"):
            return web.json_response({"error": "Access token does not cover required scopes"}, status=401)
        refusal = self.refuses_streams.pop(0) if self.refuses_streams else self.no_streams
        if refusal:
            return web.json_response({"error": "no"}, status=refusal)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b":)\n")
        connection = Connection(request, tag)
        self.connections.append(connection)
        self.streams += 1
        try:
            while connection in self.connections:
                try:
                    lines = await asyncio.wait_for(connection.waiting.get(), self.keep_alive)
                except TimeoutError:
                    lines = b":thump\n"
                await response.write(lines)
        except ConnectionError:
            pass
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
        return response
