"""The calls of the X API that are made, each with what can go wrong as our own exceptions."""

import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
import orjson

from ptgbot.core.protocols import Doubt, NotTaken
from ptgbot.networks.x.client import Answer, Client, new_session
from ptgbot.networks.x.errors import pace, words_of
from ptgbot.networks.x.settings import XSettings

__all__ = ["NEWEST", "Api", "Me", "Page", "new_session"]

NEWEST = 100  # posts that one call returns
TAG = "ptgbot"  # of our rules for the stream

_NOT_X = "what answers is not X"
_RULES = "/2/tweets/search/stream/rules"
# What is asked for of each post. https://docs.x.com/x-api/fundamentals/data-dictionary
_FIELDS = {
    "tweet.fields": "author_id,created_at,edit_history_tweet_ids,entities,note_tweet,referenced_tweets,text",
    "user.fields": "username",
    "expansions": "author_id",
}


@dataclass(frozen=True, slots=True)
class Me:
    """Whose account it is.

    Args:
        id: Its id.
        name: Its name, without the @.
        access: What the keys may do, as X says it (``read``, ``read-write``); empty where it does not.
    """

    id: str
    name: str
    access: str


@dataclass(frozen=True, slots=True)
class Page:
    """Posts of others, as X tells them.

    Args:
        posts: The posts.
        names: What the accounts of their authors are called, by id.
        gone: The ids of posts that were asked for and are not there any more.
        more: What to ask on with for older ones; empty where these are all.
        pause: For how many seconds not to ask again, so that what X allows is enough until it allows more.
    """

    posts: Sequence[Mapping[str, Any]]
    names: Mapping[str, str]
    gone: Sequence[str] = ()
    more: str = ""
    pause: float = 0.0


class Api:
    """The calls.

    Each raises what ``errors.refusal`` returns, ConnectionError where X cannot be reached, and Doubt where the request
    went out and no answer came.

    Args:
        settings: Whose account it is, and where the API is.
        session: What ``new_session`` returned.
    """

    def __init__(self, settings: XSettings, session: aiohttp.ClientSession) -> None:
        self._client = Client(settings, session)

    async def me(self) -> Me:
        """Return whose account it is (https://docs.x.com/x-api/users/get-my-user)."""
        response = await self._client.get_me(user_auth=True)
        data = _data(response)
        if not (id_ := data.get("id")):
            raise ConnectionError(_NOT_X)
        return Me(str(id_), str(data.get("username", "")), response.headers.get("x-access-level", ""))

    async def create(self, text: str, answered: str = "") -> str:
        """Post a text; return its id (https://docs.x.com/x-api/posts/create-post).

        Args:
            text: The text.
            answered: The id of the post that it answers; empty where it answers none.
        """
        response = await self._client.create_tweet(text=text, in_reply_to_tweet_id=answered or None, user_auth=True)
        if not (receipt := _data(response).get("id")):
            raise Doubt(_NOT_X)
        return str(receipt)

    async def newest(self, user: str, since: datetime | None = None) -> tuple[list[Mapping[str, Any]], bool]:
        """Return an account's newest posts, newest first (https://docs.x.com/x-api/users/get-posts).

        Args:
            user: The account's id.
            since: The time of the oldest (aware); None for as many as there are.

        Returns:
            The posts, and whether these are all.
        """
        response = await self._client.get_users_tweets(
            user,
            max_results=NEWEST,
            start_time=since,
            tweet_fields=["created_at", "text", "entities", "referenced_tweets"],
            user_auth=True,
        )
        body = response.json
        if not isinstance(body, Mapping) or not ("data" in body or "meta" in body):
            raise ConnectionError(_NOT_X)
        posts, meta = body.get("data") or [], body.get("meta") or {}
        return [post for post in posts if isinstance(post, Mapping) and post.get("id")], "next_token" not in meta

    async def recent(self, query: str, since: str = "", more: str = "") -> Page:
        """Return posts of the last seven days (https://docs.x.com/x-api/posts/search-recent-posts).

        Args:
            query: What they have to match.
            since: The id of a post; only newer ones are returned.
            more: What a page before said; empty for the newest.
        """
        params = {**_FIELDS, "query": query, "max_results": NEWEST}
        params |= {name: value for name, value in (("since_id", since), ("next_token", more)) if value}
        return _page(await self._client.request("GET", "/2/tweets/search/recent", params, user_auth=True))

    async def posts(self, ids: Sequence[str]) -> Page:
        """Return posts by their ids, a hundred at most (https://docs.x.com/x-api/posts/get-posts-by-ids)."""
        params = {**_FIELDS, "ids": ",".join(ids)}
        return _page(await self._client.request("GET", "/2/tweets", params, user_auth=True))

    async def follow(self, rules: Sequence[str]) -> frozenset[str]:
        """Have the stream follow rules, and no others that we made once; those of others stay.

        https://docs.x.com/x-api/stream/update-stream-rules

        Args:
            rules: What posts have to match, each on its own.

        Returns:
            The ids of the rules.
        """
        held = _rules(await self._client.request("GET", _RULES))
        stale = [rule["id"] for rule in held if rule.get("tag") == TAG and rule["value"] not in rules]
        if stale:
            await self._client.request("POST", _RULES, json={"delete": {"ids": stale}})
        missing = [rule for rule in rules if rule not in {rule["value"] for rule in held}]
        if missing:
            wanted = [{"value": rule, "tag": TAG} for rule in missing]
            answer = await self._client.request("POST", _RULES, json={"add": wanted})
            held += _rules(answer)
            if not {rule["value"] for rule in held}.issuperset(rules):
                raise NotTaken(words_of(answer.json) or "it does not take a rule and does not say why")
        return frozenset(str(rule["id"]) for rule in held if rule["value"] in rules)

    @asynccontextmanager
    async def stream(self, rules: Iterable[str], silence: float) -> AsyncIterator[AsyncIterator[Page]]:
        """Give posts as they come, while the context lasts (https://docs.x.com/x-api/stream/stream-filtered-posts).

        Args:
            rules: The ids of the rules of which posts are wanted.
            silence: For how many seconds there may be nothing at all before the connection counts as dead.

        Raises:
            Unavailable: X is broken. Besides, see ``Client.stream``.
        """
        async with self._client.stream("/2/tweets/search/stream", _FIELDS, silence) as lines:
            yield _streamed(lines, frozenset(rules))


def _data(answer: Answer) -> Mapping[str, Any]:
    data = answer.json.get("data") if isinstance(answer.json, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _listed(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _rules(answer: Answer) -> list[Mapping[str, Any]]:
    if not isinstance(answer.json, Mapping) or "meta" not in answer.json:
        raise ConnectionError(_NOT_X)
    return [rule for rule in _listed(answer.json.get("data")) if rule.get("id") and rule.get("value")]


def _page(answer: Answer) -> Page:
    said = answer.json
    if not isinstance(said, Mapping) or not ({"data", "meta", "errors"} & said.keys()):
        raise ConnectionError(_NOT_X)
    meta = said.get("meta")
    gone = [
        str(error.get("resource_id") or error.get("value"))
        for error in _listed(said.get("errors"))
        if str(error.get("type", "")).endswith("/resource-not-found") and error.get("resource_type") == "tweet"
    ]
    more = str(meta.get("next_token") or "") if isinstance(meta, Mapping) else ""
    return Page(_posts(said), _names(said), gone, more, pace(answer.headers, time.time()))


def _posts(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = said.get("data")
    return [post for post in _listed(data if isinstance(data, list) else [data]) if post.get("id")]


def _names(said: Mapping[str, Any]) -> dict[str, str]:
    includes = said.get("includes")
    users = _listed(includes.get("users")) if isinstance(includes, Mapping) else []
    return {str(user["id"]): str(user["username"]) for user in users if user.get("id") and user.get("username")}


async def _streamed(lines: AsyncIterator[bytes], rules: frozenset[str]) -> AsyncIterator[Page]:
    async for line in lines:
        if not line:
            continue  # it only says that the connection lives
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise ConnectionError(_NOT_X) from None
        if not isinstance(said, Mapping):
            raise ConnectionError(_NOT_X)
        if "data" not in said:
            raise ConnectionError(f"X ends the stream: {words_of(said) or 'it does not say why'}")
        if rules & {str(rule.get("id")) for rule in _listed(said.get("matching_rules"))}:
            yield Page(_posts(said), _names(said))
    raise ConnectionError("X ended the stream")
