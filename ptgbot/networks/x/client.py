"""How requests reach the X API, and what their failure means."""

import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import aiohttp
import orjson
from oauthlib.oauth1 import Client as Signer
from tweepy.asynchronous import AsyncClient
from yarl import URL

from ptgbot.core.protocols import Doubt
from ptgbot.networks.x.errors import Unavailable, refusal
from ptgbot.networks.x.settings import XSettings

__all__ = ["Answer", "Client", "new_session"]

TOTAL_SECONDS = 10.0  # for one call
CONNECT_SECONDS = 5.0  # of these, until there is a connection; nothing was sent by then
_LONGEST_LINE = 1 << 20  # bytes of a post in the stream

# The libraries' own loggers: on DEBUG they write whole requests, with the tokens in them.
for _name in ("tweepy", "oauthlib"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def new_session() -> aiohttp.ClientSession:
    """Return a session for ``Client``.

    Each call has a connection of its own: on one that was kept the other side may have hung up, and nobody would know
    whether a post went out.
    """
    timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS, connect=CONNECT_SECONDS)
    return aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(force_close=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """What X answered.

    Args:
        headers: Its headers, whichever case their names are asked in.
        json: What it says, out of JSON; None where that is none.
    """

    headers: Mapping[str, str]
    json: object


class Client(AsyncClient):  # type: ignore[misc] # tweepy has no types
    """tweepy's client with a request of its own.

    The original has one host, no time limit but the session's, raises what aiohttp does for an answer that is no JSON,
    and cannot tell what was not sent from what was not answered.
    """

    def __init__(self, settings: XSettings, session: aiohttp.ClientSession) -> None:
        # What ``request`` returns is handed on as it is for this type.
        super().__init__(return_type=aiohttp.ClientResponse)
        self.session = session
        self._url = settings.api_url.rstrip("/")
        self._app_token = settings.bearer_token
        self._signer = Signer(settings.api_key, settings.api_secret, settings.access_token, settings.access_secret)

    async def request(
        self,
        method: str,
        route: str,
        params: Mapping[str, object] | None = None,
        json: object = None,
        user_auth: bool = False,  # noqa: FBT001, FBT002 - the signature is tweepy's
    ) -> Answer:
        """Send a request, as the account, or else as the app; see ``Api`` for what it raises."""
        url = self._address(route, params or {})
        headers = self._signed(method, url) if user_auth else self._as_app()
        status, answered, body = await self._sent(method, URL(url, encoded=True), headers, json)
        said = _said(body)
        if not 200 <= status < 300:
            raise refusal(status, answered, said)
        return Answer(answered, said)

    def _address(self, route: str, params: Mapping[str, object]) -> str:
        query = urlencode(sorted(params.items()), quote_via=quote)
        return f"{self._url}{route}?{query}" if query else f"{self._url}{route}"

    def _signed(self, method: str, url: str) -> Mapping[str, str]:
        # A body of JSON is no part of the signature. https://www.rfc-editor.org/rfc/rfc5849#section-3.4.1.3.1
        _, headers, _ = self._signer.sign(url, method, headers={"User-Agent": self.user_agent})
        return dict(headers)

    def _as_app(self) -> Mapping[str, str]:
        return {"User-Agent": self.user_agent, "Authorization": f"Bearer {self._app_token}"}

    @asynccontextmanager
    async def stream(
        self, route: str, params: Mapping[str, object], silence: float
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Give the lines of an answer that never ends, while the context lasts; empty ones only say that it lives.

        Args:
            route: What is asked for.
            params: With which parameters.
            silence: For how many seconds there may be nothing at all before the connection counts as dead.

        Raises:
            Unavailable: X is broken.
            ConnectionError: It cannot be reached; or, out of the lines, it ended or fell silent.
            NotTaken, TooFast: It does not allow it, or not now.
        """
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=silence)
        url = URL(self._address(route, params), encoded=True)
        try:
            async with self.session.get(
                url, headers=self._as_app(), timeout=timeout, allow_redirects=False, read_bufsize=_LONGEST_LINE
            ) as answer:
                if answer.status != 200:
                    raise _refused(answer.status, answer.headers, await answer.read())
                yield _lines(answer.content)
        except (OSError, aiohttp.ClientError) as error:
            if isinstance(error, (Unavailable, Doubt)):
                raise
            raise ConnectionError(f"no stream from X: {type(error).__name__}") from None

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


def _said(body: bytes) -> object:
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(body)
    return None


def _refused(status: int, headers: Mapping[str, str], body: bytes) -> Exception:
    error = refusal(status, headers, _said(body))
    return Unavailable(str(error)) if isinstance(error, ConnectionError) else error


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    try:
        async for line in content:
            yield line.strip()
    except ValueError:
        raise ConnectionError("X sends more than a post can be") from None
    except TimeoutError:
        raise ConnectionError("X fell silent") from None
