"""What X means when it refuses something, in words that say how it is mended.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors; the bodies of posts that are refused are described
nowhere, and are as X sends them.
"""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from ptgbot.core.protocols import Doubt, NotTaken, TooFast
from ptgbot.networks.account import Barred

__all__ = ["Duplicate", "Unavailable", "pace", "refusal", "words_of"]

_LEAST_WAIT = 1.0  # seconds
_MOST_WAIT = 3600.0
_WAIT = 60.0  # where X does not say how long
_CLOCK = 120.0  # seconds by which our clock may be wrong: each request is signed with its time
_MOST_WORDS = 200  # characters of X's own words
_LIMITS = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")  # what headers of limits begin with
# X is too busy, or gave up before it read the whole request. After any other fault of its own the post may be out.
_NOT_DONE = (408, 503)

_NEW_KEYS = "make new keys on console.x.com and put all four into the configuration (x.*)"


class Duplicate(NotTaken):
    """The account has just posted the same text."""


class Unavailable(ConnectionError):
    """X can be reached, and is broken."""


def refusal(status: int, headers: Mapping[str, str], body: object) -> Exception:
    """Return what an answer means that is no success.

    Args:
        status: The status of HTTP.
        headers: The answer's headers, whichever case their names are asked in.
        body: What it says, out of JSON; anything where it is no object.

    Returns:
        Barred, NotTaken, TooFast, ConnectionError or Doubt.
    """
    said = body if isinstance(body, Mapping) else {}
    words = _words(said)
    if status == 401:
        return _unauthorized(headers)
    if status == 402:
        return NotTaken("the credits of the app at X are used up; buy some on console.x.com")
    if status == 403:
        return _forbidden(said, words)
    if status == 404:
        return NotTaken("there is nothing at this address; look at x.api_url in the configuration")
    if status == 429:
        if _kind(said) == "usage-capped":
            return NotTaken(f"the app at X has used up what its plan allows; raise it on console.x.com ({words})")
        return TooFast(_wait(headers))
    if status in _NOT_DONE:
        return ConnectionError(f"X answers {status}")
    if status >= 500:
        return Doubt(f"X answers {status}")
    return NotTaken(f"X answers {status}: {words}" if words else f"X answers {status}")


def words_of(body: object) -> str:
    """Return X's own words in an answer, short enough for a line; empty where there are none."""
    return _words(body) if isinstance(body, Mapping) else ""


def pace(headers: Mapping[str, str], now: float) -> float:
    """Return for how many seconds to leave X alone so that what it still allows is enough until it allows more.

    Args:
        headers: The headers of an answer.
        now: The time by our clock, in seconds since 1970, where X does not tell its own.
    """
    left, reset = _number(headers.get("x-rate-limit-remaining")), _number(headers.get("x-rate-limit-reset"))
    if left is None or reset is None:
        return 0.0
    wait = reset - (_now(headers) if "Date" in headers else now)
    return min(max(wait, 0.0), _MOST_WAIT) / max(left, 1)


def _unauthorized(headers: Mapping[str, str]) -> Exception:
    wrong = abs(_now(headers) - time.time())
    if wrong > _CLOCK:
        return Barred(
            f"this machine's clock is wrong by {wrong / 60:.0f} minutes, for which X refuses everything; set it"
        )
    return Barred(f"X does not know the keys; they were revoked, or changed: {_NEW_KEYS}")


def _forbidden(said: Mapping[str, Any], words: str) -> Exception:
    lower, kind, codes = words.lower(), _kind(said), _codes(said)
    if "duplicate" in lower or 187 in codes:
        return Duplicate("the same text is on the timeline already; X takes none twice")
    if kind == "user-suspended" or "suspended" in lower or 64 in codes:
        return Barred("the account is suspended; log in at x.com and appeal, or use another account")
    if "locked" in lower or 326 in codes:
        return Barred("the account is locked; log in at x.com, where it is unlocked")
    if 385 in codes or "attempted to reply to a" in lower:
        return NotTaken("the post that is to be answered is gone, or its author does not let the bot see it")
    if kind == "oauth1-permissions" or 261 in codes:
        return NotTaken(f"the app may only read; give it 'Read and write' on console.x.com, then {_NEW_KEYS}")
    if kind in {"client-forbidden", "unsupported-authentication"}:
        return NotTaken(f"the plan of the app at X does not allow this; look at it on console.x.com ({words})")
    return NotTaken(f"X does not permit it ({words or 'it does not say why'})")


def _kind(said: Mapping[str, Any]) -> str:
    """Return the last part of the problem's address, such as ``usage-capped``."""
    return str(said.get("type", "")).rpartition("/")[2]


def _errors(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    errors = said.get("errors")
    return [error for error in errors if isinstance(error, Mapping)] if isinstance(errors, list) else []


def _codes(said: Mapping[str, Any]) -> set[Any]:
    return {code for error in _errors(said) if isinstance(code := error.get("code"), int)}


def _words(said: Mapping[str, Any]) -> str:
    """Return X's own words, short enough for a line."""
    found = [str(error["message"]) for error in _errors(said) if error.get("message")]
    words = str(said.get("detail") or "; ".join(found) or said.get("title") or "")
    return " ".join(words.split())[:_MOST_WORDS]


def _wait(headers: Mapping[str, str]) -> float:
    """Return how many seconds X wants us to wait, an hour at most."""
    resets = {name: reset for name in _LIMITS if (reset := _number(headers.get(f"{name}-reset"))) is not None}
    used_up = [reset for name, reset in resets.items() if not _number(headers.get(f"{name}-remaining"))]
    until = max(used_up or resets.values(), default=None)
    # By X's own clock, since ours may be another one.
    wait = _WAIT if until is None else until - _now(headers)
    return min(max(wait, _LEAST_WAIT), _MOST_WAIT)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 16 else None


def _now(headers: Mapping[str, str]) -> float:
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except ValueError:
        return time.time()
