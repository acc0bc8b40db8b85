"""What can go wrong with a call of Slack, as one exception with words that hold no secret."""

from collections.abc import Awaitable
from typing import TypeVar

from aiohttp import ClientConnectorError, ClientError, ClientResponseError
from slack_sdk.errors import SlackApiError, SlackClientError

__all__ = ["CallFailed", "called"]

T = TypeVar("T")

# What Slack answers to a token that it does not take (any more); waiting does not mend that, people do.
_REVOKED = frozenset(
    {"token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive", "app_uninstalled"}
)
# What Slack answers when the fault is its own. Of the first ones it says that some of the call may have succeeded.
_HALF_DONE = frozenset({"internal_error", "fatal_error", "request_timeout"})
_OWN_FAULT = _HALF_DONE | {"service_unavailable"}

_NOT_EVEN_BEGUN = 503  # the status of whoever has no time for a call


class CallFailed(Exception):
    """A call of Slack failed.

    Args:
        words: Why, for the log; neither a token nor an address with one is in it.
        name: What Slack calls it; empty where it did not answer.
        wait: How many seconds Slack wants us to wait; 0 where that is not the reason.
        away: Whether Slack could not be reached, or is broken itself.
        doubtful: Whether Slack may have done what it was called for nevertheless.
    """

    def __init__(
        self, words: str, *, name: str = "", wait: float = 0.0, away: bool = False, doubtful: bool = False
    ) -> None:
        super().__init__(words)
        self.name = name
        self.wait = wait
        self.away = away
        self.doubtful = doubtful

    @property
    def revoked(self) -> bool:
        """Whether Slack does not take the token (any more)."""
        return self.name in _REVOKED


async def called(call: Awaitable[T]) -> T:
    """Return what a call of Slack returns.

    Raises:
        CallFailed: It failed, in whichever way.
    """
    # Without the cause: texts of the libraries' exceptions hold whole addresses, some with a ticket in them.
    try:
        return await call
    except SlackApiError as error:
        raise _refused(error) from None
    except ClientResponseError as error:
        raise CallFailed(f"Slack answers {error.status}", away=True, doubtful=True) from None
    except ClientConnectorError as error:
        raise CallFailed(f"no connection: {error.os_error.strerror or 'no such host'}", away=True) from None
    except TimeoutError:
        raise CallFailed("no answer in time", away=True, doubtful=True) from None
    except (OSError, ClientError, SlackClientError) as error:
        raise CallFailed(f"no connection: {type(error).__name__}", away=True, doubtful=True) from None
    except AttributeError:  # the SDK reads an answer that is no JSON as if it were
        raise CallFailed("an answer that is not Slack's", away=True, doubtful=True) from None


def _refused(error: SlackApiError) -> CallFailed:
    """Return what Slack's answer means; the SDK gives a response of aiohttp's where it could not read it."""
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    name = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or name == "ratelimited":
        return CallFailed("too many calls", name=name, wait=_seconds(response.headers.get("Retry-After")))
    if status >= 500 or not name or name in _OWN_FAULT:
        doubtful = name in _HALF_DONE or (not name and status != _NOT_EVEN_BEGUN)
        return CallFailed(name or f"Slack answers {status}", name=name, away=True, doubtful=doubtful)
    return CallFailed(name, name=name)


def _seconds(text: str | None) -> float:
    try:
        return max(float(text or 1), 0.1)
    except ValueError:
        return 1.0
