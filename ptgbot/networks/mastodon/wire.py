"""One request of an instance: how it is sent, and what its failure means.

This module is loaded by the first call, since bots without Mastodon need neither ``requests`` nor ``mastodon``.
"""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import requests
from urllib3 import exceptions as urllib3

from ptgbot.networks.mastodon.errors import CallFailed, Kind

__all__ = ["Wire", "failure"]

_LEAST_WAIT, _MOST_WAIT, _USUAL_WAIT = 1.0, 3600.0, 60.0  # seconds

# A proxy in front of the instance says so where nothing got through to it (Cloudflare has the last five). Whatever else
# is 500 or above may come after the post was made: where the instance was too slow for its proxy, or failed afterwards.
_UNDONE = frozenset({408, 503, 521, 522, 523, 525, 526})
_LOGIN = ("login", "e-mail", "pending approval", "two-factor", "authenticated user")  # in errors about the account
_SCOPE = "scope"
_HOW_TO_RENEW = (
    "make a new token on the instance (Preferences, Development) with read:accounts, read:statuses and write:statuses,"
    " put it into mastodon.access_token, and start the bot again"
)


class Wire(requests.Session):
    """A session for one request.

    One that lasted would send posts over connections that the instance has closed by then, and nobody could tell
    whether they arrived.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answer: requests.Response | None = None
        self.wait = 0.0

    def request(self, method: str, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        """Send the request; keep its answer, and how long that wants us to wait."""
        # A post that is sent on becomes a GET. The library asks for the instance with a slash at the end, which some
        # servers only know without it.
        self.max_redirects = 2 if str(url).endswith("/instance/") else 0
        self.answer = super().request(method, url, *args, **options)
        self.wait = _wait(self.answer)
        for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
            # The library fails on what it cannot read there, also where the post was made.
            self.answer.headers.pop(name, None)
        return self.answer


def _wait(answer: requests.Response) -> float:
    """Return for how many seconds an answer wants us to wait.

    https://docs.joinmastodon.org/api/rate-limits/ has the header: an instant; for GoToSocial in seconds since 1970.
    """
    headers = answer.headers
    try:
        now = parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError):
        now = datetime.now(UTC)
    for name in ("X-RateLimit-Reset", "Retry-After"):
        text = headers.get(name, "")
        for seconds in (_until_instant, _until_number, _until_date):
            try:
                return min(max(seconds(text, now), _LEAST_WAIT), _MOST_WAIT)
            except (ValueError, TypeError, OverflowError, OSError):
                continue
    return _USUAL_WAIT


def _until_instant(text: str, now: datetime) -> float:
    if text.isdecimal():  # newer versions of Python read a date in it
        raise ValueError(text)
    return (datetime.fromisoformat(text) - now).total_seconds()


def _until_number(text: str, now: datetime) -> float:
    number = float(text)
    return number - now.timestamp() if number > 1e9 else number


def _until_date(text: str, now: datetime) -> float:
    return (parsedate_to_datetime(text) - now).total_seconds()


def failure(error: Exception, wire: Wire, url: str) -> CallFailed:
    """Return what an exception of the library's means.

    Args:
        error: The exception.
        wire: The session of the call.
        url: The address of the instance.
    """
    if wire.answer is None:
        return _without_answer(error, url)
    return _refusal(wire.answer, wire.wait, url)


# -- where there is an answer ----------------------------------------------------------------------------------------


def _refusal(answer: requests.Response, wait: float, url: str) -> CallFailed:
    status, said = answer.status_code, _said(answer)
    words = f"{_host(url)} answers {status}{f' ({said})' if said else ''}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return CallFailed(f"{words}: too many calls", Kind.TOO_FAST, status=status, wait=wait)
    if status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in answer.headers:
        return CallFailed(words, Kind.TOO_FAST, status=status, wait=wait)
    if status in _UNDONE:
        return CallFailed(words, Kind.UNSENT, status=status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return CallFailed(words, Kind.UNKNOWN, status=status)
    if answer.ok:
        return CallFailed(f"{words}, but not as Mastodon does", Kind.UNKNOWN, status=status)
    kind, remedy = _remedy(status, said.lower())
    return CallFailed(f"{words}: {remedy}", kind, status=status)


def _remedy(status: int, said: str) -> tuple[Kind, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return Kind.ACCOUNT, f"the token is wrong or was revoked; {_HOW_TO_RENEW}"
    if status == HTTPStatus.FORBIDDEN and _SCOPE in said:
        return Kind.REFUSED, f"the token may not do that; {_HOW_TO_RENEW}"
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY) and any(word in said for word in _LOGIN):
        return Kind.ACCOUNT, "log in there with the account and see what is wrong with it, or ask the moderators there"
    if status == HTTPStatus.FORBIDDEN:
        return Kind.REFUSED, "see whether the account is limited there, or this machine's address blocked"
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return Kind.REFUSED, "see whether mastodon.url is the address of a Mastodon instance"
    return Kind.REFUSED, "it would not take this later either"


def _said(answer: requests.Response) -> str:
    """Return the instance's own words; empty where it says none, or a proxy before it shows its page."""
    try:
        said = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        return ""
    return " ".join(str(said).split())[:200]


# -- where there is none ---------------------------------------------------------------------------------------------


def _without_answer(error: Exception, url: str) -> CallFailed:
    host = _host(url)
    causes = list(_causes(error))

    def found(*kinds: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, kinds)), None)

    if isinstance(moved := found(requests.TooManyRedirects), requests.TooManyRedirects):
        where = moved.response.headers.get("Location", "") if moved.response is not None else ""
        return CallFailed(
            f"{host} sends on to {where.partition('://')[0]}://{_host(where)}: put the instance's own address into"
            " mastodon.url",
            Kind.ACCOUNT,
        )
    if isinstance(untrusted := found(ssl.SSLCertVerificationError), ssl.SSLCertVerificationError):
        return CallFailed(f"the certificate of {host} is not valid: {untrusted.verify_message}", Kind.UNSENT)
    if found(socket.gaierror):
        return CallFailed(f"there is no host {host}; see whether mastodon.url is right", Kind.UNSENT)
    if found(urllib3.NewConnectionError, requests.exceptions.ProxyError):
        why = next((one.strerror for one in causes if isinstance(one, OSError) and one.strerror), "the proxy fails")
        return CallFailed(f"no connection to {host}: {why}", Kind.UNSENT)
    if found(requests.ConnectTimeout, urllib3.ConnectTimeoutError):
        return CallFailed(f"no connection to {host} in time", Kind.UNSENT)
    if found(requests.exceptions.InvalidHeader, UnicodeError):
        return CallFailed(f"mastodon.access_token holds what no token does; {_HOW_TO_RENEW}", Kind.ACCOUNT)
    if found(requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
        return CallFailed("mastodon.url is no address", Kind.ACCOUNT)
    if isinstance(broken := found(ssl.SSLError), ssl.SSLError):
        return CallFailed(f"no TLS with {host}: {broken.reason or type(broken).__name__}", Kind.UNKNOWN)
    if found(requests.Timeout):
        return CallFailed(f"{host} did not answer in time", Kind.UNKNOWN)
    return CallFailed(f"{host} ended the connection without an answer", Kind.UNKNOWN)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all behind it: the libraries wrap them in each other, each in its own way."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
