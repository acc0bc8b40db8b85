"""The calls of the X API that are made, each with what can go wrong as our own exceptions."""

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import orjson
from oauthlib.oauth1 import Client as Signer
from tweepy.asynchronous import AsyncClient
from yarl import URL

from ptgbot.core.protocols import Doubt
from ptgbot.networks.x.errors import refusal
from ptgbot.networks.x.settings import XSettings

__all__ = ["Api", "Me", "new_session"]

TOTAL_SECONDS = 10.0  # for one call
CONNECT_SECONDS = 5.0  # of these, until there is a connection; nothing was sent by then
NEWEST = 100  # posts that one call returns

_NOT_X = "what answers is not X"

# The libraries' own loggers: on DEBUG they write whole requests, with the tokens in them.
for _name in ("tweepy", "oauthlib"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def new_session() -> aiohttp.ClientSession:
    """Return a session for ``Api``.

    Each call has a connection of its own: on one that was kept the other side may have hung up, and nobody would know
    whether a post went out.
    """
    timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS, connect=CONNECT_SECONDS)
    return aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(force_close=True))


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


class Api:
    """The calls.

    Each raises what ``errors.refusal`` returns, ConnectionError where X cannot be reached, and Doubt where the request
    went out and no answer came.

    Args:
        settings: Whose account it is, and where the API is.
        session: What ``new_session`` returned.
    """

    def __init__(self, settings: XSettings, session: aiohttp.ClientSession) -> None:
        self._client = _Client(settings, session)

    async def me(self) -> Me:
        """Return whose account it is (https://docs.x.com/x-api/users/get-my-user)."""
        response = await self._client.get_me(user_auth=True)
        data = _data(response)
        if not (id_ := data.get("id")):
            raise ConnectionError(_NOT_X)
        return Me(str(id_), str(data.get("username", "")), response.headers.get("x-access-level", ""))

    async def create(self, text: str) -> str:
        """Post a text; return its id (https://docs.x.com/x-api/posts/create-post)."""
        response = await self._client.create_tweet(text=text, user_auth=True)
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
            user, max_results=NEWEST, start_time=since, tweet_fields=["created_at", "text", "entities"], user_auth=True
        )
        body = response.json
        if not isinstance(body, Mapping) or not ("data" in body or "meta" in body):
            raise ConnectionError(_NOT_X)
        posts, meta = body.get("data") or [], body.get("meta") or {}
        return [post for post in posts if isinstance(post, Mapping) and post.get("id")], "next_token" not in meta


@dataclass(frozen=True, slots=True)
class _Answer:
    headers: Mapping[str, str]
    json: object


def _data(answer: _Answer) -> Mapping[str, Any]:
    data = answer.json.get("data") if isinstance(answer.json, Mapping) else None
    return data if isinstance(data, Mapping) else {}


class _Client(AsyncClient):  # type: ignore[misc] # tweepy has no types
    """tweepy's client with a request of its own.

    The original has one host, no time limit but the session's, raises what aiohttp does for an answer that is no JSON,
    and cannot tell what was not sent from what was not answered.
    """

    def __init__(self, settings: XSettings, session: aiohttp.ClientSession) -> None:
        # What ``request`` returns is handed on as it is for this type.
        super().__init__(return_type=aiohttp.ClientResponse)
        self.session = session
        self._url = settings.api_url.rstrip("/")
        self._signer = Signer(settings.api_key, settings.api_secret, settings.access_token, settings.access_secret)

    async def request(
        self,
        method: str,
        route: str,
        params: Mapping[str, object] | None = None,
        json: object = None,
        user_auth: bool = False,  # noqa: ARG002, FBT001, FBT002 - the signature is tweepy's
    ) -> _Answer:
        query = urlencode(sorted((params or {}).items()), quote_via=quote)
        url = f"{self._url}{route}?{query}" if query else f"{self._url}{route}"
        # A body of JSON is no part of the signature. https://www.rfc-editor.org/rfc/rfc5849#section-3.4.1.3.1
        _, headers, _ = self._signer.sign(url, method, headers={"User-Agent": self.user_agent})
        status, answered, body = await self._sent(method, URL(url, encoded=True), headers, json)
        said: object = None
        with suppress(orjson.JSONDecodeError):
            said = orjson.loads(body)
        if not 200 <= status < 300:
            raise refusal(status, answered, said)
        return _Answer(answered, said)

    async def _sent(
        self, method: str, url: URL, headers: Mapping[str, str], json: object
    ) -> tuple[int, Mapping[str, str], bytes]:
        # Without the cause: what the libraries say holds whole requests.
        try:
            async with self.session.request(method, url, headers=headers, json=json, allow_redirects=False) as answer:
                return answer.status, answer.headers, await answer.read()
        except aiohttp.ClientSSLError as error:
            raise ConnectionError(f"no safe connection to X: {type(error).__name__}") from None
        except aiohttp.ClientConnectorError as error:
            number = error.os_error.errno or 0  # what is wrong with a name has numbers below 0
            why = os.strerror(number) if number > 0 else "no such host"
            raise ConnectionError(f"no connection to X: {why}") from None
        except aiohttp.ConnectionTimeoutError:
            raise ConnectionError("no connection to X in time") from None
        except TimeoutError:
            raise Doubt("no answer from X in time") from None
        except (OSError, aiohttp.ClientError) as error:
            raise Doubt(f"X hung up: {type(error).__name__}") from None
