"""What everybody posts on X: searched for, looked up by id, and streamed by rules."""

import asyncio
import html
import itertools
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from tests.fake_x import answers
from tests.fake_x.length import LINKS

__all__ = ["BEARER", "USER", "Public", "PublicPost", "account", "snowflake"]

BEARER = "the-app-token"
USER = "1500000000000000001"  # the id of the bot's account, which is called "event"
SEARCHED = timedelta(days=7)
_EPOCH = 1_288_834_974_657


def snowflake(at: datetime) -> int:
    """Return the id of a post that is made at a time."""
    return (int(at.timestamp() * 1000) - _EPOCH) << 22


@dataclass(frozen=True)
class PublicPost:
    """A version of a post.

    Args:
        id: Its id.
        text: As it was written.
        by: The name of who wrote it; the account's id is made of it.
        at: When.
        versions: The ids of all versions up to this one.
        answers: The id of the post that it answers, and whose that is.
        reposts: The id of the post that it repeats.
    """

    id: str
    text: str
    by: str
    at: datetime
    versions: tuple[str, ...]
    answers: tuple[str, str] = ("", "")
    reposts: str = ""


@dataclass
class Connection:
    """A stream that somebody reads."""

    request: web.Request
    waiting: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)


def account(name: str) -> str:
    """Return the id of somebody's account."""
    return USER if name == "event" else str(10_000 + sum(ord(letter) * 31**place for place, letter in enumerate(name)))


class Public:
    """The posts, the rules, and what is wrong with them at the moment.

    Args:
        refusal: Returns how a request is refused that is not signed as the account; None where it is.
    """

    def __init__(self, refusal: Callable[[web.Request], web.Response | None]) -> None:
        self._signed_refusal = refusal
        self.posts: dict[str, PublicPost] = {}  # every version that there is
        self.rules: list[dict[str, str]] = []
        self.connections: list[Connection] = []
        self.streams = 0  # that were begun
        self.searches: list[Mapping[str, str]] = []  # what was asked for
        self.looked_up: list[list[str]] = []
        self.refuses_stream: list[tuple[int, object]] = []  # for the next ones
        self.refuses_search: list[tuple[int, object, Mapping[str, str]]] = []
        self.refuses_lookup: tuple[int, object] | None = None
        self.refuses_rules: tuple[int, object] | None = None
        self.invalid_rules = False
        self.headers: dict[str, str] = {}  # of searches
        self.page = 100
        self.keep_alive: float | None = 0.02
        self.hold = asyncio.Event()  # searches are answered while it is set
        self.hold.set()
        self.deaf = False  # whether streams get nothing of what is posted
        self._numbers = itertools.count(1)
        self._rule_ids = itertools.count(7001)

    # -- what people do -----------------------------------------------------------------------------------------------

    def post(
        self,
        text: str,
        by: str = "ada",
        *,
        at: datetime | None = None,
        answers: tuple[str, str] = ("", ""),
        reposts: str = "",
    ) -> PublicPost:
        """Post something."""
        when = at or datetime.now(UTC)
        id_ = str(snowflake(when) + next(self._numbers))
        return self._publish(PublicPost(id_, text, by, when, (id_,), answers, reposts))

    def edit(self, post: PublicPost, text: str) -> PublicPost:
        """Edit a post."""
        id_ = str(snowflake(datetime.now(UTC)) + next(self._numbers))
        versions = (*post.versions, id_)
        for old in post.versions:
            self.posts[old] = replace(self.posts[old], versions=versions)
        return self._publish(replace(post, id=id_, text=text, versions=versions))

    def delete(self, post: PublicPost) -> None:
        """Delete a post with all its versions."""
        for id_ in self.posts[post.versions[0]].versions:
            del self.posts[id_]

    def _publish(self, post: PublicPost) -> PublicPost:
        self.posts[post.id] = post
        if not self.deaf:
            for connection in self.connections:
                self._stream(connection, post)
        return post

    def _stream(self, connection: Connection, post: PublicPost) -> None:
        matching = [
            {"id": rule["id"], "tag": rule.get("tag", "")} for rule in self.rules if matches(rule["value"], post)
        ]
        if matching:
            said = {"data": shown(post), "includes": {"users": [user(post.by)]}, "matching_rules": matching}
            connection.waiting.put_nowait(json.dumps(said).encode() + b"\r\n")

    def break_streams(self) -> None:
        """Break every stream in the middle of whatever it is saying."""
        for connection in list(self.connections):
            if connection.request.transport is not None:
                connection.request.transport.abort()
        self.connections.clear()

    def say(self, line: bytes) -> None:
        """Say something in every stream."""
        for connection in self.connections:
            connection.waiting.put_nowait(line)

    # -- what is asked ------------------------------------------------------------------------------------------------

    async def recent(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._signed_refusal(request)) is not None:
            return refusal
        self.searches.append(dict(request.query))
        if self.refuses_search:
            status, body, headers = self.refuses_search.pop(0)
            return web.json_response(body, status=status, headers=headers)
        since = int(request.query.get("since_id", "0"))
        oldest = datetime.now(UTC) - SEARCHED
        if since and since < snowflake(oldest):
            return web.json_response(answers.invalid("since_id", str(since)), status=400)
        found = [
            post
            for post in sorted(self.posts.values(), key=lambda post: -int(post.id))
            if int(post.id) > since and post.at > oldest and post.id == post.versions[-1]
            if matches(request.query["query"], post)
        ]
        first = int(request.query.get("next_token", "0"))
        size = min(self.page, int(request.query["max_results"]))
        page = found[first : first + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if len(found) > first + size:
            meta["next_token"] = str(first + size)
        answer = {**_listed(page), "meta": meta}
        await self.hold.wait()
        return web.json_response(answer, headers=self.headers)

    async def lookup(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._signed_refusal(request)) is not None:
            return refusal
        if self.refuses_lookup is not None:
            status, body = self.refuses_lookup
            return web.json_response(body, status=status)
        ids = request.query["ids"].split(",")
        self.looked_up.append(ids)
        errors = [answers.not_found(id_) for id_ in ids if id_ not in self.posts]
        body = _listed([self.posts[id_] for id_ in ids if id_ in self.posts])
        return web.json_response({**body, **({"errors": errors} if errors else {})})

    async def read_rules(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._app_refusal(request)) is not None:
            return refusal
        data = {"data": self.rules} if self.rules else {}
        return web.json_response({**data, "meta": {"sent": datetime.now(UTC).isoformat()}})

    async def change_rules(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._app_refusal(request)) is not None:
            return refusal
        asked = await request.json()
        ids = asked.get("delete", {}).get("ids", [])
        self.rules = [rule for rule in self.rules if rule["id"] not in ids]
        meta = {"sent": datetime.now(UTC).isoformat()}
        if self.invalid_rules and "add" in asked:
            return web.json_response({"errors": [answers.INVALID_RULE], "meta": meta})
        added = [{"id": str(next(self._rule_ids)), **rule} for rule in asked.get("add", [])]
        self.rules += added
        return web.json_response({**({"data": added} if added else {}), "meta": meta}, status=201)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._app_refusal(request)) is not None:
            return refusal
        if self.refuses_stream:
            status, body = self.refuses_stream.pop(0)
            return web.json_response(body, status=status)
        if self.connections:
            return web.json_response(answers.TOO_MANY_CONNECTIONS, status=429)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        connection = Connection(request)
        self.connections.append(connection)
        self.streams += 1
        try:
            while connection in self.connections:
                try:
                    line = await asyncio.wait_for(connection.waiting.get(), self.keep_alive)
                except TimeoutError:
                    line = b"\r\n"
                await response.write(line)
        except ConnectionError:
            pass
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
        return response

    def _app_refusal(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {BEARER}":
            return web.json_response(answers.UNAUTHORIZED, status=401)
        if self.refuses_rules is not None:
            status, body = self.refuses_rules
            return web.json_response(body, status=status)
        return None


# -- how X sees posts --------------------------------------------------------------------------------------------------


def matches(query: str, post: PublicPost) -> bool:
    """Return whether a post matches a query such as the bot's: ``(one OR "more words" OR #tag) -is:retweet``."""
    found = re.fullmatch(r"\((.+)\) -is:retweet", query)
    assert found is not None, query
    assert len(query) <= 512
    return not post.reposts and any(_has(term, post) for term in found[1].split(" OR "))


def _has(term: str, post: PublicPost) -> bool:
    if term.startswith("to:"):
        return post.answers[1] == term.removeprefix("to:")
    words = re.findall(r"[#@]?\w+", post.text.lower())
    if term.startswith("#"):
        return term.lower() in words
    assert re.fullmatch(r'"[^"]+"', term), term
    wanted = re.findall(r"[#@]?\w+", term.lower())
    return any(words[first : first + len(wanted)] == wanted for first in range(len(words)))


def user(name: str) -> dict[str, str]:
    """Return an account as X shows it."""
    return {"id": account(name), "name": name.title(), "username": name}


def shown(post: PublicPost) -> dict[str, Any]:
    """Return a post as X shows it: escaped, with links of its own, and a long one whole beside its beginning."""
    body = _body(post.text)
    data: dict[str, Any] = {
        "id": post.id,
        "author_id": account(post.by),
        "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "edit_history_tweet_ids": list(post.versions),
        **body,
    }
    if len(post.text) > 280:
        data |= {"note_tweet": body, **_body(f"{post.text[:250]}…")}
    references = [("replied_to", post.answers[0]), ("retweeted", post.reposts)]
    if any(id_ for _, id_ in references):
        data["referenced_tweets"] = [{"type": kind, "id": id_} for kind, id_ in references if id_]
    return data


def _body(text: str) -> dict[str, Any]:
    urls = []
    for number, link in enumerate(dict.fromkeys(LINKS.findall(text))):
        short = f"https://t.co/{number:010}"
        text = text.replace(link, short)
        urls.append({"start": 0, "end": 23, "url": short, "expanded_url": link, "display_url": link[:27]})
    return {"text": html.escape(text, quote=False), **({"entities": {"urls": urls}} if urls else {})}


def _listed(posts: list[PublicPost]) -> dict[str, Any]:
    if not posts:
        return {}
    users = [user(name) for name in dict.fromkeys(post.by for post in posts)]
    return {"data": [shown(post) for post in posts], "includes": {"users": users}}
